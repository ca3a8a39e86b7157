//! Components: children, what they share, and what of the component's options reaches them.

use serde_json::Value;

use crate::files::{project, python};
use crate::pulumi::Project;

/// A site with properties and options, after other resources.
fn site(properties: &str, options: &str) -> String {
    format!(
        "resources:\n  a: {{type: 'files:index:File', properties: {{path: a.txt, content: text}}}}\n  s:\n    type: files:index:Site\n    properties: {{{properties}}}\n    options: {{{options}}}\n"
    )
}

const PAGES: &str = "title: '${a.sha256}', pages: {one: '${a.location}', two: plain}";

fn built(options: &str) -> Project {
    let p = project(&site(PAGES, options));
    p.up().expect_ok();
    p
}

/// The URNs that one property of a resource comes from, by their names.
fn comes_from(p: &Project, name: &str, property: &str) -> Vec<String> {
    let state = p.state();
    let urns = state.get(name, &format!("/propertyDependencies/{property}")).as_array().cloned().unwrap_or_default();
    let names = urns.iter().filter_map(Value::as_str);
    let mut names: Vec<_> = names.filter_map(|urn| urn.rsplit("::").next()).map(str::to_owned).collect();
    // The engine keeps them in no order.
    names.sort();
    names
}

#[test]
fn a_preview_lists_every_child() {
    let p = project(&site(PAGES, ""));
    let all = ["create a", "create s", "create s-index-en", "create s-map", "create s-page-one", "create s-page-two"];
    p.preview().expect_ok().expect_steps(&all);
    p.up().expect_ok().expect_steps(&all);
    p.expect_settled();
    p.refresh_settled();
    let steps = p.destroy().expect_ok().steps();
    assert_eq!(steps.len(), all.len());
}

#[test]
fn children_and_dependencies_are_recorded() {
    let p = built("");
    let state = p.state();
    let parent = state.text("s", "/urn");
    for child in ["s-index-en", "s-map", "s-page-one", "s-page-two"] {
        assert_eq!(state.text(child, "/parent"), parent, "{child}");
    }
    assert_eq!(comes_from(&p, "s-index-en", "content"), ["a"]);
    assert_eq!(comes_from(&p, "s-page-one", "content"), ["a"]);
    assert!(comes_from(&p, "s-page-two", "content").is_empty());
    assert_eq!(comes_from(&p, "s-map", "content"), ["s-page-one", "s-page-two"]);
    assert_eq!(comes_from(&p, "s", "title"), ["a"]);
    assert!(state.text("s", "/outputs/map").ends_with("/root/map.txt"));
    assert_eq!(*state.get("s", "/outputs/sums/two"), *state.get("s-page-two", "/outputs/sha256"));
}

#[test]
fn what_uses_a_component_depends_on_what_it_uses() {
    let p = project(
        &(site(PAGES, "") + "  b: {type: 'files:index:File', properties: {path: b.txt, content: '${s.map}'}}\n"),
    );
    p.up().expect_ok();
    let from = comes_from(&p, "b", "content");
    assert!(from.contains(&"s-map".to_owned()) || from.contains(&"s".to_owned()), "{from:?}");
    let order = p.destroy().expect_ok().steps_in_order();
    let at = |step: &str| order.iter().position(|s| s == step);
    assert!(at("delete b") < at("delete s-map"), "{order:?}");
}

#[test]
fn a_failing_child_fails_the_component_by_name() {
    let p = project(&site(PAGES, ""));
    p.write("root/.files/one.txt.fault", "create");
    p.up().expect_failure().expect_says("rehearsed failure of create for `one.txt`");
    // Only now does the engine wait for the component's own words; else it may hang up before they come.
    p.act("up", &["--continue-on-error"])
        .expect_failure()
        .expect_says(&problem("page-one", "rehearsed failure of create for `one.txt`"));
    assert_eq!(p.state().names(), ["a", "s", "s-index-en", "s-page-two"]);
    p.remove("root/.files/one.txt.fault");
    p.up().expect_ok();
    p.expect_settled();
}

fn problem(child: &str, why: &str) -> String {
    format!("resource 's' has a problem: child `{child}`: {why}\n")
}

#[test]
fn of_siblings_that_nobody_got_to_nothing_is_said() {
    let pages: Vec<_> = (1..=9).map(|i| format!("p{i}: '{i}'")).collect();
    let p = project(&site(&format!("title: x, pages: {{{}}}", pages.join(", ")), ""));
    p.write("root/.files/p1.txt.fault", "create");
    let why = "rehearsed failure of create for `p1.txt`";
    for parallel in ["1", "4"] {
        let up = p.act("up", &["--parallel", parallel]).expect_failure();
        let up = up.expect_says(why);
        // The engine may close the connection before the component can answer, and then says so itself.
        let printed = up.printed().replace("has a problem: grpc: the client connection is closing", "");
        let told = printed.contains("has a problem");
        assert!(!told || printed.contains(&problem("page-p1", why)), "{up}");
        p.destroy().expect_ok();
    }
}

#[test]
fn a_child_with_wrong_inputs_is_named() {
    let p = project(&site("title: x, overrides: {map: {path: /map.txt}}", ""));
    p.act("up", &["--continue-on-error"])
        .expect_failure()
        .expect_says(&problem("map", "`path`: must stay below the root"));
}

#[test]
fn what_says_which_children_there_are_must_be_known() {
    let p = project(&site("title: x, languages: ['${a.sha256}']", ""));
    p.preview().expect_failure().expect_says("languages").expect_says("must be known before anything is made");
}

#[test]
fn arguments_are_checked() {
    let p = python(r#"Site("s", {"titel": "x", "pages": [1], "overrides": 3, "footer": 4})"#);
    p.up()
        .expect_failure()
        .expect_says("property titel with value '{x}' has a problem: no such property; did you mean `title`?")
        .expect_says("property title has a problem: missing: a string is required")
        .expect_says("property pages with value '{[{1}]}' has a problem: expected a map, got a list")
        .expect_says("property footer with value '{4}' has a problem: expected a string, got a number");
}

#[test]
fn wishes_for_single_children_are_met() {
    let wishes = "title: x, pages: {one: '1', two: '2'}, labels: {team: web}, overrides: {page-one: {labels: {own: '1'}, mode: private}}, skip: [page-two]";
    let p = project(&site(wishes, ""));
    p.up().expect_ok();
    let state = p.state();
    assert_eq!(state.names(), ["a", "s", "s-index-en", "s-map", "s-page-one"]);
    assert_eq!(*state.get("s-page-one", "/outputs/labels"), serde_json::json!({"own": "1", "team": "web"}));
    assert_eq!(state.text("s-page-one", "/outputs/mode"), "private");
    assert_eq!(*state.get("s-map", "/outputs/labels"), serde_json::json!({"team": "web"}));
    p.expect_settled();
}

#[test]
fn wishes_for_children_that_are_not_there_are_faults() {
    let p = project(&site("title: x, pages: {one: '1'}, overrides: {page-on: {}, map: {contnt: x}}, skip: [mapp]", ""));
    let run = p.preview().expect_failure();
    // What is wrong inside is told in the same breath, before any child is registered.
    run.expect_says("overrides.map.contnt")
        .expect_says("did you mean `content`?")
        .expect_says("no child `page-on`; did you mean `page-one`? there are index-en, map, page-one")
        .expect_says("no child `mapp`; did you mean `map`?");
}

#[test]
fn two_children_of_one_key_are_a_fault() {
    let p = project(&site("title: x, languages: [en, de, en]", ""));
    p.preview().expect_failure().expect_says("resource 's' has a problem: two children have the key `index-en`");
}

#[test]
fn an_override_is_checked_like_the_childs_own_inputs() {
    let p = project(&site("title: x, overrides: {map: {contnt: x}}", ""));
    p.preview().expect_failure().expect_says("did you mean `content`?");
}

#[test]
fn a_renamed_component_keeps_its_children() {
    let p = built("");
    let renamed = site(PAGES, "aliases: [{name: s}]").replace("  s:\n", "  t:\n");
    p.program(&renamed);
    p.up().expect_ok().expect_steps(&[]);
    assert!(p.state().names().contains(&"t-page-one"));
    assert!(!p.state().names().contains(&"s-page-one"));
}

#[test]
fn protection_reaches_children() {
    let p = built("protect: true");
    assert_eq!(*p.state().get("s-map", "/protect"), true);
    p.program(&site("title: x", "protect: true"));
    p.up().expect_failure().expect_says("protect");
    assert!(p.path("root/one.txt").exists());
}

#[test]
fn retention_reaches_children() {
    let p = built("retainOnDelete: true");
    p.destroy().expect_ok();
    assert!(p.path("root/one.txt").exists() && !p.path("root/a.txt").exists());
}

#[test]
fn deletion_with_another_reaches_children() {
    let p = built("deletedWith: '${a}'");
    p.destroy().expect_ok();
    // The engine takes them to be gone with `a`.
    assert!(p.path("root/one.txt").exists() && !p.path("root/a.txt").exists());
}

#[test]
fn ignored_changes_reach_the_child_that_they_name() {
    let p = built("ignoreChanges: [page-two.content]");
    p.program(&site(&PAGES.replace("plain", "other"), "ignoreChanges: [page-two.content]"));
    p.up().expect_ok();
    assert_eq!(p.read("root/two.txt").as_deref(), Some("plain"));
    p.program(&site(&PAGES.replace("plain", "other"), ""));
    p.up().expect_ok();
    assert_eq!(p.read("root/two.txt").as_deref(), Some("other"));
}

#[test]
fn patience_reaches_children() {
    let slow = "title: x, overrides: {map: {slow: 1000000}}";
    let p = project(&site(slow, "customTimeouts: {create: 100ms}"));
    p.up().expect_failure().expect_says("creation took longer than 100 ms");
    p.program(&site("title: x", ""));
    p.up().expect_ok();
    p.expect_settled();
}

#[test]
fn patience_reaches_nobody_elses_children() {
    let other = "  t: {type: 'files:index:Site', properties: {title: t, folder: t}}\n";
    let all = "customTimeouts: {create: 1m, update: 2m, delete: 3m, read: 4m}";
    let p = project(&(site("title: x", all) + other));
    p.up().expect_ok();
    let state = p.state();
    let given = serde_json::json!({"create": 60, "update": 120, "delete": 180, "read": 240});
    for (name, timeouts) in [("s-map", &given), ("t-map", &Value::Null), ("a", &Value::Null)] {
        assert_eq!(state.get(name, "/customTimeouts"), timeouts, "{name}");
    }
}

#[test]
fn more_outputs_of_a_component_can_be_made_secret() {
    let p = built("additionalSecretOutputs: [sums]");
    let state = p.state();
    let sums = state.get("s", "/outputs/sums");
    assert!(sums.get("ciphertext").is_some(), "{sums}");
    p.expect_settled();
}
