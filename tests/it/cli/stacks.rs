//! Several stacks in one repository: which of them a commit rolls out.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;

use super::place::Place;
use crate::tools;

const A: (&str, &str) = ("a", "path: a.txt, content: one");

/// Projects `net` and `web`, of which `web` brings its plugin along in a folder that it declares.
fn several() -> Place {
    let p = Place::new();
    p.project("net", "net", &["dev", "prod"], &[A]);
    p.project("apps/web", "web", &["dev"], &[A]);
    let plugin = p.repo.path("plugins/files/pulumi-resource-files");
    let program = tools::files().program;
    p.repo.write("plugins/files/pulumi-resource-files", &format!("#!/bin/sh\nexec {} \"$@\"\n", program.display()));
    fs::set_permissions(&plugin, fs::Permissions::from_mode(0o755)).expect("it is ours");
    let head = "name: web\nruntime: yaml\nplugins:\n  providers:\n    - {name: files, path: ../../plugins/files}\n";
    p.repo.write("apps/web/Pulumi.yaml", &format!("{head}{}", crate::files::of(&[A])));
    p.repo.commit("Three stacks");
    p
}

fn due(p: &Place, words: &str) -> Vec<String> {
    let said = p.run(&format!("sync --dry-run -o json {words}")).expect_code(0);
    let pending = said.events_of("pending").into_iter();
    pending.filter_map(|event| Some(event["stack"].as_str()?.to_owned())).collect()
}

#[test]
fn a_commit_rolls_out_the_stacks_that_use_what_it_changes() {
    let p = several();
    p.sync().expect_out(&["3 stacks rolled out"]);
    let base = p.repo.head();
    let cases: [(&str, &[&str]); 7] = [
        ("README.md", &[]),
        ("net/notes.txt", &["net/dev", "net/prod"]),
        ("net/Pulumi.prod.yaml", &["net/prod"]),
        ("net/deep/er/x", &["net/dev", "net/prod"]),
        ("apps/web/x", &["web/dev"]),
        ("apps/x", &[]),
        ("plugins/files/x", &["web/dev"]),
    ];
    for (path, expected) in cases {
        let before = fs::read_to_string(p.repo.path(path)).unwrap_or_default();
        p.repo.write(path, &format!("{before}\n# more\n"));
        p.repo.commit(path);
        assert_eq!(due(&p, ""), expected, "{path}");
        p.repo.git(&["reset", "-q", "--hard", &base]);
    }
    p.repo.write("net/Pulumi.prod.yaml", &{
        let before = fs::read_to_string(p.repo.path("net/Pulumi.prod.yaml"));
        before.unwrap_or_default() + "  files:labels: {env: prod}\n"
    });
    p.repo.commit("Label prod");
    p.sync().expect_out(&["1 stack rolled out, 2 up to date"]);
    let updates = |project, stack| p.updates(project, stack);
    assert_eq!([updates("net", "dev"), updates("net", "prod"), updates("web", "dev")], [1, 2, 1]);
}

#[test]
fn stacks_can_be_named() {
    let p = several();
    let cases: [(&str, &[&str]); 5] = [
        ("--stack net/prod", &["net/prod"]),
        ("--stack prod", &["net/prod"]),
        ("--stack stack/web/dev", &["web/dev"]),
        ("--stack net/dev --stack web/dev", &["web/dev", "net/dev"]),
        ("", &["web/dev", "net/dev", "net/prod"]),
    ];
    for (words, expected) in cases {
        assert_eq!(due(&p, words), expected, "{words}");
    }
    p.run("sync --stack dev")
        .expect_code(3)
        .expect_err(&["several stacks are called `dev`", "say which one: net/dev, web/dev"]);
    p.run("sync --stack nett/prod")
        .expect_code(3)
        .expect_err(&["no stack is called `nett/prod`", "did you mean `net/prod`?"]);
    p.run("sync --stack net/prod").expect_code(0).expect_out(&["1 stack rolled out"]);
    assert_eq!(due(&p, ""), ["web/dev", "net/dev"]);
}

#[test]
fn a_stack_that_leaves_is_left_standing() {
    let p = several();
    p.sync();
    fs::remove_file(p.repo.path("net/Pulumi.prod.yaml")).expect("it is there");
    p.repo.commit("Without prod");
    p.sync().expect_out(&["net/prod: note: it is no longer on the branch", "left standing"]);
    assert!(p.path("root/net/prod/a.txt").exists());
    assert_eq!(p.state("net", "prod").names(), ["a"]);
}

/// Removes `test/dev` as somebody does who has no gitinfra.
fn remove(p: &Place) {
    for words in ["destroy --yes --skip-preview --stack dev", "stack rm --yes --stack dev --preserve-config"] {
        assert!(p.pulumi(words).status().expect("pulumi runs").success(), "{words}");
    }
    assert_eq!(p.file("a.txt"), None);
}

#[test]
fn a_stack_that_comes_back_is_rolled_out_again() {
    for is_seen in [true, false] {
        let p = Place::of(&[A]);
        p.project("net", "net", &["dev"], &[A]);
        let there = p.repo.commit("Two stacks");
        p.sync();
        remove(&p);
        fs::remove_file(p.repo.path("Pulumi.dev.yaml")).expect("it is there");
        p.repo.commit("Without dev");
        if is_seen {
            p.sync().expect_out(&["test/dev: note: it is no longer on the branch"]);
        }
        p.repo.git(&["checkout", "-q", &there, "--", "."]);
        p.repo.commit("With dev");
        p.sync().expect_out(&["test/dev: rolling out", "it left the branch and came back", "1 stack rolled out"]);
        assert_eq!(p.file("a.txt").as_deref(), Some("one"));
        p.sync().expect_out(&["nothing to do"]);
    }
}

#[test]
fn a_stack_that_comes_back_by_going_back_is_rolled_out_again() {
    let p = Place::of(&[A]);
    p.project("net", "net", &["dev"], &[A]);
    let there = p.repo.commit("Two stacks");
    p.sync();
    remove(&p);
    fs::remove_file(p.repo.path("Pulumi.dev.yaml")).expect("it is there");
    p.repo.commit("Without dev");
    p.sync();
    p.repo.git(&["reset", "-q", "--hard", &there]);
    p.sync().expect_out(&["it left the branch and came back", "1 stack rolled out"]);
    assert_eq!(p.file("a.txt").as_deref(), Some("one"));
}

#[test]
fn what_is_wrong_with_one_stack_keeps_no_other_back() {
    let p = several();
    p.repo.write("templates/x/Pulumi.yaml", "name: [${PROJECT}\n");
    p.sync().expect_out(&["3 stacks rolled out"]);
    p.repo.commit("A template");
    p.sync().expect_out(&["note: templates/x/Pulumi.yaml:", "nothing to do"]);
    p.program("testdata/1", "twin", "").program("testdata/2", "twin", "");
    for folder in ["testdata/1", "testdata/2", "broken"] {
        p.repo.write(&format!("{folder}/Pulumi.dev.yaml"), "");
    }
    p.repo.write("broken/Pulumi.yaml", "name: broken\n");
    let strange = p.repo.folder().join(OsStr::from_bytes(b"caf\xe9"));
    fs::create_dir(&strange).expect("the folder can be written");
    fs::write(strange.join("Pulumi.yaml"), "name: cafe\nruntime: yaml\n").expect("a file");
    p.repo.write("net/notes.txt", "").commit("Faults");
    p.run("sync").expect_code(3).expect_out(&[
        "skipped: broken/Pulumi.yaml: `runtime` is missing",
        "note: caf\\351/Pulumi.yaml: the folder's name is not UTF-8",
        "note: templates/x/Pulumi.yaml:",
        "twin/dev: skipped: two stacks are called `twin/dev`: in testdata/1/Pulumi.yaml and testdata/2/Pulumi.yaml",
        "2 stacks rolled out, 2 skipped",
    ]);
    assert_eq!(p.updates("net", "dev"), 2);
    p.run("sync --stack net/dev").expect_code(0);
    p.run("sync --stack twin/dev").expect_code(3).expect_err(&["two stacks are called `twin/dev`", "hint: "]);
    // A preview tells those that a merge has to do with.
    p.repo.branch("change").write("net/notes.txt", "more").commit("Notes");
    p.run("preview --head change --stack net/dev").expect_code(0);
    p.repo.write("broken/Pulumi.yaml", "name: still-broken\n").commit("Still broken");
    p.run("preview --head change").expect_code(3).expect_out(&["the stacks in broken", "`runtime` is missing"]);
}

#[test]
fn a_stack_that_fails_keeps_no_other_back() {
    let p = several();
    p.program("net", "net", "resources: {a: {type: 'files:index:File', properties: {path: 1}}}\n");
    p.repo.commit("Break net");
    p.run("sync").expect_code(1).expect_out(&["2 stacks failed, 1 rolled out"]);
    assert_eq!(p.state("web", "dev").names(), ["a"]);
}
