//! Elastic IP addresses and NAT gateways.

use serde_json::json;

use crate::aws::REGION;
use crate::ec2::{Journey, of, tag};

const AROUND: [(&str, &str, &str); 5] = [
    ("vpc", "Vpc", "cidrBlock: 10.0.0.0/16"),
    ("igw", "InternetGateway", "vpcId: '${vpc.id}'"),
    ("subnet", "Subnet", "vpcId: '${igw.vpcId}', cidrBlock: 10.0.0.0/24"),
    ("one", "Eip", ""),
    ("two", "Eip", ""),
];

#[test]
fn an_address_lives() {
    let j = Journey::of("Eip", &[]);
    j.born("AllocateAddress", "tags: {a: b}");
    assert_eq!(j.output("allocationId"), j.id());
    j.updates("tags: {a: c}", &["tags.a"]);
    j.drifts(|j| drop(j.call("create_tags", json!({"Resources": [j.id()], "Tags": tag("by", "hand")}))), &["tags.by"]);
    j.imported_as(&j.id());
    // The address that it has may be asked for or not.
    let address = j.output("publicIp").as_str().unwrap_or_default().to_owned();
    j.stays(&format!("tags: {{a: c}}, address: {address}"));
    j.ends();
}

#[test]
fn a_nat_gateway_lives() {
    let j = Journey::of("NatGateway", &AROUND);
    j.born("CreateNatGateway", "subnetId: '${subnet.id}', allocationId: '${one.id}'");
    let look = j.aws.look();
    assert_eq!(look.count(REGION, "natGateways"), 1);
    assert_eq!(j.output("publicIp"), *j.project.state().get("one", "/outputs/publicIp"));
    j.updates("subnetId: '${subnet.id}', allocationId: '${one.id}', tags: {a: b}", &["tags.a"]);
    j.drifts(|j| drop(j.call("delete_tags", json!({"Resources": [j.id()], "Tags": [{"Key": "a"}]}))), &["tags.a"]);
    j.imported_as(&j.id());
    j.replaced("subnetId: '${subnet.id}', allocationId: '${two.id}'");
    // The private one takes no address; then the public one has to wait for none.
    j.replaced("subnetId: '${subnet.id}', connectivityType: private");
    assert_eq!(j.output("publicIp"), json!(null));
    j.replaced("subnetId: '${subnet.id}', connectivityType: private, privateIp: 10.0.0.77");
    j.stays("subnetId: '${subnet.id}', connectivityType: private");
    j.ends();
}

#[test]
fn an_address_is_not_shared() {
    let around = [AROUND[0], AROUND[1], AROUND[2], AROUND[3]];
    let more = ("more", "Subnet", "vpcId: '${igw.vpcId}', cidrBlock: 10.0.1.0/24");
    let j = Journey::of("NatGateway", &[&around[..], &[more]].concat());
    j.born("DescribeNatGateways", "subnetId: '${subnet.id}', allocationId: '${one.id}'");
    j.replaced_in_its_place("subnetId: '${more.id}', allocationId: '${one.id}'");
    j.ends();
}

/// The gateway fails in AWS's own words; once what it lacked is there, a refresh forgets it and the next update makes another.
#[test]
fn a_nat_gateway_that_fails_is_made_anew() {
    let [vpc, _, _, one, _] = AROUND;
    let subnet = ("subnet", "Subnet", "vpcId: '${vpc.id}', cidrBlock: 10.0.0.0/24");
    let j = Journey::of("NatGateway", &[vpc, subnet, one]);
    let x = ("x", "NatGateway", "subnetId: '${subnet.id}', allocationId: '${one.id}'");
    j.project.program(&of(&[vpc, subnet, one, x]));
    let up = j.project.up().expect_failure();
    let up = up.expect_says("Gateway.NotAttached: Network vpc-");
    up.expect_says("has no Internet gateway attached");

    let igw = ("igw", "InternetGateway", "vpcId: '${vpc.id}'");
    j.project.program(&of(&[vpc, subnet, one, igw]));
    j.project.refresh().expect_ok();
    j.project.up().expect_ok().expect_steps(&["create igw"]);
    j.project.program(&of(&[vpc, subnet, one, igw, x]));
    j.project.up().expect_ok().expect_steps(&["create x"]);
    j.project.expect_settled();
    j.project.destroy().expect_ok();
    assert_eq!(j.aws.look().count(REGION, "vpcs"), 0);
}
