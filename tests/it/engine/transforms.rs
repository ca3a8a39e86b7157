//! Transforms: a program of Python that changes every resource before it is made, a component's children too.

use crate::pulumi::Project;
use crate::tools;

const PROGRAM: &str = r#"
import pulumi

class File(pulumi.CustomResource):
    def __init__(self, name, props, opts=None):
        super().__init__("files:index:File", name, props, opts)

class Site(pulumi.ComponentResource):
    def __init__(self, name, props, opts=None):
        super().__init__("files:index:Site", name, props, opts, remote=True)

def label(args):
    if args.type_ == "files:index:File":
        return pulumi.ResourceTransformResult({**args.props, "labels": {"by": "transform"}}, args.opts)

pulumi.runtime.register_resource_transform(label)
File("a", {"path": "a.txt", "content": "one"})
Site("s", {"title": "t"})
"#;

#[test]
fn transforms_of_the_stack_reach_children() {
    let p = Project::new("python", &[tools::files()]);
    let config = p.read("Pulumi.dev.yaml").unwrap_or_default();
    p.write(
        "Pulumi.dev.yaml",
        &format!("{config}config:\n  files:root: @DIR@/root\n"),
    );
    p.write("__main__.py", PROGRAM);
    let venv = tools::python()
        .parent()
        .and_then(|bin| bin.parent())
        .expect("a python lies in an environment");
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{}/bin:{path}", tools::bin().display(), venv.display());
    let p = p
        .env("VIRTUAL_ENV", venv.display().to_string())
        .env("PATH", path);
    p.up().expect_ok();
    let state = p.state();
    for file in ["a", "s-index-en", "s-map"] {
        assert_eq!(
            state.text(file, "/outputs/labels/by"),
            "transform",
            "{file}"
        );
    }
    p.expect_settled();
}
