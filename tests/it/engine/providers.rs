//! Which provider a resource has: the default one, an explicit one, one of several.

use crate::files::project;

const PROVIDER: &str = "pulumi:providers:files";

/// Two directories, a file and a site in one of them each.
const TWO: &str = "resources:
  p: {type: 'pulumi:providers:files', properties: {root: '@DIR@/one'}}
  q: {type: 'pulumi:providers:files', properties: {root: '@DIR@/two'}}
  a: {type: 'files:index:File', properties: {path: a.txt, content: '1'}, options: {provider: '${p}'}}
  b: {type: 'files:index:File', properties: {path: a.txt, content: '2'}, options: {provider: '${q}'}}
  s: {type: 'files:index:Site', properties: {title: t, folder: site}, options: {provider: '${q}'}}
";

#[test]
fn two_explicit_providers_keep_apart() {
    let p = project(TWO);
    p.preview().expect_ok();
    p.up().expect_ok();
    assert_eq!(p.read("one/a.txt").as_deref(), Some("1"));
    assert_eq!(p.read("two/a.txt").as_deref(), Some("2"));
    assert!(p.path("two/site/index.en.txt").exists(), "a component's children have its provider");
    let state = p.state();
    let mut providers = state.of_type(PROVIDER);
    providers.sort();
    assert_eq!(providers, ["p", "q"]);
    p.expect_settled();
    p.destroy().expect_ok();
    assert!(!p.path("two/site/index.en.txt").exists());
}

#[test]
fn no_default_provider_is_made_where_none_may_be() {
    let p = project(TWO);
    p.line("  pulumi:disable-default-providers: ['*']");
    p.preview().expect_ok();
    p.up().expect_ok();
    p.expect_settled();
    p.program("resources:\n  a: {type: 'files:index:File', properties: {path: a.txt, content: '1'}}\n");
    p.preview().expect_failure().expect_says("disabled");
}

#[test]
fn a_component_and_its_children_share_one_default_provider() {
    let p = project(
        "resources:\n  s: {type: 'files:index:Site', properties: {title: t}}\n  a: {type: 'files:index:File', properties: {path: a.txt, content: '1'}}\n",
    );
    p.up().expect_ok();
    let state = p.state();
    assert_eq!(state.of_type(PROVIDER).len(), 1, "{}", state.export);
    let provider = state.text("a", "/provider");
    assert_eq!(state.text("s-map", "/provider"), provider);
    p.expect_settled();
}

#[test]
fn another_root_takes_new_resources() {
    let p = project(TWO);
    p.up().expect_ok();
    p.program(&TWO.replace("/one", "/three"));
    p.up().expect_ok();
    assert_eq!(p.read("three/a.txt").as_deref(), Some("1"));
    assert!(!p.path("one/a.txt").exists());
    p.expect_settled();
}

#[test]
fn more_labels_take_no_new_resources() {
    let p = project(TWO);
    p.up().expect_ok();
    p.program(&TWO.replace("/one'", "/one', labels: {team: web}"));
    p.up().expect_ok().expect_steps(&["update a"]);
    p.expect_settled();
}

#[test]
fn a_configuration_that_is_not_known_yet_passes_a_preview() {
    let p = project(
        "resources:
  f: {type: 'files:index:File', properties: {path: root.txt, content: x}}
  p: {type: 'pulumi:providers:files', properties: {root: '${f.location}.d'}}
  a: {type: 'files:index:File', properties: {path: a.txt, content: '1'}, options: {provider: '${p}'}}
  s: {type: 'files:index:Site', properties: {title: t, folder: site}, options: {provider: '${p}'}}
",
    );
    p.preview().expect_ok();
    p.up().expect_ok();
    assert_eq!(p.read("root/root.txt.d/a.txt").as_deref(), Some("1"));
    p.expect_settled();
}
