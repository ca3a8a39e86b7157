//! The engine's own lock on a stack: removed when an engine of ours left it, and respected otherwise.

use std::path::Path;

use super::lease::held_by;
use super::{Job, RollOut};
use crate::decide::Known;
use crate::engine::{Backend, LeftLock, WHEN_LOCKED, locks, named_locks, refuse_elsewhere};
use crate::environment::Environment;
use crate::failure::{Failure, Result};
use crate::ledger::StackId;
use crate::repo::Stack;
use crate::run_log::RunLog;

impl RollOut<'_> {
    /// Refuses what a run would refuse once it has begun: a stack that somebody locked, or works on. So nobody waits for a
    /// preview of what can't be done.
    pub async fn refuse_busy(&self, stack: &Stack, id: &StackId) -> Result<()> {
        self.refuse_locked(stack, id).await?;
        if let Some(holder) = self.ledger.holder(id).await? {
            return Err(Failure::busy(format!("{} is {}", stack.name(), held_by(Some(&holder))))
                .hint("wait for its end, which `gitinfra logs -f` shows"));
        }
        let environment = self.surroundings(stack)?.environment;
        let backend = Backend::of(stack, &environment)?;
        self.refuse_held_locks(stack, id, (&backend, &environment)).await
    }

    /// Refuses what a roll-out would refuse at the sight of the stack's backend: that it stands in another one.
    pub async fn refuse_backend(&self, stack: &Stack, known: &Known) -> Result<()> {
        self.refuse_elsewhere(stack, known, &self.surroundings(stack)?.environment).await
    }

    pub(super) async fn refuse_elsewhere(&self, stack: &Stack, known: &Known, environment: &Environment) -> Result<()> {
        // What is wrong with the backend's name is told by the run.
        let Ok(backend) = Backend::of(stack, environment) else {
            return Ok(());
        };
        refuse_elsewhere(self.pulumi, stack, known.home(), (&backend, environment)).await
    }

    /// Refuses a stack that somebody keeps from being changed.
    pub(super) async fn refuse_locked(&self, stack: &Stack, id: &StackId) -> Result<()> {
        let Some(lock) = self.ledger.lock_on(id).await?.filter(|lock| self.owner != Some(&lock.owner)) else {
            return Ok(());
        };
        let back = match lock.is_of_pull() {
            true => format!("merging or closing {} gives it back", lock.owner),
            false => format!("`gitinfra unlock stack/{}` gives it back", stack.name()),
        };
        Err(Failure::busy(lock.in_words()).hint(back))
    }

    /// Refuses a stack whose engine lock in a file backend somebody may still hold.
    pub(super) async fn refuse_held_locks(
        &self,
        stack: &Stack,
        id: &StackId,
        (backend, environment): (&Backend, &Environment),
    ) -> Result<()> {
        let found = locks_in(backend, stack, environment);
        let Some(held) = self.held(id, &found).await? else {
            return Ok(());
        };
        let message = format!("the engine's lock on {} is held by {}", stack.name(), held.owner());
        Err(Failure::busy(message).hint(WHEN_LOCKED))
    }

    /// The first of these locks that no dead engine of the stack's own runs left.
    pub(super) async fn held<'a>(&self, id: &StackId, found: &'a [LeftLock]) -> Result<Option<&'a LeftLock>> {
        if found.is_empty() {
            return Ok(None);
        }
        let engines = self.ledger.engines(id).await?;
        Ok(found.iter().find(|lock| !lock.is_left(&engines)))
    }

    /// Removes locks in a file backend that engines of ours left.
    pub(super) async fn clear_left_locks(&self, job: &Job<'_>, folder: &Path, log: &RunLog) -> Result<()> {
        let found = locks_in(job.backend, job.claimed.stack, &job.claimed.surroundings.environment);
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
        if found.is_empty() || self.held(job.claimed.id, found).await?.is_some() {
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
pub(super) fn locks_in(backend: &Backend, stack: &Stack, environment: &Environment) -> Vec<LeftLock> {
    let folder = backend.folder(environment);
    folder.map(|folder| locks(&folder, &stack.project, &stack.stack)).unwrap_or_default()
}
