//! House rules that no compiler knows.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::tools::repository;

/// Every Rust file that git knows, with its text.
pub fn sources() -> Vec<(PathBuf, String)> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "*.rs"])
        .current_dir(repository())
        .output()
        .expect("git runs");
    let names = String::from_utf8_lossy(&listed.stdout).into_owned();
    let paths = names.lines().map(|name| repository().join(name));
    let existing = paths.filter(|path| path.exists());
    existing.map(|path| (path.clone(), fs::read_to_string(&path).expect("a readable file"))).collect()
}

fn shown(path: &Path) -> String {
    path.strip_prefix(repository()).unwrap_or(path).display().to_string()
}

#[test]
fn every_file_says_what_it_is() {
    let silent = sources().into_iter().filter(|(_, text)| !text.starts_with("//! "));
    let silent: Vec<_> = silent.map(|(path, _)| shown(&path)).collect();
    assert!(silent.is_empty(), "the first line must say what the file is (`//! ...`): {silent:#?}");
}

#[test]
fn files_are_short() {
    let mut lengths: Vec<_> = sources().iter().map(|(path, text)| (text.lines().count(), shown(path))).collect();
    lengths.sort();
    let at = |share: usize| lengths[lengths.len() * share / 100].0;
    let longest = &lengths[lengths.len() - 8..];
    assert!(at(50) <= 150, "half of the files have more than {} lines; longest: {longest:#?}", at(50));
    assert!(at(90) <= 400, "a tenth of the files has more than {} lines; longest: {longest:#?}", at(90));
}

/// The name and length of every function that is not a test, by its indentation: rustfmt puts the closing brace under the
/// line that opens it.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<_> = text.lines().collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let opens = |line: &str| {
        let code = line.trim_start();
        let words = ["fn ", "pub fn ", "pub(crate) fn ", "pub(super) fn ", "async fn ", "pub async fn "];
        words.iter().any(|w| code.starts_with(w)) || code.contains(" async fn ")
    };
    let test = |i: usize| i > 0 && lines[i - 1].trim_start().starts_with("#[test]");
    let starts = (0..lines.len()).filter(|i| opens(lines[*i]) && !test(*i));
    let spans = starts.filter_map(|start| {
        let depth = indent(lines[start]);
        let end =
            (start..lines.len()).find(|i| indent(lines[*i]) == depth && lines[*i].trim_start().starts_with('}'))?;
        // A declaration without a body ends before anything opens.
        let signature = lines[start..=end].iter().map(|line| line.trim_end()).find(|l| l.ends_with(['{', ';']));
        signature.filter(|l| l.ends_with('{')).map(|_| (lines[start].trim().to_owned(), end - start + 1))
    });
    spans.collect()
}

#[test]
fn functions_are_short() {
    let all: Vec<_> = sources()
        .iter()
        .flat_map(|(path, text)| functions(text).into_iter().map(move |(name, length)| (length, shown(path), name)))
        .collect();
    let long: Vec<_> = all.iter().filter(|(length, _, _)| *length > 80).collect();
    assert!(long.is_empty(), "functions of more than 80 lines: {long:#?}");
    let mut lengths: Vec<_> = all.iter().map(|(length, _, _)| *length).collect();
    lengths.sort();
    let p90 = lengths[lengths.len() * 90 / 100];
    assert!(p90 <= 35, "a tenth of the functions has more than {p90} lines");
}

/// The command line is held to more: what is long there is about to do two things.
#[test]
fn the_command_lines_functions_are_short() {
    let mut lengths: Vec<_> = sources()
        .iter()
        .filter(|(path, _)| shown(path).starts_with("cli/src/"))
        .flat_map(|(path, text)| functions(text).into_iter().map(move |(name, length)| (length, shown(path), name)))
        .collect();
    lengths.sort();
    let at = |share: usize| lengths[lengths.len() * share / 100].0;
    let (median, p90, longest) = (at(50), at(90), &lengths[lengths.len() - 5..]);
    println!("{} functions: median {median} lines, p90 {p90}; longest: {longest:#?}", lengths.len());
    assert!(median <= 9, "half of the functions have more than {median} lines");
    assert!(p90 <= 35, "a tenth of the functions has more than {p90} lines; longest: {longest:#?}");
}

#[test]
fn the_measure_of_functions_measures() {
    let text = "trait T {\n    fn t(\n        x: u8,\n    );\n}\nimpl A {\n    fn a(\n        x: u8,\n    ) -> u8 {\n        x\n    }\n\n    fn b() {}\n}\n";
    assert_eq!(functions(text), [("fn a(".to_owned(), 5)]);
}

/// What is one partition's only is said in one place, which knows the others: elsewhere it would be wrong in China, or in GovCloud.
#[test]
fn nothing_is_of_one_partition_by_itself() {
    // The first tells them apart; the others show examples, and what a service has in one partition alone.
    let knowing = ["aws/partition.rs", "types/", "chatbot/", "eject/"];
    let marks = ["\"arn:aws:", "\"us-east-1\"", "\"ec2.amazonaws.com\"", "\"logs."];
    let provider = repository().join("provider/src");
    let mut found = Vec::new();
    for (path, text) in sources() {
        let Ok(name) = path.strip_prefix(&provider) else { continue };
        let name = name.display().to_string();
        if name.ends_with("tests.rs") || knowing.iter().any(|known| name.starts_with(known)) {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let lines = code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
        let told = lines.filter(|(_, line)| marks.iter().any(|mark| line.contains(mark)));
        found.extend(told.map(|(i, line)| format!("{name}:{}: {}", i + 1, line.trim())));
    }
    assert!(found.is_empty(), "ask `aws::Partition`, or take `aws::EDGE`: {found:#?}");
}

#[test]
fn nothing_is_left_undone() {
    let marks = ["todo!(", "unimplemented!(", "#[ignore", "FIXME", "XXX"];
    let own = Path::new("tests/it/tidy.rs");
    let found: Vec<_> = sources()
        .iter()
        .filter(|(path, _)| !path.ends_with(own))
        .flat_map(|(path, text)| {
            let marked = text.lines().enumerate().filter(|(_, line)| marks.iter().any(|m| line.contains(m)));
            marked.map(move |(i, line)| format!("{}:{}: {}", shown(path), i + 1, line.trim())).collect::<Vec<_>>()
        })
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}
