//! What a merge would change: the stacks that it touches, each previewed by the engine in a checkout of the merge. And what
//! would go if a stack were destroyed.

mod elsewhere;
mod notes;
mod sorted;
mod stack;
mod throwaway;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures::stream::{FuturesUnordered, StreamExt as _};
use tokio::sync::Mutex;

use crate::comment::{Preview, StackPreview};
use crate::config::{Config, Surroundings};
use crate::context::Context;
use crate::decide::Reason;
use crate::digest::Key;
use crate::engine::{Phase, PlannedOutputs, Pulumi};
use crate::environment::Environment;
use crate::event::Body;
use crate::failure::{Failure, Kind, Result};
use crate::git::{Commit, Mirror};
use crate::ledger::Ledger;
use crate::order::Order;
use crate::reading::Reading;
use crate::repo::Stack;
use crate::scrub::Scrubber;
use crate::seal::Ground;
use crate::trace;
use sorted::{Sorted, Touched, Why, faulty, sorted};
use stack::Seen;

/// Previews what becomes of the stacks of one repository.
#[derive(Clone)]
pub struct Previewer {
    pub context: Context,
    pub mirror: Arc<Mirror>,
    /// The environment that the engine sees.
    pub environment: Environment,
    /// How many stacks are previewed side by side at most.
    pub jobs: usize,
    /// The key of the ledger for which previews of merges are sealed; without it none is.
    pub key: Option<Key>,
    /// The ledger that knows where stacks stand, if there is one.
    pub ledger: Option<Ledger>,
}

/// What seals of one merge have in common.
struct Sealing {
    key: Key,
    head: String,
    base: String,
    tree: String,
}

/// What the roll-out of a merge would be judged by.
struct Guards {
    branch: String,
    commit: String,
}

/// What is merged into what, and which stacks are of interest.
pub struct Merge {
    /// The branch that would receive the merge.
    pub base: String,
    /// A branch, a tag, a commit or any other ref.
    pub head: String,
    /// Only these, as `PROJECT/STACK` or `STACK`; all when there is none.
    pub stacks: Vec<String>,
    /// Whose outputs stacks read when they were rolled out: not every program's text tells, and others may lie elsewhere.
    pub reading: Reading,
    /// The commits of both, where they were fetched just now.
    pub fetched: Option<(Commit, Commit)>,
}

/// A stack by its files at a commit, and what `gitinfra.yaml` says on its branch.
pub struct Subject {
    pub stack: Stack,
    pub commit: Commit,
    pub config: Config,
}

/// Where previews of one commit run.
struct Place<'a> {
    previewer: &'a Previewer,
    commit: &'a str,
    phase: Phase,
    sealing: Option<Sealing>,
    /// What `gitinfra.yaml` says on the branch.
    config: Config,
    /// What a roll-out would be judged by, where one comes of it.
    guards: Option<Guards>,
    pulumi: Pulumi,
    scratch: tempfile::TempDir,
    /// Held by whoever must be alone for a moment.
    alone: Mutex<()>,
    /// What stacks that were previewed would put out, where that differs from what stands.
    planned: Mutex<BTreeMap<String, PlannedOutputs>>,
}

impl Previewer {
    /// What the merge would change, and of which kind the worst failure was. It ends early when it is cancelled.
    pub async fn preview(&self, merge: &Merge) -> Result<(Preview, Option<Kind>)> {
        let (base, head, merged) = tokio::select! {
            merged = self.merge(merge) => merged?,
            () = self.context.cancel.cancelled() => return Err(Failure::cancelled()),
        };
        let mut notes = self.notes(merge, &base, &head).await?;
        let sorted = sorted(&self.mirror, &base, &merged, merge)?;
        let Sorted { touched, mut untouched, gone, faults, config, order, notes: of_config } = sorted;
        notes.extend(of_config);
        notes.extend(notes::of_tags(touched.iter().map(|touched| &touched.stack)));
        let names: Vec<String> = touched.iter().map(|touched| touched.stack.name()).collect();
        notes.extend(notes::of_circles(&names, &order));
        let (mut stacks, mut worst) = (Vec::new(), faults.first().map(|fault| fault.failure.kind));
        if !touched.is_empty() {
            let kind;
            let sealing = self.sealing(&base, &head, &merged)?;
            let guards = Some(Guards { branch: merge.base.clone(), commit: head.id.clone() });
            let place = Place { sealing, guards, ..self.place(&merged, Phase::Preview, config).await? };
            let (stay, of_readers);
            (stacks, (stay, of_readers), kind) = place.all(touched, order).await?;
            notes.extend(of_readers);
            untouched.extend(stay);
            untouched.sort_unstable();
            worst = kind.map_or(worst, |kind| Some(Kind::worst(worst, kind)));
        }
        notes.extend(stacks.iter().filter_map(|stack| elsewhere::note(stack, &merge.reading)));
        stacks.extend(faults.into_iter().map(faulty));
        let (base_commit, head_commit) = (base.id, head.id);
        let (base, head) = (merge.base.clone(), self.mirror.source.name_of(&merge.head));
        Ok((Preview { base, base_commit, head, head_commit, stacks, untouched, gone, notes }, worst))
    }

    /// What would go if all that a stack rolled out were destroyed, by its files at a commit; sealed where there is a key.
    pub async fn destruction(&self, of: Subject) -> Result<(StackPreview, Option<Kind>)> {
        let sealing = self.sealing(&of.commit, &of.commit, &of.commit.id)?;
        let place = Place { sealing, ..self.place(&of.commit.id, Phase::PreviewDestroy, of.config).await? };
        place.one(of.stack, "to destroy what it rolled out".to_owned(), &[]).await
    }

    /// What would change if a stack's files at a commit were rolled out; sealed where there is a key.
    pub async fn standing(&self, of: Subject, reason: String) -> Result<(StackPreview, Option<Kind>)> {
        let sealing = self.sealing(&of.commit, &of.commit, &of.commit.id)?;
        let place = Place { sealing, ..self.place(&of.commit.id, Phase::Preview, of.config).await? };
        place.one(of.stack, reason, &[]).await
    }

    /// What of a stack is another thing than its state says.
    pub async fn refreshed(&self, of: Subject, reason: String) -> Result<(StackPreview, Option<Kind>)> {
        let place = self.place(&of.commit.id, Phase::Refresh, of.config).await?;
        place.one(of.stack, reason, &[]).await
    }

    async fn merge(&self, merge: &Merge) -> Result<(Commit, Commit, String)> {
        let (base, head) = match &merge.fetched {
            Some(fetched) => fetched.clone(),
            None => self.mirror.fetch_both(&merge.base, &merge.head).await?,
        };
        let merged = self.mirror.merge(&base.id, &head.id).await?;
        Ok((base, head, merged))
    }

    fn sealing(&self, base: &Commit, head: &Commit, merged: &str) -> Result<Option<Sealing>> {
        let Some(key) = self.key.clone() else {
            return Ok(None);
        };
        let tree = self.mirror.tree_of(merged)?;
        Ok(Some(Sealing { key, head: head.id.clone(), base: base.id.clone(), tree }))
    }

    async fn place<'a>(&'a self, commit: &'a str, phase: Phase, config: Config) -> Result<Place<'a>> {
        let pulumi = Pulumi::find(&self.environment).await?.until(&self.context.cancel);
        let work = self.context.state_dir.join("work");
        let failed = |error: std::io::Error| Failure::setup(format!("making a folder in {}: {error}", work.display()));
        std::fs::create_dir_all(&work).map_err(failed)?;
        sweep(&work);
        let scratch = tempfile::Builder::new().prefix("preview-").tempdir_in(&work).map_err(failed)?;
        Ok(Place {
            previewer: self,
            commit,
            phase,
            sealing: None,
            config,
            guards: None,
            pulumi,
            scratch,
            alone: Mutex::default(),
            planned: Mutex::default(),
        })
    }
}

impl Place<'_> {
    /// Previews stacks, and gives them in their order: side by side where none reads another, for whoever does reads what that one
    /// would put out. Also the names of those that stay as they are, for what they read does, and who may follow all the same. One that
    /// fails is part of the answer, and of what decides the exit code; only being stopped ends it, once every engine has ended.
    async fn all(
        &self,
        touched: Vec<Touched>,
        mut order: Order,
    ) -> Result<(Vec<StackPreview>, (Vec<String>, Vec<String>), Option<Kind>)> {
        let names: Vec<String> = touched.iter().map(|touched| touched.stack.name()).collect();
        let mut touched: Vec<Option<Touched>> = touched.into_iter().map(Some).collect();
        let (mut done, mut stay) = (BTreeMap::new(), Vec::new());
        let mut under_way = FuturesUnordered::new();
        loop {
            while under_way.len() < self.previewer.jobs.max(1) {
                let Some((at, next)) = order.start_next().and_then(|at| Some((at, touched[at].take()?))) else {
                    break;
                };
                let before: Vec<String> = order.read_by(at).map(|at| names[at].clone()).collect();
                let Some(reason) = self.reason(next.why, &before).await else {
                    stay.push(names[at].clone());
                    order.ended(at, true);
                    continue;
                };
                under_way.push(async move { (at, self.one(next.stack, reason, &before).await) });
            }
            let Some((at, preview)) = under_way.next().await else {
                break;
            };
            // Whoever reads one that can't be previewed is previewed on what stands.
            order.ended(at, true);
            done.insert(at, preview);
        }
        let (mut previews, mut worst) = (Vec::new(), None);
        for done in done.into_values() {
            let (preview, kind) = done?;
            worst = kind.map_or(worst, |kind| Some(Kind::worst(worst, kind)));
            previews.push(preview);
        }
        let failed = previews.iter().filter(|preview| preview.failure.is_some()).map(|preview| preview.name.as_str());
        let of_readers = notes::of_readers(&names, &order, &failed.collect::<Vec<_>>()).into_iter().collect();
        Ok((previews, (stay, of_readers), worst))
    }

    /// Why a stack is previewed, now that those were which it reads; `None` where it stays as it is.
    async fn reason(&self, why: Why, before: &[String]) -> Option<String> {
        match why {
            Why::Touched(reason) => Some(reason),
            Why::MayFollow => {
                let planned = self.planned.lock().await;
                let stack = before.iter().find(|name| planned.contains_key(*name))?.clone();
                Some(Reason::ReadsAnew { stack }.words())
            }
        }
    }

    /// One stack's preview, told while it goes on.
    async fn one(&self, stack: Stack, reason: String, before: &[String]) -> Result<(StackPreview, Option<Kind>)> {
        let (context, name) = (&self.previewer.context, stack.name());
        if context.cancel.is_cancelled() {
            return Err(Failure::cancelled());
        }
        let begun = context.now();
        context.tell(Some(&name), Body::PreviewStarted { reason: reason.clone() });
        let mut scrubber = Scrubber::from_environment(&context.environment);
        let previewed = async {
            let seen = self.within_time(&stack, before, &mut scrubber).await.unwrap_or_else(Seen::failed);
            let (failed, seconds) = (seen.failure.is_some(), crate::text::as_seconds(context.now() - begun));
            context.tell(Some(&name), Body::PreviewFinished { failed, changes: seen.changes.resources.len(), seconds });
            Ok::<Seen, Failure>(seen)
        };
        let mut seen = trace::part("preview").with("gitinfra.stack", name.clone()).of(previewed).await?;
        let kind = seen.failure.as_ref().map(|failure| failure.kind);
        if kind == Some(Kind::Cancelled) {
            return Err(Failure::cancelled());
        }
        let failure = seen.failure.map(|failure| scrubber.scrub(&failure.with_hints()));
        seen.changes.scrub(&scrubber);
        let Seen { changes, objections, seal, .. } = seen;
        Ok((StackPreview { name, reason, failure, changes, objections, seal }, kind))
    }
}

impl Sealing {
    fn ground(&self, repository: &str, stack: &str, phase: Phase, surroundings: &Surroundings) -> Ground {
        Ground {
            repository: repository.to_owned(),
            stack: stack.to_owned(),
            head: self.head.clone(),
            base: self.base.clone(),
            tree: self.tree.clone(),
            configuration: Default::default(),
            environment: surroundings.digests(&self.key),
            state: String::new(),
            versions: Default::default(),
            packs: Default::default(),
            refresh: false,
            destroy: phase == Phase::PreviewDestroy,
        }
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
