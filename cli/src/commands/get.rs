//! `gitinfra get`: stacks and runs as rows.

use super::Context;
use crate::args::Get;
use crate::decide::short;
use crate::failure::{Failure, Result, nearest};
use crate::ledger::{Ledger, RunFilter};
use crate::operation::{Effect, tally};
use crate::record::{Run, RunState, StackRecord};
use crate::text::{age, as_seconds, seconds};
use crate::ui::Table;

/// The types that there are, with kubectl's kinds of names: plural, singular, short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    Stack,
    Run,
}

impl Type {
    const NAMES: [(&'static str, Type); 6] = [
        ("stacks", Type::Stack),
        ("stack", Type::Stack),
        ("st", Type::Stack),
        ("runs", Type::Run),
        ("run", Type::Run),
        ("ru", Type::Run),
    ];

    /// Reads `TYPE` or `TYPE/NAME`. A stack's name holds a slash itself, so only the first one parts.
    pub fn parse(text: &str) -> Result<(Type, Option<&str>)> {
        let (kind, name) = text.split_once('/').map_or((text, None), |(kind, name)| (kind, Some(name)));
        let known = Self::NAMES.iter().find(|(known, _)| *known == kind);
        let (_, kind) = known.ok_or_else(|| {
            Failure::input(format!("there is no type `{kind}`"))
                .hint_some(nearest(kind, Self::NAMES.iter().map(|(name, _)| *name)))
                .hint("the types are: stacks (st), runs (ru)")
        })?;
        Ok((*kind, name.filter(|name| !name.is_empty())))
    }
}

pub async fn run(context: &Context, args: &Get) -> Result<u8> {
    let (kind, name) = Type::parse(&args.kind)?;
    let names: Vec<&str> = name.into_iter().chain(args.names.iter().map(String::as_str)).collect();
    let ledger = context.ledger().await?;
    match kind {
        Type::Stack => stacks(context, &ledger, args, &names).await?,
        Type::Run => runs(context, &ledger, args, &names).await?,
    }
    if args.watch {
        context.ui.talk("watching; Ctrl-C ends it");
        watch(context, &ledger, args, kind, &names).await?;
    }
    Ok(0)
}

/// Prints the rows anew whenever one of them changes.
async fn watch(context: &Context, ledger: &Ledger, args: &Get, kind: Type, names: &[&str]) -> Result<()> {
    let mut seen = String::new();
    loop {
        let now = match kind {
            Type::Stack => format!("{:?}", ledger.stack_records().await?),
            Type::Run => format!("{:?}", ledger.runs(&filter(args, None)).await?),
        };
        if !seen.is_empty() && seen != now {
            match kind {
                Type::Stack => stacks(context, ledger, args, names).await?,
                Type::Run => runs(context, ledger, args, names).await?,
            }
        }
        seen = now;
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
}

async fn stacks(context: &Context, ledger: &Ledger, args: &Get, names: &[&str]) -> Result<()> {
    let records = named(ledger.stack_records().await?, names, "stack", |record| &record.name)?;
    let mut table = Table::new("stacks").column("NAME").column("COMMIT").column("LAST RUN").wide("RUN").wide("RUNTIME");
    table = table.wide("FOLDER").wide("REPOSITORY").column("AGE");
    for record in &records {
        table.row(format!("stack/{}", record.name), stack_cells(record, context.now()));
    }
    context.ui.records(args.output, &records, &table)
}

fn stack_cells(record: &StackRecord, now: i64) -> Vec<crate::ui::Cell> {
    let none = || "<none>".to_owned();
    let state = record.last_state.map_or_else(|| none().into(), crate::ui::Cell::from);
    vec![
        record.name.clone().into(),
        record.commit.as_deref().map_or_else(none, |commit| short(commit).to_owned()).into(),
        state,
        record.last_run.clone().unwrap_or_else(none).into(),
        record.runtime.clone().into(),
        if record.folder.is_empty() { ".".to_owned() } else { record.folder.clone() }.into(),
        record.repository.clone().into(),
        record.rolled_out_at.map_or_else(none, |at| age(now - at)).into(),
    ]
}

async fn runs(context: &Context, ledger: &Ledger, args: &Get, names: &[&str]) -> Result<()> {
    let records = match names {
        [] => ledger.runs(&filter(args, None)).await?,
        names => {
            let mut found = Vec::new();
            for name in names {
                found.push(ledger.run(name).await?);
            }
            found
        }
    };
    let mut table =
        Table::new("runs").column("NAME").column("STACK").column("COMMIT").column("STATE").column("CHANGES");
    table = table.column("TOOK").wide("REASON").wide("BRANCH").wide("SUBJECT").wide("HOST").column("AGE");
    for record in &records {
        table.row(format!("run/{}", record.name), run_cells(record, context.now()));
    }
    context.ui.records(args.output, &records, &table)
}

fn run_cells(run: &Run, now: i64) -> Vec<crate::ui::Cell> {
    vec![
        run.name.clone().into(),
        run.stack.clone().into(),
        short(&run.commit).to_owned().into(),
        run.state.into(),
        changes(run).into(),
        took(run, now).into(),
        run.reason.clone().into(),
        run.branch.clone().into(),
        run.subject.clone().into(),
        run.host.clone().into(),
        age(now - run.started_at).into(),
    ]
}

/// "+4 ~1 -2": a cell holds no spaces worth parting at, so signs stand for words.
fn changes(run: &Run) -> String {
    let all = tally(&run.changes, |effect| match effect {
        Effect::Same | Effect::Other => "",
        effect => effect.symbol(),
    });
    let parts = all.split(", ").filter_map(|part| part.split_once(' ')).filter(|(_, sign)| !sign.is_empty());
    let parts: Vec<String> = parts.map(|(count, sign)| format!("{sign}{count}")).collect();
    if parts.is_empty() { "<none>".to_owned() } else { parts.join(",") }
}

pub fn took(run: &Run, now: i64) -> String {
    let until = match (run.finished_at, run.state) {
        (Some(at), _) => at,
        (None, RunState::Running) => now,
        (None, _) => return "<unknown>".to_owned(),
    };
    seconds(as_seconds(until - run.started_at))
}

fn filter(args: &Get, name: Option<&str>) -> RunFilter {
    RunFilter { name: name.map(str::to_owned), stack: args.stack.clone(), limit: args.limit }
}

/// The records with these names, in the order in which they were asked for; all when none is named.
fn named<T: Clone>(records: Vec<T>, names: &[&str], what: &str, name_of: fn(&T) -> &String) -> Result<Vec<T>> {
    if names.is_empty() {
        return Ok(records);
    }
    let mut found = Vec::new();
    for name in names {
        let matching: Vec<T> = records.iter().filter(|record| name_of(record) == name).cloned().collect();
        if matching.is_empty() {
            return Err(Failure::input(format!("no {what} is called `{name}`"))
                .hint_some(nearest(name, records.iter().map(|record| name_of(record).as_str())))
                .hint(format!("`gitinfra get {what}s` lists them")));
        }
        found.extend(matching);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_many_names() {
        let cases = [
            ("stacks", Some((Type::Stack, None))),
            ("st/network/dev", Some((Type::Stack, Some("network/dev")))),
            ("run/abc", Some((Type::Run, Some("abc")))),
            ("ru", Some((Type::Run, None))),
            ("pods", None),
        ];
        for (text, expected) in cases {
            assert_eq!(Type::parse(text).ok(), expected, "{text}");
        }
    }
}
