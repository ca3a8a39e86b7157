//! A commit lands, and `sync` rolls it out.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::place::Place;
use super::repo::git_in;
use crate::tools;

const A: (&str, &str) = ("a", "path: a.txt, content: one");
const A2: (&str, &str) = ("a", "path: a.txt, content: two");
const B: (&str, &str) = ("b", "path: b.txt, content: b");
const SLOW: (&str, &str) = ("a", "path: a.txt, content: one, slow: 1000000");

#[test]
fn a_commit_rolls_out_once() {
    let p = Place::of(&[A]);
    let first = p.repo.head();
    p.sync().expect_out(&[
        &format!("main is at {} Files", &first[..7]),
        "test/dev: rolling out",
        "never rolled out before",
        "made the stack `dev`",
        "test/dev: + created   files:index:File a",
        "test/dev: ✓ rolled out",
        "1 stack rolled out",
    ]);
    assert_eq!(p.file("a.txt").as_deref(), Some("one"));
    assert_eq!(p.state("test", "dev").names(), ["a"]);
    p.sync().expect_out(&["up to date at", "nothing to do"]);
    assert_eq!(p.updates("test", "dev"), 1, "the engine ran once");
    assert_eq!(p.get("stacks")[0]["commit"], *first);

    p.change(&[A2, B]);
    p.sync().expect_out(&["Pulumi.yaml changed", "1 stack rolled out"]);
    assert_eq!(p.file("a.txt").as_deref(), Some("two"));
    assert_eq!(p.file("b.txt").as_deref(), Some("b"));
    assert_eq!(p.states(), ["succeeded", "succeeded"]);
}

#[test]
fn a_dry_run_changes_nothing() {
    let p = Place::of(&[A]);
    let seen = || (p.states(), p.updates("test", "dev"), fs::exists(p.path("root")).unwrap_or(true));
    let nothing = seen();
    p.run("sync --dry-run").expect_code(0).expect_out(&["test/dev: would roll out", "never rolled out before"]);
    assert_eq!(seen(), nothing);
    let backend = fs::read_dir(p.path("backend")).expect("the backend is there");
    assert_eq!(backend.count(), 0);
    p.sync();
    p.change(&[A2]);
    p.run("sync --dry-run").expect_code(0).expect_out(&["would roll out", "Pulumi.yaml changed"]);
    assert_eq!(p.file("a.txt").as_deref(), Some("one"));
    assert_eq!(p.states(), ["succeeded"]);
}

#[test]
fn a_branch_is_followed() {
    let p = Place::of(&[A]);
    p.repo.branch("staging");
    p.change(&[A2]);
    p.repo.switch("main");
    p.run("sync --branch staging").expect_code(0).expect_out(&["staging is at", "1 stack rolled out"]);
    assert_eq!(p.file("a.txt").as_deref(), Some("two"));
    assert_eq!(p.get("runs")[0]["branch"], "staging");
}

#[test]
fn a_roll_out_is_of_one_commit_though_the_branch_moves() {
    let p = Place::of(&[SLOW]);
    let first = p.repo.head();
    let going = p.start("sync");
    p.until_slow("a.txt");
    let second = p.change(&[A2, B]);
    p.release("a.txt", || going.out().contains("✓ rolled out"));
    going.finish().expect_code(0);
    assert_eq!(p.state("test", "dev").names(), ["a"]);
    assert_eq!(p.get("stacks")[0]["commit"], *first);
    p.sync();
    assert_eq!(p.state("test", "dev").names(), ["a", "b"]);
    assert_eq!(p.get("stacks")[0]["commit"], *second);
}

#[test]
fn history_may_be_rewritten() {
    let p = Place::of(&[A]);
    p.sync();
    p.program("", "test", &crate::files::of(&[A2]));
    p.repo.git(&["commit", "-q", "--all", "--amend", "-m", "Better"]);
    p.sync().expect_out(&["Better", "Pulumi.yaml changed", "1 stack rolled out"]);
    assert_eq!(p.file("a.txt").as_deref(), Some("two"));
    // The mirror is a copy: without it nothing is lost but the commits that the repository itself dropped.
    fs::remove_dir_all(p.path("state/repos")).expect("the mirror is there");
    p.sync().expect_out(&["nothing to do"]);
    p.repo.git(&["commit", "-q", "--amend", "-m", "Best"]);
    p.repo.git(&["reflog", "expire", "--expire=now", "--all"]);
    p.repo.git(&["gc", "-q", "--prune=now"]);
    fs::remove_dir_all(p.path("state/repos")).expect("the mirror is there");
    p.sync().expect_out(&["which the repository no longer has", "1 stack rolled out"]);
}

#[test]
fn a_repository_has_many_addresses() {
    let p = Place::of(&[A]);
    p.repo.write("docs/x", "").commit("Docs");
    p.sync();
    let folder = p.repo.folder().display().to_string();
    for same in [folder.clone(), format!("{folder}/docs"), format!("file://{folder}")] {
        p.run(&format!("sync --repo {same}")).expect_code(0).expect_out(&["nothing to do"]);
    }
    let bare = p.path("bare.git").display().to_string();
    git_in(p.repo.folder(), &["clone", "-q", "--bare", ".", &bare]);
    for other in [bare.clone(), format!("file://{bare}")] {
        p.run(&format!("sync --dry-run --repo {other}")).expect_code(0).expect_out(&["would roll out"]);
    }
    p.run(&format!("sync --repo {bare}")).expect_code(0).expect_out(&["1 stack rolled out"]);
}

/// A web server for a folder, on the loopback interface.
struct Web(Child);

impl Web {
    fn start(folder: &Path) -> (Web, u16) {
        let mut python = Command::new(tools::python());
        python.args(["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory"]);
        python.arg(folder).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = python.spawn().expect("python runs");
        let mut line = String::new();
        let out = child.stdout.take().expect("its output is piped");
        BufReader::new(out).read_line(&mut line).expect("it says its port");
        let port = line.split_whitespace().nth(5).unwrap_or_default();
        let port = port.parse().expect("the sixth word is the port");
        (Web(child), port)
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_repository_may_be_behind_a_url() {
    let p = Place::of(&[A]);
    let bare = p.path("web/infra.git").display().to_string();
    git_in(p.repo.folder(), &["clone", "-q", "--bare", ".", &bare]);
    git_in(Path::new(&bare), &["update-server-info"]);
    let (web, port) = Web::start(&p.path("web"));
    let sync = format!("sync --repo http://127.0.0.1:{port}/infra.git");
    p.run(&sync).expect_code(0).expect_out(&["main is at", "1 stack rolled out"]);
    assert_eq!(p.file("a.txt").as_deref(), Some("one"));
    p.run(&sync).expect_code(0).expect_out(&["nothing to do"]);
    p.run(&format!("{sync}x")).expect_code(3).expect_err(&["fetching from http://", "not found", "hint: "]);
    drop(web);
    p.run(&sync).expect_code(4).expect_err(&["fetching from http://", "onnect"]);
}

#[test]
fn a_failure_is_told_and_tried_again() {
    let p = Place::of(&[A, B]);
    let fault = p.path("root/test/dev/.files/a.txt.fault");
    fs::create_dir_all(fault.parent().expect("a folder")).expect("the folder can be written");
    fs::write(&fault, "create").expect("the folder can be written");
    p.run("sync").expect_code(1).expect_out(&[
        "error: files:index:File a: ",
        "rehearsed failure of create for `a.txt`",
        "✗ roll-out of",
        "failed",
        "1 stack failed",
    ]);
    fs::remove_file(&fault).expect("the fault is there");
    p.sync().expect_out(&["the last run failed", "1 stack rolled out"]);
    assert_eq!(p.state("test", "dev").names(), ["a", "b"]);
    assert_eq!(p.states(), ["failed", "succeeded"]);
}
