//! Policies: programs that judge what a roll-out would do. They get it as JSON on stdin; their exit code and their words are
//! the judgement.

mod packs;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde::Serialize;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStdin, Command};
use tokio_util::sync::CancellationToken;

use crate::config::Policy;
use crate::environment::Environment;
use crate::failure::{Failure, Result};
use crate::git::Mirror;
use crate::process;
use crate::record::Action;
use crate::scrub::Scrubber;
use crate::seal::Plan;
use crate::trace;

pub use packs::{Installing, Packs};

/// Who has not judged by then does not judge at all.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// So long its words may be under way once it has ended.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// So many letters of its words are shown.
const LONGEST: usize = 2000;

/// So many bytes of its words are kept until it ends: more than are shown, for secrets are taken out of them first.
const KEPT: usize = 1024 * 1024;

/// What a policy reads.
#[derive(Debug, Serialize)]
pub struct Question<'a> {
    pub stack: &'a str,
    pub action: Action,
    pub commit: &'a str,
    pub branch: &'a str,
    pub changes: &'a Plan,
}

/// Where policies run: among the files of the commit that names them. Those of the commit that is judged may have been changed to let it pass.
pub struct Folders<'a> {
    mirror: &'a Mirror,
    made: BTreeMap<String, TempDir>,
}

impl Folders<'_> {
    pub fn of(mirror: &Mirror) -> Folders<'_> {
        Folders { mirror, made: BTreeMap::new() }
    }

    fn folder(&mut self, policy: &Policy) -> Result<PathBuf> {
        let commit = policy.commit.as_deref().ok_or_else(|| Failure::bug("a policy of no commit"))?;
        if let Some(made) = self.made.get(commit) {
            return Ok(made.path().to_owned());
        }
        let made = self.mirror.files(commit)?;
        Ok(self.made.entry(commit.to_owned()).or_insert(made).path().to_owned())
    }
}

/// Why a policy refuses what would be done, in a sentence; `None` when it does not. One who cancels does not wait for it.
pub async fn refused(
    policy: &Policy,
    question: &Question<'_>,
    folders: &mut Folders<'_>,
    by: (&Environment, &Scrubber),
    cancel: &CancellationToken,
) -> Result<Option<String>> {
    let folder = folders.folder(policy)?;
    trace::part("ask a policy").of(refused_in(&folder, policy, question, by, cancel)).await
}

async fn refused_in(
    folder: &Path,
    policy: &Policy,
    question: &Question<'_>,
    (environment, scrubber): (&Environment, &Scrubber),
    cancel: &CancellationToken,
) -> Result<Option<String>> {
    let said = tokio::select! {
        () = cancel.cancelled() => return Err(Failure::cancelled()),
        said = judge(policy, question, folder, environment) => said?,
    };
    // What is cut first would leave a piece of a secret that is not recognised any more.
    let said = said.map(|said| scrubber.scrub(&said).chars().take(LONGEST).collect::<String>());
    Ok(said.map(|said| format!("the policy `{}` refused it: {said}", scrubber.scrub(&policy.command.join(" ")))))
}

/// What it said: its words when it refuses, and `None` when it does not.
async fn judge(
    policy: &Policy,
    question: &Question<'_>,
    folder: &Path,
    environment: &Environment,
) -> Result<Option<String>> {
    let name = policy.command.join(" ");
    let failed = |error: &dyn std::fmt::Display| Failure::setup(format!("asking the policy `{name}`: {error}"));
    let (program, args) = policy.command.split_first().ok_or_else(|| Failure::bug("a policy without a program"))?;
    let mut command = Command::new(program);
    command.args(args).env_clear().envs(environment).current_dir(folder).process_group(0).kill_on_drop(true);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().map_err(|error| failed(&error).hint("is it installed where gitinfra runs?"))?;
    let text = serde_json::to_vec(question).map_err(|error| Failure::bug(format!("writing JSON: {error}")))?;
    let group = Group(child.id());
    match tokio::time::timeout(PATIENCE, answer(child, &text, group)).await {
        Ok(answer) => answer.map_err(|error| failed(&error)),
        Err(_) => Err(failed(&format!("it has not answered after {} s", PATIENCE.as_secs()))),
    }
}

/// What a policy started, by the policy's own process id: it ends with whoever waits for it.
struct Group(Option<u32>);

impl Drop for Group {
    fn drop(&mut self) {
        process::kill_group(self.0);
    }
}

/// The end of the policy itself is its answer: what it left running may hold its pipes for as long as it likes.
async fn answer(mut child: Child, question: &[u8], group: Group) -> std::io::Result<Option<String>> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (mut said, mut complained) = (Vec::new(), Vec::new());
    let over = CancellationToken::new();
    let end = async {
        let status = child.wait().await;
        drop(group);
        over.cancel();
        status
    };
    let talk = async { tokio::join!(ask(stdin, question), hear(stdout, &mut said), hear(stderr, &mut complained)) };
    let is_late = async {
        over.cancelled().await;
        tokio::time::sleep(LAST_WORDS).await;
    };
    let talk = async {
        tokio::select! {
            _ = talk => {}
            () = is_late => {}
        }
    };
    let (status, ()) = tokio::join!(end, talk);
    let status = status?;
    if status.success() {
        return Ok(None);
    }
    said.append(&mut complained);
    let said = String::from_utf8_lossy(&said);
    Ok(Some(if said.trim().is_empty() { format!("it ended with {status}") } else { said.trim().to_owned() }))
}

async fn ask(stdin: Option<ChildStdin>, question: &[u8]) {
    if let Some(mut stdin) = stdin {
        // One that does not want to know it all may close its input.
        let _ = stdin.write_all(question).await;
    }
}

/// Whatever was heard so far is kept also where the rest is not awaited.
async fn hear(from: Option<impl AsyncRead + Unpin>, into: &mut Vec<u8>) {
    if let Some(mut from) = from {
        let mut piece = Vec::new();
        while from.read_buf(&mut piece).await.is_ok_and(|read| read > 0) {
            into.extend(piece.drain(..).take(KEPT.saturating_sub(into.len())));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(plan: &Plan) -> Question<'_> {
        Question { stack: "net/dev", action: Action::RollOut, commit: "aaaa", branch: "main", changes: plan }
    }

    async fn asked(script: &str) -> Result<Option<String>> {
        let policy = Policy { commit: None, command: ["sh", "-c", script].map(str::to_owned).to_vec() };
        let plan = Plan::default();
        let question = question(&plan);
        let path = ("PATH".to_owned(), "/usr/bin:/bin".to_owned());
        judge(&policy, &question, Path::new("/"), &[path].into()).await
    }

    #[tokio::test]
    async fn an_exit_code_and_words_are_the_judgement() {
        assert_eq!(asked("grep -q '\"stack\":\"net/dev\",\"action\":\"roll-out\"'").await, Ok(None));
        assert_eq!(asked("echo too much; echo more >&2; exit 1").await, Ok(Some("too much\nmore".to_owned())));
        assert_eq!(asked("exit 3").await, Ok(Some("it ended with exit status: 3".to_owned())));
        let missing = Policy { commit: None, command: vec!["/no/such/program".to_owned()] };
        let plan = Plan::default();
        let question = question(&plan);
        let failure = judge(&missing, &question, Path::new("/"), &Environment::new()).await;
        assert!(failure.expect_err("it is missing").message.contains("asking the policy `/no/such/program`"));
    }

    /// No piece of a secret is left where the words are cut.
    #[tokio::test]
    async fn secrets_are_taken_out_before_words_are_cut() {
        let mut scrubber = Scrubber::default();
        scrubber.add("correct-horse-battery");
        let script = "yes 'blah correct-horse-battery' | head -c 3000000; exit 1";
        let policy = Policy { commit: None, command: ["sh", "-c", script].map(str::to_owned).to_vec() };
        let plan = Plan::default();
        let environment = [("PATH".to_owned(), "/usr/bin:/bin".to_owned())].into();
        let cancel = CancellationToken::new();
        let by = (&environment, &scrubber);
        let said = refused_in(Path::new("/"), &policy, &question(&plan), by, &cancel).await.expect("an answer");
        let said = said.expect("a refusal");
        assert!(said.contains("blah [secret]") && !said.contains("corr"), "{said}");
        assert!(said.len() < 3 * LONGEST, "{}", said.len());
    }

    /// Neither its own end nor a signal waits for whoever holds its pipes.
    #[tokio::test]
    async fn what_it_leaves_running_is_not_waited_for() {
        assert_eq!(asked("sleep 1000 & echo no; exit 1").await, Ok(Some("no".to_owned())));
        assert_eq!(asked("sleep 1000 & exit 0").await, Ok(None));
        let policy = Policy { commit: None, command: ["sleep", "1000"].map(str::to_owned).to_vec() };
        let plan = Plan::default();
        let question = question(&plan);
        let environment = [("PATH".to_owned(), "/usr/bin:/bin".to_owned())].into();
        let cancel = CancellationToken::new();
        let by = (&environment, &Scrubber::default());
        let waiting = refused_in(Path::new("/"), &policy, &question, by, &cancel);
        let (failure, ()) = tokio::join!(waiting, async { cancel.cancel() });
        assert_eq!(failure, Err(Failure::cancelled()));
    }
}
