//! The provider's configuration: what it does, and what is said of it when it is wrong.

use serde_json::{Value, json};

use crate::aws::{Aws, ELSEWHERE, REGION, gitinfra};
use crate::pulumi::Project;

const VPC: &str = "
resources:
  vpc: {type: 'gitinfra:ec2:Vpc', properties: {cidrBlock: 10.0.0.0/16}}
";

/// A VPC through a provider with these properties.
fn through(provider: &str, tags: &str) -> String {
    format!(
        "
resources:
  aws: {{type: 'pulumi:providers:gitinfra', properties: {{{provider}}}}}
  vpc: {{type: 'gitinfra:ec2:Vpc', properties: {{cidrBlock: 10.0.0.0/16, tags: {{{tags}}}}}, options: {{provider: '${{aws}}'}}}}
"
    )
}

/// A project that knows where AWS is, and nothing of whom it belongs to.
fn stranger(aws: &Aws, program: &str) -> Project {
    let env = aws.env().into_iter();
    let place = env.filter(|(name, _)| !name.contains("KEY") && *name != "AWS_REGION");
    place.fold(Project::yaml(&[gitinfra()], program), |p, (k, v)| p.env(k, v))
}

#[track_caller]
fn vpcs(aws: &Aws) -> usize {
    aws.look().count(REGION, "vpcs")
}

#[test]
fn every_fault_is_told_at_once() {
    let aws = Aws::new();
    // What is wrong by itself comes first, what is wrong with what else stands there once the forms are right.
    let forms = "region: tokyo, assumeRole: {roleArn: deploy}, maxRetries: 101";
    let up = aws.project(&through(forms, "")).up().expect_failure();
    for words in [
        "`tokyo` is not a region; did you mean `ap-northeast-1`?",
        "`deploy` is not a role's ARN such as arn:aws:iam::123456789012:role/deploy",
        "101 is not a whole number from 0 to 100",
    ] {
        assert!(up.printed().contains(words), "{words}\n{up}");
    }
    let rules = "accessKey: AKIA, token: x, endpoint: 'localhost:1', endpoints: {ec3: 'http://127.0.0.1:1'}, allowedAccountIds: ['12']";
    let up = aws.project(&through(rules, "")).up().expect_failure();
    for words in [
        "missing: `accessKey` is given, and the two belong together",
        "`localhost:1` is not an address such as http://127.0.0.1:4566",
        "`ec3` is not a service of this provider; there are ",
        "`12` is not an account id of 12 digits",
    ] {
        assert!(up.printed().contains(words), "{words}\n{up}");
    }
    assert_eq!(aws.calls(), [] as [Value; 0]);
}

/// Regions and roles are looked at wherever they are given: on resources, functions and components, and in the environment.
#[test]
fn regions_and_roles_have_a_form() {
    let aws = Aws::new();
    let arn = "arn:aws:sts::123456789012:assumed-role/deploy/ann";
    let role = format!("assumeRole: {{roleArn: '{arn}'}}");
    let meant = "did you mean `arn:aws:iam::123456789012:role/deploy`?";
    let region = "`tokyo` is not a region; did you mean `ap-northeast-1`?";
    let vpc = |given: &str| VPC.replace("cidrBlock", &format!("{given}, cidrBlock"));
    let zones = |given: &str| {
        format!(
            "
variables:
  zones: {{fn::invoke: {{function: 'gitinfra:ec2:getAvailabilityZones', arguments: {{{given}}}}}}}
outputs: {{zones: '${{zones}}'}}
"
        )
    };
    let network =
        |given: &str| format!("resources:\n  net: {{type: 'gitinfra:index:Network', properties: {{{given}}}}}\n");
    for (program, at, said) in [
        (vpc("region: tokyo"), "property region", region),
        (vpc(&role), "property assumeRole.roleArn", meant),
        (zones("region: tokyo"), "region", region),
        (zones(&role), "assumeRole.roleArn", meant),
        (network("region: tokyo"), "region", region),
        (network(&role), "assumeRole.roleArn", meant),
    ] {
        let up = aws.project(&program).up().expect_failure();
        up.expect_says(at).expect_says(said);
    }
    let up = aws.project(VPC).env("AWS_REGION", "tokyo").up();
    let said = format!("AWS_REGION, or the profile's `region`: {region}");
    up.expect_failure().expect_says(&said);
    assert_eq!(aws.calls(), [] as [Value; 0]);
}

#[test]
fn only_allowed_accounts_are_touched() {
    let aws = Aws::new();
    let wrong = "allowedAccountIds: ['111122223333', '444455556666']";
    let up = aws.project(&through(wrong, "")).up().expect_failure();
    up.expect_says(&format!("account {} is not one of the allowed: 111122223333, 444455556666", aws.account));
    assert_eq!(aws.writes_after(0), [] as [String; 0]);
    let right = format!("allowedAccountIds: ['{}']", aws.account);
    aws.project(&through(&right, "")).up().expect_ok();
    assert_eq!(vpcs(&aws), 1);
}

#[test]
fn default_tags_are_seen_and_a_resources_own_win() {
    let aws = Aws::new();
    let project = aws.project(&through("defaultTags: {team: web, Name: none}", "Name: main"));
    project.up().expect_ok();
    let look = aws.look();
    let tags = &look.named(REGION, "vpcs", "main")["tags"];
    assert_eq!(tags["team"], "web");
    project.expect_settled().refresh_settled();
    project.program(&through("defaultTags: {team: shop}", "Name: main"));
    let up = project.up().expect_ok();
    assert_eq!(up.diff("vpc")["tags.team"], "update", "{up}");
    project.expect_settled();
}

#[test]
fn ignored_tags_are_somebody_elses() {
    let aws = Aws::new();
    let ignore = "ignoreTags: {keys: [owner], keyPrefixes: [kubernetes.io/]}";
    let project = aws.project(&through(ignore, "Name: main"));
    project.up().expect_ok();
    let id = project.state().text("vpc", "/id").to_owned();
    let theirs = json!([{"Key": "owner", "Value": "ann"}, {"Key": "kubernetes.io/role", "Value": "node"}]);
    aws.call("ec2", "create_tags", json!({"Resources": [id], "Tags": theirs}));
    project.refresh_settled().expect_settled();
    project.program(&through(ignore, "Name: other"));
    project.up().expect_ok().expect_steps(&["update vpc"]);
    let look = aws.look();
    let tags = &look.named(REGION, "vpcs", "other")["tags"];
    assert_eq!((&tags["owner"], &tags["kubernetes.io/role"]), (&json!("ann"), &json!("node")));
}

/// What the program itself sets is the program's, although tags of such keys are ignored.
#[test]
fn a_tag_of_the_programs_is_not_ignored() {
    let aws = Aws::new();
    let ignore = "ignoreTags: {keyPrefixes: [kubernetes.io/]}";
    let ours = "kubernetes.io/cluster/web";
    let project = aws.project(&through(ignore, &format!("Name: main, {ours}: shared")));
    project.up().expect_ok();
    project.refresh_settled().expect_settled();
    let id = project.state().text("vpc", "/id").to_owned();
    let tags = json!([{"Key": ours, "Value": "owned"}, {"Key": "kubernetes.io/role", "Value": "node"}]);
    aws.call("ec2", "create_tags", json!({"Resources": [id], "Tags": tags}));
    let preview = project.act("preview", &["--refresh", "--json"]).expect_ok();
    preview.expect_says(ours);
    project.refresh().expect_ok();
    project.up().expect_ok().expect_steps(&["update vpc"]);
    let left = |key: &str| aws.look().named(REGION, "vpcs", "main")["tags"][key].clone();
    assert_eq!((left(ours), left("kubernetes.io/role")), (json!("shared"), json!("node")));
    project.refresh_settled();
    // What it no longer sets goes, and is ignored from then on.
    project.program(&through(ignore, "Name: main"));
    project.up().expect_ok().expect_steps(&["update vpc"]);
    assert_eq!((left(ours), left("kubernetes.io/role")), (Value::Null, json!("node")));
    project.expect_settled().refresh_settled();
}

#[test]
fn services_have_addresses_of_their_own() {
    let aws = Aws::new();
    let url = aws.url();
    let project = aws.project(&through(&format!("endpoints: {{ec2: '{url}', sts: '{url}'}}"), ""));
    project.env("AWS_ENDPOINT_URL", "http://127.0.0.1:1").up().expect_ok();
    let project = aws.project(&through(&format!("endpoint: '{url}'"), ""));
    project.env("AWS_ENDPOINT_URL", "http://127.0.0.1:1").up().expect_ok();
    assert_eq!(vpcs(&aws), 2);
}

/// Nothing listens there: said as soon as that is sure, with the address and what it comes from, and without a word of anything else.
#[test]
fn an_address_that_nobody_answers_at_is_told() {
    let aws = Aws::new();
    let nowhere = "http://127.0.0.1:1";
    let environment = "AWS_ENDPOINT_URL, or the profile's `endpoint_url`";
    let role = "assumeRole: {roleArn: 'arn:aws:iam::123456789012:role/deploy'}";
    for (provider, from) in [
        (String::new(), environment),
        (format!("endpoint: '{nowhere}'"), "`endpoint`"),
        (format!("endpoints: {{ec2: '{nowhere}'}}"), "`endpoints.ec2`"),
        (format!("endpoints: {{sts: '{nowhere}'}}, {role}"), "`endpoints.sts`"),
    ] {
        let mut project = aws.project(&through(&provider, ""));
        if provider.is_empty() {
            project = project.env("AWS_ENDPOINT_URL", nowhere);
        }
        let up = project.up().expect_failure();
        up.expect_says(&format!("{nowhere}, from {from}, can't be reached: Connection refused")).expect_says(&format!(
            "hint: start what should answer there, or correct {from}; without it, AWS itself is called"
        ));
        assert_eq!(aws.look().count(REGION, "vpcs"), 0);
    }
}

/// A name that nobody has is as wrong as an address that nobody listens at.
#[test]
fn a_host_that_does_not_exist_is_told() {
    let aws = Aws::new();
    let project = aws.project(&through("endpoint: 'http://aws.invalid:4566'", ""));
    let up = project.up().expect_failure();
    up.expect_says("http://aws.invalid:4566, from `endpoint`, can't be reached: failed to lookup address information");
}

#[test]
fn without_credentials_nothing_hangs() {
    let aws = Aws::new();
    let project = stranger(&aws, VPC).env("AWS_REGION", REGION);
    let up = project.up().expect_failure();
    let up = up.expect_says("no usable AWS credentials");
    up.expect_says("hint: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
}

#[test]
fn wrong_credentials_are_told() {
    let aws = Aws::new();
    let project = aws.project(VPC).env("AWS_ACCESS_KEY_ID", "AKIAINVALID123456789");
    let up = project.up().expect_failure();
    up.expect_says("AWS does not know these credentials");
}

#[test]
fn a_region_is_needed() {
    let aws = Aws::new();
    let program = VPC.replace("cidrBlock", "region: us-east-1, cidrBlock");
    let project = stranger(&aws, VPC).env("AWS_ACCESS_KEY_ID", aws.access_key()).env("AWS_SECRET_ACCESS_KEY", "x");
    let up = project.up().expect_failure();
    let up = up.expect_says("no AWS region is configured");
    up.expect_says("pulumi config set gitinfra:region REGION");
    // A resource may say its own.
    project.program(&program).up().expect_ok();
    assert_eq!(aws.look().count(ELSEWHERE, "vpcs"), 1);
}

#[test]
fn a_profile_says_who_and_where() {
    let aws = Aws::new();
    let project = stranger(&aws, &through("profile: work", ""));
    let keys = format!("aws_access_key_id = {}\naws_secret_access_key = x\n", aws.access_key());
    project.write(".aws/config", &format!("[profile work]\nregion = {ELSEWHERE}\n"));
    project.write(".aws/credentials", &format!("[work]\n{keys}"));
    project.up().expect_ok();
    assert_eq!(aws.look().count(ELSEWHERE, "vpcs"), 1);

    project.program(&through(&format!("profile: play, region: {REGION}"), ""));
    let up = project.up().expect_failure();
    up.expect_says("no usable AWS credentials").expect_says("`play`");
}

#[test]
fn a_role_leads_into_another_account() {
    let (aws, other) = (Aws::new(), Aws::new());
    let principal = json!({"AWS": format!("arn:aws:iam::{}:root", aws.account)});
    let statement = json!([{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole",
                            "Condition": {"StringEquals": {"sts:ExternalId": "abc"}}}]);
    let trust = json!({"Version": "2012-10-17", "Statement": statement}).to_string();
    let role = json!({"RoleName": "deploy", "AssumeRolePolicyDocument": trust});
    other.call("iam", "create_role", role);
    let arn = format!("arn:aws:iam::{}:role/deploy", other.account);

    let right = format!("assumeRole: {{roleArn: '{arn}', externalId: abc}}");
    let project = aws.project(&through(&right, ""));
    project.up().expect_ok();
    assert_eq!((vpcs(&aws), vpcs(&other)), (0, 1));
    project.destroy().expect_ok();
    assert_eq!(vpcs(&other), 0);

    let wrong = format!("assumeRole: {{roleArn: '{arn}', externalId: xyz}}");
    let up = aws.project(&through(&wrong, "")).up().expect_failure();
    up.expect_says("is not authorized to perform: sts:AssumeRole");
    assert_eq!((vpcs(&aws), vpcs(&other)), (0, 0));
}

#[test]
fn throttling_passes_unseen() {
    let aws = Aws::new();
    aws.fault(json!({"kind": "throttle", "operation": "CreateVpc", "times": 3}));
    aws.fault(json!({"kind": "throttle", "operation": "DescribeVpcs", "times": 3}));
    aws.fault(json!({"kind": "error500", "operation": "ModifyVpcAttribute", "times": 2}));
    let project = aws.project(&through("maxRetries: 1", ""));
    project.up().expect_ok().expect_steps(&["create vpc"]);
    assert_eq!(vpcs(&aws), 1);
    project.expect_settled();
}
