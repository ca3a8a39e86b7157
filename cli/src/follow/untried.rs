//! Stacks that can't be tried at a commit: what is wrong with them keeps the others from nothing, and is told once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use super::{Follow, Tally};
use crate::event::Body;
use crate::failure::{Failure, Kind};
use crate::repo::Fault;

/// What was told of each stack, or of a folder whose stacks have no names, at the commit where it was looked at last.
#[derive(Default)]
pub struct Untried(Mutex<BTreeMap<String, (String, BTreeSet<String>)>>);

impl Untried {
    /// Notes what is told, and says whether it is news.
    fn note(&self, of: &str, commit: &str, reason: &str) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, told) = all.entry(of.to_owned()).or_default();
        if at != commit {
            (*at, *told) = (commit.to_owned(), BTreeSet::new());
        }
        told.insert(reason.to_owned())
    }
}

impl Follow {
    /// Tells what is wrong with stacks of a commit.
    pub(super) fn tell_faults(&self, faults: &[Fault], commit: &str, is_new: bool, tally: &mut Tally) {
        for Fault { stack, has_stacks, failure, folder, .. } in faults {
            match has_stacks {
                true => self.skip((stack.as_deref(), stack.as_ref().unwrap_or(folder)), commit, failure, tally),
                false if is_new => self.context.tell(stack.as_deref(), Body::Note { message: failure.message.clone() }),
                false => {}
            }
        }
    }

    /// Leaves a stack alone that can't be tried; `of` is what it is known by, if not by its name. Whoever asks for it is told again.
    pub(super) fn skip(&self, (stack, of): (Option<&str>, &str), commit: &str, failure: &Failure, tally: &mut Tally) {
        let waits = matches!(failure.kind, Kind::Busy | Kind::Held);
        let reason = self.scrubber.scrub(&failure.with_hints());
        if self.untried.note(of, commit, &reason) || self.wishes.look_anew() {
            self.context.tell(stack, Body::Skipped { reason, commit: (!waits).then(|| commit.to_owned()) });
        }
        tally.skip(failure.kind);
    }
}
