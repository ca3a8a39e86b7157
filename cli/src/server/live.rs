//! What keeps a page as it is: whenever something happened, the parts of it that are others now.

use std::collections::HashMap;
use std::convert::Infallible;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, Uri};
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream::{self, Stream};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::watch;
use tokio::time::Instant;

use super::Server;
use super::page;
use super::people::{You, hex};
use super::seats::Seat;
use super::setup::Setup;
use super::shared::{Beats, Fresh, PACE, Shared};
use crate::event::{Event, Sink};
use crate::failure::Result as Done;
use crate::text::timestamp;

/// After so long it is looked anew although nothing happened here: another process may have done something.
const ANYWAY: Duration = Duration::from_secs(5);
/// Then the page asks anew, and shows who it is: whoever signed out meanwhile hears no more.
const LONGEST: Duration = Duration::from_secs(5 * 60);
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Whoever is told events, and a bell that rings for each.
pub(super) struct News {
    next: Arc<dyn Sink>,
    bell: watch::Sender<u64>,
    beats: Beats,
}

impl News {
    pub fn before(next: Arc<dyn Sink>) -> Arc<News> {
        Arc::new(News { next, bell: watch::Sender::new(0), beats: Beats::default() })
    }

    /// How often it had rung at the newest beat.
    fn beat(&self) -> u64 {
        self.beats.newest(*self.bell.borrow(), Instant::now())
    }

    /// Somebody did something that is no event.
    pub fn ring(&self) {
        self.bell.send_modify(|count| *count = count.wrapping_add(1));
    }
}

impl Sink for News {
    fn take(&self, event: &Event) {
        self.next.take(event);
        self.ring();
    }
}

/// What is shown at an address, to all who see the same there.
type ForAll = Shared<Arc<Shown>>;

/// The pages that are open, each once for all who see the same.
pub(super) struct Open {
    pages: Mutex<HashMap<(String, You), Arc<ForAll>>>,
    /// Stands for the word of whoever reads. Nobody can guess it, so that nothing foreign is taken for it.
    word: String,
}

/// What a page shows.
struct Shown {
    title: String,
    parts: Vec<Part>,
}

/// What is replaced by itself.
struct Part {
    id: &'static str,
    html: String,
    hash: u64,
}

impl Default for Open {
    fn default() -> Open {
        Open { pages: Mutex::default(), word: hex(&rand::random::<[u8; 32]>()) }
    }
}

impl Open {
    /// What somebody sees who has any word; those that nobody looks at any more are forgotten.
    fn page(&self, of: &Uri, you: &You) -> Arc<ForAll> {
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        pages.retain(|_, page| Arc::strong_count(page) > 1);
        pages.entry((of.to_string(), you.clone())).or_default().clone()
    }
}

#[derive(Deserialize)]
pub(super) struct Of {
    of: String,
}

/// One page that listens.
struct Listening {
    server: Arc<Server>,
    /// What was in force when it began.
    setup: Arc<Setup>,
    /// Whoever reads, with the word that stands for all.
    you: You,
    word: Option<String>,
    of: Uri,
    page: Arc<ForAll>,
    bell: watch::Receiver<u64>,
    /// The beat that was shown.
    beat: u64,
    /// What was sent, by part, as hashes.
    sent: HashMap<&'static str, u64>,
    title: String,
    is_first: bool,
    until: Instant,
    _seat: Seat<String>,
}

/// How many pages listen at once, and how many of them for one person.
pub(super) const AT_ONCE: usize = 512;
pub(super) const AT_ONCE_FOR_ONE: usize = 64;

/// `GET /live?of=ADDRESS`.
pub(super) async fn listen(
    State(server): State<Arc<Server>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    mut you: You,
    headers: HeaderMap,
    Query(of): Query<Of>,
) -> Response {
    if you.role.is_none() {
        return axum::http::StatusCode::UNAUTHORIZED.into_response();
    }
    let Ok(of) = of.of.parse::<Uri>() else {
        return axum::http::StatusCode::BAD_REQUEST.into_response();
    };
    // Whoever reads without signing in is known by their place.
    let who = you.name.clone().unwrap_or_else(|| server.place(from.ip(), &headers).to_string());
    let Some(seat) = server.listeners.take(who) else {
        return axum::http::StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let word = you.word.take();
    you.word = word.is_some().then(|| server.open.word.clone());
    let listening = Listening {
        setup: server.setup(),
        word,
        page: server.open.page(&of, &you),
        bell: server.news.bell.subscribe(),
        server,
        you,
        of,
        beat: 0,
        sent: HashMap::new(),
        title: String::new(),
        is_first: true,
        until: Instant::now() + LONGEST,
        _seat: seat,
    };
    let kept = KeepAlive::new().interval(KEEP_ALIVE);
    Sse::new(Box::pin(listening.stream())).keep_alive(kept).into_response()
}

impl Listening {
    fn stream(self) -> impl Stream<Item = Result<Sent, Infallible>> {
        stream::unfold(self, |mut listening| async move {
            loop {
                listening.wait().await?;
                if let Some(news) = listening.news().await? {
                    return Some((Ok(Sent::default().data(news)), listening));
                }
            }
        })
    }

    /// Until there may be something. Nothing any more once the server is to end, or the reader is signed out.
    async fn wait(&mut self) -> Option<()> {
        if std::mem::take(&mut self.is_first) {
            return Some(());
        }
        let (cancel, beat) = (self.server.context.cancel.clone(), self.beat);
        tokio::select! {
            () = cancel.cancelled() => return None,
            () = tokio::time::sleep_until(self.until) => return None,
            rung = self.bell.wait_for(|count| *count != beat) => { rung.ok()?; }
            () = tokio::time::sleep(ANYWAY) => {}
        }
        tokio::select! {
            () = cancel.cancelled() => return None,
            () = tokio::time::sleep(PACE) => {}
        }
        // By another configuration the reader may be somebody else: the page asks anew.
        Arc::ptr_eq(&self.setup, &self.server.setup()).then_some(())
    }

    /// The parts that are others than those that were sent; the first time all of them.
    async fn news(&mut self) -> Option<Option<String>> {
        self.beat = self.server.news.beat();
        let fresh = Fresh::AsOf(self.beat);
        let shown = self.page.get(fresh, shown(&self.server, &self.you, &self.of, fresh)).await.ok()?;
        let parts = self.changed(&shown);
        if parts.is_empty() {
            return Some(None);
        }
        let title = &shown.title;
        let ended = (!self.title.is_empty() && self.title != *title).then(|| title.clone());
        self.title.clone_from(title);
        let now = timestamp(self.server.context.now());
        let time = now.get(11..19).unwrap_or_default();
        Some(Some(json!({ "time": time, "title": title, "ended": ended, "parts": parts }).to_string()))
    }

    fn changed(&mut self, shown: &Shown) -> Vec<serde_json::Value> {
        let (mut changed, word) = (Vec::new(), self.word.as_deref().unwrap_or_default());
        for part in &shown.parts {
            if self.sent.insert(part.id, part.hash) != Some(part.hash) {
                let html = part.html.replace(&self.server.open.word, word);
                changed.push(json!({ "id": part.id, "html": html }));
            }
        }
        changed
    }
}

async fn shown(server: &Server, you: &You, of: &Uri, fresh: Fresh) -> Done<Arc<Shown>> {
    server.metrics.count("gitinfra_looks_total", &[]);
    let page = page::at(server, you, of, fresh).await?;
    let title = page::title(&page);
    let parts = page.parts.into_iter().map(|(id, markup)| {
        let mut hasher = DefaultHasher::new();
        markup.0.hash(&mut hasher);
        Part { id, hash: hasher.finish(), html: markup.0 }
    });
    Ok(Arc::new(Shown { title, parts: parts.collect() }))
}
