//! Projects on the provider of files, which knows no cloud.

use crate::pulumi::Project;
use crate::tools;

/// A project whose files lie in its folder `root`. Waits take no time.
pub fn project(program: &str) -> Project {
    let project = Project::yaml(&[tools::files()], program).env("FILES_PACE", "0.001");
    let config = project.read("Pulumi.dev.yaml").unwrap_or_default();
    project.write(
        "Pulumi.dev.yaml",
        &format!("{config}config:\n  files:root: @DIR@/root\n"),
    );
    project
}

/// A program of files, each a name with its properties as a YAML flow: `("a", "path: a.txt, content: x")`.
pub fn of(files: &[(&str, &str)]) -> String {
    let each = files.iter().map(|(name, properties)| {
        format!("  {name}: {{type: 'files:index:File', properties: {{{properties}}}}}\n")
    });
    format!("resources:\n{}", each.collect::<String>())
}
