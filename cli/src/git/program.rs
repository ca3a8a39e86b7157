//! A commit's files as those see them who follow what programs import.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use git2::{ObjectType, Oid};

use super::Mirror;
use super::tree::{LINK, unreadable};
use crate::failure::Result;
use crate::imports::{self, Kind, Scan, Tree};
use crate::repo::path::{is_within, split, text};
use crate::repo::{Links, Listing, Reach, Stack};

/// Larger files are no source code.
const LARGEST: usize = 1 << 20;

/// How many files' words are kept, so that they need not be read again.
const MOST_SCANS: usize = 20_000;

/// What source files say, by their content.
pub(super) type Scans = Mutex<HashMap<Oid, Arc<Scan>>>;

/// Follows the programs of one commit; stacks of the same program share what it reaches.
pub struct Programs<'a> {
    commit: Files<'a>,
    known: BTreeMap<String, Arc<Reach>>,
}

impl<'a> Programs<'a> {
    /// The programs of a commit that lists so.
    pub fn at(mirror: &'a Mirror, commit: &str, listing: &Listing) -> Result<Programs<'a>> {
        let tree = mirror.tree(mirror.oid(commit)?).map_err(|error| unreadable(commit, &error))?;
        let (links, modules) = (listing.links.clone(), listing.modules.clone());
        Ok(Programs {
            commit: Files { mirror, tree, links, modules, folders: Mutex::default() },
            known: BTreeMap::new(),
        })
    }

    /// Adds to a stack what its program reaches.
    pub fn follow(&mut self, stack: &mut Stack) {
        let commit = &self.commit;
        let reach = self.known.entry(stack.project_file.clone());
        let reach = reach.or_insert_with(|| Arc::new(imports::reach(commit, stack)));
        stack.reaches(reach.clone());
    }
}

/// The files of a commit.
struct Files<'a> {
    mirror: &'a Mirror,
    tree: git2::Tree<'a>,
    links: Links,
    modules: BTreeSet<String>,
    /// Folders that were looked into, since programs lie side by side in large ones.
    folders: Mutex<HashMap<String, Option<git2::Tree<'a>>>>,
}

impl<'a> Files<'a> {
    /// A folder that no link leads to.
    fn folder(&self, path: &str) -> Option<git2::Tree<'a>> {
        if path.is_empty() {
            return Some(self.tree.clone());
        }
        let folders = || self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = folders().get(path).cloned() {
            return known;
        }
        let (above, name) = split(path);
        let tree = self.folder(above).and_then(|above| {
            let entry = above.get_name(name).filter(|entry| entry.kind() == Some(ObjectType::Tree))?;
            self.mirror.repository.find_tree(entry.id()).ok()
        });
        folders().insert(path.to_owned(), tree.clone());
        tree
    }

    fn entry(&self, path: &str) -> Option<(Oid, Kind)> {
        let (above, name) = split(path);
        let folder = self.folder(above)?;
        let entry = folder.get_name(name)?;
        let kind = match entry.kind()? {
            ObjectType::Blob if entry.filemode() != LINK => Kind::File,
            ObjectType::Tree => Kind::Folder,
            _ => return self.behind(path),
        };
        Some((entry.id(), kind))
    }

    /// What a link leads to.
    fn behind(&self, path: &str) -> Option<(Oid, Kind)> {
        let end = crate::repo::follow(&self.links, "", path).ok()?.end;
        (end != path).then(|| self.entry(&end)).flatten()
    }

    fn content(&self, path: &str) -> Option<(Oid, String)> {
        let (id, _) = self.entry(path).filter(|(_, kind)| *kind == Kind::File)?;
        Some((id, String::from_utf8(self.mirror.blob(id, LARGEST)?).ok()?))
    }
}

impl Tree for Files<'_> {
    fn kind(&self, path: &str) -> Option<Kind> {
        match path {
            "" => Some(Kind::Folder),
            path => self.entry(path).or_else(|| self.behind(path)).map(|(_, kind)| kind),
        }
    }

    fn text(&self, path: &str) -> Option<String> {
        self.content(path).map(|(_, text)| text)
    }

    fn scan(&self, path: &str, read: fn(&str) -> Scan) -> Option<Arc<Scan>> {
        let (id, _) = self.entry(path)?;
        let known = || self.mirror.scans.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(scan) = known().get(&id) {
            return Some(scan.clone());
        }
        let scan = Arc::new(read(&self.content(path)?.1));
        let mut known = known();
        // A server that runs for months meets every version of every file.
        if known.len() >= MOST_SCANS {
            known.clear();
        }
        known.insert(id, scan.clone());
        Some(scan)
    }

    fn names(&self, folder: &str) -> Vec<(String, Kind)> {
        let found = match folder {
            "" => Some(self.tree.clone()),
            folder => self.entry(folder).and_then(|(id, _)| self.mirror.repository.find_tree(id).ok()),
        };
        let Some(tree) = found else {
            return Vec::new();
        };
        let named = |entry: git2::TreeEntry<'_>| {
            let name = text(entry.name_bytes());
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            let kind = match entry.kind() {
                Some(ObjectType::Tree) => Kind::Folder,
                Some(ObjectType::Blob) if entry.filemode() != LINK => Kind::File,
                _ => self.behind(&path)?.1,
            };
            Some((name, kind))
        };
        tree.iter().filter_map(named).collect()
    }

    fn links(&self) -> &Links {
        &self.links
    }

    fn module_of(&self, path: &str) -> Option<&str> {
        self.modules.iter().find(|module| is_within(path, module)).map(String::as_str)
    }
}
