//! Ctrl-C and kill -9 in the middle of a creation.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::files::{of, project};
use crate::pulumi::Project;

const SLOW: (&str, &str) = ("a", "path: a.txt, content: one, slow: 1000000");

/// Whether an event is the provider's status line for a creation that is waited for.
fn settling(event: &Value) -> bool {
    event
        .pointer("/diagnosticEvent/message")
        .and_then(Value::as_str)
        .is_some_and(|m| m.contains("settling"))
}

#[test]
fn ctrl_c_stops_the_waiting_and_keeps_the_resource() {
    let p = project(&of(&[SLOW]));
    let up = p.start("up", &[]);
    up.until("the creation to wait", settling).interrupt();
    up.finish()
        .expect_failure()
        .expect_says("stopped waiting for its creation: cancelled");
    let state = p.state();
    assert_eq!(state.text("a", "/id"), "a.txt");
    assert_ne!(*state.get("a", "/initErrors"), Value::Null);
    p.program(&of(&[("a", "path: a.txt, content: one")]));
    p.up().expect_ok().expect_steps(&["update a"]);
    p.expect_settled();
}

/// The tokens of the creations among the pending operations, as whoever runs the engine hands them to the provider.
fn pending(p: &Project) -> String {
    let export: Value = serde_json::from_str(&p.state().export).unwrap_or_default();
    let operations = export["deployment"]["pending_operations"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let creations = operations
        .iter()
        .filter(|o| o["type"] == "creating")
        .map(|o| &o["resource"]);
    let tokens: BTreeMap<_, _> = creations
        .filter_map(|r| {
            Some((
                r["urn"].as_str()?,
                r.pointer("/inputs/__birth/token")?.as_str()?,
            ))
        })
        .collect();
    serde_json::json!(tokens).to_string()
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
    p.up()
        .expect_failure()
        .expect_says("creating `a.txt`: there is such a file");
    let tokens = pending(&p);
    assert!(tokens.contains("::a\""), "{tokens}");
    let p = p.env("GITINFRA_PENDING_CREATES", tokens);
    p.up().expect_ok().expect_steps(&["create a"]);
    p.expect_settled();
}
