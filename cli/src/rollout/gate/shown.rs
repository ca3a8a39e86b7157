//! Which seal shows what is rolled out: that of these very files, or of a commit that came to the branch, however it was merged.

use std::collections::BTreeSet;

use super::Gate;
use crate::failure::Result;
use crate::git::Way;
use crate::ledger::{OpenSeal, Sealed};
use crate::record::Action;

/// So many commits of the branch, the newest, are compared with so many heads that are not part of it, the newest.
const MOST: usize = 20;

impl Gate<'_> {
    /// The seal that was shown of this roll-out: of these very files, or else of a commit that is part of it. What was
    /// allowed comes first. Where somebody confirmed what one says, it is that one or none.
    pub(super) async fn shown(&self) -> Result<Option<Sealed>> {
        if let Some(confirmed) = self.by.confirmed {
            return self.by.ledger.open_seal(confirmed).await;
        }
        let (label, name) = (&self.by.mirror.source.label, self.job.claimed.stack.name());
        let open = self.by.ledger.open_seals(label, &name).await?;
        let of_tree = open.iter().filter(|open| open.tree == self.tree).collect();
        let shown = self.first_alike(of_tree).await?;
        if shown.is_some() || open.is_empty() {
            return Ok(shown);
        }
        let stands = self.by.ledger.known(self.job.claimed.id).await?.rolled_out.map(|(commit, _)| commit);
        // What stands already was shown, or has nothing to do with what is to come.
        let came = self.by.mirror.commits_since(&self.by.head.id, stands.as_deref(), Way::All).await?;
        let came: BTreeSet<&str> = came.iter().map(String::as_str).collect();
        let (of_head, others): (Vec<_>, Vec<_>) = open.iter().partition(|open| came.contains(open.head.as_str()));
        let shown = self.first_alike(of_head).await?;
        match shown {
            None => self.squashed(stands.as_deref(), &others).await,
            shown => Ok(shown),
        }
    }

    /// The seal of a head that came to the branch since the commit that stands without being part of it.
    async fn squashed(&self, stands: Option<&str>, open: &[&OpenSeal]) -> Result<Option<Sealed>> {
        let mut heads: Vec<&str> = Vec::new();
        for open in open {
            if !heads.contains(&open.head.as_str()) {
                heads.push(&open.head);
            }
        }
        let came = self.by.mirror.commits_since(&self.by.head.id, stands, Way::FirstParents).await?;
        for head in heads.into_iter().take(MOST) {
            for commit in came.iter().take(MOST) {
                if self.by.mirror.is_squash_of(commit, head).await? {
                    let of_head = open.iter().copied().filter(|open| open.head == head).collect();
                    return self.first_alike(of_head).await;
                }
            }
        }
        Ok(None)
    }

    /// The first of these seals that is about the same action, one that was allowed before others.
    async fn first_alike(&self, open: Vec<&OpenSeal>) -> Result<Option<Sealed>> {
        let mut first = None;
        for open in open {
            let Some(sealed) = self.by.ledger.open_seal(&open.id).await? else {
                continue;
            };
            let ground = &sealed.seal.ground;
            if (ground.refresh, ground.destroy) != (self.refreshes(), self.destroys_all()) {
                continue;
            }
            if !sealed.approvals.is_empty() {
                return Ok(Some(sealed));
            }
            first = first.or(Some(sealed));
        }
        Ok(first)
    }

    /// Says, where others were shown previews of the stack, that nobody was shown this.
    pub(super) async fn tell_unseen(&self) -> Result<()> {
        let (label, name) = (&self.by.mirror.source.label, self.job.claimed.stack.name());
        if self.by.action == Action::RollOut && self.by.ledger.was_shown(label, &name).await? {
            self.log.note("nobody was shown what it does: no sealed preview is of a commit that came to the branch");
        }
        Ok(())
    }
}
