//! Arrows between the command line's modules: each way leads down, never in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::tools::repository;

type Arrows = BTreeMap<String, BTreeSet<String>>;

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder").flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => rust_files(&path, found),
            false if path.extension().is_some_and(|kind| kind == "rs") => found.push(path),
            false => {}
        }
    }
}

/// Which top-level module of a crate uses which other one. Tests may use whatever they like.
fn arrows(src: &Path) -> Arrows {
    let mut files = Vec::new();
    rust_files(src, &mut files);
    let mut arrows = Arrows::new();
    for path in files.iter().filter(|path| !path.components().any(|part| part.as_os_str() == "tests")) {
        let inside = path.strip_prefix(src).expect("it was found there").with_extension("");
        let module = inside.iter().next().unwrap_or_default().to_string_lossy().into_owned();
        let is_test = inside.ends_with("tests") || inside.to_string_lossy().ends_with("_tests");
        if !is_test && module != "lib" && module != "main" {
            let text = fs::read_to_string(path).expect("a readable file");
            arrows.entry(module).or_default().extend(used(&text));
        }
    }
    for (module, used) in &mut arrows {
        used.remove(module);
    }
    arrows
}

/// The modules that a file names after `crate::`, outside of its tests.
fn used(text: &str) -> BTreeSet<String> {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = code.lines().map(|line| line.split("//").next().unwrap_or_default());
    let names = lines.flat_map(|line| line.split("crate::").skip(1));
    let word = |rest: &str| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    names.map(word).filter(|name| !name.is_empty()).collect()
}

/// The modules of some circle, if there is one: those that are left when whoever uses no other is taken away.
fn circle(arrows: &Arrows) -> BTreeSet<String> {
    let mut left = arrows.clone();
    loop {
        let names: BTreeSet<String> = left.keys().cloned().collect();
        let before = left.len();
        left.retain(|_, used| used.intersection(&names).next().is_some());
        if left.len() == before {
            return names;
        }
    }
}

#[test]
fn the_command_lines_modules_stand_on_each_other() {
    let arrows = arrows(&repository().join("cli/src"));
    let circle = circle(&arrows);
    let within: Vec<_> = arrows.iter().filter(|(module, _)| circle.contains(*module)).collect();
    assert!(circle.is_empty(), "these use each other in a circle, or what stands on one: {within:#?}");
    for module in ["commands", "engine", "follow", "ledger", "rollout", "ui"] {
        assert!(arrows.contains_key(module), "{arrows:?}");
    }
}

/// What a command, a server and a test do alike must not know where it is shown, nor how it was asked for.
#[test]
fn the_core_knows_no_terminal_and_no_command_line() {
    let arrows = arrows(&repository().join("cli/src"));
    for (module, used) in &arrows {
        assert!(module == "commands" || !used.contains("commands"), "{module} uses commands");
        assert!(matches!(module.as_str(), "commands" | "ui") || !used.contains("ui"), "{module} uses ui");
    }
}

/// Crates and macros that have one home.
#[test]
fn clap_and_printing_have_one_home() {
    let src = repository().join("cli/src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    for (words, home) in [("clap::", "commands"), ("println!", "ui"), ("stdout()", "ui"), ("RefCell", "ui")] {
        for path in files.iter().filter(|path| !path.strip_prefix(&src).is_ok_and(|inside| inside.starts_with(home))) {
            let text = fs::read_to_string(path).expect("a readable file");
            let is_home = path.file_stem().is_some_and(|name| name == home);
            assert!(is_home || !text.contains(words), "{} has `{words}`, which is {home}'s", path.display());
        }
    }
}

#[test]
fn a_circle_is_found() {
    let text = "use crate::b::{X, Y};\nfn f() { crate::c::g() } // crate::d\n#[cfg(test)]\nmod tests {\nuse crate::e;";
    assert_eq!(used(text), BTreeSet::from(["b".to_owned(), "c".to_owned()]));
    let arrows = |pairs: &[(&str, &str)]| -> Arrows {
        let mut arrows = Arrows::new();
        for (from, to) in pairs {
            arrows.entry((*from).to_owned()).or_default().insert((*to).to_owned());
        }
        arrows
    };
    assert_eq!(circle(&arrows(&[("a", "b"), ("b", "c"), ("a", "c")])), BTreeSet::new());
    let found = circle(&arrows(&[("a", "b"), ("b", "c"), ("c", "b")]));
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["a", "b", "c"]);
}
