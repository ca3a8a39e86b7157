//! Locks on what this machine's processes share: a mirror, and the folder of a worktree.

use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::time::Duration;

use crate::failure::{Failure, Result};

/// How long until a lock that somebody holds is looked at again.
const GLANCE: Duration = Duration::from_millis(50);

/// The mirror's own lock, which ends like those that git leaves behind.
const MIRROR: &str = "gitinfra.lock";

/// Takes a lock, which is held until the file and all its copies are closed: a child that has one keeps it locked even if
/// gitinfra is killed. `wait` is told once when somebody else holds it. Nothing blocks, so it can be dropped at any time.
pub async fn take(path: &Path, waits: impl FnOnce()) -> Result<File> {
    let failed = |error: std::io::Error| Failure::setup(format!("locking {}: {error}", path.display()));
    let file = File::options().create(true).truncate(false).write(true).read(true).open(path).map_err(failed)?;
    let mut waits = Some(waits);
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => {
                waits.take().into_iter().for_each(|waits| waits());
                tokio::time::sleep(GLANCE).await;
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
    }
}

/// Takes a mirror's lock. Every git that changes the mirror is given it, so what locks are in it now were left by one
/// that was killed, and go; so do packs that it had not received whole.
pub async fn of_mirror(mirror: &Path) -> Result<File> {
    let lock = take(&mirror.join(MIRROR), || {}).await?;
    for folder in ["", "objects", "objects/info"] {
        clear(&mirror.join(folder), false, &is_lock);
    }
    clear(&mirror.join("refs"), true, &is_lock);
    clear(&mirror.join("objects/pack"), false, &|name| name.starts_with("tmp_"));
    Ok(lock)
}

fn is_lock(name: &str) -> bool {
    name.ends_with(".lock") && name != MIRROR
}

fn clear(folder: &Path, deep: bool, is_left: &dyn Fn(&str) -> bool) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && deep {
            clear(&entry.path(), true, is_left);
        } else if !is_folder && is_left(&entry.file_name().to_string_lossy()) {
            // One that can't be removed is told by the git that stumbles over it.
            let _ = fs::remove_file(entry.path());
        }
    }
}
