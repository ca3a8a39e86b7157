//! The main job: a commit lands, and a network stands in AWS; a change is previewed, merged and rolled out.

use serde_json::json;

use super::place::Place;
use crate::aws::{Aws, REGION, gitinfra};
use crate::tools;

/// The network of the examples at a commit, with so many zones.
pub fn network(p: &Place, zones: u32) {
    let example = tools::repository().join("examples/network/yaml/Pulumi.yaml");
    let program = std::fs::read_to_string(example).expect("the example is there");
    let plugin = gitinfra().program;
    let folder = plugin.parent().expect("a program lies in a folder").display();
    let plugins = format!("plugins:\n  providers:\n    - {{name: gitinfra, path: {folder}}}\n");
    p.repo.write("network/Pulumi.yaml", &format!("{program}{plugins}"));
    p.repo.write("network/Pulumi.dev.yaml", &format!("config:\n  network:zones: \"{zones}\"\n"));
}

#[test]
fn from_a_merged_commit_to_a_rolled_out_network() {
    let aws = Aws::new();
    let empty = aws.look();
    let p = aws.env().into_iter().fold(Place::new(), |p, (k, v)| p.env(k, v));
    network(&p, 2);
    p.repo.commit("A network");
    p.sync().expect_out(&["+ created   gitinfra:ec2:Vpc", "1 stack rolled out"]);
    let count = |kind| aws.look().count(REGION, kind) - empty.count(REGION, kind);
    assert_eq!([count("vpcs"), count("subnets")], [1, 6]);

    p.repo.branch("third-zone");
    network(&p, 3);
    p.repo.commit("A third zone");
    let (stands, calls) = (aws.look(), aws.calls().len());
    p.run("preview --head third-zone").expect_code(0).expect_out(&[
        "### gitinfra preview: third-zone into main",
        "| network/dev |",
        "+ create gitinfra:ec2:Subnet network-subnet-app-",
    ]);
    assert_eq!(aws.look(), stands);
    assert_eq!(aws.writes_after(calls), [""; 0], "a preview writes nothing");

    let merged = p.repo.switch("main").merge("third-zone");
    p.sync().expect_out(&["network/Pulumi.dev.yaml changed", "1 stack rolled out"]);
    assert_eq!([count("vpcs"), count("subnets")], [1, 9]);
    assert_eq!(p.get("stacks")[0]["commit"], *merged);

    let calls = aws.calls().len();
    p.sync().expect_out(&["network/dev: up to date", "nothing to do"]);
    assert_eq!(aws.calls().len(), calls, "nobody asked AWS anything");
}

#[test]
fn a_network_that_was_cut_off_has_no_twins() {
    let aws = Aws::new();
    let empty = aws.look();
    let p = aws.env().into_iter().fold(Place::new(), |p, (k, v)| p.env(k, v));
    network(&p, 2);
    p.repo.commit("A network");
    let going = p.start("sync");
    going.until("creating  gitinfra:ec2:NatGateway");
    p.kill_all();
    going.finish();
    // The provider alone dies when AWS has done what it asked for: the engine takes the creation for failed, and keeps no note of it.
    aws.fault(json!({"kind": "kill", "operation": "CreateRoute", "times": 1}));
    p.run("sync").expect_code(1).expect_out(&["was cut off", "1 stack failed"]);
    aws.heal();
    p.sync().expect_out(&["1 stack rolled out"]);
    assert_eq!(p.path("state/creations").read_dir().map(Iterator::count).unwrap_or_default(), 0, "no note is left");
    let count = |kind| aws.look().count(REGION, kind) - empty.count(REGION, kind);
    let kinds = ["vpcs", "subnets", "natGateways", "internetGateways", "addresses"];
    assert_eq!(kinds.map(count), [1, 6, 1, 1, 1]);
    assert_eq!(p.states(), ["interrupted", "failed", "succeeded"]);
    p.sync().expect_out(&["nothing to do"]);
}
