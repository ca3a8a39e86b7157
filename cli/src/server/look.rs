//! Looks at forges and branches: what was delivered is only a hint, and what was not delivered is found all the same.

use std::sync::Arc;

use super::commands::is_older;
use super::{Server, Watched};
use crate::context::Trouble;
use crate::failure::{Failure, Result};
use crate::forge::command::Command;
use crate::record::Task;
use crate::review::{Looks, Reviewer};

impl Server {
    /// Looks until the server ends, at once for the first time: so what happened while nobody was here is made up for. The same
    /// failure is told once.
    pub(super) async fn look(self: Arc<Self>, watched: Arc<Watched>) {
        let (mut looks, mut trouble) = (Looks::default(), Trouble::default());
        let since = self.ledger.watched_since(&watched.label, self.context.now()).await;
        self.tell_trouble(since.err());
        while !self.context.cancel.is_cancelled() {
            match self.one_look(&watched, &mut looks).await {
                Ok(()) => trouble.over(),
                Err(failure) => trouble.tell(&self.context, failure),
            }
            self.context.rest(watched.interval).await;
        }
    }

    async fn one_look(&self, watched: &Watched, looks: &mut Looks) -> Result<()> {
        self.ask(watched, Task::RollOut, &watched.branch, false).await?;
        self.ledger.forget_deliveries(self.context.now()).await?;
        match &watched.reviewer {
            Some(reviewer) => {
                self.look_at_pulls(watched, reviewer, looks).await.map_err(|failure| named(&watched.name, failure))
            }
            None => Ok(()),
        }
    }

    async fn look_at_pulls(&self, watched: &Watched, reviewer: &Reviewer, looks: &mut Looks) -> Result<()> {
        for (pull, sides) in reviewer.due(looks).await? {
            self.ask(watched, Task::Review, &format!("pr/{}", pull.number), false).await?;
            looks.note(pull.number, sides);
        }
        self.look_at_comments(watched, reviewer).await
    }

    /// Commands that were not delivered.
    async fn look_at_comments(&self, watched: &Watched, reviewer: &Reviewer) -> Result<()> {
        let since = self.ledger.watched_since(&watched.label, self.context.now()).await?;
        for pull in reviewer.forge.open_pulls().await? {
            for comment in reviewer.forge.comments(pull.number).await? {
                let is_command =
                    !comment.is_ours && !is_older(&comment, since) && Command::parse(&comment.text).is_some();
                if is_command && !self.ledger.is_answered(&watched.label, &comment.id).await? {
                    let subject = format!("pr/{} {}", pull.number, comment.id);
                    self.ask(watched, Task::Command, &subject, false).await?;
                }
            }
        }
        Ok(())
    }
}

fn named(name: &str, mut failure: Failure) -> Failure {
    failure.message = format!("{name}: {}", failure.message);
    failure
}
