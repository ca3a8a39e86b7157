//! What a merge would make, by git's own rules: those of forges, and of a merge by hand.

use git2::{Oid, Signature, Time};

use super::{Mirror, cli};
use crate::failure::{Failure, Result};
use crate::repo::path::{shown, text};

/// `git merge-tree --write-tree` is as old.
const OLDEST: &str = "2.38";

/// What git says of two histories without a commit that both have.
const UNRELATED: &str = "unrelated histories";

/// What git's `merge-tree` ends with when it does not know an option.
const USAGE: i32 = 129;

/// Which commits of a history are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    All,
    /// The branch's own: merged ones stand behind their merge.
    FirstParents,
}

impl Mirror {
    /// The commit that merging `head` into `base` would make. It is kept as an object under no name.
    pub async fn merge(&self, base: &str, head: &str) -> Result<String> {
        let (base_id, head_id) = (self.oid(base)?, self.oid(head)?);
        let failed = |error: git2::Error| Failure::input(format!("merging {head} into {base}: {}", error.message()));
        if self.has(head, base).await? {
            return Ok(head.to_owned());
        }
        let tree = self.merged_tree(base, head).await?;
        let tree = self.repository.find_tree(tree).map_err(failed)?;
        let ours = self.repository.find_commit(base_id).map_err(failed)?;
        let theirs = self.repository.find_commit(head_id).map_err(failed)?;
        // A fixed time makes the same merge the same commit, however often it is previewed.
        let who = Signature::new("gitinfra", "gitinfra@localhost", &Time::new(0, 0)).map_err(failed)?;
        let merged = self.repository.commit(None, &who, &who, "merge preview", &tree, &[&ours, &theirs]);
        merged.map(|id| id.to_string()).map_err(failed)
    }

    /// Whether a commit's history holds another commit, or is it. libgit2 does not know where a shallow history ends, so git
    /// itself says it.
    pub async fn has(&self, commit: &str, other: &str) -> Result<bool> {
        if !self.repository.is_shallow() {
            return Ok(self.is_on(other, commit));
        }
        let is_ancestor = ["merge-base", "--is-ancestor", other, commit];
        Ok(cli::local(&self.environment, &self.path, None, &is_ancestor).await?.status.success())
    }

    /// The commits of a head that an older commit lacks, the newest first, or of those only the branch's own; all of them where
    /// there is no older one or it is no longer there.
    pub async fn commits_since(&self, head: &str, older: Option<&str>, way: Way) -> Result<Vec<String>> {
        let kept = older.filter(|id| self.oid(id).is_ok_and(|id| self.repository.find_commit(id).is_ok()));
        let without = kept.map(|id| format!("^{id}"));
        let way = Some("--first-parent").filter(|_| way == Way::FirstParents);
        let args: Vec<&str> = ["rev-list", head].into_iter().chain(without.as_deref()).chain(way).collect();
        let output = cli::local(&self.environment, &self.path, None, &args).await?;
        match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()),
            false => Err(Failure::setup(format!("listing the commits of {head}: {}", cli::words(&output)))),
        }
    }

    /// Whether a commit makes what merging `head` makes without being a merge: all of it was squashed into this commit, or the
    /// last of its commits was put on the branch anew.
    pub async fn is_squash_of(&self, commit: &str, head: &str) -> Result<bool> {
        let tree = self.tree_of(commit)?;
        for base in self.bases(commit, head).unwrap_or_default() {
            let made = self.merged_tree(&base, head).await;
            if made.is_ok_and(|made| made.to_string() == tree) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The commits onto which `head` would have been squashed or put anew: one before, or so many as `head` has of its own.
    /// None where the files that changed since are not files that `head` changes, so that most are told apart without a merge.
    fn bases(&self, commit: &str, head: &str) -> std::result::Result<Vec<String>, git2::Error> {
        let (at, theirs) = (Oid::from_str(commit)?, Oid::from_str(head)?);
        let (_, own) = self.repository.graph_ahead_behind(at, theirs)?;
        let fork = self.repository.merge_base(at, theirs)?.to_string();
        let theirs = self.changed_paths(&fork, head).ok().flatten().unwrap_or_default();
        let mut bases = Vec::new();
        for steps in if own > 1 { vec![1, own] } else { vec![own] } {
            let Ok(base) = self.repository.revparse_single(&format!("{at}~{steps}")) else {
                continue;
            };
            let base = base.id().to_string();
            let changed = self.changed_paths(&base, commit).ok().flatten().unwrap_or_default();
            if !changed.is_empty() && changed.iter().all(|path| theirs.contains(path)) {
                bases.push(base);
            }
        }
        Ok(bases)
    }

    async fn merged_tree(&self, base: &str, head: &str) -> Result<Oid> {
        let args = ["merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", base, head];
        let output = cli::local(&self.environment, &self.path, None, &args).await?;
        let mut parts = output.stdout.split(|byte| *byte == 0);
        // A name that does not exist ends like a conflict does, so the tree's id is what tells.
        let tree = parts.next().and_then(|id| Oid::from_str(std::str::from_utf8(id).ok()?).ok());
        match (output.status.code(), tree) {
            (Some(0), Some(tree)) => Ok(tree),
            (Some(1), Some(_)) => Err(conflict(parts)),
            (Some(USAGE), _) => Err(self.too_old().await),
            _ => Err(self.no_merge(&cli::words(&output))),
        }
    }

    fn no_merge(&self, said: &str) -> Failure {
        let failure =
            Failure::input(format!("the head can't be merged into the base: {}", crate::text::last_line(said)));
        match (said.contains(UNRELATED), self.repository.is_shallow()) {
            (true, true) => failure.hint(format!(
                "{} is a shallow clone, which lacks the commit that both come from: `git fetch --unshallow` there gets it",
                self.source.label
            )),
            (true, false) => failure.hint("they have no commit in common, so no forge merges them either"),
            _ => failure,
        }
    }

    async fn too_old(&self) -> Failure {
        let version = cli::local(&self.environment, &self.path, None, &["version"]).await;
        let version = version.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        Failure::setup(format!("`{}` can't merge without a checkout", version.unwrap_or_else(|_| "git".to_owned())))
            .hint(format!("git {OLDEST} or newer is needed for previews"))
    }
}

fn conflict<'a>(paths: impl Iterator<Item = &'a [u8]>) -> Failure {
    let mut paths: Vec<String> = paths.filter(|path| !path.is_empty()).map(|path| shown(&text(path))).collect();
    paths.sort();
    paths.dedup();
    let names: Vec<&str> = paths.iter().map(String::as_str).collect();
    Failure::input(format!("the head can't be merged into the base: conflicts in {}", crate::text::list(&names, 5)))
        .hint("merge or rebase onto the base first")
}
