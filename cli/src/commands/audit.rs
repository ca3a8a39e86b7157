//! `gitinfra audit`: who did what at a server, and whether all of it is still what was written down.

use clap::{Args as Arguments, ValueEnum};

use super::Verb;
use super::shell::Shell;
use crate::failure::{Failure, Result};
use crate::ledger::Ledger;
use crate::text::timestamp;

const ABOUT: &str = "\
Show who did what, or verify that nobody changed what was written down

Each entry has a hash over itself and the entry before, so that none can be changed, added between or left out without \
breaking the chain. Whoever could write the whole ledger anew could make a new chain: keep the last hash elsewhere.";

/// Show who did what, or verify that nobody changed what was written down
#[derive(Debug, Arguments)]
#[command(long_about = ABOUT)]
pub struct Audit {
    /// What to do
    #[arg(value_name = "WHAT", default_value = "show")]
    what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Print every entry as a line of JSON, the oldest first
    Show,
    /// Follow the chain of hashes from the first entry to the last
    Verify,
}

impl Verb for Audit {
    async fn run(&self, shell: &Shell) -> Result<u8> {
        let ledger = shell.ledger().await?;
        match self.what {
            What::Show => show(shell, &ledger).await?,
            What::Verify => shell.ui.data(&verify(&ledger).await?),
        }
        Ok(0)
    }
}

async fn show(shell: &Shell, ledger: &Ledger) -> Result<()> {
    let mut next = 1;
    loop {
        let entries = ledger.entries(next).await?;
        let Some(last) = entries.last() else {
            return Ok(());
        };
        next = last.sequence + 1;
        for entry in &entries {
            let line = serde_json::to_string(entry);
            shell.ui.data(&line.map_err(|error| Failure::bug(format!("writing JSON: {error}")))?);
        }
    }
}

async fn verify(ledger: &Ledger) -> Result<String> {
    match ledger.verify_audit().await? {
        Ok((0, _)) => Ok("0 entries: nobody did anything yet".to_owned()),
        Ok((count, hash)) => Ok(format!("{count} entries, unbroken; the last hash is {hash}")),
        Err(at) => {
            let since = ledger.entries(at).await?.first().map(|entry| timestamp(entry.at)).unwrap_or_default();
            Err(Failure::roll_out(format!("entry {at} is not what was written ({since})"))
                .hint("somebody changed the ledger, or put an older copy in its place"))
        }
    }
}
