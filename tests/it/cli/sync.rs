//! A commit lands, and `sync` rolls it out.

use super::place::Place;

const A: (&str, &str) = ("a", "path: a.txt, content: one");

#[test]
fn a_commit_rolls_out_once() {
    let p = Place::of(&[A]);
    let first = p.repo.head();
    p.sync().expect_out(&[
        &format!("main is at {} Files", &first[..7]),
        "test/dev: rolling out",
        "never rolled out before",
        "test/dev: + created   files:index:File a",
        "test/dev: ✓ rolled out",
        "1 stack rolled out",
    ]);
    assert_eq!(p.file("a.txt").as_deref(), Some("one"));
    assert_eq!(p.state("test", "dev").names(), ["a"]);
    p.sync().expect_out(&["up to date at", "nothing to do"]);
    assert_eq!(p.updates("test", "dev"), 1, "the engine ran once");
    let stack = &p.get("stacks")[0];
    assert_eq!(stack["commit"], *first);

    p.change(&[
        ("a", "path: a.txt, content: two"),
        ("b", "path: b.txt, content: b"),
    ]);
    p.sync()
        .expect_out(&["Pulumi.yaml changed", "1 stack rolled out"]);
    assert_eq!(p.file("a.txt").as_deref(), Some("two"));
    assert_eq!(p.file("b.txt").as_deref(), Some("b"));
    assert_eq!(p.states(), ["succeeded", "succeeded"]);
}
