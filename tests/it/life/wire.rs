//! The engine's properties as JSON and on the wire. Secrets and unknowns keep the form that they have there.

use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value as Wired};
use serde_json::{Map, Value, json};

/// What stands for a value that is not known yet.
pub const UNKNOWN: &str = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
pub const SIGNATURE: &str = "4dabf18193072939515e22adb298388d";
pub const SECRET: &str = "1b47061264138c4ac30d75fd1eb44270";

/// A secret value.
pub fn secret(value: Value) -> Value {
    json!({SIGNATURE: SECRET, "value": value})
}

/// Whether a value is a secret, or holds one.
pub fn has_secret(value: &Value) -> bool {
    match value {
        Value::Object(map) if map.get(SIGNATURE) == Some(&json!(SECRET)) => true,
        Value::Object(map) => map.values().any(has_secret),
        Value::Array(items) => items.iter().any(has_secret),
        _ => false,
    }
}

pub fn written(properties: &Value) -> Struct {
    let fields = properties.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), wired(value)));
    Struct { fields: fields.collect() }
}

fn wired(value: &Value) -> Wired {
    let kind = match value {
        Value::Null => Kind::NullValue(0),
        Value::Bool(b) => Kind::BoolValue(*b),
        Value::Number(n) => Kind::NumberValue(n.as_f64().unwrap_or_default()),
        Value::String(text) => Kind::StringValue(text.clone()),
        Value::Array(items) => Kind::ListValue(ListValue { values: items.iter().map(wired).collect() }),
        Value::Object(_) => Kind::StructValue(written(value)),
    };
    Wired { kind: Some(kind) }
}

pub fn read(properties: Option<&Struct>) -> Value {
    let fields = properties.into_iter().flat_map(|p| &p.fields);
    Value::Object(fields.map(|(name, value)| (name.clone(), told(value))).collect::<Map<_, _>>())
}

fn told(value: &Wired) -> Value {
    match &value.kind {
        None | Some(Kind::NullValue(_)) => Value::Null,
        Some(Kind::BoolValue(b)) => (*b).into(),
        // Whole numbers are written as such, so that they look like those of a program.
        Some(Kind::NumberValue(n)) if n.fract() == 0.0 => (*n as i64).into(),
        Some(Kind::NumberValue(n)) => (*n).into(),
        Some(Kind::StringValue(text)) => text.as_str().into(),
        Some(Kind::ListValue(list)) => list.values.iter().map(told).collect(),
        Some(Kind::StructValue(object)) => read(Some(object)),
    }
}
