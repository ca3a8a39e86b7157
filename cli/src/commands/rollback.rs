//! `gitinfra rollback`: an older commit's program against what stands today.

use clap::Args as Arguments;

use super::shell::Shell;
use super::types::run::without_type;
use super::types::stack::the_one;
use super::{EXIT_CODES, EngineArgs, KeepArgs, Verb};
use crate::comment::StackPreview;
use crate::failure::{Failure, Kind, Result};
use crate::git::Source;
use crate::preview::Previewer;
use crate::rollback::{Older, RollBack};
use crate::rollout::Outcome;
use crate::ui::{Events, Stream};

/// Roll out what an older run rolled out; what would change is shown first
#[derive(Debug, Arguments)]
#[command(after_help = EXIT_CODES)]
pub struct Rollback {
    /// The stack, as stack/PROJECT/STACK
    #[arg(value_name = "STACK")]
    name: String,
    /// The run whose commit is rolled out again, as run/NAME
    #[arg(long, value_name = "RUN")]
    to: String,
    /// Its repository, where several have it
    #[arg(long, value_name = "PATH|URL")]
    repo: Option<String>,
    /// Ask nobody
    #[arg(short, long)]
    yes: bool,
    /// Show what would change, and change nothing
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    keep: KeepArgs,
}

impl Verb for Rollback {
    fn events(&self) -> Events {
        Events::Data(Stream::Text)
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        shell.listen();
        let (rollback, older) = self.older(shell).await?;
        let (preview, failure) = rollback.preview(&older).await?;
        shell.ui.stack_preview(&preview);
        if let Some(kind) = failure {
            return Ok(kind.exit_code());
        }
        if self.dry_run || !self.is_wanted(shell, &preview).await? {
            return Ok(0);
        }
        self.done(shell, &rollback, &older).await
    }
}

impl Rollback {
    async fn older(&self, shell: &Shell) -> Result<(RollBack, Older)> {
        let ledger = shell.ledger().await?;
        let all = ledger.stack_records().await?;
        let record = the_one(&all, &self.name, shell.label(self.repo.as_ref()).as_deref())?;
        let run = ledger.run(without_type(&self.to)).await?;
        let source = Source::parse(&record.repository, &shell.context.cwd);
        let source = source.unwrap_or_else(|_| Source::of_label(&record.repository));
        let previewer = Previewer {
            context: shell.context.clone(),
            mirror: shell.mirror_of(source, &self.engine).await?,
            environment: shell.engine_environment(&self.engine),
            jobs: 1,
            key: Some(ledger.key().await?),
        };
        let rollback = RollBack { previewer, ledger, keep_runs: self.keep.keep_runs };
        let older = rollback.find(record, &run).await?;
        Ok((rollback, older))
    }

    async fn is_wanted(&self, shell: &Shell, preview: &StackPreview) -> Result<bool> {
        if self.yes {
            return Ok(true);
        }
        let question = format!("Roll {} back so?", preview.name);
        let answer = tokio::select! {
            answer = shell.ui.ask(&question) => answer,
            () = shell.context.cancel.cancelled() => return Err(Failure::cancelled()),
        };
        if answer == Some(false) {
            shell.ui.talk("nothing was rolled back");
        }
        answer.ok_or_else(|| {
            Failure::input(format!("nobody is there to say whether {} is to be rolled back", preview.name))
                .hint("`--yes` says so; `--dry-run` only shows what would change")
        })
    }

    async fn done(&self, shell: &Shell, rollback: &RollBack, older: &Older) -> Result<u8> {
        let kind = match rollback.run(older).await? {
            Outcome::RolledOut => None,
            Outcome::Failed(kind) => Some(kind),
            Outcome::Cancelled => Some(Kind::Cancelled),
            Outcome::Held => Some(Kind::Held),
            Outcome::Busy | Outcome::Moved => Some(Kind::Busy),
        };
        let name = older.target.stack.name();
        shell.ui.talk(&format!("{name} is suspended; `gitinfra resume stack/{name}` rolls out its branch again"));
        Ok(kind.map_or(0, Kind::exit_code))
    }
}
