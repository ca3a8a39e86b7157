//! Subnets.

use serde_json::json;

use crate::ec2::{Journey, tag};

const VPC: (&str, &str, &str) = ("vpc", "Vpc", "cidrBlock: 10.0.0.0/16");
const IN: &str = "vpcId: '${vpc.id}', cidrBlock: 10.0.0.0/24";

#[test]
fn a_subnet_lives() {
    let j = Journey::of("Subnet", &[VPC]);
    j.born("CreateSubnet", &format!("{IN}, mapPublicIpOnLaunch: true"));
    let zone = j.output("availabilityZone");
    assert!(zone.as_str().is_some_and(|z| z.starts_with("ap-northeast-1")), "{zone}");

    let names = "privateDnsHostnameTypeOnLaunch: resource-name, enableResourceNameDnsARecordOnLaunch: true, \
                 enableResourceNameDnsAaaaRecordOnLaunch: true";
    j.updates(
        &format!("{IN}, enableDns64: true, {names}, tags: {{a: b}}"),
        &[
            "enableDns64",
            "enableResourceNameDnsARecordOnLaunch",
            "enableResourceNameDnsAaaaRecordOnLaunch",
            "mapPublicIpOnLaunch",
            "privateDnsHostnameTypeOnLaunch",
            "tags.a",
        ],
    );
    j.updates(
        IN,
        &[
            "enableDns64",
            "enableResourceNameDnsARecordOnLaunch",
            "enableResourceNameDnsAaaaRecordOnLaunch",
            "privateDnsHostnameTypeOnLaunch",
            "tags.a",
        ],
    );
    j.drifts(
        |j| {
            let on = json!({"Value": true});
            let id = j.id();
            j.call("modify_subnet_attribute", json!({"SubnetId": id, "MapPublicIpOnLaunch": on}));
            j.call("create_tags", json!({"Resources": [id], "Tags": tag("by", "hand")}));
        },
        &["mapPublicIpOnLaunch", "tags.by"],
    );
    j.imported_as(&j.id());
    j.ends();
}

#[test]
fn a_subnet_moves() {
    let other = ("other", "Vpc", "cidrBlock: 10.0.0.0/16");
    let j = Journey::of("Subnet", &[VPC, other]);
    j.born("ModifySubnetAttribute", &format!("{IN}, mapPublicIpOnLaunch: true"));
    let zone = j.output("availabilityZone").as_str().unwrap_or_default().to_owned();
    // The zone that it is in may be named or not.
    j.stays(&format!("{IN}, mapPublicIpOnLaunch: true, availabilityZone: {zone}"));
    let elsewhere = ["ap-northeast-1a", "ap-northeast-1c"].into_iter().find(|z| *z != zone);
    j.replaced_in_its_place(&format!("{IN}, availabilityZone: {}", elsewhere.unwrap_or_default()));
    j.stays(IN);
    let id = j.output("availabilityZoneId").as_str().unwrap_or_default().to_owned();
    j.stays(&format!("{IN}, availabilityZoneId: {id}"));
    j.stays(IN);
    // Ranges that meet can't be there at once; others can.
    j.replaced_in_its_place("vpcId: '${vpc.id}', cidrBlock: 10.0.0.0/25");
    j.replaced("vpcId: '${vpc.id}', cidrBlock: 10.0.8.0/24");
    j.replaced("vpcId: '${other.id}', cidrBlock: 10.0.8.0/24");
    j.ends();
}

#[test]
fn a_subnet_has_an_ipv6_range() {
    let j = Journey::of("Subnet", &[VPC]);
    let vpc = j.id_of("vpc");
    j.call("associate_vpc_cidr_block", json!({"VpcId": vpc, "AmazonProvidedIpv6CidrBlock": true}));
    let found = j.call("describe_vpcs", json!({"VpcIds": [vpc]}));
    let block = found.pointer("/Vpcs/0/Ipv6CidrBlockAssociationSet/0/Ipv6CidrBlock");
    let block = block.and_then(|b| b.as_str()?.strip_suffix("00::/56"));
    // AWS writes leading zeros, and we don't.
    let range = |n: u8| {
        let first: std::net::Ipv6Addr = format!("{}{n:02x}::", block.expect("a /56")).parse().expect("an address");
        format!("{first}/64")
    };
    let with = |n: u8, rest: &str| format!("{IN}, ipv6CidrBlock: '{}', {rest}", range(n));

    j.born("CreateSubnet", &with(1, "assignIpv6AddressOnCreation: true"));
    assert_eq!(j.output("ipv6CidrBlock"), json!(range(1)));
    j.imported_as(&j.id());
    // Another range takes over in place, and new interfaces still get addresses.
    j.updates(&with(2, "assignIpv6AddressOnCreation: true"), &["ipv6CidrBlock"]);
    assert_eq!(j.output("assignIpv6AddressOnCreation"), json!(true));
    j.drifts(
        |j| {
            let (id, off) = (j.id(), json!({"Value": false}));
            let off = json!({"SubnetId": id, "AssignIpv6AddressOnCreation": off});
            j.call("modify_subnet_attribute", off);
        },
        &["assignIpv6AddressOnCreation"],
    );
    j.updates(&with(2, ""), &["assignIpv6AddressOnCreation"]);
    j.updates(IN, &["ipv6CidrBlock"]);
    j.updates(&with(3, "assignIpv6AddressOnCreation: true"), &["assignIpv6AddressOnCreation", "ipv6CidrBlock"]);
    j.updates(IN, &["assignIpv6AddressOnCreation", "ipv6CidrBlock"]);
    j.ends();
}
