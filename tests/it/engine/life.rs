//! What happens to a resource from its creation to its end.

use crate::files::{of, project};

const A: (&str, &str) = ("a", "path: a.txt, content: one");

#[test]
fn a_resource_lives_from_create_to_destroy() {
    let p = project(&of(&[A]));
    p.preview().expect_ok().expect_steps(&["create a"]);
    assert!(!p.path("root").exists(), "a preview made something");
    p.up().expect_ok().expect_steps(&["create a"]);
    assert_eq!(p.read("root/a.txt").as_deref(), Some("one"));
    p.expect_settled();

    p.program(&of(&[("a", "path: a.txt, content: two, keywords: [x]")]));
    let preview = p.preview().expect_ok().expect_steps(&["update a"]);
    assert_eq!(preview.diff("a")["content"], "update");
    p.up().expect_ok().expect_steps(&["update a"]);
    assert_eq!(p.read("root/a.txt").as_deref(), Some("two"));
    assert_eq!(p.state().get("a", "/outputs/size"), 3);
    p.expect_settled();

    p.destroy().expect_ok().expect_steps(&["delete a"]);
    assert!(!p.path("root/a.txt").exists());
    assert!(p.state().names().is_empty());
}

#[test]
fn a_new_place_takes_a_new_resource_before_the_old_one_goes() {
    let p = project(&of(&[A]));
    p.up().expect_ok();
    p.program(&of(&[("a", "path: b.txt, content: one")]));
    let up = p.up().expect_ok();
    assert_eq!(up.diff("a")["path"], "update-replace");
    let steps = up.steps_in_order();
    assert_eq!(steps, ["create-replacement a", "replace a", "delete-replaced a"]);
    assert!(p.path("root/b.txt").exists() && !p.path("root/a.txt").exists());
    p.expect_settled();
}

#[test]
fn what_can_not_be_there_twice_is_deleted_first() {
    let p = project(&of(&[("a", "path: a.txt, content: one, owner: {name: ann}")]));
    p.up().expect_ok();
    p.program(&of(&[("a", "path: a.txt, content: one, owner: {name: bob, emails: [b@b]}")]));
    let up = p.up().expect_ok();
    assert_eq!(up.diff("a")["owner.name"], "update-replace");
    assert_eq!(up.diff("a")["owner.emails"], "add-replace");
    let steps = up.steps_in_order();
    assert_eq!(steps, ["delete-replaced a", "replace a", "create-replacement a"]);
    assert_eq!(p.state().text("a", "/outputs/owner/name"), "bob");
    p.expect_settled();
}

#[test]
fn every_kind_of_value_comes_back_as_it_was_given() {
    let all = "path: a.txt, content: '', mode: private, owner: {name: ann, emails: [a@a, b@b]}, keywords: [b, a, b], \
               notes: [z, y, z], labels: {'x.y': '1'}, expires: '2030-01-31', slow: 2, key: k";
    let p = project(&of(&[("a", all)]));
    p.up().expect_ok();
    let state = p.state();
    assert_eq!(*state.get("a", "/inputs/keywords"), serde_json::json!(["a", "b"]));
    assert_eq!(*state.get("a", "/outputs/notes"), serde_json::json!(["z", "y", "z"]));
    assert_eq!(*state.get("a", "/outputs/labels"), serde_json::json!({"x.y": "1"}));
    assert_eq!(state.text("a", "/outputs/expires"), "2030-01-31");
    p.expect_settled();

    // The order of a set means nothing, the other type of a union does.
    p.program(&of(&[("a", &all.replace("[b, a, b]", "[a, b]"))]));
    p.expect_settled();
    p.program(&of(&[("a", &all.replace("'2030-01-31'", "7"))]));
    let up = p.up().expect_ok().expect_steps(&["update a"]);
    assert_eq!(up.diff("a").into_keys().collect::<Vec<_>>(), ["expires"]);
    p.expect_settled();
}

#[test]
fn what_is_left_out_again_goes_back_to_its_default() {
    let p = project(&of(&[("a", "path: a.txt, content: x, mode: private, expires: 3")]));
    p.up().expect_ok();
    p.program(&of(&[("a", "path: a.txt, content: x")]));
    let up = p.up().expect_ok();
    assert_eq!(up.diff("a")["mode"], "update");
    assert_eq!(up.diff("a")["expires"], "delete");
    assert_eq!(p.state().text("a", "/outputs/mode"), "shared");
    p.expect_settled();
}

#[test]
fn the_configuration_is_seen_in_the_diff() {
    let p = project(&of(&[("a", "path: a.txt, content: x, labels: {own: '1'}")]));
    p.up().expect_ok();
    p.config("files:labels.team", "web");
    let up = p.up().expect_ok().expect_steps(&["update a"]);
    assert_eq!(up.diff("a")["labels.team"], "add");
    assert_eq!(*p.state().get("a", "/outputs/labels"), serde_json::json!({"own": "1", "team": "web"}));
    p.expect_settled();
}

#[test]
fn what_depends_on_a_place_that_is_cleared_first_is_cleared_before() {
    let program = |owner: &str| {
        of(&[
            ("a", &format!("path: a.txt, content: x, owner: {{name: {owner}}}")),
            ("b", "path: b.txt, content: y, owner: {name: '${a.owner.name}'}"),
            ("c", "path: c.txt, content: '${a.sha256}'"),
        ])
    };
    let p = project(&program("ann"));
    p.up().expect_ok();
    p.program(&program("bob"));
    let steps = p.up().expect_ok().steps_in_order();
    assert_eq!(steps[..2], ["delete-replaced b", "delete-replaced a"]);
    assert_eq!(p.state().text("b", "/outputs/owner/name"), "bob");
    p.expect_settled();
}

#[test]
fn large_values_pass() {
    let p = project(
        "resources:\n  s: {type: 'files:index:Site', properties: {title: {'fn::readFile': big.txt}, skip: [map]}}\n",
    );
    // More than gRPC lets through by itself.
    let size = (4 << 20) + 1;
    p.write("big.txt", &"x".repeat(size));
    p.up().expect_ok();
    let written = p.read("root/index.en.txt").map(|text| text.len());
    assert_eq!(written, Some(size + " (en)\n".len()));
}
