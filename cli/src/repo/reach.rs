//! What a program reaches outside of its own folder: the files that it imports or reads, and who leads there.

use std::collections::{BTreeMap, BTreeSet};

use super::path::{is_within, split};
use crate::failure::Failure;

/// Who leads to a file or folder, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub by: String,
    /// A verb: imports, reads, names.
    pub how: &'static str,
}

/// What a program reaches, and what of it could not be followed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// Single files: those that are there, and those that would be taken in their place if they were.
    pub files: BTreeMap<String, Step>,
    /// Folders with all that lies in them.
    pub folders: BTreeMap<String, Step>,
    /// Folders of which only files with an ending count that lie right in them.
    pub packages: BTreeMap<(String, &'static str), Step>,
    /// Texts of the program that read like the name of a stack: `ORGANIZATION/PROJECT/STACK`.
    pub names: BTreeSet<String>,
    /// How many texts do, and in how many places outputs of another stack are read: what is put together there is no text.
    pub named: usize,
    pub references: usize,
    /// What it reads outside of the repository by its own words.
    pub outside: BTreeSet<String>,
    /// What it reads through links that lead out.
    pub astray: Vec<Failure>,
    /// What could not be followed, in words for people.
    pub unknown: Vec<String>,
}

impl Reach {
    /// Whether a change of this path can change what the program does.
    pub fn has(&self, path: &str) -> bool {
        self.step(path).is_some()
    }

    /// Those of the sorted paths that it reaches.
    pub fn of<'a>(&self, paths: &'a [String]) -> Vec<&'a str> {
        // Whatever there is less of is gone through.
        if self.folders.is_empty() && self.packages.is_empty() && self.files.len() < paths.len() {
            let at = |file: &String| paths.binary_search(file).ok().map(|at| paths[at].as_str());
            return self.files.keys().filter_map(at).collect();
        }
        paths.iter().map(String::as_str).filter(|path| self.has(path)).collect()
    }

    /// Whether something of it may lie in a folder.
    pub fn may_be_in(&self, folder: &str) -> bool {
        let inside = |path: &String| is_within(path, folder) || is_within(folder, path);
        self.files.range(folder.to_owned()..).take(2).any(|(file, _)| is_within(file, folder))
            || self.folders.keys().any(inside)
            || self.packages.keys().any(|(path, _)| inside(path))
    }

    /// The steps from the program to a path: who leads to whom, the path itself last; empty where it is not reached.
    pub fn way(&self, path: &str) -> Vec<(String, &'static str)> {
        let mut way = Vec::new();
        let mut at = self.step(path).map(|(place, step)| (place, step.clone()));
        while let Some((place, step)) = at {
            way.push((place, step.how));
            let next = self.step(&step.by).filter(|_| way.len() < 100 && !way.iter().any(|(seen, _)| *seen == step.by));
            match next {
                Some((place, next)) => at = Some((place, next.clone())),
                None => {
                    way.push((step.by, ""));
                    break;
                }
            }
        }
        way.reverse();
        way
    }

    /// What of it holds a path, and who leads there.
    fn step(&self, path: &str) -> Option<(String, &Step)> {
        if let Some(step) = self.files.get(path) {
            return Some((path.to_owned(), step));
        }
        let (folder, name) = split(path);
        let package = self.packages.iter().find(|((place, ending), _)| place == folder && name.ends_with(ending));
        if let Some((_, step)) = package {
            return Some((path.to_owned(), step));
        }
        let folder = self.folders.iter().find(|(folder, _)| is_within(path, folder))?;
        Some((folder.0.clone(), folder.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_reached_by_steps() {
        let step = |by: &str, how| Step { by: by.to_owned(), how };
        let mut reach = Reach::default();
        reach.files.insert("lib/a.ts".to_owned(), step("net/index.ts", "imports"));
        reach.files.insert("lib/b.ts".to_owned(), step("lib/a.ts", "imports"));
        reach.folders.insert("data".to_owned(), step("lib/b.ts", "reads"));
        reach.packages.insert(("go/x".to_owned(), ".go"), step("net/main.go", "imports"));
        let way = reach.way("data/deep/x");
        let told: Vec<String> = way.iter().map(|(path, how)| format!("{how} {path}")).collect();
        assert_eq!(told, [" net/index.ts", "imports lib/a.ts", "imports lib/b.ts", "reads data"]);
        let paths =
            ["data/x", "dat", "go/x/a.go", "go/x/a.txt", "go/x/y/a.go", "lib/b.ts", "lib/c.ts"].map(str::to_owned);
        assert_eq!(reach.of(&paths), ["data/x", "go/x/a.go", "lib/b.ts"]);
        assert!(
            reach.may_be_in("lib") && reach.may_be_in("data/deep") && reach.may_be_in("go") && !reach.may_be_in("li")
        );
        assert_eq!(reach.way("dat"), []);
    }
}
