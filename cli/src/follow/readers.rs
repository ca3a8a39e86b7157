//! Stacks that stand and read outputs of such as are to be rolled out: whether they follow shows once those stand.

use std::collections::{BTreeMap, BTreeSet};

use super::Follow;
use super::due::{Due, Rest, When};
use super::look::Looked;
use crate::decide::{Decision, Reason};
use crate::failure::Result;
use crate::ledger::StackId;
use crate::order::referred;
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
        let is_due = |looked: &&Looked| matches!(looked.decision, Decision::RollOut(_));
        let due = looked.iter().filter(is_due).map(|looked| looked.stack.name());
        let due: BTreeSet<String> = due.filter(|name| goes(name)).collect();
        if due.is_empty() {
            return Ok(BTreeSet::new());
        }
        let reads = self.ledger.reads(&self.mirror.source.label).await?;
        // What is rolled out by tags is moved by nothing else.
        let stand = looked.iter().filter(|looked| !is_due(looked) && looked.stack.tags.is_empty());
        Ok(following(due, stand.map(|looked| looked.stack.name()), &reads))
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

/// Those of the stacks that stand which read one that is due, if only through others.
fn following(
    due: BTreeSet<String>,
    stand: impl Iterator<Item = String>,
    reads: &BTreeMap<String, Vec<String>>,
) -> BTreeSet<String> {
    let mut readers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in stand {
        let project = name.split('/').next().unwrap_or_default();
        for read in reads.get(&name).into_iter().flatten().filter_map(|read| referred(read, project)) {
            readers.entry(read).or_default().push(name.clone());
        }
    }
    let (mut found, mut left) = (BTreeSet::new(), Vec::from_iter(due));
    while let Some(name) = left.pop() {
        for reader in readers.get(&name).into_iter().flatten() {
            if found.insert(reader.clone()) {
                left.push(reader.clone());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_reads_what_is_due_may_follow() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let reads = [
            ("app/dev", names(&["acme/db/dev", "acme/net/prod"])),
            ("db/dev", names(&["organization/net/dev"])),
            ("net/prod", names(&["dev"])),
            ("web/dev", names(&["acme/app/prod", "acme/web/dev"])),
        ];
        let reads = reads.map(|(name, reads)| (name.to_owned(), reads)).into();
        let stand = names(&["app/dev", "db/dev", "net/prod", "web/dev"]);
        let found = following(names(&["net/dev"]).into_iter().collect(), stand.into_iter(), &reads);
        assert_eq!(Vec::from_iter(found), ["app/dev", "db/dev", "net/prod"]);
    }
}
