//! A sealed preview as it is listed: what was shown, and what came of it.

use serde::Serialize;

use crate::moment;
use crate::seal::Plan;

/// How a sealed preview stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SealState {
    /// It was shown, and would be rolled out as it is.
    Sealed,
    /// Somebody refused it.
    Rejected,
    /// It was rolled out.
    Used,
}

impl SealState {
    pub fn word(self) -> &'static str {
        match self {
            SealState::Sealed => "sealed",
            SealState::Rejected => "rejected",
            SealState::Used => "used",
        }
    }
}

/// A sealed preview. Times are milliseconds since 1970; in JSON RFC 3339.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SealRecord {
    /// The seal's id, by which it is allowed.
    pub name: String,
    pub stack: String,
    pub repository: String,
    pub state: SealState,
    pub head: String,
    pub base: String,
    pub plan: Plan,
    /// Who allowed it.
    pub approvals: Vec<String>,
    pub rejected_by: Option<String>,
    pub rejected_why: Option<String>,
    /// The run that rolled it out.
    pub used_by: Option<String>,
    #[serde(serialize_with = "moment::serialize")]
    pub created_at: i64,
}
