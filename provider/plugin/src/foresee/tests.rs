//! What a preview can say.

use serde_json::json;

use super::{foresee, unmoved};
use crate::Property;
use crate::diff::diff;
use crate::property::Shaped as _;
use crate::value::map;

#[derive(Debug, Clone, PartialEq, Property)]
struct CupInputs {
    color: String,
    #[prop(replace)]
    size: Option<i64>,
    #[prop(computed)]
    glaze: Option<String>,
    #[prop(computed, stable)]
    shelf: Option<String>,
    #[prop(computed, replace)]
    kiln: Option<String>,
    #[prop(initial)]
    mold: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Property)]
struct CupState {
    #[prop(flatten)]
    inputs: CupInputs,
    #[prop(stable)]
    serial: String,
    #[prop(stable)]
    engraving: Option<String>,
    level: f64,
}

#[track_caller]
fn check(old: Option<serde_json::Value>, new: serde_json::Value, expected: serde_json::Value) {
    let old = old.map(map);
    let seen = foresee(&[CupInputs::shape()], CupState::shape(), old.as_ref(), &map(new));
    assert_eq!(seen, map(expected));
}

/// What the cloud chooses, when it has chosen.
fn chosen(mut others: serde_json::Value) -> serde_json::Value {
    for (name, value) in [("glaze", "g"), ("shelf", "s"), ("kiln", "k")] {
        others[name] = value.into();
    }
    others
}

#[test]
fn a_new_one_has_its_inputs_and_nothing_else() {
    let open = |mut others: serde_json::Value| {
        for name in ["glaze", "shelf", "kiln", "serial", "engraving", "level"] {
            others[name] = "?".into();
        }
        others
    };
    check(None, json!({"color": "red", "__birth": {"token": "t"}}), open(json!({"color": "red"})));
    check(None, json!({"color": "?", "size": 1}), open(json!({"color": "?", "size": 1})));
}

#[test]
fn a_changed_one_keeps_what_is_stable() {
    check(
        Some(chosen(json!({"color": "red", "serial": "s", "engraving": "e", "level": 1}))),
        json!({"color": "blue"}),
        json!({"color": "blue", "serial": "s", "engraving": "e", "level": "?", "glaze": "?", "shelf": "s", "kiln": "k"}),
    );
}

#[test]
fn what_mattered_at_creation_stays_what_it_was() {
    let seen = |new: serde_json::Value, old: Option<serde_json::Value>| {
        let old = old.map(map);
        let seen = foresee(&[CupInputs::shape()], CupState::shape(), old.as_ref(), &map(new));
        seen.get("mold").and_then(|mold| mold.as_str()).map(str::to_owned)
    };
    assert_eq!(seen(json!({"color": "red"}), Some(json!({"mold": "m"}))).as_deref(), Some("m"));
    assert_eq!(seen(json!({"color": "red"}), Some(json!({}))), None);
    assert_eq!(seen(json!({"color": "red"}), None), None);
    assert_eq!(seen(json!({"color": "red", "mold": "n"}), Some(json!({"mold": "m"}))).as_deref(), Some("n"));
}

#[test]
fn what_the_program_gives_is_not_left_to_the_cloud() {
    check(
        Some(chosen(json!({"color": "red", "serial": "s", "level": 1}))),
        json!({"color": "blue", "glaze": "x", "shelf": "?", "kiln": "z"}),
        json!({"color": "blue", "serial": "s", "level": "?", "glaze": "x", "shelf": "?", "kiln": "z"}),
    );
}

#[test]
fn a_stable_output_that_is_not_there_stays_away() {
    check(
        Some(json!({"color": "red", "serial": "s", "level": 1})),
        json!({"color": "blue"}),
        json!({"color": "blue", "serial": "s", "level": "?", "glaze": "?"}),
    );
}

#[test]
fn an_update_leaves_as_it_was_what_it_neither_changes_nor_leaves_open() {
    for (new, expected) in [
        (json!({"color": "red"}), &["color", "engraving", "kiln", "mold", "serial", "shelf", "size"][..]),
        (json!({"color": "blue", "glaze": "g"}), &["engraving", "glaze", "kiln", "mold", "serial", "shelf", "size"]),
        (json!({"color": "red", "shelf": "x", "size": 2}), &["color", "engraving", "kiln", "mold", "serial"]),
    ] {
        let (shapes, new) = ([CupInputs::shape()], map(new));
        let changes = diff(&shapes, &map(chosen(json!({"color": "red"}))), &new);
        let seen = unmoved(&shapes, CupState::shape(), &changes, &new);
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), expected, "{new:?}");
    }
}
