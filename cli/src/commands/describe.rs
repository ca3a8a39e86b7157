//! `gitinfra describe`: one stack or run with all that is known of it.

use super::Context;
use super::get::{Type, took};
use crate::args::Describe;
use crate::decide::short;
use crate::event::Event;
use crate::failure::{Failure, Result, nearest};
use crate::ledger::{Ledger, RunFilter};
use crate::operation::{Effect, tally};
use crate::record::{Run, StackRecord};
use crate::text::{ago, as_seconds, seconds, timestamp};

pub async fn run(context: &Context, args: &Describe) -> Result<u8> {
    let (kind, name) = Type::parse(&args.kind)?;
    let Some(name) = name.or(args.name.as_deref()) else {
        return Err(Failure::input("which one is to be described?")
            .hint("write it as `describe run/NAME` or `describe stack/PROJECT/STACK`"));
    };
    let ledger = context.ledger().await?;
    match kind {
        Type::Stack => stack(context, &ledger, name).await?,
        Type::Run => describe_run(context, &ledger, name).await?,
    }
    Ok(0)
}

async fn stack(context: &Context, ledger: &Ledger, name: &str) -> Result<()> {
    let records = ledger.stack_records().await?;
    let found: Vec<&StackRecord> = records.iter().filter(|record| record.name == name).collect();
    if found.is_empty() {
        return Err(Failure::input(format!("no stack is called `{name}`"))
            .hint_some(nearest(name, records.iter().map(|record| record.name.as_str())))
            .hint("`gitinfra get stacks` lists them"));
    }
    for record in found {
        let now = context.now();
        let stands = record.commit.as_deref().zip(record.rolled_out_at);
        let stands = stands.map(|(commit, at)| format!("{commit} (rolled out {})", ago(now - at)));
        field(context, "Name", &record.name);
        field(context, "Repository", &record.repository);
        field(context, "Folder", if record.folder.is_empty() { "." } else { &record.folder });
        field(context, "Runtime", &record.runtime);
        field(context, "Stands", &stands.unwrap_or_else(|| "<none>".to_owned()));
        context.ui.data("Runs:");
        let filter = RunFilter { stack: Some(record.name.clone()), limit: 10, ..RunFilter::default() };
        for run in ledger.runs(&filter).await?.iter().filter(|run| run.repository == record.repository) {
            let (state, what) = (context.ui.paint.state(run.state), tally(&run.changes, Effect::done));
            let when = ago(now - run.started_at);
            context.ui.data(&format!("  {}  {}  {state}  {when}  {what}", run.name, short(&run.commit)));
        }
    }
    Ok(())
}

async fn describe_run(context: &Context, ledger: &Ledger, name: &str) -> Result<()> {
    let run = ledger.run(name).await?;
    let now = context.now();
    field(context, "Name", &run.name);
    field(context, "Stack", &run.stack);
    field(context, "Repository", &run.repository);
    field(context, "Commit", &format!("{} {} (branch {})", run.commit, run.subject, run.branch));
    field(context, "Reason", &run.reason);
    field(context, "State", &context.ui.paint.state(run.state));
    field(context, "Started", &format!("{} ({})", timestamp(run.started_at), ago(now - run.started_at)));
    field(context, "Took", &took(&run, now));
    field(context, "Changes", &tally(&run.changes, Effect::done));
    field(context, "Host", &host(&run));
    if let Some(message) = &run.message {
        field(context, "Message", &message.replace('\n', "\n             "));
    }
    context.ui.data("Events:");
    for event in ledger.events(&run.name).await? {
        // The lines that `sync` printed, with the time since the beginning.
        let since = seconds(as_seconds(event.at - run.started_at));
        let line = context.ui.line(&Event { time: String::new(), run: None, stack: None, body: event.body }, now);
        for (count, line) in line.unwrap_or_default().lines().enumerate() {
            let since = if count == 0 { since.as_str() } else { "" };
            context.ui.data(&format!("  {since:>7}  {line}"));
        }
    }
    Ok(())
}

fn host(run: &Run) -> String {
    match &run.engine {
        Some(engine) => format!("{}, engine pid {}", run.host, engine.pid),
        None => run.host.clone(),
    }
}

fn field(context: &Context, name: &str, value: &str) {
    context.ui.data(&format!("{:<12} {value}", format!("{name}:")));
}
