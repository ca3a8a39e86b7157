//! Where a path of a Git tree leads when its symbolic links are followed as a file system follows them.

use std::collections::{BTreeMap, VecDeque};

/// Symbolic links by path, each with its target.
pub type Links = BTreeMap<String, String>;

/// The kernel gives up after as many links in one path.
const MOST_LINKS: usize = 40;

/// Where a path leads inside the tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Way {
    pub end: String,
    /// The links on the way.
    pub via: Vec<String>,
}

/// Why a path leads nowhere inside the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Astray {
    /// Out of the tree: it is absolute, or it climbs above the root.
    Out,
    /// Round in a circle, which no file system follows.
    Circle,
}

/// Follows a relative path from a folder of the tree. A link counts where it stands, so that `..` after it climbs from
/// where the link leads. What does not exist is taken for a folder: a program may make it.
pub fn follow(links: &Links, folder: &str, path: &str) -> Result<Way, Astray> {
    if path.starts_with('/') {
        return Err(Astray::Out);
    }
    let mut at: Vec<&str> = parts(folder).collect();
    let mut left: VecDeque<&str> = parts(path).collect();
    let mut via = Vec::new();
    while let Some(part) = left.pop_front() {
        if part == ".." {
            at.pop().ok_or(Astray::Out)?;
            continue;
        }
        at.push(part);
        let here = at.join("/");
        let Some(target) = links.get(&here) else {
            continue;
        };
        via.push(here);
        match target {
            _ if via.len() > MOST_LINKS => return Err(Astray::Circle),
            target if target.starts_with('/') => return Err(Astray::Out),
            target => {
                at.pop();
                parts(target).rev().for_each(|part| left.push_front(part));
            }
        }
    }
    Ok(Way { end: at.join("/"), via })
}

/// A path that climbs out of the tree by its own words, or begins elsewhere: from the root, such as `../plugins`. `None` for one
/// that stays inside.
pub fn outside(folder: &str, path: &str) -> Option<String> {
    if path.starts_with(['/', '~']) {
        return Some(path.to_owned());
    }
    let (mut at, mut up): (Vec<&str>, usize) = (parts(folder).collect(), 0);
    for part in parts(path) {
        match part {
            ".." => up += usize::from(at.pop().is_none()),
            part => at.push(part),
        }
    }
    (up > 0).then(|| format!("{}{}", "../".repeat(up), at.join("/")))
}

fn parts(path: &str) -> impl DoubleEndedIterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty() && *part != ".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_followed_as_a_file_system_does() {
        let links: Links = [
            ("a/b/l", ".."),
            ("up", "a/b/l/../.."),
            ("abs", "/etc"),
            ("x", "y"),
            ("y", "x"),
            ("net/Pulumi.dev.yaml", "../shared/dev.yaml"),
            ("net/shared", "../shared"),
            ("shared/deep", "../other"),
        ]
        .into_iter()
        .map(|(path, target)| (path.to_owned(), target.to_owned()))
        .collect();
        let cases = [
            ("", "a/b/l", Ok("a")),
            ("", "up", Err(Astray::Out)),
            ("a/b", "../../up/x", Err(Astray::Out)),
            ("a", "../..", Err(Astray::Out)),
            ("a", "..", Ok("")),
            ("", "abs/passwd", Err(Astray::Out)),
            ("", "/etc", Err(Astray::Out)),
            ("", "x", Err(Astray::Circle)),
            ("net", "Pulumi.dev.yaml", Ok("shared/dev.yaml")),
            ("net", "shared/deep/z", Ok("other/z")),
            ("net", "./no//such/../thing", Ok("net/no/thing")),
        ];
        for (folder, path, expected) in cases {
            let end = follow(&links, folder, path).map(|way| way.end);
            assert_eq!(end, expected.map(str::to_owned), "{path} from {folder:?}");
        }
        for (folder, path, expected) in [
            ("net", "../shared", None),
            ("net/a", "../../../x/y", Some("../x/y")),
            ("", "/etc/hostname", Some("/etc/hostname")),
            ("net", "~/x", Some("~/x")),
        ] {
            assert_eq!(outside(folder, path).as_deref(), expected, "{path} from {folder:?}");
        }
        let way = follow(&links, "net", "shared/deep/z").expect("it leads inside");
        assert_eq!(way.via, ["net/shared", "shared/deep"]);
    }
}
