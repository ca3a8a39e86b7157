//! What jobs come to: a branch is rolled out, a pull request reviewed, a command acted upon, each as the verbs do it.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::trouble::Side;
use super::{Server, Watched};
use crate::event::{Body, Sink};
use crate::failure::{Failure, Kind, Result};
use crate::follow::Tally;
use crate::forge::Pull;
use crate::ledger::{Asked, Queued};
use crate::record::{Job, JobState, Task};
use crate::review::{ALL, Reviewer};
use crate::text::as_seconds;
use crate::trace;
use crate::worker::{Work, Worker};

/// More of a kind are never at work side by side, however many repositories there are.
const MOST: usize = 16;

/// How often a preview looks whether there is news of its pull request, and how often it asks the forge about some.
const BETWEEN_NEWS: Duration = Duration::from_secs(5);
const BETWEEN_QUESTIONS: Duration = Duration::from_secs(60);

/// What workers do for a server.
pub struct Doing(pub Arc<Server>);

#[async_trait]
impl Work for Doing {
    async fn work(&self, job: &Job, cancel: &CancellationToken) -> Result<()> {
        let part = trace::part(job.task.word())
            .with("gitinfra.job", job.name.clone())
            .with("gitinfra.subject", job.subject.clone());
        let part = part.with("vcs.repository.name", job.repository.clone());
        part.whole(self.0.setup().traces.tracer(), self.done(job, cancel)).await
    }
}

impl Doing {
    async fn done(&self, job: &Job, cancel: &CancellationToken) -> Result<()> {
        let (server, began) = (&self.0, self.0.context.now());
        // Whatever is configured meanwhile, the job goes on as it began.
        let watched = server.of_label(&job.repository);
        let watched = &watched.ok_or_else(|| Failure::input("its repository is not watched any more"))?;
        let done = match job.task {
            Task::RollOut => server.roll_out(watched, cancel, job.named().map(str::to_owned).collect()).await,
            Task::Review => server.review(watched, job, cancel).await.map(|()| Came::ToSomething),
            Task::Command => server.command(watched, &job.subject).await.map(|()| Came::ToSomething),
            Task::Apply => server.apply(watched, &job.subject, cancel).await.map(|()| Came::ToSomething),
        };
        server.tell_end(watched, job, &done, server.context.now() - began);
        match job.task {
            Task::RollOut => server.note(watched, Side::Branch, done.as_ref().err()),
            Task::Review => server.end_waits_at(&job.repository).await,
            Task::Command | Task::Apply => {}
        }
        done.map(drop)
    }
}

/// What a job came to. A look at what stays as it was is worth no line in a log.
enum Came {
    ToSomething,
    ToNothing,
}

impl Server {
    /// As many workers as there is work for, each for one kind of it: so no long roll-out keeps a review waiting.
    pub(super) fn workers(self: &Arc<Self>, until: &CancellationToken) -> Vec<Worker> {
        let setup = self.setup();
        let all = || setup.watched.iter();
        let reviewed = || all().filter(|watched| watched.reviewer.is_some());
        let reviews: usize = reviewed().map(|watched| watched.reviews).sum();
        let kinds = [
            (Task::RollOut, all().len()),
            (Task::Review, reviews),
            (Task::Command, reviewed().count().min(2)),
            (Task::Apply, reviewed().count()),
        ];
        // A branch is rolled out by one at a time: what waits for it waits in the queue, and keeps no other's from its turn.
        let most = |task| match task {
            Task::RollOut | Task::Apply => 1,
            Task::Review => all().map(|watched| watched.reviews).max().unwrap_or(1),
            Task::Command => 2,
        };
        let labels: Vec<String> = all().map(|watched| watched.label.clone()).collect();
        let worker = |task| Worker {
            context: self.context.clone(),
            ledger: self.ledger.clone(),
            work: Arc::new(Doing(self.clone())),
            tasks: vec![task],
            repositories: labels.clone(),
            per_repository: u16::try_from(most(task)).unwrap_or(u16::MAX),
            until: until.clone(),
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

    /// Wants a stack of a pull request previewed anew, or all of them, whatever was told of it.
    pub(super) async fn preview_anew(&self, watched: &Watched, number: u64, stack: Option<&str>) -> Result<()> {
        let subject = format!("pr/{number}");
        let asked = Asked { repository: &watched.label, task: Task::Review, subject: &subject, commit: None };
        self.ledger.ask_anew(&asked, stack.unwrap_or(ALL)).await.map(drop)
    }

    /// Previews a pull request and tells its forge. One that is merged is told what came of it; what is wrong with the merge itself is told.
    /// What was told already is not told twice. A newer head ends the preview of an older one, and so does closing.
    async fn review(&self, watched: &Watched, job: &Job, cancel: &CancellationToken) -> Result<()> {
        let number = number_of(&job.subject)?;
        let Some(reviewer) = &watched.reviewer else {
            return Ok(());
        };
        let pull = reviewer.forge.pull(number).await?;
        watched.faces.note(&pull);
        if !pull.is_open {
            self.gives_back(watched, reviewer, &pull).await?;
            self.tell_left(watched, reviewer, &pull).await?;
            self.tell_closed(watched, reviewer, &pull).await?;
            return self.tell_what_came(watched, reviewer, &pull).await;
        }
        self.tell_left(watched, reviewer, &pull).await?;
        if job.stacks.is_empty() && is_told(reviewer, &pull).await? {
            return reviewer.tell_answers(number).await;
        }
        let stop = cancel.child_token();
        let until = Reviewer { anew: job.stacks.clone(), ..reviewer.until(&stop) };
        let mut reviewing = pin!(until.review_pull(pull.clone()));
        let (reviewed, is_overtaken) = tokio::select! {
            reviewed = &mut reviewing => (reviewed, false),
            () = self.overtaken(reviewer, job, &pull) => {
                stop.cancel();
                (reviewing.await, true)
            }
        };
        match reviewed {
            // Whatever overtook it is a job of its own by now.
            Err(failure) if is_overtaken && failure.kind == Kind::Cancelled && !cancel.is_cancelled() => Ok(()),
            reviewed => reviewed.map(drop),
        }
    }

    /// Waits until a pull request has another head, or is closed. The forge is asked only where there is news.
    async fn overtaken(&self, reviewer: &Reviewer, job: &Job, pull: &Pull) {
        loop {
            tokio::time::sleep(BETWEEN_NEWS).await;
            // Whoever can't be asked now is asked later: the preview goes on.
            if self.ledger.is_asked_again(&job.name).await != Ok(true) {
                continue;
            }
            let now = reviewer.forge.pull(pull.number).await;
            if now.is_ok_and(|now| now.head != pull.head || !now.is_open) {
                return;
            }
            tokio::time::sleep(BETWEEN_QUESTIONS).await;
        }
    }

    /// One pass over the branch; over some of its stacks alone where those are to be tried again. What fails in a stack is in its
    /// run; it is tried again by the next looks.
    async fn roll_out(&self, watched: &Watched, cancel: &CancellationToken, again: Vec<String>) -> Result<Came> {
        let before = watched.follow.lock().await.seen.clone();
        let tally = self.pass(watched, cancel, again, None).await?;
        let is_new = before != watched.follow.lock().await.seen;
        self.tell_ends(watched, &tally, is_new).await;
        self.look_at_faces(watched).await;
        if tally.cancelled > 0 {
            return Err(Failure::cancelled());
        }
        let is_idle = tally.rolled_out + tally.held == 0 && !is_new;
        Ok(if is_idle { Came::ToNothing } else { Came::ToSomething })
    }

    /// The same, told to somebody else where there is one.
    pub(super) async fn pass(
        &self,
        watched: &Watched,
        cancel: &CancellationToken,
        again: Vec<String>,
        sink: Option<Arc<dyn Sink>>,
    ) -> Result<Tally> {
        let _turn = watched.turn.lock().await;
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

    fn tell_end(&self, watched: &Watched, job: &Job, done: &Result<Came>, millis: i64) {
        let (outcome, message) = match done {
            Ok(_) => ("done", None),
            Err(failure) if failure.kind == Kind::Cancelled => ("stopped", None),
            Err(failure) => ("failed", Some(failure.with_hints())),
        };
        let seconds = as_seconds(millis);
        let labels = [("task", job.task.word()), ("outcome", outcome)];
        self.metrics.count("gitinfra_jobs_total", &labels);
        self.metrics.add("gitinfra_job_seconds_total", &labels, seconds);
        if matches!(done, Ok(Came::ToNothing)) {
            return;
        }
        let (repository, task, subject) = (watched.name.clone(), job.task.to_string(), job.about());
        self.context
            .tell(None, Body::Worked { repository, task, subject, outcome: outcome.to_owned(), seconds, message });
    }
}

/// The subject of a roll-out of some stacks of a branch that are to be tried again. None of the names has a space.
pub(super) fn again(branch: &str, stacks: &[String]) -> String {
    let mut stacks = stacks.to_vec();
    stacks.sort_unstable();
    format!("{branch} {}", stacks.join(" "))
}

/// Whether a pull request was told everything as it is now. One whose branch to merge into is gone is told so.
async fn is_told(reviewer: &Reviewer, pull: &Pull) -> Result<bool> {
    match reviewer.is_told_now(pull).await {
        Err(failure) if failure.kind == Kind::Input && !failure.is_away => Ok(false),
        told => told,
    }
}

/// The number in `pr/7`.
pub(super) fn number_of(subject: &str) -> Result<u64> {
    let number = subject.strip_prefix("pr/").and_then(|number| number.parse().ok());
    number.ok_or_else(|| Failure::bug(format!("`{subject}` is no pull request")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_tried_again_is_in_the_subject() {
        let stacks = ["web/prod", "net/prod"].map(str::to_owned);
        let subject = again("release/1", &stacks);
        assert_eq!(subject, "release/1 net/prod web/prod");
        let job = Job { task: Task::RollOut, ..Job::sample(&subject) };
        assert_eq!(job.named().collect::<Vec<_>>(), ["net/prod", "web/prod"]);
    }
}
