//! A checkout of one commit for one stack, made for one run and removed after it. It always lies in the same folder, since
//! programs see where they are.

use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{Mirror, cli, lock};
use crate::digest::name_of;
use crate::failure::{Failure, Result};
use crate::repo::Stack;

/// A worktree; dropping it removes the folder.
pub struct Worktree {
    pub folder: PathBuf,
    /// Held while anybody works in the folder. An engine is given it, so that the folder stays its own even if its gitinfra
    /// is killed.
    pub lock: Arc<File>,
}

impl Mirror {
    /// A worktree at exactly this commit, in the stack's own folder. It waits while another run or preview of the stack
    /// works there, which `waits` tells.
    pub async fn worktree(&self, commit: &str, stack: &Stack, waits: impl FnOnce(&Path)) -> Result<Worktree> {
        // A dot between two names that are not empty: it is neither `.` nor `..`.
        let place = self.trees.join(format!("{}.{}", stack.project, stack.stack));
        let failed = |error: io::Error| Failure::setup(format!("making {}: {error}", place.display()));
        fs::create_dir_all(&place).map_err(failed)?;
        let folder = place.join("tree");
        let own = lock::take(&place.join("lock"), || waits(&folder)).await?;
        let worktree = Worktree { folder, lock: Arc::new(own) };
        remove(&worktree.folder).map_err(|error| {
            Failure::setup(format!("removing what a killed run left in {}: {error}", worktree.folder.display()))
                .hint("remove that folder by hand")
        })?;
        let cone = self.cone(commit, stack)?;
        let kept = self.note_worktree(&worktree.folder, commit).await?;
        self.fill(&worktree, &kept, cone.as_deref()).await?;
        Ok(worktree)
    }

    /// Notes in the mirror that a folder is a worktree of it, as `git worktree add --no-checkout --detach` does: files that git documents,
    /// and no programs, so that many stacks side by side do not wait for one another. Says where git keeps what is of this worktree.
    async fn note_worktree(&self, folder: &Path, commit: &str) -> Result<PathBuf> {
        let lock = lock::of_mirror(&self.path).await?;
        // Forget worktrees whose folders are gone, such as those of a run that was killed: once is enough, for each removes its own.
        if !self.is_pruned.swap(true, Ordering::Relaxed) {
            cli::run(&self.environment, &self.path, Some(&lock), &["worktree", "prune"]).await?;
        }
        let kept = self.path.join("worktrees").join(name_of(&folder.display().to_string()));
        let failed = |error: io::Error| Failure::setup(format!("making a worktree in {}: {error}", folder.display()));
        remove(&kept).map_err(failed)?;
        fs::create_dir_all(&kept).map_err(failed)?;
        fs::create_dir_all(folder).map_err(failed)?;
        let link = folder.join(".git");
        let write = |place: PathBuf, text: String| fs::write(place, text + "\n").map_err(failed);
        write(link.clone(), format!("gitdir: {}", kept.display()))?;
        write(kept.join("gitdir"), link.display().to_string())?;
        write(kept.join("commondir"), "../..".to_owned())?;
        write(kept.join("HEAD"), commit.to_owned())?;
        Ok(kept)
    }

    /// Checks out all, or what a cone holds. The patterns lie where git looks for them; that they count is said to this command alone,
    /// since all worktrees share one configuration. It changes nothing in the mirror, so it holds the folder's lock and not the mirror's.
    async fn fill(&self, worktree: &Worktree, kept: &Path, cone: Option<&str>) -> Result<()> {
        let folder = &worktree.folder;
        let failed =
            |error: io::Error| Failure::setup(format!("writing what is checked out in {}: {error}", folder.display()));
        let mut settings = Vec::new();
        if let Some(cone) = cone {
            let info = kept.join("info");
            fs::create_dir_all(&info).map_err(failed)?;
            fs::write(info.join("sparse-checkout"), cone).map_err(failed)?;
            settings = vec!["-c", "core.sparseCheckout=true", "-c", "core.sparseCheckoutCone=true"];
        }
        let fill = [&settings[..], &["read-tree", "-m", "-u", "HEAD"]].concat();
        cli::run(&self.environment, folder, Some(&worktree.lock), &fill).await
    }
}

impl Drop for Worktree {
    fn drop(&mut self) {
        // What git keeps of it in the mirror is named there; if it can't be read, the next `worktree prune` removes it.
        let link = fs::read_to_string(self.folder.join(".git")).unwrap_or_default();
        let _ = remove(&self.folder);
        if let Some(kept) = link.trim_end().strip_prefix("gitdir: ").filter(|_| !self.folder.exists()) {
            forget(Path::new(kept), &self.folder);
        }
    }
}

/// Removes git's notes of a worktree. The file that led here was in the program's reach, so it is looked whether the notes
/// lead back.
fn forget(kept: &Path, folder: &Path) {
    let back = fs::read_to_string(kept.join("gitdir")).unwrap_or_default();
    if Path::new(back.trim_end()) == folder.join(".git") {
        let _ = fs::remove_dir_all(kept);
    }
}

/// Removes a folder with all that is in it; symbolic links are removed, not followed.
fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            // Toolchains write-protect what they fetch.
            open_up(folder);
            fs::remove_dir_all(folder)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

fn open_up(folder: &Path) {
    let _ = fs::set_permissions(folder, Permissions::from_mode(0o700));
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            open_up(&entry.path());
        }
    }
}
