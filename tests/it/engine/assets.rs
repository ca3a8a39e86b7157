//! Assets and archives: files that a program hands over.

use serde_json::Value;

use crate::files::project;
use crate::pulumi::Project;

/// A copy of something.
fn of(source: &str) -> String {
    format!("resources:\n  c: {{type: 'files:index:Copy', properties: {{path: copy.txt, source: {source}}}}}\n")
}

fn written(source: &str) -> Project {
    let p = project(&of(source));
    p.write("one.txt", "one");
    p.write("folder/two.txt", "two");
    p
}

/// A copy of a source is what the source is; nothing is left to do, until a change of it shows as one.
#[track_caller]
fn check(source: &str, copied: &str, change: impl FnOnce(&Project), then: &str) {
    let p = written(source);
    let preview = p.preview().expect_ok().expect_steps(&["create c"]);
    assert_ne!(preview.outcome("c")["outputs"]["source"], Value::Null);
    assert_eq!(p.read("root/copy.txt"), None);
    p.up().expect_ok().expect_steps(&["create c"]);
    assert_eq!(p.read("root/copy.txt").as_deref(), Some(copied));
    p.expect_settled();
    p.refresh_settled();
    p.expect_settled();
    let old = p.state().text("c", "/outputs/source/hash").to_owned();
    assert_eq!(old.len(), 64);

    change(&p);
    let preview = p.preview().expect_ok().expect_steps(&["update c"]);
    assert_eq!(preview.diff("c")["source"], "update");
    p.up().expect_ok().expect_steps(&["update c"]);
    assert_eq!(p.read("root/copy.txt").as_deref(), Some(then));
    assert_ne!(p.state().text("c", "/outputs/source/hash"), old);
    p.expect_settled();
    p.destroy().expect_ok().expect_steps(&["delete c"]);
    assert_eq!(p.read("root/copy.txt"), None);
}

#[test]
fn text() {
    check(
        "{'fn::stringAsset': one}",
        "one",
        |p| {
            p.program(&of("{'fn::stringAsset': two}"));
        },
        "two",
    );
}

#[test]
fn a_file() {
    check(
        "{'fn::fileAsset': ./one.txt}",
        "one",
        |p| {
            p.write("one.txt", "another");
        },
        "another",
    );
}

#[test]
fn an_archive_of_assets() {
    check(
        "{'fn::assetArchive': {a: {'fn::fileAsset': ./one.txt}, b: {'fn::stringAsset': b}}}",
        "a: one\nb: b\n",
        |p| {
            p.write("one.txt", "another");
        },
        "a: another\nb: b\n",
    );
}

#[test]
fn a_folder() {
    check(
        "{'fn::fileArchive': ./folder}",
        "two.txt: two\n",
        |p| {
            p.write("folder/two.txt", "another");
        },
        "two.txt: another\n",
    );
}

#[test]
fn the_same_contents_elsewhere_are_no_change() {
    let p = written("{'fn::fileAsset': ./one.txt}");
    p.up().expect_ok();
    for same in ["{'fn::fileAsset': ./same.txt}", "{'fn::stringAsset': one}"] {
        p.write("same.txt", "one");
        p.program(&of(same));
        p.expect_settled();
    }
    // Contents of another kind are.
    p.program(&of("{'fn::fileArchive': ./folder}"));
    p.up().expect_ok().expect_steps(&["update c"]);
    p.expect_settled();
}

#[test]
fn a_secret_asset_is_not_told() {
    let p = written("{'fn::secret': {'fn::stringAsset': hush-hush}}");
    let up = p.act("up", &["--diff"]).expect_ok();
    assert_eq!(p.read("root/copy.txt").as_deref(), Some("hush-hush"));
    for place in [up.printed(), p.state().export] {
        assert!(!place.contains("hush-hush"), "{place}");
    }
    p.expect_settled();
}
