//! `gitinfra approve` and `gitinfra reject`: somebody's word about exactly what a seal says.

use clap::Args as Arguments;

use super::Verb;
use super::shell::Shell;
use super::types::preview;
use crate::approval::Asked;
use crate::failure::Result;
use crate::ledger::Ledger;

/// Allow exactly what a seal or a hold shows; the next sync rolls it out
#[derive(Debug, Arguments)]
pub struct Approve {
    #[command(flatten)]
    what: What,
}

/// Refuse what a seal or a hold shows
#[derive(Debug, Arguments)]
pub struct Reject {
    #[command(flatten)]
    what: What,
    /// Why; it is shown wherever the stack is
    #[arg(long, value_name = "WORDS")]
    reason: String,
}

#[derive(Debug, Arguments)]
struct What {
    /// A seal's id, as `preview --seal`, `get previews` and `get holds` print it, or hold/NAME
    #[arg(value_name = "SEAL|HOLD")]
    name: String,
    /// Who says so. It is written down as it is given: whoever may write to the ledger is believed
    #[arg(long = "as", value_name = "NAME", env = "GITINFRA_AS")]
    who: Option<String>,
}

impl Verb for Approve {
    async fn run(&self, shell: &Shell) -> Result<u8> {
        let (ledger, who) = (shell.ledger().await?, shell.person(self.what.who.as_deref())?);
        let asked = self.what.find(&ledger).await?;
        shell.ui.data(&asked.approve(&ledger, &who, shell.context.now()).await?);
        Ok(0)
    }
}

impl Verb for Reject {
    async fn run(&self, shell: &Shell) -> Result<u8> {
        let (ledger, who) = (shell.ledger().await?, shell.person(self.what.who.as_deref())?);
        let asked = self.what.find(&ledger).await?;
        shell.ui.data(&asked.reject(&ledger, &who, &self.reason, shell.context.now()).await?);
        Ok(0)
    }
}

impl What {
    async fn find(&self, ledger: &Ledger) -> Result<Asked> {
        Asked::find(ledger, preview::without_type(&self.name)).await
    }
}
