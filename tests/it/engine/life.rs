//! What happens to a resource from its creation to its end.

use crate::files::{of, project};

const A: (&str, &str) = ("a", "path: a.txt, content: one");

#[test]
fn a_resource_lives_from_create_to_destroy() {
    let p = project(&of(&[A]));
    p.preview().expect_ok().expect_steps(&["create a"]);
    assert!(!p.path("root/a.txt").exists(), "a preview makes nothing");
    p.up().expect_ok().expect_steps(&["create a"]);
    assert_eq!(p.read("root/a.txt").as_deref(), Some("one"));
    p.act("preview", &["--expect-no-changes"])
        .expect_ok()
        .expect_steps(&[]);

    p.program(&of(&[("a", "path: a.txt, content: two")]));
    let preview = p.preview().expect_ok().expect_steps(&["update a"]);
    assert_eq!(preview.diff("a")["content"], "update");
    p.up().expect_ok().expect_steps(&["update a"]);
    assert_eq!(p.read("root/a.txt").as_deref(), Some("two"));
    assert_eq!(p.state().get("a", "/outputs/size"), 3);

    p.destroy().expect_ok().expect_steps(&["delete a"]);
    assert!(!p.path("root/a.txt").exists());
    assert!(p.state().names().is_empty());
}
