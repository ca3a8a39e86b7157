//! The command line's verbs, done here for somebody who is elsewhere: by the same code as at a terminal, as far as whoever the
//! token belongs to may see and do.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::stream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::sync::DropGuard;

use super::Server;
use super::config::Role;
use super::people::You;
use crate::context::Context;
use crate::event::{Event, Sink};
use crate::failure::{Failure, Kind, Result};
use crate::ledger::Ledger;

/// So many are done side by side: one that follows a run goes on as long as that.
pub(super) const AT_ONCE: usize = 64;
/// And so many of them for one person.
pub(super) const AT_ONCE_FOR_ONE: usize = 24;
/// What nobody has fetched yet; whoever reads so slowly is let go.
const MOST_WAITING: usize = 64 * 1024 * 1024;
/// So often something is sent, so that no proxy takes the connection for dead.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Who can do verbs.
pub trait Verbs: Send + Sync {
    /// Does what was written, to its end. It has a thread to itself, in the server's runtime.
    fn run(&self, line: &[u8], caller: Caller, out: Out);
}

/// Whoever is elsewhere, with what a verb works with here. `context.cancel` is cancelled when nobody listens any more.
pub struct Caller {
    pub context: Context,
    server: Arc<Server>,
    you: You,
}

/// Where what is printed goes, piece by piece.
#[derive(Clone)]
pub struct Out {
    pieces: UnboundedSender<Bytes>,
    waiting: Arc<AtomicUsize>,
}

impl Out {
    /// False when nobody fetches it any more.
    #[must_use]
    pub fn send(&self, piece: String) -> bool {
        let waits = self.waiting.fetch_add(piece.len(), Ordering::Relaxed);
        waits < MOST_WAITING && self.pieces.send(Bytes::from(piece)).is_ok()
    }
}

impl Caller {
    pub fn who(&self) -> &str {
        self.you.name.as_deref().unwrap_or_default()
    }

    /// The ledger as far as it may be seen.
    pub fn ledger(&self) -> Ledger {
        self.server.ledger.only(self.you.only())
    }

    pub fn may(&self, role: Role, repository: &str) -> Result<()> {
        match self.you.may(role, repository) {
            true => Ok(()),
            false => Err(Failure::input(format!("{} may not do that: it takes {}", self.who(), role.word()))
                .hint("the server's configuration says who may do what")),
        }
    }

    /// Writes down who did what, and tells it.
    pub async fn did(&self, did: &str, what: &str, details: &str) -> Result<()> {
        self.server.written(self.who(), did, what, details).await?;
        self.server.news.ring();
        Ok(())
    }

    pub async fn soon(&self, repository: &str) -> Result<()> {
        self.server.soon(repository).await
    }

    /// Tries stacks again, and says what kind of failure weighs most. It goes on when nobody listens any more.
    pub async fn retry(
        &self,
        repository: &str,
        branch: &str,
        stacks: Vec<String>,
        sink: Arc<dyn Sink>,
    ) -> Result<Option<Kind>> {
        let watched = self.server.of_label(repository).filter(|watched| watched.branch == branch);
        let watched =
            watched.ok_or_else(|| Failure::input(format!("{branch} of {repository} is not watched there")))?;
        self.did("retried", &stacks.join(", "), "").await?;
        let (server, (tell, told)) = (self.server.clone(), tokio::sync::oneshot::channel());
        let sink = Arc::new(Both(server.context.sink.clone(), sink));
        server.aside.clone().spawn(async move {
            let done = server.pass(&watched, &server.context.cancel, stacks, Some(sink)).await;
            let _ = tell.send(done.map(|tally| tally.failure()));
        });
        tokio::select! {
            () = self.context.cancel.cancelled() => Err(Failure::cancelled()),
            done = told => done.map_err(|_| Failure::cancelled())?,
        }
    }
}

/// Two that are told the same.
struct Both(Arc<dyn Sink>, Arc<dyn Sink>);

impl Sink for Both {
    fn take(&self, event: &Event) {
        self.0.take(event);
        self.1.take(event);
    }
}

impl Role {
    fn word(self) -> &'static str {
        match self {
            Role::Viewer => "a viewer",
            Role::Approver => "an approver",
            Role::Admin => "an admin",
        }
    }
}

/// `POST /verbs`: for programs with a token of their own, which no other page can speak for.
pub(super) async fn take(State(server): State<Arc<Server>>, you: You, line: Bytes) -> Response {
    let Some(name) = you.name.clone().filter(|_| you.word.is_none()) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let Some(place) = server.callers.take(name) else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let (pieces, fetched) = unbounded_channel();
    let waiting = Arc::new(AtomicUsize::new(0));
    let out = Out { pieces, waiting: waiting.clone() };
    let cancel = server.context.cancel.child_token();
    let fetching = Fetching { fetched, waiting, _end: cancel.clone().drop_guard() };
    let context = Context { cancel, ..server.context.clone() };
    let caller = Caller { context, server: server.clone(), you };
    tokio::task::spawn_blocking(move || {
        let _place = place;
        server.verbs.run(&line, caller, out);
    });
    let body = Body::from_stream(stream::unfold(fetching, Fetching::next));
    ([(header::CONTENT_TYPE, "application/x-ndjson")], body).into_response()
}

/// What is fetched, until it is let go.
struct Fetching {
    fetched: UnboundedReceiver<Bytes>,
    waiting: Arc<AtomicUsize>,
    _end: DropGuard,
}

impl Fetching {
    async fn next(mut self) -> Option<(Result<Bytes, std::convert::Infallible>, Fetching)> {
        let piece = match tokio::time::timeout(KEEP_ALIVE, self.fetched.recv()).await {
            Ok(piece) => piece?,
            Err(_) => return Some((Ok(Bytes::from_static(b"\n")), self)),
        };
        self.waiting.fetch_sub(piece.len(), Ordering::Relaxed);
        Some((Ok(piece), self))
    }
}
