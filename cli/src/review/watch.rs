//! Reviews of all open pull requests: once, or again and again. What the forge and the repository say now decides, so whatever
//! was missed is made up for; and what a comment says that was previewed needs no second look.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Found, Reviewed, Reviewer, statuses};
use crate::context::Trouble;
use crate::failure::{Failure, Kind, Result};
use crate::forge::mark::Mark;
use crate::forge::{Pull, State};

/// What failed on our side is tried again after one look, two, four and so on, and no later than this.
const LONGEST_REST: Duration = Duration::from_secs(30 * 60);

/// What a preview is of: a head, the branch that it goes to, and that one's commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sides {
    head: String,
    base: String,
    at: String,
}

impl Sides {
    fn of(reviewed: &Reviewed) -> Sides {
        let Reviewed { pull, base, .. } = reviewed;
        Sides { head: pull.head.clone(), base: pull.base.clone(), at: base.clone() }
    }
}

/// A pull request that was looked at.
struct Seen {
    sides: Sides,
    /// How often it failed, and when it is tried again, in milliseconds since 1970.
    failures: u32,
    again: Option<i64>,
}

/// What was looked at, by number.
#[derive(Default)]
pub struct Looks {
    seen: BTreeMap<u64, Seen>,
    /// When something had last happened to those whose comments were read.
    read: BTreeMap<u64, i64>,
}

/// What happened within so many milliseconds may not be all that happened then: clocks differ, and some forges know no more than
/// seconds.
const SETTLED: i64 = 60_000;

impl Looks {
    /// Whether nothing has happened to a pull request since its comments were read.
    pub fn has_read(&self, pull: &Pull) -> bool {
        self.read.get(&pull.number) == Some(&pull.updated)
    }

    /// Its comments were read after it was listed as it is here.
    pub fn note_read(&mut self, pull: &Pull, now: i64) {
        let is_settled = pull.updated > 0 && pull.updated + SETTLED < now;
        match is_settled {
            true => drop(self.read.insert(pull.number, pull.updated)),
            false => drop(self.read.remove(&pull.number)),
        }
    }

    /// Those that are listed no more are forgotten.
    pub fn keep_read(&mut self, pulls: &[Pull]) {
        self.read.retain(|number, _| pulls.iter().any(|pull| pull.number == *number));
    }

    /// Whoever looked sees to it that these sides are reviewed.
    pub fn note(&mut self, number: u64, sides: Sides) {
        self.seen.insert(number, Seen { sides, failures: 0, again: None });
    }
}

impl Reviewer {
    /// Looks until it is stopped. A pass that fails is told once, and outlived. `each` is told what came of a pull request.
    pub async fn watch(&self, interval: Duration, mut each: impl FnMut(u64, Result<Reviewed>)) -> Result<()> {
        let (mut seen, mut trouble) = (Looks::default(), Trouble::default());
        while !self.context().cancel.is_cancelled() {
            match self.pass(&mut seen, interval, &mut each).await {
                Ok(()) => trouble.over(),
                Err(failure) if failure.kind == Kind::Bug => return Err(failure),
                Err(failure) => trouble.tell(self.context(), failure),
            }
            self.context().rest(interval).await;
        }
        Ok(())
    }

    /// Each open one once, also those that were previewed before.
    pub async fn all(&self, mut each: impl FnMut(u64, Result<Reviewed>)) -> Result<()> {
        for pull in self.forge.open_pulls().await? {
            let number = pull.number;
            match self.review_pull(pull).await {
                Err(failure) if failure.kind == Kind::Cancelled => return Err(failure),
                reviewed => each(number, reviewed),
            }
        }
        Ok(())
    }

    /// One look at what is open.
    async fn pass(
        &self,
        looks: &mut Looks,
        interval: Duration,
        each: &mut impl FnMut(u64, Result<Reviewed>),
    ) -> Result<()> {
        let open = self.forge.open_pulls().await?;
        for (pull, sides) in self.due(looks, open).await? {
            let number = pull.number;
            let failures = looks.seen.get(&number).filter(|seen| seen.sides == sides).map_or(0, |seen| seen.failures);
            let reviewed = self.review_pull(pull).await;
            if let Err(Failure { kind: Kind::Cancelled, .. }) = reviewed {
                return Err(Failure::cancelled());
            }
            // It may have moved on meanwhile: what was previewed is what is known.
            let sides = reviewed.as_ref().map_or(sides, Sides::of);
            looks.seen.insert(number, self.seen(sides, failures, interval, reviewed.is_ok()));
            each(number, reviewed);
        }
        Ok(())
    }

    /// The open pull requests that have to be reviewed: those that are new, that moved, or whose rest after a failure is over.
    pub async fn due(&self, looks: &mut Looks, pulls: Vec<Pull>) -> Result<Vec<(Pull, Sides)>> {
        let mut due = Vec::new();
        looks.seen.retain(|number, _| pulls.iter().any(|pull| pull.number == *number));
        let bases = self.bases(&pulls).await?;
        for pull in pulls {
            let at = bases.get(&pull.base).cloned().unwrap_or_default();
            let sides = Sides { head: pull.head.clone(), base: pull.base.clone(), at };
            let known = looks.seen.get(&pull.number);
            let is_resting = |seen: &Seen| seen.again.is_none_or(|again| self.context().now() < again);
            if known.is_some_and(|seen| seen.sides == sides && is_resting(seen)) {
                continue;
            }
            match known.is_none() && self.is_told(&pull, &sides).await? {
                true => looks.note(pull.number, sides),
                false => due.push((pull, sides)),
            }
        }
        Ok(due)
    }

    fn seen(&self, sides: Sides, failures: u32, interval: Duration, is_done: bool) -> Seen {
        let rest = interval.saturating_mul(1 << failures.min(16)).min(LONGEST_REST);
        let again = self.context().now() + i64::try_from(rest.as_millis()).unwrap_or(i64::MAX / 2);
        Seen { sides, failures: failures + 1, again: (!is_done).then_some(again) }
    }

    /// At which commit each branch is that something would be merged into. One that is gone keeps only its own from a preview; one
    /// that can't be reached says nothing about any.
    async fn bases(&self, pulls: &[Pull]) -> Result<BTreeMap<String, String>> {
        let mut bases = BTreeMap::new();
        for pull in pulls {
            if bases.contains_key(&pull.base) {
                continue;
            }
            let at = tokio::select! {
                at = self.previewer.mirror.fetch_branch(&pull.base) => at,
                () = self.context().cancel.cancelled() => return Err(Failure::cancelled()),
            };
            let at = match at {
                Err(failure) if failure.kind != Kind::Input || failure.is_away => return Err(failure),
                at => at.map(|commit| commit.id).unwrap_or_default(),
            };
            bases.insert(pull.base.clone(), at);
        }
        Ok(bases)
    }

    /// Whether everything was told already of a pull request as it is now, so that nothing has to be previewed. Where nothing was told
    /// of its head, its base does not matter.
    pub async fn is_told_now(&self, pull: &Pull) -> Result<bool> {
        let Some(last) = self.last(pull.number).await?.filter(|mark| mark.head == pull.head) else {
            return Ok(false);
        };
        let at = self.previewer.mirror.fetch_branch(&pull.base).await?.id;
        self.is_all(pull.number, last, &Sides { head: pull.head.clone(), base: pull.base.clone(), at }).await
    }

    /// Whether an earlier run has told everything already: its comment is about these commits, and its status is settled.
    async fn is_told(&self, pull: &Pull, sides: &Sides) -> Result<bool> {
        match self.last(pull.number).await? {
            Some(last) => self.is_all(pull.number, last, sides).await,
            None => Ok(false),
        }
    }

    /// Whether what was told last is all that there is to tell.
    async fn is_all(&self, number: u64, last: Mark, sides: &Sides) -> Result<bool> {
        if (&last.head, &last.base) != (&sides.head, &sides.at) {
            return Ok(false);
        }
        // It may go to another branch by now that is at the same commit; and what stood when it was closed may stand no more.
        if let Some(ledger) = &self.ledger
            && let Some((shown, _)) = ledger.pull(&self.previewer.mirror.source.label, number).await?
            && (shown.base != sides.base || shown.end.is_some())
        {
            return Ok(false);
        }
        // Somebody may have read a stranger's commit since.
        if last.state == Found::Untrusted.word() && self.is_trusted(&sides.head).await? {
            return Ok(false);
        }
        let told = self.forge.statuses(&sides.head).await?;
        let summary = told.iter().find(|told| told.name == statuses::SUMMARY);
        Ok(summary.is_some_and(|told| matches!(told.state, State::Success | State::Failure)))
    }
}
