//! Requests to one forge: one origin, one token, all pages, and as fast as the forge wants it.

mod answer;
mod ask;

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{AUTHORIZATION, ETAG, HeaderMap, HeaderName, HeaderValue, IF_NONE_MATCH};
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::pace::{Limits, Pace};
use super::trouble::{Trouble, What};
use super::wire::Wire;
use super::{Address, Secret};
use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::scrub::Scrubber;
use crate::text;
use crate::trace;

pub use answer::{Answer, Page};
pub use ask::Ask;

/// A forge that sends us in circles is not followed for ever.
const MOST_REDIRECTS: usize = 5;
const MOST_PAGES: usize = 500;
/// So often is tried what failed on the way, with so long between.
const TRIES: u32 = 4;
const BETWEEN: i64 = 500;
/// A forge that refuses us all the same, however slow we go, is given up.
const MOST_REFUSALS: u32 = 10;
/// No limit is waited for longer: a primary one ends within the hour.
const PATIENCE: i64 = 65 * 60_000;
/// How long a request may go on after everything is to end.
const LAST_WORDS: Duration = Duration::from_secs(10);
/// A wait that a reader would wonder about.
const LONG: i64 = 10_000;
/// So many answers are kept to be asked for again, none that is longer than this, and no more than this of all together.
const MOST_SEEN: usize = 64;
const LONGEST_SEEN: usize = 1024 * 1024;
const MOST_BYTES_SEEN: usize = 16 * 1024 * 1024;

/// One forge, as it is spoken to.
pub struct Client {
    context: Context,
    wire: Wire,
    /// What all addresses begin with.
    api: Url,
    headers: HeaderMap,
    pace: Mutex<Pace>,
    /// Answers by address, with their tags: a forge need not send again what has not changed.
    seen: Mutex<HashMap<String, (HeaderValue, Answer)>>,
    /// Takes the token out of what the forge says.
    scrubber: Mutex<Scrubber>,
    /// When it was made, by both clocks.
    began: (i64, Instant),
}

impl Client {
    /// `between_writes` is in milliseconds.
    pub fn new(context: &Context, address: &Address, between_writes: i64) -> Result<Client> {
        let mut headers = HeaderMap::new();
        headers.insert(
            http::header::USER_AGENT,
            HeaderValue::from_static(concat!("gitinfra/", env!("CARGO_PKG_VERSION"))),
        );
        headers.insert(http::header::ACCEPT, HeaderValue::from_static("application/json"));
        Ok(Client {
            context: context.clone(),
            wire: Wire::new(&context.environment, address.api.as_str())?,
            api: address.api.clone(),
            headers,
            pace: Mutex::new(Pace::new(between_writes)),
            seen: Mutex::default(),
            scrubber: Mutex::default(),
            began: (context.now(), Instant::now()),
        })
    }

    /// Every request has this header.
    pub fn with(mut self, name: &'static str, value: &'static str) -> Client {
        self.headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        self
    }

    /// `Authorization: SCHEME TOKEN`, which is shown nowhere.
    pub fn authorization(&self, scheme: &str, token: &Secret) -> Result<HeaderValue> {
        let value = HeaderValue::from_str(&format!("{scheme} {}", token.reveal()));
        let mut value = value.map_err(|_| {
            Failure::input("the token holds characters that no token has").hint("is it the right file or variable?")
        })?;
        value.set_sensitive(true);
        locked(&self.scrubber).add(token.reveal());
        Ok(value)
    }

    /// Every request speaks for this token from now on.
    pub fn authorized(mut self, scheme: &str, token: &Secret) -> Result<Client> {
        let value = self.authorization(scheme, token)?;
        self.headers.insert(AUTHORIZATION, value);
        Ok(self)
    }

    pub fn now(&self) -> i64 {
        self.context.now()
    }

    /// Milliseconds since 1970 as they were at the start, and what has passed since: nobody sets this clock.
    fn steady(&self) -> i64 {
        let (at, began) = self.began;
        at + i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX / 2)
    }

    /// What an answer says of limits, by our own clock.
    fn limits(&self, answer: &Answer) -> Limits {
        let (limits, ahead) = (answer.limits(), self.steady() - self.now());
        Limits { reset: limits.reset.map(|at| at + ahead / 1000), ..limits }
    }

    pub async fn get<T: DeserializeOwned>(&self, path: &str, doing: &str) -> Result<T, Trouble> {
        let ask = Ask::get(path, doing);
        self.read(&ask, &self.ask(&ask, None).await?)
    }

    /// All items of a listing, from all of its pages.
    pub async fn pages<P: Page>(&self, path: &str, doing: &str) -> Result<Vec<P::Item>, Trouble> {
        self.pages_as::<P>(path, doing, None).await
    }

    pub async fn pages_as<P: Page>(
        &self,
        path: &str,
        doing: &str,
        speaking_for: Option<HeaderValue>,
    ) -> Result<Vec<P::Item>, Trouble> {
        let (mut all, mut next) = (Vec::new(), Some(path.to_owned()));
        for _ in 0..MOST_PAGES {
            let Some(path) = next else {
                return Ok(all);
            };
            let ask = Ask::get(&path, doing);
            let answer = self.ask(&ask, speaking_for.clone()).await?;
            let page: P = self.read(&ask, &answer)?;
            let (items, link) = page.split(answer.next());
            all.extend(items);
            next = link;
        }
        Err(self.trouble(What::Other, &format!("{doing}: there is no end to its pages")))
    }

    /// Sends a request, as somebody else where that is said. Anything but success is trouble.
    pub async fn ask(&self, ask: &Ask<'_>, speaking_for: Option<HeaderValue>) -> Result<Answer, Trouble> {
        let mut url = self.below(ask)?;
        for _ in 0..MOST_REDIRECTS {
            let answer = self.traced(ask, &url, speaking_for.as_ref()).await?;
            match answer.redirect() {
                Some(place) => url = self.followed(ask, &url, &answer, &place)?,
                None => return self.judged(ask, answer),
            }
        }
        Err(self.trouble(What::Other, &format!("{}: it sends us in circles", ask.doing)))
    }

    pub fn read<T: DeserializeOwned>(&self, ask: &Ask<'_>, answer: &Answer) -> Result<T, Trouble> {
        let body: &[u8] = if answer.body.is_empty() { b"null" } else { &answer.body };
        serde_json::from_slice(body).map_err(|error| {
            let words = format!("{}: its answer is not what was asked for: {error}", ask.doing);
            Trouble::new(
                What::Other,
                self.trouble(What::Other, &words).failure.hint("is it this kind of forge? --kind says which"),
            )
        })
    }

    /// The address of a path, which may be a whole one from a page; never one of another place.
    fn below(&self, ask: &Ask<'_>) -> Result<Url, Trouble> {
        let url = self.api.join(ask.path).ok().filter(|url| self.is_ours(url));
        url.ok_or_else(|| {
            let words = format!("{}: the next page is at another place, where the token must not go", ask.doing);
            let failure = self.trouble(What::Other, &words).failure;
            Trouble::new(What::Other, failure.hint("use the address that the forge itself says that it has"))
        })
    }

    /// Whether an address is below the API's: the token goes nowhere else.
    fn is_ours(&self, url: &Url) -> bool {
        url.origin() == self.api.origin() && url.path().starts_with(self.api.path()) && url.username().is_empty()
    }

    /// Where a redirect leads, if it may be followed: a repository that was renamed has moved, and nothing else is.
    fn followed(&self, ask: &Ask<'_>, from: &Url, answer: &Answer, place: &str) -> Result<Url, Trouble> {
        let url = from.join(place).ok().filter(|url| self.is_ours(url));
        // Others turn a write into a read, which would look as if it had been done.
        let keeps = matches!(answer.status.as_u16(), 307 | 308) || !ask.is_write();
        let url = url.filter(|_| keeps).ok_or_else(|| {
            let words = format!("{}: it sends us to another place, where the token must not go", ask.doing);
            self.trouble(What::Other, &words)
        });
        url.map_err(|trouble| {
            let failure = trouble.failure.hint("was the repository renamed or moved? use its new address");
            Trouble::new(What::Other, failure)
        })
    }

    /// One request as a part of what is done, with what it waits for its turn.
    async fn traced(&self, ask: &Ask<'_>, url: &Url, speaking_for: Option<&HeaderValue>) -> Result<Answer, Trouble> {
        let part = trace::part(ask.method.to_string()).asked().with("http.request.method", ask.method.to_string());
        let part = part
            .with("url.full", url.to_string())
            .with("server.address", url.host_str().unwrap_or_default().to_owned());
        part.of(async {
            let answer = self.exchange(ask, url, speaking_for).await?;
            trace::say("http.response.status_code", i64::from(answer.status.as_u16()));
            Ok(answer)
        })
        .await
    }

    /// One request and its answer. What a limit refuses is sent again once it may be; so is what got lost, if it may be.
    async fn exchange(&self, ask: &Ask<'_>, url: &Url, speaking_for: Option<&HeaderValue>) -> Result<Answer, Trouble> {
        let (mut tries, mut refusals) = (1, 0);
        loop {
            let wait = locked(&self.pace).wait(ask.is_write(), self.steady());
            self.rest(ask, wait).await?;
            locked(&self.pace).sent(ask.is_write(), self.steady());
            let sent = self.wire.exchange(self.request(ask, url, speaking_for)?);
            let sent = tokio::select! {
                sent = sent => sent,
                () = self.stopped() => return Err(Failure::cancelled().into()),
            };
            let answer = sent.map(|response| self.known(url, response));
            if let Ok(answer) = &answer {
                let limits = self.limits(answer);
                locked(&self.pace).answered(&limits, ask.is_write(), self.steady());
                if limits.is_refusal() && refusals < MOST_REFUSALS {
                    refusals += 1;
                    continue;
                }
            }
            match answer {
                Ok(answer) if !answer.status.is_server_error() => return Ok(answer),
                failed if tries >= TRIES || !ask.is_repeatable => return Err(self.lost(ask, failed)),
                _ => self.rest(ask, BETWEEN << tries).await?,
            }
            tries += 1;
        }
    }

    /// Whoever is stopped has a moment for last words: that a status is pending no more.
    async fn stopped(&self) {
        self.context.cancel.cancelled().await;
        tokio::time::sleep(LAST_WORDS).await;
    }

    /// Waits, unless it would be for longer than anybody waits.
    async fn rest(&self, ask: &Ask<'_>, millis: i64) -> Result<(), Trouble> {
        let host = self.api.host_str().unwrap_or_default();
        let words = text::seconds(text::as_seconds(millis));
        if millis > PATIENCE {
            let failure = Failure::busy(format!("{}: {host} wants {words} of rest", ask.doing));
            return Err(failure.hint("its limit is used up; ask less often with --interval").into());
        }
        if millis >= LONG {
            let message = format!("{host} wants us to go slower; going on in {words}");
            self.context.tell(None, crate::event::Body::Note { message });
        }
        let Some(millis) = u64::try_from(millis).ok().filter(|millis| *millis > 0) else {
            return Ok(());
        };
        let wait = Duration::from_millis(millis);
        tokio::select! {
            () = tokio::time::sleep(wait) => Ok(()),
            () = self.stopped(), if is_said_at_last(ask, wait) => Err(Failure::cancelled().into()),
            () = self.context.cancel.cancelled(), if !is_said_at_last(ask, wait) => Err(Failure::cancelled().into()),
        }
    }

    fn request(
        &self,
        ask: &Ask<'_>,
        url: &Url,
        speaking_for: Option<&HeaderValue>,
    ) -> Result<Request<Full<Bytes>>, Trouble> {
        let body = ask.body.as_ref().map(Value::to_string).unwrap_or_default();
        let mut request = Request::builder().method(ask.method.clone()).uri(url.as_str());
        if let Some(headers) = request.headers_mut() {
            headers.extend(self.headers.clone());
            if !body.is_empty() {
                headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            }
            if let Some(value) = speaking_for {
                headers.insert(AUTHORIZATION, value.clone());
            }
            if let Some((tag, _)) = locked(&self.seen).get(url.as_str()).filter(|_| !ask.is_write()) {
                headers.insert(IF_NONE_MATCH, tag.clone());
            }
        }
        let request = request.body(Full::from(body));
        request.map_err(|error| Failure::bug(format!("{}: {error}", ask.doing)).into())
    }

    /// The answer, or the one that is as good as it by what the forge says.
    fn known(&self, url: &Url, response: Response<Bytes>) -> Answer {
        let (head, body) = response.into_parts();
        let mut seen = locked(&self.seen);
        if let (StatusCode::NOT_MODIFIED, Some((_, known))) = (head.status, seen.get(url.as_str())) {
            let mut answer = known.clone();
            answer.headers.extend(head.headers);
            return answer;
        }
        let answer = Answer { status: head.status, headers: head.headers, body };
        if let Some(tag) = answer.headers.get(ETAG).filter(|_| answer.status == StatusCode::OK) {
            keep(&mut seen, url.as_str(), tag.clone(), &answer);
        }
        answer
    }

    /// What failed on the way: for a write nobody knows whether it was done.
    fn lost(&self, ask: &Ask<'_>, failed: Result<Answer, String>) -> Trouble {
        let what = if ask.is_repeatable { What::Other } else { What::Unsure };
        let hint = match failed {
            Ok(_) => "the forge itself is in trouble: try again later",
            Err(_) => "is the address right, and can it be reached from here? HTTPS_PROXY names a proxy",
        };
        let words = failed.map_or_else(|words| words, |answer| answer.words());
        let failure = self.trouble(what, &format!("{}: {words}", ask.doing)).failure.away().hint(hint);
        Trouble::new(what, failure)
    }

    fn judged(&self, ask: &Ask<'_>, answer: Answer) -> Result<Answer, Trouble> {
        let said = answer.words();
        let what = match answer.status.as_u16() {
            200..300 => return Ok(answer),
            401 | 403 => What::Denied,
            404 | 410 => What::Missing,
            _ if answer.is_about_length() => What::TooLong,
            _ => What::Other,
        };
        let failure = self.trouble(what, &format!("{}: {said}", ask.doing)).failure;
        let failure = match answer.status.as_u16() {
            401 => failure.refused().hint("the token is not taken: is it whole, and has it not expired?"),
            403 => failure
                .refused()
                .hint("the token may not do this: it has to read the repository and to write comments and statuses"),
            404 => failure.hint("does it exist, and may whoever the token belongs to see it?"),
            _ => failure,
        };
        Err(Trouble::new(what, failure))
    }

    /// Trouble in words, of which a part may be the forge's.
    pub fn trouble(&self, what: What, words: &str) -> Trouble {
        let host = self.api.host_str().unwrap_or_default();
        let words = super::line(&locked(&self.scrubber).scrub(words), 400);
        let words = text::spelled(&words, text::is_steering).into_owned();
        Trouble::new(what, Failure::setup(format!("asking {host}: {words}")))
    }
}

/// Whether a wait is part of last words: two writes have a gap between them, also at the end.
fn is_said_at_last(ask: &Ask<'_>, wait: Duration) -> bool {
    ask.is_write() && wait < LAST_WORDS
}

/// Keeps an answer, within bounds.
fn keep(seen: &mut HashMap<String, (HeaderValue, Answer)>, url: &str, tag: HeaderValue, answer: &Answer) {
    seen.remove(url);
    if answer.body.len() > LONGEST_SEEN {
        return;
    }
    let bytes: usize = seen.values().map(|(_, answer)| answer.body.len()).sum();
    if seen.len() >= MOST_SEEN || bytes + answer.body.len() > MOST_BYTES_SEEN {
        seen.clear();
    }
    seen.insert(url.to_owned(), (tag, answer.clone()));
}

/// A lock that somebody panicked with still holds what is right.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_words_wait_for_the_gap_between_two_writes() {
        let (write, read) = (Ask::delete("x", "deleting x"), Ask::get("x", "reading x"));
        let (gap, limit) = (Duration::from_secs(1), Duration::from_secs(60));
        assert!(is_said_at_last(&write, gap) && !is_said_at_last(&write, limit) && !is_said_at_last(&read, gap));
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut seen = HashMap::new();
        let answer =
            |length| Answer { status: StatusCode::OK, headers: HeaderMap::new(), body: Bytes::from(vec![0; length]) };
        let tag = || HeaderValue::from_static("tag");
        let bytes = |seen: &HashMap<String, (HeaderValue, Answer)>| -> usize {
            seen.values().map(|(_, answer)| answer.body.len()).sum()
        };
        keep(&mut seen, "long", tag(), &answer(LONGEST_SEEN + 1));
        assert!(seen.is_empty());
        for at in 0..200 {
            keep(&mut seen, &at.to_string(), tag(), &answer(LONGEST_SEEN));
            assert!(seen.contains_key(&at.to_string()) && bytes(&seen) <= MOST_BYTES_SEEN);
            keep(&mut seen, &format!("short {at}"), tag(), &answer(1));
            assert!(seen.len() <= MOST_SEEN);
        }
        keep(&mut seen, "199", tag(), &answer(LONGEST_SEEN + 1));
        assert!(!seen.contains_key("199"), "what it said before is old");
    }
}
