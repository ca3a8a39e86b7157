//! Ctrl-C in the middle of a roll-out, and two at once.

use super::going::Going;
use super::place::Place;
use super::terminal::{screen, terminal};

const SLOW: (&str, &str) = ("a", "path: a.txt, content: one, slow: 1000000");
const A: (&str, &str) = ("a", "path: a.txt, content: one");
const B: (&str, &str) = ("b", "path: b.txt, content: '${a.content}'");

#[test]
fn ctrl_c_ends_in_order_and_the_next_sync_goes_on() {
    let p = Place::of(&[SLOW, B]);
    let going = p.start("sync");
    p.until_slow("a.txt").engine();
    going.interrupt();
    going.finish().expect_code(130).expect_out(&["stopping: the engine was told once", "cancelled after"]);
    assert_eq!(p.states(), ["cancelled"]);
    assert_eq!(p.state("test", "dev").names(), ["a"], "it is remembered");
    p.change(&[A, B]);
    p.sync().expect_out(&["the last run was cancelled", "1 stack rolled out"]);
    assert_eq!(p.state("test", "dev").names(), ["a", "b"]);
    assert_eq!(p.states(), ["cancelled", "succeeded"]);
    // So does a time that is over.
    p.change(&[("a", "path: a.txt, content: two, slow: 1000000"), B]);
    let said = p.run("sync --timeout 8s").expect_code(1);
    said.expect_err(&["not done after 8", "so it was stopped in order", "`--timeout` gives it longer"]);
    p.change(&[A, B]);
    p.sync().expect_out(&["1 stack rolled out"]);
}

#[test]
fn ctrl_c_leaves_a_clean_screen() {
    let p = Place::of(&[SLOW, B]);
    let going = Going::start(terminal(&p, "sync"));
    p.until_slow("a.txt").engine();
    going.until("creating");
    let pid = p.pid_of("gitinfra");
    rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("it runs");
    let said = going.finish().expect_code(130);
    let shown = screen(&said.stdout);
    let last: Vec<_> = shown.iter().filter(|line| !line.is_empty()).rev().take(2).collect();
    assert!(last[0].contains("1 stack cancelled") && last[1].contains("✗ roll-out of"), "{shown:#?}");
    let bars = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏', '━', '╌'];
    assert!(!shown.iter().any(|line| line.contains(bars)), "{shown:#?}");
    assert!(said.stdout.rfind("\u{1b}[?25h") >= said.stdout.rfind("\u{1b}[?25l"), "the cursor is there");
}

#[test]
fn of_two_at_once_one_rolls_out() {
    let p = Place::of(&[SLOW]);
    let first = p.start("sync");
    p.until_slow("a.txt").engine();
    p.run("sync").expect_code(5).expect_out(&[
        "test/dev: skipped: being rolled out by gitinfra, pid",
        &first.pid().to_string(),
        "1 stack skipped",
    ]);
    p.release("a.txt", || first.out().contains("✓ rolled out"));
    first.finish().expect_code(0);
    p.sync().expect_out(&["nothing to do"]);
    assert_eq!(p.states(), ["succeeded"]);
    assert_eq!(p.updates("test", "dev"), 1);
}
