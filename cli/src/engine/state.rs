//! A stack's state as `pulumi stack export` tells it.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use serde_json::Value;

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

    /// Writes it as it was exported, for nobody else to read.
    pub fn write(&self, file: &Path) -> Result<()> {
        let mut options = OpenOptions::new();
        let opened = options.create(true).write(true).truncate(true).mode(0o600);
        let written = opened.open(file).and_then(|mut file| file.write_all(self.text.as_bytes()));
        written.map_err(|error| Failure::setup(format!("writing {}: {error}", file.display())))
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
