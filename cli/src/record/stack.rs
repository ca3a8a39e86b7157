//! A stack as the ledger and the mirrors know it, and the one word for how it stands.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::{DriftState, Lock, RunState};
use crate::moment;
use crate::order::{reads_anew, reads_gone, referred};
use crate::text::count;

/// How far a stack's roll-outs got, whatever people say about it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Standing {
    UpToDate,
    /// The branch holds changes of it that are not rolled out.
    Behind,
    Running,
    Failing,
    /// The newest run was cancelled or cut off.
    Stopped,
    /// Somebody else held the engine's lock.
    Busy,
    /// Its roll-out waits for somebody's decision.
    Held,
    /// It left the branch, and what it rolled out was left standing.
    Gone,
    /// What it had rolled out was destroyed.
    Destroyed,
    /// It was never rolled out.
    #[default]
    New,
}

impl Standing {
    /// As far as the ledger knows.
    pub fn of(last: Option<RunState>, is_rolled_out: bool, has_left: bool, is_destroyed: bool) -> Standing {
        match last {
            Some(RunState::Running) => Standing::Running,
            _ if has_left && !is_destroyed => Standing::Gone,
            Some(RunState::Failed) => Standing::Failing,
            Some(RunState::Cancelled | RunState::Interrupted) => Standing::Stopped,
            Some(RunState::Busy) => Standing::Busy,
            Some(RunState::Held) => Standing::Held,
            Some(RunState::Succeeded) | None if is_destroyed => Standing::Destroyed,
            Some(RunState::Succeeded) | None if is_rolled_out => Standing::UpToDate,
            Some(RunState::Succeeded) | None => Standing::New,
        }
    }

    /// Whether the next roll-out of the branch begins with it, if nobody keeps it from that.
    pub fn is_due(self) -> bool {
        matches!(self, Standing::Behind | Standing::New)
    }
}

/// The one word for a stack: the same on the command line, in JSON, on the page and in metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StackState {
    Held,
    Failing,
    Gone,
    Running,
    Blocked,
    Queued,
    Suspended,
    New,
    Destroyed,
    Current,
}

impl StackState {
    /// Those that ask for attention first.
    pub const ALL: [StackState; 10] = [
        StackState::Held,
        StackState::Failing,
        StackState::Gone,
        StackState::Running,
        StackState::Blocked,
        StackState::Queued,
        StackState::Suspended,
        StackState::New,
        StackState::Destroyed,
        StackState::Current,
    ];

    pub fn word(self) -> &'static str {
        match self {
            StackState::Held => "held",
            StackState::Failing => "failing",
            StackState::Gone => "gone",
            StackState::Running => "running",
            StackState::Blocked => "blocked",
            StackState::Queued => "queued",
            StackState::Suspended => "suspended",
            StackState::New => "new",
            StackState::Destroyed => "destroyed",
            StackState::Current => "current",
        }
    }

    /// What the word means, for whoever asks.
    pub fn meaning(self) -> &'static str {
        match self {
            StackState::Held => {
                "it would do other than was sealed, is over budget, or was not allowed: somebody decides"
            }
            StackState::Failing => "the newest roll-out failed, or was stopped",
            StackState::Gone => "it left the branch, and its resources stand",
            StackState::Running => "a run is at work",
            StackState::Blocked => {
                "it waits for a lock, for another stack, or for a pull request that was rolled out to be merged"
            }
            StackState::Queued => "it waits for its turn",
            StackState::Suspended => "somebody paused it",
            StackState::New => "it was never rolled out",
            StackState::Destroyed => "what it had rolled out was destroyed",
            StackState::Current => "what is on the branch is rolled out",
        }
    }
}

/// That somebody refused what is held of a stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rejected {
    pub by: String,
    pub reason: String,
}

impl Rejected {
    fn in_words(&self) -> String {
        format!("rejected by {}: {}", self.by, self.reason)
    }
}

/// A stack as the ledger knows it. In JSON its one word is `status`, and why it is that `why`; what both are made of stands beside them.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", remote = "Self")]
pub struct StackRecord {
    #[serde(skip)]
    pub name: String,
    #[serde(skip)]
    pub standing: Standing,
    /// Whether what it had rolled out was destroyed, whatever was tried since.
    #[serde(skip)]
    pub was_destroyed: bool,
    /// Whether its branch does not have it any more.
    #[serde(skip)]
    pub has_left: bool,
    /// By how many commits it is behind its branch, where a run of this machine has seen them.
    pub behind_by: Option<usize>,
    /// Why it is not to be rolled out for now, if it isn't.
    pub suspended: Option<String>,
    /// Who refused what is held of it, and why.
    pub rejected: Option<Rejected>,
    /// The lock that somebody has on it.
    #[serde(serialize_with = "lock")]
    pub lock: Option<Lock>,
    /// A stack that it comes after, and that was not rolled out.
    pub blocked_by: Option<String>,
    /// A stack that it comes after, and that was destroyed: where all are rolled out that one comes first, and without it this one waits.
    pub waits_for: Option<String>,
    /// A stack that it reads, and that puts out other values than it read.
    pub reads_anew: Option<String>,
    /// A stack that it reads, and that left the branch: it is not rolled out any more.
    pub reads_gone: Option<String>,
    /// What the newest look for drift found.
    pub drift: DriftState,
    /// Why the newest run did not succeed.
    pub message: Option<String>,
    pub repository: String,
    /// The branch that the newest run rolled out.
    pub branch: Option<String>,
    /// Globs of the tags of which the newest is rolled out, in the place of the branch's head.
    pub tags: Vec<String>,
    /// That tag, as of the newest look at the branch.
    pub tag: Option<String>,
    /// Where its state lives, as of the newest run, without a password.
    pub backend: Option<String>,
    pub folder: String,
    pub runtime: String,
    /// What `gitinfra.yaml` labels it with, as of the newest look at the branch.
    pub labels: BTreeMap<String, String>,
    /// Whose outputs the newest run read, as its program names them.
    #[serde(skip)]
    pub reads: Vec<String>,
    pub commit: Option<String>,
    #[serde(serialize_with = "moment::serialize_some")]
    pub rolled_out_at: Option<i64>,
    #[serde(serialize_with = "moment::serialize")]
    pub created_at: i64,
    /// The newest run's name and state.
    pub last_run: Option<String>,
    pub last_state: Option<RunState>,
    #[serde(serialize_with = "moment::serialize_some")]
    pub last_started_at: Option<i64>,
}

impl Serialize for StackRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Told<'a> {
            name: &'a str,
            status: StackState,
            why: Option<String>,
            is_behind: bool,
            is_gone: bool,
            is_destroyed: bool,
            #[serde(flatten, serialize_with = "StackRecord::serialize")]
            rest: &'a StackRecord,
        }
        let (status, why) = self.state();
        let is = |standing| self.standing == standing;
        let (is_behind, is_gone) = (self.is_behind(), is(Standing::Gone));
        let is_destroyed = is(Standing::Destroyed);
        Told { name: &self.name, status, why, is_behind, is_gone, is_destroyed, rest: self }.serialize(serializer)
    }
}

/// Whose stack it is stands beside it.
fn lock<S: Serializer>(lock: &Option<Lock>, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Told<'a> {
        owner: &'a str,
        reason: &'a str,
        #[serde(serialize_with = "moment::serialize")]
        until: i64,
    }
    let told = lock.as_ref().map(|lock| Told { owner: &lock.owner, reason: &lock.reason, until: lock.until });
    told.serialize(serializer)
}

impl StackRecord {
    /// Its one word, and why it is that. Of several that fit the first one is told: a roll-out that goes on or needs somebody, then
    /// that somebody paused it, then for what it waits.
    pub fn state(&self) -> (StackState, Option<String>) {
        let message = self.message.clone();
        match self.standing {
            Standing::Running => (StackState::Running, None),
            Standing::Held => {
                let parts = self.rejected.as_ref().map(Rejected::in_words).into_iter().chain(message);
                let why = parts.collect::<Vec<_>>().join("; ");
                (StackState::Held, Some(why).filter(|why| !why.is_empty()))
            }
            Standing::Failing => (StackState::Failing, message),
            Standing::Stopped => {
                (StackState::Failing, self.last_state.map(|state| format!("its newest run was {state}")))
            }
            // That nothing of it stands says more than that somebody paused it.
            Standing::Destroyed => {
                (StackState::Destroyed, self.suspended.as_ref().map(|why| format!("it is suspended: {why}")))
            }
            standing => self.paused().or_else(|| self.waits()).unwrap_or(match standing {
                Standing::Gone => {
                    (StackState::Gone, Some("it left the branch; what it rolled out still stands".to_owned()))
                }
                Standing::Behind => {
                    let commits = self.behind_by.map(|by| format!("behind by {}", count(by, "commit")));
                    let reads = || self.reads_anew.as_deref().map(reads_anew);
                    (StackState::Queued, self.after_destroyed(commits.or_else(reads)))
                }
                Standing::New => (StackState::New, self.after_destroyed(None)),
                _ => (StackState::Current, self.reads_gone.as_deref().map(reads_gone)),
            }),
        }
    }

    /// Whether what its branch says of it does not stand, or is not known to: it is new, waits, is at work, or did not go well.
    fn is_behind(&self) -> bool {
        match self.standing {
            Standing::UpToDate | Standing::Gone => false,
            Standing::Destroyed => !self.has_left,
            _ => true,
        }
    }

    /// Why it waits for its turn, with what has to come before.
    fn after_destroyed(&self, why: Option<String>) -> Option<String> {
        let first = self.waits_for.as_ref().map(|other| format!("{other}, which was destroyed, comes first"));
        let parts: Vec<String> = why.into_iter().chain(first).collect();
        Some(parts.join("; ")).filter(|why| !why.is_empty())
    }

    fn paused(&self) -> Option<(StackState, Option<String>)> {
        let why = self.suspended.as_ref()?;
        let left = if self.standing == Standing::Gone { "; it left the branch" } else { "" };
        Some((StackState::Suspended, Some(format!("{why}{left}"))))
    }

    /// For what it waits, where that is more than its turn.
    fn waits(&self) -> Option<(StackState, Option<String>)> {
        if self.standing == Standing::Busy {
            let why = self.message.clone();
            return Some((StackState::Blocked, why.or(Some("somebody else has the engine's lock".to_owned()))));
        }
        let locked = self.lock.as_ref().filter(|_| self.is_locked_out()).map(Lock::in_words);
        let after = self.blocked_by.as_ref().filter(|_| self.standing.is_due());
        let why = locked.or_else(|| after.map(|other| format!("it comes after {other}, which was not rolled out")))?;
        Some((StackState::Blocked, Some(why)))
    }

    /// Whether a lock keeps it waiting: one on a stack that stands as its branch says keeps nobody waiting.
    fn is_locked_out(&self) -> bool {
        // A stack that is new in a pull request has never been on the branch.
        let is_before_merge = self.standing == Standing::Gone && self.lock.as_ref().is_some_and(Lock::is_of_pull);
        is_before_merge || self.standing.is_due()
    }

    /// The names of those whose outputs its newest run read.
    pub fn sources(&self) -> impl Iterator<Item = String> {
        let project = self.name.split('/').next().unwrap_or_default();
        self.reads.iter().filter_map(move |name| referred(name, project))
    }

    /// Whether it stands and read what another one puts out.
    pub fn reads_from(&self, other: &StackRecord) -> bool {
        let is_beside = self.backend == other.backend && self.name != other.name;
        self.commit.is_some() && is_beside && self.sources().any(|name| name == other.name)
    }

    /// The lock on it, where that is not why it is what it is.
    pub fn lock_aside(&self) -> Option<&Lock> {
        let is_told = self.state().0 == StackState::Blocked && self.is_locked_out();
        self.lock.as_ref().filter(|_| !is_told)
    }

    /// Whether stacks that come after it have to wait for more than its turn.
    pub fn keeps_back(&self) -> bool {
        use Standing::{Behind, Busy, Destroyed, Failing, Gone, Held, New, Running, Stopped, UpToDate};
        match self.standing {
            Failing | Stopped | Busy | Held => true,
            Behind | New | Destroyed => self.suspended.is_some() || self.lock.is_some() || self.blocked_by.is_some(),
            UpToDate | Running | Gone => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_has_one_word() {
        use Standing::{Behind, Busy, Destroyed, Failing, Gone, Held, New, Running, Stopped, UpToDate};
        let is = |standing| StackRecord {
            name: "net/dev".to_owned(),
            standing,
            message: Some("it said no".to_owned()),
            last_state: Some(RunState::Cancelled),
            ..StackRecord::default()
        };
        let frozen = |standing| StackRecord { suspended: Some("a freeze".to_owned()), ..is(standing) };
        let locked = |standing| StackRecord { lock: Some(Lock::sample("kim")), ..is(standing) };
        let pulled = |standing| StackRecord { lock: Some(Lock::sample("pr/6")), ..is(standing) };
        let after = |standing| StackRecord { blocked_by: Some("net/dev".to_owned()), ..is(standing) };
        let anew = |behind_by| StackRecord { reads_anew: Some("net/dev".to_owned()), behind_by, ..is(Behind) };
        let gone = |standing| StackRecord { reads_gone: Some("hub/dev".to_owned()), ..is(standing) };
        let no = Rejected { by: "lee".to_owned(), reason: "not now".to_owned() };
        let refused = StackRecord { rejected: Some(no), ..is(Held) };
        let first =
            |standing, behind_by| StackRecord { waits_for: Some("hub/dev".to_owned()), behind_by, ..is(standing) };
        let by_kim = "locked by kim until 1970-01-01T00:00:00.000Z: moving";
        let late = "it comes after net/dev, which was not rolled out";
        let cases = [
            (is(UpToDate), "current", ""),
            (is(Behind), "queued", ""),
            (StackRecord { behind_by: Some(2), ..is(Behind) }, "queued", "behind by 2 commits"),
            (anew(None), "queued", "net/dev, which it reads, puts out other values"),
            (anew(Some(2)), "queued", "behind by 2 commits"),
            (gone(UpToDate), "current", "it reads hub/dev, which left the branch and is not rolled out any more"),
            (gone(Behind), "queued", ""),
            (StackRecord { blocked_by: Some("net/dev".to_owned()), ..anew(None) }, "blocked", late),
            (first(Behind, Some(2)), "queued", "behind by 2 commits; hub/dev, which was destroyed, comes first"),
            (first(New, None), "new", "hub/dev, which was destroyed, comes first"),
            (first(UpToDate, None), "current", ""),
            (is(Running), "running", ""),
            (is(Failing), "failing", "it said no"),
            (is(Stopped), "failing", "its newest run was cancelled"),
            (is(Busy), "blocked", "it said no"),
            (StackRecord { message: None, ..is(Busy) }, "blocked", "somebody else has the engine's lock"),
            (is(Held), "held", "it said no"),
            (refused.clone(), "held", "rejected by lee: not now; it said no"),
            (StackRecord { message: None, ..refused }, "held", "rejected by lee: not now"),
            (is(Gone), "gone", "it left the branch; what it rolled out still stands"),
            (is(Destroyed), "destroyed", ""),
            (is(New), "new", ""),
            (frozen(UpToDate), "suspended", "a freeze"),
            (frozen(Behind), "suspended", "a freeze"),
            (frozen(Gone), "suspended", "a freeze; it left the branch"),
            (frozen(Destroyed), "destroyed", "it is suspended: a freeze"),
            (frozen(Held), "held", "it said no"),
            (frozen(Failing), "failing", "it said no"),
            (locked(UpToDate), "current", ""),
            (locked(Failing), "failing", "it said no"),
            (locked(Behind), "blocked", by_kim),
            (locked(New), "blocked", by_kim),
            (locked(Gone), "gone", "it left the branch; what it rolled out still stands"),
            (pulled(Gone), "blocked", "pr/6 has it: moving"),
            (StackRecord { lock: Some(Lock::sample("kim")), ..frozen(Behind) }, "suspended", "a freeze"),
            (after(Behind), "blocked", late),
            (after(UpToDate), "current", ""),
            (after(Failing), "failing", "it said no"),
        ];
        for (record, word, why) in cases {
            let (state, said) = record.state();
            let what = format!("{record:?}");
            assert_eq!((state.word(), said.as_deref().unwrap_or_default()), (word, why), "{what}");
            let json = serde_json::to_value(&record).expect("JSON");
            let facts = |standing| record.standing == standing;
            assert_eq!(json["status"], word, "{what}");
            assert_eq!(json["why"].as_str(), said.as_deref(), "{what}");
            assert_eq!(json["lock"].is_null(), record.lock.is_none(), "{what}");
            assert_eq!(json["suspended"].as_str(), record.suspended.as_deref(), "{what}");
            // Only what stands as its branch says is not behind, or what has no branch any more.
            assert_eq!(json["isBehind"], !(facts(UpToDate) || facts(Gone)), "{what}");
            assert_eq!((&json["isGone"], &json["isDestroyed"]), (&facts(Gone).into(), &facts(Destroyed).into()));
        }
        let left = StackRecord { has_left: true, ..is(Destroyed) };
        assert_eq!(serde_json::to_value(&left).expect("JSON")["isBehind"], false);
        assert!(locked(UpToDate).lock_aside().is_some() && locked(Behind).lock_aside().is_none());
        assert!(locked(Behind).keeps_back() && !locked(UpToDate).keeps_back() && is(Failing).keeps_back());
        assert!(StackState::ALL.is_sorted());
    }
}
