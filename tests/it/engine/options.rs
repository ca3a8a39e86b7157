//! Resource options that are the engine's business, and must not be hindered by us.

use crate::files::project;

/// One file with options.
fn file(name: &str, properties: &str, options: &str) -> String {
    format!("  {name}:\n    type: files:index:File\n    properties: {{{properties}}}\n    options: {{{options}}}\n")
}

fn program(files: &[String]) -> String {
    format!("resources:\n{}", files.concat())
}

#[test]
fn an_alias_keeps_the_resource() {
    let p = project(&program(&[file("a", "path: a.txt, content: one", "")]));
    p.up().expect_ok();
    p.program(&program(&[file("b", "path: a.txt, content: one", "aliases: [{name: a}]")]));
    p.up().expect_ok().expect_steps(&[]);
    assert_eq!(p.state().names(), ["b"]);
}

#[test]
fn protection_holds() {
    let p = project(&program(&[file("a", "path: a.txt, content: one", "protect: true")]));
    p.up().expect_ok();
    p.destroy().expect_failure();
    assert!(p.path("root/a.txt").exists());
    p.program(&program(&[file("a", "path: b.txt, content: one", "protect: true")]));
    p.up().expect_failure().expect_says("protect");
    assert!(p.path("root/a.txt").exists() && !p.path("root/b.txt").exists());
}

#[test]
fn ignored_changes_are_ignored() {
    let options = "ignoreChanges: [content, labels.x]";
    let p = project(&program(&[file("a", "path: a.txt, content: one, labels: {x: '1', y: '1'}", options)]));
    p.up().expect_ok();
    p.program(&program(&[file("a", "path: a.txt, content: two, labels: {x: '2', y: '1'}", options)]));
    p.expect_settled();
    p.program(&program(&[file("a", "path: a.txt, content: two, labels: {x: '2', y: '2'}", options)]));
    let up = p.up().expect_ok().expect_steps(&["update a"]);
    assert_eq!(up.diff("a").into_keys().collect::<Vec<_>>(), ["labels.y"]);
    assert_eq!(p.read("root/a.txt").as_deref(), Some("one"));
    p.expect_settled();
}

#[test]
fn replacement_on_wish_of_the_program() {
    let p = project(&program(&[file("a", "content: one", "replaceOnChanges: [content]")]));
    p.up().expect_ok();
    p.program(&program(&[file("a", "content: two", "replaceOnChanges: [content]")]));
    let steps = p.up().expect_ok().steps_in_order();
    assert_eq!(steps.first().map(String::as_str), Some("create-replacement a"));
    p.program(&program(&[file("a", "content: three", "replaceOnChanges: [content], deleteBeforeReplace: true")]));
    let steps = p.up().expect_ok().steps_in_order();
    assert_eq!(steps.first().map(String::as_str), Some("delete-replaced a"));
    p.expect_settled();
}

#[test]
fn retained_is_not_deleted() {
    let p = project(&program(&[file("a", "path: a.txt, content: one", "retainOnDelete: true")]));
    p.up().expect_ok();
    p.destroy().expect_ok();
    assert!(p.path("root/a.txt").exists());
}

#[test]
fn more_outputs_can_be_made_secret() {
    let p = project(&program(&[file("a", "path: a.txt, content: one", "additionalSecretOutputs: [sha256]")]));
    p.up().expect_ok();
    let state = p.state();
    assert!(state.get("a", "/outputs/sha256").is_object(), "{}", state.resource("a"));
    p.expect_settled();
}

#[test]
fn dependencies_make_the_order() {
    let p = project(&program(&[
        file("a", "path: a.txt, content: one", ""),
        file("b", "path: b.txt, content: two", "dependsOn: ['${a}']"),
        file("c", "path: c.txt, content: '${b.sha256}'", ""),
    ]));
    let steps = p.up().expect_ok().steps_in_order();
    assert_eq!(steps, ["create a", "create b", "create c"]);
    let steps = p.destroy().expect_ok().steps_in_order();
    assert_eq!(steps, ["delete c", "delete b", "delete a"]);
}
