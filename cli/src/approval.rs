//! Somebody's word about exactly what a seal says, whether it comes from a terminal, a page or a comment.

use crate::failure::{Failure, Result};
use crate::judge;
use crate::ledger::{HoldFilter, Ledger, Verdict};
use crate::record::{Hold, HoldState};

/// What a seal or a hold is, by the name that somebody gave.
pub struct Asked {
    pub seal: String,
    /// The repository that it is about.
    pub repository: String,
    pub stack: String,
    /// The commit that was to be merged, or that the hold is at.
    pub commit: String,
    /// Whether it deletes or replaces something.
    pub destroys: bool,
    /// The hold that waits for it, if one does.
    pub hold: Option<Hold>,
    /// Who refused it so far, and why.
    pub rejected: Option<(String, String)>,
}

impl Asked {
    /// Finds what is meant by a seal's id or `hold/NAME`.
    pub async fn find(ledger: &Ledger, name: &str) -> Result<Asked> {
        let named = without_type(name);
        if named != name {
            let hold = ledger.hold_named(named).await?;
            return match hold.state {
                HoldState::Used | HoldState::Overtaken => Err(over(&hold)),
                _ => Ok(Asked::of(hold)),
            };
        }
        if name.contains('/') {
            let message = format!("`{name}` is neither a seal nor a hold");
            return Err(Failure::input(message)
                .hint("a stack changes; what is allowed is what a seal says: `gitinfra get holds` lists them"));
        }
        let sealed = ledger.find_seal(name).await?.ok_or_else(|| {
            Failure::input(format!("no seal is called `{name}`"))
                .hint("`gitinfra get holds` and `gitinfra preview --seal` tell them")
        })?;
        if let Some(run) = &sealed.used_by {
            return Err(Failure::input(format!("seal/{} is over: run/{run} rolled the stack out", sealed.id))
                .hint("`gitinfra get holds` and `gitinfra get previews` list what waits for a decision"));
        }
        let filter = HoldFilter { seal: Some(sealed.id.clone()), limit: 0, ..HoldFilter::default() };
        let holds = ledger.holds(&filter).await?;
        let destroys = sealed.seal.plan.destroys();
        let ground = sealed.seal.ground;
        Ok(Asked {
            destroys,
            seal: sealed.id,
            rejected: sealed.rejected,
            repository: ground.repository,
            stack: ground.stack,
            commit: ground.head,
            hold: holds.into_iter().find(|hold| !hold.state.is_over()),
        })
    }

    fn of(hold: Hold) -> Asked {
        Asked {
            destroys: hold.case.destroys(),
            seal: hold.seal.clone(),
            rejected: hold.decided_by.clone().zip(hold.reason.clone()),
            repository: hold.repository.clone(),
            stack: hold.stack.clone(),
            commit: hold.commit.clone(),
            hold: Some(hold),
        }
    }

    /// Writes down that somebody allows it, and says what that comes to.
    pub async fn approve(&self, ledger: &Ledger, who: &str, now: i64) -> Result<String> {
        if let Some(hold) = &self.hold
            && !judge::may_approve(who, &hold.case.from)
        {
            return Err(Failure::input(format!("{who} may not allow what {} does", hold.stack))
                .hint(format!("who may: {}", hold.case.from.join(", "))));
        }
        ledger.approve(&self.seal, who, now).await?;
        let lifted = self.lifted(who);
        let Some(hold) = &self.hold else {
            return Ok(format!("seal/{} approved by {who}{lifted}", self.seal));
        };
        let missing = judge::missing(&ledger.approvals(&self.seal).await?, hold.case.needed, &hold.case.from);
        // One that was refused waits again until all have allowed it.
        let state = if missing.is_none() { HoldState::Approved } else { HoldState::Held };
        decide(ledger, hold, &Verdict { state, who, why: None }, now).await?;
        Ok(match missing {
            None => format!("hold/{} approved by {who}: {}{lifted}", hold.name, hold.case.next(&hold.stack)),
            Some(missing) => format!("hold/{}: {who} allows it; {missing}{lifted}", hold.name),
        })
    }

    /// What is said of somebody else's refusal, which an approval ends.
    fn lifted(&self, who: &str) -> String {
        let others = self.rejected.as_ref().filter(|(by, _)| by != who);
        others.map(|(by, why)| format!("; {by} had refused it, which counts no more: {why}")).unwrap_or_default()
    }

    /// Writes down that somebody refuses it.
    pub async fn reject(&self, ledger: &Ledger, who: &str, why: &str, now: i64) -> Result<String> {
        ledger.reject(&self.seal, who, why).await?;
        let Some(hold) = &self.hold else {
            return Ok(format!("seal/{} rejected by {who}", self.seal));
        };
        let verdict = Verdict { state: HoldState::Rejected, who, why: Some(why) };
        decide(ledger, hold, &verdict, now).await?;
        Ok(format!("hold/{} rejected by {who}", hold.name))
    }
}

async fn decide(ledger: &Ledger, hold: &Hold, verdict: &Verdict<'_>, now: i64) -> Result<()> {
    match ledger.decide(&hold.name, verdict, now).await? {
        true => Ok(()),
        false => Err(over(hold)),
    }
}

fn over(hold: &Hold) -> Failure {
    let why = hold.ended();
    Failure::input(format!("hold/{} is over: {}", hold.name, why.unwrap_or("something newer took its place")))
        .hint("`gitinfra get holds` lists what waits for a decision")
}

/// A hold's name without `hold/` before it.
pub fn without_type(name: &str) -> &str {
    ["hold/", "holds/", "ho/"].iter().find_map(|kind| name.strip_prefix(kind)).unwrap_or(name)
}
