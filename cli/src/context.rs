//! What everything that gitinfra does works with: where it runs, what time it is, whom it tells, and whether to stop.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::environment::Environment;
use crate::event::{Body, Event, Sink};
use crate::failure::{Failure, Kind};

/// The surroundings of a command, of a server's worker or of a test. Knows no terminal and no command line.
#[derive(Clone)]
pub struct Context {
    /// gitinfra's own environment, of which the engine sees a part.
    pub environment: Environment,
    /// The folder that relative paths in the environment are read from.
    pub cwd: PathBuf,
    /// Where mirrors, worktrees and the ledger live.
    pub state_dir: PathBuf,
    /// The clock, in milliseconds since 1970.
    pub clock: fn() -> i64,
    /// Cancelled when everything is to end in order.
    pub cancel: CancellationToken,
    /// Whom events are told to.
    pub sink: Arc<dyn Sink>,
}

impl Context {
    /// Now, in milliseconds since 1970.
    pub fn now(&self) -> i64 {
        (self.clock)()
    }

    /// Tells an event that belongs to no run.
    pub fn tell(&self, stack: Option<&str>, body: Body) {
        self.sink.take(&Event { at: self.now(), run: None, stack: stack.map(str::to_owned), body });
    }

    /// Waits between two looks, no longer than until everything is to end.
    pub async fn rest(&self, time: Duration) {
        tokio::select! {
            () = self.cancel.cancelled() => {}
            () = tokio::time::sleep(time) => {}
        }
    }

    /// Tells what is worth knowing about a stack.
    pub fn note(&self, stack: &str, message: impl Into<String>) {
        self.tell(Some(stack), Body::Note { message: message.into() });
    }
}

/// What went wrong the last time with something that is tried again and again: the same failure is told once.
#[derive(Default)]
pub struct Trouble(Option<Failure>);

impl Trouble {
    pub fn over(&mut self) {
        self.0 = None;
    }

    /// Tells a failure, unless it is the last one again, or the work was only stopped.
    pub fn tell(&mut self, context: &Context, failure: Failure) {
        if failure.kind != Kind::Cancelled && self.0.as_ref() != Some(&failure) {
            context.tell(None, Body::from(&failure));
            self.0 = Some(failure);
        }
    }
}
