//! Stacks that stand and read outputs of such as are to be rolled out: whether they follow shows once those stand.

use std::collections::BTreeSet;

use super::Follow;
use super::due::{Due, Rest, When};
use super::look::Looked;
use crate::decide::{Decision, Reason};
use crate::failure::Result;
use crate::ledger::StackId;
use crate::order::Order;
use crate::rollout::{Outcome, RollOut};

/// What came of a stack when its turn came.
pub(super) enum Turn {
    Came(Result<Outcome>),
    /// Nothing that it reads is another thing, so it stays as it is.
    Stands,
    /// It would be rolled out, and is left alone for now, for reasons that may have been told.
    Rests(Rest, Option<String>),
}

impl Follow {
    /// The names of those that may follow: what they read is to be rolled out and `goes`, or may follow itself.
    pub(super) async fn readers(&self, looked: &[Looked], goes: impl Fn(&str) -> bool) -> Result<BTreeSet<String>> {
        let is_due = |at: &usize| matches!(looked[*at].decision, Decision::RollOut(_));
        let all: Vec<String> = looked.iter().map(|looked| looked.stack.name()).collect();
        let due: Vec<usize> = (0..looked.len()).filter(is_due).filter(|at| goes(&all[*at])).collect();
        if due.is_empty() {
            return Ok(BTreeSet::new());
        }
        // What stands read what its newest run did, so no file is read for it.
        let reads = self.ledger.reads(&self.mirror.source.label).await?;
        let followers = Order::of(looked.iter().map(|looked| &looked.stack), &[], &reads).followers(due);
        // What is rolled out by tags is moved by nothing else.
        let stand = followers.into_iter().filter(|at| !is_due(at) && looked[*at].stack.tags.is_empty());
        Ok(stand.map(|at| all[at].clone()).collect())
    }

    /// What becomes of one of them, now that all that it reads stands.
    pub(super) async fn follows(&self, roll_out: &RollOut<'_>, due: &Due, id: &StackId) -> Result<Turn> {
        let known = self.ledger.known(id).await?;
        if known.fence != due.known.fence {
            return Ok(Turn::Came(Ok(Outcome::Moved)));
        }
        let Some(stack) = known.reads_anew.clone() else {
            self.ledger.settle([id].into_iter(), &due.head.id).await?;
            return Ok(Turn::Stands);
        };
        let waits = self.waits().await?;
        if let Some((rest, words)) = self.wait(&waits, Some(id), &due.stack, &known, &due.head).await? {
            return Ok(Turn::Rests(rest, words));
        }
        Ok(Turn::Came(roll_out.run(&due.stack, id, &known, &Reason::ReadsAnew { stack }).await))
    }
}

impl When {
    pub fn is_now(&self) -> bool {
        matches!(self, When::Now(_))
    }
}
