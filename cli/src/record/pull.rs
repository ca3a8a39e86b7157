//! What a pull request was told last.

use serde::{Deserialize, Serialize};

use super::{Hold, HoldState, Run, RunState};

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
    /// What a command rolls out before the merge, where that is allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<Offer>,
    /// How far its stacks got, where it is merged or closed and that was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<PullEnd>,
}

/// Stacks that a command may roll out before the merge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Offer {
    /// The commit as the command has to name it.
    pub head: String,
    pub stacks: Vec<String>,
    /// Whether the head has all of its base, which it has to.
    pub is_current: bool,
}

/// How far the stacks of a pull request got that is merged, or that ended otherwise after it had rolled them out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PullEnd {
    /// The commit by which it came to its branch; nothing where it did not.
    pub commit: String,
    /// How it ended, where it did not come to the branch that is rolled out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unmerged: Option<String>,
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
    /// It waits until somebody gives it free: a lock ends that somebody has on it, or it is suspended no more.
    Locked,
    Running,
    RolledOut,
    Held,
    Failed,
    Cancelled,
    /// What was rolled out before a merge that never came is on its way back to what the branch says.
    GoesBack,
    Back,
    /// The same, and nothing takes it back: the branch does not have the stack.
    Stays,
    /// Nothing of it was rolled out.
    Untouched,
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
            EndState::Running => "being rolled out",
            EndState::RolledOut => "rolled out",
            EndState::Held => "held",
            EndState::Failed => "failed",
            EndState::Cancelled => "cancelled",
            EndState::GoesBack => "goes back",
            EndState::Back => "back",
            EndState::Stays => "stays",
            EndState::Untouched => "nothing was rolled out",
        }
    }
}

impl StackEnd {
    /// What is held, and what was decided of that.
    pub fn of_hold(hold: &Hold) -> StackEnd {
        let who = hold.decided_by.as_deref().unwrap_or("somebody");
        let (why, seal) = match (hold.state, &hold.reason) {
            (HoldState::Rejected, Some(why)) => (format!("{who} refused it: {why}"), None),
            (HoldState::Rejected, None) => (format!("{who} refused it"), None),
            (HoldState::Approved, _) => (format!("{who} allowed it"), None),
            _ => (hold.case.asks(), Some(hold.seal.clone())),
        };
        let (name, at) = (hold.stack.clone(), Some(format!("hold/{}", hold.name)));
        StackEnd { name, state: EndState::Held, at, why: Some(why), seal }
    }

    /// What a run came to that did not go well.
    pub fn of_run(run: &Run) -> StackEnd {
        let state = if run.state == RunState::Cancelled { EndState::Cancelled } else { EndState::Failed };
        let said = run.message.as_deref().and_then(|message| message.lines().find(|line| !line.trim().is_empty()));
        let word = Some(run.state.word()).filter(|_| matches!(run.state, RunState::Held | RunState::Interrupted));
        let why = said.map(str::trim).or(word).map(str::to_owned);
        StackEnd { name: run.stack.clone(), state, at: Some(format!("run/{}", run.name)), why, seal: None }
    }
}

impl PullEnd {
    fn has(&self, state: EndState) -> bool {
        self.stacks.iter().any(|stack| stack.state == state)
    }

    /// Whether nothing comes after it.
    pub fn is_over(&self) -> bool {
        use EndState::{Back, RolledOut, Stays, Untouched};
        self.stacks.iter().all(|stack| matches!(stack.state, RolledOut | Back | Stays | Untouched))
    }

    /// Whether there is anything to tell: something came of one stack at least, or it is known why not.
    pub fn is_known(&self) -> bool {
        self.stacks.iter().any(|stack| stack.state != EndState::Waits || stack.why.is_some())
    }

    /// What all of it comes to: danger first.
    pub fn state(&self) -> EndState {
        use EndState::{Back, Cancelled, Failed, GoesBack, Held, Locked, Running, Stays, Untouched, Waits};
        let worst = [Failed, Cancelled, Held, Running, Waits, Locked, GoesBack, Stays, Back];
        let worst = worst.into_iter().chain(Some(Untouched).filter(|_| !self.has(EndState::RolledOut)));
        worst.into_iter().find(|state| self.has(*state)).unwrap_or(EndState::RolledOut)
    }

    /// In one line: "1 of 2 stacks is held".
    pub fn in_words(&self) -> String {
        let (state, all) = (self.state(), self.stacks.len());
        let such: Vec<&StackEnd> = self.stacks.iter().filter(|stack| stack.state == state).collect();
        let verb = match (state, such.len()) {
            (EndState::Failed, _) => "failed",
            (EndState::Cancelled, 1) => "was cancelled",
            (EndState::Cancelled, _) => "were cancelled",
            (EndState::Running, 1) => "is being rolled out",
            (EndState::Running, _) => "are being rolled out",
            (EndState::GoesBack, 1) => "goes back",
            (EndState::GoesBack, _) => "go back",
            (EndState::Back, 1) => "is back",
            (EndState::Back, _) => "are back",
            (EndState::Stays, 1) => "stays as it was rolled out",
            (EndState::Stays, _) => "stay as they were rolled out",
            (EndState::Untouched, 1) => "was not rolled out",
            (EndState::Untouched, _) => "were not rolled out",
            (EndState::Waits | EndState::Locked, 1) => "waits",
            (EndState::Waits | EndState::Locked, _) => "wait",
            (EndState::Held, 1) => "is held",
            (EndState::Held, _) => "are held",
            (EndState::RolledOut, 1) => "is rolled out",
            (EndState::RolledOut, _) => "are rolled out",
        };
        let words = match such[..] {
            [one] => format!("{} {verb}", one.name),
            _ if such.len() == all => format!("{all} stacks {verb}"),
            _ => format!("{} of {all} stacks {verb}", such.len()),
        };
        match &self.unmerged {
            Some(how) if self.stacks.is_empty() => how.clone(),
            Some(how) => format!("{how}: {words}"),
            None => words,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_told_danger_first() {
        use EndState::{Back, Cancelled, Failed, GoesBack, Held, Locked, RolledOut, Running, Untouched, Waits};
        let end = |states: &[EndState]| {
            let stack = |(at, state): (usize, &EndState)| StackEnd {
                name: format!("web/{at}"),
                state: *state,
                at: None,
                why: None,
                seal: None,
            };
            PullEnd { commit: "a".to_owned(), unmerged: None, stacks: states.iter().enumerate().map(stack).collect() }
        };
        let cases: [(&[EndState], &str, bool, bool); 12] = [
            (&[RolledOut], "web/0 is rolled out", true, true),
            (&[RolledOut, RolledOut], "2 stacks are rolled out", true, true),
            (&[RolledOut, Held, Waits], "web/1 is held", true, false),
            (&[Held, Failed, Failed], "2 of 3 stacks failed", true, false),
            (&[Held, Held], "2 stacks are held", true, false),
            (&[Waits, RolledOut], "web/0 waits", true, false),
            (&[Waits, Waits], "2 stacks wait", false, false),
            (&[Locked, RolledOut], "web/0 waits", true, false),
            (&[Running, Waits], "web/0 is being rolled out", true, false),
            (&[Cancelled, RolledOut], "web/0 was cancelled", true, false),
            (&[GoesBack, Back], "web/0 goes back", true, false),
            (&[Back, Untouched], "web/0 is back", true, true),
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
