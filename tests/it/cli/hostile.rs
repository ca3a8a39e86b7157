//! Repositories that mean harm: gitinfra itself reads and runs nothing outside of them.

use std::fs;
use std::os::unix::fs::symlink;

use super::place::Place;
use super::repo::{Repo, git_in};
use crate::tools;

const A: (&str, &str) = ("a", "path: a.txt, content: one");

/// What a trap leaves behind when it goes off.
fn trap(p: &Place) -> String {
    format!("touch {}", p.path("sprung").display())
}

#[track_caller]
fn expect_nothing_sprang(p: &Place) {
    assert!(!p.path("sprung").exists(), "a trap went off");
}

#[test]
fn links_that_lead_out_are_refused() {
    for (link, target) in [("Pulumi.dev.yaml", "/etc/passwd"), ("data", "/etc"), ("deep/er/x", "../../../up")] {
        let p = Place::of(&[A]);
        let path = p.repo.path(link);
        let _ = fs::remove_file(&path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("the folder can be written");
        symlink(target, &path).expect("a link");
        p.repo.commit("Link");
        p.run("sync")
            .expect_code(3)
            .expect_out(&["a symbolic link leads out of the repository", link, target])
            .expect_without(&["root:"]);
        assert!(!p.path("root").exists());
        p.repo.branch("change");
        p.run("preview --base main --head HEAD~1").expect_code(0);
    }
}

#[test]
fn links_that_lead_out_together_stop_only_who_reaches_them() {
    let p = Place::of(&[A]);
    p.project("net", "net", &["dev"], &[A]);
    p.project("web", "web", &["dev"], &[A]);
    fs::remove_file(p.repo.path("Pulumi.dev.yaml")).expect("it is there");
    fs::create_dir_all(p.repo.path("net/b")).expect("the folder can be written");
    symlink("..", p.repo.path("net/b/l")).expect("a link");
    symlink("b/l/../../..", p.repo.path("net/up")).expect("a link");
    symlink("/etc", p.repo.path("nobodys")).expect("a link");
    p.repo.commit("Links");
    p.run("sync").expect_code(3).expect_out(&[
        "net/dev: ✗",
        "a symbolic link leads out of the repository: net/up -> b/l/../../..",
        "net/dev: hint: ",
        "web/dev: ✓",
        "1 stack failed, 1 rolled out",
    ]);
    // Another stack's link leads there.
    symlink("../net/up", p.repo.path("web/data")).expect("a link");
    p.repo.commit("Another link");
    p.run("sync --stack web/dev").expect_code(3).expect_out(&["leads out of the repository: web/data -> ../net/up"]);
}

/// Whoever asks for a merge is shown no file of this machine, and runs none.
#[test]
fn what_lies_outside_is_taken_by_what_is_merged_alone() {
    let p = Place::new();
    p.project("net", "net", &["dev"], &[A]);
    fs::write(p.path("outside"), "hush-hush").expect("the folder can be written");
    symlink(p.path("outside"), p.repo.path("link")).expect("a link");
    p.repo.commit("Stacks, and a link that nobody follows");
    let project = fs::read_to_string(p.repo.path("net/Pulumi.yaml")).expect("it is there");
    let reads = |path: &str| format!("{project}outputs:\n  said:\n    fn::readFile: {path}\n");
    p.repo.branch("change");
    let outside = p.path("outside").display().to_string();
    for (path, said) in [
        (
            outside.as_str(),
            format!("net/Pulumi.yaml: it takes {outside} from outside of the repository, which nothing on main does"),
        ),
        ("../link", "net/Pulumi.yaml reads ../link, and a symbolic link there leads out of the repository".to_owned()),
    ] {
        p.repo.write("net/Pulumi.yaml", &reads(path)).commit("Read");
        p.run("preview --head change").expect_code(3).expect_out(&[&said]).expect_without(&["hush"]);
    }
    p.run("sync --branch change")
        .expect_code(3)
        .expect_out(&["net/dev", "leads out of the repository"])
        .expect_without(&["hush"]);
    p.repo.write("net/Pulumi.yaml", &format!("{project}packages: {{other: ../../plugins}}\n")).commit("A plugin");
    p.run("preview --head change").expect_code(3).expect_out(&["it takes ../plugins from outside of the repository"]);
    // What is merged is trusted, and so is whatever takes the same.
    p.repo.switch("main");
    p.repo.write("net/Pulumi.yaml", &reads(&outside)).commit("Merged");
    p.repo.branch("more");
    p.repo.write("net/Pulumi.yaml", &reads(&outside).replace("said", "told")).commit("More");
    p.run("preview --head more").expect_code(0).expect_out(&["net/dev"]);
}

#[test]
fn links_inside_are_followed() {
    let p = Place::of(&[A]);
    fs::rename(p.repo.path("Pulumi.yaml"), p.repo.path("program.yaml")).expect("it is there");
    p.repo.write("docs/x", "");
    symlink("../program.yaml", p.repo.path("docs/link")).expect("a link");
    fs::rename(p.repo.path("program.yaml"), p.repo.path("Pulumi.yaml")).expect("it is there");
    p.repo.commit("A link inside");
    p.sync().expect_out(&["1 stack rolled out"]);
}

#[test]
fn nothing_in_a_repository_runs_but_its_program() {
    let p = Place::of(&[A]);
    let trap = trap(&p);
    // Filters and drivers that a committed file can name, should any configuration define them.
    p.repo.write(".gitattributes", "* filter=evil diff=evil merge=evil working-tree-encoding=UTF-8\n");
    p.repo.write(".gitconfig", &format!("[core]\n\tfsmonitor = \"{trap}\"\n"));
    p.repo.commit("Attributes");
    // The repository's own configuration and hooks, which a path shares with its user.
    for (name, value) in [
        ("filter.evil.smudge", trap.as_str()),
        ("filter.evil.clean", trap.as_str()),
        ("filter.evil.process", trap.as_str()),
        ("diff.evil.command", trap.as_str()),
        ("merge.evil.driver", trap.as_str()),
        ("core.fsmonitor", trap.as_str()),
        ("core.sshCommand", trap.as_str()),
        ("uploadpack.packObjectsHook", trap.as_str()),
    ] {
        p.repo.git(&["config", name, value]);
    }
    for hook in ["post-checkout", "post-merge", "pre-commit", "reference-transaction", "post-index-change"] {
        let path = p.repo.path(".git/hooks").join(hook);
        tools::script(&path, &format!("#!/bin/sh\n{trap}\n"));
    }
    p.sync().expect_out(&["1 stack rolled out"]);
    p.run("preview --head HEAD~1").expect_code(0);
    expect_nothing_sprang(&p);
}

#[test]
fn submodules_are_not_fetched() {
    let p = Place::of(&[A]);
    let other = Repo::new();
    other.write("secret", "hush-hush").commit("Secret");
    let url = format!("file://{}", other.folder().display());
    git_in(p.repo.folder(), &["-c", "protocol.file.allow=always", "submodule", "add", "-q", &url, "sub"]);
    p.repo.git(&["config", "-f", ".gitmodules", "submodule.sub.update", "checkout"]);
    p.repo.commit("A submodule");
    let said = ["the stack `test/dev` uses `sub`, which is a submodule", "hint: "];
    p.run("sync").expect_code(3).expect_out(&said).expect_without(&["hush"]);
    let work = p.path("state/repos");
    let modules = fs::read_dir(work).expect("the mirror is there").flatten();
    for mirror in modules {
        assert!(!mirror.path().join("modules").exists());
    }
}

#[test]
fn words_of_others_steer_no_terminal() {
    let p = Place::of(&[A]);
    p.repo.write("Pulumi.a\u{1b}[2Jb.yaml", "");
    p.repo.commit("Clear \u{1b}[2J\u{1b}]0;title\u{7} it");
    for (words, code) in [("sync", 3), ("get runs -o wide", 0), ("get stacks", 0), ("describe stack/test/dev", 0)] {
        p.run(words).expect_code(code).expect_without(&["\u{1b}", "\u{7}"]);
    }
}

#[test]
fn names_lead_nowhere() {
    let p = Place::of(&[A]);
    p.repo.write("Pulumi...%2f..%2fup.yaml", "");
    p.repo.write("Pulumi.--help.yaml", "");
    p.repo.write("Pulumi.$(touch up).yaml", "");
    p.repo.commit("Names");
    p.run("sync").expect_code(3).expect_out(&[
        "`test/$(touch up)` is no name of a stack",
        "hint: ",
        "`test/--help` is no name of a stack",
        "1 stack rolled out",
    ]);
    // The sound stack rolled out, and of the others nothing is anywhere.
    assert_eq!(p.state("test", "dev").names(), ["a"]);
    assert!(!p.path("up").exists() && !p.path("backend/up.json").exists());
    p.repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    for runtime in ["{name: ../../x}", "../../x", "/bin/sh"] {
        p.repo.write("Pulumi.yaml", &format!("name: test\nruntime: {runtime}\n"));
        p.repo.commit("A runtime");
        let said = p.run("sync").expect_out(&["failed"]);
        assert_ne!(said.code, 0, "{said}");
    }
    for name in ["../../up", "'a b'", "$(touch up)"] {
        p.repo.write("Pulumi.yaml", &format!("name: {name}\nruntime: yaml\n"));
        p.repo.commit("A project");
        p.run("sync").expect_code(3);
        assert!(!p.path("up").exists() && !p.path("backend/up").exists());
    }
}
