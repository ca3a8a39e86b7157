//! What a merge would change: the stacks that it touches, each previewed by the engine in a checkout of the merge.

mod sorted;
mod stack;
mod throwaway;

use std::path::Path;
use std::time::Duration;

use crate::comment::{Preview, StackPreview};
use crate::context::Context;
use crate::engine::Pulumi;
use crate::engine::changes::ChangeSet;
use crate::environment::Environment;
use crate::failure::{Failure, Kind, Result};
use crate::git::{Commit, Mirror};
use crate::scrub::Scrubber;
use sorted::{Sorted, Touched, faulty, sorted};

/// Previews merges of one repository.
pub struct Previewer {
    pub context: Context,
    pub mirror: Mirror,
    /// The environment that the engine sees.
    pub environment: Environment,
}

/// What is merged into what, and which stacks are of interest.
pub struct Merge {
    /// The branch that would receive the merge.
    pub base: String,
    /// A branch, a tag, a commit or any other ref.
    pub head: String,
    /// Only these, as `PROJECT/STACK` or `STACK`; all when there is none.
    pub stacks: Vec<String>,
}

/// Where the previews of one merge run.
struct Place<'a> {
    previewer: &'a Previewer,
    /// The commit that the merge would make.
    merged: &'a str,
    pulumi: Pulumi,
    scratch: tempfile::TempDir,
}

impl Previewer {
    /// What the merge would change, and of which kind the worst failure was. It ends early when it is cancelled.
    pub async fn preview(&self, merge: &Merge) -> Result<(Preview, Option<Kind>)> {
        let (base, head, merged) = tokio::select! {
            merged = self.merge(merge) => merged?,
            () = self.context.cancel.cancelled() => return Err(Failure::cancelled()),
        };
        let Sorted { touched, untouched, gone, faults } = sorted(&self.mirror, &base, &merged, &merge.stacks)?;
        let (mut stacks, mut worst) = (Vec::new(), faults.first().map(|fault| fault.failure.kind));
        if !touched.is_empty() {
            let kind;
            (stacks, kind) = self.place(&merged).await?.all(touched).await?;
            worst = kind.map_or(worst, |kind| Some(Kind::worst(worst, kind)));
        }
        stacks.extend(faults.into_iter().map(faulty));
        let (base_commit, head_commit) = (base.id, head.id);
        let (base, head) = (merge.base.clone(), self.mirror.source.name_of(&merge.head));
        Ok((Preview { base, base_commit, head, head_commit, stacks, untouched, gone }, worst))
    }

    async fn merge(&self, merge: &Merge) -> Result<(Commit, Commit, String)> {
        let base = self.mirror.fetch_branch(&merge.base).await?;
        let head = self.mirror.fetch_ref(&merge.head).await?;
        let merged = self.mirror.merge(&base.id, &head.id).await?;
        Ok((base, head, merged))
    }

    async fn place<'a>(&'a self, merged: &'a str) -> Result<Place<'a>> {
        let pulumi = Pulumi::find(&self.environment).await?;
        let work = self.context.state_dir.join("work");
        let failed = |error: std::io::Error| Failure::setup(format!("making a folder in {}: {error}", work.display()));
        std::fs::create_dir_all(&work).map_err(failed)?;
        sweep(&work);
        let scratch = tempfile::Builder::new().prefix("preview-").tempdir_in(&work).map_err(failed)?;
        let name = scratch.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Place { previewer: self, merged, pulumi: pulumi.of_run(&name, scratch.path())?, scratch })
    }
}

impl Place<'_> {
    /// Previews each stack. One that fails is part of the answer, and of what decides the exit code; only being stopped ends it.
    async fn all(&self, touched: Vec<Touched>) -> Result<(Vec<StackPreview>, Option<Kind>)> {
        let context = &self.previewer.context;
        let (mut previews, mut worst) = (Vec::new(), None);
        for Touched { stack, reason } in touched {
            context.note(&stack.name(), format!("previewing ({reason})"));
            let mut scrubber = Scrubber::from_environment(&context.environment);
            let done = self.one(&stack, &mut scrubber).await;
            let (changes, failure) = match done {
                Ok(done) => done,
                Err(failure) if failure.kind == Kind::Cancelled => return Err(failure),
                Err(failure) => (ChangeSet::default(), Some(failure)),
            };
            worst = failure.iter().fold(worst, |worst, failure| Some(Kind::worst(worst, failure.kind)));
            let failure = failure.map(|failure| scrubber.scrub(&failure.with_hints()));
            previews.push(scrubbed(StackPreview { name: stack.name(), reason, failure, changes }, &scrubber));
        }
        Ok((previews, worst))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A server previews on its workers.
    #[test]
    fn a_preview_can_go_from_thread_to_thread() {
        fn is_send(_: impl Send) {}
        let _ = |previewer: &Previewer, merge: &Merge| is_send(previewer.preview(merge));
    }
}
