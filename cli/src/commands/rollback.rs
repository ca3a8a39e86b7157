//! `gitinfra rollback`: an older commit's program against what stands today.

use std::time::Duration;

use clap::Args as Arguments;

use super::alone::AloneArgs;
use super::shell::Shell;
use super::types::run::without_type;
use super::{EXIT_CODES, Verb};
use crate::failure::{Kind, Result};
use crate::rollback::RollBack;
use crate::ui::{Events, Stream};

const ABOUT: &str = "\
Roll out what an older run rolled out; what would change is shown first

The stack is suspended then, and may be rolled back further. One that somebody else suspended, or locked, is refused (exit 5).";

/// Roll out what an older run rolled out; what would change is shown first
#[derive(Debug, Arguments)]
#[command(long_about = ABOUT, after_help = EXIT_CODES)]
pub struct Rollback {
    /// The run whose commit is rolled out again, as run/NAME
    #[arg(long, value_name = "RUN")]
    to: String,
    #[command(flatten)]
    alone: AloneArgs,
}

impl Verb for Rollback {
    fn events(&self) -> Events {
        Events::Data(Stream::Text)
    }

    fn timeout(&self) -> Option<Duration> {
        self.alone.deadline.timeout
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        shell.listen();
        let ledger = shell.ledger().await?;
        let all = ledger.stack_records().await?;
        let record = self.alone.record(shell, &all)?;
        let run = ledger.run(without_type(&self.to)).await?;
        let rollback = RollBack(self.alone.place(shell, &ledger, &record.repository).await?);
        let older = rollback.find(record, &run).await?;
        if !self.alone.dry_run {
            rollback.refuse_suspended(&older)?;
        }
        self.alone.refuse_busy(&rollback.0, &older.target).await?;
        let (preview, failure) = rollback.preview(&older).await?;
        shell.ui.stack_preview(&preview);
        if let Some(kind) = failure {
            return Ok(kind.exit_code());
        }
        let name = preview.name.clone();
        if !self.alone.is_wanted(shell, &format!("Roll {name} back so?"), &name, "rolled back").await? {
            return Ok(0);
        }
        let kind = rollback.run(&older, &preview).await?.failure();
        if ledger.known(&older.target.id).await?.suspended.is_some() {
            shell.ui.talk(&format!("{name} is suspended; `gitinfra resume stack/{name}` rolls out its branch again"));
        }
        Ok(kind.map_or(0, Kind::exit_code))
    }
}
