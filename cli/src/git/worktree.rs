//! A checkout of one commit for one stack, made for one run and removed after it. It always lies in the same folder, since
//! programs see where they are.

use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{Mirror, cli, lock};
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
        self.prune().await?;
        let cone = self.cone(commit, stack)?;
        self.register(&worktree.folder, commit, cone.as_deref()).map_err(failed)?;
        self.fill(&worktree, cone.is_some()).await?;
        Ok(worktree)
    }

    /// Forgets worktrees whose folders are gone, such as those of a run that was killed: once is enough, for each removes its own.
    async fn prune(&self) -> Result<()> {
        if self.is_pruned.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        let lock = lock::of_mirror(&self.path).await?;
        cli::run(&self.environment, &self.path, Some(&lock), &["worktree", "prune"]).await
    }

    /// Makes a worktree's folder and git's notes of it, as `git worktree add` does in three processes. The notes come into the
    /// mirror whole: whoever prunes it meanwhile finds none that lead nowhere. Nobody else has notes of this name, since the
    /// folder is locked. The patterns of a cone lie where git looks for them.
    fn register(&self, folder: &Path, commit: &str, cone: Option<&str>) -> io::Result<()> {
        let all = std::path::absolute(&self.path)?.join("worktrees");
        let name = folder.parent().and_then(Path::file_name).unwrap_or_default();
        let (kept, link) = (all.join(name), folder.join(".git"));
        fs::create_dir(folder)?;
        fs::write(&link, format!("gitdir: {}\n", kept.display()))?;
        let new = tempfile::Builder::new().prefix("worktree-").tempdir_in(&self.path)?;
        let notes = [
            ("HEAD", format!("{commit}\n")),
            ("commondir", "../..\n".to_owned()),
            ("gitdir", format!("{}\n", link.display())),
        ];
        for (name, text) in notes {
            fs::write(new.path().join(name), text)?;
        }
        if let Some(cone) = cone {
            fs::create_dir(new.path().join("info"))?;
            fs::write(new.path().join("info/sparse-checkout"), cone)?;
        }
        remove(&kept)?;
        move_into(&all, new.path(), &kept)
    }

    /// Checks out the commit. That the patterns of a cone count is said to this command alone, since all worktrees share one
    /// configuration.
    async fn fill(&self, worktree: &Worktree, is_sparse: bool) -> Result<()> {
        const SPARSE: [&str; 4] = ["-c", "core.sparseCheckout=true", "-c", "core.sparseCheckoutCone=true"];
        let settings = if is_sparse { &SPARSE[..] } else { &[] };
        let fill = [settings, &["read-tree", "-m", "-u", "HEAD"]].concat();
        cli::run(&self.environment, &worktree.folder, Some(&worktree.lock), &fill).await
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

/// How often it is tried to move git's notes of a worktree.
const TIMES: u32 = 100;

/// Moves git's notes of a worktree to those of all. Whoever removes the last ones, as `git worktree prune` does, removes the folder of all as well.
fn move_into(all: &Path, new: &Path, kept: &Path) -> io::Result<()> {
    for _ in 1..TIMES {
        // A folder that goes while it is made is told as one that exists, though it is gone.
        match fs::create_dir_all(all).and_then(|()| fs::rename(new, kept)) {
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::AlreadyExists) => {}
            moved => return moved,
        }
    }
    fs::rename(new, kept)
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicU32};

    use super::*;

    #[test]
    fn notes_come_where_others_remove_the_folder_of_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let (all, new, kept) = ["worktrees", "new", "worktrees/net.dev"].map(|name| folder.path().join(name)).into();
        // How often the folder is still removed, each time beneath somebody who tries: less often than that one tries.
        let (done, left) = (AtomicBool::new(false), AtomicU32::new(0));
        std::thread::scope(|threads| {
            threads.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    if left.load(Ordering::Relaxed) > 0 && fs::remove_dir(&all).is_ok() {
                        left.fetch_sub(1, Ordering::Relaxed);
                    }
                    std::thread::yield_now();
                }
            });
            // No panic in here: the other thread would never end.
            let once = || {
                fs::create_dir(&new)?;
                left.store(TIMES / 2, Ordering::Relaxed);
                fs::write(new.join("HEAD"), "")?;
                move_into(&all, &new, &kept)?;
                fs::remove_dir_all(&kept)
            };
            let all_moved: io::Result<()> = (0..200).try_for_each(|_| once());
            done.store(true, Ordering::Relaxed);
            all_moved.expect("the notes were moved each time");
        });
    }
}
