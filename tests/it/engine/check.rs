//! Check: what is wrong with a program's wishes, all of it at once.

use crate::files::{of, project, python};

#[test]
fn all_faults_come_at_once_with_their_paths() {
    let p = python(
        r#"
File("a", {"path": "a.txt", "contnt": "x", "mode": "public", "keywords": [1], "owner": {"emails": [True]},
           "slow": -1, "expires": {"a": 1}, "zzz": 1})
"#,
    );
    let mut run = p.up().expect_failure();
    for words in [
        "property contnt value {x} has a problem: no such property; did you mean `content`?",
        "property content value {<nil>} has a problem: missing: a string is required",
        "property mode value {public} has a problem: `public` is not one of `private`, `shared`",
        "property keywords[0] value {<nil>} has a problem: expected a string, got a number",
        "property owner.emails[0] value {<nil>} has a problem: expected a string, got a boolean",
        "property owner.name value {<nil>} has a problem: missing: a string is required",
        "property slow value {-1} has a problem: -1 is not a whole number from 0 to 1000000",
        "has a problem: expected a whole number from 0 to 4294967295 or a string, got an object",
        "property zzz value {1} has a problem: no such property; there are `path`, `content`",
    ] {
        run = run.expect_says(words);
    }
    assert!(!p.path("root/a.txt").exists());
}

#[test]
fn a_faulty_secret_is_not_told() {
    let p = python(
        r#"
File("a", {"path": "a.txt", "content": "x", "mode": pulumi.Output.secret("hush"), "slow": pulumi.Output.secret({"k": "hush"})})
"#,
    );
    let run = p.up().expect_failure().expect_says("is not one of `private`, `shared`");
    assert!(!run.printed().contains("hush"), "{run}");
    let p = python(
        r#"
Site("s", {"title": pulumi.Output.secret(["hush"]), "labels": {"a": pulumi.Output.secret({"k": "hush"})}})
"#,
    );
    let run = p.up().expect_failure().expect_says("expected a string, got a list");
    assert!(!run.printed().contains("hush"), "{run}");
}

#[test]
fn rules_across_fields_are_the_resources() {
    let p = project(&of(&[("a", "path: ../a.txt, content: x, expires: tomorrow")]));
    let run = p.preview().expect_failure();
    run.expect_says("must stay below the root").expect_says("expected a date such as 2030-01-31");
}

#[test]
fn rules_hold_while_something_else_is_unknown() {
    let a = ("a", "path: a.txt, content: x");
    let p = project(&of(&[a, ("b", "path: ../b.txt, content: '${a.sha256}', expires: tomorrow")]));
    let run = p.preview().expect_failure();
    run.expect_says("must stay below the root").expect_says("expected a date such as 2030-01-31");
    // What is not known yet may still turn out right.
    p.program(&of(&[a, ("b", "path: '${a.sha256}', content: x, expires: '${a.location}'")]));
    p.preview().expect_ok();
}

#[test]
fn one_thing_is_not_two_resources() {
    let a = ("a", "path: a.txt, content: x");
    let p = project(&of(&[a, ("b", "path: a.txt, content: y")]));
    let run = p.preview().expect_failure().expect_says("declared twice: urn:pulumi:dev::");
    run.expect_says("has the same `path`");
    // In another place it is another thing.
    p.program(&of(&[a, ("b", "path: a.txt, content: y, folder: sub")]));
    p.up().expect_ok();
    // A renamed resource is not its own twin, and neither is one that is made anew.
    p.program(&format!(
        "{}    options: {{aliases: [{{name: a}}], replaceOnChanges: [content]}}\n",
        "resources:\n  c:\n    type: files:index:File\n    properties: {path: a.txt, content: z}\n"
    ));
    p.up().expect_ok();
    assert_eq!(p.state().names(), ["c"]);
    assert_eq!(p.read("root/a.txt").as_deref(), Some("z"));
    p.expect_settled();
}

#[test]
fn the_configuration_is_checked_too() {
    let p = project(&of(&[("a", "path: a.txt, content: x")]));
    p.config("files:rot", "/x");
    p.preview().expect_failure().expect_says("no such property; did you mean `root`?");
    let p = project(&of(&[("a", "path: a.txt, content: x")]));
    p.config("files:root", "relative");
    p.preview().expect_failure().expect_says("must begin with a slash");
}
