//! A run's work: the worktree, what has to be there before the engine, and the engine itself.

use std::fs;
use std::path::{Path, PathBuf};

use super::end::End;
use super::{Job, RollOut};
use crate::decide::short;
use crate::event::Body;
use crate::failure::{Failure, Result};
use crate::feed::Feed;
use crate::pulumi::{Ending, Happening, Phase, Pulumi, needs_install};
use crate::telling::Telling;

const STOPPING: &str = "stopping: the engine was told once, and finishes what is under way";

impl RollOut<'_> {
    /// Makes the worktree, clears the way, and runs the engine to its end.
    pub(super) async fn engine(&self, job: &Job<'_>, telling: &mut Telling<'_>) -> Result<End> {
        if let Some(link) = self.mirror.escaping_link(&self.head.id)? {
            return Err(Failure::input(format!(
                "a symbolic link leads out of the repository: {link}"
            )));
        }
        let worktree = self
            .mirror
            .worktree(
                &self.head.id,
                &self.context.state_dir.join("work").join(job.run),
            )
            .await?;
        let folder = worktree.folder.join(&job.claimed.stack.folder);
        if needs_install(&folder, &job.claimed.stack.runtime) {
            telling.tell(Body::Note {
                message: "installing the program's packages".to_owned(),
            });
            self.pulumi.install(&folder, job.claimed.cancel).await?;
        }
        if job.claimed.stack.has_secrets {
            self.pulumi
                .learn_secrets(&folder, &job.claimed.stack.stack, &mut telling.scrubber)
                .await?;
        }
        self.clear_left_locks(job, &folder, telling).await?;
        let pulumi = &self.told_of_pending_creates(job, &folder).await;
        let mut feed = Feed::default();
        let mut ending = self.up(pulumi, job, &folder, telling, &mut feed).await?;
        if ending.no_such_stack && !job.claimed.cancel.is_cancelled() {
            self.pulumi
                .create_stack(&folder, &job.claimed.stack.stack)
                .await?;
            telling.tell(Body::Note {
                message: format!(
                    "made the stack `{}` in {}",
                    job.claimed.stack.stack, job.backend.0
                ),
            });
            feed = Feed::default();
            ending = self.up(pulumi, job, &folder, telling, &mut feed).await?;
        }
        if !ending.success
            && self
                .clear_told_locks(job, &folder, telling, &ending.complaint)
                .await?
        {
            feed = Feed::default();
            ending = self.up(pulumi, job, &folder, telling, &mut feed).await?;
        }
        if ending.success {
            self.settle_pending_creates(job, &folder, telling).await?;
        }
        Ok(End::after(&ending, &feed))
    }

    async fn up(
        &self,
        pulumi: &Pulumi,
        job: &Job<'_>,
        folder: &Path,
        telling: &Telling<'_>,
        feed: &mut Feed,
    ) -> Result<Ending> {
        if job.claimed.cancel.is_cancelled() {
            return Err(Failure::cancelled());
        }
        let message = format!(
            "gitinfra {}: {} {}",
            job.run,
            short(&self.head.id),
            self.head.subject
        );
        let output = self.output_file(job.run)?;
        let engine = pulumi
            .start(
                Phase::Up,
                folder,
                &job.claimed.stack.stack,
                &message,
                &output,
            )
            .await?;
        self.ledger.engine(job.run, &engine.process).await?;
        let ending = engine
            .follow(job.claimed.cancel, async |happening| match happening {
                Happening::Event(event) => feed
                    .take(*event, self.context.now())
                    .into_iter()
                    .for_each(|body| telling.tell(body)),
                Happening::Interrupted => telling.tell(Body::Note {
                    message: STOPPING.to_owned(),
                }),
            })
            .await;
        let _ = fs::remove_file(output);
        ending
    }

    fn output_file(&self, run: &str) -> Result<PathBuf> {
        let folder = self.context.state_dir.join("output");
        fs::create_dir_all(&folder)
            .map_err(|error| Failure::setup(format!("making {}: {error}", folder.display())))?;
        Ok(folder.join(format!("{run}.txt")))
    }
}
