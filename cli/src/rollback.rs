//! Rolls a stack back: the program of an older commit against what stands today, shown and sealed first.

use crate::comment::StackPreview;
use crate::decide::{ROLLED_BACK, Reason};
use crate::failure::{Failure, Kind, Result};
use crate::record::{Action, Run, RunState, StackRecord};
use crate::rollout::Outcome;
use crate::target::{Bound, Place, Target, confirmed};

/// Rolls back stacks of one repository.
pub struct RollBack(pub Place);

/// A stack that is to be what it was after a run.
pub struct Older {
    run: String,
    pub target: Target,
}

impl RollBack {
    /// The stack as its files were at the commit that a run rolled out.
    pub async fn find(&self, record: &StackRecord, run: &Run) -> Result<Older> {
        let name = &record.name;
        let refused = |why: &str| Err(Failure::input(format!("run {} {why}", run.name)));
        match (run.action, run.state) {
            _ if run.stack != *name || run.repository != record.repository => {
                return refused(&format!("is not of {name}"));
            }
            (Action::Destroy, _) => return refused("destroyed what stood: there is no commit to go back to"),
            (_, RunState::Succeeded) => {}
            (_, state) => return refused(&format!("is {state}: only what a run rolled out can be gone back to")),
        }
        let target = Target::of_run(&self.0.previewer.mirror, &self.0.ledger, run).await?;
        Ok(Older { run: run.name.clone(), target })
    }

    /// Refuses a stack that somebody wants to stay as it is for now. One that is suspended since it was rolled back goes further.
    pub fn refuse_suspended(&self, Older { target, .. }: &Older) -> Result<()> {
        match &target.known.suspended {
            Some(why) if why.starts_with(ROLLED_BACK) => Ok(()),
            _ => target.refuse_suspended(),
        }
    }

    /// What would change, sealed, and of which kind the failure was, if there was one.
    pub async fn preview(&self, Older { run, target }: &Older) -> Result<(StackPreview, Option<Kind>)> {
        let reason = format!("to be as after run {run} ({})", target.commit.subject);
        let (preview, kind) = self.0.previewer.standing(target.subject(&self.0.previewer.mirror)?, reason).await?;
        if let Some(seal) = &preview.seal {
            self.0.ledger.keep_seal(seal, true, self.0.previewer.context.now()).await?;
        }
        Ok((preview, kind))
    }

    /// Rolls the older commit out, as was shown. The branch still says otherwise, so the stack is suspended once that begins.
    pub async fn run(&self, older: &Older, shown: &StackPreview) -> Result<Outcome> {
        self.refuse_suspended(older)?;
        let Older { run, target } = older;
        let seal = confirmed(shown.seal.as_ref())?;
        let config = target.config_now(&self.0.previewer.mirror).await?;
        let reason = Reason::RolledBack { to: run.clone() };
        self.0.run(target, (Action::RollOut, &reason), &config, Bound::Seal(&seal)).await
    }
}
