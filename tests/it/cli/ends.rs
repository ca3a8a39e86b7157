//! How a stack's story ends: `destroy` and `forget`.

use std::fs;

use super::place::Place;
use super::terminal::{answered, plain};

const A: (&str, &str) = ("a", "path: a.txt, content: one");
const B: (&str, &str) = ("b", "path: b.txt, content: b");
const SLOW: (&str, &str) = ("a", "path: a.txt, content: one, slow: 1000000");

/// `test/dev` stands, and `other/dev` stands and has left the branch.
fn gone() -> Place {
    let p = Place::of(&[A]);
    p.project("other", "other", &["dev"], &[A, B]);
    p.repo.commit("Another");
    p.sync();
    std::fs::remove_dir_all(p.repo.path("other")).expect("it is there");
    p.repo.commit("Without the other");
    p
}

#[test]
fn that_a_stack_left_is_told_once_for_each_head() {
    let p = gone();
    let left = "other/dev: note: it is no longer on the branch, and what it rolled out was left standing";
    p.run("sync --dry-run").expect_code(0).expect_out(&[left]);
    p.sync().expect_out(&[left, "`gitinfra destroy stack/other/dev` removes it, `gitinfra forget stack/other/dev`"]);
    p.sync().expect_without(&["no longer on the branch"]);
    p.repo.write("README.md", "x").commit("Docs");
    p.sync().expect_out(&[left]);
    p.sync().expect_without(&["no longer on the branch"]);
    // So is one of which only a part was ever made.
    let faults = p.path("root/half/dev/.files");
    fs::create_dir_all(&faults).expect("a folder");
    fs::write(faults.join("b.txt.fault"), "create").expect("a fault");
    p.project("half", "half", &["dev"], &[A, ("b", "path: b.txt, content: b")]);
    p.repo.commit("A half");
    p.run("sync").expect_code(1);
    fs::remove_dir_all(p.repo.path("half")).expect("it is there");
    p.repo.commit("Without the half");
    p.sync().expect_out(&["half/dev: note: it is no longer on the branch"]);
    p.sync().expect_without(&["no longer on the branch"]);
    // The last one is told like any other.
    p.repo.git(&["rm", "-q", "-r", "."]);
    p.repo.write("README.md", "no stacks any more").commit("Without any");
    p.sync().expect_out(&[left, "test/dev: note: it is no longer on the branch"]);
    p.run("get stacks --stack test/dev -o name")
        .expect_code(0)
        .expect_out(&["stack/test/dev"])
        .expect_without(&["other"]);
    p.run("get stacks --field-selector status=none").expect_code(0).expect_err(&["no stacks that fit"]);
}

#[test]
fn a_stack_that_left_is_shown_destroyed_and_forgotten() {
    let p = gone();
    p.sync();
    p.run("destroy stack/other/dev --dry-run").expect_code(0).expect_out(&[
        "other/dev to destroy what it rolled out",
        "- delete files:index:File a",
        "- delete files:index:File b",
    ]);
    let nobody = p.run("destroy stack/other/dev").expect_code(3);
    nobody.expect_err(&["nobody is there to say whether other/dev is to be destroyed", "hint: `--yes` says so"]);
    let a = p.path("root/other/dev/a.txt");
    assert!(a.exists(), "a preview destroys nothing");
    p.run("destroy other/dev --yes").expect_code(0).expect_out(&[
        "- delete files:index:File b",
        "other/dev: destroying what stands of",
        "(asked for)",
        "- deleted   files:index:File",
        "other/dev: ✓ destroyed what stood of",
        "2 deleted",
    ]);
    assert!(!a.exists());
    assert!(p.file("a.txt").is_some(), "the other stack is as it was");
    // It is a run like any other.
    let runs = p.get("runs --stack other/dev");
    let told: Vec<_> = runs.iter().map(|run| (run["action"].as_str(), run["state"].as_str())).collect();
    assert_eq!(told, [(Some("destroy"), Some("succeeded")), (Some("roll-out"), Some("succeeded"))]);
    p.run("logs stack/other/dev").expect_code(0).expect_out(&["destroying what stands of", "✓ destroyed"]);
    p.run("get stack other/dev -o jsonpath={.status}").expect_code(0).expect_out(&["destroyed"]);
    p.run("destroy stack/other/dev --yes")
        .expect_code(3)
        .expect_err(&["is destroyed already", "forget stack/other/dev"]);
    // What is destroyed is no longer missed.
    p.repo.write("README.md", "x").commit("Docs");
    p.sync().expect_without(&["other/dev"]);
    p.run("forget stack/other/dev --dry-run").expect_code(0).expect_out(&["stack/other/dev would be forgotten"]);
    p.run("forget stack/other/dev").expect_code(0).expect_out(&["stack/other/dev forgotten"]);
    assert_eq!(p.run("get stacks -o name").expect_code(0).stdout, "stack/test/dev\n");
    assert!(p.get("runs").iter().all(|run| run["stack"] == "test/dev"));
    p.run("forget stack/other/dev").expect_code(3).expect_err(&["no stack is called `other/dev`"]);
}

#[test]
fn a_stack_that_is_destroyed_on_its_branch_comes_back() {
    let p = Place::of(&[A]);
    p.sync();
    p.run("destroy dev --yes")
        .expect_code(0)
        .expect_err(&["note: main has it still, so the next `sync` makes it again"]);
    assert_eq!(p.file("a.txt"), None);
    p.sync().expect_out(&["test/dev: rolling out", "(it was destroyed, and the branch has it)", "1 stack rolled out"]);
    assert_eq!(p.file("a.txt").as_deref(), Some("one"));
    p.run("get stack dev -o jsonpath={.status}").expect_code(0).expect_out(&["current"]);
    p.run("forget dev").expect_code(0).expect_out(&["note: main has it still"]);
    assert!(p.file("a.txt").is_some());
    p.sync().expect_out(&["never rolled out before", "1 unchanged"]);
}

#[test]
fn a_person_is_asked_before_anything_is_destroyed() {
    let p = Place::of(&[A, B]);
    p.sync();
    let no = answered(&p, "destroy stack/test/dev", "n\n").expect_code(0);
    let text = plain(&no.stdout);
    assert!(
        text.contains("Destroy 2 resources of test/dev? [y/N]") && text.contains("nothing was destroyed"),
        "{text}"
    );
    assert!(p.file("a.txt").is_some());
    let yes = answered(&p, "destroy stack/test/dev", "y\n").expect_code(0);
    assert!(plain(&yes.stdout).contains("✓ destroyed what stood of"), "{yes}");
    assert_eq!(p.file("a.txt"), None);
}

#[test]
fn what_goes_on_is_neither_destroyed_nor_forgotten() {
    let p = Place::of(&[SLOW]);
    let going = p.start("sync");
    p.until_slow("a.txt").engine();
    p.run("forget stack/test/dev").expect_code(5).expect_err(&["a run of `test/dev` goes on"]);
    going.kill();
    going.finish();
    // Its engine works on.
    p.run("forget stack/test/dev").expect_code(5);
    p.kill_all();
    p.run("forget stack/test/dev").expect_code(0);
    assert_eq!(p.get("runs").len(), 0);
}

/// What has to be allowed has to be allowed for this, too, and policies judge it. Budgets are for what nobody asked for.
#[test]
fn what_is_destroyed_waits_for_approvals() {
    let p = Place::of(&[A, B]).env("USER", "ada");
    p.sync();
    let calm = p.path("calm");
    let judge =
        format!("grep -q action.:.destroy && ! test -e {} && {{ echo not today; exit 1; }} || exit 0", calm.display());
    let rules = "approvals: {count: 2}\nbudgets: [{types: ['**'], deletes: 0}]\n";
    p.repo.write("gitinfra.yaml", &format!("{rules}policies: [{{command: [sh, -c, '{judge}']}}]\n")).commit("Two");
    p.sync();
    let wants = "destroy test/dev --yes";
    p.run(wants).expect_code(6).expect_out(&["held", "hold/", "refused it: not today"]);
    fs::write(calm, "").expect("it can be written");
    assert!(p.file("a.txt").is_some());
    // It says nothing of what the branch says.
    p.sync().expect_out(&["nothing to do: 1 stack is up to date"]);
    let seal = p.get("holds")[0]["seal"].as_str().unwrap_or_default().to_owned();
    p.run(&format!("approve {seal}")).expect_code(0);
    p.run(wants).expect_code(6).expect_out(&["it needs 2 to allow it, and 1 did"]);
    let allowed = p.run(&format!("approve {seal} --as lee")).expect_code(0);
    allowed.expect_out(&["approved by lee: `gitinfra destroy stack/test/dev` destroys it"]);
    p.run(wants).expect_code(0).expect_out(&["which ada, lee allowed: 2 to delete", "2 deleted"]);
    assert_eq!(p.file("a.txt"), None);
}

#[test]
fn a_part_that_a_failed_run_made_can_be_destroyed() {
    let p = Place::of(&[A, ("b", "path: b.txt, content: '${a.content}'")]);
    let fault = p.path("root/test/dev/.files/b.txt.fault");
    std::fs::create_dir_all(fault.parent().expect("a folder")).expect("the folder can be written");
    std::fs::write(&fault, "create").expect("the folder can be written");
    p.run("sync").expect_code(1);
    assert!(p.file("a.txt").is_some());
    p.run("destroy test/dev --yes").expect_code(0).expect_out(&["1 deleted"]);
    assert_eq!(p.file("a.txt"), None);
    p.run("destroy stack/test/prod --yes").expect_code(3).expect_err(&["no stack is called"]);
}

#[test]
fn a_stack_that_is_suspended_waits_until_it_is_resumed() {
    let p = Place::of(&[A]);
    p.sync();
    p.run("suspend stack/test/dev").expect_code(2).expect_err(&["--reason"]);
    p.run("suspend stack/test/dev --reason moving").expect_code(0).expect_out(&["stack/test/dev suspended"]);
    p.sync().expect_out(&["nothing to do: 1 stack is up to date"]);
    p.change(&[("a", "path: a.txt, content: two")]);
    for words in ["sync", "sync --force test/dev"] {
        p.run(words)
            .expect_code(0)
            .expect_out(&["test/dev: skipped: suspended: moving"])
            .expect_without(&["rolling out"]);
    }
    assert_eq!(p.file("a.txt").as_deref(), Some("one"));
    let suspended = p.run("get stacks --field-selector status=suspended").expect_code(0);
    suspended.expect_out(&["test/dev", "suspended: moving"]);
    assert_eq!((&p.get("stacks")[0]["isBehind"], &p.get("stacks")[0]["behindBy"]), (&true.into(), &1.into()));
    p.run("destroy test/dev --yes").expect_code(5).expect_no_data().expect_err(&[
        "test/dev is suspended: moving",
        "hint: `gitinfra resume stack/test/dev` lets it be changed again",
    ]);
    p.run("destroy test/dev --dry-run").expect_code(0).expect_without(&["makes it again"]);
    assert!(p.file("a.txt").is_some());
    p.run("resume test/dev").expect_code(0).expect_out(&["stack/test/dev resumed"]);
    p.sync().expect_out(&["1 stack rolled out"]);
    p.run("get stack dev -o jsonpath={.suspended}").expect_code(0).expect_without(&["moving"]);
}
