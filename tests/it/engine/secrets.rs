//! Secrets: what must be seen nowhere.

use std::fs;
use std::path::Path;

use crate::files::{of, project};
use crate::pulumi::{Project, Run};

const PLAIN: [&str; 4] = ["hush-content", "hush-label", "hush-key", "hush-pepper"];
const SECRET: (&str, &str) =
    ("a", "path: a.txt, content: {'fn::secret': hush-content}, labels: {x: {'fn::secret': hush-label}}, key: hush-key");

/// Looks for the plain text in all that the engine printed and keeps.
#[track_caller]
fn expect_hidden(p: &Project, run: &Run) {
    let mut places = vec![("what it printed".to_owned(), run.printed())];
    places.push(("the event log".to_owned(), p.read("events.json").unwrap_or_default()));
    gather(&p.path("backend"), &mut places);
    for (place, text) in places {
        let told = PLAIN.iter().find(|plain| text.contains(**plain));
        assert_eq!(told, None, "told by {place}\n{run}");
    }
}

fn gather(folder: &Path, places: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("the backend is there") {
        let path = entry.expect("the backend can be read").path();
        match path.is_dir() {
            true => gather(&path, places),
            false => places.push((path.display().to_string(), fs::read_to_string(&path).unwrap_or_default())),
        }
    }
}

/// The mark of a secret in a state.
fn hidden(value: &serde_json::Value) -> bool {
    value["4dabf18193072939515e22adb298388d"] == "1b47061264138c4ac30d75fd1eb44270"
}

#[test]
fn secrets_stay_secret_all_their_life() {
    let p = project(&of(&[SECRET, ("b", "path: b.txt, content: '${a.content}', notes: ['${a.seal}']")]));
    p.secret("files:pepper", "hush-pepper");
    expect_hidden(&p, &p.preview().expect_ok());
    expect_hidden(&p, &p.act("up", &["--diff"]).expect_ok());
    let state = p.state();
    for place in
        ["/inputs/content", "/outputs/content", "/outputs/labels/x", "/inputs/key", "/outputs/key", "/outputs/seal"]
    {
        assert!(hidden(state.get("a", place)), "{place}: {}", state.get("a", place));
    }
    assert!(hidden(state.get("b", "/outputs/content")), "{}", state.resource("b"));
    assert_eq!(p.read("root/b.txt").as_deref(), Some("hush-content"));
    p.expect_settled();

    p.write("root/a.txt", "hush-content and more");
    expect_hidden(&p, &p.act("refresh", &["--diff"]).expect_ok());
    assert!(hidden(p.state().get("a", "/outputs/content")));
    p.program(&of(&[(SECRET.0, &SECRET.1.replace("key: hush-key", "key: hush-key-2"))]));
    expect_hidden(&p, &p.act("up", &["--diff"]).expect_ok());
    assert!(hidden(p.state().get("a", "/outputs/content")));
    expect_hidden(&p, &p.destroy().expect_ok());
}

#[test]
fn what_is_secret_by_nature_needs_no_mark() {
    let a = ("a", "path: a.txt, content: x");
    let p = project(&of(&[a]));
    p.config("files:pepper", "hush-pepper");
    p.up().expect_ok();
    assert!(!p.state().export.contains("hush-pepper"), "{}", p.state().export);
    p.expect_settled();
    // Of an explicit provider, too.
    let explicit = "  other: {type: 'pulumi:providers:files', properties: {root: '@DIR@/root', pepper: hush-pepper}}\n";
    p.program(&format!("{}{explicit}", of(&[a])));
    p.up().expect_ok();
    assert!(!p.state().export.contains("hush-pepper"), "{}", p.state().export);
    p.expect_settled();
}

#[test]
fn what_becomes_a_secret_leaves_the_state() {
    let p = project(&of(&[("a", "path: a.txt, content: hush-content, owner: {name: hush-label}")]));
    p.up().expect_ok();
    assert!(p.state().export.contains("hush-content"));
    p.program(&of(&[(
        "a",
        "path: a.txt, content: {'fn::secret': hush-content}, owner: {name: {'fn::secret': hush-label}}",
    )]));
    p.up().expect_ok().expect_steps(&["update a"]);
    let state = p.state();
    for plain in ["hush-content", "hush-label"] {
        assert!(!state.export.contains(plain), "{}", state.export);
    }
    p.expect_settled();
}

#[test]
fn a_failure_after_birth_keeps_secrets() {
    let p = project(&of(&[SECRET]));
    p.write("root/.files/a.txt.fault", "ready");
    expect_hidden(&p, &p.up().expect_failure());
    let state = p.state();
    assert!(hidden(state.get("a", "/outputs/content")), "{}", state.resource("a"));
    assert!(hidden(state.get("a", "/inputs/key")), "{}", state.resource("a"));
    p.remove("root/.files/a.txt.fault");
    expect_hidden(&p, &p.up().expect_ok());
    p.expect_settled();
}

#[test]
fn a_component_carries_secrets_through() {
    let p = project(
        "resources:\n  s:\n    type: files:index:Site\n    properties:\n      title: {'fn::secret': hush-content}\n      pages: {one: {'fn::secret': hush-label}, two: plain}\n",
    );
    expect_hidden(&p, &p.up().expect_ok());
    let state = p.state();
    assert!(hidden(state.get("s", "/outputs/title")), "{}", state.resource("s"));
    assert!(hidden(state.get("s-page-one", "/outputs/content")));
    assert!(!hidden(state.get("s-page-two", "/outputs/content")));
    p.expect_settled();
}
