//! A stack without an engine: a program's resources, one after another, as the engine would have the provider make, change and delete them.
//!
//! The journeys run the real engine. This runs thousands of lives a minute, each of which begins or ends badly.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::aws::Aws;
use crate::life::anew::unsure;
use crate::life::provider::{Failure, Provider};

/// A resource of a program: its name, its type without the package, and its properties, in which `${name.output}` refers to others, and
/// `${name.output.0.part}` to what is in an output.
#[derive(Debug, Clone)]
pub struct Asked {
    pub name: String,
    pub kind: &'static str,
    pub properties: Value,
}

impl Asked {
    pub fn new(name: &str, kind: &'static str, properties: Value) -> Asked {
        Asked { name: name.to_owned(), kind, properties }
    }
}

/// A resource of the state.
#[derive(Debug, Clone)]
pub struct Kept {
    pub name: String,
    pub kind: &'static str,
    pub id: String,
    pub inputs: Value,
    pub outputs: Value,
    /// Its creation or its last update failed half-way.
    pub broken: bool,
}

/// A stack with its state.
pub struct Stack {
    aws: Aws,
    name: String,
    provider: Provider,
    /// Whether the provider has served a run: as with the engine, each run has one of its own.
    used: bool,
    folder: TempDir,
    pub state: Vec<Kept>,
    /// The creations that were under way when the provider was killed: their URNs and inputs.
    pending: Vec<(String, Value)>,
    /// The resources that are to be replaced by wish.
    pub replace: BTreeSet<String>,
    /// The resources that are to be replaced by wish, the old one being deleted first.
    pub replace_first: BTreeSet<String>,
    /// The IAM actions that each type needed for each verb, once a trial wants to know.
    pub actions: Option<Actions>,
    /// How many calls of the account have been looked at for them.
    noted: usize,
    seed: u64,
}

/// The IAM actions that a type needs to create, read, update and delete.
pub type Actions = BTreeMap<(&'static str, &'static str), BTreeSet<String>>;

impl Stack {
    pub fn new(aws: &Aws) -> Stack {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let seed = NEXT.fetch_add(1, Ordering::Relaxed);
        Stack {
            aws: aws.clone(),
            name: format!("s{seed}"),
            provider: Provider::start(aws, None),
            used: false,
            folder: TempDir::new().expect("a folder"),
            state: Vec::new(),
            pending: Vec::new(),
            replace: BTreeSet::new(),
            replace_first: BTreeSet::new(),
            actions: None,
            noted: 0,
            seed: seed << 32,
        }
    }

    /// The id of the process that will serve the next run.
    pub fn pid(&mut self) -> u32 {
        self.fresh();
        self.provider.pid()
    }

    fn fresh(&mut self) {
        if std::mem::take(&mut self.used) {
            self.provider = Provider::start(&self.aws, None);
        }
    }

    /// From now on it notes which IAM actions each type needs.
    pub fn note_actions(&mut self) {
        self.noted = self.aws.actions_after(0).0;
        self.actions = Some(Actions::new());
    }

    /// What a new engine does after the old one was killed: it starts a new provider, and tells it what was under way.
    pub fn restart(&mut self) {
        let creations = self
            .pending
            .drain(..)
            .map(|(urn, inputs)| json!({"type": "creating", "resource": {"urn": urn, "inputs": inputs}}));
        let export = json!({"deployment": {"pending_operations": creations.collect::<Vec<_>>()}});
        let path = self.folder.path().join("state.json");
        std::fs::write(&path, export.to_string()).expect("a file");
        self.provider = Provider::start(&self.aws, Some(&path));
        self.used = false;
    }

    /// What a new run does after the provider alone has died: its engine has no note of what was under way. The provider has.
    pub fn begin_anew(&mut self) {
        self.pending.clear();
        let folder = self.folder.path().join("creations");
        self.provider = Provider::start_with(&self.aws, [("GITINFRA_CREATIONS", folder.as_path())]);
        self.used = false;
    }

    pub fn kept(&self, name: &str) -> &Kept {
        self.state.iter().find(|kept| kept.name == name).unwrap_or_else(|| panic!("no `{name}` in the state"))
    }

    fn urn(&self, name: &str, kind: &str) -> String {
        format!("urn:pulumi:{}::lives::gitinfra:{kind}::{name}", self.name)
    }

    /// What a preview says of the inputs of a resource, some of which may be unknown.
    pub fn check(&mut self, asked: &Asked) -> Result<Value, Failure> {
        let urn = self.urn(&asked.name, asked.kind);
        self.seed += 1;
        self.provider.check(&urn, &json!({}), &resolved(&asked.properties, &self.state), self.seed)
    }

    /// A value with the outputs of the state that it refers to.
    pub fn filled(&self, value: &Value) -> Value {
        resolved(value, &self.state)
    }

    /// Brings the state to a program: the steps that were taken, or the first failure.
    pub fn up(&mut self, program: &[Asked]) -> Result<Vec<String>, Failure> {
        self.fresh();
        self.used = true;
        let mut steps = Vec::new();
        let mut old_ones = Vec::new();
        for asked in program {
            if self.replace_first.remove(&asked.name) {
                self.make_room(asked, program)?;
                steps.push(format!("replace-in-its-place {}", asked.name));
                continue;
            }
            self.step(asked, &mut steps, &mut old_ones)?;
        }
        while let Some(old) = old_ones.pop() {
            self.delete(&old)?;
            steps.push(format!("delete-replaced {}", old.name));
        }
        let wanted: BTreeSet<_> = program.iter().map(|asked| &asked.name).collect();
        let leaving: Vec<_> = self.state.iter().filter(|kept| !wanted.contains(&kept.name)).cloned().collect();
        for old in leaving.iter().rev() {
            self.delete(old)?;
            self.state.retain(|kept| kept.name != old.name);
            steps.push(format!("delete {}", old.name));
        }
        Ok(steps)
    }

    /// Deletes a resource, and before it those that can't do without it, and makes it anew.
    fn make_room(&mut self, asked: &Asked, program: &[Asked]) -> Result<(), Failure> {
        let mut replaced = vec![asked.name.clone()];
        for other in program {
            let Some(old) = self.state.iter().find(|kept| kept.name == other.name).cloned() else { continue };
            let Some(unsure) = unsure(&old.inputs, &other.properties, &replaced) else { continue };
            let urn = self.urn(&old.name, old.kind);
            let difference = self.provider.diff(&urn, &old.id, (&old.inputs, &old.outputs), &unsure)?;
            if !difference.replaces.is_empty() {
                replaced.push(old.name);
            }
        }
        for name in replaced.iter().rev() {
            let old = self.kept(name).clone();
            self.delete(&old)?;
            self.state.retain(|kept| kept.name != *name);
        }
        let urn = self.urn(&asked.name, asked.kind);
        let given = resolved(&asked.properties, &self.state);
        self.create(asked, &urn, &given)
    }

    fn step(&mut self, asked: &Asked, steps: &mut Vec<String>, old_ones: &mut Vec<Kept>) -> Result<(), Failure> {
        let urn = self.urn(&asked.name, asked.kind);
        let given = resolved(&asked.properties, &self.state);
        let Some(old) = self.state.iter().find(|kept| kept.name == asked.name).cloned() else {
            self.create(asked, &urn, &given)?;
            steps.push(format!("create {}", asked.name));
            return Ok(());
        };
        self.seed += 1;
        let new = self.provider.check(&urn, &old.inputs, &given, self.seed)?;
        if self.replace.remove(&asked.name) {
            self.create(asked, &urn, &given)?;
            steps.push(format!("replace {}", asked.name));
            old_ones.push(old);
            return Ok(());
        }
        let outputs = (&old.inputs, &old.outputs);
        let difference = self.noting(asked.kind, "update", |provider| provider.diff(&urn, &old.id, outputs, &new))?;
        match (difference.replaces.is_empty(), difference.delete_first) {
            (true, _) if difference.changes || old.broken => {
                let update = |provider: &mut Provider| provider.update(&urn, &old.id, outputs, &new);
                let updated = self.noting(asked.kind, "update", update);
                self.note(&asked.name, asked.kind, updated.map(|outputs| (old.id.clone(), outputs)), &new)?;
                steps.push(format!("update {}", asked.name));
            }
            (true, _) => {}
            (false, true) => {
                self.delete(&old)?;
                self.state.retain(|kept| kept.name != old.name);
                self.create(asked, &urn, &given)?;
                steps.push(format!("replace-in-its-place {}", asked.name));
            }
            (false, false) => {
                self.create(asked, &urn, &given)?;
                steps.push(format!("replace {}", asked.name));
                old_ones.push(old);
            }
        }
        Ok(())
    }

    fn create(&mut self, asked: &Asked, urn: &str, given: &Value) -> Result<(), Failure> {
        self.seed += 1;
        let inputs = self.provider.check(urn, &json!({}), given, self.seed)?;
        self.pending.push((urn.to_owned(), inputs.clone()));
        let made = self.noting(asked.kind, "create", |provider| provider.create(urn, &inputs));
        let killed = made.as_ref().is_err_and(|failure| failure.made.is_none() && is_dead(&failure.words));
        if !killed {
            self.pending.pop();
        }
        self.note(&asked.name, asked.kind, made, &inputs)
    }

    /// Writes down what came of a creation or an update.
    fn note(
        &mut self,
        name: &str,
        kind: &'static str,
        outcome: Result<(String, Value), Failure>,
        inputs: &Value,
    ) -> Result<(), Failure> {
        let (kept, failure) = match outcome {
            Ok((id, outputs)) => ((id, outputs, inputs.clone(), false), None),
            Err(Failure { words, made: Some((id, outputs, inputs)) }) => {
                ((id, outputs, inputs, true), Some(Failure { words, made: None }))
            }
            Err(failure) => return Err(failure),
        };
        let (id, outputs, inputs, broken) = kept;
        let kept = Kept { name: name.to_owned(), kind, id, inputs, outputs, broken };
        match self.state.iter_mut().find(|old| old.name == name) {
            Some(old) => *old = kept,
            None => self.state.push(kept),
        }
        failure.map_or(Ok(()), Err)
    }

    fn delete(&mut self, old: &Kept) -> Result<(), Failure> {
        let urn = self.urn(&old.name, old.kind);
        self.noting(old.kind, "delete", |provider| provider.delete(&urn, &old.id, &old.inputs, &old.outputs))
    }

    /// Speaks to the provider, and notes the IAM actions that it needed for it.
    fn noting<T>(&mut self, kind: &'static str, verb: &'static str, speak: impl FnOnce(&mut Provider) -> T) -> T {
        let answer = speak(&mut self.provider);
        if let Some(actions) = &mut self.actions {
            let (noted, needed) = self.aws.actions_after(self.noted);
            actions.entry((kind, verb)).or_default().extend(needed);
            self.noted = noted;
        }
        answer
    }

    /// Brings the state to what AWS has; says what is gone.
    pub fn refresh(&mut self) -> Result<Vec<String>, Failure> {
        let mut gone = Vec::new();
        for kept in self.state.clone() {
            let urn = self.urn(&kept.name, kept.kind);
            let read = |provider: &mut Provider| provider.read(&urn, &kept.id, &kept.inputs, &kept.outputs);
            let seen = self.noting(kept.kind, "read", read)?;
            let at = self.state.iter().position(|it| it.name == kept.name).expect("it is there");
            match seen {
                Some((inputs, outputs)) => self.state[at] = Kept { inputs, outputs, ..kept },
                None => {
                    self.state.remove(at);
                    gone.push(kept.name);
                }
            }
        }
        Ok(gone)
    }

    /// Brings one resource of the state to what AWS has.
    pub fn refresh_one(&mut self, name: &str) -> Result<(), Failure> {
        let kept = self.kept(name).clone();
        let urn = self.urn(&kept.name, kept.kind);
        let read = |provider: &mut Provider| provider.read(&urn, &kept.id, &kept.inputs, &kept.outputs);
        let seen = self.noting(kept.kind, "read", read)?;
        let (inputs, outputs) = seen.unwrap_or_else(|| panic!("`{name}` is gone"));
        let at = self.state.iter().position(|it| it.name == kept.name).expect("it is there");
        self.state[at] = Kept { inputs, outputs, ..kept };
        Ok(())
    }

    /// What a resource of the program that imports an id would be replaced for.
    pub fn adopt(&mut self, asked: &Asked, id: &str) -> Result<Vec<String>, Failure> {
        let urn = self.urn(&asked.name, asked.kind);
        let (inputs, outputs) = self.import(&asked.name, asked.kind, id)?.unwrap_or_else(|| panic!("no `{id}`"));
        self.seed += 1;
        let new = self.provider.check(&urn, &inputs, &resolved(&asked.properties, &self.state), self.seed)?;
        let id = id.split('@').next().unwrap_or(id);
        Ok(self.provider.diff(&urn, id, (&inputs, &outputs), &new)?.replaces)
    }

    /// What an import by an id shows.
    pub fn import(&mut self, name: &str, kind: &'static str, id: &str) -> Result<Option<(Value, Value)>, Failure> {
        let urn = self.urn(name, kind);
        self.noting(kind, "read", |provider| provider.read(&urn, id, &json!({}), &json!({})))
    }
}

/// Whether the provider itself was no longer there.
fn is_dead(words: &str) -> bool {
    ["transport error", "broken pipe", "connection", "h2 protocol error", "operation was canceled"]
        .iter()
        .any(|sign| words.to_lowercase().contains(sign))
}

/// Properties with the outputs that they refer to.
fn resolved(properties: &Value, state: &[Kept]) -> Value {
    match properties {
        Value::String(text) => {
            match text.strip_prefix("${").and_then(|t| t.strip_suffix('}')).and_then(|t| t.split_once('.')) {
                Some((name, output)) => {
                    let kept = state.iter().find(|kept| kept.name == name).unwrap_or_else(|| panic!("no `{name}` yet"));
                    let within = kept.outputs.pointer(&format!("/{}", output.replace('.', "/")));
                    if output == "id" { kept.id.as_str().into() } else { within.cloned().unwrap_or_default() }
                }
                None => properties.clone(),
            }
        }
        Value::Array(items) => items.iter().map(|item| resolved(item, state)).collect(),
        Value::Object(map) => {
            map.iter().map(|(k, v)| (k.clone(), resolved(v, state))).collect::<serde_json::Map<_, _>>().into()
        }
        other => other.clone(),
    }
}
