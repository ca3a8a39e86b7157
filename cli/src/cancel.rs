//! Stops a run: its gitinfra tells the engine once. Where that gitinfra is dead, what it left is put in order.

use std::time::Duration;

use crate::context::Context;
use crate::engine::{LeftLock, WHEN_LOCKED};
use crate::failure::{Failure, Result};
use crate::ledger::Ledger;
use crate::record::{Run, RunState};
use crate::target::{Place, Target};

const GLANCE: Duration = Duration::from_millis(250);

/// Stops runs of one repository.
pub struct Cancel<'a> {
    pub context: &'a Context,
    pub ledger: &'a Ledger,
    /// Where what a dead gitinfra left is put in order; a server does that by itself.
    pub place: Option<&'a Place>,
    /// How long a run may take to stop.
    pub patience: Duration,
}

/// The run is over in the ledger, and nobody can tell from here whether its engine is.
fn still_locked(run: &Run, lock: &LeftLock) -> Failure {
    let message = format!("run {} is over, but the engine's lock on {} stands: {}", run.name, run.stack, lock.owner());
    Failure::busy(message).hint("nobody can tell from here whether that engine still works").hint(WHEN_LOCKED)
}

impl Cancel<'_> {
    /// Asks a run to stop and waits for its end, which it tells.
    pub async fn run(&self, run: &Run, who: &str) -> Result<RunState> {
        let (context, ledger) = (self.context, self.ledger);
        if !ledger.ask_to_stop(&run.name, who).await? {
            return Ok(ledger.run(&run.name).await?.state);
        }
        let id = ledger.find(&run.repository, &run.stack).await?;
        let id = id.ok_or_else(|| Failure::input(format!("`{}` was forgotten meanwhile", run.stack)))?;
        context.note(&run.stack, format!("run {} was asked to stop; waiting for its end", run.name));
        let deadline = tokio::time::Instant::now() + self.patience;
        loop {
            let state = ledger.run(&run.name).await?.state;
            if state != RunState::Running {
                return Ok(state);
            }
            if tokio::time::Instant::now() > deadline {
                let message = format!("run {} has not stopped after {} s", run.name, self.patience.as_secs());
                return Err(Failure::busy(message).hint(format!(
                    "`gitinfra logs -f run/{}` shows what it does; it stops as soon as that is done",
                    run.name
                )));
            }
            if let Some(place) = self.place
                && !ledger.is_held(&id).await?
            {
                // Nobody is there to tell the engine, or to write down that it ended.
                let target = Target::of_run(&place.previewer.mirror, ledger, run).await?;
                if let Some(lock) = place.repair(&target).await? {
                    return Err(still_locked(run, &lock));
                }
            }
            tokio::select! {
                () = context.cancel.cancelled() => return Err(Failure::cancelled()),
                () = tokio::time::sleep(GLANCE) => {}
            }
        }
    }
}
