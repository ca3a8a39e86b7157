//! What a commit is told: one status for all, which a branch rule can require, and one for each stack. Pure.

use super::found::{Found, in_words};
use crate::comment::StackPreview;
use crate::forge::{State, Status};

/// The one for all.
pub const SUMMARY: &str = "gitinfra";
/// How the names of the others begin.
pub const OF_STACKS: &str = "gitinfra/";
/// What is said of a stack that was previewed well, once the whole can't be previewed any more.
pub const TAKEN_BACK: &str = "not previewed any more: nothing of this commit can be";
/// With more stacks there is only the one for all: a list of hundreds is read by nobody.
const MOST_STACKS: usize = 50;

pub fn begun() -> Status {
    one(SUMMARY, State::Pending, "previewing what a merge would change")
}

/// One for each stack.
pub fn of(found: &Found) -> Vec<Status> {
    let stacks = found.preview().map(|preview| preview.stacks.as_slice()).unwrap_or_default();
    match stacks.len() > MOST_STACKS {
        true => Vec::new(),
        false => stacks.iter().map(of_stack).collect(),
    }
}

fn of_stack(stack: &StackPreview) -> Status {
    let changes = in_words(std::iter::once(&stack.changes));
    // What would be held may be merged: it is decided about then, or before by its seal.
    let (state, words) = match (&stack.failure, stack.objections.first()) {
        (Some(failure), _) => (State::Failure, format!("the preview failed: {failure}")),
        (None, Some(objection)) => (State::Success, format!("would be held: {changes}; {objection}")),
        (None, None) => (State::Success, changes),
    };
    one(&format!("{OF_STACKS}{}", stack.name), state, &words)
}

pub fn summary(found: &Found) -> Status {
    let state = match found {
        Found::Previewed(_) if found.failed() == 0 => State::Success,
        _ => State::Failure,
    };
    one(SUMMARY, state, &found.words())
}

pub fn one(name: &str, state: State, words: &str) -> Status {
    Status { name: name.to_owned(), state, words: words.to_owned(), details: None }
}
