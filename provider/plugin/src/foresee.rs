//! What a resource will be, as far as that can be known before it is made.

use crate::shape::Shape;
use crate::value::{Map, Value};

/// The outputs in a preview: inputs pass through, stable outputs keep their value on an update, the rest is unknown.
pub fn foresee(
    inputs: &[&'static Shape],
    state: &'static Shape,
    old: Option<&Map>,
    new: &Map,
) -> Map {
    let mut seen: Map = new
        .iter()
        .filter(|(k, _)| !k.starts_with("__"))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    let given = |name: &str| inputs.iter().any(|s| s.field(name).is_some());
    for field in state.fields().into_iter().filter(|f| !given(f.name)) {
        let kept = old
            .filter(|_| field.marks.stable)
            .map(|old| old.get(field.name).cloned());
        // A stable output that is not there stays away; any other may come.
        if let Some(value) = kept.unwrap_or(Some(Value::Unknown)) {
            seen.insert(field.name.to_owned(), value);
        }
    }
    seen
}

#[cfg(test)]
mod tests;
