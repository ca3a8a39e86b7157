//! What a killed run left behind: an engine that may still work, locks, and creates whose end nobody saw.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Claimed, Job, RollOut};
use crate::decide::short;
use crate::event::Body;
use crate::failure::{Failure, Result};
use crate::process::Liveness;
use crate::pulumi::{Backend, LeftLock, Pulumi, locks, told_locks};
use crate::record::{Counts, Process, RunState};
use crate::repo::Stack;
use crate::telling::Telling;
use crate::urn;

/// An engine without its gitinfra finishes what it does; after this long it is asked to stop.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

const GLANCE: Duration = Duration::from_millis(250);

/// The variable in which providers are told of creates whose end nobody saw: the `__birth.token` of each, by URN, as JSON.
/// What such a create made is found by its token, instead of being made a second time.
const PENDING_CREATES: &str = "GITINFRA_PENDING_CREATES";

impl RollOut<'_> {
    /// Ends the runs whose gitinfra died, and waits for an engine that is still at work. Says which engine was the last.
    pub(super) async fn close_cut_off_runs(
        &self,
        claimed: &Claimed<'_>,
    ) -> Result<Option<Process>> {
        let mut last = None;
        for run in self.ledger.open_runs(claimed.id).await? {
            let note = |message: String| {
                self.context
                    .tell(Some(&claimed.stack.name()), Body::Note { message })
            };
            note(format!(
                "run {} at {} was cut off: its gitinfra was killed",
                run.name,
                short(&run.commit)
            ));
            if let Some(engine) = &run.engine {
                match engine.liveness() {
                    Liveness::Alive => {
                        note(format!(
                            "its engine (pid {}) is still at work; waiting for it",
                            engine.pid
                        ));
                        wait_for(engine, claimed.cancel).await?;
                    }
                    Liveness::Elsewhere => {
                        let where_it_ran = format!(
                            "it ran on {}, which can't be looked at from here",
                            engine.host
                        );
                        note(format!(
                            "{where_it_ran}; the backend's own lock tells whether it still works"
                        ));
                    }
                    Liveness::Dead => {}
                }
            }
            self.sweep(&run.name);
            let message = "its gitinfra was killed before it ended";
            self.ledger
                .end(
                    &run.name,
                    RunState::Interrupted,
                    &Counts::new(),
                    Some(message),
                    self.context.now(),
                )
                .await?;
            last = run.engine.or(last);
        }
        Ok(last)
    }

    /// Removes what a killed run left in the state directory.
    fn sweep(&self, run: &str) {
        let state = &self.context.state_dir;
        let _ = std::fs::remove_dir_all(state.join("work").join(run));
        let _ = std::fs::remove_file(state.join("output").join(format!("{run}.txt")));
    }

    /// Refuses a stack whose engine lock in a file backend somebody may still hold.
    pub(super) fn refuse_held_locks(
        &self,
        claimed: &Claimed<'_>,
        backend: &Backend,
        left: Option<&Process>,
    ) -> Result<()> {
        let stack = claimed.stack;
        let found = self.locks(backend, stack);
        let Some(held) = found.iter().find(|lock| !lock.is_left(left)) else {
            return Ok(());
        };
        let message = format!(
            "the engine's lock on {} is held by {}",
            stack.name(),
            held.owner()
        );
        Err(Failure::busy(message)
            .hint("wait for it to end; if it is certainly gone, `pulumi cancel` removes its lock"))
    }

    /// Removes locks in a file backend whose makers are certainly gone.
    pub(super) async fn clear_left_locks(
        &self,
        job: &Job<'_>,
        folder: &Path,
        telling: &Telling<'_>,
    ) -> Result<()> {
        let found = self.locks(job.backend, job.claimed.stack);
        self.clear(job, folder, telling, &found).await.map(drop)
    }

    /// The same for other backends, whose locks only the engine's own refusal tells of. True when it may be tried again.
    pub(super) async fn clear_told_locks(
        &self,
        job: &Job<'_>,
        folder: &Path,
        telling: &Telling<'_>,
        refusal: &str,
    ) -> Result<bool> {
        self.clear(job, folder, telling, &told_locks(refusal)).await
    }

    fn locks(&self, backend: &Backend, stack: &Stack) -> Vec<LeftLock> {
        let folder = backend.folder(self.environment);
        folder
            .map(|folder| locks(&folder, &stack.project, &stack.stack))
            .unwrap_or_default()
    }

    async fn clear(
        &self,
        job: &Job<'_>,
        folder: &Path,
        telling: &Telling<'_>,
        found: &[LeftLock],
    ) -> Result<bool> {
        if found.is_empty() || !found.iter().all(|lock| lock.is_left(job.left)) {
            return Ok(false);
        }
        for lock in found {
            let message = format!(
                "the engine's lock was left by {}, which is gone: removing it",
                lock.owner()
            );
            telling.tell(Body::Note { message });
        }
        self.pulumi.cancel(folder, &job.claimed.stack.stack).await?;
        Ok(true)
    }

    /// The engine's CLI that tells providers of the creates that a run before left unfinished.
    pub(super) async fn told_of_pending_creates(&self, job: &Job<'_>, folder: &Path) -> Pulumi {
        if !job.is_retry {
            return self.pulumi.clone();
        }
        // A stack that can't be exported isn't there yet, or the engine says better what is wrong with it.
        let state = self.pulumi.export(folder, &job.claimed.stack.stack).await;
        let tokens = tokens(&state.unwrap_or_default());
        match tokens.is_empty() {
            true => self.pulumi.clone(),
            false => self
                .pulumi
                .with(PENDING_CREATES, &serde_json::json!(tokens).to_string()),
        }
    }

    /// After a cut-off run the engine keeps creates whose end it never saw, and warns of them for ever. Those whose
    /// resource stands now are done with; others are told, since something may exist that nobody knows of.
    pub(super) async fn settle_pending_creates(
        &self,
        job: &Job<'_>,
        folder: &Path,
        telling: &Telling<'_>,
    ) -> Result<()> {
        if !job.is_retry {
            return Ok(());
        }
        let state = self.pulumi.export(folder, &job.claimed.stack.stack).await?;
        let urns = |list: &serde_json::Value,
                    urn: fn(&serde_json::Value) -> Option<&str>|
         -> Vec<String> {
            list.as_array()
                .into_iter()
                .flatten()
                .filter_map(urn)
                .map(str::to_owned)
                .collect()
        };
        let pending = urns(&state["deployment"]["pending_operations"], |operation| {
            operation["resource"]["urn"].as_str()
        });
        if pending.is_empty() {
            return Ok(());
        }
        let standing = urns(&state["deployment"]["resources"], |resource| {
            resource["urn"].as_str()
        });
        for urn in pending.iter().filter(|urn| !standing.contains(urn)) {
            let parsed = urn::parse(urn);
            telling.tell(Body::Note {
                message: format!(
                    "the cut-off run was creating {} {}, which the program no longer has: if it was made, nobody manages it; `pulumi refresh` settles it",
                    parsed.kind, parsed.name
                ),
            });
        }
        if pending.iter().all(|urn| standing.contains(urn)) {
            let file = self
                .context
                .state_dir
                .join("output")
                .join(format!("{}.json", job.run));
            self.pulumi
                .import(folder, &job.claimed.stack.stack, &state, &file)
                .await?;
            let names: Vec<&str> = pending.iter().map(|urn| urn::parse(urn).name).collect();
            telling.tell(Body::Note {
                message: format!(
                    "what the cut-off run was creating now stands: {}",
                    crate::text::list(&names, 5)
                ),
            });
        }
        Ok(())
    }
}

/// What the pending creates of an exported state are known by, by URN.
fn tokens(state: &serde_json::Value) -> BTreeMap<String, String> {
    let operations = state["deployment"]["pending_operations"].as_array();
    let creates = operations
        .into_iter()
        .flatten()
        .filter(|operation| operation["type"] == "creating");
    let token = |operation: &serde_json::Value| {
        let resource = &operation["resource"];
        let token = resource.pointer("/inputs/__birth/token")?.as_str()?;
        Some((resource["urn"].as_str()?.to_owned(), token.to_owned()))
    };
    creates.filter_map(token).collect()
}

async fn wait_for(engine: &Process, cancel: &CancellationToken) -> Result<()> {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    let mut asked = false;
    while engine.liveness() == Liveness::Alive {
        if !asked && tokio::time::Instant::now() > deadline {
            engine.interrupt();
            asked = true;
        }
        tokio::select! {
            () = cancel.cancelled() => return Err(Failure::cancelled()),
            () = tokio::time::sleep(GLANCE) => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pending_creates_are_known_by_their_tokens() {
        let operation = |kind: &str, urn: &str, inputs: serde_json::Value| serde_json::json!({"type": kind, "resource": {"urn": urn, "inputs": inputs}});
        let born = serde_json::json!({"__birth": {"token": "t1"}});
        let state = serde_json::json!({"deployment": {"pending_operations": [
            operation("creating", "a", born.clone()),
            operation("updating", "b", born),
            operation("creating", "of another provider", serde_json::json!({})),
        ]}});
        let expected = [("a".to_owned(), "t1".to_owned())];
        assert_eq!(tokens(&state), expected.into());
        assert_eq!(tokens(&serde_json::Value::Null), BTreeMap::new());
    }
}
