//! What differs between what is and what is asked for.

use std::collections::BTreeSet;

use crate::path::Path;
use crate::shape::{Field, Shape, Type};
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
    for name in names(old, new).into_iter().filter(|name| !name.starts_with("__")) {
        let field = shapes.iter().find_map(|s| s.field(name));
        let marks = field.map(|f| f.marks).unwrap_or_default();
        if (marks.computed || marks.initial) && absent(new.get(name)) {
            continue;
        }
        let mut compared = Compared { replace: marks.replace || marks.initial, changes: &mut changes };
        let place = Place { at: Path::root().key(name), ty: field.map(|f| (f.ty)()) };
        compared.values(&place, Side::of(old.get(name)), Side::of(new.get(name)));
    }
    changes
}

/// Whether there is nothing, or as good as nothing.
pub(crate) fn absent(value: Option<&Value>) -> bool {
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
        Side { secret: self.secret || part.secret, ..part }
    }
}

/// Where a value is, and of what type.
struct Place {
    at: Path,
    ty: Option<Type>,
}

impl Place {
    fn below(&self, name: &str) -> Place {
        let ty = match self.ty.as_ref().map(Type::bare) {
            Some(Type::Map(inner)) => Some((**inner).clone()),
            Some(Type::Object(shape)) => shape.field(name).map(|field| (field.ty)()),
            _ => None,
        };
        Place { at: self.at.key(name), ty }
    }

    fn item(&self, i: usize) -> Place {
        let ty = match self.ty.as_ref().map(Type::bare) {
            Some(Type::List(inner) | Type::Set(inner)) => Some((**inner).clone()),
            _ => None,
        };
        Place { at: self.at.index(i), ty }
    }

    fn same(&self, old: &Value, new: &Value) -> bool {
        match (old, new, self.ty.as_ref().map(Type::bare)) {
            // The contents say what they are, wherever they lie.
            (Value::Asset(old), Value::Asset(new), _) if !old.hash.is_empty() => old.hash == new.hash,
            (Value::Archive(old), Value::Archive(new), _) if !old.hash().is_empty() => old.hash() == new.hash(),
            (_, _, Some(Type::Format(format))) if old != new && !old.has_unknown() && !new.has_unknown() => {
                format.meaning.is_some_and(|meaning| meaning(old) == meaning(new))
            }
            _ => old == new,
        }
    }
}

/// One property's changes.
struct Compared<'a> {
    replace: bool,
    changes: &'a mut Vec<Change>,
}

impl Compared<'_> {
    fn values(&mut self, at: &Place, old: Side, new: Side) {
        match (old.value, new.value) {
            (None, None) => {}
            (None, Some(_)) => self.change(at, What::Added, self.replace),
            (Some(_), None) => self.change(at, What::Removed, self.replace),
            (Some(Value::Object(a)), Some(Value::Object(b))) => {
                for name in names(a, b) {
                    self.values(&at.below(name), old.part(a.get(name)), new.part(b.get(name)));
                }
            }
            (Some(Value::Array(a)), Some(Value::Array(b))) => {
                for i in 0..a.len().max(b.len()) {
                    self.values(&at.item(i), old.part(a.get(i)), new.part(b.get(i)));
                }
            }
            (Some(a), Some(b)) if !at.same(a, b) => self.change(at, What::Changed, self.replace),
            _ if new.secret && !old.secret => self.change(at, What::Changed, false),
            _ => {}
        }
    }

    fn change(&mut self, at: &Place, what: What, replace: bool) {
        self.changes.push(Change { at: at.at.clone(), what, replace });
    }
}

/// What of all that resources have in common says that the two are in different places: another region, another account.
pub fn elsewhere(common: &'static Shape, old: &Map, new: &Map) -> Vec<&'static str> {
    let value = |map: &Map, name: &str| map.get(name).map(Value::plain).unwrap_or_default();
    let differs = |name: &&'static str| {
        let (old, new) = (value(old, name), value(new, name));
        old != new && !old.has_unknown() && !new.has_unknown()
    };
    common.fields().iter().map(|field| field.name).filter(differs).collect()
}

/// Whether all `unique` properties are the same in both, so that the two can't exist at once. No such property: they can.
/// Names that were made up don't count: the new one gets a new name. Neither does what the cloud is to choose.
pub fn same_place(shapes: &[&'static Shape], old: &Map, new: &Map, made_up: &BTreeSet<String>) -> bool {
    let unique: Vec<_> = shapes.iter().flat_map(|s| s.fields()).filter(|f| f.marks.unique).collect();
    let same = |name: &str| old.get(name).map(Value::bare) == new.get(name).map(Value::bare);
    let chosen = |f: &Field| f.marks.computed && !new.contains_key(f.name);
    !unique.is_empty() && unique.iter().all(|f| !made_up.contains(f.name) && !chosen(f) && same(f.name))
}

#[cfg(test)]
mod tests;
