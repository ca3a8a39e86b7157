//! Import: what is there already becomes the engine's.

use crate::files::{of, project};

const FOUND: &str = "path: found.txt, content: treasure";

#[test]
fn the_option_takes_over_what_the_program_describes() {
    let p = project("resources: {}\n");
    p.write("root/found.txt", "treasure");
    let options = "resources:\n  f:\n    type: files:index:File\n    properties: {path: found.txt, content: treasure}\n    options: {import: found.txt}\n";
    p.program(options);
    p.up().expect_ok().expect_steps(&["import f"]);
    let state = p.state();
    assert_eq!(state.text("f", "/outputs/content"), "treasure");
    assert_eq!(state.text("f", "/inputs/path"), "found.txt");
    // Without the option it is a resource like any other.
    p.program(&of(&[("f", FOUND)]));
    p.expect_settled();
    p.program(&of(&[("f", "path: found.txt, content: gold")]));
    p.up().expect_ok().expect_steps(&["update f"]);
    p.destroy().expect_ok();
    assert!(!p.path("root/found.txt").exists());
}

#[test]
fn the_option_brings_what_differs_to_what_the_program_says() {
    let p = project("resources: {}\n");
    p.write("root/found.txt", "other");
    p.program("resources:\n  f:\n    type: files:index:File\n    properties: {path: found.txt, content: treasure}\n    options: {import: found.txt}\n");
    p.up().expect_ok().expect_steps(&["import f", "update f"]);
    assert_eq!(p.read("root/found.txt").as_deref(), Some("treasure"));
    p.expect_settled();
}

#[test]
fn the_command_writes_the_program() {
    let p = project("resources: {}\n");
    p.write("root/found.txt", "treasure");
    let import = p.act("import", &["files:index:File", "f", "found.txt", "--protect=false"]).expect_ok();
    assert!(import.stdout.contains("content: treasure"), "{import}");
    p.program(&of(&[("f", FOUND)]));
    p.expect_settled();
}

#[test]
fn what_is_not_there_is_said() {
    let p = project("resources: {}\n");
    p.act("import", &["files:index:File", "f", "none.txt"]).expect_failure().expect_says("none.txt");
}
