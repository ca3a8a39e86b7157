//! What the ledger keeps, as values: runs and how they end; all else in a file each.

mod drift;
mod hold;
mod job;
mod lock;
mod preview;
mod pull;
mod repository;
mod stack;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::engine::operation::Counts;
use crate::moment;
use crate::process::Process;

pub use drift::{Drift, DriftState, Findings};
pub use hold::{Case, Hold, HoldState, Objection, Why};
pub use job::{Job, JobState, Task};
pub use lock::Lock;
pub use preview::{SealRecord, SealState};
pub use pull::{EndState, Offer, PullEnd, PullRecord, PullStack, StackEnd};
pub use repository::Repository;
pub use stack::{Rejected, StackRecord, StackState, Standing};

/// How a run stands. Written as its lower-case name, in the ledger as in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunState {
    /// Recorded before the engine starts, and kept until it ends.
    Running,
    Succeeded,
    Failed,
    /// Stopped by Ctrl-C or SIGTERM.
    Cancelled,
    /// Its gitinfra died before it could record an end.
    Interrupted,
    /// Somebody else held the engine's lock. It goes when the stack's next run begins.
    Busy,
    /// Nothing was changed: somebody has to decide first.
    Held,
}

impl RunState {
    const ALL: [RunState; 7] = [
        RunState::Running,
        RunState::Succeeded,
        RunState::Failed,
        RunState::Cancelled,
        RunState::Interrupted,
        RunState::Busy,
        RunState::Held,
    ];

    pub fn word(self) -> &'static str {
        match self {
            RunState::Running => "running",
            RunState::Succeeded => "succeeded",
            RunState::Failed => "failed",
            RunState::Cancelled => "cancelled",
            RunState::Interrupted => "interrupted",
            RunState::Busy => "busy",
            RunState::Held => "held",
        }
    }
}

impl fmt::Display for RunState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for RunState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|state| state.word() == text);
        known.ok_or_else(|| format!("`{text}` is no state of a run"))
    }
}

/// What a run is to do. Written in lower case, in the ledger as in JSON.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// To bring the stack to what the commit says.
    #[default]
    RollOut,
    /// To remove all that the stack rolled out.
    Destroy,
    /// To bring what stands back to what was rolled out.
    Reconcile,
}

impl Action {
    pub fn word(self) -> &'static str {
        match self {
            Action::RollOut => "roll-out",
            Action::Destroy => "destroy",
            Action::Reconcile => "reconcile",
        }
    }
}

impl FromStr for Action {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known =
            [Action::RollOut, Action::Destroy, Action::Reconcile].into_iter().find(|action| action.word() == text);
        known.ok_or_else(|| format!("`{text}` is nothing that a run does"))
    }
}

/// One run of the engine on a stack at a commit. Times are milliseconds since 1970; in JSON RFC 3339.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    pub name: String,
    pub stack: String,
    pub repository: String,
    pub branch: String,
    pub commit: String,
    pub subject: String,
    pub reason: String,
    pub action: Action,
    pub state: RunState,
    #[serde(serialize_with = "moment::serialize")]
    pub started_at: i64,
    #[serde(serialize_with = "moment::serialize_some")]
    pub finished_at: Option<i64>,
    pub changes: Counts,
    /// Why it failed, or what was noteworthy.
    pub message: Option<String>,
    /// The engine's process, once it runs.
    pub engine: Option<Process>,
    /// Who ran it.
    pub host: String,
}

#[cfg(test)]
impl Run {
    /// One of `net/dev`, to try out what is done with runs.
    pub fn sample(state: RunState) -> Run {
        let text = |text: &str| text.to_owned();
        Run {
            name: text("abc"),
            stack: text("net/dev"),
            repository: text("here"),
            branch: text("main"),
            commit: text("1a2b3c4d"),
            subject: text("Change it"),
            reason: text("never rolled out before"),
            action: Action::RollOut,
            state,
            started_at: 1_000,
            finished_at: Some(3_000),
            changes: Counts::new(),
            message: None,
            engine: Some(Process::current()),
            host: text("here"),
        }
    }
}
