//! Outputs inside of what a part is given.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::sync::oneshot;

use super::{Maybe, Output, Resolved};
use crate::error::Error;
use crate::property::Secret;
use crate::value::{OutputValue, Value};

/// An output that is known once it is told.
fn later(urn: &'static str) -> (oneshot::Sender<Result<String, Error>>, Output<String>) {
    let (tell, told) = oneshot::channel::<Result<String, Error>>();
    let output = Output::eventual(async move {
        let value = told.await.unwrap_or_else(|_| Err(Error::new("nobody told"))).map_err(Arc::new)?;
        Ok(Resolved { value: Maybe::Known(value), secret: false, dependencies: BTreeSet::from([urn.to_owned()]) })
    });
    (tell, output)
}

#[tokio::test]
async fn outputs_inside_of_a_value_are_awaited() {
    let (tell, one) = later("urn:one");
    let pages = BTreeMap::from([("one".to_owned(), one), ("two".to_owned(), Output::unknown())]);
    let erased = tokio::spawn(async move { Output::known(pages).erase().resolve().await });
    tell.send(Ok("text".into())).expect("somebody listens");
    let resolved = erased.await.expect("it ends").expect("nothing fails");
    assert_eq!(resolved.dependencies, BTreeSet::from(["urn:one".to_owned()]));
    let Maybe::Known(value) = resolved.value else { panic!("the map itself is known") };
    let inside = |name: &str| value.as_object().and_then(|map| map.get(name)).map(Value::bare).cloned();
    assert_eq!(inside("one"), Some("text".into()));
    assert_eq!(inside("two"), Some(Value::Unknown));
}

#[tokio::test]
async fn the_failure_of_an_output_inside_is_the_values_own() {
    let (tell, one) = later("urn:one");
    tell.send(Err(Error::new("it broke"))).expect("somebody listens");
    let failed = Output::known(vec![one]).erase().resolve().await;
    assert_eq!(failed.expect_err("it fails").message(), "it broke");
}

#[tokio::test]
async fn what_others_left_unknown_is_not_waited_for() {
    use crate::property::Property as _;
    let (_never, one) = later("urn:one");
    assert_eq!(one.encode(), Value::Unknown);
    let known = Output::known("text".to_owned()).erase().resolve().await.expect("nothing fails");
    assert_eq!(known.value, Maybe::Known("text".into()));
}

#[tokio::test]
async fn what_is_made_of_a_secret_is_secret_unless_its_type_says_so() {
    let secret = Output::known(Secret::new("word".to_owned())).secret();
    let shown = |output: Output<Value>| async move { output.resolve().await.expect("nothing fails") };
    let all = shown(secret.map(|word| BTreeMap::from([("word".to_owned(), word)])).erase()).await;
    assert!(all.secret);
    let part = shown(secret.secret_by_type().map(|word| BTreeMap::from([("word".to_owned(), word)])).erase()).await;
    assert!(!part.secret);
    let Maybe::Known(value) = part.value else { panic!("it is known") };
    assert!(value.as_object().is_some_and(|map| map["word"].is_secret()), "{value:?}");
}

#[test]
fn a_value_comes_from_what_it_refers_to() {
    let reference = crate::value::Reference { urn: "urn:r".into(), ..Default::default() };
    let output = OutputValue {
        value: Some(Value::Array(vec![Value::Reference(reference)])),
        secret: false,
        dependencies: BTreeSet::from(["urn:o".to_owned()]),
    };
    let urns = Value::Output(Box::new(output)).dependencies();
    assert_eq!(urns, BTreeSet::from(["urn:o".to_owned(), "urn:r".to_owned()]));
}
