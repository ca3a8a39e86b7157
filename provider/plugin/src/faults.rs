//! Rules between properties, with one wording for each kind.

use crate::error::Fault;
use crate::path::Path;
use crate::property::{Property, Shaped};
use crate::shape::{Shape, Type};
use crate::value::{Map, Value};

/// Gathers what is wrong between the properties of one object.
///
/// A property is set when the program gives it; `false`, an empty list and an empty map are as good as left out. Each fault stands at the property
/// that would have to change, and so should yours: while other inputs are unknown, faults at unknown properties are not reported.
///
/// ```ignore
/// Faults::of(new)
///     .one_of(&["cidrIpv4", "cidrIpv6", "prefixListId"])
///     .needs("kmsKeyId", "atRestEncryptionEnabled")
///     .excludes("authToken", "userGroupIds")
///     .each("rules", &new.rules, |rule| rule.faults())
///     .when(new.from_port > new.to_port, "toPort", "is less than `fromPort`")
///     .into_vec()
/// ```
#[derive(Debug)]
pub struct Faults {
    shape: &'static Shape,
    given: Map,
    found: Vec<Fault>,
}

impl Faults {
    /// Of an object of properties: the inputs of a resource, or a part of them.
    pub fn of<T: Property + Shaped>(object: &T) -> Faults {
        let given = match object.encode() {
            Value::Object(map) => map,
            _ => Map::new(),
        };
        Faults { shape: T::shape(), given, found: Vec::new() }
    }

    /// Exactly one of these is set.
    pub fn one_of(self, names: &[&str]) -> Faults {
        self.at_least_one_of(names).at_most_one_of(names)
    }

    /// One of these is set, or several.
    pub fn at_least_one_of(self, names: &[&str]) -> Faults {
        let none = !names.iter().any(|name| self.is_set(name));
        let first = names.first().copied().unwrap_or_default();
        self.when(none, first, format!("missing: one of {} is required", listed(names, "or")))
    }

    /// One of these is set, or none.
    pub fn at_most_one_of(self, names: &[&str]) -> Faults {
        let set: Vec<_> = names.iter().filter(|name| self.is_set(name)).collect();
        match set[..] {
            [_, .., last] => self.when(true, *last, format!("only one of {} can be given", listed(names, "and"))),
            _ => self,
        }
    }

    /// Where the first is set, so is the second.
    pub fn needs(self, name: &str, other: &str) -> Faults {
        let (set, other_set) = (self.is_set(name), self.is_set(other));
        let why = format!("needs `{}`", self.as_set(other));
        self.when(set && !other_set, name, why)
    }

    /// Where the first is set, the second is not.
    pub fn excludes(self, name: &str, other: &str) -> Faults {
        let (set, other_set) = (self.is_set(name), self.is_set(other));
        let why = format!("can't be given together with `{}`", self.as_set(name));
        self.when(set && other_set, other, why)
    }

    /// Any other rule: whether it is broken, at which property, and what is wrong there, as a fragment.
    pub fn when(mut self, broken: bool, at: impl Into<Path>, why: impl Into<String>) -> Faults {
        if broken {
            let fault = Fault::new(at, why);
            debug_assert!(self.shape.holds(&fault.at), "`{}` has no property `{}`", self.shape.name, fault.at);
            self.found.push(fault);
        }
        self
    }

    /// The faults of each item of a list.
    pub fn each<'a, T: 'a>(
        mut self,
        name: &str,
        items: impl IntoIterator<Item = &'a T>,
        faults: impl Fn(&'a T) -> Vec<Fault>,
    ) -> Faults {
        for (i, item) in items.into_iter().enumerate() {
            self = self.part_at(Path::root().key(name).index(i), faults(item));
        }
        self
    }

    /// The faults of an object that is one of the properties.
    pub fn part(self, name: &str, faults: Vec<Fault>) -> Faults {
        self.part_at(Path::root().key(name), faults)
    }

    /// Faults that were found elsewhere.
    pub fn and(self, faults: impl IntoIterator<Item = Fault>) -> Faults {
        self.part_at(Path::root(), faults)
    }

    /// All that was found, in the order of the rules.
    pub fn into_vec(self) -> Vec<Fault> {
        self.found
    }

    fn part_at(mut self, at: Path, faults: impl IntoIterator<Item = Fault>) -> Faults {
        for fault in faults {
            self = self.when(true, at.join(&fault.at), fault.why);
        }
        self
    }

    fn is_set(&self, name: &str) -> bool {
        debug_assert!(self.shape.field(name).is_some(), "`{}` has no property `{name}`", self.shape.name);
        match self.given.get(name).map(Value::bare) {
            None | Some(Value::Null | Value::Bool(false)) => false,
            Some(Value::Array(items)) => !items.is_empty(),
            Some(Value::Object(map)) => !map.is_empty(),
            Some(_) => true,
        }
    }

    /// How the program sets it: a switch is set when it is on.
    fn as_set(&self, name: &str) -> String {
        match self.shape.field(name).map(|field| (field.ty)()) {
            Some(ty) if matches!(ty.bare(), Type::Bool) => format!("{name}: true"),
            _ => name.to_owned(),
        }
    }
}

/// `a`, `b` and `c`.
fn listed(names: &[&str], last_word: &str) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match &quoted[..] {
        [] => String::new(),
        [only] => only.clone(),
        [rest @ .., last] => format!("{} {last_word} {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Faults;
    use crate::Property;
    use crate::value::{Value, map};

    #[derive(Debug, Clone, PartialEq, Property)]
    struct Leg {
        wood: Option<String>,
        steel: Option<String>,
    }

    #[derive(Debug, Clone, PartialEq, Property)]
    struct Chair {
        seat: Option<String>,
        bench: Option<String>,
        #[prop(default)]
        folds: bool,
        #[prop(default)]
        legs: Vec<Leg>,
        cushion: Option<Leg>,
    }

    #[track_caller]
    fn check(given: serde_json::Value, expected: &[&str]) {
        let mut given = map(given);
        given.entry("folds".into()).or_insert(false.into());
        given.entry("legs".into()).or_insert(Value::Array(Vec::new()));
        let chair = Chair::decode(&Value::Object(given)).expect("a chair");
        let faults = Faults::of(&chair)
            .one_of(&["seat", "bench"])
            .needs("folds", "legs")
            .needs("cushion", "folds")
            .excludes("bench", "folds")
            .each("legs", &chair.legs, |leg| Faults::of(leg).one_of(&["wood", "steel"]).into_vec())
            .when(chair.legs.len() == 2, "legs", "two don't stand")
            .into_vec();
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(faults, expected);
    }

    #[test]
    fn each_kind_of_rule_has_its_words() {
        check(json!({"seat": "oak"}), &[]);
        check(json!({"seat": "oak", "folds": true, "legs": [{"wood": "oak"}], "cushion": {"wood": "oak"}}), &[]);
        // What holds nothing is as good as left out.
        check(json!({"seat": "oak", "cushion": {}}), &[]);
        check(json!({}), &["`seat`: missing: one of `seat` or `bench` is required"]);
        check(json!({"seat": "a", "bench": "b"}), &["`bench`: only one of `seat` and `bench` can be given"]);
        check(json!({"seat": "a", "folds": true}), &["`folds`: needs `legs`"]);
        check(json!({"seat": "a", "cushion": {"wood": "x"}}), &["`cushion`: needs `folds: true`"]);
        check(
            json!({"bench": "a", "folds": true, "legs": [{"wood": "oak"}]}),
            &["`folds`: can't be given together with `bench`"],
        );
        check(
            json!({"seat": "a", "legs": [{"wood": "x"}, {}]}),
            &["`legs[1].wood`: missing: one of `wood` or `steel` is required", "`legs`: two don't stand"],
        );
    }

    #[test]
    #[should_panic(expected = "`Leg` has no property `iron`")]
    fn a_property_that_is_none_is_noticed() {
        Faults::of(&Leg { wood: None, steel: None }).needs("wood", "iron").into_vec();
    }
}
