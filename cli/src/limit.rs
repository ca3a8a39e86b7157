//! A time after which work is asked to stop in order, as somebody's `gitinfra cancel` would ask it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::config::FILE;
use crate::failure::{Failure, Kind};
use crate::text;

/// Runs until it is dropped.
pub struct Limit {
    /// Cancelled when the time is over, and by whatever cancels the work otherwise.
    pub cancel: CancellationToken,
    time: Option<Duration>,
    is_over: Arc<AtomicBool>,
    task: Option<JoinHandle<()>>,
}

impl Limit {
    /// Without a time it never comes.
    pub fn start(time: Option<Duration>, cancel: &CancellationToken) -> Limit {
        let (cancel, is_over) = (cancel.child_token(), Arc::new(AtomicBool::new(false)));
        let task = time.map(|time| tokio::spawn(wait(time, cancel.clone(), is_over.clone())));
        Limit { cancel, time, is_over, task }
    }

    /// Whether the work was stopped because its time was over.
    pub fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }

    /// The failure of work that was stopped, if it was for this; `what` is its key in the configuration.
    pub fn explains(&self, kind: Option<Kind>, what: &str) -> Option<Failure> {
        let time = self.time.filter(|_| kind == Some(Kind::Cancelled) && self.is_over())?;
        let message =
            format!("it had not ended after {}, so it was stopped in order", text::seconds(time.as_secs_f64()));
        let next = if what == "rollout" { "goes on from there" } else { "begins anew" };
        let hint = format!("`{what}.timeout` in {FILE} says how long it may take; the next one {next}");
        Some(Failure::roll_out(message).hint(hint))
    }
}

async fn wait(time: Duration, cancel: CancellationToken, is_over: Arc<AtomicBool>) {
    tokio::select! {
        () = tokio::time::sleep(time) => {
            // What was stopped otherwise before was not stopped by this.
            if !cancel.is_cancelled() {
                is_over.store(true, Ordering::SeqCst);
                cancel.cancel();
            }
        }
        () = cancel.cancelled() => {}
    }
}

impl Drop for Limit {
    fn drop(&mut self) {
        self.task.iter().for_each(JoinHandle::abort);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_time_that_is_over_is_told() {
        let user = CancellationToken::new();
        let short = Limit::start(Some(Duration::from_millis(1)), &user);
        short.cancel.cancelled().await;
        assert!(short.is_over() && !user.is_cancelled());
        let failure = short.explains(Some(Kind::Cancelled), "rollout").expect("a failure");
        assert_eq!((failure.kind, failure.hints.len()), (Kind::RollOut, 1));
        assert_eq!((short.explains(Some(Kind::RollOut), "rollout"), short.explains(None, "rollout")), (None, None));
        let (long, none) = (Limit::start(Some(Duration::from_secs(3600)), &user), Limit::start(None, &user));
        user.cancel();
        for limit in [long, none] {
            limit.cancel.cancelled().await;
            assert!(!limit.is_over() && limit.explains(Some(Kind::Cancelled), "preview").is_none());
        }
    }
}
