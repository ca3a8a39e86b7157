//! A lease kept alive while a run goes on, and given up when it is lost.

use std::time::Duration;

use async_trait::async_trait;
use rustix::time::{ClockId, clock_gettime};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::failure::Result;
use crate::ledger::{LEASE, Lease, Ledger, StackId};
use crate::process::Process;

/// How a lease is kept.
struct Pace {
    /// How often it is looked whether somebody wants the run to stop, and how long an answer is waited for.
    glance: Duration,
    /// How long after a renewal the next one is tried.
    beat: Duration,
    /// For so long a lease is relied upon after it was renewed; the rest of it is for the engine to end in order.
    enough: Duration,
    /// The time since some moment.
    clock: fn() -> Duration,
}

const PACE: Pace = Pace {
    clock: since_start,
    glance: Duration::from_secs(1),
    beat: Duration::from_millis(LEASE as u64 / 6),
    enough: Duration::from_millis(LEASE as u64 * 3 / 4),
};

/// Renews a lease until it is dropped.
pub(super) struct Heartbeat {
    /// Cancelled by the user's signal, by whoever asks the run to stop, and by the loss of the lease.
    pub cancel: CancellationToken,
    /// Cancelled before that where the ledger gave no answer for too long.
    away: CancellationToken,
    task: JoinHandle<()>,
}

impl Heartbeat {
    pub fn start(ledger: &Ledger, stack: &StackId, lease: &Lease, cancel: &CancellationToken) -> Heartbeat {
        let (cancel, away) = (cancel.child_token(), CancellationToken::new());
        let held = Held { ledger: ledger.clone(), stack: stack.clone(), lease: lease.clone() };
        let task = tokio::spawn(keep(held, PACE, cancel.clone(), away.clone()));
        Heartbeat { cancel, away, task }
    }

    /// Whether the run was stopped because the ledger gave no answer.
    pub fn is_away(&self) -> bool {
        self.away.is_cancelled()
    }
}

/// What a heartbeat asks of the ledger.
#[async_trait]
trait Asked: Send + Sync {
    async fn is_to_stop(&self) -> Result<bool>;
    async fn renew(&self) -> Result<bool>;
}

struct Held {
    ledger: Ledger,
    stack: StackId,
    lease: Lease,
}

#[async_trait]
impl Asked for Held {
    async fn is_to_stop(&self) -> Result<bool> {
        self.ledger.is_to_stop(&self.stack).await
    }

    async fn renew(&self) -> Result<bool> {
        self.ledger.renew(&self.stack, &self.lease).await
    }
}

/// The time since the machine was started, also what it slept of that: another one's clock goes on meanwhile.
fn since_start() -> Duration {
    #[cfg(target_os = "linux")]
    const CLOCK: ClockId = ClockId::Boottime;
    #[cfg(not(target_os = "linux"))]
    const CLOCK: ClockId = ClockId::Monotonic;
    clock_gettime(CLOCK).try_into().unwrap_or_default()
}

/// Renews a lease until it is lost. A ledger that can't be reached for a moment is no loss: the lease lasts for several beats.
/// But the engine ends before it does, since somebody else may begin then. No answer is waited for without a limit: a
/// network that drops what is sent gives none.
async fn keep(held: impl Asked, pace: Pace, lost: CancellationToken, away: CancellationToken) {
    let mut renewed = (pace.clock)();
    let left = |renewed: Duration| pace.enough.saturating_sub((pace.clock)().saturating_sub(renewed));
    while !left(renewed).is_zero() {
        tokio::time::sleep(left(renewed).min(pace.glance)).await;
        if let Ok(Ok(true)) = timeout(left(renewed).min(pace.glance), held.is_to_stop()).await {
            lost.cancel();
        }
        let asked = (pace.clock)();
        if asked.saturating_sub(renewed) < pace.beat {
            continue;
        }
        match timeout(left(renewed).min(pace.beat), held.renew()).await {
            Ok(Ok(true)) => renewed = asked,
            Ok(Ok(false)) => return lost.cancel(),
            Ok(Err(_)) | Err(_) => {}
        }
    }
    away.cancel();
    lost.cancel();
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

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// A ledger that never says whether a run is to stop, and renews a lease so often before it is silent, too.
    struct Silent {
        renews: u32,
        /// Whether somebody else has the lease then.
        is_taken: bool,
        renewed: AtomicU32,
    }

    #[async_trait]
    impl Asked for &Silent {
        async fn is_to_stop(&self) -> Result<bool> {
            pending().await
        }

        async fn renew(&self) -> Result<bool> {
            match self.renewed.fetch_add(1, Ordering::SeqCst) < self.renews {
                true => Ok(true),
                false if self.is_taken => Ok(false),
                false => pending().await,
            }
        }
    }

    #[tokio::test]
    async fn a_silent_ledger_keeps_no_engine_at_work() {
        for (renews, is_taken) in [(0, false), (0, true), (3, true)] {
            let (silent, lost) = (Silent { renews, is_taken, renewed: AtomicU32::new(0) }, CancellationToken::new());
            let [glance, beat] = [1, 2].map(Duration::from_millis);
            // What is renewed is relied upon long enough for the next time, however busy the machine is.
            let enough = Duration::from_millis(if is_taken { 600_000 } else { 20 });
            let away = CancellationToken::new();
            keep(&silent, Pace { glance, beat, enough, clock: since_start }, lost.clone(), away.clone()).await;
            assert_eq!((lost.is_cancelled(), away.is_cancelled()), (true, !is_taken));
            assert!(silent.renewed.load(Ordering::SeqCst) > renews || !is_taken, "{renews}");
        }
    }

    /// Somebody else may have the lease by then, and the engine sleeps no longer.
    #[tokio::test]
    async fn a_machine_that_slept_relies_on_no_lease() {
        static LOOKS: AtomicU32 = AtomicU32::new(0);
        let clock = || Duration::from_secs(3_600) * LOOKS.fetch_add(1, Ordering::SeqCst).min(1);
        let silent = Silent { renews: 0, is_taken: false, renewed: AtomicU32::new(0) };
        let (lost, away) = (CancellationToken::new(), CancellationToken::new());
        keep(&silent, Pace { clock, ..PACE }, lost.clone(), away.clone()).await;
        assert!(lost.is_cancelled() && away.is_cancelled());
    }
}
