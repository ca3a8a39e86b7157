//! Seals that a roll-out leaves behind: they show what its commit, or one before it, would do, and that is done.

use super::end::End;
use super::{Claimed, RollOut};
use crate::failure::Result;

impl RollOut<'_> {
    /// The open seals, but for the one that it went by, of the files that it rolled out, of a commit that is part of its own, and of
    /// the same head. Left open, one of them would be taken for what was shown of a later roll-out.
    pub(super) async fn passed(&self, claimed: &Claimed<'_>, end: &End) -> Result<Vec<String>> {
        let open = self.ledger.open_seals(&self.mirror.source.label, &claimed.stack.name()).await?;
        if open.is_empty() {
            return Ok(Vec::new());
        }
        let tree = self.mirror.tree_of(&self.head.id)?;
        let used = open.iter().find(|open| end.seal.as_ref() == Some(&open.id)).map(|open| open.head.clone());
        let mut passed = open;
        passed.retain(|open| {
            let is_of_it = open.tree == tree || used.as_ref() == Some(&open.head);
            let is_other = end.seal.as_ref() != Some(&open.id);
            is_other && (is_of_it || self.mirror.is_on(&open.head, &self.head.id))
        });
        Ok(passed.into_iter().map(|open| open.id).collect())
    }
}
