//! What fails on the way leaves nothing behind that the next `up` doesn't know.

use serde_json::json;

use crate::aws::{Aws, Look, REGION};
use crate::network::of;
use crate::pulumi::Project;

const NET: &str = "availabilityZoneCount: 1, nat: single";

/// How many things of each kind a network of one zone is made of, beside what comes with each VPC.
const PARTS: &[(&str, usize)] = &[
    ("vpcs", 1),
    ("subnets", 3),
    ("internetGateways", 1),
    ("addresses", 1),
    ("natGateways", 1),
    ("routeTables", 4),
    ("securityGroups", 1),
];

#[track_caller]
fn whole(look: &Look) {
    let counts: Vec<_> = PARTS.iter().map(|(kind, _)| (*kind, look.count(REGION, kind))).collect();
    assert_eq!(counts, PARTS, "{:#}", look.0);
}

/// Tries again for as long as something fails; how often it took.
#[track_caller]
fn until_it_works(project: &Project, verb: &str) -> usize {
    let tries = (1..=12).find(|_| project.act(verb, &[]).code == 0);
    tries.unwrap_or_else(|| panic!("{verb} fails for good: {}", project.act(verb, &[])))
}

/// Each operation that makes or changes something loses its answer once.
const MAKING: &[&str] = &[
    "CreateVpc",
    "ModifyVpcAttribute",
    "CreateSubnet",
    "CreateInternetGateway",
    "AttachInternetGateway",
    "AllocateAddress",
    "CreateNatGateway",
    "CreateRouteTable",
    "CreateRoute",
    "AssociateRouteTable",
    "RevokeSecurityGroupIngress",
    "RevokeSecurityGroupEgress",
    "CreateTags",
];

/// And each that ends something.
const ENDING: &[&str] = &[
    "DisassociateRouteTable",
    "DeleteRoute",
    "DeleteRouteTable",
    "DeleteNatGateway",
    "ReleaseAddress",
    "DetachInternetGateway",
    "DeleteInternetGateway",
    "DeleteSubnet",
    "DeleteVpc",
];

fn lose(aws: &Aws, operations: &[&str]) {
    let rule = |operation| json!({"kind": "lose-answer", "operation": operation, "service": "ec2", "times": 1, "account": aws.account});
    aws.faults(operations.iter().map(rule).collect());
}

#[test]
fn answers_that_get_lost_make_no_orphan_and_no_twin() {
    let aws = Aws::new();
    let before = aws.look();
    let project = aws.project(&of(NET));
    lose(&aws, MAKING);
    until_it_works(&project, "up");
    whole(&aws.look());
    aws.heal();
    project.expect_settled();
    project.refresh_settled();
    lose(&aws, ENDING);
    until_it_works(&project, "destroy");
    assert_eq!(aws.look(), before);
}

#[test]
fn nor_do_they_where_nothing_is_tried_twice() {
    let aws = Aws::new();
    let before = aws.look();
    let project = aws.project(&of(NET));
    project.line("config:").line("  gitinfra:maxRetries: 0");
    lose(&aws, MAKING);
    until_it_works(&project, "up");
    whole(&aws.look());
    aws.heal();
    project.expect_settled();
    lose(&aws, ENDING);
    until_it_works(&project, "destroy");
    assert_eq!(aws.look(), before);
}

#[test]
fn throttling_and_failing_is_only_a_matter_of_patience() {
    let aws = Aws::new();
    let before = aws.look();
    for kind in ["throttle", "error500", "drop-before"] {
        aws.fault(json!({"kind": kind, "service": "ec2", "times": 3, "skip": 4}));
    }
    let project = aws.project(&of(NET));
    project.up().expect_ok();
    whole(&aws.look());
    project.destroy().expect_ok();
    assert_eq!(aws.look(), before);
}

#[test]
fn a_failure_half_way_is_taken_up_where_it_stopped() {
    let aws = Aws::new();
    let before = aws.look();
    let project = aws.project(&of(NET));
    aws.fault(json!({
        "kind": "error", "operation": "CreateNatGateway", "times": 100,
        "code": "NatGatewayLimitExceeded", "message": "the limit is 5", "status": 400,
    }));
    let failed = project.up().expect_failure().expect_says("NatGatewayLimitExceeded");
    assert!(failed.printed().contains("nat-c"), "{failed}");
    let vpc = aws.look().named(REGION, "vpcs", "net")["id"].clone();
    aws.heal();
    let steps = project.up().expect_ok().steps();
    assert!(steps.contains(&"create net-nat-c".to_owned()), "{steps:?}");
    assert!(!steps.contains(&"create net-vpc".to_owned()), "{steps:?}");
    let look = aws.look();
    whole(&look);
    assert_eq!(look.named(REGION, "vpcs", "net")["id"], vpc);
    project.expect_settled();
    project.destroy().expect_ok();
    assert_eq!(aws.look(), before);
}

#[test]
fn a_gateway_that_comes_to_nothing_is_told_with_awss_reason() {
    let aws = Aws::new();
    let before = aws.look();
    let program = |igw: &str| {
        format!(
            "
resources:
  vpc: {{type: 'gitinfra:ec2:Vpc', properties: {{cidrBlock: 10.0.0.0/16}}}}
  igw: {{type: 'gitinfra:ec2:InternetGateway', properties: {{{igw}}}}}
  subnet: {{type: 'gitinfra:ec2:Subnet', properties: {{vpcId: '${{vpc.id}}', cidrBlock: 10.0.0.0/24}}}}
  eip: {{type: 'gitinfra:ec2:Eip', properties: {{}}}}
  nat:
    type: gitinfra:ec2:NatGateway
    properties: {{subnetId: '${{subnet.id}}', allocationId: '${{eip.id}}'}}
    options: {{dependsOn: ['${{igw}}']}}
"
        )
    };
    let project = aws.project(&program(""));
    project.up().expect_failure().expect_says("has no Internet gateway attached");
    project.program(&program("vpcId: '${vpc.id}'"));
    project.up().expect_ok();
    assert_eq!(aws.look().count(REGION, "natGateways"), 1);
    project.expect_settled();
    project.destroy().expect_ok();
    assert_eq!(aws.look(), before);
}

#[test]
fn ctrl_c_stops_the_waiting_and_forgets_nothing() {
    let aws = Aws::alone(1000.0);
    let before = aws.look();
    let project = aws.project(&of(NET));
    aws.time_scale(0.0);
    // The gateway's waiting is all that stays slow.
    let running = project.start("up", &[]);
    running.until("the address", |event| {
        let done = event.pointer("/resOutputsEvent/metadata");
        done.is_some_and(|m| m["type"] == "gitinfra:ec2:Eip")
    });
    aws.time_scale(1000.0);
    running.until("the gateway's wait", |event| {
        let said = event.pointer("/diagnosticEvent/message").and_then(|m| m.as_str());
        said.is_some_and(|said| said.contains("pending"))
    });
    running.interrupt();
    let ended = running.finish().expect_failure();
    let nat = aws.look().of(REGION, "natGateways")[0]["id"].clone();
    assert_eq!(project.state().get("net-nat-c", "/id"), &nat, "{ended}");
    aws.time_scale(0.0);
    project.up().expect_ok();
    whole(&aws.look());
    project.expect_settled();
    project.destroy().expect_ok();
    assert_eq!(aws.look(), before);
}
