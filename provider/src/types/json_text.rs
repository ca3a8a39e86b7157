//! Text that may be JSON.

use pulumi_plugin::shape::{Format, Type};
use pulumi_plugin::{Fault, Property, Value};
use serde_json::Value as Json;

/// A text that a service keeps: JSON, or YAML or anything else. It is kept as it is spelled; two are the same if they are the same JSON, where both
/// are JSON. A program may give an object or a list in the place of JSON text.
#[derive(Debug, Clone)]
pub struct JsonText(String);

impl JsonText {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it means; nothing where it is not JSON.
    pub fn json(&self) -> Option<Json> {
        serde_json::from_str(&self.0).ok()
    }

    fn of(value: &Value) -> JsonText {
        match value.bare() {
            Value::String(text) => JsonText(text.clone()),
            other => JsonText(other.to_json().to_string()),
        }
    }
}

as_aws_has_it!(JsonText);

impl PartialEq for JsonText {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.json().is_some_and(|json| other.json() == Some(json))
    }
}

impl Property for JsonText {
    fn ty() -> Type {
        static FORMAT: Format = Format {
            what: "a text, or an object that becomes JSON",
            example: r#"{"schemaVersion":"2.2"}"#,
            another: r#"{"schemaVersion":"0.3"}"#,
            or_object: true,
            canonical: |value| Ok(JsonText::of(value).encode()),
            meaning: Some(|value| match JsonText::of(value).json() {
                // There and back sorts the keys, whatever order JSON is kept in.
                Some(json) => Value::from_json(&json),
                None => value.clone(),
            }),
        };
        Type::Format(&FORMAT)
    }
    fn decode(value: &Value) -> Result<Self, Fault> {
        Ok(JsonText::of(value))
    }
    fn encode(&self) -> Value {
        self.0.clone().into()
    }
}

#[cfg(test)]
mod tests {
    use super::JsonText;

    #[test]
    fn is_compared_by_what_it_means() {
        for (one, other, same) in [
            (r#"{"a": 1, "b": 2}"#, r#"{"b":2,"a":1}"#, true),
            (r#"{"a": 1}"#, r#"{"a": 2}"#, false),
            ("a: 1", "a: 1", true),
            ("a: 1", "a:  1", false),
            ("{}", "no json", false),
        ] {
            assert_eq!(JsonText::from(one) == JsonText::from(other), same, "{one} {other}");
        }
    }
}
