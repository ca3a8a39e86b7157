//! A network from its first preview to its end, in YAML.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::aws::{Aws, Look, REGION};
use crate::network::of;

/// The network of most tests here, in two zones with one NAT gateway.
const TWO: &str = "cidr: 10.0.0.0/16, availabilityZoneCount: 2, nat: single, tags: {Team: web}";

#[test]
fn a_preview_lists_every_child_and_writes_nothing() {
    let aws = Aws::new();
    let project = aws.project(&of(TWO));
    let preview = project.preview().expect_ok().expect_steps(&[
        "create net",
        "create net-assoc-app-c",
        "create net-assoc-app-d",
        "create net-assoc-data-c",
        "create net-assoc-data-d",
        "create net-assoc-public-c",
        "create net-assoc-public-d",
        "create net-default-sg",
        "create net-eip-c",
        "create net-flow-log",
        "create net-flow-log-group",
        "create net-flow-log-role",
        "create net-igw",
        "create net-nat-c",
        "create net-route-app-c",
        "create net-route-app-d",
        "create net-route-public",
        "create net-rtb-app-c",
        "create net-rtb-app-d",
        "create net-rtb-data",
        "create net-rtb-public",
        "create net-subnet-app-c",
        "create net-subnet-app-d",
        "create net-subnet-data-c",
        "create net-subnet-data-d",
        "create net-subnet-public-c",
        "create net-subnet-public-d",
        "create net-vpc",
    ]);
    assert_eq!(preview.outcome("net-subnet-app-d")["inputs"]["cidrBlock"], "10.0.44.0/22");
    assert_eq!(aws.writes_after(0), [""; 0]);
    assert!(project.state().resources.is_empty());
}

#[test]
fn a_network_lives_from_create_to_destroy() {
    let aws = Aws::new();
    let before = aws.look();
    let project = aws.project(&of(TWO));
    project.up().expect_ok();
    let calls = aws.calls().len();
    project.expect_settled();
    project.refresh_settled();
    project.expect_settled();
    assert_eq!(aws.writes_after(calls), [""; 0]);

    project.program(&of("cidr: 10.0.0.0/16, availabilityZoneCount: 2, nat: single, tags: {Team: ops}"));
    let retagged = project.up().expect_ok().steps();
    assert!(retagged.contains(&"update net-subnet-app-c".to_owned()), "{retagged:?}");
    assert!(retagged.iter().all(|step| step.starts_with("update ")), "{retagged:?}");
    let look = aws.look();
    for kind in ["vpcs", "subnets", "internetGateways", "addresses", "natGateways"] {
        assert!(look.of(REGION, kind).iter().all(|thing| thing["tags"]["Team"] == "ops"), "{kind}: {look:?}");
    }
    project.expect_settled();

    project.destroy().expect_ok();
    assert_eq!(aws.look(), before);
}

#[test]
fn nothing_that_stands_moves_when_zones_and_gateways_are_added() {
    let aws = Aws::new();
    let before = aws.look();
    let project = aws.project(&of(TWO));
    project.up().expect_ok();
    let first = subnets(&aws.look());

    project.program(&of("cidr: 10.0.0.0/16, availabilityZoneCount: 2, nat: perAz, tags: {Team: web}"));
    let each = project.up().expect_ok();
    each.expect_steps(&["create net-eip-d", "create net-nat-d", "update net-route-app-d", "update net"]);
    assert_eq!(subnets(&aws.look()), first);
    project.expect_settled();

    project.program(&of("cidr: 10.0.0.0/16, availabilityZoneCount: 3, nat: perAz, tags: {Team: web}"));
    let third = project.up().expect_ok().steps();
    let new = |step: &String| step.starts_with("create ") && step.ends_with("-a");
    assert!(third.iter().all(|step| new(step) || step == "update net"), "{third:?}");
    let now = subnets(&aws.look());
    assert_eq!(now.len(), 9);
    assert!(first.iter().all(|(name, subnet)| now.get(name) == Some(subnet)), "{first:#?} {now:#?}");
    project.expect_settled();

    project.program(&of("cidr: 10.0.0.0/16, availabilityZoneCount: 2, nat: instance, tags: {Team: web}"));
    let before_calls = aws.calls().len();
    project.up().expect_ok();
    let calls = aws.writes_after(before_calls);
    let at = |call: &str| {
        calls.iter().position(|known| known.ends_with(call)).unwrap_or_else(|| panic!("{call}: {calls:?}"))
    };
    assert!(at("RunInstances") < at("ReplaceRoute") && at("ReplaceRoute") < at("DeleteNatGateway"), "{calls:?}");
    let instance = aws.call("ec2", "describe_instances", json!({}))["Reservations"][0]["Instances"][0].clone();
    assert_eq!((&instance["SourceDestCheck"], &instance["InstanceType"]), (&json!(false), &json!("t4g.nano")));
    let table = json!({"Filters": [{"Name": "tag:Name", "Values": ["net-rtb-app-d"]}]});
    let routes = aws.call("ec2", "describe_route_tables", table)["RouteTables"][0]["Routes"].clone();
    let out = routes.as_array().into_iter().flatten().find(|route| route["DestinationCidrBlock"] == "0.0.0.0/0");
    assert_eq!(
        out.map(|route| &route["NetworkInterfaceId"]),
        Some(&instance["NetworkInterfaces"][0]["NetworkInterfaceId"])
    );
    assert_eq!((aws.look().count(REGION, "natGateways"), aws.look().count(REGION, "addresses")), (0, 1));
    assert_eq!(subnets(&aws.look()), first);
    project.expect_settled();

    project.program(&of("cidr: 10.0.0.0/16, availabilityZoneCount: 2, nat: none, tags: {Team: web}"));
    project.up().expect_ok();
    assert_eq!(aws.look().count(REGION, "natGateways") + aws.look().count(REGION, "addresses"), 0);
    assert_eq!(subnets(&aws.look()), first);
    project.destroy().expect_ok();
    assert_eq!(aws.look(), before);
}

/// Each subnet's id and range by its name.
fn subnets(look: &Look) -> BTreeMap<String, (Value, Value)> {
    let all = look.of(REGION, "subnets").iter();
    let named = all.filter_map(|subnet| {
        let name = subnet["tags"]["Name"].as_str()?;
        Some((name.to_owned(), (subnet["id"].clone(), subnet["CidrBlock"].clone())))
    });
    named.collect()
}

#[test]
fn another_range_is_another_network() {
    let aws = Aws::new();
    let before = aws.look();
    let project = aws.project(&of(TWO));
    project.up().expect_ok();
    let old = aws.look();
    let old = old.named(REGION, "vpcs", "net")["id"].clone();
    project.program(&of("cidr: 10.8.0.0/16, availabilityZoneCount: 2, nat: single, tags: {Team: web}"));
    let calls = aws.calls().len();
    let preview = project.preview().expect_ok();
    assert_eq!(preview.diff("net-vpc")["cidrBlock"], "update-replace");
    assert_eq!(preview.diff("net-subnet-app-c")["cidrBlock"], "update-replace");
    assert_eq!(aws.writes_after(calls), [""; 0]);
    project.up().expect_ok();
    let look = aws.look();
    let vpc = look.named(REGION, "vpcs", "net");
    assert_eq!(vpc["CidrBlock"], "10.8.0.0/16");
    assert_ne!(vpc["id"], old);
    assert_eq!((look.count(REGION, "vpcs"), look.count(REGION, "subnets")), (1, 6));
    assert_eq!((look.count(REGION, "natGateways"), look.count(REGION, "addresses")), (1, 1));
    project.expect_settled();
    project.destroy().expect_ok();
    assert_eq!(aws.look(), before);
}
