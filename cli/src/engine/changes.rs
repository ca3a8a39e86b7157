//! What a preview would change: the engine's events folded into one value that can be rendered or compared.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::event::{EngineEvent, PropertyDiff, ResourceEvent, State, Step};
use super::news::Severity;
use super::operation::{Counts, Effect, Operation};
use super::urn;
use super::value::{self, Shown};

/// Everything that one stack's preview said.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeSet {
    /// In the order of their URNs: the engine comes to them in another order each time, and the same merge has to read the same.
    pub resources: Vec<ResourceChange>,
    /// Changes of the stack's own outputs.
    pub outputs: Vec<PropertyChange>,
    pub counts: Counts,
    pub diagnostics: Vec<Said>,
}

/// One resource that would change.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceChange {
    pub urn: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub name: String,
    pub operation: Operation,
    /// Properties that make a replacement necessary.
    pub replaced_for: Vec<String>,
    pub properties: Vec<PropertyChange>,
}

/// One property that would change; a secret shows as one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PropertyChange {
    pub path: String,
    #[serde(serialize_with = "shown")]
    pub before: Option<Shown>,
    #[serde(serialize_with = "shown")]
    pub after: Option<Shown>,
}

/// Something that the engine, a provider or the program said.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Said {
    pub severity: Severity,
    pub urn: Option<String>,
    pub message: String,
}

fn shown<S: Serializer>(value: &Option<Shown>, serializer: S) -> Result<S::Ok, S::Error> {
    value.as_ref().map(Shown::json).serialize(serializer)
}

impl ChangeSet {
    /// Takes the next event of the engine.
    pub fn take(&mut self, event: &EngineEvent) {
        if let Some(step) =
            event.res_outputs_event.as_ref().map(|event| &event.metadata).filter(|step| urn::is_stack(&step.urn))
        {
            self.outputs = outputs(step);
        }
        for event in [&event.resource_pre_event, &event.res_outputs_event].into_iter().flatten() {
            self.step(event);
        }
        if let Some(summary) = &event.summary_event {
            self.counts = summary.resource_changes.clone();
        }
    }

    pub fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.outputs.is_empty()
    }

    /// How many resources there are of each effect that changes something.
    pub fn effects(&self) -> BTreeMap<Effect, usize> {
        let mut effects = BTreeMap::new();
        for resource in &self.resources {
            *effects.entry(resource.operation.effect()).or_default() += 1;
        }
        effects
    }

    fn step(&mut self, event: &ResourceEvent) {
        let step = &event.metadata;
        let operation = Operation::new(&step.op);
        // A replacement has several steps; the logical one stands for all of them.
        if !step.logical || matches!(operation.effect(), Effect::Same | Effect::Other) || is_unseen(&step.urn) {
            return;
        }
        let change = ResourceChange {
            urn: step.urn.clone(),
            kind: step.kind.clone(),
            name: urn::parse(&step.urn).name.to_owned(),
            operation,
            replaced_for: step.keys.clone().unwrap_or_default(),
            properties: properties(step),
        };
        match self.resources.iter_mut().find(|known| known.urn == change.urn && known.operation == change.operation) {
            Some(known) => *known = change,
            None => {
                let place = self.resources.partition_point(|known| known.urn <= change.urn);
                self.resources.insert(place, change);
            }
        }
    }
}

/// Default providers come and go with the engine's bookkeeping.
fn is_unseen(urn: &str) -> bool {
    urn::is_stack(urn) || (urn::is_provider(urn) && urn::parse(urn).name.starts_with("default"))
}

fn properties(step: &Step) -> Vec<PropertyChange> {
    let side = |state: &Option<State>| state.as_ref().map(|state| value::read(&state.inputs));
    let (before, after) = (side(&step.old), side(&step.new));
    match (&step.old, &step.new, &step.detailed_diff) {
        // Of what is deleted the name is enough.
        (_, None, _) => Vec::new(),
        (None, Some(_), _) => changed("", None, after.as_ref()),
        (Some(old), Some(_), Some(diff)) => {
            let outputs = value::read(&old.outputs);
            let one = |(path, diff): (&String, &PropertyDiff)| {
                let inputs = before.as_ref().and_then(|before| before.at(path));
                let old = if diff.input_diff { inputs } else { outputs.at(path).or(inputs) };
                let found = changed(path, old, after.as_ref().and_then(|after| after.at(path)));
                // The provider saw a difference that inputs and outputs don't show.
                if found.is_empty() {
                    vec![PropertyChange { path: path.clone(), before: None, after: None }]
                } else {
                    found
                }
            };
            diff.iter().flat_map(one).collect()
        }
        (Some(_), Some(_), None) => changed("", before.as_ref(), after.as_ref()),
    }
}

fn outputs(step: &Step) -> Vec<PropertyChange> {
    let side = |state: &Option<State>| state.as_ref().map(|state| value::read(&state.outputs));
    let (before, after) = (side(&step.old), side(&step.new));
    let mut changes = changed("", before.as_ref(), after.as_ref());
    // A secret output can't be compared, so it counts only when it is added or removed.
    changes.retain(|change| change.before != Some(Shown::Secret) || change.after != Some(Shown::Secret));
    changes
}

/// Differences without what only providers read (`__defaults` and such), and without an empty whole.
fn changed(path: &str, before: Option<&Shown>, after: Option<&Shown>) -> Vec<PropertyChange> {
    let differences = value::differences(path, before, after).into_iter();
    let differences = differences.filter(|(path, ..)| !path.is_empty() && !path.starts_with("__"));
    differences.map(|(path, before, after)| PropertyChange { path, before, after }).collect()
}
