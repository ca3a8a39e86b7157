//! Which stacks have to be rolled out, and why.

use std::collections::BTreeMap;

use super::look::Looked;
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
    pub reason: Reason,
    /// The commit that it is rolled out from.
    pub head: Commit,
    /// It is left alone for now.
    pub rest: Option<Rest>,
}

/// What people said about the stacks of a repository.
struct Waits {
    holds: BTreeMap<String, Hold>,
    locks: Vec<Lock>,
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
}

impl Follow {
    /// The stacks that are not up to date. Those that are get told, once for each head.
    pub(super) async fn due(&self, looked: Vec<Looked>, is_new: bool, tally: &mut Tally) -> Result<Vec<Due>> {
        let mut due = Vec::new();
        let waits = self.waits().await?;
        for Looked { stack, id, known, decision, head } in looked {
            match decision {
                Decision::UpToDate { commit, at } => {
                    tally.up_to_date += 1;
                    if is_new {
                        self.context.tell(Some(&stack.name()), Body::UpToDate { commit, rolled_out_at: at });
                    }
                }
                Decision::RollOut(reason) => {
                    let wait = self.wait(&waits, id.as_ref(), &stack, &known, &head).await?;
                    let rest = wait.as_ref().map(|(rest, _)| *rest);
                    if is_new && let Some((_, Some(reason))) = wait {
                        self.context.tell(Some(&stack.name()), Body::waits(reason));
                    }
                    due.push(Due { stack, known, reason, head, rest });
                }
            }
        }
        Ok(due)
    }

    /// What people said that keeps stacks from being rolled out.
    async fn waits(&self) -> Result<Waits> {
        let label = &self.mirror.source.label;
        let holds = self.ledger.open_holds(label).await?;
        let locks = self.ledger.locks().await?;
        Ok(Waits { holds, locks: locks.into_iter().filter(|lock| lock.repository == *label).collect() })
    }

    /// Why a stack is left alone for now, and the words for it where there are any.
    async fn wait(
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
        if let Some(lock) = waits.locks.iter().find(|lock| lock.name == stack.name()) {
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
