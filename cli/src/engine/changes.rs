//! What a preview would change: the engine's events folded into one value that can be rendered or compared.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::event::{EngineEvent, PropertyDiff, ResourceEvent, State, Step};
use super::news::Severity;
use super::operation::{Counts, Effect, Operation};
use super::update_plan::{PlannedOutputs, Secrets};
use super::urn;
use super::value::{self, Shown, Turn};
use crate::scrub::Scrubber;

/// Everything that one stack's preview said.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeSet {
    /// In the order of their URNs, with those that stay the same but for which of their values are secrets: the engine comes to them in another order each time, and the same merge has to read the same.
    pub resources: Vec<ResourceChange>,
    /// Changes of the stack's own outputs.
    pub outputs: Vec<PropertyChange>,
    /// All of the stack's outputs as they would be. Secrets that stay as they are are masked.
    #[serde(skip)]
    pub planned: Option<PlannedOutputs>,
    /// Outputs, or parts of them, that were secrets and stay some. Whether they change only the update plan tells.
    #[serde(skip)]
    pub masked: Vec<PropertyChange>,
    /// What the secrets of `resources` and `outputs` would be set to.
    #[serde(skip)]
    pub secrets: Secrets,
    /// As the engine counts, without the stack itself.
    pub counts: Counts,
    pub diagnostics: Vec<Said>,
    /// To which resource each one belongs, also those that don't change. What belongs to the stack itself has no entry.
    #[serde(skip)]
    pub parents: BTreeMap<String, String>,
    /// Whether it is a refresh: then what the engine found in the end is all that counts, and nothing of it is the program's logic.
    #[serde(skip)]
    pub is_refresh: bool,
    /// Whether the program reads outputs of other stacks.
    #[serde(skip)]
    pub reads_others: bool,
    /// What policy packs refused of it.
    #[serde(skip)]
    pub refused: Vec<String>,
}

/// One resource that would change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceChange {
    pub urn: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub name: String,
    /// The URN of the resource that it belongs to, if that is not the stack itself.
    pub parent: Option<String>,
    pub operation: Operation,
    /// Properties that make a replacement necessary.
    pub replaced_for: Vec<String>,
    pub properties: Vec<PropertyChange>,
}

/// One property that would change; a secret shows as one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PropertyChange {
    pub path: String,
    #[serde(serialize_with = "shown", deserialize_with = "told")]
    pub before: Option<Shown>,
    #[serde(serialize_with = "shown", deserialize_with = "told")]
    pub after: Option<Shown>,
}

/// Something that the engine, a provider or the program said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Said {
    pub severity: Severity,
    pub urn: Option<String>,
    pub message: String,
}

impl PropertyChange {
    /// Whether it stops being a secret, or becomes one.
    pub fn is_turn(&self) -> bool {
        [&self.before, &self.after].into_iter().flatten().any(|side| *side == Shown::NotSecret)
    }

    /// Its path, with what has to be said where no value is shown.
    pub fn named(&self) -> String {
        match &self.after {
            Some(Shown::NotSecret) => format!("{} is no longer a secret", self.path),
            _ if self.is_turn() => format!("{} becomes a secret", self.path),
            _ => self.path.clone(),
        }
    }
}

fn shown<S: Serializer>(value: &Option<Shown>, serializer: S) -> Result<S::Ok, S::Error> {
    value.as_ref().map(Shown::json).serialize(serializer)
}

fn told<'a, D: Deserializer<'a>>(deserializer: D) -> Result<Option<Shown>, D::Error> {
    let value: Option<serde_json::Value> = Option::deserialize(deserializer)?;
    Ok(value.as_ref().map(Shown::told))
}

impl ChangeSet {
    /// Takes the next event of the engine.
    pub fn take(&mut self, event: &EngineEvent) {
        if let Some(step) =
            event.res_outputs_event.as_ref().map(|event| &event.metadata).filter(|step| urn::is_stack(&step.urn))
        {
            (self.masked, self.outputs) = outputs(step);
            let planned = step.new.as_ref().and_then(|state| state.outputs.as_object());
            self.planned = planned.cloned().map(PlannedOutputs);
        }
        for event in [&event.resource_pre_event, &event.res_outputs_event].into_iter().flatten() {
            self.step(event);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.outputs.is_empty()
    }

    /// All of the stack's outputs as they would be, where some would change.
    pub fn puts_out(&self) -> Option<&PlannedOutputs> {
        self.planned.as_ref().filter(|_| !self.outputs.is_empty())
    }

    /// The same changes, as they are without policy packs, with what those said when they refused them.
    pub fn refused_with(mut self, judged: ChangeSet) -> ChangeSet {
        let is_new = |said: &Said| said.severity == Severity::Warning && !self.diagnostics.contains(said);
        let warnings: Vec<Said> = judged.diagnostics.into_iter().filter(is_new).collect();
        self.diagnostics.extend(warnings);
        ChangeSet { refused: judged.refused, ..self }
    }

    /// Takes out the secrets that the engine didn't know to be any.
    pub fn scrub(&mut self, scrubber: &Scrubber) {
        let clean = |text: &mut String| *text = scrubber.scrub(text);
        for resource in &mut self.resources {
            [&mut resource.urn, &mut resource.name].into_iter().chain(&mut resource.parent).for_each(clean);
            resource.replaced_for.iter_mut().for_each(clean);
        }
        let of_resources = self.resources.iter_mut().flat_map(|resource| &mut resource.properties);
        for property in of_resources.chain(&mut self.outputs) {
            clean(&mut property.path);
            for side in [&mut property.before, &mut property.after].into_iter().flatten() {
                side.scrub(scrubber);
            }
        }
        for said in &mut self.diagnostics {
            clean(&mut said.message);
            said.urn.iter_mut().for_each(clean);
        }
        self.refused.iter_mut().for_each(clean);
        let parents = std::mem::take(&mut self.parents).into_iter();
        self.parents = parents.map(|(child, parent)| (scrubber.scrub(&child), scrubber.scrub(&parent))).collect();
        let secrets = std::mem::take(&mut self.secrets).into_iter();
        let scrubbed = |of: BTreeMap<String, String>| of.into_iter().map(|(path, to)| (scrubber.scrub(&path), to));
        self.secrets = secrets.map(|(urn, of)| (scrubber.scrub(&urn), scrubbed(of).collect())).collect();
    }

    /// How many resources there are of each effect that changes something.
    pub fn effects(&self) -> BTreeMap<Effect, usize> {
        let mut effects = BTreeMap::new();
        for resource in self.resources.iter().filter(|resource| resource.operation.effect() != Effect::Same) {
            *effects.entry(resource.operation.effect()).or_default() += 1;
        }
        effects
    }

    fn step(&mut self, event: &ResourceEvent) {
        let step = &event.metadata;
        let parent = parent(step);
        self.parents.extend(parent.iter().map(|parent| (step.urn.clone(), parent.clone())));
        let operation = Operation::new(&step.op);
        // A replacement has several steps; the logical one stands for all of them.
        // A resource that stays the same may yet open what its state kept as a secret.
        let is_change = match operation.effect() {
            Effect::Same => !self.is_refresh && !properties(step).is_empty(),
            effect => !matches!(effect, Effect::Other | Effect::Read),
        };
        let is_found = match self.is_refresh {
            true => operation.effect() != Effect::Refresh,
            false => step.logical,
        };
        if !is_found || !is_change || is_unseen(&step.urn) {
            return;
        }
        let change = ResourceChange {
            urn: step.urn.clone(),
            kind: step.kind.clone(),
            name: urn::parse(&step.urn).name.to_owned(),
            parent,
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

fn parent(step: &Step) -> Option<String> {
    let state = step.new.as_ref().or(step.old.as_ref())?;
    Some(&state.parent).filter(|parent| !parent.is_empty() && !urn::is_stack(parent)).cloned()
}

/// Default providers come and go with the engine's bookkeeping.
fn is_unseen(urn: &str) -> bool {
    urn::is_stack(urn) || (urn::is_provider(urn) && urn::parse(urn).name.starts_with("default"))
}

/// One side of a step, made readable.
struct Side {
    inputs: Shown,
    outputs: Shown,
}

impl Side {
    fn of(state: &State) -> Side {
        Side { inputs: value::read(&state.inputs), outputs: value::read(&state.outputs) }
    }

    fn has(&self, path: &str) -> bool {
        self.inputs.at(path).or_else(|| self.outputs.at(path)).is_some()
    }

    /// How the secrecy of a value differs, among inputs or outputs.
    fn turn(&self, new: &Side, path: &str) -> Option<Turn> {
        let both = [(&self.inputs, &new.inputs), (&self.outputs, &new.outputs)].into_iter();
        both.filter_map(|(before, after)| Turn::between(before.at(path)?, after.at(path)?)).max()
    }

    fn secret_on<'a>(&self, path: &'a str) -> impl Iterator<Item = &'a str> {
        [&self.inputs, &self.outputs].into_iter().filter_map(move |values| values.secret_on(path))
    }
}

fn properties(step: &Step) -> Vec<PropertyChange> {
    let (old, new) = (step.old.as_ref().map(Side::of), step.new.as_ref().map(Side::of));
    let before = old.as_ref().map(|old| &old.inputs);
    let is_same = Operation::new(&step.op).effect() == Effect::Same;
    let changes = match (&old, &new, &step.detailed_diff) {
        // Of what is deleted the name is enough.
        (_, None, _) => Vec::new(),
        _ if is_same => Vec::new(),
        (Some(old), Some(new), Some(diff)) => {
            diff.iter().flat_map(|(path, diff)| difference(path, diff, old, new)).collect()
        }
        (_, Some(new), _) => changed("", before, Some(&new.inputs)),
    };
    let mut changes = hidden(changes, old.as_ref(), new.as_ref());
    let turned = old.as_ref().zip(new.as_ref()).map(|(old, new)| turned(&old.inputs, &new.inputs));
    let is_new = |turn: &PropertyChange| !changes.iter().any(|known| covers(&known.path, &turn.path));
    let turned: Vec<PropertyChange> = turned.unwrap_or_default().into_iter().filter(is_new).collect();
    changes.extend(turned);
    changes
}

/// Inputs that stop being secrets, or become some. Providers compare values, so they don't tell.
fn turned(before: &Shown, after: &Shown) -> Vec<PropertyChange> {
    let mut changes = changed("", Some(before), Some(after));
    changes.retain(PropertyChange::is_turn);
    changes
}

/// Whether a path is another one's, or leads there.
pub(super) fn covers(path: &str, other: &str) -> bool {
    other.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// What the provider says that differs.
fn difference(path: &str, diff: &PropertyDiff, old: &Side, new: &Side) -> Vec<PropertyChange> {
    let inputs = old.inputs.at(path);
    let before = if diff.input_diff { inputs } else { old.outputs.at(path).or(inputs) };
    let found = changed(path, before, new.inputs.at(path));
    // The provider may see a difference that inputs and outputs don't show.
    let unseen = || vec![PropertyChange { path: path.to_owned(), before: None, after: None }];
    if found.is_empty() { unseen() } else { found }
}

/// The same changes without what is a secret on any side, among inputs or outputs: what became one was meant to be one,
/// and of what lies in it not even the names are told.
fn hidden(changes: Vec<PropertyChange>, old: Option<&Side>, new: Option<&Side>) -> Vec<PropertyChange> {
    let hide = |change: PropertyChange| {
        let secrets = [old, new].into_iter().flatten().flat_map(|side| side.secret_on(&change.path));
        let Some(path) = secrets.min_by_key(|path| path.len()).map(str::to_owned) else {
            return change;
        };
        let [was, is] = Turn::sides(old.zip(new).and_then(|(old, new)| old.turn(new, &path)));
        let side = |side: Option<&Side>, shown| side.filter(|side| side.has(&path)).map(|_| shown);
        PropertyChange { before: side(old, was), after: side(new, is), path }
    };
    let mut hidden: Vec<PropertyChange> = changes.into_iter().map(hide).collect();
    hidden.dedup();
    hidden
}

/// The outputs that are masked on both sides, and those that change.
fn outputs(step: &Step) -> (Vec<PropertyChange>, Vec<PropertyChange>) {
    let side = |state: &Option<State>| state.as_ref().map(|state| value::read(&state.outputs));
    let (before, after) = (side(&step.old), side(&step.new));
    let stays =
        |change: &PropertyChange| [&change.before, &change.after].iter().all(|side| **side == Some(Shown::Secret));
    changed("", before.as_ref(), after.as_ref()).into_iter().partition(stays)
}

/// Differences without what only providers read (`__defaults` and such), and without an empty whole.
fn changed(path: &str, before: Option<&Shown>, after: Option<&Shown>) -> Vec<PropertyChange> {
    // A whole that was empty had no properties, which is as good as none.
    let [before, after] = [before, after].map(|side| side.filter(|side| !path.is_empty() || !side.is_empty_object()));
    let differences = value::differences(path, before, after).into_iter();
    let differences = differences.filter(|(path, ..)| !path.is_empty() && !path.starts_with("__"));
    differences.map(|(path, before, after)| PropertyChange { path, before, after }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn secret() -> Value {
        json!({"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "x"})
    }

    /// What the properties of an update tell, whose old and new side have these inputs and outputs.
    fn told(old: [Value; 2], new: [Value; 2], diff: &[&str]) -> Vec<String> {
        step("update", old, new, diff)
    }

    fn step(operation: &str, old: [Value; 2], new: [Value; 2], diff: &[&str]) -> Vec<String> {
        let side = |[inputs, outputs]: [Value; 2]| json!({"inputs": inputs, "outputs": outputs});
        let differs = |path: &&str| ((*path).to_owned(), json!({"diffKind": "update", "inputDiff": false}));
        let detailed = (!diff.is_empty()).then(|| diff.iter().map(differs).collect::<serde_json::Map<_, _>>());
        let step = json!({"op": operation, "logical": true, "urn": "urn:pulumi:dev::net::a:b:C::web", "type": "a:b:C",
            "old": side(old), "new": side(new), "detailedDiff": detailed});
        let event = serde_json::from_value(json!({"resourcePreEvent": {"metadata": step}})).expect("an event");
        let mut changes = ChangeSet::default();
        changes.take(&event);
        let line = |side: &Option<Shown>| side.as_ref().map_or("nothing".to_owned(), Shown::line);
        let properties = changes.resources.iter().flat_map(|resource| &resource.properties);
        properties.map(|p| format!("{}: {} -> {}", p.path, line(&p.before), line(&p.after))).collect()
    }

    #[test]
    fn what_had_no_properties_gets_some() {
        let some = json!({"p": 1});
        assert_eq!(told(both(json!({})), both(some.clone()), &[]), ["p: nothing -> 1"]);
        assert_eq!(told(both(some), both(json!({})), &[]), ["p: 1 -> nothing"]);
        assert_eq!(told(both(json!({})), both(json!({})), &[]), [""; 0]);
    }

    fn both(value: Value) -> [Value; 2] {
        [value.clone(), value]
    }

    /// Whatever is a secret on any side is told on no side, whichever way the provider names the difference.
    #[test]
    fn what_is_secret_on_either_side_is_told_on_neither() {
        let (plain, hidden) = (json!({"labels": {"x": "hush"}}), json!({"labels": secret()}));
        let (closed, opened) = (["labels: [not a secret] -> [secret]"], ["labels: [secret] -> [not a secret]"]);
        for diff in [&["labels.x"][..], &["labels"], &["labels.x", "labels.y"], &[]] {
            assert_eq!(told(both(plain.clone()), both(hidden.clone()), diff), closed, "{diff:?}");
            assert_eq!(told(both(hidden.clone()), both(plain.clone()), diff), opened, "back: {diff:?}");
        }
        let leaf = json!({"labels": {"x": secret()}});
        assert_eq!(told(both(plain.clone()), both(leaf), &["labels.x"]), ["labels.x: [not a secret] -> [secret]"]);
        let bracketed = told(both(json!({"t": {"a.b": "hush"}})), both(json!({"t": secret()})), &["t[\"a.b\"]"]);
        assert_eq!(bracketed, ["t: [not a secret] -> [secret]"]);
    }

    /// A provider compares values, and the engine takes what has the same ones for the same.
    #[test]
    fn an_input_that_stops_being_a_secret_is_a_change_whatever_the_provider_says() {
        let inputs = |word: Value, size: u8| json!({"word": word, "size": size});
        let (hidden, plain) = (inputs(secret(), 1), inputs(json!("hush"), 1));
        let opened = "word: [secret] -> [not a secret]";
        assert_eq!(step("same", both(hidden.clone()), [plain.clone(), hidden.clone()], &[]), [opened]);
        assert_eq!(step("same", both(plain.clone()), both(hidden.clone()), &[]), ["word: [not a secret] -> [secret]"]);
        assert_eq!(step("same", both(hidden.clone()), both(hidden.clone()), &[]), [""; 0]);
        assert_eq!(step("same", both(plain.clone()), both(inputs(json!("other"), 1)), &[]), [""; 0]);
        let resized = inputs(json!("hush"), 2);
        assert_eq!(told(both(hidden.clone()), both(resized), &["size"]), ["size: 1 -> 2", opened]);
    }

    #[test]
    fn an_output_that_stops_being_a_secret_is_a_change() {
        let outputs = |old: Value, new: Value| {
            let side = |outputs: Value| json!({"outputs": {"labels": outputs}});
            let step = json!({"op": "same", "urn": "urn:pulumi:dev::net::pulumi:pulumi:Stack::net-dev",
                "type": "pulumi:pulumi:Stack", "logical": true, "old": side(old), "new": side(new)});
            let mut changes = ChangeSet::default();
            changes.take(&serde_json::from_value(json!({"resOutputsEvent": {"metadata": step}})).expect("an event"));
            let seen = serde_json::to_string(&changes).expect("JSON");
            assert!(!seen.contains("hush"), "{seen}");
            changes.outputs.iter().map(PropertyChange::named).collect::<Vec<_>>()
        };
        let plain = || json!({"x": "hush"});
        assert_eq!(outputs(secret(), plain()), ["labels is no longer a secret"]);
        assert_eq!(outputs(plain(), secret()), ["labels becomes a secret"]);
        assert_eq!(outputs(json!({"x": secret()}), plain()), ["labels.x is no longer a secret"]);
        assert_eq!(outputs(secret(), secret()), [""; 0]);
    }

    #[test]
    fn what_is_secret_only_among_outputs_or_inputs_is_told_of_neither() {
        let (plain, hidden) = (json!({"p": "hush"}), json!({"p": secret()}));
        let other = json!({"p": "hush too"});
        let (closed, opened) = (["p: [not a secret] -> [secret]"], ["p: [secret] -> [not a secret]"]);
        for diff in [&["p"][..], &[]] {
            assert_eq!(told([plain.clone(), hidden.clone()], both(other.clone()), diff), opened, "{diff:?}");
            assert_eq!(told([hidden.clone(), plain.clone()], both(other.clone()), diff), opened, "{diff:?}");
            assert_eq!(told(both(plain.clone()), [other.clone(), hidden.clone()], diff), closed, "{diff:?}");
        }
        // What the engine has not asked for yet says nothing.
        let asked = told([plain, hidden], [other, json!({})], &["p"]);
        assert_eq!(asked, ["p: [secret] -> [secret]"]);
    }

    /// Items move about in lists, so one that became a secret may stand under another number.
    #[test]
    fn a_secret_in_a_list_hides_its_neighbours() {
        let (plain, hidden) = (json!({"l": ["hush", "x"]}), json!({"l": ["x", secret()]}));
        assert_eq!(
            told(both(plain), both(hidden), &["l[0]", "l[1]"]),
            ["l[0]: [secret] -> [secret]", "l[1]: [not a secret] -> [secret]", "l: [not a secret] -> [secret]"]
        );
        let items = |word: Value| json!({"l": [{"name": "a", "word": "hush"}, {"name": "b", "word": word}]});
        let found = told(both(items(json!("shh"))), both(items(secret())), &["l[0].word", "l[1].name"]);
        assert_eq!(
            found,
            ["l[0].word: [secret] -> [secret]", "l[1].name: nothing -> nothing", "l: [not a secret] -> [secret]"]
        );
    }
}
