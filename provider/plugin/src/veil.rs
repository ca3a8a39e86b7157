//! Keeps secret what the program gave as a secret.

use crate::error::Fault;
use crate::hide::{hide, secrets};
use crate::value::{Map, Value};

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
        (Value::Array(items), Value::Array(under)) if in_step(&items, under) => {
            Value::Array(items.into_iter().zip(under).map(|(value, pattern)| veil(value, pattern)).collect())
        }
        // Lists of another length or order, or a value of another kind: which part was the secret can't be told any more.
        (value, pattern) if pattern.has_secret() => value.into_secret(),
        (value, _) => value,
    }
}

/// Whether the secrets of one list are where they are in the other: nothing beside them has changed or moved.
fn in_step(items: &[Value], under: &[Value]) -> bool {
    let mut pairs = items.iter().zip(under);
    let same = |(item, under): (&Value, &Value)| under.has_secret() || item.plain() == under.plain();
    items.len() == under.len() && (!under.iter().any(Value::has_secret) || pairs.all(same))
}

/// Whether a fault is about a property that is a secret in one of these.
pub fn is_secret(given: &[&Map], fault: &Fault) -> bool {
    let mut values = given.iter().filter_map(|map| map.get(fault.at.head()));
    values.any(Value::has_secret)
}

/// The faults in words that tell none of the secrets in these.
pub fn discreet(mut faults: Vec<Fault>, given: &[&Map]) -> Vec<Fault> {
    let secrets = secrets(given.iter().copied());
    for fault in &mut faults {
        fault.why = hide(&fault.why, &secrets);
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::{discreet, is_secret, veil};
    use crate::error::Fault;
    use crate::value::{Map, Value, object};

    #[test]
    fn faults_tell_no_secrets() {
        let given = Map::from([
            ("plain".to_owned(), Value::from("seen")),
            ("list".to_owned(), Value::Array(vec![Value::from("hush").into_secret()])),
            ("number".to_owned(), Value::from(-4711.0).into_secret()),
        ]);
        for (at, why, secret, told) in [
            ("plain", "`seen` is not it", false, "`seen` is not it"),
            ("list[0]", "`hush` is not it", true, "`[secret]` is not it"),
            ("number", "-4711 is too little", true, "[secret] is too little"),
            ("plain", "differs from `hush`", false, "differs from `[secret]`"),
        ] {
            let fault = Fault::new(at, why);
            assert_eq!(is_secret(&[&given], &fault), secret, "{fault}");
            assert_eq!(discreet(vec![fault], &[&given])[0].why, told);
        }
    }

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
                Value::Array(vec![text("x"), text("z")]),
                Value::Array(vec![text("x"), hidden("y")]),
                Value::Array(vec![text("x"), hidden("z")]),
            ),
            (
                Value::Array(vec![text("x")]),
                Value::Array(vec![text("x"), hidden("y")]),
                Value::Array(vec![text("x")]).into_secret(),
            ),
            // A set that somebody has added to and taken from.
            (
                Value::Array(vec![text("y"), text("z")]),
                Value::Array(vec![text("x"), hidden("y")]),
                Value::Array(vec![text("y"), text("z")]).into_secret(),
            ),
        ] {
            assert_eq!(veil(value, &pattern), expected, "{pattern:?}");
        }
    }
}
