//! Names that the program leaves to us.

use crate::files::{of, project};

const A: (&str, &str) = ("a", "content: one");

/// The resource's own name, and seven hex digits.
fn made_up(path: &str) -> bool {
    path.strip_prefix("a-").is_some_and(|suffix| suffix.len() == 7 && suffix.chars().all(|c| c.is_ascii_hexdigit()))
}

#[test]
fn a_name_is_made_up_once_and_anew_for_a_replacement() {
    let p = project(&of(&[A]));
    p.up().expect_ok();
    let first = p.state().text("a", "/outputs/path").to_owned();
    assert!(made_up(&first), "{first}");
    p.expect_settled();
    p.program(&of(&[("a", "content: two")]));
    p.up().expect_ok().expect_steps(&["update a"]);
    assert_eq!(p.state().text("a", "/outputs/path"), first);

    p.program(&of(&[("a", "content: two, owner: {name: ann}")]));
    let up = p.up().expect_ok();
    // A new name needs no room: the old one goes last.
    assert_eq!(up.steps_in_order().first().map(String::as_str), Some("create-replacement a"));
    let second = p.state().text("a", "/outputs/path").to_owned();
    assert!(made_up(&second) && second != first, "{second}");
    assert!(!p.path(&format!("root/{first}")).exists());
    p.expect_settled();
}

#[test]
fn any_key_makes_a_name() {
    let long = "x".repeat(80);
    let p = project(&of(&[("1st", A.1), ("日本", A.1), ("sg-x", A.1), (&long, A.1)]));
    p.up().expect_ok();
    let state = p.state();
    for (key, stem) in [("1st", "1st"), ("日本", "r"), ("sg-x", "sg-x"), (&long, &long[..32])] {
        let path = state.text(key, "/outputs/path");
        let suffix = path.strip_prefix(stem).and_then(|rest| rest.strip_prefix('-'));
        assert!(suffix.is_some_and(|suffix| suffix.len() == 7), "{path}");
    }
    p.expect_settled();
}

#[test]
fn the_engines_wishes_for_names_are_met() {
    for (wish, expected) in
        [("{mode: verbatim}", "a"), ("{pattern: 'x-${name}'}", "x-a"), ("{pattern: 'x-${name}', enforce: true}", "x-a")]
    {
        let p = project(&of(&[A]));
        p.line(&format!("  pulumi:autonaming: {wish}"));
        p.up().expect_ok();
        assert_eq!(p.state().text("a", "/outputs/path"), expected, "{wish}");
        p.expect_settled();
    }
}

#[test]
fn names_that_must_not_be_made_up_are_asked_for() {
    let p = project(&of(&[A]));
    p.line("  pulumi:autonaming: {mode: disabled}");
    p.preview().expect_failure().expect_says("property path").expect_says("missing: a string is required");
}
