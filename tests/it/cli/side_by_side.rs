//! Several stacks of one commit: side by side where they may be, one after the other where one reads the other's outputs.

use std::fs;
use std::path::PathBuf;

use super::place::Place;
use super::said::Said;
use crate::pulumi::poll;

const SLOW: (&str, &str) = ("a", "path: a.txt, content: one, slow: 1000000");
const A: (&str, &str) = ("a", "path: a.txt, content: one");

/// Two projects with these files, `net` in its only stack and `web` in another.
fn two(files: &[(&str, &str)]) -> Place {
    let p = Place::new();
    p.project("net", "net", &["dev"], files);
    p.project("web", "web", &["dev"], files);
    p.repo.commit("Two stacks");
    p
}

fn busy(p: &Place, project: &str) -> PathBuf {
    p.path(&format!("root/{project}/dev/.files/a.txt.busy"))
}

/// `run-started` and `run-finished` of each stack, in the order in which they were told.
fn runs(said: &Said) -> Vec<String> {
    let events = said.events();
    let ends = events.iter().filter(|event| event["kind"].as_str().is_some_and(|kind| kind.starts_with("run-")));
    let word = |event: &serde_json::Value, name: &str| event[name].as_str().unwrap_or_default().to_owned();
    ends.map(|event| format!("{} {}", word(event, "stack"), word(event, "kind").trim_start_matches("run-"))).collect()
}

#[test]
fn stacks_without_each_other_roll_out_side_by_side() {
    let p = two(&[SLOW]);
    let going = p.start("sync");
    let both = [busy(&p, "net"), busy(&p, "web")];
    poll("both stacks to be at work", || both.iter().all(|busy| busy.exists()));
    poll("the files to be done", || {
        both.iter().filter(|busy| busy.exists()).for_each(|busy| fs::write(busy, "0").expect("it can be written"));
        going.out().contains("stacks rolled out")
    });
    let said = going.finish().expect_code(0).expect_out(&["2 stacks rolled out"]);
    let is_named =
        |line: &str| ["net/dev: ", "web/dev: ", "main is at", "2 stacks"].iter().any(|w| line.starts_with(w));
    assert!(said.stdout.lines().all(is_named), "a line that is nobody's\n{said}");
    assert_eq!(p.states(), ["succeeded", "succeeded"]);
}

#[test]
fn one_job_is_one_stack_at_a_time() {
    let p = two(&[A]);
    let said = p.run("sync --jobs 1 -o json").expect_code(0);
    assert_eq!(runs(&said), ["net/dev started", "net/dev finished", "web/dev started", "web/dev finished"]);
    p.run("sync --jobs 0").expect_code(2);
}

/// `app` comes first in the tree, and reads what `net` gives out.
fn reader() -> Place {
    let p = Place::new();
    p.project("net", "net", &["dev"], &[A]);
    let net = crate::files::of(&[A]);
    p.program("net", "net", &format!("{net}outputs: {{word: '${{a.content}}'}}\n"));
    p.project("app", "app", &["dev"], &[]);
    p.program(
        "app",
        "app",
        "resources:\n  net: {type: 'pulumi:pulumi:StackReference', properties: {name: 'organization/net/${pulumi.stack}'}}\n  \
         a: {type: 'files:index:File', properties: {path: a.txt, content: '${net.outputs[\"word\"]}'}}\n",
    );
    p.repo.commit("A stack and its reader");
    p
}

#[test]
fn a_reader_waits_for_what_it_reads() {
    let p = reader();
    let said = p.run("sync -o json").expect_code(0);
    assert_eq!(runs(&said), ["net/dev started", "net/dev finished", "app/dev started", "app/dev finished"]);
    let read = fs::read_to_string(p.path("root/app/dev/a.txt"));
    assert_eq!(read.ok().as_deref(), Some("one"));
    // In another folder it is the same stack still, and those that wait for one another are named.
    p.repo.git(&["mv", "net", "network"]);
    p.repo
        .write("app/notes", "1")
        .write("gitinfra.yaml", "rules: [{stacks: ['net/*'], after: ['app/*']}]\n")
        .commit("Moved");
    let circle = "wait for one another in a circle";
    p.sync().expect_out(&[circle, "2 stacks rolled out"]).expect_without(&["created", "left the branch"]);
    assert_eq!(p.updates("net", "dev"), 2);
    p.repo.branch("change").write("app/notes", "2").write("network/notes", "2").commit("Both");
    p.run("preview --base main --head change").expect_code(0).expect_out(&[circle]);
}

/// Nothing of a reader's own need change: it is previewed and rolled out where what it reads comes to be another thing.
#[test]
fn a_reader_follows_what_it_reads() {
    let p = reader();
    p.sync();
    let text = || fs::read_to_string(p.path("root/app/dev/a.txt")).unwrap_or_default();
    let puts_out = |word: &str, more: &str| {
        p.program("net", "net", &format!("{}outputs: {{word: {word}{more}}}\n", crate::files::of(&[A])));
        p.repo.commit("Other outputs");
    };
    p.repo.branch("change");
    puts_out("two", "");
    p.run("preview --base main --head change").expect_code(0).expect_out(&[
        "| app/dev |  | 1 |",
        "net/dev, which it reads, puts out other values",
        "-     content: \"one\"",
        "+     content: \"two\"",
    ]);
    p.run("preview --base main --head change --stack app/dev").expect_code(0).expect_out(&[
        "what app/dev reads of net/dev may come to be another thing, which a preview with net/dev shows",
    ]);
    p.run("explain app/dev --base main --head change")
        .expect_code(0)
        .expect_out(&["app/dev follows if what it reads of net/dev comes to be another thing"]);
    p.repo.switch("main").git(&["merge", "-q", "change"]);
    p.run("sync --dry-run").expect_out(&[
        "app/dev: note: it follows if what it reads of net/dev comes to be another thing",
        "net/dev: would roll out",
    ]);
    let said = p.run("sync -o json").expect_code(0);
    assert_eq!(runs(&said), ["net/dev started", "net/dev finished", "app/dev started", "app/dev finished"]);
    assert_eq!(text(), "two");
    // What stays as it was moves nobody.
    p.repo.write("net/notes.txt", "words\n").commit("Notes");
    p.sync().expect_out(&["app/dev: up to date", "1 stack rolled out, 1 up to date"]);
    // Of a secret no value is told, but that it is another one, to the reader's own changes. While somebody else rolls out what it
    // reads, the reader is not said to be up to date.
    let slow = crate::files::of(&[SLOW]);
    p.program("net", "net", &format!("{slow}outputs: {{word: {{'fn::secret': hush-one}}}}\n"));
    p.repo.commit("A secret");
    let going = p.start("sync");
    poll("net to be at work", || busy(&p, "net").exists());
    p.run("sync").expect_code(5).expect_out(&["app/dev: skipped: it waits for net/dev, and follows if"]);
    p.run("sync app/dev").expect_code(0).expect_out(&["app/dev: note: net/dev, which it reads, is being rolled out"]);
    fs::write(busy(&p, "net"), "0").expect("it can be written");
    going.finish().expect_code(0).expect_out(&["2 stacks rolled out"]);
    p.repo.branch("hidden");
    puts_out("{'fn::secret': hush-two}", "");
    p.run("preview --base main --head hidden")
        .expect_code(0)
        .expect_out(&["| app/dev |  | 1 |", "net/dev, which it reads, puts out other values", "content: [secret]"])
        .expect_without(&["hush"]);
    p.repo.switch("main").git(&["merge", "-q", "hidden"]);
    p.sync().expect_out(&["2 stacks rolled out"]).expect_without(&["hush"]);
    assert_eq!(text(), "hush-two");
    // Whoever is suspended follows later, and whoever is killed in between as well.
    p.run("suspend app/dev --reason later").expect_code(0);
    puts_out("four", "");
    p.sync().expect_out(&["app/dev: skipped: suspended: later", "1 stack rolled out, 1 skipped"]);
    p.run("resume app/dev").expect_code(0);
    let app = &p.get("stacks")[0];
    assert_eq!(
        (&app["status"], &app["why"]),
        (&"queued".into(), &"net/dev, which it reads, puts out other values".into())
    );
    // One that is not to move keeps it back, whether all are rolled out or it alone.
    puts_out("five", "");
    p.run("suspend net/dev --reason later").expect_code(0);
    p.run("sync app/dev").expect_code(5).expect_out(&[
        "app/dev: skipped: blocked: it comes after net/dev, which was not rolled out",
        "hint: net/dev is suspended, until `gitinfra resume stack/net/dev`",
    ]);
    p.run("sync").expect_code(5).expect_out(&["app/dev: skipped: blocked: it comes after net/dev", "2 stacks skipped"]);
    let app = &p.get("stacks")[0];
    assert_eq!((&app["status"], &app["blockedBy"]), (&"blocked".into(), &"net/dev".into()));
    p.run("resume net/dev").expect_code(0);
    p.repo.git(&["revert", "--no-edit", "HEAD"]);
    p.sync().expect_out(&["net/dev, which it reads, puts out other values", "1 stack rolled out, 1 up to date"]);
    assert_eq!(text(), "four");
    // Of what was destroyed all that it put out would read as nothing.
    p.run("destroy net/dev --yes").expect_code(0).expect_err(&["note: app/dev reads what it puts out"]);
    p.run("sync app/dev").expect_code(0).expect_out(&["app/dev: up to date"]);
    p.run("sync --stack app/dev --force").expect_code(1).expect_out(&["it reads net/dev, which was destroyed"]);
    assert_eq!(text(), "four");
}

/// What another stack puts out by now was changed by nobody: it is no drift, and comes with nothing that brings drift back.
#[test]
fn what_another_stack_puts_out_is_no_drift() {
    let p = reader();
    let app = fs::read_to_string(p.repo.path("app/Pulumi.yaml")).expect("it is there");
    p.repo.write(
        "app/Pulumi.yaml",
        &format!("{app}  b: {{type: 'files:index:File', properties: {{path: b.txt, content: b}}}}\n"),
    );
    p.repo.commit("A file of its own");
    p.sync();
    p.program("net", "net", &format!("{}outputs: {{word: two}}\n", crate::files::of(&[A])));
    p.repo.commit("Another output");
    p.run("sync --stack net/dev").expect_code(0).expect_out(&["1 stack rolled out"]);
    p.run("drift app/dev").expect_code(0).expect_out(&["app/dev clean"]);
    let file = |name: &str| fs::read_to_string(p.path("root/app/dev").join(name)).ok();
    fs::write(p.path("root/app/dev/b.txt"), "by hand").expect("it stands");
    p.run("drift app/dev --reconcile").expect_code(6).expect_out(&[
        "app/dev drifted",
        "files:index:File b is another one",
        "it would do more than bring back what has drifted: ~ update files:index:File a",
    ]);
    assert_eq!((file("a.txt").as_deref(), file("b.txt").as_deref()), (Some("one"), Some("by hand")));
    let seal = p.get("holds")[0]["seal"].as_str().unwrap_or_default().to_owned();
    p.run(&format!("approve {seal} --as ada")).expect_code(0);
    p.run("drift app/dev --reconcile").expect_code(0).expect_out(&["which ada allowed", "✓ brought back"]);
    assert_eq!((file("a.txt").as_deref(), file("b.txt").as_deref()), (Some("two"), Some("b")));
}

#[test]
fn a_reader_of_what_failed_is_skipped_and_comes_next_time() {
    let p = reader();
    let net = crate::files::of(&[A]);
    p.program("net", "net", "resources: {a: {type: 'files:index:File', properties: {path: 1}}}\n");
    p.repo.commit("Break net");
    p.run("sync").expect_code(1).expect_out(&[
        "app/dev: skipped: blocked: it comes after net/dev, which was not rolled out",
        "1 stack failed, 1 skipped",
    ]);
    p.run("sync app/dev").expect_code(5).expect_out(&["app/dev: skipped: blocked: it comes after net/dev"]);
    // One that is left alone is no more promised to its reader than it is rolled out.
    p.run("suspend net/dev --reason later").expect_code(0);
    let said = p.run("sync --dry-run").expect_code(0);
    said.expect_out(&["app/dev: skipped: blocked: it comes after net/dev"]).expect_without(&["would roll out"]);
    p.run("resume net/dev").expect_code(0);
    p.program("net", "net", &format!("{net}outputs: {{word: '${{a.content}}'}}\n"));
    p.repo.commit("Mend net");
    p.sync().expect_out(&["2 stacks rolled out"]);
    // What left the branch is not rolled out any more, which whoever reads it is told.
    p.repo.branch("gone").git(&["rm", "-rq", "net"]);
    p.repo.commit("Remove net");
    p.run("preview --base main --head gone")
        .expect_code(0)
        .expect_out(&["app/dev reads net/dev, which is not on the branch after the merge"]);
    let gone = "it reads net/dev, which left the branch and is not rolled out any more";
    p.run("explain app/dev --base main --head gone").expect_code(0).expect_out(&[gone]);
    p.repo.switch("main").merge("gone");
    p.sync().expect_out(&[&format!("app/dev: note: {gone}")]);
    let app = &p.get("stacks")[0];
    assert_eq!((&app["status"], &app["why"]), (&"current".into(), &gone.into()));
}

#[test]
fn ctrl_c_stops_all_of_them_in_order() {
    let p = two(&[SLOW]);
    p.project("more", "more", &["dev"], &[A]);
    p.repo.commit("A third stack");
    let going = p.start("sync --jobs 2 --stack net/dev --stack web/dev");
    poll("both stacks to be at work", || busy(&p, "net").exists() && busy(&p, "web").exists());
    going.interrupt();
    going.finish().expect_code(130).expect_out(&["2 stacks cancelled"]);
    assert_eq!(p.states(), ["cancelled", "cancelled"]);
    assert_eq!(p.state("net", "dev").names(), ["a"], "it is remembered");
}

/// All of one project in one folder of states, which is where engines come closest to each other.
#[test]
fn stacks_of_one_project_do_not_meet() {
    let p = Place::new();
    p.project("", "test", &["a", "b", "c", "d", "e", "f"], &[A]);
    p.repo.commit("Six stacks");
    p.run("sync --jobs 6").expect_code(0).expect_out(&["6 stacks rolled out"]);
    p.program("", "test", &crate::files::of(&[("a", "path: a.txt, content: two")]));
    p.repo.commit("Change all");
    p.run("sync --jobs 6").expect_code(0).expect_out(&["6 stacks rolled out"]);
    for stack in ["a", "b", "c", "d", "e", "f"] {
        assert_eq!(p.state("test", stack).names(), ["a"]);
    }
    let own = p.path("pulumi");
    assert!(own.join("plugins").is_dir(), "plugins are everybody's");
}
