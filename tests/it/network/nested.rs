//! The network as a part of another component: two of them side by side, in a package of one's own.

use serde_json::json;

use crate::aws::{Aws, REGION};
use crate::pulumi::Project;
use crate::tools::{self, Plugin};

const RANGES: &str = "front: 10.0.0.0/16, back: 10.8.0.0/16, tags: {Team: web}";

/// A program of one pair of networks, `pair`.
fn of(properties: &str) -> String {
    format!("resources:\n  pair: {{type: 'gitinfra:index:TwinNetworks', properties: {{{RANGES}, {properties}}}}}\n")
}

fn project(aws: &Aws, properties: &str) -> Project {
    let plugin = Plugin { name: "gitinfra", program: tools::program("examples/pulumi-resource-gitinfra") };
    aws.reached_by(Project::yaml(&[plugin], &of(properties)))
}

#[test]
fn networks_live_in_another_component() {
    let aws = Aws::new();
    let before = aws.look();
    let project = project(&aws, "profile: dev");
    let plan = project.preview().expect_ok().steps();
    for child in ["pair", "pair-front", "pair-front-nat-c", "pair-back", "pair-back-subnet-data-d", "pair-data-sg"] {
        assert!(plan.contains(&format!("create {child}")), "{child}: {plan:?}");
    }
    assert_eq!(aws.writes_after(0), [""; 0]);
    let up = project.up().expect_ok();
    assert_eq!(up.steps(), plan);
    let made = up.steps_in_order();
    project.expect_settled();
    project.refresh_settled();

    let state = project.state();
    let outputs = state.get("pair", "/outputs");
    assert_eq!(outputs["dataSubnetIds"].as_array().map(Vec::len), Some(1), "{outputs:#}");
    assert_eq!(outputs["vpcIds"]["front"], *state.get("pair-front", "/outputs/vpcId"));
    assert_eq!(outputs["back"], *state.get("pair-back", "/outputs"), "all outputs of a part, as one");
    assert_eq!(outputs["childUrns"]["back"], *state.get("pair-back", "/urn"));
    assert_eq!(outputs["controls"], json!(["EC2.15", "EC2.16", "EC2.18", "EC2.19", "EC2.2", "EC2.21"]));
    let look = aws.look();
    assert_eq!(look.named(REGION, "subnets", "pair-back-subnet-app-d")["tags"]["Team"], "web");
    assert_eq!(look.count(REGION, "natGateways"), 1);

    let gone = project.destroy().expect_ok().steps_in_order();
    let at = |steps: &[String], step: &str| steps.iter().position(|s| s == step);
    for (first, then) in [("pair-front-nat-c", "pair-back-vpc"), ("pair-front-vpc", "pair-data-sg")] {
        assert!(at(&made, &format!("create {first}")) < at(&made, &format!("create {then}")), "{made:?}");
        assert!(at(&gone, &format!("delete {then}")) < at(&gone, &format!("delete {first}")), "{gone:?}");
    }
    assert_eq!(aws.look(), before);
}

#[test]
fn a_failed_child_of_a_network_is_named_by_its_path() {
    let aws = Aws::new();
    let before = aws.look();
    aws.fault(json!({
        "kind": "error", "operation": "CreateNatGateway", "times": 100,
        "code": "NatGatewayLimitExceeded", "message": "the limit is 5", "status": 400,
    }));
    let project = project(&aws, "profile: dev");
    project
        .act("up", &["--continue-on-error"])
        .expect_failure()
        .expect_says("resource 'pair' has a problem: front: child `nat-c`: creating NAT gateway")
        .expect_says("NatGatewayLimitExceeded");
    aws.heal();
    project.up().expect_ok();
    project.expect_settled();
    project.destroy().expect_ok();
    assert_eq!(aws.look(), before);
}

#[test]
fn wishes_for_a_networks_children_go_by_path() {
    let aws = Aws::new();
    let wishes = "protectStateful: false, overrides: {front: {nat: none, overrides: {subnet-app-c: {tags: {Name: mine}}}}}, skip: [back]";
    let project = project(&aws, wishes);
    project.up().expect_ok();
    let look = aws.look();
    assert_eq!((look.count(REGION, "natGateways"), look.count(REGION, "subnets")), (0, 3));
    assert_eq!(look.named(REGION, "subnets", "mine")["tags"]["Team"], "web");
    assert_eq!(*project.state().get("pair", "/outputs/vpcIds/back"), json!(null));
    project.expect_settled();
    project.destroy().expect_ok();
}

#[test]
fn in_production_what_holds_data_is_protected() {
    let aws = Aws::new();
    let project = project(&aws, "skip: [back], overrides: {front: {nat: none}}");
    project.up().expect_ok();
    let state = project.state();
    let protected: Vec<_> = state.names().into_iter().filter(|name| *state.get(name, "/protect") == true).collect();
    assert_eq!(protected, ["pair-data-sg"]);
    project.destroy().expect_failure().expect_says("protect");
    assert_eq!(aws.look().named(REGION, "securityGroups", "data")["tags"]["Team"], "web");
}
