//! The ledger in SQLite and in PostgreSQL: the same journey, and the same rows for other eyes.

use std::process::Command;

use super::place::Place;
use super::postgres;
use super::said::Said;
use crate::tools;

const SLOW: (&str, &str) = ("a", "path: a.txt, content: one, slow: 1000000");
const A: (&str, &str) = ("a", "path: a.txt, content: one");
const B: (&str, &str) = ("b", "path: b.txt, content: b");

/// What is asked of a ledger behind gitinfra's back.
type Query<'a> = &'a dyn Fn(&Place, &str) -> String;

/// Every Python has SQLite, and not every machine its shell.
const SQLITE: &str = "
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as ledger:
    for row in ledger.execute(sys.argv[2]):
        print('|'.join(map(str, row)))
";

/// Asks the ledger on a place's disk, or changes it.
pub fn sqlite(p: &Place, sql: &str) -> String {
    let mut python = Command::new(tools::python());
    python.args(["-c", SQLITE]);
    python.arg(p.path("state/ledger.db")).arg(sql);
    Said::of(python).expect_code(0).stdout.trim().to_owned()
}

/// Rolled out, failed, killed, cancelled, resumed; and what the ledger says of it.
fn journey(p: Place, query: Query<'_>) {
    p.sync().expect_out(&["1 stack rolled out"]);
    p.change(&[("a", "path: /a, content: one")]);
    p.run("sync").expect_code(1);
    p.change(&[SLOW]);
    p.cut_off("a.txt");
    let stopped = p.start("sync");
    stopped.until("rolling out").until("updating");
    p.engine();
    stopped.interrupt();
    stopped.finish().expect_code(130);
    let last = p.change(&[A, B]);
    p.sync();
    p.sync().expect_out(&["nothing to do"]);
    let states = ["succeeded", "failed", "interrupted", "cancelled", "succeeded"];
    assert_eq!(p.states(), states);
    let rows = |sql: &str| query(&p, sql);
    assert_eq!(rows("SELECT state FROM runs ORDER BY started_at"), states.join("\n"));
    assert_eq!(rows("SELECT name, rolled_out_commit FROM stacks"), format!("test/dev|{last}"));
    assert_eq!(rows("SELECT count(*) FROM runs WHERE finished_at IS NULL"), "0");
    assert_eq!(rows("SELECT fence FROM stacks"), "5", "one lease for each run");
    assert_eq!(rows("SELECT count(*) FROM stacks WHERE lease_holder IS NOT NULL"), "0");
    // A run that could say how it ended said so last; the killed one could not.
    let finished = "SELECT run_id FROM events WHERE kind = 'run-finished'";
    let unfinished = format!("SELECT state FROM runs WHERE id NOT IN ({finished})");
    assert_eq!(rows(&unfinished), "interrupted");
    let later = "SELECT count(*) FROM events e JOIN events f ON f.run_id = e.run_id AND f.sequence < e.sequence WHERE f.kind = 'run-finished'";
    assert_eq!(rows(later), "0");
    let newest = rows("SELECT id FROM runs ORDER BY started_at DESC LIMIT 1");
    p.run(&format!("describe run/{newest}")).expect_code(0).expect_out(&[
        &format!("Name:        {newest}"),
        "Commit:",
        "State:       succeeded",
        "Events:",
        "+ created   files:index:File b",
        "✓ rolled out",
    ]);
}

#[test]
fn the_journey_on_sqlite() {
    journey(Place::of(&[A]), &sqlite);
}

#[test]
fn the_journey_on_postgresql() {
    let url = postgres::database();
    let asked = url.clone();
    journey(Place::of(&[A]).env("GITINFRA_LEDGER", url), &move |_, sql| postgres::query(&asked, sql));
}

/// Another machine: another state directory, the same backend, the same ledger.
fn elsewhere<'a>(command: &'a mut Command, p: &Place) -> &'a mut Command {
    command.env("GITINFRA_STATE_DIR", p.path("state-of-another"))
}

#[test]
fn of_two_machines_with_one_ledger_one_rolls_out() {
    let p = Place::of(&[SLOW]).env("GITINFRA_LEDGER", postgres::database());
    let first = p.start("sync");
    p.until_slow("a.txt").engine();
    let second = p.run_as("sync", |command| elsewhere(command, &p));
    second.expect_code(5).expect_out(&["skipped: being rolled out by gitinfra, pid", "1 stack skipped"]);
    p.release("a.txt", || first.out().contains("✓ rolled out"));
    first.finish().expect_code(0);
    let later = p.run_as("sync", |command| elsewhere(command, &p));
    later.expect_code(0).expect_out(&["nothing to do"]);
    assert_eq!(p.updates("test", "dev"), 1);
}

#[test]
fn many_at_once_roll_out_once() {
    let p = Place::of(&[A, B]).env("GITINFRA_LEDGER", postgres::database());
    let all: Vec<_> = (0..4).map(|_| p.start("sync")).collect();
    let codes: Vec<_> = all.into_iter().map(|going| going.finish()).collect();
    for said in &codes {
        assert!([0, 5].contains(&said.code), "{said}");
    }
    p.sync().expect_out(&["nothing to do"]);
    assert_eq!(p.updates("test", "dev"), 1);
    assert_eq!(p.states(), ["succeeded"]);
}

#[test]
fn the_tables_are_documented() {
    let p = Place::of(&[A]);
    p.run("sync --dry-run").expect_code(0);
    let readme = std::fs::read_to_string(tools::repository().join("cli/README.md"));
    let readme = readme.expect("the README is there");
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'";
    let tables = sqlite(&p, tables);
    assert_eq!(tables.lines().count(), 22, "{tables}");
    for table in tables.lines() {
        let row = readme.lines().find(|line| line.starts_with(&format!("| `{table}` |")));
        let row = row.unwrap_or_else(|| panic!("`{table}` is not documented"));
        let columns = sqlite(&p, &format!("SELECT name FROM pragma_table_info('{table}')"));
        let told = row.rsplit('|').nth(1).unwrap_or_default().split('`');
        for column in told.skip(1).step_by(2).filter(|word| *word != "--output json") {
            assert!(columns.lines().any(|c| c == column), "{table} has no {column}");
        }
    }
}
