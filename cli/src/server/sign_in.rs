//! Sign-in by another server: OpenID Connect's authorization code, or GitHub's OAuth, with PKCE, state and nonce. What was begun
//! is in a cookie of the browser that began it, signed, and good once.

mod keys;
mod provider;
mod requests;
#[cfg(test)]
mod tests;
mod token;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::config::Provider;
use crate::context::Context;
use crate::digest::Key;
use crate::failure::{Failure, Result};
use crate::forge::Secret;
use crate::forge::wire::{Wire, is_safe};
use crate::places::Spot;
use provider::Lately;

pub(super) use requests::{begin, come_back};

/// How long somebody may take to sign in elsewhere, in milliseconds.
const PATIENCE: i64 = 10 * 60_000;
const STALE: &str = "it was begun in another browser, is done already, or took too long";

/// Another server that says who somebody is.
pub struct Elsewhere {
    pub provider: Provider,
    secret: Option<Secret>,
    wire: Wire,
    lately: Lately,
}

/// What a sign-in needs to know when somebody comes back.
#[derive(Serialize, Deserialize)]
pub struct Begun {
    provider: String,
    pub state: String,
    nonce: String,
    verifier: String,
    /// Where to go then.
    pub next: String,
    pub until: i64,
}

impl Elsewhere {
    pub fn open(context: &Context, provider: &Provider, here: Spot<'_>) -> Result<Elsewhere> {
        let issuer = here.at("issuer");
        if !is_safe(&provider.issuer) {
            let words = format!("the issuer of `{}` is not encrypted, or no address", provider.name);
            return issuer.of(Err(Failure::input(words).hint("write it as https://git.example")));
        }
        let secret = provider.client_secret_file.as_ref();
        let secret = secret.map(|file| here.at("clientSecretFile").of(Secret::read(&context.cwd.join(file))));
        let secret = secret.transpose()?;
        let wire = issuer.of(Wire::new(&context.environment, &provider.issuer))?;
        Ok(Elsewhere { provider: provider.clone(), secret, wire, lately: Lately::default() })
    }

    /// Where somebody signs in, and what has to be known when they come back to `back`.
    async fn begin(&self, back: &str, next: &str, now: i64) -> Result<(String, Begun)> {
        let found = self.found(now).await?;
        let begun = Begun {
            provider: self.provider.name.clone(),
            state: word(),
            nonce: word(),
            verifier: word(),
            next: next.to_owned(),
            until: now + PATIENCE,
        };
        let wrong = |_| self.refused("what it says of itself names no address to sign in at");
        let mut to = Url::parse(&found.authorization_endpoint).map_err(wrong)?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(begun.verifier.as_bytes()));
        to.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.provider.client_id)
            .append_pair("redirect_uri", back)
            .append_pair("scope", &self.scopes().join(" "))
            .append_pair("state", &begun.state)
            .append_pair("nonce", &begun.nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        Ok((to.into(), begun))
    }
}

impl Begun {
    /// As a browser keeps it.
    fn written(&self, key: &Key) -> String {
        let text = URL_SAFE_NO_PAD.encode(serde_json::to_string(self).unwrap_or_default());
        let mark = key.digest("sign-in", &text);
        format!("{text}.{mark}")
    }

    /// What a browser kept, if it is ours, and of the sign-in that comes back. The error says why not.
    fn read(key: &Key, kept: &str, provider: &str, state: &str, now: i64) -> Result<Begun, &'static str> {
        let (text, mark) = kept.split_once('.').ok_or(STALE)?;
        let is_same = |a: &str, b: &str| verify_slices_are_equal(a.as_bytes(), b.as_bytes()).is_ok();
        if !is_same(&key.digest("sign-in", text), mark) {
            return Err(STALE);
        }
        let begun = URL_SAFE_NO_PAD.decode(text).ok().and_then(|text| serde_json::from_slice::<Begun>(&text).ok());
        let is_it = |begun: &Begun| begun.provider == provider && begun.until > now && is_same(&begun.state, state);
        begun.filter(is_it).ok_or(STALE)
    }
}

/// What nobody guesses.
fn word() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}
