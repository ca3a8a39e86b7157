//! Git: a bare mirror of one repository, what its commits hold, and worktrees at exact commits.
//!
//! The git CLI moves data, because only it knows every user's credentials, proxies and SSH set-up; objects are read in process.

mod cli;
mod fetch;
mod history;
mod lock;
mod merge;
mod objects;
mod program;
mod source;
mod sparse;
mod tags;
#[cfg(test)]
mod tests;
mod together;
mod tree;
mod worktree;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Duration;

use git2::Oid;

use crate::environment::Environment;
use crate::failure::{Failure, Result};

use objects::Objects;

pub use cli::version;
pub use history::Changes;
pub use merge::Way;
pub use program::Programs;
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

/// The end of the year 9999, in seconds since 1970.
const LATEST: i64 = 253_402_300_799;

/// The bare copy of a repository in the state directory, from which everything is read.
pub struct Mirror {
    pub source: Source,
    path: PathBuf,
    /// The folder of its stacks' worktrees.
    trees: PathBuf,
    repository: Objects,
    /// What source files say, which depends on their content alone.
    scans: program::Scans,
    environment: Environment,
    /// How long a fetch may take.
    patience: Duration,
    /// Whether what killed runs left of worktrees is forgotten.
    is_pruned: AtomicBool,
    /// Those who wait for a fetch, and how many there were.
    fetches: together::Queue,
    fetched: AtomicU64,
}

impl Mirror {
    /// Opens the mirror of a source, making it at the first time. `patience` is how long a fetch may take.
    pub async fn open(
        state_dir: &Path,
        source: Source,
        environment: &Environment,
        patience: Duration,
    ) -> Result<Mirror> {
        let path = state_dir.join("repos").join(source.slug());
        let trees = state_dir.join("trees").join(source.slug().trim_end_matches(".git"));
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
            cli::run(environment, made.path(), None, &init).await?;
            if let Err(error) = fs::rename(made.path(), &path)
                && !path.join("HEAD").exists()
            {
                return Err(broken(&error));
            }
        }
        let repository = Objects::open(&path).map_err(|error| broken(&error.message()))?;
        let scans = program::Scans::default();
        Ok(Mirror {
            source,
            path,
            trees,
            repository,
            scans,
            environment: environment.clone(),
            patience,
            is_pruned: AtomicBool::new(false),
            fetches: together::Queue::default(),
            fetched: AtomicU64::new(0),
        })
    }

    /// The mirror that an earlier run left of a repository; `None` where there is none. It is only for reading.
    pub fn left(state_dir: &Path, label: &str, environment: &Environment) -> Option<Mirror> {
        let source = Source::of_label(label);
        let path = state_dir.join("repos").join(source.slug());
        let repository = Objects::open(&path).ok()?;
        Some(Mirror {
            source,
            path,
            trees: PathBuf::new(),
            repository,
            scans: program::Scans::default(),
            environment: environment.clone(),
            patience: Duration::ZERO,
            is_pruned: AtomicBool::new(false),
            fetches: together::Queue::default(),
            fetched: AtomicU64::new(0),
        })
    }

    /// Reads a commit by any name that the mirror knows.
    pub fn commit(&self, name: &str) -> Result<Commit> {
        let commit = self.repository.revparse_single(name).and_then(|object| object.peel_to_commit());
        let commit = commit.map_err(|error| Failure::input(format!("`{name}` is no commit: {}", error.message())))?;
        Ok(Commit {
            id: commit.id().to_string(),
            subject: commit.summary().ok().flatten().unwrap_or_default().to_owned(),
            author: commit.author().name().unwrap_or_default().to_owned(),
            // Whoever commits says when, and need not say a year that there is.
            at: commit.time().seconds().clamp(0, LATEST) * 1000,
        })
    }

    fn oid(&self, id: &str) -> Result<Oid> {
        Oid::from_str(id).map_err(|error| Failure::bug(format!("`{id}` is no commit id: {}", error.message())))
    }
}
