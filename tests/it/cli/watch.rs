//! `sync --watch`: every commit rolls out as it lands, until Ctrl-C.

use rustix::process::Signal;

use super::place::Place;

const A: (&str, &str) = ("a", "path: a.txt, content: one");
const A2: (&str, &str) = ("a", "path: a.txt, content: two");

fn stands(commit: &str) -> String {
    format!("✓ rolled out {}", &commit[..7])
}

#[test]
fn commits_roll_out_as_they_land_until_ctrl_c() {
    let p = Place::of(&[A]);
    let watch = p.start("sync --watch --interval 1s");
    watch.until(&stands(&p.repo.head()));
    let second = p.change(&[A2]);
    watch.until(&stands(&second)).interrupt();
    let said = watch.finish().expect_code(130);
    assert_eq!(said.stderr, "", "{said}");
    assert_eq!(p.file("a.txt").as_deref(), Some("two"));
    assert_eq!(p.states(), ["succeeded", "succeeded"]);
    p.sync().expect_out(&["nothing to do"]);
}

#[test]
fn a_broken_commit_is_outlived() {
    let p = Place::of(&[A]);
    let watch = p.start("sync --watch --interval 1s");
    watch.until(&stands(&p.repo.head()));
    p.repo.write("Pulumi.yaml", "name: [").commit("Break it");
    watch.until_err("Pulumi.yaml:1:");
    let mended = p.change(&[A2]);
    watch.until(&stands(&mended)).signal(Signal::TERM);
    let said = watch.finish().expect_code(130);
    let complaints = said.stderr.matches("error:").count();
    assert_eq!(complaints, 1, "the same failure is told once\n{said}");
}
