//! A run whose gitinfra was killed: its engine may still be at work, and its record is still open.

use std::time::Duration;

use rustix::process::Signal;
use tokio_util::sync::CancellationToken;

use super::{Claimed, RollOut};
use crate::decide::short;
use crate::engine::operation::Counts;
use crate::engine::orphans;
use crate::failure::{Failure, Result};
use crate::process::{Liveness, Process};
use crate::record::RunState;

/// An engine without its gitinfra finishes what it does; after this long it is asked to stop.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

const GLANCE: Duration = Duration::from_millis(250);

impl RollOut<'_> {
    /// Ends the runs whose gitinfra died, and waits for an engine that is still at work.
    pub(super) async fn close_cut_off_runs(&self, claimed: &Claimed<'_>) -> Result<()> {
        for run in self.ledger.open_runs(claimed.id).await? {
            let note = |message: String| self.context.note(&claimed.stack.name(), message);
            note(format!("run {} at {} was cut off: its gitinfra was killed", run.name, short(&run.commit)));
            // Killed before it could write down which one is its engine, it left one that bears the run's name all the same.
            let found = orphans::cli(&run.name);
            if let Some(engine) = &found {
                self.ledger.engine(&run.name, engine).await?;
            }
            let engine = found.or(run.engine);
            match engine.as_ref().map(|engine| (engine, engine.liveness())) {
                Some((engine, Liveness::Alive)) => {
                    note(format!("its engine (pid {}) is still at work; waiting for it", engine.pid));
                    wait_for(engine, claimed.cancel).await?;
                    orphans::end(&run.name).await;
                }
                Some((engine, Liveness::Elsewhere)) => note(format!(
                    "it ran on {} or in a container there, which can't be looked at from here; the backend's own lock tells whether it still works",
                    engine.host
                )),
                Some((_, Liveness::Dead)) | None => orphans::end(&run.name).await,
            }
            self.sweep(&run.name);
            let message = "its gitinfra was killed before it ended";
            self.ledger
                .end(&run.name, RunState::Interrupted, &Counts::new(), Some(message), self.context.now())
                .await?;
        }
        Ok(())
    }

    /// Removes what a run leaves in the state directory.
    pub(super) fn sweep(&self, run: &str) {
        let state = &self.context.state_dir;
        let _ = std::fs::remove_dir_all(state.join("work").join(run));
        let _ = std::fs::remove_dir_all(state.join("output").join(run));
    }
}

async fn wait_for(engine: &Process, cancel: &CancellationToken) -> Result<()> {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    let mut asked = false;
    while engine.liveness() == Liveness::Alive {
        if !asked && tokio::time::Instant::now() > deadline {
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
