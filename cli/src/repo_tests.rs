//! Trees as data: which stacks they hold, and what each of them uses.

use super::*;

type Files = &'static [(&'static str, &'static str)];

fn tree(files: &[(&str, &str)]) -> Vec<TreeFile> {
    files.iter().map(|(path, text)| TreeFile { path: (*path).to_owned(), content: text.as_bytes().to_vec() }).collect()
}

fn names(files: &[(&str, &str)]) -> Vec<String> {
    stacks(&tree(files)).expect("a sound tree").iter().map(|s| format!("{} in {:?}", s.name(), s.folder)).collect()
}

fn faults(files: &[(&str, &str)]) -> Vec<String> {
    stacks(&tree(files)).expect_err("a faulty tree").iter().map(ToString::to_string).collect()
}

const NETWORK: &str = "name: network\nruntime: yaml\n";

#[test]
fn stacks_are_found_where_pulumi_finds_them() {
    let cases: [(Files, &[&str]); 6] = [
        (&[("Pulumi.yaml", NETWORK), ("Pulumi.dev.yaml", "")], &["network/dev in \"\""]),
        (&[("a/Pulumi.yml", NETWORK), ("a/Pulumi.dev.yml", ""), ("a/Pulumi.no.yaml", "")], &["network/dev in \"a\""]),
        (&[("a/Pulumi.yaml", NETWORK)], &[]),
        (&[("Pulumi.dev.yaml", "")], &[]),
        (
            &[
                ("a/Pulumi.yaml", "name: n\nruntime: {name: nodejs}\nstackConfigDir: conf"),
                ("a/conf/Pulumi.x.yaml", ""),
            ],
            &["n/x in \"a\""],
        ),
        (&[("node_modules/t/Pulumi.yaml", NETWORK), ("node_modules/t/Pulumi.dev.yaml", "")], &[]),
    ];
    for (files, expected) in cases {
        assert_eq!(names(files), expected, "{files:?}");
    }
}

#[test]
fn a_stack_uses_its_folder_without_its_neighbours() {
    let project = "name: a\nruntime: yaml\nmain: ../code\nplugins: {providers: [{name: p, path: ../plug}]}\n\
                   packages: {c: ../comp, d: 'aws@7', e: {source: ./inner}}";
    let files = tree(&[
        ("a/Pulumi.yaml", project),
        ("a/Pulumi.dev.yaml", ""),
        ("a/Pulumi.prod.yaml", ""),
        ("a/inner/Pulumi.yaml", "name: inner\nruntime: yaml"),
        ("a/nested/Pulumi.yaml", "name: nested\nruntime: yaml"),
    ]);
    let stacks = stacks(&files).expect("a sound tree");
    let dev = &stacks[0];
    assert_eq!(dev.name(), "a/dev");
    let used = ["a/main.ts", "a/Pulumi.yaml", "a/Pulumi.dev.yaml", "code/x", "plug/y", "comp/z", "a/inner/w"];
    let unused = ["a/Pulumi.prod.yaml", "a/nested/x", "ab/x", "README.md", "codes/x"];
    for path in used {
        assert!(dev.uses(path), "{path} is part of a/dev");
    }
    for path in unused {
        assert!(!dev.uses(path), "{path} is no part of a/dev");
    }
}

#[test]
fn faults_say_file_line_and_column_and_come_all_at_once() {
    let found = faults(&[
        ("a/Pulumi.yaml", "name: a\nruntime: [yaml\n"),
        ("b/Pulumi.yaml", "runtime: yaml\n"),
        ("c/Pulumi.yaml", "name: c\n"),
        ("d/Pulumi.yaml", "name: d\nruntime: yaml\nmain: [x]\n"),
    ]);
    assert_eq!(found.len(), 4, "{found:#?}");
    assert!(found[0].starts_with("a/Pulumi.yaml:"), "{}", found[0]);
    assert_eq!(found[1], "b/Pulumi.yaml: `name` is missing");
    assert_eq!(found[2], "c/Pulumi.yaml: `runtime` is missing");
    assert!(found[3].starts_with("d/Pulumi.yaml:3:7: "), "{}", found[3]);
}

#[test]
fn two_stacks_of_one_name_are_refused() {
    let found = faults(&[
        ("a/Pulumi.yaml", NETWORK),
        ("a/Pulumi.dev.yaml", ""),
        ("b/Pulumi.yaml", NETWORK),
        ("b/Pulumi.dev.yaml", ""),
    ]);
    assert_eq!(found, ["two stacks are called `network/dev`: in a/Pulumi.yaml and b/Pulumi.yaml"]);
}

#[test]
fn a_name_selects_and_a_wrong_one_is_told_its_neighbour() {
    let found = stacks(&tree(&[("Pulumi.yaml", NETWORK), ("Pulumi.dev.yaml", ""), ("Pulumi.prod.yaml", "")]));
    let found = found.expect("a sound tree");
    let picked = select(found.clone(), &["prod".to_owned()]).expect("prod is there");
    assert_eq!(picked.iter().map(Stack::name).collect::<Vec<_>>(), ["network/prod"]);
    let failure = select(found, &["network/prd".to_owned()]).expect_err("no such stack");
    assert_eq!(failure.hints[0], "did you mean `network/prod`?");
}
