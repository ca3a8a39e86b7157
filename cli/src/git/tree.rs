//! What a mirror's commits hold: files, differences and merges, read from objects without a checkout.

use git2::{Delta, ObjectType, Oid, Signature, Time, Tree, TreeWalkMode, TreeWalkResult};

use super::Mirror;
use crate::failure::{Failure, Result};
use crate::repo::{TreeFile, resolve};

/// Larger files are no project files, whatever their name.
const LARGEST: usize = 4 << 20;

impl Mirror {
    /// Every file whose name begins with `Pulumi.`, with its content.
    pub fn pulumi_files(&self, commit: &str) -> Result<Vec<TreeFile>> {
        let tree = self.tree(self.oid(commit)?).map_err(|error| unreadable(commit, &error))?;
        let mut files = Vec::new();
        tree.walk(TreeWalkMode::PreOrder, |folder, entry| {
            let name = entry.name().unwrap_or_default();
            if entry.kind() == Some(ObjectType::Blob) && name.starts_with("Pulumi.") {
                let blob = self.repository.find_blob(entry.id());
                if let Some(blob) = blob.ok().filter(|blob| blob.size() <= LARGEST) {
                    files.push(TreeFile { path: format!("{folder}{name}"), content: blob.content().to_vec() });
                }
            }
            TreeWalkResult::Ok
        })
        .map_err(|error| unreadable(commit, &error))?;
        Ok(files)
    }

    /// A symbolic link that leads out of the repository, if there is one: a checkout would follow it to the machine's own files.
    pub fn escaping_link(&self, commit: &str) -> Result<Option<String>> {
        const LINK: i32 = 0o120_000;
        let tree = self.tree(self.oid(commit)?).map_err(|error| unreadable(commit, &error))?;
        let mut found = None;
        let walked = tree.walk(TreeWalkMode::PreOrder, |folder, entry| {
            if entry.filemode() == LINK {
                let blob = self.repository.find_blob(entry.id());
                let target = blob.map(|blob| String::from_utf8_lossy(blob.content()).into_owned()).unwrap_or_default();
                if resolve(folder, &target).is_none() {
                    found = Some(format!("{folder}{} -> {target}", entry.name().unwrap_or_default()));
                    return TreeWalkResult::Abort;
                }
            }
            TreeWalkResult::Ok
        });
        match walked {
            Err(error) if found.is_none() => Err(unreadable(commit, &error)),
            _ => Ok(found),
        }
    }

    /// The paths that differ between two commits; `None` when the older one is no longer there.
    pub fn changed_paths(&self, from: &str, to: &str) -> Result<Option<Vec<String>>> {
        if from == to {
            return Ok(Some(Vec::new()));
        }
        let Ok(older) = self.tree(self.oid(from)?) else {
            return Ok(None);
        };
        let newer = self.tree(self.oid(to)?).map_err(|error| unreadable(to, &error))?;
        let diff = self.repository.diff_tree_to_tree(Some(&older), Some(&newer), None);
        let diff = diff.map_err(|error| unreadable(to, &error))?;
        let mut paths: Vec<String> = diff
            .deltas()
            .filter(|delta| delta.status() != Delta::Unmodified)
            .flat_map(|delta| [delta.old_file().path(), delta.new_file().path()])
            .filter_map(|path| path.and_then(|path| path.to_str()).map(str::to_owned))
            .collect();
        paths.dedup();
        Ok(Some(paths))
    }

    /// The commit that merging `head` into `base` would make. It is kept as an object under no name.
    pub fn merge(&self, base: &str, head: &str) -> Result<String> {
        let (base_id, head_id) = (self.oid(base)?, self.oid(head)?);
        let failed = |error: git2::Error| Failure::input(format!("merging {head} into {base}: {}", error.message()));
        let ours = self.repository.find_commit(base_id).map_err(failed)?;
        let theirs = self.repository.find_commit(head_id).map_err(failed)?;
        if base_id == head_id || self.repository.graph_descendant_of(head_id, base_id).map_err(failed)? {
            return Ok(head.to_owned());
        }
        let mut index = self.repository.merge_commits(&ours, &theirs, None).map_err(failed)?;
        if index.has_conflicts() {
            return Err(conflict(&index));
        }
        let tree =
            index.write_tree_to(&self.repository).and_then(|id| self.repository.find_tree(id)).map_err(failed)?;
        // A fixed time makes the same merge the same commit, however often it is previewed.
        let who = Signature::new("gitinfra", "gitinfra@localhost", &Time::new(0, 0)).map_err(failed)?;
        let merged = self.repository.commit(None, &who, &who, "merge preview", &tree, &[&ours, &theirs]);
        merged.map(|id| id.to_string()).map_err(failed)
    }

    fn tree(&self, commit: Oid) -> std::result::Result<Tree<'_>, git2::Error> {
        self.repository.find_commit(commit)?.tree()
    }
}

fn conflict(index: &git2::Index) -> Failure {
    let mut paths: Vec<String> = index
        .conflicts()
        .into_iter()
        .flatten()
        .filter_map(|conflict| conflict.ok()?.our.map(|ours| String::from_utf8_lossy(&ours.path).into_owned()))
        .collect();
    paths.sort();
    paths.dedup();
    let names: Vec<&str> = paths.iter().map(String::as_str).collect();
    Failure::input(format!("the head can't be merged into the base: conflicts in {}", crate::text::list(&names, 5)))
        .hint("merge or rebase onto the base first")
}

fn unreadable(commit: &str, error: &git2::Error) -> Failure {
    Failure::input(format!("reading commit {commit}: {}", error.message()))
        .hint("if the mirror in the state directory is damaged, delete it; the next run makes it again")
}
