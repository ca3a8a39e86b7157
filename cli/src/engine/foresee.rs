//! What the engine says that would change, without changing it.

use std::path::Path;

use tokio_util::sync::CancellationToken;

use super::changes::{ChangeSet, Said};
use super::run::{Ending, EngineSignal};
use super::update_plan::PlanFile;
use super::{News, Phase, Progress, Pulumi};
use crate::digest::Key;
use crate::failure::Result;
use crate::process::Process;

/// What came of a preview.
#[derive(Debug)]
pub struct Foreseen {
    pub changes: ChangeSet,
    pub progress: Progress,
    pub ending: Ending,
}

/// What there is to tell while the engine previews.
pub enum Glimpse {
    /// It has looked at a resource.
    Seen { urn: String },
    /// It was asked to stop.
    Interrupted,
}

/// A preview that is to be made.
pub struct Foresee<'a> {
    pub pulumi: &'a Pulumi,
    pub phase: Phase,
    /// The project's folder.
    pub folder: &'a Path,
    pub stack: &'a str,
    /// Where the engine's own words go.
    pub output: &'a Path,
    /// What digests of secrets are made with.
    pub key: &'a Key,
    pub clock: fn() -> i64,
}

/// An engine at work on a preview.
pub struct Foreseeing {
    engine: super::Engine,
    plan: Option<PlanFile>,
    key: Key,
    clock: fn() -> i64,
    is_refresh: bool,
}

impl Foresee<'_> {
    pub async fn start(&self) -> Result<Foreseeing> {
        let plan = match self.phase {
            Phase::Preview | Phase::PreviewRefresh => Some(PlanFile::new()?),
            _ => None,
        };
        let engine = self.pulumi.start(self.phase, self.folder, self.stack, "", self.output, plan.as_ref()).await?;
        let is_refresh = self.phase == Phase::Refresh;
        Ok(Foreseeing { engine, plan, key: self.key.clone(), clock: self.clock, is_refresh })
    }
}

impl Foreseeing {
    pub fn process(&self) -> &Process {
        &self.engine.process
    }

    /// Follows the preview to its end.
    pub async fn follow(self, cancel: &CancellationToken, mut tell: impl FnMut(Glimpse)) -> Result<Foreseen> {
        let mut progress = Progress::default();
        let mut changes = ChangeSet { is_refresh: self.is_refresh, ..ChangeSet::default() };
        let take = |signal| match signal {
            EngineSignal::Interrupted => tell(Glimpse::Interrupted),
            EngineSignal::Event(event) => {
                changes.take(&event);
                match progress.take(*event, (self.clock)()) {
                    Some(News::Diagnostic { severity, urn, message }) => {
                        changes.diagnostics.push(Said { severity, urn, message });
                    }
                    // Nothing happens to any of them, so that they were looked at is all there is to tell.
                    Some(News::Unchanged { urn }) => tell(Glimpse::Seen { urn }),
                    Some(News::Finished { resource, .. }) => tell(Glimpse::Seen { urn: resource.urn }),
                    _ => {}
                }
            }
        };
        let mut ending = heard_out(self.engine.follow(cancel, take).await?, &progress);
        if let Some(file) = self.plan.filter(|_| ending.success && ending.heard) {
            match file.read() {
                Some(plan) => changes.complete(&plan, &self.key),
                None => {
                    ending = unknown(ending, "the engine wrote no update plan, so what it sets secrets to is not known")
                }
            }
        }
        if !ending.success && !ending.cancelled && progress.has_ended() {
            changes.refused = progress.refused();
        }
        changes.counts = progress.counts();
        changes.reads_others = !progress.reads.is_empty();
        Ok(Foreseen { changes, progress, ending })
    }
}

/// A preview that did well says so last. Of one whose events broke off nobody knows what it would change.
fn heard_out(ending: Ending, progress: &Progress) -> Ending {
    if !ending.success || !ending.heard || progress.has_ended() {
        return ending;
    }
    unknown(ending, "the engine's events broke off, so what it would change is not known")
}

fn unknown(ending: Ending, complaint: &str) -> Ending {
    Ending { success: false, complaint: complaint.to_owned(), ..ending }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_whose_events_broke_off_failed() {
        let mut progress = Progress::default();
        let well = || Ending { success: true, heard: true, ..Ending::default() };
        let cut = heard_out(well(), &progress);
        assert!(!cut.success && cut.complaint.contains("broke off"), "{cut:?}");
        let summary = r#"{"summaryEvent":{"resourceChanges":{"same":1}}}"#;
        progress.take(serde_json::from_str(summary).expect("an engine event"), 0);
        assert_eq!(heard_out(well(), &progress), well());
        assert_eq!(heard_out(Ending::default(), &Progress::default()), Ending::default());
    }
}
