//! A checkout of one commit, made for one run and removed after it.

use std::fs;
use std::path::{Path, PathBuf};

use super::cli;
use crate::environment::Environment;
use crate::failure::{Failure, Result};

/// A worktree; dropping it removes the folder.
pub struct Worktree {
    pub folder: PathBuf,
    mirror: PathBuf,
}

impl Worktree {
    pub(super) async fn add(environment: &Environment, mirror: &Path, commit: &str, folder: &Path) -> Result<Worktree> {
        let parent = folder.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(|error| Failure::setup(format!("making {}: {error}", parent.display())))?;
        let _ = fs::remove_dir_all(folder);
        let path = folder.display().to_string();
        // Forget worktrees whose folders are gone, such as those of a run that was killed.
        cli::run(environment, mirror, &["worktree", "prune"]).await?;
        let made = Worktree { folder: folder.to_owned(), mirror: mirror.to_owned() };
        cli::run(environment, mirror, &["worktree", "add", "--quiet", "--detach", "--force", &path, commit]).await?;
        Ok(made)
    }
}

impl Drop for Worktree {
    fn drop(&mut self) {
        // What git keeps of it in the mirror goes with the next `worktree prune`; the folder is what takes room.
        let _ = fs::remove_dir_all(&self.folder);
        if let Some(name) = self.folder.file_name() {
            let _ = fs::remove_dir_all(self.mirror.join("worktrees").join(name));
        }
    }
}
