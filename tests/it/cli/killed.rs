//! kill -9 in the middle of a roll-out, and what the next `sync` makes of it.

use std::fs;
use std::os::unix::fs::symlink;

use rustix::process::{Signal, kill_process, kill_process_group};

use super::going::Going;
use super::ledger::sqlite;
use super::place::Place;
use crate::tools;

const SLOW: (&str, &str) = ("a", "path: a.txt, content: one, slow: 1000000");
const A: (&str, &str) = ("a", "path: a.txt, content: one");
const B: (&str, &str) = ("b", "path: b.txt, content: b, slow: 0");

/// What the newest run changed, without what it left as it was.
fn changed(p: &Place) -> Vec<String> {
    let changes = p.get("runs")[0]["changes"].clone();
    let changes = changes.as_object().cloned().unwrap_or_default();
    let other = changes.into_iter().filter(|(name, _)| name != "same");
    other.map(|(name, count)| format!("{name} {count}")).collect()
}

#[test]
fn an_engine_that_outlives_its_gitinfra_is_waited_for() {
    let p = Place::of(&[SLOW, B]);
    let first = p.start("sync");
    p.until_slow("a.txt").engine();
    first.kill();
    first.finish().expect_code(-1);
    assert_eq!(p.states(), ["running"]);
    let second = p.start("sync");
    second.until("its engine").until("is still at work; waiting");
    p.release("a.txt", || second.out().contains("rolling out"));
    second
        .finish()
        .expect_code(0)
        .expect_out(&["was cut off: its gitinfra ended without a word", "1 stack rolled out"]);
    assert_eq!(p.states(), ["interrupted", "succeeded"]);
    assert_eq!(changed(&p), [""; 0], "the first engine did all of it");
    assert_eq!(p.state("test", "dev").names(), ["a", "b"]);
    p.sync().expect_out(&["nothing to do"]);
}

#[test]
fn what_gitinfra_and_engine_left_is_found_and_finished() {
    let p = Place::of(&[SLOW, B]);
    p.cut_off("a.txt");
    let made = fs::read_to_string(p.path("root/test/dev/.files/a.txt.json"));
    p.change(&[A, B]);
    p.sync().expect_out(&[
        "was cut off: its gitinfra ended without a word",
        "the engine's lock was left by pid",
        "which is gone: removing it",
        "1 stack rolled out",
    ]);
    assert_eq!(p.states(), ["interrupted", "succeeded"]);
    let state = p.state("test", "dev");
    assert_eq!(state.names(), ["a", "b"]);
    assert!(!state.export.contains("pending_operations\": [\n"), "{}", state.export);
    // The creation that nobody saw the end of was taken up, not made a second time.
    let token = |card: String| {
        let card: serde_json::Value = serde_json::from_str(&card).unwrap_or_default();
        card["token"].clone()
    };
    let now = fs::read_to_string(p.path("root/test/dev/.files/a.txt.json"));
    assert_eq!(token(made.expect("the first engine made it")), token(now.expect("it is still there")));
    p.sync().expect_out(&["nothing to do"]);
    assert!(!p.path("state/work").read_dir().is_ok_and(|mut d| d.next().is_some()));
}

/// Between two of its writes the engine leaves a file of the backend empty for a moment.
#[test]
fn a_backend_that_was_killed_while_it_wrote_is_mended() {
    let p = Place::of(&[A]);
    p.sync();
    let attributes = p.path("backend/.pulumi/stacks/test/dev.json.attrs");
    let cut_off = || fs::write(&attributes, "").expect("the backend is there");
    p.repo.branch("another");
    p.change(&[A, B]);
    cut_off();
    p.run("preview --head another").expect_code(0);
    p.repo.switch("main").merge("another");
    cut_off();
    p.sync().expect_out(&["dev.json.attrs: removed it", "1 stack rolled out"]);
    assert_eq!(p.state("test", "dev").names(), ["a", "b"]);
}

#[test]
fn a_run_that_never_began_is_closed() {
    let p = Place::of(&[A]);
    // Killed as soon as the run is in the ledger, wherever it is then.
    let first = p.start("sync");
    first.until("rolling out").kill();
    first.finish().expect_code(-1);
    p.sync().expect_out(&["was cut off", "1 stack rolled out"]);
    assert_eq!(p.states(), ["interrupted", "succeeded"]);
    assert_eq!(p.state("test", "dev").names(), ["a"]);
    p.sync().expect_out(&["nothing to do"]);
}

#[test]
fn whatever_an_engine_started_ends_with_it() {
    let p = Place::of(&[SLOW]);
    let told = p.start("sync");
    p.until_slow("a.txt");
    kill_process(p.engine(), Signal::KILL).expect("the engine is at work");
    told.finish().expect_code(1);
    assert_eq!(p.processes(), [""; 0], "gitinfra saw its engine die");
    let p = Place::of(&[SLOW]);
    let killed = p.start("sync");
    p.until_slow("a.txt");
    let engine = p.engine();
    killed.kill();
    kill_process(engine, Signal::KILL).expect("the engine is at work");
    killed.finish();
    assert!(p.processes().contains(&"pulumi-language".to_owned()));
    p.change(&[A]);
    p.sync();
    assert_eq!(p.processes(), [""; 0], "the next run found what was left");
}

/// The ledger knows nothing of it: the stack stood, and its lock is gone.
#[test]
fn what_somebody_elses_killed_run_made_is_found() {
    let p = Place::of(&[B]);
    p.sync();
    p.program("", "test", &crate::files::of(&[SLOW, B]));
    let other = Going::start(p.pulumi("up --yes --skip-preview --stack dev"));
    p.until_slow("a.txt");
    other.kill();
    other.finish();
    let cancel = p.pulumi("cancel --yes --stack dev").status();
    assert!(cancel.expect("pulumi runs").success());
    p.change(&[A, B]);
    p.sync().expect_out(&["was creating now stands: a", "1 stack rolled out"]);
}

#[test]
fn an_engine_that_nobody_wrote_down_is_waited_for() {
    waits_for_unknown(&Place::of(&[SLOW, B]));
}

/// A script on the PATH stands for the CLI, as packages of some systems have it.
#[test]
fn an_engine_of_another_name_that_nobody_wrote_down_is_waited_for() {
    let p = Place::of(&[SLOW, B]);
    let (bin, pulumi) = (p.path("bin"), tools::bin().join("pulumi"));
    fs::create_dir_all(&bin).expect("a folder");
    symlink(&pulumi, bin.join(".pulumi-wrapped")).expect("a link");
    let script = format!("#!/bin/sh\nexec {}/.pulumi-wrapped \"$@\"\n", bin.display());
    tools::script(&bin.join("pulumi"), &script);
    let rest = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{}:{rest}", bin.display(), tools::bin().display());
    waits_for_unknown(&p.env("PATH", path));
}

fn waits_for_unknown(p: &Place) {
    let first = p.start("sync");
    p.until_slow("a.txt").engine();
    first.kill();
    first.finish();
    sqlite(p, "UPDATE runs SET engine = NULL");
    let second = p.start("sync");
    second.until("is still at work; waiting");
    p.release("a.txt", || second.out().contains("rolling out"));
    second.finish().expect_code(0);
    assert_eq!(changed(p), [""; 0], "the first engine did all of it");
}

#[test]
fn killed_again_and_again_it_converges() {
    let p = Place::of(&[SLOW, B]);
    for _ in 0..3 {
        let going = p.start("sync");
        going.until("rolling out");
        p.until_slow("a.txt");
        let engine = p.engine();
        going.kill();
        // It may have ended by itself when it lost its reader.
        let _ = kill_process_group(engine, Signal::KILL);
        going.finish();
    }
    p.change(&[A, B]);
    p.sync();
    assert_eq!(p.state("test", "dev").names(), ["a", "b"]);
    let files = p.path("root/test/dev").read_dir().expect("the root is there");
    assert_eq!(files.count(), 3, "two files and what is kept beside them");
}

/// A script on the PATH stands for a CLI with a mistake in it.
#[test]
fn an_engine_that_crashes_is_told_in_short() {
    let p = Place::of(&[A]);
    let bin = p.path("bin");
    fs::create_dir_all(&bin).expect("a folder");
    let trace = "panic: nil pointer\n\ngoroutine 1 [running]:\nmain.main()\n";
    let script = format!(
        "#!/bin/sh\ncase $1 in up|preview) printf '{trace}' >&2; exit 2;; esac\nexec {} \"$@\"\n",
        tools::bin().join("pulumi").display()
    );
    tools::script(&bin.join("pulumi"), &script);
    let rest = std::env::var("PATH").unwrap_or_default();
    let p = p.env("PATH", format!("{}:{}:{rest}", bin.display(), tools::bin().display()));
    let said = p.run("sync").expect_code(4).expect_out(&["panic: nil pointer", "hint: the engine itself crashed"]);
    let said = said.expect_without(&["goroutine"]);
    let (_, command) = said.stdout.split_once("`gitinfra describe ").expect("it says where the whole is");
    let run = command.split('`').next().unwrap_or_default();
    p.run(&format!("describe {run}")).expect_code(0).expect_out(&["goroutine 1 [running]:", "main.main()"]);
}

#[test]
fn an_engine_that_dies_is_told_and_started_again() {
    let p = Place::of(&[SLOW, B]);
    let going = p.start("sync");
    p.until_slow("a.txt");
    kill_process_group(p.engine(), Signal::KILL).expect("the engine is at work");
    going.finish().expect_code(1).expect_out(&[
        "✗ roll-out of",
        "failed",
        "the engine said nothing and ended with signal: 9",
    ]);
    p.change(&[A, B]);
    p.sync().expect_out(&["the engine's lock was left by pid", "now stands: ", "1 stack rolled out"]);
    assert_eq!(p.state("test", "dev").names(), ["a", "b"]);
    assert_eq!(p.states(), ["failed", "succeeded"]);
}
