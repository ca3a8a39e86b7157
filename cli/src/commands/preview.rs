//! `gitinfra preview`: what a merge would change, without changing anything.

use std::path::Path;
use std::time::Duration;

use super::Context;
use crate::args::{Preview as Args, Report};
use crate::blame::blame;
use crate::changes::{ChangeSet, Said};
use crate::comment::{Preview, StackPreview, comment};
use crate::environment::{Environment, for_engine};
use crate::event::Body;
use crate::failure::{Failure, Kind, Result};
use crate::feed::Feed;
use crate::git::{Commit, Mirror};
use crate::pulumi::{Backend, Happening, Phase, Pulumi, needs_install};
use crate::repo::{self, Stack};
use crate::scrub::Scrubber;

/// A stack that the merge touches, and why.
struct Touched {
    stack: Stack,
    reason: String,
}

pub async fn run(context: &Context, args: &Args) -> Result<u8> {
    let mirror = context.mirror(&args.source.repo).await?;
    let (base, head, merged) = tokio::select! {
        merged = merge(&mirror, args) => merged?,
        () = context.cancel.cancelled() => return Err(Failure::cancelled()),
    };
    let Sorted { touched, untouched, gone } = sorted(&mirror, &base, &merged, &args.stacks)?;
    let mut preview = Preview {
        base: args.base.clone(),
        base_commit: base.id,
        head: mirror.source.name_of(&args.head),
        head_commit: head.id,
        stacks: Vec::new(),
        untouched,
        gone,
    };
    let mut worst = None;
    if !touched.is_empty() {
        let environment = for_engine(&context.environment, &args.source.pass_env, &context.cwd);
        (preview.stacks, worst) = Previewer::new(context, &mirror, environment, &merged).await?.all(touched).await?;
    }
    match args.output {
        Report::Markdown => context.ui.data(&comment(&preview)),
        Report::Json => context.ui.data(&context.ui.json(&preview)?),
    }
    Ok(worst.map_or(0, Kind::exit_code))
}

async fn merge(mirror: &Mirror, args: &Args) -> Result<(Commit, Commit, String)> {
    let base = mirror.fetch_branch(&args.base).await?;
    let head = mirror.fetch_ref(&args.head).await?;
    let merged = mirror.merge(&base.id, &head.id)?;
    Ok((base, head, merged))
}

/// The stacks on both sides of a merge.
#[derive(Default)]
struct Sorted {
    touched: Vec<Touched>,
    untouched: Vec<String>,
    gone: Vec<String>,
}

/// Tells the stacks of the merged tree whose files differ from the base from the others.
fn sorted(mirror: &Mirror, base: &Commit, merged: &str, wanted: &[String]) -> Result<Sorted> {
    let stacks = repo::stacks(&mirror.pulumi_files(merged)?).map_err(repo::all_of)?;
    // What the base can't tell, such as a project file that is broken there, makes every stack a new one.
    let before = repo::stacks(&mirror.pulumi_files(&base.id)?).unwrap_or_default();
    let changed = mirror.changed_paths(&base.id, merged)?.unwrap_or_default();
    let mut sorted = Sorted::default();
    if wanted.is_empty() {
        let is_gone = |known: &&Stack| !stacks.iter().any(|stack| stack.name() == known.name());
        sorted.gone = before.iter().filter(is_gone).map(Stack::name).collect();
    }
    for stack in repo::select(stacks, wanted)? {
        let is_new = !before.iter().any(|known| known.name() == stack.name());
        let mut used = changed.iter().filter(|path| stack.uses(path));
        match used.next() {
            _ if is_new => sorted.touched.push(Touched { stack, reason: "a new stack".to_owned() }),
            Some(first) => {
                let reason = crate::decide::Reason::Changed { files: 1 + used.count(), example: first.clone() };
                sorted.touched.push(Touched { stack, reason: reason.words() });
            }
            None => sorted.untouched.push(stack.name()),
        }
    }
    Ok(sorted)
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
        if let Some(link) = self.mirror.escaping_link(self.merged)? {
            return Err(Failure::input(format!("a symbolic link leads out of the repository: {link}")));
        }
        let worktree = self.mirror.worktree(self.merged, &self.scratch.path().join("tree")).await?;
        let (mut previews, mut worst) = (Vec::new(), None);
        for Touched { stack, reason } in touched {
            self.context.tell_aside(&format!("previewing {} ({reason})", stack.name()));
            let folder = worktree.folder.join(&stack.folder);
            let mut scrubber = Scrubber::from_environment(&self.context.environment);
            let (changes, failure) = match self.one(&stack, &folder, &mut scrubber).await {
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

    async fn one(&self, stack: &Stack, folder: &Path, scrubber: &mut Scrubber) -> Result<(ChangeSet, Option<Failure>)> {
        stack.check_name()?;
        let backend = Backend::of(stack, &self.environment)?;
        backend.check(&self.environment)?;
        for done in backend.mend(&self.environment) {
            self.context.tell_aside(&done);
        }
        if needs_install(folder, &stack.runtime) {
            self.context.tell_aside("installing the program's packages");
            self.pulumi.install(folder, &self.context.cancel).await?;
        }
        let mut pulumi = self.pulumi.clone();
        if !pulumi.has_stack(folder, &stack.stack).await? {
            // A preview makes nothing, so a stack that isn't there yet is made in a backend that is thrown away.
            pulumi = self.throwaway_backend()?;
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

    fn throwaway_backend(&self) -> Result<Pulumi> {
        let place = tempfile::Builder::new().prefix("backend-").tempdir_in(self.scratch.path());
        let place = place.map_err(|error| Failure::setup(format!("making a folder: {error}")))?.keep();
        let pulumi = self.pulumi.with("PULUMI_BACKEND_URL", &format!("file://{}", place.display()));
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
