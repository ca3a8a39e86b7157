//! The program of YAML that declares what a component has made.

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::{Error, Result};
use serde_json::{Map, Value, json};

use super::EjectResult;
use super::state::{Entry, State};

/// By this key the engine tells values of its own from other objects, and by the value which kind it is.
const SIGNATURE: &str = "4dabf18193072939515e22adb298388d";
const SECRET: &str = "1b47061264138c4ac30d75fd1eb44270";

/// Properties that have the framework's own.
const BIRTH: &str = "__birth";

/// The program of the resources in a component.
pub fn of(state: &State, component: Entry<'_>) -> Result<EjectResult> {
    let inside = state.within(component);
    let providers = providers(state, &inside);
    let keys = keys(&[inside.clone(), providers.clone()].concat());
    let mut writer = Writer { state, keys, secrets: BTreeMap::new(), odd: BTreeSet::new(), encrypted: BTreeSet::new() };
    let mut resources = Map::new();
    for entry in providers.iter().chain(&inside) {
        let key = writer.keys[entry.urn()].clone();
        let written = writer.resource(*entry);
        resources.insert(key, written);
    }
    writer.complete()?;
    let mut program = Map::new();
    program.insert("name".into(), component.project().into());
    program.insert("runtime".into(), "yaml".into());
    if !writer.secrets.is_empty() {
        let each = writer.secrets.iter().map(|(key, ty)| (key.clone(), json!({"type": ty, "secret": true})));
        program.insert("config".into(), Value::Object(each.collect()));
    }
    program.insert("resources".into(), Value::Object(resources));
    let text = serde_saphyr::to_string(&Value::Object(program));
    let program = text.map_err(|e| Error::new(format!("the program can't be written: {e}")))?;
    Ok(EjectResult { program, secrets: writer.secrets.into_keys().collect() })
}

/// The providers that resources have been given by the program. A default one is the next program's as well.
fn providers<'a>(state: &'a State, inside: &[Entry<'a>]) -> Vec<Entry<'a>> {
    let given: BTreeSet<&str> = inside.iter().filter_map(|entry| provider_of(*entry)).collect();
    state.all().filter(|entry| given.contains(entry.urn()) && !entry.name().starts_with("default")).collect()
}

/// The URN of the provider that a resource is of; the state has its id behind it.
fn provider_of(entry: Entry<'_>) -> Option<&str> {
    entry.option("provider").as_str()?.rsplit_once("::").map(|(urn, _)| urn)
}

/// The key of each resource in the program, by its URN: its name, as far as a reference can have it.
fn keys(inside: &[Entry<'_>]) -> BTreeMap<String, String> {
    let mut taken = BTreeSet::new();
    let mut keys = BTreeMap::new();
    for entry in inside {
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
        let stem: String = entry.name().chars().map(plain).collect();
        let numbered = (2..).map(|number| format!("{stem}-{number}"));
        let mut free = std::iter::once(stem.clone()).chain(numbered).filter(|key| !taken.contains(key));
        let key = free.next().unwrap_or(stem);
        taken.insert(key.clone());
        keys.insert(entry.urn().to_owned(), key);
    }
    keys
}

/// Writes resources that refer to one another.
struct Writer<'a> {
    state: &'a State,
    keys: BTreeMap<String, String>,
    /// The secrets that are asked for, each with its type.
    secrets: BTreeMap<String, &'static str>,
    /// Where there is what no program of YAML can say.
    odd: BTreeSet<String>,
    /// Where there are secrets that the state does not show.
    encrypted: BTreeSet<String>,
}

impl<'a> Writer<'a> {
    /// Refuses a program in which something is missing.
    fn complete(&self) -> Result<()> {
        let named = |all: &BTreeSet<String>| all.iter().map(|at| format!("`{at}`")).collect::<Vec<_>>().join(", ");
        if !self.encrypted.is_empty() {
            let words = format!("the state does not show what is secret: {}", named(&self.encrypted));
            return Err(Error::new(words)
                .hint("export it with `pulumi stack export --show-secrets`; no secret is written into the program"));
        }
        if !self.odd.is_empty() {
            let words = format!("assets and archives can't be written into a program: {}", named(&self.odd));
            return Err(Error::new(words).hint("write the program of this component by hand"));
        }
        Ok(())
    }

    fn resource(&mut self, entry: Entry<'a>) -> Value {
        // The name of a resource that has made up another is made up again from the state.
        let inputs = given(entry);
        let sources = self.sources(entry);
        let mut used = BTreeSet::new();
        let key = self.keys[entry.urn()].clone();
        let properties: Map<_, _> = inputs
            .into_iter()
            .map(|(name, value)| {
                let at = format!("{key}-{name}");
                (name, self.value(&value, &sources, &at, &mut used))
            })
            .collect();
        let mut written = Map::new();
        written.insert("type".into(), entry.token().into());
        if key != entry.name() {
            written.insert("name".into(), entry.name().into());
        }
        written.insert("properties".into(), Value::Object(properties));
        written.insert("options".into(), self.options(entry, &sources, &used));
        Value::Object(written)
    }

    /// What a resource depends on, of the resources that are written: those in a component where it depends on the component.
    fn sources(&self, entry: Entry<'a>) -> Vec<Entry<'a>> {
        let mut all = Vec::new();
        for urn in entry.dependencies() {
            let Some(source) = self.state.all().find(|it| it.urn() == urn) else { continue };
            match source.is_custom() {
                true => all.push(source),
                false => all.extend(self.state.within(source)),
            }
        }
        // A component that it is in itself holds what comes after it, too.
        let before: BTreeSet<_> = self.state.all().map(Entry::urn).take_while(|urn| *urn != entry.urn()).collect();
        all.retain(|it| before.contains(it.urn()) && self.keys.contains_key(it.urn()));
        all.sort_by_key(|it| it.urn());
        all.dedup_by_key(|it| it.urn());
        all
    }

    /// A value, in which what comes from another resource is a reference to it.
    fn value(&mut self, value: &Value, sources: &[Entry<'_>], at: &str, used: &mut BTreeSet<String>) -> Value {
        match value {
            Value::Object(map) if map.get(SIGNATURE).is_some_and(|kind| kind == SECRET) => {
                self.secret(value, sources, at, used)
            }
            Value::Object(map) if map.contains_key(SIGNATURE) => {
                self.odd.insert(at.to_owned());
                Value::Null
            }
            Value::Object(map) => {
                let each = map
                    .iter()
                    .map(|(name, value)| (name.clone(), self.value(value, sources, &format!("{at}-{name}"), used)));
                Value::Object(each.collect())
            }
            Value::Array(items) => {
                let each = items.iter().enumerate();
                each.map(|(i, value)| self.value(value, sources, &format!("{at}-{i}"), used)).collect()
            }
            Value::String(text) => match self.reference(value, sources, used) {
                Some(reference) => reference.into(),
                // In YAML's programs two dollar signs are one.
                None => text.replace('$', "$$").into(),
            },
            other => other.clone(),
        }
    }

    /// A secret: a reference where it comes from another resource, else a value of the configuration. One of several values is written as they are, each
    /// for itself.
    fn secret(&mut self, value: &Value, sources: &[Entry<'_>], at: &str, used: &mut BTreeSet<String>) -> Value {
        match plaintext(value) {
            Some(shown @ (Value::Object(_) | Value::Array(_))) => {
                json!({"fn::secret": self.leaves(&shown, sources, at, used)})
            }
            Some(shown) => self.leaf(&shown, sources, at, used),
            None => {
                self.encrypted.insert(at.to_owned());
                Value::Null
            }
        }
    }

    /// The values in a secret.
    fn leaves(&mut self, value: &Value, sources: &[Entry<'_>], at: &str, used: &mut BTreeSet<String>) -> Value {
        match value {
            Value::Object(map) if map.contains_key(SIGNATURE) => self.value(value, sources, at, used),
            Value::Object(map) => {
                let each = map
                    .iter()
                    .map(|(name, value)| (name.clone(), self.leaves(value, sources, &format!("{at}-{name}"), used)));
                Value::Object(each.collect())
            }
            Value::Array(items) => {
                let each = items.iter().enumerate();
                each.map(|(i, value)| self.leaves(value, sources, &format!("{at}-{i}"), used)).collect()
            }
            leaf => self.leaf(leaf, sources, at, used),
        }
    }

    /// One value that is secret.
    fn leaf(&mut self, shown: &Value, sources: &[Entry<'_>], at: &str, used: &mut BTreeSet<String>) -> Value {
        if let Some(reference) = self.reference(shown, sources, used) {
            return reference.into();
        }
        let ty = match shown {
            Value::Null => return Value::Null,
            Value::Number(_) => "number",
            Value::Bool(_) => "boolean",
            _ => "string",
        };
        let numbered = std::iter::once(at.to_owned()).chain((2..).map(|number| format!("{at}-{number}")));
        let mut free = numbered.filter(|key| !self.secrets.contains_key(key));
        let key = free.next().unwrap_or_else(|| at.to_owned());
        self.secrets.insert(key.clone(), ty);
        format!("${{{key}}}").into()
    }

    /// A reference to the source that has such an id or output; to none where it could be anything.
    fn reference(&self, value: &Value, sources: &[Entry<'_>], used: &mut BTreeSet<String>) -> Option<String> {
        let text = value.as_str().filter(|text| text.len() > 5)?;
        let found = sources.iter().find_map(|source| {
            let outputs = source.outputs();
            let same = |it: &Value| it == value && is_telling(text) || plaintext(it).as_ref() == Some(value);
            let output = outputs
                .iter()
                .filter(|(name, it)| !name.starts_with("__") && *name != "region" && same(it))
                .find(|(name, it)| given(*source).get(*name) != Some(*it));
            let name = if source.id() == text { "id".to_owned() } else { output?.0.clone() };
            Some((source.urn(), name))
        });
        let (urn, name) = found?;
        used.insert(urn.to_owned());
        Some(format!("${{{}.{name}}}", self.keys[urn]))
    }

    /// The resource options: where it comes from, what it is made after, how it is protected.
    fn options(&self, entry: Entry<'_>, sources: &[Entry<'_>], used: &BTreeSet<String>) -> Value {
        let mut options = json!({"aliases": [entry.urn()]});
        let others = sources.iter().filter(|it| !used.contains(it.urn()));
        let after: Vec<_> = others.map(|it| format!("${{{}}}", self.keys[it.urn()])).collect();
        if !after.is_empty() {
            options["dependsOn"] = after.into();
        }
        for (option, state) in [("protect", "protect"), ("retainOnDelete", "retainOnDelete")] {
            if entry.option(state) == true {
                options[option] = true.into();
            }
        }
        for (option, urn) in [("provider", provider_of(entry)), ("deletedWith", entry.option("deletedWith").as_str())] {
            if let Some(key) = urn.and_then(|urn| self.keys.get(urn)) {
                options[option] = format!("${{{key}}}").into();
            }
        }
        let times = entry.option("customTimeouts").as_object().cloned().unwrap_or_default();
        let times: Map<_, _> = times.into_iter().map(|(name, seconds)| (name, format!("{seconds}s").into())).collect();
        if !times.is_empty() {
            options["customTimeouts"] = Value::Object(times);
        }
        options
    }
}

/// Whether a text tells one thing from others, as ids, ARNs and made-up names do; a word such as `aurora` may be anything.
fn is_telling(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit() || c == ':')
}

/// The inputs that the program gave: what it says itself comes from nowhere else.
fn given(entry: Entry<'_>) -> Map<String, Value> {
    let mut inputs = entry.inputs();
    let made_up = inputs.remove(BIRTH).and_then(|birth| birth.get("made").cloned()).unwrap_or_default();
    let made_up: BTreeSet<_> = made_up.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    inputs.retain(|name, _| !name.starts_with("__") && !made_up.contains(name.as_str()));
    inputs
}

/// What a secret hides, where the export shows it.
fn plaintext(value: &Value) -> Option<Value> {
    serde_json::from_str(value.get("plaintext")?.as_str()?).ok()
}

#[cfg(test)]
mod tests;
