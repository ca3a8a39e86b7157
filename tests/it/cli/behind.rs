//! Relative paths in variables are read from where gitinfra was started, whatever lies in the repository under that name.

use std::fs;

use super::place::Place;

const A: (&str, &str) = ("a", "path: a.txt, content: {'fn::secret': hush}");

#[test]
fn a_passphrase_in_a_file_is_the_users_own() {
    let p = Place::of(&[A]);
    p.repo.write("pass", "committed").commit("A file of the same name");
    fs::write(p.path("pass"), "x").expect("the folder can be written");
    let with_file = |words: &str| {
        p.run_as(words, |command| {
            command.env_remove("PULUMI_CONFIG_PASSPHRASE").env("PULUMI_CONFIG_PASSPHRASE_FILE", "./pass")
        })
    };
    with_file("sync").expect_code(0).expect_out(&["1 stack rolled out"]);
    // The same passphrase by itself fits.
    p.change(&[("a", "path: a.txt, content: {'fn::secret': other}")]);
    p.run("preview --base main --head HEAD").expect_code(0);
    p.sync().expect_out(&["1 stack rolled out"]);
    p.change(&[A]);
    with_file("sync").expect_code(0).expect_out(&["1 stack rolled out"]);
}

#[test]
fn a_relative_path_finds_no_committed_program() {
    let p = Place::of(&[A]);
    let script = format!("#!/bin/sh\ntouch {}\n", p.path("sprung").display());
    p.repo.write("bin/pulumi", &script);
    p.repo.git(&["add", "--chmod=+x", "bin/pulumi"]);
    p.repo.commit("A program");
    let path = format!("bin:{}:{}", crate::tools::bin().display(), std::env::var("PATH").unwrap_or_default());
    p.run_as("sync", |command| command.env("PATH", path)).expect_code(0).expect_out(&["1 stack rolled out"]);
    assert!(!p.path("sprung").exists(), "a committed program ran");
}
