//! What is said of stacks that are rolled out before a merge. Pure.

use super::owner;
use crate::forge::{Pull, State};
use crate::record::{Lock, Run};
use crate::rollout::Outcome;
use crate::text;
use crate::text::short;

/// What came of one stack, and what is said of that.
pub(super) struct Came {
    pub name: String,
    /// None where the pull request ended, or gave the stack back, while it was rolled out.
    pub outcome: Option<Outcome>,
    pub said: String,
    /// Whether it was rolled out before, and nothing had to be done.
    pub stood: bool,
}

impl Came {
    pub fn is_rolled_out(&self) -> bool {
        self.outcome == Some(Outcome::RolledOut)
    }
}

/// What came of all of them. Only what is rolled out whole is to be merged, and nothing waits for a pull request that ended.
pub(super) fn in_words(came: &[Came], names: &[String], at: &str) -> String {
    if came.len() == names.len() && came.iter().all(Came::is_rolled_out) {
        let already = if came.iter().all(|one| one.stood) { " already" } else { "" };
        return format!("{} {} rolled out at {at}{already}: merge it", listed(names), be(names.len()));
    }
    let mut words: Vec<String> = came.iter().map(|one| format!("{} {}", one.name, one.said)).collect();
    let rest = &names[came.len()..];
    if !rest.is_empty() && came.iter().all(|one| one.outcome.is_some()) {
        words.push(format!("{} {} for it", listed(rest), if rest.len() == 1 { "waits" } else { "wait" }));
    }
    words.join("; ")
}

pub(super) fn why(run: &Run) -> String {
    let first = run.message.as_deref().and_then(|message| message.lines().find(|line| !line.trim().is_empty()));
    match first {
        Some(line) => format!("{} (`gitinfra logs run/{}` says all)", line.trim(), run.name),
        None => format!("`gitinfra logs run/{}` says why", run.name),
    }
}

pub(super) fn be(number: usize) -> &'static str {
    if number == 1 { "is" } else { "are" }
}

/// Whether what is rolled out for a pull request is still its own: it is open, and has the stack's lock.
pub(super) fn still_has(pull: &Pull, lock: Option<&Lock>) -> bool {
    pull.is_open && lock.is_some_and(|lock| lock.owner == owner(pull.number))
}

/// What is said where a pull request ended, or gave its stacks back, while they were to be rolled out, with what is left of them.
pub(super) fn ended(pull: &Pull, branch: &str, left: &str) -> (State, String) {
    match &pull.merged {
        Some(commit) if pull.base == branch => {
            (State::Success, format!("was merged meanwhile as {}, which says what came of it", short(commit)))
        }
        _ if pull.is_open => (State::Error, format!("was given back meanwhile: {left}")),
        _ => (State::Error, format!("was closed meanwhile: {left}")),
    }
}

pub(super) fn listed(names: &[String]) -> String {
    text::list(&names.iter().map(String::as_str).collect::<Vec<_>>(), 5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Kind;

    /// Whoever takes the lock away, or merges or closes it, while the engine is at work.
    #[test]
    fn what_ends_while_it_is_rolled_out_is_told_its_end() {
        let open = Pull::sample(7);
        let closed = Pull { is_open: false, ..Pull::sample(7) };
        let merged =
            |base: &str| Pull { merged: Some("8e1f0c3aaaa".to_owned()), base: base.to_owned(), ..closed.clone() };
        assert!(still_has(&open, Some(&Lock::sample("pr/7"))));
        assert!(!still_has(&open, None) && !still_has(&open, Some(&Lock::sample("ada"))), "somebody took it away");
        assert!(!still_has(&closed, Some(&Lock::sample("pr/7"))));
        let said = |pull: &Pull| ended(pull, "main", "it goes back");
        assert_eq!(said(&open), (State::Error, "was given back meanwhile: it goes back".to_owned()));
        assert_eq!(said(&closed), (State::Error, "was closed meanwhile: it goes back".to_owned()));
        let words = "was merged meanwhile as 8e1f0c3, which says what came of it".to_owned();
        assert_eq!(said(&merged("main")), (State::Success, words));
        assert_eq!(said(&merged("dev")).0, State::Error, "only main is rolled out");
    }

    #[test]
    fn only_what_is_rolled_out_whole_is_to_be_merged() {
        let came = |outcomes: &[(&str, Option<Outcome>)]| {
            let one = |(name, outcome): &(&str, Option<Outcome>)| {
                let said = match outcome {
                    Some(Outcome::RolledOut) => "is rolled out at 9f31c2a",
                    Some(_) => "failed",
                    None => "was closed meanwhile",
                };
                Came { name: (*name).to_owned(), outcome: outcome.clone(), said: said.to_owned(), stood: false }
            };
            outcomes.iter().map(one).collect::<Vec<_>>()
        };
        let words = |outcomes: &[(&str, Option<Outcome>)], names: &[&str]| {
            in_words(&came(outcomes), &names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>(), "9f31c2a")
        };
        let (well, badly) = (Some(Outcome::RolledOut), Some(Outcome::Failed(Kind::Input)));
        assert_eq!(words(&[("b/dev", well.clone())], &["b/dev"]), "b/dev is rolled out at 9f31c2a: merge it");
        let stood = [Came { stood: true, ..came(&[("b/dev", well.clone())]).remove(0) }];
        let again = in_words(&stood, &["b/dev".to_owned()], "9f31c2a");
        assert_eq!(again, "b/dev is rolled out at 9f31c2a already: merge it");
        let both = [("b/dev", well.clone()), ("c/dev", well.clone())];
        assert_eq!(words(&both, &["b/dev", "c/dev"]), "b/dev, c/dev are rolled out at 9f31c2a: merge it");
        assert_eq!(words(&[("b/dev", None)], &["b/dev"]), "b/dev was closed meanwhile");
        let over = words(&[("b/dev", well.clone()), ("c/dev", None)], &["b/dev", "c/dev", "d/dev"]);
        assert_eq!(over, "b/dev is rolled out at 9f31c2a; c/dev was closed meanwhile");
        let part = words(&[("b/dev", well), ("c/dev", badly.clone())], &["b/dev", "c/dev", "d/dev"]);
        assert_eq!(part, "b/dev is rolled out at 9f31c2a; c/dev failed; d/dev waits for it");
        assert_eq!(words(&[("b/dev", badly)], &["b/dev", "c/dev", "d/dev"]), "b/dev failed; c/dev, d/dev wait for it");
    }
}
