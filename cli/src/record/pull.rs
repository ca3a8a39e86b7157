//! What a pull request was told last.

use serde::{Deserialize, Serialize};

/// A pull request with all stacks that it touches.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PullRecord {
    /// The repository as the ledger calls it.
    pub repository: String,
    pub number: u64,
    pub title: String,
    /// Where people look at it.
    pub url: String,
    /// The branch that it comes from, and the one that it would be merged into.
    pub branch: String,
    pub base: String,
    pub head: String,
    pub base_commit: String,
    /// `previewed`, `refused` or `untrusted`.
    pub state: String,
    /// The same in a line.
    pub words: String,
    pub stacks: Vec<PullStack>,
    /// Names of stacks that it takes away.
    pub gone: Vec<String>,
    /// How many stacks it does not touch.
    pub untouched: usize,
}

/// What a pull request would do to a stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PullStack {
    pub name: String,
    /// Why it is previewed.
    pub reason: String,
    /// "2 to delete, 1 to create".
    pub words: String,
    pub failure: Option<String>,
    /// What would hold its roll-out.
    pub objections: Vec<String>,
    pub seal: Option<String>,
}
