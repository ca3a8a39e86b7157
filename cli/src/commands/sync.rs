//! `gitinfra sync`: looks at a branch and rolls out the stacks that changed.

use std::time::Duration;

use clap::Args as Arguments;

use super::shell::Shell;
use super::{EXIT_CODES, Source, Verb, words};
use crate::failure::{Kind, Result};
use crate::follow::{Follow, Wishes};
use crate::scrub::Scrubber;
use crate::ui::{Events, Stream};

/// Roll out what changed on a branch since it was last rolled out
#[derive(Debug, Arguments)]
#[command(after_help = EXIT_CODES)]
pub struct Sync {
    #[command(flatten)]
    source: Source,
    /// The branch that is rolled out
    #[arg(long, value_name = "NAME", default_value = "main")]
    branch: String,
    /// Look once and exit; this is the default
    #[arg(long, conflicts_with = "watch")]
    once: bool,
    /// Keep looking for new commits until stopped
    #[arg(long)]
    watch: bool,
    /// How often to look with --watch, such as 30s, 5m or 1h
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = words::interval)]
    interval: Duration,
    /// Only this stack, as PROJECT/STACK or STACK; may be given several times
    #[arg(long = "stack", value_name = "NAME")]
    stacks: Vec<String>,
    /// How many stacks that don't depend on each other roll out side by side
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..))]
    jobs: u16,
    /// How many runs of each stack the ledger keeps with their events, the newest; 0 for all
    #[arg(long, value_name = "N", default_value_t = 200, env = "GITINFRA_KEEP_RUNS")]
    keep_runs: u32,
    /// Say what would be rolled out, and roll out nothing
    #[arg(long)]
    dry_run: bool,
    /// text, or json: one object a line for every event
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    output: Stream,
}

impl Verb for Sync {
    fn events(&self) -> Events {
        self.output.into()
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        shell.listen();
        let mut follow = Follow {
            context: shell.context.clone(),
            mirror: shell.mirror(&self.source).await?,
            ledger: shell.ledger().await?,
            environment: shell.engine_environment(&self.source),
            scrubber: Scrubber::from_environment(&shell.context.environment),
            wishes: self.wishes(),
            seen: None,
        };
        match self.watch {
            true => follow.watch(self.interval).await.map(|()| Kind::Cancelled.exit_code()),
            false => Ok(follow.once().await?.failure().map_or(0, Kind::exit_code)),
        }
    }
}

impl Sync {
    fn wishes(&self) -> Wishes {
        Wishes {
            branch: self.branch.clone(),
            stacks: self.stacks.clone(),
            jobs: self.jobs.into(),
            keep_runs: self.keep_runs,
            dry_run: self.dry_run,
            interval: self.watch.then_some(self.interval),
        }
    }
}
