//! Values over the wire and back.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{Accepts, SIGNATURE, UNKNOWNS, is_unknown, read, read_map, text, write, write_map};
use crate::value::{Archive, Asset, Map, OutputValue, Reference, Source, Value, object};

/// Every kind of value, nested in each other.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        prop::num::f64::NORMAL.prop_map(Value::Number),
        ".*".prop_filter("no sentinel", |s| !is_unknown(s)).prop_map(Value::String),
        prop::collection::vec(any::<u8>(), 0..9).prop_map(Value::Bytes),
        Just(Value::Unknown),
        asset().prop_map(Value::Asset),
        archive().prop_map(Value::Archive),
        reference().prop_map(Value::Reference),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            map(inner.clone()).prop_map(Value::Object),
            inner.clone().prop_map(|v| Value::Secret(Box::new(v))),
            output(inner).prop_map(|o| Value::Output(Box::new(o))),
        ]
    })
}

fn map(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Map> {
    let key = "[a-z_.\\[\"]{0,6}".prop_filter("no signature", |key| key != SIGNATURE);
    prop::collection::btree_map(key, inner, 0..4)
}

fn output(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = OutputValue> {
    let urns = prop::collection::btree_set("urn:[a-z]{1,5}", 0..3);
    let parts = (prop::option::of(inner), any::<bool>(), urns);
    parts.prop_map(|(value, secret, dependencies)| OutputValue { value, secret, dependencies })
}

fn asset() -> impl Strategy<Value = Asset> {
    let source = prop_oneof![
        ".*".prop_map(Source::Text),
        ".+".prop_map(Source::Path),
        ".+".prop_map(Source::Uri),
        Just(Source::Elided),
    ];
    ("[0-9a-f]{0,8}", source).prop_map(|(hash, source)| Asset { hash, source })
}

fn archive() -> impl Strategy<Value = Archive> {
    let source = prop_oneof![".+".prop_map(Source::Path), ".+".prop_map(Source::Uri), Just(Source::Elided)];
    let inner = asset().prop_map(Value::Asset);
    prop_oneof![
        ("[0-9a-f]{0,8}", source).prop_map(|(hash, source)| Archive::At { hash, source }),
        ("[0-9a-f]{0,8}", map(inner)).prop_map(|(hash, assets)| Archive::Assets { hash, assets }),
    ]
}

fn reference() -> impl Strategy<Value = Reference> {
    let id = prop::option::of(prop::option::of("[a-z]{1,6}"));
    ("urn:[a-z]{0,6}", id, "[0-9.]{0,5}").prop_map(|(urn, id, package_version)| Reference { urn, id, package_version })
}

proptest! {
    #[test]
    fn everything_comes_back(map in map(value())) {
        prop_assert_eq!(read_map(Some(&write_map(&map, Accepts::ALL))), Ok(map));
    }

    #[test]
    fn a_state_keeps_all_but_dependencies(value in value()) {
        let back = read(&write(&value, Accepts::STATE)).expect("what was written can be read");
        prop_assert_eq!(back.plain(), value.plain());
        prop_assert_eq!(back.has_secret(), value.has_secret());
        // Of dependencies, those stay that references name.
        prop_assert_eq!(back.dependencies(), value.plain().dependencies());
    }

    #[test]
    fn one_who_knows_no_secrets_gets_the_bare_value(value in value()) {
        let accepts = Accepts { secrets: false, ..Accepts::STATE };
        let back = read(&write(&value, accepts)).expect("what was written can be read");
        prop_assert!(!back.has_secret());
        prop_assert_eq!(back.plain(), value.plain());
    }
}

#[test]
fn every_sentinel_is_an_unknown() {
    for sentinel in UNKNOWNS {
        assert_eq!(read(&text(sentinel)), Ok(Value::Unknown), "{sentinel}");
    }
}

#[test]
fn what_can_not_be_read_says_where() {
    let marked = |signature: &str, more: &[(&str, Value)]| {
        let mut map = Map::from([(SIGNATURE.to_owned(), Value::from(signature))]);
        map.extend(more.iter().map(|(k, v)| ((*k).to_owned(), v.clone())));
        Value::Object(map)
    };
    for (value, at, why) in [
        (marked("nonsense", &[]), "a[1].b", "an unrecognised signature \"nonsense\""),
        (marked(super::SECRET, &[]), "a[1].b", "a secret without a value"),
        (marked(super::REFERENCE, &[]), "a[1].b", "a resource reference without a urn"),
    ] {
        let whole = Value::Array(vec![Value::Null, object([("b", value)])]);
        let wire = write_map(&Map::from([("a".to_owned(), whole)]), Accepts::ALL);
        let malformed = read_map(Some(&wire)).expect_err(why);
        assert_eq!((malformed.at.as_str(), malformed.why.as_str()), (at, why));
    }
}

#[test]
fn those_who_know_no_references_get_the_id() {
    let accepts = Accepts { references: false, ..Accepts::ALL };
    let reference = |id: Option<Option<&str>>| {
        Value::Reference(Reference {
            urn: "urn:x".into(),
            id: id.map(|id| id.map(str::to_owned)),
            package_version: String::new(),
        })
    };
    for (id, expected) in
        [(Some(Some("i-1")), Value::from("i-1")), (Some(None), Value::Unknown), (None, Value::from("urn:x"))]
    {
        assert_eq!(read(&write(&reference(id), accepts)), Ok(expected), "{id:?}");
    }
}

#[test]
fn an_output_is_secret_and_unknown_for_those_who_know_none() {
    let output = |value: Option<Value>, secret| {
        let dependencies = BTreeSet::from(["urn:x".to_owned()]);
        Value::Output(Box::new(OutputValue { value, secret, dependencies }))
    };
    for (given, expected) in [
        (output(Some("x".into()), false), Value::from("x")),
        (output(Some("x".into()), true), Value::from("x").into_secret()),
        (output(None, false), Value::Unknown),
        (output(None, true), Value::Unknown.into_secret()),
    ] {
        assert_eq!(read(&write(&given, Accepts::STATE)), Ok(expected), "{given:?}");
    }
}
