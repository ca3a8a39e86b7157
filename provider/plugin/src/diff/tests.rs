//! What differs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::{What, diff, elsewhere, same_place};
use crate::Property;
use crate::property::Shaped as _;
use crate::value::{Archive, Asset, Map, Source, Value, map};

#[derive(Debug, Clone, PartialEq, Property)]
struct Place {
    #[prop(replace, unique)]
    street: String,
    #[prop(replace, unique)]
    number: i64,
    #[prop(replace)]
    kind: Option<BTreeMap<String, String>>,
    floors: Option<Vec<String>>,
    #[prop(initial)]
    builder: Option<String>,
}

#[track_caller]
fn check(old: serde_json::Value, new: serde_json::Value, expected: &[(&str, What, bool)]) {
    let found = diff(&[Place::shape()], &map(old), &map(new));
    let found: Vec<_> = found.iter().map(|c| (c.at.as_str(), c.what, c.replace)).collect();
    assert_eq!(found, expected);
}

#[test]
fn every_difference_is_found_at_its_path() {
    use What::{Added, Changed, Removed};
    check(json!({"street": "a"}), json!({"street": "a"}), &[]);
    check(json!({"street": "a"}), json!({"street": "b"}), &[("street", Changed, true)]);
    check(json!({}), json!({"number": 1}), &[("number", Added, true)]);
    check(
        json!({"floors": ["a", "b"]}),
        json!({"floors": ["a", "c", "d"]}),
        &[("floors[1]", Changed, false), ("floors[2]", Added, false)],
    );
    check(json!({"floors": ["a", "b"]}), json!({"floors": ["a"]}), &[("floors[1]", Removed, false)]);
    check(
        json!({"kind": {"a": "1", "b.c": "2"}}),
        json!({"kind": {"b.c": "3"}}),
        &[("kind.a", Removed, true), ("kind[\"b.c\"]", Changed, true)],
    );
    check(json!({"kind": {}}), json!({"kind": "x"}), &[("kind", Changed, true)]);
}

#[test]
fn what_matters_at_creation_alone_may_be_left_out_later() {
    check(json!({"builder": "ann"}), json!({}), &[]);
    check(json!({"builder": "ann"}), json!({"builder": "bob"}), &[("builder", What::Changed, true)]);
    check(json!({}), json!({"builder": "bob"}), &[("builder", What::Added, true)]);
}

#[test]
fn what_is_elsewhere_does_not_collide() {
    for (old, new, differs) in [
        (json!({"street": "a"}), json!({"street": "a", "x": 1}), false),
        (json!({"street": "a"}), json!({"street": "b"}), true),
        (json!({"street": "a"}), json!({}), true),
        (json!({"street": "a"}), json!({"street": "?"}), false),
    ] {
        assert_eq!(!elsewhere(Place::shape(), &map(old), &map(new.clone())).is_empty(), differs, "{new}");
    }
}

#[test]
fn nothing_is_the_same_as_absent() {
    check(json!({"street": null}), json!({}), &[]);
    check(json!({"kind": {"a": null}}), json!({"kind": {}}), &[]);
}

#[test]
fn what_the_framework_keeps_never_differs() {
    check(json!({"__birth": 1}), json!({"__birth": 2, "__defaults": []}), &[]);
}

#[test]
fn a_secret_is_the_value_in_it() {
    let old = Map::from([("street".to_owned(), Value::from("a").into_secret())]);
    let new = Map::from([("street".to_owned(), Value::from("a"))]);
    assert_eq!(diff(&[Place::shape()], &old, &new), vec![]);
    assert_eq!(diff(&[Place::shape()], &old, &old), vec![]);
}

#[test]
fn what_becomes_a_secret_differs_in_place() {
    let hidden = |text: &str| Value::from(text).into_secret();
    for (old, new) in [
        (Value::from("a"), hidden("a")),
        (Value::Array(vec!["a".into()]), Value::Array(vec![hidden("a")])),
        (Value::Array(vec!["a".into()]), Value::Array(vec!["a".into()]).into_secret()),
    ] {
        let side = |value| Map::from([("street".to_owned(), value)]);
        let changes = diff(&[Place::shape()], &side(old), &side(new));
        let [change] = &changes[..] else {
            panic!("one change: {changes:?}");
        };
        assert_eq!((change.what, change.replace), (What::Changed, false));
    }
}

#[test]
fn an_unknown_differs_from_what_is_known() {
    let old = map(json!({"street": "a"}));
    let new = Map::from([("street".to_owned(), Value::Unknown)]);
    assert_eq!(diff(&[Place::shape()], &old, &new).len(), 1);
}

#[test]
fn an_asset_or_an_archive_is_its_hash() {
    let asset = |hash: &str, source| {
        let hash = hash.to_owned();
        Value::Asset(Asset { hash, source })
    };
    let archive = |hash: &str, source| {
        let hash = hash.to_owned();
        Value::Archive(Archive::At { hash, source })
    };
    let files = |hash: &str| {
        let hash = hash.to_owned();
        let assets = Map::new();
        Value::Archive(Archive::Assets { hash, assets })
    };
    let path = || Source::Path("x".into());
    for (old, new, changes) in [
        (asset("1", Source::Elided), asset("1", path()), 0),
        (asset("1", Source::Elided), asset("2", path()), 1),
        (asset("1", Source::Elided), asset("", path()), 1),
        (archive("1", Source::Elided), archive("1", path()), 0),
        (archive("1", Source::Elided), files("1"), 0),
        (archive("1", Source::Elided), files("2"), 1),
        (archive("1", Source::Elided), asset("1", path()), 1),
    ] {
        let side = |value| Map::from([("floors".to_owned(), value)]);
        let found = diff(&[Place::shape()], &side(old), &side(new.clone()));
        assert_eq!(found.len(), changes, "{new:?}");
    }
}

#[test]
fn two_of_the_same_place_collide() {
    let old = map(json!({"street": "a", "number": 1, "kind": {"x": "1"}}));
    for (new, made_up, collides) in [
        (json!({"street": "a", "number": 1, "kind": {"x": "2"}}), &[][..], true),
        (json!({"street": "a", "number": 2}), &[], false),
        (json!({"street": "b", "number": 1}), &[], false),
        (json!({"street": "a", "number": 1}), &["street"], false),
    ] {
        let made_up: BTreeSet<_> = made_up.iter().map(|s| (*s).to_owned()).collect();
        assert_eq!(same_place(&[Place::shape()], &old, &map(new.clone()), &made_up), collides, "{new}");
    }
}
