//! Hooks: what a program wants to be asked before and after something happens to a resource.

use crate::files;

/// Hooks that write down what they are asked about.
const NOTES: &str = r#"
def note(when):
    def hook(args):
        with open("@DIR@/hooks.txt", "a") as notes:
            print(when, args.name, file=notes)
    return pulumi.ResourceHook(when, hook)

WHENS = ["before_create", "after_create", "before_update", "after_update", "before_delete", "after_delete"]
HOOKS = pulumi.ResourceHookBinding(**{when: [note(when)] for when in WHENS})
"#;

/// What the hooks of a site with such options wrote in its creation, its update and its end.
fn noted(options: &str) -> [Vec<String>; 3] {
    let site = |title: &str| format!("{NOTES}\nSite('s', {{'title': '{title}', 'skip': ['map']}}, {options})\n");
    let p = files::python(&site("one"));
    let notes = || {
        let notes = p.read("hooks.txt").unwrap_or_default();
        p.write("hooks.txt", "");
        notes.lines().map(str::to_owned).collect()
    };
    p.up().expect_ok();
    let created = notes();
    files::main(&p, &site("two"));
    p.up().expect_ok();
    let updated = notes();
    p.act("destroy", &["--run-program"]).expect_ok();
    [created, updated, notes()]
}

#[test]
fn a_components_hooks_are_about_itself() {
    let [created, updated, deleted] = noted("pulumi.ResourceOptions(hooks=HOOKS)");
    assert_eq!(created, ["before_create s", "after_create s"]);
    assert_eq!(updated, ["before_update s", "after_update s"]);
    assert_eq!(deleted, ["before_delete s", "after_delete s"]);
}

#[test]
fn a_transform_gives_hooks_to_children() {
    let [created, updated, deleted] = noted(
        r#"pulumi.ResourceOptions(transforms=[lambda args: pulumi.ResourceTransformResult(
    args.props,
    pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(hooks=HOOKS)),
) if args.type_ == "files:index:File" else None])"#,
    );
    assert_eq!(created, ["before_create s-index-en", "after_create s-index-en"]);
    assert_eq!(updated, ["before_update s-index-en", "after_update s-index-en"]);
    assert_eq!(deleted, ["before_delete s-index-en", "after_delete s-index-en"]);
}

#[test]
fn a_hook_may_have_a_creation_tried_again() {
    let p = files::python(
        r#"
import os

def again(args):
    os.remove("@DIR@/root/.files/a.txt.fault")
    return True

hooks = pulumi.ResourceHookBinding(on_error=[pulumi.ErrorHook("again", again)])
File("a", {"path": "a.txt", "content": "one"}, pulumi.ResourceOptions(hooks=hooks))
"#,
    );
    for verb in ["create", "ready"] {
        p.write("root/.files/a.txt.fault", verb);
        p.up().expect_ok().expect_says("on-error hook");
        assert_eq!(p.state().names(), ["a"], "{verb}");
        if verb == "ready" {
            // The engine goes on to think that it isn't ready.
            p.up().expect_ok().expect_steps(&["update a"]);
        }
        p.expect_settled();
        p.destroy().expect_ok();
    }
}
