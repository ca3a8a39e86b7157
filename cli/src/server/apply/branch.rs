//! How what stands of stacks stands towards the branch that is rolled out. The branch is fetched once, for all stacks that are asked about.

use std::collections::BTreeSet;

use crate::failure::Result;
use crate::git::Mirror;
use crate::ledger::{Ledger, StackId};
use crate::record::{Run, RunState};
use crate::repo;
use crate::review::Reviewer;
use crate::server::{Server, Watched};

/// How what stands of a stack is another thing than its branch says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::server) enum Apart {
    /// It was rolled out from a commit that is not on the branch.
    Whole,
    /// A run at such a commit began and did not end well.
    Partly,
}

/// The branch at one moment.
pub(in crate::server) struct Branch<'a> {
    ledger: &'a Ledger,
    label: &'a str,
    mirror: &'a Mirror,
    head: String,
}

impl<'a> Branch<'a> {
    /// As it is now.
    pub async fn fetched(server: &'a Server, watched: &'a Watched, reviewer: &'a Reviewer) -> Result<Branch<'a>> {
        let mirror = &reviewer.previewer.mirror;
        let head = mirror.fetch_branch(&watched.branch).await?.id;
        Ok(Branch { ledger: &server.ledger, label: &watched.label, mirror, head })
    }

    /// As it was seen last.
    pub async fn seen(server: &'a Server, watched: &'a Watched, reviewer: &'a Reviewer) -> Result<Branch<'a>> {
        let mirror = &reviewer.previewer.mirror;
        match mirror.head_seen(&watched.branch) {
            Some(head) => Ok(Branch { ledger: &server.ledger, label: &watched.label, mirror, head }),
            None => Branch::fetched(server, watched, reviewer).await,
        }
    }

    /// Whether a commit has come to it.
    pub async fn has(&self, commit: &str) -> Result<bool> {
        self.mirror.has(&self.head, commit).await
    }

    /// Whether what stands of a stack, or may stand after runs that did not end well, is not what the branch says.
    pub async fn apart(&self, name: &str, id: &StackId) -> Result<Option<Apart>> {
        if let Some((commit, _)) = self.ledger.known(id).await?.rolled_out
            && !self.has(&commit).await?
        {
            return Ok(Some(Apart::Whole));
        }
        for run in since_it_went_well(&self.ledger.newest_runs(self.label, name).await?) {
            if !self.has(&run.commit).await? {
                return Ok(Some(Apart::Partly));
            }
        }
        Ok(None)
    }

    /// The stacks that are known and that the branch does not have.
    pub async fn lacking(&self) -> Result<BTreeSet<String>> {
        let found = repo::stacks(&self.mirror.listing(&self.head)?);
        let known = self.ledger.all_known(self.label).await?;
        let places = known.iter().map(|(name, (_, folder, _))| (name.as_str(), folder.as_str()));
        Ok(found.lacks(places).into_iter().map(str::to_owned).collect())
    }
}

/// The runs after the newest that went well in which the engine may have begun: one that was held after them hides none.
fn since_it_went_well(runs: &[Run]) -> impl Iterator<Item = &Run> {
    let newer = runs.iter().take_while(|run| run.state != RunState::Succeeded);
    newer.filter(|run| !matches!(run.state, RunState::Held | RunState::Busy))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_hides_no_run_that_failed() {
        let runs = |states: &[RunState]| -> Vec<Run> { states.iter().map(|state| Run::sample(*state)).collect() };
        let counted = |states: &[RunState]| since_it_went_well(&runs(states)).count();
        use RunState::{Busy, Cancelled, Failed, Held, Running, Succeeded};
        assert_eq!(counted(&[Held, Failed, Succeeded, Failed]), 1);
        assert_eq!(counted(&[Running, Busy, Cancelled]), 2);
        assert_eq!(counted(&[Held, Succeeded]), 0);
    }
}
