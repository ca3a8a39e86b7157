//! Transforms: a program that changes every resource before it is made, a component's children too.

use crate::files;

#[test]
fn transforms_of_the_stack_reach_children() {
    let p = files::python(
        r#"
def label(args):
    if args.type_ == "files:index:File":
        return pulumi.ResourceTransformResult({**args.props, "labels": {"by": "transform"}}, args.opts)

pulumi.runtime.register_resource_transform(label)
File("a", {"path": "a.txt", "content": "one"})
Site("s", {"title": "t"})
"#,
    );
    p.up().expect_ok();
    let state = p.state();
    for file in ["a", "s-index-en", "s-map"] {
        assert_eq!(state.text(file, "/outputs/labels/by"), "transform", "{file}");
    }
    p.expect_settled();
}

#[test]
fn transforms_of_a_component_reach_its_children() {
    let p = files::python(
        r#"
def private(args):
    if args.type_ == "files:index:File":
        return pulumi.ResourceTransformResult({**args.props, "mode": "private"}, args.opts)

File("a", {"path": "a.txt", "content": "one"})
Site("s", {"title": "t"}, pulumi.ResourceOptions(transforms=[private]))
"#,
    );
    p.up().expect_ok();
    let state = p.state();
    assert_eq!(state.text("a", "/outputs/mode"), "shared");
    assert_eq!(state.text("s-map", "/outputs/mode"), "private");
    p.expect_settled();
}
