//! Single children that are wanted otherwise, or not at all.

use serde_json::json;

use crate::aws::{Aws, REGION};
use crate::network::of;

#[test]
fn a_child_is_changed_by_its_key() {
    let aws = Aws::new();
    let before = aws.look();
    let changed = "availabilityZoneCount: 1, nat: none, overrides: {subnet-public-c: {mapPublicIpOnLaunch: true, tags: {Name: dmz}}}";
    let project = aws.project(&of(changed));
    project.up().expect_ok();
    let look = aws.look();
    assert_eq!(look.named(REGION, "subnets", "dmz")["MapPublicIpOnLaunch"], true);
    assert_eq!(look.named(REGION, "subnets", "net-subnet-app-c")["MapPublicIpOnLaunch"], false);
    project.expect_settled();

    project.program(&of("availabilityZoneCount: 1, nat: none"));
    project.up().expect_ok().expect_steps(&["update net", "update net-subnet-public-c"]);
    assert_eq!(aws.look().named(REGION, "subnets", "net-subnet-public-c")["MapPublicIpOnLaunch"], false);
    project.destroy().expect_ok();
    assert_eq!(aws.look(), before);
}

#[test]
fn a_child_that_is_not_wanted_is_not_there() {
    let aws = Aws::new();
    let project = aws.project(&of("availabilityZoneCount: 1, nat: none, skip: [default-sg, assoc-data-c]"));
    let steps = project.up().expect_ok().steps();
    assert!(!steps.iter().any(|step| step.ends_with("default-sg") || step.ends_with("assoc-data-c")), "{steps:?}");
    let look = aws.look();
    let groups = look.of(REGION, "securityGroups");
    assert!(groups.iter().all(|group| group["IpPermissionsEgress"] != json!([])), "the default group keeps its rules");
    project.expect_settled();

    project.program(&of("availabilityZoneCount: 1, nat: none"));
    project.up().expect_ok().expect_steps(&["create net-assoc-data-c", "create net-default-sg", "update net"]);
    project.program(&of("availabilityZoneCount: 1, nat: none, skip: [default-sg]"));
    project.up().expect_ok().expect_steps(&["delete net-default-sg", "update net"]);
    project.expect_settled();
    project.destroy().expect_ok();
}
