//! One stack's preview: what has to be there before the engine, the engine itself, and what its events amount to.

use std::path::{Path, PathBuf};

use super::throwaway::Stage;
use super::{Place, Previewer, Sealing};
use crate::engine::changes::ChangeSet;
use crate::engine::{Backend, Foresee, Foreseen, Glimpse, Phase, Pulumi, diagnose, missing, unknown_stack};
use crate::event::Body;
use crate::failure::{Failure, Result};
use crate::git::Worktree;
use crate::repo::Stack;
use crate::rollout::waiting_for;
use crate::scrub::Scrubber;
use crate::seal::{Plan, Seal};

/// How often a stack is previewed for its seal.
const TRIES: u32 = 3;

/// What would change, why that can't be said, and the seal on it.
pub(super) type Outcome = (ChangeSet, Option<Failure>, Option<Seal>);

/// A stack ready for the engine.
pub(super) struct Ready<'a> {
    pub stack: &'a Stack,
    pub backend: Backend,
    /// The CLI on the stack's own backend.
    pub pulumi: Pulumi,
    /// The project's folder in the worktree.
    pub folder: PathBuf,
}

impl Place<'_> {
    /// What the engine says that would change.
    pub(super) async fn by_engine(&self, stack: &Stack, scrubber: &mut Scrubber) -> Result<Outcome> {
        let backend = self.check(stack)?;
        let worktree = self.worktree(stack).await?;
        let (own, folder) = (self.folder("stack-")?, worktree.folder.join(&stack.folder));
        // Whatever it starts bears a name of its own, so that none of it is taken for another stack's.
        let name = own.strip_prefix(&self.previewer.context.state_dir).unwrap_or(&own).display().to_string();
        let pulumi = self.pulumi.of_run(&name, &own)?.holding(&worktree.lock);
        // To destroy something its program is not run.
        if let Some(missing) = missing(&worktree.folder, stack).filter(|_| self.phase == Phase::Preview) {
            self.previewer.context.note(&stack.name(), "installing the program's packages");
            pulumi.install(&missing, &folder, &self.previewer.context.cancel).await?;
        }
        let ready = Ready { stack, backend, pulumi, folder };
        let stage = self.stage(&ready).await?;
        if stack.has_secrets {
            let config = worktree.folder.join(&stack.config_file);
            stage.pulumi.learn_secrets(&ready.folder, &stack.stack, &config, scrubber).await?;
        }
        let output = own.join("output.txt");
        match &self.sealing {
            Some(sealing) => self.sealed(sealing, &stage, &ready, &output, scrubber).await,
            None => self.on(&stage, &ready, &output).await.map(|(changes, failure)| (changes, failure, None)),
        }
    }

    /// Previews while nothing changes on which the preview rests. Where it does all the time, nothing is sealed, which is told.
    async fn sealed(
        &self,
        sealing: &Sealing,
        stage: &Stage,
        ready: &Ready<'_>,
        output: &Path,
        scrubber: &Scrubber,
    ) -> Result<Outcome> {
        let name = ready.stack.name();
        for _ in 0..TRIES {
            let identity = || stage.pulumi.identity(&ready.folder, &ready.stack.stack, &sealing.key);
            let before = identity().await?;
            let (changes, failure) = self.on(stage, ready, output).await?;
            if failure.is_some() {
                return Ok((changes, failure, None));
            }
            if identity().await? == before {
                let ground = sealing.ground(&self.previewer.mirror.source.label, &name, self.phase).with(before);
                let digest = Plan::of(&changes).digest(&sealing.key);
                let mut shown = changes.clone();
                shown.scrub(scrubber);
                return Ok((changes, None, Some(Seal { ground, changes: digest, plan: Plan::of(&shown) })));
            }
        }
        let message = format!("the state of {name} changes while it is previewed");
        Err(Failure::busy(message).hint("somebody else works on it; preview it again afterwards"))
    }

    /// Refuses what can't be previewed, and sees to the backend.
    fn check(&self, stack: &Stack) -> Result<Backend> {
        let Previewer { context, mirror, environment, .. } = self.previewer;
        stack.check_name()?;
        stack.check_files()?;
        mirror.refuse_pointers(self.commit, stack)?;
        let backend = Backend::of(stack, environment)?;
        backend.check(environment)?;
        for done in backend.mend(environment) {
            context.note(&stack.name(), done);
        }
        Ok(backend)
    }

    async fn worktree(&self, stack: &Stack) -> Result<Worktree> {
        let Previewer { context, mirror, .. } = self.previewer;
        let waits = |folder: &Path| context.note(&stack.name(), waiting_for(folder));
        tokio::select! {
            worktree = mirror.worktree(self.commit, stack, waits) => worktree,
            () = context.cancel.cancelled() => Err(Failure::cancelled()),
        }
    }

    /// Previews on a stage. The outputs of other stacks that a new one reads are brought to it as the engine misses them, for
    /// what a program reads shows only when it runs.
    async fn on(&self, stage: &Stage, ready: &Ready<'_>, output: &Path) -> Result<(ChangeSet, Option<Failure>)> {
        let mut brought = Vec::new();
        loop {
            let (changes, failure) = self.engine(&stage.pulumi, ready, output).await?;
            let missing = failure.as_ref().and_then(|failure| unknown_stack(&failure.message));
            let Some(name) = missing.map(str::to_owned).filter(|name| !brought.contains(name)) else {
                return Ok((changes, failure.map(|failure| stage.explain(failure, &ready.stack.name()))));
            };
            if !self.bring(stage, ready, &name).await? {
                let hint = format!("`{name}` does not stand yet: what reads its outputs can be previewed once it does");
                return Ok((changes, failure.map(|failure| failure.hint(hint))));
            }
            brought.push(name);
        }
    }

    async fn engine(&self, pulumi: &Pulumi, ready: &Ready<'_>, output: &Path) -> Result<(ChangeSet, Option<Failure>)> {
        let (context, name) = (&self.previewer.context, ready.stack.name());
        let (folder, stack) = (&ready.folder, &ready.stack.stack);
        let foresee = Foresee { pulumi, phase: self.phase, folder, stack, output, clock: context.clock };
        let tell = |glimpse| {
            if let Glimpse::Seen { urn } = glimpse {
                context.tell(Some(&name), Body::ResourceUnchanged { urn });
            }
        };
        let Foreseen { changes, progress, ending } = foresee.start().await?.follow(&context.cancel, tell).await?;
        if context.cancel.is_cancelled() {
            return Err(Failure::cancelled());
        }
        let failure = (!ending.success).then(|| diagnose(&ending, &progress));
        Ok((changes, failure))
    }
}
