//! Policies: programs that judge what a roll-out would do. They get it as JSON on stdin; their exit code and their words are
//! the judgement.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde::Serialize;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, Command};

use crate::config::Policy;
use crate::environment::Environment;
use crate::failure::{Failure, Result};
use crate::process;
use crate::seal::Plan;

/// Who has not judged by then does not judge at all.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// So much of its words is kept.
const LONGEST: usize = 2000;

/// What a policy reads.
#[derive(Debug, Serialize)]
pub struct Question<'a> {
    pub stack: &'a str,
    pub commit: &'a str,
    pub branch: &'a str,
    pub changes: &'a Plan,
}

/// Why a policy refuses what would be done, in a sentence; `None` when it does not.
pub async fn refused(
    policy: &Policy,
    question: &Question<'_>,
    folder: &Path,
    environment: &Environment,
) -> Result<Option<String>> {
    let said = judge(policy, question, folder, environment).await?;
    Ok(said.map(|said| format!("the policy `{}` refused it: {said}", policy.command.join(" "))))
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
    let (program, args) = policy.command.split_first().ok_or_else(|| {
        Failure::input("gitinfra.yaml: a policy's `command` is empty")
            .hint("`gitinfra schema config` prints its schema")
    })?;
    let mut command = Command::new(program);
    command.args(args).env_clear().envs(environment).current_dir(folder).process_group(0).kill_on_drop(true);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().map_err(|error| failed(&error).hint("is it installed where gitinfra runs?"))?;
    let text = serde_json::to_vec(question).map_err(|error| Failure::bug(format!("writing JSON: {error}")))?;
    let leader = child.id();
    match tokio::time::timeout(PATIENCE, answer(child, &text)).await {
        Ok(answer) => answer.map_err(|error| failed(&error)),
        Err(_) => {
            process::kill_group(leader);
            Err(failed(&format!("it has not answered after {} s", PATIENCE.as_secs())))
        }
    }
}

async fn answer(mut child: Child, question: &[u8]) -> std::io::Result<Option<String>> {
    let stdin = child.stdin.take();
    let ask = async move {
        if let Some(mut stdin) = stdin {
            // One that does not want to know it all may close its input.
            let _ = stdin.write_all(question).await;
        }
    };
    let ((), output) = tokio::join!(ask, child.wait_with_output());
    let output = output?;
    if output.status.success() {
        return Ok(None);
    }
    let said = [output.stdout, output.stderr].concat();
    let said: String = String::from_utf8_lossy(&said).trim().chars().take(LONGEST).collect();
    Ok(Some(if said.is_empty() { format!("it ended with {}", output.status) } else { said }))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn asked(script: &str) -> Result<Option<String>> {
        let policy = Policy { command: ["sh", "-c", script].map(str::to_owned).to_vec() };
        let plan = Plan::default();
        let question = Question { stack: "net/dev", commit: "aaaa", branch: "main", changes: &plan };
        let path = ("PATH".to_owned(), "/usr/bin:/bin".to_owned());
        judge(&policy, &question, Path::new("/"), &[path].into()).await
    }

    #[tokio::test]
    async fn an_exit_code_and_words_are_the_judgement() {
        assert_eq!(asked("grep -q '\"stack\":\"net/dev\"'").await, Ok(None));
        assert_eq!(asked("echo too much; echo more >&2; exit 1").await, Ok(Some("too much\nmore".to_owned())));
        assert_eq!(asked("exit 3").await, Ok(Some("it ended with exit status: 3".to_owned())));
        let missing = Policy { command: vec!["/no/such/program".to_owned()] };
        let plan = Plan::default();
        let question = Question { stack: "net/dev", commit: "aaaa", branch: "main", changes: &plan };
        let failure = judge(&missing, &question, Path::new("/"), &Environment::new()).await;
        assert!(failure.expect_err("it is missing").message.contains("asking the policy `/no/such/program`"));
    }
}
