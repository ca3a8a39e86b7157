//! A server that watches repositories for months: what comes in from outside, workers that act upon it, and pages that show it.

mod acts;
mod commands;
pub mod config;
mod connections;
mod ends;
mod hooks;
mod live;
mod look;
mod metrics;
mod notify;
mod page;
mod people;
mod place;
mod routes;
mod seats;
mod shared;
mod sign_in;
pub mod verbs;
mod watched;
mod workers;

use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::context::Context;
use crate::digest::Key;
use crate::event::Body;
use crate::failure::{Failure, Result};
use crate::ledger::Ledger;
use crate::record::StackRecord;
use config::Config;
use live::{News, Open};
use metrics::Metrics;
use notify::{Notifier, Told};
use people::People;
use seats::Seats;
use shared::Shared;
use sign_in::Elsewhere;
use verbs::Verbs;
use watched::Watched;

/// Everything that requests and workers share.
pub struct Server {
    context: Context,
    ledger: Ledger,
    config: Config,
    people: People,
    /// Other servers that say who somebody is.
    elsewhere: Vec<Elsewhere>,
    /// Where it listens, once it does.
    address: OnceLock<SocketAddr>,
    watched: Vec<Arc<Watched>>,
    metrics: Metrics,
    news: Arc<News>,
    /// What open pages show.
    open: Open,
    /// All stacks, as they were looked at last.
    stacks: Shared<Arc<Vec<StackRecord>>>,
    told: Mutex<Option<Told>>,
    /// What forms' words are made with.
    key: Key,
    /// Places for webhooks' bodies that are read at the same time.
    bodies: Seats<IpAddr>,
    /// Places for pictures that are drawn at the same time.
    pictures: Semaphore,
    /// What does the command line's verbs for those who are elsewhere, and places for them.
    verbs: Box<dyn Verbs>,
    callers: Seats<String>,
    /// Places for pages that listen.
    listeners: Seats<String>,
    /// What people asked to be tried again, as long as it goes on.
    retries: TaskTracker,
    /// Whether it takes requests, and is not about to end.
    is_ready: AtomicBool,
}

impl Server {
    /// Opens all that a configuration names. What is wrong with one repository is told before anything begins.
    pub async fn open(mut context: Context, ledger: Ledger, config: Config, verbs: Box<dyn Verbs>) -> Result<Server> {
        let (notifier, told) = Notifier::open(&context, &config.notify, config.url.as_deref().unwrap_or_default())?;
        context.sink = notifier;
        let news = News::before(context.sink.clone());
        context.sink = news.clone();
        Ok(Server {
            people: People::read(&context, &config.people)?,
            elsewhere: config.sign_in.iter().map(|one| Elsewhere::open(&context, one)).collect::<Result<_>>()?,
            address: OnceLock::new(),
            watched: Watched::all(&context, &ledger, &config).await?,
            metrics: Metrics::default(),
            key: ledger.key().await?,
            bodies: Seats::new(hooks::AT_ONCE, hooks::AT_ONCE_FROM_ONE),
            pictures: Semaphore::new(acts::PICTURES),
            verbs,
            callers: Seats::new(verbs::AT_ONCE, verbs::AT_ONCE_FOR_ONE),
            listeners: Seats::new(live::AT_ONCE, live::AT_ONCE_FOR_ONE),
            retries: TaskTracker::new(),
            is_ready: AtomicBool::new(false),
            context,
            ledger,
            config,
            news,
            open: Open::default(),
            stacks: Shared::default(),
            told: Mutex::new(Some(told)),
        })
    }

    /// Serves until it is to end. Then it takes no more requests, and what is under way is brought to its end or given back. Where
    /// one of its tasks ends by itself, it ends as a failure: half a server looks well and does nothing.
    pub async fn run(self) -> Result<()> {
        let server = Arc::new(self);
        let address = server.config.listen;
        let listener = TcpListener::bind(address).await.map_err(|error| {
            Failure::setup(format!("listening on {address}: {error}")).hint("choose another address with `listen`")
        })?;
        let address = listener.local_addr().map_err(|error| Failure::setup(format!("listening: {error}")))?;
        server.address.get_or_init(|| address);
        let mut tasks = server.start();
        let (end, told) = (CancellationToken::new(), server.told.lock().unwrap_or_else(PoisonError::into_inner).take());
        let telling = told.map(|told| tokio::spawn(told.run(server.context.clone(), end.clone())));
        server.is_ready.store(true, Ordering::Relaxed);
        server.context.tell(None, Body::Listening { address: address.to_string() });
        let served = server.serve(listener, &mut tasks).await;
        server.context.cancel.cancel();
        while tasks.join_next().await.is_some() {}
        server.retries.close();
        server.retries.wait().await;
        // What ended just now is told as well.
        end.cancel();
        if let Some(telling) = telling {
            let _ = telling.await;
        }
        served
    }

    /// Takes requests as long as all tasks go on.
    async fn serve(self: &Arc<Self>, listener: TcpListener, tasks: &mut JoinSet<()>) -> Result<()> {
        let cancel = &self.context.cancel;
        let mut serving = pin!(routes::serve(self.clone(), listener));
        tokio::select! {
            served = &mut serving => served,
            Some(_) = tasks.join_next() => {
                let was_asked = cancel.is_cancelled();
                cancel.cancel();
                let served = serving.await;
                if was_asked { served } else { Err(ended()) }
            }
        }
    }

    fn start(self: &Arc<Self>) -> JoinSet<()> {
        let mut tasks = JoinSet::new();
        for watched in &self.watched {
            tasks.spawn(self.clone().look(watched.clone()));
        }
        for worker in self.workers() {
            tasks.spawn(async move { worker.run().await });
        }
        tasks
    }
}

fn ended() -> Failure {
    Failure::bug("a part of the server ended before it was asked to")
        .hint("what gitinfra wrote to its standard error says why; start it again")
}
