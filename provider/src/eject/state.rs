//! What `pulumi stack export` says of a stack.

use std::collections::BTreeSet;

use pulumi_plugin::{Error, Fault, Result, nearest};
use serde_json::{Map, Value};

/// The resources of a stack.
pub struct State {
    resources: Vec<Value>,
}

/// A resource in a state.
#[derive(Clone, Copy)]
pub struct Entry<'a>(&'a Value);

impl State {
    /// Reads an exported state.
    pub fn parse(text: &str) -> Result<State> {
        let why = |why: String| Error::from(Fault::new("state", why)).hint("give what `pulumi stack export` writes");
        let state: Value = serde_json::from_str(text).map_err(|e| why(format!("not JSON: {e}")))?;
        let resources = state.pointer("/deployment/resources").and_then(Value::as_array);
        let resources = resources.ok_or_else(|| why("has no resources: it is no exported state".into()))?;
        // What a replacement left to be deleted is not the resource.
        let live = resources.iter().filter(|it| it["delete"] != true).cloned();
        Ok(State { resources: live.collect() })
    }

    /// All resources, each after those that it depends on.
    pub fn all(&self) -> impl Iterator<Item = Entry<'_>> {
        self.resources.iter().map(Entry)
    }

    /// The component of a name or URN.
    pub fn component(&self, asked: &str) -> Result<Entry<'_>> {
        let components = || self.all().filter(|it| !it.is_custom() && !it.token().starts_with("pulumi:"));
        let found: Vec<_> = components().filter(|it| it.urn() == asked || it.name() == asked).collect();
        match found[..] {
            [one] => Ok(one),
            [] => {
                let near = nearest(asked, components().map(|it| it.name()));
                let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                Err(Fault::new("component", format!("the state has no component `{asked}`{near}")).into())
            }
            _ => {
                Err(Fault::new("component", format!("several components have the name `{asked}`: give the URN")).into())
            }
        }
    }

    /// The resources in a component, in the components in it and below them; without the components, and without what the program only reads.
    pub fn within(&self, component: Entry<'_>) -> Vec<Entry<'_>> {
        let mut inside = BTreeSet::from([component.urn()]);
        let mut found = Vec::new();
        // A parent always stands before its children.
        for entry in self.all().filter(|it| it.parent() != it.urn()) {
            if inside.contains(entry.parent()) {
                inside.insert(entry.urn());
            }
            if inside.contains(entry.parent()) && entry.is_custom() && entry.option("external") != true {
                found.push(entry);
            }
        }
        found
    }
}

impl<'a> Entry<'a> {
    fn text(self, name: &str) -> &'a str {
        self.0[name].as_str().unwrap_or_default()
    }

    /// Its URN.
    pub fn urn(self) -> &'a str {
        self.text("urn")
    }

    /// The URN of the component that it is in.
    pub fn parent(self) -> &'a str {
        self.text("parent")
    }

    /// Its id.
    pub fn id(self) -> &'a str {
        self.text("id")
    }

    /// Its type.
    pub fn token(self) -> &'a str {
        self.text("type")
    }

    /// Its name in the program.
    pub fn name(self) -> &'a str {
        self.urn().splitn(4, "::").nth(3).unwrap_or_default()
    }

    /// The project that it is of.
    pub fn project(self) -> &'a str {
        self.urn().split("::").nth(1).unwrap_or_default()
    }

    /// Whether it is no component.
    pub fn is_custom(self) -> bool {
        self.0["custom"] == true
    }

    /// Its inputs.
    pub fn inputs(self) -> Map<String, Value> {
        self.0["inputs"].as_object().cloned().unwrap_or_default()
    }

    /// Its outputs.
    pub fn outputs(self) -> Map<String, Value> {
        self.0["outputs"].as_object().cloned().unwrap_or_default()
    }

    /// What else the state says of it.
    pub fn option(self, name: &str) -> &'a Value {
        &self.0[name]
    }

    /// The URNs of all that it depends on.
    pub fn dependencies(self) -> Vec<&'a str> {
        let all = self.0["dependencies"].as_array();
        all.into_iter().flatten().filter_map(Value::as_str).collect()
    }
}
