//! Births: a replacement is never taken for what it replaces.

use serde_json::json;

use crate::files::{of, project};
use crate::pulumi::urn;

const FILE: &str = "files:index:File";

#[test]
fn a_wished_replacement_makes_a_new_resource() {
    let p = project(&of(&[("a", "content: one")]));
    p.up().expect_ok();
    let old = p.state();
    let up = p.act("up", &["--replace", &urn(FILE, "a")]).expect_ok();
    assert_eq!(up.steps_in_order().first().map(String::as_str), Some("create-replacement a"));
    let new = p.state();
    assert_ne!(new.text("a", "/id"), old.text("a", "/id"));
    assert_ne!(new.text("a", "/inputs/__birth/token"), old.text("a", "/inputs/__birth/token"));
    assert!(p.path("root").join(new.text("a", "/id")).exists());
    assert!(!p.path("root").join(old.text("a", "/id")).exists());
    p.expect_settled();
}

#[test]
fn a_wished_replacement_never_adopts_the_old_one() {
    // The old file stands where the new one has to be: to take it over would mean to delete it a moment later.
    let p = project(&of(&[("a", "path: a.txt, content: one")]));
    p.up().expect_ok();
    let up = p.act("up", &["--replace", &urn(FILE, "a")]);
    up.expect_failure().expect_says("`a.txt` exists already");
    assert!(p.path("root/a.txt").exists());
    p.expect_settled();
}

#[test]
fn an_update_keeps_the_birth() {
    let p = project(&of(&[("a", "path: a.txt, content: one")]));
    p.up().expect_ok();
    let old = p.state().text("a", "/inputs/__birth/token").to_owned();
    assert_eq!(old.len(), 32);
    p.program(&of(&[("a", "path: a.txt, content: two")]));
    p.up().expect_ok();
    assert_eq!(p.state().text("a", "/inputs/__birth/token"), old);
    p.refresh_settled();
    assert_eq!(p.state().text("a", "/inputs/__birth/token"), old);
}

#[test]
fn a_birth_is_a_token_and_the_names_that_were_made_up() {
    let p = project(&of(&[("a", "path: a.txt, content: one"), ("b", "content: one")]));
    p.up().expect_ok();
    let state = p.state();
    let birth = |name: &str| state.get(name, "/inputs/__birth").clone();
    let token = |name: &str| state.text(name, "/inputs/__birth/token").to_owned();
    assert_eq!(birth("a"), json!({"token": token("a")}));
    assert_eq!(birth("b"), json!({"token": token("b"), "made": ["path"]}));
}

#[test]
fn what_else_a_birth_once_held_is_forgotten() {
    let p = project(&of(&[("a", "path: a.txt, content: one")]));
    p.up().expect_ok();
    let born = p.state().get("a", "/inputs/__birth").clone();
    p.edit_state(|state| {
        let resources = state["deployment"]["resources"].as_array_mut();
        for resource in resources.expect("a state has resources") {
            if let Some(birth) = resource.pointer_mut("/inputs/__birth") {
                birth["once"] = "0123456789abcdef0123456789abcdef".into();
                birth["made"] = json!([]);
            }
        }
    });
    p.expect_settled().refresh_settled();
    p.program(&of(&[("a", "path: a.txt, content: two")]));
    p.up().expect_ok().expect_steps(&["update a"]);
    assert_eq!(*p.state().get("a", "/inputs/__birth"), born);
    p.expect_settled();
}

#[test]
fn an_old_name_in_new_hands_is_another_birth() {
    let p = project(&of(&[("a", "path: a.txt, content: one")]));
    p.up().expect_ok();
    let renamed = "  b:\n    type: files:index:File\n    properties: {path: a.txt, content: one}\n    options: {aliases: [{name: a}]}\n";
    p.program(&format!("resources:\n{renamed}"));
    p.up().expect_ok().expect_steps(&[]);
    p.program(&format!("{}{renamed}", of(&[("a", "path: a.txt, content: one")])));
    p.up()
        .expect_failure()
        .expect_says("declared twice: urn:pulumi:dev::test::files:index:File::")
        .expect_says(" has the same `path`");
}
