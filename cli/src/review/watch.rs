//! Reviews of all open pull requests: once, or again and again. What the forge and the repository say now decides, so whatever
//! was missed is made up for; and what a comment says that was previewed needs no second look.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Reviewed, Reviewer};
use crate::event::Body;
use crate::failure::{Failure, Kind, Result};
use crate::forge::{Pull, State};

/// What was previewed of a pull request, by its number: its head, the branch that it goes to, and that one's commit.
type Seen = BTreeMap<u64, (String, String, String)>;

impl Reviewer {
    /// Looks until it is stopped. A pass that fails is told once, and outlived. `each` is told what came of a pull request.
    pub async fn watch(&self, interval: Duration, mut each: impl FnMut(u64, Result<Reviewed>)) -> Result<()> {
        let (mut seen, mut complained) = (Seen::new(), String::new());
        loop {
            match self.pass(&mut seen, &mut each).await {
                Err(failure) if failure.kind == Kind::Cancelled => return Ok(()),
                Err(failure) if failure.message != complained => {
                    complained.clone_from(&failure.message);
                    self.context().tell(None, Body::from(&failure));
                }
                Err(_) => {}
                Ok(()) => complained.clear(),
            }
            tokio::select! {
                () = tokio::time::sleep(interval) => {}
                () = self.context().cancel.cancelled() => return Ok(()),
            }
        }
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

    /// One look at what is open. What fails is tried again at the next one.
    async fn pass(&self, seen: &mut Seen, each: &mut impl FnMut(u64, Result<Reviewed>)) -> Result<()> {
        let pulls = self.forge.open_pulls().await?;
        seen.retain(|number, _| pulls.iter().any(|pull| pull.number == *number));
        let mut bases: BTreeMap<String, Result<String>> = BTreeMap::new();
        for pull in pulls {
            if !bases.contains_key(&pull.base) {
                let at = self.previewer.mirror.fetch_branch(&pull.base).await.map(|commit| commit.id);
                bases.insert(pull.base.clone(), at);
            }
            let at = bases.get(&pull.base).and_then(|at| at.as_ref().ok()).cloned().unwrap_or_default();
            let (number, now) = (pull.number, (pull.head.clone(), pull.base.clone(), at));
            if seen.get(&number) == Some(&now) || (!seen.contains_key(&number) && self.is_told(&pull, &now.2).await?) {
                seen.insert(number, now);
                continue;
            }
            let reviewed = self.review_pull(pull).await;
            if let Err(Failure { kind: Kind::Cancelled, .. }) = reviewed {
                return Err(Failure::cancelled());
            }
            match reviewed.is_ok() {
                true => seen.insert(number, now),
                false => seen.remove(&number),
            };
            each(number, reviewed);
        }
        Ok(())
    }

    /// Whether an earlier run has told everything already: its comment is about these commits, and its status is settled.
    async fn is_told(&self, pull: &Pull, base: &str) -> Result<bool> {
        let last = self.last(pull.number).await?;
        if last.is_none_or(|mark| mark.head != pull.head || mark.base != base) {
            return Ok(false);
        }
        let statuses = self.forge.statuses(&pull.head).await?;
        let summary = statuses.iter().find(|told| told.name == super::statuses::SUMMARY);
        Ok(summary.is_some_and(|told| matches!(told.state, State::Success | State::Failure)))
    }
}
