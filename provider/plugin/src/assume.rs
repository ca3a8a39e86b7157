//! Inputs for rules that need values, while some are not known yet.

use crate::shape::{Field, Type};
use crate::value::{Map, Value};
use crate::wire::UNKNOWN;

/// The new inputs with an assumption in the place of every unknown: that it is another value than the old one, as the diff takes it.
///
/// So a rule that doesn't depend on it gives its verdict, and one that does says what may come. Where no other value can be made up,
/// it counts as the old one; where there was none, as left out.
pub fn assume(fields: &[&'static Field], old: &Map, new: &Map) -> Map {
    let each = fields.iter().filter_map(|field| {
        let value = assumed(&(field.ty)(), old.get(field.name), new.get(field.name)?)?;
        Some((field.name.to_owned(), value))
    });
    each.collect()
}

fn assumed(ty: &Type, old: Option<&Value>, new: &Value) -> Option<Value> {
    let old = old.map(Value::bare);
    match (ty.bare(), new.bare()) {
        (ty, Value::Unknown) => another(ty, old),
        (Type::List(item) | Type::Set(item), Value::Array(items)) => {
            let each = items.iter().filter_map(|new| assumed(item, None, new));
            Some(Value::Array(each.collect()))
        }
        (Type::Map(item), Value::Object(map)) => {
            let each = map.iter().filter_map(|(name, new)| {
                let old = old.and_then(|old| old.as_object()?.get(name));
                Some((name.clone(), assumed(item, old, new)?))
            });
            Some(Value::Object(each.collect()))
        }
        (Type::Object(shape), Value::Object(new)) => {
            let nothing = Map::new();
            let old = old.and_then(Value::as_object).unwrap_or(&nothing);
            Some(Value::Object(assume(&shape.fields(), old, new)))
        }
        (_, known) => Some(known.clone()),
    }
}

fn another(ty: &Type, old: Option<&Value>) -> Option<Value> {
    match ty {
        Type::Text => Some(UNKNOWN.into()),
        Type::Bool => Some((old != Some(&Value::Bool(true))).into()),
        Type::Enum(choices) => {
            let mut words = choices.values.iter().map(|(word, _)| Value::from(*word));
            words.find(|word| Some(word) != old)
        }
        _ => old.cloned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use serde_json::json;

    use super::assume;
    use crate::Property;
    use crate::property::Shaped as _;
    use crate::value::{Map, Value, map};
    use crate::wire::UNKNOWN;

    #[derive(Debug, Clone, PartialEq, Property)]
    enum Color {
        Red,
        Blue,
    }

    #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
    struct Part {
        name: String,
        count: Option<i64>,
    }

    #[derive(Debug, Clone, PartialEq, Property)]
    struct Crate {
        label: Option<String>,
        color: Option<Color>,
        open: Option<bool>,
        size: Option<i64>,
        parts: Option<BTreeSet<Part>>,
        tags: Option<BTreeMap<String, i64>>,
    }

    #[track_caller]
    fn check(old: serde_json::Value, new: serde_json::Value, expected: serde_json::Value) {
        let seen = assume(&Crate::shape().fields(), &map(old), &map(new));
        assert_eq!(seen, map(expected));
    }

    #[test]
    fn an_unknown_is_another_value_where_there_is_one() {
        check(
            json!({"label": "a", "color": "Red", "open": true}),
            json!({"label": "?", "color": "?", "open": "?", "size": 1}),
            json!({"label": UNKNOWN, "color": "Blue", "open": false, "size": 1}),
        );
        check(json!({"color": "Blue"}), json!({"color": "?", "open": "?"}), json!({"color": "Red", "open": true}));
    }

    #[test]
    fn else_it_is_what_it_was_or_left_out() {
        check(
            json!({"size": 3, "parts": []}),
            json!({"size": "?", "parts": "?", "tags": "?"}),
            json!({"size": 3, "parts": []}),
        );
    }

    #[test]
    fn what_is_known_around_an_unknown_stays() {
        check(
            json!({"tags": {"a": 1}, "parts": [{"name": "x", "count": 1}]}),
            json!({"tags": {"a": "?", "b": "?", "c": 3}, "parts": [{"name": "?", "count": "?"}]}),
            json!({"tags": {"a": 1, "c": 3}, "parts": [{"name": UNKNOWN}]}),
        );
        let hidden = Map::from([("label".to_owned(), Value::Unknown.into_secret())]);
        let seen = assume(&Crate::shape().fields(), &Map::new(), &hidden);
        assert_eq!(seen, map(json!({"label": UNKNOWN})));
    }
}
