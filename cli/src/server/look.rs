//! Looks at forges and branches: what was delivered is only a hint, and what was not delivered is found all the same.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::apply::owner;
use super::commands::{OLDEST, is_older};
use super::trouble::Side;
use super::{Server, Watched};
use crate::context::Trouble;
use crate::failure::{Kind, Result};
use crate::forge::Pull;
use crate::forge::command::Command;
use crate::record::{Job, JobState, PullRecord, Task};
use crate::review::{Looks, Reviewer};

/// How often what nobody needs any more is looked for.
const BETWEEN_SWEEPS: i64 = 60 * 60_000;
/// Where the comments of so many can't be read, something is wrong with the forge, and no more are tried.
const MOST_FAILURES: usize = 3;
/// So many of those that were previewed last may have ended while nobody was here.
const MOST_ENDED: u32 = 200;
/// Commands on what was merged are looked for so long after something last happened to it.
const LATELY: i64 = 24 * 60 * 60_000;

impl Server {
    /// Looks until it is to end, at once for the first time: so what happened while nobody was here is made up for. The same
    /// failure is told once.
    pub(super) async fn look(self: Arc<Self>, watched: Arc<Watched>, end: &CancellationToken) {
        let (mut looks, mut trouble, mut swept, mut is_first) = (Looks::default(), Trouble::default(), 0, true);
        let since = self.ledger.watched_since(&watched.label, self.context.now()).await;
        self.tell_trouble(since.err());
        while !end.is_cancelled() {
            if self.context.now() >= swept + BETWEEN_SWEEPS {
                swept = self.context.now();
                self.tell_trouble(self.ledger.forget_words(swept).await.err());
            }
            match self.ask_again(&watched).await {
                Ok(()) => trouble.over(),
                Err(failure) => trouble.tell(&self.context, failure),
            }
            if let Some(reviewer) = &watched.reviewer {
                let looked = self.look_at_pulls(&watched, reviewer, &mut looks).await;
                if looked.is_ok() && std::mem::take(&mut is_first) {
                    self.tell_trouble(self.look_at_ended(&watched).await.err());
                }
                self.note(&watched, Side::Forge, looked.err().as_ref());
            }
            let _ = tokio::time::timeout(watched.interval, end.cancelled()).await;
        }
    }

    async fn ask_again(&self, watched: &Watched) -> Result<()> {
        self.ask(watched, Task::RollOut, &watched.branch, false).await?;
        self.ledger.forget_deliveries(self.context.now()).await
    }

    async fn look_at_pulls(&self, watched: &Watched, reviewer: &Reviewer, looks: &mut Looks) -> Result<()> {
        let open = reviewer.forge.open_pulls().await?;
        for (pull, sides) in reviewer.due(looks, open.clone()).await? {
            self.ask(watched, Task::Review, &owner(pull.number), false).await?;
            looks.note(pull.number, sides);
        }
        self.withdraw_closed(watched, &open).await?;
        self.look_at_applied(watched, &open).await?;
        self.look_at_left(watched, reviewer).await?;
        let is_left = |number: &u64| !open.iter().any(|pull| pull.number == *number);
        for number in watched.faces.numbers().into_iter().filter(is_left) {
            self.ask(watched, Task::Review, &owner(number), false).await?;
        }
        watched.faces.keep(&open);
        self.look_at_faces(watched).await;
        self.look_at_comments(watched, reviewer, looks, open).await
    }

    /// Those that ended while nobody was here are told so. The open ones are known by now.
    async fn look_at_ended(&self, watched: &Watched) -> Result<()> {
        let open = watched.faces.numbers();
        let is_untold =
            |pull: &PullRecord| pull.end.is_none() && !pull.stacks.is_empty() && !open.contains(&pull.number);
        for (pull, _) in self.ledger.pulls(MOST_ENDED).await? {
            if pull.repository == watched.label && is_untold(&pull) {
                self.ask(watched, Task::Review, &owner(pull.number), false).await?;
            }
        }
        Ok(())
    }

    /// Reviews that failed for good stay in the queue no longer than their pull requests are open.
    async fn withdraw_closed(&self, watched: &Watched, open: &[Pull]) -> Result<()> {
        for job in self.ledger.jobs().await?.iter().filter(|job| is_left(job, &watched.label, open)) {
            self.ledger.withdraw(&job.repository, job.task, &job.subject).await?;
        }
        Ok(())
    }

    /// Commands that were not delivered, also on what was merged a while ago. What is wrong with one pull request, such as more
    /// comments than anybody reads, hides none of the others'.
    async fn look_at_comments(
        &self,
        watched: &Watched,
        reviewer: &Reviewer,
        looks: &mut Looks,
        mut pulls: Vec<Pull>,
    ) -> Result<()> {
        let now = self.context.now();
        let since = self.ledger.watched_since(&watched.label, now).await?.max(now - OLDEST);
        let merged = lately(reviewer.forge.merged_pulls().await?, &pulls, now);
        self.look_at_ends(watched, reviewer, &merged).await?;
        pulls.extend(merged);
        looks.keep_read(&pulls);
        let mut failures = Vec::new();
        for pull in pulls.iter().filter(|pull| !looks.has_read(pull)).cloned().collect::<Vec<_>>() {
            match self.look_at_comments_of(watched, reviewer, &pull, since).await {
                Ok(()) => looks.note_read(&pull, now),
                Err(failure) if failure.kind == Kind::Cancelled => return Err(failure),
                Err(failure) => failures.push(failure),
            }
            if failures.len() >= MOST_FAILURES {
                break;
            }
        }
        failures.into_iter().next().map_or(Ok(()), Err)
    }

    async fn look_at_comments_of(&self, watched: &Watched, reviewer: &Reviewer, pull: &Pull, since: i64) -> Result<()> {
        for comment in reviewer.forge.comments(pull.number).await? {
            let is_command = !comment.is_ours && !is_older(&comment, since) && Command::parse(&comment.text).is_some();
            if is_command && !self.ledger.is_answered(&watched.label, &comment.id).await? {
                let subject = format!("pr/{} {}", pull.number, comment.id);
                self.ask(watched, Task::Command, &subject, false).await?;
            }
        }
        Ok(())
    }
}

/// Whether a job failed for good at a review of what is not open any more.
fn is_left(job: &Job, label: &str, open: &[Pull]) -> bool {
    let is_open = || open.iter().any(|pull| job.subject == format!("pr/{}", pull.number));
    job.repository == label && job.task == Task::Review && job.state == JobState::Failed && !is_open()
}

/// Those of the merged ones that are worth a look.
fn lately(merged: Vec<Pull>, open: &[Pull], now: i64) -> Vec<Pull> {
    let is_new = |pull: &Pull| pull.updated + LATELY > now && !open.iter().any(|open| open.number == pull.number);
    merged.into_iter().filter(is_new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pull(number: u64, updated: i64) -> Pull {
        Pull { updated, ..Pull::sample(number) }
    }

    #[test]
    fn commands_are_looked_for_on_what_was_merged_lately() {
        let (now, open) = (10 * LATELY, [pull(1, 0)]);
        let merged = vec![pull(1, now), pull(2, now - LATELY + 1), pull(3, now - LATELY), pull(4, 0)];
        let found: Vec<u64> = lately(merged, &open, now).iter().map(|pull| pull.number).collect();
        assert_eq!(found, [2], "one that is open is looked at already");
    }

    #[test]
    fn what_failed_goes_with_its_pull_request() {
        let job = |repository: &str, task, subject: &str, state| {
            let repository = repository.to_owned();
            Job { repository, task, state, ..Job::sample(subject) }
        };
        let cases = [
            (job("ours", Task::Review, "pr/2", JobState::Failed), true),
            (job("ours", Task::Review, "pr/1", JobState::Failed), false),
            (job("ours", Task::Review, "pr/2", JobState::Retrying), false),
            (job("ours", Task::RollOut, "main", JobState::Failed), false),
            (job("theirs", Task::Review, "pr/2", JobState::Failed), false),
        ];
        for (job, expected) in cases {
            assert_eq!(is_left(&job, "ours", &[pull(1, 0)]), expected, "{job:?}");
        }
    }
}
