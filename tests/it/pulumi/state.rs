//! What a stack holds.

use serde_json::Value;

use super::run::name_of;

/// A stack's export.
pub struct State {
    /// The export as it was printed, secrets encrypted.
    pub export: String,
    /// Its resources, in the order in which they were made.
    pub resources: Vec<Value>,
}

impl State {
    pub fn read(text: &str) -> State {
        let export: Value = serde_json::from_str(text).expect("the export is JSON");
        let resources = export.pointer("/deployment/resources").and_then(Value::as_array);
        State { export: text.to_owned(), resources: resources.cloned().unwrap_or_default() }
    }

    /// The resource of a name in the program.
    #[track_caller]
    pub fn resource(&self, name: &str) -> &Value {
        let found = self.resources.iter().find(|r| name_of(urn_of(r)) == name);
        found.unwrap_or_else(|| panic!("no `{name}` in the state\n{}", self.export))
    }

    /// Something of a resource: `state.get("web", "/outputs/size")`. `Null` where it is not.
    #[track_caller]
    pub fn get(&self, name: &str, pointer: &str) -> &Value {
        const NOTHING: &Value = &Value::Null;
        self.resource(name).pointer(pointer).unwrap_or(NOTHING)
    }

    /// A text of a resource; empty where it is not.
    #[track_caller]
    pub fn text(&self, name: &str, pointer: &str) -> &str {
        self.get(name, pointer).as_str().unwrap_or_default()
    }

    /// The names of the resources of a type.
    pub fn of_type(&self, token: &str) -> Vec<&str> {
        let own = self.resources.iter().filter(|r| r["type"] == token);
        own.map(|r| name_of(urn_of(r))).collect()
    }

    /// The names of the program's resources that are no engine's own, sorted.
    pub fn names(&self) -> Vec<&str> {
        let own = self.resources.iter().filter(|r| !r["type"].as_str().unwrap_or_default().starts_with("pulumi:"));
        let mut names: Vec<_> = own.map(|r| name_of(urn_of(r))).collect();
        names.sort();
        names
    }
}

fn urn_of(resource: &Value) -> &str {
    resource["urn"].as_str().unwrap_or_default()
}
