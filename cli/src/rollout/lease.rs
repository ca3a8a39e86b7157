//! A lease kept alive while a run goes on, and given up when it is lost.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::ledger::{LEASE, Lease, Ledger, StackId};
use crate::process::Process;

/// Renews a lease until it is dropped.
pub(super) struct Heartbeat {
    /// Cancelled by the user's signal and by the loss of the lease.
    pub cancel: CancellationToken,
    task: JoinHandle<()>,
}

impl Heartbeat {
    pub fn start(
        ledger: &Ledger,
        stack: &StackId,
        lease: &Lease,
        cancel: &CancellationToken,
        clock: fn() -> i64,
    ) -> Heartbeat {
        let cancel = cancel.child_token();
        let pace = Duration::from_millis(u64::try_from(LEASE / 6).unwrap_or_default());
        let (ledger, stack, lease, lost) = (ledger.clone(), stack.clone(), lease.clone(), cancel.clone());
        let task = tokio::spawn(async move {
            loop {
                tokio::time::sleep(pace).await;
                // A ledger that can't be reached for a moment is no loss: the lease lasts for several beats.
                if let Ok(false) = ledger.renew(&stack, &lease, clock()).await {
                    return lost.cancel();
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

/// Who holds a lease, in words.
pub(super) fn held_by(process: Option<&Process>) -> String {
    match process {
        Some(process) => format!("being rolled out by gitinfra, pid {} on {}", process.pid, process.host),
        None => "being rolled out by another gitinfra".to_owned(),
    }
}
