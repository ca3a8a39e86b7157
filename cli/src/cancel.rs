//! Stops a run: its gitinfra tells the engine once. Where that gitinfra is dead, what it left is put in order.

use std::time::Duration;

use crate::config::Config;
use crate::context::Context;
use crate::engine::Pulumi;
use crate::environment::Environment;
use crate::failure::{Failure, Result};
use crate::git::Mirror;
use crate::ledger::{Ledger, StackId};
use crate::record::{Action, Run, RunState};
use crate::repo;
use crate::rollout::RollOut;
use crate::scrub::Scrubber;

const GLANCE: Duration = Duration::from_millis(250);

/// Stops runs of one repository.
pub struct Cancel {
    pub context: Context,
    pub mirror: Mirror,
    pub ledger: Ledger,
    /// The environment that the engine sees.
    pub environment: Environment,
    /// How long a run may take to stop.
    pub patience: Duration,
}

impl Cancel {
    /// Asks a run to stop and waits for its end, which it tells.
    pub async fn run(&self, run: &Run, who: &str) -> Result<RunState> {
        if !self.ledger.ask_to_stop(&run.name, who).await? {
            return Ok(self.ledger.run(&run.name).await?.state);
        }
        let id = self.ledger.find(&run.repository, &run.stack).await?;
        let id = id.ok_or_else(|| Failure::input(format!("`{}` was forgotten meanwhile", run.stack)))?;
        self.context.note(&run.stack, format!("run {} was asked to stop; waiting for its end", run.name));
        let deadline = tokio::time::Instant::now() + self.patience;
        loop {
            let state = self.ledger.run(&run.name).await?.state;
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
            if !self.ledger.is_held(&id, self.context.now()).await? {
                self.repair(run, &id).await?;
            }
            tokio::select! {
                () = self.context.cancel.cancelled() => return Err(Failure::cancelled()),
                () = tokio::time::sleep(GLANCE) => {}
            }
        }
    }

    /// Nobody is there to tell the engine, or to write down that it ended.
    async fn repair(&self, run: &Run, id: &StackId) -> Result<()> {
        let head = match self.mirror.commit(&run.commit) {
            Ok(head) => head,
            Err(_) => self.mirror.fetch_ref(&run.commit).await?,
        };
        let found = repo::stacks(&self.mirror.listing(&head.id)?).select(std::slice::from_ref(&run.stack))?;
        let stack = found.stacks.first().ok_or_else(|| Failure::bug("a stack was selected and is not there"))?;
        let roll_out = RollOut {
            context: &self.context,
            ledger: &self.ledger,
            mirror: &self.mirror,
            pulumi: &Pulumi::find(&self.environment).await?,
            branch: &run.branch,
            head: &head,
            action: Action::RollOut,
            scrubber: &Scrubber::from_environment(&self.context.environment),
            config: &Config::default(),
            keep_runs: 0,
            alone: tokio::sync::Mutex::default(),
            environment: &self.environment,
        };
        roll_out.repair(stack, id).await
    }
}
