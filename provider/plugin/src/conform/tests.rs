//! Values held against a shape.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::conform;
use crate::Property;
use crate::output::Output;
use crate::property::{Secret, Shaped as _};
use crate::value::{OutputValue, Value, map};

#[derive(Debug, Clone, Copy, PartialEq, Property)]
enum Size {
    #[prop(rename = "small")]
    Small,
    #[prop(rename = "large")]
    Large,
}

#[derive(Debug, Clone, PartialEq, Property)]
enum Port {
    Number(u16),
    Name(String),
}

#[derive(Debug, Clone, PartialEq, Property)]
struct Rule {
    port: Port,
    #[prop(default = true)]
    open: bool,
}

#[derive(Debug, Clone, PartialEq, Property)]
enum Door {
    Open(bool),
    Rule(Rule),
}

#[derive(Clone, Property)]
struct Given {
    door: Option<Door>,
    name: String,
    size: Option<Size>,
    #[prop(default = 3, min = 1, max = 9)]
    count: i64,
    rules: Option<Vec<Rule>>,
    words: Option<BTreeSet<String>>,
    tags: Option<BTreeMap<String, String>>,
    key: Option<Secret<String>>,
    late: Option<Output<String>>,
    #[prop(min = 1, max = 5)]
    nick: Option<String>,
    #[prop(min = 1)]
    pin: Option<Secret<String>>,
    #[prop(min = 1, max = 2)]
    list: Option<Vec<String>>,
    #[prop(max = 2)]
    set: Option<BTreeSet<String>>,
    #[prop(min = 1, max = 1)]
    only: Option<BTreeMap<String, bool>>,
    #[prop(min = 0, max = 1)]
    share: Option<f64>,
}

/// Holds JSON against `Given`, with a name and a count beside it, and expects what comes out beside those.
#[track_caller]
fn check(given: serde_json::Value, expected: serde_json::Value) {
    let mut whole = map(json!({"name": "n"}));
    whole.extend(map(given));
    let conformed = conform(&[Given::shape()], &whole);
    assert_eq!(conformed.faults, vec![]);
    let mut wanted = map(json!({"name": "n", "count": 3}));
    wanted.extend(map(expected));
    assert_eq!(conformed.properties, wanted);
}

/// Holds JSON against `Given` and expects these faults.
#[track_caller]
fn faults(given: serde_json::Value, expected: &[&str]) {
    let found = conform(&[Given::shape()], &map(given)).faults;
    let found: Vec<_> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found, expected);
}

#[test]
fn canonical_values_stay() {
    check(json!({}), json!({}));
    check(json!({"size": "small", "count": 9}), json!({"size": "small", "count": 9}));
    check(json!({"tags": {"a.b": "c"}}), json!({"tags": {"a.b": "c"}}));
}

#[test]
fn nothing_is_the_same_as_left_out() {
    check(json!({"size": null, "count": null, "tags": {"x": null}}), json!({"tags": {}}));
}

#[test]
fn defaults_are_filled_in_at_any_depth() {
    check(
        json!({"rules": [{"port": 80}, {"port": "http", "open": false}]}),
        json!({"rules": [{"port": 80, "open": true}, {"port": "http", "open": false}]}),
    );
}

#[test]
fn sets_are_sorted_and_each_stands_once() {
    check(json!({"words": ["b", "a", "b"]}), json!({"words": ["a", "b"]}));
}

#[test]
fn faults_come_all_at_once_with_their_paths() {
    faults(
        json!({"size": "huge", "count": 10, "rules": [{"port": 70000, "opn": true}, 1], "words": "x", "tags": {"a b": 1}}),
        &[
            "`name`: missing: a string is required",
            "`size`: `huge` is not one of `small`, `large`",
            "`count`: 10 is not a whole number from 1 to 9",
            "`rules[0].port`: 70000 is not a whole number from 0 to 65535",
            "`rules[0].opn`: no such property; did you mean `open`?",
            "`rules[1]`: expected an object, got a number",
            "`words`: expected a list, got a string",
            "`tags[\"a b\"]`: expected a string, got a number",
        ],
    );
    faults(json!({"name": "n", "count": 1.5}), &["`count`: 1.5 is not a whole number from 1 to 9"]);
    faults(
        json!({"name": "n", "rules": [{"port": true}]}),
        &["`rules[0].port`: expected a whole number from 0 to 65535 or a string, got a boolean"],
    );
}

#[test]
fn a_union_tells_the_faults_of_the_kind_that_is_given() {
    faults(
        json!({"name": "n", "door": {"port": true, "opn": false}}),
        &[
            "`door.port`: expected a whole number from 0 to 65535 or a string, got a boolean",
            "`door.opn`: no such property; did you mean `open`?",
        ],
    );
    faults(json!({"name": "n", "door": "ajar"}), &["`door`: expected a boolean or an object, got a string"]);
}

#[test]
fn what_is_too_little_or_too_much_is_counted() {
    for (given, why) in [
        (json!({"nick": ""}), "`nick`: empty; at least one is required"),
        (json!({"nick": "日本日本日本"}), "`nick`: has 6 characters; 1 to 5 are allowed"),
        (json!({"pin": ""}), "`pin`: empty; at least one is required"),
        (json!({"list": []}), "`list`: empty; at least one is required"),
        (json!({"list": ["a", "b", "?"]}), "`list`: has 3 items; 1 to 2 are allowed"),
        (json!({"set": ["a", "b", "?", "c"]}), "`set`: has 3 items; at most 2 are allowed"),
        (json!({"only": {}}), "`only`: empty; exactly one entry is allowed"),
        (json!({"only": {"a": true, "b": true}}), "`only`: has 2 entries; exactly one entry is allowed"),
        (json!({"share": 1.5}), "`share`: 1.5 is not a number from 0 to 1"),
        // What is of another kind is not counted as well.
        (json!({"list": [1, "b", "c"]}), "`list[0]`: expected a string, got a number"),
    ] {
        let mut whole = given;
        whole["name"] = "n".into();
        faults(whole, &[why]);
    }
    check(
        json!({"nick": "日本日本日", "list": ["a", "?"], "set": ["b", "a", "b"], "only": {"a": true}, "share": 0.5}),
        json!({"nick": "日本日本日", "list": ["a", "?"], "set": ["a", "b"], "only": {"a": true}, "share": 0.5}),
    );
    check(json!({"set": ["b", "a", "?"]}), json!({"set": ["b", "a", "?"]}));
}

#[test]
fn unknowns_are_kept_and_named_where_they_must_be_known() {
    let mut given = map(json!({"tags": {}, "words": ["b", "a"]}));
    given.insert("name".into(), Value::Unknown);
    given.insert("late".into(), Value::Unknown);
    given.insert("words".into(), Value::Array(vec!["b".into(), Value::Unknown, "a".into()]));
    let conformed = conform(&[Given::shape()], &given);
    assert_eq!(conformed.faults, vec![]);
    let unknown: Vec<_> = conformed.unknown.iter().map(|p| p.as_str()).collect();
    // What may be known only later is no hindrance.
    assert_eq!(unknown, ["name", "words[1]"]);
    // A set with an unknown in it can't be sorted yet.
    assert_eq!(conformed.properties["words"], given["words"]);
    assert_eq!(conformed.properties["name"], Value::Unknown);
}

#[test]
fn secrets_stay_where_they_were_and_come_where_the_type_says() {
    let mut given = map(json!({"key": "k"}));
    given.insert("name".into(), Value::from("n").into_secret());
    given.insert("words".into(), Value::Array(vec!["b".into(), Value::from("a").into_secret()]).into_secret());
    let conformed = conform(&[Given::shape()], &given).properties;
    assert_eq!(conformed["name"], Value::from("n").into_secret());
    assert_eq!(conformed["key"], Value::from("k").into_secret());
    let words = Value::Array(vec![Value::from("a").into_secret(), "b".into()]);
    assert_eq!(conformed["words"], words.into_secret());
}

#[test]
fn outputs_keep_what_they_come_from() {
    let late = Value::Output(Box::new(OutputValue {
        value: Some("x".into()),
        secret: true,
        dependencies: BTreeSet::from(["urn:a".to_owned()]),
    }));
    let mut given = map(json!({"name": "n"}));
    given.insert("late".into(), late.clone());
    assert_eq!(conform(&[Given::shape()], &given).properties["late"], late);
}

#[test]
fn conformed_values_can_be_decoded_and_conform_again() {
    let given =
        map(json!({"name": "n", "size": "large", "rules": [{"port": "http"}], "words": ["b", "a"], "key": "k"}));
    let once = conform(&[Given::shape()], &given).properties;
    assert_eq!(conform(&[Given::shape()], &once).properties, once);
    let decoded = Given::decode(&Value::Object(once.clone())).expect("a conformed value");
    assert_eq!(decoded.size, Some(Size::Large));
    assert_eq!(decoded.rules, Some(vec![Rule { port: Port::Name("http".into()), open: true }]));
    assert_eq!(decoded.key.as_ref().map(|key| key.expose().as_str()), Some("k"));
    assert_eq!(decoded.encode(), Value::Object(once));
}

#[test]
fn the_frameworks_own_properties_pass() {
    let given = map(json!({"name": "n", "__birth": {"token": "t"}}));
    let conformed = conform(&[Given::shape()], &given);
    assert_eq!(conformed.faults, vec![]);
    assert_eq!(conformed.properties["__birth"], given["__birth"]);
}
