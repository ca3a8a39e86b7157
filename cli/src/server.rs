//! A server that watches repositories for months: what comes in from outside, workers that act upon it, and pages that show it.

mod acts;
mod apply;
mod commands;
pub mod config;
mod connections;
mod ends;
mod hooks;
mod left;
mod live;
mod look;
mod metrics;
mod notify;
mod page;
mod people;
mod place;
mod reload;
mod routes;
mod seats;
mod setup;
mod shared;
mod sign_in;
mod traces;
mod trouble;
pub mod verbs;
mod watched;
mod workers;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, RwLock};

use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::context::Context;
use crate::digest::Key;
use crate::event::Body;
use crate::failure::{Failure, Result};
use crate::ledger::Ledger;
use crate::record::StackRecord;
use left::Left;
use live::{News, Open};
use metrics::Metrics;
use notify::Notifier;
use reload::{Crew, Refused};
use seats::Seats;
use setup::Setup;
use shared::Shared;
use traces::Spans;
use verbs::Verbs;
use watched::Watched;

/// Everything that requests and workers share.
pub struct Server {
    context: Context,
    ledger: Ledger,
    /// The file of the configuration.
    file: PathBuf,
    /// The configuration that is in force.
    setup: RwLock<Arc<Setup>>,
    /// The one that was read last, where it was refused.
    refused: Mutex<Option<Refused>>,
    /// Where it was told to listen when it was started.
    listen: SocketAddr,
    /// Where it listens, once it does.
    address: OnceLock<SocketAddr>,
    metrics: Metrics,
    news: Arc<News>,
    /// What open pages show.
    open: Open,
    /// All stacks, as they were looked at last.
    stacks: Shared<Arc<Vec<StackRecord>>>,
    notifier: Arc<Notifier>,
    /// Those who tell others what happens, until there is no more of it.
    telling: TaskTracker,
    end_of_news: CancellationToken,
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
    /// What goes on besides: what people asked to be tried again, what forges are told of what left the configuration.
    aside: TaskTracker,
    /// Whether it takes requests, and is not about to end.
    is_ready: AtomicBool,
    left: Left,
}

impl Server {
    /// Opens all that the configuration in a file names. What is wrong with it is told before anything begins.
    pub async fn open(mut context: Context, ledger: Ledger, file: PathBuf, verbs: Box<dyn Verbs>) -> Result<Server> {
        let notifier = Notifier::before(context.sink.clone());
        let news = News::before(notifier.clone());
        context.sink = Spans::before(news.clone());
        let (setup, told) = Setup::open(&context, &ledger, &file, None).await?;
        let server = Server {
            file,
            listen: setup.config.listen,
            setup: RwLock::new(Arc::new(setup)),
            refused: Mutex::default(),
            address: OnceLock::new(),
            metrics: Metrics::default(),
            key: ledger.key().await?,
            bodies: Seats::new(hooks::AT_ONCE, hooks::AT_ONCE_FROM_ONE),
            pictures: Semaphore::new(acts::PICTURES),
            verbs,
            callers: Seats::new(verbs::AT_ONCE, verbs::AT_ONCE_FOR_ONE),
            listeners: Seats::new(live::AT_ONCE, live::AT_ONCE_FOR_ONE),
            aside: TaskTracker::new(),
            is_ready: AtomicBool::new(false),
            context,
            ledger,
            news,
            open: Open::default(),
            stacks: Shared::default(),
            notifier,
            telling: TaskTracker::new(),
            end_of_news: CancellationToken::new(),
            left: Left::default(),
        };
        server.told_by(told);
        Ok(server)
    }

    /// Serves until it is to end, and reads its configuration anew whenever it is asked to. At the end it takes no more requests, and
    /// what is under way is brought to its end or given back. Where one of its tasks ends by itself, it ends as a failure: half a
    /// server looks well and does nothing.
    pub async fn run(self, asked: UnboundedReceiver<()>) -> Result<()> {
        let server = Arc::new(self);
        let address = server.listen;
        let listener = TcpListener::bind(address).await.map_err(|error| {
            Failure::setup(format!("listening on {address}: {error}")).hint("choose another address with `listen`")
        })?;
        let address = listener.local_addr().map_err(|error| Failure::setup(format!("listening: {error}")))?;
        server.address.get_or_init(|| address);
        let mut crew = Crew::default();
        server.man(&mut crew);
        server.is_ready.store(true, Ordering::Relaxed);
        server.context.tell(None, Body::Listening { address: address.to_string() });
        let served = server.serve(listener, &mut crew, asked).await;
        server.context.cancel.cancel();
        while crew.tasks.join_next().await.is_some() {}
        server.leaves().await;
        server.aside.close();
        server.aside.wait().await;
        // What ended just now is told as well.
        server.end_of_news.cancel();
        server.telling.close();
        server.telling.wait().await;
        server.setup().traces.end().await;
        served
    }

    /// Takes requests as long as all tasks go on that were not asked to end.
    async fn serve(
        self: &Arc<Self>,
        listener: TcpListener,
        crew: &mut Crew,
        mut asked: UnboundedReceiver<()>,
    ) -> Result<()> {
        let cancel = &self.context.cancel;
        let mut serving = tokio::spawn(routes::serve(self.clone(), listener));
        let mut beat = tokio::time::interval(left::BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                served = &mut serving => return served.unwrap_or_else(|_| Err(ended())),
                Some(task) = crew.tasks.join_next() => {
                    if !task.unwrap_or(false) && !cancel.is_cancelled() {
                        cancel.cancel();
                        let _ = serving.await;
                        return Err(ended());
                    }
                }
                Some(()) = asked.recv() => self.reload(crew).await,
                _ = beat.tick() => self.tell_trouble(self.end_left().await.err()),
            }
        }
    }
}

fn ended() -> Failure {
    Failure::bug("a part of the server ended before it was asked to")
        .hint("what gitinfra wrote to its standard error says why; start it again")
}
