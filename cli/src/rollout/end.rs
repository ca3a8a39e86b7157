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
            let message = "stopped; what was under way was finished first".to_owned();
            return end(RunState::Cancelled, Some(message), false);
        }
        let told = feed.failure();
        let is_told = told.is_some();
        end(
            RunState::Failed,
            Some(told.unwrap_or_else(|| ending.complaint.clone())),
            is_told,
        )
    }

    /// What whoever watched the events still needs to hear.
    pub fn in_short(&self) -> Option<String> {
        match (&self.message, self.is_told) {
            (Some(message), true) => message.lines().next().map(str::to_owned),
            (message, _) => message.clone(),
        }
    }
}
