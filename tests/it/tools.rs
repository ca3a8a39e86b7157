//! Where the outside programs and our own are.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the repository")
}

/// The folder of the Pulumi CLI and its language hosts.
pub fn bin() -> &'static Path {
    static BIN: OnceLock<PathBuf> = OnceLock::new();
    BIN.get_or_init(|| {
        let bin = said("--print-bin");
        assert!(bin.join("pulumi").exists(), "there is no pulumi in {}: run tools/get", bin.display());
        bin
    })
}

/// The Python that the tests' own environment is made of.
pub fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let python = said("--print-python");
        assert!(python.exists(), "there is no {}: run tools/get", python.display());
        python
    })
}

/// Writes a program. Another process does it: one that a fork of this process still holds open for writing can't be started
/// ("Text file busy").
pub fn script(path: &Path, text: &str) {
    let written =
        Command::new("sh").args(["-c", "printf %s \"$1\" > \"$0\" && chmod 755 \"$0\""]).arg(path).arg(text).status();
    assert!(written.expect("there is a shell").success(), "{} can't be written", path.display());
}

fn said(wish: &str) -> PathBuf {
    let get = repository().join("tools/get");
    let run = Command::new(&get).arg(wish).output().expect("tools/get runs");
    let (out, err) = (text(&run.stdout), text(&run.stderr));
    assert!(run.status.success(), "tools/get {wish}: {err}");
    PathBuf::from(out.trim())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// One of this repository's programs, as it was built for the profile that the tests run in.
pub fn program(name: &str) -> PathBuf {
    let this = std::env::current_exe().expect("a process knows its program");
    let profile = this.parent().and_then(Path::parent);
    let program = profile.expect("the tests lie in a folder of their profile").join(name);
    assert!(program.exists(), "there is no {}: run `cargo build --workspace --all-targets`", program.display());
    program
}

/// A plugin: its package's name and its program.
#[derive(Debug, Clone)]
pub struct Plugin {
    /// The package's name.
    pub name: &'static str,
    /// The program `pulumi-resource-NAME`.
    pub program: PathBuf,
}

/// The provider of files in a directory: the framework's larger example. Cargo builds it with the tests, so it is never an old one.
pub fn files() -> Plugin {
    Plugin { name: "files", program: program("pulumi-resource-files") }
}

/// The provider of notes that the framework's README shows.
pub fn notes() -> Plugin {
    Plugin { name: "notes", program: program("pulumi-resource-notes") }
}
