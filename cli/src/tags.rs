//! Which of a repository's tags is the newest: the greatest version where any of them is one, else the one of the latest date. Pure.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::glob::matches;

/// A tag, with the commit that it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    pub name: String,
    pub commit: String,
    /// When it was made, in milliseconds since 1970; of one that is no more than a name, when its commit was.
    pub at: i64,
}

/// Whether globs of tags fit a name: of several that do the last one decides, and `!` takes out.
pub fn fits(globs: &[String], name: &str) -> bool {
    let says = |glob: &String| match glob.strip_prefix('!') {
        Some(glob) => matches(glob, name).then_some(false),
        None => matches(glob, name).then_some(true),
    };
    globs.iter().filter_map(says).next_back().unwrap_or(false)
}

/// The tags that fit, the newest first. One that is no version never comes before one that is.
pub fn newest_first<'a>(tags: &'a [Tag], globs: &[String]) -> Vec<&'a Tag> {
    let fitting = tags.iter().filter(|tag| fits(globs, &tag.name));
    let mut all: Vec<(Option<Version>, &Tag)> = fitting.map(|tag| (version(&tag.name), tag)).collect();
    all.sort_by(|(a, left), (b, right)| b.cmp(a).then(right.at.cmp(&left.at)).then_with(|| right.name.cmp(&left.name)));
    all.into_iter().map(|(_, tag)| tag).collect()
}

/// A version: its numbers, then what comes before its release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    numbers: Vec<u64>,
    /// Nothing for a release.
    before: Vec<Part>,
}

/// A part of what stands behind a version's dash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Number(u64),
    Word(String),
}

impl Ord for Version {
    fn cmp(&self, other: &Version) -> Ordering {
        let by_release = || other.before.is_empty().cmp(&self.before.is_empty()).reverse();
        self.numbers.cmp(&other.numbers).then_with(by_release).then_with(|| self.before.cmp(&other.before))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Version) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The version in a tag's name: `v1.2.3`, `1.2`, `v2`, `web/v1.2.3-rc.1`, `web@1.2.3`, `release-1.2.3`. A number alone, and a
/// date such as `2026-11-26`, is none.
pub fn version(name: &str) -> Option<Version> {
    let name = name.rsplit(['/', '@']).next()?;
    let begins = name.match_indices(['-', '_']).map(|(at, _)| at + 1);
    std::iter::once(0).chain(begins).find_map(|at| read(&name[at..]))
}

fn read(text: &str) -> Option<Version> {
    let (is_marked, text) = match text.strip_prefix(['v', 'V']) {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let text = text.split('+').next()?;
    let (numbers, before) = text.split_once('-').map_or((text, None), |(numbers, before)| (numbers, Some(before)));
    if !is_marked && !numbers.contains('.') {
        return None;
    }
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let number = |part: &str| is_number(part).then(|| part.parse().ok()).flatten();
    let mut numbers: Vec<u64> = numbers.split('.').map(number).collect::<Option<_>>()?;
    // 1.2 and 1.2.0 are the same.
    while numbers.last() == Some(&0) {
        numbers.pop();
    }
    let part = |part: &str| number(part).map_or_else(|| Part::Word(part.to_owned()), Part::Number);
    Some(Version { numbers, before: before.into_iter().flat_map(|before| before.split('.')).map(part).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(name: &str, at: i64) -> Tag {
        Tag { name: name.to_owned(), commit: format!("of {name}"), at }
    }

    fn globs(globs: &[&str]) -> Vec<String> {
        globs.iter().map(|glob| (*glob).to_owned()).collect()
    }

    #[test]
    fn a_version_is_told_from_other_names() {
        for name in ["v1.2.3", "1.2", "v2", "V1.0", "web/v1.2.3-rc.1", "web@1.2.3", "release-1.2.3", "v1.2.3+build-7"] {
            assert!(version(name).is_some(), "{name}");
        }
        for name in [
            "2026-11-26",
            "latest",
            "nightly.3",
            "v",
            "v1.",
            "v1.x",
            "7",
            "",
            "release-2026-11-26",
            "v99999999999999999999",
        ] {
            assert_eq!(version(name), None, "{name}");
        }
    }

    /// Each line in order, the oldest first.
    #[test]
    fn versions_have_an_order() {
        let lines: [&[&str]; 4] = [
            &["v1.0.0-alpha", "v1.0.0-alpha.1", "v1.0.0-alpha.beta", "v1.0.0-rc.2", "v1.0.0-rc.11", "v1.0.0", "v1.0.1"],
            &["v1.9.0", "v1.10.0", "v2"],
            &["1.2-rc.1", "v1.2.0", "1.2.1"],
            &["2026.01.05", "2026.1.6", "2026.11.1"],
        ];
        for line in lines {
            for pair in line.windows(2) {
                assert!(version(pair[0]) < version(pair[1]), "{pair:?}");
            }
        }
        assert_eq!(version("v1.2.0"), version("web/1.2+linux"));
    }

    #[test]
    fn the_last_glob_that_fits_decides() {
        let cases = [
            (&["v*", "!*-rc*"][..], "v1.2.3", true),
            (&["v*", "!*-rc*"], "v1.2.3-rc.1", false),
            (&["!*-rc*", "v*"], "v1.2.3-rc.1", true),
            (&["v*"], "web/v1", false),
            (&["web/v*"], "web/v1", true),
            (&["!*"], "v1", false),
            (&[], "v1", false),
        ];
        for (these, name, expected) in cases {
            assert_eq!(fits(&globs(these), name), expected, "{these:?} {name}");
        }
    }

    #[test]
    fn the_newest_is_the_greatest_version_or_else_the_latest() {
        let names = |tags: &[Tag], these: &[&str]| -> Vec<String> {
            newest_first(tags, &globs(these)).into_iter().map(|tag| tag.name.clone()).collect()
        };
        // A fix of an older version that is made later is no newer version.
        let tags = [tag("v2.0.0", 10), tag("v1.9.1", 20), tag("v2.1.0-rc.1", 30), tag("latest", 40), tag("other", 50)];
        assert_eq!(names(&tags, &["v*", "!*-rc*"]), ["v2.0.0", "v1.9.1"]);
        assert_eq!(names(&tags, &["**"]), ["v2.1.0-rc.1", "v2.0.0", "v1.9.1", "other", "latest"]);
        // Two of the same time are told apart all the same, whatever their order.
        let [a, b] = [tag("a", 7), tag("b", 7)];
        assert_eq!(names(&[a.clone(), b.clone()], &["*"]), ["b", "a"]);
        assert_eq!(names(&[b, a], &["*"]), ["b", "a"]);
    }
}
