//! Where what a YAML file says stands in it, so that what does not fit together is told with its place, as what can't be read is. Pure.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use crate::failure::{Failure, Result};

/// The places of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    file: String,
    all: Place,
}

/// A value, by line and column, with what is in it. Without a line nobody knows where it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Place {
    line: u64,
    column: u64,
    parts: BTreeMap<String, Place>,
}

/// One of the places.
#[derive(Clone, Copy)]
pub struct Spot<'a> {
    file: &'a str,
    place: &'a Place,
}

impl Places {
    /// Of a text that can't be read the file alone is known.
    pub fn of(file: &str, text: &str) -> Places {
        Places { file: file.to_owned(), all: serde_saphyr::from_str(text).unwrap_or_default() }
    }

    /// The whole of it.
    pub fn spot(&self) -> Spot<'_> {
        Spot { file: &self.file, place: &self.all }
    }
}

impl Spot<'_> {
    /// What a key says here, or an item, by its number; this, where there is none such.
    pub fn at(self, key: impl ToString) -> Self {
        Spot { place: self.place.parts.get(&key.to_string()).unwrap_or(self.place), ..self }
    }

    /// The same, where what is wrong is here.
    pub fn of<T>(self, found: Result<T>) -> Result<T> {
        found.map_err(|failure| match self.file {
            "" => failure,
            _ => Failure { message: format!("{self}: {}", failure.message), ..failure },
        })
    }
}

impl fmt::Display for Spot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.place.line, self.place.column) {
            (0, _) => f.write_str(self.file),
            (line, column) => write!(f, "{}:{line}:{column}", self.file),
        }
    }
}

impl<'a> Deserialize<'a> for Place {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Place, D::Error> {
        let found = Spanned::<Parts>::deserialize(deserializer)?;
        let (line, column) = (found.referenced.line(), found.referenced.column());
        Ok(Place { line, column, parts: found.value.0 })
    }
}

/// What is in a value.
struct Parts(BTreeMap<String, Place>);

impl<'a> Deserialize<'a> for Parts {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Parts, D::Error> {
        deserializer.deserialize_any(OfAny)
    }
}

struct OfAny;

impl<'a> Visitor<'a> for OfAny {
    type Value = Parts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Parts, A::Error> {
        let mut parts = BTreeMap::new();
        while let Some((key, place)) = map.next_entry()? {
            parts.insert(key, place);
        }
        Ok(Parts(parts))
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut items: A) -> Result<Parts, A::Error> {
        let mut parts = BTreeMap::new();
        while let Some(place) = items.next_element()? {
            parts.insert(parts.len().to_string(), place);
        }
        Ok(Parts(parts))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Parts, E> {
        Ok(Parts(BTreeMap::new()))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Parts, E> {
        Ok(Parts(BTreeMap::new()))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Parts, E> {
        Ok(Parts(BTreeMap::new()))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Parts, E> {
        Ok(Parts(BTreeMap::new()))
    }

    fn visit_str<E>(self, _: &str) -> Result<Parts, E> {
        Ok(Parts(BTreeMap::new()))
    }

    fn visit_unit<E>(self) -> Result<Parts, E> {
        Ok(Parts(BTreeMap::new()))
    }

    fn visit_none<E>(self) -> Result<Parts, E> {
        Ok(Parts(BTreeMap::new()))
    }

    fn visit_some<D: Deserializer<'a>>(self, deserializer: D) -> Result<Parts, D::Error> {
        Parts::deserialize(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_a_place() {
        let text = "a: 1\nlist:\n  - name: x\n    deep: {on: true, off: [1.5, null, 'text']}\n";
        let places = Places::of("serve.yaml", text);
        let all = places.spot();
        let told = |spot: Spot<'_>| spot.to_string();
        let deep = all.at("list").at(0).at("deep");
        assert_eq!(told(all.at("a")), "serve.yaml:1:4");
        assert_eq!(told(all.at("list").at(0)), "serve.yaml:3:5");
        assert_eq!(told(deep.at("on")), "serve.yaml:4:16");
        assert_eq!(told(deep.at("off").at(2)), "serve.yaml:4:39");
        assert_eq!(told(deep.at("none").at("such")), told(deep), "where it would be");
        assert_eq!(told(Places::of("serve.yaml", "a: [").spot().at("a")), "serve.yaml");
        let failure = all.at("a").of(Err::<(), _>(Failure::input("no").hint("yes"))).expect_err("it is one");
        assert_eq!((failure.message.as_str(), failure.hints.len()), ("serve.yaml:1:4: no", 1));
        let nowhere = Places::default().spot().of(Err::<(), _>(Failure::input("no"))).expect_err("it is one");
        assert_eq!(nowhere.message, "no");
    }
}
