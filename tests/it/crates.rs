//! Who depends on whom.

use std::process::Command;

use crate::tools;

/// The names of the crates that one is built from.
fn built_from(package: &str) -> Vec<String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let run = Command::new(cargo)
        .args(["tree", "--locked", "--package", package, "--edges", "normal,build"])
        .args(["--prefix", "none", "--format", "{lib}"])
        .current_dir(tools::repository())
        .output()
        .expect("cargo runs");
    let (out, err) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "cargo tree: {err}");
    out.lines().map(|line| line.trim().to_owned()).collect()
}

#[test]
fn the_framework_knows_no_cloud() {
    for package in ["pulumi-plugin", "pulumi-plugin-derive"] {
        let crates = built_from(package);
        assert!(crates.contains(&package.replace('-', "_")), "{crates:?}");
        let clouds: Vec<_> =
            crates.iter().filter(|c| c.starts_with("aws_") || c.starts_with("gitinfra_provider")).collect();
        assert!(clouds.is_empty(), "{package} is built from {clouds:?}");
    }
}
