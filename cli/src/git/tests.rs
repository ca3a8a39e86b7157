//! Real repositories in temporary folders, and what the mirror makes of them.

use git2::Repository;

use super::*;
use git2::{IndexEntry, IndexTime, Signature};

/// A repository whose commits are made of paths and contents.
struct Origin {
    folder: tempfile::TempDir,
    repository: Repository,
}

const FILE: u32 = 0o100_644;
const LINK: u32 = 0o120_000;

impl Origin {
    fn new() -> Origin {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut options = git2::RepositoryInitOptions::new();
        let repository = Repository::init_opts(folder.path(), options.initial_head("main")).expect("a repository");
        Origin { folder, repository }
    }

    /// Commits a whole tree onto a branch, and says the commit's id.
    fn commit(&self, branch: &str, parents: &[&str], files: &[(&str, &str, u32)]) -> String {
        let mut index = git2::Index::new().expect("an index");
        for (path, content, mode) in files {
            let id = self.repository.blob(content.as_bytes()).expect("a blob");
            index.add(&entry(path, id, *mode)).expect("an entry");
        }
        let tree = index.write_tree_to(&self.repository).expect("a tree");
        let tree = self.repository.find_tree(tree).expect("the tree");
        let who = Signature::new("Ada", "ada@example.org", &git2::Time::new(60, 0)).expect("a name");
        let parents: Vec<git2::Commit<'_>> = parents.iter().map(|id| self.find(id)).collect();
        let parents: Vec<&git2::Commit<'_>> = parents.iter().collect();
        let id =
            self.repository.commit(None, &who, &who, "Change it\n\nAt length.", &tree, &parents).expect("a commit");
        self.repository.reference(&format!("refs/heads/{branch}"), id, true, "").expect("a branch");
        id.to_string()
    }

    fn find(&self, id: &str) -> git2::Commit<'_> {
        self.repository.find_commit(Oid::from_str(id).expect("an id")).expect("the commit")
    }

    async fn mirror(&self, state: &Path) -> Mirror {
        let source = Source::parse(".", self.folder.path()).expect("a source");
        Mirror::open(state, source, &environment()).await.expect("a mirror")
    }
}

fn entry(path: &str, id: Oid, mode: u32) -> IndexEntry {
    let time = IndexTime::new(0, 0);
    let path = path.as_bytes().to_vec();
    IndexEntry {
        ctime: time,
        mtime: time,
        dev: 0,
        ino: 0,
        mode,
        uid: 0,
        gid: 0,
        file_size: 0,
        id,
        flags: 0,
        flags_extended: 0,
        path,
    }
}

fn environment() -> Environment {
    std::env::vars().filter(|(name, _)| matches!(name.as_str(), "PATH" | "HOME" | "TMPDIR")).collect()
}

#[tokio::test]
async fn a_branch_is_fetched_and_read_without_a_checkout() {
    let (origin, state) = (Origin::new(), tempfile::tempdir().expect("a temporary folder"));
    let first = origin.commit("main", &[], &[("a/Pulumi.yaml", "name: a", FILE), ("a/main.ts", "1", FILE)]);
    let mirror = origin.mirror(state.path()).await;
    let commit = mirror.fetch_branch("main").await.expect("the branch");
    let expected = Commit { id: first.clone(), subject: "Change it".to_owned(), author: "Ada".to_owned(), at: 60_000 };
    assert_eq!(commit, expected);
    let files = mirror.pulumi_files(&first).expect("files");
    assert_eq!(files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["a/Pulumi.yaml"]);
    let second = origin.commit("main", &[&first], &[("a/Pulumi.yaml", "name: a", FILE), ("b/new.ts", "1", FILE)]);
    assert_eq!(mirror.fetch_branch("main").await.expect("the branch").id, second);
    let changed = mirror.changed_paths(&first, &second).expect("read").expect("both are there");
    assert_eq!(changed, ["a/main.ts", "b/new.ts"]);
    let unknown = "0".repeat(40);
    assert_eq!(mirror.changed_paths(&unknown, &second).expect("read"), None);
}

#[tokio::test]
async fn what_is_not_there_is_told_with_what_is() {
    let (origin, state) = (Origin::new(), tempfile::tempdir().expect("a temporary folder"));
    let mirror = origin.mirror(state.path()).await;
    let empty = mirror.fetch_branch("main").await.expect_err("no branch yet");
    assert!(empty.hints[0].contains("commit something first"), "{empty:?}");
    let first = origin.commit("main", &[], &[("x", "1", FILE)]);
    origin.commit("feature", &[&first], &[("x", "2", FILE)]);
    let failure = mirror.fetch_branch("maim").await.expect_err("a slip");
    assert_eq!(failure.hints, ["did you mean `main`?", "its branches are: feature, main"]);
    assert!(mirror.fetch_ref("nothing").await.expect_err("no ref").message.ends_with("has no `nothing`"));
    for name in ["feature", "refs/heads/main", &first, &first[..10], "feature~1"] {
        mirror.fetch_ref(name).await.unwrap_or_else(|failure| panic!("{name}: {failure}"));
    }
}

#[tokio::test]
async fn a_merge_is_made_in_the_mirror_or_refused() {
    let (origin, state) = (Origin::new(), tempfile::tempdir().expect("a temporary folder"));
    let root = origin.commit("main", &[], &[("a", "1", FILE), ("b", "1", FILE)]);
    let base = origin.commit("main", &[&root], &[("a", "2", FILE), ("b", "1", FILE)]);
    let head = origin.commit("feature", &[&root], &[("a", "1", FILE), ("b", "2", FILE)]);
    let other = origin.commit("other", &[&root], &[("a", "3", FILE), ("b", "1", FILE)]);
    let mirror = origin.mirror(state.path()).await;
    for branch in ["main", "feature", "other"] {
        mirror.fetch_branch(branch).await.expect("the branch");
    }
    let merged = mirror.merge(&base, &head).expect("a merge");
    assert_eq!(mirror.merge(&base, &head).expect("the same merge"), merged);
    assert_eq!(mirror.changed_paths(&base, &merged).expect("read"), Some(vec!["b".to_owned()]));
    assert_eq!(mirror.merge(&root, &head).expect("a fast forward"), head);
    let conflict = mirror.merge(&base, &other).expect_err("both changed a");
    assert_eq!(conflict.message, "the head can't be merged into the base: conflicts in a");
}

#[tokio::test]
async fn a_worktree_is_exact_and_goes_with_its_owner() {
    let (origin, state) = (Origin::new(), tempfile::tempdir().expect("a temporary folder"));
    let first = origin.commit("main", &[], &[("a", "1", FILE)]);
    origin.commit("main", &[&first], &[("a", "2", FILE)]);
    let mirror = origin.mirror(state.path()).await;
    mirror.fetch_branch("main").await.expect("the branch");
    let place = state.path().join("work/run");
    // Twice, as after a run that was killed: what it left is in nobody's way.
    std::mem::forget(mirror.worktree(&first, &place).await.expect("a worktree"));
    let worktree = mirror.worktree(&first, &place).await.expect("a worktree");
    assert_eq!(fs::read_to_string(worktree.folder.join("a")).expect("the file"), "1");
    drop(worktree);
    assert!(!place.exists());
}

#[tokio::test]
async fn links_out_of_the_repository_are_seen() {
    let (origin, state) = (Origin::new(), tempfile::tempdir().expect("a temporary folder"));
    let cases = [("../../x", Some("a/link -> ../../x")), ("/etc/passwd", Some("a/link -> /etc/passwd")), ("b", None)];
    let mirror = origin.mirror(state.path()).await;
    for (target, expected) in cases {
        let commit = origin.commit("main", &[], &[("a/link", target, LINK), ("a/b", "1", FILE), ("c", "a/b", LINK)]);
        mirror.fetch_branch("main").await.expect("the branch");
        assert_eq!(mirror.escaping_link(&commit).expect("read").as_deref(), expected, "{target}");
    }
}
