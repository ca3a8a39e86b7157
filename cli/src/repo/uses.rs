//! What of a tree belongs to a stack: its folder, what its project names, and what symbolic links lead to from there.

use std::collections::BTreeSet;

use super::link::{Astray, Links, follow};
use super::path::{is_within, shown, split};
use super::project::{Project, leads_out};
use crate::failure::Failure;

/// The files and folders of a stack, and what of them is somebody else's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Uses {
    parts: Vec<String>,
    /// Other stacks' configuration, and other projects' folders. A part inside of one of them counts all the same.
    not: Vec<String>,
    /// Why the stack can't be rolled out.
    pub faults: Vec<Failure>,
}

impl Uses {
    /// What a stack uses by its project's own words. `configs` are its project's stacks' files, `folders` all projects'.
    pub fn new(project: &Project, config: &str, configs: &[&str], folders: &BTreeSet<&str>) -> Uses {
        let mut uses = Uses::default();
        let own = [project.folder.as_str(), project.path.as_str(), config];
        for part in own.into_iter().chain(project.named.iter().map(String::as_str)) {
            uses.add(part);
        }
        uses.not.extend(configs.iter().filter(|other| **other != config).map(|other| (*other).to_owned()));
        for part in uses.parts.clone() {
            let nested = below(folders, &part).filter(|folder| **folder != part && **folder != project.folder);
            uses.not.extend(nested.map(|folder| (*folder).to_owned()));
        }
        uses
    }

    pub fn parts(&self) -> &[String] {
        &self.parts
    }

    fn add(&mut self, part: &str) {
        if !self.parts.iter().any(|known| known == part) {
            self.parts.push(part.to_owned());
        }
    }

    /// Whether a path belongs to it: whatever holds it most closely decides.
    pub fn has(&self, path: &str) -> bool {
        let closest = |all: &[String]| all.iter().filter(|one| is_within(path, one)).map(|one| one.len() + 1).max();
        let part = closest(&self.parts);
        part.is_some() && part >= closest(&self.not)
    }

    /// The part that holds a path most closely, if it belongs to it.
    pub fn part_of(&self, path: &str) -> Option<&str> {
        let holding = self.parts.iter().filter(|part| is_within(path, part));
        holding.max_by_key(|part| part.len()).map(String::as_str).filter(|_| self.has(path))
    }

    /// Those of the sorted paths that belong to it.
    pub fn of<'a>(&'a self, paths: &'a [String]) -> impl Iterator<Item = &'a str> {
        let outermost = |part: &&String| !self.parts.iter().any(|other| other != *part && is_within(part, other));
        let ranges = self.parts.iter().filter(outermost).flat_map(|part| range(paths, part));
        ranges.map(String::as_str).filter(|path| self.has(path))
    }

    /// Adds what links in its parts lead to, and what links there lead to in turn. One that leads out is a fault.
    pub fn follow_links(&mut self, links: &Links) {
        if links.is_empty() {
            return;
        }
        let mut next = 0;
        while let Some(part) = self.parts.get(next).cloned() {
            next += 1;
            for (link, target) in links.iter().filter(|(link, _)| is_within(link, &part)) {
                if self.has(link) {
                    self.follow_link(links, link, target);
                }
            }
        }
    }

    fn follow_link(&mut self, links: &Links, link: &str, target: &str) {
        match follow(links, split(link).0, target) {
            Ok(way) => {
                for place in way.via.iter().chain([&way.end]) {
                    if !self.has(place) {
                        self.add(place);
                    }
                }
            }
            Err(Astray::Out) => self.faults.push(leads_out(link, target)),
            // No program gets anywhere through it.
            Err(Astray::Circle) => {}
        }
    }

    /// A submodule is an empty folder in a worktree, and a program that finds a folder empty deletes what was made of it.
    pub fn refuse_modules(&mut self, modules: &BTreeSet<String>, stack: &str) {
        let is_used = |module: &String| self.has(module) || self.parts.iter().any(|part| is_within(part, module));
        let used: Vec<&String> = modules.iter().filter(|module| is_used(module)).collect();
        self.faults.extend(used.into_iter().map(|module| is_a_module(stack, module)));
    }
}

/// The refusal of a stack that uses a submodule.
pub fn is_a_module(stack: &str, module: &str) -> Failure {
    let module = shown(module);
    Failure::input(format!("the stack `{stack}` uses `{module}`, which is a submodule: a run would find it empty"))
        .hint("commit the files themselves, or move the submodule out of the stack's folders")
}

fn below<'a>(folders: &'a BTreeSet<&'a str>, part: &'a str) -> impl Iterator<Item = &'a &'a str> {
    folders
        .range(part..)
        .take_while(move |folder| folder.starts_with(part))
        .filter(move |folder| is_within(folder, part))
}

/// Those of the sorted paths that are a part or lie in it.
fn range<'a>(paths: &'a [String], part: &str) -> impl Iterator<Item = &'a String> {
    let (itself, inside) = match part {
        "" => (&paths[..0], paths),
        part => {
            let at = |end: char| paths.partition_point(|path| *path < format!("{part}{end}"));
            let first = paths.partition_point(|path| path.as_str() < part);
            let itself = paths.get(first..first + 1).filter(|found| found[0] == part).unwrap_or_default();
            // A slash is followed by a zero in the order of bytes.
            (itself, &paths[at('/')..at('0')])
        }
    };
    itself.iter().chain(inside)
}
