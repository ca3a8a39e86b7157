//! What all children of a component have in common, and what the user wants otherwise with one of them, laid over its inputs.

use crate::value::{Map, Value};

/// What is laid over the inputs that a component gives a child.
pub struct Patch {
    pub defaults: Map,
    pub merged: Option<(&'static str, Map)>,
    pub own: Option<Value>,
}

impl Patch {
    /// Lays it over.
    pub fn apply(self, inputs: &mut Map) {
        for (name, value) in self.defaults {
            inputs.entry(name).or_insert(value);
        }
        if let Some((name, more)) = self.merged {
            let given = inputs.remove(name).unwrap_or_default();
            let mut all = Value::Object(more);
            lay_over(&mut all, &given);
            inputs.insert(name.to_owned(), all);
        }
        if let Some(own) = self.own {
            let mut patched = Value::Object(std::mem::take(inputs));
            lay_over(&mut patched, &own);
            // Inputs as a whole are not secret; each of those that a secret override gives is.
            *inputs = match patched {
                Value::Secret(all) => spread(&all, &own),
                all => all.as_object().cloned().unwrap_or_default(),
            };
        }
    }
}

/// A merge patch as RFC 7386 has it: objects merge, null removes, everything else replaces. What was secret on either side stays so.
pub(super) fn lay_over(target: &mut Value, patch: &Value) {
    let Value::Object(patched) = patch.bare() else {
        if *patch.bare() != Value::Null {
            *target = patch.clone();
        }
        return;
    };
    let hidden = target.is_secret() || patch.is_secret();
    let mut map = target.as_object().cloned().unwrap_or_default();
    for (name, value) in patched {
        match value.bare() {
            Value::Null => drop(map.remove(name)),
            _ => lay_over(map.entry(name.clone()).or_default(), value),
        }
    }
    *target = match hidden {
        true => Value::Object(map).into_secret(),
        false => Value::Object(map),
    };
}

/// The properties of a secret object, those of them secret that the patch gives.
fn spread(all: &Value, patch: &Value) -> Map {
    let given = |name: &String| patch.as_object().is_some_and(|p| p.contains_key(name));
    let all = all.as_object().cloned().unwrap_or_default().into_iter();
    all.map(|(name, value)| match given(&name) {
        true => (name, value.into_secret()),
        false => (name, value),
    })
    .collect()
}

#[cfg(test)]
mod tests;
