//! Where commits come from: clones that lack something, branches and tags that share names, and servers that say nothing.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use super::place::Place;
use super::repo::git_in;
use crate::pulumi::poll;
use crate::tools;

const A: (&str, &str) = ("a", "path: a.txt, content: one");
const A2: (&str, &str) = ("a", "path: a.txt, content: two");
const B: (&str, &str) = ("b", "path: b.txt, content: b");

/// Clones the place's repository in a way of its own; says where.
fn clone(p: &Place, name: &str, options: &[&str]) -> String {
    let (from, to) = (format!("file://{}", p.repo.folder().display()), p.path(name).display().to_string());
    p.repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let args = [&["clone", "-q"], options, &[from.as_str(), to.as_str()]].concat();
    git_in(p.repo.folder(), &args);
    to
}

#[test]
fn a_shallow_clone_is_followed() {
    let p = Place::of(&[A]);
    p.change(&[A2]);
    let shallow = clone(&p, "shallow", &["--depth", "1"]);
    let sync = format!("sync --repo {shallow}");
    p.run(&sync).expect_code(0).expect_out(&["Change", "1 stack rolled out"]);
    let second = p.change(&[A2, B]);
    git_in(Path::new(&shallow), &["fetch", "-q", "--depth", "1"]);
    git_in(Path::new(&shallow), &["reset", "-q", "--hard", "origin/main"]);
    p.run(&sync).expect_code(0).expect_out(&[&second[..7], "Pulumi.yaml changed", "1 stack rolled out"]);
    assert_eq!(p.state("test", "dev").names(), ["a", "b"]);
    git_in(Path::new(&shallow), &["fetch", "-q", "--unshallow"]);
    p.run(&sync).expect_code(0).expect_out(&["nothing to do"]);
}

#[test]
fn a_merge_that_a_shallow_clone_cannot_show_says_what_is_missing() {
    let p = Place::of(&[A]);
    p.repo.branch("change");
    p.change(&[A, B]);
    p.repo.switch("main").write("README.md", "").commit("Readme");
    let shallow = clone(&p, "shallow", &["--depth", "1", "--no-single-branch"]);
    git_in(Path::new(&shallow), &["branch", "-q", "change", "origin/change"]);
    let preview = format!("preview --repo {shallow} --head change");
    p.run(&preview).expect_code(3).expect_err(&["can't be merged", "hint: ", "is a shallow clone", "--unshallow"]);
    git_in(Path::new(&shallow), &["fetch", "-q", "--unshallow"]);
    p.run(&preview).expect_code(0).expect_out(&["| test/dev | 2 |"]);
}

#[test]
fn a_partial_clone_says_what_it_is_and_a_sparse_one_works() {
    let p = Place::of(&[A]);
    p.change(&[A2]);
    let sparse = clone(&p, "sparse", &["--sparse"]);
    p.run(&format!("sync --dry-run --repo {sparse}")).expect_code(0).expect_out(&["would roll out"]);
    let alone = clone(&p, "alone", &["--filter=blob:none", "--no-checkout"]);
    git_in(Path::new(&alone), &["remote", "set-url", "origin", "/nowhere/at/all"]);
    let said = p.run(&format!("sync --repo {alone}")).expect_code(3);
    said.expect_err(&["is a partial clone, which lacks files", "hint: ", "--repo"]);
}

#[test]
fn a_branch_may_take_the_place_of_a_folder_of_branches() {
    let p = Place::of(&[A]);
    p.repo.git(&["branch", "release"]);
    p.run("sync --branch release").expect_code(0).expect_out(&["1 stack rolled out"]);
    p.repo.git(&["branch", "-D", "release"]);
    p.repo.git(&["branch", "release/1"]);
    p.run("sync --branch release/1").expect_code(0).expect_out(&["nothing to do"]);
    p.repo.git(&["branch", "-D", "release/1"]);
    p.repo.git(&["branch", "release"]);
    p.run("sync --branch release").expect_code(0).expect_out(&["nothing to do"]);
}

#[test]
fn a_tag_hides_no_branch() {
    let p = Place::of(&[A]);
    p.repo.git(&["tag", "change"]);
    p.repo.git(&["tag", "main"]);
    p.repo.branch("change");
    p.change(&[A, B]);
    p.repo.git(&["checkout", "-q", "refs/heads/main", "--"]);
    let bare = p.path("bare.git").display().to_string();
    git_in(p.repo.folder(), &["clone", "-q", "--bare", ".", &bare]);
    // By its path a name is looked up in the repository itself, by its URL it is asked for.
    for repo in [p.repo.folder().display().to_string(), format!("file://{bare}")] {
        let preview = format!("preview --repo {repo} --head change");
        p.run(&preview).expect_code(0).expect_out(&["| test/dev | 2 |"]);
    }
}

#[test]
fn what_a_killed_git_left_in_the_mirror_is_cleared() {
    let p = Place::of(&[A]);
    p.sync();
    let repos = fs::read_dir(p.path("state/repos")).expect("the mirror is there").flatten();
    let mirror = repos.map(|entry| entry.path()).next().expect("one mirror");
    for lock in ["packed-refs.lock", "HEAD.lock", "config.lock", "shallow.lock", "refs/gitinfra/incoming.lock"] {
        fs::write(mirror.join(lock), "").expect("the mirror can be written");
    }
    p.change(&[A2]);
    p.sync().expect_out(&["1 stack rolled out"]);
}

/// A server that takes every connection and never says a word.
fn silent() -> (TcpListener, u16) {
    let server = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = server.local_addr().expect("it has an address").port();
    (server, port)
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    let p = Place::of(&[A]);
    let (_server, port) = silent();
    let words = format!("--repo http://127.0.0.1:{port}/x --fetch-timeout 1s");
    let said = ["fetching from http://127.0.0.1", "no end after 1 second", "hint: ", "--fetch-timeout"];
    p.run(&format!("sync {words}")).expect_code(4).expect_err(&said);
    p.run(&format!("preview {words}")).expect_code(4).expect_err(&said);
    poll("git's helpers to go", || p.processes().is_empty());
}

#[test]
fn an_ssh_that_says_nothing_is_given_up_with_all_that_it_started() {
    let p = Place::of(&[A]);
    let bin = p.path("bin");
    fs::create_dir(&bin).expect("the folder can be written");
    // What the options are is ssh's business; that it got them, ours.
    let script = format!("#!/bin/sh\necho \"$@\" > {}\nsleep 1000 & wait\n", p.path("ssh-args").display());
    tools::script(&bin.join("ssh"), &script);
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let run = p.run_as("sync --repo ssh://git@example.com/x --fetch-timeout 1s", |command| command.env("PATH", path));
    run.expect_code(4).expect_err(&["no end after 1 second", "hint: "]);
    poll("ssh to go", || p.processes().is_empty());
    let args = fs::read_to_string(p.path("ssh-args")).expect("ssh was started");
    for option in ["BatchMode=yes", "ConnectTimeout=", "ServerAliveInterval="] {
        assert!(args.contains(option), "{option} is not in {args}");
    }
}

#[test]
fn a_server_that_says_nothing_is_told_once_while_watching() {
    let p = Place::of(&[A]);
    let (server, port) = silent();
    let watch = p.start(&format!("sync --watch --interval 1s --fetch-timeout 1s --repo http://127.0.0.1:{port}/x"));
    // Three looks, the last of which has begun.
    let looks: Vec<_> = (0..3).map(|_| server.accept().expect("a look")).collect();
    watch.until_err("no end after 1 second").interrupt();
    let said = watch.finish().expect_code(130);
    assert_eq!(said.stderr.matches("no end after").count(), 1, "{said}");
    assert_eq!(looks.len(), 3);
    poll("git's helpers to go", || p.processes().is_empty());
}
