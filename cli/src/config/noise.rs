//! What of drift is noise: what changes by itself, or is somebody else's to change.

use serde::Deserialize;

use super::any;

/// What is said of drift.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drift {
    #[serde(default)]
    ignore: Vec<Noise>,
}

/// Properties of some types of resources that may differ.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Noise {
    /// Globs of types.
    types: Vec<String>,
    /// Globs of the paths of properties; whatever differs when there is none, also that it is gone.
    #[serde(default)]
    paths: Vec<String>,
}

impl Drift {
    /// Whether a property of a type may differ.
    pub fn is_noise(&self, kind: &str, path: &str) -> bool {
        self.of(kind).any(|noise| noise.paths.is_empty() || any(&noise.paths, path))
    }

    /// Whether it does not matter at all how a resource of a type differs.
    pub fn is_all_noise(&self, kind: &str) -> bool {
        self.of(kind).any(|noise| noise.paths.is_empty())
    }

    fn of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Noise> {
        self.ignore.iter().filter(|noise| any(&noise.types, kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_told_by_type_and_path() {
        let (types, paths) = (vec!["a:b:*".to_owned()], vec!["tags.*".to_owned(), "size".to_owned()]);
        let whole = Noise { types: vec!["x:**".to_owned()], paths: Vec::new() };
        let drift = Drift { ignore: vec![Noise { types, paths }, whole] };
        for (kind, path, expected) in [
            ("a:b:C", "tags.team", true),
            ("a:b:C", "size", true),
            ("a:b:C", "name", false),
            ("z:b:C", "size", false),
            ("x:y:Z", "anything", true),
        ] {
            assert_eq!(drift.is_noise(kind, path), expected, "{kind} {path}");
        }
        assert!(drift.is_all_noise("x:y:Z") && !drift.is_all_noise("a:b:C"));
    }
}
