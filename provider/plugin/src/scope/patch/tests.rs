//! What is laid over a child's inputs.

use serde_json::json;

use super::{Patch, lay_over};
use crate::value::{Map, Value, map};

/// The test cases of RFC 7386, appendix A, as far as both sides are objects.
#[test]
fn a_merge_patch_is_as_the_rfc_has_it() {
    for (target, patch, expected) in [
        (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
        (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
        (json!({"a": "b"}), json!({"a": null}), json!({})),
        (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
        (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
        (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
        (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
        (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
        (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
        (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
    ] {
        let mut merged = Value::from_json(&target);
        lay_over(&mut merged, &Value::from_json(&patch));
        assert_eq!(merged, Value::from_json(&expected), "{target} with {patch}");
    }
}

/// Lays defaults, labels and an override over a child's inputs.
#[track_caller]
fn check(given: serde_json::Value, labels: serde_json::Value, own: serde_json::Value, expected: serde_json::Value) {
    let mut inputs = map(given);
    let patch = Patch {
        defaults: map(json!({"region": "here"})),
        merged: Some(("labels", map(labels))),
        own: Some(Value::from_json(&own)),
    };
    patch.apply(&mut inputs);
    assert_eq!(inputs, map(expected));
}

#[test]
fn the_childs_own_wins_over_what_all_have_and_the_users_over_that() {
    let all = json!({"team": "web", "by": "all"});
    check(json!({}), all.clone(), json!({}), json!({"region": "here", "labels": {"team": "web", "by": "all"}}));
    check(
        json!({"region": "there", "labels": {"by": "child"}}),
        all.clone(),
        json!({}),
        json!({"region": "there", "labels": {"team": "web", "by": "child"}}),
    );
    check(
        json!({"region": "there", "labels": {"by": "child"}}),
        all,
        json!({"region": null, "labels": {"by": "user", "team": null}, "size": 3}),
        json!({"labels": {"by": "user"}, "size": 3}),
    );
}

#[test]
fn labels_that_are_not_known_yet_stay_unknown() {
    let mut inputs = Map::from([("labels".to_owned(), Value::Unknown)]);
    let patch = Patch { defaults: Map::new(), merged: Some(("labels", map(json!({"team": "web"})))), own: None };
    patch.apply(&mut inputs);
    assert_eq!(inputs["labels"], Value::Unknown);
}

#[test]
fn secret_labels_stay_secret() {
    let secret = Value::Object(map(json!({"by": "hush"}))).into_secret();
    let mut inputs = Map::from([("labels".to_owned(), secret)]);
    let patch = Patch {
        defaults: Map::new(),
        merged: Some(("labels", map(json!({"team": "web"})))),
        own: Some(Value::from_json(&json!({"labels": {"more": "x"}}))),
    };
    patch.apply(&mut inputs);
    assert!(inputs["labels"].has_secret());
    assert_eq!(inputs["labels"].plain(), Value::from_json(&json!({"by": "hush", "team": "web", "more": "x"})));
}

#[test]
fn a_secret_override_makes_what_it_gives_secret() {
    let mut inputs = map(json!({"size": 1, "owner": {"name": "ann", "age": 3}}));
    let patch = Patch {
        defaults: Map::new(),
        merged: None,
        own: Some(Value::from_json(&json!({"owner": {"name": "hush"}})).into_secret()),
    };
    patch.apply(&mut inputs);
    assert!(inputs["owner"].is_secret() && !inputs["size"].has_secret());
    assert_eq!(inputs["owner"].plain(), Value::from_json(&json!({"name": "hush", "age": 3})));
}
