//! Networks where their zones have trouble, and VPCs that there are already.

use serde_json::{Value, json};

use super::build;
use crate::aws::Aws;

const NETWORK: &str = "gitinfra:index:Network";
const STACK: &str = "gitinfra:index:ReferenceStack";

/// The subnets of a network with their zones and ranges.
#[track_caller]
fn subnets(aws: &Aws, inputs: &Value) -> Vec<(String, Value, Value)> {
    let built = build(aws, NETWORK, "net", inputs).unwrap_or_else(|wrong| panic!("{wrong:?}"));
    let all = built.told.into_iter().filter(|(_, told)| told.token == "gitinfra:ec2:Subnet");
    all.map(|(name, told)| (name, told.inputs["availabilityZone"].clone(), told.inputs["cidrBlock"].clone())).collect()
}

/// What stands in a zone that AWS has trouble with stays there, and whoever names it can still roll out.
#[test]
fn a_zone_in_trouble_moves_nothing() {
    let aws = Aws::hurried();
    let asked =
        [json!({"availabilityZoneCount": 2}), json!({"availabilityZones": ["ap-northeast-1a", "ap-northeast-1c"]})];
    let before = asked.each_ref().map(|inputs| subnets(&aws, inputs));
    assert_eq!(before.each_ref().map(Vec::len), [6, 6]);
    for state in ["impaired", "information", "constrained", "unavailable"] {
        for (_, zone, _) in &before[0] {
            aws.mark_zone(zone.as_str().unwrap_or_default(), state);
        }
        assert_eq!(asked.each_ref().map(|inputs| subnets(&aws, inputs)), before, "{state}");
    }
}

/// The id of what a call of EC2 makes.
fn made(aws: &Aws, operation: &str, parameters: Value, pointer: &str) -> String {
    let answer = aws.call("ec2", operation, parameters);
    answer.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// A VPC with subnets in these zones, each with its id.
fn standing<const N: usize>(aws: &Aws, zones: [&str; N]) -> (String, [String; N]) {
    let vpc = made(aws, "create_vpc", json!({"CidrBlock": "10.7.0.0/16"}), "/Vpc/VpcId");
    aws.call("ec2", "modify_vpc_attribute", json!({"VpcId": vpc, "EnableDnsHostnames": {"Value": true}}));
    let mut number = 0;
    let subnets = zones.map(|zone| {
        number += 1;
        let (range, zone) = (format!("10.7.{number}.0/24"), format!("ap-northeast-1{zone}"));
        let subnet = json!({"VpcId": vpc, "CidrBlock": range, "AvailabilityZone": zone});
        made(aws, "create_subnet", subnet, "/Subnet/SubnetId")
    });
    (vpc, subnets)
}

#[test]
fn what_is_said_of_a_vpc_that_is_there_is_not_ignored() {
    let aws = Aws::hurried();
    let inputs = json!({
        "vpcId": "vpc-0", "subnetIds": {"app": ["subnet-0"]}, "cidr": "10.1.0.0/16", "availabilityZoneCount": 3,
        "tiers": {"app": {"access": "private"}}, "lockDefaultSecurityGroup": false,
    });
    let wrong = build(&aws, NETWORK, "net", &inputs).err().unwrap_or_default();
    let mut blamed: Vec<_> = wrong.iter().map(|(at, _)| at.as_str()).collect();
    blamed.sort_unstable();
    assert_eq!(blamed, ["availabilityZoneCount", "cidr", "lockDefaultSecurityGroup", "tiers"], "{wrong:?}");
    assert!(wrong.iter().all(|(_, why)| why.contains("can't be given together with `vpcId`")), "{wrong:?}");
}

/// A load balancer and Aurora want two zones. AWS says so when half of the stack stands.
#[test]
fn a_tier_in_one_zone_is_told_before_anything_is_made() {
    let aws = Aws::hurried();
    let (vpc, [a, b, app, data, c]) = standing(&aws, ["a", "a", "a", "a", "c"]);
    let stack = |more: Value| {
        let network = json!({"vpcId": vpc, "subnetIds": {"public": [a, b], "app": [app], "data": [data]}});
        let mut inputs = json!({
            "domain": "adopted.example.net", "dns": {"zoneId": "Z1"}, "slack": false, "network": network,
            "service": {"image": "public.ecr.aws/nginx/nginx:1.27", "port": 8080},
        });
        let all = inputs.as_object_mut().expect("an object");
        all.extend(more.as_object().cloned().unwrap_or_default());
        build(&aws, STACK, "web", &inputs).err().unwrap_or_default()
    };
    let wrong = stack(json!({}));
    let blamed: Vec<_> = wrong.iter().map(|(at, why)| (at.as_str(), why.as_str())).collect();
    let zone = "subnets in two availability zones at least; all of these are in ap-northeast-1a";
    let expected = [
        ("network.subnetIds.data", format!("Aurora needs {zone}")),
        ("network.subnetIds.public", format!("the load balancer needs {zone}")),
    ];
    assert_eq!(blamed, expected.each_ref().map(|(at, why)| (*at, why.as_str())));
    // A part that says itself where it is needs no tier.
    let elsewhere = json!({"overrides": {"load-balancer": {"subnetIds": [a, c]}}, "aurora": {"overrides": {"subnets": {"subnetIds": [data, c]}}}});
    assert_eq!(stack(elsewhere), []);
}

/// The tier that nothing is in any more need not be there.
#[test]
fn a_part_that_says_its_place_needs_no_tier() {
    let aws = Aws::hurried();
    let (vpc, [a, c, app, app_c]) = standing(&aws, ["a", "c", "a", "c"]);
    let stack = |more: Value| {
        let mut inputs = json!({
            "domain": "placed.example.net", "dns": {"zoneId": "Z1"}, "slack": false, "aurora": false,
            "network": {"vpcId": vpc, "subnetIds": {"public": [a, c], "app": [app, app_c]}},
            "service": {"image": "public.ecr.aws/nginx/nginx:1.27", "port": 8080},
        });
        let all = inputs.as_object_mut().expect("an object");
        all.extend(more.as_object().cloned().unwrap_or_default());
        build(&aws, STACK, "web", &inputs).err().unwrap_or_default()
    };
    assert_eq!(stack(json!({})), [("network.subnetIds".into(), "Redis needs subnets of a tier `data`".into())]);
    assert_eq!(stack(json!({"overrides": {"redis": {"subnetIds": [a, c]}}})), []);
}

/// A load balancer and interface endpoints are in one subnet of each zone.
#[test]
fn two_subnets_of_a_zone_are_told_before_anything_is_made() {
    let aws = Aws::hurried();
    let (vpc, [a, b, c, app, app_b, app_c]) = standing(&aws, ["a", "a", "c", "a", "a", "c"]);
    let stack = |public: &[&String], app: &[&String], more: Value| {
        let mut inputs = json!({
            "domain": "crowded.example.net", "dns": {"zoneId": "Z1"}, "slack": false, "aurora": false, "redis": false,
            "network": {"vpcId": vpc, "subnetIds": {"public": public, "app": app}},
            "service": {"image": "public.ecr.aws/nginx/nginx:1.27", "port": 8080},
        });
        let all = inputs.as_object_mut().expect("an object");
        all.extend(more.as_object().cloned().unwrap_or_default());
        build(&aws, STACK, "web", &inputs).err().unwrap_or_default()
    };
    let wrong = stack(&[&a, &b, &c], &[&app, &app_b, &app_c], json!({}));
    let each = "one subnet in each availability zone; ";
    let expected = [
        (
            "network.subnetIds.app".to_owned(),
            format!("VPC endpoints need {each}`{app}` and `{app_b}` are both in ap-northeast-1a"),
        ),
        (
            "network.subnetIds.public".to_owned(),
            format!("the load balancer needs {each}`{a}` and `{b}` are both in ap-northeast-1a"),
        ),
    ];
    assert_eq!(wrong, expected);
    assert_eq!(stack(&[&a, &c], &[&app, &app_b, &app_c], json!({"vpcEndpoints": false})), []);
    assert_eq!(stack(&[&a, &c], &[&app, &app_c], json!({})), []);
}

/// A range that a VPC gets later reaches the endpoints, too: their names lead nowhere else.
#[test]
fn every_range_of_a_vpc_reaches_its_endpoints() {
    let aws = Aws::hurried();
    let (vpc, [a, c, app, app_c]) = standing(&aws, ["a", "c", "a", "c"]);
    aws.call("ec2", "associate_vpc_cidr_block", json!({"VpcId": vpc, "CidrBlock": "100.64.0.0/16"}));
    let adopted = json!({"vpcId": vpc, "subnetIds": {"public": [a, c], "app": [app, app_c]}});
    let own = json!({"secondaryCidrs": {"pods": "100.64.0.0/16"}});
    for (network, name) in [(adopted, "range-100.64.0.0-16"), (own, "range-pods")] {
        let inputs = json!({
            "domain": "ranges.example.net", "dns": {"zoneId": "Z1"}, "slack": false, "aurora": false, "redis": false,
            "network": network, "service": {"image": "public.ecr.aws/nginx/nginx:1.27", "port": 8080},
        });
        let built = build(&aws, STACK, "web", &inputs).unwrap_or_else(|wrong| panic!("{wrong:?}"));
        let rules =
            built.told.iter().filter_map(|(key, told)| Some((key.strip_prefix("web-vpc-endpoints-sg-from-")?, told)));
        let rules: Vec<_> = rules.map(|(key, told)| (key, &told.inputs["fromPort"])).collect();
        assert_eq!(rules, [(name, &json!(443)), ("vpc", &json!(443))]);
    }
}

/// Without them, AWS refuses private DNS when half of the stack stands.
#[test]
fn endpoints_need_a_vpc_with_names() {
    let aws = Aws::hurried();
    let (vpc, [a, c, app, app_c]) = standing(&aws, ["a", "c", "a", "c"]);
    let stack = |endpoints: bool| {
        let inputs = json!({
            "domain": "nameless.example.net", "dns": {"zoneId": "Z1"}, "slack": false, "aurora": false, "redis": false,
            "network": {"vpcId": vpc, "subnetIds": {"public": [a, c], "app": [app, app_c]}}, "vpcEndpoints": endpoints,
            "service": {"image": "public.ecr.aws/nginx/nginx:1.27", "port": 8080},
        });
        build(&aws, STACK, "web", &inputs).err().unwrap_or_default()
    };
    let turn = |on: bool| {
        aws.call("ec2", "modify_vpc_attribute", json!({"VpcId": vpc, "EnableDnsHostnames": {"Value": on}}));
    };
    assert_eq!(stack(true), []);
    turn(false);
    let wrong = stack(true);
    let told = "need the attribute `enableDnsHostnames`";
    assert!(wrong.len() == 1 && wrong[0].0 == "network.vpcId" && wrong[0].1.contains(told), "{wrong:?}");
    assert_eq!(stack(false), []);
    turn(true);
    assert_eq!(stack(true), []);
}
