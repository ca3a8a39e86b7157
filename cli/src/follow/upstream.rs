//! What stacks come after that no pass over them looks at: one that was not named, and one that left the branch.

use std::collections::{BTreeMap, BTreeSet};

use super::Follow;
use super::due::Waits;
use super::look::Looked;
use crate::decide::{Decision, Reason};
use crate::failure::Result;
use crate::git::Commit;
use crate::ledger::AllKnown;
use crate::order::{self, Order, contents, reads_gone};
use crate::record::RunState;
use crate::repo::{Listing, Stack};

/// What a stack comes after that does not stand or does not move.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct KeptBack {
    by: String,
    /// What somebody did that has to be undone first.
    bar: Option<Bar>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bar {
    Suspended,
    Locked,
}

impl KeptBack {
    /// Why a stack waits, with what to do about it.
    pub fn in_words(&self, name: &str) -> String {
        let KeptBack { by, bar } = self;
        let first = match bar {
            None => format!("roll out {by} first, with `gitinfra sync {by}`"),
            Some(Bar::Suspended) => format!("{by} is suspended, until `gitinfra resume stack/{by}`"),
            Some(Bar::Locked) => format!("{by} is locked, until `gitinfra unlock stack/{by}`"),
        };
        format!(
            "blocked: it comes after {by}, which was not rolled out\nhint: {first}; `gitinfra sync --force {name}` does not \
             wait for it"
        )
    }
}

impl Follow {
    /// Which of the stacks that were named come after one that was not, and that does not stand or does not move: each with that one's
    /// name. A pass over all would not roll them out either. One that only has changes of its own keeps nobody back: what stands of it is read.
    pub(super) async fn kept_back(
        &self,
        looked: &[Looked],
        all: Vec<Stack>,
        known: &AllKnown,
        (head, listing, is_new): (&Commit, &Listing, bool),
    ) -> Result<BTreeMap<String, KeptBack>> {
        if self.wishes.stacks.is_empty() || self.wishes.force {
            return Ok(BTreeMap::new());
        }
        let named: BTreeSet<String> = looked.iter().map(|looked| looked.stack.name()).collect();
        let others: Vec<Stack> = all.into_iter().filter(|stack| !named.contains(&stack.name())).collect();
        let stacks = || looked.iter().map(|looked| &looked.stack).chain(&others);
        let names: Vec<String> = stacks().map(Stack::name).collect();
        let read = self.ledger.reads(&self.mirror.source.label).await?;
        let mut order = Order::of(stacks(), &listing.files, &read);
        let before = order.before(0..looked.len());
        let upstream = before.iter().filter_map(|at| others.get(at.checked_sub(looked.len())?)).cloned().collect();
        let (waits, mut bars) = (self.waits().await?, BTreeMap::new());
        (0..looked.len()).filter(|at| stands(&looked[*at])).for_each(|at| order.ended(at, true));
        for other in self.decided(upstream, known, head, listing)? {
            let name = other.stack.name();
            let Some(at) = names.iter().position(|known| *known == name) else {
                continue;
            };
            if stands(&other) {
                order.ended(at, true);
            } else if self.keeps_back(&other, &waits).await? {
                order.ended(at, false);
                bars.insert(at, bar(&other, &waits));
            }
            if is_new && other.known.last == Some(RunState::Running) {
                let readers = order.followers([at]).into_iter().filter_map(|at| looked.get(at));
                self.tell_running(&name, readers.filter(|reader| stands(reader)));
            }
        }
        let blocked = order.blocked().into_iter().filter(|(at, _)| *at < looked.len());
        let kept_back = |other: usize| KeptBack { by: names[other].clone(), bar: bars.get(&other).copied().flatten() };
        Ok(blocked.map(|(at, other)| (names[at].clone(), kept_back(other))).collect())
    }

    /// That stacks which stand read one that is being rolled out.
    fn tell_running<'a>(&self, name: &str, readers: impl Iterator<Item = &'a Looked>) {
        for reader in readers {
            let words =
                format!("{name}, which it reads, is being rolled out: it follows if that puts out other values");
            self.context.note(&reader.stack.name(), words);
        }
    }

    /// Whether those that come after a stack wait for more than its turn.
    async fn keeps_back(&self, other: &Looked, waits: &Waits) -> Result<bool> {
        let Looked { stack, id, known, decision, head } = other;
        let Decision::RollOut(reason) = decision else {
            return Ok(false);
        };
        if matches!(reason, Reason::Retry { .. } | Reason::Destroyed) {
            return Ok(true);
        }
        // What is rolled out by tags is not behind the branch.
        Ok(stack.tags.is_empty() && self.wait(waits, id.as_ref(), stack, known, head).await?.is_some())
    }

    /// That stacks read others which left the branch. What a run read says nothing of a program that is another one now.
    pub(super) async fn tell_readers_of(
        &self,
        gone: &BTreeSet<String>,
        looked: &[Looked],
        listing: &Listing,
    ) -> Result<()> {
        if gone.is_empty() {
            return Ok(());
        }
        let (read, contents) = (self.ledger.reads(&self.mirror.source.label).await?, contents(&listing.files));
        for Looked { stack, known, decision, .. } in looked {
            let is_same = matches!(decision, Decision::UpToDate { .. } | Decision::RollOut(Reason::ReadsAnew { .. }));
            let is_read = is_same && known.last == Some(RunState::Succeeded);
            let read = read.get(&stack.name()).filter(|_| is_read).map(Vec::as_slice).unwrap_or_default();
            for other in order::reads(stack, &contents, read).intersection(gone) {
                self.context.note(&stack.name(), reads_gone(other));
            }
        }
        Ok(())
    }
}

/// What somebody did that keeps a stack from being rolled out.
fn bar(other: &Looked, waits: &Waits) -> Option<Bar> {
    let locked = || waits.lock(&other.stack.name()).map(|_| Bar::Locked);
    other.known.suspended.as_ref().map(|_| Bar::Suspended).or_else(locked)
}

fn stands(looked: &Looked) -> bool {
    matches!(looked.decision, Decision::UpToDate { .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hint_is_what_helps() {
        for (bar, hint) in [
            (None, "roll out net/dev first, with `gitinfra sync net/dev`;"),
            (Some(Bar::Suspended), "net/dev is suspended, until `gitinfra resume stack/net/dev`;"),
            (Some(Bar::Locked), "net/dev is locked, until `gitinfra unlock stack/net/dev`;"),
        ] {
            let words = KeptBack { by: "net/dev".to_owned(), bar }.in_words("app/dev");
            assert!(words.contains(&format!("hint: {hint} `gitinfra sync --force app/dev` does not")), "{words}");
        }
    }
}
