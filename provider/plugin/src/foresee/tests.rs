//! What a preview can say.

use serde_json::json;

use super::foresee;
use crate::Property;
use crate::property::Shaped as _;
use crate::value::{Map, Value};

#[derive(Debug, Clone, PartialEq, Property)]
struct CupInputs {
    color: String,
    #[prop(replace)]
    size: Option<i64>,
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

fn map(json: serde_json::Value) -> Map {
    let mut map = Value::from_json(&json)
        .as_object()
        .cloned()
        .unwrap_or_default();
    for value in map.values_mut().filter(|v| v.as_str() == Some("?")) {
        *value = Value::Unknown;
    }
    map
}

#[track_caller]
fn check(old: Option<serde_json::Value>, new: serde_json::Value, expected: serde_json::Value) {
    let old = old.map(map);
    let seen = foresee(
        &[CupInputs::shape()],
        CupState::shape(),
        old.as_ref(),
        &map(new),
    );
    assert_eq!(seen, map(expected));
}

#[test]
fn a_new_one_has_its_inputs_and_nothing_else() {
    check(
        None,
        json!({"color": "red", "__birth": {"token": "t"}}),
        json!({"color": "red", "serial": "?", "engraving": "?", "level": "?"}),
    );
    check(
        None,
        json!({"color": "?", "size": 1}),
        json!({"color": "?", "size": 1, "serial": "?", "engraving": "?", "level": "?"}),
    );
}

#[test]
fn a_changed_one_keeps_what_is_stable() {
    check(
        Some(json!({"color": "red", "serial": "s", "engraving": "e", "level": 1})),
        json!({"color": "blue"}),
        json!({"color": "blue", "serial": "s", "engraving": "e", "level": "?"}),
    );
}

#[test]
fn a_stable_output_that_is_not_there_stays_away() {
    check(
        Some(json!({"color": "red", "serial": "s", "level": 1})),
        json!({"color": "blue"}),
        json!({"color": "blue", "serial": "s", "level": "?"}),
    );
}
