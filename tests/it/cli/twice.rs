//! One repository under two addresses.

use super::place::Place;

const A: (&str, &str) = ("a", "path: a.txt, content: one");

#[test]
fn a_repository_that_was_followed_by_another_address_is_told() {
    let p = Place::of(&[A]);
    p.sync().expect_without(&["stood already"]);
    // A path and the URL of a path are one.
    let url = format!("file://{}", p.repo.folder().display());
    p.run_as("sync", |command| command.env("GITINFRA_REPO", &url)).expect_code(0).expect_without(&["stood already"]);
    assert_eq!(p.get("stacks").len(), 1);
    let clone = p.path("clone");
    p.repo.git(&["clone", "--quiet", ".", &clone.display().to_string()]);
    let said = p.run_as("sync", |command| command.env("GITINFRA_REPO", &clone)).expect_code(0);
    said.expect_out(&[
        "note: test/dev stood already as of ",
        "if that is the same repository, use one address for it",
        "test/dev: rolling out",
    ]);
    p.run("forget test/dev")
        .expect_code(3)
        .expect_err(&["several repositories have the stack", "say which one with --repo"]);
    p.run(&format!("forget test/dev --repo {}", clone.display())).expect_code(0);
    p.sync().expect_without(&["stood already"]);
    assert_eq!(p.get("stacks").len(), 1);
}
