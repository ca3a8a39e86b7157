//! The locks that pull requests have on the stacks that they roll out before their merge: taken all at once, given back by the merge
//! or by closing.

use std::collections::BTreeSet;

use super::branch::{Apart, Branch};
use super::plan::Plan;
use super::refused;
use super::words::listed;
use crate::failure::Result;
use crate::forge::{Pull, State};
use crate::ledger::{Answered, Applied, Deed, StackId, Wish};
use crate::record::{EndState, Lock, PullEnd, PullRecord, StackEnd, Task};
use crate::review::{Reviewer, Up};
use crate::server::commands::with_hints;
use crate::server::workers::number_of;
use crate::server::{Server, Watched};

/// How long a pull request keeps its stacks, if nobody ever closes it.
const LENGTH: i64 = 365 * 24 * 60 * 60_000;

/// Whose locks those of a pull request are.
pub(in crate::server) fn owner(number: u64) -> String {
    format!("pr/{number}")
}

impl Server {
    /// Locks the stacks for a pull request: all of them or none. None where somebody wants one of them to stay as it is for now.
    pub(super) async fn take(&self, watched: &Watched, pull: &Pull, who: &str, plan: &Plan) -> Result<()> {
        for (stack, _) in &plan.stacks {
            let id = self.ledger.stack(&watched.label, stack, self.context.now()).await?;
            self.ledger.known(&id).await?.refuse_suspended(&stack.name()).map_err(with_hints)?;
        }
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
        let how = unmerged(pull, &watched.branch);
        if let Some(how) = &how {
            // It is told before the stacks are given back: whoever is killed in between does both again.
            self.tell_back(watched, reviewer, (pull, &own), how).await?;
        }
        self.unlock_all(&own, pull.number, how.as_deref()).await?;
        if how.is_some() {
            reviewer.tell_answers(pull.number).await?;
        }
        self.look_at_faces(watched).await;
        self.ask(watched, Task::RollOut, &watched.branch, true).await
    }

    /// Says what is left of stacks that were rolled out from what never came to the branch, and what becomes of it. Nothing says any more
    /// that it is fit to be merged.
    async fn tell_back(
        &self,
        watched: &Watched,
        reviewer: &Reviewer,
        (pull, own): (&Pull, &[(Lock, StackId)]),
        how: &str,
    ) -> Result<()> {
        let branch = Branch::fetched(self, watched, reviewer).await?;
        let (lacking, applied) = (branch.lacking().await?, self.ledger.applied(&watched.label).await?);
        let up = Up::of(&self.ledger, &watched.label, pull.number).await?;
        let (mut left, mut stacks, mut heads) = (Left::default(), Vec::new(), BTreeSet::from([pull.head.clone()]));
        for (lock, id) in own {
            let apart = branch.apart(&lock.name, id).await?;
            let is_new = lacking.contains(&lock.name);
            let state = match apart {
                None => EndState::Untouched,
                Some(_) if is_new => EndState::Stays,
                Some(_) => EndState::GoesBack,
            };
            stacks.push(StackEnd { name: lock.name.clone(), state, at: None, why: None, seal: None });
            let known = applied.iter().find(|one| one.pull == pull.number && one.stack == lock.name);
            // One that stands at a commit may have failed at the next one: both were told.
            let (stood, begun) = (known.map(|one| one.head.as_str()), up.begun_at(&lock.name));
            let head = stood.or(begun).unwrap_or(&pull.head);
            for head in BTreeSet::from([head, begun.unwrap_or(head)]) {
                reviewer.tell_applied(&pull.at(head), &lock.name, State::Error, how).await?;
                heads.insert(head.to_owned());
            }
            if let Some(apart) = apart {
                left.note(&lock.name, apart, is_new);
            }
            if state == EndState::GoesBack {
                let (stack, head) = (lock.name.clone(), head.to_owned());
                let applied = Applied { pull: pull.number, stack, head, goes_back: true };
                self.ledger.note_applied(&watched.label, &applied).await?;
            }
        }
        let what = left.in_words(&watched.branch).unwrap_or_else(|| "nothing of it was rolled out".to_owned());
        let end = PullEnd { commit: String::new(), unmerged: Some(how.to_owned()), stacks };
        for head in &heads {
            reviewer.tell_unmerged(&pull.at(head), &end).await?;
        }
        if let Some((record, _)) = self.ledger.pull(&watched.label, pull.number).await? {
            self.ledger.keep_end(&PullRecord { end: Some(end), ..record }).await?;
        }
        let since = own.first().map_or(0, |(lock, _)| lock.created_at);
        let id = format!("closed pr/{} {} {since}", pull.number, pull.head);
        let answered = Answered { at: self.context.now(), answer: format!("{how}. {what}") };
        self.ledger.answer(&watched.label, pull.number, &id, &answered).await?;
        reviewer.tell_answers(pull.number).await
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
        let branch = Branch::fetched(self, watched, reviewer).await?;
        let mut untouched = Vec::new();
        for (lock, id) in self.locks_of(watched, number).await? {
            if branch.apart(&lock.name, &id).await?.is_none() {
                untouched.push((lock, id));
            }
        }
        self.unlock_all(&untouched, number, Some("it gave the stack back")).await
    }

    /// Gives back a stack of a pull request, where it has it.
    pub(super) async fn leave(&self, watched: &Watched, number: u64, name: &str) -> Result<()> {
        let mut own = self.locks_of(watched, number).await?;
        own.retain(|(lock, _)| lock.name == name);
        self.unlock_all(&own, number, None).await
    }

    /// `why` says why what was held of them is not to be done any more. What was merged is held, or not, by its branch.
    async fn unlock_all(&self, locks: &[(Lock, StackId)], number: u64, why: Option<&str>) -> Result<()> {
        let (owner, now) = (owner(number), self.context.now());
        for (lock, id) in locks {
            match why {
                Some(why) => self.ledger.give_up(id, Some(&owner), why, now).await?,
                None => self.ledger.unlock(id, Some(&owner)).await?,
            };
            let deed = Deed { who: "gitinfra", did: "unlocked", what: &lock.name, details: &owner };
            self.ledger.audit(&deed, now).await?;
        }
        Ok(())
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

/// How a pull request ended without coming to the branch that is rolled out, if it did.
pub(in crate::server) fn unmerged(pull: &Pull, branch: &str) -> Option<String> {
    match &pull.merged {
        Some(_) if pull.base == branch => None,
        Some(_) => Some(format!("it was merged into {}, and only {branch} is rolled out", pull.base)),
        None => Some("it was closed without a merge".to_owned()),
    }
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
    fn what_came_to_another_branch_did_not_come_to_the_one_that_is_rolled_out() {
        let told = |merged: Option<&str>, base: &str| {
            unmerged(&Pull { merged: merged.map(str::to_owned), base: base.to_owned(), ..Pull::sample(1) }, "main")
        };
        assert_eq!(told(None, "main").as_deref(), Some("it was closed without a merge"));
        assert_eq!(told(Some("1a2b"), "main"), None);
        assert_eq!(told(Some("1a2b"), "dev").as_deref(), Some("it was merged into dev, and only main is rolled out"));
    }

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
