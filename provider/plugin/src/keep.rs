//! What the state has although no later look at the cloud tells it.

use crate::diff::absent;
use crate::shape::{Field, Shape};
use crate::value::{Map, Value};

/// What the next state keeps of a property that [`Field::kept`] says is kept; nothing where `read` has the last word.
///
/// An output is what it was in the last state, an input what the program gives: what the program takes out is gone. But what mattered at creation
/// alone stays in the state when the program no longer says it.
pub(crate) fn kept<'a>(field: &Field, inputs: &'static Shape, given: &'a Map, last: &'a Map) -> Option<&'a Value> {
    if !field.kept() {
        return None;
    }
    let dropped = field.marks.initial && absent(given.get(field.name));
    match inputs.field(field.name).is_some() && !dropped {
        true => given.get(field.name),
        false => last.get(field.name),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::kept;
    use crate::property::{Order, Shaped as _};
    use crate::value::map;
    use crate::{Property, Secret};

    #[derive(Debug, Clone, PartialEq, Property)]
    struct JarInputs {
        color: String,
        #[prop(keep)]
        word: Option<Secret<String>>,
        #[prop(initial)]
        mold: Option<String>,
        #[prop(default)]
        smash: Order<bool>,
        linger: Option<Order<i64>>,
    }

    #[derive(Debug, Clone, PartialEq, Property)]
    struct Jar {
        #[prop(flatten)]
        inputs: JarInputs,
        #[prop(keep)]
        serial: String,
    }

    #[test]
    fn the_state_keeps_what_nobody_tells() {
        let given = map(json!({"color": "red", "smash": true, "linger": 3}));
        let last = map(json!({"color": "blue", "word": "w", "mold": "m", "smash": false, "serial": "s"}));
        for (name, expected) in [
            ("color", None),
            ("word", None),
            ("mold", Some("m".into())),
            ("smash", Some(true.into())),
            ("linger", Some(3.0.into())),
            ("serial", Some("s".into())),
        ] {
            let field = Jar::shape().field(name).expect("a field");
            assert_eq!(kept(field, JarInputs::shape(), &given, &last).cloned(), expected, "{name}");
        }
    }
}
