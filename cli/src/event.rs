//! What happens in a pass, as gitinfra tells it: the lines of `--output json`, the ledger's events, and what `ui` draws.

use serde::{Deserialize, Serialize};

use crate::operation::Operation;
use crate::record::{Counts, RunState};

/// One happening. Its JSON names are stable: new ones may come, none goes or changes its meaning.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    /// When, as RFC 3339 in UTC.
    pub time: String,
    /// The run that it belongs to, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// The stack as `PROJECT/STACK`, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stack: Option<String>,
    #[serde(flatten)]
    pub body: Body,
}

/// A resource in an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resource {
    pub urn: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub name: String,
    pub operation: Operation,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Info,
    Warning,
    Error,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Body {
    /// The branch was looked at.
    Fetched {
        repository: String,
        branch: String,
        commit: String,
        subject: String,
        author: String,
        at: i64,
    },
    /// The stack needs nothing: what stands is what the head says.
    UpToDate {
        commit: String,
        rolled_out_at: i64,
    },
    /// With `--dry-run`: this would be rolled out.
    Pending {
        commit: String,
        reason: String,
    },
    /// A stack was left alone in this pass.
    Skipped {
        reason: String,
    },
    /// A run was recorded; the engine starts next. `resources` is how many the last run saw, zero if unknown.
    RunStarted {
        commit: String,
        reason: String,
        resources: u64,
    },
    /// Something worth knowing on the way, in words.
    Note {
        message: String,
    },
    ResourceStarted {
        resource: Resource,
    },
    /// The engine looked at a resource and left it alone. Only counted, neither printed nor recorded.
    ResourceUnchanged {
        urn: String,
    },
    /// A line about a resource that is still at work; the next one takes its place.
    ResourceStatus {
        urn: String,
        message: String,
    },
    ResourceFinished {
        resource: Resource,
        seconds: f64,
    },
    ResourceFailed {
        resource: Resource,
        seconds: f64,
    },
    /// The engine, a provider or the program said something.
    Diagnostic {
        severity: Severity,
        urn: Option<String>,
        message: String,
    },
    /// A plugin is being fetched or installed.
    Plugin {
        name: String,
        message: String,
        received: u64,
        total: u64,
        done: bool,
    },
    RunFinished {
        state: RunState,
        commit: String,
        changes: Counts,
        seconds: f64,
        message: Option<String>,
    },
    /// The pass is over.
    Finished {
        rolled_out: usize,
        up_to_date: usize,
        failed: usize,
        cancelled: usize,
        skipped: usize,
    },
    /// The command failed as a whole.
    Failed {
        message: String,
        hints: Vec<String>,
    },
}

impl Body {
    /// Its name in JSON, for the ledger's column.
    pub fn kind(&self) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        value["kind"].as_str().unwrap_or_default().to_owned()
    }

    /// Status lines replace one another and downloads tick; neither is worth a row.
    pub fn is_lasting(&self) -> bool {
        !matches!(self, Body::ResourceStatus { .. } | Body::ResourceUnchanged { .. } | Body::Plugin { done: false, .. })
    }
}
