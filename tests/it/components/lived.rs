//! What every example of a component goes through.

use crate::aws::{Aws, gitinfra};
use crate::pulumi::Project;

/// Rolls an example out: the preview lists all that is made, and then nothing is left to do.
#[track_caller]
pub fn begun(aws: &Aws, example: &str) -> Project {
    let project = aws.reached_by(Project::example(example, &[gitinfra()]));
    let plan = project.preview().expect_ok().steps();
    assert_eq!(project.up().expect_ok().steps(), plan);
    project.expect_settled().refresh_settled();
    project
}

/// Gives the example's configuration more values, as `NAME: VALUE` lines.
pub fn configured(project: &Project, example: &str, values: &[(&str, &str)]) {
    let head = crate::pulumi::SALT;
    let lines: String = values.iter().map(|(name, value)| format!("  {example}:{name}: \"{value}\"\n")).collect();
    project.write("Pulumi.dev.yaml", &format!("{head}config:\n{lines}"));
}

/// What holds data is protected until the example says otherwise; then all goes.
#[track_caller]
pub fn ended(project: &Project, example: &str) {
    project.destroy().expect_failure().expect_says("protect");
    configured(project, example, &[("protect", "false")]);
    project.up().expect_ok();
    project.destroy().expect_ok();
    assert_eq!(project.state().names(), [""; 0]);
}
