//! Inputs for rules that need values, while some are not known yet.

mod plausible;

use gitinfra_proto::wire::UNKNOWN;

use crate::conform::{Conformed, fits};
use crate::error::Fault;
use crate::path::Step;
use crate::shape::{Field, Type};
use crate::value::{Map, Value};

use self::plausible::{Guess, plausible};

/// The rounds in which rules are tried while something is unknown. Between them each unknown is given and left out, has one value and another,
/// together with and without each of its neighbours.
const ROUNDS: [Round; 4] = [Round::Given, Round::LeftOut, Round::EvenGiven, Round::OddGiven];

/// What the rules between properties find, as far as it is sure whatever the unknowns turn out to be.
///
/// While something is unknown, they are tried with several plausible values in its place, and what all of them give counts, unless it is about an
/// unknown itself. Where nothing plausible can be made up, nothing is sure. What is malformed is as good as unknown: so all faults are told at once.
pub fn sure(fields: &[&'static Field], checked: &Conformed, check: impl Fn(&Map) -> Vec<Fault>) -> Vec<Fault> {
    let checked = &forgetting(checked);
    if checked.unknown.is_empty() {
        return check(&checked.properties);
    }
    let mut sure: Option<Vec<Fault>> = None;
    for round in ROUNDS {
        let Some(inputs) = Filling { round, unknowns: 0 }.object(fields, &checked.properties) else {
            return Vec::new();
        };
        let found = check(&inputs);
        sure = Some(match sure {
            None => found,
            Some(before) => before.into_iter().filter(|fault| found.contains(fault)).collect(),
        });
    }
    let about_unknown = |fault: &Fault| checked.unknown.iter().any(|path| fault.at.within(path.as_str()));
    sure.unwrap_or_default().into_iter().filter(|fault| !about_unknown(fault)).collect()
}

/// The properties with an unknown in the place of each that is malformed or missing.
fn forgetting(checked: &Conformed) -> Conformed {
    let mut known = checked.clone();
    for fault in known.faults.drain(..).collect::<Vec<_>>() {
        forget(&mut known.properties, &fault.at.steps());
        known.unknown.push(fault.at);
    }
    known
}

/// Puts an unknown where a path leads; where it leads nowhere, as far as it goes.
fn forget(properties: &mut Map, steps: &[Step]) {
    let Some((Step::Key(name), rest)) = steps.split_first() else { return };
    let value = properties.entry(name.clone()).or_insert(Value::Unknown);
    forget_in(value, rest);
}

fn forget_in(value: &mut Value, steps: &[Step]) {
    match (value, steps) {
        (Value::Secret(inner), _) => forget_in(inner, steps),
        (Value::Output(output), _) if output.value.is_some() => {
            output.value.iter_mut().for_each(|it| forget_in(it, steps))
        }
        (Value::Object(map), [Step::Key(_), ..]) => forget(map, steps),
        (Value::Array(items), [Step::Index(i), rest @ ..]) if *i < items.len() => forget_in(&mut items[*i], rest),
        (value, _) => *value = Value::Unknown,
    }
}

/// Which of the unknowns are given, and which of their plausible values they have.
#[derive(Clone, Copy)]
enum Round {
    Given,
    LeftOut,
    EvenGiven,
    OddGiven,
}

/// Puts a plausible value in the place of each unknown.
struct Filling {
    round: Round,
    /// How many have been met.
    unknowns: usize,
}

impl Filling {
    fn guess(&mut self) -> Guess {
        let even = self.unknowns.is_multiple_of(2);
        self.unknowns += 1;
        match self.round {
            Round::Given => Guess { given: true, other: false },
            Round::LeftOut => Guess { given: false, other: true },
            Round::EvenGiven => Guess { given: even, other: even },
            Round::OddGiven => Guess { given: !even, other: !even },
        }
    }

    /// An object without unknowns; `None` where one can't be made up.
    fn object(&mut self, fields: &[&'static Field], given: &Map) -> Option<Map> {
        let mut filled = Map::new();
        for field in fields {
            if let Some(value) = given.get(field.name)
                && let Some(value) = self.value(&(field.ty)(), value)?
            {
                filled.insert(field.name.to_owned(), value);
            }
        }
        Some(filled)
    }

    /// A value without unknowns, or that it is left out; `None` where one can't be made up.
    fn value(&mut self, ty: &Type, value: &Value) -> Option<Option<Value>> {
        // What is known only later by its nature is no matter of rules.
        if is_eventual(ty) {
            return Some(Some(value.clone()));
        }
        let bare = value.bare();
        let filled = match (ty, bare) {
            (_, Value::Unknown) => {
                let guess = self.guess();
                match matches!(ty, Type::Optional(_)) && !guess.given {
                    true => return Some(None),
                    false => plausible(ty, guess)?,
                }
            }
            _ if !bare.has_unknown() => value.clone(),
            _ => match (ty.bare(), bare) {
                (Type::List(item) | Type::Set(item), Value::Array(items)) => {
                    let filled = items.iter().map(|value| self.value(item, value)).collect::<Option<Vec<_>>>()?;
                    Value::Array(filled.into_iter().flatten().collect())
                }
                (Type::Map(item), Value::Object(map)) => {
                    let mut filled = Map::new();
                    for (name, value) in map {
                        filled.extend(self.value(item, value)?.map(|value| (name.clone(), value)));
                    }
                    Value::Object(filled)
                }
                (Type::Object(shape), Value::Object(map)) => Value::Object(self.object(&shape.fields(), map)?),
                // First those that the known parts are of.
                (Type::OneOf(types), _) => {
                    let (of_it, others): (Vec<_>, Vec<_>) = types.iter().partition(|ty| fits(ty, value));
                    return of_it.into_iter().chain(others).find_map(|ty| self.value(ty, value));
                }
                _ => return None,
            },
        };
        Some(Some(filled))
    }
}

fn is_eventual(ty: &Type) -> bool {
    match ty {
        Type::Eventual(_) => true,
        Type::Optional(inner) => is_eventual(inner),
        _ => false,
    }
}

/// The new inputs with an assumption in the place of every unknown: that it is another value than the old one, as the diff takes it.
///
/// So a rule that doesn't depend on it gives its verdict, and one that does says what may come. Where no other value can be made up,
/// it counts as the old one; where there was none, as left out.
pub fn assume(fields: &[&'static Field], old: &Map, new: &Map) -> Map {
    let each = fields.iter().filter_map(|field| {
        let value = assumed(&(field.ty)(), old.get(field.name), new.get(field.name)?)?;
        Some((field.name.to_owned(), value))
    });
    each.collect()
}

fn assumed(ty: &Type, old: Option<&Value>, new: &Value) -> Option<Value> {
    let old = old.map(Value::bare);
    match (ty.bare(), new.bare()) {
        (ty, Value::Unknown) => another(ty, old),
        (Type::List(item) | Type::Set(item), Value::Array(items)) => {
            let each = items.iter().filter_map(|new| assumed(item, None, new));
            Some(Value::Array(each.collect()))
        }
        (Type::Map(item), Value::Object(map)) => {
            let each = map.iter().filter_map(|(name, new)| {
                let old = old.and_then(|old| old.as_object()?.get(name));
                Some((name.clone(), assumed(item, old, new)?))
            });
            Some(Value::Object(each.collect()))
        }
        (Type::Object(shape), Value::Object(new)) => {
            let nothing = Map::new();
            let old = old.and_then(Value::as_object).unwrap_or(&nothing);
            Some(Value::Object(assume(&shape.fields(), old, new)))
        }
        (_, known) => Some(known.clone()),
    }
}

fn another(ty: &Type, old: Option<&Value>) -> Option<Value> {
    match ty {
        Type::Text => Some(UNKNOWN.into()),
        Type::Bool => Some((old != Some(&Value::Bool(true))).into()),
        Type::Enum(choices) => {
            let mut words = choices.values.iter().map(|(word, _)| Value::from(*word));
            words.find(|word| Some(word) != old)
        }
        _ => old.cloned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use gitinfra_proto::wire::UNKNOWN;
    use serde_json::json;

    use super::{assume, sure};
    use crate::conform::conform;
    use crate::property::Shaped as _;
    use crate::value::{Map, Value, map};
    use crate::{Faults, Property};

    #[derive(Debug, Clone, PartialEq, Property)]
    enum Color {
        Red,
        Blue,
    }

    #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
    struct Part {
        name: String,
        count: Option<i64>,
    }

    #[derive(Debug, Clone, PartialEq, Property)]
    struct Crate {
        label: Option<String>,
        color: Option<Color>,
        open: Option<bool>,
        size: Option<i64>,
        parts: Option<BTreeSet<Part>>,
        tags: Option<BTreeMap<String, i64>>,
    }

    #[track_caller]
    fn check(old: serde_json::Value, new: serde_json::Value, expected: serde_json::Value) {
        let seen = assume(&Crate::shape().fields(), &map(old), &map(new));
        assert_eq!(seen, map(expected));
    }

    #[test]
    fn an_unknown_is_another_value_where_there_is_one() {
        check(
            json!({"label": "a", "color": "Red", "open": true}),
            json!({"label": "?", "color": "?", "open": "?", "size": 1}),
            json!({"label": UNKNOWN, "color": "Blue", "open": false, "size": 1}),
        );
        check(json!({"color": "Blue"}), json!({"color": "?", "open": "?"}), json!({"color": "Red", "open": true}));
    }

    #[test]
    fn else_it_is_what_it_was_or_left_out() {
        check(
            json!({"size": 3, "parts": []}),
            json!({"size": "?", "parts": "?", "tags": "?"}),
            json!({"size": 3, "parts": []}),
        );
    }

    #[test]
    fn what_is_known_around_an_unknown_stays() {
        check(
            json!({"tags": {"a": 1}, "parts": [{"name": "x", "count": 1}]}),
            json!({"tags": {"a": "?", "b": "?", "c": 3}, "parts": [{"name": "?", "count": "?"}]}),
            json!({"tags": {"a": 1, "c": 3}, "parts": [{"name": UNKNOWN}]}),
        );
        let hidden = Map::from([("label".to_owned(), Value::Unknown.into_secret())]);
        let seen = assume(&Crate::shape().fields(), &Map::new(), &hidden);
        assert_eq!(seen, map(json!({"label": UNKNOWN})));
    }

    /// The rules of a crate, tried on what the program gives.
    #[track_caller]
    fn rules(given: serde_json::Value, expected: &[&str]) {
        let checked = conform(&[Crate::shape()], &map(given));
        let faults = sure(&Crate::shape().fields(), &checked, |inputs| {
            let new = Crate::decode(&Value::Object(inputs.clone())).expect("a guess can be decoded");
            Faults::of(&new)
                .excludes("label", "size")
                .needs("open", "color")
                .one_of(&["label", "size", "color"])
                .when(new.tags.as_ref().is_some_and(|tags| tags.values().any(|n| *n > 9)), "tags", "too many")
                .each("parts", new.parts.iter().flatten(), |part| {
                    Faults::of(part).when(part.name.starts_with('x'), "name", "begins with x").into_vec()
                })
                .into_vec()
        });
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(faults, expected);
    }

    #[test]
    fn what_is_malformed_hides_no_rule() {
        let excludes = "`size`: can't be given together with `label`";
        let one_of = "`size`: only one of `label`, `size` and `color` can be given";
        rules(json!({"label": "a", "size": 1, "color": "Pink"}), &[excludes]);
        rules(json!({"label": "a", "size": 1, "open": "yes", "tags": {"a": "b"}}), &[excludes, one_of]);
        rules(json!({"label": "a", "size": 1, "nothing": true}), &[excludes, one_of]);
        rules(json!({"label": 5, "size": 1}), &[]);
        rules(json!({"size": 1, "parts": [{"name": "xy", "count": "many"}]}), &["`parts[0].name`: begins with x"]);
        rules(json!({"size": 1, "parts": [{"count": 1}, {"name": "xy"}]}), &["`parts[1].name`: begins with x"]);
        rules(json!({"size": 1, "parts": "none", "tags": {"a": 10, "b": "c"}}), &["`tags`: too many"]);
    }

    #[test]
    fn rules_say_what_is_sure_whatever_is_unknown() {
        let excludes = "`size`: can't be given together with `label`";
        let one_of = "`size`: only one of `label`, `size` and `color` can be given";
        rules(json!({"label": "a", "size": 1}), &[excludes, one_of]);
        rules(json!({"label": "a", "size": 1, "parts": "?"}), &[excludes, one_of]);
        // What is unknown may be left out in the end.
        rules(json!({"label": "?", "size": 1}), &[]);
        rules(json!({"label": "?", "color": "?", "size": "?"}), &[]);
        rules(json!({"label": "?", "color": "?"}), &[]);
        rules(json!({"size": 1, "open": true}), &["`open`: needs `color`"]);
        rules(json!({"label": "a", "open": true, "color": "?"}), &[]);
        rules(json!({"size": 1, "open": "?"}), &[]);
        rules(json!({"size": 1, "tags": {"a": 10, "b": "?"}}), &["`tags`: too many"]);
        // What is about an unknown is not said.
        rules(
            json!({"size": 1, "parts": [{"name": "?"}, {"name": "xy", "count": "?"}]}),
            &["`parts[1].name`: begins with x"],
        );
    }
}
