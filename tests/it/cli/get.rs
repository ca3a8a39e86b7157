//! `get`, `describe` and `logs`: the ledger for people and for scripts.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use serde_json::Value;

use super::going::Going;
use super::place::Place;
use super::terminal::{in_a_terminal, plain, screen, terminal};

const A: (&str, &str) = ("a", "path: a.txt, content: one");

/// Two stacks, one of which failed the second time.
/// Those who only read it share one.
fn told() -> Arc<Place> {
    static SHARED: Mutex<Weak<Place>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    let place = shared.upgrade().unwrap_or_else(|| Arc::new(rolled_out_and_failed()));
    *shared = Arc::downgrade(&place);
    place
}

fn rolled_out_and_failed() -> Place {
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
fn a_repository_tells_of_its_stacks() {
    let p = told();
    let table = columns(&p.run("get repositories").expect_code(0).stdout);
    assert_eq!(table[0], ["NAME", "STACKS", "RUNNING", "FAILED", "LAST RUN", "AGE"]);
    assert_eq!(table[1][1..4], ["2", "0", "1"], "{table:?}");
    let name = &table[1][0];
    let end = name.rsplit('/').next().expect("a name");
    p.run(&format!("get repository/{end} -o jsonpath={{.name}}")).expect_code(0).expect_out(&[name]);
    p.run(&format!("describe repository/{name}")).expect_code(0).expect_out(&[
        "Stacks:",
        "a-longer-name/production",
        "test/dev",
    ]);
    p.run("get repository/none")
        .expect_code(3)
        .expect_err(&["no repository is called `none`", "gitinfra get repositories"]);
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
    assert_eq!(standing(), ["current", "current"]);
    for content in ["two", "three"] {
        p.change(&[("a", &format!("path: a.txt, content: {content}"))]);
    }
    // To list it nothing is fetched: what counts is the last look.
    assert_eq!(standing(), ["current", "current"]);
    p.run("sync --dry-run").expect_code(0);
    assert_eq!(standing(), ["current", "queued: behind by 2 commits"]);
    assert_eq!(p.get("stacks")[1]["behindBy"], 2);
    p.change(&[("a", "path: /a, content: one")]);
    p.run("sync").expect_code(1);
    let failing = &standing()[1];
    assert!(failing.starts_with("failing: files:index:File a: "), "{failing}");
    p.run("describe stack/test/dev").expect_code(0).expect_out(&["Status:", "must stay below the root"]);
    std::fs::remove_file(p.repo.path("other/Pulumi.dev.yaml")).expect("it is there");
    p.repo.commit("Without the other");
    p.run("sync").expect_code(1);
    assert_eq!(standing()[0], "gone: it left the branch; what it rolled out still stands");
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
    for what in ["runs", "holds"] {
        let hint = format!("hint: `gitinfra get {what} --stack net/dev` lists them");
        p.run(&format!("get {what} net/dev")).expect_code(3).expect_err(&[&hint]);
    }
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
    for name in [good, "production"] {
        p.run(&format!("get {name} -o name")).expect_code(0).expect_out(&[&format!("stack/{good}\n")]);
        p.run(&format!("describe {name}")).expect_code(0).expect_out(&["Name:        a-longer-name/production"]);
        p.run(&format!("wait {name} --timeout 0")).expect_code(0).expect_out(&["condition met"]);
    }
    // What is not there may be a slip of the type: nobody says that it was deleted.
    for slip in ["stakc/test/dev", "nobody"] {
        p.run(&format!("wait {slip} --for=delete --timeout 0"))
            .expect_code(3)
            .expect_err(&[&format!("no stack is called `{slip}`")]);
    }
    p.run("wait stack/gone/dev --for=delete --timeout 0").expect_code(0).expect_out(&["deleted"]);
    p.run("get run/zzz test/dev").expect_code(3).expect_err(&["no run is called `zzz`"]);
    p.run("get a-longer-name/prodction").expect_code(3).expect_err(&["did you mean `a-longer-name/production`?"]);
    p.run("describe stakcs").expect_code(3).expect_err(&["did you mean `stacks`?", "the types are: stacks (st)"]);
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
    let names = |words: &str| -> Vec<String> {
        out(words).lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
    };
    let by_name = names("get runs --no-headers --sort-by=.name -o table");
    assert!(by_name.len() == 3 && by_name.is_sorted(), "{by_name:?}");
    // Two began side by side, perhaps in the same millisecond; the newest one failed alone.
    let newest = &names("get runs --no-headers")[0];
    assert_eq!(names("get runs --no-headers --sort-by=.startedAt").last(), Some(newest));
    // One that is named is an object, and its times are words.
    let one: Value = serde_json::from_str(&out(&format!("get run/{newest} -o json"))).expect("JSON");
    assert_eq!(one["name"], **newest);
    let started = one["startedAt"].as_str().unwrap_or_default();
    assert!(started.starts_with("20") && started.ends_with('Z') && started.contains('T'), "{started}");
    p.run("get runs -o jsonpath={.items[").expect_code(2).expect_err(&["a `}` is missing"]);
    p.run("get runs -o xml").expect_code(2).expect_err(&["the formats are: table, wide"]);
    p.run("get runs --sort-by .nothing").expect_code(3).expect_err(&["none of the runs has that field", ".startedAt"]);
}

#[test]
fn several_are_named_and_described() {
    let p = told();
    let runs = p.get("runs");
    let run = runs[0]["name"].as_str().unwrap_or_default();
    let both = p.run(&format!("get stack/test/dev run/{run} stack/a-longer-name/production -o name")).expect_code(0);
    assert_eq!(both.stdout, format!("stack/test/dev\nstack/a-longer-name/production\nrun/{run}\n"));
    p.run(&format!("get st/dev ru/{run}")).expect_code(0).expect_out(&["LAST RUN", "test/dev", "\n\n", "CHANGES", run]);
    p.run(&format!("describe stack/dev run/{run}")).expect_code(0).expect_out(&[
        "Name:        test/dev",
        "Runs:",
        &format!("\n\nName:        {run}"),
        "Events:",
    ]);
    let stack: Value = serde_json::from_str(&p.run("describe stack/dev -o json").expect_code(0).stdout).expect("JSON");
    assert_eq!((&stack["name"], &stack["runs"][0]["name"]), (&"test/dev".into(), &run.into()));
    let out = |words: &str| p.run(words).expect_code(0).stdout;
    assert_eq!(out(&format!("describe run/{run} -o jsonpath={{.events[0].kind}}")), "run-started\n");
    assert_eq!(
        out("describe stack dev production -o jsonpath={.items[*].name}"),
        "test/dev a-longer-name/production\n"
    );
    assert!(out("describe stack/dev -o yaml").contains("\nruns:\n"));
    p.run("describe stack/dev -o wide").expect_code(2).expect_err(&["the formats are: json, yaml, jsonpath=TEMPLATE"]);
    p.run("describe stack").expect_code(3).expect_err(&["which one is to be described?"]);
    let wide = columns(&out("get stacks -o wide"));
    let at = |head: &str| wide[0].iter().position(|cell| cell == head).unwrap_or_else(|| panic!("no {head}: {wide:?}"));
    assert_eq!(
        (wide[1][at("BRANCH")].as_str(), &wide[1][at("BACKEND")]),
        ("main", &format!("file://{}", p.path("backend").display()))
    );
}

#[test]
fn a_table_is_cut_to_its_terminal() {
    let p = told();
    let seen = |words: &str| plain(&in_a_terminal(&p, words, |script| script).expect_code(0).stdout);
    let (table, wide) = (seen("get stacks"), seen("get stacks -o wide"));
    for line in table.lines().chain(wide.lines()) {
        assert!(line.chars().count() <= 100, "{line}");
    }
    assert!(table.contains("a-longer-name/production"), "{table}");
    assert!(table.contains("…   ") && table.lines().all(|line| line.ends_with(['E', 's'])), "ages are whole: {table}");
    let repository = p.repo.folder().display().to_string();
    p.run("get stacks -o wide").expect_code(0).expect_out(&[&repository]);
}

#[test]
fn a_watch_on_a_terminal_draws_in_place() {
    let p = Place::of(&[A]);
    p.sync();
    let watch = Going::start(terminal(&p, "get stacks --watch"));
    watch.until("current");
    p.change(&[("a", "path: a.txt, content: two")]);
    p.run("sync --dry-run").expect_code(0);
    watch.until("behind by 1 commit").interrupt();
    let said = watch.finish();
    let shown = screen(&said.stdout);
    let stacks: Vec<_> = shown.iter().filter(|line| line.starts_with("test/dev")).collect();
    assert!(stacks.len() == 1 && stacks[0].contains("behind by 1 commit"), "{shown:#?}");
}

#[test]
fn an_empty_ledger_is_no_failure() {
    let p = Place::new();
    p.run("get stacks").expect_code(0).expect_no_data().expect_err(&["no stacks yet"]);
    p.run("get runs -o name").expect_code(0).expect_no_data();
    let whose = "nothing is in the queue, which is `gitinfra serve`'s: `gitinfra sync` rolls out without one";
    p.run("get queue").expect_code(0).expect_no_data().expect_err(&[whose]);
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

/// What a server has to do, of all or of one stack, and each by its name.
#[test]
fn the_queue_is_told_by_stack_and_by_name() {
    let p = Place::of(&[("a", "path: a.txt, content: one, slow: 1000000")]);
    let repo = p.repo.folder().display().to_string();
    let config = format!("listen: 127.0.0.1:0\nrepositories: [{{name: infra, repo: {repo}, interval: 1h}}]\n");
    let (going, _) = p.serve(&config);
    p.until_slow("a.txt");
    let told = p.run("get queue --stack test/dev --no-headers").expect_code(0).stdout;
    let words: Vec<&str> = told.split_whitespace().collect();
    assert_eq!(words[1..4], ["roll-out", "main", "running"], "{told}");
    let name = words[0];
    assert_eq!(p.run("get queue --stack dev -o name").expect_code(0).stdout, format!("job/{name}\n"));
    p.run("get queue --stack nope").expect_code(3).expect_err(&["no stack is called `nope`"]);
    for words in [format!("describe job/{name}"), format!("describe queue {}", &name[..5])] {
        p.run(&words).expect_code(0).expect_out(&[name, "roll-out", "running, by pid ", &repo]);
    }
    p.run("describe job/nope").expect_code(3).expect_err(&["there is no job `nope` in the queue"]);
    p.release("a.txt", || p.states() == ["succeeded"]);
    crate::pulumi::poll("its end", || p.get("queue").is_empty());
    p.run(&format!("describe job/{name}")).expect_code(3).expect_err(&["what is done has left it"]);
    going.signal(rustix::process::Signal::TERM);
    going.finish().expect_code(0);
}
