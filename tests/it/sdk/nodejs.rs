//! The SDK for Node.js, and the packages that it and its programs share.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::{FOLDER as KEPT, generate, kept, run, sources};
use crate::pulumi::Project;

const PACKAGE: &str = include_str!("package.json");
const LOCK: &str = include_str!("package-lock.json");

/// The packages that everything in Node.js shares, as package-lock.json pins them.
pub fn packages() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        kept(Path::new(KEPT), "nodejs", &[LOCK.as_bytes()], |folder| {
            fs::write(folder.join("package.json"), PACKAGE).expect("the folder can be written");
            fs::write(folder.join("package-lock.json"), LOCK).expect("the folder can be written");
            let mut npm = Command::new("npm");
            npm.args(["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"]);
            run(npm.current_dir(folder));
        })
    })
}

/// The compiled SDK. It lies below the shared packages, so that Node.js finds them from there.
fn sdk() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let (schema, generator) = sources();
        kept(packages(), "sdk", &[&schema, generator.as_bytes()], |folder| {
            generate("nodejs", folder);
            compile(folder);
            // Where the compiled SDK looks for its version; its own install script does the same.
            fs::copy(folder.join("package.json"), folder.join("bin/package.json")).expect("the folder can be written");
        })
    })
}

fn compile(folder: &Path) {
    let tsc = packages().join("node_modules/typescript/bin/tsc");
    run(Command::new("node").arg(tsc).current_dir(folder));
}

/// Gives a project what `npm install` would.
pub fn install(project: &Project) {
    let modules = project.path("node_modules");
    for scope in ["@pulumi", "@types"] {
        fs::create_dir_all(modules.join(scope)).expect("the project's folder can be written");
    }
    for package in ["@pulumi/pulumi", "@types/node", "typescript"] {
        let shared = packages().join("node_modules").join(package);
        symlink(shared, modules.join(package)).expect("the project's folder can be written");
    }
    symlink(sdk(), modules.join("@pulumi/gitinfra")).expect("the project's folder can be written");
}

/// Checks a project's types, as an editor would.
pub fn check(project: &Project) {
    compile(&project.path("."));
}

#[test]
fn it_compiles() {
    assert!(sdk().join("bin/index.d.ts").exists());
}
