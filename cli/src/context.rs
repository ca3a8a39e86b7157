//! What everything that gitinfra does works with: where it runs, what time it is, whom it tells, and whether to stop.

use std::path::PathBuf;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::environment::Environment;
use crate::event::{Body, Event, Sink};

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

    /// Tells what is worth knowing about a stack.
    pub fn note(&self, stack: &str, message: impl Into<String>) {
        self.tell(Some(stack), Body::Note { message: message.into() });
    }
}
