//! Destroys what a stack rolled out: by the files of the commit that stands, in a run like any other.

use crate::comment::StackPreview;
use crate::config::Config;
use crate::decide::{Known, Reason};
use crate::engine::Pulumi;
use crate::failure::{Failure, Kind, Result};
use crate::git::Commit;
use crate::ledger::{Ledger, RunFilter, StackId};
use crate::preview::Previewer;
use crate::record::{Action, StackRecord, Standing};
use crate::repo::{self, Stack};
use crate::rollout::{Outcome, RollOut};
use crate::scrub::Scrubber;

/// Destroys stacks of one repository.
pub struct Destroy {
    pub previewer: Previewer,
    pub ledger: Ledger,
    /// How many runs of a stack the ledger keeps.
    pub keep_runs: u32,
}

/// A stack that is to go, as it stands.
pub struct Doomed {
    pub stack: Stack,
    pub branch: String,
    commit: Commit,
    id: StackId,
    known: Known,
}

impl Destroy {
    /// The stack by its files at the commit that stands; where none does, at that of its newest run, which may have made a part.
    pub async fn find(&self, record: &StackRecord) -> Result<Doomed> {
        let name = &record.name;
        let forget = format!("`gitinfra forget stack/{name}` ends its record");
        if record.status == Standing::Destroyed {
            return Err(Failure::input(format!("what `{name}` rolled out is destroyed already")).hint(forget));
        }
        let id = self.ledger.find(&record.repository, name).await?;
        let (Some(id), Some(commit)) = (id, self.commit(record).await?) else {
            return Err(Failure::input(format!("`{name}` was never rolled out")).hint(forget));
        };
        let commit = self.fetched(&commit).await?;
        let found = repo::stacks(&self.previewer.mirror.listing(&commit.id)?).select(std::slice::from_ref(name))?;
        let stack =
            found.stacks.into_iter().next().ok_or_else(|| Failure::bug("a stack was selected and is not there"))?;
        let known = self.ledger.known(&id).await?;
        Ok(Doomed { stack, branch: record.branch.clone().unwrap_or_default(), commit, id, known })
    }

    /// What would go, and of which kind the failure was, if there was one.
    pub async fn preview(&self, doomed: &Doomed) -> Result<(StackPreview, Option<Kind>)> {
        self.previewer.destruction(doomed.stack.clone(), &doomed.commit.id).await
    }

    pub async fn run(&self, doomed: &Doomed) -> Result<Outcome> {
        let Previewer { context, mirror, environment, .. } = &self.previewer;
        let roll_out = RollOut {
            context,
            ledger: &self.ledger,
            mirror,
            pulumi: &Pulumi::find(environment).await?,
            branch: &doomed.branch,
            head: &doomed.commit,
            action: Action::Destroy,
            scrubber: &Scrubber::from_environment(&context.environment),
            config: &Config::default(),
            keep_runs: self.keep_runs,
            alone: tokio::sync::Mutex::default(),
            environment,
        };
        roll_out.run(&doomed.stack, &doomed.id, &doomed.known, &Reason::Asked).await
    }

    async fn commit(&self, record: &StackRecord) -> Result<Option<String>> {
        if record.commit.is_some() {
            return Ok(record.commit.clone());
        }
        let filter = RunFilter { stack: Some(record.name.clone()), ..RunFilter::default() };
        let runs = self.ledger.runs(&filter).await?;
        Ok(runs.into_iter().find(|run| run.repository == record.repository).map(|run| run.commit))
    }

    /// The commit, out of the mirror or, on a machine that has none yet, from the repository.
    async fn fetched(&self, commit: &str) -> Result<Commit> {
        let mirror = &self.previewer.mirror;
        let found = match mirror.commit(commit) {
            Ok(found) => Ok(found),
            Err(_) => mirror.fetch_ref(commit).await,
        };
        found.map_err(|failure| failure.hint("`pulumi destroy` in a checkout of the stack does it by hand"))
    }
}
