//! Stacks as `get` and `describe` show them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Record, Wanted, as_json};
use crate::called;
use crate::commands::shell::Shell;
use crate::engine::operation::{Effect, tally};
use crate::failure::{Failure, Result};
use crate::ledger::{Ledger, RunFilter};
use crate::record::{Lock, Run, StackRecord};
use crate::standing;
use crate::text::{age, ago, short};
use crate::ui::Show::{Always, Described, Labels, Wide};
use crate::ui::{Column, Table};

/// What a cell of words holds at most.
const WIDEST: usize = 60;

const COLUMNS: &[Column<StackRecord>] = &[
    Column { head: "NAME", show: Always, path: "name", cell: |stack, _| stack.name.clone().into(), detail: None },
    Column {
        head: "STATUS",
        show: Always,
        path: "status",
        cell: |stack, _| cut(status(stack)).into(),
        detail: Some(|stack, _| Some(status(stack))),
    },
    Column {
        head: "COMMIT",
        show: Always,
        path: "commit",
        cell: |stack, _| stack.commit.as_deref().map(|commit| short(commit).to_owned()).into(),
        detail: Some(|stack, now| Some(stands(stack, now))),
    },
    Column {
        head: "LAST RUN",
        show: Always,
        path: "lastState",
        cell: |stack, _| stack.last_state.into(),
        detail: None,
    },
    Column {
        head: "LOCK",
        show: Wide,
        path: "lock",
        cell: |stack, _| stack.lock.as_ref().map(Lock::in_words).into(),
        detail: None,
    },
    Column {
        head: "SUSPENDED",
        show: Described,
        path: "suspended",
        cell: |stack, _| stack.suspended.clone().into(),
        detail: Some(|stack, _| stack.suspended.clone()),
    },
    Column {
        head: "DRIFT",
        show: Wide,
        path: "drift",
        cell: |stack, _| stack.drift.word().to_owned().into(),
        detail: None,
    },
    Column { head: "RUN", show: Wide, path: "lastRun", cell: |stack, _| stack.last_run.clone().into(), detail: None },
    Column {
        head: "RUNTIME",
        show: Wide,
        path: "runtime",
        cell: |stack, _| stack.runtime.clone().into(),
        detail: None,
    },
    Column { head: "FOLDER", show: Wide, path: "folder", cell: |stack, _| folder(stack).into(), detail: None },
    Column { head: "BRANCH", show: Wide, path: "branch", cell: |stack, _| stack.branch.clone().into(), detail: None },
    Column {
        head: "TAG",
        show: Wide,
        path: "tag",
        cell: |stack, _| stack.tag.clone().into(),
        detail: Some(|stack, _| tagged(stack)),
    },
    Column {
        head: "BACKEND",
        show: Wide,
        path: "backend",
        cell: |stack, _| stack.backend.clone().into(),
        detail: None,
    },
    Column {
        head: "REPOSITORY",
        show: Wide,
        path: "repository",
        cell: |stack, _| stack.repository.clone().into(),
        detail: None,
    },
    Column {
        head: "AGE",
        show: Always,
        path: "rolledOutAt",
        cell: |stack, now| stack.rolled_out_at.map(|at| age(now - at)).into(),
        // It stands beside the commit.
        detail: Some(|_, _| None),
    },
    Column {
        head: "LABELS",
        show: Labels,
        path: "labels",
        cell: |stack, _| labelled(stack).into(),
        detail: Some(|stack, _| labelled(stack)),
    },
];

/// At a glance: its one word, and why it is that.
fn status(stack: &StackRecord) -> String {
    let (state, why) = stack.state();
    let why = why.as_deref().and_then(|why| why.lines().next()).filter(|why| !why.is_empty());
    let told = why.map_or_else(|| state.word().to_owned(), |why| format!("{}: {why}", state.word()));
    match stack.lock_aside() {
        Some(lock) => format!("{told} (locked by {})", lock.owner),
        None => told,
    }
}

/// `team=a,tier=web`; none where it has none.
fn labelled(stack: &StackRecord) -> Option<String> {
    let each = stack.labels.iter().map(|(key, value)| format!("{key}={value}"));
    Some(each.collect::<Vec<_>>().join(",")).filter(|labels| !labels.is_empty())
}

/// Fits a table; `describe` has it whole.
fn cut(text: String) -> String {
    if text.len() <= WIDEST { text } else { console::truncate_str(&text, WIDEST, "…").into_owned() }
}

fn folder(stack: &StackRecord) -> String {
    if stack.folder.is_empty() { ".".to_owned() } else { stack.folder.clone() }
}

/// The tag by which it is rolled out; nothing where its branch's head is.
fn tagged(stack: &StackRecord) -> Option<String> {
    let globs = stack.tags.join(", ");
    match &stack.tag {
        _ if stack.tags.is_empty() => None,
        Some(tag) => Some(format!("{tag} (the newest of {globs})")),
        None => Some(format!("<none> (none of {globs} yet)")),
    }
}

fn stands(stack: &StackRecord, now: i64) -> String {
    let stands = stack.commit.as_deref().zip(stack.rolled_out_at);
    stands.map_or_else(|| "<none>".to_owned(), |(commit, at)| format!("{commit} (rolled out {})", ago(now - at)))
}

impl Record for StackRecord {
    const TABLE: Table<StackRecord> =
        Table { what: "stacks", name: |stack| format!("stack/{}", stack.name), columns: COLUMNS };

    async fn list(shell: &Shell, ledger: &Ledger, wanted: &Wanted<'_>) -> Result<Vec<StackRecord>> {
        let mut all = ledger.stack_records().await?;
        standing::look(&shell.context, &mut all);
        let names: Vec<&str> = wanted.names.iter().copied().chain(wanted.stack.as_deref()).collect();
        if names.is_empty() {
            return Ok(all);
        }
        let mut found = Vec::new();
        for name in &names {
            found.extend(named(&all, name)?.into_iter().cloned());
        }
        Ok(found)
    }

    fn labels(&self) -> Option<&BTreeMap<String, String>> {
        Some(&self.labels)
    }

    async fn rest(&self, shell: &Shell, ledger: &Ledger) -> Result<Vec<String>> {
        let runs = runs(self, ledger).await?;
        Ok(std::iter::once("Runs:".to_owned()).chain(runs.iter().map(|run| line(run, shell))).collect())
    }

    async fn more(&self, ledger: &Ledger) -> Result<(&'static str, Value)> {
        let runs: Result<Vec<Value>> = runs(self, ledger).await?.iter().map(as_json).collect();
        Ok(("runs", runs?.into()))
    }
}

/// Its newest runs.
async fn runs(stack: &StackRecord, ledger: &Ledger) -> Result<Vec<Run>> {
    let filter = RunFilter { stack: Some(stack.name.clone()), limit: 10, ..RunFilter::default() };
    let mut runs = ledger.runs(&filter).await?;
    runs.retain(|run| run.repository == stack.repository);
    Ok(runs)
}

/// The one stack that is meant; of several repositories that have it, the one at this address.
pub fn the_one<'a>(all: &'a [StackRecord], name: &str, repository: Option<&str>) -> Result<&'a StackRecord> {
    let found: Vec<&StackRecord> = named(all, name)?;
    let here = |stack: &&&StackRecord| repository.is_none_or(|repository| stack.repository == repository);
    match found.iter().filter(here).collect::<Vec<_>>()[..] {
        [one] => Ok(one),
        [] => Err(Failure::input(format!("{} has no stack `{name}`", repository.unwrap_or_default()))
            .hint(format!("it is in {}", addresses(&found)))),
        _ => Err(Failure::input(format!("several repositories have the stack `{name}`"))
            .hint(format!("say which one with --repo: {}", addresses(&found)))),
    }
}

fn addresses(stacks: &[&StackRecord]) -> String {
    stacks.iter().map(|stack| stack.repository.as_str()).collect::<Vec<_>>().join(", ")
}

/// The stacks of a name: one in each repository that has it.
fn named<'a>(all: &'a [StackRecord], name: &str) -> Result<Vec<&'a StackRecord>> {
    let name = whole_name(all, name)?;
    Ok(all.iter().filter(|stack| stack.name == name).collect())
}

/// The whole name of the stack that is meant.
pub fn whole_name<'a>(all: &'a [StackRecord], name: &str) -> Result<&'a str> {
    let known = all.iter().map(|stack| stack.name.as_str()).collect();
    called::stack(name, &known).map_err(|failure| failure.hint("`gitinfra get stacks` lists them"))
}

fn line(run: &Run, shell: &Shell) -> String {
    let (state, what) = (shell.ui.paint.state(run.state), tally(&run.changes, Effect::done));
    let when = ago(shell.context.now() - run.started_at);
    format!("  {}  {}  {state}  {when}  {what}", run.name, short(&run.commit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::types::tests::check_paths;
    use crate::record::Standing;

    fn record(standing: Standing) -> StackRecord {
        let text = |text: &str| text.to_owned();
        StackRecord {
            name: text("net/dev"),
            standing,
            message: Some(text("VpcLimitExceeded\nhint: ask for more")),
            tags: vec![text("v*"), text("!*-rc*")],
            tag: Some(text("v1.2.0")),
            ..StackRecord::default()
        }
    }

    #[test]
    fn columns_are_fields() {
        check_paths(&record(Standing::UpToDate));
    }

    #[test]
    fn a_status_is_read_at_a_glance() {
        let lock = Lock::sample("kim");
        let locked = |standing| StackRecord { lock: Some(lock.clone()), ..record(standing) };
        let cases = [
            (record(Standing::UpToDate), "current"),
            (StackRecord { behind_by: Some(1), ..record(Standing::Behind) }, "queued: behind by 1 commit"),
            (record(Standing::Failing), "failing: VpcLimitExceeded"),
            (locked(Standing::UpToDate), "current (locked by kim)"),
            (locked(Standing::Failing), "failing: VpcLimitExceeded (locked by kim)"),
            (locked(Standing::Behind), "blocked: locked by kim until 1970-01-01T00:00:00.000Z: moving"),
        ];
        for (record, expected) in cases {
            assert_eq!(status(&record), expected);
        }
        let record = record(Standing::UpToDate);
        assert_eq!(tagged(&record).as_deref(), Some("v1.2.0 (the newest of v*, !*-rc*)"));
        assert_eq!(
            tagged(&StackRecord { tag: None, ..record.clone() }).as_deref(),
            Some("<none> (none of v*, !*-rc* yet)")
        );
        assert_eq!(tagged(&StackRecord { tags: Vec::new(), ..record }), None);
        assert_eq!(cut("x".repeat(100)).chars().count(), WIDEST);
    }
}
