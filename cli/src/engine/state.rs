//! A stack's state as `pulumi stack export` tells it.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use serde_json::Value;

use super::update_plan::PlannedOutputs;
use super::value::{SIGNATURE, UNKNOWN};
use crate::failure::{Failure, Result};

/// An exported state, secrets encrypted.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// As it was exported. What goes back is this, so that no number is read and written another way.
    text: String,
    value: Value,
}

/// A create that was under way when its engine was killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PendingCreate<'a> {
    pub urn: &'a str,
    /// By which gitinfra's provider finds again what the create made.
    pub token: Option<&'a str>,
}

impl State {
    pub(super) fn read(text: String) -> serde_json::Result<State> {
        let value = serde_json::from_str(&text)?;
        Ok(State { text, value })
    }

    /// As it was exported.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The creates among the pending operations.
    pub fn pending_creates(&self) -> Vec<PendingCreate<'_>> {
        let operations = self.value["deployment"]["pending_operations"].as_array();
        let creates = operations.into_iter().flatten().filter(|operation| operation["type"] == "creating");
        creates.filter_map(read).collect()
    }

    /// Whether what a create made stands in it. Somebody may have made another in its place, with another token.
    pub fn has(&self, create: &PendingCreate<'_>) -> bool {
        let resources = self.value["deployment"]["resources"].as_array();
        let mut all = resources.into_iter().flatten();
        all.any(|resource| {
            resource["urn"] == create.urn && create.token.is_none_or(|token| token_of(resource) == Some(token))
        })
    }

    /// By what it is told whether a passphrase is the one that the stack was made with; `None` when something else encrypts.
    pub fn salt(&self) -> Option<&str> {
        let provider = &self.value["deployment"]["secrets_providers"];
        provider["state"]["salt"].as_str().filter(|_| provider["type"] == "passphrase")
    }

    /// The same with what a preview of the stack says that it would put out. A secret that is masked there is kept as it stands.
    pub fn planned(mut self, project: &str, stack: &str, outputs: &PlannedOutputs) -> State {
        let resources = &mut self.value["deployment"]["resources"];
        if !resources.is_array() {
            *resources = Value::Array(Vec::new());
        }
        let is_root = |resource: &Value| resource["type"] == STACK;
        if let Some(all) = resources.as_array_mut().filter(|all| !all.iter().any(is_root)) {
            let urn = format!("urn:pulumi:{stack}::{project}::{STACK}::{project}-{stack}");
            all.push(serde_json::json!({"urn": urn, "custom": false, "type": STACK}));
        }
        let root = resources.as_array_mut().into_iter().flatten().find(|resource| is_root(resource));
        if let Some(root) = root {
            let stands = root["outputs"].clone();
            let known = |(name, value): (&String, &Value)| {
                let kept = || stands.get(name).cloned().unwrap_or_else(|| Value::String(UNKNOWN.to_owned()));
                (name.clone(), if is_masked(value) { kept() } else { value.clone() })
            };
            root["outputs"] = outputs.0.iter().map(known).collect::<serde_json::Map<_, _>>().into();
        }
        State { text: self.value.to_string(), value: self.value }
    }

    /// As it goes back.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Writes it as it was exported, for nobody else to read.
    pub fn write(&self, file: &Path) -> Result<()> {
        let mut options = OpenOptions::new();
        let opened = options.create(true).write(true).truncate(true).mode(0o600);
        let written = opened.open(file).and_then(|mut file| file.write_all(self.text.as_bytes()));
        written.map_err(|error| Failure::setup(format!("writing {}: {error}", file.display())))
    }
}

/// The type of a stack itself.
const STACK: &str = "pulumi:pulumi:Stack";

/// Whether something in a value is only a word for what it is.
fn is_masked(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(is_masked),
        Value::Object(fields) => {
            fields.contains_key("ciphertext") && fields.contains_key(SIGNATURE) || fields.values().any(is_masked)
        }
        _ => false,
    }
}

fn read(operation: &Value) -> Option<PendingCreate<'_>> {
    let resource = &operation["resource"];
    Some(PendingCreate { urn: resource["urn"].as_str()?, token: token_of(resource) })
}

fn token_of(resource: &Value) -> Option<&str> {
    resource["inputs"]["__birth"]["token"].as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read_state(value: Value) -> State {
        State::read(value.to_string()).expect("JSON")
    }

    #[test]
    fn planned_outputs_take_the_place_of_what_stands() {
        let secret = json!({SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:x"});
        let masked = json!({SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "[secret]"});
        let stands = json!({"deployment": {"resources": [
            {"urn": "urn:a", "type": "a:b:C"},
            {"urn": "urn:s", "type": STACK, "outputs": {"size": 1, "word": secret, "gone": 2}},
        ]}});
        let told = json!({SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "plaintext": "\"hush\""});
        let planned = |outputs: Value| PlannedOutputs(outputs.as_object().expect("an object").clone());
        let all = planned(json!({"size": 3, "word": masked, "new": [masked], "told": told, "later": UNKNOWN}));
        let state = read_state(stands).planned("net", "dev", &all);
        let expected = json!({"size": 3, "word": secret, "new": UNKNOWN, "told": told, "later": UNKNOWN});
        assert_eq!(state.value()["deployment"]["resources"][1]["outputs"], expected);
        let state = read_state(json!({"deployment": {}})).planned("net", "dev", &planned(json!({"size": 3})));
        let root = &state.value()["deployment"]["resources"][0];
        assert_eq!(root["urn"], "urn:pulumi:dev::net::pulumi:pulumi:Stack::net-dev");
        assert_eq!(root["outputs"], json!({"size": 3}));
    }

    #[test]
    fn creates_are_found_among_the_pending() {
        let state = read_state(json!({"deployment": {
            "resources": [
                {"urn": "urn:a", "inputs": {"__birth": {"token": "t"}}},
                {"urn": "urn:d", "inputs": {"__birth": {"token": "another"}}},
                {"urn": "urn:e"},
            ],
            "pending_operations": [
                {"type": "creating", "resource": {"urn": "urn:a", "inputs": {"__birth": {"token": "t"}}}},
                {"type": "updating", "resource": {"urn": "urn:b"}},
                {"type": "creating", "resource": {"urn": "urn:c"}},
                {"type": "creating", "resource": {"urn": "urn:d", "inputs": {"__birth": {"token": "t"}}}},
                {"type": "creating", "resource": {"urn": "urn:e"}},
            ],
        }}));
        let found: Vec<_> =
            state.pending_creates().iter().map(|create| (create.urn, create.token, state.has(create))).collect();
        assert_eq!(
            found,
            [("urn:a", Some("t"), true), ("urn:c", None, false), ("urn:d", Some("t"), false), ("urn:e", None, true)]
        );
        assert_eq!(read_state(json!({})).pending_creates(), []);
    }
}
