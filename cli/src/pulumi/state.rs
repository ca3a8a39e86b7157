//! A stack's state as `pulumi stack export` tells it.

use serde_json::Value;

/// An exported state, secrets encrypted.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// As it was exported. What goes back is this, so that no number is read and written another way.
    pub(super) text: String,
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

    /// The creates among the pending operations.
    pub fn pending_creates(&self) -> Vec<PendingCreate<'_>> {
        let operations = self.value["deployment"]["pending_operations"].as_array();
        let creates = operations
            .into_iter()
            .flatten()
            .filter(|operation| operation["type"] == "creating");
        creates.filter_map(read).collect()
    }

    /// Whether a resource stands in it.
    pub fn has(&self, urn: &str) -> bool {
        let resources = self.value["deployment"]["resources"].as_array();
        resources
            .into_iter()
            .flatten()
            .any(|resource| resource["urn"] == urn)
    }
}

fn read(operation: &Value) -> Option<PendingCreate<'_>> {
    let resource = &operation["resource"];
    let token = resource["inputs"]["__birth"]["token"].as_str();
    Some(PendingCreate {
        urn: resource["urn"].as_str()?,
        token,
    })
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
            "resources": [{"urn": "urn:a"}],
            "pending_operations": [
                {"type": "creating", "resource": {"urn": "urn:a", "inputs": {"__birth": {"token": "t"}}}},
                {"type": "updating", "resource": {"urn": "urn:b"}},
                {"type": "creating", "resource": {"urn": "urn:c"}},
            ],
        }}));
        let found = state.pending_creates();
        assert_eq!(
            found,
            [
                PendingCreate {
                    urn: "urn:a",
                    token: Some("t")
                },
                PendingCreate {
                    urn: "urn:c",
                    token: None
                }
            ]
        );
        assert!(state.has("urn:a") && !state.has("urn:c"));
        assert_eq!(read_state(json!({})).pending_creates(), []);
    }
}
