//! What separates a state that was read from what the program asks for.

use std::collections::BTreeMap;

use crate::diff::diff;
use crate::error::Result;
use crate::property::{Property as _, Shaped as _};
use crate::resource::Resource;
use crate::value::{Map, Value};

/// The property of every resource that has tags.
const TAGS: &str = "tags";

/// A state that was read, as if the creation had made it: in the program's words, and what the cloud never tells counts as what is asked for.
pub(super) fn as_asked<R: Resource>(mut state: R, new: &R::Inputs) -> Result<R> {
    state.respell(new);
    let (mut known, asked) = (object(state.encode()), object(new.encode()));
    for field in R::Inputs::shape().fields().into_iter().filter(|field| field.kept()) {
        match asked.get(field.name) {
            Some(value) => drop(known.insert(field.name.to_owned(), value.clone())),
            None => drop(known.remove(field.name)),
        }
    }
    Ok(R::decode(&known.into())?)
}

/// What has to be done to come from a state to inputs.
#[derive(Debug, PartialEq)]
pub(super) struct Difference {
    /// Whether something besides the tags is to be changed in place.
    pub others: bool,
    /// The properties that only a new resource could have.
    pub replaced: Vec<String>,
    /// The tags to set.
    pub set: BTreeMap<String, String>,
    /// The keys of the tags to remove.
    pub unset: Vec<String>,
}

impl Difference {
    /// Compares a state with inputs.
    pub fn of<R: Resource>(old: &R, new: &R::Inputs) -> Difference {
        let shape = R::Inputs::shape();
        let (old, mut new) = (object(old.encode()), object(new.encode()));
        let mut was = Map::new();
        for field in shape.fields() {
            match (old.get(field.name), new.get(field.name)) {
                // The program leaves it to somebody else.
                (_, None) if field.marks.given => {}
                (Some(value), _) => drop(was.insert(field.name.to_owned(), value.clone())),
                _ => {}
            }
        }
        let (old_tags, new_tags) = (tags(was.remove(TAGS)), tags(new.remove(TAGS)));
        let changes = diff(&[shape], &was, &new);
        let both = (R::Inputs::decode(&was.into()), R::Inputs::decode(&new.into()));
        let by_rule = if let (Ok(was), Ok(new)) = both { R::replaces(&was, &new) } else { Vec::new() };
        let (replaced, others): (Vec<_>, Vec<_>) =
            changes.into_iter().partition(|change| change.replace || by_rule.contains(&change.at.head()));
        let set = new_tags.iter().filter(|(key, value)| old_tags.get(*key) != Some(value));
        let mut replaced: Vec<_> = replaced.iter().map(|change| change.at.head().to_owned()).collect();
        replaced.dedup();
        Difference {
            others: !others.is_empty(),
            replaced,
            set: set.map(|(key, value)| (key.clone(), value.clone())).collect(),
            unset: old_tags.keys().filter(|key| !new_tags.contains_key(*key)).cloned().collect(),
        }
    }

    /// Whether something can be changed in place.
    pub fn changes(&self) -> bool {
        self.others || !self.set.is_empty() || !self.unset.is_empty()
    }
}

fn object(value: Value) -> Map {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn tags(value: Option<Value>) -> BTreeMap<String, String> {
    let map = value.as_ref().and_then(Value::as_object).into_iter().flatten();
    map.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}
