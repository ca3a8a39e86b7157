//! Refresh: what was changed behind the engine's back.

use crate::files::{of, project};

const A: (&str, &str) = ("a", "path: a.txt, content: one, labels: {x: '1'}");

#[test]
fn nothing_changed_is_nothing_found() {
    let p = project(&of(&[A, ("b", "content: x, key: k, slow: 1"), ("c", "path: c.txt, content: ''")]));
    p.up().expect_ok();
    p.refresh_settled();
    p.expect_settled();
}

#[test]
fn a_changed_file_is_seen_and_put_right() {
    let p = project(&of(&[A]));
    p.up().expect_ok();
    p.write("root/a.txt", "drifted");
    let refresh = p.refresh().expect_ok();
    assert_eq!(refresh.outcome("a")["outputs"]["content"], "drifted");
    assert_eq!(p.state().text("a", "/outputs/content"), "drifted");
    let up = p.up().expect_ok().expect_steps(&["update a"]);
    assert_eq!(up.diff("a")["content"], "update");
    assert_eq!(p.read("root/a.txt").as_deref(), Some("one"));
    p.refresh_settled();
}

#[test]
fn drift_without_refresh_is_put_right_by_the_next_change() {
    let p = project(&of(&[A]));
    p.up().expect_ok();
    p.write("root/a.txt", "drifted");
    p.expect_settled();
    p.act("up", &["--refresh"]).expect_ok();
    assert_eq!(p.read("root/a.txt").as_deref(), Some("one"));
}

#[test]
fn a_deleted_file_is_forgotten_and_made_again() {
    let p = project(&of(&[A]));
    p.up().expect_ok();
    p.remove("root/a.txt");
    p.refresh().expect_ok();
    assert!(p.state().names().is_empty());
    p.up().expect_ok().expect_steps(&["create a"]);
    assert_eq!(p.read("root/a.txt").as_deref(), Some("one"));
}

#[test]
fn already_gone_is_deleted() {
    let p = project(&of(&[A]));
    p.up().expect_ok();
    p.remove("root/a.txt");
    p.destroy().expect_ok();
    assert!(p.state().names().is_empty());
}

#[test]
fn gone_before_an_update_says_so() {
    let p = project(&of(&[A]));
    p.up().expect_ok();
    p.edit_state(|state| drop(resource(state, "a")["outputs"].as_object_mut().map(|o| o.remove("sha256"))));
    p.remove("root/a.txt");
    p.program(&of(&[("a", "path: a.txt, content: two")]));
    p.up().expect_failure().expect_says("`a.txt` is gone").expect_says("hint: run `pulumi refresh`");
}

fn resource<'a>(state: &'a mut serde_json::Value, name: &str) -> &'a mut serde_json::Value {
    let resources = state["deployment"]["resources"].as_array_mut().expect("a state has resources");
    let ends = format!("::{name}");
    let found = resources.iter_mut().find(|r| r["urn"].as_str().is_some_and(|urn| urn.ends_with(&ends)));
    found.expect("the resource is there")
}
