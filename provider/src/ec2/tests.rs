//! What Check finds wrong with each resource: properties, the one that is wrong, what is said of it.

use pulumi_plugin::conform::conform;
use pulumi_plugin::{Fault, Property, Resource, Shaped, Value};
use serde_json::json;

use crate::ec2::default_security_group::DefaultSecurityGroup;
use crate::ec2::nat_gateway::{NatGateway, NatGatewayInputs};
use crate::ec2::route::Route;
use crate::ec2::security_group::SecurityGroup;
use crate::ec2::security_group_egress_rule::SecurityGroupEgressRule;
use crate::ec2::security_group_ingress_rule::SecurityGroupIngressRule;
use crate::ec2::subnet::Subnet;
use crate::ec2::vpc::Vpc;

fn faults<R: Resource>(properties: &serde_json::Value) -> Vec<Fault> {
    let Value::Object(properties) = Value::from_json(properties) else {
        panic!("{properties} is no object");
    };
    let held = conform(&[R::Inputs::shape()], &properties);
    if !held.faults.is_empty() {
        return held.faults;
    }
    match R::Inputs::decode(&Value::Object(held.properties)) {
        Ok(inputs) => R::check(&inputs),
        Err(fault) => vec![fault],
    }
}

#[track_caller]
fn expect<R: Resource>(cases: &[(serde_json::Value, &str, &str)]) {
    for (properties, at, why) in cases {
        let found = faults::<R>(properties);
        let told = found.iter().any(|f| f.at.as_str() == *at && f.why.contains(why));
        assert!(told, "{properties}: no `{at}`: {why}: {found:?}");
    }
}

#[test]
fn vpcs() {
    expect::<Vpc>(&[
        (json!({"cidrBlock": "10.0.0.0/8"}), "cidrBlock", "`10.0.0.0/8` is a /8; from a /16 to a /28 is allowed"),
        (json!({"cidrBlock": "10.0.0.1/16"}), "cidrBlock", "did you mean `10.0.0.0/16`?"),
        (
            json!({"cidrBlock": "10.0.0.0/16", "enableDnsSupport": false}),
            "enableDnsHostnames",
            "needs `enableDnsSupport: true`",
        ),
    ]);
}

#[test]
fn subnets() {
    expect::<Subnet>(&[
        (json!({"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/29"}), "cidrBlock", "from a /16 to a /28 is allowed"),
        (
            json!({"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24", "assignIpv6AddressOnCreation": true}),
            "assignIpv6AddressOnCreation",
            "needs `ipv6CidrBlock`",
        ),
    ]);
}

#[test]
fn nat_gateways() {
    expect::<NatGateway>(&[
        (json!({"subnetId": "subnet-1"}), "allocationId", "a public NAT gateway needs"),
        (
            json!({"subnetId": "subnet-1", "allocationId": "eipalloc-1", "connectivityType": "private"}),
            "allocationId",
            "a private NAT gateway has no Elastic IP address",
        ),
        (
            json!({
                "subnetId": "subnet-1", "allocationId": "eipalloc-1", "secondaryAllocationIds": ["eipalloc-2"],
                "secondaryPrivateIpAddresses": ["10.0.0.6", "10.0.0.7"],
            }),
            "secondaryPrivateIpAddresses",
            "as many of them as of `secondaryAllocationIds`",
        ),
    ]);
}

#[test]
fn a_nat_gateway_is_waited_for_as_long_as_its_addresses_drain() {
    for (given, seconds) in [(json!({}), 1250), (json!({"maxDrainDurationSeconds": 4000}), 4900)] {
        let given = Value::from_json(&given);
        let held = conform(&[NatGatewayInputs::shape()], given.as_object().expect("properties"));
        let inputs = NatGatewayInputs::decode(&Value::Object(held.properties)).expect("inputs");
        assert_eq!(NatGateway::wait(&inputs).longest.as_secs(), seconds);
    }
}

#[test]
fn routes() {
    expect::<Route>(&[
        (json!({"routeTableId": "rtb-1", "gatewayId": "igw-1"}), "destinationCidrBlock", "missing: one of"),
        (json!({"routeTableId": "rtb-1", "destinationCidrBlock": "0.0.0.0/0"}), "gatewayId", "missing: one of"),
        (
            json!({"routeTableId": "rtb-1", "destinationCidrBlock": "0.0.0.0/0", "destinationIpv6CidrBlock": "::/0", "gatewayId": "igw-1"}),
            "destinationIpv6CidrBlock",
            "only one of `destinationCidrBlock`",
        ),
        (
            json!({"routeTableId": "rtb-1", "destinationCidrBlock": "0.0.0.0/0", "gatewayId": "igw-1", "natGatewayId": "nat-1"}),
            "natGatewayId",
            "only one of `gatewayId`",
        ),
    ]);
}

#[test]
fn security_groups() {
    expect::<SecurityGroup>(&[
        (json!({"vpcId": "vpc-1", "name": "sg-web"}), "name", "begins with `sg-`"),
        (json!({"vpcId": "vpc-1", "name": "web", "description": "ウェブ"}), "description", "is not allowed"),
    ]);
}

#[test]
fn ingress_rules() {
    expect::<SecurityGroupIngressRule>(&[
        (
            json!({"securityGroupId": "sg-1", "ipProtocol": "http", "cidrIpv4": "0.0.0.0/0"}),
            "ipProtocol",
            "`http` is not a protocol",
        ),
        (
            json!({"securityGroupId": "sg-1", "ipProtocol": "tcp", "fromPort": 1, "cidrIpv4": "0.0.0.0/0"}),
            "toPort",
            "tcp needs both ports",
        ),
        (
            json!({"securityGroupId": "sg-1", "ipProtocol": "tcp", "fromPort": 2, "toPort": 1, "cidrIpv4": "0.0.0.0/0"}),
            "toPort",
            "1 is less than `fromPort`, which is 2",
        ),
    ]);
}

#[test]
fn egress_rules() {
    expect::<SecurityGroupEgressRule>(&[
        (
            json!({"securityGroupId": "sg-1", "ipProtocol": "all", "fromPort": 0, "cidrIpv4": "0.0.0.0/0"}),
            "fromPort",
            "has no ports here",
        ),
        (json!({"securityGroupId": "sg-1", "ipProtocol": "all"}), "cidrIpv4", "missing: one of"),
    ]);
}

#[test]
fn default_security_groups() {
    expect::<DefaultSecurityGroup>(&[(json!({"vpcId": "vpc-1", "locked": false}), "locked", "is always true")]);
}
