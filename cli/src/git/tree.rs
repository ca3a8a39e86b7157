//! What a mirror's commits hold: files, links and differences, read from objects without a checkout.

use git2::build::CheckoutBuilder;
use git2::{Delta, ObjectType, Oid, Tree};
use tempfile::TempDir;

use super::Mirror;
use crate::config::{self, Config};
use crate::failure::{Failure, Result};
use crate::repo::path::{shown, text};
use crate::repo::{Listing, Stack, TreeFile, follow, is_a_module};

/// Larger files are no project files, whatever their name.
const LARGEST: usize = 4 << 20;

/// No file system follows a longer link, so a longer target is none.
const LONGEST_TARGET: usize = 4096;

pub(super) const LINK: i32 = 0o120_000;

/// How a pointer of Git LFS begins. The specification limits it to 1024 bytes.
const POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";
const LONGEST_POINTER: usize = 1024;

/// An entry of a tree, wherever it lies.
struct Entry<'a> {
    path: String,
    id: Oid,
    kind: Option<ObjectType>,
    is_link: bool,
    name: &'a [u8],
}

impl Mirror {
    /// What of a commit's tree decides about its stacks.
    pub fn listing(&self, commit: &str) -> Result<Listing> {
        let mut listing = Listing::default();
        let (mut files, mut behind) = (Vec::new(), Vec::new());
        self.walk(
            commit,
            |_| true,
            |entry| {
                let is_pulumis = entry.name.starts_with(b"Pulumi.");
                match entry.kind {
                    Some(ObjectType::Commit) => drop(listing.modules.insert(entry.path)),
                    Some(ObjectType::Blob) if entry.is_link => {
                        let target = self.blob(entry.id, LONGEST_TARGET).map(|target| text(&target));
                        // One that can't be followed leads nowhere that could be told, so it counts as leading out.
                        listing.links.insert(entry.path.clone(), target.unwrap_or_else(|| "/".to_owned()));
                        behind.extend(is_pulumis.then_some(entry.path));
                    }
                    Some(ObjectType::Blob) if is_pulumis => files.push((entry.path, entry.id)),
                    _ => {}
                }
                true
            },
        )?;
        let read = |(path, id)| self.blob(id, LARGEST).map(|content| TreeFile { path, content });
        listing.files = files.into_iter().filter_map(read).collect();
        for path in behind {
            let content = self.content_behind(commit, &listing, &path)?;
            listing.files.extend(content.map(|content| TreeFile { path, content }));
        }
        Ok(listing)
    }

    /// A file of a commit's tree as text; `None` where there is none. A link is none: it would be read from elsewhere.
    pub fn file(&self, commit: &str, path: &str) -> Result<Option<String>> {
        let tree = self.tree(self.oid(commit)?).map_err(|error| unreadable(commit, &error))?;
        let Ok(entry) = tree.get_path(std::path::Path::new(path)) else {
            return Ok(None);
        };
        let is_file = entry.kind() == Some(ObjectType::Blob) && entry.filemode() != LINK;
        let content = Some(entry.id()).filter(|_| is_file).and_then(|id| self.blob(id, LARGEST));
        let text = content.and_then(|content| String::from_utf8(content).ok());
        text.map(Some).ok_or_else(|| Failure::input(format!("{path} is no plain file of UTF-8 text")))
    }

    /// What a commit says of how its stacks are rolled out.
    pub fn config(&self, commit: &str) -> Result<Config> {
        Ok(Config::read(&self.file(commit, config::FILE)?.unwrap_or_default())?.of(commit))
    }

    /// A folder with all files of a commit, which goes when it is dropped. A submodule is an empty folder.
    pub fn files(&self, commit: &str) -> Result<TempDir> {
        let folder = tempfile::tempdir().map_err(|error| Failure::setup(format!("making a folder: {error}")))?;
        let tree = self.tree(self.oid(commit)?).map_err(|error| unreadable(commit, &error))?;
        let mut checkout = CheckoutBuilder::new();
        checkout.target_dir(folder.path()).force().update_index(false);
        let written = self.repository.checkout_tree(tree.as_object(), Some(&mut checkout));
        written.map_err(|error| Failure::setup(format!("writing the files of {commit}: {}", error.message())))?;
        Ok(folder)
    }

    /// The id of a folder of a commit, where there is one at that path.
    pub fn folder_id(&self, commit: &str, path: &str) -> Result<Option<String>> {
        self.id_at(commit, path, |kind, _| kind == Some(ObjectType::Tree))
    }

    /// The id of a file of a commit, where there is one at that path; a link is none.
    pub fn file_id(&self, commit: &str, path: &str) -> Result<Option<String>> {
        self.id_at(commit, path, |kind, mode| kind == Some(ObjectType::Blob) && mode != i32::from(git2::FileMode::Link))
    }

    fn id_at(
        &self,
        commit: &str,
        path: &str,
        fits: impl Fn(Option<ObjectType>, i32) -> bool,
    ) -> Result<Option<String>> {
        let tree = self.tree(self.oid(commit)?).map_err(|error| unreadable(commit, &error))?;
        let entry = tree.get_path(std::path::Path::new(path)).ok();
        Ok(entry.filter(|entry| fits(entry.kind(), entry.filemode())).map(|entry| entry.id().to_string()))
    }

    /// What stands in the file that a link leads to; nothing for one that leads out, and `None` where there is no file.
    fn content_behind(&self, commit: &str, listing: &Listing, link: &str) -> Result<Option<Vec<u8>>> {
        let Ok(way) = follow(&listing.links, "", link) else {
            return Ok(Some(Vec::new()));
        };
        let tree = self.tree(self.oid(commit)?).map_err(|error| unreadable(commit, &error))?;
        let entry = tree.get_path(std::path::Path::new(&way.end)).ok();
        Ok(entry
            .filter(|entry| entry.kind() == Some(ObjectType::Blob))
            .and_then(|entry| self.blob(entry.id(), LARGEST)))
    }

    /// Refuses a stack that uses what a worktree does not hold: a program would read a pointer of Git LFS for the file, and a submodule for an
    /// empty folder.
    pub fn check_present(&self, commit: &str, stack: &Stack) -> Result<()> {
        let mut found = None;
        self.walk(
            commit,
            |folder| stack.may_use_of(folder),
            |entry| {
                let is_file = entry.kind == Some(ObjectType::Blob) && !entry.is_link;
                let is_module = entry.kind == Some(ObjectType::Commit);
                let is_used = stack.uses(&entry.path) || (is_module && stack.may_use_of(&entry.path));
                if is_used && (is_module || (is_file && self.is_pointer(entry.id))) {
                    found = Some((entry.path, is_module));
                }
                found.is_none()
            },
        )?;
        let Some((path, is_module)) = found else { return Ok(()) };
        Err(match is_module {
            true => is_a_module(&stack.name(), &path),
            false => Failure::input(format!(
                "the stack `{}` uses `{}`, which is a pointer of Git LFS, not the file itself",
                stack.name(),
                shown(&path)
            ))
            .hint("commit the file itself (`git lfs migrate export`), or move it out of the stack's folders"),
        })
    }

    fn is_pointer(&self, id: Oid) -> bool {
        let header = self.repository.odb().and_then(|odb| odb.read_header(id));
        let is_short = header.is_ok_and(|(size, _)| size <= LONGEST_POINTER);
        is_short && self.blob(id, LONGEST_POINTER).is_some_and(|content| content.starts_with(POINTER))
    }

    pub(super) fn blob(&self, id: Oid, most: usize) -> Option<Vec<u8>> {
        let blob = self.repository.find_blob(id).ok().filter(|blob| blob.size() <= most);
        blob.map(|blob| blob.content().to_vec())
    }

    /// Shows every entry below the folders that are wanted, until it is told to stop. Names are bytes, so it is not
    /// libgit2's own walk, which ends at the first that is no UTF-8.
    fn walk(&self, commit: &str, wanted: impl Fn(&str) -> bool, mut take: impl FnMut(Entry<'_>) -> bool) -> Result<()> {
        let failed = |error: &git2::Error| unreadable(commit, error);
        let root = self.tree(self.oid(commit)?).map_err(|error| failed(&error))?;
        let mut left = vec![(String::new(), root)];
        while let Some((folder, tree)) = left.pop() {
            for entry in &tree {
                let name = entry.name_bytes();
                let path = format!("{folder}{}", text(name));
                if entry.kind() == Some(ObjectType::Tree) && wanted(&path) {
                    let below = self.repository.find_tree(entry.id()).map_err(|error| failed(&error))?;
                    left.push((format!("{path}/"), below));
                }
                let is_link = entry.filemode() == LINK;
                if !take(Entry { path, id: entry.id(), kind: entry.kind(), is_link, name }) {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The paths that differ between two commits, sorted; `None` when the older one is no longer there.
    pub fn changed_paths(&self, from: &str, to: &str) -> Result<Option<Vec<String>>> {
        if from == to {
            return Ok(Some(Vec::new()));
        }
        let Ok(older) = self.tree(self.oid(from)?) else {
            return Ok(None);
        };
        let newer = self.tree(self.oid(to)?).map_err(|error| unreadable(to, &error))?;
        self.differing(&older, &newer).map(Some).map_err(|error| unreadable(to, &error))
    }

    /// The same of two trees, of which one may never have been here.
    pub fn changed_files(&self, from: &str, to: &str) -> Result<Option<Vec<String>>> {
        let tree = |id: &str| self.repository.find_tree(self.oid(id).ok()?).ok();
        let (Some(older), Some(newer)) = (tree(from), tree(to)) else {
            return Ok(None);
        };
        self.differing(&older, &newer).map(Some).map_err(|error| unreadable(to, &error))
    }

    /// The paths by which two trees differ, sorted.
    fn differing(&self, older: &Tree<'_>, newer: &Tree<'_>) -> std::result::Result<Vec<String>, git2::Error> {
        let diff = self.repository.diff_tree_to_tree(Some(older), Some(newer), None)?;
        let mut paths: Vec<String> = diff
            .deltas()
            .filter(|delta| delta.status() != Delta::Unmodified)
            .flat_map(|delta| [delta.old_file().path_bytes().map(text), delta.new_file().path_bytes().map(text)])
            .flatten()
            .collect();
        paths.sort();
        paths.dedup();
        Ok(paths)
    }

    pub(super) fn tree(&self, commit: Oid) -> std::result::Result<Tree<'_>, git2::Error> {
        self.repository.find_commit(commit)?.tree()
    }
}

pub(super) fn unreadable(commit: &str, error: &git2::Error) -> Failure {
    Failure::input(format!("reading commit {commit}: {}", error.message()))
        .hint("if the mirror in the state directory is damaged, delete it; the next run makes it again")
}
