//! A worker: takes what is queued, one job after the other, keeps its lease while it works, and writes down what came of it.
//! What is to be done is somebody else's (`Work`): this module knows no engine and no forge.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::FutureExt as _;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::context::{Context, Trouble};
use crate::event::Body;
use crate::failure::{Failure, Kind, Result};
use crate::ledger::{Finish, LEASE, Ledger, Limits, Taken};
use crate::process::Process;
use crate::record::{Job, Task};
use crate::text;
use crate::text::short;

/// Three beats fit into a lease, so that one that is lost costs nothing.
const BEAT: Duration = Duration::from_millis(LEASE as u64 / 3);

/// What is left of a lease when a worker that can't renew it stops: an engine needs that long to end in order.
const MARGIN: Duration = Duration::from_millis(LEASE as u64 / 4);

/// How long a worker with nothing to do waits before it looks again.
const IDLE: Duration = Duration::from_secs(1);

/// How often in a row a job is tried. One that lacks something around it is tried until that is there again.
const MOST_ATTEMPTS: i64 = 8;

/// Does what a job asks for.
#[async_trait]
pub trait Work: Send + Sync {
    /// Ends in order when it is cancelled. A failure is tried again later, unless it would be the same again: then it waits
    /// for the next commit, or for `gitinfra retry`.
    async fn work(&self, job: &Job, cancel: &CancellationToken) -> Result<()>;
}

/// One of several that empty the same queue.
pub struct Worker {
    pub context: Context,
    pub ledger: Ledger,
    pub work: Arc<dyn Work>,
    /// What it does; all when there is none.
    pub tasks: Vec<Task>,
    /// Whose jobs it takes, as the ledger calls the repositories; everybody's when there is none.
    pub repositories: Vec<String>,
    /// How many jobs of one kind are under way at once for one repository, whoever works on them.
    pub per_repository: u16,
    /// Cancelled when it is to take no more jobs; the one under way goes on to its end.
    pub until: CancellationToken,
}

impl Worker {
    /// Works until it is cancelled, or to take no more jobs. A ledger that is away for a moment is waited for, and told once.
    pub async fn run(&self) {
        let mut trouble = Trouble::default();
        while !self.until.is_cancelled() && !self.context.cancel.is_cancelled() {
            match self.next().await {
                Ok(true) => {
                    trouble.over();
                    continue;
                }
                Ok(false) => trouble.over(),
                Err(failure) => trouble.tell(&self.context, failure),
            }
            self.context.rest(IDLE).await;
        }
    }

    /// Does one job. False when there is none for it.
    pub async fn next(&self) -> Result<bool> {
        let tasks = if self.tasks.is_empty() { &Task::ALL[..] } else { &self.tasks };
        let (repositories, per_repository) = (&self.repositories[..], self.per_repository.into());
        let limits = Limits { tasks, repositories, per_repository, lease: LEASE };
        let Some(taken) = self.ledger.take(&Process::current(), &limits).await? else {
            return Ok(false);
        };
        self.tell_skipped(&taken.job);
        let heartbeat = Heartbeat::start(&self.ledger, &taken, &self.context.cancel);
        // A job that panics must not take its worker with it: nobody would work on anything any more, and nobody would know.
        let work = AssertUnwindSafe(self.work.work(&taken.job, &heartbeat.cancel)).catch_unwind().await;
        drop(heartbeat);
        self.end(&taken, work.unwrap_or_else(|_| Err(panicked()))).await.map(|()| true)
    }

    async fn end(&self, taken: &Taken, done: Result<()>) -> Result<()> {
        let finish = match done {
            Ok(()) => self.ledger.done(taken).await?,
            // Whoever was stopped is not to blame: the next one begins anew.
            Err(failure) if failure.kind == Kind::Cancelled => self.ledger.let_go(taken).await?,
            Err(failure) => {
                let kind = if failure.is_away { Kind::Setup } else { failure.kind };
                let pause = pause(kind, taken.job.attempts);
                self.ledger.put_back(taken, &failure.with_hints(), pause).await?
            }
        };
        if finish == Finish::Lost {
            let Job { task, subject, repository, .. } = &taken.job;
            let message = format!("the {task} of {subject} in {repository} was taken over by another gitinfra");
            self.context.tell(None, Body::Note { message });
        }
        Ok(())
    }

    fn tell_skipped(&self, job: &Job) {
        let Some(commit) = job.commit.as_deref().filter(|_| !job.skipped.is_empty()) else {
            return;
        };
        let skipped: Vec<&str> = job.skipped.iter().map(|commit| short(commit)).collect();
        let message =
            format!("{} of {} skipped: {} came before their turn", text::list(&skipped, 5), job.subject, short(commit));
        self.context.tell(None, Body::Note { message });
    }
}

/// What the panic itself says is on the standard error, and may hold anything: it is not for the ledger and the page.
fn panicked() -> Failure {
    Failure::bug("it panicked").hint("what gitinfra wrote to its standard error says where")
}

/// How long a job rests after a failure, in milliseconds: half a minute, twice as long each time, half an hour at most.
/// `None` where only another commit or somebody's word helps. What is missing around a job comes back without either.
fn pause(kind: Kind, attempts: i64) -> Option<i64> {
    const FIRST: i64 = 30_000;
    const LONGEST: i64 = 30 * 60_000;
    let may_pass = !matches!(kind, Kind::Bug | Kind::Held);
    let pause = FIRST.saturating_mul(1 << attempts.clamp(0, 12)).min(LONGEST);
    Some(pause).filter(|_| may_pass && (kind == Kind::Setup || attempts + 1 < MOST_ATTEMPTS))
}

/// Renews the lease on a job until it is dropped.
struct Heartbeat {
    /// Cancelled with its parent, by the loss of the lease, and shortly before it ends unrenewed.
    cancel: CancellationToken,
    task: JoinHandle<()>,
}

impl Heartbeat {
    fn start(ledger: &Ledger, taken: &Taken, cancel: &CancellationToken) -> Heartbeat {
        let cancel = cancel.child_token();
        let (ledger, taken, lost) = (ledger.clone(), taken.clone(), cancel.clone());
        let task = tokio::spawn(async move {
            let length = Duration::from_millis(LEASE as u64) - MARGIN;
            let mut until = Instant::now() + length;
            loop {
                tokio::time::sleep(BEAT.min(until.saturating_duration_since(Instant::now()))).await;
                // The lease counts from before the renewal: an answer may be slow.
                let asked = Instant::now();
                match tokio::time::timeout_at(until, ledger.keep(&taken, LEASE)).await {
                    Ok(Ok(true)) => until = asked + length,
                    Ok(Ok(false)) | Err(_) => return lost.cancel(),
                    Ok(Err(_)) if Instant::now() >= until => return lost.cancel(),
                    Ok(Err(_)) => tokio::time::sleep(IDLE).await,
                }
            }
        });
        Heartbeat { cancel, task }
    }
}

impl Drop for Heartbeat {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[cfg(test)]
mod tests;
