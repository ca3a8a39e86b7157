//! Projects on the provider of files, which knows no cloud.

use crate::pulumi::Project;
use crate::tools;

/// The package's types in a language that checks nothing itself.
const PYTHON: &str = r#"
import pulumi

class File(pulumi.CustomResource):
    def __init__(self, name, props, opts=None):
        super().__init__("files:index:File", name, props, opts)

class Site(pulumi.ComponentResource):
    def __init__(self, name, props, opts=None):
        super().__init__("files:index:Site", name, props, opts, remote=True)

class Campus(pulumi.ComponentResource):
    def __init__(self, name, props, opts=None):
        super().__init__("files:index:Campus", name, props, opts, remote=True)
"#;

/// A project whose files lie in its folder `root`. Waits take no time.
pub fn project(program: &str) -> Project {
    rooted(Project::yaml(&[tools::files()], program))
}

/// The same with a program of Python, which has the package's types `File`, `Site` and `Campus`.
pub fn python(program: &str) -> Project {
    let project = Project::new("python", &[tools::files()]);
    main(&project, program);
    rooted(project)
}

/// Replaces the program of Python.
pub fn main(project: &Project, program: &str) {
    project.write("__main__.py", &format!("{PYTHON}{program}"));
}

fn rooted(project: Project) -> Project {
    project.line("config:").line("  files:root: @DIR@/root");
    project.env("FILES_PACE", "0.001")
}

/// A program of files, each a name with its properties as a YAML flow: `("a", "path: a.txt, content: x")`.
pub fn of(files: &[(&str, &str)]) -> String {
    let each = files
        .iter()
        .map(|(name, properties)| format!("  {name}: {{type: 'files:index:File', properties: {{{properties}}}}}\n"));
    format!("resources:\n{}", each.collect::<String>())
}
