//! `SECURITY.md` names tests that there are.

use std::fs;

use crate::tools::repository;

/// `FILE: TEST` in backticks, as the table has them.
fn named(text: &str) -> Vec<(String, String)> {
    let quoted = text.split('`').skip(1).step_by(2);
    let pair = |words: &str| words.split_once(".rs: ").map(|(file, test)| (format!("{file}.rs"), test.to_owned()));
    quoted.filter_map(pair).collect()
}

#[test]
fn every_defence_has_its_test() {
    let text = fs::read_to_string(repository().join("SECURITY.md")).expect("there is a SECURITY.md");
    let rows = text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| what happened"));
    for row in rows {
        let tests = named(row);
        assert!(!tests.is_empty(), "no test is named: {row}");
        for (file, test) in tests {
            let source = fs::read_to_string(repository().join(&file)).unwrap_or_default();
            let before = source.split_once(&format!("fn {test}(")).map(|(before, _)| before.trim_end_matches("async "));
            let mark = before.and_then(|before| before.trim_end().lines().last()).unwrap_or_default().trim();
            assert!(mark.starts_with("#[") && mark.contains("test"), "{file} has no test {test}: {mark}");
        }
    }
}
