//! The tags of a source: which there are, what they stand for, and which of them are on a branch.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};

use git2::Oid;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use super::{LATEST, Mirror, lock};
use crate::failure::{Failure, Result};
use crate::tags::{Tag, newest_first, version};

/// Where the mirror keeps what the newest look found.
const SEEN: &str = "gitinfra-tags.json";

/// So many tags are fetched at once.
const MOST: usize = 200;

/// What fits a stack.
#[derive(Debug, Default)]
pub struct Newest<'a> {
    /// The newest tag that is on the branch.
    pub tag: Option<&'a Tag>,
    /// Those that would be newer and are not on it.
    pub elsewhere: Vec<&'a Tag>,
}

impl Mirror {
    /// Every tag of the source, and what it stands for. When a tag was made says its object, which is fetched only where
    /// `matters` says so: of versions their number tells which is newer.
    pub async fn tags(&self, matters: impl Fn(&str) -> bool) -> Result<Vec<Tag>> {
        let listed = self.talk(None, "ls-remote", &["--tags"], &[]).await.map_err(|said| self.unreachable(&said))?.0;
        let all = listing(&listed);
        let is_needed = |(name, (object, peeled)): &(&String, &(String, Option<String>))| {
            peeled.is_some() && version(name).is_none() && matters(name) && !self.holds(object)
        };
        let needed: Vec<&str> = all.iter().filter(is_needed).map(|(name, _)| name.as_str()).collect();
        for names in needed.chunks(MOST) {
            self.fetch_tags(names).await;
        }
        let tags: Vec<Tag> =
            all.iter().map(|(name, (object, peeled))| self.tag(name, object, peeled.as_deref())).collect();
        self.keep(&tags)?;
        Ok(tags)
    }

    /// The tags that the newest look found.
    pub fn tags_seen(&self) -> Vec<Tag> {
        self.note(SEEN).unwrap_or_default()
    }

    /// The newest tag that fits and is on a branch with this head.
    pub fn newest<'a>(&self, tags: &'a [Tag], globs: &[String], head: &str) -> Newest<'a> {
        let mut newest = Newest::default();
        for tag in newest_first(tags, globs) {
            if self.is_on(&tag.commit, head) {
                newest.tag = Some(tag);
                return newest;
            }
            newest.elsewhere.push(tag);
        }
        newest
    }

    /// Whether a commit's history holds another commit, or is it.
    pub fn is_on(&self, commit: &str, head: &str) -> bool {
        let (Ok(commit), Ok(head)) = (Oid::from_str(commit), Oid::from_str(head)) else {
            return false;
        };
        commit == head || self.repository.graph_descendant_of(head, commit).unwrap_or(false)
    }

    /// Whether a commit, or another object, is here.
    pub fn holds(&self, id: &str) -> bool {
        Oid::from_str(id).is_ok_and(|id| self.repository.find_object(id, None).is_ok())
    }

    /// Whether a commit is here whose id begins so.
    pub fn has_commit(&self, begins: &str) -> bool {
        self.repository.find_commit_by_prefix(begins).is_ok()
    }

    fn tag(&self, name: &str, object: &str, peeled: Option<&str>) -> Tag {
        let commit = peeled.unwrap_or(object).to_owned();
        let seconds = Oid::from_str(object).ok().and_then(|id| {
            let made = self.repository.find_tag(id).ok().and_then(|tag| tag.tagger().map(|who| who.when().seconds()));
            made.or_else(|| Some(self.repository.find_commit(Oid::from_str(&commit).ok()?).ok()?.time().seconds()))
        });
        // Whoever tags says when, and need not say a year that there is.
        Tag { name: name.to_owned(), commit, at: seconds.unwrap_or_default().clamp(0, LATEST) * 1000 }
    }

    /// Fetches the objects of tags. One that can't be fetched counts as made when its commit was.
    async fn fetch_tags(&self, names: &[&str]) {
        let Ok(lock) = lock::of_mirror(&self.path).await else {
            return;
        };
        let specs: Vec<String> = names.iter().map(|name| format!("+refs/tags/{name}:{}", kept_as(name))).collect();
        let specs: Vec<&str> = specs.iter().map(String::as_str).collect();
        let options = ["--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"];
        let _ = self.talk(Some(&lock), "fetch", &options, &specs).await;
    }

    fn keep(&self, tags: &[Tag]) -> Result<()> {
        if self.tags_seen() == tags {
            return Ok(());
        }
        let failed = |error| Failure::setup(format!("writing {}: {error}", self.path.join(SEEN).display()));
        self.keep_note(SEEN, &tags).map_err(failed)
    }

    /// What an earlier look kept beside the mirror's objects under a name, if it can be read.
    pub fn note<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_slice(&fs::read(self.path.join(name)).ok()?).ok()
    }

    /// Keeps something for the next look: whole or not at all, since others read it meanwhile.
    pub fn keep_note(&self, name: &str, note: &impl Serialize) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(&self.path)?;
        file.write_all(&serde_json::to_vec(note)?)?;
        file.persist(self.path.join(name)).map(drop).map_err(|error| error.error)
    }
}

/// Under which name the mirror keeps a tag. Its own would not do: where `release` was, `release/1` can't be.
fn kept_as(name: &str) -> String {
    let hash: String = Sha256::digest(name.as_bytes()).iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("refs/gitinfra/tags/{hash}")
}

/// What `git ls-remote --tags` lists, by name: the object, and the commit behind it where it is one of its own.
fn listing(text: &str) -> BTreeMap<String, (String, Option<String>)> {
    let mut all: BTreeMap<String, (String, Option<String>)> = BTreeMap::new();
    for (id, name) in text.lines().filter_map(|line| line.split_once("\trefs/tags/")) {
        match name.strip_suffix("^{}") {
            Some(name) => all.entry(name.to_owned()).or_default().1 = Some(id.to_owned()),
            None => all.entry(name.to_owned()).or_default().0 = id.to_owned(),
        }
    }
    all
}
