//! One stack's preview: what has to be there before the engine, the engine itself, and what its events amount to.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::throwaway::Stage;
use super::{Guards, Place, Previewer, Sealing};
use crate::config::{Pack, Sources, Surroundings, Work};
use crate::digest::Key;
use crate::engine::changes::ChangeSet;
use crate::engine::{
    Backend, Foresee, Foreseen, Glimpse, Phase, Pulumi, Shelf, diagnose, missing, refuse_elsewhere, unknown_stack,
};
use crate::environment::Environment;
use crate::event::Body;
use crate::failure::{Failure, Result};
use crate::git::Worktree;
use crate::judge;
use crate::limit::Limit;
use crate::policy::{self, Installing, Packs, Question};
use crate::process::kill_group;
use crate::record::Action;
use crate::repo::Stack;
use crate::rollout::{STOPPING, waiting_for};
use crate::scrub::Scrubber;
use crate::seal::{Ground, Plan, Seal};
use crate::trace;

/// How often a stack is previewed for its seal.
const TRIES: u32 = 3;

/// How long a preview whose time is over may take to stop.
const PATIENCE: Duration = Duration::from_secs(30);

/// What would change, or why that can't be said; what would hold it, and the seal on it.
#[derive(Default)]
pub(super) struct Seen {
    pub changes: ChangeSet,
    pub failure: Option<Failure>,
    pub objections: Vec<String>,
    pub seal: Option<Seal>,
}

impl Seen {
    pub fn failed(failure: Failure) -> Seen {
        Seen { failure: Some(failure), ..Seen::default() }
    }
}

/// A stack ready for the engine.
pub(super) struct Ready<'a> {
    pub stack: &'a Stack,
    pub backend: Backend,
    /// The CLI on the stack's own backend.
    pub pulumi: Pulumi,
    /// The project's folder in the worktree.
    pub folder: PathBuf,
    /// What the engine sees, and how it came by it.
    pub surroundings: &'a Surroundings,
    limit: &'a Limit,
    /// The policy packs that judge what its program makes.
    packs: Packs,
}

impl Place<'_> {
    /// What the engine says that would change, with the variables that are meant for it and in the time that it may take.
    pub(super) async fn within_time(&self, stack: &Stack, before: &[String], scrubber: &mut Scrubber) -> Result<Seen> {
        let context = &self.previewer.context;
        let (engine, own, state_dir) = (&self.previewer.environment, &context.environment, &context.state_dir);
        let sources = Sources { engine, own, state_dir };
        let surroundings = self.config.surroundings(&stack.name(), Work::Preview, sources)?;
        surroundings.teach(scrubber);
        let limit = Limit::start(surroundings.timeout, &context.cancel);
        let seen = self.by_engine((stack, &surroundings), before, &limit, scrubber).await;
        seen.map_err(|failure| limit.explains(Some(failure.kind), "preview").unwrap_or(failure))
    }

    async fn by_engine(
        &self,
        (stack, surroundings): (&Stack, &Surroundings),
        before: &[String],
        limit: &Limit,
        scrubber: &mut Scrubber,
    ) -> Result<Seen> {
        let environment = &surroundings.environment;
        self.refuse_elsewhere(stack, environment).await?;
        let backend = self.check(stack, environment)?;
        let worktree = self.worktree(stack, &limit.cancel).await?;
        let (own, folder) = (self.folder("stack-")?, worktree.folder.join(&stack.folder));
        // Whatever it starts bears a name of its own, so that none of it is taken for another stack's.
        let name = own.strip_prefix(&self.previewer.context.state_dir).unwrap_or(&own).display().to_string();
        let pulumi = self.pulumi.seeing(environment).until(&limit.cancel).of_run(&name, &own)?.holding(&worktree.lock);
        // To destroy something its program is not run.
        if let Some(missing) = missing(&worktree.folder, stack).filter(|_| self.phase == Phase::Preview) {
            self.previewer.context.note(&stack.name(), "installing the program's packages");
            let shelf = Shelf::of(&self.previewer.context.state_dir, Work::Preview);
            let installed = pulumi.install(&missing, &folder, &shelf, &limit.cancel);
            trace::part("install packages").of(installed).await?;
        }
        let packs = self.packs(stack, &pulumi, &limit.cancel).await?;
        let ready = Ready { stack, backend, pulumi, folder, surroundings, limit, packs };
        let stage = match self.planned_stage(&ready, before).await? {
            Some(stage) => stage,
            None => self.stage(&ready).await?,
        };
        if stack.has_secrets {
            let config = worktree.folder.join(&stack.config_file);
            stage.pulumi.learn_secrets(&ready.folder, &stack.stack, &config, scrubber).await?;
        }
        let output = own.join("output.txt");
        let mut seen = match &self.sealing {
            Some(sealing) => self.sealed(sealing, &stage, &ready, &output, scrubber).await?,
            None => {
                let (changes, failure) = self.on(&stage, &ready, &output).await?;
                Seen { changes, failure, ..Seen::default() }
            }
        };
        if let (Some(guards), None) = (&self.guards, &seen.failure) {
            seen.objections = self.objections(guards, &stack.name(), &seen.changes, scrubber, &limit.cancel).await?;
        }
        if let (Some(planned), None) = (seen.changes.puts_out(), &seen.failure) {
            self.planned.lock().await.insert(stack.name(), planned.clone());
        }
        Ok(seen)
    }

    async fn packs(&self, stack: &Stack, pulumi: &Pulumi, cancel: &CancellationToken) -> Result<Packs> {
        let guard = self.config.guard(&stack.name());
        let packs: Vec<&Pack> = guard.packs.iter().filter(|_| self.phase == Phase::Preview).collect();
        let shelf = &Shelf::of(&self.previewer.context.state_dir, Work::Preview);
        Packs::of(&packs, &self.previewer.mirror, &Installing { pulumi, shelf, cancel }).await
    }

    /// What would hold the roll-out of these changes.
    async fn objections(
        &self,
        guards: &Guards,
        name: &str,
        changes: &ChangeSet,
        scrubber: &Scrubber,
        cancel: &CancellationToken,
    ) -> Result<Vec<String>> {
        let mut shown = changes.clone();
        shown.scrub(scrubber);
        let (plan, guard) = (Plan::of(&shown), self.config.guard(name));
        let mut objections: Vec<String> =
            judge::over_budget(&plan, &guard).into_iter().map(|objection| objection.words).collect();
        let (action, commit, branch) = (Action::RollOut, guards.commit.as_str(), guards.branch.as_str());
        let question = Question { stack: name, action, commit, branch, changes: &plan };
        let mut folders = policy::Folders::of(&self.previewer.mirror);
        for policy in &guard.policies {
            let by = (&self.previewer.environment, scrubber);
            objections.extend(policy::refused(policy, &question, &mut folders, by, cancel).await?);
        }
        objections.extend(shown.refused);
        objections.extend(judge::asks(&plan, &guard));
        Ok(objections)
    }

    /// Previews while nothing changes on which the preview rests. Where it does all the time, nothing is sealed, which is told.
    async fn sealed(
        &self,
        sealing: &Sealing,
        stage: &Stage,
        ready: &Ready<'_>,
        output: &Path,
        scrubber: &Scrubber,
    ) -> Result<Seen> {
        let name = ready.stack.name();
        for _ in 0..TRIES {
            let (pulumi, folder, stack) = (stage.of_state(), &ready.folder, &ready.stack.stack);
            let before = pulumi.basis(folder, stack, &sealing.key).await?;
            let (changes, failure) = self.on(stage, ready, output).await?;
            if failure.is_some() {
                return Ok(Seen { changes, failure, ..Seen::default() });
            }
            if pulumi.rests_on(&before, folder, stack, &sealing.key, ready.stack.imports).await? {
                let ground = sealing.ground(&self.previewer.mirror.source.label, &name, self.phase, ready.surroundings);
                let ground = Ground { packs: ready.packs.ids().clone(), ..ground.with(before.identity) };
                let digest = Plan::of(&changes).digest(&sealing.key);
                let mut shown = changes.clone();
                shown.scrub(scrubber);
                let (reads_others, refused, plan) = (changes.reads_others, shown.refused.clone(), Plan::of(&shown));
                let seal = Some(Seal { ground, changes: digest, plan, reads_others, refused });
                return Ok(Seen { changes, seal, ..Seen::default() });
            }
        }
        let message = format!("the state of {name} changes while it is previewed");
        Err(Failure::busy(message).hint("somebody else works on it; preview it again afterwards"))
    }

    /// Refuses a stack that stands in another backend than is named now.
    async fn refuse_elsewhere(&self, stack: &Stack, environment: &Environment) -> Result<()> {
        let Previewer { ledger: Some(ledger), mirror, .. } = self.previewer else {
            return Ok(());
        };
        let Some(id) = ledger.find(&mirror.source.label, &stack.name()).await? else {
            return Ok(());
        };
        let (known, backend) = (ledger.known(&id).await?, Backend::of(stack, environment)?);
        refuse_elsewhere(&self.pulumi, stack, known.home(), (&backend, environment)).await
    }

    /// Refuses what can't be previewed, and sees to the backend.
    fn check(&self, stack: &Stack, environment: &Environment) -> Result<Backend> {
        let Previewer { context, mirror, .. } = self.previewer;
        stack.check_name()?;
        stack.check_files()?;
        mirror.check_present(self.commit, stack)?;
        let backend = Backend::of(stack, environment)?;
        backend.check(environment)?;
        for done in backend.mend(environment) {
            context.note(&stack.name(), done);
        }
        Ok(backend)
    }

    async fn worktree(&self, stack: &Stack, cancel: &CancellationToken) -> Result<Worktree> {
        let Previewer { context, mirror, .. } = self.previewer;
        let waits = |folder: &Path| context.note(&stack.name(), waiting_for(folder));
        tokio::select! {
            worktree = mirror.worktree(self.commit, stack, waits) => worktree,
            () = cancel.cancelled() => Err(Failure::cancelled()),
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

    /// What the engine says that would change. All of it the engine tells only where no policy pack refuses it.
    async fn engine(&self, pulumi: &Pulumi, ready: &Ready<'_>, output: &Path) -> Result<(ChangeSet, Option<Failure>)> {
        let (judged, failure) = self.run(&ready.packs.judge(pulumi), ready, output).await?;
        if judged.refused.is_empty() {
            let told = |failure: Failure| Failure { message: ready.packs.told(&failure.message), ..failure };
            return Ok((judged, failure.map(told)));
        }
        let (changes, failure) = self.run(pulumi, ready, output).await?;
        Ok((changes.refused_with(judged), failure))
    }

    async fn run(&self, pulumi: &Pulumi, ready: &Ready<'_>, output: &Path) -> Result<(ChangeSet, Option<Failure>)> {
        let (context, name) = (&self.previewer.context, ready.stack.name());
        let (folder, stack) = (&ready.folder, &ready.stack.stack);
        let key = self.sealing.as_ref().map_or_else(Key::fresh, |sealing| sealing.key.clone());
        let foresee = Foresee { pulumi, phase: self.phase, folder, stack, output, key: &key, clock: context.clock };
        let tell = |glimpse| match glimpse {
            Glimpse::Seen { urn } => context.tell(Some(&name), Body::ResourceUnchanged { urn }),
            Glimpse::Interrupted => context.note(&name, STOPPING),
        };
        let (engine, cancel) = (foresee.start().await?, &ready.limit.cancel);
        let group = engine.process().pid;
        let following = engine.follow(cancel, tell);
        let overdue = async {
            cancel.cancelled().await;
            tokio::time::sleep(PATIENCE).await;
            // A preview changes nothing, so one that does not stop may be cut off. The engine waits for a policy pack that hangs as it starts.
            if ready.limit.is_over() || !ready.packs.is_empty() {
                kill_group(Some(group));
            }
            std::future::pending::<()>().await
        };
        let Foreseen { changes, progress, ending } = tokio::select! {
            followed = following => followed?,
            () = overdue => return Err(Failure::cancelled()),
        };
        if cancel.is_cancelled() {
            return Err(Failure::cancelled());
        }
        let failure = (!ending.success).then(|| diagnose(&ending, &progress));
        Ok((changes, failure))
    }
}
