//! Stacks as `get` and `describe` show them.

use super::{Record, Wanted};
use crate::called;
use crate::commands::shell::Shell;
use crate::decide::short;
use crate::engine::operation::{Effect, tally};
use crate::failure::Result;
use crate::ledger::{Ledger, RunFilter};
use crate::record::{Run, StackRecord};
use crate::text::{age, ago};
use crate::ui::Show::{Always, Wide};
use crate::ui::{Column, Table};

const COLUMNS: &[Column<StackRecord>] = &[
    Column { head: "NAME", show: Always, path: "name", cell: |stack, _| stack.name.clone().into(), detail: None },
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
    Column { head: "RUN", show: Wide, path: "lastRun", cell: |stack, _| stack.last_run.clone().into(), detail: None },
    Column {
        head: "RUNTIME",
        show: Wide,
        path: "runtime",
        cell: |stack, _| stack.runtime.clone().into(),
        detail: None,
    },
    Column { head: "FOLDER", show: Wide, path: "folder", cell: |stack, _| folder(stack).into(), detail: None },
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
];

fn folder(stack: &StackRecord) -> String {
    if stack.folder.is_empty() { ".".to_owned() } else { stack.folder.clone() }
}

fn stands(stack: &StackRecord, now: i64) -> String {
    let stands = stack.commit.as_deref().zip(stack.rolled_out_at);
    stands.map_or_else(|| "<none>".to_owned(), |(commit, at)| format!("{commit} (rolled out {})", ago(now - at)))
}

impl Record for StackRecord {
    const TABLE: Table<StackRecord> =
        Table { what: "stacks", name: |stack| format!("stack/{}", stack.name), columns: COLUMNS };

    async fn list(ledger: &Ledger, wanted: &Wanted<'_>) -> Result<Vec<StackRecord>> {
        let all = ledger.stack_records().await?;
        if wanted.names.is_empty() {
            return Ok(all);
        }
        let mut found = Vec::new();
        for name in &wanted.names {
            found.extend(named(&all, name)?);
        }
        Ok(found)
    }

    async fn print_rest(&self, shell: &Shell, ledger: &Ledger) -> Result<()> {
        shell.ui.data("Runs:");
        let filter = RunFilter { stack: Some(self.name.clone()), limit: 10, ..RunFilter::default() };
        for run in ledger.runs(&filter).await?.iter().filter(|run| run.repository == self.repository) {
            shell.ui.data(&line(run, shell));
        }
        Ok(())
    }
}

/// The stacks of a name: one in each repository that has it.
fn named(all: &[StackRecord], name: &str) -> Result<Vec<StackRecord>> {
    let name = whole_name(all, name)?;
    Ok(all.iter().filter(|stack| stack.name == name).cloned().collect())
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
    use crate::record::RunState;

    #[test]
    fn columns_are_fields() {
        let text = |text: &str| text.to_owned();
        check_paths(&StackRecord {
            name: text("net/dev"),
            repository: text("here"),
            folder: text("net"),
            runtime: text("yaml"),
            commit: Some(text("1a2b3c4")),
            rolled_out_at: Some(1),
            created_at: 1,
            last_run: Some(text("abc")),
            last_state: Some(RunState::Succeeded),
            last_started_at: Some(1),
        });
    }
}
