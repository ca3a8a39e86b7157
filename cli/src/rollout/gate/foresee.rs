//! What the engine says that a roll-out would do.

use std::time::Duration;

use super::Gate;
use crate::engine::{Foresee, Foreseen, Glimpse, Phase, Pulumi};
use crate::failure::{Failure, Result};
use crate::process::kill_group;
use crate::record::Action;
use crate::rollout::STOPPING;

/// How long a preview that was told to stop may take for it.
const PATIENCE: Duration = Duration::from_secs(30);

impl Gate<'_> {
    pub(super) async fn foresee(&self, pulumi: &Pulumi) -> Result<Foreseen> {
        let cancel = self.job.claimed.cancel;
        if cancel.is_cancelled() {
            return Err(Failure::cancelled());
        }
        let output = self.by.output_folder(self.job.run)?.join("preview.txt");
        let foresee = Foresee {
            pulumi,
            phase: match self.by.action {
                Action::RollOut => Phase::Preview,
                Action::Reconcile => Phase::PreviewRefresh,
                Action::Destroy => Phase::PreviewDestroy,
            },
            folder: &self.run.folder,
            stack: &self.job.claimed.stack.stack,
            output: &output,
            key: &self.key,
            clock: self.by.context.clock,
        };
        let engine = foresee.start().await?;
        self.by.ledger.engine(self.job.run, engine.process()).await?;
        let tell = |glimpse| {
            if let Glimpse::Interrupted = glimpse {
                self.log.note(STOPPING);
            }
        };
        let group = engine.process().pid;
        let overdue = async {
            cancel.cancelled().await;
            tokio::time::sleep(PATIENCE).await;
            // The engine waits for a policy pack that hangs as it starts; a preview changes nothing, so it may be cut off.
            if !self.run.packs.is_empty() {
                kill_group(Some(group));
            }
            std::future::pending::<()>().await
        };
        tokio::select! {
            foreseen = engine.follow(cancel, tell) => foreseen,
            () = overdue => Err(Failure::cancelled()),
        }
    }
}
