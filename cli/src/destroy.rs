//! Destroys what a stack rolled out: by the files of the commit that stands, in a run like any other.

use crate::comment::StackPreview;
use crate::decide::Reason;
use crate::failure::{Failure, Kind, Result};
use crate::record::{Action, StackRecord, Standing};
use crate::rollout::Outcome;
use crate::target::{Bound, Place, Target, confirmed};

/// Destroys stacks of one repository.
pub struct Destroy(pub Place);

impl Destroy {
    /// The stack by its files at the commit that stands; where none does, at that of its newest run, which may have made a part.
    pub async fn find(&self, record: &StackRecord) -> Result<Target> {
        let name = &record.name;
        let forget = format!("`gitinfra forget stack/{name}` ends its record");
        if record.standing == Standing::Destroyed {
            return Err(Failure::input(format!("what `{name}` rolled out is destroyed already")).hint(forget));
        }
        let Some(commit) = self.commit(record).await? else {
            return Err(Failure::input(format!("`{name}` was never rolled out")).hint(forget));
        };
        let target = Target::find(&self.0.previewer.mirror, &self.0.ledger, record, &commit).await;
        target.map_err(|failure| failure.hint("`pulumi destroy` in a checkout of the stack does it by hand"))
    }

    /// What would go, sealed, and of which kind the failure was, if there was one.
    pub async fn preview(&self, target: &Target) -> Result<(StackPreview, Option<Kind>)> {
        let (preview, kind) = self.0.previewer.destruction(target.subject(&self.0.previewer.mirror)?).await?;
        if let Some(seal) = &preview.seal {
            self.0.ledger.keep_seal(seal, true, self.0.previewer.context.now()).await?;
        }
        Ok((preview, kind))
    }

    /// Destroys what was shown, once whoever has to allow it did. Budgets are for what nobody asked for.
    pub async fn run(&self, target: &Target, shown: &StackPreview) -> Result<Outcome> {
        target.refuse_suspended()?;
        let seal = confirmed(shown.seal.as_ref())?;
        let config = match target.config_now(&self.0.previewer.mirror).await {
            Err(failure) if failure.kind == Kind::Cancelled => return Err(failure),
            // A branch or a repository that is gone leaves stacks that have to go, too: its last word counts.
            Err(_) => target.config(&self.0.previewer.mirror)?,
            Ok(config) => config,
        };
        self.0.run(target, (Action::Destroy, &Reason::Asked), &config, Bound::Seal(&seal)).await
    }

    async fn commit(&self, record: &StackRecord) -> Result<Option<String>> {
        if record.commit.is_some() {
            return Ok(record.commit.clone());
        }
        match &record.last_run {
            Some(run) => Ok(Some(self.0.ledger.run(run).await?.commit)),
            None => Ok(None),
        }
    }
}
