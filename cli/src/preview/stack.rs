//! One stack's preview: what has to be there before the engine, the engine itself, and what its events amount to.

use std::path::Path;

use super::Place;
use crate::engine::changes::{ChangeSet, Said};
use crate::engine::{Backend, EngineSignal, News, Phase, Progress, Pulumi, diagnose, needs_install};
use crate::failure::{Failure, Result};
use crate::repo::Stack;
use crate::scrub::Scrubber;

impl Place<'_> {
    pub(super) async fn one(
        &self,
        stack: &Stack,
        folder: &Path,
        scrubber: &mut Scrubber,
    ) -> Result<(ChangeSet, Option<Failure>)> {
        self.make_ready(stack, folder).await?;
        let pulumi = self.backend(stack, folder).await?;
        if stack.has_secrets {
            pulumi.learn_secrets(folder, &stack.stack, scrubber).await?;
        }
        self.engine(&pulumi, folder, &stack.stack).await
    }

    /// Sees to the backend and to the program's packages.
    async fn make_ready(&self, stack: &Stack, folder: &Path) -> Result<()> {
        stack.check_name()?;
        let (context, environment) = (&self.previewer.context, &self.previewer.environment);
        let backend = Backend::of(stack, environment)?;
        backend.check(environment)?;
        for done in backend.mend(environment) {
            context.note(&stack.name(), done);
        }
        if needs_install(folder, &stack.runtime) {
            context.note(&stack.name(), "installing the program's packages");
            self.pulumi.install(folder, &context.cancel).await?;
        }
        Ok(())
    }

    /// The CLI on the stack's own backend. A preview makes nothing, so a stack that isn't there yet is made in a backend
    /// that is thrown away.
    async fn backend(&self, stack: &Stack, folder: &Path) -> Result<Pulumi> {
        if self.pulumi.has_stack(folder, &stack.stack).await? {
            return Ok(self.pulumi.clone());
        }
        let pulumi = self.throwaway_backend()?;
        pulumi.create_stack(folder, &stack.stack).await?;
        Ok(pulumi)
    }

    fn throwaway_backend(&self) -> Result<Pulumi> {
        let place = tempfile::Builder::new().prefix("backend-").tempdir_in(self.scratch.path());
        let place = place.map_err(|error| Failure::setup(format!("making a folder: {error}")))?.keep();
        let pulumi = self.pulumi.with("PULUMI_BACKEND_URL", &format!("file://{}", place.display()));
        Ok(pulumi.with_default("PULUMI_CONFIG_PASSPHRASE", ""))
    }

    async fn engine(&self, pulumi: &Pulumi, folder: &Path, stack: &str) -> Result<(ChangeSet, Option<Failure>)> {
        let context = &self.previewer.context;
        let output = self.scratch.path().join("output.txt");
        let engine = pulumi.start(Phase::Preview, folder, stack, "", &output).await?;
        let (mut progress, mut changes) = (Progress::default(), ChangeSet::default());
        let take = |signal| {
            if let EngineSignal::Event(event) = signal {
                changes.take(&event);
                if let Some(News::Diagnostic { severity, urn, message }) = progress.take(*event, context.now()) {
                    changes.diagnostics.push(Said { severity, urn, message });
                }
            }
        };
        let ending = engine.follow(&context.cancel, take).await?;
        if context.cancel.is_cancelled() {
            return Err(Failure::cancelled());
        }
        let failure = (!ending.success).then(|| diagnose(&ending, &progress));
        Ok((changes, failure))
    }
}
