//! What is wrong on this machine, and what to do about it: git, pulumi, language hosts, backend, credentials, references,
//! locks, ledger.

mod references;
mod rules;
mod tools;

use std::collections::BTreeSet;
use std::path::Path;

use serde::Serialize;

use crate::context::Context;
use crate::engine::locks;
use crate::environment::Environment;
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::record::{RunState, StackRecord};
use crate::text::{count, list};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Ok,
    /// Something to know; work goes on.
    Warning,
    /// Something without which nothing rolls out.
    Failed,
}

impl Verdict {
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Ok => "ok",
            Verdict::Warning => "warning",
            Verdict::Failed => "failed",
        }
    }
}

/// What a look at one thing showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub check: &'static str,
    pub verdict: Verdict,
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
}

impl Finding {
    fn new(check: &'static str, verdict: Verdict, message: impl Into<String>) -> Finding {
        Finding { check, verdict, message: message.into(), hints: Vec::new() }
    }

    fn ok(check: &'static str, message: impl Into<String>) -> Finding {
        Finding::new(check, Verdict::Ok, message)
    }

    fn warning(check: &'static str, message: impl Into<String>, hint: impl Into<String>) -> Finding {
        Finding { hints: vec![hint.into()], ..Finding::new(check, Verdict::Warning, message) }
    }

    fn failed(check: &'static str, failure: &Failure) -> Finding {
        Finding { hints: failure.hints.clone(), ..Finding::new(check, Verdict::Failed, &failure.message) }
    }
}

/// Looks at everything. `environment` is what the engine would see; `ledger` is the ledger, or why it can't be opened.
pub async fn examine(context: &Context, environment: &Environment, ledger: Result<Ledger, Failure>) -> Vec<Finding> {
    let mut findings = vec![tools::git(&context.environment, &context.cwd).await];
    findings.push(tools::pulumi(environment).await);
    let records = match &ledger {
        Ok(ledger) => ledger.stack_records().await,
        Err(failure) => Err(failure.clone()),
    };
    let stacks = records.as_deref().unwrap_or_default();
    let runtimes: BTreeSet<&str> = stacks.iter().map(|stack| stack.runtime.as_str()).collect();
    findings.extend(tools::hosts(environment, &runtimes));
    findings.push(tools::backend(environment).await);
    findings.push(credentials(environment));
    findings.extend(references::references(context, stacks));
    findings.extend(rules::rules(context, stacks));
    findings.push(left_locks(stacks));
    findings.push(match (&ledger, &records) {
        (Ok(ledger), Ok(stacks)) => in_ledger(ledger, stacks).await,
        (Err(failure), _) | (_, Err(failure)) => Finding::failed("ledger", failure),
    });
    findings
}

/// Which of the known clouds the engine gets credentials for. Whether they are good only the cloud knows.
fn credentials(environment: &Environment) -> Finding {
    let is_set = |name: &str| environment.get(name).is_some_and(|value| !value.is_empty());
    let home = environment.get("HOME").map(String::as_str).unwrap_or_default();
    let ways = [
        ("AWS_ACCESS_KEY_ID", is_set("AWS_ACCESS_KEY_ID")),
        ("AWS_PROFILE", is_set("AWS_PROFILE")),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", is_set("AWS_WEB_IDENTITY_TOKEN_FILE")),
        (
            "a container's role",
            is_set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") || is_set("AWS_CONTAINER_CREDENTIALS_FULL_URI"),
        ),
        ("~/.aws/credentials", Path::new(home).join(".aws/credentials").is_file()),
        ("~/.aws/config", Path::new(home).join(".aws/config").is_file()),
    ];
    match ways.iter().find(|(_, is_there)| *is_there) {
        Some((way, _)) => {
            Finding::ok("credentials", format!("AWS's come from {way}; `aws sts get-caller-identity` tries them"))
        }
        None => Finding::warning(
            "credentials",
            "none for AWS are set here",
            "on a machine of AWS's its role is taken; elsewhere set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        ),
    }
}

/// Locks in backends of files. Whether their makers live can be known of this machine's alone.
fn left_locks(stacks: &[StackRecord]) -> Finding {
    let mut found = Vec::new();
    for stack in stacks {
        let folder = stack.backend.as_deref().and_then(|backend| backend.strip_prefix("file://"));
        let Some((folder, (project, name))) = folder.zip(stack.name.rsplit_once('/')) else { continue };
        let locks = locks(Path::new(folder), project, name);
        found.extend(locks.iter().map(|lock| format!("{} by {}", stack.name, lock.owner())));
    }
    match &found[..] {
        [] => Finding::ok("locks", "no backend of files holds a lock on a known stack"),
        held => Finding::warning(
            "locks",
            format!(
                "{} held: {}",
                count(held.len(), "lock"),
                list(&held.iter().map(String::as_str).collect::<Vec<_>>(), 3)
            ),
            "where the maker still runs all is well; else the next `sync` removes its own, and `pulumi cancel` anybody's",
        ),
    }
}

/// Runs that nobody works on any more.
async fn in_ledger(ledger: &Ledger, stacks: &[StackRecord]) -> Finding {
    let mut left = Vec::new();
    for stack in stacks.iter().filter(|stack| stack.last_state == Some(RunState::Running)) {
        let is_held = match ledger.find(&stack.repository, &stack.name).await {
            Ok(Some(id)) => ledger.is_held(&id).await.unwrap_or(true),
            _ => true,
        };
        if !is_held {
            left.push(stack.name.as_str());
        }
    }
    match &left[..] {
        [] => Finding::ok("ledger", format!("opened; it knows {}", count(stacks.len(), "stack"))),
        names => Finding::warning(
            "ledger",
            format!("a gitinfra died in the middle of a run of {}", list(names, 3)),
            "the next `gitinfra sync` finds the run, deals with what it left, and goes on",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_looked_for_and_not_told() {
        let set = |name: &str| Environment::from([(name.to_owned(), "hush".to_owned())]);
        let found = credentials(&set("AWS_ACCESS_KEY_ID"));
        assert_eq!(found.verdict, Verdict::Ok);
        assert!(!format!("{found:?}").contains("hush"));
        assert_eq!(credentials(&Environment::new()).verdict, Verdict::Warning);
    }
}
