//! `retry` and `sync --force`: once more, though no commit came.

use super::place::Place;

const A: (&str, &str) = ("a", "path: a.txt, content: one");

/// A place whose `test/dev` fails until the fault is taken away, beside `other/dev`, which stands.
fn failing() -> Place {
    let p = Place::of(&[A]);
    p.project("other", "other", &["dev"], &[A]);
    p.repo.commit("Another");
    let faults = p.path("root/test/dev/.files");
    std::fs::create_dir_all(&faults).expect("a folder");
    std::fs::write(faults.join("a.txt.fault"), "create").expect("a file");
    p.run("sync").expect_code(1).expect_out(&["rehearsed failure"]);
    p
}

fn mend(p: &Place) {
    // The provider takes a fault away as it fails, unless it had no chance to.
    let _ = std::fs::remove_file(p.path("root/test/dev/.files/a.txt.fault"));
}

#[test]
fn what_failed_is_tried_again_and_nothing_else() {
    let p = failing();
    mend(&p);
    p.change(&[A]);
    p.run("retry --dry-run").expect_code(0).expect_out(&["test/dev: would roll out"]);
    p.run("retry").expect_code(0).expect_out(&["test/dev: rolling out", "the last run failed", "1 stack rolled out"]);
    assert_eq!(p.get("runs --stack other/dev").len(), 1);
    p.run("retry").expect_code(0).expect_no_data().expect_err(&["nothing to retry"]);
}

#[test]
fn a_run_or_a_stack_can_be_named() {
    let p = failing();
    let name = |p: &Place| p.get("runs --stack test/dev")[0]["name"].as_str().unwrap_or_default().to_owned();
    let failed = name(&p);
    mend(&p);
    p.run(&format!("retry run/{failed}")).expect_code(0).expect_out(&["1 stack rolled out"]);
    let good = name(&p);
    p.run(&format!("retry run/{failed}")).expect_code(3).expect_err(&["is not the newest of its stack"]);
    p.run(&format!("retry run/{good}")).expect_code(3).expect_err(&["went well", "sync --force stack/test/dev"]);
    p.run("retry stack/test/dev").expect_code(0).expect_out(&["nothing to do: 1 stack is up to date"]);
    p.run("retry stack/test/dve").expect_code(3).expect_err(&["did you mean `test/dev`?"]);
}

#[test]
fn what_is_up_to_date_rolls_out_by_force() {
    let p = Place::of(&[A]);
    p.project("other", "other", &["dev"], &[A]);
    p.repo.commit("Another");
    p.sync();
    std::fs::remove_file(p.path("root/test/dev/a.txt")).expect("it stands");
    p.run("sync --force stack/test/dev").expect_code(0).expect_out(&[
        "test/dev: rolling out",
        "(asked for with --force)",
        "1 stack rolled out",
    ]);
    assert_eq!((p.get("runs --stack test/dev").len(), p.get("runs --stack other/dev").len()), (2, 1));
    p.run("sync --force").expect_code(2).expect_err(&["required"]);
    p.run("sync --force test/dev --watch").expect_code(2).expect_err(&["cannot be used with"]);
}

#[test]
fn a_log_is_followed_to_the_end_of_its_run() {
    let p = Place::of(&[("a", "path: a.txt, content: one, slow: 1000000")]);
    let going = p.start("sync");
    p.until_slow("a.txt").engine();
    let log = p.start("logs -f stack/test/dev");
    log.until(" rolling out ");
    assert!(!log.out().contains("created"), "{}", log.out());
    p.release("a.txt", || going.out().contains("✓ rolled out"));
    going.finish().expect_code(0);
    log.finish().expect_code(0).expect_out(&[" rolling out ", "+ created   files:index:File a", "✓ rolled out"]);
    // One that is over is told and done with.
    p.run("logs -f dev").expect_code(0).expect_out(&["✓ rolled out"]);
}

#[test]
fn a_log_ends_when_nobody_is_left_to_write_it() {
    let p = Place::of(&[("a", "path: a.txt, content: one, slow: 1000000")]);
    let going = p.start("sync");
    p.until_slow("a.txt").engine();
    p.kill_all();
    going.finish();
    p.run("logs -f dev").expect_code(0).expect_out(&["rolling out"]).expect_err(&["its gitinfra is gone"]);
}
