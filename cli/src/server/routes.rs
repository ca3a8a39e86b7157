//! Which request goes where, and what every answer bears.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Form, FromRequestParts, MatchedPath, Query, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use maud::Markup;
use serde::Deserialize;
use tokio::net::TcpListener;

use super::metrics::Is;
use super::people::You;
use super::shared::Fresh;
use super::{Server, acts, connections, hooks, live, page, sign_in, verbs};
use crate::failure::{Failure, Kind, Result};
use crate::ledger::{Deed, HoldFilter, SignedIn};
use crate::record::HoldState;
use crate::trace;

/// No form is longer.
const MOST_FORM: usize = 16 * 1024;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
/// What every answer says to browsers: whose parts it may have, that it is in no frame, and that nobody keeps it.
const HEADERS: [(&str, &str); 6] = [
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cache-control", "no-store"),
];

pub(super) async fn serve(server: Arc<Server>, listener: TcpListener) -> Result<()> {
    let (cancel, stopping) = (server.context.cancel.clone(), server.clone());
    let unready = async {
        cancel.cancelled().await;
        stopping.is_ready.store(false, Ordering::Relaxed);
    };
    tokio::join!(unready, connections::serve(listener, router(server), &cancel));
    Ok(())
}

fn router(server: Arc<Server>) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .route("/hooks/{name}", post(hooks::take))
        .route("/verbs", post(verbs::take))
        .route("/style.css", get(|| async { ([(header::CONTENT_TYPE, "text/css")], page::STYLE) }))
        .route("/live.js", get(|| async { ([(header::CONTENT_TYPE, "text/javascript")], page::SCRIPT) }))
        .route("/live", get(live::listen))
        .route("/sign-in", get(ask_who).post(signed_in))
        .route("/sign-in/{provider}", get(sign_in::begin))
        .route("/sign-in/{provider}/back", get(sign_in::come_back))
        .route("/sign-out", post(sign_out))
        .route("/run/{name}/log", get(acts::log))
        .route("/stack/{project}/{stack}/picture.svg", get(acts::picture))
        .fallback(get(view).post(acts::act))
        .layer(DefaultBodyLimit::max(MOST_FORM))
        .layer(middleware::from_fn_with_state(server.clone(), dressed))
        .with_state(server)
}

/// What every answer bears, unless it says otherwise itself.
async fn dressed(State(server): State<Arc<Server>>, request: Request, next: Next) -> Response {
    let mut response = traced(&server, request, next).await;
    let class = format!("{}xx", response.status().as_u16() / 100);
    server.metrics.count("gitinfra_requests_total", &[("status", &class)]);
    for (name, value) in HEADERS {
        response.headers_mut().entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Answers a request, as the whole of a trace where traces are made. What only asks whether all is well is none, and what asks says nothing of its own traces that
/// would count: anybody could.
async fn traced(server: &Server, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let route = route.unwrap_or_else(|| "/*".to_owned());
    if matches!(route.as_str(), "/healthz" | "/readyz" | "/metrics") {
        return next.run(request).await;
    }
    let method = request.method().to_string();
    let part = trace::part(format!("{method} {route}"))
        .answered()
        .with("http.route", route)
        .with("http.request.method", method);
    let answered = part.whole(server.setup().traces.tracer(), async {
        let response = next.run(request).await;
        trace::say("http.response.status_code", i64::from(response.status().as_u16()));
        Ok(response)
    });
    answered.await.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// Whether it takes work: the ledger answers, and it is not about to end. A forge that is away keeps nothing else from being done, so
/// it is only said; which one it is, is not for everybody.
async fn ready(State(server): State<Arc<Server>>) -> (StatusCode, String) {
    match server.is_ready.load(Ordering::Relaxed) && server.ledger.jobs().await.is_ok() {
        true => (StatusCode::OK, format!("ready{}\n", server.but())),
        false => (StatusCode::SERVICE_UNAVAILABLE, "not ready\n".to_owned()),
    }
}

/// They tell which repositories there are, so they are for whoever may see all.
async fn metrics(State(server): State<Arc<Server>>, you: You) -> Response {
    if !you.sees_all() {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let (Ok(jobs), Ok(stacks)) = (server.ledger.jobs().await, page::states(&server, &you).await) else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let is = Is {
        jobs: &jobs,
        stacks,
        repositories: server.sides(),
        is_configured: server.refused_configuration().is_none(),
    };
    let text = server.metrics.text(&is, server.context.now());
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

impl FromRequestParts<Arc<Server>> for You {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, server: &Arc<Server>) -> Result<You, Response> {
        let ConnectInfo(from) =
            ConnectInfo::<SocketAddr>::from_request_parts(parts, server).await.map_err(IntoResponse::into_response)?;
        server.you(&parts.headers, from.ip()).await.map_err(|failure| answer(server, &You::default(), &failure, false))
    }
}

/// A view, as a page or as data.
async fn view(State(server): State<Arc<Server>>, you: You, uri: Uri) -> Response {
    if you.role.is_none() {
        return not_signed_in(&uri);
    }
    let built = async { Ok((page::at(&server, &you, &uri, Fresh::Now).await?, waiting(&server, &you).await?)) };
    match built.await {
        Ok((page, _)) if uri.path().ends_with(".json") => axum_json(&page.data),
        Ok((page, holds)) => html(StatusCode::OK, page::whole(&page, &you, holds, server.context.now())),
        Err(failure) => answer(&server, &you, &failure, false),
    }
}

fn axum_json(data: &serde_json::Value) -> Response {
    let text = serde_json::to_string_pretty(data).unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// How many holds wait for a decision.
async fn waiting(server: &Server, you: &You) -> Result<usize> {
    let holds = server.ledger.holds(&HoldFilter::default()).await?;
    Ok(holds.iter().filter(|hold| hold.state == HoldState::Held && you.sees(&hold.repository)).count())
}

fn html(status: StatusCode, markup: Markup) -> Response {
    (status, Html(markup.into_string())).into_response()
}

/// A browser is shown where to sign in, a program told that it has to.
pub(super) fn not_signed_in(uri: &Uri) -> Response {
    if uri.path().ends_with(".json") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let next: String = url::form_urlencoded::byte_serialize(uri.path().as_bytes()).collect();
    Redirect::to(&format!("/sign-in?next={next}")).into_response()
}

/// Why something can't be shown or done, as a page.
pub(super) fn answer(server: &Server, you: &You, failure: &Failure, is_act: bool) -> Response {
    let status = match (failure.kind, is_act) {
        (Kind::Input, false) => StatusCode::NOT_FOUND,
        (Kind::Input | Kind::Busy | Kind::Held, _) => StatusCode::CONFLICT,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    };
    html(status, page::broken(status, failure, you, server.context.now()))
}

/// Somebody asked for what is not theirs to do.
pub(super) fn denied(server: &Server, you: &You, words: &str) -> Response {
    let status = StatusCode::FORBIDDEN;
    html(status, page::broken(status, &Failure::input(words), you, server.context.now()))
}

#[derive(Deserialize)]
pub(super) struct To {
    #[serde(default)]
    pub next: String,
}

#[derive(Deserialize)]
struct Credentials {
    token: String,
    #[serde(default)]
    next: String,
}

async fn ask_who(State(server): State<Arc<Server>>, Query(to): Query<To>) -> Response {
    sign_in_page(&server, StatusCode::OK, &to.next, None)
}

/// Where somebody signs in, with what went wrong.
pub(super) fn sign_in_page(server: &Server, status: StatusCode, next: &str, trouble: Option<&str>) -> Response {
    let setup = server.setup();
    let elsewhere: Vec<&str> = setup.elsewhere.iter().map(|one| one.provider.name.as_str()).collect();
    html(status, page::sign_in(next, trouble, &elsewhere, server.context.now()))
}

/// A right token begins a session. Only our own page may ask for that: else somebody could be signed in as another.
async fn signed_in(
    State(server): State<Arc<Server>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Form(Credentials { token, next }): Form<Credentials>,
) -> Response {
    let now = server.context.now();
    if !super::people::is_same_origin(&headers) {
        return denied(&server, &You::default(), "the form comes from another page");
    }
    let setup = server.setup();
    match setup.people.try_token(&token, server.place(from.ip(), &headers), now) {
        Err(seconds) => {
            let words = format!("Too many wrong tokens came from here. Try again in {seconds} s.");
            let retry = [(header::RETRY_AFTER, seconds.to_string())];
            (retry, sign_in_page(&server, StatusCode::TOO_MANY_REQUESTS, &next, Some(&words))).into_response()
        }
        Ok(None) => sign_in_page(&server, StatusCode::UNAUTHORIZED, &next, Some("That token is nobody's.")),
        Ok(Some(person)) => {
            let who = SignedIn { person: person.name.clone(), ..SignedIn::default() };
            match begun(&server, &who, "").await {
                Ok(cookie) => ([(header::SET_COOKIE, cookie)], Redirect::to(own(&next))).into_response(),
                Err(failure) => answer(&server, &You::default(), &failure, true),
            }
        }
    }
}

/// Begins a session, which is written down first. The cookie.
pub(super) async fn begun(server: &Server, who: &SignedIn, by: &str) -> Result<HeaderValue> {
    let deed = Deed { who: &who.person, did: "signed in", what: "the page", details: by };
    server.ledger.audit(&deed, server.context.now()).await?;
    server.sign_in(who).await
}

/// An address of ours: what leads elsewhere leads home.
pub(super) fn own(next: &str) -> &str {
    let is_own = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n', '\t']);
    if is_own { next } else { "/stacks" }
}

async fn sign_out(
    State(server): State<Arc<Server>>,
    you: You,
    headers: HeaderMap,
    Form(form): Form<BTreeMap<String, String>>,
) -> Response {
    if !server.is_ours(&you, &headers, form.get("word").map(String::as_str).unwrap_or_default()) {
        return denied(&server, &you, "the form comes from another page");
    }
    match server.sign_out(&headers).await {
        Ok(cookie) => ([(header::SET_COOKIE, cookie)], Redirect::to("/sign-in")).into_response(),
        Err(failure) => answer(&server, &you, &failure, true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for (next, to) in [
            ("/hold/x?a=b", "/hold/x?a=b"),
            ("//evil.example", "/stacks"),
            ("/\\evil.example", "/stacks"),
            ("https://evil.example", "/stacks"),
            ("/\t/evil.example", "/stacks"),
            ("", "/stacks"),
        ] {
            assert_eq!(own(next), to, "{next}");
        }
    }
}
