//! JSON objects that AWS keeps as text.

use pulumi_plugin::shape::{Format, Type};
use pulumi_plugin::{Fault, Path, Property, Value};
use serde_json::{Map, Value as Json};

/// A JSON object. It is kept with sorted keys; two are the same if they mean the same to AWS.
#[derive(Debug, Clone)]
pub struct Document<K>(Json, std::marker::PhantomData<K>);

/// What a document is, and what it comes down to.
pub trait Kind: Clone + Send + Sync + 'static {
    /// Its form.
    const FORMAT: &'static Format;

    /// What it comes down to, where several spellings mean the same.
    fn meaning(document: Json) -> Json {
        document
    }
}

/// Any object.
#[derive(Debug, Clone, PartialEq)]
pub struct Plain;

/// The lifecycle policy of a container repository.
#[derive(Debug, Clone, PartialEq)]
pub struct Lifecycle;

/// A JSON object that AWS keeps as text.
pub type JsonObject = Document<Plain>;
/// The lifecycle policy of a container repository.
pub type LifecyclePolicy = Document<Lifecycle>;

impl Kind for Plain {
    const FORMAT: &'static Format = &Format {
        what: "an object, or its JSON as text",
        example: r#"{"a":"b"}"#,
        another: r#"{"c":["d"]}"#,
        or_object: true,
        canonical: |value| JsonObject::new(value).map(|it| it.encode()),
        meaning: None,
    };
}

impl Kind for Lifecycle {
    const FORMAT: &'static Format = &Format {
        what: "a lifecycle policy: an object with `rules`, or its JSON as text",
        example: r#"{"rules":[]}"#,
        another: r#"{"rules":[{"action":{"type":"expire"},"rulePriority":1,"selection":{"countNumber":9,"countType":"imageCountMoreThan","tagStatus":"any"}}]}"#,
        or_object: true,
        canonical: |value| {
            let policy = LifecyclePolicy::new(value)?;
            match policy.0.get("rules").is_some_and(Json::is_array) {
                true => Ok(policy.encode()),
                false => Err("is not a lifecycle policy: it has no list of `rules`".into()),
            }
        },
        meaning: Some(|value| match LifecyclePolicy::new(value) {
            Ok(policy) => Value::from_json(&Lifecycle::meaning(policy.0)),
            Err(_) => value.clone(),
        }),
    };

    /// Rules by their priorities, tags in no order, and no empty lists.
    fn meaning(mut document: Json) -> Json {
        let Some(rules) = document.get_mut("rules").and_then(Json::as_array_mut) else { return document };
        rules.sort_by_key(|rule| rule["rulePriority"].as_i64());
        let selections = rules.iter_mut().filter_map(|rule| rule.get_mut("selection")?.as_object_mut());
        selections.for_each(sort_tags);
        document
    }
}

fn sort_tags(selection: &mut Map<String, Json>) {
    selection.retain(|_, value| value.as_array().is_none_or(|list| !list.is_empty()));
    for list in selection.values_mut().filter_map(Json::as_array_mut) {
        list.sort_by_key(Json::to_string);
    }
}

impl<K: Kind> Document<K> {
    /// Reads a document: text, or the object itself.
    pub fn new(value: &Value) -> Result<Document<K>, String> {
        let read = match value.bare() {
            Value::String(text) => serde_json::from_str(text).map_err(|error| format!("is not JSON: {error}"))?,
            other => other.to_json(),
        };
        match read {
            // There and back sorts the keys, whatever order JSON is kept in.
            Json::Object(_) => Ok(Document(Value::from_json(&read).to_json(), std::marker::PhantomData)),
            _ => Err("is not an object".into()),
        }
    }

    /// Reads a document's text.
    pub fn parse(text: &str) -> Result<Document<K>, String> {
        Document::new(&text.into())
    }

    /// The object.
    pub fn json(&self) -> &Json {
        &self.0
    }
}

impl<K: Kind> PartialEq for Document<K> {
    fn eq(&self, other: &Self) -> bool {
        K::meaning(self.0.clone()) == K::meaning(other.0.clone())
    }
}

impl<K: Kind> std::fmt::Display for Document<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl<K: Kind> Property for Document<K> {
    fn ty() -> Type {
        Type::Format(K::FORMAT)
    }
    fn decode(value: &Value) -> Result<Self, Fault> {
        Document::new(value).map_err(|why| Fault::new(Path::root(), why))
    }
    fn encode(&self) -> Value {
        self.to_string().into()
    }
}

#[cfg(test)]
mod tests {
    use super::{JsonObject, LifecyclePolicy};

    #[test]
    fn an_object_is_the_same_in_any_order_of_keys() {
        assert_eq!(JsonObject::parse(r#"{"b": 1, "a": [2]}"#), JsonObject::parse(r#"{"a":[2],"b":1}"#));
        assert_ne!(JsonObject::parse(r#"{"a":[1,2]}"#), JsonObject::parse(r#"{"a":[2,1]}"#));
        for (text, said) in [("[]", "is not an object"), ("{", "is not JSON")] {
            let why = JsonObject::parse(text).err().unwrap_or_default();
            assert!(why.contains(said), "{text}: {why}");
        }
    }

    #[test]
    fn a_lifecycle_policy_is_the_same_in_any_order_of_rules_and_tags() {
        let one = r#"{"rules":[{"rulePriority":2},{"rulePriority":1,"selection":{"tagPrefixList":["b","a"],"tagPatternList":[]}}]}"#;
        let other = r#"{"rules":[{"rulePriority":1,"selection":{"tagPrefixList":["a","b"]}},{"rulePriority":2}]}"#;
        assert_eq!(LifecyclePolicy::parse(one), LifecyclePolicy::parse(other));
        assert_ne!(LifecyclePolicy::parse(one), LifecyclePolicy::parse(r#"{"rules":[{"rulePriority":2}]}"#));
    }
}
