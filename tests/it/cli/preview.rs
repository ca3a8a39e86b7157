//! What a pull request would be told.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::place::Place;
use super::said::Said;
use crate::tools;

const A: (&str, &str) = ("a", "path: a.txt, content: one");
const B: (&str, &str) = ("b", "path: b.txt, content: b");
const C: (&str, &str) = ("c", "path: c.txt, content: c");

/// `main` stands with these files, and the branch `change` has those.
fn of(main: &[(&str, &str)], change: &[(&str, &str)]) -> Place {
    let p = Place::of(main);
    p.sync();
    p.repo.branch("change");
    p.change(change);
    p
}

#[track_caller]
fn preview(p: &Place) -> Said {
    p.run("preview --head change")
}

#[test]
fn every_kind_of_change_is_shown() {
    let p = of(
        &[A, B, C],
        &[
            ("a", "path: a.txt, content: two"),
            ("b", "path: elsewhere.txt, content: b"),
            ("d", "path: d.txt, content: d"),
        ],
    );
    preview(&p).expect_code(0).expect_out(&[
        "### gitinfra preview: change into main",
        "| stack | + create | ~ update | ± replace | - delete | |",
        "| test/dev | 1 | 1 | 1 | 1 |  |",
        "<details open><summary><b>test/dev</b>",
        "```diff\n",
        "\n```\n",
        "</details>",
        &format!("previewed the merge of {} into", &p.repo.git(&["rev-parse", "change"])[..7]),
    ]);
    let said = preview(&p);
    for lines in [
        "~ update files:index:File a\n-     content: \"one\"\n+     content: \"two\"\n",
        "± replace files:index:File b (because of path)\n-     path: \"b.txt\"\n+     path: \"elsewhere.txt\"\n",
        "+ create files:index:File d\n",
        "- delete files:index:File c\n",
    ] {
        assert!(said.stdout.contains(lines), "{lines}\n{said}");
    }
    assert_eq!(said.stdout, preview(&p).stdout, "the same preview is the same text");
    // Nothing of it happened.
    assert_eq!(p.file("a.txt").as_deref(), Some("one"));
    assert_eq!(p.state("test", "dev").names(), ["a", "b", "c"]);
    assert_eq!(p.updates("test", "dev"), 1);
    assert_eq!(p.states(), ["succeeded"]);
}

#[test]
fn a_stack_that_is_not_there_yet_is_previewed_and_not_made() {
    let p = Place::of(&[A]);
    let head = "preview --base main --head main --stack test/dev";
    p.run(head).expect_code(0).expect_out(&["No stack uses what this merge changes."]);
    p.project("new", "new", &["dev"], &[A, B]);
    p.repo.branch("change").commit("A new project");
    preview(&p).expect_code(0).expect_out(&[
        "| new/dev | 2 |",
        "a new stack",
        "+ create files:index:File a",
        "1 stack is untouched: test/dev",
    ]);
    let backend = fs::read_dir(p.path("backend")).expect("the backend is there");
    let stacks = backend.filter(|e| {
        let path = e.as_ref().map(|e| e.path().join("stacks/new/dev.json"));
        path.is_ok_and(|path| path.exists())
    });
    assert_eq!(stacks.count(), 0);
}

/// What it reads stands in the backend that the new stack itself is not made in.
#[test]
fn a_new_stack_that_reads_another_is_previewed() {
    let p = Place::of(&[A]);
    let files = crate::files::of(&[A]);
    p.program("", "test", &format!("{files}outputs: {{word: seventeen, hidden: {{'fn::secret': hush-output}}}}\n"));
    p.repo.commit("Outputs");
    p.sync();
    let reads = |name: &str| {
        let reader = crate::files::of(&[("b", "path: b.txt, content: 'it is ${other.outputs[\"word\"]}'")]);
        let other = format!("  other: {{type: 'pulumi:pulumi:StackReference', properties: {{name: {name}}}}}\n");
        reader.replacen("resources:\n", &format!("resources:\n{other}"), 1)
    };
    p.repo.branch("change");
    p.project("new", "new", &["dev"], &[]).program("new", "new", &reads("organization/test/dev"));
    p.repo.commit("A reader");
    let said = preview(&p).expect_code(0).expect_out(&["| new/dev | 1 |", "content: \"it is seventeen\""]);
    said.expect_without(&["hush-output"]);
    assert!(!p.path("backend/.pulumi/stacks/new").exists(), "a preview makes nothing");
    p.program("new", "new", &reads("organization/test/prod"));
    p.repo.commit("A reader of what is not there");
    preview(&p).expect_code(1).expect_out(&["unknown stack", "hint: `organization/test/prod` does not stand yet"]);
    // What another one would put out is read where its own preview says it, by a new stack and by one that stands.
    let puts_out = |word: &str| {
        let outputs = format!("outputs: {{word: {word}, hidden: {{'fn::secret': hush-output}}}}\n");
        p.program("", "test", &format!("{files}{outputs}"));
        p.program("new", "new", &format!("{}outputs: {{about: {word}}}\n", reads("organization/test/dev")));
        p.repo.commit(word);
    };
    puts_out("eighteen");
    preview(&p).expect_code(0).expect_out(&["content: \"it is eighteen\""]);
    p.repo.switch("main").git(&["merge", "-q", "change"]);
    p.sync();
    p.repo.switch("change");
    puts_out("nineteen");
    let said = preview(&p).expect_code(0).expect_out(&["~ update", "\"it is eighteen\"", "\"it is nineteen\""]);
    said.expect_without(&["hush-output"]);
}

#[test]
fn a_base_that_moved_on_is_merged_first() {
    let p = of(&[A], &[A, B]);
    p.repo.switch("main");
    p.repo.write("README.md", "Read me.\n").commit("Docs");
    preview(&p).expect_code(0).expect_out(&["| test/dev | 1 |  |  |  |  |", "+ create files:index:File b"]);
    // What only the base changed is no part of it.
    p.project("other", "other", &["dev"], &[A]);
    p.repo.commit("Another project");
    preview(&p).expect_code(0).expect_out(&["| test/dev |", "1 stack is untouched: other/dev"]);
}

#[test]
fn what_cant_be_merged_is_refused() {
    let p = of(&[A], &[("a", "path: a.txt, content: theirs")]);
    p.repo.switch("main");
    p.change(&[("a", "path: a.txt, content: ours")]);
    preview(&p).expect_code(3).expect_no_data().expect_err(&["can't be merged", "conflicts in Pulumi.yaml", "hint: "]);
}

#[test]
fn a_merge_is_the_one_that_git_makes() {
    let p = Place::new();
    p.project("old", "test", &["dev"], &[A]);
    p.repo.write("old/notes.txt", &"notes\n".repeat(20)).commit("Files");
    p.repo.branch("change");
    p.project("old", "test", &["dev"], &[A, B]);
    p.repo.commit("Change");
    p.repo.switch("main").git(&["mv", "old", "new"]);
    p.repo.commit("Rename");
    // The change follows its file into the folder's new name, as it does when the branch is merged.
    preview(&p).expect_code(0).expect_out(&["| test/dev | 2 |"]);
    p.repo.switch("change").write("old/more.txt", "more").commit("A file in the old folder");
    p.repo.switch("main");
    preview(&p).expect_code(3).expect_no_data().expect_err(&["can't be merged", "conflicts in new/more.txt", "hint: "]);
    // An old git can't merge without a checkout.
    let (bin, path) = (p.path("bin"), std::env::var("PATH").unwrap_or_default());
    fs::create_dir(&bin).expect("the folder can be written");
    let real = std::env::split_paths(&path).map(|folder| folder.join("git")).find(|file| file.exists());
    let real = real.expect("git is on the PATH").display().to_string();
    let old = format!(
        "#!/bin/sh\ncase \"$*\" in *--write-tree*) exit 129 ;; *' version') echo git version 2.30.2 ;; *) exec {real} \"$@\" ;; esac\n"
    );
    tools::script(&bin.join("git"), &old);
    let run = p.run_as("preview --head change", |command| command.env("PATH", format!("{}:{path}", bin.display())));
    run.expect_code(4).expect_err(&["git version 2.30.2", "git 2.38 or newer is needed"]);
}

#[test]
fn a_program_that_fails_is_shown_with_its_fault() {
    let p = of(&[A], &[("a", "path: /etc/x, content: one")]);
    preview(&p).expect_code(1).expect_out(&[
        "| test/dev |  |  |  |  | ❌ preview failed |",
        "<details open>",
        "```text\n",
        "must stay below the root",
    ]);
    p.repo.write("Pulumi.yaml", "name: test\nruntime: yaml\nresources: 7\n");
    p.repo.commit("Break it further");
    preview(&p).expect_code(1).expect_out(&["preview failed", "resources"]);
}

#[test]
fn several_stacks_make_one_comment() {
    let p = Place::of(&[A]);
    p.repo.branch("change");
    p.project("one", "one", &["dev", "prod"], &[A, B]);
    p.project("two", "two", &["dev"], &[("a", "path: /a, content: one")]);
    p.repo.commit("Two projects");
    preview(&p).expect_code(1).expect_out(&[
        // What fails stands first.
        "| two/dev |",
        "❌ preview failed",
        "| one/dev | 2 |  |  |  |  |",
        "| one/prod | 2 |  |  |  |  |",
        "<b>two/dev</b>: the preview failed",
        "must stay below the root",
        "<b>one/dev</b>: 2 to create",
        "<b>one/prod</b>: 2 to create",
        "1 stack is untouched: test/dev",
    ]);
    p.run("preview --head change --stack one/prod")
        .expect_code(0)
        .expect_out(&["| one/prod | 2 |"])
        .expect_without(&["two/dev", "one/dev"]);
}

#[test]
fn no_value_leaves_its_place() {
    let wild = r#""x `code` ```\n```diff\n| a | b |\n</details><script>alert(1)</script> @ada #1 <!-- ""#;
    let p = of(&[A], &[("a", &format!("path: a.txt, content: {wild}, labels: {{'@ada|`x`': '#1'}}"))]);
    let said = preview(&p).expect_code(0);
    // All of it stands on one line in a fence that is longer than any run of backticks in it.
    let fence = said.stdout.lines().filter(|line| line.starts_with("````")).count();
    assert_eq!(fence, 2, "{said}");
    let inside = said.stdout.split("````").nth(1).unwrap_or_default();
    for wild in ["<script>", "@ada", "#1", "<!--"] {
        assert!(inside.contains(wild), "{wild}\n{said}");
        assert_eq!(
            said.stdout.matches(wild).count(),
            inside.matches(wild).count(),
            "{wild} is outside of the fence\n{said}"
        );
    }
    assert_eq!(said.stdout.matches("</details>").count(), inside.matches("</details>").count() + 1);
}

#[test]
fn a_huge_value_is_cut() {
    let huge = "long ".repeat(20_000);
    let p = of(&[A], &[("a", &format!("path: a.txt, content: '{huge}'"))]);
    let said = preview(&p).expect_code(0);
    assert!(said.stdout.len() < 5_000, "{} bytes", said.stdout.len());
    said.expect_out(&["~ update files:index:File a", "characters)"]);
}

#[test]
fn many_resources_fit_into_a_comment() {
    let names: Vec<_> = (0..300).map(|i| format!("f{i:03}")).collect();
    let text = "y".repeat(300);
    let files: Vec<_> = names.iter().map(|name| (name.as_str(), format!("path: {name}, content: '{text}'"))).collect();
    let files: Vec<_> = files.iter().map(|(n, p)| (*n, p.as_str())).collect();
    let p = of(&[A], &files);
    let said = preview(&p).expect_code(0);
    assert!(said.stdout.chars().count() < 65_000, "forges take no more");
    said.expect_out(&["| test/dev | 300 |", "<details><summary>", "more resources change than fit here"]);
}

/// Every text in a folder and below.
fn gather(folder: &Path, into: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => gather(&path, into),
            false => {
                let bytes = fs::read(&path).unwrap_or_default();
                let text = String::from_utf8_lossy(&bytes).into_owned();
                into.push((path.display().to_string(), text));
            }
        }
    }
}

#[test]
fn secrets_are_seen_nowhere() {
    const PLAIN: [&str; 3] = ["hush-content", "hush-key", "hush-config"];
    let p = Place::of(&[A]);
    p.sync();
    p.repo.branch("change");
    // The engine encrypts the configuration's secret, as a user would have it do.
    let mut set = std::process::Command::new(crate::tools::bin().join("pulumi"));
    set.args(["config", "set", "--secret", "word", "hush-config", "--stack", "dev"]);
    p.surround(&mut set);
    set.current_dir(p.repo.folder());
    Said::of(set).expect_code(0);
    p.program(
        "",
        "test",
        &format!(
            "config: {{word: {{type: string}}}}\n{}",
            crate::files::of(&[
                ("a", "path: a.txt, content: {'fn::secret': hush-content}, key: hush-key"),
                ("b", "path: b.txt, content: 'it is ${word}'"),
            ])
        ),
    );
    p.repo.commit("Secrets");
    let said = preview(&p).expect_code(0);
    let mut places = vec![("the Markdown".to_owned(), said.stdout.clone())];
    said.expect_out(&["[secret]"]);
    let json = p.run("preview --head change -o json").expect_code(0);
    places.push(("the JSON".to_owned(), format!("{}{}", json.stdout, json.stderr)));
    p.repo.switch("main").merge("change");
    for words in ["sync -o json", "get runs -o json", "get runs -o yaml"] {
        let said = p.run(words).expect_code(0);
        places.push((words.to_owned(), format!("{}{}", said.stdout, said.stderr)));
    }
    assert_eq!(p.file("b.txt").as_deref(), Some("it is hush-config"));
    gather(&p.path("state"), &mut places);
    gather(&p.path("backend"), &mut places);
    for (place, text) in places {
        // A mirror holds what was committed, in compressed objects.
        let told = PLAIN.iter().find(|plain| text.contains(**plain));
        assert_eq!(told, None, "told by {place}");
    }
}

#[test]
fn the_preview_is_data_too() {
    let p = of(&[A], &[("a", "path: a.txt, content: two"), B]);
    let said = p.run("preview --head change -o json").expect_code(0);
    let preview: Value = serde_json::from_str(&said.stdout).expect("it is JSON");
    assert_eq!(preview["head"], "change");
    assert_eq!(preview["headCommit"], *p.repo.git(&["rev-parse", "change"]));
    let stack = &preview["stacks"][0];
    assert_eq!(stack["name"], "test/dev");
    assert_eq!(stack["failure"], Value::Null);
    let resources = stack["changes"]["resources"].as_array();
    let operations: Vec<_> =
        resources.into_iter().flatten().map(|r| format!("{} {}", r["operation"], r["name"])).collect();
    assert_eq!(operations.len(), 2, "{operations:?}");
    assert!(operations.contains(&r#""update" "a""#.to_owned()), "{operations:?}");
}

#[test]
fn what_a_killed_preview_left_goes_after_a_day() {
    let p = Place::of(&[A]);
    p.repo.branch("change");
    p.change(&[A, B]);
    let yesterday = std::time::SystemTime::now() - std::time::Duration::from_secs(25 * 60 * 60);
    for name in ["preview-old", "preview-new", "abcdefgh"] {
        let folder = p.path(&format!("state/work/{name}"));
        std::fs::create_dir_all(&folder).expect("the folder can be written");
        if name != "preview-new" {
            let opened = std::fs::File::open(&folder).expect("it is there");
            opened.set_modified(yesterday).expect("it is ours");
        }
    }
    p.run("preview --head change").expect_code(0);
    let left = std::fs::read_dir(p.path("state/work")).expect("it is there");
    let mut left: Vec<_> = left.flatten().map(|entry| entry.file_name()).collect();
    left.sort();
    assert_eq!(left, ["abcdefgh", "preview-new"]);
}
