//! A run whose gitinfra was killed: its engine may still be at work, and its record is still open.

use std::time::Duration;

use rustix::process::Signal;
use tokio_util::sync::CancellationToken;

use super::lease::Heartbeat;
use super::locks::locks_in;
use super::{Claimed, RollOut};
use crate::engine::operation::Counts;
use crate::engine::orphans;
use crate::engine::{Backend, LeftLock};
use crate::failure::{Failure, Result};
use crate::ledger::{Claim, OpenRun, StackId};
use crate::process::{Liveness, Process};
use crate::record::RunState;
use crate::repo::Stack;
use crate::text::short;

/// An engine without its gitinfra finishes what it does; after this long it is asked to stop.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

const GLANCE: Duration = Duration::from_millis(250);

impl RollOut<'_> {
    /// Ends the runs whose gitinfra died, and waits for an engine that is still at work.
    pub(super) async fn close_cut_off_runs(&self, claimed: &Claimed<'_>) -> Result<()> {
        for run in self.ledger.open_runs(claimed.id).await? {
            let note = |message: String| self.context.note(&claimed.stack.name(), message);
            note(format!("run {} at {} was cut off: its gitinfra ended without a word", run.name, short(&run.commit)));
            // Killed before it could write down which one is its engine, it left one that bears the run's name all the same.
            let found = orphans::cli(&run.name);
            if let Some(engine) = &found {
                self.ledger.engine(&run.name, engine).await?;
            }
            let engine = found.or_else(|| run.engine.clone());
            match engine.as_ref().map(|engine| (engine, engine.liveness())) {
                Some((engine, Liveness::Alive)) => {
                    note(format!("its engine (pid {}) is still at work; waiting for it", engine.pid));
                    self.wait_for(engine, &run, claimed.cancel).await?;
                    orphans::end(&run.name).await;
                }
                Some((engine, Liveness::Elsewhere)) => note(format!(
                    "it ran on {} or in a container there, which can't be looked at from here; the backend's own lock tells whether it still works",
                    engine.host
                )),
                Some((_, Liveness::Dead)) | None => orphans::end(&run.name).await,
            }
            self.sweep(&run.name);
            let (state, message) = match &run.cancel_by {
                Some(who) => {
                    (RunState::Cancelled, format!("{who} cancelled it, and its gitinfra had ended without a word"))
                }
                None => (RunState::Interrupted, "its gitinfra ended without a word".to_owned()),
            };
            self.ledger.end(&run.name, state, &Counts::new(), Some(&message), self.context.now()).await?;
        }
        Ok(())
    }

    /// Waits for an engine without its gitinfra, and asks it to stop if somebody wants that or it takes too long: once, whoever
    /// asks. Asked a second time it would drop what is under way.
    async fn wait_for(&self, engine: &Process, run: &OpenRun, cancel: &CancellationToken) -> Result<()> {
        let patience = if run.cancel_by.is_some() { Duration::ZERO } else { PATIENCE };
        let deadline = tokio::time::Instant::now() + patience;
        let mut asked = run.is_asked;
        while engine.liveness() == Liveness::Alive {
            if !asked && tokio::time::Instant::now() > deadline {
                self.ledger.engine_asked(&run.name, self.context.now()).await?;
                engine.signal(Signal::INT);
                asked = true;
            }
            tokio::select! {
                () = cancel.cancelled() => return Err(Failure::cancelled()),
                () = tokio::time::sleep(GLANCE) => {}
            }
        }
        Ok(())
    }

    /// Puts in order what a dead gitinfra left of a stack: its engine is told to stop, its runs end, its lock goes. Creates
    /// whose end nobody saw are found by the next roll-out. A lock whose maker may still live stays, and is given back.
    pub async fn repair(&self, stack: &Stack, id: &StackId) -> Result<Option<LeftLock>> {
        let surroundings = &self.surroundings(stack)?;
        let Claim::Ours(lease) = self.ledger.claim(id, &Process::current()).await? else {
            return Ok(None);
        };
        let heartbeat = Heartbeat::start(self.ledger, id, &lease, &self.context.cancel);
        let done =
            self.repaired(&Claimed { stack, id, lease: &lease, cancel: &self.context.cancel, surroundings }).await;
        drop(heartbeat);
        self.ledger.release(id, &lease).await?;
        done
    }

    async fn repaired(&self, claimed: &Claimed<'_>) -> Result<Option<LeftLock>> {
        self.close_cut_off_runs(claimed).await?;
        let (stack, name) = (claimed.stack, claimed.stack.name());
        let environment = &claimed.surroundings.environment;
        let backend = Backend::of(stack, environment)?;
        for message in backend.mend(environment) {
            self.context.note(&name, message);
        }
        let found = locks_in(&backend, stack, environment);
        let held = self.held(claimed.id, &found).await?.cloned();
        if found.is_empty() || held.is_some() {
            return Ok(held);
        }
        let worktree = self.mirror.worktree(&self.head.id, stack, |_| ()).await?;
        self.pulumi
            .seeing(environment)
            .holding(&worktree.lock)
            .cancel(&worktree.folder.join(&stack.folder), &stack.stack)
            .await?;
        self.context.note(&name, "removed the lock that its engine left");
        Ok(None)
    }

    /// Removes what a run leaves in the state directory.
    pub(super) fn sweep(&self, run: &str) {
        let state = &self.context.state_dir;
        let _ = std::fs::remove_dir_all(state.join("work").join(run));
        let _ = std::fs::remove_dir_all(state.join("output").join(run));
    }
}
