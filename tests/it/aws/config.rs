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
    place.fold(Project::yaml(&[gitinfra()], program), |p, (k, v)| {
        p.env(k, v)
    })
}

#[track_caller]
fn vpcs(aws: &Aws) -> usize {
    aws.look().count(REGION, "vpcs")
}

#[test]
fn every_fault_is_told_at_once() {
    let aws = Aws::new();
    let wrong = "region: tokyo, accessKey: AKIA, token: x, endpoint: 'localhost:1', endpoints: {ec3: 'http://127.0.0.1:1'}, \
                 allowedAccountIds: ['12'], assumeRole: {roleArn: deploy}";
    let up = aws.project(&through(wrong, "")).up().expect_failure();
    let said = up.printed();
    for words in [
        "`tokyo` is not a region such as ap-northeast-1",
        "missing: `accessKey` is given, and the two belong together",
        "`localhost:1` is not an address such as http://127.0.0.1:4566",
        "`ec3` is not a service of this provider; there are ",
        "`12` is not an account id of 12 digits",
        "`deploy` is not a role's ARN such as arn:aws:iam::123456789012:role/deploy",
    ] {
        assert!(said.contains(words), "{words}\n{up}");
    }
    assert_eq!(aws.calls(), [] as [Value; 0]);
}

#[test]
fn numbers_have_bounds() {
    let aws = Aws::new();
    let up = aws.project(&through("maxRetries: 101", "")).up();
    up.expect_failure()
        .expect_says("101 is not a whole number from 0 to 100");
}

#[test]
fn only_allowed_accounts_are_touched() {
    let aws = Aws::new();
    let wrong = "allowedAccountIds: ['111122223333', '444455556666']";
    let up = aws.project(&through(wrong, "")).up().expect_failure();
    up.expect_says(&format!(
        "account {} is not one of the allowed: 111122223333, 444455556666",
        aws.account
    ));
    assert_eq!(aws.writes_after(0), [] as [String; 0]);
    let right = format!("allowedAccountIds: ['{}']", aws.account);
    aws.project(&through(&right, "")).up().expect_ok();
    assert_eq!(vpcs(&aws), 1);
}

#[test]
fn default_tags_are_seen_and_a_resources_own_win() {
    let aws = Aws::new();
    let project = aws.project(&through(
        "defaultTags: {team: web, Name: none}",
        "Name: main",
    ));
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
    let theirs =
        json!([{"Key": "owner", "Value": "ann"}, {"Key": "kubernetes.io/role", "Value": "node"}]);
    aws.call(
        "ec2",
        "create_tags",
        json!({"Resources": [id], "Tags": theirs}),
    );
    project.refresh_settled().expect_settled();
    project.program(&through(ignore, "Name: other"));
    project.up().expect_ok().expect_steps(&["update vpc"]);
    let look = aws.look();
    let tags = &look.named(REGION, "vpcs", "other")["tags"];
    assert_eq!(
        (&tags["owner"], &tags["kubernetes.io/role"]),
        (&json!("ann"), &json!("node"))
    );
}

#[test]
fn services_have_addresses_of_their_own() {
    let aws = Aws::new();
    let url = aws.url();
    let project = aws.project(&through(
        &format!("endpoints: {{ec2: '{url}', sts: '{url}'}}"),
        "",
    ));
    project
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        .up()
        .expect_ok();
    let project = aws.project(&through(&format!("endpoint: '{url}'"), ""));
    project
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        .up()
        .expect_ok();
    assert_eq!(vpcs(&aws), 2);
}

/// Nothing listens there: said as soon as that is sure, with the address, and without a word of anything else.
#[test]
fn an_address_that_nobody_answers_at_is_told() {
    let aws = Aws::new();
    let project = aws
        .project(VPC)
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    let up = project.up().expect_failure();
    let up = up.expect_says("127.0.0.1:1 can't be reached: Connection refused");
    up.expect_says("hint: check the network, the region's name and `endpoint`");
    assert!(project.state().names().is_empty());
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
    let project = aws
        .project(VPC)
        .env("AWS_ACCESS_KEY_ID", "AKIAINVALID123456789");
    let up = project.up().expect_failure();
    up.expect_says("AWS does not know these credentials");
}

#[test]
fn a_region_is_needed() {
    let aws = Aws::new();
    let program = VPC.replace("cidrBlock", "region: us-east-1, cidrBlock");
    let project = stranger(&aws, VPC)
        .env("AWS_ACCESS_KEY_ID", aws.access_key())
        .env("AWS_SECRET_ACCESS_KEY", "x");
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
    let keys = format!(
        "aws_access_key_id = {}\naws_secret_access_key = x\n",
        aws.access_key()
    );
    project.write(
        ".aws/config",
        &format!("[profile work]\nregion = {ELSEWHERE}\n"),
    );
    project.write(".aws/credentials", &format!("[work]\n{keys}"));
    project.up().expect_ok();
    assert_eq!(aws.look().count(ELSEWHERE, "vpcs"), 1);

    project.program(&through(&format!("profile: play, region: {REGION}"), ""));
    let up = project.up().expect_failure();
    up.expect_says("no usable AWS credentials")
        .expect_says("`play`");
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
