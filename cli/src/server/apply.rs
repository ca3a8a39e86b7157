//! A pull request that a command rolls out before its merge. Its head has to hold all of its base, so what is rolled out are the very
//! files that the merge brings, at a commit that the merge makes part of the branch: the roll-out of the branch then finds nothing to
//! do. From the command to the merge, or to its being closed, the stack has a lock that belongs to the pull request: nothing else is
//! rolled out there meanwhile.

mod after;
mod branch;
mod locks;
mod plan;
mod words;

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::workers::number_of;
use super::{Server, Watched};
use crate::decide::Reason;
use crate::failure::{Failure, Kind, Result};
use crate::forge::command::{Command, Verb};
use crate::forge::{Pull, State};
use crate::ledger::{Answered, Applied, StackId};
use crate::record::{Action, RunState, Task};
use crate::repo::Stack;
use crate::review::{Reviewer, Up};
use crate::rollout::Outcome;
use crate::target::{Bound, Place, Target};
use crate::text::short;
use plan::{Plan, allowed};
use words::{Came, be, ended, in_words, listed, still_has};

pub(super) use branch::Branch;
pub(super) use locks::{owner, unmerged};

/// How often it is looked whether the engine is at work.
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);

/// What a job is about: its subject is `pr/7 COMMENT HEAD WHO`.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub number: u64,
    /// The comment that asks for it.
    comment: &'a str,
    /// The head that it is about, and no other.
    pub head: &'a str,
}

impl<'a> Asked<'a> {
    pub fn of(subject: &'a str) -> Result<Asked<'a>> {
        let mut words = subject.split(' ');
        let (pull, comment, head) = (words.next(), words.next(), words.next());
        let number = number_of(pull.unwrap_or_default())?;
        Ok(Asked { number, comment: comment.unwrap_or_default(), head: head.unwrap_or_default() })
    }
}

fn refused<T>(why: impl Into<String>) -> Result<T> {
    Err(Failure::input(why))
}

impl Server {
    /// Takes the stacks for a pull request, and says that they are going to be rolled out.
    pub(super) async fn begins_to_apply(
        &self,
        watched: &Watched,
        (pull, who, id): (&Pull, &str, &str),
        command: &Command,
    ) -> Result<String> {
        let reviewer = watched.reviewer.as_ref().ok_or_else(|| Failure::bug("a comment came from no forge"))?;
        let plan = self.to_apply(watched, reviewer, pull, command).await?;
        self.take(watched, pull, who, &plan).await?;
        self.ask(watched, Task::Apply, &format!("pr/{} {id} {} {who}", pull.number, pull.head), true).await?;
        self.look_at_faces(watched).await;
        let names = plan.names();
        Ok(format!("{} {} being rolled out at {}", listed(&names), be(names.len()), short(&pull.head)))
    }

    /// Rolls them out, and says what came of it. Whatever that is, no status of the commit stays pending.
    pub(super) async fn apply(&self, watched: &Watched, subject: &str, cancel: &CancellationToken) -> Result<()> {
        let (asked, Some(reviewer)) = (Asked::of(subject)?, &watched.reviewer) else {
            return Ok(());
        };
        let end = format!("{} up", asked.comment);
        if self.ledger.is_answered(&watched.label, &end).await? {
            return reviewer.tell_answers(asked.number).await;
        }
        let pull = reviewer.forge.pull(asked.number).await?;
        let applied = match pull.is_open {
            true => self.applied(watched, reviewer, (asked, &pull), cancel).await,
            false => self.came_too_late(watched, reviewer, (asked, &pull)).await,
        };
        let answer = match applied {
            Ok(answer) => answer,
            Err(failure) => {
                let told = reviewer.tell_unapplied(&pull.at(asked.head), State::Error, &failure.message).await;
                if matches!(failure.kind, Kind::Setup | Kind::Cancelled | Kind::Bug) {
                    return Err(failure);
                }
                told?;
                self.leave_untouched(watched, reviewer, asked.number).await?;
                failure.message
            }
        };
        let answered = Answered { at: self.context.now(), answer };
        self.ledger.answer(&watched.label, asked.number, &end, &answered).await?;
        self.look_at_faces(watched).await;
        reviewer.tell_answers(asked.number).await
    }

    /// It was merged or closed before its turn came, or while no server was there.
    async fn came_too_late(
        &self,
        watched: &Watched,
        reviewer: &Reviewer,
        (asked, pull): (Asked<'_>, &Pull),
    ) -> Result<String> {
        self.goes_to_the_branch(watched, reviewer, pull).await?;
        let (state, words) = ended(pull, &watched.branch, "nothing more is rolled out from it");
        reviewer.tell_unapplied(&pull.at(asked.head), state, &words).await?;
        Ok(format!("it {words}"))
    }

    /// Everything is asked again: what was so when it was written may be so no more.
    async fn applied(
        &self,
        watched: &Watched,
        reviewer: &Reviewer,
        (asked, pull): (Asked<'_>, &Pull),
        cancel: &CancellationToken,
    ) -> Result<String> {
        let comments = reviewer.forge.comments(asked.number).await?;
        let comment = comments.iter().find(|comment| comment.id == asked.comment && !comment.is_edited);
        let command = comment.and_then(|comment| Command::parse(&comment.text)).and_then(Result::ok);
        let Some(command) = command.filter(|command| matches!(command.verb, Verb::Up | Verb::Retry)) else {
            return refused(
                "the comment that asked for the roll-out is no longer there as it was, so nothing is rolled out",
            );
        };
        if pull.head != asked.head {
            return refused(format!("it moved on to {} meanwhile: read that first", short(&pull.head)));
        }
        let plan = self.to_apply(watched, reviewer, pull, &command).await?;
        let who = comment.map(|comment| comment.author.as_str()).unwrap_or_default();
        self.take(watched, pull, who, &plan).await?;
        let mut previewer = reviewer.previewer.clone();
        previewer.context.cancel = cancel.clone();
        let keep_runs = watched.follow.lock().await.wishes.keep_runs;
        let place = Place { previewer, ledger: self.ledger.clone(), keep_runs, owner: Some(owner(asked.number)) };
        let came = self.in_turn(watched, &place, (reviewer, pull), &plan).await?;
        let words = in_words(&came, &plan.names(), short(&plan.head.id));
        Ok(format!("{}: {words}", self.setup().config.named(who)))
    }

    /// One stack after the other, until one is not rolled out. What came of each.
    async fn in_turn(
        &self,
        watched: &Watched,
        place: &Place,
        (reviewer, pull): (&Reviewer, &Pull),
        plan: &Plan,
    ) -> Result<Vec<Came>> {
        let mut came = Vec::new();
        for (stack, seal) in &plan.stacks {
            let name = stack.name();
            place.previewer.mirror.keep_applied(&name, &plan.head.id)?;
            reviewer.tell_applied(pull, &name, State::Pending, "is being rolled out before the merge").await?;
            let applying = self.one_applied(place, pull, (stack, seal), plan);
            let (outcome, id, stood) = self.told_at_work(watched, reviewer, (pull.number, &name), applying).await?;
            if outcome == Outcome::Cancelled && place.previewer.context.cancel.is_cancelled() {
                let message = "stopped before it was done: it goes on by itself".to_owned();
                return Err(Failure { message, ..Failure::cancelled() });
            }
            let ended = self.ended_meanwhile(watched, reviewer, (pull, &name, &id)).await?;
            let one = match ended {
                Some((state, said)) => {
                    reviewer.tell_applied(pull, &name, state, &said).await?;
                    Came { name, outcome: None, said, stood }
                }
                None => {
                    if outcome == Outcome::RolledOut {
                        reviewer.note_applied(pull, &name).await?;
                    }
                    let (state, said) = self.said_of(&outcome, watched, (pull, &name)).await?;
                    if outcome.is_untouched() {
                        reviewer.tell_applied(pull, &name, state, &said).await?;
                    }
                    reviewer.tell_answers(pull.number).await?;
                    reviewer.tell_awaited(pull, &name, state, &said).await?;
                    Came { name, outcome: Some(outcome), said, stood }
                }
            };
            let is_over = !one.is_rolled_out();
            came.push(one);
            if is_over {
                break;
            }
        }
        Ok(came)
    }

    /// Does it, and shows it to those who read the pull request as soon as the engine is at work.
    async fn told_at_work<T>(
        &self,
        watched: &Watched,
        reviewer: &Reviewer,
        (number, name): (u64, &str),
        work: impl Future<Output = T>,
    ) -> T {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = tokio::time::sleep(BETWEEN_LOOKS) => {}
            }
            let runs = self.ledger.newest_runs(&watched.label, name).await.unwrap_or_default();
            if runs.first().is_some_and(|run| run.state == RunState::Running) {
                let (done, told) = tokio::join!(work, reviewer.tell_answers(number));
                self.tell_trouble(told.err());
                return done;
            }
        }
    }

    /// Whether a pull request was merged or closed while a stack was rolled out for it, or its lock was given back: what is said of
    /// the stack then. The branch's own roll-out found it at work, so it is asked for once more.
    async fn ended_meanwhile(
        &self,
        watched: &Watched,
        reviewer: &Reviewer,
        (pull, name, id): (&Pull, &str, &StackId),
    ) -> Result<Option<(State, String)>> {
        let now = reviewer.forge.pull(pull.number).await?;
        if still_has(&now, self.ledger.lock_on(id).await?.as_ref()) {
            return Ok(None);
        }
        self.goes_to_the_branch(watched, reviewer, &now).await?;
        let branch = &watched.branch;
        let of_branch = Branch::fetched(self, watched, reviewer).await?;
        let left = match of_branch.lacking().await?.contains(name) {
            true => format!("{branch} does not have it, so what was rolled out stands"),
            false => {
                if now.merged.is_none() {
                    let (stack, head) = (name.to_owned(), pull.head.clone());
                    let applied = Applied { pull: pull.number, stack, head, goes_back: true };
                    self.ledger.note_applied(&watched.label, &applied).await?;
                }
                format!("what it changed goes back to what {branch} says")
            }
        };
        Ok(Some(ended(&now, branch, &left)))
    }

    /// One stack. One that a try before brought to the head already stands: the last says so.
    async fn one_applied(
        &self,
        place: &Place,
        pull: &Pull,
        (stack, seal): (&Stack, &str),
        plan: &Plan,
    ) -> Result<(Outcome, StackId, bool)> {
        let label = &place.previewer.mirror.source.label;
        let id = self.ledger.stack(label, stack, self.context.now()).await?;
        // Whoever closed or merged it meanwhile gave the stack back; and somebody may have suspended it.
        let lock = self.ledger.lock_on(&id).await?.map(|lock| lock.owner);
        let known = self.ledger.known(&id).await?;
        if lock != place.owner || known.suspended.is_some() {
            return Ok((Outcome::Moved, id, false));
        }
        let stood = known.stands_at(&plan.head.id);
        let mut outcome = Outcome::RolledOut;
        if !stood {
            let seal =
                allowed(&self.ledger, (label, &plan.head.id), &stack.name()).await?.unwrap_or_else(|| seal.to_owned());
            let (branch, commit) = (pull.base.clone(), plan.head.clone());
            let target = Target { stack: stack.clone(), branch, commit, id: id.clone(), known };
            let reason = Reason::Applied { pull: pull.number };
            outcome = place.run(&target, (Action::RollOut, &reason), &plan.config, Bound::Seal(&seal)).await?;
        }
        Ok((outcome, id, stood))
    }

    /// What is said of a stack. Where nothing was done, its state says nothing of that.
    async fn said_of(
        &self,
        outcome: &Outcome,
        watched: &Watched,
        (pull, name): (&Pull, &str),
    ) -> Result<(State, String)> {
        let at = short(&pull.head);
        if outcome.is_untouched() {
            let words = format!("was not touched, for somebody else works there: `/gitinfra up {at}` tries it again");
            return Ok((State::Error, words));
        }
        let up = Up::of(&self.ledger, &watched.label, pull.number).await?;
        Ok(up.said(name).unwrap_or_else(|| (State::Error, format!("is under way at {at}"))))
    }
}
