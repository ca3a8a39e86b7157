//! A stack as its files were at some commit, with what the ledger knows of it: what is gone back to, looked at again or destroyed,
//! each by itself.

use crate::config::{self, Config};
use crate::decide::{Known, Reason};
use crate::engine::{LeftLock, Pulumi};
use crate::failure::{Failure, Result};
use crate::git::{Commit, Mirror, Programs};
use crate::ledger::{Ledger, StackId};
use crate::preview::{Previewer, Subject};
use crate::record::{Action, Run, StackRecord};
use crate::repo::{self, Stack};
use crate::rollout::{Outcome, RollOut};
use crate::scrub::Scrubber;
use crate::seal::{Plan, Seal};

pub struct Target {
    pub stack: Stack,
    pub branch: String,
    pub commit: Commit,
    pub id: StackId,
    pub known: Known,
}

impl Target {
    /// The stack of a record at a commit.
    pub async fn find(mirror: &Mirror, ledger: &Ledger, record: &StackRecord, commit: &str) -> Result<Target> {
        let branch = record.branch.clone().unwrap_or_default();
        Target::at(mirror, ledger, (&record.repository, &record.name), branch, commit).await
    }

    /// The stack of a run, as the run saw it.
    pub async fn of_run(mirror: &Mirror, ledger: &Ledger, run: &Run) -> Result<Target> {
        Target::at(mirror, ledger, (&run.repository, &run.stack), run.branch.clone(), &run.commit).await
    }

    /// Out of the mirror or, on a machine that has none yet, from the repository.
    async fn at(
        mirror: &Mirror,
        ledger: &Ledger,
        (repository, name): (&str, &str),
        branch: String,
        commit: &str,
    ) -> Result<Target> {
        let commit = match mirror.commit(commit) {
            Ok(commit) => commit,
            Err(_) => mirror.fetch_ref(commit).await?,
        };
        let stack = named(mirror, &commit.id, name)?;
        let id = ledger.find(repository, name).await?;
        let id = id.ok_or_else(|| Failure::input(format!("`{name}` was forgotten meanwhile")))?;
        let known = ledger.known(&id).await?;
        Ok(Target { stack, branch, commit, id, known })
    }

    /// What the branch says at this moment of what may be done unasked. Where it can't be asked nothing is done by an older word.
    pub async fn config_now(&self, mirror: &Mirror) -> Result<Config> {
        let head = mirror.fetch_branch(&self.branch).await.map_err(|failure| {
            failure.hint(format!("what may be done unasked says {} at the head of `{}`", config::FILE, self.branch))
        })?;
        mirror.config(&head.id)
    }

    /// Refuses one that somebody wants to stay as it is for now.
    pub fn refuse_suspended(&self) -> Result<()> {
        self.known.refuse_suspended(&self.stack.name())
    }

    /// What is previewed of it.
    pub fn subject(&self, mirror: &Mirror) -> Result<Subject> {
        let (stack, commit) = (self.stack.clone(), self.commit.clone());
        Ok(Subject { stack, commit, config: self.config(mirror)? })
    }

    /// What the branch said when it was last looked at, and not what it said at the commit.
    pub fn config(&self, mirror: &Mirror) -> Result<Config> {
        let head = mirror.head_seen(&self.branch).unwrap_or_else(|| self.commit.id.clone());
        mirror.config(&head)
    }
}

/// A stack at a commit by its whole name, with what its program reaches.
fn named(mirror: &Mirror, commit: &str, name: &str) -> Result<Stack> {
    let listing = mirror.listing(commit)?;
    let found = repo::stacks(&listing).select(&[name.to_owned()])?;
    let stack = found.stacks.into_iter().next();
    let mut stack = stack.ok_or_else(|| Failure::bug("a stack was selected and is not there"))?;
    Programs::at(mirror, commit, &listing)?.follow(&mut stack);
    Ok(stack)
}

/// What a run may do and nothing else.
#[derive(Debug, Clone, Copy)]
pub enum Bound<'a> {
    /// What somebody was shown and confirmed, by its seal.
    Seal(&'a str),
    /// To bring back what a look found to have drifted.
    Drift(&'a Plan),
}

/// Where something is done with one stack by itself.
pub struct Place {
    pub previewer: Previewer,
    pub ledger: Ledger,
    /// How many runs of a stack the ledger keeps.
    pub keep_runs: u32,
    /// Whose lock on a stack keeps it from nothing here.
    pub owner: Option<String>,
}

/// The name of the seal of what somebody confirmed. Without one nobody knows what that was.
pub fn confirmed(seal: Option<&Seal>) -> Result<String> {
    let none = || Failure::bug("what was confirmed was not sealed");
    seal.map(Seal::id).ok_or_else(none)
}

impl Place {
    /// Runs the engine on a target, within what the configuration allows, and what it is bound to.
    pub async fn run(
        &self,
        target: &Target,
        (action, reason): (Action, &Reason),
        config: &Config,
        bound: Bound<'_>,
    ) -> Result<Outcome> {
        let pulumi = Pulumi::find(&self.previewer.environment).await?.until(&self.previewer.context.cancel);
        let scrubber = Scrubber::from_environment(&self.previewer.context.environment);
        let suspends = reason.suspends(&target.stack.name(), &target.branch);
        let suspends = suspends.as_deref();
        let (confirmed, drifted) = match bound {
            Bound::Seal(seal) => (Some(seal), None),
            Bound::Drift(drifted) => (None, Some(drifted)),
        };
        let bounded = self.roll_out(target, action, config, (&pulumi, &scrubber));
        let roll_out = RollOut { confirmed, drifted, suspends, ..bounded };
        let outcome = roll_out.run(&target.stack, &target.id, &target.known, reason).await?;
        let words = match outcome {
            Outcome::Moved => "somebody worked on it meanwhile, so nothing was done: the same command looks at it anew",
            Outcome::Full => "as many stacks of its backend are worked on as may be at once: try it again later",
            _ => return Ok(outcome),
        };
        self.previewer.context.note(&target.stack.name(), words);
        Ok(outcome)
    }

    /// Refuses a target that somebody locked or works on, before it is shown what would be done.
    pub async fn refuse_busy(&self, target: &Target) -> Result<()> {
        let pulumi = Pulumi::find(&self.previewer.environment).await?.until(&self.previewer.context.cancel);
        let scrubber = Scrubber::from_environment(&self.previewer.context.environment);
        let (config, action) = (target.config(&self.previewer.mirror)?, Action::RollOut);
        self.roll_out(target, action, &config, (&pulumi, &scrubber)).refuse_busy(&target.stack, &target.id).await
    }

    /// Puts in order what a dead gitinfra left of a target. The engine's lock is given back where its maker may still live.
    pub async fn repair(&self, target: &Target) -> Result<Option<LeftLock>> {
        let pulumi = Pulumi::find(&self.previewer.environment).await?.until(&self.previewer.context.cancel);
        let scrubber = Scrubber::from_environment(&self.previewer.context.environment);
        // Where nothing can be read of the branch the usual surroundings count.
        let (config, action) = (target.config(&self.previewer.mirror).unwrap_or_default(), Action::RollOut);
        self.roll_out(target, action, &config, (&pulumi, &scrubber)).repair(&target.stack, &target.id).await
    }

    fn roll_out<'a>(
        &'a self,
        target: &'a Target,
        action: Action,
        config: &'a Config,
        (pulumi, scrubber): (&'a Pulumi, &'a Scrubber),
    ) -> RollOut<'a> {
        let Previewer { context, mirror, environment, .. } = &self.previewer;
        RollOut {
            context,
            ledger: &self.ledger,
            mirror,
            pulumi,
            branch: &target.branch,
            head: &target.commit,
            action,
            scrubber,
            config,
            confirmed: None,
            drifted: None,
            suspends: None,
            owner: self.owner.as_deref(),
            keep_runs: self.keep_runs,
            alone: Default::default(),
            environment,
        }
    }
}
