//! Another configuration while a server runs: what changed begins anew, the rest goes on, and no roll-out is cut. A faulty one is
//! refused as a whole, and the one before stays in force.

use std::sync::{Arc, PoisonError};

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::notify::Told;
use super::setup::Setup;
use super::{Server, Watched};
use crate::event::Body;
use crate::failure::Failure;

/// Those who look and those who work. A task says whether it ended because it was asked to.
#[derive(Default)]
pub(super) struct Crew {
    pub tasks: JoinSet<bool>,
    looks: Vec<(Arc<Watched>, CancellationToken)>,
    /// Cancelled when others take the workers' places: then they take no more jobs, and end what they began.
    workers: CancellationToken,
}

/// A configuration that was refused.
pub(super) struct Refused {
    pub failure: Failure,
    pub at: i64,
}

impl Server {
    /// What is in force right now.
    pub(super) fn setup(&self) -> Arc<Setup> {
        self.setup.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Has somebody look at each repository that is watched, and as many work as there is work for. Whoever did so for what is no
    /// longer so ends what they began.
    pub(super) fn man(self: &Arc<Self>, crew: &mut Crew) {
        let setup = self.setup();
        let is_at = |watched: &Arc<Watched>, other: &Arc<Watched>| Arc::ptr_eq(watched, other);
        for (watched, end) in &crew.looks {
            if !setup.watched.iter().any(|other| is_at(watched, other)) {
                end.cancel();
            }
        }
        crew.looks.retain(|(_, end)| !end.is_cancelled());
        for watched in &setup.watched {
            if crew.looks.iter().any(|(other, _)| is_at(watched, other)) {
                continue;
            }
            let (server, watched, end) = (self.clone(), watched.clone(), self.context.cancel.child_token());
            crew.looks.push((watched.clone(), end.clone()));
            crew.tasks.spawn(async move {
                server.look(watched, &end).await;
                end.is_cancelled()
            });
        }
        crew.workers.cancel();
        crew.workers = self.context.cancel.child_token();
        for worker in self.workers(&crew.workers) {
            crew.tasks.spawn(async move {
                worker.run().await;
                worker.until.is_cancelled()
            });
        }
    }

    /// Reads the configuration and its secrets anew, and takes it if nothing is wrong with it.
    pub(super) async fn reload(self: &Arc<Self>, crew: &mut Crew) {
        let before = self.setup();
        let read = Setup::open(&self.context, &self.ledger, &self.file, Some(&before)).await;
        let outcome = if read.is_ok() { "taken" } else { "refused" };
        self.metrics.count("gitinfra_configurations_total", &[("outcome", outcome)]);
        let refused = match read {
            Ok((setup, told)) => {
                let news = setup.news_since(&before);
                let traces = setup.traces.clone();
                self.takes(setup);
                if !Arc::ptr_eq(&traces, &before.traces) {
                    before.traces.end().await;
                }
                self.told_by(told);
                self.man(crew);
                self.ends_what_it_left().await;
                let later = self.needs_a_restart().map(|words| format!("; {words}")).unwrap_or_default();
                let message = format!("the configuration was read anew: {news}{later}");
                self.context.tell(None, Body::Note { message });
                None
            }
            Err(failure) => {
                let message = format!("the configuration is refused, and the one before stays in force: {failure}");
                self.context.tell(None, Body::Failed { message, hints: failure.hints.clone() });
                let since = self.refused_configuration().map(|(_, at)| at);
                Some(Refused { failure, at: since.unwrap_or_else(|| self.context.now()) })
            }
        };
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = refused;
        self.news.ring();
    }

    /// What is wrong with the configuration that was read last, and when that was found.
    pub(super) fn refused_configuration(&self) -> Option<(Failure, i64)> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.as_ref().map(|refused| (refused.failure.clone(), refused.at))
    }

    /// What of the configuration is not in force before the server is started again.
    pub(super) fn needs_a_restart(&self) -> Option<String> {
        let is = self.address.get().copied().unwrap_or(self.listen);
        (self.setup().config.listen != self.listen)
            .then(|| format!("`listen` stays {is} until the server is started again"))
    }

    /// News go where a configuration says from now on. What was to be told before is still told as it was.
    pub(super) fn told_by(&self, told: Told) {
        let (sender, context, end) = (told.sender(), self.context.clone(), self.end_of_news.clone());
        self.telling.spawn(told.run(context, end));
        self.notifier.send_to(sender);
    }
}
