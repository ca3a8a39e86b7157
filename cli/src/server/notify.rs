//! Tells others what happened: one line and where to look, to Slack, to any address, signed, or by email. What can't be told is
//! tried a few times and then told here: nothing waits for it.

mod mail;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Full;
use serde_json::json;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::config::{Notify, When};
use crate::context::Context;
use crate::event::{Body, Event, Sink};
use crate::failure::{Failure, Faults, Result};
use crate::forge::Secret;
use crate::forge::wire::{self, Wire};
use crate::places::Spot;
use crate::record::RunState;
use crate::text::short;
use mail::Mail;

/// So many wait to be told; what comes on top is dropped, for it would be old.
const MOST: usize = 1_000;
/// How long what is left may take once the server is to end.
const LAST_WORDS: Duration = Duration::from_secs(5);
const TRIES: u32 = 4;
const BETWEEN: Duration = Duration::from_secs(2);

/// Something to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct News {
    when: When,
    at: i64,
    line: String,
    /// Where it is shown, below the server's address.
    path: String,
}

/// Whoever is told events, and picks those that others are told.
pub(super) struct Notifier {
    next: Arc<dyn Sink>,
    /// Whom what is picked goes to; nobody at first.
    sender: RwLock<Option<Sender<News>>>,
}

/// Where news go.
pub(super) struct Told {
    sender: Sender<News>,
    receiver: Receiver<News>,
    places: Vec<Place>,
    /// What links begin with.
    base: String,
}

struct Place {
    way: Way,
    on: Vec<When>,
}

enum Way {
    Web(Box<Hook>),
    Mail(Mail),
}

/// An address that takes news.
struct Hook {
    url: Url,
    wire: Wire,
    /// What news are signed with; Slack's have an address that nobody else knows.
    key: Option<hmac::Key>,
}

/// Why something was not told, in words without an address or a secret, and whether that stays so.
#[derive(Debug)]
struct Untold {
    why: String,
    is_final: bool,
}

impl Untold {
    fn for_now(why: &str) -> Untold {
        Untold { why: why.to_owned(), is_final: false }
    }

    fn for_good(why: &str) -> Untold {
        Untold { why: why.to_owned(), is_final: true }
    }
}

impl Notifier {
    /// Nobody is told anything before `send_to`.
    pub fn before(next: Arc<dyn Sink>) -> Arc<Notifier> {
        Arc::new(Notifier { next, sender: RwLock::default() })
    }

    /// From now on news go there.
    pub fn send_to(&self, sender: Sender<News>) {
        *self.sender.write().unwrap_or_else(PoisonError::into_inner) = Some(sender);
    }

    fn send(&self, news: News) {
        let (at, sender) = (news.at, self.sender.read().unwrap_or_else(PoisonError::into_inner));
        if sender.as_ref().is_some_and(|sender| sender.try_send(news).is_err()) {
            let message = "a notification was dropped: too many wait to be told".to_owned();
            self.next.take(&Event { at, run: None, stack: None, body: Body::Note { message } });
        }
    }

    /// A branch of which nothing can be rolled out.
    pub fn branch_failed(&self, line: &str, at: i64) {
        let line = crate::comment::cut(line, 300).into_owned();
        self.send(News { when: When::Failed, at, line, path: "/repositories".to_owned() });
    }
}

impl Sink for Notifier {
    fn take(&self, event: &Event) {
        self.next.take(event);
        news(event).into_iter().for_each(|news| self.send(news));
    }
}

/// What an event is to others, if anything: each end of a stack's turn, whether an engine ran or it could not even be tried.
fn news(event: &Event) -> Option<News> {
    if let Body::Skipped { reason, commit: Some(commit) } = &event.body {
        let stack = event.stack.as_deref().unwrap_or("what can't be read");
        let line = format!("{stack} can't be rolled out at {}{}", short(commit), why(reason));
        return Some(News { when: When::Failed, at: event.at, line, path: "/stacks".to_owned() });
    }
    let stack = event.stack.as_deref().unwrap_or_default();
    let (Body::RunFinished { state, commit, message, .. }, Some(run)) = (&event.body, &event.run) else {
        return None;
    };
    let (when, word) = match state {
        RunState::Failed | RunState::Interrupted => (When::Failed, "failed"),
        RunState::Held => (When::Held, "is held: somebody has to decide"),
        RunState::Succeeded => (When::Succeeded, "is rolled out"),
        RunState::Running | RunState::Cancelled | RunState::Busy => return None,
    };
    let why = message.as_deref().filter(|_| when != When::Succeeded).map(why).unwrap_or_default();
    let line = format!("{stack} {word} at {}{why}", short(commit));
    Some(News { when, at: event.at, line, path: format!("/run/{run}") })
}

/// The first line of why something failed.
fn why(message: &str) -> String {
    message.lines().next().map(|why| format!(": {}", crate::comment::cut(why, 300))).unwrap_or_default()
}

impl Place {
    fn open(context: &Context, notify: &Notify) -> Result<Place> {
        let way = match &notify.email {
            None => Way::Web(Hook::open(context, notify)?.into()),
            Some(email) if notify.url.is_none() && notify.slack_url_file.is_none() && notify.secret_file.is_none() => {
                Way::Mail(Mail::open(context, email)?)
            }
            Some(_) => return Err(needs_one()),
        };
        Ok(Place { way, on: notify.on.clone() })
    }

    fn wants(&self, when: When) -> bool {
        if self.on.is_empty() { when != When::Succeeded } else { self.on.contains(&when) }
    }

    /// Tries a few times. The error tells no address: Slack's is a secret.
    async fn tell(&self, news: &News, base: &str) -> Result<(), String> {
        let mut why = String::new();
        for attempt in 0..TRIES {
            if attempt > 0 {
                tokio::time::sleep(BETWEEN * attempt).await;
            }
            let told = match &self.way {
                Way::Web(hook) => hook.tell(news, base).await,
                Way::Mail(mail) => mail.tell(news, base).await,
            };
            match told {
                Ok(()) => return Ok(()),
                Err(untold) if untold.is_final => return Err(untold.why),
                Err(untold) => why = untold.why,
            }
        }
        Err(why)
    }
}

fn needs_one() -> Failure {
    Failure::input("a notification needs one of `url`, `slackUrlFile` and `email`")
}

impl Hook {
    fn open(context: &Context, notify: &Notify) -> Result<Hook> {
        let text = match (&notify.url, &notify.slack_url_file) {
            (Some(url), None) => url.clone(),
            (None, Some(file)) => Secret::read(&context.cwd.join(file))?.reveal().to_owned(),
            _ => return Err(needs_one()),
        };
        let url = Url::parse(&text).map_err(|_| Failure::input("a notification's address can't be read"))?;
        if !wire::is_safe(url.as_str()) {
            return Err(Failure::input("a notification's address is not encrypted").hint("use https://"));
        }
        let secret = notify.secret_file.as_ref().map(|file| Secret::read(&context.cwd.join(file))).transpose()?;
        if notify.url.is_some() && secret.is_none() {
            return Err(Failure::input("a notification has no secret to be signed with").hint("name `secretFile`"));
        }
        let key = secret.map(|secret| hmac::Key::new(hmac::HMAC_SHA256, secret.reveal().as_bytes()));
        let wire = Wire::new(&context.environment, url.as_str())?;
        Ok(Hook { url, wire, key })
    }

    /// As Standard Webhooks have it: id, time and body are signed together.
    fn request(&self, news: &News, base: &str) -> Result<Request<Full<Bytes>>, http::Error> {
        let link = format!("{base}{}", news.path);
        let said = json!({ "text": format!("{} {link}", news.line), "kind": news.when.word(), "link": link });
        let body = said.to_string();
        let mut request = Request::post(self.url.as_str())
            .header("content-type", "application/json")
            .header("user-agent", "gitinfra");
        if let Some(key) = &self.key {
            let (id, time) = (crate::digest::name_of(&format!("{}{body}", news.at)), news.at / 1000);
            let signature = hmac::sign(key, format!("{id}.{time}.{body}").as_bytes());
            request = request.header("webhook-id", id).header("webhook-timestamp", time);
            request = request.header("webhook-signature", format!("v1,{}", STANDARD.encode(signature)));
        }
        request.body(Full::new(Bytes::from(body)))
    }

    async fn tell(&self, news: &News, base: &str) -> Result<(), Untold> {
        let request = self.request(news, base).map_err(|error| Untold::for_good(&error.to_string()))?;
        let answer = self.wire.exchange(request).await.map_err(|_| Untold::for_now("it can't be reached"))?;
        let status = answer.status();
        let is_final = status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS;
        if status.is_success() { Ok(()) } else { Err(Untold { why: status.to_string(), is_final }) }
    }
}

impl Told {
    /// Reads where news go.
    pub fn open(context: &Context, notify: &[Notify], base: &str, here: Spot<'_>) -> Result<Told> {
        let ((sender, receiver), mut faults) = (channel(MOST), Faults::default());
        let open = |(at, notify)| here.at(at).of(Place::open(context, notify));
        let places = notify.iter().enumerate().filter_map(|notify| faults.keep(open(notify))).collect();
        faults.end()?;
        Ok(Told { sender, receiver, places, base: base.trim_end_matches('/').to_owned() })
    }

    pub fn sender(&self) -> Sender<News> {
        self.sender.clone()
    }

    /// Tells what comes until `end`, or until others are told instead, each place for itself: one that is slow keeps no other
    /// waiting. Then what is left is told, at the end for a moment only.
    pub async fn run(mut self, context: Context, end: CancellationToken) {
        drop(self.sender);
        let (mut telling, mut ways, base) = (JoinSet::new(), Vec::new(), Arc::<str>::from(self.base));
        let untold = Arc::new(AtomicUsize::new(0));
        for place in self.places {
            let (place, (sender, receiver)) = (Arc::new(place), channel(MOST));
            telling.spawn(follow(place.clone(), receiver, base.clone(), context.clone(), untold.clone()));
            ways.push((place, sender));
        }
        let pass_on = |news: News| {
            for (_, sender) in ways.iter().filter(|(place, _)| place.wants(news.when)) {
                untold.fetch_add(1, Ordering::Relaxed);
                if sender.try_send(news.clone()).is_err() {
                    untold.fetch_sub(1, Ordering::Relaxed);
                    tell(&context, "a notification was dropped: too many wait to be told");
                }
            }
        };
        loop {
            tokio::select! {
                biased;
                news = self.receiver.recv() => match news {
                    Some(news) => pass_on(news),
                    None => break,
                },
                () = end.cancelled() => break,
            }
        }
        drop(ways);
        let all = async { while telling.join_next().await.is_some() {} };
        let too_long = async {
            end.cancelled().await;
            tokio::time::sleep(LAST_WORDS).await;
        };
        let is_all_told = tokio::select! {
            () = all => true,
            () = too_long => false,
        };
        if !is_all_told {
            let left = untold.load(Ordering::Relaxed);
            tell(&context, &format!("{} not told before the end", crate::text::count(left, "notification")));
        }
    }
}

/// Tells one place what comes for it.
async fn follow(
    place: Arc<Place>,
    mut receiver: Receiver<News>,
    base: Arc<str>,
    context: Context,
    untold: Arc<AtomicUsize>,
) {
    while let Some(news) = receiver.recv().await {
        if let Err(why) = place.tell(&news, &base).await {
            tell(&context, &format!("a notification was not taken: {why}"));
        }
        untold.fetch_sub(1, Ordering::Relaxed);
    }
}

fn tell(context: &Context, message: &str) {
    context.tell(None, Body::Note { message: message.to_owned() });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forge::Kind;
    use crate::forge::webhook::{Headers, Signer};
    use crate::places::Places;

    fn event(state: RunState, message: Option<&str>) -> Event {
        let body = Body::RunFinished {
            action: crate::record::Action::RollOut,
            state,
            commit: "1a2b3c4d5e".to_owned(),
            changes: crate::engine::operation::Counts::new(),
            seconds: 1.0,
            message: message.map(str::to_owned),
        };
        Event { at: 1_700_000_000_000, run: Some("m9f4z1qc".to_owned()), stack: Some("web/prod".to_owned()), body }
    }

    #[test]
    fn what_asks_for_somebody_is_told() {
        let line = |state, message| news(&event(state, message)).map(|news| news.line);
        let failed = line(RunState::Failed, Some("no such zone\nmore"));
        assert_eq!(failed.as_deref(), Some("web/prod failed at 1a2b3c4: no such zone"));
        let held = line(RunState::Held, None);
        assert_eq!(held.as_deref(), Some("web/prod is held: somebody has to decide at 1a2b3c4"));
        assert_eq!(line(RunState::Busy, None), None);
        let untried = |stack: Option<&str>, commit: Option<&str>| {
            let (reason, commit) = ("Pulumi.yaml:2:5: no\nhint: mend it".to_owned(), commit.map(str::to_owned));
            let body = Body::Skipped { reason, commit };
            news(&Event { run: None, stack: stack.map(str::to_owned), body, ..event(RunState::Failed, None) })
        };
        let lines = [Some("web/prod"), None].map(|stack| untried(stack, Some("1a2b3c4d5e")).map(|news| news.line));
        let expected = ["web/prod", "what can't be read"]
            .map(|stack| format!("{stack} can't be rolled out at 1a2b3c4: Pulumi.yaml:2:5: no"));
        assert_eq!(lines, expected.map(Some));
        assert_eq!(untried(Some("web/prod"), None), None, "it only waits");
    }

    struct Deaf;

    impl Sink for Deaf {
        fn take(&self, _: &Event) {}
    }

    /// Also what happens while the server ends, and although another place does not answer.
    #[tokio::test]
    async fn what_is_left_at_the_end_is_told() {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let listen = async || tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let (deaf, here, folder) = (listen().await, listen().await, tempfile::tempdir().expect("a folder"));
        std::fs::write(folder.path().join("secret"), "a-secret-that-is-long-enough").expect("a file");
        let notify = |listener: &tokio::net::TcpListener| -> Notify {
            let port = listener.local_addr().expect("an address").port();
            let text = format!("{{url: 'http://127.0.0.1:{port}/x', secretFile: secret}}");
            serde_saphyr::from_str(&text).expect("a notification")
        };
        let place = folder.path().to_owned();
        let (cancel, sink) = (CancellationToken::new(), Arc::new(Deaf));
        let environment = crate::environment::Environment::new();
        let context = Context { environment, cwd: place.clone(), state_dir: place, clock: || 1_000, cancel, sink };
        let told = Told::open(&context, &[notify(&deaf), notify(&here)], "x", Places::default().spot());
        let (notifier, told) =
            (Notifier::before(context.sink.clone()), told.map_err(|f| f.message).expect("it is open"));
        notifier.send_to(told.sender());
        notifier.take(&event(RunState::Failed, None));
        let end = CancellationToken::new();
        end.cancel();
        let telling = tokio::spawn(told.run(context, end));
        let (mut stream, _) = here.accept().await.expect("it is told");
        let (mut said, mut part) = (Vec::new(), [0; 4096]);
        while !String::from_utf8_lossy(&said).contains("failed at 1a2b3c4") {
            let read = stream.read(&mut part).await.expect("a request");
            assert!(read > 0, "it ends too early");
            said.extend(&part[..read]);
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.expect("an answer");
        telling.abort();
    }

    /// Whoever gets it can check it as we check what forges send.
    #[test]
    fn what_is_told_is_signed() {
        let secret = "a-secret-that-is-long-enough";
        let hook = Hook {
            url: Url::parse("http://127.0.0.1/x").expect("a URL"),
            wire: Wire::new(&crate::environment::Environment::new(), "http://127.0.0.1/x").expect("a wire"),
            key: Some(hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes())),
        };
        let news = news(&event(RunState::Failed, None)).expect("news");
        let request = hook.request(&news, "https://infra.example").expect("a request");
        let said = r#"{"kind":"failed","link":"https://infra.example/run/m9f4z1qc","text":"web/prod failed at 1a2b3c4 https://infra.example/run/m9f4z1qc"}"#;
        let mut headers: Vec<(&str, &str)> =
            request.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().expect("text"))).collect();
        headers.push(("x-gitlab-event", "news"));
        let signer = Signer::new(Kind::Gitlab, &Secret::new(&format!("whsec_{}", STANDARD.encode(secret))));
        let signer = signer.expect("a signer");
        let verified = |body: &str| signer.verify(&Headers(&headers), body.as_bytes(), news.at).is_ok();
        assert!(verified(said) && !verified(&said.replace("failed", "passed")));
        let place = Place { way: Way::Web(hook.into()), on: Vec::new() };
        assert!(place.wants(When::Held) && !place.wants(When::Succeeded));
    }
}
