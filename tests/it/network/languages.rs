//! The same network in each language: every example as it stands in its folder, and the program of the README.

use crate::aws::{Aws, REGION, gitinfra};
use crate::pulumi::Project;
use crate::sdk;

/// From nothing to a network of two zones, to one of three, to nothing.
fn check(aws: &Aws, project: &Project) {
    let before = aws.look();
    let plan = project.preview().expect_ok().steps();
    assert_eq!(plan.len(), 28, "{plan:?}");
    assert_eq!(aws.writes_after(0), [""; 0]);

    let made = project.up().expect_ok();
    assert_eq!(made.steps(), plan);
    let outputs = project.state();
    let outputs = outputs.get("network-dev", "/outputs");
    for name in ["publicSubnetIds", "appSubnetIds", "dataSubnetIds"] {
        assert_eq!(outputs[name].as_array().map(|ids| ids.len()), Some(2), "{outputs:#}");
    }
    assert_eq!(outputs["natPublicIps"].as_object().map(|ips| ips.len()), Some(1), "{outputs:#}");
    for (place, letter) in ["c", "d"].into_iter().enumerate() {
        assert_eq!(outputs["subnetsByZone"][letter]["app"], outputs["appSubnetIds"][place], "{outputs:#}");
    }
    let vpc = outputs["vpcId"].as_str().unwrap_or_default();
    let standing = aws.look();
    assert_eq!(standing.named(REGION, "vpcs", "network")["id"], vpc);
    assert_eq!(standing.named(REGION, "vpcs", "network")["tags"]["Project"], "network");
    project.expect_settled();

    project.config("zones", "3");
    let wider = project.up().expect_ok().steps();
    let made = |step: &String| step.starts_with("create ") || step == "update network";
    assert!(wider.iter().all(made), "{wider:?}");
    assert_eq!(aws.look().count(REGION, "subnets"), 9);
    project.expect_settled();

    project.destroy().expect_ok();
    assert_eq!(aws.look(), before);
}

#[test]
fn yaml() {
    let aws = Aws::new();
    check(&aws, &aws.reached_by(Project::example("network/yaml", &[gitinfra()])));
}

#[test]
fn typescript() {
    let aws = Aws::new();
    let project = aws.reached_by(Project::example("network/typescript", &[gitinfra()]));
    sdk::nodejs::install(&project);
    sdk::nodejs::check(&project);
    check(&aws, &project);
}

#[test]
fn python() {
    let aws = Aws::new();
    let project = aws.reached_by(Project::example("network/python", &[gitinfra()]));
    let project = sdk::python::install(project);
    sdk::python::check(&project);
    check(&aws, &project);
}

#[test]
fn go() {
    let aws = Aws::new();
    let project = aws.reached_by(Project::example("network/go", &[gitinfra()]));
    check(&aws, &sdk::go::install(project));
}

#[test]
fn the_readmes_program_runs_as_it_stands_on_an_installed_plugin() {
    let aws = Aws::new();
    let before = aws.look();
    let program = Project::quoted("README.md", "yaml");
    let project = aws.reached_by(Project::of(&program, &[]));
    let plugin = gitinfra().program.display().to_string();
    let version = env!("CARGO_PKG_VERSION");
    let install = ["plugin", "install", "resource", "gitinfra", version, "--file", &plugin];
    project.command(&install).expect_ok();
    project.command(&["package", "add", &plugin]).expect_ok();
    let recorded = project.read("Pulumi.yaml").unwrap_or_default();
    assert!(recorded.contains(&format!("gitinfra: gitinfra@{version}")), "{recorded}");
    project.up().expect_ok();
    project.expect_settled();
    assert_eq!(aws.look().count(REGION, "subnets"), 6);
    project.destroy().expect_ok();
    assert_eq!(aws.look(), before);
}
