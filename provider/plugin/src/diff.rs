//! What differs between what is and what is asked for.

use std::collections::BTreeSet;

use crate::path::Path;
use crate::shape::{Shape, Type};
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
        let compared = Compared {
            at: Path::root().key(name),
            ty: field.map(|f| (f.ty)()),
            replace: field.is_some_and(|f| f.marks.replace),
        };
        compared.compare(old.get(name), new.get(name), &mut changes);
    }
    changes
}

fn names<'a>(old: &'a Map, new: &'a Map) -> BTreeSet<&'a String> {
    old.keys().chain(new.keys()).collect()
}

/// A value that is compared: where it is, of what type, and whether a change takes a new resource.
struct Compared {
    at: Path,
    ty: Option<Type>,
    replace: bool,
}

impl Compared {
    fn compare(&self, old: Option<&Value>, new: Option<&Value>, changes: &mut Vec<Change>) {
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
                    self.below(name)
                        .compare(old.get(name), new.get(name), changes);
                }
                return;
            }
            (Some(Value::Array(old)), Some(Value::Array(new))) => {
                for i in 0..old.len().max(new.len()) {
                    self.item(i).compare(old.get(i), new.get(i), changes);
                }
                return;
            }
            (Some(Value::Asset(old)), Some(Value::Asset(new)))
                if !old.hash.is_empty() && old.hash == new.hash =>
            {
                return;
            }
            (Some(old), Some(new)) if old == new || self.same_meaning(old, new) => return,
            _ => What::Changed,
        };
        changes.push(Change {
            at: self.at.clone(),
            what,
            replace: self.replace,
        });
    }

    fn same_meaning(&self, old: &Value, new: &Value) -> bool {
        match self.ty.as_ref().map(Type::bare) {
            Some(Type::Format(format)) if !old.has_unknown() && !new.has_unknown() => format
                .meaning
                .is_some_and(|meaning| meaning(old) == meaning(new)),
            _ => false,
        }
    }

    fn below(&self, name: &str) -> Compared {
        let ty = match self.ty.as_ref().map(Type::bare) {
            Some(Type::Map(inner)) => Some((**inner).clone()),
            Some(Type::Object(shape)) => shape.field(name).map(|field| (field.ty)()),
            _ => None,
        };
        Compared {
            at: self.at.key(name),
            ty,
            replace: self.replace,
        }
    }

    fn item(&self, i: usize) -> Compared {
        let ty = match self.ty.as_ref().map(Type::bare) {
            Some(Type::List(inner) | Type::Set(inner)) => Some((**inner).clone()),
            _ => None,
        };
        Compared {
            at: self.at.index(i),
            ty,
            replace: self.replace,
        }
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
