//! What keeps a roll-out from going on, and who allowed or refused what.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::moment;

/// How a hold stands. Written as its lower-case name, in the ledger as in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HoldState {
    /// Somebody has to decide.
    Held,
    Approved,
    Rejected,
    /// What was approved was done.
    Used,
    /// Something else took its place: a newer commit, another look, a roll-out. Or it is not to be done any more, and `reason` says
    /// why.
    Overtaken,
}

impl HoldState {
    pub fn word(self) -> &'static str {
        match self {
            HoldState::Held => "held",
            HoldState::Approved => "approved",
            HoldState::Rejected => "rejected",
            HoldState::Used => "used",
            HoldState::Overtaken => "overtaken",
        }
    }

    /// Whether nobody can decide about it any more.
    pub fn is_over(self) -> bool {
        matches!(self, HoldState::Used | HoldState::Overtaken)
    }
}

impl fmt::Display for HoldState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for HoldState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        use HoldState::{Approved, Held, Overtaken, Rejected, Used};
        let all = [Held, Approved, Rejected, Used, Overtaken];
        let known = all.into_iter().find(|state| state.word() == text);
        known.ok_or_else(|| format!("`{text}` is no state of a hold"))
    }
}

/// Why a roll-out is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Why {
    /// It would do other than what was shown.
    Changed,
    /// It would delete or replace more than it may unasked.
    Budget,
    /// It needs somebody's word.
    Approvals,
    /// A program that judges roll-outs refused it.
    Policy,
    /// Nobody sealed a preview of it.
    Unsealed,
}

impl Why {
    pub fn word(self) -> &'static str {
        match self {
            Why::Changed => "changed",
            Why::Budget => "budget",
            Why::Approvals => "approvals",
            Why::Policy => "policy",
            Why::Unsealed => "unsealed",
        }
    }
}

/// One thing that speaks against a roll-out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objection {
    pub why: Why,
    pub words: String,
}

/// What a hold tells a person who has to decide.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Case {
    pub objections: Vec<Objection>,
    /// Which of the things that the shown preview rests on are others now, in words.
    pub others: Vec<String>,
    /// In what what would happen now differs from what was shown.
    pub difference: Vec<String>,
    /// What was shown, a line for each resource; nothing where nothing was.
    pub shown: Vec<String>,
    /// What would happen now.
    pub now: Vec<String>,
    /// How many have to allow it.
    pub needed: usize,
    /// Globs of the names of those who may; anybody when there is none.
    pub from: Vec<String>,
    /// Whether it is what stands that was to be brought back, and no roll-out.
    pub is_reconciling: bool,
    /// Whether all that was rolled out was to be destroyed.
    pub is_destroying: bool,
    /// Whether an older run's commit was to be rolled out again.
    pub is_rolling_back: bool,
    /// Whether a command was to roll a pull request out before its merge.
    pub is_before_merge: bool,
}

/// A roll-out that waits for somebody's decision.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Hold {
    pub name: String,
    pub stack: String,
    pub repository: String,
    pub branch: String,
    pub commit: String,
    pub state: HoldState,
    /// The seal that allows it once it is approved: of what would happen now.
    pub seal: String,
    /// The seal of what was shown before, if anything was.
    pub shown_seal: Option<String>,
    /// The run that was held.
    pub run: String,
    /// Who has allowed it so far.
    pub approvals: Vec<String>,
    pub decided_by: Option<String>,
    pub reason: Option<String>,
    #[serde(serialize_with = "moment::serialize_some")]
    pub decided_at: Option<i64>,
    #[serde(serialize_with = "moment::serialize")]
    pub created_at: i64,
    #[serde(flatten)]
    pub case: Case,
}

impl Hold {
    /// Why it is not to be done any more, where that is so.
    pub fn ended(&self) -> Option<&str> {
        let is_ended = self.state == HoldState::Overtaken && self.decided_by.is_none();
        self.reason.as_deref().filter(|_| is_ended)
    }
}

impl Case {
    /// The words of why it is held, each once: "changed,budget".
    pub fn whys(&self) -> String {
        let mut words: Vec<&str> = self.objections.iter().map(|objection| objection.why.word()).collect();
        words.dedup();
        words.join(",")
    }

    /// Whether something that stands would be deleted, be it to be replaced.
    pub fn destroys(&self) -> bool {
        self.now.iter().any(|line| line.starts_with(['-', '±']))
    }

    /// What comes of it once it is allowed, for a stack.
    pub fn next(&self, stack: &str) -> String {
        match self {
            Case { is_before_merge: true, .. } => format!("`/gitinfra up` on its pull request rolls {stack} out"),
            Case { is_reconciling: true, .. } => {
                format!("`gitinfra drift --reconcile stack/{stack}` brings {stack} back")
            }
            Case { is_destroying: true, .. } => format!("`gitinfra destroy stack/{stack}` destroys it"),
            Case { is_rolling_back: true, .. } => {
                format!("`gitinfra rollback stack/{stack}` to that run rolls it back")
            }
            _ => format!("the next sync rolls {stack} out"),
        }
    }

    /// Whether it says nothing of what the branch says: it was asked for by itself.
    pub fn is_aside(&self) -> bool {
        self.is_reconciling || self.is_destroying || self.is_rolling_back
    }

    /// In one sentence.
    pub fn in_words(&self) -> String {
        self.objections.iter().map(|objection| objection.words.as_str()).collect::<Vec<_>>().join("; ")
    }

    /// The same, with who may allow it where that is not anybody.
    pub fn asks(&self) -> String {
        let (words, from) = (self.in_words(), self.from.join(", "));
        match from.is_empty() || words.contains(&format!("who may: {from}")) {
            true => words,
            false => format!("{words} (who may allow it: {from})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_allow_it_is_said_once() {
        let asks = |words: &str, from: &[&str]| {
            let objections = vec![Objection { why: Why::Budget, words: words.to_owned() }];
            let from = from.iter().map(|who| (*who).to_owned()).collect();
            Case { objections, from, ..Case::default() }.asks()
        };
        assert_eq!(asks("over budget", &[]), "over budget");
        assert_eq!(asks("over budget", &["ada", "lee"]), "over budget (who may allow it: ada, lee)");
        let missing = "it needs 1 to allow it (who may: ada)";
        assert_eq!(asks(missing, &["ada"]), missing);
    }

    #[test]
    fn what_is_allowed_says_what_comes_of_it() {
        let next = |is_reconciling, is_rolling_back| {
            Case { is_reconciling, is_rolling_back, ..Case::default() }.next("net/dev")
        };
        assert_eq!(next(false, false), "the next sync rolls net/dev out");
        assert_eq!(next(true, false), "`gitinfra drift --reconcile stack/net/dev` brings net/dev back");
        assert_eq!(next(false, true), "`gitinfra rollback stack/net/dev` to that run rolls it back");
        let going = Case { is_destroying: true, ..Case::default() };
        assert_eq!(going.next("net/dev"), "`gitinfra destroy stack/net/dev` destroys it");
        let before = Case { is_before_merge: true, ..Case::default() };
        assert_eq!(before.next("net/dev"), "`/gitinfra up` on its pull request rolls net/dev out");
    }
}
