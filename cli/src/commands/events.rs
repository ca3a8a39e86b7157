//! `gitinfra events`: what happened of late, over all stacks or one.

use std::collections::BTreeMap;
use std::time::Duration;

use clap::Args as Arguments;

use super::shell::Shell;
use super::types::stack::whole_name;
use super::{Reach, Verb};
use crate::event::{Body, Event, Recorded};
use crate::failure::Result;
use crate::ledger::{Ledger, RunFilter};
use crate::record::{Run, RunState};
use crate::text::timestamp;
use crate::ui::Stream;

/// Print what happened of late: the newest runs, oldest first
#[derive(Debug, Arguments)]
pub struct Events {
    /// Only this stack, as stack/PROJECT/STACK
    #[arg(value_name = "STACK")]
    stack: Option<String>,
    /// How many runs are told of, the newest
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// How to print: text, or json lines
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    output: Stream,
    /// Then go on with what happens, also in runs that begin later
    #[arg(short, long)]
    follow: bool,
}

/// How often it is looked for more.
const GLANCE: Duration = Duration::from_millis(500);

impl Verb for Events {
    fn reach(&self) -> Reach {
        Reach::Read
    }

    fn is_paged(&self) -> bool {
        !self.follow
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        let ledger = shell.ledger().await?;
        let stack = match &self.stack {
            Some(name) => Some(whole_name(&ledger.stack_records().await?, name)?.to_owned()),
            None => None,
        };
        let filter = RunFilter { name: None, stack, limit: self.limit };
        let mut told = BTreeMap::new();
        let mut is_first = true;
        loop {
            let news = news(&ledger, &filter, &mut told).await?;
            if is_first && news.is_empty() {
                shell.ui.talk("nothing happened yet");
            }
            news.into_iter().for_each(|event| self.print(shell, event));
            if !self.follow {
                return Ok(0);
            }
            is_first = false;
            tokio::time::sleep(GLANCE).await;
        }
    }
}

/// Of each run the number that its next event will have, and whether more may come.
type Told = BTreeMap<String, (i64, bool)>;

/// Events that were not told yet, in the order of their times.
async fn news(ledger: &Ledger, filter: &RunFilter, told: &mut Told) -> Result<Vec<Event>> {
    let mut news = Vec::new();
    for run in ledger.runs(filter).await? {
        let (next, goes_on) = told.get(&run.name).copied().unwrap_or((0, true));
        if !goes_on {
            continue;
        }
        let (events, after) = ledger.events_from(&run.name, next).await?;
        // What is told of the end is written a moment after the end itself.
        let is_end = events.iter().any(|recorded| matches!(recorded.body, Body::RunFinished { .. }));
        let is_old = run.state == RunState::Interrupted;
        told.insert(run.name.clone(), (after, !is_end && !is_old));
        news.extend(events.into_iter().map(|recorded| event(&run, recorded)));
    }
    news.sort_by_key(|event| event.at);
    Ok(news)
}

fn event(run: &Run, recorded: Recorded) -> Event {
    Event { at: recorded.at, run: Some(run.name.clone()), stack: Some(run.stack.clone()), body: recorded.body }
}

impl Events {
    fn print(&self, shell: &Shell, event: Event) {
        match self.output {
            Stream::Json => shell.ui.data(&shell.ui.json_line(&event)),
            // That a resource begins is only worth a line while nobody knows how it ends.
            Stream::Text if matches!(event.body, Body::ResourceStarted { .. } | Body::ResourceStatus { .. }) => {}
            Stream::Text => {
                let lines = shell.ui.line(&event).unwrap_or_default();
                lines.lines().for_each(|line| shell.ui.data(&format!("{} {line}", timestamp(event.at))));
            }
        }
    }
}
