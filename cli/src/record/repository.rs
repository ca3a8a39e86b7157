//! A Git repository whose stacks the ledger knows.

use serde::Serialize;

use super::{RunState, StackRecord};
use crate::moment;

/// A repository, and how the last runs of its stacks ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Repository {
    /// Its URL without credentials, or its folder.
    pub name: String,
    /// How many of its stacks are known.
    pub stacks: usize,
    /// How many of them are being rolled out.
    pub running: usize,
    /// Of how many of them the last run did not end well.
    pub failed: usize,
    /// When the newest run began.
    #[serde(serialize_with = "moment::serialize_some")]
    pub last_started_at: Option<i64>,
    /// When it was seen first.
    #[serde(serialize_with = "moment::serialize")]
    pub created_at: i64,
}

impl Repository {
    /// A repository of which these stacks are known.
    pub fn of(name: String, created_at: i64, stacks: &[&StackRecord]) -> Repository {
        let ended = |states: &[RunState]| {
            stacks.iter().filter(|stack| stack.last_state.is_some_and(|state| states.contains(&state))).count()
        };
        Repository {
            name,
            stacks: stacks.len(),
            running: ended(&[RunState::Running]),
            failed: ended(&[RunState::Failed, RunState::Cancelled, RunState::Interrupted]),
            last_started_at: stacks.iter().filter_map(|stack| stack.last_started_at).max(),
            created_at,
        }
    }
}
