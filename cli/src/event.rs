//! What happens while gitinfra works: the lines of `--output json`, the ledger's events, and what `ui` draws.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::engine::News;
use crate::engine::operation::Counts;
use crate::failure::Failure;
use crate::moment;
use crate::record::{Action, RunState};

pub use crate::engine::{Resource, Severity};

/// Where events go: the terminal, a stream of JSON, the ledger. Whoever does the work knows no more of them than this.
pub trait Sink: Send + Sync {
    fn take(&self, event: &Event);
}

/// One event. Its JSON names are stable: new ones may come, none goes or changes its meaning.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    /// When, in milliseconds since 1970; in JSON as RFC 3339 in UTC.
    #[serde(rename = "time", serialize_with = "moment::serialize")]
    pub at: i64,
    /// The run that it belongs to, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// The stack as `PROJECT/STACK`, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stack: Option<String>,
    #[serde(flatten)]
    pub body: Body,
}

/// An event of a run as it was recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    pub at: i64,
    pub body: Body,
}

/// What happened.
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
        #[serde(with = "moment")]
        at: i64,
    },
    /// The stack needs nothing: what stands is what the head says.
    UpToDate {
        commit: String,
        #[serde(with = "moment")]
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
        /// The commit that it can't be rolled out from, where that is a failure; none where it only waits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        commit: Option<String>,
    },
    /// A run was recorded; the engine starts next. `resources` is how many the last run saw, zero if unknown.
    RunStarted {
        #[serde(default)]
        action: Action,
        commit: String,
        reason: String,
        resources: u64,
    },
    /// A stack is being previewed.
    PreviewStarted {
        reason: String,
    },
    /// A stack's preview is over, and so many of its resources change.
    PreviewFinished {
        failed: bool,
        changes: usize,
        seconds: f64,
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
    /// What the stack puts out after a run, secrets hidden. Told by `logs` and `describe`.
    Outputs {
        outputs: BTreeMap<String, serde_json::Value>,
    },
    RunFinished {
        #[serde(default)]
        action: Action,
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
        #[serde(default)]
        held: usize,
        skipped: usize,
    },
    /// A server takes requests.
    Listening {
        address: String,
    },
    /// A webhook was delivered. `outcome` is `taken`, `seen`, `ignored`, `refused` or `failed`; the message says what to change.
    Delivered {
        repository: String,
        event: String,
        outcome: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
    /// A server did what was to be done, or failed at it. `outcome` is `done`, `failed` or `stopped`.
    Worked {
        repository: String,
        task: String,
        subject: String,
        outcome: String,
        seconds: f64,
        message: Option<String>,
    },
    /// Somebody asked a server for something that changes what happens.
    Asked {
        who: String,
        did: String,
        what: String,
    },
    /// The command failed as a whole.
    Failed {
        message: String,
        hints: Vec<String>,
    },
}

impl Body {
    /// A stack waits, for somebody or something.
    pub fn waits(reason: impl Into<String>) -> Body {
        Body::Skipped { reason: reason.into(), commit: None }
    }

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

impl From<News> for Body {
    fn from(news: News) -> Body {
        match news {
            News::Started { resource } => Body::ResourceStarted { resource },
            News::Unchanged { urn } => Body::ResourceUnchanged { urn },
            News::Status { urn, message } => Body::ResourceStatus { urn, message },
            News::Finished { resource, seconds } => Body::ResourceFinished { resource, seconds },
            News::Failed { resource, seconds } => Body::ResourceFailed { resource, seconds },
            News::Diagnostic { severity, urn, message } => Body::Diagnostic { severity, urn, message },
            News::Plugin { name, message, received, total, done } => {
                Body::Plugin { name, message, received, total, done }
            }
        }
    }
}

impl From<&Failure> for Body {
    fn from(failure: &Failure) -> Body {
        Body::Failed { message: failure.message.clone(), hints: failure.hints.clone() }
    }
}

/// The notes that a test hears.
#[cfg(test)]
#[derive(Default)]
pub struct Heard(pub std::sync::Mutex<Vec<String>>);

#[cfg(test)]
impl Sink for Heard {
    fn take(&self, event: &Event) {
        if let Body::Note { message } = &event.body {
            self.0.lock().expect("nobody panics with it").push(message.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ledger of an older version holds numbers.
    #[test]
    fn times_are_words_and_were_numbers() {
        let body = Body::UpToDate { commit: "1a2b3c4".to_owned(), rolled_out_at: 1_500 };
        let text = serde_json::to_string(&body).expect("JSON");
        assert!(text.contains(r#""rolledOutAt":"1970-01-01T00:00:01.500Z""#), "{text}");
        let older = r#"{"kind":"up-to-date","commit":"1a2b3c4","rolledOutAt":1500}"#;
        for text in [text.as_str(), older] {
            assert_eq!(serde_json::from_str::<Body>(text).expect("an event"), body);
        }
    }
}
