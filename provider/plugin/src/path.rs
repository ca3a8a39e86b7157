//! Property paths as Pulumi writes them: `tags.owner`, `rules[0].port`, `labels["a.b"]`.

use std::fmt;

/// One step down: into an object or a map, or into a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The property or the entry of a name.
    Key(String),
    /// The item of a place, counted from 0.
    Index(usize),
}

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

    /// A path that begins where this one ends.
    pub fn join(&self, inner: &Path) -> Path {
        let dot = match self.0.is_empty() || inner.0.is_empty() || inner.0.starts_with('[') {
            true => "",
            false => ".",
        };
        Path(format!("{self}{dot}{inner}"))
    }

    /// Its names and indices, from the outermost to the innermost.
    pub fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut rest = self.0.as_str();
        while !rest.is_empty() {
            let (step, after) = first(rest);
            steps.push(step);
            rest = after.strip_prefix('.').unwrap_or(after);
        }
        steps
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

/// One step of a path, and what comes after it. What is not closed ends with the text.
fn first(text: &str) -> (Step, &str) {
    let Some(inside) = text.strip_prefix('[') else {
        let end = text.find(['.', '[']).unwrap_or(text.len());
        return (Step::Key(text[..end].to_owned()), &text[end..]);
    };
    let mut words = serde_json::Deserializer::from_str(inside).into_iter::<serde_json::Value>();
    let step = match words.next() {
        Some(Ok(serde_json::Value::String(name))) => Step::Key(name),
        Some(Ok(number)) => Step::Index(number.as_u64().unwrap_or_default() as usize),
        _ => return (Step::Key(inside.to_owned()), ""),
    };
    let after = &inside[words.byte_offset()..];
    (step, after.strip_prefix(']').unwrap_or(after))
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

#[cfg(test)]
mod tests {
    use super::{Path, Step};

    #[test]
    fn paths_are_taken_apart_and_put_together() {
        let key = |name: &str| Step::Key(name.to_owned());
        for (text, steps) in [
            ("", vec![]),
            ("tags", vec![key("tags")]),
            ("rules[10].port", vec![key("rules"), Step::Index(10), key("port")]),
            ("labels[\"a.b\"].c", vec![key("labels"), key("a.b"), key("c")]),
            ("[\"x[0]\\\"\"]", vec![key("x[0]\"")]),
            ("[2][3]", vec![Step::Index(2), Step::Index(3)]),
            ("broken[", vec![key("broken"), key("")]),
        ] {
            let path = Path::from(text);
            assert_eq!(path.steps(), steps, "{text}");
            if text != "broken[" {
                let again = steps.iter().fold(Path::root(), |path, step| match step {
                    Step::Key(name) => path.key(name),
                    Step::Index(i) => path.index(*i),
                });
                assert_eq!(again, path);
            }
        }
        for (outer, inner, whole) in [("a", "b", "a.b"), ("a", "[0]", "a[0]"), ("", "b", "b"), ("a", "", "a")] {
            assert_eq!(Path::from(outer).join(&Path::from(inner)).as_str(), whole);
        }
    }
}
