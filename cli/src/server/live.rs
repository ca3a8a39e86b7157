//! What keeps a page as it is: whenever something happened, the parts of it that are others now.

use std::collections::HashMap;
use std::convert::Infallible;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::Uri;
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream::{self, Stream};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::watch;
use tokio::time::Instant;

use super::Server;
use super::page::{self, Page};
use super::people::You;
use crate::event::{Event, Sink};
use crate::text::timestamp;

/// So often at most is a page told of anything.
const PACE: Duration = Duration::from_millis(500);
/// After so long it is looked anew although nothing happened here: another process may have done something.
const ANYWAY: Duration = Duration::from_secs(5);
/// Then the page asks anew, and shows who it is: whoever signed out meanwhile hears no more.
const LONGEST: Duration = Duration::from_secs(5 * 60);
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Whoever is told events, and a bell that rings for each.
pub(super) struct News {
    next: Arc<dyn Sink>,
    bell: watch::Sender<u64>,
}

impl News {
    pub fn before(next: Arc<dyn Sink>) -> Arc<News> {
        Arc::new(News { next, bell: watch::Sender::new(0) })
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

#[derive(Deserialize)]
pub(super) struct Of {
    of: String,
}

/// One page that listens.
struct Listening {
    server: Arc<Server>,
    you: You,
    of: Uri,
    bell: watch::Receiver<u64>,
    /// What was sent, by part, as hashes.
    sent: HashMap<&'static str, u64>,
    title: String,
    is_first: bool,
    until: Instant,
}

/// `GET /live?of=ADDRESS`.
pub(super) async fn listen(State(server): State<Arc<Server>>, you: You, Query(of): Query<Of>) -> Response {
    if you.role.is_none() {
        return axum::http::StatusCode::UNAUTHORIZED.into_response();
    }
    let Ok(of) = of.of.parse::<Uri>() else {
        return axum::http::StatusCode::BAD_REQUEST.into_response();
    };
    let bell = server.news.bell.subscribe();
    let listening = Listening {
        server,
        you,
        of,
        bell,
        sent: HashMap::new(),
        title: String::new(),
        is_first: true,
        until: Instant::now() + LONGEST,
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
        let cancel = self.server.context.cancel.clone();
        tokio::select! {
            () = cancel.cancelled() => return None,
            () = tokio::time::sleep_until(self.until) => return None,
            rung = self.bell.changed() => rung.ok()?,
            () = tokio::time::sleep(ANYWAY) => {}
        }
        tokio::select! {
            () = cancel.cancelled() => None,
            () = tokio::time::sleep(PACE) => Some(()),
        }
    }

    /// The parts that are others than those that were sent; the first time all of them.
    async fn news(&mut self) -> Option<Option<String>> {
        self.bell.mark_unchanged();
        let page = page::at(&self.server, &self.you, &self.of).await.ok()?;
        let title = page::title(&page);
        let parts = self.changed(&page);
        if parts.is_empty() {
            return Some(None);
        }
        let ended = (!self.title.is_empty() && self.title != title).then(|| title.clone());
        self.title.clone_from(&title);
        let now = timestamp(self.server.context.now());
        let time = now.get(11..19).unwrap_or_default();
        Some(Some(json!({ "time": time, "title": title, "ended": ended, "parts": parts }).to_string()))
    }

    fn changed(&mut self, page: &Page) -> Vec<serde_json::Value> {
        let mut changed = Vec::new();
        for (id, part) in &page.parts {
            let mut hasher = DefaultHasher::new();
            part.0.hash(&mut hasher);
            if self.sent.insert(id, hasher.finish()) != Some(hasher.finish()) {
                changed.push(json!({ "id": id, "html": part.0 }));
            }
        }
        changed
    }
}
