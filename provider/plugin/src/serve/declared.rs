//! What this engine's program has declared, so that one thing is not two resources.

use std::collections::BTreeMap;

/// Which resource is which thing.
#[derive(Debug, Default)]
pub(super) struct Declared {
    things: BTreeMap<String, String>,
    urns: BTreeMap<String, String>,
}

impl Declared {
    /// The URN of the resource that is a thing.
    pub fn holder(&self, thing: &str) -> Option<&str> {
        self.urns.get(thing).map(String::as_str)
    }

    /// Notes what a resource is: the last that it says counts. Gives the URN of another resource that is the same thing already.
    pub fn note(&mut self, urn: &str, thing: Option<String>) -> Option<String> {
        if let Some(before) = self.things.remove(urn) {
            self.urns.remove(&before);
        }
        let thing = thing?;
        if let Some(other) = self.urns.get(&thing) {
            return Some(other.clone());
        }
        self.urns.insert(thing.clone(), urn.to_owned());
        self.things.insert(urn.to_owned(), thing);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::Declared;

    #[test]
    fn one_thing_is_one_resource() {
        let mut declared = Declared::default();
        for (urn, thing, other) in [
            ("a", Some("1"), None),
            // An engine that replaces asks again.
            ("a", Some("1"), None),
            ("b", Some("1"), Some("a")),
            ("b", Some("2"), None),
            ("c", None, None),
            ("d", None, None),
            ("a", Some("3"), None),
            ("b", Some("1"), None),
            ("a", Some("2"), None),
            ("c", Some("1"), Some("b")),
        ] {
            let said = declared.note(urn, thing.map(str::to_owned));
            assert_eq!(said.as_deref(), other, "{urn} {thing:?}");
        }
    }
}
