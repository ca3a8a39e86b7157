//! Previews: what will be, as far as it can be known.

use serde_json::Value;

use crate::files::{of, project};

const CHAIN: [(&str, &str); 3] = [
    ("a", "path: a.txt, content: one"),
    ("b", "path: b.txt, content: '${a.sha256}'"),
    ("c", "path: c.txt, content: '${a.location}'"),
];
/// What the engine shows for a value that is not known yet.
const UNKNOWN: &str = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

#[test]
fn unknown_inputs_pass_a_preview() {
    let p = project(&of(&CHAIN));
    let preview = p.preview().expect_ok().expect_steps(&["create a", "create b", "create c"]);
    let b = preview.outcome("b");
    assert_eq!(b["inputs"]["content"], UNKNOWN, "{b}");
    assert_eq!(b["outputs"]["path"], "b.txt", "{b}");
    p.up().expect_ok();
    assert_eq!(p.read("root/b.txt").map(|text| text.len()), Some(64));
    p.expect_settled();
}

#[test]
fn stable_outputs_stay_known_over_an_update() {
    let p = project(&of(&CHAIN));
    p.up().expect_ok();
    let mut changed = CHAIN;
    changed[0].1 = "path: a.txt, content: two";
    p.program(&of(&changed));
    let preview = p.preview().expect_ok().expect_steps(&["update a", "update b"]);
    assert_eq!(preview.outcome("b")["inputs"]["content"], UNKNOWN);
    p.up().expect_ok().expect_steps(&["update a", "update b"]);
    p.expect_settled();
}

#[test]
fn a_replacement_makes_everything_unknown() {
    let p = project(&of(&CHAIN));
    p.up().expect_ok();
    let mut changed = CHAIN;
    changed[0].1 = "path: z.txt, content: one";
    p.program(&of(&changed));
    let preview = p.preview().expect_ok();
    assert_eq!(preview.outcome("c")["inputs"]["content"], UNKNOWN);
    p.up().expect_ok();
    assert!(p.read("root/c.txt").is_some_and(|text| text.ends_with("z.txt")));
    p.expect_settled();
}

#[test]
fn unknown_parts_of_sets_maps_and_objects_pass() {
    let p = project(&of(&[
        ("a", "path: a.txt, content: one"),
        (
            "b",
            "content: x, keywords: [z, '${a.sha256}', a], labels: {k: '${a.sha256}'}, owner: {name: '${a.location}'}, slow: '${a.size}'",
        ),
    ]));
    p.preview().expect_ok().expect_steps(&["create a", "create b"]);
    p.up().expect_ok();
    assert_eq!(*p.state().get("b", "/outputs/slow"), Value::from(3));
    p.expect_settled();
}

#[test]
fn what_is_left_to_be_chosen_is_not_known_before() {
    let program = |a: &str| of(&[("a", a), ("b", "path: b.txt, content: '${a.kind}'")]);
    let p = project(&program("path: a.txt, content: one"));
    let preview = p.preview().expect_ok();
    assert_eq!(preview.outcome("a")["outputs"]["kind"], UNKNOWN);
    p.up().expect_ok();
    assert_eq!(p.read("root/b.txt").as_deref(), Some("plain"));
    p.program(&program("path: a.txt, content: <p>"));
    let preview = p.preview().expect_ok();
    assert_eq!(preview.outcome("a")["outputs"]["kind"], UNKNOWN);
    preview.expect_steps(&["update a", "update b"]);
    p.up().expect_ok();
    assert_eq!(p.read("root/b.txt").as_deref(), Some("html"));
    p.expect_settled();
}

#[test]
fn to_ask_for_what_was_chosen_is_to_ask_for_nothing() {
    let p = project(&of(&[CHAIN[0]]));
    p.up().expect_ok();
    p.program(&of(&[("a", "path: a.txt, content: one, kind: plain")]));
    p.expect_settled();
    p.up().expect_ok().expect_steps(&[]);
    p.program(&of(&[("a", "path: a.txt, content: one, kind: html")]));
    let up = p.act("up", &["--diff"]).expect_ok().expect_steps(&["update a"]);
    assert_eq!(up.diff("a")["kind"], "update");
    up.expect_says("kind: \"plain\" => \"html\"");
    p.program(&of(&[CHAIN[0]]));
    p.expect_settled();
}

#[test]
fn a_rule_gives_its_verdict_while_something_else_is_unknown() {
    let p = project(&of(&[CHAIN[0], ("b", "content: '${a.sha256}'")]));
    p.up().expect_ok();
    let private = ("b", "content: '${a.sha256}', mode: private");
    p.program(&of(&[("a", "path: a.txt, content: two"), private]));
    let preview = p.preview().expect_ok();
    assert_eq!(preview.diff("b")["mode"], "update-replace", "{preview}");
    let steps = ["create-replacement b", "delete-replaced b", "replace b", "update a"];
    preview.expect_steps(&steps);
    p.up().expect_ok().expect_steps(&steps);
    p.expect_settled();
}

/// Whether what was foreseen is what came, as far as it was foreseen.
fn came_true(foreseen: &Value, came: &Value) -> bool {
    match (foreseen, came) {
        (Value::String(text), _) if text == UNKNOWN => true,
        // The log tells of a secret only that it is one.
        (Value::Object(a), _) if a.contains_key("ciphertext") => true,
        (Value::Object(a), Value::Object(b)) => {
            a.iter().all(|(name, value)| came_true(value, b.get(name).unwrap_or(&Value::Null)))
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| came_true(a, b)),
        _ => foreseen == came,
    }
}

#[test]
fn what_a_preview_says_comes_true() {
    let more = "content: x, mode: private, keywords: [b, a], labels: {k: '${a.sha256}'}, expires: 3, slow: '${a.size}'";
    let program = |content: &str| of(&[("a", content), CHAIN[1], CHAIN[2], ("d", more)]);
    let p = project(&program(CHAIN[0].1));
    for content in [CHAIN[0].1, "path: a.txt, content: longer", "path: z.txt, content: longer"] {
        p.program(&program(content));
        let preview = p.preview().expect_ok();
        let up = p.up().expect_ok();
        // What is unknown may turn out to be what it was.
        let foreseen = preview.steps();
        let steps = up.steps();
        assert!(steps.iter().all(|step| foreseen.contains(step)), "{preview}{up}");
        for name in ["a", "b", "c", "d"] {
            let (mut foreseen, came) = (preview.outcome(name), up.outcome(name));
            // A name that is made up comes out of the run's own seed.
            if let Some(outputs) = foreseen["outputs"].as_object_mut().filter(|_| name == "d") {
                outputs.remove("path");
            }
            assert!(came_true(&foreseen["outputs"], &came["outputs"]), "{name}: {foreseen}\n{came}");
        }
    }
}
