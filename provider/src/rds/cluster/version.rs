//! Versions of engines, as the program gives them and as AWS returns them.

use std::cmp::Ordering;

/// Whether the actual version meets the one that was asked for: it is the same, a part of it, or a later one of the same major version, to which AWS
/// may have upgraded.
pub fn meets(actual: &str, asked: &str) -> bool {
    let rest = actual.strip_prefix(asked);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        || major(actual) == major(asked) && compare(actual, asked) != Ordering::Less
}

/// The major version: `16` of `16.6`, `8.0` of `8.0.mysql_aurora.3.05.2`. A family of parameter groups belongs to each.
pub fn major(version: &str) -> String {
    let parts: Vec<_> = version.split('.').collect();
    let many = if version.starts_with("5.") || version.starts_with("8.") { 2 } else { 1 };
    parts[..parts.len().min(many)].join(".")
}

/// Which of two versions is the later one.
pub fn compare(one: &str, other: &str) -> Ordering {
    let numbers = |version: &str| -> Vec<u32> { version.split('.').filter_map(|part| part.parse().ok()).collect() };
    numbers(one).cmp(&numbers(other))
}

#[cfg(test)]
mod tests {
    use super::{major, meets};

    #[test]
    fn a_later_minor_version_is_as_good() {
        for (actual, asked, expected) in [
            ("16.6", "16", true),
            ("16.6", "16.6", true),
            ("16.10", "16.6", true),
            ("16.4", "16.6", false),
            ("17.2", "16.6", false),
            ("16.6", "17", false),
            ("16.6", "1", false),
            ("16.6.2", "16.6", true),
            ("8.0.mysql_aurora.3.05.2", "8.0", true),
            ("8.0.mysql_aurora.3.08.0", "8.0.mysql_aurora.3.05.2", true),
            ("8.0.mysql_aurora.3.04.1", "8.0.mysql_aurora.3.05.2", false),
        ] {
            assert_eq!(meets(actual, asked), expected, "{actual} {asked}");
        }
    }

    #[test]
    fn knows_the_major_version() {
        for (version, expected) in [("16.6", "16"), ("17", "17"), ("8.0.mysql_aurora.3.05.2", "8.0")] {
            assert_eq!(major(version), expected);
        }
    }
}
