//! What a preview would change, in one form: the same changes read the same, in whatever order the engine came to them.

use serde::{Deserialize, Serialize};

use crate::digest::Key;
use crate::engine::Secrets;
use crate::engine::changes::{ChangeSet, PropertyChange, ResourceChange};
use crate::engine::operation::{Effect, Operation};
use crate::text::count;

/// The changes of one stack, in the order of their URNs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub resources: Vec<Change>,
    /// Changes of the stack's own outputs.
    pub outputs: Vec<Property>,
    /// What secrets are set to.
    #[serde(default, skip_serializing_if = "Secrets::is_empty")]
    pub secrets: Secrets,
}

/// One resource that would change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    pub urn: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub name: String,
    pub operation: Operation,
    /// Properties that make a replacement necessary.
    pub replaced_for: Vec<String>,
    pub properties: Vec<Property>,
}

/// One property that would change, each side on one line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Property {
    pub path: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

impl Plan {
    pub fn of(changes: &ChangeSet) -> Plan {
        let mut resources: Vec<Change> = changes.resources.iter().map(change).collect();
        resources.sort();
        Plan { resources, outputs: properties(&changes.outputs), secrets: changes.secrets.clone() }
    }

    /// By which two plans are compared. It is keyed, since a value may be a secret that nobody declared as one.
    pub fn digest(&self, key: &Key) -> String {
        key.digest("changes", &serde_json::to_string(self).unwrap_or_default())
    }

    pub(super) fn change(&self, urn: &str) -> Option<&Change> {
        self.resources.iter().find(|change| change.urn == urn)
    }

    pub fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.outputs.is_empty()
    }

    /// How many resources have an effect.
    pub fn number(&self, effect: Effect) -> usize {
        self.resources.iter().filter(|change| change.effect() == effect).count()
    }

    /// Whether something that stands is deleted, be it to be replaced.
    pub fn destroys(&self) -> bool {
        self.number(Effect::Delete) + self.number(Effect::Replace) > 0
    }

    /// "1 to delete, 2 to update", danger first; "nothing to change".
    pub fn in_words(&self) -> String {
        let all = [Effect::Delete, Effect::Replace, Effect::Update, Effect::Create, Effect::Import, Effect::Refresh];
        let mut parts: Vec<String> = all
            .into_iter()
            .map(|effect| (effect, self.number(effect)))
            .filter(|(_, number)| *number > 0)
            .map(|(effect, number)| format!("{number} to {}", effect.verb()))
            .collect();
        // What stays the same is among them only where it has other secrets.
        if let turned @ 1.. = self.number(Effect::Same) {
            parts.push(format!("{} with other secrets", count(turned, "resource")));
        }
        if !self.outputs.is_empty() {
            parts.push(count(self.outputs.len(), "output"));
        }
        if parts.is_empty() { "nothing to change".to_owned() } else { parts.join(", ") }
    }

    /// A line for each resource, danger first.
    pub fn lines(&self) -> Vec<String> {
        let mut changes: Vec<&Change> = self.resources.iter().collect();
        changes.sort_by_key(|change| (danger(change.effect()), &change.urn));
        let output = |output: &Property| format!("output {}", output.in_words());
        changes.into_iter().map(Change::in_words).chain(self.outputs.iter().map(output)).collect()
    }
}

impl Change {
    pub fn effect(&self) -> Effect {
        self.operation.effect()
    }

    /// "- delete files:index:File b"
    pub fn in_words(&self) -> String {
        let effect = self.effect();
        let because = match self.replaced_for.is_empty() {
            true => String::new(),
            false => format!(" (because of {})", self.replaced_for.join(", ")),
        };
        format!("{} {} {} {}{because}", effect.symbol(), effect.verb(), self.kind, self.name)
    }
}

impl Property {
    pub fn in_words(&self) -> String {
        match (&self.before, &self.after) {
            (None, None) => format!("{} differs", self.path),
            (None, Some(after)) => format!("{}: {after}", self.path),
            (Some(before), None) => format!("{}: {before} is dropped", self.path),
            (Some(before), Some(after)) => format!("{}: {before} -> {after}", self.path),
        }
    }
}

/// What can't be undone comes first.
fn danger(effect: Effect) -> u8 {
    match effect {
        Effect::Delete => 0,
        Effect::Replace => 1,
        Effect::Update => 2,
        Effect::Create => 3,
        _ => 4,
    }
}

fn change(change: &ResourceChange) -> Change {
    let mut replaced_for = change.replaced_for.clone();
    replaced_for.sort();
    Change {
        urn: change.urn.clone(),
        kind: change.kind.clone(),
        name: change.name.clone(),
        operation: change.operation.clone(),
        replaced_for,
        properties: properties(&change.properties),
    }
}

fn properties(changes: &[PropertyChange]) -> Vec<Property> {
    let line = |change: &PropertyChange| Property {
        path: change.path.clone(),
        before: change.before.as_ref().map(|value| value.line()),
        after: change.after.as_ref().map(|value| value.line()),
    };
    let mut all: Vec<Property> = changes.iter().map(line).collect();
    all.sort();
    all
}
