//! What a commit is told: one status for all, which a branch rule can require, and one for each stack. Pure.

use crate::forge::{State, Status};
use crate::record::{PullRecord, PullStack};

/// The one for all.
pub const SUMMARY: &str = crate::forge::STATUS;
/// How the names of the others begin.
pub const OF_STACKS: &str = "gitinfra/";
/// What is said of a stack that was previewed well, once the whole can't be previewed any more.
pub const TAKEN_BACK: &str = "not previewed any more: nothing of this commit can be";
/// With more stacks there is only the one for all: a list of hundreds is read by nobody.
const MOST_STACKS: usize = 50;

pub fn begun() -> Status {
    one(SUMMARY, State::Pending, "previewing what a merge would change")
}

/// One for each stack that was previewed.
pub fn of(shown: &PullRecord) -> Vec<Status> {
    match shown.stacks.len() > MOST_STACKS {
        true => Vec::new(),
        false => shown.stacks.iter().map(of_stack).collect(),
    }
}

fn of_stack(stack: &PullStack) -> Status {
    let changes = &stack.words;
    // What would be held may be merged: it is decided about then, or before by its seal.
    let (state, words) = match (&stack.failure, stack.objections.first()) {
        (Some(failure), _) => (State::Failure, format!("the preview failed: {failure}")),
        (None, Some(objection)) => (State::Success, format!("would be held: {changes}; {objection}")),
        (None, None) => (State::Success, changes.clone()),
    };
    one(&format!("{OF_STACKS}{}", stack.name), state, &words)
}

pub fn summary(shown: &PullRecord) -> Status {
    let state = if shown.is_well() { State::Success } else { State::Failure };
    one(SUMMARY, state, &shown.words)
}

pub fn one(name: &str, state: State, words: &str) -> Status {
    Status { name: name.to_owned(), state, words: words.to_owned(), details: None }
}
