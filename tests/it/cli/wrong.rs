//! What a user got wrong: what is said, with which exit code, and that nothing is half done.

use std::fs;
use std::os::unix::fs::symlink;

use super::place::Place;
use crate::tools;

const A: (&str, &str) = ("a", "path: a.txt, content: one");

/// Words, the exit code, and what stderr says.
type Case<'a> = (&'a str, i32, &'a [&'a str]);

#[track_caller]
fn expect(p: &Place, cases: &[Case<'_>]) {
    for (words, code, said) in cases {
        p.run(words).expect_code(*code).expect_no_data().expect_err(said);
    }
    // gitinfra's own words come with what to do about it.
    for (words, _, _) in cases.iter().filter(|(_, code, _)| *code != 2) {
        p.run(words).expect_err(&["error: ", "\nhint: "]);
    }
}

#[test]
fn the_command_line() {
    let p = Place::of(&[A]);
    expect(
        &p,
        &[
            ("", 2, &["Usage: gitinfra"]),
            ("snyc", 2, &["unrecognized subcommand 'snyc'", "'sync'"]),
            ("sync --stak x", 2, &["unexpected argument '--stak'", "'--stack'"]),
            ("sync --interval soon", 2, &["write it as 30s, 5m or 1h"]),
            ("sync --interval 10ms", 2, &["a second is the least"]),
            ("sync --once --watch", 2, &["cannot be used with"]),
            ("sync -o yaml", 2, &["invalid value 'yaml'", "text, json"]),
            ("preview -o html", 2, &["invalid value 'html'", "markdown, json"]),
            ("get", 2, &["TYPE"]),
            ("get stacks -o csv", 2, &["invalid value 'csv'"]),
            ("get pods", 3, &["there is no type `pods`", "stacks (st), runs (ru)"]),
            ("get stakcs", 3, &["there is no type `stakcs`", "did you mean `stacks`?"]),
            ("describe run", 3, &["which one is to be described?"]),
            ("describe run/nobody", 3, &["no run is called `nobody`"]),
            ("logs nobody", 3, &["no run is called `nobody`"]),
            ("get stacks nobody/dev", 3, &["no stack is called `nobody/dev`"]),
            ("get runs --ledger mysql://x", 4, &["no such kind of database", "postgres://"]),
            (
                "get runs --ledger postgres://127.0.0.1:1/x",
                4,
                &["opening the ledger", "refused", "is the server running"],
            ),
        ],
    );
}

#[test]
fn the_repository() {
    let p = Place::of(&[A]);
    fs::create_dir(p.path("plain")).expect("the folder can be written");
    expect(
        &p,
        &[
            ("sync --repo plain", 3, &["plain is not in a Git repository", "git init"]),
            ("sync --repo nowhere", 3, &["nowhere does not exist"]),
            ("sync --repo http://example.com/x", 3, &["is not encrypted", "https://"]),
            ("sync --repo git://example.com/x", 3, &["`git://` is no way to a repository"]),
            ("sync --repo ext::sh%20-c%20date", 3, &["does not exist"]),
            ("sync --repo --upload-pack=date", 2, &["unexpected argument"]),
            ("sync --branch mian", 3, &["has no branch `mian`", "did you mean `main`?"]),
            ("preview --base mian", 3, &["has no branch `mian`", "did you mean `main`?"]),
            ("preview --head nope", 3, &["has no `nope`", "a branch, a tag, HEAD"]),
            ("preview --stack tets/dev", 3, &["no stack is called `tets/dev`", "did you mean `test/dev`?"]),
        ],
    );
    let secret = p.run("sync --repo https://ada:hush-hush@example.com/x");
    secret.expect_code(3).expect_err(&["holds a password"]).expect_without(&["hush-hush"]);
    assert_eq!(p.states(), [""; 0]);
}

#[test]
fn a_project_file() {
    let cases: [(&str, &[&str]); 7] = [
        ("name: test\nruntime: [yaml\n", &["Pulumi.yaml:2:10: unclosed bracket"]),
        ("name: test\nruntime: yaml\n  x: 1\n", &["Pulumi.yaml:3:"]),
        ("name: [test]\nruntime: yaml\n", &["Pulumi.yaml:1:"]),
        ("runtime: yaml\n", &["Pulumi.yaml: `name` is missing", "name: my-project"]),
        ("name: test\n", &["Pulumi.yaml: `runtime` is missing", "runtime: yaml"]),
        ("\u{0}\u{1}", &["Pulumi.yaml"]),
        (
            "name: test\nruntime: yaml\nstackConfigDir: ../..\n",
            &["Pulumi.yaml: `stackConfigDir` leads out of the repository"],
        ),
    ];
    let p = Place::of(&[A]);
    for (text, said) in cases {
        p.repo.write("Pulumi.yaml", text).commit("Break it");
        for words in ["sync", "preview --base main"] {
            p.run(words).expect_code(3).expect_err(said);
        }
    }
    p.project("again", "test", &["dev"], &[A]);
    p.program("", "test", "").repo.commit("Twins");
    p.run("sync").expect_code(3).expect_err(&[
        "two stacks are called `test/dev`",
        "Pulumi.yaml and again/Pulumi.yaml",
        "hint: ",
    ]);
    assert_eq!(p.states(), [""; 0]);
    assert!(!p.path("root").exists());
}

/// A PATH on which there is git, and a `pulumi` that says this when asked for its version.
fn path_with(p: &Place, version: Option<&str>) -> String {
    let bin = p.path("bin");
    let _ = fs::remove_dir_all(&bin);
    fs::create_dir(&bin).expect("the folder can be written");
    let path = std::env::var("PATH").unwrap_or_default();
    let git = std::env::split_paths(&path).map(|folder| folder.join("git")).find(|file| file.exists());
    symlink(git.expect("git is on the PATH"), bin.join("git")).expect("a link");
    if let Some(version) = version {
        tools::script(&bin.join("pulumi"), &format!("#!/bin/sh\necho {version}\n"));
    }
    bin.display().to_string()
}

#[test]
fn what_is_missing() {
    let p = Place::of(&[A]);
    let cases: [(Option<&str>, &[&str]); 3] = [
        (None, &["the `pulumi` CLI is not on the PATH", "hint: get it from"]),
        (Some("v3.100.0"), &["pulumi is v3.100.0", "v3.259.0 or newer is needed"]),
        (Some("nonsense"), &["does not say its version", "hint: "]),
    ];
    for (version, said) in cases {
        let path = path_with(&p, version);
        let run = p.run_as("sync", |command| command.env("PATH", path));
        run.expect_code(4).expect_err(said);
    }
    let no_git = p.run_as("sync", |command| command.env("PATH", p.path("root")));
    no_git.expect_code(4).expect_no_data().expect_err(&["git is not on the PATH", "hint: "]);
    let no_home = p.run_as("get runs", |command| command.env_remove("HOME").env_remove("GITINFRA_STATE_DIR"));
    no_home.expect_code(4).expect_err(&["neither HOME nor", "--state-dir"]);
    for home in ["", "relative"] {
        let run = p.run_as("get runs", |command| command.env("HOME", home).env_remove("GITINFRA_STATE_DIR"));
        run.expect_code(4).expect_err(&["neither HOME nor"]);
    }
    // A JSON consumer would lose all events unseen.
    let full = || std::fs::File::options().write(true).open("/dev/full").expect("Linux has it");
    let run = p.run_as("sync --dry-run -o json", |command| command.stdout(full()));
    run.expect_code(4).expect_err(&["writing the output: No space left"]);
    assert_eq!(p.states(), [""; 0]);
}

#[test]
fn a_backend() {
    let p = Place::of(&[A]);
    let inside = "backend: {url: 'file://./state'}\n";
    p.program("", "test", &format!("{inside}{}", crate::files::of(&[A])));
    p.repo.commit("A backend inside");
    let inside = p.run_as("sync", |command| command.env_remove("PULUMI_BACKEND_URL"));
    inside.expect_code(3).expect_out(&["lies in the repository's folder", "hint: "]);
    assert!(!p.path("root").exists());
    p.sync().expect_out(&["1 stack rolled out"]);
    // Once it stands, another backend would have all of it made a second time.
    std::fs::create_dir(p.path("other")).expect("a folder");
    let (old, other) = (p.path("backend"), format!("file://{}", p.path("other").display()));
    let there = |words: &str| p.run_as(words, |command| command.env("PULUMI_BACKEND_URL", &other));
    let told =
        format!("test/dev stands in file://{}, and {other}, which is named now, has no such stack", old.display());
    let refused = |words: &str| {
        let said = there(words).expect_code(3);
        let all = format!("{}{}", said.stdout, said.stderr);
        let hints = ["another PULUMI_BACKEND_URL", "pulumi stack import"];
        assert!(all.contains(&told) && hints.iter().all(|hint| all.contains(hint)), "{words}\n{said}");
    };
    p.repo.branch("change");
    p.change(&[A, ("b", "path: b.txt, content: b")]);
    p.repo.switch("main");
    refused("preview --head change");
    p.repo.merge("change");
    for words in ["sync --dry-run", "sync", "drift test/dev", "destroy test/dev --yes"] {
        refused(words);
    }
    assert!(!p.path("other/.pulumi").exists(), "it is not even looked into");
    assert_eq!(p.states(), ["succeeded"]);
    // Moved by hand, it goes on there, and has its home there from then on.
    std::fs::rename(old.join(".pulumi"), p.path("other/.pulumi")).expect("it moves");
    there("sync").expect_code(0).expect_out(&["1 created", "1 stack rolled out"]);
    assert_eq!(p.get("stacks")[0]["backend"], other.as_str());
}
