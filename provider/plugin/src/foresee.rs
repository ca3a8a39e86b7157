//! What a resource will be, as far as that can be known before it is made.

use std::collections::BTreeSet;

use crate::diff::{Change, absent};
use crate::shape::{Field, Shape};
use crate::value::{Map, Value};

/// The outputs in a preview: inputs pass through, stable outputs keep their value on an update, the rest is unknown. So is what the
/// program leaves to the cloud, unless only a new resource could have another value. What mattered at creation alone stays what it was.
pub fn foresee(inputs: &[&'static Shape], state: &'static Shape, old: Option<&Map>, new: &Map) -> Map {
    let mut seen: Map = new.iter().filter(|(k, _)| !k.starts_with("__")).map(|(k, v)| (k.clone(), v.clone())).collect();
    for field in state.fields() {
        if field.marks.initial && absent(new.get(field.name)) {
            let was = old.and_then(|old| old.get(field.name));
            seen.extend(was.map(|value| (field.name.to_owned(), value.clone())));
            continue;
        }
        if inputs.iter().any(|s| s.field(field.name).is_some()) && !left_open(field, new) {
            continue;
        }
        let kept = old.filter(|_| lasts(field)).map(|old| old.get(field.name).cloned());
        // A stable output that is not there stays away; any other may come.
        if let Some(value) = kept.unwrap_or(Some(Value::Unknown)) {
            seen.insert(field.name.to_owned(), value);
        }
    }
    seen
}

/// The properties that an update with these changes is sure to leave as they are.
pub fn unmoved(
    inputs: &[&'static Shape],
    state: &'static Shape,
    changes: &[Change],
    new: &Map,
) -> BTreeSet<&'static str> {
    let given = inputs.iter().flat_map(|s| s.fields());
    let given = given.filter(|f| !left_open(f, new) || lasts(f));
    let outputs = state.fields().into_iter().filter(|f| f.marks.stable);
    let changed: BTreeSet<_> = changes.iter().map(|c| c.at.head()).collect();
    let all = given.chain(outputs).map(|f| f.name);
    all.filter(|name| !changed.contains(name)).collect()
}

/// Whether the program leaves it to the cloud to choose it.
fn left_open(field: &Field, new: &Map) -> bool {
    field.marks.computed && absent(new.get(field.name))
}

/// Whether no update changes by itself what it once was.
fn lasts(field: &Field) -> bool {
    field.marks.stable || field.marks.replace
}

#[cfg(test)]
mod tests;
