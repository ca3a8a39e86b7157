//! Ctrl-C and kill -9 in the middle of a creation.

use serde_json::Value;

use crate::files::{of, project};

const SLOW: (&str, &str) = ("a", "path: a.txt, content: one, slow: 1000000");

/// Whether an event is the provider's status line for a creation that is waited for.
fn settling(event: &Value) -> bool {
    event.pointer("/diagnosticEvent/message").and_then(Value::as_str).is_some_and(|m| m.contains("settling"))
}

#[test]
fn ctrl_c_stops_the_waiting_and_keeps_the_resource() {
    let p = project(&of(&[SLOW]));
    let up = p.start("up", &[]);
    up.until("the creation to wait", settling).interrupt();
    up.finish().expect_failure().expect_says("stopped waiting for its creation: cancelled");
    let state = p.state();
    assert_eq!(state.text("a", "/id"), "a.txt");
    assert_ne!(*state.get("a", "/initErrors"), Value::Null);
    p.program(&of(&[("a", "path: a.txt, content: one")]));
    p.up().expect_ok().expect_steps(&["update a"]);
    p.expect_settled();
}

#[test]
fn what_a_killed_run_made_is_found_by_its_token() {
    let p = project(&of(&[SLOW]));
    let up = p.start("up", &[]);
    up.until("the creation to wait", settling).kill();
    up.finish();
    p.command(&["cancel", "--yes"]).expect_ok();
    p.program(&of(&[("a", "path: a.txt, content: one")]));
    // Nobody knows of it: it is not ours.
    p.up().expect_failure().expect_says("`a.txt` exists already");
    let export = p.path("state.json").display().to_string();
    p.command(&["stack", "export", "--file", &export]).expect_ok();
    let p = p.env("GITINFRA_PENDING_CREATES", export);
    p.up().expect_ok().expect_steps(&["create a"]);
    p.expect_settled();
}
