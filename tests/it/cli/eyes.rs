//! A preview for eyes: what a terminal shows.

use super::place::Place;
use super::terminal::{coloured, in_a_terminal, plain};

const A: (&str, &str) = ("a", "path: a.txt, content: one");
const B: (&str, &str) = ("b", "path: b.txt, content: b");

/// A component with a file in it beside files of the stack's own, and a change of each kind on `change`.
fn changed() -> Place {
    let p = Place::of(&[A, B, ("c", "path: c.txt, content: c")]);
    p.sync();
    p.repo.branch("change");
    let files = crate::files::of(&[
        ("a", "path: a.txt, content: two"),
        ("b", "path: elsewhere.txt, content: b"),
        ("d", "path: d.txt, content: d"),
    ]);
    let below =
        "  e:\n    type: files:index:File\n    properties: {path: e.txt, content: e}\n    options: {parent: '${d}'}\n";
    let hidden = "outputs: {word: {'fn::secret': hush-output}, path: '${a.path}'}\n";
    p.program("", "test", &format!("{files}{below}{hidden}"));
    p.repo.commit("Change");
    p
}

#[test]
fn a_tree_of_what_changes_and_the_sums_last() {
    let p = changed();
    let said = p.run("preview --head change -o text").expect_code(0).expect_out(&[
        "change into main (",
        "test/dev Pulumi.yaml changed",
        "~ update files:index:File a [content]",
        "± replace files:index:File b because of path\n",
        "- delete files:index:File c",
        "+ create files:index:File d\n",
        "└─ + create files:index:File e\n",
        "outputs [path, word]",
        "1 stack: 2 to create, 1 to update, 1 to replace, 1 to delete\n",
    ]);
    let last = said.stdout.trim_end().lines().last().unwrap_or_default().to_owned();
    assert_eq!(last, "1 stack: 2 to create, 1 to update, 1 to replace, 1 to delete");
    said.expect_without(&["hush-output", "\u{1b}", "\"two\""]);
    p.run("preview --head change --diff").expect_code(0).expect_without(&["hush-output"]).expect_out(&[
        "~ update files:index:File a\n",
        "content: \"one\" -> \"two\"",
        "path: \"b.txt\" -> \"elsewhere.txt\"",
        "word: [secret]",
    ]);
}

#[test]
fn a_terminal_gets_the_tree_and_a_pipe_gets_markdown() {
    let p = changed();
    p.run("preview --head change").expect_code(0).expect_out(&["### gitinfra preview: change into main"]);
    let seen = in_a_terminal(&p, "preview --head change", |script| script).expect_code(0);
    assert!(coloured(&seen.stdout), "{seen}");
    let text = plain(&seen.stdout);
    for words in
        ["test/dev", "✓ previewed: 5 resources to change", "└─ + create files:index:File e", "1 stack: 2 to create"]
    {
        assert!(text.contains(words), "no {words}\n{text}");
    }
    let markdown = in_a_terminal(&p, "preview --head change -o markdown", |script| script).expect_code(0);
    assert!(markdown.stdout.contains("### gitinfra preview"), "{markdown}");
    what_is_long_is_paged(&p);
}

/// A pager that is missing, or ends before all was read, hurts nothing.
fn what_is_long_is_paged(p: &Place) {
    let long = "config view -o yaml";
    for (pager, words, expected, other) in [
        ("sed s/^/page:/", long, "page:branch: main", "\nbranch"),
        ("sed s/^/page:/", "config view -o yaml --no-pager", "branch: main", "page:"),
        ("sed s/^/page:/", "config view", "test/dev", "page:"),
        ("cat", long, "branch: main", "error"),
        ("no-such-pager --fast", long, "branch: main", "no-such-pager"),
        ("head -n 1", long, "file: ", "branch: main"),
    ] {
        let seen = in_a_terminal(p, words, |script| script.env("GITINFRA_PAGER", pager)).expect_code(0);
        let text = plain(&seen.stdout);
        assert!(text.contains(expected) && !text.contains(other), "{pager} {words}: {text}");
    }
    p.run(long).expect_code(0).expect_out(&["branch: main"]);
    in_a_terminal(p, "config view nothing", |script| script.env("GITINFRA_PAGER", "true")).expect_code(3);
}

#[test]
fn what_is_no_part_of_a_merge_is_said() {
    let p = Place::of(&[A]);
    for format in ["text", "markdown", "json"] {
        p.run(&format!("preview -o {format}"))
            .expect_code(0)
            .expect_out(&["main is at the same commit as main, so there is nothing to merge"])
            .expect_without(&["not committed"]);
    }
    p.repo.branch("change");
    p.change(&[("a", "path: a.txt, content: two")]);
    p.repo.write("Pulumi.yaml", "name: test\nruntime: yaml\n");
    p.run("preview -o text").expect_code(0).expect_without(&["nothing to merge"]).expect_out(&[
        "note: the checkout in ",
        " has 1 change that is not committed, and no part of this preview",
        "+ create files:index:File a",
    ]);
    p.run("preview -o text --head main").expect_code(0).expect_without(&["not committed"]);
    p.repo.git(&["checkout", "-q", "."]);
    p.repo.switch("main").write("README.md", "x").commit("Docs");
    p.repo.git(&["branch", "old", "HEAD~1"]);
    p.run("preview -o text --head old").expect_code(0).expect_out(&["main has everything that old has"]);
}

/// Each of them would wait for the other's file if they came one after the other.
#[test]
fn stacks_are_previewed_side_by_side_in_one_order() {
    let p = Place::of(&[A]);
    p.sync();
    p.repo.branch("change");
    for name in ["one", "two", "three"] {
        p.project(name, name, &["dev"], &[A, B]);
    }
    p.program("two", "two", &crate::files::of(&[("a", "path: /a, content: one")]));
    p.repo.commit("Three projects");
    let side_by_side = p.run("preview --head change -o text").expect_code(1).expect_out(&[
        "one/dev a new stack",
        "three/dev a new stack",
        "two/dev a new stack",
        "✗ the preview failed",
        "must stay below the root",
        "2 stacks: 4 to create",
        "1 stack untouched: test/dev",
        "1 preview failed: two/dev",
    ]);
    let alone = p.run("preview --head change -o text --jobs 1").expect_code(1);
    assert_eq!(side_by_side.stdout, alone.stdout);
    let json = p.run("preview --head change -o json").expect_code(1);
    assert_eq!(json.stdout, p.run("preview --head change -o json --jobs 1").expect_code(1).stdout);
}
