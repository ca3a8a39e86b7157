//! What jobs come to: a branch is rolled out, a pull request reviewed, a command acted upon, each as the verbs do it.

use std::sync::Arc;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::{Server, Watched};
use crate::event::{Body, Sink};
use crate::failure::{Failure, Kind, Result};
use crate::follow::Tally;
use crate::ledger::{Asked, Queued};
use crate::record::{Job, JobState, Task};
use crate::text::as_seconds;
use crate::worker::{Work, Worker};

/// More of a kind are never at work side by side, however many repositories there are.
const MOST: usize = 16;

/// What workers do for a server.
pub struct Doing(pub Arc<Server>);

#[async_trait]
impl Work for Doing {
    async fn work(&self, job: &Job, cancel: &CancellationToken) -> Result<()> {
        let (server, began) = (&self.0, self.0.context.now());
        let Some(watched) = server.watched.iter().find(|watched| watched.label == job.repository) else {
            return Err(Failure::input("its repository is not watched any more"));
        };
        let done = match job.task {
            Task::RollOut => server.roll_out(watched, cancel, Vec::new()).await,
            Task::Review => server.review(watched, &job.subject).await,
            Task::Command => server.command(watched, &job.subject).await,
        };
        server.tell_end(watched, job, &done, server.context.now() - began);
        done
    }
}

impl Server {
    /// As many workers as there is work for, each for one kind of it: so no long roll-out keeps a review waiting.
    pub(super) fn workers(self: &Arc<Self>) -> Vec<Worker> {
        let reviewed = || self.watched.iter().filter(|watched| watched.reviewer.is_some());
        let reviews: usize = reviewed().map(|watched| watched.reviews).sum();
        let kinds =
            [(Task::RollOut, self.watched.len()), (Task::Review, reviews), (Task::Command, reviewed().count().min(2))];
        let most = self.watched.iter().map(|watched| watched.reviews.max(2)).max().unwrap_or(1);
        let labels: Vec<String> = self.watched.iter().map(|watched| watched.label.clone()).collect();
        let worker = |task| Worker {
            context: self.context.clone(),
            ledger: self.ledger.clone(),
            work: Arc::new(Doing(self.clone())),
            tasks: vec![task],
            repositories: labels.clone(),
            per_repository: u16::try_from(most).unwrap_or(u16::MAX),
        };
        kinds.into_iter().flat_map(|(task, number)| (0..number.min(MOST)).map(move |_| task)).map(worker).collect()
    }

    /// Asks for something to be done. It is in the ledger when this returns. What failed for good is tried again; what rests after a
    /// failure only by news, for a look sees the same again and again.
    pub(super) async fn ask(&self, watched: &Watched, task: Task, subject: &str, is_news: bool) -> Result<()> {
        let asked = Asked { repository: &watched.label, task, subject, commit: None };
        if self.ledger.ask(&asked).await? != Queued::Known {
            return Ok(());
        }
        let is_it = |job: &&Job| job.repository == watched.label && job.task == task && job.subject == subject;
        let jobs = self.ledger.jobs().await?;
        let wakes = |state| state == JobState::Failed || (is_news && state == JobState::Retrying);
        if let Some(job) = jobs.iter().find(is_it).filter(|job| wakes(job.state)) {
            self.ledger.retry_job(&job.name).await?;
        }
        Ok(())
    }

    /// Previews a pull request and tells its forge. One that is closed needs nothing; what is wrong with the merge itself is told.
    async fn review(&self, watched: &Watched, subject: &str) -> Result<()> {
        let number = number_of(subject)?;
        let Some(reviewer) = &watched.reviewer else {
            return Ok(());
        };
        let pull = reviewer.forge.pull(number).await?;
        if pull.is_open {
            reviewer.review_pull(pull).await?;
        }
        Ok(())
    }

    /// One pass over the branch; over some of its stacks alone where those are to be tried again. What fails in a stack is in its
    /// run; it is tried again by the next looks.
    pub(super) async fn roll_out(
        &self,
        watched: &Watched,
        cancel: &CancellationToken,
        again: Vec<String>,
    ) -> Result<()> {
        match self.pass(watched, cancel, again, None).await?.cancelled {
            0 => Ok(()),
            _ => Err(Failure::cancelled()),
        }
    }

    /// The same, told to somebody else where there is one.
    pub(super) async fn pass(
        &self,
        watched: &Watched,
        cancel: &CancellationToken,
        again: Vec<String>,
        sink: Option<Arc<dyn Sink>>,
    ) -> Result<Tally> {
        let mut follow = watched.follow.lock().await;
        follow.context.cancel = cancel.clone();
        follow.context.sink = sink.unwrap_or_else(|| self.context.sink.clone());
        follow.wishes.retry = !again.is_empty();
        follow.wishes.stacks = again;
        let seen = follow.seen.clone();
        let done = follow.once().await;
        // A pass over some stacks is no look at the head: the next whole one still has to tell what is new in it.
        if follow.wishes.retry {
            follow.seen = seen;
        }
        let done = done?;
        // As `sync --watch` does, one look for drift after each pass.
        if done.cancelled == 0 && !follow.wishes.retry {
            follow.look_for_drift().await?;
        }
        Ok(done)
    }

    pub(super) fn tell_trouble(&self, failure: Option<Failure>) {
        if let Some(failure) = failure {
            self.context.tell(None, Body::from(&failure));
        }
    }

    fn tell_end(&self, watched: &Watched, job: &Job, done: &Result<()>, millis: i64) {
        let (outcome, message) = match done {
            Ok(()) => ("done", None),
            Err(failure) if failure.kind == Kind::Cancelled => ("stopped", None),
            Err(failure) => ("failed", Some(failure.with_hints())),
        };
        let seconds = as_seconds(millis);
        let labels = [("task", job.task.word()), ("outcome", outcome)];
        self.metrics.count("gitinfra_jobs_total", &labels);
        self.metrics.add("gitinfra_job_seconds_total", &labels, seconds);
        let (repository, task, subject) = (watched.name.clone(), job.task.to_string(), job.subject.clone());
        self.context
            .tell(None, Body::Worked { repository, task, subject, outcome: outcome.to_owned(), seconds, message });
    }
}

/// The number in `pr/7`.
pub(super) fn number_of(subject: &str) -> Result<u64> {
    let number = subject.strip_prefix("pr/").and_then(|number| number.parse().ok());
    number.ok_or_else(|| Failure::bug(format!("`{subject}` is no pull request")))
}
