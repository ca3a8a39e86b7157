//! The SDK for Go.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

use super::{FOLDER as KEPT, generate, kept, run, sources};
use crate::pulumi::Project;
use crate::tools;

const MODULE: &str = "github.com/gitinfra/gitinfra/sdk/go";

fn sdk() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let (schema, generator) = sources();
        kept(Path::new(KEPT), "go", &[&schema, generator.as_bytes()], |folder| generate("go", folder))
    })
}

/// What Go runs with: no C compiler is needed, and nothing is written into go.mod in passing.
const PLAIN: [(&str, &str); 2] = [("CGO_ENABLED", "0"), ("GOFLAGS", "-mod=readonly -buildvcs=false -trimpath")];

fn go(folder: &Path, args: &[&str]) -> String {
    run(Command::new("go").args(args).envs(PLAIN).current_dir(folder))
}

/// Gives a project what `pulumi package add` would: the SDK in the place of the published module.
fn replace(folder: &Path) {
    let replace = format!("-replace={MODULE}={}", sdk().display());
    go(folder, &["mod", "edit", &replace]);
}

/// The same, with Go's own caches for whatever runs in the project.
pub fn install(project: Project) -> Project {
    replace(&project.path("."));
    let caches = go(&project.path("."), &["env", "-json", "GOCACHE", "GOMODCACHE"]);
    let caches: Value = serde_json::from_str(&caches).expect("go env writes JSON");
    let project = PLAIN.into_iter().fold(project, |project, (name, value)| project.env(name, value));
    ["GOCACHE", "GOMODCACHE"]
        .into_iter()
        .fold(project, |project, name| project.env(name, caches[name].as_str().unwrap_or_default()))
}

/// Checks a project's types, as an editor would.
pub fn check(project: &Project) {
    go(&project.path("."), &["vet", "./..."]);
}

#[test]
fn it_compiles() {
    let example = tools::repository().join("examples/network/go");
    let folder = tempfile::tempdir().expect("a folder for a module");
    for file in ["go.mod", "go.sum", "main.go"] {
        fs::copy(example.join(file), folder.path().join(file)).expect("the example is whole");
    }
    replace(folder.path());
    // Built as part of the example's module, so that all Go programs here share one set of pinned modules.
    let all = format!("{MODULE}/...");
    go(folder.path(), &["build", &all]);
    go(folder.path(), &["vet", &all, "./..."]);
}
