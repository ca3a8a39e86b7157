//! A run of the Pulumi CLI that is not over yet.

use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::run::{Run, events_in};

/// Long enough for the slowest machine; only a failing test waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A command that is running, in a process group of its own.
pub struct Running {
    line: String,
    child: Child,
    events: PathBuf,
}

impl Running {
    pub(super) fn start(mut command: Command, events: PathBuf) -> Running {
        command.process_group(0).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Running { line: format!("{command:?}"), child: command.spawn().expect("pulumi runs"), events }
    }

    /// Waits until the engine has told of something.
    #[track_caller]
    pub fn until(&self, what: &str, seen: impl Fn(&Value) -> bool) -> &Running {
        poll(what, || events_in(&self.events).iter().any(&seen));
        self
    }

    /// Ctrl-C, once, as whoever wraps the CLI forwards it.
    pub fn interrupt(&self) -> &Running {
        self.signal(Signal::INT)
    }

    /// kill -9: the engine gets no chance to write anything more.
    pub fn kill(&self) -> &Running {
        self.signal(Signal::KILL)
    }

    fn signal(&self, signal: Signal) -> &Running {
        kill_process(Pid::from_child(&self.child), signal).expect("it is still running");
        self
    }

    /// Waits until it is over.
    pub fn finish(self) -> Run {
        let output = self.child.wait_with_output().expect("pulumi ends");
        Run::ended(self.line, &output, &self.events)
    }
}

/// Asks again and again until something is so.
#[track_caller]
pub fn poll(what: &str, so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !so() {
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        std::thread::park_timeout(Duration::from_millis(10));
    }
}
