//! Installed packages that are kept for the next run which needs the same. They are copied there and back, so that no run can
//! change those of another; what pull requests installed is kept apart.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::config::Work;

/// So much is kept, in bytes.
const MOST: u64 = 5 << 30;

/// What is half done for so long has nobody any more.
const OLD: Duration = Duration::from_secs(24 * 60 * 60);

/// The packages themselves, and what they count, in the folder of an entry.
const PACKAGES: &str = "packages";
const COUNTS: &str = "counts";

/// Where packages are kept. It only saves time: whatever goes wrong with it, they are installed.
#[derive(Debug, Clone)]
pub struct Shelf {
    folder: PathBuf,
    most: u64,
}

/// How many files there are, and of how many bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    files: u64,
    bytes: u64,
}

impl Counts {
    fn written(self) -> String {
        format!("{} {}", self.files, self.bytes)
    }

    fn read(entry: &Path) -> Option<Counts> {
        let text = fs::read_to_string(entry.join(COUNTS)).ok()?;
        let (files, bytes) = text.split_once(' ')?;
        Some(Counts { files: files.parse().ok()?, bytes: bytes.parse().ok()? })
    }
}

impl Shelf {
    pub fn of(state_dir: &Path, work: Work) -> Shelf {
        let tier = match work {
            Work::Preview => "previews",
            Work::RollOut => "rollouts",
        };
        Shelf { folder: state_dir.join("packages").join(tier), most: MOST }
    }

    /// Puts packages where they belong. False when there are none of this name, or not whole.
    pub async fn take(&self, name: &str, to: &Path) -> bool {
        let (shelf, name, to) = (self.clone(), name.to_owned(), to.to_owned());
        tokio::task::spawn_blocking(move || shelf.taken(&name, &to).unwrap_or(false)).await.unwrap_or(false)
    }

    /// Keeps packages that were installed.
    pub async fn put(&self, name: &str, from: &Path) {
        let (shelf, name, from) = (self.clone(), name.to_owned(), from.to_owned());
        let _ = tokio::task::spawn_blocking(move || shelf.kept(&name, &from)).await;
    }

    fn taken(&self, name: &str, to: &Path) -> io::Result<bool> {
        let entry = self.folder.join(name);
        let Some(counts) = Counts::read(&entry) else {
            return Ok(false);
        };
        let lock = self.lock(name)?;
        lock.lock_shared()?;
        let beside = to.with_extension("taken");
        let copied = copy(&entry.join(PACKAGES), &beside);
        let _ = File::open(entry.join(COUNTS)).and_then(|file| file.set_modified(SystemTime::now()));
        if copied.as_ref().ok() == Some(&counts) {
            // Only an empty folder may be in the way, such as one that is kept in Git.
            let _ = fs::remove_dir_all(to);
            return fs::rename(&beside, to).map(|()| true);
        }
        let _ = fs::remove_dir_all(&beside);
        self.drop_locked(name, &lock);
        Ok(false)
    }

    fn kept(&self, name: &str, from: &Path) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        self.sweep();
        let made = tempfile::Builder::new().prefix("new-").tempdir_in(&self.folder)?;
        let counts = copy(from, &made.path().join(PACKAGES))?;
        // One that would push out all others is not worth it.
        if counts.bytes > self.most / 2 {
            return Ok(());
        }
        fs::write(made.path().join(COUNTS), counts.written())?;
        self.make_room(counts.bytes);
        // Of several that kept the same at once, the first one's stays.
        fs::rename(made.path(), self.folder.join(name))
    }

    /// Drops those that were not used for the longest time, until there is room.
    fn make_room(&self, needed: u64) {
        let mut entries: Vec<(SystemTime, String, u64)> = self.entries().collect();
        entries.sort();
        let mut all: u64 = needed + entries.iter().map(|(.., bytes)| bytes).sum::<u64>();
        for (_, name, bytes) in entries {
            if all <= self.most {
                return;
            }
            if self.drop_entry(&name) {
                all -= bytes;
            }
        }
    }

    fn entries(&self) -> impl Iterator<Item = (SystemTime, String, u64)> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        entries.filter_map(|entry| {
            let used = fs::metadata(entry.path().join(COUNTS)).ok()?.modified().ok()?;
            let name = entry.file_name().into_string().ok().filter(|name| !name.starts_with("new-"))?;
            Some((used, name, Counts::read(&entry.path())?.bytes))
        })
    }

    fn drop_entry(&self, name: &str) -> bool {
        self.lock(name).is_ok_and(|lock| self.drop_locked(name, &lock))
    }

    /// Drops an entry, unless somebody else is copying it. It is moved out of the way first, so that nobody finds half of it.
    fn drop_locked(&self, name: &str, lock: &File) -> bool {
        if lock.try_lock().is_err() {
            return false;
        }
        let Ok(away) = tempfile::Builder::new().prefix("new-").tempdir_in(&self.folder) else {
            return false;
        };
        fs::rename(self.folder.join(name), away.path().join("old")).is_ok()
    }

    fn lock(&self, name: &str) -> io::Result<File> {
        File::options().create(true).truncate(false).write(true).open(self.folder.join(format!("{name}.lock")))
    }

    /// Removes what was being made when its gitinfra was killed.
    fn sweep(&self) {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let age = entry.metadata().and_then(|found| found.modified()).map(|at| at.elapsed().unwrap_or_default());
            let is_half = entry.file_name().to_string_lossy().starts_with("new-");
            if is_half && age.is_ok_and(|age| age > OLD) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }
}

/// Copies a folder with all that is in it, and counts it. Links are copied as links.
fn copy(from: &Path, to: &Path) -> io::Result<Counts> {
    fs::create_dir_all(to)?;
    let mut counts = Counts::default();
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, target) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() {
            let inner = copy(&entry.path(), &target)?;
            counts = Counts { files: counts.files + inner.files, bytes: counts.bytes + inner.bytes };
        } else if kind.is_symlink() {
            symlink(fs::read_link(entry.path())?, &target)?;
            counts.files += 1;
        } else if kind.is_file() {
            counts.bytes += fs::copy(entry.path(), &target)?;
            counts.files += 1;
        }
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packages(folder: &Path, name: &str, bytes: usize) -> PathBuf {
        let made = folder.join(name);
        fs::create_dir_all(made.join("a")).expect("a folder");
        fs::write(made.join("a/index.js"), vec![b'x'; bytes]).expect("a file");
        made
    }

    #[test]
    fn what_was_not_used_for_long_makes_room() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let shelf = Shelf { folder: folder.path().join("shelf"), most: 100 };
        let has = |name: &str| shelf.folder.join(name).is_dir();
        let age = |name: &str, seconds: u64| {
            let file = File::open(shelf.folder.join(name).join(COUNTS)).expect("a file");
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).expect("a time");
        };
        for (at, name) in ["one", "two"].into_iter().enumerate() {
            shelf.kept(name, &packages(folder.path(), name, 40)).expect("kept");
            age(name, at as u64);
        }
        // One that is used counts as young, and one that is being copied stays.
        assert!(shelf.taken("one", &folder.path().join("to")).expect("taken"));
        shelf.kept("three", &packages(folder.path(), "three", 40)).expect("kept");
        assert_eq!((has("one"), has("two"), has("three")), (true, false, true));
        age("one", 1);
        let lock = shelf.lock("one").expect("a lock");
        lock.lock_shared().expect("locked");
        shelf.kept("four", &packages(folder.path(), "four", 40)).expect("kept");
        assert_eq!((has("one"), has("three"), has("four")), (true, false, true));
        // One that is too large is not kept at all.
        shelf.kept("large", &packages(folder.path(), "large", 60)).expect("left");
        assert!(!has("large") && has("four"));
    }

    #[test]
    fn what_is_not_whole_is_not_taken() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let shelf = Shelf { folder: folder.path().join("shelf"), most: 1000 };
        let to = folder.path().join("node_modules");
        assert!(!shelf.taken("none", &to).expect("an answer"));
        shelf.kept("one", &packages(folder.path(), "made", 40)).expect("kept");
        // The second that keeps the same changes nothing.
        assert!(shelf.kept("one", &packages(folder.path(), "again", 40)).is_err());
        fs::write(shelf.folder.join("one/packages/a/index.js"), "cut").expect("a file");
        assert!(!shelf.taken("one", &to).expect("an answer"));
        assert!(!to.exists() && !shelf.folder.join("one").exists());
    }
}
