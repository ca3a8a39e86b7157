//! How `sync` shows what it does: JSON lines, plain lines, colours.

use super::place::Place;
use super::said::Said;
use super::terminal::{coloured, in_a_terminal};
use crate::tools;
use std::collections::BTreeSet;

const A: (&str, &str) = ("a", "path: a.txt, content: one");
const B: (&str, &str) = ("b", "path: b.txt, content: '${a.content}'");

/// The first column of the table below a heading of the command line's README.
fn documented(heading: &str) -> BTreeSet<String> {
    let readme = tools::repository().join("cli/README.md");
    let text = std::fs::read_to_string(readme).expect("the README is there");
    let table = text.split_once(heading).expect("its heading is there").1;
    let rows = table.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let cells = rows.skip(2).filter_map(|row| row.split('|').nth(1));
    cells.flat_map(|cell| cell.split(',')).map(|name| name.trim().trim_matches('`').to_owned()).collect()
}

#[track_caller]
fn expect_documented(said: &Said) {
    let known = documented("## `sync --output json`");
    for event in said.events() {
        let kind = event["kind"].as_str().unwrap_or_default();
        assert!(known.contains(kind), "`{kind}` is not documented");
        assert!(event["time"].as_str().is_some_and(|t| t.ends_with('Z')), "{event}");
    }
}

fn kinds(said: &Said) -> Vec<String> {
    let events = said.events();
    let kinds = events.iter().filter_map(|event| event["kind"].as_str());
    kinds.map(str::to_owned).collect()
}

#[test]
fn json_lines_are_documented_and_never_mixed_with_text() {
    let p = Place::of(&[A, B]);
    let pending = p.run("sync --dry-run -o json").expect_code(0);
    assert_eq!(kinds(&pending), ["fetched", "pending"]);
    let first = p.run("sync -o json").expect_code(0);
    let again = p.run("sync -o json").expect_code(0);
    assert_eq!(kinds(&again), ["fetched", "up-to-date", "finished"]);
    p.change(&[("a", "path: /a, content: one")]);
    let failed = p.run("sync -o json").expect_code(1);
    let wrong = p.run("sync -o json --branch mian").expect_code(3);
    assert_eq!(kinds(&wrong), ["failed"]);
    assert_eq!(wrong.events()[0]["hints"][0], "did you mean `main`?");
    for said in [&pending, &first, &again, &failed, &wrong] {
        expect_documented(said);
    }
    for said in [&pending, &first, &again, &failed] {
        assert_eq!(said.stderr, "", "{said}");
    }
    let told = kinds(&first);
    assert_eq!(told.first().map(String::as_str), Some("fetched"));
    assert_eq!(told.last().map(String::as_str), Some("finished"));
    let of = |kind| first.events_of(kind);
    let names = |kind| -> BTreeSet<String> {
        let names = of(kind).into_iter();
        let own = names.filter_map(|e| Some(e.pointer("/resource/name")?.as_str()?.to_owned()));
        own.filter(|name| name.len() == 1).collect()
    };
    let both = BTreeSet::from(["a".to_owned(), "b".to_owned()]);
    assert_eq!(names("resource-started"), both);
    assert_eq!(names("resource-finished"), both);
    assert_eq!(of("run-started")[0]["commit"], *p.repo.git(&["rev-parse", "HEAD~1"]));
    assert_eq!(of("run-finished")[0]["state"], "succeeded");
    assert_eq!(of("finished")[0]["rolledOut"], 1);
}

#[test]
fn a_terminal_gets_colours_and_a_pipe_plain_lines() {
    let p = Place::of(&[A, B]);
    let piped = p.run("sync").expect_code(0);
    assert!(!piped.stdout.contains('\u{1b}'), "{piped}");
    for line in piped.stdout.lines() {
        let fine = line.starts_with("test/dev: ") || line.starts_with("main is at") || line.contains("1 stack");
        assert!(fine, "a line that can't be searched for: {line}");
    }
    let forced = p.run("sync --color always").expect_code(0);
    assert!(coloured(&forced.stdout), "{forced}");
    p.change(&[A, B, ("c", "path: c.txt, content: c")]);
    let seen = in_a_terminal(&p, "sync", |script| script).expect_code(0);
    assert!(coloured(&seen.stdout), "{seen}");
    p.change(&[A, B]);
    let plain = in_a_terminal(&p, "sync", |script| script.env("NO_COLOR", "1"));
    let plain = plain.expect_code(0);
    assert!(!coloured(&plain.stdout), "{:?}", plain.stdout);
    let never = in_a_terminal(&p, "sync --color never", |script| script).expect_code(0);
    assert!(!coloured(&never.stdout), "{:?}", never.stdout);
}

#[test]
fn a_terminal_gets_errors_that_leave_bars_in_place() {
    let p = Place::of(&[A]);
    let faults = p.path("root/test/dev/.files");
    std::fs::create_dir_all(&faults).expect("the folder can be written");
    std::fs::write(faults.join("a.txt.fault"), "ready").expect("the folder can be written");
    let seen = in_a_terminal(&p, "sync", |script| script).expect_code(1);
    assert!(!seen.stdout.contains('\t'), "{:?}", seen.stdout);
    seen.expect_out(&["rehearsed failure of ready", "1 stack failed"]);
}

#[test]
fn a_terminal_shows_whose_each_line_is_when_several_run() {
    let p = Place::new();
    p.project("net", "net", &["dev"], &[A, B]);
    p.project("web", "web", &["dev"], &[A]);
    p.repo.commit("Two stacks");
    let seen = in_a_terminal(&p, "sync --color never", |script| script).expect_code(0);
    for line in ["net/dev: + created   files:index:File b", "web/dev: + created   files:index:File a"] {
        assert!(seen.stdout.contains(line), "no {line}\n{seen}");
    }
    p.program("net", "net", &crate::files::of(&[("a", "path: a.txt, content: two")]));
    p.repo.commit("Change one");
    let alone = in_a_terminal(&p, "sync --color never", |script| script).expect_code(0);
    assert!(alone.stdout.contains("  ~ updated   files:index:File a"), "{alone}");
    assert!(!alone.stdout.contains("net/dev: ~ updated"), "{alone}");
}
