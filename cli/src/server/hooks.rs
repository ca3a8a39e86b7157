//! Webhooks: read whole and no longer than allowed, verified before anything of them is understood, kept in the ledger before
//! they are answered. What they say is a hint: whoever works on it asks the forge.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body as Bytes;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes as Read;
use http_body_util::{BodyExt as _, Limited};

use super::apply::owner;
use super::{Server, Watched};
use crate::event::Body;
use crate::failure::Result;
use crate::forge::Kind;
use crate::forge::command::Command;
use crate::forge::hint::{self, Hint};
use crate::forge::webhook::{Delivery, Headers, Refusal, Signer};
use crate::ledger::Delivered;
use crate::record::Task;

/// How long a body may take, so that nobody holds a place for ever.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many bodies are read at once: each may be as long as a forge's longest.
pub(super) const AT_ONCE: usize = 8;
/// And how many of them from one place: whoever sends slowly does not keep the others out.
pub(super) const AT_ONCE_FROM_ONE: usize = 4;

/// What no forge exceeds.
const MOST: usize = 25 * 1024 * 1024;
/// What whoever sends a form is told.
const AS_FORM: &str = "the webhook is sent as a form: set its content type to application/json on the forge";

/// `POST /hooks/NAME`.
pub(super) async fn take(
    State(server): State<Arc<Server>>,
    Path(name): Path<String>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let is_form = is_form(&headers);
    let setup = server.setup();
    let watched = setup.of_name(&name);
    // Whoever guesses names learns nothing: one that is not there is refused as one is whose secret they don't have.
    let Some((watched, (kind, signer))) = watched.and_then(|watched| Some((watched, watched.hook.as_ref()?))) else {
        return match is_form {
            true => as_form(),
            false if is_longer(&headers, MOST) => status(Refusal::TooLarge).into_response(),
            false => status(Refusal::NoSignature).into_response(),
        };
    };
    let place = server.place(from.ip(), &headers);
    let (event, answer, outcome) = match is_form {
        true => (String::new(), StatusCode::UNSUPPORTED_MEDIA_TYPE, "refused"),
        false => match server.read_hook(signer, place, &headers, body).await {
            Ok((delivery, body)) => server.taken(watched, *kind, &delivery, &body).await,
            Err(status) => (String::new(), status, "refused"),
        },
    };
    server.metrics.count("gitinfra_deliveries_total", &[("repository", &watched.name), ("outcome", outcome)]);
    let (repository, outcome) = (watched.name.clone(), outcome.to_owned());
    let message = is_form.then(|| AS_FORM.to_owned());
    server.context.tell(None, Body::Delivered { repository, event, outcome, message });
    if is_form { as_form() } else { answer.into_response() }
}

fn as_form() -> Response {
    (StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("{AS_FORM}\n")).into_response()
}

/// Whether it says that its body is a form. GitHub, Gitea and Forgejo send one where the webhook's content type says so.
fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

impl Server {
    /// The body, and what proves that it is the forge's.
    async fn read_hook(
        &self,
        signer: &Signer,
        from: IpAddr,
        headers: &HeaderMap,
        body: Bytes,
    ) -> std::result::Result<(Delivery, Read), StatusCode> {
        let pairs: Vec<(&str, &str)> =
            headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect();
        let most = signer.most_bytes();
        if is_longer(headers, most) {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        // What bears no signature is not read at all.
        if !signer.is_signed(&Headers(&pairs)) {
            return Err(status(Refusal::NoSignature));
        }
        let Some(_seat) = self.bodies.take(from) else {
            return Err(StatusCode::SERVICE_UNAVAILABLE);
        };
        let read = tokio::time::timeout(PATIENCE, Limited::new(body, most).collect()).await;
        let read = read.map_err(|_| StatusCode::REQUEST_TIMEOUT)?.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
        let body = read.to_bytes();
        let verified = signer.verify(&Headers(&pairs), &body, self.context.now());
        verified.map(|delivery| (delivery, body)).map_err(status)
    }

    /// 202 once it is in the ledger; 200 for what was there already or is about nothing of ours, so that no forge switches the
    /// hook off.
    async fn taken(
        &self,
        watched: &Watched,
        kind: Kind,
        delivery: &Delivery,
        body: &[u8],
    ) -> (String, StatusCode, &'static str) {
        let event = word(&delivery.event);
        let asked = hint::read(kind, &delivery.event, body).map(|hint| asks(watched, hint)).unwrap_or_default();
        if asked.is_empty() {
            return (event, StatusCode::OK, "ignored");
        }
        match self.kept(watched, delivery, &asked).await {
            Ok(true) => (event, StatusCode::ACCEPTED, "taken"),
            Ok(false) => (event, StatusCode::OK, "seen"),
            Err(failure) => {
                self.tell_trouble(Some(failure));
                (event, StatusCode::SERVICE_UNAVAILABLE, "failed")
            }
        }
    }

    /// What it asks for is in the queue before it counts as seen: a crash between the two has it done twice, which is no harm.
    async fn kept(&self, watched: &Watched, delivery: &Delivery, asked: &[(Task, String)]) -> Result<bool> {
        let delivered = Delivered { id: &delivery.id, digest: &delivery.digest };
        if self.ledger.is_delivered(&watched.name, delivered).await? {
            return Ok(false);
        }
        for (task, subject) in asked {
            self.ask(watched, *task, subject, true).await?;
        }
        self.ledger.deliver(&watched.name, delivered, self.context.now()).await?;
        Ok(true)
    }
}

/// What a hint asks for, and of what.
fn asks(watched: &Watched, hint: Hint) -> Vec<(Task, String)> {
    let review = |number| (Task::Review, owner(number));
    match hint {
        Hint::Pull(number) => vec![review(number)],
        Hint::Push(branch) if branch == watched.branch => vec![(Task::RollOut, branch)],
        // Some stacks may be rolled out by tags: a pass over the branch knows.
        Hint::Tag => vec![(Task::RollOut, watched.branch.clone())],
        // Another branch may be a pull request's, which has an event of its own; and others may go to it.
        Hint::Push(branch) => watched.faces.of_base(&branch).into_iter().map(review).collect(),
        Hint::Comment { pull, id, text, .. } => {
            let command = Command::parse(&text).map(|_| (Task::Command, format!("{} {id}", owner(pull))));
            command.into_iter().collect()
        }
    }
}

/// Whether a body is longer by what its header says.
fn is_longer(headers: &HeaderMap, most: usize) -> bool {
    let said = headers.get("content-length").and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    said.is_some_and(|length| length > most)
}

fn status(refusal: Refusal) -> StatusCode {
    StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST)
}

/// The name of an event for a log: it came from outside.
fn word(event: &str) -> String {
    event.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '-' | ' ')).take(40).collect()
}
