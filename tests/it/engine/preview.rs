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
    let preview = p
        .preview()
        .expect_ok()
        .expect_steps(&["create a", "create b", "create c"]);
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
    let preview = p
        .preview()
        .expect_ok()
        .expect_steps(&["update a", "update b"]);
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
    assert!(
        p.read("root/c.txt")
            .is_some_and(|text| text.ends_with("z.txt"))
    );
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
    p.preview()
        .expect_ok()
        .expect_steps(&["create a", "create b"]);
    p.up().expect_ok();
    assert_eq!(*p.state().get("b", "/outputs/slow"), Value::from(3));
    p.expect_settled();
}

/// Whether what was foreseen is what came, as far as it was foreseen.
fn came_true(foreseen: &Value, came: &Value) -> bool {
    match (foreseen, came) {
        (Value::String(text), _) if text == UNKNOWN => true,
        // The log tells of a secret only that it is one.
        (Value::Object(a), _) if a.contains_key("ciphertext") => true,
        (Value::Object(a), Value::Object(b)) => a
            .iter()
            .all(|(name, value)| came_true(value, b.get(name).unwrap_or(&Value::Null))),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| came_true(a, b))
        }
        _ => foreseen == came,
    }
}

#[test]
fn what_a_preview_says_comes_true() {
    let more = "content: x, mode: private, keywords: [b, a], labels: {k: '${a.sha256}'}, expires: 3, slow: '${a.size}'";
    let program = |content: &str| of(&[("a", content), CHAIN[1], CHAIN[2], ("d", more)]);
    let p = project(&program(CHAIN[0].1));
    for content in [
        CHAIN[0].1,
        "path: a.txt, content: longer",
        "path: z.txt, content: longer",
    ] {
        p.program(&program(content));
        let preview = p.preview().expect_ok();
        let up = p.up().expect_ok();
        // What is unknown may turn out to be what it was.
        let foreseen = preview.steps();
        let steps = up.steps();
        assert!(
            steps.iter().all(|step| foreseen.contains(step)),
            "{preview}{up}"
        );
        for name in ["a", "b", "c", "d"] {
            let (mut foreseen, came) = (preview.outcome(name), up.outcome(name));
            // A name that is made up comes out of the run's own seed.
            if let Some(outputs) = foreseen["outputs"].as_object_mut().filter(|_| name == "d") {
                outputs.remove("path");
            }
            assert!(
                came_true(&foreseen["outputs"], &came["outputs"]),
                "{name}: {foreseen}\n{came}"
            );
        }
    }
}
