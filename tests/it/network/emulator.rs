//! What the tests stand on: that the emulator can be reached, looked into and meddled with.

use serde_json::json;

use crate::aws::{Aws, ELSEWHERE, REGION};

const VPC: &str = "
resources:
  vpc:
    type: gitinfra:ec2:Vpc
    properties: {cidrBlock: 10.0.0.0/16, tags: {Name: main}}
";

#[test]
fn an_account_is_ones_own() {
    let (aws, other) = (Aws::new(), Aws::new());
    let before = aws.look();
    let project = aws.project(VPC);
    project.up().expect_ok().expect_steps(&["create vpc"]);
    project.expect_settled();
    assert_eq!(aws.look().named(REGION, "vpcs", "main")["CidrBlock"], "10.0.0.0/16");
    assert_eq!(other.look(), before);
    assert_eq!(aws.look().count(ELSEWHERE, "vpcs"), 0);
    project.destroy().expect_ok();
    assert_eq!(aws.look(), before);
}

#[test]
fn a_fault_meets_one_account() {
    let (aws, other) = (Aws::new(), Aws::new());
    aws.fault(json!({"kind": "error", "operation": "CreateVpc", "code": "VpcLimitExceeded", "message": "too many", "status": 400}));
    let project = aws.project(VPC);
    project.up().expect_failure().expect_says("VpcLimitExceeded");
    other.project(VPC).up().expect_ok();
    aws.heal();
    project.up().expect_ok();
    assert_eq!(aws.look().count(REGION, "vpcs"), 1);
}
