//! Where a program runs: in the same folder each time, one run or preview after the other.

use super::place::Place;

const CWD: (&str, &str) = ("cwd", "path: cwd.txt, content: '${pulumi.cwd}'");
const B: (&str, &str) = ("b", "path: b.txt, content: b");
const SLOW: (&str, &str) = ("slow", "path: slow.txt, content: one, slow: 1000000");

#[test]
fn a_program_is_in_the_same_folder_in_every_run_and_preview() {
    let p = Place::of(&[CWD]);
    p.sync();
    let before = p.file("cwd.txt").expect("it was made");
    p.repo.branch("change");
    p.change(&[CWD, B]);
    // Nothing but the new file: where the program is has not changed.
    p.run("preview --head change").expect_code(0).expect_out(&["| test/dev | 1 |  |  |"]).expect_without(&["cwd"]);
    p.repo.switch("main").merge("change");
    p.sync();
    assert_eq!(p.file("cwd.txt"), Some(before.clone()));
    assert!(!std::path::Path::new(&before).exists(), "a worktree goes with its run");
}

#[test]
fn a_preview_waits_for_the_run_of_its_stack() {
    let p = Place::of(&[CWD]);
    p.sync();
    p.change(&[CWD, SLOW]);
    p.repo.branch("change");
    p.change(&[CWD, SLOW, B]);
    p.repo.switch("main");
    let sync = p.start("sync");
    p.until_slow("slow.txt");
    let preview = p.start("preview --head change");
    p.release("slow.txt", || sync.out().contains("✓ rolled out"));
    sync.finish().expect_code(0);
    preview.finish().expect_code(0).expect_out(&["| test/dev | 1 |"]);
    assert_eq!(p.state("test", "dev").names(), ["cwd", "slow"]);
}

#[test]
fn an_engine_that_outlives_its_gitinfra_keeps_its_folder() {
    let p = Place::of(&[CWD, SLOW]);
    let sync = p.start("sync");
    p.until_slow("slow.txt");
    p.engine();
    sync.kill();
    sync.finish();
    p.repo.branch("change");
    p.change(&[CWD, SLOW, B]);
    let preview = p.start("preview --head change");
    p.release("slow.txt", || p.file("slow.txt").is_some());
    preview.finish().expect_code(0);
    p.repo.switch("main");
    p.sync().expect_out(&["1 stack rolled out"]);
}
