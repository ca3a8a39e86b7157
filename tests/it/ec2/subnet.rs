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
    assert!(
        zone.as_str()
            .is_some_and(|z| z.starts_with("ap-northeast-1")),
        "{zone}"
    );

    let names =
        "privateDnsHostnameTypeOnLaunch: resource-name, enableResourceNameDnsARecordOnLaunch: true";
    j.updates(
        &format!("{IN}, enableDns64: true, {names}, tags: {{a: b}}"),
        &[
            "enableDns64",
            "enableResourceNameDnsARecordOnLaunch",
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
            "privateDnsHostnameTypeOnLaunch",
            "tags.a",
        ],
    );
    j.drifts(
        |j| {
            let on = json!({"Value": true});
            let id = j.id();
            j.call(
                "modify_subnet_attribute",
                json!({"SubnetId": id, "MapPublicIpOnLaunch": on}),
            );
            j.call(
                "create_tags",
                json!({"Resources": [id], "Tags": tag("by", "hand")}),
            );
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
    j.born(
        "ModifySubnetAttribute",
        &format!("{IN}, mapPublicIpOnLaunch: true"),
    );
    let zone = j
        .output("availabilityZone")
        .as_str()
        .unwrap_or_default()
        .to_owned();
    // The zone that it is in may be named or not.
    j.stays(&format!(
        "{IN}, mapPublicIpOnLaunch: true, availabilityZone: {zone}"
    ));
    let elsewhere = ["ap-northeast-1a", "ap-northeast-1c"]
        .into_iter()
        .find(|z| *z != zone);
    j.replaced_in_its_place(&format!(
        "{IN}, availabilityZone: {}",
        elsewhere.unwrap_or_default()
    ));
    j.stays(IN);
    // Ranges that meet can't be there at once; others can.
    j.replaced_in_its_place("vpcId: '${vpc.id}', cidrBlock: 10.0.0.0/25");
    j.replaced("vpcId: '${vpc.id}', cidrBlock: 10.0.8.0/24");
    j.replaced("vpcId: '${other.id}', cidrBlock: 10.0.8.0/24");
    j.ends();
}
