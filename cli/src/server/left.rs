//! Jobs that nobody does any more, since their repository or its forge left the configuration: they end with a word.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::apply::Asked;
use super::setup::Setup;
use super::workers::number_of;
use super::{Server, Watched};
use crate::event::Body;
use crate::failure::{Kind, Result};
use crate::forge::{Pull, State};
use crate::process;
use crate::record::{Job, Task};
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

impl Server {
    /// Says what this server watches, and ends the jobs of what no server watches any more. Whoever spoke to their forges `before` tells
    /// them.
    pub(super) async fn end_left(self: &Arc<Self>, before: Option<&Arc<Setup>>) -> Result<()> {
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
        if before.is_none() && ended.iter().any(is_awaited) {
            // What was configured before the start is known to nobody: neither is a token that would be taken there.
            let message = "a commit that they were to tell of keeps what it was told, also that it is pending: no server here speaks \
                to its forge. A server that watches the repository again tells it anew";
            self.context.tell(None, Body::Note { message: message.to_owned() });
        }
        self.news.ring();
        if let Some(before) = before {
            // A forge that does not answer keeps no other configuration waiting.
            let (server, before) = (self.clone(), before.clone());
            self.aside.spawn(async move { server.tell_forges(&before, &ended).await });
        }
        Ok(())
    }

    /// No commit waits for a preview or a roll-out that will not come.
    async fn tell_forges(&self, before: &Setup, ended: &[Job]) {
        for job in ended.iter().filter(|job| is_awaited(job)) {
            let reviewer = before.of_label(&job.repository).and_then(|watched| watched.reviewer.as_ref());
            let Some(reviewer) = reviewer else {
                continue;
            };
            match end_pending(reviewer, job).await {
                Err(failure) if failure.kind != Kind::Cancelled => self.tell_trouble(Some(failure)),
                _ => {}
            }
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
    reviewer.tell_unapplied(&Pull { head: asked.head.to_owned(), ..pull }, State::Error, UNAPPLIED).await
}
