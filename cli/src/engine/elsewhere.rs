//! A stack that stands in another backend than is named now: rolled out there, all of it would be made a second time.

use super::backend::Backend;
use super::pulumi::Pulumi;
use crate::environment::Environment;
use crate::failure::{Failure, Result};
use crate::repo::Stack;

/// Refuses a stack that stands in `home` and is looked for in another backend that does not have it. One that it has was moved
/// there, or is the same place by another name.
pub async fn refuse_elsewhere(
    pulumi: &Pulumi,
    stack: &Stack,
    home: Option<&str>,
    (backend, environment): (&Backend, &Environment),
) -> Result<()> {
    let Some(home) = home.filter(|home| *home != backend.shown()) else {
        return Ok(());
    };
    backend.check(environment)?;
    // To look into a backend of files that is new would make it.
    let is_there = !backend.is_untouched(environment) && has(pulumi, stack, backend, environment).await?;
    if is_there { Ok(()) } else { Err(elsewhere(stack, home, backend)) }
}

async fn has(pulumi: &Pulumi, stack: &Stack, backend: &Backend, environment: &Environment) -> Result<bool> {
    let failed = |error| Failure::setup(format!("making a folder: {error}"));
    let place = tempfile::tempdir().map_err(failed)?;
    let pulumi = pulumi.seeing(environment).with("PULUMI_BACKEND_URL", &backend.0);
    let state = pulumi.export_apart(place.path(), &stack.project, &stack.stack).await?;
    Ok(state.is_some())
}

fn elsewhere(stack: &Stack, home: &str, backend: &Backend) -> Failure {
    let (name, now) = (stack.name(), backend.shown());
    Failure::input(format!("{name} stands in {home}, and {now}, which is named now, has no such stack"))
        .hint(format!(
            "another PULUMI_BACKEND_URL, or another `backend` in {}, is named than when it was rolled out: name {home} again",
            stack.project_file
        ))
        .hint(format!(
            "where it is to move, `pulumi stack export` there and `pulumi stack import` in {now}: the same command goes on then"
        ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::{Listing, TreeFile, stacks};

    #[test]
    fn both_backends_are_told_and_no_password() {
        let file = |path: &str, text: &str| TreeFile { path: path.to_owned(), content: text.as_bytes().to_vec() };
        let files = vec![file("Pulumi.yaml", "name: n\nruntime: yaml"), file("Pulumi.dev.yaml", "")];
        let stack = stacks(&Listing { files, ..Listing::default() }).stacks.remove(0);
        let now = Backend("postgres://ada:hunter2@db/state?sslmode=disable".to_owned());
        let told = elsewhere(&stack, "file:///old", &now).with_hints();
        let first = "n/dev stands in file:///old, and postgres://db/state, which is named now, has no such stack\n";
        assert!(told.starts_with(first) && !told.contains("hunter2"), "{told}");
        assert!(told.contains("name file:///old again"), "{told}");
    }
}
