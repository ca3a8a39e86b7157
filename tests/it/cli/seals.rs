//! What rolls out is what was shown: sealed previews, and what becomes of them when something changes behind their back.

use std::fs;

use serde_json::Value;

use super::place::Place;
use super::postgres;
use super::said::Said;
use crate::pulumi::SALT;
use crate::tools;

const A: (&str, &str) = ("a", "path: a.txt, content: one");
const A2: (&str, &str) = ("a", "path: a.txt, content: two");
const B: (&str, &str) = ("b", "path: b.txt, content: b");
const C: (&str, &str) = ("c", "path: c.txt, content: c");

/// A stack that stands, and a sealed preview of a change on the branch `change`. The checkout is on `main`.
fn sealed(p: Place) -> (Place, String) {
    p.sync();
    p.repo.branch("change");
    p.change(&[A2, B]);
    p.repo.switch("main");
    let seal = seal(&p);
    (p, seal)
}

/// Seals a preview of the branch, and says the seal's id.
#[track_caller]
fn seal(p: &Place) -> String {
    let said = p.run("preview --head change --seal -o json").expect_code(0);
    let preview: Value = serde_json::from_str(&said.stdout).expect("JSON");
    preview["stacks"][0]["seal"].as_str().expect("it is sealed").to_owned()
}

/// The one hold that waits for a decision.
#[track_caller]
fn hold(p: &Place) -> Value {
    let holds = p.get("holds");
    assert_eq!(holds.len(), 1, "{holds:?}");
    holds[0].clone()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

#[track_caller]
fn expect_showed(said: Said, seal: &str) -> Said {
    said.expect_code(0)
        .expect_out(&[&format!("it is what seal {seal} showed: 1 to update, 1 to create"), "1 stack rolled out"])
}

#[test]
fn what_was_shown_is_rolled_out_without_another_look() {
    let (p, id) = sealed(Place::of(&[A]));
    p.run("preview --head change -o text").expect_code(0).expect_without(&["sealed as"]);
    // Where a ledger is named a preview is sealed unasked.
    let ledger = format!("sqlite://{}", p.path("state/ledger.db").display());
    p.run(&format!("preview --head change -o text --ledger {ledger}")).expect_code(0).expect_out(&["sealed as"]);
    p.run("preview --head change --seal -o text").expect_code(0).expect_out(&[&format!("sealed as {id}")]);
    p.run("preview --head change --seal").expect_code(0).expect_out(&[&format!("sealed as `{id}`")]);
    p.repo.merge("change");
    expect_showed(p.sync(), &id);
    assert_eq!((p.file("a.txt").as_deref(), p.file("b.txt").as_deref()), (Some("two"), Some("b")));
    assert_eq!(p.get("holds"), [Value::Null; 0]);
}

/// An `up` with nothing to do writes the state anew, with other bytes.
#[test]
fn an_update_with_nothing_to_do_breaks_no_seal() {
    let (p, id) = sealed(Place::of(&[A]));
    let up = p.pulumi("up --yes --skip-preview --stack dev").output().expect("pulumi runs");
    assert!(up.status.success());
    p.repo.merge("change");
    expect_showed(p.sync(), &id);
}

/// What changes behind a seal's back without changing what would happen: the words that tell it.
#[test]
fn each_field_is_looked_at_and_the_same_changes_go() {
    type Change<'a> = &'a dyn Fn(&Place);
    let protect = |p: &Place| {
        let urn = "urn:pulumi:dev::test::files:index:File::a";
        let done = p.pulumi(&format!("state protect {urn} --yes --stack dev")).output();
        assert!(done.expect("pulumi runs").status.success());
        p.repo.merge("change");
    };
    // The branch moved on before: neither the files nor the commit are those that were previewed.
    let squash = |p: &Place| {
        p.repo.write("README.md", "y").commit("Docs");
        p.repo.git(&["merge", "-q", "--squash", "change"]);
        p.repo.commit("Squashed");
    };
    let other_files = |p: &Place| {
        p.repo.write("README.md", "x").commit("Docs");
        p.repo.merge("change");
    };
    let configured = |p: &Place| {
        let root = p.path("root/test/dev");
        let config = format!("{SALT}config:\n  files:root: {}\n  test:word: x\n", root.display());
        p.repo.write("Pulumi.dev.yaml", &config).commit("A word");
        p.repo.merge("change");
    };
    let handed = |p: &Place| {
        fs::write(p.path("db"), "hush-two").expect("a file");
        p.repo.merge("change");
    };
    let cases: [(Change<'_>, &[&str]); 5] = [
        (&handed, &["since variables of the environment changed: DB; it would do"]),
        (&protect, &["since the stack's state changed; it would do"]),
        (
            &squash,
            &[
                "since the commit that was previewed is not part of it; other commits came to the branch meanwhile; the files are not",
            ],
        ),
        (
            &other_files,
            &[
                "since other commits came to the branch meanwhile; the files are not those of the merge that was previewed; it",
            ],
        ),
        (&configured, &["other commits came", "the configuration changed: test:word; it would do"]),
    ];
    for (change, words) in cases {
        let p = Place::of(&[A]);
        let environment = format!("environment: {{DB: {{fromFile: {}}}}}\n", p.path("db").display());
        fs::write(p.path("db"), "hush-one").expect("a file");
        p.repo.write("gitinfra.yaml", &environment).commit("A variable");
        let (p, id) = sealed(p);
        change(&p);
        let end = format!("what seal {id} showed: 1 to update, 1 to create");
        let words = [&["note: previewed again, "], words, &[end.as_str(), "1 stack rolled out"]].concat();
        p.sync().expect_out(&words);
    }
}

/// Another version of the language host than the one that previewed.
#[test]
fn other_versions_are_told() {
    let (p, id) = sealed(Place::of(&[A]));
    let bin = p.path("bin");
    fs::create_dir_all(&bin).expect("a folder");
    let pulumi = tools::bin().join("pulumi");
    let script = format!(
        "#!/bin/sh\nif [ \"$1\" = about ]; then {0} \"$@\" | sed 's/\"version\": \"1\\.[0-9.]*\"/\"version\": \"9.9.9\"/'; else exec {0} \"$@\"; fi\n",
        pulumi.display()
    );
    tools::script(&bin.join("pulumi"), &script);
    let rest = std::env::var("PATH").unwrap_or_default();
    let p = p.env("PATH", format!("{}:{}:{rest}", bin.display(), tools::bin().display()));
    p.repo.merge("change");
    p.sync().expect_out(&[
        "variables of the environment changed: PATH; other versions are at work: language yaml 9.9.9 instead of 1.",
        &format!("seal {id} showed"),
    ]);
}

/// Somebody made a file by hand that the merge would delete.
fn behind_its_back(p: &Place) {
    p.program("", "test", &crate::files::of(&[A, C]));
    let up = p.pulumi("up --yes --skip-preview --stack dev").output().expect("pulumi runs");
    assert!(up.status.success());
    p.repo.git(&["checkout", "-q", "."]);
    p.repo.merge("change");
}

/// Held, looked at, allowed, rolled out: the whole story, which is the same in every ledger.
fn journey(p: Place) {
    let (p, id) = sealed(p);
    assert_eq!(text(&p.get("stacks")[0], "status"), "current");
    behind_its_back(&p);
    let lost = "files:index:File c would be deleted, which was not shown";
    p.run("sync").expect_code(6).expect_out(&[
        "◆ roll-out of",
        "held",
        "it would do other than was shown: the stack's state changed",
        "hint: `gitinfra describe hold/",
        "1 stack held",
    ]);
    assert_eq!((p.file("a.txt").as_deref(), p.file("c.txt").as_deref()), (Some("one"), Some("c")));
    let held = hold(&p);
    let name = text(&held, "name");
    assert_eq!((text(&held, "state"), text(&held, "shownSeal")), ("held", id.as_str()));
    assert_eq!(held["objections"][0]["why"], "changed");
    p.run("get holds")
        .expect_code(0)
        .expect_out(&["NAME", "STACK", "WHY", "SEAL", name, "test/dev", "held", "changed"]);
    p.run("get stacks").expect_code(0).expect_out(&["test/dev", &format!("held: hold/{name}: it would do")]);
    p.run(&format!("describe hold/{name}")).expect_code(0).expect_out(&[
        "State:       held",
        "What differs from what was shown:",
        lost,
        &format!("What seal {id} showed:"),
        "~ update files:index:File a",
        "What would happen now:",
        "- delete files:index:File c",
        "`gitinfra approve ",
    ]);
    let markdown = p.run(&format!("describe hold/{name} -o markdown")).expect_code(0);
    markdown.expect_out(&["### test/dev is held", "**What differs from what was shown**", "```text", lost]);
    let json = p.run(&format!("describe hold/{name} -o json")).expect_code(0).stdout;
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(
        (&json["difference"][0], &json["changes"]["resources"][2]["operation"]),
        (&lost.into(), &"delete".into())
    );

    // It rests until somebody decides.
    p.run("sync")
        .expect_code(6)
        .expect_out(&["test/dev: skipped: held: hold/", "1 stack held"])
        .expect_without(&["rolling out"]);
    p.run("approve test/dev").expect_code(3).expect_err(&["neither a seal nor a hold", "hint: a stack changes"]);
    let seal = text(&held, "seal");
    p.run(&format!("reject hold/{name} --as lee --reason c-is-needed")).expect_code(0).expect_out(&["rejected by lee"]);
    p.run("sync").expect_code(6).expect_out(&["skipped: rejected: hold/", "lee refused it: c-is-needed"]);
    p.run("get stacks").expect_code(0).expect_out(&["held: rejected by lee: c-is-needed; hold/"]);
    p.run("describe stack/test/dev").expect_code(0).expect_out(&["held: rejected by lee: c-is-needed; hold/"]);
    let stack = &p.get("stacks")[0];
    assert_eq!((&stack["rejected"]["by"], &stack["rejected"]["reason"]), (&"lee".into(), &"c-is-needed".into()));
    assert_eq!(stack["isBehind"], true);
    p.run(&format!("approve {seal} --as ada")).expect_code(0).expect_out(&[
        &format!("hold/{name} approved by ada"),
        "; lee had refused it, which counts no more: c-is-needed",
    ]);
    p.sync().expect_out(&[
        "(it was held)",
        &format!("it is what seal {seal} showed, which ada allowed: 1 to delete, 1 to update, 1 to create"),
        "1 stack rolled out",
    ]);
    assert_eq!((p.file("a.txt").as_deref(), p.file("c.txt").as_deref()), (Some("two"), None));
    assert_eq!(p.states(), ["succeeded", "held", "succeeded"]);
    p.run("get holds").expect_code(0).expect_no_data().expect_err(&["no holds yet"]);
    p.run(&format!("approve hold/{name}")).expect_code(3).expect_err(&["is over: something newer took its place"]);
    // Who allowed it stays written down.
    p.run(&format!("reject {seal} --as eve --reason late")).expect_code(3).expect_err(&["is over: run/"]);
    p.run(&format!("describe preview/{seal}")).expect_code(0).expect_out(&["ada"]).expect_without(&["late"]);
    // What was shown before is over as well, and holds nothing later.
    let states: Vec<Value> = p.get("previews").iter().map(|preview| preview["state"].clone()).collect();
    assert_eq!(states, ["used", "used"]);
    p.run("sync --force test/dev").expect_code(0).expect_out(&["1 stack rolled out"]);
}

#[test]
fn the_journey_on_sqlite() {
    journey(Place::of(&[A]).env("USER", "ada"));
}

#[test]
fn the_journey_on_postgresql() {
    let p = Place::of(&[A]).env("USER", "ada").env("GITINFRA_LEDGER", postgres::database());
    journey(p);
}

#[test]
fn what_was_allowed_is_allowed_no_more_when_it_changes() {
    let (p, _) = sealed(Place::of(&[A]).env("USER", "ada"));
    behind_its_back(&p);
    p.run("sync").expect_code(6);
    let first = hold(&p);
    p.run(&format!("approve hold/{}", text(&first, "name"))).expect_code(0);
    // Once more behind its back: now the file that is to be made stands already, and another one is lost.
    let keep = [A, C, ("d", "path: d.txt, content: d")];
    p.program("", "test", &crate::files::of(&keep));
    assert!(p.pulumi("up --yes --skip-preview --stack dev").output().expect("pulumi runs").status.success());
    p.repo.git(&["checkout", "-q", "."]);
    p.run("sync").expect_code(6).expect_out(&["it would do other than was shown"]);
    let second = hold(&p);
    assert_ne!(second["seal"], first["seal"]);
    assert_eq!(second["shownSeal"], first["seal"]);
    assert_eq!(second["difference"][0], "files:index:File d would be deleted, which was not shown");
    // A newer commit takes the hold's place, and whatever it would do is looked at anew.
    p.change(&[A, C, ("d", "path: d.txt, content: d")]);
    p.run("sync").expect_code(6);
    let third = hold(&p);
    assert_ne!(third["name"], second["name"]);
    p.run(&format!("approve {}", text(&third, "seal"))).expect_code(0);
    p.sync().expect_out(&["1 stack rolled out"]);
    assert!(p.file("d.txt").is_some());
}

/// What somebody mended needs nobody's word any more.
#[test]
fn a_hold_is_looked_at_anew_when_somebody_asks() {
    let (p, id) = sealed(Place::of(&[A]));
    behind_its_back(&p);
    p.run("sync").expect_code(6);
    p.run("retry test/dev").expect_code(6).expect_out(&["held", "hold/", "it would do other than was shown"]);
    p.program("", "test", &crate::files::of(&[A]));
    assert!(p.pulumi("up --yes --skip-preview --stack dev").output().expect("pulumi runs").status.success());
    p.repo.git(&["checkout", "-q", "."]);
    p.run("retry test/dev").expect_code(0).expect_out(&[&format!("seal {id} showed"), "1 stack rolled out"]);
    assert_eq!(p.get("holds"), [Value::Null; 0]);
}

#[test]
fn no_secret_is_in_a_seal_and_another_secret_breaks_it() {
    let p = Place::new();
    p.project("", "test", &["dev"], &[A]);
    let with_secret = |files: &[(&str, &str)]| {
        let outputs = "config: {word: {type: string}}\noutputs: {word: {'fn::secret': '${word}'}}\n";
        p.program("", "test", &format!("{}{outputs}", crate::files::of(files)));
    };
    with_secret(&[A]);
    let set = |word: &str| {
        let set = p.pulumi(&format!("config set --secret word {word} --stack dev")).output();
        assert!(set.expect("pulumi runs").status.success());
    };
    let stack = p.pulumi("stack init dev").output().expect("pulumi runs");
    assert!(stack.status.success());
    set("hush-hush-one");
    p.repo.commit("Secret");
    p.sync();
    p.repo.branch("change");
    with_secret(&[A2, B]);
    p.repo.commit("Change");
    p.repo.switch("main");
    seal(&p);
    set("hush-hush-two");
    p.repo.commit("Another secret");
    p.repo.merge("change");
    let other = "output word: [secret] -> [secret], which was not shown";
    let holds_for = |other: &str| {
        p.run("sync").expect_code(6).expect_out(&["the configuration changed: test:word"]);
        let name = text(&hold(&p), "name").to_owned();
        p.run(&format!("describe hold/{name}")).expect_code(0).expect_out(&[other]);
        name
    };
    let name = holds_for(other);
    p.run(&format!("approve hold/{name} --as ada")).expect_code(0);
    p.sync();
    let rows = super::ledger::sqlite(&p, "SELECT body FROM seals");
    assert!(!rows.is_empty() && !rows.contains("hush-hush"), "{rows}");
    // What a resource gets is told apart as well, where the changes look the same.
    p.repo.git(&["branch", "-q", "-D", "change"]);
    p.repo.branch("change");
    with_secret(&[A2, B, ("c", "path: c.txt, content: '${word}'")]);
    p.repo.commit("It comes into a file");
    p.repo.switch("main");
    seal(&p);
    set("hush-hush-three");
    p.repo.commit("A third secret");
    p.repo.merge("change");
    let other = "files:index:File c: content would be set to a secret that was not shown";
    holds_for(other);
    assert!(!p.path("root/test/dev/c.txt").exists());
    // The same secret is what was shown, though it comes out of another file.
    set("hush-hush-two");
    p.repo.commit("The second secret once more");
    p.sync().expect_out(&["it would do what seal", "1 stack rolled out"]);
    assert_eq!(p.file("c.txt").as_deref(), Some("hush-hush-two"));
}

/// A run that failed did a part of what was shown; nobody has to allow the rest once more.
#[test]
fn the_rest_of_what_was_shown_is_rolled_out() {
    let p = Place::of(&[A]);
    p.sync();
    p.repo.branch("change");
    p.change(&[A2, ("b", "path: b.txt, content: '${a.kind}'")]);
    p.repo.switch("main");
    let id = seal(&p);
    p.repo.merge("change");
    let fault = p.path("root/test/dev/.files/b.txt.fault");
    fs::write(&fault, "create").expect("the folder is there");
    p.run("sync").expect_code(1).expect_out(&["rehearsed failure of create", "1 stack failed"]);
    assert_eq!((p.file("a.txt").as_deref(), p.file("b.txt")), (Some("two"), None));
    fs::remove_file(&fault).expect("the fault is there");
    let rest = format!("it would do the rest of what seal {id} showed: 1 to create");
    p.sync().expect_out(&["previewed again, since the stack's state changed; ", &rest, "1 stack rolled out"]);
    assert!(p.file("b.txt").is_some());
}

/// An older preview of what stands says nothing about what comes later.
#[test]
fn a_seal_of_what_stands_holds_nothing_up() {
    let (p, older) = sealed(Place::of(&[A]));
    p.repo.switch("change");
    p.change(&[A2, B, C]);
    p.repo.switch("main");
    let newer = seal(&p);
    assert_ne!(older, newer);
    p.repo.merge("change");
    p.sync().expect_out(&[&format!("it is what seal {newer} showed")]);
    p.change(&[A, B]);
    let said = p.sync().expect_out(&["note: nobody was shown what it does", "1 deleted", "1 stack rolled out"]);
    said.expect_without(&["held", "previewed again"]);
}

/// What is not there yet is previewed on a backend that is thrown away, and rests on the same as the stack that is made.
#[test]
fn a_new_stack_is_what_was_shown() {
    let p = Place::new();
    // Only what the base takes plugins from outside of the repository for, may do so in a preview.
    p.project("other", "other", &["dev"], &[("c", "path: c.txt, content: c")]);
    p.repo.commit("Begin");
    p.sync();
    p.repo.branch("change");
    p.project("", "test", &["dev"], &[A, B]);
    p.repo.commit("A stack");
    p.repo.switch("main");
    let id = seal(&p);
    p.repo.merge("change");
    p.sync().expect_out(&[
        "made the stack `dev`",
        &format!("it is what seal {id} showed: 2 to create"),
        "1 stack rolled out",
    ]);
    assert_eq!(p.file("b.txt").as_deref(), Some("b"));
}
