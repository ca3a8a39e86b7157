//! Real repositories in temporary folders, and what the mirror makes of them.

use git2::Repository;

use super::*;
use crate::tags::Tag;
use git2::{IndexEntry, IndexTime, Signature};

/// A repository whose commits are made of paths and contents.
struct Origin {
    folder: tempfile::TempDir,
    repository: Repository,
}

const FILE: u32 = 0o100_644;
const PROGRAM: u32 = 0o100_755;
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
        Mirror::open(state, source, &environment(), Duration::from_secs(60)).await.expect("a mirror")
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
    let listing = mirror.listing(&first).expect("files");
    assert_eq!(listing.files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["a/Pulumi.yaml"]);
    let second = origin.commit("main", &[&first], &[("a/Pulumi.yaml", "name: a", FILE), ("b/new.ts", "1", FILE)]);
    assert_eq!(mirror.fetch_branch("main").await.expect("the branch").id, second);
    let changed = mirror.changed_paths(&first, &second).expect("read").expect("both are there");
    assert_eq!(changed, ["a/main.ts", "b/new.ts"]);
    let unknown = "0".repeat(40);
    assert_eq!(mirror.changed_paths(&unknown, &second).expect("read"), None);
}

#[tokio::test]
async fn what_is_out_of_reach_is_not_gone() {
    let (origin, state) = (Origin::new(), tempfile::tempdir().expect("a temporary folder"));
    origin.commit("main", &[], &[("x", "1", FILE)]);
    let mirror = origin.mirror(state.path()).await;
    let elsewhere = origin.folder.path().with_extension("moved");
    std::fs::rename(origin.folder.path(), &elsewhere).expect("it is away");
    let failure = mirror.fetch_branch("main").await.expect_err("nothing is there");
    std::fs::rename(&elsewhere, origin.folder.path()).expect("it is back");
    assert!(failure.is_away, "{failure:?}");
    mirror.fetch_branch("main").await.expect("it is there again");
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
    assert!(!failure.is_away, "that it is not there is certain");
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
    let merged = mirror.merge(&base, &head).await.expect("a merge");
    assert_eq!(mirror.merge(&base, &head).await.expect("the same merge"), merged);
    assert_eq!(mirror.changed_paths(&base, &merged).expect("read"), Some(vec!["b".to_owned()]));
    assert_eq!(mirror.merge(&root, &head).await.expect("a fast forward"), head);
    let conflict = mirror.merge(&base, &other).await.expect_err("both changed a");
    assert_eq!(conflict.message, "the head can't be merged into the base: conflicts in a");
    origin.commit("stranger", &[], &[("a", "1", FILE)]);
    let stranger = mirror.fetch_branch("stranger").await.expect("the branch").id;
    let unrelated = mirror.merge(&base, &stranger).await.expect_err("they have nothing in common");
    assert!(unrelated.message.contains("unrelated histories"), "{unrelated:?}");
}

/// A forge merges, squashes or moves the branch forward; a commit of somebody else's in between is another thing.
#[tokio::test]
async fn what_a_merge_makes_is_told_from_more() {
    let (origin, state) = (Origin::new(), tempfile::tempdir().expect("a temporary folder"));
    let base = origin.commit("main", &[], &[("a", "1", FILE)]);
    let head = origin.commit("feature", &[&base], &[("a", "2", FILE)]);
    let squashed = origin.commit("squashed", &[&base], &[("a", "2", FILE)]);
    let merged = origin.commit("merged", &[&base, &head], &[("a", "2", FILE)]);
    let others = origin.commit("main", &[&base], &[("a", "1", FILE), ("b", "1", FILE)]);
    let late = origin.commit("late", &[&others, &head], &[("a", "2", FILE), ("b", "1", FILE)]);
    let mirror = origin.mirror(state.path()).await;
    for branch in ["main", "feature", "squashed", "merged", "late"] {
        mirror.fetch_branch(branch).await.expect("the branch");
    }
    let unknown = "0".repeat(40);
    for (commit, expected) in
        [(&head, true), (&squashed, true), (&merged, true), (&base, true), (&late, false), (&unknown, false)]
    {
        assert_eq!(mirror.is_merge_of(commit, &base, &head), expected, "{commit}");
    }
    let tree = |commit: &str| mirror.tree_of(commit).expect("a tree");
    assert_eq!(tree(&squashed), tree(&merged));
    assert_ne!(tree(&merged), tree(&late));
}

#[tokio::test]
async fn what_was_squashed_or_put_anew_is_told_from_anything_else() {
    let (origin, state) = (Origin::new(), tempfile::tempdir().expect("a temporary folder"));
    let base = origin.commit("main", &[], &[("a", "1", FILE)]);
    let first = origin.commit("change", &[&base], &[("a", "2", FILE)]);
    let head = origin.commit("change", &[&first], &[("a", "2", FILE), ("b", "1", FILE)]);
    // Other commits came to the branch since.
    let moved = origin.commit("main", &[&base], &[("a", "1", FILE), ("other", "1", FILE)]);
    let all = [("a", "2", FILE), ("b", "1", FILE), ("other", "1", FILE)];
    let squashed = origin.commit("squashed", &[&moved], &all);
    let anew = origin.commit("anew", &[&moved], &[("a", "2", FILE), ("other", "1", FILE)]);
    let anew = origin.commit("anew", &[&anew], &all);
    let more = origin.commit("more", &[&moved], &[("a", "2", FILE), ("b", "2", FILE), ("other", "1", FILE)]);
    let later = origin.commit("later", &[&squashed], &[&all[..], &[("c", "1", FILE)]].concat());
    let mirror = origin.mirror(state.path()).await;
    for branch in ["main", "change", "squashed", "anew", "more", "later"] {
        mirror.fetch_branch(branch).await.expect("the branch is there");
    }
    let cases = [(&squashed, true), (&anew, true), (&moved, false), (&more, false), (&later, false)];
    for (commit, expected) in cases {
        assert_eq!(mirror.is_squash_of(commit, &head).await, Ok(expected), "{commit}");
    }
    let since = async |older: Option<&str>, way| mirror.commits_since(&later, older, way).await.expect("a list");
    assert_eq!(since(Some(&moved), Way::FirstParents).await, [later.clone(), squashed.clone()]);
    assert_eq!(since(Some(&"1".repeat(40)), Way::All).await.len(), 4, "what is no longer there hides nothing");
    assert_eq!(since(None, Way::All).await.len(), 4);
}

#[tokio::test]
async fn a_merge_is_gits_where_folders_are_renamed() {
    let (origin, state) = (Origin::new(), tempfile::tempdir().expect("a temporary folder"));
    let text = |name: &str| format!("{name}\n").repeat(20);
    let (x, y, z) = (text("x"), text("y"), text("z"));
    let root = origin.commit("main", &[], &[("old/x", &x, FILE), ("old/y", &y, FILE)]);
    let base = origin.commit("main", &[&root], &[("new/x", &x, FILE), ("new/y", &y, FILE)]);
    let head = origin.commit("feature", &[&root], &[("old/x", &x, FILE), ("old/y", &y, FILE), ("old/z", &z, FILE)]);
    let mirror = origin.mirror(state.path()).await;
    for branch in ["main", "feature"] {
        mirror.fetch_branch(branch).await.expect("the branch");
    }
    // Git asks where the new file belongs; libgit2 would leave it alone in a folder that is gone.
    let conflict = mirror.merge(&base, &head).await.expect_err("a file in a renamed folder");
    assert_eq!(conflict.message, "the head can't be merged into the base: conflicts in new/z");
}

fn stack_of(mirror: &Mirror, commit: &str) -> crate::repo::Stack {
    crate::repo::stacks(&mirror.listing(commit).expect("files")).stacks.remove(0)
}

const PROJECT: [(&str, &str, u32); 2] =
    [("a/Pulumi.yaml", "name: net\nruntime: yaml", FILE), ("a/Pulumi.dev.yaml", "", FILE)];

/// Several that ask at the same time share a fetch; one whose ref is not there takes nobody else's answer, and one that is stopped
/// leaves nobody behind.
#[tokio::test]
async fn what_is_asked_for_at_once_is_one_fetch() {
    let (origin, state) = (Origin::new(), tempfile::tempdir().expect("a temporary folder"));
    let first = origin.commit("main", &[], &[("x", "0", FILE)]);
    let branches: Vec<String> = (1..=20).map(|at| format!("change-{at}")).collect();
    let commit = |branch: &String| origin.commit(branch, &[&first], &[("x", branch.as_str(), FILE)]);
    let heads: Vec<String> = branches.iter().map(commit).collect();
    let mirror = origin.mirror(state.path()).await;
    let fetched = || mirror.fetched.load(std::sync::atomic::Ordering::Relaxed);
    let all = async |names: &[String]| -> Vec<Option<String>> {
        let asked = names.iter().map(|name| mirror.fetch_branch(name));
        futures::future::join_all(asked).await.into_iter().map(|commit| Some(commit.ok()?.id)).collect()
    };
    let expected: Vec<Option<String>> = heads.iter().cloned().map(Some).collect();
    assert_eq!((all(&branches).await, fetched()), (expected.clone(), 1));
    assert_eq!(mirror.fetch_both("main", &branches[0]).await.expect("both").1.id, heads[0]);
    assert_eq!(fetched(), 2);
    let with_one_missing = [&branches[..2], &["nothing".to_owned()]].concat();
    assert_eq!(all(&with_one_missing).await, [expected[0].clone(), expected[1].clone(), None]);
    // One ref under several names is kept under each.
    let (from, names) = (format!("refs/heads/{}", branches[5]), ["refs/gitinfra/one", "refs/gitinfra/two"]);
    let kept = futures::future::join_all(names.map(|name| mirror.fetch(&from, Some(name)))).await;
    let found = names.map(|name| mirror.repository.refname_to_id(name).ok());
    assert_eq!(kept, found.map(|id| id.ok_or_else(String::new)));
    let mut stopped = Box::pin(mirror.fetch_branch("main"));
    assert!(futures::poll!(&mut stopped).is_pending());
    let mut waits = Box::pin(mirror.fetch_branch(&branches[3]));
    assert!(futures::poll!(&mut waits).is_pending());
    // By now it fetches for both.
    assert!(futures::poll!(&mut stopped).is_pending());
    drop(stopped);
    assert_eq!(waits.await.expect("the branch").id, heads[3]);
}

#[tokio::test]
async fn the_files_of_a_commit_are_written_out_whole() {
    let (origin, state) = (Origin::new(), tempfile::tempdir().expect("a temporary folder"));
    let first = origin.commit("main", &[], &[("judge", "1", PROGRAM), ("a/link", "../judge", LINK)]);
    let second = origin.commit("main", &[&first], &[("judge", "2", PROGRAM)]);
    let mirror = origin.mirror(state.path()).await;
    mirror.fetch_branch("main").await.expect("the branch");
    let (old, new) = (mirror.files(&first).expect("files"), mirror.files(&second).expect("files"));
    let read = |folder: &Path, path: &str| fs::read_to_string(folder.join(path)).ok();
    let all = [(&old, "judge"), (&old, "a/link"), (&new, "judge"), (&new, "a/link")];
    let said = all.map(|(folder, path)| read(folder.path(), path));
    assert_eq!(said, [Some("1".to_owned()), Some("1".to_owned()), Some("2".to_owned()), None]);
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(old.path().join("judge")).expect("it").permissions());
    assert_eq!(mode & 0o111, 0o111);
}

#[tokio::test]
async fn a_worktree_is_exact_and_always_in_the_same_place() {
    let (origin, state) = (Origin::new(), tempfile::tempdir().expect("a temporary folder"));
    let first = origin.commit("main", &[], &[PROJECT[0], PROJECT[1], ("a/x", "1", FILE)]);
    let second = origin.commit("main", &[&first], &[PROJECT[0], PROJECT[1], ("a/x", "2", FILE)]);
    let mirror = origin.mirror(state.path()).await;
    mirror.fetch_branch("main").await.expect("the branch");
    let stack = stack_of(&mirror, &first);
    let alone = |_: &Path| panic!("nobody else works there");
    let killed = mirror.worktree(&first, &stack, alone).await.expect("a worktree");
    let place = killed.folder.clone();
    // As after a run that was killed: its lock is gone, and what it left, write-protected, is in nobody's way.
    fs::write(place.join("left"), "").expect("a file");
    let left = std::os::unix::fs::PermissionsExt::from_mode(0o500);
    fs::set_permissions(place.join("a"), left).expect("it is ours");
    let kept =
        fs::read_dir(mirror.path.join("worktrees")).expect("git's notes").flatten().next().expect("one worktree");
    fs::write(kept.path().join("locked"), "initializing").expect("a file");
    fs::write(kept.path().join("index.lock"), "").expect("a file");
    let lock = std::sync::Arc::clone(&killed.lock);
    std::mem::forget(killed);
    lock.unlock().expect("it is ours");
    let worktree = mirror.worktree(&second, &stack, alone).await.expect("a worktree");
    assert_eq!(worktree.folder, place);
    assert_eq!(fs::read_to_string(place.join("a/x")).expect("the file"), "2");
    assert!(!place.join("left").exists());
    drop(worktree);
    assert!(!place.exists());
    assert_eq!(fs::read_dir(mirror.path.join("worktrees")).into_iter().flatten().count(), 0);
}

#[tokio::test]
async fn a_sparse_worktree_has_what_the_stack_needs() {
    let (origin, state) = (Origin::new(), tempfile::tempdir().expect("a temporary folder"));
    let files = |program: &'static str| {
        let project = ("a/b/Pulumi.yaml", program, FILE);
        let others = ["a/b/deep/x", "a/beside", "a/other/x", "lib/data.txt", "lib/deep/x", "big/x", "README"];
        let others = others.into_iter().map(|path| (path, "1", FILE));
        [project, ("a/b/Pulumi.dev.yaml", "", FILE)].into_iter().chain(others).collect::<Vec<_>>()
    };
    let followed = "name: net\nruntime: yaml\nvariables: {x: {fn::readFile: ../../lib/data.txt}}";
    let worked_out = "name: net\nruntime: yaml\nvariables: {x: {fn::readFile: '${y}'}}";
    let few = ["README", "a/b/Pulumi.dev.yaml", "a/b/Pulumi.yaml", "a/b/deep/x", "a/beside", "lib/data.txt"];
    let mirror = origin.mirror(state.path()).await;
    for (program, sparse, expected) in [(followed, true, few.len()), (followed, false, 9), (worked_out, true, 9)] {
        let commit = origin.commit("main", &[], &files(program));
        mirror.fetch_branch("main").await.expect("the branch");
        let mut stack = stack_of(&mirror, &commit);
        stack.sparse = sparse;
        let worktree = mirror.worktree(&commit, &stack, |_| ()).await.expect("a worktree");
        let there = files(program).into_iter().filter(|(path, ..)| worktree.folder.join(path).exists());
        let mut there: Vec<_> = there.map(|(path, ..)| path).collect();
        there.sort_unstable();
        assert_eq!(there.len(), expected, "{there:?}");
        assert!(expected == 9 || there == few, "{there:?}");
        let git = |words: &[&str]| {
            let git = std::process::Command::new("git").args(words).current_dir(&worktree.folder).output();
            String::from_utf8(git.expect("git").stdout).expect("text")
        };
        assert_eq!(git(&["status", "--porcelain"]), "");
    }
}

#[tokio::test]
async fn two_that_want_one_worktree_take_turns() {
    let (origin, state) = (Origin::new(), tempfile::tempdir().expect("a temporary folder"));
    let first = origin.commit("main", &[], &PROJECT);
    let mirror = origin.mirror(state.path()).await;
    mirror.fetch_branch("main").await.expect("the branch");
    let stack = stack_of(&mirror, &first);
    let one = mirror.worktree(&first, &stack, |_| panic!("nobody is there yet")).await.expect("a worktree");
    // Whoever has a copy of the lock, as an engine that outlives its gitinfra, keeps the place.
    let engine = one.lock.try_clone().expect("a copy");
    let (told, waits) = tokio::sync::oneshot::channel();
    let other = mirror.worktree(&first, &stack, |_| told.send(()).expect("it is heard"));
    let over = async {
        waits.await.expect("it waits");
        drop(one);
        drop(engine);
    };
    let (other, ()) = tokio::join!(other, over);
    assert!(other.expect("a worktree").folder.join("a/Pulumi.yaml").exists());
}

#[tokio::test]
async fn a_link_stands_for_the_file_behind_it() {
    let (origin, state) = (Origin::new(), tempfile::tempdir().expect("a temporary folder"));
    let mirror = origin.mirror(state.path()).await;
    let files = [
        ("a/Pulumi.yaml", "../shared/project", LINK),
        ("a/Pulumi.dev.yaml", "../shared/dev", LINK),
        ("a/Pulumi.out.yaml", "/etc/passwd", LINK),
        ("a/Pulumi.nothing.yaml", "nothing", LINK),
        ("shared/project", "name: net\nruntime: yaml", FILE),
        ("shared/dev", "config: {a: {secure: x}}", FILE),
    ];
    let commit = origin.commit("main", &[], &files);
    mirror.fetch_branch("main").await.expect("the branch");
    let found = crate::repo::stacks(&mirror.listing(&commit).expect("files"));
    let told: Vec<_> = found.stacks.iter().map(|s| (s.name(), s.has_secrets, s.check_files().is_ok())).collect();
    assert_eq!(told, [("net/dev".to_owned(), true, true), ("net/out".to_owned(), false, false)]);
    assert!(found.stacks[0].uses("shared/project") && found.stacks[0].uses("shared/dev"));
}

#[tokio::test]
async fn pointers_of_lfs_are_refused_where_a_stack_uses_them() {
    const POINTER: &str = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n";
    let (origin, state) = (Origin::new(), tempfile::tempdir().expect("a temporary folder"));
    let mirror = origin.mirror(state.path()).await;
    for (path, expected) in [("a/deep/er/x.zip", true), ("b/x.zip", false), ("a/Pulumi.other.yaml", false)] {
        let commit = origin.commit("main", &[], &[PROJECT[0], PROJECT[1], (path, POINTER, FILE)]);
        mirror.fetch_branch("main").await.expect("the branch");
        let refused = mirror.check_present(&commit, &stack_of(&mirror, &commit));
        let message = format!("the stack `net/dev` uses `{path}`, which is a pointer of Git LFS, not the file itself");
        assert_eq!(refused.err().map(|failure| failure.message), expected.then_some(message), "{path}");
    }
}

#[tokio::test]
async fn a_stack_that_left_and_came_back_is_seen() {
    let (origin, state) = (Origin::new(), tempfile::tempdir().expect("a temporary folder"));
    let there = origin.commit("main", &[], &[PROJECT[0], PROJECT[1]]);
    let away = origin.commit("main", &[&there], &[PROJECT[0]]);
    let back = origin.commit("main", &[&away], &[PROJECT[0], PROJECT[1]]);
    let later = origin.commit("main", &[&back], &[PROJECT[0], PROJECT[1], ("x", "", FILE)]);
    let mirror = origin.mirror(state.path()).await;
    mirror.fetch_branch("main").await.expect("the branch");
    let mut changes = Changes::to(&mirror, &later);
    let files = ["a/Pulumi.yaml", "a/Pulumi.dev.yaml"];
    let unknown = "0".repeat(40);
    for (from, expected) in [(&later, false), (&back, false), (&there, true), (&unknown, false), (&there, true)] {
        assert_eq!(changes.were_away(from, &files), expected, "{from}");
    }
    assert!(!changes.were_away(&there, &["a/Pulumi.yaml"]));
}

#[tokio::test]
async fn dates_and_names_of_others_break_nothing() {
    let (origin, state) = (Origin::new(), tempfile::tempdir().expect("a temporary folder"));
    let blob = origin.repository.blob(b"1").expect("a blob");
    let mut index = git2::Index::new().expect("an index");
    for (path, mode) in [(&b"caf\xe9/Pulumi.yaml"[..], FILE), (b"a/\xff", FILE), (b"a/b", FILE)] {
        index.add(&IndexEntry { path: path.to_vec(), ..entry("", blob, mode) }).expect("an entry");
    }
    let tree = index.write_tree_to(&origin.repository).expect("a tree");
    let tree = origin.repository.find_tree(tree).expect("the tree");
    let first = origin.commit("main", &[], &[]);
    for seconds in [i64::MAX / 2, -5_000_000_000, 99_999_999_999_999] {
        let who = Signature::new("Ada", "ada@example.org", &git2::Time::new(seconds, 0)).expect("a name");
        let parent = origin.find(&first);
        let id = origin.repository.commit(None, &who, &who, "When?", &tree, &[&parent]).expect("a commit").to_string();
        let mirror = origin.mirror(state.path()).await;
        origin.repository.reference("refs/heads/main", Oid::from_str(&id).expect("an id"), true, "").expect("a branch");
        let commit = mirror.fetch_branch("main").await.expect("the branch");
        assert!(!crate::text::timestamp(commit.at).is_empty(), "{seconds}");
        assert_eq!(mirror.listing(&id).expect("files").files[0].path, "caf\0e9/Pulumi.yaml");
        let changed = mirror.changed_paths(&first, &id).expect("read").expect("both are there");
        assert_eq!(changed, ["a/\0ff", "a/b", "caf\0e9/Pulumi.yaml"]);
    }
}

#[tokio::test]
async fn branches_and_left_locks_are_in_nobodys_way() {
    let (origin, state) = (Origin::new(), tempfile::tempdir().expect("a temporary folder"));
    let first = origin.commit("release", &[], &[("a", "1", FILE)]);
    let mirror = origin.mirror(state.path()).await;
    assert_eq!(mirror.fetch_branch("release").await.expect("the branch").id, first);
    origin.repository.find_reference("refs/heads/release").and_then(|mut old| old.delete()).expect("it is there");
    let second = origin.commit("release/1", &[&first], &[("a", "2", FILE)]);
    // What a git that was killed leaves behind.
    for lock in [
        "packed-refs.lock",
        "shallow.lock",
        "objects/maintenance.lock",
        "refs/gitinfra/incoming.lock",
        "objects/pack/tmp_pack_x",
    ] {
        let path = mirror.path.join(lock);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, "").expect("a file");
    }
    assert_eq!(mirror.fetch_branch("release/1").await.expect("the branch").id, second);
    assert!(!mirror.path.join("objects/maintenance.lock").exists());
    assert!(!mirror.path.join("packed-refs.lock").exists() && !mirror.path.join("objects/pack/tmp_pack_x").exists());
    // A tag hides no branch.
    let tagged = origin.find(&first).into_object();
    origin.repository.tag_lightweight("release/1", &tagged, false).expect("a tag");
    assert_eq!(mirror.fetch_ref("release/1").await.expect("the branch").id, second);
    assert_eq!(mirror.fetch_ref("refs/tags/release/1").await.expect("the tag").id, first);
}

/// Tags of every kind: of another branch, of another commit than before, with the name of a branch, and gone.
#[tokio::test]
async fn the_newest_tag_on_a_branch_is_found() {
    let (origin, state) = (Origin::new(), tempfile::tempdir().expect("a temporary folder"));
    let first = origin.commit("main", &[], &[("x", "1", FILE)]);
    let second = origin.commit("main", &[&first], &[("x", "2", FILE)]);
    let aside = origin.commit("aside", &[&first], &[("x", "3", FILE)]);
    let mirror = origin.mirror(state.path()).await;
    let globs = |globs: &[&str]| -> Vec<String> { globs.iter().map(|glob| (*glob).to_owned()).collect() };
    mirror.fetch_branch("main").await.expect("the branch");
    let set = |name: &str, commit: &str| {
        let id = Oid::from_str(commit).expect("an id");
        origin.repository.reference(&format!("refs/tags/{name}"), id, true, "").expect("a tag");
    };
    let newest = |tags: &[Tag], these: &[&str]| {
        let found = mirror.newest(tags, &globs(these), &second);
        let elsewhere: Vec<String> = found.elsewhere.iter().map(|tag| tag.name.clone()).collect();
        (found.tag.map(|tag| (tag.name.clone(), tag.commit.clone())), elsewhere.join(" "))
    };
    let look = async || mirror.tags(|_| true).await.expect("the tags");
    assert_eq!(newest(&look().await, &["v*"]), (None, String::new()));
    for (name, commit) in [("v1.0.0", &first), ("v9.0.0", &aside), ("main", &aside), ("release/1", &first)] {
        set(name, commit);
    }
    let at = |name: &str, commit: &str| Some((name.to_owned(), commit.to_owned()));
    assert_eq!(newest(&look().await, &["v*"]), (at("v1.0.0", &first), "v9.0.0".to_owned()));
    assert_eq!(mirror.tags_seen().len(), 4);
    // The branch stays the branch.
    assert_eq!(mirror.fetch_branch("main").await.expect("the branch").id, second);
    // One that is moved stands for what it says now, two may stand for one commit, and one that is gone stands for nothing.
    set("v1.0.0", &second);
    set("v1.0.1", &second);
    assert_eq!(newest(&look().await, &["v1*"]), (at("v1.0.1", &second), String::new()));
    origin.repository.find_reference("refs/tags/v1.0.1").expect("a tag").delete().expect("deleted");
    origin.repository.find_reference("refs/tags/release/1").expect("a tag").delete().expect("deleted");
    set("release", &first);
    assert_eq!(newest(&look().await, &["v1*"]), (at("v1.0.0", &second), String::new()));
    assert_eq!(newest(&look().await, &["release*"]), (at("release", &first), String::new()));
}

/// Tags that are no versions are told apart by when they were made, which the tag says and not its commit.
#[tokio::test]
async fn a_tag_of_its_own_says_when_it_was_made() {
    let (origin, state) = (Origin::new(), tempfile::tempdir().expect("a temporary folder"));
    let first = origin.commit("main", &[], &[("x", "1", FILE)]);
    let second = origin.commit("main", &[&first], &[("x", "2", FILE)]);
    let mirror = origin.mirror(state.path()).await;
    mirror.fetch_branch("main").await.expect("the branch");
    let tag = |name: &str, commit: &str, seconds: i64| {
        let who = Signature::new("Ada", "ada@example.org", &git2::Time::new(seconds, 0)).expect("a name");
        let commit = origin.find(commit);
        origin.repository.tag(name, commit.as_object(), &who, "A release", true).expect("a tag");
    };
    tag("older", &second, 1_000);
    tag("younger", &first, 2_000);
    let tags = mirror.tags(|_| true).await.expect("the tags");
    let told: Vec<_> = tags.iter().map(|tag| (tag.name.as_str(), tag.commit.as_str(), tag.at)).collect();
    assert_eq!(told, [("older", second.as_str(), 1_000_000), ("younger", first.as_str(), 2_000_000)]);
    let newest = mirror.newest(&tags, &["*".to_owned()], &second);
    assert_eq!(newest.tag.map(|tag| tag.name.as_str()), Some("younger"));
}
