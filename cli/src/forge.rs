//! Forges: where pull requests are, and where one is told what it would change. One trait, one file a forge.

mod address;
mod bitbucket;
mod client;
pub mod command;
mod gitea;
mod github;
mod gitlab;
pub mod hint;
pub mod mark;
mod mergeable;
mod pace;
mod pull_request;
mod trouble;
pub mod webhook;
pub mod wire;

use async_trait::async_trait;

use crate::comment::Room;
use crate::context::Context;
use crate::failure::Result;

pub use crate::secret::Secret;
pub use address::{Address, Kind};
pub use github::App;
pub use mergeable::Mergeable;
pub use trouble::{Trouble, What};

/// One repository on a forge, as whoever the token belongs to sees it.
#[async_trait]
pub trait Forge: Send + Sync {
    fn abilities(&self) -> &Abilities;

    /// `OWNER/REPOSITORY`.
    fn repository(&self) -> &str;

    /// One pull request as it is now.
    async fn pull(&self, number: u64) -> Result<Pull, Trouble>;

    /// All that are open, the one with the lowest number first.
    async fn open_pulls(&self) -> Result<Vec<Pull>, Trouble>;

    /// Some that were merged, those that something happened to last: so many as fit a page.
    async fn merged_pulls(&self) -> Result<Vec<Pull>, Trouble>;

    /// All comments of a pull request, the oldest first.
    async fn comments(&self, pull: u64) -> Result<Vec<Comment>, Trouble>;

    async fn create_comment(&self, pull: u64, text: &str) -> Result<(), Trouble>;

    async fn edit_comment(&self, pull: u64, id: &str, text: &str) -> Result<(), Trouble>;

    async fn delete_comment(&self, pull: u64, id: &str) -> Result<(), Trouble>;

    /// The newest status of each name that a commit has.
    async fn statuses(&self, commit: &str) -> Result<Vec<Told>, Trouble>;

    /// Sets one of them.
    async fn set_status(&self, pull: &Pull, status: &Status) -> Result<(), Trouble>;

    /// Whether somebody may write to the repository, as the forge says right now.
    async fn may_write(&self, user: &str) -> Result<bool, Trouble>;

    /// Whether the forge would let it be merged now: drafts, conflicts, approvals and required checks, as far as it tells of them.
    async fn mergeable(&self, pull: &Pull) -> Result<Mergeable, Trouble>;

    /// Shows whoever wrote a comment that it was read, where the forge has a sign for that.
    async fn react(&self, pull: u64, comment: &str) -> Result<(), Trouble>;
}

/// What forges do in different ways. Whoever uses one asks this, and not which forge it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abilities {
    /// What it calls a pull request.
    pub request: &'static str,
    /// What a comment may be like.
    pub comment: Room,
    /// Whether an HTML comment stays hidden. Else the mark is a link that nothing refers to.
    pub hides_html: bool,
    /// The longest name of a status, in bytes; a longer one is told by a hash.
    pub status_name: usize,
    /// The most characters of a status's words.
    pub status_words: usize,
    /// How many statuses of one name a commit takes, where there is an end to them.
    pub statuses: Option<usize>,
    /// Whether the event of a comment says which commit it was written for. Else the pull request is asked.
    pub commit_in_event: bool,
    /// Under which ref the forge keeps a pull request's head, with `{}` for its number, for one that comes from a fork.
    pub head_ref: Option<&'static str>,
}

/// A pull request, as much of it as is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pull {
    pub number: u64,
    pub title: String,
    /// The commit that would be merged.
    pub head: String,
    /// The branch that it comes from.
    pub branch: String,
    /// The branch that it would be merged into.
    pub base: String,
    pub is_open: bool,
    /// Whether it comes from another repository, from one that is no longer there, or from no branch at all.
    pub is_fork: bool,
    /// The commit by which it came to its branch, once it is merged.
    pub merged: Option<String>,
    /// Where people look at it.
    pub url: String,
    /// When something last happened to it, in milliseconds since 1970: it grows with each comment. Zero where that is not known.
    pub updated: i64,
}

impl Pull {
    /// The same with another commit as its head: one of those that it had.
    pub fn at(&self, head: &str) -> Pull {
        Pull { head: head.to_owned(), ..self.clone() }
    }
}

#[cfg(test)]
impl Pull {
    /// An open one, to try out what is done with pull requests.
    pub fn sample(number: u64) -> Pull {
        Pull {
            number,
            title: "Change".to_owned(),
            head: "9f31c2a".to_owned(),
            branch: "change".to_owned(),
            base: "main".to_owned(),
            is_open: true,
            is_fork: false,
            merged: None,
            url: format!("https://forge.example/{number}"),
            updated: 1,
        }
    }
}

/// A comment on a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    pub id: String,
    pub text: String,
    /// Whether whoever the token belongs to wrote it.
    pub is_ours: bool,
    /// Who wrote it, by the name that permissions are asked for.
    pub author: String,
    /// When it was written, in milliseconds since 1970; zero where the forge doesn't say.
    pub at: i64,
    /// Whether it was changed since.
    pub is_edited: bool,
}

/// When something was written, and whether it was changed since: where both times are not the same, as far as the forge knows them.
/// `apart` is how many milliseconds lie between the two in one writing, where a forge reads its clock twice for it.
fn written(created: Option<jiff::Timestamp>, updated: Option<jiff::Timestamp>, apart: i64) -> (i64, bool) {
    let at = created.map_or(0, jiff::Timestamp::as_millisecond);
    (at, updated.is_some_and(|updated| updated.as_millisecond() - at > apart))
}

/// When something last happened to a pull request; the number of its comments tells apart what happened within a second.
fn updated(at: Option<jiff::Timestamp>, comments: Option<i64>) -> i64 {
    at.map_or(0, |at| at.as_millisecond() + comments.unwrap_or_default())
}

/// Part of a path, whatever is in it.
fn escaped(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// What forges with GitHub's words say of somebody.
#[derive(serde::Deserialize)]
struct Permission {
    permission: String,
}

impl Permission {
    fn is_writing(&self) -> bool {
        matches!(self.permission.as_str(), "owner" | "admin" | "write" | "maintain")
    }
}

/// Whoever is not known may nothing.
fn or_not(asked: Result<bool, Trouble>) -> Result<bool, Trouble> {
    match asked {
        Err(trouble) if trouble.what == What::Missing => Ok(false),
        asked => asked,
    }
}

/// How far something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Pending,
    Success,
    /// What was previewed says no.
    Failure,
    /// It could not be found out.
    Error,
}

/// What a commit is told about one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// `gitinfra`, or `gitinfra/PROJECT/STACK`.
    pub name: String,
    pub state: State,
    /// One line.
    pub words: String,
    /// What there is no room for in the comment, as Markdown; for a forge that has a place for it.
    pub details: Option<String>,
}

/// The status of ours that is for all, and with a slash behind it how the others begin.
pub const STATUS: &str = "gitinfra";

/// Whether a status is one of ours by its name.
pub fn is_own(name: &str) -> bool {
    name.strip_prefix(STATUS).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A status as the forge has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// As the forge knows it: a hash, where the name was too long.
    pub name: String,
    pub state: State,
    /// The line that it was told.
    pub words: String,
    /// How many of its name were set so far, this one included.
    pub number: usize,
}

/// What speaks for us. Its words are in no log, no URL and no argument of a program.
#[derive(Debug, Clone)]
pub enum Credential {
    /// A token of a user or of a repository; for Bitbucket also `USER:TOKEN`.
    Token(Secret),
    /// A GitHub App, which has a token made for its installation.
    App(App),
}

impl Credential {
    /// What only we know, to sign comments with.
    pub fn secret(&self) -> &Secret {
        match self {
            Credential::Token(token) => token,
            Credential::App(app) => &app.key,
        }
    }
}

/// The repository at an address, with a token that is asked for nothing yet.
pub fn open(context: &Context, address: &Address, credential: &Credential) -> Result<Box<dyn Forge>> {
    Ok(match address.kind {
        Kind::Gitea | Kind::Forgejo => Box::new(gitea::Gitea::new(context, address, credential)?),
        Kind::Github => Box::new(github::Github::new(context, address, credential)?),
        Kind::Gitlab => Box::new(gitlab::Gitlab::new(context, address, credential)?),
        Kind::Bitbucket => Box::new(bitbucket::Bitbucket::new(context, address, credential)?),
    })
}

/// A status's name as far as a forge takes it: whole, or with a hash in place of what is too long.
pub fn fitting(name: &str, most: usize) -> String {
    use sha2::{Digest, Sha256};
    if name.len() <= most {
        return name.to_owned();
    }
    let hash: String = Sha256::digest(name.as_bytes()).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let kept = &name[..name.floor_char_boundary(most.saturating_sub(hash.len() + 1))];
    format!("{kept}-{hash}")
}

/// One line of at most so many characters.
pub fn line(words: &str, most: usize) -> String {
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.chars().count() > most {
        true => words.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
        false => words,
    }
}

/// Of several statuses the newest of each name, where the newest stand first, and how many of it there are.
fn newest(told: impl IntoIterator<Item = Told>) -> Vec<Told> {
    let mut newest: Vec<Told> = Vec::new();
    for told in told {
        match newest.iter_mut().find(|known| known.name == told.name) {
            Some(known) => known.number += told.number,
            None => newest.push(told),
        }
    }
    newest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_status_counts_those_before_it() {
        let told = |name: &str, words: &str| {
            let (name, words) = (name.to_owned(), words.to_owned());
            Told { name, state: State::Success, words, number: 1 }
        };
        let all = newest([told("a", "3"), told("b", "1"), told("a", "2"), told("a", "1")]);
        let found: Vec<_> = all.iter().map(|told| (told.name.as_str(), told.words.as_str(), told.number)).collect();
        assert_eq!(found, [("a", "3", 3), ("b", "1", 1)]);
    }

    #[test]
    fn an_edit_within_a_second_is_an_edit() {
        let at = |millis: i64| Some(jiff::Timestamp::from_millisecond(1_000_000 + millis).expect("a time"));
        assert_eq!(written(at(0), at(0), 0), (1_000_000, false));
        for millis in [1, 999, 1_000] {
            assert!(written(at(0), at(millis), 0).1, "{millis}");
        }
        assert!(!written(at(0), at(20), 100).1 && written(at(0), at(101), 100).1, "two readings of a clock");
        assert!(!written(at(0), None, 0).1 && !written(None, None, 0).1);
    }

    #[test]
    fn names_and_words_fit_a_forge() {
        let long = format!("gitinfra/{}", "network/prod-".repeat(5));
        assert_eq!(fitting("gitinfra/web/prod", 40), "gitinfra/web/prod");
        let short = fitting(&long, 40);
        assert!(short.len() <= 40 && short.starts_with("gitinfra/network/prod-"), "{short}");
        assert_ne!(short, fitting(&format!("{long}x"), 40), "two names stay two");
        assert_eq!(line("a  b\nc", 10), "a b c");
        assert_eq!(line("abcdefgh", 5), "abcd…");
    }
}
