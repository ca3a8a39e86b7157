//! Keeps secret what the program gave as a secret.

use crate::value::Value;

/// A value, with secrets wherever the pattern has them.
pub fn veil(value: Value, pattern: &Value) -> Value {
    match (value, pattern) {
        (value, Value::Secret(_)) => value.into_secret(),
        (Value::Secret(inner), _) => Value::Secret(inner),
        (Value::Object(map), Value::Object(under)) => {
            let each = map.into_iter().map(|(name, value)| match under.get(&name) {
                Some(pattern) => (name, veil(value, pattern)),
                None => (name, value),
            });
            Value::Object(each.collect())
        }
        (Value::Array(items), Value::Array(under)) if items.len() == under.len() => Value::Array(
            items
                .into_iter()
                .zip(under)
                .map(|(value, pattern)| veil(value, pattern))
                .collect(),
        ),
        // Lists of another length, or a value of another kind: which part was the secret can't be told any more.
        (value, pattern) if pattern.has_secret() => value.into_secret(),
        (value, _) => value,
    }
}

#[cfg(test)]
mod tests {
    use super::veil;
    use crate::value::{Value, object};

    #[test]
    fn keeps_secrets_where_they_were() {
        let hidden = |text: &str| Value::from(text).into_secret();
        let text = |text: &str| Value::from(text);
        for (value, pattern, expected) in [
            (text("new"), hidden("old"), hidden("new")),
            (text("new"), text("old"), text("new")),
            (hidden("new"), text("old"), hidden("new")),
            (
                object([("a", text("1")), ("b", text("2"))]),
                object([("a", hidden("1"))]),
                object([("a", hidden("1")), ("b", text("2"))]),
            ),
            (
                Value::Array(vec![text("x"), text("y")]),
                Value::Array(vec![text("x"), hidden("y")]),
                Value::Array(vec![text("x"), hidden("y")]),
            ),
            (
                Value::Array(vec![text("x")]),
                Value::Array(vec![text("x"), hidden("y")]),
                Value::Array(vec![text("x")]).into_secret(),
            ),
        ] {
            assert_eq!(veil(value, &pattern), expected, "{pattern:?}");
        }
    }
}
