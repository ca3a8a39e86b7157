//! The git command line, run so that nothing in a repository can steer it.

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::process::Command;

use crate::environment::Environment;
use crate::failure::{Failure, Result};
use crate::process;

/// Settings that hold for every git: no hooks, no monitors, no submodules, every received object checked, and no patience
/// with a server that sends nothing for a minute.
const SETTINGS: &[&str] = &[
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "fetch.fsckObjects=true",
    "submodule.recurse=false",
    "http.followRedirects=initial",
    "http.lowSpeedLimit=1",
    "http.lowSpeedTime=60",
    "gc.autoDetach=false",
    "maintenance.autoDetach=false",
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

/// A git that sees no configuration but the mirror's own; for everything that happens on this machine. `lock` is kept open
/// by git and whatever it starts, so that it lasts as long as they do.
pub async fn local(environment: &Environment, folder: &Path, lock: Option<&File>, args: &[&str]) -> Result<Output> {
    let mut command = command(environment, folder, lock, args);
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
    output(command, None).await
}

/// What git says of its version.
pub async fn version(environment: &Environment, folder: &Path) -> Result<String> {
    let output = local(environment, folder, None, &["--version"]).await?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// As `local`, for one that has to do well.
pub async fn run(environment: &Environment, folder: &Path, lock: Option<&File>, args: &[&str]) -> Result<()> {
    let output = local(environment, folder, lock, args).await?;
    match output.status.success() {
        true => Ok(()),
        false => {
            let is_verb = |word: &&&str| !word.starts_with('-') && !word.contains('=');
            let verb = args.iter().find(is_verb).copied().unwrap_or_default();
            Err(Failure::setup(format!("git {verb}: {}", crate::text::last_line(&words(&output)))))
        }
    }
}

/// A git that talks to another repository. It sees the user's configuration, since credential helpers and proxies are
/// set there.
pub struct Transport<'a> {
    pub environment: &'a Environment,
    pub folder: &'a Path,
    /// How long it may take. Then it is killed, with all that it started.
    pub within: Duration,
    /// As for `local`.
    pub lock: Option<&'a File>,
    /// Whether it talks over ssh.
    pub is_ssh: bool,
}

impl Transport<'_> {
    /// What git says on its two outputs; its error is git's own text.
    pub async fn run(&self, args: &[&str]) -> Result<(String, String), String> {
        let mut command = command(self.environment, self.folder, self.lock, args);
        if let Some(ssh) = self.ssh().await {
            command.env("GIT_SSH_COMMAND", ssh);
        }
        let output = output(command, Some(self.within)).await.map_err(|failure| failure.message)?;
        match output.status.success() {
            true => Ok((String::from_utf8_lossy(&output.stdout).into_owned(), words(&output))),
            false => Err(words(&output)),
        }
    }

    /// An ssh that never asks, and notices within a minute that nobody is there; unless the user has set another program or
    /// options.
    async fn ssh(&self) -> Option<&'static str> {
        const SSH: &str =
            "ssh -o BatchMode=yes -o ConnectTimeout=20 -o ServerAliveInterval=15 -o ServerAliveCountMax=3";
        let is_set = ["GIT_SSH_COMMAND", "GIT_SSH"].iter().any(|name| self.environment.contains_key(*name));
        if !self.is_ssh || is_set {
            return None;
        }
        let asked = command(self.environment, self.folder, None, &["config", "core.sshCommand"]);
        let configured = output(asked, None).await.is_ok_and(|output| output.status.success());
        (!configured).then_some(SSH)
    }
}

fn command(environment: &Environment, folder: &Path, lock: Option<&File>, args: &[&str]) -> Command {
    let mut command = Command::new("git");
    let free = environment.iter().filter(|(name, _)| !TIES.contains(&name.as_str()));
    command.env_clear().envs(free).current_dir(folder);
    command.env("GIT_TERMINAL_PROMPT", "0").env("GIT_LFS_SKIP_SMUDGE", "1").env("LC_ALL", "C");
    command.args(SETTINGS.iter().flat_map(|setting| ["-c", setting])).args(args);
    let lock = lock.and_then(|lock| lock.try_clone().ok());
    command.stdin(lock.map_or_else(Stdio::null, Stdio::from)).process_group(0);
    command
}

/// What is said when there is no git, also by `transport`.
pub const MISSING: &str = "git is not on the PATH";

/// How the text begins that says that git was given up.
pub const GIVEN_UP: &str = "no end after ";

pub fn missing() -> Failure {
    Failure::setup(MISSING).hint("install it, for example with `apt-get install git`")
}

/// A process group of git's, killed when it is given up: git's helpers would wait on for a server that says nothing.
struct Group(Option<u32>);

impl Drop for Group {
    fn drop(&mut self) {
        process::kill_group(self.0);
    }
}

/// Runs git to its end. Its outputs are files, so that a helper that stays behind, such as a shared connection of ssh's,
/// keeps nobody waiting.
async fn output(mut command: Command, within: Option<Duration>) -> Result<Output> {
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => missing(),
        _ => Failure::setup(format!("starting git: {error}")),
    };
    let file = || tempfile::tempfile().map_err(|error| Failure::setup(format!("making a temporary file: {error}")));
    let copy = |file: &File| file.try_clone().map_err(|error| Failure::setup(format!("sharing a file: {error}")));
    let (mut stdout, mut stderr) = (file()?, file()?);
    let mut child = command.stdout(copy(&stdout)?).stderr(copy(&stderr)?).spawn().map_err(failed)?;
    let mut group = Group(child.id());
    let status = match within {
        None => child.wait().await,
        Some(within) => match tokio::time::timeout(within, child.wait()).await {
            Ok(status) => status,
            Err(_) => return Err(given_up(within)),
        },
    };
    group.0 = None;
    let status = status.map_err(|error| Failure::bug(format!("waiting for git: {error}")))?;
    Ok(Output { status, stdout: content(&mut stdout)?, stderr: content(&mut stderr)? })
}

fn given_up(within: Duration) -> Failure {
    let seconds = usize::try_from(within.as_secs()).unwrap_or(usize::MAX);
    Failure::setup(format!("{GIVEN_UP}{}", crate::text::count(seconds, "second")))
}

fn content(file: &mut File) -> Result<Vec<u8>> {
    let mut content = Vec::new();
    let read = file.rewind().and_then(|()| file.read_to_end(&mut content));
    read.map_err(|error| Failure::setup(format!("reading what git said: {error}")))?;
    Ok(content)
}

/// What git complained of.
pub fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).trim().to_owned()
}
