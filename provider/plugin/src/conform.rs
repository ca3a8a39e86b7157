//! Holds values against their shape: every fault at once, defaults filled in, one spelling for one meaning.

use std::collections::BTreeSet;

use crate::error::Fault;
use crate::nearest::nearest;
use crate::path::Path;
use crate::shape::{Bounds, Field, Shape, Type};
use crate::value::{Map, Value};

/// Properties held against a shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Conformed {
    /// The properties, canonical, with defaults; unknowns and secrets are kept where they were.
    pub properties: Map,
    /// Everything that is wrong.
    pub faults: Vec<Fault>,
    /// What has to be known before the resource can be made, but is not.
    pub unknown: Vec<Path>,
}

/// Holds properties against several shapes that stand side by side.
///
/// Properties whose name begins with two underscores are the engine's or the framework's own and pass.
pub fn conform(shapes: &[&'static Shape], properties: &Map) -> Conformed {
    let fields: Vec<_> = shapes.iter().flat_map(|s| s.fields()).collect();
    let mut walk = Walk { faults: Vec::new(), unknown: Vec::new() };
    let (own, given): (Map, Map) = properties.clone().into_iter().partition(|(k, _)| k.starts_with("__"));
    let mut properties = walk.fields(&fields, &given, &Path::root());
    properties.extend(own);
    Conformed { properties, faults: walk.faults, unknown: walk.unknown }
}

/// Whether a value conforms to a type without a fault.
pub fn fits(ty: &Type, value: &Value) -> bool {
    let mut walk = Walk { faults: Vec::new(), unknown: Vec::new() };
    walk.value(ty, value, &Path::root());
    walk.faults.is_empty()
}

struct Walk {
    faults: Vec<Fault>,
    unknown: Vec<Path>,
}

impl Walk {
    fn fault(&mut self, at: &Path, why: impl Into<String>) {
        self.faults.push(Fault::new(at.clone(), why));
    }

    fn fields(&mut self, fields: &[&'static Field], given: &Map, at: &Path) -> Map {
        let mut out = Map::new();
        for field in fields {
            let value = match given.get(field.name).filter(|v| *v.bare() != Value::Null) {
                Some(value) => self.value(&(field.ty)(), value, &at.key(field.name)),
                None => match field.default {
                    Some(default) => default(),
                    // A name that could have been made up has been, by now; unless the user forbids it.
                    None if !matches!((field.ty)(), Type::Optional(_)) => {
                        self.fault(&at.key(field.name), format!("missing: {} is required", (field.ty)().what()));
                        continue;
                    }
                    None => continue,
                },
            };
            if value != Value::Null {
                out.insert(field.name.to_owned(), value);
            }
        }
        for name in given.keys().filter(|name| !fields.iter().any(|f| f.name == **name)) {
            let known = fields.iter().map(|f| f.name);
            let hint = match nearest(name, known.clone()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are {}", known.map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")),
            };
            self.fault(&at.key(name), format!("no such property; {hint}"));
        }
        out
    }

    fn value(&mut self, ty: &Type, value: &Value, at: &Path) -> Value {
        match (ty, value) {
            (_, Value::Secret(inner)) => self.value(ty, inner, at).into_secret(),
            (Type::Optional(_), Value::Null) => Value::Null,
            (Type::Optional(inner), _) => self.value(inner, value, at),
            (Type::Eventual(inner), _) => {
                let unknown = self.unknown.len();
                let value = self.value(inner, value, at);
                self.unknown.truncate(unknown);
                value
            }
            (_, Value::Output(output)) => {
                let mut output = output.clone();
                output.value = Some(self.value(ty, output.value.as_ref().unwrap_or(&Value::Unknown), at))
                    .filter(|v| *v != Value::Unknown);
                Value::Output(output)
            }
            (Type::Secret(inner), _) => self.value(inner, value, at).into_secret(),
            (Type::Order(inner), _) => self.value(inner, value, at),
            (_, Value::Unknown) => {
                self.unknown.push(at.clone());
                Value::Unknown
            }
            _ => self.known(ty, value, at),
        }
    }

    fn known(&mut self, ty: &Type, value: &Value, at: &Path) -> Value {
        match (ty, value) {
            (Type::Any, _)
            | (Type::Bool, Value::Bool(_))
            | (Type::Number, Value::Number(_))
            | (Type::Text, Value::String(_))
            | (Type::Asset, Value::Asset(_))
            | (Type::Archive, Value::Archive(_))
            | (Type::Reference(_), Value::Reference(_)) => value.clone(),
            (Type::Integer { min, max }, Value::Number(n))
                if n.fract() == 0.0 && *n >= *min as f64 && *n <= *max as f64 =>
            {
                value.clone()
            }
            (Type::Integer { .. }, Value::Number(n)) => {
                self.fault(at, format!("{n} is not {}", ty.what()));
                value.clone()
            }
            (Type::Enum(choices), Value::String(word)) => {
                if !choices.values.iter().any(|(known, _)| known == word) {
                    self.fault(at, format!("`{word}` is not {}", ty.what()));
                }
                value.clone()
            }
            (Type::Format(format), _) if matches!(value, Value::String(_)) || format.or_object => {
                // A part that is not known yet leaves the whole without a canonical spelling.
                if value.has_unknown() {
                    self.unknown.push(at.clone());
                    return Value::Unknown;
                }
                let secret = value.has_secret();
                match (format.canonical)(&value.plain()) {
                    Ok(canonical) if secret => canonical.into_secret(),
                    Ok(canonical) => canonical,
                    Err(why) => {
                        self.fault(at, why);
                        value.clone()
                    }
                }
            }
            (Type::List(inner), Value::Array(items)) => Value::Array(self.items(inner, items, at)),
            (Type::Set(inner), Value::Array(items)) => Value::Array(sorted(self.items(inner, items, at))),
            (Type::Map(inner), Value::Object(map)) => {
                let given = map.iter().filter(|(_, v)| *v.bare() != Value::Null);
                let each = given.map(|(k, v)| (k.clone(), self.value(inner, v, &at.key(k))));
                Value::Object(each.collect())
            }
            (Type::Object(shape), Value::Object(map)) => Value::Object(self.fields(&shape.fields(), map, at)),
            (Type::OneOf(types), _) => self.one_of(types, value, at),
            (Type::Bounded(inner, bounds), _) => self.bounded(inner, bounds, value, at),
            _ => {
                self.fault(at, other_kind(ty, value));
                value.clone()
            }
        }
    }

    fn items(&mut self, ty: &Type, items: &[Value], at: &Path) -> Vec<Value> {
        items.iter().enumerate().map(|(i, v)| self.value(ty, v, &at.index(i))).collect()
    }

    /// A value whose size is held against bounds once everything else about it is right.
    fn bounded(&mut self, ty: &Type, bounds: &Bounds, value: &Value, at: &Path) -> Value {
        let before = self.faults.len();
        let value = self.value(ty, value, at);
        if self.faults.len() == before
            && let Some(why) = ill_sized(ty, bounds, &value)
        {
            self.fault(at, why);
        }
        value
    }

    /// The first type that fits; else the faults of the one that came nearest.
    fn one_of(&mut self, types: &[Type], value: &Value, at: &Path) -> Value {
        let tries = types.iter().map(|ty| {
            let mut walk = Walk { faults: Vec::new(), unknown: Vec::new() };
            let value = walk.value(ty, value, at);
            (value, walk)
        });
        // An object with two mistakes is still nearer to an object than to a word.
        let foreign = |ty: &Type, walk: &Walk| matches!(&walk.faults[..], [only] if only.why == other_kind(ty, value));
        let best = types.iter().zip(tries).min_by_key(|(ty, (_, walk))| (foreign(ty, walk), walk.faults.len()));
        let Some((best, (kept, walk))) = best else {
            return value.clone();
        };
        self.unknown.extend(walk.unknown);
        match &walk.faults[..] {
            // None of them is of this kind: so all are named.
            [fault] if fault.why == other_kind(best, value) => {
                let any = Type::OneOf(types.to_vec());
                self.fault(at, other_kind(&any, value));
            }
            _ => self.faults.extend(walk.faults),
        }
        kept
    }
}

/// Why a value is too little or too much, if it is.
fn ill_sized(ty: &Type, bounds: &Bounds, value: &Value) -> Option<String> {
    match value.bare() {
        Value::Number(number) => bounds.wrong_number(*number),
        Value::String(text) => bounds.wrong_count(text.chars().count(), "character", "characters"),
        // An unknown item of a set may turn out to be one that is there already.
        Value::Array(items) if matches!(ty, Type::Set(_)) && value.has_unknown() => {
            let known = items.iter().filter(|item| !item.has_unknown()).map(|item| item.to_json().to_string());
            let known: BTreeSet<_> = known.collect();
            Bounds { min: None, ..*bounds }.wrong_count(known.len(), "item", "items")
        }
        Value::Array(items) => bounds.wrong_count(items.len(), "item", "items"),
        Value::Object(map) => bounds.wrong_count(map.len(), "entry", "entries"),
        _ => None,
    }
}

fn other_kind(ty: &Type, value: &Value) -> String {
    format!("expected {}, got {}", ty.what(), value.kind())
}

/// The items in one order, each once; as they are while one of them is unknown.
fn sorted(mut items: Vec<Value>) -> Vec<Value> {
    if items.iter().any(Value::has_unknown) {
        return items;
    }
    items.sort_by_cached_key(|v| v.to_json().to_string());
    items.dedup_by(|a, b| a.bare() == b.bare());
    items
}

#[cfg(test)]
mod tests;
