//! `gitinfra sync`: looks at a branch and rolls out the stacks that changed.

use std::time::Duration;

use clap::{ArgGroup, Args as Arguments};

use super::several::by_labels;
use super::shell::Shell;
use super::{Deadline, EXIT_CODES, EngineArgs, RunArgs, Source, Verb, words};
use crate::failure::{Kind, Result};
use crate::follow::{Follow, Untried, Wishes};
use crate::git::Mirror;
use crate::ledger::Ledger;
use crate::scrub::Scrubber;
use crate::select::LabelSelector;
use crate::ui::Events;

/// Roll out what changed on a branch since it was last rolled out
#[derive(Debug, Arguments)]
#[command(after_help = EXIT_CODES, group = ArgGroup::new("which").multiple(true))]
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
    /// Only these stacks, as PROJECT/STACK, stack/PROJECT/STACK or STACK
    #[arg(value_name = "STACK", group = "which")]
    names: Vec<String>,
    /// The same; may be given several times
    #[arg(long = "stack", value_name = "NAME", group = "which")]
    stacks: Vec<String>,
    /// Only stacks whose labels are so, as kubectl has it: team=a,env!=prod,tier in (web,api),!old
    #[arg(short = 'l', long, value_name = "TERMS", value_parser = str::parse::<LabelSelector>, group = "which", conflicts_with_all = ["names", "stacks", "watch"])]
    selector: Option<LabelSelector>,
    /// Roll out the stacks that are named, also those that are up to date
    #[arg(long, requires = "which", conflicts_with = "watch")]
    force: bool,
    /// Say what would be rolled out, and roll out nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    deadline: Deadline,
    #[command(flatten)]
    run: RunArgs,
}

impl Verb for Sync {
    fn events(&self) -> Events {
        self.run.output.into()
    }

    fn timeout(&self) -> Option<Duration> {
        self.deadline.timeout
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        shell.listen();
        let (mirror, ledger) = (shell.mirror(&self.source).await?, shell.ledger().await?);
        let mut wishes = self.wishes();
        if let Some(selector) = &self.selector {
            let head = mirror.fetch_branch(&self.branch).await?.id;
            wishes.stacks = by_labels(&mirror, (&head, &head), &self.branch, selector)?;
        }
        let mut follow = follow(shell, mirror, ledger, &self.source.engine, wishes);
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
            stacks: self.names.iter().chain(&self.stacks).cloned().collect(),
            force: self.force,
            retry: false,
            jobs: self.run.jobs.into(),
            keep_runs: self.run.keep.keep_runs,
            dry_run: self.dry_run,
            interval: self.watch.then_some(self.interval),
        }
    }
}

/// Follows a branch with a shell's surroundings.
pub(super) fn follow(shell: &Shell, mirror: Mirror, ledger: Ledger, engine: &EngineArgs, wishes: Wishes) -> Follow {
    Follow {
        context: shell.context.clone(),
        mirror: mirror.into(),
        ledger,
        environment: shell.engine_environment(engine),
        scrubber: Scrubber::from_environment(&shell.context.environment),
        wishes,
        seen: None,
        untried: Untried::default(),
    }
}
