//! The git command line, run so that nothing in a repository can steer it.

use std::path::Path;
use std::process::{Output, Stdio};

use tokio::process::Command;

use crate::environment::Environment;
use crate::failure::{Failure, Result};

/// Settings that hold for every git: no hooks, no monitors, no submodules, every received object checked.
const SETTINGS: &[&str] = &[
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "fetch.fsckObjects=true",
    "submodule.recurse=false",
    "http.followRedirects=initial",
    "gc.autoDetach=false",
    "advice.detachedHead=false",
    "protocol.allow=never",
];

/// Variables that tie git to some repository, as a hook that starts gitinfra has them.
const TIES: &[&str] = &[
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_GRAFT_FILE",
    "GIT_QUARANTINE_PATH",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
];

/// A git that sees no configuration but the mirror's own; for everything that happens on this machine.
pub async fn run(environment: &Environment, folder: &Path, args: &[&str]) -> Result<()> {
    let mut command = command(environment, folder, args);
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
    let output = output(command).await?;
    match output.status.success() {
        true => Ok(()),
        false => Err(Failure::setup(format!("git {}: {}", args[0], crate::text::last_line(&words(&output))))),
    }
}

/// A git that talks to another repository. It sees the user's configuration, since credential helpers and proxies are
/// set there. Its error is git's own text.
pub async fn transport(environment: &Environment, folder: &Path, args: &[&str]) -> Result<(), String> {
    listing(environment, folder, args).await.map(|_| ())
}

/// As `transport`, for a git that answers with text.
pub async fn listing(environment: &Environment, folder: &Path, args: &[&str]) -> Result<String, String> {
    let output = output(command(environment, folder, args)).await.map_err(|failure| failure.message)?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(words(&output)),
    }
}

fn command(environment: &Environment, folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new("git");
    let free = environment.iter().filter(|(name, _)| !TIES.contains(&name.as_str()));
    command.env_clear().envs(free).current_dir(folder).kill_on_drop(true);
    command.env("GIT_TERMINAL_PROMPT", "0").env("GIT_LFS_SKIP_SMUDGE", "1").env("LC_ALL", "C");
    command.args(SETTINGS.iter().flat_map(|setting| ["-c", setting])).args(args);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What is said when there is no git, also by `transport`.
pub const MISSING: &str = "git is not on the PATH";

pub fn missing() -> Failure {
    Failure::setup(MISSING).hint("install it, for example with `apt-get install git`")
}

async fn output(mut command: Command) -> Result<Output> {
    command.output().await.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => missing(),
        _ => Failure::setup(format!("starting git: {error}")),
    })
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).trim().to_owned()
}
