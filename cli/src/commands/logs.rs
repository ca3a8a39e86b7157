//! `gitinfra logs`: the story of a run.

use std::time::Duration;

use clap::Args as Arguments;

use super::shell::Shell;
use super::types::run::without_type;
use super::types::stack::whole_name;
use super::{Reach, Verb};
use crate::event::{Body, Event, Recorded};
use crate::failure::{Failure, Kind, Result};
use crate::ledger::{Ledger, RunFilter};
use crate::record::{Run, RunState};
use crate::text::timestamp;
use crate::ui::Stream;

/// Print the story of a run: what was said, what changed, how it ended
#[derive(Debug, Arguments)]
pub struct Logs {
    /// The run, as run/NAME or the beginning of its name; or a stack, of which the newest run is meant
    #[arg(value_name = "RUN|STACK")]
    run: String,
    /// How to print: text, or json lines
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    output: Stream,
    /// While the run goes on, print what comes; ends with the run
    #[arg(short, long)]
    follow: bool,
}

/// How often it is looked for more.
const GLANCE: Duration = Duration::from_millis(300);

impl Verb for Logs {
    fn reach(&self) -> Reach {
        Reach::Read
    }

    fn is_paged(&self) -> bool {
        !self.follow
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        let ledger = shell.ledger().await?;
        let run = run(&ledger, &self.run).await?;
        let mut next = 0;
        loop {
            // Looked at before the events: those that are there then are all, once the run has ended and its gitinfra has gone.
            let goes_on = self.follow && goes_on(shell, &ledger, &run).await?;
            let (events, after) = ledger.events_from(&run.name, next).await?;
            let is_end = events.iter().any(|recorded| matches!(recorded.body, Body::RunFinished { .. }));
            events.into_iter().for_each(|recorded| self.print(shell, &run, recorded));
            if is_end || !goes_on {
                return Ok(0);
            }
            next = after;
            tokio::time::sleep(GLANCE).await;
        }
    }
}

impl Logs {
    fn print(&self, shell: &Shell, run: &Run, recorded: Recorded) {
        let (name, stack) = (Some(run.name.clone()), Some(run.stack.clone()));
        let event = Event { at: recorded.at, run: name, stack, body: recorded.body };
        match self.output {
            Stream::Json => shell.ui.data(&shell.ui.json_line(&event)),
            Stream::Text => shell.ui.data_some(text(shell, event)),
        }
    }
}

/// Whether there may be more to come. One whose gitinfra was killed goes on in the ledger until the next one closes it.
async fn goes_on(shell: &Shell, ledger: &Ledger, run: &Run) -> Result<bool> {
    let stack = ledger.find(&run.repository, &run.stack).await?;
    let is_held = match &stack {
        Some(stack) => ledger.is_held(stack).await?,
        None => false,
    };
    let state = ledger.run(&run.name).await?.state;
    if state == RunState::Running && !is_held {
        shell.ui.talk("its gitinfra is gone; the next one finds the run and goes on");
    }
    // What is told of the end is written a moment after the end itself.
    Ok(is_held)
}

/// The run that is meant: by its own name, or as the newest of a stack.
async fn run(ledger: &Ledger, name: &str) -> Result<Run> {
    let bare = without_type(name);
    let is_stack = bare == name && name.contains('/');
    let unknown = match is_stack {
        false => match ledger.run(bare).await {
            Err(failure) if failure.kind == Kind::Input && bare == name => failure,
            found => return found,
        },
        true => Failure::input(format!("no run is called `{name}`")),
    };
    let stacks = ledger.stack_records().await?;
    // A word alone may be a run's or a stack's.
    let in_vain = |failure: Failure| match is_stack {
        true => failure,
        false => unknown.hint_some(failure.hints.first().cloned()),
    };
    let stack = whole_name(&stacks, name).map_err(in_vain)?;
    let filter = RunFilter { name: None, stack: Some(stack.to_owned()), limit: 1 };
    let newest = ledger.runs(&filter).await?.pop();
    newest.ok_or_else(|| Failure::input(format!("`{stack}` has no run yet")))
}

/// Each line of the story. That a resource begins is only worth a line while nobody knows how it ends.
fn text(shell: &Shell, event: Event) -> Option<String> {
    if matches!(event.body, Body::ResourceStarted { .. }) {
        return None;
    }
    let line = shell.ui.line(&Event { stack: None, ..event.clone() })?;
    let is_list = matches!(event.body, Body::Outputs { .. });
    let (at, lines) = (timestamp(event.at), if is_list { line.lines().collect() } else { vec![line.as_str()] });
    Some(lines.iter().map(|line| format!("{at} {line}")).collect::<Vec<_>>().join("\n"))
}
