//! `get`, `describe` and `logs`: the ledger for people and for scripts.

use serde_json::Value;

use super::place::Place;

const A: (&str, &str) = ("a", "path: a.txt, content: one");

/// Two stacks, one of which failed the second time.
fn told() -> Place {
    let p = Place::of(&[A]);
    p.project("other", "a-longer-name", &["production"], &[A]);
    let outputs = "outputs: {word: {'fn::secret': hush}, path: '${a.path}'}\n";
    p.program("other", "a-longer-name", &format!("{}{outputs}", crate::files::of(&[A])));
    p.repo.commit("Another");
    p.sync();
    p.change(&[("a", "path: /a, content: one")]);
    p.run("sync").expect_code(1);
    p
}

/// The rows of a table by its columns' places. Every cell has to begin where its heading does.
fn columns(table: &str) -> Vec<Vec<String>> {
    let heading: Vec<char> = table.lines().next().unwrap_or_default().chars().collect();
    let begins: Vec<usize> =
        (0..heading.len()).filter(|i| heading[*i] != ' ' && (*i == 0 || heading[..*i].ends_with(&[' '; 3]))).collect();
    let row = |line: &str| -> Vec<String> {
        let chars: Vec<char> = line.chars().collect();
        let ends = begins.iter().skip(1).copied().chain([chars.len()]);
        let cells = begins.iter().zip(ends);
        cells
            .map(|(from, to)| {
                let cell: String = chars[*from.min(&chars.len())..to.min(chars.len())].iter().collect();
                assert!(!cell.starts_with(' '), "`{cell}` is out of line\n{table}");
                cell.trim().to_owned()
            })
            .collect()
    };
    table.lines().map(row).collect()
}

#[test]
fn tables_are_aligned_and_every_format_tells_the_same() {
    let p = told();
    let table = columns(&p.run("get stacks").expect_code(0).stdout);
    assert_eq!(table[0], ["NAME", "STATUS", "COMMIT", "LAST RUN", "AGE"]);
    let names: Vec<_> = table[1..].iter().map(|row| row[0].as_str()).collect();
    assert_eq!(names, ["a-longer-name/production", "test/dev"]);
    assert_eq!(table[2][3], "failed");
    let wide = columns(&p.run("get st -o wide").expect_code(0).stdout);
    assert!(wide[0].contains(&"REPOSITORY".to_owned()), "{wide:?}");
    let runs = columns(&p.run("get runs").expect_code(0).stdout);
    assert_eq!(runs[0], ["NAME", "STACK", "COMMIT", "STATE", "CHANGES", "TOOK", "AGE"]);
    assert_eq!(runs.len(), 4);
    assert_eq!(runs[1][3], "failed", "the newest is first");

    let json = p.get("runs");
    let by_name: Vec<_> = runs[1..].iter().map(|row| row[0].clone()).collect();
    let in_json: Vec<_> = json.iter().map(|run| run["name"].clone()).collect();
    assert_eq!(in_json, by_name);
    let yaml = p.run("get runs -o yaml").expect_code(0).stdout;
    for name in &by_name {
        assert!(yaml.contains(&format!("- name: {name}\n")), "{yaml}");
    }
    // What `-o name` prints can be given back.
    let printed = p.run("get runs -o name").expect_code(0).stdout;
    let given: Vec<_> = printed.lines().collect();
    assert_eq!(given.len(), 3);
    for name in given {
        let one = p.run(&format!("get {name} -o name")).expect_code(0);
        assert_eq!(one.stdout.trim(), name);
        p.run(&format!("describe {name}")).expect_code(0);
        p.run(&format!("logs {name}")).expect_code(0);
    }
    let stacks = p.run("get stacks -o name").expect_code(0).stdout;
    for name in stacks.lines() {
        p.run(&format!("describe {name}")).expect_code(0).expect_out(&["Name:", "Runs:"]);
    }
}

#[test]
fn a_list_says_at_a_glance_how_each_stack_stands() {
    let p = Place::of(&[A]);
    p.project("other", "other", &["dev"], &[A]);
    p.repo.commit("Another");
    p.sync();
    let standing = || -> Vec<String> {
        let table = columns(&p.run("get stacks").expect_code(0).stdout);
        table[1..].iter().map(|row| row[1].clone()).collect()
    };
    assert_eq!(standing(), ["up to date", "up to date"]);
    for content in ["two", "three"] {
        p.change(&[("a", &format!("path: a.txt, content: {content}"))]);
    }
    // To list it nothing is fetched: what counts is the last look.
    assert_eq!(standing(), ["up to date", "up to date"]);
    p.run("sync --dry-run").expect_code(0);
    assert_eq!(standing(), ["up to date", "behind by 2 commits"]);
    assert_eq!(p.get("stacks")[1]["behindBy"], 2);
    p.change(&[("a", "path: /a, content: one")]);
    p.run("sync").expect_code(1);
    let failing = &standing()[1];
    assert!(failing.starts_with("failing: files:index:File a: "), "{failing}");
    p.run("describe stack/test/dev").expect_code(0).expect_out(&["Status:", "must stay below the root"]);
    std::fs::remove_file(p.repo.path("other/Pulumi.dev.yaml")).expect("it is there");
    p.repo.commit("Without the other");
    p.run("sync").expect_code(1);
    assert_eq!(standing()[0], "gone from the branch");
}

#[test]
fn runs_are_found_by_the_beginning_of_their_names() {
    let p = told();
    let runs = p.get("runs");
    let name = runs[0]["name"].as_str().unwrap_or_default();
    let begun = &name[..5];
    p.run(&format!("describe run/{begun}")).expect_code(0).expect_out(&[
        name,
        "State:       failed",
        "must stay below the root",
    ]);
    p.run(&format!("logs {begun}"))
        .expect_code(0)
        .expect_out(&["error: files:index:File a", "must stay below the root"]);
    for line in p.run(&format!("logs {begun} -o json")).expect_code(0).events() {
        assert_eq!(line["run"], name);
    }
    p.run("describe run/zzzzzzzz")
        .expect_code(3)
        .expect_err(&["no run is called `zzzzzzzz`", "hint: `gitinfra get runs` lists them"]);
    let of_stack = p.get("runs --stack a-longer-name/production");
    assert_eq!(of_stack.len(), 1);
    assert_eq!(p.get("runs --limit 2").len(), 2);
}

#[test]
fn names_are_taken_alike_and_logs_tell_the_story() {
    let p = told();
    let good = "a-longer-name/production";
    for name in [good, "production", &format!("stack/{good}"), &format!("st/{good}")] {
        p.run(&format!("logs {name}")).expect_code(0).expect_out(&[
            " rolling out ",
            "+ created   files:index:File a",
            "output path: a.txt",
            "output word: [secret]",
            " ✓ rolled out ",
            ": 1 created",
        ]);
        assert_eq!(p.get(&format!("runs --stack {name}")).len(), 1, "{name}");
        p.run(&format!("get stacks {name} -o name")).expect_code(0).expect_out(&[&format!("stack/{good}\n")]);
        p.run(&format!("describe stack {name}")).expect_code(0).expect_out(&["Name:        a-longer-name/production"]);
    }
    // Of several runs it is the newest.
    p.run("logs stack/dev").expect_code(0).expect_out(&["must stay below the root"]).expect_without(&["✓"]);
    // Of stacks that were not asked for nothing is said.
    p.run("sync --stack production").expect_code(0).expect_out(&["nothing to do: 1 stack is up to date"]);
    for words in ["logs stack/a-longer-name/prodction", "get runs --stack a-longer-name/prodction"] {
        p.run(words).expect_code(3).expect_err(&["no stack is called", "did you mean `a-longer-name/production`?"]);
    }
}

#[test]
fn scripts_get_records_as_they_want_them() {
    let p = told();
    let out = |words: &str| p.run(words).expect_code(0).stdout;
    assert_eq!(out("get stacks -o jsonpath={.items[*].name}"), "a-longer-name/production test/dev\n");
    assert_eq!(out("get stack dev -o jsonpath={.name}={.lastState}"), "test/dev=failed\n");
    let newest_last = out("get runs --no-headers --sort-by=.startedAt -o table");
    let newest_first = out("get runs --no-headers");
    let names = |table: &str| -> Vec<String> {
        table.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
    };
    let mut reversed = names(&newest_last);
    reversed.reverse();
    assert_eq!((reversed.len(), &reversed), (3, &names(&newest_first)));
    // One that is named is an object, and its times are words.
    let one: Value = serde_json::from_str(&out(&format!("get run/{} -o json", reversed[0]))).expect("JSON");
    assert_eq!(one["name"], *reversed[0]);
    let started = one["startedAt"].as_str().unwrap_or_default();
    assert!(started.starts_with("20") && started.ends_with('Z') && started.contains('T'), "{started}");
    p.run("get runs -o jsonpath={.items[").expect_code(2).expect_err(&["a `}` is missing"]);
    p.run("get runs -o xml").expect_code(2).expect_err(&["the formats are: table, wide"]);
    p.run("get runs --sort-by .nothing").expect_code(3).expect_err(&["none of the runs has that field", ".startedAt"]);
}

#[test]
fn an_empty_ledger_is_no_failure() {
    let p = Place::new();
    p.run("get stacks").expect_code(0).expect_no_data().expect_err(&["no stacks yet"]);
    p.run("get runs -o name").expect_code(0).expect_no_data();
    assert_eq!(p.get("runs"), [Value::Null; 0]);
}

#[test]
fn a_watch_prints_what_changes() {
    let p = Place::of(&[A]);
    let watch = p.start("get stacks --watch");
    watch.until_err("watching");
    p.sync();
    watch.until("test/dev").until("succeeded").kill();
    watch.finish();
}
