//! How a run ended, in the words that are recorded and shown.

use crate::failure::{Failure, Kind};
use crate::feed::Feed;
use crate::pulumi::Ending;
use crate::record::{Counts, RunState};

/// A run's end before it is recorded.
pub(super) struct End {
    pub state: RunState,
    pub changes: Counts,
    /// Why it did not succeed, whole.
    pub message: Option<String>,
    /// Whether the events told it already, so that its first line is enough for whoever watched.
    pub is_told: bool,
}

impl End {
    /// The end of a run that failed beside the engine.
    pub fn of(failure: &Failure) -> End {
        let state = match failure.kind {
            Kind::Cancelled => RunState::Cancelled,
            _ => RunState::Failed,
        };
        let message = Some(failure.with_hints());
        End {
            state,
            changes: Counts::new(),
            message,
            is_told: false,
        }
    }

    /// The end of a run whose engine ended.
    pub fn after(ending: &Ending, feed: &Feed) -> End {
        let summary = feed.summary.as_ref();
        let changes = summary
            .map(|summary| summary.resource_changes.clone())
            .unwrap_or_default();
        let end = |state, message, is_told| End {
            state,
            changes,
            message,
            is_told,
        };
        if ending.success {
            return end(RunState::Succeeded, None, false);
        }
        if ending.cancelled {
            let message = "stopped in order; the next `sync` goes on from there".to_owned();
            return end(RunState::Cancelled, Some(message), false);
        }
        let told = feed.failure();
        let is_told = told.is_some();
        let message = told.unwrap_or_else(|| ending.complaint.clone());
        let hint = advice(&message)
            .map(|hint| format!("\nhint: {hint}"))
            .unwrap_or_default();
        end(RunState::Failed, Some(message + &hint), is_told)
    }

    /// What whoever watched the events still needs to hear.
    pub fn in_short(&self) -> Option<String> {
        match (&self.message, self.is_told) {
            (Some(message), true) => message.lines().next().map(str::to_owned),
            (message, _) => message.clone(),
        }
    }
}

/// What to do about failures that come from how gitinfra runs programs, which the engine can't know.
fn advice(message: &str) -> Option<&'static str> {
    if message.contains("no folder at path") {
        return Some(
            "a run sees only what is committed: give the plugin's folder as an absolute path, or put it on the PATH",
        );
    }
    message
        .contains("incorrect passphrase")
        .then_some("PULUMI_CONFIG_PASSPHRASE has to be the one that the stack was made with")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ending(complaint: &str) -> Ending {
        Ending {
            success: false,
            no_such_stack: false,
            cancelled: false,
            complaint: complaint.to_owned(),
        }
    }

    #[test]
    fn an_engine_that_said_nothing_is_told_by_its_complaint() {
        let end = End::after(
            &ending("parsing plugin options for 'p': no folder at path '/x'"),
            &Feed::default(),
        );
        let lines = end.in_short().unwrap_or_default();
        assert_eq!(lines.lines().count(), 2, "{lines}");
        assert!(
            lines.contains("hint: a run sees only what is committed"),
            "{lines}"
        );
    }

    #[test]
    fn what_the_events_told_is_told_in_one_line_and_recorded_whole() {
        let mut feed = Feed::default();
        for (severity, message) in [("info#err", "Traceback"), ("error", "the program failed")] {
            let event = format!(
                r#"{{"diagnosticEvent":{{"message":"{message}","severity":"{severity}"}}}}"#
            );
            feed.take(serde_json::from_str(&event).expect("an engine event"), 0);
        }
        let end = End::after(&ending("noise"), &feed);
        assert_eq!(end.in_short().as_deref(), Some("the program failed"));
        assert_eq!(
            end.message.as_deref(),
            Some("the program failed\nTraceback")
        );
    }
}
