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

/// A stack under its lease.
struct Claimed<'a> {
    stack: &'a Stack,
    id: &'a StackId,
    lease: &'a Lease,
    cancel: &'a CancellationToken,
}

/// One run's particulars.
struct Job<'a> {
    claimed: &'a Claimed<'a>,
    run: &'a str,
    backend: &'a Backend,
    /// The engine of the run before, if that was cut off.
    left: Option<&'a Process>,
}

/// How a run ended, before it is recorded.
struct End {
    state: RunState,
    changes: Counts,
    message: Option<String>,
}

impl RollOut<'_> {
    /// Rolls a stack out under its lease.
    pub async fn run(
        &self,
        stack: &Stack,
        id: &StackId,
        known: &Known,
        reason: &Reason,
    ) -> Result<Outcome> {
        let lease = match self
            .ledger
            .claim(id, &Process::current(), self.context.now())
            .await?
        {
            Claim::Ours(lease) => lease,
            Claim::Held { by, .. } => return Ok(Outcome::Busy(lease::held_by(by.as_ref()))),
        };
        let heartbeat = lease::Heartbeat::start(
            self.ledger,
            id,
            &lease,
            &self.context.cancel,
            self.context.clock(),
        );
        let claimed = Claimed {
            stack,
            id,
            lease: &lease,
            cancel: &heartbeat.cancel,
        };
        let outcome = self.under_lease(&claimed, known, reason).await;
        drop(heartbeat);
        self.ledger.release(id, &lease).await?;
        outcome
    }

    async fn under_lease(
        &self,
        claimed: &Claimed<'_>,
        known: &Known,
        reason: &Reason,
    ) -> Result<Outcome> {
        if self.ledger.known(claimed.id).await?.rolled_out != known.rolled_out {
            return Ok(Outcome::Moved);
        }
        let backend = Backend::of(claimed.stack, self.environment)?;
        backend.check(self.environment)?;
        let left = self.close_cut_off_runs(claimed).await?;
        if claimed.cancel.is_cancelled() {
            return Ok(Outcome::Cancelled);
        }
        let (run, mut telling) = self.begin(claimed, reason.words()).await?;
        let started = self.context.now();
        let job = Job {
            claimed,
            run: &run,
            backend: &backend,
            left: left.as_ref(),
        };
        let end = match self.engine(&job, &mut telling).await {
            Ok(end) => end,
            Err(failure) => End::of(failure),
        };
        self.end(&job, end, telling, started).await
    }

    /// Records the run before anything of it happens.
    async fn begin(&self, claimed: &Claimed<'_>, reason: String) -> Result<(String, Telling<'_>)> {
        let (commit, subject, host) = (&self.head.id, &self.head.subject, process::host());
        let new = NewRun {
            branch: self.branch,
            commit,
            subject,
            reason: &reason,
            host: &host,
        };
        let run = self
            .ledger
            .begin(claimed.id, claimed.lease, &new, self.context.now())
            .await?;
        let (ui, clock, scrubber) = (
            &self.context.ui,
            self.context.clock(),
            self.scrubber.clone(),
        );
        let telling = Telling::begin(
            ui,
            clock,
            self.ledger,
            &run,
            &claimed.stack.name(),
            scrubber,
        );
        let resources = self.ledger.resources(claimed.id).await?;
        telling.tell(Body::RunStarted {
            commit: commit.clone(),
            reason,
            resources,
        });
        Ok((run, telling))
    }

    /// Writes down what stands, then the run's end. A kill in between rolls out once more, which changes nothing.
    async fn end(
        &self,
        job: &Job<'_>,
        mut end: End,
        telling: Telling<'_>,
        started: i64,
    ) -> Result<Outcome> {
        let Claimed {
            stack, id, lease, ..
        } = job.claimed;
        let now = self.context.now();
        end.message = end.message.map(|message| telling.scrubber.scrub(&message));
        if end.state == RunState::Succeeded
            && !self.ledger.stands(id, lease, &self.head.id, now).await?
        {
            end.state = RunState::Failed;
            end.message = Some(
                "the lease was lost to another gitinfra, which decides what stands".to_owned(),
            );
        }
        let End {
            state,
            changes,
            message,
        } = end;
        self.ledger
            .end(job.run, state, &changes, message.as_deref(), now)
            .await?;
        let seconds = crate::text::as_seconds(now - started);
        telling.tell(Body::RunFinished {
            state,
            commit: self.head.id.clone(),
            changes,
            seconds,
            message,
        });
        telling.end().await.map_err(|failure| Failure {
            message: format!("{}: {failure}", stack.name()),
            ..failure
        })?;
        Ok(match state {
            RunState::Succeeded => Outcome::RolledOut,
            RunState::Cancelled => Outcome::Cancelled,
            _ => Outcome::Failed,
        })
    }
}

impl RollOut<'_> {
    /// Makes the worktree, clears the way, and runs the engine to its end.
    async fn engine(&self, job: &Job<'_>, telling: &mut Telling<'_>) -> Result<End> {
        if let Some(link) = self.mirror.escaping_link(&self.head.id)? {
            return Err(Failure::input(format!(
                "a symbolic link leads out of the repository: {link}"
            )));
        }
        let worktree = self
            .mirror
            .worktree(
                &self.head.id,
                &self.context.state_dir.join("work").join(job.run),
            )
            .await?;
        let folder = worktree.folder.join(&job.claimed.stack.folder);
        self.pulumi
            .install(&folder, &job.claimed.stack.runtime)
            .await?;
        if job.claimed.stack.has_secrets {
            self.pulumi
                .learn_secrets(&folder, &job.claimed.stack.stack, &mut telling.scrubber)
                .await?;
        }
        self.clear_left_locks(job, &folder, telling).await?;
        let mut feed = Feed::default();
        let mut ending = self.up(job, &folder, telling, &mut feed).await?;
        if ending.no_such_stack && !job.claimed.cancel.is_cancelled() {
            self.pulumi
                .create_stack(&folder, &job.claimed.stack.stack)
                .await?;
            telling.tell(Body::Note {
                message: format!(
                    "made the stack `{}` in {}",
                    job.claimed.stack.stack, job.backend.0
                ),
            });
            feed = Feed::default();
            ending = self.up(job, &folder, telling, &mut feed).await?;
        }
        if ending.success {
            self.settle_pending_creates(job, &folder, telling).await?;
        }
        Ok(End::after(&ending, &feed))
    }

    async fn up(
        &self,
        job: &Job<'_>,
        folder: &std::path::Path,
        telling: &Telling<'_>,
        feed: &mut Feed,
    ) -> Result<Ending> {
        if job.claimed.cancel.is_cancelled() {
            return Err(Failure::cancelled());
        }
        let message = format!(
            "gitinfra {}: {} {}",
            job.run,
            short(&self.head.id),
            self.head.subject
        );
        let output = self.output_file(job.run)?;
        let engine = self
            .pulumi
            .start(
                Phase::Up,
                folder,
                &job.claimed.stack.stack,
                &message,
                &output,
            )
            .await?;
        self.ledger.engine(job.run, &engine.process).await?;
        let ending = engine
            .follow(job.claimed.cancel, async |happening| match happening {
                Happening::Event(event) => feed
                    .take(*event, self.context.now())
                    .into_iter()
                    .for_each(|body| telling.tell(body)),
                Happening::Interrupted => telling.tell(Body::Note {
                    message: STOPPING.to_owned(),
                }),
            })
            .await;
        let _ = fs::remove_file(output);
        ending
    }

    fn output_file(&self, run: &str) -> Result<PathBuf> {
        let folder = self.context.state_dir.join("output");
        fs::create_dir_all(&folder)
            .map_err(|error| Failure::setup(format!("making {}: {error}", folder.display())))?;
        Ok(folder.join(format!("{run}.txt")))
    }
}

impl End {
    fn of(failure: Failure) -> End {
        let state = if failure.kind == Kind::Cancelled {
            RunState::Cancelled
        } else {
            RunState::Failed
        };
        End {
            state,
            changes: Counts::new(),
            message: Some(failure.with_hints()),
        }
    }

    fn after(ending: &Ending, feed: &Feed) -> End {
        let changes = feed
            .summary
            .as_ref()
            .map(|summary| summary.resource_changes.clone())
            .unwrap_or_default();
        if ending.success {
            return End {
                state: RunState::Succeeded,
                changes,
                message: None,
            };
        }
        if ending.cancelled {
            let message = "stopped; what was under way was finished first".to_owned();
            return End {
                state: RunState::Cancelled,
                changes,
                message: Some(message),
            };
        }
        let message = feed.failure().unwrap_or_else(|| ending.complaint.clone());
        End {
            state: RunState::Failed,
            changes,
            message: Some(message),
        }
    }
}
