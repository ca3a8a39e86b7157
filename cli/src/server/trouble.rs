//! What keeps a server from a repository: on which side of it, the likely cause first, and since when.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::{Server, Watched};
use crate::event::Body;
use crate::failure::{Failure, Kind};

/// The sides of a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// Where its pull requests are.
    Forge,
    /// What is rolled out.
    Branch,
}

/// Why, as far as anybody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    Refused,
    NotReached,
    Other,
}

/// Something that goes wrong until it goes well again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub cause: Cause,
    pub failure: Failure,
    /// When this cause was seen first.
    pub since: i64,
}

/// The troubles of one repository.
#[derive(Default)]
pub struct Troubles(Mutex<BTreeMap<Side, Trouble>>);

impl Side {
    pub fn word(self) -> &'static str {
        match self {
            Side::Forge => "forge",
            Side::Branch => "branch",
        }
    }
}

impl Cause {
    fn of(failure: &Failure) -> Cause {
        match (failure.is_refused, failure.is_away) {
            (true, _) => Cause::Refused,
            (_, true) => Cause::NotReached,
            _ => Cause::Other,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Cause::Refused => "refused",
            Cause::NotReached => "not-reached",
            Cause::Other => "other",
        }
    }

    /// What that is at a side, in words.
    pub fn at(self, side: Side) -> &'static str {
        match (side, self) {
            (Side::Forge, Cause::Refused) => "the forge refuses the token",
            (Side::Forge, Cause::NotReached) => "the forge is not reached",
            (Side::Forge, Cause::Other) => "the pull requests can't be looked at",
            (Side::Branch, Cause::Refused) => "git's credentials are refused",
            (Side::Branch, Cause::NotReached) => "the repository is not reached",
            (Side::Branch, Cause::Other) => "the branch can't be rolled out",
        }
    }
}

impl Troubles {
    /// Notes how it went at a side, and says whether that is news.
    fn note(&self, side: Side, failure: Option<&Failure>, now: i64) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(failure) = failure else {
            return all.remove(&side).is_some();
        };
        let (cause, before) = (Cause::of(failure), all.get(&side));
        let is_news = before.is_none_or(|before| before.failure != *failure);
        let since = before.filter(|before| before.cause == cause).map_or(now, |before| before.since);
        all.insert(side, Trouble { cause, failure: failure.clone(), since });
        is_news
    }

    pub fn all(&self) -> Vec<(Side, Trouble)> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().map(|(side, trouble)| (*side, trouble.clone())).collect()
    }

    pub fn is_at(&self, side: Side) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&side)
    }
}

impl Server {
    /// Notes how it went at a side of a repository. What goes on is told once, and so is its end.
    pub(super) fn note(&self, watched: &Watched, side: Side, failure: Option<&Failure>) {
        if failure.is_some_and(|failure| failure.kind == Kind::Cancelled) {
            return;
        }
        if let Some(failure) = failure {
            let (side, cause) = (side.word(), Cause::of(failure).word());
            let labels = [("repository", watched.name.as_str()), ("side", side), ("cause", cause)];
            self.metrics.count("gitinfra_troubles_total", &labels);
        }
        if !watched.troubles.note(side, failure, self.context.now()) {
            return;
        }
        let name = &watched.name;
        self.context.tell(
            None,
            match failure {
                Some(failure) => {
                    let message = format!("{name}: {}: {}", Cause::of(failure).at(side), failure.message);
                    if (side, Cause::of(failure)) == (Side::Branch, Cause::Other) {
                        self.notifier.branch_failed(&message, self.context.now());
                    }
                    Body::Failed { message, hints: failure.hints.clone() }
                }
                None => Body::Note { message: format!("{name}: the {} is well again", side.word()) },
            },
        );
    }

    /// Each side of each repository by its name, and whether it is well.
    pub(super) fn sides(&self) -> Vec<(String, &'static str, bool)> {
        let setup = self.setup();
        let sides = setup.watched.iter().flat_map(|watched| {
            let forge = watched.reviewer.is_some().then_some(Side::Forge);
            let one = |side: Side| (watched.name.clone(), side.word(), !watched.troubles.is_at(side));
            forge.into_iter().chain([Side::Branch]).map(one).collect::<Vec<_>>()
        });
        sides.collect()
    }

    /// What is wrong although work is taken, without a name.
    pub(super) fn but(&self) -> String {
        let setup = self.setup();
        let ill = setup.watched.iter().map(|watched| watched.troubles.all()).filter(|all| !all.is_empty());
        let mut causes: BTreeMap<&str, usize> = BTreeMap::new();
        for (side, trouble) in ill.flatten() {
            *causes.entry(trouble.cause.at(side)).or_default() += 1;
        }
        let of = setup.watched.len();
        let mut told: Vec<String> =
            causes.iter().map(|(cause, number)| format!("{cause} (at {number} of {of} repositories)")).collect();
        if self.refused_configuration().is_some() {
            told.push("the configuration is refused, and the one before stays in force".to_owned());
        }
        if told.is_empty() { String::new() } else { format!(", but {}", told.join("; ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trouble_is_news_once_and_lasts_from_its_beginning() {
        let troubles = Troubles::default();
        let away = |words: &str| Failure::setup(words).away();
        let (gone, refused) = (away("no answer"), Failure::setup("401").refused());
        let note = |failure: Option<&Failure>, now| troubles.note(Side::Forge, failure, now);
        let found =
            || troubles.all().into_iter().map(|(_, trouble)| (trouble.cause, trouble.since)).collect::<Vec<_>>();
        assert!(!note(None, 1), "it was well before");
        assert!(note(Some(&gone), 2) && !note(Some(&gone), 3) && note(Some(&away("another")), 4));
        assert_eq!(found(), [(Cause::NotReached, 2)]);
        assert!(note(Some(&refused), 5) && !troubles.is_at(Side::Branch));
        assert_eq!(found(), [(Cause::Refused, 5)]);
        assert!(note(None, 6) && !note(None, 7) && found().is_empty());
    }
}
