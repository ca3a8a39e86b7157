//! What differs between what is and what is asked for.

use std::collections::BTreeSet;

use crate::path::Path;
use crate::shape::Shape;
use crate::value::{Map, Value};

/// What happens to a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// It is new.
    Added,
    /// It is no longer there.
    Removed,
    /// It has another value.
    Changed,
}

/// A property that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where.
    pub at: Path,
    /// What happens to it.
    pub what: What,
    /// Whether it takes a new resource.
    pub replace: bool,
}

/// Every property that differs, in reading order. The framework's own properties, which begin with `__`, never do.
pub fn diff(shapes: &[&'static Shape], old: &Map, new: &Map) -> Vec<Change> {
    let mut changes = Vec::new();
    for name in names(old, new)
        .into_iter()
        .filter(|name| !name.starts_with("__"))
    {
        let field = shapes.iter().find_map(|s| s.field(name));
        let marks = field.map(|f| f.marks).unwrap_or_default();
        if marks.computed && absent(new.get(name)) {
            continue;
        }
        compare(
            &Path::root().key(name),
            old.get(name),
            new.get(name),
            marks.replace,
            &mut changes,
        );
    }
    changes
}

fn absent(value: Option<&Value>) -> bool {
    value.is_none_or(|v| *v.bare() == Value::Null)
}

fn names<'a>(old: &'a Map, new: &'a Map) -> BTreeSet<&'a String> {
    old.keys().chain(new.keys()).collect()
}

fn compare(
    at: &Path,
    old: Option<&Value>,
    new: Option<&Value>,
    replace: bool,
    changes: &mut Vec<Change>,
) {
    let something = |v: &&Value| **v != Value::Null;
    let (old, new) = (
        old.map(Value::bare).filter(something),
        new.map(Value::bare).filter(something),
    );
    let what = match (old, new) {
        (None, None) => return,
        (None, Some(_)) => What::Added,
        (Some(_), None) => What::Removed,
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            for name in names(old, new) {
                compare(
                    &at.key(name),
                    old.get(name),
                    new.get(name),
                    replace,
                    changes,
                );
            }
            return;
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) => {
            for i in 0..old.len().max(new.len()) {
                compare(&at.index(i), old.get(i), new.get(i), replace, changes);
            }
            return;
        }
        (Some(Value::Asset(old)), Some(Value::Asset(new)))
            if !old.hash.is_empty() && old.hash == new.hash =>
        {
            return;
        }
        (Some(old), Some(new)) if old == new => return,
        _ => What::Changed,
    };
    changes.push(Change {
        at: at.clone(),
        what,
        replace,
    });
}

/// Whether all `unique` properties are the same in both, so that the two can't exist at once. No such property: they can.
/// Names that were made up don't count: the new one gets a new name.
pub fn same_place(
    shapes: &[&'static Shape],
    old: &Map,
    new: &Map,
    made_up: &BTreeSet<String>,
) -> bool {
    let unique: Vec<_> = shapes
        .iter()
        .flat_map(|s| s.fields())
        .filter(|f| f.marks.unique)
        .collect();
    let same = |name: &str| old.get(name).map(Value::bare) == new.get(name).map(Value::bare);
    !unique.is_empty()
        && unique
            .iter()
            .all(|f| !made_up.contains(f.name) && same(f.name))
}

#[cfg(test)]
mod tests;
