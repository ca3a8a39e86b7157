//! A lease kept alive while a run goes on, and given up when it is lost.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::ledger::{LEASE, Lease, Ledger, StackId};
use crate::process::Process;

/// How often it is looked whether somebody wants the run to stop.
const GLANCE: Duration = Duration::from_secs(1);

/// At every so manyth glance the lease is renewed.
const BEAT: u64 = LEASE as u64 / 6 / 1000;

/// For so long a lease is relied upon after it was renewed; the rest of it is for the engine to end in order.
const ENOUGH: Duration = Duration::from_millis(LEASE as u64 * 3 / 4);

/// Renews a lease until it is dropped.
pub(super) struct Heartbeat {
    /// Cancelled by the user's signal, by whoever asks the run to stop, and by the loss of the lease.
    pub cancel: CancellationToken,
    task: JoinHandle<()>,
}

impl Heartbeat {
    pub fn start(ledger: &Ledger, stack: &StackId, lease: &Lease, cancel: &CancellationToken) -> Heartbeat {
        let cancel = cancel.child_token();
        let (ledger, stack, lease, lost) = (ledger.clone(), stack.clone(), lease.clone(), cancel.clone());
        let task = tokio::spawn(async move {
            let mut until = Instant::now() + ENOUGH;
            for glance in 1_u64.. {
                tokio::time::sleep(GLANCE).await;
                if let Ok(true) = ledger.is_to_stop(&stack).await {
                    lost.cancel();
                }
                // A ledger that can't be reached for a moment is no loss: the lease lasts for several beats. But the engine ends
                // before it does, since somebody else may begin then.
                if glance % BEAT == 0 {
                    let asked = Instant::now();
                    match timeout_at(until, ledger.renew(&stack, &lease)).await {
                        Ok(Ok(true)) => until = asked + ENOUGH,
                        Ok(Ok(false)) => return lost.cancel(),
                        Ok(Err(_)) | Err(_) => {}
                    }
                }
                if Instant::now() >= until {
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
