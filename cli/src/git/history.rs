//! What came between the commits that stand and a head, each thing worked out once for all stacks.

use std::collections::{BTreeMap, HashMap};

use git2::{Delta, Oid};

use super::Mirror;
use super::fetch::kept_as;
use super::tree::unreadable;
use crate::failure::Result;
use crate::repo::path::{split, text};

/// How many commits are looked through for stacks that left and came back.
const FARTHEST: usize = 1000;

/// The way from the commits that stand to one head.
pub struct Changes<'a> {
    mirror: &'a Mirror,
    head: &'a str,
    known: BTreeMap<String, Option<Vec<String>>>,
    counts: BTreeMap<String, Option<usize>>,
    walk: Walk,
}

/// The way back from the head, by first parents, as far as anybody asked. Positions count from the head.
#[derive(Default)]
struct Walk {
    /// The oldest commit so far; `None` before the first step and after the last.
    at: Option<Oid>,
    positions: HashMap<Oid, usize>,
    /// Where a file of Pulumi's was removed for the last time.
    removed: HashMap<String, usize>,
}

impl Mirror {
    /// The head of a branch when it was last looked at.
    pub fn head_seen(&self, branch: &str) -> Option<String> {
        self.repository.refname_to_id(&kept_as(branch)).ok().map(|head| head.to_string())
    }

    /// Keeps a commit that a stack was rolled out from and that no branch has yet, until another one takes its place.
    pub fn keep_applied(&self, stack: &str, commit: &str) -> Result<()> {
        let name = format!("refs/gitinfra/applied/{}", crate::digest::name_of(stack));
        let kept = self.repository.reference(&name, self.oid(commit)?, true, "rolled out before its merge");
        kept.map(drop).map_err(|error| unreadable(commit, &error))
    }

    /// How many commits a head has that an older commit lacks; `None` where the older one is no longer there.
    pub fn commits_between(&self, from: &str, head: &str) -> Option<usize> {
        let (from, head) = (Oid::from_str(from).ok()?, Oid::from_str(head).ok()?);
        self.repository.graph_ahead_behind(head, from).ok().map(|(ahead, _)| ahead)
    }
}

impl Mirror {
    /// The tree of a commit: two commits of one tree hold the same files.
    pub fn tree_of(&self, commit: &str) -> Result<String> {
        let tree = self.tree(self.oid(commit)?).map_err(|error| unreadable(commit, &error))?;
        Ok(tree.id().to_string())
    }

    /// Whether a commit has nothing but what a merge of these two makes: their own commits, and at most one of its own.
    pub fn is_merge_of(&self, commit: &str, base: &str, head: &str) -> bool {
        let count = || -> std::result::Result<usize, git2::Error> {
            let mut walk = self.repository.revwalk()?;
            walk.push(Oid::from_str(commit)?)?;
            for seen in [base, head] {
                walk.hide(Oid::from_str(seen)?)?;
            }
            Ok(walk.take(2).count())
        };
        count().is_ok_and(|own| own < 2)
    }
}

impl<'a> Changes<'a> {
    pub fn to(mirror: &'a Mirror, head: &'a str) -> Changes<'a> {
        let at = Oid::from_str(head).ok();
        let positions = at.map(|head| (head, 0)).into_iter().collect();
        Changes {
            mirror,
            head,
            known: BTreeMap::new(),
            counts: BTreeMap::new(),
            walk: Walk { at, positions, ..Walk::default() },
        }
    }

    /// What differs between a commit and the head, as `Mirror::changed_paths` tells it.
    pub fn since(&mut self, from: &str) -> Result<Option<&[String]>> {
        if !self.known.contains_key(from) {
            let changed = self.mirror.changed_paths(from, self.head)?;
            self.known.insert(from.to_owned(), changed);
        }
        Ok(self.known.get(from).and_then(Option::as_deref))
    }

    /// How many commits the head has that another one lacks.
    pub fn commits_since(&mut self, from: &str) -> Option<usize> {
        let count = || self.mirror.commits_between(from, self.head);
        *self.counts.entry(from.to_owned()).or_insert_with(count)
    }

    /// Whether one of these files was missing somewhere between a commit and the head. Nobody may have looked then, but
    /// somebody may have removed what they stand for.
    pub fn were_away(&mut self, from: &str, files: &[&str]) -> bool {
        let Ok(from) = Oid::from_str(from) else {
            return false;
        };
        while !self.walk.positions.contains_key(&from) && self.walk.positions.len() <= FARTHEST {
            if self.walk.step(self.mirror).is_none() {
                return false;
            }
        }
        let Some(begin) = self.walk.positions.get(&from) else {
            return false;
        };
        files.iter().any(|file| self.walk.removed.get(*file).is_some_and(|at| at < begin))
    }
}

impl Walk {
    /// Goes to the next older commit, and notes what was removed after it.
    fn step(&mut self, mirror: &Mirror) -> Option<()> {
        let newer = mirror.repository.find_commit(self.at.take()?).ok()?;
        let older = newer.parent(0).ok()?;
        let position = self.positions.len() - 1;
        let diff =
            mirror.repository.diff_tree_to_tree(Some(&older.tree().ok()?), Some(&newer.tree().ok()?), None).ok()?;
        for delta in diff.deltas().filter(|delta| delta.status() == Delta::Deleted) {
            let path = text(delta.old_file().path_bytes().unwrap_or_default());
            if split(&path).1.starts_with("Pulumi.") {
                self.removed.entry(path).or_insert(position);
            }
        }
        self.positions.insert(older.id(), position + 1);
        self.at = Some(older.id());
        Some(())
    }
}
