//! kill -9 in the middle of a `pulumi up` that no gitinfra watches, and the way out that the README tells.

use crate::aws::{Aws, REGION};
use crate::network::of;
use crate::pulumi::poll;
use crate::tools;

/// The commands of the README.
fn way_out() -> String {
    let readme = std::fs::read_to_string(tools::repository().join("README.md"));
    let readme = readme.expect("there is a README");
    let (_, rest) = readme.split_once("## When `pulumi up` was killed").expect("it tells of it");
    let (_, rest) = rest.split_once("```sh\n").expect("it has commands");
    let (commands, _) = rest.split_once("```\n").expect("they end");
    commands.to_owned()
}

#[test]
fn the_readmes_way_out_finds_what_was_made() {
    // The gateway's waiting is so long that it is killed in it.
    let aws = Aws::alone(1000.0);
    let before = aws.look();
    let p = aws.project(&of("availabilityZoneCount: 1, nat: single"));
    aws.time_scale(0.0);
    let up = p.start("up", &[]);
    up.until("the address", |event| {
        let done = event.pointer("/resOutputsEvent/metadata");
        done.is_some_and(|m| m["type"] == "gitinfra:ec2:Eip")
    });
    aws.time_scale(1000.0);
    poll("the gateway", || aws.look().count(REGION, "natGateways") == 1);
    up.kill();
    up.finish();
    aws.time_scale(0.0);
    let commands = way_out();
    assert!(commands.contains("GITINFRA_PENDING_CREATES"), "{commands}");
    let said = p.shell(&commands).expect_ok();
    let count = |kind| aws.look().count(REGION, kind) - before.count(REGION, kind);
    let kinds = ["vpcs", "subnets", "natGateways", "addresses"];
    assert_eq!(kinds.map(count), [1, 3, 1, 1], "{said}");
    assert!(!p.state().export.contains("\"pending_operations\": [\n"));
    p.expect_settled();
    p.destroy().expect_ok();
    assert_eq!(aws.look(), before);
}
