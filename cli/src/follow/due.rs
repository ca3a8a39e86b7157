//! Which stacks have to be rolled out, and why.

use super::{AllKnown, Follow, Tally};
use crate::decide::{Decision, Known, Reason, decide, patience};
use crate::event::Body;
use crate::failure::Result;
use crate::git::{Changes, Commit};
use crate::ledger::StackId;
use crate::repo::Stack;

/// A stack that is not up to date.
pub(super) struct Due {
    pub stack: Stack,
    pub known: Known,
    pub reason: Reason,
    /// It is left alone for now: it failed at this very commit a short while ago, or is suspended.
    pub is_resting: bool,
}

impl Follow {
    /// The stacks that are not up to date. Those that are get told, once for each head.
    pub(super) async fn due(
        &self,
        stacks: Vec<Stack>,
        known: AllKnown,
        head: &Commit,
        is_new: bool,
        tally: &mut Tally,
    ) -> Result<Vec<Due>> {
        let (mut due, mut changes) = (Vec::new(), Changes::to(&self.mirror, &head.id));
        for stack in stacks {
            let (id, mut known) = match known.get(&stack.name()) {
                Some((id, _, known)) => (Some(id), known.clone()),
                None => (None, Known::default()),
            };
            let decision = match self.wishes.force {
                true => Decision::RollOut(Reason::Forced),
                false => decision(&stack, &mut known, &mut changes)?,
            };
            match decision {
                Decision::UpToDate { commit, at } => {
                    tally.up_to_date += 1;
                    if is_new {
                        self.context.tell(Some(&stack.name()), Body::UpToDate { commit, rolled_out_at: at });
                    }
                }
                Decision::RollOut(reason) => {
                    let is_resting = known.suspended.is_some() || self.is_resting(id, head).await?;
                    if is_new && let Some(why) = &known.suspended {
                        let reason = format!("suspended: {why}");
                        self.context.tell(Some(&stack.name()), Body::Skipped { reason });
                    }
                    if self.wishes.dry_run && !is_resting {
                        self.tell_pending(&stack, &reason, head);
                    }
                    due.push(Due { stack, known, reason, is_resting });
                }
            }
        }
        Ok(due)
    }

    fn tell_pending(&self, stack: &Stack, reason: &Reason, head: &Commit) {
        self.context.tell(Some(&stack.name()), Body::Pending { commit: head.id.clone(), reason: reason.words() });
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

fn decision(stack: &Stack, known: &mut Known, changes: &mut Changes<'_>) -> Result<Decision> {
    let from = known.rolled_out.as_ref().map(|(commit, _)| commit.clone()).unwrap_or_default();
    known.has_left |= changes.were_away(&from, &[&stack.project_file, &stack.config_file]);
    let changed = if from.is_empty() { None } else { changes.since(&from)? };
    Ok(decide(stack, known, changed))
}
