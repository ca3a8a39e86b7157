//! What is decided about each stack, by what changed of it and of what its program imports.

use super::Follow;
use crate::decide::{Decision, Known, Reason, decide};
use crate::event::Body;
use crate::failure::Result;
use crate::git::{Changes, Commit, Programs};
use crate::ledger::{AllKnown, StackId};
use crate::repo::{Listing, Stack};
use crate::text;

/// A stack that was looked at.
pub(super) struct Looked {
    pub stack: Stack,
    pub id: Option<StackId>,
    pub known: Known,
    pub decision: Decision,
    /// The commit that it is rolled out from.
    pub head: Commit,
}

impl Follow {
    /// Decides about the stacks that are rolled out from one commit.
    pub(super) fn decided(
        &self,
        stacks: Vec<Stack>,
        known: &AllKnown,
        head: &Commit,
        listing: &Listing,
    ) -> Result<Vec<Looked>> {
        let mut programs = Programs::at(&self.mirror, &head.id, listing)?;
        let mut changes = Changes::to(&self.mirror, &head.id);
        let mut all = Vec::new();
        for mut stack in stacks {
            let (id, mut known) = match known.get(&stack.name()) {
                Some((id, _, known)) => (Some(id.clone()), known.clone()),
                None => (None, Known::default()),
            };
            let decision = match self.wishes.force {
                true => Decision::RollOut(Reason::Forced),
                false => decision(&mut stack, &mut known, &mut changes, &mut programs)?,
            };
            // Whoever looks through its files later has to know all of them.
            if stack.reach.is_none() && matches!(decision, Decision::RollOut(_)) {
                programs.follow(&mut stack);
            }
            all.push(Looked { stack, id, known, decision, head: head.clone() });
        }
        Ok(all)
    }

    /// Writes down for which stacks nothing is left to do at a head: its configuration bounds what comes next.
    pub(super) async fn settle<'a>(&self, looked: impl Iterator<Item = &'a Looked>, head: &Commit) -> Result<()> {
        let is_settled = |looked: &&Looked| matches!(looked.decision, Decision::UpToDate { .. });
        let settled = looked.filter(is_settled).filter_map(|looked| looked.id.as_ref());
        match self.wishes.dry_run {
            true => Ok(()),
            false => self.ledger.settle(settled, &head.id).await,
        }
    }

    /// What could not be followed may change without being noticed, which is told once for each head.
    pub(super) fn tell_unknown(&self, looked: &[Looked]) {
        let is_unknown = |stack: &&Stack| stack.reach.as_ref().is_some_and(|reach| !reach.unknown.is_empty());
        let names: Vec<String> =
            looked.iter().map(|looked| &looked.stack).filter(is_unknown).map(Stack::name).collect();
        if !names.is_empty() {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let message = format!(
                "not all that {} imports could be followed: `gitinfra explain` says what, and a trigger in gitinfra.yaml counts",
                text::list(&names, 3)
            );
            self.context.tell(None, Body::Note { message });
        }
    }
}

/// Decides about one stack. What its program imports is followed only if that could matter.
fn decision(
    stack: &mut Stack,
    known: &mut Known,
    changes: &mut Changes<'_>,
    programs: &mut Programs<'_>,
) -> Result<Decision> {
    let from = known.rolled_out.as_ref().map(|(commit, _)| commit.clone()).unwrap_or_default();
    known.has_left |= changes.were_away(&from, &[&stack.project_file, &stack.config_file]);
    let changed = if from.is_empty() { None } else { changes.since(&from)? };
    let decision = decide(stack, known, changed);
    let is_else = changed.is_some_and(|changed| !changed.is_empty());
    if !is_else || matches!(decision, Decision::RollOut(_)) {
        return Ok(decision.spanning(&from, || changes.commits_since(&from)));
    }
    programs.follow(stack);
    let decision = decide(stack, known, changed);
    Ok(decision.spanning(&from, || changes.commits_since(&from)))
}
