//! What a stack holds, out of what `pulumi stack export` tells. No secret comes further than this file.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::engine::urn;
use crate::text::{is_steering, spelled};

/// By this key Pulumi marks what is no plain value, and by this value that it is a secret.
const SIGNATURE: &str = "4dabf18193072939515e22adb298388d";
/// What a state holds in the place of a value that nobody knows yet.
const UNKNOWN: &str = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/// How a resource is, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    Failed,
    Changing,
    Drifted,
    Ok,
}

impl Health {
    pub const ALL: [Health; 4] = [Health::Failed, Health::Changing, Health::Drifted, Health::Ok];

    pub fn word(self) -> &'static str {
        match self {
            Health::Failed => "failed",
            Health::Changing => "changing",
            Health::Drifted => "drifted",
            Health::Ok => "ok",
        }
    }
}

/// What is known of resources beside the state, by URN: how each is, and why.
pub type Marks = BTreeMap<String, (Health, String)>;

/// A resource of a stack; a component is one, too.
#[derive(Debug, Clone, PartialEq)]
pub struct Thing {
    pub urn: String,
    /// `gitinfra`, `random`.
    pub package: String,
    /// Without the package: `ec2:Vpc`.
    pub kind: String,
    pub name: String,
    pub id: String,
    pub is_component: bool,
    pub is_protected: bool,
    pub health: Health,
    pub why: Option<String>,
    pub parent: Option<String>,
    outputs: Value,
    inputs: Value,
}

/// What a stack holds, in the state's order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stock {
    pub things: Vec<Thing>,
    /// When the state was written, as the state has it.
    pub at: Option<String>,
    /// The region that providers are configured for, where it is said.
    pub region: Option<String>,
    pub project: String,
    pub stack: String,
}

impl Thing {
    /// A property by its path, `alias.name`: as it stands, else as the program wants it.
    pub fn get(&self, path: &str) -> &Value {
        let found = walk(&self.outputs, path);
        if found.is_null() { walk(&self.inputs, path) } else { found }
    }

    /// A property that is text; empty where there is none.
    pub fn text(&self, path: &str) -> &str {
        self.get(path).as_str().unwrap_or_default()
    }

    /// A property that is a list of texts.
    pub fn texts(&self, path: &str) -> Vec<&str> {
        self.get(path).as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// A property that is a list of objects, or an object of them.
    pub fn items(&self, path: &str) -> Vec<&Value> {
        match self.get(path) {
            Value::Array(items) => items.iter().collect(),
            Value::Object(items) => items.values().collect(),
            _ => Vec::new(),
        }
    }

    /// Whether this text stands somewhere among its properties.
    pub fn mentions(&self, text: &str) -> bool {
        holds(&self.outputs, text) || holds(&self.inputs, text)
    }

    /// The type's own name: `Vpc`.
    pub fn noun(&self) -> &str {
        self.kind.rsplit(':').next().unwrap_or(&self.kind)
    }

    pub fn is_ours(&self) -> bool {
        self.package == "gitinfra"
    }
}

fn walk<'a>(value: &'a Value, path: &str) -> &'a Value {
    const NONE: &Value = &Value::Null;
    path.split('.').try_fold(value, |value, name| value.get(name)).unwrap_or(NONE)
}

fn holds(value: &Value, text: &str) -> bool {
    match value {
        Value::String(own) => own == text,
        Value::Array(items) => items.iter().any(|item| holds(item, text)),
        Value::Object(items) => items.values().any(|item| holds(item, text)),
        _ => false,
    }
}

/// Reads an exported state. `None` when it is none.
pub fn read(export: &Value, marks: &Marks) -> Option<Stock> {
    let deployment = export.get("deployment")?;
    let listed = deployment.get("resources").and_then(Value::as_array).cloned().unwrap_or_default();
    let pending = pending(deployment);
    let root = listed.iter().filter_map(|resource| resource["urn"].as_str()).next().unwrap_or_default().to_owned();
    let mut stock = Stock { at: deployment["manifest"]["time"].as_str().map(str::to_owned), ..Stock::default() };
    (stock.stack, stock.project) = names(&root);
    for resource in &listed {
        let urn = resource["urn"].as_str().unwrap_or_default();
        if urn::is_provider(urn) && stock.region.is_none() {
            stock.region = resource["inputs"]["region"].as_str().map(str::to_owned);
        }
        let is_gone = resource["delete"] == true;
        if !urn.is_empty() && !is_gone && !urn::is_stack(urn) && !urn::is_provider(urn) {
            stock.things.push(thing(resource, marks, &pending));
        }
    }
    Some(stock)
}

/// `urn:pulumi:STACK::PROJECT::...`.
fn names(urn: &str) -> (String, String) {
    let mut parts = urn.strip_prefix("urn:pulumi:").unwrap_or_default().split("::");
    let mut next = || clean(parts.next().unwrap_or_default());
    (next(), next())
}

/// What an engine had under way that nobody saw the end of.
fn pending(deployment: &Value) -> BTreeMap<String, String> {
    let operations = deployment["pending_operations"].as_array().into_iter().flatten();
    let one = |operation: &Value| {
        let urn = operation["resource"]["urn"].as_str()?;
        Some((urn.to_owned(), clean(operation["type"].as_str()?)))
    };
    operations.filter_map(one).collect()
}

fn thing(resource: &Value, marks: &Marks, pending: &BTreeMap<String, String>) -> Thing {
    let text = |name: &str| resource[name].as_str().unwrap_or_default();
    let (kind, urn) = (text("type"), text("urn"));
    let (package, kind) = kind.split_once(':').unwrap_or(("", kind));
    let (mut inputs, mut outputs) = (resource["inputs"].clone(), resource["outputs"].clone());
    without_secrets(&mut inputs);
    without_secrets(&mut outputs);
    let (health, why) = health(resource, marks, pending);
    let is_deletion_protected = outputs["deletionProtection"] == true;
    Thing {
        package: clean(package),
        kind: clean(kind),
        name: clean(urn::parse(urn).name),
        id: clean(text("id")),
        is_component: resource["custom"] == false,
        is_protected: resource["protect"] == true || is_deletion_protected,
        health,
        why,
        parent: resource["parent"].as_str().map(str::to_owned),
        urn: urn.to_owned(),
        outputs,
        inputs,
    }
}

/// The first that holds: what creation left undone, what is known beside the state, what is under way.
fn health(resource: &Value, marks: &Marks, pending: &BTreeMap<String, String>) -> (Health, Option<String>) {
    let urn = resource["urn"].as_str().unwrap_or_default();
    let first = resource["initErrors"].as_array().and_then(|errors| errors.first()).and_then(Value::as_str);
    match (first, marks.get(urn), pending.get(urn)) {
        (Some(error), ..) => (Health::Failed, Some(first_line(error))),
        (None, Some((health, why)), _) => (*health, Some(first_line(why))),
        (None, None, Some(doing)) => (Health::Changing, Some(format!("{doing}; its end was not seen yet"))),
        _ if resource["pendingReplacement"] == true => (Health::Changing, Some("it is being replaced".to_owned())),
        _ => (Health::Ok, None),
    }
}

fn first_line(text: &str) -> String {
    clean(text.lines().next().unwrap_or_default())
}

/// Text as it may be drawn: nothing in it steers or turns what is read.
fn clean(text: &str) -> String {
    spelled(text, is_steering).replace(['\n', '\t'], " ")
}

/// Takes out every secret, and makes all other text fit to be drawn.
fn without_secrets(value: &mut Value) {
    match value {
        Value::Object(items) if items.contains_key(SIGNATURE) => *value = Value::Null,
        Value::Object(items) => items.values_mut().for_each(without_secrets),
        Value::Array(items) => items.iter_mut().for_each(without_secrets),
        Value::String(text) if text == UNKNOWN => "…".clone_into(text),
        Value::String(text) => *text = clean(text),
        _ => {}
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use serde_json::json;

    /// The stock of these resources, each as type, name, id and outputs.
    pub fn stock(resources: &[(&str, &str, &str, Value)]) -> Stock {
        let one = |(kind, name, id, outputs): &(&str, &str, &str, Value)| json!({"urn": format!("urn:pulumi:dev::net::{kind}::{name}"), "type": kind, "id": id, "custom": true, "outputs": outputs});
        let resources: Vec<Value> = resources.iter().map(one).collect();
        read(&json!({"deployment": {"resources": resources}}), &Marks::new()).expect("a state")
    }

    #[test]
    fn no_secret_comes_further() {
        let secret = json!({SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "hush"});
        let outputs = json!({"a": secret, "deep": [{"b": secret}], "name": "x\u{202e}y", "soon": UNKNOWN});
        let stock = stock(&[("random:index/x:X", "x", "i", outputs)]);
        let thing = &stock.things[0];
        assert!(!format!("{thing:?}").contains("hush"), "{thing:?}");
        assert_eq!((thing.text("name"), thing.text("soon")), ("x\\u202ey", "…"));
        assert_eq!((thing.package.as_str(), thing.noun()), ("random", "X"));
        assert_eq!((stock.project.as_str(), stock.stack.as_str()), ("net", "dev"));
    }

    #[test]
    fn how_a_resource_is_has_an_order() {
        let urn = "urn:pulumi:dev::net::a:b:C::x";
        let marks = Marks::from([(urn.to_owned(), (Health::Drifted, "by hand\nsince".to_owned()))]);
        let pending = BTreeMap::from([(urn.to_owned(), "updating".to_owned())]);
        let (no_marks, no_pending) = (Marks::new(), BTreeMap::new());
        let (plain, broken) = (json!({"urn": urn}), json!({"urn": urn, "initErrors": ["too many\nVPCs"]}));
        let cases = [
            (&broken, &marks, &pending, Health::Failed, "too many"),
            (&plain, &marks, &pending, Health::Drifted, "by hand"),
            (&plain, &no_marks, &pending, Health::Changing, "updating; its end was not seen yet"),
            (&plain, &no_marks, &no_pending, Health::Ok, ""),
        ];
        for (resource, marks, pending, expected, words) in cases {
            let (found, why) = health(resource, marks, pending);
            assert_eq!((found, why.unwrap_or_default().as_str()), (expected, words));
        }
    }

    #[test]
    fn what_is_no_state_is_none() {
        assert_eq!(read(&json!({"x": 1}), &Marks::new()), None);
        assert_eq!(read(&json!({"deployment": {}}), &Marks::new()), Some(Stock::default()));
    }
}
