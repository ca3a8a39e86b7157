//! Several stacks in one repository: which of them a commit rolls out.

use std::fs;
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
    let cases: [(&str, &[&str]); 4] = [
        ("--stack net/prod", &["net/prod"]),
        ("--stack dev", &["web/dev", "net/dev"]),
        ("--stack net/dev --stack web/dev", &["web/dev", "net/dev"]),
        ("", &["web/dev", "net/dev", "net/prod"]),
    ];
    for (words, expected) in cases {
        assert_eq!(due(&p, words), expected, "{words}");
    }
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

#[test]
fn a_stack_that_fails_keeps_no_other_back() {
    let p = several();
    p.program("net", "net", "resources: {a: {type: 'files:index:File', properties: {path: 1}}}\n");
    p.repo.commit("Break net");
    p.run("sync").expect_code(1).expect_out(&["2 stacks failed, 1 rolled out"]);
    assert_eq!(p.state("web", "dev").names(), ["a"]);
}
