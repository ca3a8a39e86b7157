//! What programs import and read from elsewhere in their repository, out of a commit's files and without running anything.
//! What can't be followed is said, and what may be meant counts: it costs a preview that shows nothing, and never a change
//! that nobody rolls out.

mod go;
mod node;
mod packages;
mod python;
mod script;
#[cfg(test)]
mod tests;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use crate::failure::Failure;
use crate::repo::path::{is_within, shown, split};
use crate::repo::{Astray, Links, Reach, Stack, Step, follow, outside};

/// More files than this no program has; whoever has them is told.
const MOST_FILES: usize = 20_000;

/// What a path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    File,
    Folder,
}

/// The files of a commit.
pub trait Tree {
    fn kind(&self, path: &str) -> Option<Kind>;

    /// What stands in a file, as text; `None` where there is none, or it is too large to be source code.
    fn text(&self, path: &str) -> Option<String>;

    /// What a source file imports. Whoever has read the same content before need not do so again.
    fn scan(&self, path: &str, read: fn(&str) -> Scan) -> Option<Arc<Scan>>;

    /// The names in a folder.
    fn names(&self, folder: &str) -> Vec<(String, Kind)>;

    /// The symbolic links of the whole tree.
    fn links(&self) -> &Links;

    /// The submodule that a path lies in, if it lies in one.
    fn module_of(&self, path: &str) -> Option<&str>;
}

/// What a source file says of others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scan {
    /// What it imports, as it names it.
    pub imports: Vec<String>,
    /// Its texts, which may name files.
    pub texts: Vec<String>,
    /// What can't be told, in words.
    pub unknown: Vec<String>,
    /// In how many places it makes a reference to another stack.
    pub references: usize,
}

impl Scan {
    /// Takes the name that a reference to another stack is made with, where it is written out. `STACK` and `ORGANIZATION/STACK`, which are
    /// of the program's own project, would be no name of a stack anywhere else.
    fn refers(&mut self, name: &str) {
        if let Some(own) = name.rsplit('/').next().filter(|_| name.matches('/').count() < 2) {
            self.texts.push(format!("{{}}/{{}}/{own}"));
        }
    }

    /// Takes texts that stand one after the other, and the path that they make together.
    fn put_together(&mut self, texts: &mut Vec<String>) {
        if texts.len() > 1 {
            self.texts.push(texts.join("/"));
        }
        self.texts.append(texts);
    }
}

/// What a stack's program reaches outside of its own folder.
pub fn reach(tree: &dyn Tree, stack: &Stack) -> Reach {
    let mut walk = Walk {
        tree,
        home: &stack.folder,
        folder: String::new(),
        reach: Reach::default(),
        left: Vec::new(),
        seen: BTreeSet::new(),
        workspaces: BTreeMap::new(),
    };
    let program = match tree.kind(&stack.program) {
        Some(Kind::File) => split(&stack.program).0,
        _ => &stack.program,
    };
    program.clone_into(&mut walk.folder);
    walk.program(&stack.program, &stack.runtime);
    for package in stack.parts().iter().filter(|part| **part != stack.folder && **part != stack.program) {
        walk.component(package);
    }
    walk.finish()
}

/// The way through a program's files.
struct Walk<'a> {
    tree: &'a dyn Tree,
    /// The project's own folder, all of which counts anyway.
    home: &'a str,
    /// The folder in which the program runs: its paths begin there.
    folder: String,
    reach: Reach,
    /// Source files that nobody has looked into yet.
    left: Vec<String>,
    seen: BTreeSet<String>,
    /// The workspace that each folder belongs to, if it does.
    workspaces: BTreeMap<String, Option<Rc<packages::Members>>>,
}

impl Walk<'_> {
    /// Begins with a program: its entry's files, and the manifests of its packages.
    fn program(&mut self, entry: &str, runtime: &str) {
        match runtime {
            "nodejs" | "bun" => node::begin(self, entry),
            "python" => python::begin(self, entry),
            "go" => go::begin(self, entry),
            "yaml" => yaml::begin(self, entry),
            other => self.reach.unknown.push(format!("what a program in {other} takes from other folders")),
        }
        while let Some(file) = self.left.pop() {
            match ending(&file) {
                "py" => python::look(self, &file),
                "go" => go::look(self, &file),
                "yaml" | "yml" => yaml::look(self, &file),
                _ => node::look(self, &file),
            }
        }
    }

    /// A local package of components is a program of its own, which may take from elsewhere in turn.
    fn component(&mut self, folder: &str) {
        let files = ["PulumiPlugin.yaml", "PulumiPlugin.yml"].map(|name| joined(folder, name));
        let Some(text) = files.iter().find_map(|file| self.tree.text(file)) else {
            return;
        };
        let plugin: serde_json::Value = serde_saphyr::from_str(&text).unwrap_or_default();
        let runtime = plugin["runtime"].as_str().or_else(|| plugin["runtime"]["name"].as_str());
        if let Some(runtime) = runtime.filter(|_| self.seen.insert(format!("{folder}/"))) {
            // What is left of the program that names it is read where that one runs.
            let program = (std::mem::replace(&mut self.folder, folder.to_owned()), std::mem::take(&mut self.left));
            self.program(folder, runtime);
            (self.folder, self.left) = program;
        }
    }

    /// Takes in a file that another one leads to, and looks into it later if it is source code. Through a link both count.
    fn file(&mut self, path: &str, by: &str, how: &'static str) {
        let Ok(way) = follow(self.tree.links(), "", path) else {
            return;
        };
        for place in way.via.iter().chain([&way.end]) {
            let step = Step { by: by.to_owned(), how };
            self.reach.files.entry(place.clone()).or_insert(step);
        }
        let is_source = matches!(
            ending(&way.end),
            "ts" | "tsx" | "mts" | "cts" | "js" | "jsx" | "mjs" | "cjs" | "py" | "go" | "yaml" | "yml"
        );
        if self.seen.len() >= MOST_FILES {
            self.unknown("", &format!("more than {MOST_FILES} files"));
        } else if is_source && self.seen.insert(way.end.clone()) {
            self.left.push(way.end);
        }
    }

    /// Takes in a folder with all that lies in it.
    fn folder(&mut self, path: &str, by: &str, how: &'static str) {
        if !is_within(path, self.home) && !self.reach.folders.contains_key(path) {
            self.reach.folders.insert(path.to_owned(), Step { by: by.to_owned(), how });
            self.component(path);
        }
    }

    /// Takes in what would be found in the place of something else, if it were there.
    fn absent(&mut self, path: &str, by: &str) {
        if let Some(module) = self.tree.module_of(path).map(str::to_owned) {
            self.unknown(by, &format!("what lies in the submodule {module}"));
        }
        let step = Step { by: by.to_owned(), how: "looks for" };
        self.reach.files.entry(path.to_owned()).or_insert(step);
    }

    /// The first of several places where there is a file. The ones before count as well: a file that comes there wins, and
    /// one that was removed from there was used.
    fn first(&mut self, places: impl IntoIterator<Item = String>, by: &str, how: &'static str) -> bool {
        for place in places {
            if self.tree.kind(&place) == Some(Kind::File) {
                self.file(&place, by, how);
                return true;
            }
            self.absent(&place, by);
        }
        false
    }

    /// Takes in what texts name, from the folder in which the program runs, or from the file's own.
    fn texts(&mut self, scan: &Scan, by: &str) {
        let names = || scan.texts.iter().filter(|text| may_be_stack(text));
        self.reach.names.extend(names().cloned());
        self.reach.named += names().filter(|text| !is_all_filled_in(text)).count();
        self.reach.references += scan.references;
        for text in scan.texts.iter().filter(|text| may_be_path(text)) {
            for from in [self.folder.clone(), split(by).0.to_owned()] {
                self.named(&from, text, by, "reads");
            }
        }
    }

    /// Notes a path that is read for certain and leads out of the repository.
    fn leads_out(&mut self, path: &str, by: &str) {
        if let Some(outside) = outside(&self.folder, path) {
            self.reach.outside.insert(outside);
        } else if follow(self.tree.links(), &self.folder, path) == Err(Astray::Out) {
            let words =
                format!("{} reads {}, and a symbolic link there leads out of the repository", shown(by), shown(path));
            self.reach.astray.push(Failure::input(words).hint("let the link lead to a committed file"));
        }
    }

    /// Takes in a path that is named somewhere, if it leads to something outside of the project's folder.
    fn named(&mut self, from: &str, text: &str, by: &str, how: &'static str) {
        let text = text.trim_end_matches('/');
        let Some(path) = at(from, text).filter(|path| !path.is_empty() && !is_within(path, self.home)) else {
            return;
        };
        // Whoever names a folder above the program goes on from there.
        if is_within(self.home, &path) {
            return;
        }
        match self.tree.kind(&path) {
            Some(Kind::File) => self.file(&path, by, how),
            Some(Kind::Folder) => self.folder(&path, by, how),
            // What is read and not there may come, or may have gone.
            None if text.starts_with("..") => self.absent(&path, by),
            None => {}
        }
    }

    fn unknown(&mut self, file: &str, what: &str) {
        let words = if file.is_empty() { what.to_owned() } else { format!("{file}: {what}") };
        if !self.reach.unknown.contains(&words) {
            self.reach.unknown.push(words);
        }
    }

    /// Whatever lies in the project's own folder needs no mention, but for the way to what does not.
    fn finish(self) -> Reach {
        let mut reach = self.reach;
        reach.unknown.sort();
        reach
    }
}

/// Whether a text reads like the name of a stack: `ORGANIZATION/PROJECT/STACK`, parts of which may be filled in.
fn may_be_stack(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_./${}%()".contains(c);
    text.len() < 200 && text.matches('/').count() == 2 && !text.starts_with(['/', '.']) && text.chars().all(fits)
}

/// Whether nothing of such a name tells which stack it is.
fn is_all_filled_in(name: &str) -> bool {
    name.split('/').skip(1).all(|part| part.is_empty() || part.contains(['{', '$', '%']))
}

/// Whether a text looks like a path that leads somewhere.
fn may_be_path(text: &str) -> bool {
    let is_short = text.len() < 300 && !text.contains(['\n', '\0', '*', '{', '$', '<']);
    is_short && (text.contains('/') || text.contains('.')) && !text.contains("://") && !text.starts_with('/')
}

/// A path from a folder; `None` where it leads out of the repository.
fn at(folder: &str, path: &str) -> Option<String> {
    follow(&Links::new(), folder, path).ok().map(|way| way.end)
}

fn joined(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// What a file's name ends with.
fn ending(path: &str) -> &str {
    split(path).1.rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// A folder and those above it, the root last.
fn upwards(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |folder| (!folder.is_empty()).then(|| split(folder).0))
}
