//! Resources that an older version made, which did not know some of today's inputs: a default that came later is no wish of the program's.

use crate::diff::absent;
use crate::shape::{Field, Shape, Type};
use crate::value::{Map, Value};

/// The framework's own property in the inputs of a resource that an older version made: the inputs that take a new resource, have a default that came
/// later, and that the program has never given.
pub(crate) const OLDER: &str = "__older";

/// The inputs whose later default must not make a resource anew, for [`OLDER`]; nothing for what is new itself.
pub(super) fn unsaid(shapes: &[&'static Shape], olds: &Map, given: &Map) -> Option<Value> {
    let unknown_before = |name: &str| absent(olds.get(name)) || leaves(olds, name);
    let late = |field: &&Field| field.default.is_some() && (field.marks.replace || field.marks.initial);
    let fields = shapes.iter().flat_map(|shape| shape.fields()).filter(late);
    let unsaid = fields.filter(|field| absent(given.get(field.name)) && unknown_before(field.name));
    let names: Vec<_> = unsaid.map(|field| field.name.to_owned()).collect();
    (!olds.is_empty() && !names.is_empty()).then(|| Value::from(names))
}

/// Whether a difference in this input is left as it is: an older version made the resource, and the program says nothing of it.
pub(super) fn leaves(inputs: &Map, name: &str) -> bool {
    match inputs.get(OLDER).map(Value::bare) {
        Some(Value::Array(names)) => names.iter().any(|each| each.as_str() == Some(name)),
        _ => false,
    }
}

/// Gives old inputs what a later version would have written down: what the cloud has, as far as the state tells, else the default.
///
/// `skips`: what is not completed.
pub(super) fn complete(shapes: &[&'static Shape], old: &mut Map, state: &Map, skips: impl Fn(&Field) -> bool) {
    let fields = shapes.iter().flat_map(|shape| shape.fields());
    for field in fields.filter(|field| !skips(field)) {
        match old.get_mut(field.name) {
            Some(value) => fill(&(field.ty)(), value),
            None => {
                let seen = state.get(field.name).filter(|value| !absent(Some(value))).cloned();
                let value = field.default.map(|default| seen.unwrap_or_else(default)).filter(|it| *it != Value::Null);
                old.extend(value.map(|value| (field.name.to_owned(), value)));
            }
        }
    }
}

/// The same within a value.
fn fill(ty: &Type, value: &mut Value) {
    match (ty.bare(), value) {
        (_, Value::Secret(inner)) => fill(ty, inner),
        (Type::Object(shape), Value::Object(map)) => complete(&[shape], map, &Map::new(), |_| false),
        (Type::List(inner) | Type::Set(inner), Value::Array(items)) => items.iter_mut().for_each(|it| fill(inner, it)),
        (Type::Map(inner), Value::Object(map)) => map.values_mut().for_each(|it| fill(inner, it)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{OLDER, complete, leaves, unsaid};
    use crate::diff::diff;
    use crate::property::Shaped as _;
    use crate::value::{Map, map};
    use crate::{Order, Property};

    #[derive(Debug, Clone, PartialEq, Property)]
    struct Lid {
        color: String,
        #[prop(default = true)]
        screws: bool,
    }

    /// A jar; all that has a default came later.
    #[derive(Debug, Clone, PartialEq, Property)]
    struct Jar {
        label: String,
        #[prop(replace, default = "clear".to_owned())]
        glass: String,
        #[prop(default = 3)]
        stars: u8,
        #[prop(default)]
        smash: Order<bool>,
        #[prop(replace)]
        lid: Option<Lid>,
    }

    /// What a diff says: old inputs, the old state, and what the program gives now.
    #[track_caller]
    fn check(old: serde_json::Value, state: serde_json::Value, given: serde_json::Value, expected: &[&str]) {
        let (mut old, state, given) = (map(old), map(state), map(given));
        let mut new = crate::conform::conform(&[Jar::shape()], &given).properties;
        new.extend(unsaid(&[Jar::shape()], &old, &given).map(|names| (OLDER.to_owned(), names)));
        complete(&[Jar::shape()], &mut old, &state, |_| false);
        let changes = diff(&[Jar::shape()], &old, &new).into_iter().filter(|change| !leaves(&new, change.at.head()));
        let told: Vec<_> = changes.map(|it| format!("{}{}", it.at, if it.replace { " anew" } else { "" })).collect();
        assert_eq!(told, expected, "{given:?}");
    }

    #[test]
    fn a_default_that_came_later_is_no_difference() {
        let old = || json!({"label": "jam"});
        check(old(), json!({"label": "jam"}), json!({"label": "jam"}), &[]);
        check(old(), json!({"label": "jam"}), json!({"label": "jelly"}), &["label"]);
        // What a program gives is a difference, unless it is the default.
        check(old(), json!({}), json!({"label": "jam", "glass": "brown"}), &["glass anew"]);
        check(old(), json!({}), json!({"label": "jam", "glass": "clear", "stars": 3, "smash": false}), &[]);
        check(old(), json!({}), json!({"label": "jam", "stars": 4, "smash": true}), &["smash", "stars"]);
        // A refresh by the later version has seen what the cloud has.
        let seen = || json!({"label": "jam", "glass": "brown", "stars": 5});
        check(old(), seen(), json!({"label": "jam"}), &["stars"]);
        check(old(), seen(), json!({"label": "jam", "glass": "brown", "stars": 5}), &[]);
        check(old(), seen(), json!({"label": "jam", "glass": "clear", "stars": 5}), &["glass anew"]);
    }

    #[test]
    fn it_is_remembered_what_the_program_never_said() {
        // The later version has written the default down, and a refresh what the cloud has.
        let old = || json!({"label": "jam", "glass": "brown", "stars": 3, "smash": false, OLDER: ["glass"]});
        check(old(), json!({}), json!({"label": "jam"}), &[]);
        check(old(), json!({}), json!({"label": "jam", "glass": "clear"}), &["glass anew"]);
        // What was given once, and is dropped again, is a difference as ever.
        let said = json!({"label": "jam", "glass": "brown", "stars": 3, "smash": false});
        check(said, json!({}), json!({"label": "jam"}), &["glass anew"]);
    }

    #[test]
    fn a_part_that_came_later_is_no_difference_either() {
        let lid = |more: serde_json::Value| json!({"label": "jam", "lid": more});
        let (old, same) = (json!({"color": "red"}), json!({"color": "red"}));
        check(lid(old.clone()), json!({}), lid(same), &[]);
        check(lid(old), json!({}), lid(json!({"color": "red", "screws": false})), &["lid.screws anew"]);
    }

    #[test]
    fn what_is_new_itself_has_nothing_unsaid() {
        assert_eq!(unsaid(&[Jar::shape()], &Map::new(), &map(json!({"label": "jam"}))), None);
    }
}
