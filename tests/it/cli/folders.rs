//! What a stack is made of: the folders and files whose changes roll it out, and those that a run would not find.

use std::fs;
use std::os::unix::fs::symlink;

use super::place::Place;
use super::repo::{Repo, git_in};

const A: (&str, &str) = ("a", "path: a.txt, content: one");
const POINTER: &str = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";

/// Two stacks in folders, rolled out.
fn two() -> Place {
    let p = Place::new();
    p.project("net", "net", &["dev"], &[A]);
    p.project("web", "web", &["dev"], &[A]);
    p.repo.write("net/code/x", "").write("web/x", "").commit("Two stacks");
    p.sync().expect_out(&["2 stacks rolled out"]);
    p
}

#[test]
fn a_folder_that_becomes_a_submodule_rolls_out_nothing() {
    let p = two();
    let other = Repo::new();
    other.write("x", "").commit("Code");
    p.repo.git(&["rm", "-q", "-r", "net/code"]);
    let url = format!("file://{}", other.folder().display());
    git_in(p.repo.folder(), &["-c", "protocol.file.allow=always", "submodule", "add", "-q", &url, "net/code"]);
    p.repo.write("web/x", "more").commit("A submodule");
    p.run("sync").expect_code(3).expect_out(&[
        "net/dev: ✗",
        "the stack `net/dev` uses `net/code`, which is a submodule: a run would find it empty",
        "net/dev: hint: commit the files themselves",
        "web/dev: ✓",
    ]);
    assert_eq!([p.updates("net", "dev"), p.updates("web", "dev")], [1, 2]);
    p.run("preview --base main --head HEAD").expect_code(0);
    p.repo.branch("change").write("net/x", "").commit("More");
    p.run("preview --head change").expect_code(3).expect_out(&["net/dev", "`net/code`, which is a submodule"]);
    // The same where it is not the stack's own folder, but one that its program reads.
    p.repo.switch("main");
    p.repo.git(&["mv", "net/code", "site"]);
    let program = fs::read_to_string(p.repo.path("net/Pulumi.yaml")).expect("it is there");
    let reading =
        "  b:\n    type: files:index:File\n    properties: {path: b.txt, content: {'fn::readFile': ../site/x}}\n";
    p.repo.write("net/Pulumi.yaml", &format!("{program}{reading}")).commit("It reads what is elsewhere");
    p.run("sync")
        .expect_code(3)
        .expect_out(&["`net/dev` uses `site`, which is a submodule: a run would find it empty"]);
    assert_eq!(p.updates("net", "dev"), 1);
    // And where it is the stack's whole folder.
    p.repo.git(&["rm", "-q", "-r", "web"]);
    git_in(p.repo.folder(), &["-c", "protocol.file.allow=always", "submodule", "add", "-q", &url, "web"]);
    p.repo.commit("Another submodule");
    p.run("sync")
        .expect_out(&["web/dev: note: `web` is a submodule now, which is not followed", "commit the files themselves"]);
}

#[test]
fn a_pointer_of_lfs_is_not_rolled_out_for_the_file() {
    let p = two();
    p.repo.write("net/code/x", POINTER).write("web/x", "more").commit("A pointer");
    let said = "the stack `net/dev` uses `net/code/x`, which is a pointer of Git LFS, not the file itself";
    p.run("sync").expect_code(3).expect_out(&["net/dev: ✗", said, "net/dev: hint: ", "web/dev: ✓"]);
    assert_eq!([p.updates("net", "dev"), p.updates("web", "dev")], [1, 2]);
    p.repo.branch("change").write("net/x", "").commit("More");
    p.run("preview --head change").expect_code(3).expect_out(&["net/dev", "`net/code/x`, which is a pointer"]);
}

fn due(p: &Place) -> Vec<String> {
    let said = p.run("sync --dry-run -o json").expect_code(0);
    let pending = said.events_of("pending").into_iter();
    pending.filter_map(|event| Some(event["stack"].as_str()?.to_owned())).collect()
}

#[test]
fn a_program_in_the_root_is_part_of_its_stack() {
    let p = Place::new();
    p.project("infra", "infra", &["dev", "prod"], &[]);
    let program = fs::read_to_string(p.repo.path("infra/Pulumi.yaml")).expect("it is there");
    let head = program.split("resources:").next().unwrap_or_default();
    p.repo.write("infra/Pulumi.yaml", &format!("{head}main: ..\n"));
    p.repo.write("Main.yaml", &crate::files::of(&[A])).commit("A program in the root");
    p.sync().expect_out(&["2 stacks rolled out"]);
    p.repo.write("Main.yaml", &crate::files::of(&[("a", "path: a.txt, content: two")])).commit("Change");
    p.sync().expect_out(&["Main.yaml changed", "2 stacks rolled out"]);
    let made = fs::read_to_string(p.path("root/infra/dev/a.txt"));
    assert_eq!(made.expect("it was made"), "two");
    let before = fs::read_to_string(p.repo.path("infra/Pulumi.prod.yaml")).expect("it is there");
    p.repo.write("infra/Pulumi.prod.yaml", &format!("{before}# more\n")).commit("Prod alone");
    assert_eq!(due(&p), ["infra/prod"]);
}

#[test]
fn changes_and_secrets_behind_links_are_seen() {
    let p = Place::of(&[A]);
    fs::create_dir_all(p.repo.path("net")).expect("the folder can be written");
    for name in ["Pulumi.yaml", "Pulumi.dev.yaml"] {
        fs::create_dir_all(p.repo.path("shared")).expect("the folder can be written");
        fs::rename(p.repo.path(name), p.repo.path("shared").join(&name[7..])).expect("it is there");
        symlink(format!("../shared/{}", &name[7..]), p.repo.path("net").join(name)).expect("a link");
    }
    p.repo.commit("Links");
    p.sync().expect_out(&["test/dev: ✓", "1 stack rolled out"]);
    let mut set = p.pulumi("config set --secret word hush-config --stack dev");
    let set = set.current_dir(p.repo.path("net")).status();
    assert!(set.expect("pulumi runs").success());
    // The engine writes a file in the link's place.
    let config = fs::read_to_string(p.repo.path("net/Pulumi.dev.yaml")).expect("it is there");
    let _ = fs::remove_file(p.repo.path("net/Pulumi.dev.yaml"));
    symlink("../shared/dev.yaml", p.repo.path("net/Pulumi.dev.yaml")).expect("a link");
    p.repo.write("shared/dev.yaml", &config);
    let program = fs::read_to_string(p.repo.path("shared/yaml")).expect("it is there");
    let program = program.replace("content: one", "content: 'it is ${word}'");
    p.repo.write("shared/yaml", &format!("{program}\nconfig: {{word: {{type: string}}}}\nvariables: {{}}\n"));
    p.repo.commit("A secret behind a link");
    p.sync().expect_out(&["1 stack rolled out"]).expect_without(&["hush"]);
    assert_eq!(p.file("a.txt").as_deref(), Some("it is hush-config"));
    for words in ["get runs -o json", "logs run/"] {
        let run = p.get("runs")[0]["name"].as_str().unwrap_or_default().to_owned();
        let words = if words.ends_with('/') { format!("{words}{run}") } else { words.to_owned() };
        p.run(&words).expect_code(0).expect_without(&["hush"]);
    }
}

#[test]
fn a_project_file_may_be_json() {
    let p = Place::of(&[A]);
    let (project, config) = (p.repo.path("Pulumi.yaml"), p.repo.path("Pulumi.dev.yaml"));
    let root = p.path("root/test/dev").display().to_string();
    let plugin = crate::tools::files().program;
    let plugin = plugin.parent().map(|folder| folder.display().to_string()).unwrap_or_default();
    let program = serde_json::json!({
        "name": "test", "runtime": "yaml", "main": "program",
        "plugins": {"providers": [{"name": "files", "path": plugin}]},
    });
    let salt = crate::pulumi::SALT.trim_start_matches("encryptionsalt: ").trim_end();
    let settings = serde_json::json!({"encryptionsalt": salt, "config": {"files:root": root}});
    p.repo.write("Pulumi.json", &program.to_string()).write("Pulumi.dev.json", &settings.to_string());
    p.repo.write("program/Main.yaml", &crate::files::of(&[A]));
    fs::remove_file(project).and_then(|()| fs::remove_file(config)).expect("they are there");
    p.repo.commit("JSON");
    p.sync().expect_out(&["test/dev: ✓", "1 stack rolled out"]);
    assert_eq!(p.file("a.txt").as_deref(), Some("one"));
    p.repo.write("program/Main.yaml", &crate::files::of(&[("a", "path: a.txt, content: two")])).commit("Change");
    p.sync().expect_out(&["program/Main.yaml changed", "1 stack rolled out"]);
    p.repo.write("Pulumi.json", "{\n  \"name\": \"test\",\n}").commit("Break it");
    p.run("sync").expect_code(3).expect_err(&["Pulumi.json:3:1: trailing comma", "hint: "]);
}

#[test]
fn a_date_that_no_year_has_breaks_nothing() {
    let p = Place::of(&[A]);
    let tree = p.repo.git(&["rev-parse", "HEAD^{tree}"]);
    let who = "Ada <ada@example.com> 99999999999999 +0000";
    let written = p.path("commit").display().to_string();
    fs::write(&written, format!("tree {tree}\nauthor {who}\ncommitter {who}\n\nLater\n")).expect("a file");
    let commit = p.repo.git(&["hash-object", "-w", "-t", "commit", &written]);
    p.repo.git(&["reset", "-q", "--hard", &commit]);
    p.sync().expect_out(&["Later", "1 stack rolled out"]);
    for words in ["sync -o json", "get runs -o wide", "get stacks", "describe stack/test/dev"] {
        p.run(words).expect_code(0);
    }
}
