//! Where somebody is sent to sign in, and where they come back to.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{Begun, Elsewhere, PATIENCE};
use crate::failure::{Failure, Result};
use crate::ledger::SignedIn;
use crate::server::Server;
use crate::server::people::{Cookie, hashed};
use crate::server::routes::{To, begun, own, sign_in_page};
use crate::server::setup::Setup;

/// What comes back with somebody.
#[derive(Deserialize)]
pub struct Back {
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: String,
    /// Who sent them, where it says so.
    iss: Option<String>,
}

/// `GET /sign-in/NAME`: to the other server.
pub async fn begin(State(server): State<Arc<Server>>, Path(name): Path<String>, Query(to): Query<To>) -> Response {
    match server.begin(&name, &to.next).await {
        Ok((cookie, to)) => ([(header::SET_COOKIE, cookie)], Redirect::to(&to)).into_response(),
        Err(failure) => {
            let is_known = server.setup().elsewhere(&name).is_ok();
            let status = if is_known { StatusCode::BAD_GATEWAY } else { StatusCode::NOT_FOUND };
            not_yet(&server, status, &failure)
        }
    }
}

/// `GET /sign-in/NAME/back`: from there. A session begins that nobody can have known before.
pub async fn come_back(
    State(server): State<Arc<Server>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    Query(back): Query<Back>,
) -> Response {
    match server.come_back(&name, &headers, &back).await {
        Ok((cookie, next)) => {
            let over = server.cookie(Cookie::Begun, "", 0);
            let cookies = AppendHeaders([(header::SET_COOKIE, cookie), (header::SET_COOKIE, over)]);
            (cookies, Redirect::to(own(&next))).into_response()
        }
        Err(failure) => not_yet(&server, StatusCode::UNAUTHORIZED, &failure),
    }
}

fn not_yet(server: &Server, status: StatusCode, failure: &Failure) -> Response {
    sign_in_page(server, status, "", Some(&failure.message))
}

impl Setup {
    /// Another server by its name.
    fn elsewhere(&self, name: &str) -> Result<&Elsewhere> {
        let found = self.elsewhere.iter().find(|one| one.provider.name == name);
        found.ok_or_else(|| Failure::input("nobody signs in there"))
    }
}

impl Server {
    /// Where another server sends people back to.
    fn back_from(&self, setup: &Setup, name: &str) -> String {
        let here = || self.address.get().map(|address| format!("http://{address}"));
        let url = setup.config.url.clone().or_else(here).unwrap_or_default();
        format!("{}/sign-in/{name}/back", url.trim_end_matches('/'))
    }

    async fn begin(&self, name: &str, next: &str) -> Result<(HeaderValue, String)> {
        let setup = self.setup();
        let (elsewhere, back) = (setup.elsewhere(name)?, self.back_from(&setup, name));
        let (to, begun) = elsewhere.begin(&back, own(next), self.context.now()).await?;
        Ok((self.cookie(Cookie::Begun, &begun.written(&self.key), PATIENCE / 1000), to))
    }

    /// The cookie of a new session, and where to go.
    async fn come_back(&self, name: &str, headers: &HeaderMap, back: &Back) -> Result<(HeaderValue, String)> {
        let setup = self.setup();
        let (elsewhere, address) = (setup.elsewhere(name)?, self.back_from(&setup, name));
        let kept = self.in_cookie(headers, Cookie::Begun).unwrap_or_default();
        let now = self.context.now();
        let stale = |words| Failure::input(format!("nobody was signed in: {words}"));
        let was_begun = Begun::read(&self.key, &kept, name, &back.state, now).map_err(stale)?;
        if !self.ledger.comes_back(&hashed(&was_begun.state), was_begun.until, now).await? {
            return Err(stale("that was done already"));
        }
        if back.code.is_empty() {
            return Err(stale("you or the other server said no"));
        }
        if !elsewhere.found(now).await?.is_sender(back.iss.as_deref()) {
            return Err(stale("another server sent you back"));
        }
        let known = elsewhere.known(&address, &was_begun, &back.code, now).await?;
        let who = SignedIn { person: known.name, by: name.to_owned(), groups: known.groups };
        if !self.has_a_role(&who) {
            return Err(Failure::input(format!("{name} knows you as {}, who has no role here", who.person)));
        }
        Ok((begun(self, &who, &format!("by {name}")).await?, was_begun.next))
    }
}
