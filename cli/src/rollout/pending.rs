//! Creates whose end nobody saw: told to the provider, so that it finds what they made, and settled once they stand.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Job, RollOut};
use crate::event::Body;
use crate::failure::Result;
use crate::pulumi::Pulumi;
use crate::telling::Telling;
use crate::text::list;
use crate::urn;

/// Where gitinfra's provider looks for the tokens of such creates: a JSON object of URNs and tokens.
const TOLD: &str = "GITINFRA_PENDING_CREATES";

impl RollOut<'_> {
    /// The CLI for a stack whose last run may have been cut off: its provider is told which creates are pending. `None`
    /// when there are none.
    pub(super) async fn knowing_pending(
        &self,
        job: &Job<'_>,
        folder: &Path,
    ) -> Result<Option<Pulumi>> {
        let Some(state) = job.pulumi.export(folder, &job.claimed.stack.stack).await? else {
            return Ok(None);
        };
        let pending = state.pending_creates();
        if pending.is_empty() {
            return Ok(None);
        }
        let tokens: BTreeMap<&str, &str> = pending
            .iter()
            .filter_map(|create| Some((create.urn, create.token?)))
            .collect();
        let told = serde_json::to_string(&tokens).unwrap_or_default();
        Ok(Some(job.pulumi.with(TOLD, &told)))
    }

    /// After a cut-off run the engine keeps its pending creates, and warns of them for ever. Those whose resource stands
    /// now are done with; others are told, since something may exist that nobody knows of.
    pub(super) async fn settle_pending(
        &self,
        job: &Job<'_>,
        folder: &Path,
        telling: &Telling<'_>,
    ) -> Result<()> {
        let stack = &job.claimed.stack.stack;
        let Some(state) = job.pulumi.export(folder, stack).await? else {
            return Ok(());
        };
        let pending = state.pending_creates();
        let (standing, lost): (Vec<_>, Vec<_>) = pending
            .iter()
            .map(|create| create.urn)
            .partition(|urn| state.has(urn));
        if !lost.is_empty() {
            telling.tell(Body::Note {
                message: format!(
                    "a cut-off run was creating {}, which the program no longer has: what it made is managed by nobody; \
                     `pulumi refresh` settles it",
                    names(&lost)
                ),
            });
        } else if !standing.is_empty() {
            let file = self
                .context
                .state_dir
                .join("output")
                .join(format!("{}.json", job.run));
            job.pulumi.import(folder, stack, &state, &file).await?;
            let message = format!(
                "what the cut-off run was creating now stands: {}",
                names(&standing)
            );
            telling.tell(Body::Note { message });
        }
        Ok(())
    }
}

fn names(urns: &[&str]) -> String {
    let names: Vec<&str> = urns.iter().map(|urn| urn::parse(urn).name).collect();
    list(&names, 5)
}
