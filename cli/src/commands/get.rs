//! `gitinfra get`: stacks and runs as rows.

use std::time::Duration;

use clap::Args as Arguments;

use super::Verb;
use super::shell::Shell;
use super::types::{Record, Type, Wanted};
use crate::failure::Result;
use crate::ledger::Ledger;
use crate::record::{Run, StackRecord};
use crate::ui::Format;

/// List stacks or runs, or show some of them
#[derive(Debug, Arguments)]
pub struct Get {
    /// stacks (st) or runs (ru), also as TYPE/NAME
    #[arg(value_name = "TYPE[/NAME]")]
    kind: String,
    /// Only those with these names
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    output: Format,
    /// Runs of this stack only
    #[arg(long, value_name = "NAME")]
    stack: Option<String>,
    /// How many runs to show, newest first; 0 for all
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u32,
    /// After listing, keep printing what changes
    #[arg(short, long)]
    watch: bool,
}

impl Verb for Get {
    async fn run(&self, shell: &Shell) -> Result<u8> {
        let (kind, name) = Type::parse(&self.kind)?;
        let names = name.into_iter().chain(self.names.iter().map(String::as_str)).collect();
        let wanted = Wanted { names, stack: self.stack.clone(), limit: self.limit };
        let ledger = shell.ledger().await?;
        match kind {
            Type::Stack => self.list::<StackRecord>(shell, &ledger, &wanted).await?,
            Type::Run => self.list::<Run>(shell, &ledger, &wanted).await?,
        }
        Ok(0)
    }
}

impl Get {
    async fn list<T: Record>(&self, shell: &Shell, ledger: &Ledger, wanted: &Wanted<'_>) -> Result<()> {
        let records = T::list(ledger, wanted).await?;
        self.print(shell, &records)?;
        match self.watch {
            true => self.watch(shell, ledger, wanted, records).await,
            false => Ok(()),
        }
    }

    /// Prints the rows anew whenever one of them changes.
    async fn watch<T: Record>(
        &self,
        shell: &Shell,
        ledger: &Ledger,
        wanted: &Wanted<'_>,
        mut seen: Vec<T>,
    ) -> Result<()> {
        shell.ui.talk("watching; Ctrl-C ends it");
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let records = T::list(ledger, wanted).await?;
            if records != seen {
                self.print(shell, &records)?;
            }
            seen = records;
        }
    }

    fn print<T: Record>(&self, shell: &Shell, records: &[T]) -> Result<()> {
        shell.ui.records(self.output, records, &T::TABLE, shell.context.now())
    }
}
