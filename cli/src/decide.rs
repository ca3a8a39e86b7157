//! Whether a stack has to be rolled out, and why: from what the ledger knows and what changed to a decision.

use serde::Serialize;

use crate::config::fires;
use crate::failure::{Failure, Result};
use crate::order::reads_anew;
use crate::record::RunState;
use crate::repo::{Stack, path};
use crate::text::{count, short};

/// What the ledger knows of a stack before this pass.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The commit that stands, with the time of its roll-out in milliseconds.
    pub rolled_out: Option<(String, i64)>,
    /// How the newest run ended.
    pub last: Option<RunState>,
    /// It left the branch since it was rolled out.
    pub has_left: bool,
    /// The head at which it was last told that it had left.
    pub left_by: Option<String>,
    /// What it had rolled out was destroyed.
    pub is_destroyed: bool,
    /// Why somebody does not want it to be rolled out for now.
    pub suspended: Option<String>,
    /// The number of its newest lease: whoever takes the next one was not overtaken.
    pub fence: i64,
    /// A stack whose outputs it read, and which puts out other values by now.
    pub reads_anew: Option<String>,
    /// Where its state lives, as of the newest run, without a password.
    pub backend: Option<String>,
    /// Nothing of it was ever rolled out whole, but a run began to, and may have made a part.
    pub is_begun: bool,
}

impl Known {
    /// Whether anything of it stands, or may.
    pub fn may_stand(&self) -> bool {
        self.rolled_out.is_some() || self.is_begun
    }

    /// The backend in which it stands, if it stands anywhere.
    pub fn home(&self) -> Option<&str> {
        self.backend.as_deref().filter(|_| self.may_stand())
    }

    /// Whether a decision that was made by this is void by what is known under the lease: somebody worked on the stack
    /// meanwhile, or suspended it. What suspends it itself goes on.
    pub fn is_overtaken(&self, now: &Known, reason: &Reason) -> bool {
        let is_bidden = matches!(reason, Reason::RolledBack { .. });
        let is_suspended = now.suspended.is_some() && now.suspended != self.suspended && !is_bidden;
        now.fence != self.fence + 1 || now.rolled_out != self.rolled_out || is_suspended
    }

    /// Whether a commit stands, all of it: nothing was begun since.
    pub fn stands_at(&self, commit: &str) -> bool {
        self.last == Some(RunState::Succeeded) && self.rolled_out.as_ref().is_some_and(|(stands, _)| stands == commit)
    }

    /// Refuses one that somebody wants to stay as it is for now.
    pub fn refuse_suspended(&self, name: &str) -> Result<()> {
        let Some(why) = &self.suspended else { return Ok(()) };
        Err(Failure::busy(format!("{name} is suspended: {why}"))
            .hint(format!("`gitinfra resume stack/{name}` lets it be changed again")))
    }
}

/// How the reason of a run begins that rolls a stack back: held, such a run says nothing of what the branch says.
pub const ROLLED_BACK: &str = "rolled back to run ";

/// Why a run is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Reason {
    /// The ledger knows of no successful roll-out.
    First,
    /// The newest run did not succeed, so what stands is not known to be what the commit says.
    Retry { after: RunState },
    /// Files that the stack uses changed since the commit that stands.
    Changed { files: usize, example: String },
    /// A stack whose outputs it reads puts out other values than when it was rolled out.
    ReadsAnew { stack: String },
    /// Somebody wants it to be rolled out, whatever stands.
    Forced,
    /// Somebody wants it to be destroyed.
    Asked,
    /// What stands is not what was rolled out.
    Drifted,
    /// Somebody wants it to be what it was after an older run.
    RolledBack { to: String },
    /// What it had rolled out was destroyed, and the branch has it.
    Destroyed,
    /// It left the branch and came back, and may have been removed meanwhile.
    CameBack,
    /// The commit that stands is no longer in the repository, so nothing can be compared.
    Rewritten { from: String },
    /// A command rolls a pull request out before its merge.
    Applied { pull: u64 },
    /// Several commits came since the one that stands, and are rolled out as one.
    Spans { commits: usize, since: String, why: Box<Reason> },
    /// A tag stands for another commit than before.
    Tagged { tag: String, why: Box<Reason> },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    RollOut(Reason),
    UpToDate { commit: String, at: i64 },
}

/// Decides. `changed` holds the paths that differ between the commit that stands and the head, sorted; `None` when they
/// can't be compared.
pub fn decide(stack: &Stack, known: &Known, changed: Option<&[String]>) -> Decision {
    let Some((commit, at)) = &known.rolled_out else {
        return Decision::RollOut(match known.last {
            _ if known.is_destroyed => Reason::Destroyed,
            Some(after) => Reason::Retry { after },
            None => Reason::First,
        });
    };
    if let Some(after) = known.last.filter(|state| *state != RunState::Succeeded) {
        return Decision::RollOut(Reason::Retry { after });
    }
    if known.has_left {
        return Decision::RollOut(Reason::CameBack);
    }
    let Some(changed) = changed else {
        return Decision::RollOut(Reason::Rewritten { from: commit.clone() });
    };
    let reads_anew = || known.reads_anew.clone().map(|stack| Reason::ReadsAnew { stack });
    match Reason::of_changes(stack, changed).or_else(reads_anew) {
        Some(reason) => Decision::RollOut(reason),
        None => Decision::UpToDate { commit: commit.clone(), at: *at },
    }
}

impl Decision {
    /// The same, which says how many commits came since the one that stands where files changed in several.
    pub fn spanning(self, since: &str, commits: impl FnOnce() -> Option<usize>) -> Decision {
        let Decision::RollOut(why @ Reason::Changed { .. }) = self else {
            return self;
        };
        Decision::RollOut(match commits() {
            Some(commits) if commits > 1 => Reason::Spans { commits, since: since.to_owned(), why: Box::new(why) },
            _ => why,
        })
    }
}

impl Reason {
    /// That the stack uses some of the changed paths, which are sorted; `None` if it doesn't.
    pub fn of_changes(stack: &Stack, changed: &[String]) -> Option<Reason> {
        let used = stack.used_of(changed);
        let triggers = || changed.iter().filter(|path| fires(&stack.triggers, path).is_some() && !stack.uses(path));
        let triggered = if stack.triggers.is_empty() { 0 } else { triggers().count() };
        let (files, example) = match used {
            Some((files, example)) => (files + triggered, example),
            None if triggered == 0 => return None,
            None => (triggered, triggers().next()?.as_str()),
        };
        Some(Reason::Changed { files, example: path::shown(example) })
    }

    /// Why a stack is suspended by what is done for this reason, if it is: the branch says otherwise.
    pub fn suspends(&self, stack: &str, branch: &str) -> Option<String> {
        let Reason::RolledBack { .. } = self else { return None };
        Some(format!("{}; `gitinfra resume stack/{stack}` rolls out {branch} again", self.words()))
    }

    /// In a few words, fit after "rolling out 1a2b3c4".
    pub fn words(&self) -> String {
        match self {
            Reason::First => "never rolled out before".to_owned(),
            Reason::Retry { after: RunState::Running | RunState::Interrupted } => "the last run was cut off".to_owned(),
            Reason::Retry { after: RunState::Cancelled } => "the last run was cancelled".to_owned(),
            Reason::Retry { after: RunState::Busy } => "somebody else was at it".to_owned(),
            Reason::Retry { after: RunState::Held } => "it was held".to_owned(),
            Reason::Retry { .. } => "the last run failed".to_owned(),
            Reason::Changed { files: 1, example } => format!("{example} changed"),
            Reason::Changed { files: 2, example } => format!("{example} and another file changed"),
            Reason::Changed { files, example } => {
                format!("{example} and {} more files changed", files - 1)
            }
            Reason::ReadsAnew { stack } => reads_anew(stack),
            Reason::Asked => "asked for".to_owned(),
            Reason::Drifted => "it has drifted".to_owned(),
            Reason::RolledBack { to } => format!("{ROLLED_BACK}{to}"),
            Reason::Applied { pull } => format!("asked for on pr/{pull}, before its merge"),
            Reason::Forced => "asked for with --force".to_owned(),
            Reason::Destroyed => "it was destroyed, and the branch has it".to_owned(),
            Reason::CameBack => "it left the branch and came back".to_owned(),
            Reason::Rewritten { from } => {
                format!("{} was rolled out, which the repository no longer has", short(from))
            }
            Reason::Spans { commits, since, why } => {
                format!("{}, {} since {}", why.words(), count(*commits, "commit"), short(since))
            }
            Reason::Tagged { tag, why } => format!("tagged {tag}: {}", why.words()),
        }
    }
}

/// How long `--watch` leaves a stack alone after so many failures in a row at the same commit, in milliseconds.
pub fn patience(failures: u32, interval: std::time::Duration) -> i64 {
    const LONGEST: i64 = 30 * 60 * 1000;
    let interval = i64::try_from(interval.as_millis()).unwrap_or(LONGEST);
    match failures {
        0 => 0,
        n => interval.saturating_mul(1 << n.min(12)).min(LONGEST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::{Listing, TreeFile, stacks};

    fn network() -> Stack {
        let file = |path: &str, text: &str| TreeFile { path: path.to_owned(), content: text.as_bytes().to_vec() };
        let files = [file("net/Pulumi.yaml", "name: network\nruntime: yaml"), file("net/Pulumi.dev.yaml", "")];
        stacks(&Listing { files: files.into(), ..Listing::default() }).stacks.remove(0)
    }

    fn known(rolled_out: Option<&str>, last: Option<RunState>) -> Known {
        Known { rolled_out: rolled_out.map(|commit| (commit.to_owned(), 7)), last, ..Known::default() }
    }

    #[test]
    fn the_table_of_decisions() {
        use RunState::{Cancelled, Failed, Interrupted, Succeeded};
        let away = Known { has_left: true, ..known(Some("a"), Some(Succeeded)) };
        let destroyed = Known { is_destroyed: true, ..known(None, Some(Succeeded)) };
        let reads = Known { reads_anew: Some("net/dev".to_owned()), ..known(Some("a"), Some(Succeeded)) };
        let cases: [(Known, Option<&[&str]>, &str); 13] = [
            (reads.clone(), Some(&[]), "net/dev, which it reads, puts out other values"),
            (reads, Some(&["net/main.ts"]), "net/main.ts changed"),
            (destroyed, None, "it was destroyed, and the branch has it"),
            (away, Some(&[]), "it left the branch and came back"),
            (known(None, None), None, "never rolled out before"),
            (known(None, Some(Failed)), None, "the last run failed"),
            (known(Some("aaaaaaaaa"), Some(Succeeded)), Some(&[]), "up to date"),
            (known(Some("aaaaaaaaa"), Some(Succeeded)), Some(&["README.md"]), "up to date"),
            (known(Some("aaaaaaaaa"), Some(Succeeded)), Some(&["net/main.ts"]), "net/main.ts changed"),
            (
                known(Some("a"), Some(Succeeded)),
                Some(&["net/a", "net/b", "net/c", "x"]),
                "net/a and 2 more files changed",
            ),
            (known(Some("aaaaaaaaa"), Some(Interrupted)), Some(&[]), "the last run was cut off"),
            (known(Some("aaaaaaaaa"), Some(Cancelled)), Some(&[]), "the last run was cancelled"),
            (
                known(Some("aaaaaaaaa"), Some(Succeeded)),
                None,
                "aaaaaaa was rolled out, which the repository no longer has",
            ),
        ];
        for (known, changed, expected) in cases {
            let changed = changed.map(|paths| paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>());
            let words = match decide(&network(), &known, changed.as_deref()) {
                Decision::RollOut(reason) => reason.words(),
                Decision::UpToDate { .. } => "up to date".to_owned(),
            };
            assert_eq!(words, expected, "{known:?} {changed:?}");
        }
    }

    #[test]
    fn a_decision_is_void_when_somebody_came_between() {
        let before = Known { fence: 3, ..known(Some("a"), Some(RunState::Succeeded)) };
        let now = Known { fence: 4, ..before.clone() };
        let suspended = Known { suspended: Some("moving".to_owned()), ..now.clone() };
        let back = Reason::RolledBack { to: "run".to_owned() };
        let cases = [
            (now.clone(), &Reason::First, false),
            (Known { rolled_out: None, ..now.clone() }, &Reason::First, true),
            // Whoever failed or was held in between leaves what stands as it was.
            (Known { fence: 5, last: Some(RunState::Failed), ..now }, &Reason::First, true),
            (suspended.clone(), &Reason::First, true),
            (suspended.clone(), &back, false),
            (suspended.clone(), &Reason::Asked, true),
            (suspended, &Reason::Drifted, true),
        ];
        for (now, reason, expected) in cases {
            assert_eq!(before.is_overtaken(&now, reason), expected, "{now:?} {reason:?}");
        }
    }

    #[test]
    fn patience_doubles_and_ends_at_half_an_hour() {
        let interval = std::time::Duration::from_secs(30);
        let cases = [(0, 0), (1, 60_000), (2, 120_000), (3, 240_000), (9, 1_800_000), (100, 1_800_000)];
        for (failures, expected) in cases {
            assert_eq!(patience(failures, interval), expected, "{failures}");
        }
    }
}
