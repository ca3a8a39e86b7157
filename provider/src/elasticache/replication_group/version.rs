//! Versions of engines, as the program gives them and as AWS returns them.

/// The version as it can be asked for: major and minor, and before 6 the patch too.
pub fn canonical(actual: &str) -> String {
    let parts: Vec<_> = actual.split('.').collect();
    match parts.first().and_then(|major| major.parse::<u32>().ok()) {
        Some(major) if major >= 6 => parts[..parts.len().min(2)].join("."),
        _ => actual.to_owned(),
    }
}

/// Whether the actual version meets the one that was asked for: it is the same, or a later minor one where AWS upgrades by itself.
pub fn meets(actual: &str, asked: &str, raised: bool) -> bool {
    let asked = asked.trim_end_matches(".x");
    let rest = actual.strip_prefix(asked);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        || raised && major(actual) == major(asked) && minor(actual) >= minor(asked)
}

/// Whether it has the form that AWS takes.
pub fn well_formed(asked: &str) -> bool {
    let parts: Vec<_> = asked.split('.').collect();
    let number = |part: &&str| part.parse::<u32>().is_ok();
    match parts[..] {
        ["6", "x"] => true,
        [_, _] => parts.iter().all(number) && major(asked) >= Some(6),
        [_, _, _] => parts.iter().all(number) && major(asked) < Some(6),
        _ => false,
    }
}

fn major(version: &str) -> Option<u32> {
    version.split('.').next()?.parse().ok()
}

fn minor(version: &str) -> Option<u32> {
    version.split('.').nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{canonical, meets, well_formed};

    #[test]
    fn knows_what_can_be_asked_for() {
        for (actual, asked) in [("7.1.0", "7.1"), ("6.2.6", "6.2"), ("5.0.6", "5.0.6"), ("8.0.1", "8.0")] {
            assert_eq!(canonical(actual), asked);
            assert!(well_formed(asked), "{asked}");
            assert!(meets(actual, asked, false), "{actual} {asked}");
        }
        for wrong in ["7", "7.1.0", "seven", "7.x", "5.0", ""] {
            assert!(!well_formed(wrong), "{wrong}");
        }
    }

    #[test]
    fn takes_a_later_minor_version_where_aws_raises_them() {
        for (actual, asked, raised, expected) in [
            ("7.1.0", "7.0", true, true),
            ("7.1.0", "7.0", false, false),
            ("7.0.7", "7.1", true, false),
            ("8.0.1", "7.2", true, false),
            ("7.10.0", "7.1", false, false),
            ("6.2.6", "6.x", false, true),
        ] {
            assert_eq!(meets(actual, asked, raised), expected, "{actual} {asked}");
        }
    }
}
