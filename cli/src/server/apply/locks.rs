//! The locks that pull requests have on the stacks that they roll out before their merge: taken all at once, given back by the merge
//! or by closing.

use std::collections::BTreeSet;

use super::plan::Plan;
use super::refused;
use super::words::listed;
use crate::failure::Result;
use crate::forge::Pull;
use crate::ledger::{Answered, Deed, RunFilter, StackId, Wish};
use crate::record::{Lock, Run, RunState, Task};
use crate::repo;
use crate::review::Reviewer;
use crate::server::workers::number_of;
use crate::server::{Server, Watched};

/// How long a pull request keeps its stacks, if nobody ever closes it.
const LENGTH: i64 = 365 * 24 * 60 * 60_000;

/// Whose locks those of a pull request are.
pub(in crate::server) fn owner(number: u64) -> String {
    format!("pr/{number}")
}

/// How what stands of a stack is another thing than its branch says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::server) enum Apart {
    /// It was rolled out from a commit that is not on the branch.
    Whole,
    /// A run at such a commit began and did not end well.
    Partly,
}

impl Server {
    /// Locks the stacks for a pull request: all of them or none.
    pub(super) async fn take(&self, watched: &Watched, pull: &Pull, who: &str, plan: &Plan) -> Result<()> {
        let mut taken = Vec::<StackId>::new();
        let reason = format!("{who} rolls it out before its merge");
        for (stack, _) in &plan.stacks {
            let id = self.ledger.stack(&watched.label, stack, self.context.now()).await?;
            let before = self.ledger.lock_on(&id).await?;
            if self.keep(&id, pull.number, &reason).await? {
                taken.extend(before.is_none().then_some(id));
                continue;
            }
            for id in &taken {
                self.ledger.unlock(id, Some(&owner(pull.number))).await?;
            }
            let by = before.map_or_else(|| "locked by somebody else".to_owned(), |lock| lock.in_words());
            return refused(format!("{}: {by}; nothing of this is rolled out before that is over", stack.name()));
        }
        Ok(())
    }

    /// Locks a stack for a pull request, or says another reason of the lock that it has. False where it is somebody else's.
    pub(super) async fn keep(&self, id: &StackId, number: u64, reason: &str) -> Result<bool> {
        let wish = Wish { owner: &owner(number), reason, length: LENGTH };
        Ok(self.ledger.lock(id, &wish).await?.is_some())
    }

    /// One that was merged or closed gives its stacks back. What was rolled out and is not merged goes back to what the branch says.
    pub(in crate::server) async fn gives_back(
        &self,
        watched: &Watched,
        reviewer: &Reviewer,
        pull: &Pull,
    ) -> Result<()> {
        let own = self.locks_of(watched, pull.number).await?;
        if own.is_empty() {
            return Ok(());
        }
        let lacking = self.lacking(watched, reviewer).await?;
        let mut left = Left::default();
        for (lock, id) in &own {
            let apart = self.stands_apart(watched, reviewer, lock, id).await?.filter(|_| pull.merged.is_none());
            if let Some(apart) = apart {
                left.note(&lock.name, apart, lacking.contains(&lock.name));
            }
        }
        // It is told before the stacks are given back: whoever is killed in between does both again.
        if let Some(what) = left.in_words(&watched.branch) {
            let answer = format!("it was closed without a merge. {what}");
            let id = format!("closed pr/{} {}", pull.number, pull.head);
            let answered = Answered { at: self.context.now(), answer };
            self.ledger.answer(&watched.label, pull.number, &id, &answered).await?;
            reviewer.tell_answers(pull.number).await?;
        }
        self.unlock_all(&own, pull.number).await?;
        self.ask(watched, Task::RollOut, &watched.branch, true).await
    }

    /// The same for one that ended while its stacks were rolled out: the branch's roll-out that its end asked for found them at work, so
    /// the next one looks as if it had not seen that head.
    pub(super) async fn goes_to_the_branch(&self, watched: &Watched, reviewer: &Reviewer, pull: &Pull) -> Result<()> {
        if !pull.is_open {
            self.gives_back(watched, reviewer, pull).await?;
        }
        watched.follow.lock().await.seen = None;
        self.ask(watched, Task::RollOut, &watched.branch, true).await
    }

    /// Gives back those stacks of a pull request of which nothing was changed.
    pub(super) async fn leave_untouched(&self, watched: &Watched, reviewer: &Reviewer, number: u64) -> Result<()> {
        let mut untouched = Vec::new();
        for (lock, id) in self.locks_of(watched, number).await? {
            if self.stands_apart(watched, reviewer, &lock, &id).await?.is_none() {
                untouched.push((lock, id));
            }
        }
        self.unlock_all(&untouched, number).await
    }

    async fn unlock_all(&self, locks: &[(Lock, StackId)], number: u64) -> Result<()> {
        for (lock, id) in locks {
            self.ledger.unlock(id, Some(&owner(number))).await?;
            let deed = Deed { who: "gitinfra", did: "unlocked", what: &lock.name, details: &owner(number) };
            self.ledger.audit(&deed, self.context.now()).await?;
        }
        Ok(())
    }

    /// Whether what stands of a stack, or may stand after a run that did not end well, is not what its branch says.
    pub(in crate::server) async fn stands_apart(
        &self,
        watched: &Watched,
        reviewer: &Reviewer,
        lock: &Lock,
        id: &StackId,
    ) -> Result<Option<Apart>> {
        let mirror = &reviewer.previewer.mirror;
        let head = mirror.fetch_branch(&watched.branch).await?;
        let stands = self.ledger.known(id).await?.rolled_out;
        if let Some((commit, _)) = stands
            && !mirror.has(&head.id, &commit).await?
        {
            return Ok(Some(Apart::Whole));
        }
        let filter = RunFilter { stack: Some(lock.name.clone()), limit: 20, ..RunFilter::default() };
        let runs = self.ledger.runs(&filter).await?;
        match runs.iter().find(|run| run.repository == lock.repository).filter(|run| may_have_changed(run)) {
            Some(run) if !mirror.has(&head.id, &run.commit).await? => Ok(Some(Apart::Partly)),
            _ => Ok(None),
        }
    }

    /// The stacks that are known and that the branch does not have.
    pub(super) async fn lacking(&self, watched: &Watched, reviewer: &Reviewer) -> Result<BTreeSet<String>> {
        let mirror = &reviewer.previewer.mirror;
        let head = mirror.fetch_branch(&watched.branch).await?;
        let found = repo::stacks(&mirror.listing(&head.id)?);
        let known = self.ledger.all_known(&watched.label).await?;
        let places = known.iter().map(|(name, (_, folder, _))| (name.as_str(), folder.as_str()));
        Ok(found.lacks(places).into_iter().map(str::to_owned).collect())
    }

    /// The locks that a pull request has, each with its stack.
    async fn locks_of(&self, watched: &Watched, number: u64) -> Result<Vec<(Lock, StackId)>> {
        let mut own = Vec::new();
        for lock in self.locks_of_pulls(watched).await? {
            let id = self.ledger.find(&lock.repository, &lock.name).await?;
            own.extend(id.filter(|_| lock.owner == owner(number)).map(|id| (lock, id)));
        }
        Ok(own)
    }

    /// The locks that pull requests of a repository have.
    async fn locks_of_pulls(&self, watched: &Watched) -> Result<Vec<Lock>> {
        let mut locks = self.ledger.locks().await?;
        locks.retain(|lock| lock.repository == watched.label && number_of(&lock.owner).is_ok());
        Ok(locks)
    }

    /// Asks for those to be looked at that have locks and are not open: nobody may have told that they were closed.
    pub(in crate::server) async fn look_at_applied(&self, watched: &Watched, open: &[Pull]) -> Result<()> {
        for lock in self.locks_of_pulls(watched).await? {
            if !open.iter().any(|pull| owner(pull.number) == lock.owner) {
                self.ask(watched, Task::Review, &lock.owner, false).await?;
            }
        }
        Ok(())
    }
}

/// Whether the engine may have begun in a run, and what came of it is not what its commit says.
fn may_have_changed(run: &Run) -> bool {
    !matches!(run.state, RunState::Succeeded | RunState::Held | RunState::Busy)
}

/// What stands of stacks that were rolled out before a merge that never came.
#[derive(Default)]
struct Left {
    whole: Vec<String>,
    partly: Vec<String>,
    /// Those that the branch does not have: nobody takes them back.
    new: Vec<String>,
}

impl Left {
    fn note(&mut self, name: &str, apart: Apart, is_new: bool) {
        let names = match apart {
            _ if is_new => &mut self.new,
            Apart::Whole => &mut self.whole,
            Apart::Partly => &mut self.partly,
        };
        names.push(name.to_owned());
    }

    fn in_words(&self, branch: &str) -> Option<String> {
        let words = |names: &[String], said: &str| (!names.is_empty()).then(|| format!("{} {said}", listed(names)));
        let of_branch =
            [words(&self.whole, "was rolled out from it"), words(&self.partly, "may be changed in part by it")];
        let goes_back: Vec<String> = of_branch.into_iter().flatten().collect();
        let goes_back = (!goes_back.is_empty()).then(|| {
            let what = goes_back.join("; ");
            format!("{what}: that goes back to what {branch} says; what deletes more than is allowed is held first")
        });
        let commands: Vec<String> = self.new.iter().map(|name| format!("`gitinfra destroy stack/{name}`")).collect();
        let stands = (!self.new.is_empty()).then(|| {
            let (names, commands) = (listed(&self.new), listed(&commands));
            format!("{names} is new in it: {branch} does not have it, so what was rolled out stands, and {commands} removes it")
        });
        let all: Vec<String> = goes_back.into_iter().chain(stands).collect();
        (!all.is_empty()).then(|| all.join(". "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_told_whole_or_in_part() {
        let left = |noted: &[(&str, Apart, bool)]| {
            let mut left = Left::default();
            noted.iter().for_each(|(name, apart, is_new)| left.note(name, *apart, *is_new));
            left.in_words("main")
        };
        let back = "that goes back to what main says; what deletes more than is allowed is held first";
        let new = "new/dev is new in it: main does not have it, so what was rolled out stands, and `gitinfra destroy stack/new/dev` removes it";
        assert_eq!(left(&[]), None);
        let net = ("net/dev", Apart::Whole, false);
        assert_eq!(left(&[net]), Some(format!("net/dev was rolled out from it: {back}")));
        let both = left(&[net, ("web/dev", Apart::Partly, false)]);
        assert_eq!(both, Some(format!("net/dev was rolled out from it; web/dev may be changed in part by it: {back}")));
        assert_eq!(left(&[("new/dev", Apart::Whole, true)]).as_deref(), Some(new));
        let all = left(&[net, ("new/dev", Apart::Partly, true)]);
        assert_eq!(all, Some(format!("net/dev was rolled out from it: {back}. {new}")));
    }
}
