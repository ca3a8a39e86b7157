//! What stands of a stack and is not what was rolled out.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::moment;

/// How a stack stands towards what was rolled out. Written as its lower-case name, in the ledger as in JSON.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DriftState {
    Clean,
    Drifted,
    /// The last look failed, or there was none.
    #[default]
    Unchecked,
}

impl DriftState {
    pub fn word(self) -> &'static str {
        match self {
            DriftState::Clean => "clean",
            DriftState::Drifted => "drifted",
            DriftState::Unchecked => "unchecked",
        }
    }
}

impl fmt::Display for DriftState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for DriftState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let all = [DriftState::Clean, DriftState::Drifted, DriftState::Unchecked];
        let known = all.into_iter().find(|state| state.word() == text);
        known.ok_or_else(|| format!("`{text}` is no state of drift"))
    }
}

/// What a look at a stack found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Findings {
    /// How many resources are not as they were rolled out.
    pub resources: usize,
    /// In words, a line for each resource and for each of its properties.
    pub lines: Vec<String>,
    /// How many more differ in nothing but what the configuration calls noise.
    pub ignored: usize,
    /// Why nothing is known.
    pub message: Option<String>,
}

/// The newest look at a stack.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Drift {
    /// The stack's name, which is the drift's as well.
    pub name: String,
    pub repository: String,
    pub state: DriftState,
    /// The commit that stands.
    pub commit: String,
    #[serde(serialize_with = "moment::serialize")]
    pub checked_at: i64,
    #[serde(flatten)]
    pub findings: Findings,
}
