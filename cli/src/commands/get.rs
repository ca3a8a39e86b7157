//! `gitinfra get`: stacks and runs as rows.

use std::time::Duration;

use clap::Args as Arguments;

use super::Verb;
use super::shell::Shell;
use super::types::{Record, Type, Wanted, sort};
use super::words;
use crate::failure::Result;
use crate::jsonpath::Field;
use crate::ledger::Ledger;
use crate::record::{Run, StackRecord};
use crate::ui::{Format, View};

/// List stacks or runs, or show some of them
#[derive(Debug, Arguments)]
pub struct Get {
    /// stacks (st) or runs (ru), also as TYPE/NAME
    #[arg(value_name = "TYPE[/NAME]")]
    kind: String,
    /// Only those with these names
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// How to print: table, wide, json, yaml, name or jsonpath=TEMPLATE
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = words::format)]
    output: Format,
    /// A table without its line of headings
    #[arg(long)]
    no_headers: bool,
    /// Sort by a field of the records' JSON, such as .startedAt
    #[arg(long, value_name = "JSONPATH", value_parser = str::parse::<Field>)]
    sort_by: Option<Field>,
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
        let records: Vec<T> = self.records(shell, ledger, wanted).await?;
        self.print(shell, wanted, &records)?;
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
            let records = self.records(shell, ledger, wanted).await?;
            if records != seen {
                self.print(shell, wanted, &records)?;
            }
            seen = records;
        }
    }

    async fn records<T: Record>(&self, shell: &Shell, ledger: &Ledger, wanted: &Wanted<'_>) -> Result<Vec<T>> {
        let mut records = T::list(shell, ledger, wanted).await?;
        if let Some(field) = &self.sort_by {
            sort(&mut records, field)?;
        }
        Ok(records)
    }

    fn print<T: Record>(&self, shell: &Shell, wanted: &Wanted<'_>, records: &[T]) -> Result<()> {
        let view = View { format: &self.output, has_heads: !self.no_headers, is_single: wanted.names.len() == 1 };
        shell.ui.records(&view, records, &T::TABLE, shell.context.now())
    }
}
