//! What nobody does any more, since its repository or its forge left the configuration: it ends with a word.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::apply::Asked;
use super::setup::Setup;
use super::workers::number_of;
use super::{Server, Watched};
use crate::event::Body;
use crate::failure::{Failure, Kind, Result};
use crate::forge::State;
use crate::process;
use crate::record::{Job, PullRecord, Task};
use crate::review::Reviewer;
use crate::text::list;

/// How often a server says what it watches.
pub(super) const BEAT: Duration = Duration::from_secs(30);
const UNWATCHED: &str = "not previewed: its repository is not watched any more";
const UNAPPLIED: &str = "not rolled out: its repository is not watched any more";

impl Setup {
    /// Which kinds of jobs are done for which repositories.
    fn does(&self) -> BTreeSet<(String, Task)> {
        let is_done = |watched: &Watched, task| task == Task::RollOut || watched.reviewer.is_some();
        let of_one = |watched: &Arc<Watched>| -> Vec<(String, Task)> {
            let tasks = Task::ALL.into_iter().filter(|task| is_done(watched, *task));
            tasks.map(|task| (watched.label.clone(), task)).collect()
        };
        self.watched.iter().flat_map(of_one).collect()
    }
}

/// Repositories whose pull requests this server told before, and tells no more. It alone can still speak to their forges.
#[derive(Default)]
pub(super) struct Left(Mutex<Vec<Arc<Watched>>>);

impl Left {
    fn all(&self) -> MutexGuard<'_, Vec<Arc<Watched>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was so before and is not so now is left; what is so again is not.
    fn note(&self, before: &Setup, now: &Setup) {
        let is_told = |watched: &Arc<Watched>| now.of_label(&watched.label).is_some_and(|now| now.reviewer.is_some());
        let mut all = self.all();
        all.retain(|old| before.of_label(&old.label).is_none_or(|newer| newer.reviewer.is_none()));
        all.extend(before.watched.iter().filter(|watched| watched.reviewer.is_some()).cloned());
        all.retain(|watched| !is_told(watched));
    }

    fn reviewer(&self, label: &str) -> Option<Reviewer> {
        self.all().iter().find(|watched| watched.label == label)?.reviewer.clone()
    }
}

impl Server {
    /// Has another configuration in force.
    pub(super) fn takes(&self, setup: Setup) {
        self.left.note(&self.setup(), &setup);
        *self.setup.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(setup);
    }

    /// After that: ends what no server does by now.
    pub(super) async fn ends_what_it_left(self: &Arc<Self>) {
        self.tell_trouble(self.end_left().await.err());
        // A forge that does not answer keeps no other configuration waiting.
        let server = self.clone();
        self.aside.spawn(async move { server.end_waits().await });
    }

    /// Says what this server watches, and ends the jobs of what no server watches any more.
    pub(super) async fn end_left(self: &Arc<Self>) -> Result<()> {
        // The same server after a restart, by all that is known of it.
        let me = format!("{} {}", process::host(), self.context.cwd.join(&self.file).display());
        self.ledger.watch(&me, &self.setup().does()).await?;
        let ended = self.ledger.end_unwatched().await?;
        if ended.is_empty() {
            return Ok(());
        }
        let names: Vec<String> =
            ended.iter().map(|job| format!("the {} of {} in {}", job.task, job.about(), job.repository)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let message = format!("{} will not be done: no server watches that any more", list(&names, 5));
        self.context.tell(None, Body::Note { message });
        if ended.iter().any(|job| is_awaited(job) && self.left.reviewer(&job.repository).is_none()) {
            // What was configured before the start is known to nobody: neither is a token that would be taken there.
            let message = "a commit that they were to tell of keeps what it was told, also that it is pending: no server here speaks \
                to its forge. A server that watches the repository again tells it anew";
            self.context.tell(None, Body::Note { message: message.to_owned() });
        }
        self.news.ring();
        let server = self.clone();
        self.aside.spawn(async move { server.tell_forges(&ended).await });
        Ok(())
    }

    /// No commit waits for a preview or a roll-out that will not come.
    async fn tell_forges(&self, ended: &[Job]) {
        for job in ended.iter().filter(|job| is_awaited(job)) {
            let Some(reviewer) = self.left.reviewer(&job.repository) else {
                continue;
            };
            match end_pending(&reviewer, job).await {
                Ok(()) => {}
                Err(Failure { kind: Kind::Cancelled, .. }) => return,
                Err(failure) => self.tell_trouble(Some(failure)),
            }
        }
    }

    /// Neither does a commit that was merged wait for a lock to end.
    async fn end_waits(&self) {
        let labels: Vec<String> = self.left.all().iter().map(|watched| watched.label.clone()).collect();
        for label in labels {
            self.end_waits_at(&label).await;
        }
    }

    /// The same of one repository, where it is left: a job that was under way then may have told a commit afterwards.
    pub(super) async fn end_waits_at(&self, label: &str) {
        if let Some(reviewer) = self.left.reviewer(label) {
            self.tell_trouble(self.end_waits_of(label, &reviewer).await.err());
        }
    }

    /// A server that watches the repository again tells them anew.
    async fn end_waits_of(&self, label: &str, reviewer: &Reviewer) -> Result<()> {
        if self.ledger.is_watched(label, Task::Review).await? {
            return Ok(());
        }
        for record in self.ledger.waiting_pulls(label).await? {
            let commit = record.end.as_ref().map(|end| end.commit.as_str()).unwrap_or_default();
            let pull = reviewer.forge.pull(record.number).await?.at(commit);
            reviewer.tell_unawaited(&pull, UNAPPLIED).await?;
            self.ledger.keep_end(&PullRecord { end: None, ..record }).await?;
        }
        Ok(())
    }

    /// Whoever takes a repository out of the configuration and starts the server again ends this one, which alone can still speak to its
    /// forge: so what is configured by now counts at the end as well. What can't be read says nothing.
    pub(super) async fn leaves(self: &Arc<Self>) {
        let before = self.setup();
        match Setup::open(&self.context, &self.ledger, &self.file, Some(&before)).await {
            Ok((setup, _)) if setup.does() != before.does() => {
                self.takes(setup);
                self.ends_what_it_left().await;
            }
            _ => {}
        }
    }
}

/// Whether a commit may have been told that it is on its way.
fn is_awaited(job: &Job) -> bool {
    matches!(job.task, Task::Review | Task::Apply)
}

async fn end_pending(reviewer: &Reviewer, job: &Job) -> Result<()> {
    if job.task == Task::Review {
        return reviewer.end_pending(number_of(&job.subject)?, UNWATCHED).await;
    }
    let asked = Asked::of(&job.subject)?;
    let pull = reviewer.forge.pull(asked.number).await?;
    reviewer.tell_unapplied(&pull.at(asked.head), State::Error, UNAPPLIED).await
}
