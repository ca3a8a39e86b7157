//! Where a repository comes from: a path, or a URL of a protocol that is safe to speak.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use git2::{IndexEntryExtendedFlag, Repository};
use sha2::{Digest, Sha256};

use crate::failure::{Failure, Result};
use crate::text::is_turning;

/// A repository to follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// What git fetches from.
    pub location: String,
    /// What is shown and recorded. It never holds a password.
    pub label: String,
    protocol: Protocol,
    /// The checkout that was named, where it is a linked worktree of the repository.
    linked: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protocol {
    File,
    Https,
    /// Allowed to this machine alone.
    Http,
    Ssh,
}

impl Source {
    /// Reads what a user gave: a path of a repository or of a folder in one, or a URL.
    pub fn parse(text: &str, cwd: &Path) -> Result<Source> {
        // An empty variable in a script must not choose the folder that it runs in.
        if text.is_empty() {
            return Err(Failure::input("the repository's name is empty")
                .hint("--repo takes a path of a Git repository, or its URL; `.` is the one here"));
        }
        if text.chars().any(|c| c.is_control() || is_turning(c)) {
            let shown = text.escape_default();
            return Err(Failure::input(format!("`{shown}` is no repository: it holds characters that nobody sees")));
        }
        match text.split_once("://") {
            Some(("file", path)) => Source::local(Path::new(path), text),
            Some((scheme, rest)) => Source::remote(text, scheme, rest),
            None if is_scp(text) => Ok(Source::at(text, Protocol::Ssh)),
            None => Source::local(&cwd.join(text), text),
        }
    }

    /// The source that an earlier run knew by this label. It need not be there any more.
    pub fn of_label(label: &str) -> Source {
        Source::at(label, Protocol::File)
    }

    fn at(place: &str, protocol: Protocol) -> Source {
        Source { location: place.to_owned(), label: place.to_owned(), protocol, linked: None }
    }

    /// A linked worktree as older versions knew it: as a repository of its own.
    pub fn by_itself(&self) -> Option<Source> {
        self.linked.as_ref().map(|root| Source::at(&root.display().to_string(), Protocol::File))
    }

    fn local(path: &Path, text: &str) -> Result<Source> {
        let found = Repository::discover(path).map_err(|error| match (path.exists(), error.code()) {
            (false, _) => Failure::input(format!("{text} does not exist"))
                .hint("--repo takes a path of a Git repository, or its URL"),
            (true, git2::ErrorCode::Owner) => Failure::input(format!("{text} belongs to another user"))
                .hint(format!("if you trust it: `git config --global --add safe.directory {}`", path.display())),
            (true, git2::ErrorCode::NotFound) => Failure::input(format!("{text} is not in a Git repository"))
                .hint("name one with --repo, or make one with `git init`"),
            (true, _) if error.message().contains("partialclone") => {
                Failure::input(format!("{text} is a partial clone, which lacks files"))
                    .hint("name with --repo what it was cloned from: `git remote get-url origin` says it")
            }
            (true, _) => Failure::input(format!("opening the repository {text}: {}", error.message())),
        })?;
        let root = root_of(&found);
        match main_of(&found).filter(|main| *main != root) {
            Some(main) => Ok(Source { linked: Some(root), ..Source::at(&main.display().to_string(), Protocol::File) }),
            None => Ok(Source::at(&root.display().to_string(), Protocol::File)),
        }
    }

    /// The checkout of a path that was named: it has a `HEAD` of its own.
    fn checkout(&self) -> Option<Repository> {
        let path = self.linked.as_deref().unwrap_or(Path::new(&self.location));
        (self.protocol == Protocol::File).then(|| Repository::open(path).ok()).flatten()
    }

    fn remote(text: &str, scheme: &str, rest: &str) -> Result<Source> {
        let authority = rest.split('/').next().unwrap_or_default();
        let (user, host) = authority.rsplit_once('@').map_or(("", authority), |(user, host)| (user, host));
        if user.contains(':') {
            return Err(Failure::input("the repository's URL holds a password").hint(
                "leave it out and let git's credential helper give it: a URL ends up in process lists and logs",
            ));
        }
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        let protocol = match scheme {
            "https" => Protocol::Https,
            "ssh" | "git+ssh" => Protocol::Ssh,
            "http" if matches!(name, "localhost" | "127.0.0.1" | "[::1]") => Protocol::Http,
            "http" => {
                return Err(Failure::input(format!("{scheme}://{host} is not encrypted"))
                    .hint("use https:// or ssh://; http:// is for this machine alone"));
            }
            _ => {
                return Err(Failure::input(format!("`{scheme}://` is no way to a repository that gitinfra takes"))
                    .hint("use https://, ssh://, file:// or a path"));
            }
        };
        Ok(Source::at(text, protocol))
    }

    /// git's settings that allow this source's protocol; all others stay forbidden.
    pub fn allowed_protocols(&self) -> Vec<String> {
        let name = match self.protocol {
            Protocol::File => "file",
            Protocol::Https => "https",
            Protocol::Http => "http",
            Protocol::Ssh => "ssh",
        };
        vec![format!("protocol.{name}.allow=always")]
    }

    pub fn is_ssh(&self) -> bool {
        self.protocol == Protocol::Ssh
    }

    /// For a path: the commit that a name means in that repository itself; a branch before a tag.
    pub fn resolve_locally(&self, name: &str) -> Option<String> {
        let repository = self.checkout()?;
        let branch = repository.find_reference(&format!("refs/heads/{name}")).and_then(|found| found.peel_to_commit());
        let any = || repository.revparse_single(name).and_then(|object| object.peel_to_commit());
        let commit = branch.or_else(|_| any()).ok()?;
        Some(commit.id().to_string())
    }

    /// For a path: what stands in a file of the commit that is checked out; nothing where there is none.
    pub fn committed(&self, file: &str) -> Option<String> {
        let repository = (self.protocol == Protocol::File).then(|| Repository::open(&self.location).ok())??;
        let tree = repository.head().and_then(|head| head.peel_to_tree()).ok()?;
        let blob = tree.get_path(Path::new(file)).and_then(|entry| entry.to_object(&repository)).ok()?;
        String::from_utf8(blob.as_blob()?.content().to_vec()).ok()
    }

    /// For a path whose checkout is at this commit: how many files there differ from it, those that git does not know included.
    pub fn uncommitted(&self, head: &str) -> usize {
        let is_at = |repository: &Repository| {
            let at = repository.head().and_then(|at| at.peel_to_commit());
            !repository.is_bare() && at.is_ok_and(|at| at.id().to_string() == head)
        };
        let Some(repository) = self.checkout().filter(is_at) else {
            return 0;
        };
        let mut options = git2::StatusOptions::new();
        options.include_untracked(true).recurse_untracked_dirs(false).exclude_submodules(true);
        // What a sparse checkout leaves out is no change: git marks it in its index, which libgit2 does not look at.
        let skipped: BTreeSet<Vec<u8>> = repository.index().map_or_else(
            |_| BTreeSet::new(),
            |index| {
                index
                    .iter()
                    .filter(|it| IndexEntryExtendedFlag::from_bits_truncate(it.flags_extended).is_skip_worktree())
                    .map(|it| it.path)
                    .collect()
            },
        );
        let changed = |found: git2::Statuses<'_>| {
            let is_there = |entry: &git2::StatusEntry<'_>| !skipped.contains(entry.path_bytes());
            found.iter().filter(is_there).count()
        };
        repository.statuses(Some(&mut options)).map_or(0, changed)
    }

    /// What a reader calls a ref: the branch that is checked out, for the `HEAD` of a path.
    pub fn name_of(&self, reference: &str) -> String {
        let repository = (reference == "HEAD").then(|| self.checkout()).flatten();
        let branch = repository.and_then(|repository| Some(repository.head().ok()?.shorthand().ok()?.to_owned()));
        branch.unwrap_or_else(|| reference.to_owned())
    }

    /// The mirror's folder name: readable, and unlike any other source's.
    pub fn slug(&self) -> String {
        let digest = Sha256::digest(self.location.as_bytes());
        let hash: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        let last = self.location.trim_end_matches('/').trim_end_matches(".git").rsplit(['/', ':']).next().unwrap_or("");
        let safe: String =
            last.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).take(40).collect();
        format!("{safe}-{hash}.git")
    }
}

/// A repository's checkout, or the repository itself where it has none.
fn root_of(repository: &Repository) -> PathBuf {
    let root = repository.workdir().unwrap_or_else(|| repository.path());
    root.canonicalize().unwrap_or_else(|_| root.to_owned())
}

/// The repository that a linked worktree belongs to.
fn main_of(worktree: &Repository) -> Option<PathBuf> {
    let common = worktree.is_worktree().then(|| worktree.commondir().canonicalize().ok()).flatten()?;
    let root = root_of(&Repository::open(&common).ok()?);
    // A repository may have its folder anywhere, and not know its checkout.
    let is_its = Repository::open(&root).is_ok_and(|main| main.commondir().canonicalize().is_ok_and(|at| at == common));
    Some(if is_its { root } else { common })
}

/// `git@host:path`, which has no scheme. A colon after a slash belongs to a path.
fn is_scp(text: &str) -> bool {
    let Some((host, path)) = text.split_once(':') else {
        return false;
    };
    // `ext::command` is git's way to start any program.
    !host.contains('/') && !host.is_empty() && !host.starts_with('-') && !path.is_empty() && !path.starts_with(':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_or_refused() {
        let cases = [
            ("https://example.org/a/b.git", Ok("https")),
            ("ssh://git@example.org/a/b.git", Ok("ssh")),
            ("git@example.org:a/b.git", Ok("ssh")),
            ("http://127.0.0.1:3000/a/b.git", Ok("http")),
            ("http://example.org/a", Err("http://example.org is not encrypted")),
            ("https://ada:pw@example.org/a", Err("the repository's URL holds a password")),
            ("ext::sh -c date", Err("ext::sh -c date does not exist")),
            ("git://example.org/a", Err("`git://` is no way to a repository that gitinfra takes")),
            ("", Err("the repository's name is empty")),
            ("/no/such/folder", Err("/no/such/folder does not exist")),
            ("/", Err("/ is not in a Git repository")),
        ];
        for (text, expected) in cases {
            let got = Source::parse(text, Path::new("/")).map(|source| source.allowed_protocols().join(" "));
            let expected = expected.map(|name| format!("protocol.{name}.allow=always")).map_err(str::to_owned);
            assert_eq!(got.map_err(|failure| failure.message), expected, "{text}");
        }
    }

    #[test]
    fn slugs_are_readable_and_apart() {
        let slug = |text| Source::parse(text, Path::new("/")).expect("a URL").slug();
        assert!(slug("https://example.org/a/infra.git").starts_with("infra-"));
        assert_ne!(slug("https://example.org/a/infra.git"), slug("https://example.org/b/infra.git"));
    }

    #[test]
    fn a_linked_worktree_is_its_repository_at_another_commit() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path().canonicalize().expect("a folder");
        for (name, is_bare) in [("main", false), ("bare.git", true)] {
            let main = root.join(name);
            let repository = if is_bare { Repository::init_bare(&main) } else { Repository::init(&main) };
            let repository = repository.expect("a repository");
            let tree = repository.treebuilder(None).and_then(|tree| tree.write()).expect("a tree");
            let tree = repository.find_tree(tree).expect("a tree");
            let ada = git2::Signature::now("Ada", "ada@example.org").expect("a signature");
            let first = repository.commit(Some("HEAD"), &ada, &ada, "First", &tree, &[]).expect("a commit");
            let linked = root.join(format!("linked-{name}"));
            let worktree = repository.worktree("linked", &linked, None).expect("a worktree");
            let checkout = Repository::open_from_worktree(&worktree).expect("a repository");
            let (first, tree) = (checkout.find_commit(first).expect("it"), checkout.find_tree(tree.id()).expect("it"));
            let second = checkout.commit(Some("HEAD"), &ada, &ada, "Second", &tree, &[&first]).expect("a commit");

            let at = |path: &Path| Source::parse(&path.display().to_string(), Path::new("/")).expect("a repository");
            let (whole, part) = (at(&main), at(&linked));
            assert_eq!((&whole.label, &whole.location), (&part.label, &part.location), "{name}");
            assert_eq!(whole.label, main.display().to_string());
            assert_eq!(whole.slug(), part.slug());
            assert_eq!(whole.by_itself(), None);
            assert_eq!(part.by_itself(), Some(Source::of_label(&linked.display().to_string())));
            assert_eq!(whole.resolve_locally("HEAD"), Some(first.id().to_string()), "{name}");
            assert_eq!(part.resolve_locally("HEAD"), Some(second.to_string()), "{name}");
            assert_eq!(part.name_of("HEAD"), "linked");
        }
    }
}
