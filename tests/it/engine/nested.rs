//! Components in components: a campus holds two sites, a gate and a wall. Their options, wishes by path, failures and order.

use serde_json::json;

use crate::files::{project, python};
use crate::pulumi::{PROJECT, Project, STACK};

/// A campus with properties and options, after a file.
fn campus(properties: &str, options: &str) -> String {
    format!(
        "resources:\n  a: {{type: 'files:index:File', properties: {{path: a.txt, content: text}}}}\n  c:\n    type: files:index:Campus\n    properties: {{{properties}}}\n    options: {{{options}}}\n"
    )
}

const PAGES: &str = "title: '${a.sha256}', pages: {one: '${a.location}', two: plain}";

const ALL: [&str; 14] = [
    "create a",
    "create c",
    "create c-gate",
    "create c-north",
    "create c-north-index-en",
    "create c-north-map",
    "create c-north-page-one",
    "create c-north-page-two",
    "create c-south",
    "create c-south-index-en",
    "create c-south-map",
    "create c-south-page-gate",
    "create c-south-page-north",
    "create c-wall",
];

fn built(options: &str) -> Project {
    let p = project(&campus(PAGES, options));
    p.up().expect_ok();
    p
}

/// The last names of a list of URNs in the state, sorted.
fn names(p: &Project, name: &str, pointer: &str) -> Vec<String> {
    let state = p.state();
    let urns = state.get(name, pointer).as_array().cloned().unwrap_or_default();
    let mut names: Vec<_> = urns.iter().filter_map(|urn| Some(urn.as_str()?.rsplit("::").next()?.to_owned())).collect();
    names.sort();
    names
}

fn problem(name: &str, why: &str) -> String {
    format!("resource '{name}' has a problem: {why}\n")
}

#[test]
fn a_preview_lists_every_child_of_every_part() {
    let p = project(&campus(PAGES, ""));
    p.preview().expect_ok().expect_steps(&ALL);
    p.up().expect_ok().expect_steps(&ALL);
    p.expect_settled();
    p.refresh_settled();
    assert_eq!(p.destroy().expect_ok().steps().len(), ALL.len());
    assert!(p.state().names().is_empty());
}

#[test]
fn it_takes_no_more_than_one_thing_at_a_time() {
    let p = project(&campus(PAGES, ""));
    let one = ["--parallel", "1"];
    p.act("preview", &one).expect_ok().expect_steps(&ALL);
    p.act("up", &one).expect_ok().expect_steps(&ALL);
    p.act("destroy", &one).expect_ok();
    assert!(p.state().names().is_empty());
}

#[test]
fn what_flows_through_parts_is_recorded() {
    let p = built("");
    let state = p.state();
    let urn = |name: &str| state.text(name, "/urn").to_owned();
    for (child, parent) in [("c-north", "c"), ("c-gate", "c"), ("c-south", "c"), ("c-south-map", "c-south")] {
        assert_eq!(state.text(child, "/parent"), urn(parent), "{child}");
    }
    assert_eq!(names(&p, "c-north-index-en", "/propertyDependencies/content"), ["a"]);
    assert_eq!(names(&p, "c-south-page-gate", "/propertyDependencies/content"), ["c-gate"]);
    let north = names(&p, "c-south-page-north", "/propertyDependencies/content");
    // It does not come from the rest of the northern site.
    assert_eq!(north, ["c-north-page-one", "c-north-page-two"]);
    assert_eq!(p.read("root/south/north.txt").as_deref(), Some("one\ntwo"));
    assert_eq!(*state.get("c", "/outputs/childUrns/north"), urn("c-north"));
    assert_eq!(*state.get("c-north", "/outputs/childUrns/map"), urn("c-north-map"));
    assert_eq!(*state.get("c", "/outputs/sums/two"), *state.get("c-north-page-two", "/outputs/sha256"));
    assert!(state.text("c", "/outputs/maps/south").ends_with("/root/south/map.txt"));
}

#[test]
fn a_change_goes_through_to_where_it_matters_and_no_further() {
    let p = built("");
    p.program(&campus(&PAGES.replace("plain", "other"), ""));
    // A preview can't know that the names of the pages, of which the southern site tells, stay what they are.
    assert!(p.preview().expect_ok().steps().contains(&"update c-south-page-north".to_owned()));
    let steps = ["update c", "update c-north", "update c-north-map", "update c-north-page-two"];
    p.up().expect_ok().expect_steps(&steps);
    p.expect_settled();
}

#[test]
fn a_failing_child_of_a_part_is_named_by_its_path() {
    let p = project(&campus(PAGES, ""));
    p.write("root/north/.files/one.txt.fault", "create");
    let why = "rehearsed failure of create for `one.txt`";
    for parallel in ["1", "4"] {
        let up = p.act("up", &["--parallel", parallel]).expect_failure().expect_says(why);
        let printed = up.printed();
        assert!(!printed.contains("'c' has a problem") || printed.contains(&problem("c", &path(why))), "{up}");
    }
    p.act("up", &["--continue-on-error"]).expect_failure().expect_says(&problem("c", &path(why)));
    assert!(!p.state().names().contains(&"c-gate"), "it comes after the northern site");
    p.remove("root/north/.files/one.txt.fault");
    p.up().expect_ok();
    p.expect_settled();
}

fn path(why: &str) -> String {
    format!("north: child `page-one`: {why}")
}

#[test]
fn wishes_go_by_path() {
    let wishes = "labels: {team: web}, overrides: {north: {labels: {own: '1'}, overrides: {page-one: {mode: private}}, skip: [page-two]}, gate: {mode: private}}, skip: [wall]";
    let p = project(&campus(&format!("{PAGES}, {wishes}"), ""));
    p.up().expect_ok();
    let state = p.state();
    assert!(!state.names().contains(&"c-wall") && !state.names().contains(&"c-north-page-two"));
    assert_eq!(state.text("c-gate", "/outputs/mode"), "private");
    assert_eq!(state.text("c-north-page-one", "/outputs/mode"), "private");
    assert_eq!(*state.get("c-north-map", "/outputs/labels"), json!({"own": "1", "team": "web"}));
    assert_eq!(*state.get("c-south-map", "/outputs/labels"), json!({"team": "web"}));
    p.expect_settled();
}

#[test]
fn a_part_that_is_not_wanted_is_not_there() {
    let p = project(&campus(&format!("{PAGES}, skip: [north]"), ""));
    p.up().expect_ok();
    let state = p.state();
    assert_eq!(
        state.names(),
        ["a", "c", "c-gate", "c-south", "c-south-index-en", "c-south-map", "c-south-page-gate", "c-wall"]
    );
    assert_eq!(state.get("c", "/outputs/maps").as_object().map(|maps| maps.len()), Some(1));
    assert_eq!(*state.get("c", "/outputs/sums"), json!(null));
    p.expect_settled();
    p.program(&campus(PAGES, ""));
    p.up().expect_ok();
    p.expect_settled();
}

#[test]
fn wishes_for_what_is_not_there_are_faults() {
    for (wish, why) in [
        ("overrides: {nort: {}}", "no child `nort`; did you mean `north`? there are gate, north, south, wall"),
        ("overrides: {north: {skip: [mapp]}}", "north: `skip`: no child `mapp`; did you mean `map`?"),
        ("overrides: {south: {languages: 3}}", "south: `languages`: expected a list, got a number"),
        ("overrides: {south: {footr: x}}", "south: `footr`: no such property; did you mean `footer`?"),
    ] {
        let p = project(&campus(&format!("title: x, {wish}"), ""));
        p.act("up", &["--continue-on-error"]).expect_failure().expect_says(why);
    }
}

#[test]
fn a_renamed_campus_keeps_all_below_it() {
    let p = built("");
    p.program(&campus(PAGES, "aliases: [{name: c}]").replace("  c:\n", "  d:\n"));
    p.up().expect_ok().expect_steps(&[]);
    assert!(p.state().names().contains(&"d-north-page-one"));
    assert!(!p.state().names().contains(&"c-north-page-one"));
}

#[test]
fn a_child_keeps_its_place_under_another_key() {
    let p = built("");
    p.edit_state(|state| rename(state, "::c-gate", "::c-door"));
    let formerly = format!("{PAGES}, formerly: [door]");
    p.program(&campus(&formerly, ""));
    let steps = p.preview().expect_ok().steps();
    assert_eq!(steps, ["update c"], "only its own input");
    p.up().expect_ok();
    assert!(p.state().names().contains(&"c-gate"));
    // The component may be renamed in the same run.
    p.edit_state(|state| rename(state, "::c-gate", "::c-door"));
    p.program(&campus(&formerly, "aliases: [{name: c}]").replace("  c:\n", "  d:\n"));
    p.up().expect_ok().expect_steps(&[]);
    assert!(p.state().names().contains(&"d-gate"));
}

/// Gives a resource another name wherever the state speaks of it.
fn rename(state: &mut serde_json::Value, from: &str, to: &str) {
    *state = serde_json::from_str(&state.to_string().replace(from, to)).expect("it is still JSON");
}

#[test]
fn protection_is_the_childs_own_or_the_campuss() {
    // What is gone with the gate would be forgotten although the gate stays.
    let pages = format!("{PAGES}, skip: [wall]");
    let p = project(&campus(&format!("{pages}, keep: true"), ""));
    p.up().expect_ok();
    let state = p.state();
    let protected: Vec<_> = state.names().into_iter().filter(|name| *state.get(name, "/protect") == true).collect();
    assert_eq!(protected, ["c-gate"]);
    p.destroy().expect_failure().expect_says("protect");
    assert!(p.path("root/gate.txt").exists());
    p.program(&campus(&pages, ""));
    p.up().expect_ok();
    p.destroy().expect_ok();

    let p = built("protect: true");
    for name in ["c", "c-gate", "c-north", "c-north-map"] {
        assert_eq!(*p.state().get(name, "/protect"), true, "{name}");
    }
}

#[test]
fn patience_is_the_childs_own_or_the_campuss() {
    let all = "customTimeouts: {create: 1m, delete: 3m}";
    let p = project(&campus(&format!("{PAGES}, patience: 100"), all));
    p.up().expect_ok();
    let state = p.state();
    assert_eq!(*state.get("c-gate", "/customTimeouts"), json!({"create": 0.1, "delete": 180}));
    for name in ["c-wall", "c-north-map"] {
        assert_eq!(*state.get(name, "/customTimeouts"), json!({"create": 60, "delete": 180}), "{name}");
    }
    let slow = "title: x, patience: 100, overrides: {gate: {slow: 1000000}}";
    let p = project(&campus(slow, ""));
    p.up().expect_failure().expect_says("creation took longer than 100 ms");
}

#[test]
fn ignored_changes_go_by_path() {
    let ignored = "ignoreChanges: [north.page-two.content]";
    let p = built(ignored);
    p.program(&campus(&PAGES.replace("plain", "other"), ignored));
    p.up().expect_ok();
    assert_eq!(p.read("root/north/two.txt").as_deref(), Some("plain"));
}

#[test]
fn transforms_reach_every_level() {
    let p = python(
        r#"
def label(args):
    if args.type_ == "files:index:File":
        return pulumi.ResourceTransformResult({**args.props, "labels": {"by": "stack"}}, args.opts)

def private(args):
    if args.type_ == "files:index:File":
        return pulumi.ResourceTransformResult({**args.props, "mode": "private"}, args.opts)

pulumi.runtime.register_resource_transform(label)
Campus("c", {"title": "t"}, pulumi.ResourceOptions(transforms=[private]))
"#,
    );
    p.up().expect_ok();
    let state = p.state();
    for file in ["c-gate", "c-north-map", "c-south-page-gate"] {
        assert_eq!(state.text(file, "/outputs/labels/by"), "stack", "{file}");
        assert_eq!(state.text(file, "/outputs/mode"), "private", "{file}");
    }
    p.expect_settled();
}

#[test]
fn parts_have_the_provider_of_the_whole() {
    let p = project(
        "resources:
  p: {type: 'pulumi:providers:files', properties: {root: '@DIR@/one'}}
  c: {type: 'files:index:Campus', properties: {title: t, folder: f}, options: {provider: '${p}'}}
",
    );
    p.line("  pulumi:disable-default-providers: ['*']");
    p.preview().expect_ok();
    p.up().expect_ok();
    assert!(p.path("one/f/north/map.txt").exists() && p.path("one/f/gate.txt").exists());
    assert_eq!(p.state().of_type("pulumi:providers:files"), ["p"]);
    p.expect_settled();
    p.destroy().expect_ok();
}

#[test]
fn parts_share_one_default_provider() {
    let p = built("");
    let state = p.state();
    assert_eq!(state.of_type("pulumi:providers:files").len(), 1);
    assert_eq!(state.text("c-north-map", "/provider"), state.text("a", "/provider"));
}

#[test]
fn what_comes_after_is_made_after_and_deleted_before() {
    let site = "  s: {type: 'files:index:Site', properties: {title: t, folder: s}, options: {dependsOn: ['${c}']}}\n";
    let p = project(&(campus(PAGES, "") + site));
    let up = p.up().expect_ok().steps_in_order();
    let down = p.destroy().expect_ok().steps_in_order();
    for (first, then) in [
        ("c-wall", "s-map"),
        ("c-north-map", "s"),
        ("c-north-map", "c-gate"),
        ("c-gate", "c-south-page-gate"),
        ("c-north-page-one", "c-south-page-north"),
    ] {
        let at = |steps: &[String], verb: &str, name: &str| steps.iter().position(|s| *s == format!("{verb} {name}"));
        assert!(at(&up, "create", first) < at(&up, "create", then), "{first} before {then}: {up:?}");
        assert!(at(&down, "delete", then) < at(&down, "delete", first), "{then} before {first}: {down:?}");
    }
}

#[test]
fn every_child_comes_after_what_is_waited_for() {
    let waits = "title: x, waitFor: ['${a.sha256}', '${b}']";
    let b = "  b: {type: 'files:index:Site', properties: {title: t, folder: b}}\n";
    let p = project(&(campus(waits, "") + b));
    p.preview().expect_ok();
    p.up().expect_ok();
    for child in ["c-gate", "c-wall", "c-north-index-en", "c-south-map"] {
        let after = names(&p, child, "/dependencies");
        assert!(["a", "b"].iter().all(|name| after.iter().any(|it| it == name)), "{child}: {after:?}");
    }
    p.expect_settled();
    let down = p.destroy().expect_ok().steps_in_order();
    let at = |step: &str| down.iter().position(|s| s == step);
    assert!(at("delete c-north-index-en") < at("delete a"), "{down:?}");
}

#[test]
fn what_is_gone_with_another_is_not_deleted_itself() {
    let p = built("");
    let gate = format!("urn:pulumi:{STACK}::{PROJECT}::files:index:Campus$files:index:File::c-gate");
    assert_eq!(p.state().text("c-wall", "/deletedWith"), gate);
    p.destroy().expect_ok();
    assert!(p.path("root/wall.txt").exists() && !p.path("root/gate.txt").exists());
}

#[test]
fn secrets_stay_secret_through_parts() {
    let p = project(&campus("title: {fn::secret: hush-hush}, pages: {one: {fn::secret: hidden-page}}", ""));
    p.preview().expect_ok();
    p.up().expect_ok();
    let state = p.state();
    assert!(!state.export.contains("hush-hush") && !state.export.contains("hidden-page"), "{}", state.export);
    p.expect_settled();
}
