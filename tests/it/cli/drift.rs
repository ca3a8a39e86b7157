//! Drift: what somebody changed behind the stack's back is found, told, and brought back.

use std::fs;

use super::place::Place;

const A: (&str, &str) = ("a", "path: a.txt, content: one");
const B: (&str, &str) = ("b", "path: b.txt, content: b");

fn drifted() -> Place {
    let p = Place::of(&[A, B]).env("USER", "ada");
    p.sync();
    p.run("drift").expect_code(0).expect_out(&["test/dev clean"]);
    fs::write(p.path("root/test/dev/a.txt"), "by hand").expect("it stands");
    fs::remove_file(p.path("root/test/dev/b.txt")).expect("it stands");
    p
}

#[test]
fn drift_is_found_and_told() {
    let p = drifted();
    // A roll-out that the branch does not ask for looks at nothing.
    p.sync().expect_out(&["nothing to do"]);
    let updates = p.updates("test", "dev");
    p.run("drift stack/test/dev").expect_code(7).expect_out(&[
        "test/dev drifted",
        "files:index:File a is another one",
        "content: \"one\" -> \"by hand\"",
        "files:index:File b is gone",
    ]);
    assert_eq!((p.updates("test", "dev"), p.file("a.txt").as_deref()), (updates, Some("by hand")));
    p.run("get drifts").expect_code(0).expect_out(&["NAME", "STATE", "RESOURCES", "test/dev", "drifted", "2"]);
    p.run("get stacks -o wide").expect_code(0).expect_out(&["DRIFT", "drifted"]);
    p.run("describe drift/test/dev").expect_code(0).expect_out(&["State:       drifted", "files:index:File b is gone"]);
    let found = p.get("drifts");
    assert_eq!((&found[0]["state"], &found[0]["resources"]), (&"drifted".into(), &2.into()));
}

#[test]
fn noise_is_no_drift() {
    let p = drifted();
    let ignore = "drift:\n  ignore:\n  - {types: ['files:*'], paths: [content]}\n";
    p.repo.write("gitinfra.yaml", ignore).commit("Noise");
    p.sync();
    p.run("drift")
        .expect_code(7)
        .expect_out(&["files:index:File b is gone", "1 more differ in what gitinfra.yaml calls noise"]);
    fs::write(p.path("root/test/dev/b.txt"), "b").expect("the folder is there");
    p.run("drift").expect_code(0).expect_out(&["test/dev clean"]);
    assert_eq!(p.get("drifts")[0]["ignored"], 1);
}

#[test]
fn drift_is_brought_back() {
    let p = drifted();
    p.run("drift --dry-run").expect_code(2).expect_err(&["--reconcile"]);
    let said = p.run("drift --reconcile --dry-run").expect_code(0);
    said.expect_out(&["test/dev drifted", "stack/test/dev brought back (dry run)"]);
    p.run("drift --reconcile").expect_code(0).expect_out(&[
        "test/dev drifted",
        "test/dev: bringing back what was rolled out of",
        "(it has drifted)",
        "✓ brought back what was rolled out of",
    ]);
    assert_eq!((p.file("a.txt").as_deref(), p.file("b.txt").as_deref()), (Some("one"), Some("b")));
    assert_eq!(p.get("drifts")[0]["state"], "clean");
    assert_eq!(p.get("runs")[0]["action"], "reconcile");
    p.run("drift").expect_code(0).expect_out(&["test/dev clean"]);
    p.sync().expect_out(&["nothing to do"]);
}

/// What somebody wants to stay as it is for now is looked at, and not brought back: by nobody, and not by itself.
#[test]
fn what_is_suspended_is_not_brought_back() {
    let p = drifted();
    p.run("suspend test/dev --reason frozen").expect_code(0);
    for words in ["drift --reconcile", "drift --reconcile --dry-run"] {
        p.run(words).expect_code(5).expect_out(&[
            "test/dev drifted",
            "skipped: test/dev is suspended: frozen",
            "hint: `gitinfra resume stack/test/dev`",
        ]);
    }
    assert_eq!((p.file("a.txt").as_deref(), p.updates("test", "dev")), (Some("by hand"), 1));
    p.repo.write("gitinfra.yaml", "drift: {every: 1s, jitter: 0s, then: reconcile}\n").commit("By itself");
    let watching = p.start("sync --watch --interval 1s");
    watching.until("it is not brought back: test/dev is suspended: frozen");
    watching.kill();
    watching.finish();
    assert_eq!((p.file("a.txt").as_deref(), p.get("drifts")[0]["state"].as_str()), (Some("by hand"), Some("drifted")));
}

/// What brings drift back is bound by the same budgets, and by the same words of people.
#[test]
fn what_brings_it_back_may_be_held() {
    let p = drifted();
    let judge = "policies: [{command: [sh, -c, 'grep -q update && { echo not today; exit 1; } || exit 0']}]\n";
    p.repo.write("gitinfra.yaml", judge).commit("A policy");
    p.sync();
    p.run("drift --reconcile").expect_code(6).expect_out(&["held", "refused it: not today"]);
    assert_eq!(p.file("a.txt").as_deref(), Some("by hand"));
    // It concerns no roll-out of the branch.
    p.sync().expect_out(&["nothing to do"]);
    let seal = p.get("holds")[0]["seal"].as_str().unwrap_or_default().to_owned();
    p.run(&format!("approve {seal}")).expect_code(0);
    p.sync().expect_out(&["nothing to do"]);
    p.run("drift --reconcile").expect_code(0).expect_out(&["which ada allowed", "✓ brought back"]);
    assert_eq!(p.file("a.txt").as_deref(), Some("one"));
}

#[test]
fn a_look_that_fails_is_told() {
    let p = drifted();
    let backend = p.path("backend");
    fs::rename(&backend, p.path("elsewhere")).expect("it is there");
    p.run("drift").expect_code(4).expect_out(&["test/dev unchecked", "does not exist"]);
    assert_eq!(p.get("drifts")[0]["state"], "unchecked");
    let never = Place::of(&[A]);
    never.run("drift").expect_code(0).expect_no_data();
    never.run("drift test/dev").expect_code(3).expect_err(&["no stack is called"]);
}
