//! What others change behind the engine's back: seen by a refresh, healed by the next `up`.

use serde_json::{Value, json};

use crate::aws::{Aws, REGION};
use crate::network::of;
use crate::pulumi::Project;

const NET: &str = "availabilityZoneCount: 1, nat: none, tags: {Team: web}";

/// Meddles, expects that a refresh sees it in the child, and that `up` brings everything back as it was.
#[track_caller]
fn heals(aws: &Aws, project: &Project, child: &str, meddle: impl FnOnce()) {
    let before = aws.look();
    meddle();
    assert_ne!(aws.look(), before, "{child}: nothing has changed");
    let seen = project.refresh().expect_ok().changed();
    assert_eq!(seen, [format!("net-{child}")]);
    let healed = project.up().expect_ok().steps();
    assert!(healed.iter().all(|step| step.ends_with(&format!(" net-{child}"))), "{healed:?}");
    project.expect_settled();
    assert_eq!(aws.look(), before, "{child}: it has not come back");
}

fn id(aws: &Aws, kind: &str, name: &str) -> Value {
    aws.look().named(REGION, kind, name)["id"].clone()
}

#[test]
fn drift_is_seen_and_healed() {
    let aws = Aws::new();
    let before = aws.look();
    let project = aws.project(&of(NET));
    project.up().expect_ok();

    let subnet = id(&aws, "subnets", "net-subnet-public-c");
    heals(&aws, &project, "subnet-public-c", || {
        aws.call(
            "ec2",
            "create_tags",
            json!({"Resources": [subnet], "Tags": [{"Key": "Team", "Value": "thief"}, {"Key": "New", "Value": "x"}]}),
        );
    });
    heals(&aws, &project, "subnet-public-c", || {
        aws.call("ec2", "modify_subnet_attribute", json!({"SubnetId": subnet, "MapPublicIpOnLaunch": {"Value": true}}));
    });
    let table = id(&aws, "routeTables", "net-rtb-public");
    heals(&aws, &project, "route-public", || {
        aws.call("ec2", "delete_route", json!({"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0"}));
    });
    let vpc = id(&aws, "vpcs", "net");
    heals(&aws, &project, "vpc", || {
        aws.call("ec2", "modify_vpc_attribute", json!({"VpcId": vpc, "EnableDnsHostnames": {"Value": false}}));
    });
    project.destroy().expect_ok();
    assert_eq!(aws.look(), before);
}

#[test]
fn the_default_group_stays_without_rules() {
    let aws = Aws::new();
    let project = aws.project(&of(NET));
    project.up().expect_ok();
    let group = id(&aws, "securityGroups", "net-default-sg");
    heals(&aws, &project, "default-sg", || {
        let everyone = json!([{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]);
        aws.call("ec2", "authorize_security_group_ingress", json!({"GroupId": group, "IpPermissions": everyone}));
        aws.call("ec2", "authorize_security_group_egress", json!({"GroupId": group, "IpPermissions": everyone}));
    });
    project.destroy().expect_ok();
}

#[test]
fn what_others_have_deleted_is_made_anew() {
    let aws = Aws::new();
    let before = aws.look();
    let project = aws.project(&of(NET));
    project.up().expect_ok();
    let look = aws.look();
    let table = look.named(REGION, "routeTables", "net-rtb-app-c");
    let association = &table["Associations"][0]["RouteTableAssociationId"];
    aws.call("ec2", "disassociate_route_table", json!({"AssociationId": association}));
    aws.call("ec2", "delete_route_table", json!({"RouteTableId": table["id"]}));
    project.refresh().expect_ok();
    project.up().expect_ok().expect_steps(&["create net-assoc-app-c", "create net-rtb-app-c"]);
    project.expect_settled();
    project.destroy().expect_ok();
    assert_eq!(aws.look(), before);
}
