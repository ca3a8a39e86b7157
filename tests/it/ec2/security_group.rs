//! Security groups.

use serde_json::json;

use crate::aws::REGION;
use crate::ec2::{Journey, tag};

const VPC: (&str, &str, &str) = ("vpc", "Vpc", "cidrBlock: 10.0.0.0/16");

#[test]
fn a_security_group_lives() {
    let j = Journey::of("SecurityGroup", &[VPC]);
    j.born("CreateSecurityGroup", "vpcId: '${vpc.id}', tags: {a: b}");
    let look = j.aws.look();
    let groups = look.of(REGION, "securityGroups");
    let own = groups.iter().find(|g| g["GroupId"] == j.id().as_str());
    let own = own.unwrap_or_else(|| panic!("no group in {groups:?}"));
    assert_eq!(own["IpPermissionsEgress"], json!([]), "AWS's own rule is still there");
    assert!(j.output("name").as_str().is_some_and(|name| name.starts_with("x-")));

    j.updates("vpcId: '${vpc.id}', tags: {a: c}", &["tags.a"]);
    j.drifts(|j| drop(j.call("create_tags", json!({"Resources": [j.id()], "Tags": tag("by", "hand")}))), &["tags.by"]);
    j.imported_as(&j.id());
    // A name that was made up is made up anew; one that was given can't be had twice.
    j.replaced("vpcId: '${vpc.id}', description: for the web");
    j.replaced("vpcId: '${vpc.id}', name: web, description: for the web");
    j.replaced_in_its_place("vpcId: '${vpc.id}', name: web, description: for the shop");
    j.ends();
}
