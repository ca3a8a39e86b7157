//! Text that AWS keeps in lower case.

use pulumi_plugin::shape::{Format, Type};
use pulumi_plugin::{Fault, Property, Value};

/// Text whose case means nothing, as AWS keeps it: in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lowercase(String);

impl Lowercase {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<T: Into<String>> From<T> for Lowercase {
    fn from(text: T) -> Lowercase {
        Lowercase(text.into().to_lowercase())
    }
}

impl std::fmt::Display for Lowercase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Property for Lowercase {
    fn ty() -> Type {
        static FORMAT: Format = Format {
            what: "text",
            or_object: false,
            meaning: None,
            canonical: |value| Ok(Value::from(value.as_str().unwrap_or_default().to_lowercase())),
        };
        Type::Format(&FORMAT)
    }
    fn decode(value: &Value) -> Result<Self, Fault> {
        String::decode(value).map(Lowercase::from)
    }
    fn encode(&self) -> Value {
        self.0.as_str().into()
    }
}
