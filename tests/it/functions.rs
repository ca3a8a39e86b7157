//! Functions, over the provider's own gRPC: found, none, several, refused by AWS, asked wrongly; and the IAM actions that each needs.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::aws::{Aws, REGION};
use crate::life::actions::{Listed, expect_listed};
use crate::life::provider::Provider;
use crate::life::wire::UNKNOWN;

/// A function with a question that has an answer.
struct Row {
    name: &'static str,
    /// What it is asked, and what its page shows.
    asked: Value,
    /// Makes what the function finds, and says what it is asked of that.
    made: Option<fn(&Aws) -> Value>,
    /// Whether it answers with AWS's refusals, or asks AWS nothing.
    never_refused: bool,
}

impl Row {
    fn asked(&self, aws: &Aws) -> Value {
        self.made.map_or_else(|| self.asked.clone(), |made| made(aws))
    }
}

/// All of them.
fn rows() -> Vec<Row> {
    let row = |name, asked| Row { name, asked, made: None, never_refused: false };
    let statement = json!({"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::files/*"]});
    vec![
        row("ec2:getAvailabilityZones", json!({})),
        row("ec2:getAmi", json!({"ssmParameter": AMI})),
        row("ec2:getManagedPrefixList", json!({"name": ORIGIN_FACING})),
        Row {
            made: Some(|aws| json!({"id": vpc(aws, "10.7.0.0/16")})),
            ..row("ec2:getVpc", json!({"tags": {"team": "web", "stage": "test"}}))
        },
        Row {
            made: Some(|aws| json!({"vpcId": vpc(aws, "10.7.0.0/16")})),
            ..row("ec2:getSubnets", json!({"vpcId": "vpc-0123456789abcdef0", "tags": {"tier": "data"}}))
        },
        Row {
            made: Some(|aws| {
                zone(aws, "example.net");
                json!({"name": "example.net"})
            }),
            ..row("route53:getZone", json!({"name": "example.net"}))
        },
        row("s3:getCanonicalUserId", json!({})),
        row("rds:getEngineVersion", json!({"version": "17"})),
        row("chatbot:getSlackWorkspaces", json!({})),
        row("sts:getCallerIdentity", json!({})),
        Row { never_refused: true, ..row("iam:getPolicyDocument", json!({"statements": [statement]})) },
        Row {
            never_refused: true,
            ..row("index:checkAccount", json!({"domain": "app.example.com", "slackWorkspaceId": "T07EA123LEP"}))
        },
        Row {
            made: Some(|_| json!({"state": STATE, "component": "web"})),
            never_refused: true,
            ..row("index:eject", json!({"state": {"fn::readFile": "./state.json"}, "component": "web"}))
        },
    ]
}

/// What a function's page shows.
pub fn example(token: &str) -> Option<Value> {
    let row = rows().into_iter().find(|row| token.strip_prefix("gitinfra:") == Some(row.name));
    row.map(|row| row.asked)
}

/// What `pulumi stack export` says of a stack with one component.
const STATE: &str = r#"{"version": 3, "deployment": {"resources": [
    {"urn": "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev", "type": "pulumi:pulumi:Stack"},
    {"urn": "urn:pulumi:dev::shop::gitinfra:index:Network::web", "type": "gitinfra:index:Network", "parent": "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"}
]}}"#;

const AMI: &str = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64";
const ORIGIN_FACING: &str = "com.amazonaws.global.cloudfront.origin-facing";

fn vpc(aws: &Aws, range: &str) -> String {
    let made = aws.call("ec2", "create_vpc", json!({"CidrBlock": range}));
    made["Vpc"]["VpcId"].as_str().unwrap_or_default().to_owned()
}

fn subnet(aws: &Aws, vpc: &str, range: &str, zone: &str) -> String {
    let zone = format!("{REGION}{zone}");
    let made = aws.call("ec2", "create_subnet", json!({"VpcId": vpc, "CidrBlock": range, "AvailabilityZone": zone}));
    made["Subnet"]["SubnetId"].as_str().unwrap_or_default().to_owned()
}

fn tag(aws: &Aws, id: &str, key: &str, value: &str) {
    aws.call("ec2", "create_tags", json!({"Resources": [id], "Tags": [{"Key": key, "Value": value}]}));
}

fn zone(aws: &Aws, name: &str) -> String {
    let reference = format!("{name} {}", aws.calls().len());
    let made = aws.call("route53", "create_hosted_zone", json!({"Name": name, "CallerReference": reference}));
    made["HostedZone"]["Id"].as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default().to_owned()
}

/// An account with a provider that answers.
struct Ground {
    aws: Aws,
    provider: Provider,
}

impl Ground {
    fn new() -> Ground {
        let aws = Aws::hurried();
        let provider = Provider::start(&aws, None);
        Ground { aws, provider }
    }

    #[track_caller]
    fn answer(&mut self, name: &str, asked: Value) -> Value {
        let answer = self.provider.invoke(&format!("gitinfra:{name}"), &asked);
        answer.unwrap_or_else(|failure| panic!("{name} {asked}: {}", failure.words))
    }

    #[track_caller]
    fn refused(&mut self, name: &str, asked: Value, says: &str) {
        match self.provider.invoke(&format!("gitinfra:{name}"), &asked) {
            Ok(answer) => panic!("{name} {asked} is not refused: {answer}"),
            Err(failure) => assert!(failure.words.contains(says), "{name} {asked}: {}", failure.words),
        }
    }
}

#[test]
fn every_function_has_a_row() {
    let mut names: Vec<_> = rows().iter().map(|row| format!("gitinfra:{}", row.name)).collect();
    names.sort();
    let schema = crate::life::schema();
    let all: Vec<_> = schema["functions"].as_object().into_iter().flatten().map(|(token, _)| token.clone()).collect();
    assert_eq!(names, all);
}

#[test]
fn the_iam_actions_are_those_listed() {
    let mut called = Listed::new();
    for row in rows() {
        let mut g = Ground::new();
        let asked = row.asked(&g.aws);
        let before = g.aws.calls().len();
        g.answer(row.name, asked);
        let actions = BTreeMap::from([("call".to_owned(), g.aws.actions_after(before).1)]);
        called.insert(format!("gitinfra:{}", row.name), actions);
    }
    expect_listed(called);
}

#[test]
fn what_is_asked_wrongly_is_refused_before_aws_is_asked() {
    for row in rows() {
        let mut g = Ground::new();
        let mut asked = row.asked(&g.aws);
        let before = g.aws.calls().len();
        asked["noSuchThing"] = json!(1);
        g.refused(row.name, asked.clone(), "noSuchThing: no such property");
        asked["noSuchThing"] = Value::Null;
        for name in asked.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect::<Vec<_>>() {
            if asked[&name].is_null() {
                continue;
            }
            let mut unknown = asked.clone();
            unknown[&name] = json!(UNKNOWN);
            g.refused(row.name, unknown, &format!("{name}: not known yet"));
            let mut odd = asked.clone();
            odd[&name] = json!(true);
            g.refused(row.name, odd, &name);
        }
        assert_eq!(g.aws.calls().len(), before, "{}", row.name);
    }
}

#[test]
fn a_refusal_of_aws_is_told() {
    for row in rows().into_iter().filter(|row| !row.never_refused) {
        let mut g = Ground::new();
        let asked = row.asked(&g.aws);
        g.aws.fault(
            json!({"kind": "error", "code": "AccessDenied", "message": "not for you", "status": 403, "times": 9}),
        );
        g.refused(row.name, asked, "AccessDenied: not for you");
    }
}

#[test]
fn availability_zones_are_told_in_the_order_of_their_numbers() {
    let mut g = Ground::new();
    let found = g.answer("ec2:getAvailabilityZones", json!({}));
    assert_eq!(found["names"].as_array().map(Vec::len), found["zoneIds"].as_array().map(Vec::len));
    let ids: Vec<_> = found["zoneIds"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    assert!(ids.len() > 1 && ids.is_sorted(), "{ids:?}");
    assert_eq!(g.answer("ec2:getAvailabilityZones", json!({"state": "impaired"}))["names"], json!([]));
    g.refused("ec2:getAvailabilityZones", json!({"state": "fine"}), "state: `fine` is not one of");
}

#[test]
fn an_ami_is_the_one_that_its_parameter_names() {
    let mut g = Ground::new();
    let found = g.answer("ec2:getAmi", json!({"ssmParameter": AMI}));
    assert!(found["imageId"].as_str().is_some_and(|id| id.starts_with("ami-")), "{found}");
    g.refused("ec2:getAmi", json!({"ssmParameter": "/none"}), "ParameterNotFound");
    g.refused("ec2:getAmi", json!({"ssmParameter": ""}), "ssmParameter");
    g.refused("ec2:getAmi", json!({}), "ssmParameter: missing");
    g.aws.call("ssm", "put_parameter", json!({"Name": "/odd", "Value": "an image", "Type": "String"}));
    g.refused("ec2:getAmi", json!({"ssmParameter": "/odd"}), "parameter `/odd` names no AMI: it is `an image`");
}

#[test]
fn a_managed_prefix_list_is_found_by_name_or_id() {
    let mut g = Ground::new();
    let by_name = g.answer("ec2:getManagedPrefixList", json!({"name": ORIGIN_FACING}));
    assert!(by_name["cidrs"].as_array().is_some_and(|cidrs| !cidrs.is_empty()), "{by_name}");
    let by_id = g.answer("ec2:getManagedPrefixList", json!({"id": by_name["prefixListId"]}));
    assert_eq!(by_id, by_name);
    g.refused("ec2:getManagedPrefixList", json!({"name": "none"}), "managed prefix list");
    let both = json!({"name": "a", "id": "pl-1"});
    g.refused("ec2:getManagedPrefixList", both, "exactly one of `name` and `id` is required");
    g.refused("ec2:getManagedPrefixList", json!({}), "exactly one of `name` and `id` is required");
}

#[test]
fn a_vpc_is_the_only_one_that_fits() {
    let mut g = Ground::new();
    let (one, other) = (vpc(&g.aws, "10.1.0.0/16"), vpc(&g.aws, "10.2.0.0/16"));
    tag(&g.aws, &one, "team", "web");
    tag(&g.aws, &other, "team", "web");
    tag(&g.aws, &other, "stage", "test");
    for asked in [json!({"id": one}), json!({"cidrBlock": "10.1.0.0/16"})] {
        let found = g.answer("ec2:getVpc", asked);
        assert_eq!((&found["vpcId"], &found["isDefault"]), (&json!(one), &json!(false)));
        assert_eq!((&found["cidrBlocks"], &found["tags"]), (&json!(["10.1.0.0/16"]), &json!({"team": "web"})));
        assert!(found["mainRouteTableId"].as_str().is_some_and(|id| id.starts_with("rtb-")), "{found}");
    }
    let found = g.answer("ec2:getVpc", json!({"tags": {"team": "web", "stage": "test"}}));
    assert_eq!(found["vpcId"], json!(other));
    assert_eq!(g.answer("ec2:getVpc", json!({"default": true}))["isDefault"], json!(true));
    g.refused("ec2:getVpc", json!({"cidrBlock": "10.9.0.0/16"}), "VPC");
    g.refused("ec2:getVpc", json!({"tags": {"team": "web"}}), "2 VPCs have team=web: vpc-");
    g.refused("ec2:getVpc", json!({}), "one of `id`, `cidrBlock`, `default` and `tags` is required");
}

#[test]
fn subnets_come_in_the_order_of_zones_and_ranges() {
    let mut g = Ground::new();
    let id = vpc(&g.aws, "10.1.0.0/16");
    let c = subnet(&g.aws, &id, "10.1.1.0/24", "c");
    let late = subnet(&g.aws, &id, "10.1.10.0/24", "a");
    let early = subnet(&g.aws, &id, "10.1.9.0/24", "a");
    tag(&g.aws, &c, "tier", "data");
    let found = g.answer("ec2:getSubnets", json!({"vpcId": id}));
    assert_eq!(found["ids"], json!([early, late, c]));
    assert_eq!(found["subnets"][0]["cidrBlock"], json!("10.1.9.0/24"));
    let zones = json!([format!("{REGION}a")]);
    assert_eq!(
        g.answer("ec2:getSubnets", json!({"vpcId": id, "availabilityZones": zones}))["ids"],
        json!([early, late])
    );
    assert_eq!(g.answer("ec2:getSubnets", json!({"vpcId": id, "tags": {"tier": "data"}}))["ids"], json!([c]));
    assert_eq!(g.answer("ec2:getSubnets", json!({"vpcId": "vpc-none"}))["ids"], json!([]));
    g.refused("ec2:getSubnets", json!({}), "vpcId: missing");
}

#[test]
fn a_zone_is_found_by_name_or_id() {
    let mut g = Ground::new();
    let id = zone(&g.aws, "example.net");
    zone(&g.aws, "a.example.net");
    let found = g.answer("route53:getZone", json!({"name": "Example.net."}));
    assert_eq!(
        (&found["zoneId"], &found["name"], &found["privateZone"]),
        (&json!(id), &json!("example.net"), &json!(false))
    );
    assert_eq!(found["nameServers"].as_array().map(Vec::len), Some(4));
    assert_eq!(g.answer("route53:getZone", json!({"zoneId": id})), found);
    g.refused("route53:getZone", json!({"name": "example.org"}), "no public hosted zone `example.org` that fits");
    g.refused("route53:getZone", json!({"name": "example.net", "privateZone": true}), "no private hosted zone");
    g.refused("route53:getZone", json!({"zoneId": "Z0"}), "NoSuchHostedZone");
    g.refused("route53:getZone", json!({}), "one of `zoneId` and `name` is needed");
    let twin = zone(&g.aws, "example.net");
    g.refused("route53:getZone", json!({"name": "example.net"}), "several public hosted zones `example.net` fit");
    let tags =
        json!({"ResourceType": "hostedzone", "ResourceId": twin, "AddTags": [{"Key": "stage", "Value": "test"}]});
    g.aws.call("route53", "change_tags_for_resource", tags);
    let found = g.answer("route53:getZone", json!({"name": "example.net", "tags": {"stage": "test"}}));
    assert_eq!(found["zoneId"], json!(twin));
}

#[test]
fn the_canonical_user_id_and_the_caller_are_the_accounts() {
    let mut g = Ground::new();
    let owner = g.aws.call("s3", "list_buckets", json!({}))["Owner"]["ID"].clone();
    assert!(owner.is_string());
    assert_eq!(g.answer("s3:getCanonicalUserId", json!({}))["id"], owner);
    let caller = g.answer("sts:getCallerIdentity", json!({}));
    assert_eq!(caller["accountId"], json!(g.aws.account));
    g.refused("sts:getCallerIdentity", json!({"region": "nowhere"}), "region");
}

#[test]
fn a_version_of_an_engine_is_the_default_or_the_latest() {
    let mut g = Ground::new();
    let default = g.answer("rds:getEngineVersion", json!({"engine": "aurora-postgresql"}));
    let major = default["majorVersion"].as_str().unwrap_or_default().to_owned();
    assert!(default["version"].as_str().is_some_and(|version| version.starts_with(&format!("{major}."))), "{default}");
    assert_eq!(default["parameterGroupFamily"], json!(format!("aurora-postgresql{major}")));
    let latest = g.answer("rds:getEngineVersion", json!({"latest": true}));
    assert!(latest["majorVersion"].as_str() >= default["majorVersion"].as_str(), "{latest}");
    g.refused("rds:getEngineVersion", json!({"version": "99"}), "`aurora-postgresql` has no version `99` in");
    g.refused("rds:getEngineVersion", json!({"engine": "db2"}), "engine: `db2` is not one of");
}

#[test]
fn slack_workspaces_are_those_that_somebody_authorised() {
    let mut g = Ground::new();
    let found = g.answer("chatbot:getSlackWorkspaces", json!({}));
    let ids: Vec<_> = found["workspaces"].as_array().into_iter().flatten().map(|it| &it["slackWorkspaceId"]).collect();
    assert_eq!(ids.len(), 2, "{found}");
    assert!(ids.contains(&&json!("T07EA123LEP")), "{found}");
}

#[test]
fn a_policy_document_tells_all_its_faults() {
    let mut g = Ground::new();
    let statement = json!({"actions": ["s3:Put*", "s3:Get*"], "resources": ["*"]});
    let found = g.answer("iam:getPolicyDocument", json!({"statements": [statement]}));
    let expected =
        r#"{"Statement":[{"Action":["s3:Get*","s3:Put*"],"Effect":"Allow","Resource":"*"}],"Version":"2012-10-17"}"#;
    assert_eq!(found["json"], json!(expected));
    g.refused("iam:getPolicyDocument", json!({}), "empty; at least one is required");
    let odd = json!({"statements": [{"effect": "Maybe", "actions": ["a:b"]}]});
    g.refused("iam:getPolicyDocument", odd, "statements[0].effect");
}

#[test]
fn what_an_account_lacks_is_told_even_where_aws_refuses() {
    let mut g = Ground::new();
    let found = g.answer("index:checkAccount", json!({"slackWorkspaceId": "T07EA123LEP"}));
    assert_eq!((&found["accountId"], &found["region"]), (&json!(g.aws.account), &json!(REGION)));
    assert_eq!(found["ready"], json!(true), "{found}");
    g.aws.fault(json!({"kind": "error", "service": "chatbot", "code": "AccessDenied", "message": "no", "status": 403, "times": 9}));
    let found = g.answer("index:checkAccount", json!({"slackWorkspaceId": "T07EA123LEP"}));
    assert!(found["findings"].to_string().contains("AccessDenied"), "{found}");
}
