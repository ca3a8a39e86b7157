//! The same network in each language: every example as it stands in its folder, and the program of the README.

use crate::aws::{Aws, REGION, gitinfra};
use crate::pulumi::Project;
use crate::sdk;

/// The example in a language, with the stack whose backend is another one's.
fn told_in(aws: &Aws, language: &str, backend: &Project) -> Project {
    let project = aws.reached_by(Project::example(&format!("network/{language}"), &[gitinfra()]));
    project.env("PULUMI_BACKEND_URL", format!("file://{}", backend.path("backend").display()))
}

/// A network of two zones as AWS and the program's outputs show it.
fn of_two_zones(aws: &Aws, project: &Project) {
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
}

/// One network, which each language makes or changes in its turn: from nothing to two zones, to three, to two, to nothing. What another language has rolled
/// out needs no change.
#[test]
fn each_language_tells_the_same_network() {
    let aws = Aws::new();
    let before = aws.look();
    let yaml = aws.reached_by(Project::example("network/yaml", &[gitinfra()]));
    let typescript = told_in(&aws, "typescript", &yaml);
    sdk::nodejs::install(&typescript);
    sdk::nodejs::check(&typescript);
    let python = sdk::python::install(told_in(&aws, "python", &yaml));
    sdk::python::check(&python);
    let go = sdk::go::install(told_in(&aws, "go", &yaml));

    let plan = typescript.preview().expect_ok().steps();
    assert_eq!(plan.len(), 28, "{plan:?}");
    assert_eq!(aws.writes_after(0), [""; 0]);
    assert_eq!(yaml.preview().expect_ok().steps(), plan);
    assert_eq!(typescript.up().expect_ok().steps(), plan);
    of_two_zones(&aws, &typescript);
    typescript.expect_settled();
    sdk::expect_same(&yaml, "network");

    sdk::expect_same(&python, "network");
    python.line("config: {network:zones: 3}");
    let wider = python.up().expect_ok().steps();
    let made = |step: &String| step.starts_with("create ") || step == "update network";
    assert!(wider.iter().all(made), "{wider:?}");
    assert_eq!(aws.look().count(REGION, "subnets"), 9);
    python.expect_settled();

    // Its configuration says two zones.
    let smaller = go.up().expect_ok().steps();
    assert_eq!(smaller.len(), wider.len(), "{smaller:?}");
    of_two_zones(&aws, &go);
    go.expect_settled();
    go.destroy().expect_ok();
    assert_eq!(aws.look(), before);
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
