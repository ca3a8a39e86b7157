//! `gitinfra describe`: one stack or run with all that is known of it.

use clap::Args as Arguments;

use super::Verb;
use super::shell::Shell;
use super::types::{Record, Type, Wanted};
use crate::failure::{Failure, Result};
use crate::record::{Run, StackRecord};

/// Show one stack or run with all that is known of it
#[derive(Debug, Arguments)]
pub struct Describe {
    /// stack or run, also as TYPE/NAME
    #[arg(value_name = "TYPE[/NAME]")]
    kind: String,
    /// Its name; the beginning of a run's name is enough
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

impl Verb for Describe {
    async fn run(&self, shell: &Shell) -> Result<u8> {
        let (kind, name) = Type::parse(&self.kind)?;
        let Some(name) = name.or(self.name.as_deref()) else {
            return Err(Failure::input("which one is to be described?")
                .hint("write it as `describe run/NAME` or `describe stack/PROJECT/STACK`"));
        };
        match kind {
            Type::Stack => describe::<StackRecord>(shell, name).await?,
            Type::Run => describe::<Run>(shell, name).await?,
        }
        Ok(0)
    }
}

async fn describe<T: Record>(shell: &Shell, name: &str) -> Result<()> {
    let ledger = shell.ledger().await?;
    let wanted = Wanted { names: vec![name], ..Wanted::default() };
    for record in T::list(shell, &ledger, &wanted).await? {
        shell.ui.data(&T::TABLE.describe(&record, shell.context.now(), shell.ui.paint));
        record.print_rest(shell, &ledger).await?;
    }
    Ok(())
}
