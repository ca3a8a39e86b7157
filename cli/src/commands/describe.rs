//! `gitinfra describe`: what the ledger knows, with all that is known of it.

use std::collections::BTreeMap;

use clap::Args as Arguments;
use serde::Serialize;
use serde_json::Value;

use super::shell::Shell;
use super::types::{AnyRecord, Record, Type, Wanted, in_vain, named, of_type};
use super::words;
use super::{Reach, Verb};
use crate::failure::{Failure, Result};
use crate::ledger::Ledger;
use crate::ui::{Format, Part};

/// Show stacks, runs, previews and the like with all that is known of them
#[derive(Debug, Arguments)]
pub struct Describe {
    /// stack, run, preview, hold, lock, drift or job with names; or TYPE/NAME, as often as you like. A stack may be named alone, as PROJECT/STACK. The beginning of a run's, preview's, hold's or job's name is enough
    #[arg(value_name = "TYPE[/NAME]", required = true)]
    names: Vec<String>,
    /// How to print: json, yaml or jsonpath=TEMPLATE, with a stack's runs and a run's events; holds in markdown, too [default: text]
    #[arg(short, long, value_name = "FORMAT", value_parser = words::structure)]
    output: Option<Format>,
}

impl Verb for Describe {
    fn reach(&self) -> Reach {
        Reach::Read
    }

    fn is_paged(&self) -> bool {
        true
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        let named = named(&self.names)?;
        if named.iter().any(|(_, names)| names.is_empty()) {
            return Err(Failure::input("which one is to be described?")
                .hint("write it as `describe run/NAME` or `describe stack/PROJECT/STACK`"));
        }
        let (ledger, mut all) = (shell.ledger().await?, Vec::new());
        for (kind, names) in named {
            let wanted = Wanted { names, ..Wanted::default() };
            let parts = of_type!(kind, Records => self.part::<Records>(shell, &ledger, &wanted).await);
            all.extend(parts.map_err(|failure| in_vain(&self.names, failure))?);
        }
        match &self.output {
            Some(Format::Markdown) => {
                shell.ui.data(&all.into_iter().map(|part| part.table).collect::<Vec<_>>().join("\n"))
            }
            Some(format) => shell.ui.data_some(shell.ui.records(format, all.len() == 1, &all)?),
            None => shell.ui.data(&all.into_iter().map(|part| part.table).collect::<Vec<_>>().join("\n\n")),
        }
        Ok(0)
    }
}

fn no_markdown() -> Failure {
    Failure::input("only holds are told in Markdown").hint("the other formats are: json, yaml, jsonpath=TEMPLATE")
}

/// A record with what belongs to it.
#[derive(Serialize)]
struct Described {
    #[serde(flatten)]
    record: AnyRecord,
    #[serde(flatten)]
    more: BTreeMap<&'static str, Value>,
}

impl Describe {
    /// A part for each record.
    async fn part<T: Record>(
        &self,
        shell: &Shell,
        ledger: &Ledger,
        wanted: &Wanted<'_>,
    ) -> Result<Vec<Part<Described>>> {
        let mut parts = Vec::new();
        for record in T::list(shell, ledger, wanted).await? {
            let mut table = T::TABLE.describe(&record, shell.context.now(), shell.ui.paint);
            let mut more = BTreeMap::new();
            match &self.output {
                Some(Format::Markdown) => table = record.markdown().ok_or_else(no_markdown)?,
                Some(_) => more.extend([record.more(ledger).await?]),
                None => table += &format!("\n{}", record.rest(shell, ledger).await?.join("\n")),
            }
            let names = vec![(T::TABLE.name)(&record)];
            let records = vec![Described { record: record.into(), more }];
            parts.push(Part { what: T::TABLE.what, table, names, records });
        }
        Ok(parts)
    }
}
