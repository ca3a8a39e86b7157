//! Verbs that look or help: `wait`, `events`, `api-resources`, `init`, `doctor`, `man`, and gitinfra as kubectl's plugin.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use super::place::Place;
use super::said::Said;
use crate::tools;

const A: (&str, &str) = ("a", "path: a.txt, content: one");

#[test]
fn one_waits_until_all_is_as_wanted() {
    let p = Place::of(&[A]);
    p.sync();
    let run = p.run("get runs -o name").expect_code(0).stdout.trim().to_owned();
    p.run("wait stack/test/dev --for=condition=Ready")
        .expect_code(0)
        .expect_out(&["stack/test/dev (current) condition met"]);
    p.run(&format!("wait {run} stack/test/dev --timeout 0")).expect_code(0);
    p.run("wait stack/test/dev --for=jsonpath={.status}=current --timeout 0").expect_code(0);
    p.run("wait stack/test/dev --for=condition=Failing --timeout 0")
        .expect_code(1)
        .expect_err(&["timed out waiting for stack/test/dev (current)", "hint:"]);
    p.run("wait stack/test/dev --for=condition=Redy")
        .expect_code(3)
        .expect_err(&["no condition `redy`", "did you mean `ready`?"]);
    p.run("wait stacks").expect_code(3);
    p.run("wait stack/test/dev --for=Ready").expect_code(2);
    // What comes meanwhile ends the wait.
    p.change(&[("a", "path: a.txt, content: two")]);
    p.run("sync --dry-run").expect_code(0);
    let waits = p.start("wait stack/test/dev --timeout 5m");
    p.sync();
    waits.finish().expect_code(0);
    let waits = p.start("wait stack/test/dev --for=delete --timeout 5m");
    p.run("forget stack/test/dev").expect_code(0);
    waits.finish().expect_code(0).expect_out(&["deleted"]);
}

#[test]
fn events_tell_of_all_stacks_and_follow() {
    let p = Place::of(&[A]);
    p.run("events").expect_code(0).expect_err(&["nothing happened yet"]);
    let follows = p.start("events -f -o json");
    p.sync();
    follows.until("run-finished");
    p.project("other", "other", &["dev"], &[A]);
    p.repo.commit("Another");
    p.sync();
    follows.until("other/dev");
    follows.kill();
    follows.finish();
    p.run("events").expect_code(0).expect_out(&["test/dev", "other/dev"]);
    p.run("events stack/other/dev").expect_code(0).expect_without(&["test/dev"]);
    for line in p.run("events -o json --limit 1").expect_code(0).stdout.lines() {
        let event: serde_json::Value = serde_json::from_str(line).expect("a line is JSON");
        assert_eq!(event["stack"], "other/dev");
    }
}

#[test]
fn lists_are_narrowed_and_have_columns_of_ones_own() {
    let p = Place::of(&[A]);
    p.sync();
    p.change(&[("a", "path: /a, content: one")]);
    p.run("sync").expect_code(1);
    let lines = |words: &str| p.run(words).expect_code(0).stdout.lines().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(
        lines("get runs --field-selector state=failed -o custom-columns=STACK:.stack,STATE:.state,NONE:.nothing"),
        ["STACK      STATE    NONE", "test/dev   failed   <none>",]
    );
    assert_eq!(lines("get runs --field-selector=state!=failed --no-headers -o custom-columns=S:.state"), ["succeeded"]);
    p.run("get runs --field-selector stat=failed").expect_code(3).expect_err(&[
        "no",
        "field `stat`",
        "did you mean `state`?",
    ]);
    p.run("get runs -o custom-columns=S").expect_code(2).expect_err(&["HEAD:.FIELD"]);
    let types = ["stacks", "runs", "previews", "holds", "locks", "drifts", "queue", "repositories"];
    assert_eq!(lines("api-resources -o name"), types);
    p.run("api-resources").expect_code(0).expect_out(&["NAME", "SHORTNAMES", "KIND", "stacks", "st", "Stack"]);
}

#[test]
fn a_repository_begins_with_files_that_hold() {
    let p = Place::of(&[A]);
    let folder = p.repo.folder().display().to_string();
    p.run(&format!("init {folder} --dry-run"))
        .expect_code(0)
        .expect_out(&["# gitinfra.yaml", "# .github/workflows/gitinfra.yaml"]);
    assert!(!p.repo.path("gitinfra.yaml").exists());
    p.run(&format!("init {folder}")).expect_code(0).expect_out(&[
        "gitinfra.yaml written",
        ".github/workflows/gitinfra.yaml written",
        ".gitea/workflows/gitinfra.yaml written",
    ]);
    p.run(&format!("init {folder}")).expect_code(3).expect_err(&["there already: gitinfra.yaml", "hint:"]);
    p.run(&format!("init {folder} --force --forge none")).expect_code(0).expect_without(&["workflows"]);
    p.repo.commit("gitinfra's files");
    p.sync().expect_out(&["1 stack rolled out"]);
}

#[test]
fn the_doctor_says_what_to_do() {
    let p = Place::of(&[A]);
    p.repo.write("gitinfra.yaml", "preview: {environment: {A: {fromEnvironment: ONLY_HERE}}}\n").commit("A reference");
    p.sync();
    p.run("doctor").expect_code(0).expect_out(&[
        "git",
        "pulumi",
        "hosts",
        "yaml",
        "backend",
        "credentials",
        "references",
        "`preview.environment.A`: the variable ONLY_HERE is not set",
        "hint: set ONLY_HERE",
        "locks",
        "ledger",
        "1 stack",
    ]);
    let with = p.run_as("doctor", |command| command.env("ONLY_HERE", "hush-hush"));
    with.expect_code(0).expect_out(&["references", "1 reference in gitinfra.yaml of"]).expect_without(&["hush-hush"]);
    let without = |name: &str| p.run_as("doctor", |command| command.env_remove(name));
    without("PULUMI_BACKEND_URL").expect_code(0).expect_out(&["warning", "backend", "hint: set PULUMI_BACKEND_URL"]);
    let sick = p.run_as("doctor -o json", |command| {
        command.env("PATH", "/nowhere").env("PULUMI_BACKEND_URL", "file:///nowhere")
    });
    let sick = sick.expect_code(4);
    let found: serde_json::Value = serde_json::from_str(&sick.stdout).expect("JSON");
    let failed: Vec<&str> = found
        .as_array()
        .into_iter()
        .flatten()
        .filter(|one| one["verdict"] == "failed")
        .filter_map(|one| one["check"].as_str())
        .collect();
    assert_eq!(failed, ["git", "pulumi", "hosts", "backend"]);
}

#[test]
fn the_manual_comes_from_the_same_declaration() {
    let p = Place::new();
    p.run("man sync").expect_code(0).expect_out(&[".TH", "gitinfra"]);
    p.run("man snyc").expect_code(3).expect_err(&["no verb `snyc`", "did you mean `sync`?"]);
    p.run("man --dir pages").expect_code(0);
    for name in ["gitinfra.1", "gitinfra-draw.1", "gitinfra-api-resources.1"] {
        assert!(p.path("pages").join(name).exists(), "{name}");
    }
}

#[test]
fn kubectl_finds_it_as_a_plugin() {
    let p = Place::new();
    let plugin = p.path("kubectl-gitinfra");
    symlink(tools::program("gitinfra"), &plugin).expect("a link");
    let run = |words: &[&str]| {
        let mut command = Command::new(&plugin);
        p.surround(&mut command);
        Said::of({
            command.args(words);
            command
        })
    };
    run(&["get", "--help"]).expect_code(0).expect_out(&["Usage: kubectl gitinfra get"]);
    run(&["get", "stacks"]).expect_code(0);
    fs::remove_file(&plugin).expect("it was there");
    p.run("get --help").expect_code(0).expect_out(&["Usage: gitinfra get"]);
}
