//! Jobs in the queue, as `get` and `describe` show them.

use serde_json::Value;

use super::stack::whole_name;
use super::{Record, Wanted};
use crate::commands::shell::Shell;
use crate::failure::{Failure, Result};
use crate::ledger::Ledger;
use crate::record::{Job, JobState};
use crate::text::{age, ago, short, timestamp};
use crate::ui::Show::{Always, Wide};
use crate::ui::{Column, Table};

const NONE: &str = "<none>";

const COLUMNS: &[Column<Job>] = &[
    Column { head: "NAME", show: Always, path: "name", cell: |job, _| job.name.clone().into(), detail: None },
    Column { head: "TASK", show: Always, path: "task", cell: |job, _| job.task.word().to_owned().into(), detail: None },
    Column { head: "SUBJECT", show: Always, path: "subject", cell: |job, _| job.about().into(), detail: None },
    Column {
        head: "STATE",
        show: Always,
        path: "state",
        cell: |job, _| job.state.word().to_owned().into(),
        detail: Some(|job, now| Some(state(job, now))),
    },
    Column {
        head: "COMMIT",
        show: Always,
        path: "commit",
        cell: |job, _| job.commit.as_deref().map_or(NONE, short).to_owned().into(),
        detail: Some(|job, _| job.commit.clone()),
    },
    Column {
        head: "ATTEMPTS",
        show: Wide,
        path: "attempts",
        cell: |job, _| job.attempts.to_string().into(),
        detail: None,
    },
    Column {
        head: "REPOSITORY",
        show: Always,
        path: "repository",
        cell: |job, _| job.repository.clone().into(),
        detail: None,
    },
    Column {
        head: "AGE",
        show: Always,
        path: "queuedAt",
        cell: |job, now| age(now - job.queued_at).into(),
        detail: Some(|job, now| Some(format!("{} ({})", timestamp(job.queued_at), ago(now - job.queued_at)))),
    },
];

/// The state, and what it means here.
fn state(job: &Job, now: i64) -> String {
    let rest = match (job.state, &job.holder, job.due_at) {
        (JobState::Running, Some(process), _) => format!(", by pid {} on {}", process.pid, process.host),
        (JobState::Retrying, _, Some(due)) if due > now => format!(", again in {}", age(due - now)),
        (JobState::Failed, ..) => format!(", until the next commit or `gitinfra retry job/{}`", job.name),
        _ => String::new(),
    };
    format!("{}{rest}", job.state.word())
}

/// A job's name, without `job/` before it.
fn without_type(name: &str) -> &str {
    ["job/", "queue/", "jo/"].iter().find_map(|kind| name.strip_prefix(kind)).unwrap_or(name)
}

impl Record for Job {
    const TABLE: Table<Job> = Table { what: "queue", name: |job| format!("job/{}", job.name), columns: COLUMNS };

    async fn list(_: &Shell, ledger: &Ledger, wanted: &Wanted<'_>) -> Result<Vec<Job>> {
        let all = ledger.jobs().await?;
        let names: Vec<&str> = wanted.names.iter().map(|name| without_type(name)).collect();
        let is_there = |name: &&str| all.iter().any(|job| job.name.starts_with(*name));
        if let Some(unknown) = names.iter().find(|name| !is_there(name)) {
            return Err(Failure::input(format!("there is no job `{unknown}` in the queue"))
                .hint("what is done has left it; `gitinfra get queue` lists what is there"));
        }
        let is_named = |job: &Job| names.is_empty() || names.iter().any(|name| job.name.starts_with(name));
        let stacks = match &wanted.stack {
            Some(name) => {
                let mut all = ledger.stack_records().await?;
                let name = whole_name(&all, name)?.to_owned();
                all.retain(|stack| stack.name == name);
                Some(all)
            }
            None => None,
        };
        let is_about = |job: &Job| stacks.as_ref().is_none_or(|stacks| stacks.iter().any(|stack| job.rolls_out(stack)));
        Ok(all.into_iter().filter(|job| is_named(job) && is_about(job)).collect())
    }

    async fn rest(&self, _: &Shell, _: &Ledger) -> Result<Vec<String>> {
        let skipped = self.skipped.iter().map(|commit| format!("{} was skipped: a newer commit came", short(commit)));
        Ok(skipped.chain(self.message.iter().flat_map(|message| message.lines()).map(str::to_owned)).collect())
    }

    async fn more(&self, _: &Ledger) -> Result<(&'static str, Value)> {
        Ok(("kind", "Job".into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::types::tests::check_paths;
    use crate::process::Process;

    fn job() -> Job {
        let holder = Some(Process { host: "there".to_owned(), pid: 7, ..Process::current() });
        let (name, commit) = ("abc".to_owned(), Some("1a2b3c4d5e".to_owned()));
        Job { name, commit, state: JobState::Retrying, due_at: Some(60_000), holder, ..Job::sample("pr/7") }
    }

    #[test]
    fn columns_are_fields() {
        check_paths(&job());
    }

    #[test]
    fn a_state_says_what_it_waits_for() {
        let cases = [
            (JobState::Queued, "queued"),
            (JobState::Running, "running, by pid 7 on there"),
            (JobState::Retrying, "retrying, again in 60s"),
            (JobState::Failed, "failed, until the next commit or `gitinfra retry job/abc`"),
        ];
        for (state_now, expected) in cases {
            assert_eq!(state(&Job { state: state_now, ..job() }, 0), expected);
        }
    }
}
