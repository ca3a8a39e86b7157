//! What people may say about a stack or a run: locks, a run that is to stop, an older run that is to come back.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::going::Going;
use super::ledger::sqlite;
use super::place::Place;
use super::postgres;
use crate::tools;

const A: (&str, &str) = ("a", "path: a.txt, content: one");
const A2: (&str, &str) = ("a", "path: a.txt, content: two");
const B: (&str, &str) = ("b", "path: b.txt, content: b");
const SLOW: (&str, &str) = ("a", "path: a.txt, content: one, slow: 1000000");

fn ada(p: Place) -> Place {
    p.env("USER", "ada")
}

fn keeps(p: Place) {
    p.sync();
    p.run("lock test/dev").expect_code(2).expect_err(&["--reason"]);
    p.run("lock test/dev --reason moving --dry-run")
        .expect_code(0)
        .expect_out(&["locked by ada until 20", " (dry run)"]);
    p.run("suspend test/dev --reason x --dry-run").expect_code(0).expect_out(&["stack/test/dev suspended (dry run)\n"]);
    assert_eq!((p.get("locks").len(), &p.get("stacks")[0]["suspended"]), (0, &serde_json::Value::Null));
    p.run("lock test/dev --reason moving --for 2h")
        .expect_code(0)
        .expect_out(&["stack/test/dev locked by ada until 20"]);
    for words in ["lock test/dev --reason mine --as lee", "lock test/dev --reason mine --as lee --dry-run"] {
        p.run(words).expect_code(5).expect_err(&[
            "`test/dev` is locked by ada until",
            "moving",
            "hint: `gitinfra unlock stack/test/dev --force`",
        ]);
    }
    p.run("unlock test/dev --dry-run").expect_code(0).expect_out(&["stack/test/dev unlocked (dry run)"]);
    // It is shown wherever the stack is, and keeps nobody waiting while the stack stands as its branch says.
    p.run("get stacks").expect_code(0).expect_out(&["current (locked by ada)"]);
    p.run("get stacks -o wide").expect_code(0).expect_out(&["LOCK", "locked by ada until", ": moving"]);
    p.run("describe stack/test/dev").expect_code(0).expect_out(&["Lock:        locked by ada until"]);
    let lock = &p.get("stacks")[0]["lock"];
    assert_eq!((&lock["owner"], &lock["reason"]), (&"ada".into(), &"moving".into()));
    p.run("wait stack/test/dev --timeout 0").expect_code(0);
    p.run("get locks").expect_code(0).expect_out(&["NAME", "OWNER", "LEFT", "REASON", "test/dev", "ada", "moving"]);
    p.run("describe lock/test/dev")
        .expect_code(0)
        .expect_out(&["Owner:       ada", "`gitinfra unlock stack/test/dev`"]);
    p.change(&[A2]);
    for words in ["sync", "sync --force test/dev"] {
        p.run(words).expect_code(5).expect_out(&[
            "test/dev: skipped: locked by ada until",
            ": moving",
            "1 stack skipped",
        ]);
    }
    p.run("get stacks --field-selector status=blocked").expect_code(0).expect_out(&["blocked: locked by ada until"]);
    p.run("destroy test/dev --yes").expect_code(5).expect_err(&["locked by ada until"]);
    assert_eq!(p.file("a.txt").as_deref(), Some("one"));
    p.run("unlock test/dev --as lee").expect_code(5).expect_err(&["locked by ada", "hint: `--force`"]);
    p.run("unlock test/dev").expect_code(0).expect_out(&["stack/test/dev unlocked"]);
    p.run("unlock test/dev").expect_code(3).expect_err(&["nobody has a lock on `test/dev`"]);
    p.sync().expect_out(&["1 stack rolled out"]);
    // One whose time is over holds nothing.
    p.run("lock test/dev --reason short --for 1s --as lee").expect_code(0);
    crate::pulumi::poll("the lock to be over", || p.get("locks").is_empty());
    p.run("sync --force test/dev").expect_code(0).expect_out(&["1 stack rolled out"]);
}

#[test]
fn a_lock_keeps_a_stack_as_it_is() {
    keeps(ada(Place::of(&[A])));
}

#[test]
fn a_lock_holds_for_every_machine() {
    keeps(ada(Place::of(&[A])).env("GITINFRA_LEDGER", postgres::database()));
}

/// gitinfra as in another container of this host: neither sees the other's processes. None where nobody may make one.
fn contained(p: &Place, words: &str) -> Option<Command> {
    let apart = |program: &Path| {
        let mut command = Command::new("unshare");
        p.surround(&mut command);
        command.args(["--map-root-user", "--pid", "--fork", "--mount-proc"]).arg(program);
        command
    };
    let may = apart("true".as_ref()).stderr(Stdio::null()).status().is_ok_and(|status| status.success());
    let mut command = apart(&tools::program("gitinfra"));
    command.args(words.split(' '));
    may.then_some(command)
}

#[test]
fn a_run_is_cancelled_from_another_container() {
    let p = ada(Place::of(&[SLOW, B]));
    let words = "cancel stack/test/dev --as lee";
    let Some(cancel) = contained(&p, words) else {
        return;
    };
    is_cancelled(&p, || Going::start(cancel));
}

#[test]
fn a_run_is_cancelled_from_another_terminal() {
    let p = ada(Place::of(&[SLOW, B]));
    is_cancelled(&p, || p.start("cancel stack/test/dev --as lee"));
}

fn is_cancelled(p: &Place, cancel: impl FnOnce() -> Going) {
    let going = p.start("sync");
    p.until_slow("a.txt").engine();
    p.run("cancel test/dev --dry-run").expect_code(0).expect_out(&[" cancelled (dry run)"]);
    let cancel = cancel();
    cancel.until("was asked to stop; waiting for its end");
    going.until("stopping: the engine was told once");
    p.release("a.txt", || going.out().contains("✗ roll-out of"));
    going.finish().expect_code(130).expect_out(&["cancelled", "1 stack cancelled"]);
    cancel.finish().expect_code(0).expect_out(&[" cancelled"]);
    assert_eq!(p.states(), ["cancelled"]);
    // Whoever stopped it does not want it to begin again by itself.
    p.sync().expect_out(&["skipped: lee cancelled it at this commit", "hint: `gitinfra retry stack/test/dev` goes on"]);
    let name = p.get("runs")[0]["name"].as_str().unwrap_or_default().to_owned();
    p.run(&format!("cancel run/{name}")).expect_code(3).expect_err(&["is over: cancelled"]);
    p.change(&[A, B]);
    p.sync().expect_out(&["1 stack rolled out"]);
}

/// As where both were killed with the container that they worked in.
#[test]
fn a_lock_whose_maker_may_still_live_is_told_of() {
    let p = ada(Place::of(&[SLOW, B]));
    p.cut_off("a.txt");
    sqlite(&p, "UPDATE runs SET engine = replace(engine, 'pid:[', 'pid:[9')");
    sqlite(&p, "UPDATE stacks SET lease_until = 0");
    p.run("cancel stack/test/dev").expect_code(5).expect_err(&[
        "is over, but the engine's lock on test/dev stands: pid",
        "hint: nobody can tell from here whether that engine still works",
        "`pulumi cancel` removes its lock",
    ]);
    assert_eq!(p.states(), ["cancelled"]);
}

#[test]
fn what_somebody_else_locked_is_refused_before_it_is_previewed() {
    let p = Place::of(&[A]);
    p.sync();
    let run = p.run("get runs -o name").expect_code(0).stdout.trim().to_owned();
    let locks = p.path("backend/.pulumi/locks/organization/test/dev");
    std::fs::create_dir_all(&locks).expect("a folder");
    let lock = r#"{"pid":42,"username":"lee","hostname":"elsewhere","timestamp":"2026-01-01T10:00:00Z"}"#;
    std::fs::write(locks.join("a.json"), lock).expect("a lock");
    for words in ["destroy test/dev --yes".to_owned(), format!("rollback test/dev --to {run} --yes")] {
        p.run(&words).expect_code(5).expect_no_data().expect_err(&[
            "the engine's lock on test/dev is held by pid 42 of lee@elsewhere",
            "hint: wait for it to end",
        ]);
    }
    p.run("destroy test/dev --dry-run").expect_code(0).expect_out(&["- delete files:index:File a"]);
    assert_eq!(p.get("stacks")[0]["suspended"], Value::Null);
}

#[test]
fn what_a_dead_gitinfra_left_is_put_in_order() {
    let p = ada(Place::of(&[SLOW, B]));
    p.cut_off("a.txt");
    p.run("cancel stack/test/dev").expect_code(0).expect_out(&[
        "was cut off: its gitinfra ended without a word",
        "removed the lock that its engine left",
        " cancelled",
    ]);
    assert_eq!((p.states(), p.processes()), (vec!["cancelled".to_owned()], Vec::new()));
    let locks = p.path("backend/.pulumi/locks/organization/test/dev");
    assert!(!locks.read_dir().is_ok_and(|mut files| files.next().is_some()));
}

/// The runs that succeeded, oldest first.
fn succeeded(p: &Place) -> Vec<String> {
    let runs = p.get("runs");
    let well = runs.iter().rev().filter(|run| run["state"] == "succeeded");
    well.filter_map(|run| run["name"].as_str().map(str::to_owned)).collect()
}

#[test]
fn an_older_commit_is_rolled_out_again() {
    let p = ada(Place::of(&[A]));
    p.sync();
    p.change(&[A2, B]);
    p.sync();
    let first = succeeded(&p).remove(0);
    let back = format!("rollback stack/test/dev --to run/{first}");
    p.run(&format!("{back} --dry-run")).expect_code(0).expect_out(&[
        &format!("to be as after run {first}"),
        "~ update files:index:File a",
        "- delete files:index:File b",
        "sealed as ",
    ]);
    p.run(&back).expect_code(3).expect_err(&["nobody is there to say", "hint: `--yes`"]);
    assert_eq!(p.file("a.txt").as_deref(), Some("two"));
    p.run(&format!("{back} --yes"))
        .expect_code(0)
        .expect_out(&[
            "test/dev: rolling out",
            "(rolled back to run ",
            "it is what seal ",
            "showed: 1 to delete, 1 to update",
        ])
        .expect_err(&["test/dev is suspended"]);
    assert_eq!((p.file("a.txt").as_deref(), p.file("b.txt")), (Some("one"), None));
    // The branch says otherwise still, and waits.
    p.sync().expect_out(&["skipped: suspended: rolled back to run "]);
    p.run("resume test/dev").expect_code(0);
    p.sync().expect_out(&["1 stack rolled out"]);
    assert_eq!(p.file("a.txt").as_deref(), Some("two"));
}

#[test]
fn what_a_rollback_does_is_within_budgets() {
    let p = ada(Place::of(&[A]));
    p.sync();
    p.change(&[A, B]);
    p.sync();
    p.change(&[("a", "path: /a, content: x"), B]);
    p.run("sync").expect_code(1);
    let failed = p.get("runs")[0]["name"].as_str().unwrap_or_default().to_owned();
    p.run(&format!("rollback test/dev --to {failed} --yes")).expect_code(3).expect_err(&["is failed: only what a run"]);
    let first = succeeded(&p).remove(0);
    let back = format!("rollback stack/test/dev --to {first} --yes");
    // What counts is what the branch says at this moment, though nobody has looked at it since.
    p.repo.write("gitinfra.yaml", "budgets: [{types: ['files:*'], deletes: 0}]\n");
    p.change(&[A, B]);
    p.run(&back).expect_code(6).expect_out(&["over budget: 1 would be deleted, and none may unasked"]);
    p.sync().expect_out(&["1 stack rolled out"]);
    p.run(&back).expect_code(6);
    let hold: Value = p.get("holds").remove(0);
    // Held, it changes nothing: neither what the branch asks for nor whether that is rolled out.
    assert_eq!(p.get("stacks")[0]["suspended"], Value::Null);
    p.sync().expect_out(&["nothing to do: 1 stack is up to date"]);
    p.run(&format!("approve {}", hold["seal"].as_str().unwrap_or_default())).expect_code(0);
    // As with a destroy: one that somebody suspended stays as it is.
    p.run("suspend test/dev --reason frozen").expect_code(0);
    p.run(&back)
        .expect_code(5)
        .expect_err(&["test/dev is suspended: frozen", "hint: `gitinfra resume stack/test/dev`"]);
    p.run("resume test/dev").expect_code(0);
    p.run(&back).expect_code(0).expect_out(&["which ada allowed: 1 to delete"]).expect_err(&["test/dev is suspended"]);
    assert_eq!(p.file("b.txt"), None);
    // Suspended by that, it may go back further.
    p.run(&back).expect_code(0);
}
