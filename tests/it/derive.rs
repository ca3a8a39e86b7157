//! The framework's derives: what they refuse, where, and in which words.

use std::fs;
use std::process::Command;

use crate::tools::{program, repository};

const WRONG: &str = "tests/derive/wrong.rs";

#[test]
fn what_is_wrong_is_named_where_it_is() {
    let library = program("libpulumi_plugin.rlib");
    let folder = library.parent().expect("a library lies in a folder");
    let dependencies = folder.join("deps");
    let compiled = Command::new("rustc")
        .current_dir(repository())
        .args(["--edition=2024", "--crate-type=lib", "--emit=metadata"])
        .args(["--error-format=short", "--out-dir"])
        .arg(tempfile::tempdir().expect("a folder").path())
        .arg("-L")
        .arg(format!("dependency={}", dependencies.display()))
        .arg("--extern")
        .arg(format!("pulumi_plugin={}", library.display()))
        .arg(WRONG)
        .output()
        .expect("rustc runs");
    let said = String::from_utf8_lossy(&compiled.stderr);
    let errors = said.lines().filter_map(|line| {
        let (line, said) = line.strip_prefix(WRONG)?.split_once(" error: ")?;
        let line = line.split(':').nth(1)?;
        Some(format!("{line}: {said}"))
    });
    let text = fs::read_to_string(repository().join(WRONG)).expect("the file is there");
    let wanted = text.lines().enumerate().filter_map(|(i, line)| {
        let said = line.split_once("//~ ")?.1;
        Some(format!("{}: {said}", i + 1))
    });
    let (errors, wanted): (Vec<_>, Vec<_>) = (errors.collect(), wanted.collect());
    assert_eq!(errors, wanted, "{said}");
}
