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
