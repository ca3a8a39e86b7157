//! What the engine sees of gitinfra's own environment.

use std::fs;

use super::place::Place;

const A: (&str, &str) = ("a", "path: a.txt, content: one");

/// The engine runs in a checkout of what others commit: a relative path must not lead there.
#[test]
fn a_relative_path_is_read_from_where_gitinfra_was_started() {
    let p = Place::of(&[A]);
    fs::write(p.path("pass"), "x").expect("it can be written");
    p.repo.write("pass", "committed by somebody").commit("Another passphrase");
    let run = p.run_as("sync", |command| {
        command.env_remove("PULUMI_CONFIG_PASSPHRASE").env("PULUMI_CONFIG_PASSPHRASE_FILE", "./pass")
    });
    run.expect_code(0).expect_out(&["1 stack rolled out"]);
    p.change(&[("a", "path: a.txt, content: two")]);
    p.sync().expect_out(&["1 stack rolled out"]);
}

/// The engine itself believes any passphrase while there is nothing to decrypt, and spoils the stack with its first secret.
#[test]
fn a_wrong_passphrase_is_noticed_before_anything_is_written() {
    let p = Place::of(&[("a", "path: a.txt, content: one")]);
    let root = p.path("root/test/dev").display().to_string();
    p.repo.write("Pulumi.dev.yaml", &format!("config:\n  files:root: {root}\n")).commit("Without a salt");
    p.sync();
    p.change(&[("a", "path: a.txt, content: two")]);
    let state = || std::fs::read(p.path("backend/.pulumi/stacks/test/dev.json")).expect("the state is there");
    let before = state();
    let wrong = |words: &str| p.run_as(words, |command| command.env("PULUMI_CONFIG_PASSPHRASE", "wrong"));
    wrong("sync")
        .expect_code(4)
        .expect_out(&["incorrect passphrase", "hint: PULUMI_CONFIG_PASSPHRASE has to be the one"]);
    assert_eq!((state() == before, p.file("a.txt").as_deref()), (true, Some("one")));
    wrong("destroy test/dev --yes").expect_code(4);
    assert_eq!(p.file("a.txt").as_deref(), Some("one"));
    p.sync();
    assert_eq!(p.file("a.txt").as_deref(), Some("two"));
}
