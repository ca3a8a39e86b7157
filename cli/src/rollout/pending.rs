//! Creates whose end nobody saw: told to the provider, so that it finds what they made, and settled once they stand.

use std::path::{Path, PathBuf};

use super::{Job, RollOut};
use crate::engine::{PendingCreate, Pulumi, State, no_stack, urn};
use crate::failure::Result;
use crate::record::Action;
use crate::run_log::RunLog;
use crate::text::list;

/// Names the file of the exported state, out of which gitinfra's provider reads the tokens of such creates.
const PENDING_CREATES: &str = "GITINFRA_PENDING_CREATES";

impl RollOut<'_> {
    /// The stack's state, and the CLI that tells the provider which creates are pending, whoever's run was cut off in them;
    /// no such CLI when there are none. A stack that the backend doesn't have is made, and no state is told of it.
    pub(super) async fn knowing_pending(
        &self,
        job: &Job<'_>,
        folder: &Path,
        log: &RunLog,
    ) -> Result<(Option<State>, Option<Pulumi>)> {
        let stack = &job.claimed.stack.stack;
        let Some(state) = self.export(job, folder).await? else {
            if self.action == Action::Destroy {
                return Err(no_stack(job.backend, job.claimed.stack));
            }
            job.pulumi.create_stack(folder, stack).await?;
            let message = format!("made the stack `{stack}` in {}", job.backend.shown());
            log.note(message);
            return Ok((None, None));
        };
        self.check_passphrase(job, &state).await?;
        if state.pending_creates().is_empty() {
            return Ok((Some(state), None));
        }
        let file = self.state_file(job.run)?;
        state.write(&file)?;
        let knowing = job.pulumi.with(PENDING_CREATES, &file.display().to_string());
        Ok((Some(state), Some(knowing)))
    }

    /// A salt in the stack's own file is looked at by the engine itself.
    async fn check_passphrase(&self, job: &Job<'_>, state: &State) -> Result<()> {
        let Some(salt) = state.salt().filter(|_| !job.claimed.stack.has_salt) else {
            return Ok(());
        };
        let place = self.output_folder(&format!("{}/passphrase", job.run))?;
        job.pulumi.check_passphrase(job.claimed.stack, job.backend, salt, &place).await
    }

    /// The state as it is before the run. Of several runs the first alone comes to a backend that is new.
    async fn export(&self, job: &Job<'_>, folder: &Path) -> Result<Option<State>> {
        let is_new = job.backend.is_untouched(&job.claimed.surroundings.environment);
        let _alone = if is_new { Some(self.alone.lock().await) } else { None };
        job.pulumi.export(folder, &job.claimed.stack.stack).await
    }

    fn state_file(&self, run: &str) -> Result<PathBuf> {
        Ok(self.output_folder(run)?.join("state.json"))
    }

    /// After a cut-off run the engine keeps its pending creates, and warns of them for ever. Those whose resource stands
    /// now are done with; others are named in a note, since something may exist that nobody knows of.
    pub(super) async fn settle_pending(&self, job: &Job<'_>, folder: &Path, log: &RunLog) -> Result<()> {
        let stack = &job.claimed.stack.stack;
        let Some(state) = job.pulumi.export(folder, stack).await? else {
            return Ok(());
        };
        let pending = state.pending_creates();
        let (standing, lost): (Vec<_>, Vec<_>) = pending.iter().partition(|create| state.has(create));
        if !lost.is_empty() {
            log.note(format!(
                "a cut-off run was creating {}, which is not what the program has now: what it made is managed by nobody; \
                 `pulumi refresh` settles it",
                names(&lost)
            ));
        } else if !standing.is_empty() {
            job.pulumi.import(folder, stack, &state).await?;
            let message = format!("what the cut-off run was creating now stands: {}", names(&standing));
            log.note(message);
        }
        Ok(())
    }
}

fn names(creates: &[&PendingCreate<'_>]) -> String {
    let names: Vec<&str> = creates.iter().map(|create| urn::parse(create.urn).name).collect();
    list(&names, 5)
}
