//! `gitinfra destroy`: removes what a stack rolled out, once it was shown and somebody wants it.

use std::time::Duration;

use clap::Args as Arguments;

use super::alone::AloneArgs;
use super::shell::Shell;
use super::{EXIT_CODES, Verb};
use crate::destroy::Destroy as Destruction;
use crate::engine::operation::Effect;
use crate::failure::{Kind, Result};
use crate::record::{StackRecord, Standing};
use crate::rollout::Outcome;
use crate::standing;
use crate::text::{count, list};
use crate::ui::{Events, Stream};

const ABOUT: &str = "\
Destroy what a stack rolled out; what would go is shown first

The approvals that gitinfra.yaml asks for are asked for here, too, and its policies judge it: until it is allowed it is held \
(exit 6), and the same command goes on then. A stack that is suspended or locked is refused (exit 5). Budgets are for what nobody \
asked for by itself: they don't bound it.";

/// Destroy what a stack rolled out; what would go is shown first
#[derive(Debug, Arguments)]
#[command(long_about = ABOUT, after_help = EXIT_CODES)]
pub struct Destroy {
    #[command(flatten)]
    alone: AloneArgs,
}

impl Verb for Destroy {
    fn events(&self) -> Events {
        Events::Data(Stream::Text)
    }

    fn timeout(&self) -> Option<Duration> {
        self.alone.deadline.timeout
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        shell.listen();
        let ledger = shell.ledger().await?;
        let mut all = ledger.stack_records().await?;
        standing::look(&shell.context, &mut all);
        let record = self.alone.record(shell, &all)?;
        let destruction = Destruction(self.alone.place(shell, &ledger, &record.repository).await?);
        let target = destruction.find(record).await?;
        if !self.alone.dry_run {
            target.refuse_suspended()?;
        }
        self.alone.refuse_busy(&destruction.0, &target).await?;
        let (preview, failure) = destruction.preview(&target).await?;
        shell.ui.stack_preview(&preview);
        if let Some(kind) = failure {
            return Ok(kind.exit_code());
        }
        if record.standing != Standing::Gone && record.suspended.is_none() {
            shell.ui.talk(&format!("note: {} has it still, so the next `sync` makes it again", target.branch));
        }
        if let Some(readers) = readers(&all, record) {
            shell.ui.talk(&format!("note: {readers} reads what it puts out, and can't be rolled out without"));
        }
        let going = preview.changes.effects().get(&Effect::Delete).copied().unwrap_or_default();
        let question = format!("Destroy {} of {}?", count(going, "resource"), preview.name);
        if !self.alone.is_wanted(shell, &question, &preview.name, "destroyed").await? {
            return Ok(0);
        }
        let outcome = destruction.run(&target, &preview).await?;
        if outcome == Outcome::RolledOut {
            shell.ui.talk(&format!("`gitinfra forget stack/{}` ends its record as well", preview.name));
        }
        Ok(outcome.failure().map_or(0, Kind::exit_code))
    }
}

/// Who reads what a stack puts out, those of other repositories with theirs.
fn readers(all: &[StackRecord], record: &StackRecord) -> Option<String> {
    let named = |other: &StackRecord| match other.repository == record.repository {
        true => other.name.clone(),
        false => format!("{} in {}", other.name, other.repository),
    };
    let readers: Vec<String> = all.iter().filter(|other| other.reads_from(record)).map(named).collect();
    let readers: Vec<&str> = readers.iter().map(String::as_str).collect();
    (!readers.is_empty()).then(|| list(&readers, 5))
}
