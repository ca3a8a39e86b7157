//! Trees as data: which stacks they hold, and what each of them uses.

use super::*;

type Files = &'static [(&'static str, &'static str)];

/// A tree of files, and of symbolic links: those whose text begins with an arrow.
fn tree(files: &[(&str, &str)]) -> Listing {
    let mut listing = Listing::default();
    for (path, text) in files {
        match text.strip_prefix("-> ") {
            Some(target) => drop(listing.links.insert((*path).to_owned(), target.to_owned())),
            None => listing.files.push(TreeFile { path: (*path).to_owned(), content: text.as_bytes().to_vec() }),
        }
    }
    listing
}

fn names(files: &[(&str, &str)]) -> Vec<String> {
    let found = stacks(&tree(files));
    assert_eq!(found.faults, []);
    found.stacks.iter().map(|s| format!("{} in {:?}", s.name(), s.folder)).collect()
}

fn faults(files: &[(&str, &str)]) -> Vec<String> {
    stacks(&tree(files)).faults.iter().map(|fault| fault.failure.to_string()).collect()
}

fn first(files: &[(&str, &str)]) -> Stack {
    stacks(&tree(files)).stacks.remove(0)
}

const JSON: &str = "{\n\t\"name\": \"net\",\n\t\"runtime\": {\"name\": \"yaml\"}\n}";
const NETWORK: &str = "name: network\nruntime: yaml\n";

#[test]
fn stacks_are_found_where_pulumi_finds_them() {
    let cases: [(Files, &[&str]); 9] = [
        (&[("Pulumi.yaml", NETWORK), ("Pulumi.dev.yaml", "")], &["network/dev in \"\""]),
        (&[("a/Pulumi.yml", NETWORK), ("a/Pulumi.dev.yml", ""), ("a/Pulumi.no.yaml", "")], &["network/dev in \"a\""]),
        (&[("a/Pulumi.json", JSON), ("a/Pulumi.dev.json", "{}"), ("a/Pulumi.no.yaml", "")], &["net/dev in \"a\""]),
        (
            &[("Pulumi.json", JSON), ("Pulumi.yaml", NETWORK), ("Pulumi.dev.yaml", ""), ("Pulumi.prod.json", "{}")],
            &["net/prod in \"\""],
        ),
        (
            &[("Pulumi.yml", "name: [broken"), ("Pulumi.yaml", NETWORK), ("Pulumi.dev.yaml", "")],
            &["network/dev in \"\""],
        ),
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
    let dev = first(&[
        ("a/Pulumi.yaml", project),
        ("a/Pulumi.dev.yaml", ""),
        ("a/Pulumi.prod.yaml", ""),
        ("a/inner/Pulumi.yaml", "name: inner\nruntime: yaml"),
        ("a/nested/Pulumi.yaml", "name: nested\nruntime: yaml"),
    ]);
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
fn a_project_may_ask_the_engine_to_look_first() {
    for (options, expected) in [("", false), ("options: {refresh: always}", true), ("options: {refresh: never}", false)]
    {
        let project = format!("name: a\nruntime: yaml\n{options}\n");
        assert_eq!(first(&[("Pulumi.yaml", &project), ("Pulumi.dev.yaml", "")]).refreshes, expected, "{options}");
    }
}

#[test]
fn a_program_in_the_root_is_seen() {
    for named in ["main: ..", "plugins: {providers: [{name: p, path: ..}]}", "packages: {p: ..}"] {
        let project = format!("name: a\nruntime: yaml\n{named}\n");
        let dev = first(&[
            ("a/Pulumi.yaml", &project),
            ("a/Pulumi.dev.yaml", ""),
            ("a/Pulumi.prod.yaml", ""),
            ("b/Pulumi.yaml", NETWORK),
        ]);
        for path in ["index.ts", "lib/x.ts", "a/x", "a/Pulumi.dev.yaml"] {
            assert!(dev.uses(path), "{path} is part of it with {named}");
        }
        for path in ["a/Pulumi.prod.yaml", "b/x"] {
            assert!(!dev.uses(path), "{path} is no part of it with {named}");
        }
    }
}

#[test]
fn what_links_lead_to_is_part_of_a_stack() {
    let dev = first(&[
        ("a/Pulumi.yaml", NETWORK),
        ("a/Pulumi.dev.yaml", ""),
        ("a/shared", "-> ../shared"),
        ("a/round", "-> round"),
        ("shared/deep", "-> ../via/x"),
        ("via", "-> other"),
        ("b/out", "-> /etc"),
    ]);
    for path in ["shared/x", "other/x/y", "via", "a/shared"] {
        assert!(dev.uses(path), "{path} is part of it");
    }
    // Of a link on the way, all that it leads to: rather too much than too little.
    assert!(dev.uses("other/z"));
    for path in ["b/out", "x", "a0"] {
        assert!(!dev.uses(path), "{path} is no part of it");
    }
    assert_eq!(dev.check_files(), Ok(()));
    let paths = ["a", "a/x", "a0", "other/x", "sha", "shared/z"].map(str::to_owned);
    assert_eq!(dev.used_of(&paths), Some((4, "a")));
    assert_eq!(dev.used_of(&paths[2..3]), None);
}

#[test]
fn a_configuration_may_lie_behind_links() {
    let dev = first(&[
        ("a/Pulumi.yaml", "name: a\nruntime: yaml\nstackConfigDir: conf"),
        ("a/conf", "-> ../shared/conf"),
        ("shared/conf/Pulumi.dev.yaml", "secure: x"),
    ]);
    assert_eq!((dev.config_file.as_str(), dev.has_secrets), ("shared/conf/Pulumi.dev.yaml", true));
    assert!(dev.uses("a/conf") && dev.uses("shared/conf/Pulumi.dev.yaml") && !dev.uses("shared/x"));
}

#[test]
fn links_that_lead_out_stop_the_stacks_that_reach_them() {
    let found = stacks(&tree(&[
        ("a/Pulumi.yaml", NETWORK),
        ("a/Pulumi.dev.yaml", ""),
        ("a/b/l", "-> .."),
        ("a/up", "-> b/l/../.."),
        ("c/Pulumi.yaml", "name: c\nruntime: yaml"),
        ("c/Pulumi.dev.yaml", ""),
        ("d/Pulumi.yaml", "name: d\nruntime: yaml"),
        ("d/Pulumi.dev.yaml", "-> ../a/up"),
        ("e/Pulumi.yaml", "-> /etc/passwd"),
    ]));
    let said: Vec<_> = found.stacks.iter().map(|stack| stack.check_files().err().map(|fault| fault.message)).collect();
    let leads_out = |link: &str| Some(format!("a symbolic link leads out of the repository: {link}"));
    assert_eq!(said, [leads_out("a/up -> b/l/../.."), None], "{found:#?}");
}

#[test]
fn submodules_stop_the_stacks_that_use_them() {
    let mut listing = tree(&[
        ("a/Pulumi.yaml", NETWORK),
        ("a/Pulumi.dev.yaml", ""),
        ("b/Pulumi.yaml", "name: b\nruntime: yaml\nmain: ../vendor/prog"),
        ("b/Pulumi.dev.yaml", ""),
        ("c/Pulumi.yaml", "name: c\nruntime: yaml"),
        ("c/Pulumi.dev.yaml", ""),
    ]);
    listing.modules = ["a/code", "vendor", "theme"].map(str::to_owned).into();
    let said: Vec<_> = stacks(&listing).stacks.iter().map(|stack| stack.check_files().err()).collect();
    let message = |at: usize| said[at].as_ref().map(|fault| fault.message.clone()).unwrap_or_default();
    assert!(message(0).starts_with("the stack `network/dev` uses `a/code`, which is a submodule"), "{said:?}");
    assert!(message(1).starts_with("the stack `b/dev` uses `vendor`, which is a submodule"), "{said:?}");
    assert_eq!(said[2], None);
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
fn what_is_wrong_with_one_keeps_no_other_back() {
    let found = stacks(&tree(&[
        ("net/Pulumi.yaml", NETWORK),
        ("net/Pulumi.dev.yaml", ""),
        ("templates/x/Pulumi.yaml", "name: [${PROJECT}"),
        ("broken/Pulumi.yaml", "runtime: yaml"),
        ("broken/Pulumi.dev.yaml", ""),
        ("testdata/1/Pulumi.yaml", "name: t\nruntime: yaml"),
        ("testdata/1/Pulumi.dev.yaml", ""),
        ("testdata/2/Pulumi.yaml", "name: t\nruntime: yaml"),
        ("testdata/2/Pulumi.dev.yaml", ""),
        ("caf\0e9/Pulumi.yaml", NETWORK),
        ("caf\0e9/Pulumi.dev.yaml", ""),
        ("net/Pulumi.\0ff.yaml", ""),
    ]));
    let names: Vec<_> = found.stacks.iter().map(Stack::name).collect();
    assert_eq!(names, ["network/dev"]);
    let mut told: Vec<_> = found.faults.iter().map(|f| (f.failure.message.as_str(), f.has_stacks)).collect();
    told.sort();
    assert_eq!(told[0], ("broken/Pulumi.yaml: `name` is missing", true));
    assert_eq!(told[1], ("caf\\351/Pulumi.yaml: the folder's name is not UTF-8", true));
    assert_eq!(told[2], ("net/Pulumi.\\377.yaml: the stack's name is not UTF-8", true));
    assert!(told[3].0.starts_with("templates/x/Pulumi.yaml:") && !told[3].1, "{told:?}");
    assert_eq!(told[4].0, "two stacks are called `t/dev`: in testdata/1/Pulumi.yaml and testdata/2/Pulumi.yaml");
    assert_eq!(told.len(), 5);
    let known = [("t/dev", "gone"), ("old/dev", "broken"), ("network/dev", "net"), ("old/dev", "gone")];
    assert_eq!(found.lacks(known.into_iter()), ["old/dev"]);
    let select = |name: &str| found.clone().select(&[name.to_owned()]);
    assert_eq!(select("network/dev").map(|found| found.faults.len()), Ok(0));
    assert!(select("t/dev").is_err_and(|failure| failure.message.starts_with("two stacks are called")));
    let unknown = select("b/dev").expect_err("no such stack");
    assert!(unknown.hints.iter().any(|hint| hint.contains("broken/Pulumi.yaml: `name` is missing")), "{unknown:?}");
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
    let picked = found.clone().select(&["prod".to_owned()]).expect("prod is there");
    assert_eq!(picked.stacks.iter().map(Stack::name).collect::<Vec<_>>(), ["network/prod"]);
    let failure = found.select(&["network/prd".to_owned()]).expect_err("no such stack");
    assert_eq!(failure.hints[0], "did you mean `network/prod`?");
}

#[test]
fn a_name_that_is_no_name_is_refused() {
    let long = "n".repeat(101);
    for (name, is_sound) in [
        ("net", true),
        ("a.b_c-1", true),
        (".x", true),
        ("..", false),
        (".", false),
        ("-x", false),
        (long.as_str(), false),
    ] {
        let file = [("Pulumi.yaml", format!("name: '{name}'\nruntime: yaml")), ("Pulumi.dev.yaml", String::new())];
        let stack = first(&[(file[0].0, &file[0].1), (file[1].0, &file[1].1)]);
        assert_eq!(stack.check_name().is_ok(), is_sound, "{name}");
    }
}
