//! `gitinfra approve` and `gitinfra reject`: somebody's word about exactly what a seal says.

use clap::Args as Arguments;

use super::Verb;
use super::shell::Shell;
use super::types::{hold::without_type, preview};
use crate::failure::{Failure, Result};
use crate::judge;
use crate::ledger::{HoldFilter, Ledger, Verdict};
use crate::record::{Hold, HoldState};

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
        let (seal, hold) = self.what.find(&ledger).await?;
        let now = shell.context.now();
        if let Some(hold) = &hold
            && !judge::may_approve(&who, &hold.case.from)
        {
            return Err(Failure::input(format!("{who} may not allow what {} does", hold.stack))
                .hint(format!("who may: {}", hold.case.from.join(", "))));
        }
        ledger.approve(&seal, &who, now).await?;
        let Some(hold) = hold else {
            shell.ui.data(&format!("seal/{seal} approved by {who}"));
            return Ok(0);
        };
        let missing = judge::missing(&ledger.approvals(&seal).await?, hold.case.needed, &hold.case.from);
        // One that was refused waits again until all have allowed it.
        let state = if missing.is_none() { HoldState::Approved } else { HoldState::Held };
        decide(&ledger, &hold, &Verdict { state, who: &who, why: None }, now).await?;
        shell.ui.data(&match missing {
            None => format!("hold/{} approved by {who}: the next sync rolls {} out", hold.name, hold.stack),
            Some(missing) => format!("hold/{}: {who} allows it; {missing}", hold.name),
        });
        Ok(0)
    }
}

impl Verb for Reject {
    async fn run(&self, shell: &Shell) -> Result<u8> {
        let (ledger, who) = (shell.ledger().await?, shell.person(self.what.who.as_deref())?);
        let (seal, hold) = self.what.find(&ledger).await?;
        ledger.reject(&seal, &who, &self.reason).await?;
        let Some(hold) = hold else {
            shell.ui.data(&format!("seal/{seal} rejected by {who}"));
            return Ok(0);
        };
        let verdict = Verdict { state: HoldState::Rejected, who: &who, why: Some(&self.reason) };
        decide(&ledger, &hold, &verdict, shell.context.now()).await?;
        shell.ui.data(&format!("hold/{} rejected by {who}", hold.name));
        Ok(0)
    }
}

async fn decide(ledger: &Ledger, hold: &Hold, verdict: &Verdict<'_>, now: i64) -> Result<()> {
    match ledger.decide(&hold.name, verdict, now).await? {
        true => Ok(()),
        false => Err(over(hold)),
    }
}

fn over(hold: &Hold) -> Failure {
    Failure::input(format!("hold/{} is over: something newer took its place", hold.name))
        .hint("`gitinfra get holds` lists what waits for a decision")
}

impl What {
    /// The seal that is meant, and the hold that waits for it, if one does.
    async fn find(&self, ledger: &Ledger) -> Result<(String, Option<Hold>)> {
        let named = without_type(&self.name);
        if named != self.name {
            let hold = ledger.hold_named(named).await?;
            return match hold.state {
                HoldState::Overtaken => Err(over(&hold)),
                _ => Ok((hold.seal.clone(), Some(hold))),
            };
        }
        let name = preview::without_type(&self.name);
        if name.contains('/') {
            let message = format!("`{}` is neither a seal nor a hold", self.name);
            return Err(Failure::input(message)
                .hint("a stack changes; what is allowed is what a seal says: `gitinfra get holds` lists them"));
        }
        let sealed = ledger.find_seal(name).await?.ok_or_else(|| {
            Failure::input(format!("no seal is called `{}`", self.name))
                .hint("`gitinfra get holds` and `gitinfra preview --seal` tell them")
        })?;
        let filter = HoldFilter { seal: Some(sealed.id.clone()), limit: 0, ..HoldFilter::default() };
        let holds = ledger.holds(&filter).await?;
        Ok((sealed.id, holds.into_iter().find(|hold| hold.state != HoldState::Overtaken)))
    }
}
