//! What the engine does to a resource: Pulumi's operation names, with a symbol and words for each.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Number of resources by operation, in Pulumi's own words: `create`, `update`, `same` and so on.
pub type Counts = BTreeMap<String, u64>;

/// An operation as the engine's events name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Operation(pub String);

/// What an operation amounts to for a reader. The order is the order of every summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    Create,
    Update,
    Replace,
    Delete,
    Import,
    Refresh,
    Read,
    Same,
    /// Bookkeeping of the engine, such as forgetting a resource; or a word that this version doesn't know.
    Other,
}

impl Operation {
    pub fn new(name: &str) -> Self {
        Operation(name.to_owned())
    }

    pub fn effect(&self) -> Effect {
        match self.0.as_str() {
            "create" => Effect::Create,
            "update" => Effect::Update,
            "replace" | "create-replacement" | "delete-replaced" | "import-replacement" | "read-replacement" => {
                Effect::Replace
            }
            "delete" => Effect::Delete,
            "import" => Effect::Import,
            "refresh" => Effect::Refresh,
            "read" => Effect::Read,
            "same" => Effect::Same,
            _ => Effect::Other,
        }
    }

    /// While it happens: "creating".
    pub fn doing(&self) -> &str {
        match self.0.as_str() {
            // Their sign is the replacement's, so the plain words are enough.
            "create-replacement" => "creating",
            "delete-replaced" => "deleting",
            other => match self.effect() {
                Effect::Other => other,
                effect => effect.doing(),
            },
        }
    }

    /// When it has happened: "created".
    pub fn done(&self) -> &str {
        match self.0.as_str() {
            "create-replacement" => "created",
            "delete-replaced" => "deleted",
            other => match self.effect() {
                Effect::Other => other,
                effect => effect.done(),
            },
        }
    }
}

impl Effect {
    /// A sign that reads without colour.
    pub fn symbol(self) -> &'static str {
        match self {
            Effect::Create => "+",
            Effect::Update => "~",
            Effect::Replace => "±",
            Effect::Delete => "-",
            Effect::Import => "=",
            Effect::Read | Effect::Refresh => ">",
            Effect::Same | Effect::Other => " ",
        }
    }

    /// In a plan: "create".
    pub fn verb(self) -> &'static str {
        match self {
            Effect::Create => "create",
            Effect::Update => "update",
            Effect::Replace => "replace",
            Effect::Delete => "delete",
            Effect::Import => "import",
            Effect::Refresh => "refresh",
            Effect::Read => "read",
            Effect::Same => "unchanged",
            Effect::Other => "other",
        }
    }

    fn doing(self) -> &'static str {
        match self {
            Effect::Create => "creating",
            Effect::Update => "updating",
            Effect::Replace => "replacing",
            Effect::Delete => "deleting",
            Effect::Import => "importing",
            Effect::Refresh => "refreshing",
            Effect::Read => "reading",
            Effect::Same | Effect::Other => "looking at",
        }
    }

    pub fn done(self) -> &'static str {
        match self {
            Effect::Create => "created",
            Effect::Update => "updated",
            Effect::Replace => "replaced",
            Effect::Delete => "deleted",
            Effect::Import => "imported",
            Effect::Refresh => "refreshed",
            Effect::Read => "read",
            Effect::Same => "unchanged",
            Effect::Other => "other",
        }
    }
}

/// Adds up counts by effect, in reading order: "4 created, 1 updated, 12 unchanged". The three steps of a
/// replacement are one `replace` in the engine's counts, so only that one is counted.
pub fn tally(counts: &Counts, word: fn(Effect) -> &'static str) -> String {
    let mut sums = BTreeMap::new();
    for (name, count) in counts {
        let part_of_replace = matches!(name.as_str(), "create-replacement" | "delete-replaced");
        if *count > 0 && !(part_of_replace && counts.contains_key("replace")) {
            *sums.entry(Operation::new(name).effect()).or_insert(0) += count;
        }
    }
    let words: Vec<String> = sums.into_iter().map(|(effect, count)| format!("{count} {}", word(effect))).collect();
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tallies_read_in_order() {
        let cases: [(&[(&str, u64)], &str); 4] = [
            (&[("same", 12), ("create", 4), ("update", 1)], "4 created, 1 updated, 12 unchanged"),
            (&[("replace", 1), ("create-replacement", 1), ("delete-replaced", 1)], "1 replaced"),
            (&[("create", 0)], "nothing"),
            (&[], "nothing"),
        ];
        for (counts, expected) in cases {
            let counts = counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
            assert_eq!(tally(&counts, Effect::done), expected);
        }
    }
}
