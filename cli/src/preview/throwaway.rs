//! Where a stack is previewed: on its own backend, or on one that is thrown away when its own doesn't have it yet.

use std::fs;
use std::path::PathBuf;

use super::Place;
use super::stack::Ready;
use crate::engine::{Phase, PlannedOutputs, Pulumi, State, no_stack};
use crate::failure::{Failure, Kind, Result};
use crate::repo::Stack;

/// The CLI on the backend of a preview.
pub(super) struct Stage {
    pub pulumi: Pulumi,
    /// The CLI on the stack's own backend, when that is another one.
    own: Option<Pulumi>,
    /// Whether the stack stands on its own backend, so that its identity is told there.
    stands: bool,
}

impl Stage {
    /// The CLI on the backend that tells what a preview rests on.
    pub fn of_state(&self) -> &Pulumi {
        self.own.as_ref().filter(|_| self.stands).unwrap_or(&self.pulumi)
    }

    /// Says of a failure that comes of the stage alone how it goes away.
    pub fn explain(&self, failure: Failure, stack: &str) -> Failure {
        // Backends of files know one organisation, and its name is `organization`.
        let is_of_stage = self.own.is_some() && failure.message.contains("organization name must be 'organization'");
        let hint = || {
            format!(
                "`{stack}` is new, and what a new stack reads of another organisation's can be previewed once it is made: \
                 `pulumi stack init` makes it"
            )
        };
        failure.hint_some(is_of_stage.then(hint))
    }
}

impl Place<'_> {
    /// A preview makes nothing, so a stack that isn't there yet is made in a backend that is thrown away.
    pub(super) async fn stage(&self, ready: &Ready<'_>) -> Result<Stage> {
        let (own, stack) = (ready.pulumi.clone(), &ready.stack.stack);
        if self.stands(ready).await? {
            return Ok(Stage { pulumi: own, own: None, stands: true });
        }
        if self.phase != Phase::Preview {
            return Err(no_stack(&ready.backend, ready.stack));
        }
        let pulumi = self.throwaway_backend(&own)?;
        pulumi.create_stack(&ready.folder, stack).await?;
        Ok(Stage { pulumi, own: Some(own), stands: false })
    }

    /// A copy of the stack beside copies of those that it reads, with what their own previews say that they would put out.
    /// `None` where there is no such, or where it can't be copied, which is told.
    pub(super) async fn planned_stage(&self, ready: &Ready<'_>, before: &[String]) -> Result<Option<Stage>> {
        let planned: Vec<(String, PlannedOutputs)> = {
            let all = self.planned.lock().await;
            before
                .iter()
                .filter_map(|name| all.get_key_value(name))
                .map(|(name, all)| (name.clone(), all.clone()))
                .collect()
        };
        if planned.is_empty() || !ready.backend.is_self_managed() {
            return Ok(None);
        }
        match self.on_planned(ready, &planned).await {
            Ok(stage) => Ok(Some(stage)),
            Err(failure) if failure.kind == Kind::Cancelled => Err(failure),
            Err(failure) => {
                let names: Vec<&str> = planned.iter().map(|(name, _)| name.as_str()).collect();
                let message = format!("previewed on what {} put out last: {}", names.join(", "), failure.message);
                self.previewer.context.note(&ready.stack.name(), message);
                Ok(None)
            }
        }
    }

    async fn on_planned(&self, ready: &Ready<'_>, planned: &[(String, PlannedOutputs)]) -> Result<Stage> {
        let (own, stack) = (ready.pulumi.clone(), &ready.stack.stack);
        let pulumi = self.throwaway_backend(&own)?;
        pulumi.create_stack(&ready.folder, stack).await?;
        let stands = own.export(&ready.folder, stack).await?;
        if let Some(state) = &stands {
            pulumi.import(&ready.folder, stack, state).await?;
        }
        let stage = Stage { pulumi, own: Some(own.clone()), stands: stands.is_some() };
        for (name, outputs) in planned {
            let whole = format!("organization/{name}");
            let state = own.export(&ready.folder, &whole).await?;
            self.put(&stage, ready.stack, &whole, state, Some(outputs)).await?;
        }
        Ok(stage)
    }

    /// Whether the backend has the stack. Of several previews the first alone comes to a backend that is new.
    async fn stands(&self, ready: &Ready<'_>) -> Result<bool> {
        let is_new = ready.backend.is_untouched(&ready.surroundings.environment);
        let _alone = if is_new { Some(self.alone.lock().await) } else { None };
        ready.pulumi.has_stack(&ready.folder, &ready.stack.stack).await
    }

    /// Copies a stack that another one reads to where that is previewed. False when its own backend doesn't have it either.
    pub(super) async fn bring(&self, stage: &Stage, reader: &Ready<'_>, name: &str) -> Result<bool> {
        let Some(own) = &stage.own else {
            return Ok(false);
        };
        let Some(state) = own.export(&reader.folder, name).await? else {
            return Ok(false);
        };
        self.put(stage, reader.stack, name, Some(state), None).await.map(|()| true)
    }

    /// Makes a copy of a stack that another one reads: with this state, if it has one, and what it would put out, if that is known.
    async fn put(
        &self,
        stage: &Stage,
        reader: &Stack,
        name: &str,
        state: Option<State>,
        planned: Option<&PlannedOutputs>,
    ) -> Result<()> {
        let (project, name) = whole_name(reader, name);
        let place = self.folder("read-")?;
        let file = place.join("Pulumi.yaml");
        // The CLI makes a stack only beside the file of its project.
        let text = format!("name: {project}\nruntime: yaml\n");
        fs::write(&file, text).map_err(|error| Failure::setup(format!("writing {}: {error}", file.display())))?;
        stage.pulumi.create_stack(&place, &name).await?;
        let state = match state {
            Some(state) => Some(state),
            None => stage.pulumi.export(&place, &name).await?,
        };
        let state = state.ok_or_else(|| Failure::bug("a stack was made and is not there"))?;
        let stack = name.rsplit('/').next().unwrap_or(&name);
        let state = planned.map_or(state.clone(), |outputs| state.planned(&project, stack, outputs));
        stage.pulumi.import(&place, &name, &state).await
    }

    fn throwaway_backend(&self, pulumi: &Pulumi) -> Result<Pulumi> {
        let place = self.folder("backend-")?;
        let pulumi = pulumi.with("PULUMI_BACKEND_URL", &format!("file://{}", place.display()));
        match pulumi.sees("PULUMI_CONFIG_PASSPHRASE_FILE") {
            true => Ok(pulumi),
            false => Ok(pulumi.with_default("PULUMI_CONFIG_PASSPHRASE", "")),
        }
    }

    /// A folder that goes with the preview.
    pub(super) fn folder(&self, prefix: &str) -> Result<PathBuf> {
        let made = tempfile::Builder::new().prefix(prefix).tempdir_in(self.scratch.path());
        made.map(tempfile::TempDir::keep).map_err(|error| Failure::setup(format!("making a folder: {error}")))
    }
}

/// A stack's project, and its name as a backend of files has it, from its name as a program of a project reads it.
fn whole_name(reader: &Stack, name: &str) -> (String, String) {
    let mut parts = name.rsplit('/');
    let stack = parts.next().unwrap_or(name);
    let project = parts.next().unwrap_or(&reader.project);
    (project.to_owned(), format!("organization/{project}/{stack}"))
}
