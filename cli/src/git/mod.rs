//! Git: a bare mirror of one repository, what its commits hold, and worktrees at exact commits.
//!
//! The git CLI moves data, because only it knows every user's credentials, proxies and SSH set-up; objects are read in process.

mod cli;
mod objects;
mod source;
#[cfg(test)]
mod tests;
mod tree;
mod worktree;

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use git2::Oid;

use crate::environment::Environment;
use crate::failure::{Failure, Result, nearest};

use objects::Objects;
pub use source::Source;
pub use worktree::Worktree;

/// A commit, as much of it as is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    pub id: String,
    pub subject: String,
    pub author: String,
    /// When it was committed, in milliseconds since 1970.
    pub at: i64,
}

/// The bare copy of a repository in the state directory, from which everything is read.
pub struct Mirror {
    pub source: Source,
    path: PathBuf,
    repository: Objects,
    environment: Environment,
}

impl Mirror {
    /// Opens the mirror of a source, making it at the first time.
    pub async fn open(state_dir: &Path, source: Source, environment: &Environment) -> Result<Mirror> {
        let path = state_dir.join("repos").join(source.slug());
        let broken = |error: &dyn std::fmt::Display| {
            Failure::setup(format!("opening the mirror {}: {error}", path.display()))
                .hint("it holds nothing of its own and may be deleted; the next run makes it again")
        };
        if !path.join("HEAD").exists() {
            let folder = state_dir.join("repos");
            fs::create_dir_all(&folder).map_err(|error| broken(&error))?;
            // Whole or not at all: of several that make it at once, the first one's stays.
            let made = tempfile::Builder::new().prefix("new-").tempdir_in(&folder);
            let made = made.map_err(|error| broken(&error))?;
            let init = ["init", "--bare", "--quiet", "--initial-branch=main", "."];
            cli::run(environment, made.path(), &init).await?;
            if let Err(error) = fs::rename(made.path(), &path)
                && !path.join("HEAD").exists()
            {
                return Err(broken(&error));
            }
        }
        let repository = Objects::open(&path).map_err(|error| broken(&error.message()))?;
        Ok(Mirror { source, path, repository, environment: environment.clone() })
    }

    /// Fetches a branch and says what it points at.
    pub async fn fetch_branch(&self, branch: &str) -> Result<Commit> {
        let target = format!("refs/heads/{branch}");
        match self.fetch(&target, &target).await {
            Ok(()) => self.commit(&target),
            Err(said) if is_missing_ref(&said) => Err(self.no_branch(branch).await),
            Err(said) => Err(self.unreachable(&said)),
        }
    }

    /// Fetches any ref that the source knows: a branch, a tag, `HEAD`, a full commit id, `refs/pull/1/head`.
    pub async fn fetch_ref(&self, reference: &str) -> Result<Commit> {
        if let Some(commit) = self.source.resolve_locally(reference) {
            // A path can be asked for anything that git understands there, such as `HEAD~2` or a short id.
            return self.fetch_any(&commit, reference).await;
        }
        self.fetch_any(reference, reference).await
    }

    async fn fetch_any(&self, wanted: &str, said_as: &str) -> Result<Commit> {
        let target = format!("refs/gitinfra/{}", std::process::id());
        let fetched = self.fetch(wanted, &target).await;
        let commit = match fetched {
            Ok(()) => self.commit(&target),
            Err(_) if self.repository.revparse_single(said_as).is_ok() => self.commit(said_as),
            Err(said) if is_missing_ref(&said) => {
                Err(Failure::input(format!("{} has no `{said_as}`", self.source.label))
                    .hint("a branch, a tag, HEAD or a whole commit id can be named"))
            }
            Err(said) => Err(self.unreachable(&said)),
        };
        if let Ok(mut kept) = self.repository.find_reference(&target) {
            let _ = kept.delete();
        }
        commit
    }

    /// One fetch at a time: two would fight over the same refs.
    async fn fetch(&self, from: &str, to: &str) -> std::result::Result<(), String> {
        let _lock = self.lock().await.map_err(|error| error.message)?;
        let spec = format!("+{from}:{to}");
        let protocols = self.source.allowed_protocols();
        let mut args: Vec<&str> = protocols.iter().flat_map(|setting| ["-c", setting.as_str()]).collect();
        args.extend(["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"]);
        args.extend(["--end-of-options", &self.source.location, &spec]);
        cli::transport(&self.environment, &self.path, &args).await
    }

    /// Held until dropped. Waiting for it blocks a thread, so it must not be the one that listens for Ctrl-C.
    async fn lock(&self) -> Result<File> {
        let path = self.path.join("gitinfra.lock");
        let shown = path.display().to_string();
        let waiting =
            tokio::task::spawn_blocking(move || File::create(&path).and_then(|file| file.lock().map(|()| file)));
        let locked = waiting.await.map_err(|error| Failure::bug(format!("locking {shown}: {error}")))?;
        locked.map_err(|error| Failure::setup(format!("locking {shown}: {error}")))
    }

    async fn no_branch(&self, branch: &str) -> Failure {
        let protocols = self.source.allowed_protocols();
        let mut args: Vec<&str> = protocols.iter().flat_map(|setting| ["-c", setting.as_str()]).collect();
        args.extend(["ls-remote", "--heads", "--end-of-options", &self.source.location]);
        let listed = cli::listing(&self.environment, &self.path, &args).await.unwrap_or_default();
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

    fn unreachable(&self, said: &str) -> Failure {
        if said == cli::MISSING {
            return cli::missing();
        }
        let label = &self.source.label;
        let failure = Failure::input(format!("fetching from {label}: {}", crate::text::last_line(said)));
        if said.contains("dubious ownership") {
            return failure.hint(format!(
                "it belongs to another user; `git config --global --add safe.directory {label}` trusts it"
            ));
        }
        if said.contains("uthentication failed")
            || said.contains("could not read Username")
            || said.contains("Permission denied")
        {
            return failure.hint("git found no credentials that work: set up a credential helper or an SSH key");
        }
        failure.hint_some(said.contains("not found").then(|| "is the address right, and may you read it?".to_owned()))
    }

    /// Reads a commit by any name that the mirror knows.
    pub fn commit(&self, name: &str) -> Result<Commit> {
        let commit = self.repository.revparse_single(name).and_then(|object| object.peel_to_commit());
        let commit = commit.map_err(|error| Failure::input(format!("`{name}` is no commit: {}", error.message())))?;
        Ok(Commit {
            id: commit.id().to_string(),
            subject: commit.summary().ok().flatten().unwrap_or_default().to_owned(),
            author: commit.author().name().unwrap_or_default().to_owned(),
            at: commit.time().seconds() * 1000,
        })
    }

    /// A worktree at exactly this commit, in a folder of its own. It is removed when dropped.
    pub async fn worktree(&self, commit: &str, folder: &Path) -> Result<Worktree> {
        let _lock = self.lock().await?;
        Worktree::add(&self.environment, &self.path, commit, folder).await
    }

    fn oid(&self, id: &str) -> Result<Oid> {
        Oid::from_str(id).map_err(|error| Failure::bug(format!("`{id}` is no commit id: {}", error.message())))
    }
}

fn is_missing_ref(said: &str) -> bool {
    said.contains("couldn't find remote ref") || said.contains("not our ref") || said.contains("no such remote ref")
}
