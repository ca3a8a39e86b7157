//! Failures: what exists is never forgotten, and the next run goes on with it.

use std::time::{Duration, Instant};

use crate::files::{of, project};

const A: (&str, &str) = ("a", "path: a.txt, content: one");
const FAULT: &str = "root/.files/a.txt.fault";

#[test]
fn a_failed_creation_leaves_nothing() {
    let p = project(&of(&[A]));
    p.write(FAULT, "create");
    p.up().expect_failure().expect_says("rehearsed failure of create for `a.txt`");
    assert!(p.state().names().is_empty());
    p.remove(FAULT);
    p.up().expect_ok().expect_steps(&["create a"]);
}

#[test]
fn a_refusal_that_passes_is_waited_out() {
    let p = project(&of(&[A]));
    for verb in ["create", "read", "update", "delete"] {
        p.write(FAULT, &format!("{verb} 2"));
        let content = format!("path: a.txt, content: {verb}");
        p.program(&of(&[("a", &content)]));
        p.up().expect_ok();
        if verb == "delete" {
            p.destroy().expect_ok();
        }
        let left = p.read(FAULT);
        assert_eq!(left.as_deref(), Some(&*format!("{verb} 0")));
    }
}

#[test]
fn what_will_never_be_is_cleared_away() {
    let p = project(&of(&[A]));
    p.write(FAULT, "settle");
    p.up().expect_failure().expect_says("creation failed: rehearsed doom");
    p.remove(FAULT);
    assert!(p.state().names().is_empty() && !p.path("root/a.txt").exists());
    p.up().expect_ok().expect_steps(&["create a"]);
}

#[test]
fn a_failure_after_birth_keeps_the_resource_and_goes_on() {
    for verb in ["ready", "read"] {
        let p = project(&of(&[A]));
        p.write(FAULT, verb);
        p.up().expect_failure().expect_says(&format!("rehearsed failure of {verb}"));
        let state = p.state();
        assert_eq!(state.text("a", "/id"), "a.txt", "{verb}");
        assert_ne!(*state.get("a", "/initErrors"), serde_json::Value::Null, "{verb}");
        p.remove(FAULT);
        p.up().expect_ok().expect_steps(&["update a"]);
        let state = p.state();
        assert_eq!(*state.get("a", "/initErrors"), serde_json::Value::Null, "{verb}");
        assert_eq!(*state.get("a", "/outputs/size"), 3, "{verb}");
        p.expect_settled();
    }
}

#[test]
fn what_failed_after_birth_can_be_destroyed() {
    let p = project(&of(&[A]));
    p.write(FAULT, "read");
    p.up().expect_failure();
    p.remove(FAULT);
    p.destroy().expect_ok();
    assert!(!p.path("root/a.txt").exists());
}

#[test]
fn a_failed_update_is_tried_again() {
    let p = project(&of(&[A]));
    p.up().expect_ok();
    p.program(&of(&[("a", "path: a.txt, content: two")]));
    p.write(FAULT, "update");
    p.up().expect_failure().expect_says("rehearsed failure of update");
    assert_eq!(p.state().text("a", "/outputs/content"), "one");
    p.remove(FAULT);
    p.up().expect_ok().expect_steps(&["update a"]);
    assert_eq!(p.read("root/a.txt").as_deref(), Some("two"));
    p.expect_settled();
}

#[test]
fn an_update_that_was_made_but_never_settled_is_gone_on_with() {
    let p = project(&of(&[A]));
    p.up().expect_ok();
    p.program(&of(&[("a", "path: a.txt, content: two")]));
    p.write(FAULT, "ready");
    p.up().expect_failure().expect_says("rehearsed failure of ready");
    assert_eq!(p.state().text("a", "/outputs/content"), "two");
    p.remove(FAULT);
    p.up().expect_ok().expect_steps(&["update a"]);
    p.expect_settled();
}

#[test]
fn a_failed_read_changes_nothing() {
    let p = project(&of(&[A]));
    p.up().expect_ok();
    p.write(FAULT, "read");
    p.refresh().expect_failure().expect_says("rehearsed failure of read");
    assert_eq!(p.state().text("a", "/outputs/content"), "one");
    p.remove(FAULT);
    p.refresh_settled();
}

#[test]
fn a_failed_deletion_keeps_the_resource() {
    let p = project(&of(&[A]));
    p.up().expect_ok();
    p.write(FAULT, "delete");
    p.destroy().expect_failure().expect_says("rehearsed failure of delete");
    assert_eq!(p.state().names(), ["a"]);
    p.remove(FAULT);
    p.destroy().expect_ok();
}

#[test]
fn patience_is_as_long_as_the_program_says() {
    let slow = "resources:\n  a:\n    type: files:index:File\n    properties: {path: a.txt, content: one, slow: 1000000}\n    options: {customTimeouts: {create: 100ms, update: 100ms, delete: 100ms}}\n";
    let p = project(slow);
    p.up()
        .expect_failure()
        .expect_says("creation took longer than 100 ms; the last state was `settling`")
        .expect_says("customTimeouts");
    assert_eq!(p.state().text("a", "/id"), "a.txt");
    p.up().expect_failure().expect_says("update took longer than 100 ms");
    p.destroy().expect_failure().expect_says("deletion took longer than 100 ms; the last state was `going`");
    assert_eq!(p.state().names(), ["a"]);
    p.remove("root/.files/a.txt.busy");
    p.destroy().expect_ok();
}

#[test]
fn patience_for_reading_is_as_long_as_the_program_says() {
    let p = project(
        "resources:\n  a:\n    type: files:index:File\n    properties: {path: a.txt, content: one}\n    options: {customTimeouts: {read: 100ms}}\n",
    );
    p.up().expect_ok();
    p.write(FAULT, "read 1000000");
    let started = Instant::now();
    p.refresh().expect_failure().expect_says("rehearsed failure of read");
    // By itself, a refusal that may pass is waited out for 12 seconds at this pace.
    assert!(started.elapsed() < Duration::from_secs(10));
}
