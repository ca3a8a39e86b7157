//! What a pull request was told last.

use serde::{Deserialize, Serialize};

/// A pull request with all stacks that it touches.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PullRecord {
    /// The repository as the ledger calls it.
    pub repository: String,
    pub number: u64,
    pub title: String,
    /// Where people look at it.
    pub url: String,
    /// The branch that it comes from, and the one that it would be merged into.
    pub branch: String,
    pub base: String,
    pub head: String,
    pub base_commit: String,
    /// `previewed`, `refused` or `untrusted`.
    pub state: String,
    /// The same in a line.
    pub words: String,
    pub stacks: Vec<PullStack>,
    /// Names of stacks that it takes away.
    pub gone: Vec<String>,
    /// How many stacks it does not touch.
    pub untouched: usize,
    /// How far its stacks got, where it is merged and that was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<PullEnd>,
}

/// How far the stacks of a merged pull request got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PullEnd {
    /// The commit by which it came to its branch.
    pub commit: String,
    pub stacks: Vec<StackEnd>,
}

/// How far one of them got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StackEnd {
    pub name: String,
    pub state: EndState,
    /// `run/NAME` or `hold/NAME`, where it is known.
    pub at: Option<String>,
    /// Why it is held or failed, or what it waits for.
    pub why: Option<String>,
    /// The seal that allows it, where it is held.
    pub seal: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndState {
    /// Nothing came of it yet.
    Waits,
    /// It waits until a lock ends that somebody has on it.
    Locked,
    RolledOut,
    Held,
    Failed,
}

impl PullRecord {
    /// Whether all of it was previewed, and well.
    pub fn is_well(&self) -> bool {
        self.state == "previewed" && self.stacks.iter().all(|stack| stack.failure.is_none())
    }
}

impl EndState {
    /// As it is said of a stack.
    pub fn words(self) -> &'static str {
        match self {
            EndState::Waits | EndState::Locked => "waits",
            EndState::RolledOut => "rolled out",
            EndState::Held => "held",
            EndState::Failed => "failed",
        }
    }
}

impl PullEnd {
    fn has(&self, state: EndState) -> bool {
        self.stacks.iter().any(|stack| stack.state == state)
    }

    /// Whether nothing comes after it.
    pub fn is_over(&self) -> bool {
        self.stacks.iter().all(|stack| stack.state == EndState::RolledOut)
    }

    /// Whether there is anything to tell: something came of one stack at least, or it is known why not.
    pub fn is_known(&self) -> bool {
        self.stacks.iter().any(|stack| stack.state != EndState::Waits || stack.why.is_some())
    }

    /// What all of it comes to: danger first.
    pub fn state(&self) -> EndState {
        let worst = [EndState::Failed, EndState::Held, EndState::Waits, EndState::Locked];
        worst.into_iter().find(|state| self.has(*state)).unwrap_or(EndState::RolledOut)
    }

    /// In one line: "1 of 2 stacks is held".
    pub fn in_words(&self) -> String {
        let (state, all) = (self.state(), self.stacks.len());
        let such: Vec<&StackEnd> = self.stacks.iter().filter(|stack| stack.state == state).collect();
        let verb = match (state, such.len()) {
            (EndState::Failed, _) => "failed",
            (EndState::Waits | EndState::Locked, 1) => "waits",
            (EndState::Waits | EndState::Locked, _) => "wait",
            (EndState::Held, 1) => "is held",
            (EndState::Held, _) => "are held",
            (EndState::RolledOut, 1) => "is rolled out",
            (EndState::RolledOut, _) => "are rolled out",
        };
        match such[..] {
            [one] => format!("{} {verb}", one.name),
            _ if such.len() == all => format!("{all} stacks {verb}"),
            _ => format!("{} of {all} stacks {verb}", such.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_told_danger_first() {
        use EndState::{Failed, Held, Locked, RolledOut, Waits};
        let end = |states: &[EndState]| {
            let stack = |(at, state): (usize, &EndState)| StackEnd {
                name: format!("web/{at}"),
                state: *state,
                at: None,
                why: None,
                seal: None,
            };
            PullEnd { commit: "a".to_owned(), stacks: states.iter().enumerate().map(stack).collect() }
        };
        let cases: [(&[EndState], &str, bool, bool); 8] = [
            (&[RolledOut], "web/0 is rolled out", true, true),
            (&[RolledOut, RolledOut], "2 stacks are rolled out", true, true),
            (&[RolledOut, Held, Waits], "web/1 is held", true, false),
            (&[Held, Failed, Failed], "2 of 3 stacks failed", true, false),
            (&[Held, Held], "2 stacks are held", true, false),
            (&[Waits, RolledOut], "web/0 waits", true, false),
            (&[Waits, Waits], "2 stacks wait", false, false),
            (&[Locked, RolledOut], "web/0 waits", true, false),
        ];
        for (states, words, is_known, is_over) in cases {
            let end = end(states);
            assert_eq!(
                (end.in_words().as_str(), end.is_known(), end.is_over()),
                (words, is_known, is_over),
                "{states:?}"
            );
        }
    }
}

/// What a pull request would do to a stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PullStack {
    pub name: String,
    /// Why it is previewed.
    pub reason: String,
    /// "2 to delete, 1 to create".
    pub words: String,
    pub failure: Option<String>,
    /// What would hold its roll-out.
    pub objections: Vec<String>,
    pub seal: Option<String>,
}
