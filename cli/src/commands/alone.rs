//! What verbs have in common that do something with one stack by itself: they show it first, and ask.

use clap::Args as Arguments;

use super::shell::Shell;
use super::types::stack::the_one;
use super::{Deadline, EngineArgs, KeepArgs};
use crate::failure::{Failure, Result};
use crate::git::Source;
use crate::ledger::Ledger;
use crate::preview::Previewer;
use crate::record::StackRecord;
use crate::target::{Place, Target};

/// Which stack, and whether anybody is asked.
#[derive(Debug, Arguments)]
pub struct AloneArgs {
    /// The stack, as stack/PROJECT/STACK
    #[arg(value_name = "STACK")]
    pub name: String,
    /// Its repository, where several have it
    #[arg(long, value_name = "PATH|URL")]
    pub repo: Option<String>,
    /// Ask nobody
    #[arg(short, long)]
    pub yes: bool,
    /// Show what would be done, and do nothing
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
    #[command(flatten)]
    pub deadline: Deadline,
    #[command(flatten)]
    pub engine: EngineArgs,
    #[command(flatten)]
    pub keep: KeepArgs,
}

impl AloneArgs {
    /// The stack that is meant.
    pub fn record<'a>(&self, shell: &Shell, all: &'a [StackRecord]) -> Result<&'a StackRecord> {
        the_one(all, &self.name, shell.label(self.repo.as_ref(), all).as_deref())
    }

    /// Where it is done. What was shown is sealed, so that nothing else is done.
    pub async fn place(&self, shell: &Shell, ledger: &Ledger, repository: &str) -> Result<Place> {
        place(shell, ledger, repository, (&self.engine, self.keep.keep_runs)).await
    }

    /// Refuses what can't be done now, unless it is only to be shown.
    pub async fn refuse_busy(&self, place: &Place, target: &Target) -> Result<()> {
        if self.dry_run { Ok(()) } else { place.refuse_busy(target).await }
    }

    /// Whether it is to be done. `done` is what would be, such as `destroyed`.
    pub async fn is_wanted(&self, shell: &Shell, question: &str, stack: &str, done: &str) -> Result<bool> {
        if self.yes || self.dry_run {
            return Ok(self.yes);
        }
        let answer = tokio::select! {
            answer = shell.ui.ask(question) => answer,
            () = shell.context.cancel.cancelled() => return Err(Failure::cancelled()),
        };
        if answer == Some(false) {
            shell.ui.talk(&format!("nothing was {done}"));
        }
        answer.ok_or_else(|| {
            Failure::input(format!("nobody is there to say whether {stack} is to be {done}"))
                .hint("`--yes` says so; `--dry-run` only shows what would be done")
        })
    }
}

/// Where something is done with stacks of a repository. One that is no longer there may have left all that is needed in its
/// mirror.
pub async fn place(
    shell: &Shell,
    ledger: &Ledger,
    repository: &str,
    (engine, keep_runs): (&EngineArgs, u32),
) -> Result<Place> {
    let found = Source::parse(repository, &shell.context.cwd).ok().filter(|source| source.label == repository);
    let source = found.unwrap_or_else(|| Source::of_label(repository));
    let previewer = Previewer {
        context: shell.context.clone(),
        mirror: shell.mirror_of(source, engine).await?.into(),
        environment: shell.engine_environment(engine),
        jobs: 1,
        key: Some(ledger.key().await?),
        ledger: Some(ledger.clone()),
    };
    Ok(Place { previewer, ledger: ledger.clone(), keep_runs, owner: None })
}
