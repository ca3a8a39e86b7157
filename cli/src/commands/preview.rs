//! `gitinfra preview`: what a merge would change, without changing anything.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use super::Context;
use crate::args::{Preview as Args, Report};
use crate::blame::blame;
use crate::changes::{ChangeSet, Said};
use crate::comment::{Preview, StackPreview, comment};
use crate::decide::Reason;
use crate::environment::{Environment, for_engine};
use crate::event::Body;
use crate::failure::{Failure, Kind, Result};
use crate::feed::Feed;
use crate::git::{Commit, Mirror};
use crate::pulumi::{Backend, Happening, Phase, Pulumi, missing};
use crate::repo::{self, Fault, Found, Stack, path};
use crate::rollout::waiting_for;
use crate::scrub::Scrubber;

/// A stack that the merge touches, and why.
struct Touched {
    stack: Stack,
    reason: String,
}

pub async fn run(context: &Context, args: &Args) -> Result<u8> {
    let mirror = context.mirror(&args.source).await?;
    let (base, head, merged) = tokio::select! {
        merged = merge(&mirror, args) => merged?,
        () = context.cancel.cancelled() => return Err(Failure::cancelled()),
    };
    let Sorted { touched, untouched, gone, faults } = sorted(&mirror, &base, &merged, &args.stacks)?;
    let mut preview = Preview {
        base: args.base.clone(),
        base_commit: base.id,
        head: mirror.source.name_of(&args.head),
        head_commit: head.id,
        stacks: Vec::new(),
        untouched,
        gone,
    };
    let mut worst = faults.first().map(|fault| fault.failure.kind);
    if !touched.is_empty() {
        let environment = for_engine(&context.environment, &args.source.pass_env, &context.cwd);
        let previewer = Previewer::new(context, &mirror, environment, &merged).await?;
        let kind;
        (preview.stacks, kind) = previewer.all(touched).await?;
        worst = kind.map_or(worst, |kind| Some(Kind::worst(worst, kind)));
    }
    preview.stacks.extend(faults.into_iter().map(faulty));
    match args.output {
        Report::Markdown => context.ui.data(&comment(&preview)),
        Report::Json => context.ui.data(&context.ui.json(&preview)?),
    }
    Ok(worst.map_or(0, Kind::exit_code))
}

async fn merge(mirror: &Mirror, args: &Args) -> Result<(Commit, Commit, String)> {
    let base = mirror.fetch_branch(&args.base).await?;
    let head = mirror.fetch_ref(&args.head).await?;
    let merged = mirror.merge(&base.id, &head.id).await?;
    Ok((base, head, merged))
}

/// The stacks on both sides of a merge.
#[derive(Default)]
struct Sorted {
    touched: Vec<Touched>,
    untouched: Vec<String>,
    gone: Vec<String>,
    faults: Vec<Fault>,
}

/// Tells the stacks of the merged tree whose files differ from the base from the others.
fn sorted(mirror: &Mirror, base: &Commit, merged: &str, wanted: &[String]) -> Result<Sorted> {
    let found = repo::stacks(&mirror.listing(merged)?);
    let before = repo::stacks(&mirror.listing(&base.id)?);
    let changed = mirror.changed_paths(&base.id, merged)?.unwrap_or_default();
    if let (true, Some(failure)) = (found.stacks.is_empty(), found.failure()) {
        return Err(failure);
    }
    let mut sorted = Sorted::default();
    if wanted.is_empty() {
        let names: Vec<String> = before.stacks.iter().map(Stack::name).collect();
        let known = names.iter().zip(&before.stacks).map(|(name, stack)| (name.as_str(), stack.folder.as_str()));
        sorted.gone = found.lacks(known).into_iter().map(str::to_owned).collect();
    }
    let Found { stacks, faults } = found.select(wanted)?;
    sorted.faults = faults;
    sorted.faults.retain(|fault| fault.has_stacks && (!before.faults.contains(fault) || is_touched(fault, &changed)));
    let known: BTreeSet<String> = before.stacks.iter().map(Stack::name).collect();
    for stack in stacks {
        // What the base can't tell, such as a project file that is broken there, makes a stack a new one.
        let is_new = !known.contains(&stack.name());
        match Reason::of_changes(&stack, &changed) {
            _ if is_new => sorted.touched.push(Touched { stack, reason: "a new stack".to_owned() }),
            Some(reason) => sorted.touched.push(Touched { stack, reason: reason.words() }),
            None => sorted.untouched.push(stack.name()),
        }
    }
    Ok(sorted)
}

/// Whether a merge has to do with a fault that was there before.
fn is_touched(fault: &Fault, changed: &[String]) -> bool {
    fault.stack.is_none() && changed.iter().any(|path| path::is_within(path, &fault.folder))
}

/// What can't be previewed, as the preview that it has.
fn faulty(fault: Fault) -> StackPreview {
    let place = if fault.folder.is_empty() { "the root" } else { &fault.folder };
    StackPreview {
        name: fault.stack.unwrap_or_else(|| format!("the stacks in {}", path::shown(place))),
        reason: "it can't be read".to_owned(),
        failure: Some(fault.failure.with_hints()),
        changes: ChangeSet::default(),
    }
}

/// What all previews of one merge share.
struct Previewer<'a> {
    context: &'a Context,
    mirror: &'a Mirror,
    environment: Environment,
    merged: &'a str,
    pulumi: Pulumi,
    scratch: tempfile::TempDir,
}

impl<'a> Previewer<'a> {
    async fn new(context: &'a Context, mirror: &'a Mirror, environment: Environment, merged: &'a str) -> Result<Self> {
        let pulumi = Pulumi::find(&environment).await?;
        let failed = |error: std::io::Error| {
            Failure::setup(format!("making a folder in {}: {error}", context.state_dir.display()))
        };
        let work = context.state_dir.join("work");
        std::fs::create_dir_all(&work).map_err(failed)?;
        sweep(&work);
        let scratch = tempfile::Builder::new().prefix("preview-").tempdir_in(&work).map_err(failed)?;
        let run = scratch.path().file_name().unwrap_or_default();
        Ok(Previewer { context, mirror, environment, merged, pulumi: pulumi.of_run(&run.to_string_lossy()), scratch })
    }

    /// Previews each stack. One that fails is part of the answer, and of what decides the exit code; only being stopped ends it.
    async fn all(&self, touched: Vec<Touched>) -> Result<(Vec<StackPreview>, Option<Kind>)> {
        let (mut previews, mut worst) = (Vec::new(), None);
        for Touched { stack, reason } in touched {
            self.context.tell_aside(&format!("previewing {} ({reason})", stack.name()));
            let mut scrubber = Scrubber::from_environment(&self.context.environment);
            let (changes, failure) = match self.one(&stack, &mut scrubber).await {
                Ok(done) => done,
                Err(failure) if failure.kind == Kind::Cancelled => return Err(failure),
                Err(failure) => (ChangeSet::default(), Some(failure)),
            };
            let failure = failure.map(|failure| {
                worst = Some(Kind::worst(worst, failure.kind));
                scrubber.scrub(&failure.with_hints())
            });
            previews.push(scrubbed(StackPreview { name: stack.name(), reason, failure, changes }, &scrubber));
        }
        Ok((previews, worst))
    }

    async fn one(&self, stack: &Stack, scrubber: &mut Scrubber) -> Result<(ChangeSet, Option<Failure>)> {
        stack.check_name()?;
        stack.check_files()?;
        self.mirror.refuse_pointers(self.merged, stack)?;
        let backend = Backend::of(stack, &self.environment)?;
        backend.check(&self.environment)?;
        for done in backend.mend(&self.environment) {
            self.context.tell_aside(&done);
        }
        let waits = |folder: &Path| self.context.tell_aside(&waiting_for(folder));
        let worktree = tokio::select! {
            worktree = self.mirror.worktree(self.merged, stack, waits) => worktree?,
            () = self.context.cancel.cancelled() => return Err(Failure::cancelled()),
        };
        let mut pulumi = self.pulumi.holding(&worktree.lock);
        let folder = &worktree.folder.join(&stack.folder);
        if let Some(missing) = missing(&worktree.folder, stack) {
            self.context.tell_aside("installing the program's packages");
            pulumi.install(&missing, folder, &self.context.cancel).await?;
        }
        if !pulumi.has_stack(folder, &stack.stack).await? {
            // A preview makes nothing, so a stack that isn't there yet is made in a backend that is thrown away.
            pulumi = self.throwaway_backend(&pulumi)?;
            pulumi.create_stack(folder, &stack.stack).await?;
        }
        if stack.has_secrets {
            pulumi.learn_secrets(folder, &stack.stack, scrubber).await?;
        }
        let engine =
            pulumi.start(Phase::Preview, folder, &stack.stack, "", &self.scratch.path().join("output.txt")).await?;
        let (mut feed, mut changes) = (Feed::default(), ChangeSet::default());
        let taken = async |happening| {
            if let Happening::Event(event) = happening {
                changes.take(&event);
                if let Some(Body::Diagnostic { severity, urn, message }) = feed.take(*event, self.context.now()) {
                    changes.diagnostics.push(Said { severity, urn, message });
                }
            }
        };
        let ending = engine.follow(&self.context.cancel, taken).await?;
        if self.context.cancel.is_cancelled() {
            return Err(Failure::cancelled());
        }
        let failure = (!ending.success).then(|| blame(&ending, &feed));
        Ok((changes, failure))
    }

    fn throwaway_backend(&self, pulumi: &Pulumi) -> Result<Pulumi> {
        let place = tempfile::Builder::new().prefix("backend-").tempdir_in(self.scratch.path());
        let place = place.map_err(|error| Failure::setup(format!("making a folder: {error}")))?.keep();
        let pulumi = pulumi.with("PULUMI_BACKEND_URL", &format!("file://{}", place.display()));
        Ok(pulumi.with_default("PULUMI_CONFIG_PASSPHRASE", ""))
    }
}

/// Removes what previews left that were killed: whatever is a day old has nobody any more.
fn sweep(work: &Path) {
    const OLD: Duration = Duration::from_secs(24 * 60 * 60);
    for entry in std::fs::read_dir(work).into_iter().flatten().flatten() {
        let age = entry.metadata().and_then(|found| found.modified()).map(|at| at.elapsed().unwrap_or_default());
        let is_ours = entry.file_name().to_string_lossy().starts_with("preview-");
        if is_ours && age.is_ok_and(|age| age > OLD) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// The same preview without the secrets that the engine didn't know to be any.
fn scrubbed(mut preview: StackPreview, scrubber: &Scrubber) -> StackPreview {
    let changes = &mut preview.changes;
    let of_resources = changes.resources.iter_mut().flat_map(|resource| &mut resource.properties);
    for property in of_resources.chain(&mut changes.outputs) {
        for side in [&mut property.before, &mut property.after].into_iter().flatten() {
            side.scrub(scrubber);
        }
    }
    for said in &mut changes.diagnostics {
        said.message = scrubber.scrub(&said.message);
    }
    preview
}
