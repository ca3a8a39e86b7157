//! A backend that others use as well: their lock is waited for, and never taken away.

use std::os::unix::fs::symlink;
use std::process::Command;

use serde_json::json;

use super::going::Going;
use super::place::Place;
use crate::aws::{Aws, REGION};
use crate::tools;

const SLOW: (&str, &str) = ("a", "path: a.txt, content: one, slow: 1000000");

/// `pulumi up` of somebody else, by a program of any name.
fn up(p: &Place, words: &[&str]) -> Command {
    let (program, first) = words.split_first().expect("a program");
    let mut command = Command::new(program);
    command.args(first).args(["up", "--yes", "--skip-preview", "--stack", "dev", "--non-interactive"]);
    p.surround(&mut command);
    command.current_dir(p.repo.folder());
    command
}

/// Somebody else's `pulumi up` is at the stack: what `sync` makes of it, once and while watching, and records of it.
fn check(p: &Place, tries: &[&str]) {
    check_of(p, tries, up(p, &["pulumi"]), None);
}

/// The same for any command, whose pid in its lock may be another than the one seen from here.
fn check_of(p: &Place, tries: &[&str], up: Command, pid: Option<u32>) {
    let made = p.pulumi("stack init dev --no-select").status();
    assert!(made.expect("pulumi runs").success());
    let other = Going::start(up);
    p.until_slow("a.txt");
    let holder = format!("held by pid {} of ", pid.unwrap_or(other.pid()));
    for _ in 0..2 {
        p.run("sync").expect_code(5).expect_out(&[
            "the engine's lock",
            &holder,
            " since ",
            "hint: wait for it to end",
            "1 stack skipped",
        ]);
    }
    assert_eq!(p.states(), tries);
    let watch = p.start("sync --watch --interval 1s");
    watch.until(&holder);
    p.release("a.txt", || watch.out().contains("✓ rolled out"));
    other.finish().expect_code(0);
    watch.interrupt();
    watch.finish().expect_code(130);
    assert_eq!(p.states(), ["succeeded"]);
    assert_eq!(p.state("test", "dev").names(), ["a"]);
}

#[test]
fn in_a_folder() {
    // Files show their locks, so the run need not begin.
    check(&Place::of(&[SLOW]), &[]);
}

#[test]
fn in_a_bucket() {
    let aws = Aws::new();
    let place = json!({"LocationConstraint": REGION});
    let bucket = json!({"Bucket": "states", "CreateBucketConfiguration": place});
    aws.call("s3", "create_bucket", bucket);
    let env = aws.env().into_iter();
    let p = env.fold(Place::of(&[SLOW]), |p, (k, v)| p.env(k, v));
    let url = format!("s3://states?region={REGION}&endpoint={}&s3ForcePathStyle=true", aws.url());
    check(&p.env("PULUMI_BACKEND_URL", url), &["busy"]);
}

#[test]
fn by_a_program_of_another_name() {
    let p = Place::of(&[SLOW]);
    let wrapped = p.path(".pulumi-wrapped");
    symlink(tools::bin().join("pulumi"), &wrapped).expect("a link");
    check_of(&p, &[], up(&p, &[&wrapped.display().to_string()]), None);
}

/// As in a container that shares the backend and the host's name: the pid in its lock is somebody else's here.
#[test]
fn in_another_pid_namespace() {
    let p = Place::of(&[SLOW]);
    let container = ["unshare", "-Urpf", "--mount-proc", "--kill-child", "pulumi"];
    check_of(&p, &[], up(&p, &container), Some(1));
}

/// Nobody knows whether it is gone, so a person has to say so.
#[test]
fn a_lock_that_somebody_else_left_is_not_taken_away() {
    let p = Place::of(&[SLOW]);
    assert!(p.pulumi("stack init dev --no-select").status().expect("pulumi runs").success());
    let other = Going::start(up(&p, &["pulumi"]));
    p.until_slow("a.txt");
    other.kill();
    let holder = format!("held by pid {} of ", other.pid());
    other.finish();
    p.change(&[("a", "path: a.txt, content: one")]);
    p.run("sync").expect_code(5).expect_out(&[&holder, "if it is certainly gone, `pulumi cancel` removes its lock"]);
    assert!(p.pulumi("cancel --yes --stack dev").status().expect("pulumi runs").success());
    p.sync().expect_out(&["1 stack rolled out"]);
}
