//! What was found out about a pull request.

use std::collections::BTreeMap;

use crate::comment::Preview;
use crate::engine::changes::ChangeSet;
use crate::engine::operation::Effect;
use crate::text::count;

/// What came of looking at it.
pub enum Found {
    Previewed(Preview),
    /// The merge itself is wrong, such as one with conflicts: why.
    Refused(String),
    /// It is a stranger's, and nothing of it was run.
    Untrusted,
}

impl Found {
    pub fn preview(&self) -> Option<&Preview> {
        match self {
            Found::Previewed(preview) => Some(preview),
            _ => None,
        }
    }

    /// One word, for the comment's mark.
    pub fn word(&self) -> &'static str {
        match self {
            Found::Previewed(_) => "previewed",
            Found::Refused(_) => "refused",
            Found::Untrusted => "untrusted",
        }
    }

    /// Whether something can be read in a comment that the status does not say.
    pub fn is_worth_a_comment(&self) -> bool {
        self.preview()
            .is_none_or(|preview| !preview.stacks.is_empty() || !preview.gone.is_empty() || !preview.notes.is_empty())
    }

    /// How many previews failed.
    pub fn failed(&self) -> usize {
        let stacks = self.preview().map(|preview| preview.stacks.as_slice()).unwrap_or_default();
        stacks.iter().filter(|stack| stack.failure.is_some()).count()
    }

    /// How many of the stacks would not be rolled out unasked.
    fn held(&self) -> usize {
        let stacks = self.preview().map(|preview| preview.stacks.as_slice()).unwrap_or_default();
        stacks.iter().filter(|stack| !stack.objections.is_empty()).count()
    }

    /// One line for all: danger first.
    pub fn words(&self) -> String {
        let preview = match self {
            Found::Previewed(preview) => preview,
            Found::Refused(why) => return why.clone(),
            Found::Untrusted => return "untrusted: it comes from a fork, and nothing was run".to_owned(),
        };
        let (failed, stacks) = (self.failed(), &preview.stacks);
        match (stacks.len(), failed) {
            (0, _) => "no stack is touched".to_owned(),
            (all, 1..) => format!("{failed} of {} failed", count(all, "preview")),
            (all, 0) => {
                let held = match self.held() {
                    0 => String::new(),
                    held => format!(", {held} would be held"),
                };
                format!("{}{held}: {}", count(all, "stack"), in_words(stacks.iter().map(|stack| &stack.changes)))
            }
        }
    }
}

/// "2 to delete, 1 to create", danger first.
pub fn in_words<'a>(all: impl Iterator<Item = &'a ChangeSet>) -> String {
    const DANGER_FIRST: [Effect; 5] = [Effect::Delete, Effect::Replace, Effect::Update, Effect::Create, Effect::Import];
    let mut effects: BTreeMap<Effect, usize> = BTreeMap::new();
    let (mut has_resources, mut has_outputs) = (false, false);
    for changes in all {
        has_resources |= !changes.resources.is_empty();
        has_outputs |= !changes.outputs.is_empty();
        for (effect, number) in changes.effects() {
            *effects.entry(effect).or_default() += number;
        }
    }
    let word = |effect: &Effect| Some(format!("{} to {}", effects.get(effect)?, effect.verb()));
    let words: Vec<String> = DANGER_FIRST.iter().filter_map(word).collect();
    match (words.is_empty(), has_resources, has_outputs) {
        (false, ..) => words.join(", "),
        (true, true, _) => "only which values are secrets changes".to_owned(),
        (true, false, true) => "only outputs change".to_owned(),
        (true, false, false) => "nothing changes".to_owned(),
    }
}
