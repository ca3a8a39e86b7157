//! A state that an older version of the provider wrote.

use serde_json::{Value, json};

use crate::files::{of, project};

const A: (&str, &str) = ("a", "path: a.txt, content: one");

/// As a version wrote it that knew neither `sha256` nor `mode`, nor births, and one property that is gone since.
fn age(state: &mut Value) {
    let resources = state["deployment"]["resources"].as_array_mut().expect("a state has resources");
    for resource in resources.iter_mut().filter(|r| r["type"] == "files:index:File") {
        for side in ["inputs", "outputs"] {
            let properties = resource[side].as_object_mut().expect("properties are an object");
            for new in ["sha256", "mode", "__birth", "labels"] {
                properties.remove(new);
            }
        }
        resource["outputs"]["formerly"] = json!("something");
    }
}

#[test]
fn an_old_state_is_read_and_brought_up_to_date() {
    let p = project(&of(&[A]));
    p.up().expect_ok();
    p.edit_state(age);
    // A default that came later is no wish of the program's.
    p.up().expect_ok().expect_steps(&[]);
    p.edit_state(age);
    p.program(&of(&[("a", "path: a.txt, content: two")]));
    let up = p.up().expect_ok().expect_steps(&["update a"]);
    assert_eq!(up.diff("a").into_keys().collect::<Vec<_>>(), ["content"]);
    let state = p.state();
    assert_eq!(state.text("a", "/outputs/sha256").len(), 64);
    assert_eq!(*state.get("a", "/outputs/formerly"), Value::Null);
    p.expect_settled();
}

#[test]
fn an_old_state_can_be_refreshed_and_destroyed() {
    let p = project(&of(&[A]));
    p.up().expect_ok();
    p.edit_state(age);
    p.refresh().expect_ok();
    assert_eq!(p.state().text("a", "/outputs/sha256").len(), 64);
    p.edit_state(age);
    p.destroy().expect_ok();
    assert!(!p.path("root/a.txt").exists());
}
