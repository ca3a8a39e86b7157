//! Commits that were told so often that the forge takes little more of it: from then on they are told only what changes.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Reviewer, statuses};
use crate::event::Body;
use crate::forge::{Pull, Told, Trouble};

/// So many statuses are left for what changes.
const SPARE: usize = 100;

/// Such commits, each of which was told of once.
#[derive(Debug, Clone, Default)]
pub struct Crowded(Arc<Mutex<BTreeSet<String>>>);

impl Crowded {
    pub fn has(&self, commit: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(commit)
    }

    /// True when it is new.
    fn note(&self, commit: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(commit.to_owned())
    }
}

impl Reviewer {
    /// Notes a commit whose statuses are nearly used up, and says so once.
    pub(super) fn look_at_room(&self, pull: &Pull, stands: &[Told]) {
        let Some(most) = self.forge.abilities().statuses else {
            return;
        };
        let summary = stands.iter().find(|told| told.name == statuses::SUMMARY);
        let Some(number) = summary.map(|told| told.number).filter(|number| number + SPARE >= most) else {
            return;
        };
        self.note_crowded(pull, || {
            format!(
                "{number} of at most {most} statuses were set on its commit: from now on only a result that changes is"
            )
        });
    }

    /// The forge takes no more. What came of it is in the comment.
    pub(super) fn no_room(&self, pull: &Pull, trouble: &Trouble) {
        self.note_crowded(pull, || trouble.failure.with_hints());
    }

    fn note_crowded(&self, pull: &Pull, words: impl FnOnce() -> String) {
        if self.crowded.note(&pull.head) {
            let message = format!("pr/{}: {}", pull.number, words());
            self.context().tell(None, Body::Note { message });
        }
    }
}
