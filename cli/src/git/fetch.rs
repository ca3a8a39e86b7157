//! Fetching: what a branch of the source points at, and any other commit that it can be asked for.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use git2::{Oid, Reference};
use sha2::{Digest, Sha256};

use super::cli::{self, Transport};
use super::together::Wanted;
use super::{Commit, Mirror, lock};
use crate::failure::{Failure, Result, nearest};
use crate::trace;

/// What is fetched arrives here first: git leaves out a ref that it does not like with no more than a warning.
const INCOMING: &str = "refs/gitinfra/incoming-";

/// Of so many fetches one lets git pack what came in, the first of a process among them.
const BETWEEN_PACKINGS: u64 = 64;

/// The disk has no room for what was fetched.
const FULL: &[&str] = &["No space left on device", "Disk quota exceeded"];

/// What git says of a server that takes a connection and says nothing.
const SILENT: &[&str] = &[cli::GIVEN_UP, "Operation too slow", "timed out", "not responding"];

/// And of one that it does not come to, or that is at fault itself: nothing about the repository is wrong.
const OUT_OF_REACH: &[&str] = &[
    "Could not resolve host",
    "Connection refused",
    "Connection reset",
    "Failed to connect",
    "Couldn't connect",
    "unable to connect",
    "unreachable",
    "No route to host",
    "Empty reply",
    "returned error: 5",
];

impl Mirror {
    /// Fetches a branch and says what it points at.
    pub async fn fetch_branch(&self, branch: &str) -> Result<Commit> {
        if !is_name(branch) {
            return Err(Failure::input(format!("`{branch}` is no name of a branch"))
                .hint("what is merged into, or followed, is a branch, such as `main`"));
        }
        match self.fetch(&format!("refs/heads/{branch}"), Some(&kept_as(branch))).await {
            Ok(id) => self.commit(&id.to_string()),
            Err(said) if is_missing_ref(&said) => Err(self.no_branch(branch).await),
            Err(said) => Err(self.unreachable(&said)),
        }
    }

    /// Fetches any ref that the source knows: a branch, a tag, `HEAD`, a full commit id, `refs/pull/1/head`. Of a branch and
    /// a tag with the same name it is the branch.
    pub async fn fetch_ref(&self, reference: &str) -> Result<Commit> {
        if let Some(commit) = self.source.resolve_locally(reference) {
            // A path can be asked for anything that git understands there, such as `HEAD~2` or a short id.
            return self.fetch_any(&[&commit], reference).await;
        }
        let branch = format!("refs/heads/{reference}");
        match reference == "HEAD" || reference.starts_with("refs/") || is_id(reference) {
            true => self.fetch_any(&[reference], reference).await,
            false => self.fetch_any(&[&branch, reference], reference).await,
        }
    }

    /// Fetches the first of several refs that is there.
    async fn fetch_any(&self, wanted: &[&str], said_as: &str) -> Result<Commit> {
        let mut said = String::new();
        for one in wanted {
            match self.fetch(one, None).await {
                Ok(id) => return self.commit(&id.to_string()),
                Err(words) => said = words,
            }
            if !is_missing_ref(&said) {
                break;
            }
        }
        match is_missing_ref(&said) {
            // A commit that the mirror has already needs no source.
            _ if is_id(said_as) && self.repository.revparse_single(said_as).is_ok() => self.commit(said_as),
            true => Err(Failure::input(format!("{} has no `{said_as}`", self.source.label))
                .hint("a branch, a tag, HEAD or a whole commit id can be named; `HEAD~1` and the like where the repository is given by its path")),
            false => Err(self.unreachable(&said)),
        }
    }

    /// The commit that a branch points at, and any other ref, in one fetch.
    pub async fn fetch_both(&self, branch: &str, reference: &str) -> Result<(Commit, Commit)> {
        let (branch, reference) = tokio::join!(self.fetch_branch(branch), self.fetch_ref(reference));
        Ok((branch?, reference?))
    }

    /// One fetch at a time: two would fight over the same refs. The error is git's own text.
    pub(super) async fn fetch_at_once(&self, wanted: &Wanted) -> std::result::Result<BTreeMap<String, Oid>, String> {
        let lock = lock::of_mirror(&self.path).await.map_err(|error| error.message)?;
        self.drop_incoming();
        let mut options =
            vec!["--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--update-shallow"];
        // What a shallow source lacked once, it may have by now.
        options.extend(self.repository.is_shallow().then_some("--unshallow"));
        // Looking whether the mirror wants to be packed takes as long as a small fetch does.
        let fetches = self.fetched.fetch_add(1, Ordering::Relaxed);
        options.extend((!fetches.is_multiple_of(BETWEEN_PACKINGS)).then_some("--no-auto-maintenance"));
        let specs: Vec<String> =
            wanted.keys().enumerate().map(|(at, from)| format!("+{from}:{INCOMING}{at}")).collect();
        let specs: Vec<&str> = specs.iter().map(String::as_str).collect();
        let (_, said) = self.talk(Some(&lock), "fetch", &options, &specs).await?;
        let mut arrived = BTreeMap::new();
        for (at, (from, keep_as)) in wanted.iter().enumerate() {
            let id = self.repository.refname_to_id(&format!("{INCOMING}{at}")).map_err(|_| said.clone())?;
            for name in keep_as {
                let kept = self.repository.reference(name, id, true, "fetched");
                kept.map_err(|error| format!("keeping {from}: {}", error.message()))?;
            }
            arrived.insert(from.clone(), id);
        }
        self.drop_incoming();
        Ok(arrived)
    }

    /// Whether older commits are not there because its source is shallow.
    pub fn is_shallow(&self) -> bool {
        self.repository.is_shallow()
    }

    fn drop_incoming(&self) {
        let Ok(references) = self.repository.references_glob(&format!("{INCOMING}*")) else {
            return;
        };
        for mut incoming in references.flatten() {
            let _ = incoming.delete();
        }
    }

    /// A git command that talks to the source.
    pub(super) async fn talk(
        &self,
        lock: Option<&std::fs::File>,
        command: &str,
        options: &[&str],
        refs: &[&str],
    ) -> std::result::Result<(String, String), String> {
        let protocols = self.source.allowed_protocols();
        let mut args: Vec<&str> = protocols.iter().flat_map(|setting| ["-c", setting.as_str()]).collect();
        args.push(command);
        args.extend(options);
        args.extend(["--end-of-options", &self.source.location]);
        args.extend(refs);
        let (within, is_ssh) = (self.patience, self.source.is_ssh());
        let git = Transport { environment: &self.environment, folder: &self.path, within, lock, is_ssh };
        trace::part("git fetch").with("vcs.repository.name", self.source.label.clone()).of(git.run(&args)).await
    }

    async fn no_branch(&self, branch: &str) -> Failure {
        let listed = self.talk(None, "ls-remote", &["--heads"], &[]).await.unwrap_or_default().0;
        let names: Vec<&str> =
            listed.lines().filter_map(|line| line.split_once("\trefs/heads/")).map(|(_, n)| n).collect();
        let failure = Failure::input(format!("{} has no branch `{branch}`", self.source.label));
        match names.as_slice() {
            [] => failure.hint("the repository has no branch at all yet: commit something first"),
            names => failure
                .hint_some(nearest(branch, names.iter().copied()))
                .hint(format!("its branches are: {}", crate::text::list(names, 8))),
        }
    }

    pub(super) fn unreachable(&self, said: &str) -> Failure {
        if said == cli::MISSING {
            return cli::missing();
        }
        let label = &self.source.label;
        let says = |words: &[&str]| words.iter().any(|words| said.contains(words));
        let kind = if says(SILENT) || says(OUT_OF_REACH) { Failure::setup } else { Failure::input };
        // What a lack of room leads to is told after it, as if the repository were wrong.
        if let Some(line) = said.lines().find(|line| FULL.iter().any(|words| line.contains(words))) {
            let hint = format!("make room on the disk of {}", self.path.display());
            return Failure::setup(format!("fetching from {label}: {}", line.trim())).away().hint(hint);
        }
        let failure = kind(format!("fetching from {label}: {}", crate::text::last_line(said))).away();
        if says(&["dubious ownership"]) {
            return failure.hint(format!(
                "it belongs to another user; `git config --global --add safe.directory {label}` trusts it"
            ));
        }
        if says(&["uthentication failed", "could not read Username", "Permission denied"]) {
            return failure
                .refused()
                .hint("git found no credentials that work: set up a credential helper or an SSH key");
        }
        if says(&["promisor", "lazy fetch"]) {
            return Failure::input(format!("{label} is a partial clone, which lacks files"))
                .hint("name with --repo what it was cloned from: `git remote get-url origin` says it");
        }
        if says(SILENT) {
            return failure
                .hint("the server accepts and says nothing; `--fetch-timeout` waits longer, if it is only slow");
        }
        failure.hint_some(said.contains("not found").then(|| "is the address right, and may you read it?".to_owned()))
    }
}

/// Under which name the mirror keeps a branch. The branch's own would not do: where `release` is, `release/1` can't be.
pub(super) fn kept_as(branch: &str) -> String {
    let digest = Sha256::digest(branch.as_bytes());
    let hash: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("refs/gitinfra/branches/{hash}")
}

fn is_id(name: &str) -> bool {
    (7..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether Git takes it for the name of a branch: `HEAD~1` is a path to a commit, and no name.
fn is_name(branch: &str) -> bool {
    Reference::is_valid_name(&format!("refs/heads/{branch}"))
}

/// What is no name at all is nowhere, either.
fn is_missing_ref(said: &str) -> bool {
    let words = ["couldn't find remote ref", "not our ref", "no such remote ref", "invalid refspec"];
    words.iter().any(|words| said.contains(words))
}
