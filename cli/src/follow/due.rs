//! Which stacks have to be rolled out, and why.

use std::collections::BTreeMap;

use super::look::Looked;
use super::upstream::KeptBack;
use super::{Follow, Tally};
use crate::decide::{Decision, Known, Reason, patience};
use crate::event::Body;
use crate::failure::Result;
use crate::git::Commit;
use crate::ledger::StackId;
use crate::record::{Hold, HoldState, Lock};
use crate::repo::Stack;

/// A stack that is not up to date.
pub(super) struct Due {
    pub stack: Stack,
    pub known: Known,
    pub when: When,
    /// The commit that it is rolled out from.
    pub head: Commit,
    /// It is left alone for now.
    pub rest: Option<Rest>,
}

/// Whether a stack is rolled out.
pub(super) enum When {
    Now(Reason),
    /// It stands: this commit, since then. It is rolled out only if a stack that it reads puts out other values once that is rolled out.
    IfReadsAnew {
        commit: String,
        at: i64,
    },
}

/// What people said about the stacks of a repository.
pub(super) struct Waits {
    holds: BTreeMap<String, Hold>,
    locks: Vec<Lock>,
}

impl Waits {
    pub fn lock(&self, stack: &str) -> Option<&Lock> {
        self.locks.iter().find(|lock| lock.name == stack)
    }
}

/// Why a stack is left alone for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    /// It failed at this very commit a short while ago, was cancelled at it, or is suspended.
    Resting,
    /// Somebody has to decide about it first.
    Held,
    /// Somebody has a lock on it.
    Locked,
    /// One that it comes after, and that was not named with it, does not stand.
    Blocked,
}

impl Follow {
    /// The stacks that are not up to date, and those that may not be once others are rolled out. The others are told, once for each
    /// head, and it is written down that nothing is left to do for them.
    pub(super) async fn due(
        &self,
        (looked, head): (Vec<Looked>, &Commit),
        kept_back: BTreeMap<String, KeptBack>,
        is_new: bool,
        tally: &mut Tally,
    ) -> Result<Vec<Due>> {
        let (waits, mut kept) = (self.waits().await?, BTreeMap::new());
        for Looked { stack, id, known, decision, head } in &looked {
            let Decision::RollOut(_) = decision else {
                continue;
            };
            let name = stack.name();
            let wait = self.wait(&waits, id.as_ref(), stack, known, head).await?;
            let blocked = || kept_back.get(&name).map(|by| (Rest::Blocked, Some(by.in_words(&name))));
            if let Some(wait) = wait.or_else(blocked) {
                kept.insert(name, wait);
            }
        }
        let readers = self.readers(&looked, |name| !kept.contains_key(name)).await?;
        if is_new {
            self.settle(looked.iter().filter(|looked| !readers.contains(&looked.stack.name())), head).await?;
        }
        let mut due = Vec::new();
        for Looked { stack, known, decision, head, .. } in looked {
            let name = stack.name();
            match decision {
                Decision::UpToDate { commit, at } if readers.contains(&name) => {
                    due.push(Due { stack, known, when: When::IfReadsAnew { commit, at }, head, rest: None });
                }
                Decision::UpToDate { commit, at } => {
                    tally.up_to_date += 1;
                    if is_new {
                        self.context.tell(Some(&name), Body::UpToDate { commit, rolled_out_at: at });
                    }
                }
                Decision::RollOut(reason) => {
                    let (rest, words) = kept.remove(&name).unzip();
                    // Whoever asks for it is told again.
                    if let Some(reason) = words.flatten().filter(|_| is_new || self.wishes.look_anew()) {
                        self.context.tell(Some(&name), Body::waits(reason));
                    }
                    due.push(Due { stack, known, when: When::Now(reason), head, rest });
                }
            }
        }
        Ok(due)
    }

    /// What people said that keeps stacks from being rolled out.
    pub(super) async fn waits(&self) -> Result<Waits> {
        let label = &self.mirror.source.label;
        let holds = self.ledger.open_holds(label).await?;
        let locks = self.ledger.locks().await?;
        Ok(Waits { holds, locks: locks.into_iter().filter(|lock| lock.repository == *label).collect() })
    }

    /// Why a stack is left alone for now, and the words for it where there are any.
    pub(super) async fn wait(
        &self,
        waits: &Waits,
        id: Option<&StackId>,
        stack: &Stack,
        known: &Known,
        head: &Commit,
    ) -> Result<Option<(Rest, Option<String>)>> {
        if let Some(why) = &known.suspended {
            return Ok(Some((Rest::Resting, Some(format!("suspended: {why}")))));
        }
        if let Some(lock) = waits.lock(&stack.name()) {
            return Ok(Some((Rest::Locked, Some(lock.in_words()))));
        }
        if !self.wishes.look_anew() && self.is_resting(id, head).await? {
            return Ok(Some((Rest::Resting, None)));
        }
        if self.wishes.look_anew() {
            return Ok(None);
        }
        if let Some(who) = self.stopped_by(id, head).await? {
            let words =
                format!("{who} cancelled it at this commit\nhint: `gitinfra retry stack/{}` goes on", stack.name());
            return Ok(Some((Rest::Resting, Some(words))));
        }
        let hold = waits.holds.get(&stack.name()).filter(|hold| hold.commit == head.id && !hold.case.is_aside());
        let hold = hold.filter(|hold| hold.state != HoldState::Approved);
        Ok(hold.map(|hold| (Rest::Held, Some(why_held(hold)))))
    }

    async fn stopped_by(&self, id: Option<&StackId>, head: &Commit) -> Result<Option<String>> {
        match id {
            Some(id) => self.ledger.stopped_by(id, &head.id).await,
            None => Ok(None),
        }
    }

    /// While watching, a stack that failed at this very commit is tried again ever more seldom.
    async fn is_resting(&self, id: Option<&StackId>, head: &Commit) -> Result<bool> {
        let (Some(id), Some(interval)) = (id, self.wishes.interval) else {
            return Ok(false);
        };
        let (failures, last) = self.ledger.failures(id, &head.id).await?;
        Ok(self.context.now() < last + patience(failures, interval))
    }
}

fn why_held(hold: &Hold) -> String {
    let Hold { name, state, case, .. } = hold;
    let why = match (&hold.decided_by, &hold.reason) {
        (Some(who), Some(why)) => format!("{who} refused it: {why}"),
        _ => case.in_words(),
    };
    format!("{state}: hold/{name}: {why}\nhint: `gitinfra describe hold/{name}` shows it")
}
