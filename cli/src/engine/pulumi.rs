//! Pulumi: the CLI on this machine, and what it is asked besides running the engine.

use std::fs::File;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, Command};
use tokio_util::sync::CancellationToken;

use super::progress::plain;
use super::run::PolicyPack;
use super::{home, orphans};
use crate::environment::Environment;
use crate::failure::{Failure, Result};
use crate::process::{kill_group, terminate_group};

/// Older ones lack what gitinfra drives: the exit codes and the event log over gRPC.
const OLDEST: (u64, u64) = (3, 259);

const HOW_TO_GET: &str = "get it from https://www.pulumi.com/docs/iac/download-install, and put it on the PATH";

/// The exit code of a command on a stack that the backend doesn't have.
pub(super) const STACK_NOT_FOUND: i32 = 6;

/// The `pulumi` on the PATH.
#[derive(Debug, Clone)]
pub struct Pulumi {
    pub(super) program: PathBuf,
    pub(super) environment: Environment,
    /// The lock on the folder that it works in.
    lock: Option<Arc<File>>,
    /// By which the user asks everything to end.
    cancel: CancellationToken,
    /// The policy packs that its engine asks.
    pub(super) packs: Arc<[PolicyPack]>,
}

/// A program as it is on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ProgramFile {
    place: (PathBuf, u64, u64),
    length: u64,
    modified: SystemTime,
}

/// The CLI that was young enough when it was asked last: a server asks for it before each preview.
static FIT: Mutex<Option<ProgramFile>> = Mutex::new(None);

fn fit() -> MutexGuard<'static, Option<ProgramFile>> {
    FIT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How long a short command may take: some states are large, and some networks slow.
const LONGEST: Duration = Duration::from_secs(600);
/// How long one that is to end may go on, and may then take for it: one that only writes a little is better not cut off.
const GRACE: Duration = Duration::from_secs(5);

/// What a short command of Pulumi's came to.
pub(super) struct Answer {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Pulumi {
    /// Finds the CLI, and sees to it that it is young enough.
    pub async fn find(environment: &Environment) -> Result<Pulumi> {
        let program = on_path(environment, "pulumi")
            .ok_or_else(|| Failure::setup("the `pulumi` CLI is not on the PATH").hint(HOW_TO_GET))?;
        let pulumi = Pulumi {
            program,
            environment: environment.clone(),
            lock: None,
            cancel: CancellationToken::new(),
            packs: Arc::default(),
        };
        let file = pulumi.file();
        if file.is_some() && *fit() == file {
            return Ok(pulumi);
        }
        pulumi.check_version().await?;
        *fit() = file;
        Ok(pulumi)
    }

    async fn check_version(&self) -> Result<()> {
        let answer = self.ask(Path::new("/"), &["version"]).await?;
        let version = answer.stdout.trim().to_owned();
        match version_of(&version) {
            Some(found) if found >= OLDEST => Ok(()),
            Some(_) => Err(Failure::setup(format!("{} is {version}", self.program.display()))
                .hint(format!("v{}.{}.0 or newer is needed; {HOW_TO_GET}", OLDEST.0, OLDEST.1))),
            None => Err(Failure::setup(format!(
                "{} does not say its version: {}",
                self.program.display(),
                crate::text::last_line(&answer.stderr)
            ))
            .hint(HOW_TO_GET)),
        }
    }

    /// By what the program on the disk is told from another one in its place; `None` where nobody can tell.
    pub(super) fn file(&self) -> Option<ProgramFile> {
        let found = std::fs::metadata(&self.program).ok()?;
        let place = (self.program.clone(), found.dev(), found.ino());
        Some(ProgramFile { place, length: found.len(), modified: found.modified().ok()? })
    }

    /// One that is never asked anything, for what is started beside it.
    #[cfg(test)]
    pub(super) fn idle(environment: &Environment) -> Pulumi {
        let program = PathBuf::from("/no/such/pulumi");
        Pulumi {
            program,
            environment: environment.clone(),
            lock: None,
            cancel: CancellationToken::new(),
            packs: Arc::default(),
        }
    }

    /// What it says of itself.
    pub async fn version(&self) -> Result<String> {
        self.demand(Path::new("/"), &["version"], "asking pulumi for its version").await
    }

    /// Asks the backend for something small.
    pub async fn reaches_backend(&self) -> Result<()> {
        self.demand(Path::new("/"), &["whoami", "--non-interactive"], "asking the backend who is signed in")
            .await
            .map(drop)
    }

    /// Where it lies.
    pub fn place(&self) -> &Path {
        &self.program
    }

    /// The same CLI for a run: whatever it starts bears the run's name, and what it keeps for itself is in `folder`.
    pub fn of_run(&self, run: &str, folder: &Path) -> Result<Pulumi> {
        let pulumi = self.with(orphans::RUN, run);
        let Some(user) = home::of_user(&self.environment) else {
            return Ok(pulumi);
        };
        let own = folder.join("home");
        home::share(&user, &own).map_err(|error| {
            Failure::setup(format!("making a home for the run beside Pulumi's own in {}: {error}", user.display()))
                .hint("name a folder that may be written in PULUMI_HOME")
        })?;
        Ok(pulumi.with("PULUMI_HOME", &own.display().to_string()))
    }

    /// The same CLI, which keeps a lock open as long as it runs: one that outlives its gitinfra still has its folder.
    pub fn holding(&self, lock: &Arc<File>) -> Pulumi {
        Pulumi { lock: Some(lock.clone()), ..self.clone() }
    }

    /// The same CLI, whose short commands end when the user wants it: one may wait for a backend that says nothing.
    pub fn until(self, cancel: &CancellationToken) -> Pulumi {
        Pulumi { cancel: cancel.clone(), ..self }
    }

    /// The same CLI, whose engine asks these policy packs.
    pub fn judged_by(&self, packs: &[PolicyPack]) -> Pulumi {
        Pulumi { packs: packs.into(), ..self.clone() }
    }

    /// The same CLI that sees these variables and no others.
    pub fn seeing(&self, environment: &Environment) -> Pulumi {
        Pulumi { environment: environment.clone(), ..self.clone() }
    }

    /// The same CLI with another variable set.
    pub fn with(&self, name: &str, value: &str) -> Pulumi {
        let mut pulumi = self.clone();
        pulumi.environment.insert(name.to_owned(), value.to_owned());
        pulumi
    }

    /// Whether it sees a variable.
    pub fn sees(&self, name: &str) -> bool {
        self.environment.contains_key(name)
    }

    /// The same CLI with a variable set unless the user has set it.
    pub fn with_default(&self, name: &str, value: &str) -> Pulumi {
        match self.sees(name) {
            true => self.clone(),
            false => self.with(name, value),
        }
    }

    pub(super) fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new(&self.program);
        let lock = self.lock.as_ref().and_then(|lock| lock.try_clone().ok());
        let stdin = lock.map_or_else(Stdio::null, Stdio::from);
        command.env_clear().envs(&self.environment).current_dir(folder).stdin(stdin);
        command
    }

    pub(super) async fn ask(&self, folder: &Path, args: &[&str]) -> Result<Answer> {
        self.ask_with(folder, args, None).await
    }

    /// Asks with a text to read.
    async fn ask_with(&self, folder: &Path, args: &[&str], text: Option<&str>) -> Result<Answer> {
        let mut command = self.command(folder);
        if text.is_some() {
            command.stdin(Stdio::piped());
        }
        let mut child = self.spawn(command.args(args))?;
        let (group, input) = (child.id(), child.stdin.take());
        let answer = async {
            if let (Some(mut input), Some(text)) = (input, text) {
                // Whoever does not read to the end says why in its answer.
                let _ = input.write_all(text.as_bytes()).await;
            }
            Pulumi::answer(child).await
        };
        tokio::pin!(answer);
        let failure = tokio::select! {
            answer = &mut answer => return answer,
            () = self.cancel.cancelled() => Failure::cancelled(),
            () = tokio::time::sleep(LONGEST) => {
                let words = args.iter().take(2).copied().collect::<Vec<_>>().join(" ");
                Failure::setup(format!("`pulumi {words}` did not end within {} minutes", LONGEST.as_secs() / 60))
                    .hint("look whether the backend answers: `pulumi stack ls`")
            }
        };
        if let Ok(answer) = tokio::time::timeout(GRACE, &mut answer).await {
            return answer;
        }
        terminate_group(group);
        if tokio::time::timeout(GRACE, &mut answer).await.is_err() {
            kill_group(group);
        }
        Err(failure)
    }

    /// Starts a child whose output is kept. Ctrl-C in a terminal must not reach it: cutting off `stack init` would leave
    /// half a stack.
    pub(super) fn spawn(&self, command: &mut Command) -> Result<Child> {
        let command = command.process_group(0).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().map_err(|error| Failure::setup(format!("starting {}: {error}", self.program.display())))
    }

    pub(super) async fn answer(child: Child) -> Result<Answer> {
        let output = child.wait_with_output().await;
        let output = output.map_err(|error| Failure::setup(format!("waiting for pulumi: {error}")))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
        Ok(Answer { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) })
    }

    /// Has a text read, which is in no file and on no command line.
    pub(super) async fn give(&self, folder: &Path, args: &[&str], text: &str, doing: &str) -> Result<()> {
        let answer = self.ask_with(folder, args, Some(text)).await?;
        match answer.code {
            Some(0) => Ok(()),
            _ => Err(failed(doing, &answer)),
        }
    }

    pub(super) async fn demand(&self, folder: &Path, args: &[&str], doing: &str) -> Result<String> {
        let answer = self.ask(folder, args).await?;
        match answer.code {
            Some(0) => Ok(answer.stdout),
            _ => Err(failed(doing, &answer)),
        }
    }
}

/// The program that runs Pulumi programs of a runtime, as Pulumi finds it.
pub fn language_host(environment: &Environment, runtime: &str) -> Option<PathBuf> {
    on_path(environment, &format!("pulumi-language-{runtime}"))
}

pub(super) fn on_path(environment: &Environment, name: &str) -> Option<PathBuf> {
    let path = environment.get("PATH").map(String::as_str).unwrap_or_default();
    std::env::split_paths(path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// The failure of a short command of Pulumi's.
pub(super) fn failed(doing: &str, answer: &Answer) -> Failure {
    let said = said(answer);
    Failure::setup(format!("{doing}: {said}")).hint_some(advice(&said).map(str::to_owned))
}

/// What to do about failures whose words come from Pulumi and whose cause lies in how it is run.
pub(super) fn advice(said: &str) -> Option<&'static str> {
    let cases = [
        (
            "no folder at path",
            "a run sees only what is committed: give the plugin's folder as an absolute path, or put it on the PATH",
        ),
        ("incorrect passphrase", "PULUMI_CONFIG_PASSPHRASE has to be the one that the stack was made with"),
        (
            "passphrase must be set",
            "the backend encrypts secrets with a passphrase: set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE",
        ),
        (
            ".pulumi/meta.yaml",
            "the backend can't be reached: look at its address and region in PULUMI_BACKEND_URL, and at its credentials",
        ),
        (
            "PULUMI_ACCESS_TOKEN must be set",
            "set PULUMI_ACCESS_TOKEN, run `pulumi login`, or name another backend in PULUMI_BACKEND_URL",
        ),
        (
            "looking for beginning of value",
            "a file in the backend is no JSON, such as a lock in `.pulumi/locks`: `pulumi cancel` clears a lock",
        ),
        ("npm install failed", "run `npm install` in the program's folder to see why, and commit what mends it"),
        (
            "unexpected end of JSON input",
            "a file in the backend was cut short, such as a lock while the disk was full: `pulumi cancel` clears a lock",
        ),
    ];
    let fits = |(words, _): &(&str, &str)| said.contains(words);
    cases.into_iter().find(fits).map(|(_, hint)| hint)
}

fn said(answer: &Answer) -> String {
    let text = if answer.stderr.is_empty() { &answer.stdout } else { &answer.stderr };
    once(plain(text).trim_start_matches("error: "))
}

/// The text without lines that only say again what stands above them.
fn once(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines() {
        let bare = line.trim().trim_start_matches("error: ");
        if bare.is_empty() || !lines.iter().any(|above| above.trim().ends_with(bare)) {
            lines.push(line);
        }
    }
    lines.join("\n")
}

/// `v3.259.0` or `3.259.0-alpha.1` as major and minor.
fn version_of(text: &str) -> Option<(u64, u64)> {
    let mut parts = text.trim().trim_start_matches('v').split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_tool_says_twice_is_told_once() {
        let said = "installing dependencies: npm install failed: exit status 1\nat npm\n\n  error: npm install failed: exit status 1\n\nend";
        assert_eq!(once(said), "installing dependencies: npm install failed: exit status 1\nat npm\n\n\nend");
        assert!(advice(said).is_some_and(|hint| hint.contains("`npm install`")));
        let lock = "invalid character 'g' looking for beginning of value";
        assert!(advice(lock).is_some_and(|hint| hint.contains("`pulumi cancel`")));
    }

    #[test]
    fn versions_compare() {
        let cases = [
            ("v3.259.0\n", Some(true)),
            ("3.300.1-dev", Some(true)),
            ("v3.258.9", Some(false)),
            ("v4.0.0", Some(true)),
            ("dev", None),
        ];
        for (text, expected) in cases {
            assert_eq!(version_of(text).map(|version| version >= OLDEST), expected, "{text}");
        }
    }
}
