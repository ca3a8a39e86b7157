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
///
/// What was plain and is a secret from now on differs too, for the state must not keep it in plain text.
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
        let mut compared = Compared {
            replace: marks.replace,
            changes: &mut changes,
        };
        let sides = (Side::of(old.get(name)), Side::of(new.get(name)));
        compared.values(&Path::root().key(name), sides.0, sides.1);
    }
    changes
}

fn absent(value: Option<&Value>) -> bool {
    value.is_none_or(|v| *v.bare() == Value::Null)
}

fn names<'a>(old: &'a Map, new: &'a Map) -> BTreeSet<&'a String> {
    old.keys().chain(new.keys()).collect()
}

/// A value on one side, and whether it or what holds it is secret.
#[derive(Clone, Copy)]
struct Side<'a> {
    value: Option<&'a Value>,
    secret: bool,
}

impl<'a> Side<'a> {
    fn of(value: Option<&'a Value>) -> Side<'a> {
        Side {
            value: value.map(Value::bare).filter(|v| **v != Value::Null),
            secret: value.is_some_and(Value::is_secret),
        }
    }

    /// A part of it.
    fn part(self, value: Option<&'a Value>) -> Side<'a> {
        let part = Side::of(value);
        Side {
            secret: self.secret || part.secret,
            ..part
        }
    }
}

/// One property's changes.
struct Compared<'a> {
    replace: bool,
    changes: &'a mut Vec<Change>,
}

impl Compared<'_> {
    fn values(&mut self, at: &Path, old: Side, new: Side) {
        match (old.value, new.value) {
            (None, None) => {}
            (None, Some(_)) => self.change(at, What::Added, self.replace),
            (Some(_), None) => self.change(at, What::Removed, self.replace),
            (Some(Value::Object(a)), Some(Value::Object(b))) => {
                for name in names(a, b) {
                    self.values(&at.key(name), old.part(a.get(name)), new.part(b.get(name)));
                }
            }
            (Some(Value::Array(a)), Some(Value::Array(b))) => {
                for i in 0..a.len().max(b.len()) {
                    self.values(&at.index(i), old.part(a.get(i)), new.part(b.get(i)));
                }
            }
            (Some(a), Some(b)) if !same(a, b) => self.change(at, What::Changed, self.replace),
            _ if new.secret && !old.secret => self.change(at, What::Changed, false),
            _ => {}
        }
    }

    fn change(&mut self, at: &Path, what: What, replace: bool) {
        self.changes.push(Change {
            at: at.clone(),
            what,
            replace,
        });
    }
}

fn same(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Asset(old), Value::Asset(new)) if !old.hash.is_empty() => old.hash == new.hash,
        _ => old == new,
    }
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
