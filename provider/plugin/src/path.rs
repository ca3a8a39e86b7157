//! Property paths as Pulumi writes them: `tags.owner`, `rules[0].port`, `labels["a.b"]`.

use std::fmt;

/// Where in a resource's properties something is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Path(String);

impl Path {
    /// The path of the whole.
    pub fn root() -> Path {
        Path::default()
    }

    /// The path of a property below this one.
    pub fn key(&self, name: &str) -> Path {
        let simple = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '$'));
        Path(match (simple, self.0.is_empty()) {
            (true, true) => name.to_owned(),
            (true, false) => format!("{}.{name}", self.0),
            (false, _) => format!("{}[{}]", self.0, serde_json::Value::from(name)),
        })
    }

    /// The path of an item below this one.
    pub fn index(&self, i: usize) -> Path {
        Path(format!("{}[{i}]", self.0))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the outermost property.
    pub fn head(&self) -> &str {
        match self.0.strip_prefix("[\"") {
            Some(rest) => rest.split('"').next().unwrap_or_default(),
            None => self.0.split(['.', '[']).next().unwrap_or_default(),
        }
    }

    /// Whether this is `other` or lies below it.
    pub fn within(&self, other: &str) -> bool {
        self.0.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    }
}

impl From<&str> for Path {
    fn from(text: &str) -> Path {
        Path(text.to_owned())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
