//! The SDK for Python.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::{FOLDER as KEPT, generate, kept, run, sources};
use crate::pulumi::Project;
use crate::tools;

/// The folder that the SDK is installed in.
fn sdk() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let (schema, generator) = sources();
        kept("python", &[&schema, generator.as_bytes()], |folder| {
            let source = folder.join("source");
            generate("python", &source);
            let mut pip = Command::new(tools::python());
            pip.args([
                "-m",
                "pip",
                "--disable-pip-version-check",
                "install",
                "--quiet",
            ]);
            // What it needs is in the tests' environment already.
            pip.args(["--no-build-isolation", "--no-deps", "--target"]);
            run(pip.arg(folder.join("site")).arg(&source));
        })
        .join("site")
    })
}

/// Gives a project what `pip install -r requirements.txt` would. The host takes the Python that is first on PATH.
pub fn install(project: Project) -> Project {
    let environment = tools::python().parent().and_then(Path::parent);
    let environment = environment.expect("a virtual environment has a folder");
    let project = project.env("VIRTUAL_ENV", environment.display().to_string());
    let inherited = std::env::var("PATH").unwrap_or_default();
    let path = [environment.join("bin"), tools::bin().to_owned()].map(|p| p.display().to_string());
    let project = project.env("PATH", format!("{}:{inherited}", path.join(":")));
    project.env("PYTHONPATH", sdk().display().to_string())
}

/// Checks types as a user's editor does.
pub fn check(what: &Path, more: &[&str]) {
    let mut mypy = Command::new(tools::python());
    mypy.args(["-m", "mypy", "--cache-dir"])
        .arg(Path::new(KEPT).join("mypy"));
    mypy.args(more).arg(what).env("MYPYPATH", sdk());
    run(&mut mypy);
}

#[test]
fn its_types_hold() {
    check(&sdk().join("pulumi_gitinfra"), &[]);
}
