//! The values that cross the plugin protocol, without their wire form.

use std::collections::{BTreeMap, BTreeSet};

/// An object's properties by name.
pub type Map = BTreeMap<String, Value>;

/// One value of a resource's inputs or outputs.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// No value.
    #[default]
    Null,
    /// A boolean.
    Bool(bool),
    /// A number. The protocol knows only doubles.
    Number(f64),
    /// A string of Unicode text.
    String(String),
    /// A string of bytes that is not Unicode text.
    Bytes(Vec<u8>),
    /// An ordered list.
    Array(Vec<Value>),
    /// An object or a map.
    Object(Map),
    /// A value that must not be shown.
    Secret(Box<Value>),
    /// A value that is known only once something has been made.
    Unknown,
    /// A value with the facts that the engine keeps beside it.
    Output(Box<OutputValue>),
    /// A file.
    Asset(Asset),
    /// A folder or an archive of files.
    Archive(Archive),
    /// A pointer to a resource of the deployment.
    Reference(Reference),
}

/// A value with what it depends on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OutputValue {
    /// The value; `None` while it is unknown.
    pub value: Option<Value>,
    /// Whether it must not be shown.
    pub secret: bool,
    /// The URNs of the resources it comes from.
    pub dependencies: BTreeSet<String>,
}

/// Where the bytes of an asset or an archive are.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// Text in the value itself.
    Text(String),
    /// A path on the machine that runs the engine.
    Path(String),
    /// An address to fetch from.
    Uri(String),
    /// Neither: the engine left the contents out and gave only the hash.
    Elided,
}

/// A file.
#[derive(Debug, Clone, PartialEq)]
pub struct Asset {
    /// SHA-256 of the contents, in hex; empty when not known.
    pub hash: String,
    /// Where the contents are.
    pub source: Source,
}

/// A folder or an archive of files.
#[derive(Debug, Clone, PartialEq)]
pub enum Archive {
    /// Named assets and archives.
    Assets {
        /// SHA-256 of the contents, in hex; empty when not known.
        hash: String,
        /// What the archive holds, by path.
        assets: Map,
    },
    /// An archive elsewhere.
    At {
        /// SHA-256 of the contents, in hex; empty when not known.
        hash: String,
        /// Where the archive is.
        source: Source,
    },
}

/// A pointer to a resource of the deployment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reference {
    /// The resource's URN.
    pub urn: String,
    /// Its id: `None` for a component, `Some(None)` while unknown.
    pub id: Option<Option<String>>,
    /// The version of the package that defines it; may be empty.
    pub package_version: String,
}

impl Archive {
    /// SHA-256 of the contents, in hex; empty when not known.
    pub fn hash(&self) -> &str {
        match self {
            Archive::Assets { hash, .. } | Archive::At { hash, .. } => hash,
        }
    }
}

impl Value {
    /// The value inside secrets and outputs; `Unknown` for an output without a value.
    pub fn bare(&self) -> &Value {
        match self {
            Value::Secret(inner) => inner.bare(),
            Value::Output(output) => match &output.value {
                Some(value) => value.bare(),
                None => &Value::Unknown,
            },
            other => other,
        }
    }

    /// A copy without secrets and outputs at any depth.
    pub fn plain(&self) -> Value {
        match self.bare() {
            Value::Array(items) => Value::Array(items.iter().map(Value::plain).collect()),
            Value::Object(map) => Value::Object(map.iter().map(|(k, v)| (k.clone(), v.plain())).collect()),
            other => other.clone(),
        }
    }

    /// Whether anything at any depth is unknown.
    pub fn has_unknown(&self) -> bool {
        match self.bare() {
            Value::Unknown => true,
            Value::Array(items) => items.iter().any(Value::has_unknown),
            Value::Object(map) => map.values().any(Value::has_unknown),
            _ => false,
        }
    }

    /// Whether the value as a whole is secret.
    pub fn is_secret(&self) -> bool {
        match self {
            Value::Secret(_) => true,
            Value::Output(o) => o.secret || o.value.as_ref().is_some_and(Value::is_secret),
            _ => false,
        }
    }

    /// Whether anything at any depth is secret.
    pub fn has_secret(&self) -> bool {
        match self {
            Value::Secret(_) => true,
            Value::Output(o) => o.secret || o.value.as_ref().is_some_and(Value::has_secret),
            Value::Array(items) => items.iter().any(Value::has_secret),
            Value::Object(map) => map.values().any(Value::has_secret),
            _ => false,
        }
    }

    /// The URNs that outputs and references at any depth name.
    pub fn dependencies(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        self.gather_dependencies(&mut found);
        found
    }

    fn gather_dependencies(&self, found: &mut BTreeSet<String>) {
        match self {
            Value::Output(o) => {
                found.extend(o.dependencies.iter().cloned());
                if let Some(value) = &o.value {
                    value.gather_dependencies(found);
                }
            }
            Value::Reference(reference) => found.extend([reference.urn.clone()]),
            Value::Secret(inner) => inner.gather_dependencies(found),
            Value::Array(items) => items.iter().for_each(|v| v.gather_dependencies(found)),
            Value::Object(map) => map.values().for_each(|v| v.gather_dependencies(found)),
            _ => {}
        }
    }

    /// This value, marked secret once.
    pub fn into_secret(self) -> Value {
        match self {
            Value::Secret(_) => self,
            Value::Output(mut output) => {
                output.secret = true;
                Value::Output(output)
            }
            other => Value::Secret(Box::new(other)),
        }
    }

    /// The text, when this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self.bare() {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The properties, when this is an object.
    pub fn as_object(&self) -> Option<&Map> {
        match self.bare() {
            Value::Object(map) => Some(map),
            _ => None,
        }
    }

    /// What kind of value this is, in a user's words.
    pub fn kind(&self) -> &'static str {
        match self.bare() {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) | Value::Bytes(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
            Value::Asset(_) => "an asset",
            Value::Archive(_) => "an archive",
            Value::Reference(_) => "a resource",
            Value::Unknown | Value::Secret(_) | Value::Output(_) => "an unknown value",
        }
    }

    /// This value as JSON; secrets and outputs are seen through, what JSON cannot say is `null`.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match self.bare() {
            Value::Bool(b) => Json::Bool(*b),
            Value::Number(n) if n.fract() == 0.0 && n.abs() < 9e15 => Json::from(*n as i64),
            Value::Number(n) => Json::from(*n),
            Value::String(text) => Json::String(text.clone()),
            Value::Array(items) => Json::Array(items.iter().map(Value::to_json).collect()),
            Value::Object(map) => map.iter().map(|(k, v)| (k.clone(), v.to_json())).collect(),
            _ => Json::Null,
        }
    }

    /// The value that a JSON document says.
    pub fn from_json(json: &serde_json::Value) -> Value {
        use serde_json::Value as Json;
        match json {
            Json::Null => Value::Null,
            Json::Bool(b) => Value::Bool(*b),
            Json::Number(n) => Value::Number(n.as_f64().unwrap_or(f64::NAN)),
            Json::String(text) => Value::String(text.clone()),
            Json::Array(items) => Value::Array(items.iter().map(Value::from_json).collect()),
            Json::Object(map) => Value::Object(map.iter().map(|(k, v)| (k.clone(), Value::from_json(v))).collect()),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::String(text.to_owned())
    }
}
impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::String(text)
    }
}
impl From<bool> for Value {
    fn from(b: bool) -> Value {
        Value::Bool(b)
    }
}
impl From<f64> for Value {
    fn from(n: f64) -> Value {
        Value::Number(n)
    }
}
impl From<Map> for Value {
    fn from(map: Map) -> Value {
        Value::Object(map)
    }
}
impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Value {
        Value::Array(items.into_iter().map(Into::into).collect())
    }
}

/// An object of the given properties.
pub fn object<const N: usize>(properties: [(&str, Value); N]) -> Value {
    Value::Object(properties.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
}

/// The properties that a JSON object says, for tests; "?" stands for an unknown.
#[cfg(test)]
pub(crate) fn map(json: serde_json::Value) -> Map {
    fn unknowns(value: Value) -> Value {
        match value {
            Value::String(text) if text == "?" => Value::Unknown,
            Value::Array(items) => Value::Array(items.into_iter().map(unknowns).collect()),
            Value::Object(map) => Value::Object(map.into_iter().map(|(k, v)| (k, unknowns(v))).collect()),
            other => other,
        }
    }
    match unknowns(Value::from_json(&json)) {
        Value::Object(map) => map,
        other => panic!("properties are an object, not {}", other.kind()),
    }
}
