//! The mirror's objects, which any thread may read: libgit2's handle belongs to one thread at a time, so each has its own.

use std::ops::Deref;
use std::path::{Path, PathBuf};

use git2::Repository;
use thread_local::ThreadLocal;

pub(super) struct Objects {
    path: PathBuf,
    handles: ThreadLocal<Repository>,
}

impl Objects {
    pub fn open(path: &Path) -> Result<Objects, git2::Error> {
        // Every object was hashed as it was received. To hash it again at each look takes a third of a look's time.
        git2::opts::strict_hash_verification(false);
        let handles = ThreadLocal::new();
        handles.get_or_try(|| Repository::open_bare(path))?;
        Ok(Objects { path: path.to_owned(), handles })
    }
}

impl Deref for Objects {
    type Target = Repository;

    fn deref(&self) -> &Repository {
        self.handles.get_or(|| Repository::open_bare(&self.path).expect("the mirror was opened a moment ago"))
    }
}
