//! A secret that two parties share, and its rotation.

use serde_json::{Value, json};

use crate::aws::Aws;
use crate::life::stack::{Asked, Stack};

/// The secret after the program asks this of it: what is sent, and what will be.
fn after(stack: &mut Stack, properties: Value) -> [String; 2] {
    let asked = [Asked::new("x", "random:RotatingSecret", properties)];
    stack.up(&asked).expect("an update");
    assert!(stack.refresh().expect("a refresh").is_empty());
    assert_eq!(stack.up(&asked).expect("a second one"), [""; 0], "it is settled");
    ["value", "next"].map(|name| {
        let secret = &stack.kept("x").outputs[name];
        let value = secret["value"].as_str().expect("it is secret");
        value.to_owned()
    })
}

#[test]
fn a_rotation_sends_what_was_accepted_already() {
    let aws = Aws::hurried();
    let mut stack = Stack::new(&aws);
    let [first, second] = after(&mut stack, json!({}));
    assert_eq!((first.len(), second.len()), (40, 40));
    assert_eq!(after(&mut stack, json!({"length": 64})), [first.clone(), second.clone()], "until the next rotation");
    let [value, third] = after(&mut stack, json!({"length": 64, "rotation": "2026"}));
    assert_eq!((&value, third.len()), (&second, 64));
    let [value, fourth] = after(&mut stack, json!({"length": 64, "rotation": "2027"}));
    assert_eq!(value, third);
    let all = std::collections::BTreeSet::from([first, second, third, fourth]);
    assert_eq!(all.len(), 4, "each is another one");
    assert!(aws.calls().iter().all(|call| call["operation"] == "GetCallerIdentity"), "{:?}", aws.calls());
}
