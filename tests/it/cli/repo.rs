//! A scratch Git repository, made and changed by git itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A repository with a checkout. Its folder goes when it is dropped.
pub struct Repo {
    dir: TempDir,
}

impl Repo {
    /// An empty repository on the branch `main`.
    pub fn new() -> Repo {
        let dir = TempDir::with_prefix("gitinfra-repo-").expect("a folder for a repository");
        let repo = Repo { dir };
        repo.git(&["init", "-q", "-b", "main"]);
        repo
    }

    pub fn folder(&self) -> &Path {
        self.dir.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) -> &Repo {
        let path = self.path(name);
        let folder = path.parent().expect("a file lies in a folder");
        fs::create_dir_all(folder).expect("the repository can be written");
        fs::write(path, text).expect("the repository can be written");
        self
    }

    /// Commits everything, and says the commit's id.
    pub fn commit(&self, subject: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", subject]);
        self.head()
    }

    /// The commit that is checked out.
    pub fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"])
    }

    /// Makes a branch and goes there.
    pub fn branch(&self, name: &str) -> &Repo {
        self.git(&["switch", "-q", "-c", name]);
        self
    }

    pub fn switch(&self, name: &str) -> &Repo {
        self.git(&["switch", "-q", name]);
        self
    }

    /// Merges a branch as a forge does, and says the merge commit's id.
    pub fn merge(&self, name: &str) -> String {
        self.git(&["merge", "-q", "--no-ff", "-m", "Merge", name]);
        self.head()
    }

    /// What git says, without the line break at its end.
    #[track_caller]
    pub fn git(&self, args: &[&str]) -> String {
        git_in(self.dir.path(), args)
    }
}

/// git as a user who has set nothing up but a name.
#[track_caller]
pub fn git_in(folder: &Path, args: &[&str]) -> String {
    let mut git = Command::new("git");
    git.args(args).current_dir(folder);
    git.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
    for who in ["AUTHOR", "COMMITTER"] {
        git.env(format!("GIT_{who}_NAME"), "Ada").env(format!("GIT_{who}_EMAIL"), "ada@example.com");
    }
    let output = git.output().expect("git runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    assert!(output.status.success(), "git {args:?}: {}", text(&output.stderr));
    text(&output.stdout)
}
