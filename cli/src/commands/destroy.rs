//! `gitinfra destroy`: removes what a stack rolled out, once it was shown and somebody wants it.

use clap::Args as Arguments;

use super::shell::Shell;
use super::types::stack::the_one;
use super::{EXIT_CODES, EngineArgs, KeepArgs, Verb};
use crate::comment::StackPreview;
use crate::destroy::{Destroy as Destruction, Doomed};
use crate::engine::operation::Effect;
use crate::failure::{Failure, Kind, Result};
use crate::git::Source;
use crate::preview::Previewer;
use crate::record::{StackRecord, Standing};
use crate::rollout::Outcome;
use crate::standing;
use crate::text::count;
use crate::ui::{Events, Stream};

/// Destroy what a stack rolled out; what would go is shown first
#[derive(Debug, Arguments)]
#[command(after_help = EXIT_CODES)]
pub struct Destroy {
    /// The stack, as stack/PROJECT/STACK
    #[arg(value_name = "STACK")]
    name: String,
    /// Its repository, where several have it
    #[arg(long, value_name = "PATH|URL")]
    repo: Option<String>,
    /// Ask nobody
    #[arg(short, long)]
    yes: bool,
    /// Show what would be destroyed, and destroy nothing
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    keep: KeepArgs,
}

impl Verb for Destroy {
    fn events(&self) -> Events {
        Events::Data(Stream::Text)
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        shell.listen();
        let record = self.record(shell).await?;
        let destruction = self.destruction(shell, &record).await?;
        let doomed = destruction.find(&record).await?;
        let (preview, failure) = destruction.preview(&doomed).await?;
        shell.ui.stack_preview(&preview);
        if let Some(kind) = failure {
            return Ok(kind.exit_code());
        }
        if record.status != Standing::Gone {
            let branch = &doomed.branch;
            shell.ui.talk(&format!("note: {branch} has it still, so the next `sync` makes it again"));
        }
        if self.dry_run || !self.is_wanted(shell, &preview).await? {
            return Ok(0);
        }
        self.done(shell, &destruction, &doomed).await
    }
}

impl Destroy {
    async fn record(&self, shell: &Shell) -> Result<StackRecord> {
        let mut all = shell.ledger().await?.stack_records().await?;
        standing::look(&shell.context, &mut all);
        the_one(&all, &self.name, shell.label(self.repo.as_ref()).as_deref()).cloned()
    }

    async fn destruction(&self, shell: &Shell, record: &StackRecord) -> Result<Destruction> {
        // A repository that is no longer there may have left all that is needed in its mirror.
        let source = Source::parse(&record.repository, &shell.context.cwd);
        let source = source.unwrap_or_else(|_| Source::of_label(&record.repository));
        let previewer = Previewer {
            context: shell.context.clone(),
            mirror: shell.mirror_of(source, &self.engine).await?,
            environment: shell.engine_environment(&self.engine),
            jobs: 1,
            key: None,
        };
        Ok(Destruction { previewer, ledger: shell.ledger().await?, keep_runs: self.keep.keep_runs })
    }

    async fn is_wanted(&self, shell: &Shell, preview: &StackPreview) -> Result<bool> {
        if self.yes {
            return Ok(true);
        }
        let going = preview.changes.effects().get(&Effect::Delete).copied().unwrap_or_default();
        let question = format!("Destroy {} of {}?", count(going, "resource"), preview.name);
        let cancelled = shell.context.cancel.cancelled();
        let answer = tokio::select! {
            answer = shell.ui.ask(&question) => answer,
            () = cancelled => return Err(Failure::cancelled()),
        };
        match answer {
            Some(true) => Ok(true),
            Some(false) => {
                shell.ui.talk("nothing was destroyed");
                Ok(false)
            }
            None => Err(Failure::input(format!("nobody is there to say whether {} is to be destroyed", preview.name))
                .hint("`--yes` says so; `--dry-run` only shows what would go")),
        }
    }

    async fn done(&self, shell: &Shell, destruction: &Destruction, doomed: &Doomed) -> Result<u8> {
        let kind = match destruction.run(doomed).await? {
            Outcome::RolledOut => {
                let name = doomed.stack.name();
                shell.ui.talk(&format!("`gitinfra forget stack/{name}` ends its record as well"));
                None
            }
            Outcome::Failed(kind) => Some(kind),
            Outcome::Cancelled => Some(Kind::Cancelled),
            Outcome::Held => Some(Kind::Held),
            Outcome::Busy | Outcome::Moved => Some(Kind::Busy),
        };
        Ok(kind.map_or(0, Kind::exit_code))
    }
}
