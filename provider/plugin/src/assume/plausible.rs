//! Values that could be: what stands in for an unknown while rules are tried.

use crate::shape::{Bounds, Field, Type};
use crate::value::{Archive, Asset, Map, Reference, Source, Value};

/// Whole numbers of no bound are taken from this far.
const FAR: i64 = 1 << 31;
/// What may be left out is left out below this depth: some types hold themselves.
const DEEP: usize = 3;
/// Nothing is made up that only ends below this depth.
const DEEPEST: usize = 12;

/// One of the plausible values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guess {
    /// Whether what may be left out is given.
    pub given: bool,
    /// Whether it is the second of two values.
    pub other: bool,
}

/// A value that the type takes; `None` where none can be made up.
pub fn plausible(ty: &Type, guess: Guess) -> Option<Value> {
    Making { guess, depth: 0 }.value(ty, &Bounds::default())
}

#[derive(Clone, Copy)]
struct Making {
    guess: Guess,
    depth: usize,
}

impl Making {
    fn value(self, ty: &Type, bounds: &Bounds) -> Option<Value> {
        if self.depth > DEEPEST {
            return None;
        }
        let either = |one: &'static str, other: &'static str| if self.guess.other { other } else { one };
        Some(match ty {
            Type::Optional(inner) | Type::Secret(inner) | Type::Eventual(inner) | Type::Order(inner) => {
                return self.value(inner, bounds);
            }
            Type::Bounded(inner, bounds) => return self.value(inner, bounds),
            Type::Bool => Value::Bool(!self.guess.other),
            Type::Integer { min, max } => self.number(*min, *max),
            Type::Number => self.number(bounds.min.unwrap_or(0), bounds.max.unwrap_or(FAR)),
            Type::Text | Type::Any => sized(either("unknown", "not known yet"), bounds).into(),
            Type::Format(format) => {
                let example = either(format.example, format.another);
                (format.canonical)(&example.into()).ok().filter(|_| !example.is_empty())?
            }
            Type::Asset => Value::Asset(Asset { hash: String::new(), source: Source::Text(either("a", "b").into()) }),
            Type::Archive => Value::Archive(Archive::Assets { hash: String::new(), assets: Map::new() }),
            Type::Reference(_) => Value::Reference(Reference { id: Some(Some("id".into())), ..Reference::default() }),
            Type::List(item) | Type::Set(item) => self.items(item, bounds)?.into(),
            Type::Map(item) => {
                let names = (1..).map(|i| format!("{}{i}", either("key", "name")));
                Value::Object(names.zip(self.items(item, bounds)?).collect())
            }
            Type::Object(shape) => Value::Object(self.object(&shape.fields())?),
            Type::Enum(choices) => match self.guess.other {
                false => choices.values.first()?.0.into(),
                true => choices.values.last()?.0.into(),
            },
            Type::OneOf(types) => {
                let first = if self.guess.other { types.last()? } else { types.first()? };
                let mut tries = std::iter::once(first).chain(types);
                return tries.find_map(|ty| self.value(ty, bounds));
            }
        })
    }

    fn number(self, min: i64, max: i64) -> Value {
        let number = match self.guess.other {
            false if min < -FAR => 0.min(max),
            false => min,
            true => max.min(min.saturating_add(FAR)),
        };
        Value::Number(number as f64)
    }

    /// As few as may be, or one more; each other one another.
    fn items(self, item: &Type, bounds: &Bounds) -> Option<Vec<Value>> {
        let least = bounds.min.unwrap_or(0).max(0);
        let more = self.guess.other && self.depth < DEEP && bounds.max.is_none_or(|max| least < max);
        let each = (0..least + i64::from(more)).map(|i| {
            let other = self.guess.other != (i % 2 == 1);
            self.below(Guess { other, ..self.guess }).value(item, &Bounds::default())
        });
        each.collect()
    }

    fn object(self, fields: &[&'static Field]) -> Option<Map> {
        let mut made = Map::new();
        for field in fields {
            let ty = (field.ty)();
            let value = match (&ty, field.default) {
                (Type::Optional(_), _) if !self.guess.given || self.depth >= DEEP => continue,
                (_, Some(default)) => default(),
                _ => self.below(self.guess).value(&ty, &Bounds::default())?,
            };
            made.insert(field.name.to_owned(), value);
        }
        Some(made)
    }

    fn below(self, guess: Guess) -> Making {
        Making { guess, depth: self.depth + 1 }
    }
}

/// Text of a length within the bounds.
fn sized(text: &str, bounds: &Bounds) -> String {
    let size = |bound: Option<i64>| bound.and_then(|bound| usize::try_from(bound).ok());
    let least = size(bounds.min).unwrap_or(0);
    let most = size(bounds.max).unwrap_or(usize::MAX);
    let mut text = text.to_owned();
    while text.chars().count() < least {
        text.push('x');
    }
    text.chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::{Guess, plausible};
    use crate::conform::fits;
    use crate::value::{Archive, Asset, Value};
    use crate::{Property, Secret};

    #[derive(Debug, Clone, PartialEq, Property)]
    enum Color {
        Red,
        Blue,
    }

    #[derive(Debug, Clone, PartialEq, Property)]
    enum Handle {
        Size(u8),
        Name(String),
    }

    #[derive(Debug, Clone, PartialEq, Property)]
    struct Chest {
        #[prop(min = 20, max = 30)]
        label: String,
        #[prop(max = 2)]
        code: Option<String>,
        color: Color,
        handle: Handle,
        #[prop(min = -5, max = 7)]
        shelf: i64,
        any_shelf: i64,
        #[prop(min = 1, max = 3)]
        share: f64,
        open: bool,
        #[prop(min = 2)]
        words: BTreeSet<String>,
        boxes: Vec<Chest>,
        lid: Option<Vec<Chest>>,
        #[prop(min = 1, max = 1)]
        tags: BTreeMap<String, Secret<String>>,
        picture: Asset,
        folder: Archive,
        #[prop(default = 3)]
        count: u32,
    }

    #[derive(Debug, Clone, PartialEq, Property)]
    struct Endless {
        #[prop(min = 1)]
        next: Vec<Endless>,
    }

    fn guesses(given: bool) -> [Guess; 2] {
        [Guess { given, other: false }, Guess { given, other: true }]
    }

    #[test]
    fn plausible_values_fit_their_type() {
        for guess in guesses(true).into_iter().chain(guesses(false)) {
            let value = plausible(&Chest::ty(), guess).expect("a box can be made up");
            assert!(fits(&Chest::ty(), &value), "{value:?}");
            assert_eq!(value.as_object().is_some_and(|o| o.contains_key("code")), guess.given);
            Chest::decode(&value).expect("it can be decoded");
        }
        let [one, other] = guesses(true).map(|guess| plausible(&Color::ty(), guess));
        assert_eq!((one, other), (Some("Red".into()), Some("Blue".into())));
        let [one, other] = guesses(true).map(|guess| plausible(&Handle::ty(), guess));
        assert_eq!((one, other), (Some(Value::from(0.0)), Some("not known yet".into())));
    }

    #[test]
    fn what_never_ends_is_not_made_up() {
        assert_eq!(plausible(&Endless::ty(), guesses(true)[0]), None);
    }
}
