//! The addresses of NAT gateways.

use serde_json::json;

use super::Journey;
use crate::aws::{Aws, REGION};
use crate::life::stack::{Asked, Stack};

const AROUND: &[(&str, &str, &str)] = &[
    ("vpc", "Vpc", "cidrBlock: 10.0.0.0/16"),
    ("igw", "InternetGateway", "vpcId: '${vpc.id}'"),
    ("subnet", "Subnet", "vpcId: '${igw.vpcId}', cidrBlock: 10.0.0.0/24"),
    ("one", "Eip", ""),
    ("two", "Eip", ""),
    ("three", "Eip", ""),
];

#[test]
fn secondary_addresses_come_and_go_in_place() {
    let zonal = "subnetId: '${subnet.id}', allocationId: '${one.id}'";
    let journey = Journey::of("NatGateway", AROUND);
    journey.born("CreateNatGateway", zonal);
    // A set is in the order of its ids, which AWS makes up.
    let (first, second) =
        if journey.id_of("two") < journey.id_of("three") { ("two", "three") } else { ("three", "two") };
    journey
        .updates(&format!("{zonal}, secondaryAllocationIds: ['${{{first}.id}}']"), &["secondaryAllocationIds[0]"])
        .drifts(
            |here| {
                let given = json!({"NatGatewayId": here.id(), "AllocationIds": [here.id_of(second)]});
                here.call("associate_nat_gateway_address", given);
            },
            &["secondaryAllocationIds[1]"],
        )
        .updates(zonal, &["secondaryAllocationIds[0]"]);
    assert_eq!(journey.output("publicIps").as_array().map(Vec::len), Some(1));
    journey.imported_as(&journey.id()).ends();
}

#[test]
fn an_address_gets_another_private_address_in_place() {
    let aws = Aws::new();
    let program = |private: &str| {
        let nat = json!({
            "subnetId": "${subnet.id}", "allocationId": "${one.id}", "secondaryAllocationIds": ["${two.id}"],
            "secondaryPrivateIpAddresses": [private], "maxDrainDurationSeconds": 1,
        });
        [
            Asked::new("vpc", "ec2:Vpc", json!({"cidrBlock": "10.0.0.0/16"})),
            Asked::new("igw", "ec2:InternetGateway", json!({"vpcId": "${vpc.id}"})),
            Asked::new("subnet", "ec2:Subnet", json!({"vpcId": "${igw.vpcId}", "cidrBlock": "10.0.0.0/24"})),
            Asked::new("one", "ec2:Eip", json!({})),
            Asked::new("two", "ec2:Eip", json!({})),
            Asked::new("nat", "ec2:NatGateway", nat),
        ]
    };
    let mut stack = Stack::new(&aws);
    for (private, step) in [("10.0.0.98", "create nat"), ("10.0.0.99", "update nat")] {
        let steps = stack.up(&program(private)).unwrap_or_else(|failure| panic!("{}", failure.words));
        assert!(steps.iter().any(|taken| taken == step), "{steps:?}");
        let told = aws.call("ec2", "describe_nat_gateways", json!({}))["NatGateways"][0]["NatGatewayAddresses"].clone();
        let second: Vec<_> = told.as_array().into_iter().flatten().filter(|each| each["IsPrimary"] == false).collect();
        assert_eq!(second.len(), 1, "{told}");
        assert_eq!(second[0]["PrivateIp"], private);
        let again = stack.up(&program(private)).unwrap_or_else(|failure| panic!("{}", failure.words));
        assert_eq!(again, Vec::<String>::new());
    }
    stack.up(&[]).unwrap_or_else(|failure| panic!("{}", failure.words));
}

#[test]
fn a_regional_one_has_addresses_in_zones() {
    let regional =
        |zones: &str| format!("availabilityMode: regional, vpcId: '${{vpc.id}}', availabilityZoneAddresses: [{zones}]");
    let zone =
        |name: &str, addresses: &str| format!("{{availabilityZone: {REGION}{name}, allocationIds: [{addresses}]}}");
    let one = zone("c", "'${one.id}'");
    let journey = Journey::of("NatGateway", AROUND);
    journey.born("CreateNatGateway", &regional(&one));
    journey.updates(&regional(&format!("{one}, {}", zone("a", "'${two.id}'"))), &["availabilityZoneAddresses[1]"]);
    assert_eq!(journey.output("publicIps").as_array().map(Vec::len), Some(2));
    journey.updates(&regional(&one), &["availabilityZoneAddresses[1]"]).ends();
}
