//! One stack from a decision to what stands: lease, recovery, run, engine, record.

mod lease;
mod recovery;

use std::fs;
use std::path::PathBuf;

use tokio_util::sync::CancellationToken;

use crate::commands::Context;
use crate::decide::{Known, Reason, short};
use crate::event::Body;
use crate::failure::{Failure, Kind, Result};
use crate::feed::Feed;
use crate::git::{Commit, Mirror};
use crate::ledger::{Claim, Lease, Ledger, NewRun, StackId};
use crate::process;
use crate::pulumi::{Backend, Ending, Happening, Phase, Pulumi};
use crate::record::{Counts, Process, RunState};
use crate::repo::Stack;
use crate::scrub::Scrubber;
use crate::telling::Telling;

const STOPPING: &str = "stopping: the engine was told once, and finishes what is under way";

/// What came of a roll-out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    RolledOut,
    Failed,
    Cancelled,
    /// Another live gitinfra is at it.
    Busy(String),
    /// Somebody rolled it out between the decision and the lease, so the decision is void.
    Moved,
}

/// Everything that roll-outs of one pass share.
pub struct RollOut<'a> {
    pub context: &'a Context,
    pub ledger: &'a Ledger,
    pub mirror: &'a Mirror,
    pub pulumi: &'a Pulumi,
    pub branch: &'a str,
    pub head: &'a Commit,
    pub scrubber: &'a Scrubber,
    /// The environment that the engine sees.
    pub environment: &'a crate::environment::Environment,
}

/// How a run ended, before it is recorded.
struct End {
    state: RunState,
    changes: Counts,
    message: Option<String>,
}

impl RollOut<'_> {
    /// Rolls a stack out under its lease.
    pub async fn run(&self, stack: &Stack, id: &StackId, decided_on: &Known, reason: &Reason) -> Result<Outcome> {
        let lease = match self.ledger.claim(id, &Process::current(), self.context.now()).await? {
            Claim::Ours(lease) => lease,
            Claim::Held { by, .. } => return Ok(Outcome::Busy(lease::held_by(by.as_ref()))),
        };
        let heartbeat = lease::Heartbeat::start(self.ledger, id, &lease, &self.context.cancel, self.context.clock());
        let outcome = self.under_lease(stack, id, &lease, decided_on, reason, &heartbeat.cancel).await;
        drop(heartbeat);
        self.ledger.release(id, &lease).await?;
        outcome
    }

    async fn under_lease(
        &self,
        stack: &Stack,
        id: &StackId,
        lease: &Lease,
        decided_on: &Known,
        reason: &Reason,
        cancel: &CancellationToken,
    ) -> Result<Outcome> {
        if self.ledger.known(id).await?.rolled_out != decided_on.rolled_out {
            return Ok(Outcome::Moved);
        }
        let backend = Backend::of(stack, self.environment)?;
        let left = self.close_cut_off_runs(stack, id, cancel).await?;
        if cancel.is_cancelled() {
            return Ok(Outcome::Cancelled);
        }
        let host = process::host();
        let (commit, subject, reason) = (&self.head.id, &self.head.subject, reason.words());
        let new = NewRun { branch: self.branch, commit, subject, reason: &reason, host: &host };
        let run = self.ledger.begin(id, lease, &new, self.context.now()).await?;
        let scrubber = self.scrubber.clone();
        let mut telling = Telling::begin(&self.context.ui, self.context.clock(), self.ledger, &run, &stack.name(), scrubber);
        let resources = self.ledger.resources(id).await?;
        telling.tell(Body::RunStarted { commit: self.head.id.clone(), reason, resources });
        let started = self.context.now();
        let job = Job { stack, run: &run, backend: &backend, left: left.as_ref(), cancel };
        let end = match self.engine(&job, &mut telling).await {
            Ok(end) => end,
            Err(failure) => End::of(failure),
        };
        self.record(stack, id, lease, &run, end, telling, started).await
    }

    /// Writes the run's end down, then what stands. In this order a kill in between rolls out once more, which changes nothing.
    async fn record(
        &self,
        stack: &Stack,
        id: &StackId,
        lease: &Lease,
        run: &str,
        mut end: End,
        telling: Telling<'_>,
        started: i64,
    ) -> Result<Outcome> {
        let now = self.context.now();
        end.message = end.message.map(|message| telling.scrubber.scrub(&message));
        let seconds = std::time::Duration::from_millis(u64::try_from(now - started).unwrap_or_default()).as_secs_f64();
        let (state, commit) = (end.state, self.head.id.clone());
        telling.tell(Body::RunFinished { state, commit, changes: end.changes.clone(), seconds, message: end.message.clone() });
        telling.end().await?;
        if state == RunState::Succeeded && !self.ledger.stands(id, lease, &self.head.id, now).await? {
            let lost = "the lease was lost to another gitinfra, which decides what stands";
            self.ledger.end(run, RunState::Failed, &end.changes, Some(lost), now).await?;
            return Err(Failure::busy(format!("{}: {lost}", stack.name())));
        }
        self.ledger.end(run, state, &end.changes, end.message.as_deref(), now).await?;
        Ok(match state {
            RunState::Succeeded => Outcome::RolledOut,
            RunState::Cancelled => Outcome::Cancelled,
            _ => Outcome::Failed,
        })
    }
}

/// One run's particulars.
struct Job<'a> {
    stack: &'a Stack,
    run: &'a str,
    backend: &'a Backend,
    /// The engine of the run before, if that was cut off.
    left: Option<&'a Process>,
    cancel: &'a CancellationToken,
}

impl RollOut<'_> {
    /// Makes the worktree, clears the way, and runs the engine to its end.
    async fn engine(&self, job: &Job<'_>, telling: &mut Telling<'_>) -> Result<End> {
        if let Some(link) = self.mirror.escaping_link(&self.head.id)? {
            return Err(Failure::input(format!("a symbolic link leads out of the repository: {link}")));
        }
        let worktree = self.mirror.worktree(&self.head.id, &self.context.state_dir.join("work").join(job.run)).await?;
        let folder = worktree.folder.join(&job.stack.folder);
        self.pulumi.install(&folder, &job.stack.runtime).await?;
        if job.stack.has_secrets {
            self.pulumi.learn_secrets(&folder, &job.stack.stack, &mut telling.scrubber).await?;
        }
        self.clear_left_locks(job, &folder, telling).await?;
        let mut feed = Feed::default();
        let mut ending = self.up(job, &folder, telling, &mut feed).await?;
        if ending.no_such_stack && !job.cancel.is_cancelled() {
            self.pulumi.create_stack(&folder, &job.stack.stack).await?;
            telling.tell(Body::Note { message: format!("made the stack `{}` in {}", job.stack.stack, job.backend.0) });
            feed = Feed::default();
            ending = self.up(job, &folder, telling, &mut feed).await?;
        }
        if ending.success {
            self.settle_pending_creates(job, &folder, telling).await?;
        }
        Ok(End::after(&ending, &feed))
    }

    async fn up(&self, job: &Job<'_>, folder: &std::path::Path, telling: &Telling<'_>, feed: &mut Feed) -> Result<Ending> {
        if job.cancel.is_cancelled() {
            return Err(Failure::cancelled());
        }
        let message = format!("gitinfra {}: {} {}", job.run, short(&self.head.id), self.head.subject);
        let output = self.output_file(job.run)?;
        let engine = self.pulumi.start(Phase::Up, folder, &job.stack.stack, &message, &output).await?;
        self.ledger.engine(job.run, &engine.process).await?;
        let ending = engine
            .follow(job.cancel, async |happening| match happening {
                Happening::Event(event) => feed.take(*event, self.context.now()).into_iter().for_each(|body| telling.tell(body)),
                Happening::Interrupted => telling.tell(Body::Note { message: STOPPING.to_owned() }),
            })
            .await;
        let _ = fs::remove_file(output);
        ending
    }

    fn output_file(&self, run: &str) -> Result<PathBuf> {
        let folder = self.context.state_dir.join("output");
        fs::create_dir_all(&folder).map_err(|error| Failure::setup(format!("making {}: {error}", folder.display())))?;
        Ok(folder.join(format!("{run}.txt")))
    }
}

impl End {
    fn of(failure: Failure) -> End {
        let state = if failure.kind == Kind::Cancelled { RunState::Cancelled } else { RunState::Failed };
        let hints = failure.hints.iter().map(|hint| format!("\nhint: {hint}"));
        End { state, changes: Counts::new(), message: Some(failure.message.clone() + &hints.collect::<String>()) }
    }

    fn after(ending: &Ending, feed: &Feed) -> End {
        let changes = feed.summary.as_ref().map(|summary| summary.resource_changes.clone()).unwrap_or_default();
        if ending.success {
            return End { state: RunState::Succeeded, changes, message: None };
        }
        if ending.cancelled {
            let message = "stopped; what was under way was finished first".to_owned();
            return End { state: RunState::Cancelled, changes, message: Some(message) };
        }
        let message = feed.first_error().map(str::to_owned).unwrap_or_else(|| ending.output.clone());
        End { state: RunState::Failed, changes, message: Some(message) }
    }
}
