//! Runs as `get` and `describe` show them.

use serde_json::Value;

use super::stack::whole_name;
use super::{Record, Wanted};
use crate::commands::shell::Shell;
use crate::engine::operation::{Effect, tally};
use crate::event::{Event, Recorded};
use crate::failure::{Failure, Result};
use crate::ledger::{Ledger, RunFilter};
use crate::record::{Run, RunState};
use crate::text::{age, ago, as_seconds, seconds, short, timestamp};
use crate::ui::Show::{Always, Described, Wide};
use crate::ui::{Column, Table};

const COLUMNS: &[Column<Run>] = &[
    Column { head: "NAME", show: Always, path: "name", cell: |run, _| run.name.clone().into(), detail: None },
    Column { head: "STACK", show: Always, path: "stack", cell: |run, _| run.stack.clone().into(), detail: None },
    Column {
        head: "COMMIT",
        show: Always,
        path: "commit",
        cell: |run, _| short(&run.commit).to_owned().into(),
        detail: Some(|run, _| Some(run.commit.clone())),
    },
    Column { head: "STATE", show: Always, path: "state", cell: |run, _| run.state.into(), detail: None },
    Column {
        head: "CHANGES",
        show: Always,
        path: "changes",
        cell: |run, _| changes(run).into(),
        detail: Some(|run, _| Some(tally(&run.changes, Effect::done))),
    },
    Column {
        head: "STARTED",
        show: Described,
        path: "startedAt",
        cell: |run, now| format!("{} ({})", timestamp(run.started_at), ago(now - run.started_at)).into(),
        detail: None,
    },
    Column { head: "TOOK", show: Always, path: "finishedAt", cell: |run, now| took(run, now).into(), detail: None },
    Column {
        head: "ACTION",
        show: Wide,
        path: "action",
        cell: |run, _| run.action.word().to_owned().into(),
        detail: None,
    },
    Column { head: "REASON", show: Wide, path: "reason", cell: |run, _| run.reason.clone().into(), detail: None },
    Column { head: "BRANCH", show: Wide, path: "branch", cell: |run, _| run.branch.clone().into(), detail: None },
    Column { head: "SUBJECT", show: Wide, path: "subject", cell: |run, _| run.subject.clone().into(), detail: None },
    Column {
        head: "HOST",
        show: Wide,
        path: "host",
        cell: |run, _| run.host.clone().into(),
        detail: Some(|run, _| Some(host(run))),
    },
    Column {
        head: "REPOSITORY",
        show: Described,
        path: "repository",
        cell: |run, _| run.repository.clone().into(),
        detail: None,
    },
    Column {
        head: "MESSAGE",
        show: Described,
        path: "message",
        cell: |run, _| run.message.clone().into(),
        detail: Some(|run, _| run.message.clone()),
    },
    Column {
        head: "AGE",
        show: Always,
        path: "startedAt",
        cell: |run, now| age(now - run.started_at).into(),
        // That is when it started, said above.
        detail: Some(|_, _| None),
    },
];

/// "+4 ~1 -2": a cell holds no spaces worth parting at, so signs stand for words.
fn changes(run: &Run) -> Option<String> {
    let all = tally(&run.changes, |effect| match effect {
        Effect::Same | Effect::Other => "",
        effect => effect.symbol(),
    });
    let parts = all.split(", ").filter_map(|part| part.split_once(' ')).filter(|(_, sign)| !sign.is_empty());
    let parts: Vec<String> = parts.map(|(count, sign)| format!("{sign}{count}")).collect();
    (!parts.is_empty()).then(|| parts.join(","))
}

fn took(run: &Run, now: i64) -> String {
    let until = match (run.finished_at, run.state) {
        (Some(at), _) => at,
        (None, RunState::Running) => now,
        (None, _) => return "<unknown>".to_owned(),
    };
    seconds(as_seconds(until - run.started_at))
}

fn host(run: &Run) -> String {
    match &run.engine {
        Some(engine) => format!("{}, engine pid {}", run.host, engine.pid),
        None => run.host.clone(),
    }
}

/// A run's name, without `run/` before it.
pub fn without_type(name: &str) -> &str {
    ["run/", "runs/", "ru/"].iter().find_map(|kind| name.strip_prefix(kind)).unwrap_or(name)
}

impl Record for Run {
    const TABLE: Table<Run> = Table { what: "runs", name: |run| format!("run/{}", run.name), columns: COLUMNS };

    async fn list(_: &Shell, ledger: &Ledger, wanted: &Wanted<'_>) -> Result<Vec<Run>> {
        if wanted.names.is_empty() {
            let stack = match &wanted.stack {
                Some(name) => Some(whole_name(&ledger.stack_records().await?, name)?.to_owned()),
                None => None,
            };
            return ledger.runs(&RunFilter { name: None, stack, limit: wanted.limit }).await;
        }
        let mut found = Vec::new();
        for name in &wanted.names {
            found.push(ledger.run(without_type(name)).await?);
        }
        Ok(found)
    }

    /// The lines that `sync` printed, with the time since the beginning.
    async fn rest(&self, shell: &Shell, ledger: &Ledger) -> Result<Vec<String>> {
        let mut lines = vec!["Events:".to_owned()];
        for recorded in ledger.events(&self.name).await? {
            let since = seconds(as_seconds(recorded.at - self.started_at));
            let event = Event { at: recorded.at, run: None, stack: None, body: recorded.body };
            for (count, line) in shell.ui.line(&event).unwrap_or_default().lines().enumerate() {
                let since = if count == 0 { since.as_str() } else { "" };
                lines.push(format!("  {since:>7}  {line}"));
            }
        }
        Ok(lines)
    }

    async fn more(&self, ledger: &Ledger) -> Result<(&'static str, Value)> {
        let events = ledger.events(&self.name).await?.into_iter();
        let event = |recorded: Recorded| {
            serde_json::to_value(Event { at: recorded.at, run: None, stack: None, body: recorded.body })
        };
        let events: Result<Vec<Value>, _> = events.map(event).collect();
        events.map(|events| ("events", events.into())).map_err(|error| Failure::bug(format!("writing JSON: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::types::tests::check_paths;

    fn run() -> Run {
        let counts = [("create", 2), ("same", 3), ("delete", 1)].map(|(what, number)| (what.to_owned(), number));
        Run { message: Some("no\nhint: try".to_owned()), changes: counts.into(), ..Run::sample(RunState::Failed) }
    }

    #[test]
    fn columns_are_fields() {
        check_paths(&run());
    }

    #[test]
    fn a_cell_holds_signs_and_a_line_holds_words() {
        assert_eq!(changes(&run()).as_deref(), Some("+2,-1"));
        let described = Run::TABLE.describe(&run(), 3_000, crate::ui::Paint::new(false));
        for line in ["Changes:     2 created, 1 deleted, 3 unchanged", "Message:     no\n             hint: try"] {
            assert!(described.contains(line), "{described}");
        }
    }
}
