//! One stack's preview: what has to be there before the engine, the engine itself, and what its events amount to.

use std::path::Path;

use super::throwaway::Stage;
use super::{Place, Previewer};
use crate::engine::changes::{ChangeSet, Said};
use crate::engine::{Backend, EngineSignal, News, Phase, Progress, Pulumi, diagnose, missing, unknown_stack};
use crate::failure::{Failure, Result};
use crate::git::Worktree;
use crate::repo::Stack;
use crate::rollout::waiting_for;
use crate::scrub::Scrubber;

impl Place<'_> {
    pub(super) async fn one(&self, stack: &Stack, scrubber: &mut Scrubber) -> Result<(ChangeSet, Option<Failure>)> {
        self.check(stack)?;
        let worktree = self.worktree(stack).await?;
        let (pulumi, folder) = (self.pulumi.holding(&worktree.lock), &worktree.folder.join(&stack.folder));
        if let Some(missing) = missing(&worktree.folder, stack) {
            self.previewer.context.note(&stack.name(), "installing the program's packages");
            pulumi.install(&missing, folder, &self.previewer.context.cancel).await?;
        }
        let stage = self.stage(pulumi, stack, folder).await?;
        if stack.has_secrets {
            let config = worktree.folder.join(&stack.config_file);
            stage.pulumi.learn_secrets(folder, &stack.stack, &config, scrubber).await?;
        }
        self.on(&stage, stack, folder).await
    }

    /// Refuses what can't be previewed, and sees to the backend.
    fn check(&self, stack: &Stack) -> Result<()> {
        let Previewer { context, mirror, environment } = self.previewer;
        stack.check_name()?;
        stack.check_files()?;
        mirror.refuse_pointers(self.merged, stack)?;
        let backend = Backend::of(stack, environment)?;
        backend.check(environment)?;
        for done in backend.mend(environment) {
            context.note(&stack.name(), done);
        }
        Ok(())
    }

    async fn worktree(&self, stack: &Stack) -> Result<Worktree> {
        let Previewer { context, mirror, .. } = self.previewer;
        let waits = |folder: &Path| context.note(&stack.name(), waiting_for(folder));
        tokio::select! {
            worktree = mirror.worktree(self.merged, stack, waits) => worktree,
            () = context.cancel.cancelled() => Err(Failure::cancelled()),
        }
    }

    /// Previews on a stage. The outputs of other stacks that a new one reads are brought to it as the engine misses them, for
    /// what a program reads shows only when it runs.
    async fn on(&self, stage: &Stage, stack: &Stack, folder: &Path) -> Result<(ChangeSet, Option<Failure>)> {
        let mut brought = Vec::new();
        loop {
            let (changes, failure) = self.engine(&stage.pulumi, folder, &stack.stack).await?;
            let missing = failure.as_ref().and_then(|failure| unknown_stack(&failure.message));
            let Some(name) = missing.map(str::to_owned).filter(|name| !brought.contains(name)) else {
                return Ok((changes, failure));
            };
            if !self.bring(stage, stack, folder, &name).await? {
                let hint = format!("`{name}` does not stand yet: what reads its outputs can be previewed once it does");
                return Ok((changes, failure.map(|failure| failure.hint(hint))));
            }
            brought.push(name);
        }
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
        changes.counts = progress.counts();
        if context.cancel.is_cancelled() {
            return Err(Failure::cancelled());
        }
        let failure = (!ending.success).then(|| diagnose(&ending, &progress));
        Ok((changes, failure))
    }
}
