//! The engine's own lock on a stack: removed when an engine of ours left it, and respected otherwise.

use std::path::Path;

use super::{Claimed, Job, RollOut};
use crate::engine::{Backend, LeftLock, WHEN_LOCKED, locks, named_locks};
use crate::failure::{Failure, Result};
use crate::run_log::RunLog;

impl RollOut<'_> {
    /// Refuses a stack whose engine lock in a file backend somebody may still hold.
    pub(super) async fn refuse_held_locks(&self, claimed: &Claimed<'_>, backend: &Backend) -> Result<()> {
        let stack = claimed.stack;
        let found = locks_in(backend, claimed);
        let Some(held) = self.held(claimed, &found).await? else {
            return Ok(());
        };
        let message = format!("the engine's lock on {} is held by {}", stack.name(), held.owner());
        Err(Failure::busy(message).hint(WHEN_LOCKED))
    }

    /// The first of these locks that no dead engine of the stack's own runs left.
    pub(super) async fn held<'a>(&self, claimed: &Claimed<'_>, found: &'a [LeftLock]) -> Result<Option<&'a LeftLock>> {
        if found.is_empty() {
            return Ok(None);
        }
        let engines = self.ledger.engines(claimed.id).await?;
        Ok(found.iter().find(|lock| !lock.is_left(&engines)))
    }

    /// Removes locks in a file backend that engines of ours left.
    pub(super) async fn clear_left_locks(&self, job: &Job<'_>, folder: &Path, log: &RunLog) -> Result<()> {
        let found = locks_in(job.backend, job.claimed);
        self.clear(job, folder, log, &found).await.map(drop)
    }

    /// The same for other backends, whose locks only the engine's own refusal tells of. True when it may be tried again.
    pub(super) async fn clear_named_locks(
        &self,
        job: &Job<'_>,
        folder: &Path,
        log: &RunLog,
        refusal: &str,
    ) -> Result<bool> {
        self.clear(job, folder, log, &named_locks(refusal)).await
    }

    async fn clear(&self, job: &Job<'_>, folder: &Path, log: &RunLog, found: &[LeftLock]) -> Result<bool> {
        if found.is_empty() || self.held(job.claimed, found).await?.is_some() {
            return Ok(false);
        }
        for lock in found {
            let message = format!("the engine's lock was left by {}, which is gone: removing it", lock.owner());
            log.note(message);
        }
        job.pulumi.cancel(folder, &job.claimed.stack.stack).await?;
        Ok(true)
    }
}

/// The engine's locks on a stack, where they are files of this machine.
pub(super) fn locks_in(backend: &Backend, claimed: &Claimed<'_>) -> Vec<LeftLock> {
    let folder = backend.folder(&claimed.surroundings.environment);
    folder.map(|folder| locks(&folder, &claimed.stack.project, &claimed.stack.stack)).unwrap_or_default()
}
