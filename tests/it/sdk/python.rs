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
        kept(Path::new(KEPT), "python", &[&schema, generator.as_bytes()], |folder| {
            let source = folder.join("source");
            generate("python", &source);
            let mut pip = Command::new(tools::python());
            pip.args(["-m", "pip", "--disable-pip-version-check", "install", "--quiet"]);
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

/// Every error that mypy sees in the files, in the order of its report.
fn errors(what: &Path, more: &[&str]) -> Vec<String> {
    let mut mypy = Command::new(tools::python());
    mypy.args(["-m", "mypy", "--no-error-summary", "--cache-dir"]);
    mypy.arg(sdk().with_file_name("mypy")).args(more).arg(what);
    let output = mypy.env("MYPYPATH", sdk()).output().expect("mypy runs");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = said.lines().filter(|line| line.contains(": error: "));
    errors.map(str::to_owned).collect()
}

/// Checks a program's types, as an editor would.
pub fn check(project: &Project) {
    let found = errors(&project.path("__main__.py"), &["--follow-imports=silent"]);
    assert!(found.is_empty(), "{found:#?}");
}

/// What the vendor's generator writes for every package, by the file's name and mypy's words: secret inputs, the provider's own
/// inputs, defaults of enums, the arguments of functions, and properties that are called as methods of `dict` are.
const VENDORS: &[(&str, &str)] = &[
    ("_utilities", "Incompatible return value type"),
    ("", "to \"secret\" of \"Output\" has incompatible type"),
    ("provider", "to \"from_input\" of \"Output\" has incompatible type"),
    ("outputs", "Signature of \"keys\" incompatible with supertype"),
    ("outputs", "Signature of \"values\" incompatible with supertype"),
    ("", "Incompatible types in assignment (expression has type \"str\", variable has type"),
    ("get_", "Incompatible types in assignment"),
    ("check_account", "Incompatible types in assignment"),
    ("eject", "Incompatible types in assignment"),
];

#[test]
fn its_types_hold() {
    let package = sdk().join("pulumi_gitinfra");
    let vendors = |error: &String| {
        let path = Path::new(error.split(':').next().unwrap_or_default());
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let mut known = VENDORS.iter();
        known.any(|(name, words)| file.starts_with(name) && error.contains(words))
    };
    let found: Vec<_> = errors(&package, &[]).into_iter().filter(|error| !vendors(error)).collect();
    assert!(found.is_empty(), "{found:#?}");
}
