//! `gitinfra approve` and `gitinfra reject`: somebody's word about exactly what a seal says.

use clap::Args as Arguments;

use super::shell::Shell;
use super::types::preview;
use super::{DryRun, Reach, Verb, words};
use crate::approval::Asked;
use crate::failure::Result;
use crate::ledger::Ledger;
use crate::server::config::Role;

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
    #[arg(long, value_name = "WORDS", value_parser = words::reason)]
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
    #[command(flatten)]
    dry: DryRun,
}

impl Verb for Approve {
    fn reach(&self) -> Reach {
        Reach::Served
    }

    fn is_dry_run(&self) -> bool {
        self.what.dry.dry_run
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        let (ledger, who) = (shell.ledger_to_write().await?, shell.person(self.what.who.as_deref())?);
        let asked = self.what.find(shell, &ledger).await?;
        let said = asked.approve(&ledger, &who, shell.context.now()).await?;
        asked.written(shell, "approved", "").await?;
        shell.done(&said);
        Ok(0)
    }
}

impl Verb for Reject {
    fn reach(&self) -> Reach {
        Reach::Served
    }

    fn is_dry_run(&self) -> bool {
        self.what.dry.dry_run
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        let (ledger, who) = (shell.ledger_to_write().await?, shell.person(self.what.who.as_deref())?);
        let asked = self.what.find(shell, &ledger).await?;
        let said = asked.reject(&ledger, &who, &self.reason, shell.context.now()).await?;
        asked.written(shell, "rejected", &self.reason).await?;
        shell.done(&said);
        Ok(0)
    }
}

impl What {
    async fn find(&self, shell: &Shell, ledger: &Ledger) -> Result<Asked> {
        let asked = Asked::find(ledger, preview::without_type(&self.name)).await?;
        shell.may(Role::Approver, &asked.repository)?;
        Ok(asked)
    }
}

impl Asked {
    /// Where a server keeps who did what, that; and what was allowed is rolled out now.
    async fn written(&self, shell: &Shell, did: &str, why: &str) -> Result<()> {
        let what = format!("{} at {}", self.stack, self.commit);
        shell.did(did, &what, &format!("seal {} {why}", self.seal)).await?;
        shell.soon(&self.repository).await
    }
}
