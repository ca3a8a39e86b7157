//! What another server is asked: what it says of itself, which keys it signs with, a token for a code, and who somebody is. Its
//! own words are in no error: they may hold anything.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Request, header};
use http_body_util::Full;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Mutex;

use super::keys::{self, Key};
use super::token::{self, Claims, Known};
use super::{Begun, Elsewhere, is_safe};
use crate::failure::{Failure, Result};
use crate::server::config::Speaks;

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long what it published is believed, and how soon it is asked again for a key that is not among them, in milliseconds.
const KEPT: i64 = 60 * 60_000;
const REST: i64 = 60_000;

/// What the other server says of itself.
#[derive(Debug, Clone, Deserialize)]
pub struct Found {
    pub issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    #[serde(default)]
    pub jwks_uri: String,
    pub userinfo_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// What it said lately, and when.
#[derive(Default)]
pub struct Lately {
    found: Mutex<Option<(i64, Arc<Found>)>>,
    keys: Mutex<Option<(i64, Arc<Vec<Key>>)>>,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: Option<String>,
    access_token: Option<String>,
}

impl Elsewhere {
    /// Where it takes what. Only the very issuer of the configuration may say it.
    pub async fn found(&self, now: i64) -> Result<Arc<Found>> {
        let issuer = self.provider.issuer.trim_end_matches('/');
        if self.provider.kind == Speaks::Github {
            return Ok(Arc::new(Found::github(issuer)));
        }
        let mut lately = self.lately.found.lock().await;
        if let Some((_, found)) = lately.as_ref().filter(|(at, _)| now - at < KEPT) {
            return Ok(found.clone());
        }
        let found: Found = self.read(&format!("{issuer}/.well-known/openid-configuration"), None).await?;
        if found.issuer != self.provider.issuer {
            let issuer = crate::comment::cut(&found.issuer, 200);
            let words =
                format!("it calls itself `{}`, and the configuration names another `issuer`", issuer.escape_debug());
            return Err(self.refused(&words));
        }
        if !found.is_encrypted() {
            return Err(self.refused("it names addresses that anybody could listen at"));
        }
        let found = Arc::new(found);
        *lately = Some((now, found.clone()));
        Ok(found)
    }

    /// Who came back with a code.
    pub async fn known(&self, back: &str, begun: &Begun, code: &str, now: i64) -> Result<Known> {
        let found = self.found(now).await?;
        let tokens = self.tokens(&found, back, begun, code).await?;
        let claims = match self.provider.kind {
            Speaks::Oidc => self.claims(&found, tokens, &begun.nonce, now).await?,
            Speaks::Github => self.github(tokens).await?,
        };
        token::known(&claims, &self.provider).map_err(|words| self.refused(words))
    }

    async fn tokens(&self, found: &Found, back: &str, begun: &Begun, code: &str) -> Result<Tokens> {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", back),
            ("code_verifier", &begun.verifier),
            ("client_id", &self.provider.client_id),
        ];
        let mut request = Request::post(&found.token_endpoint)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json")
            .header(header::USER_AGENT, "gitinfra");
        if let Some(secret) = &self.secret {
            match found.takes_basic() {
                true => {
                    request = request.header(header::AUTHORIZATION, basic(&self.provider.client_id, secret.reveal()))
                }
                false => form.push(("client_secret", secret.reveal())),
            }
        }
        let form: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = request.body(Full::new(Bytes::from(form)));
        let request = request.map_err(|_| self.refused("its token endpoint is no address"))?;
        let refused = || self.refused("it does not take the code");
        let answer = self.exchange(request).await?;
        serde_json::from_slice(&answer.ok_or_else(refused)?).map_err(|_| refused())
    }

    /// What it signed, with what it says further where that is needed.
    async fn claims(&self, found: &Found, tokens: Tokens, nonce: &str, now: i64) -> Result<Claims> {
        let refused = |words| self.refused(words);
        let id_token = tokens.id_token.ok_or_else(|| refused("it sent no ID token: ask for the scope `openid`"))?;
        let claims = self.signed(&found.jwks_uri, &id_token, now).await?;
        token::check(&claims, &self.provider, nonce, now).map_err(refused)?;
        let (Some(address), Some(access)) = (&found.userinfo_endpoint, &tokens.access_token) else {
            return Ok(claims);
        };
        if !token::is_short(&claims, &self.provider) {
            return Ok(claims);
        }
        let asked: Claims = self.read(address, Some(access)).await?;
        token::with(claims, asked).map_err(refused)
    }

    /// What a token says that one of its keys signed. Where it may have a new one, it is asked.
    async fn signed(&self, address: &str, token: &str, now: i64) -> Result<Claims> {
        let mut lately = self.lately.keys.lock().await;
        if let Some((at, keys)) = lately.as_ref().filter(|(at, _)| now - at < KEPT) {
            match keys::signed(keys, token) {
                Ok(claims) => return Ok(claims),
                Err(words) if now - at < REST => return Err(self.refused(words)),
                Err(_) => {}
            }
        }
        let set: Value = self.read(address, None).await?;
        let keys = Arc::new(keys::read(&set));
        *lately = Some((now, keys.clone()));
        drop(lately);
        keys::signed(&keys, token).map_err(|words| self.refused(words))
    }

    /// Who somebody is, in the same words: GitHub has no ID token, and the token that it sent is asked with.
    async fn github(&self, tokens: Tokens) -> Result<Claims> {
        let access = tokens.access_token.ok_or_else(|| self.refused("it does not take the code"))?;
        let api = github_api(self.provider.issuer.trim_end_matches('/'));
        let user: Value = self.read(&format!("{api}/user"), Some(&access)).await?;
        let asks_for_teams = self.scopes().iter().any(|scope| scope == "read:org");
        let teams: Vec<Value> = match asks_for_teams {
            true => self.read(&format!("{api}/user/teams?per_page=100"), Some(&access)).await?,
            false => Vec::new(),
        };
        let team = |team: &Value| {
            let (organization, slug) = (team["organization"]["login"].as_str()?, team["slug"].as_str()?);
            Some(Value::from(format!("{organization}:{slug}")))
        };
        let groups = teams.iter().filter_map(team).collect();
        Ok([(self.provider.name_claim.clone(), user["login"].clone()), (self.provider.groups_claim.clone(), groups)]
            .into_iter()
            .collect())
    }

    pub fn scopes(&self) -> Vec<String> {
        let usual = || match self.provider.kind {
            Speaks::Oidc => vec!["profile".to_owned()],
            Speaks::Github => Vec::new(),
        };
        let own = (self.provider.kind == Speaks::Oidc).then(|| "openid".to_owned());
        own.into_iter().chain(self.provider.scopes.clone().unwrap_or_else(usual)).collect()
    }

    pub fn refused(&self, why: &str) -> Failure {
        Failure::input(format!("{} did not sign you in: {why}", self.provider.name)).hint("begin again")
    }

    async fn read<T: DeserializeOwned>(&self, address: &str, token: Option<&str>) -> Result<T> {
        let failed = |why: &str| Failure::setup(format!("asking {}: {why}", self.provider.name));
        let mut request =
            Request::get(address).header(header::ACCEPT, "application/json").header(header::USER_AGENT, "gitinfra");
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.body(Full::default()).map_err(|_| failed("what it named is no address"))?;
        let answer = self.exchange(request).await?.ok_or_else(|| failed("it does not answer well"))?;
        serde_json::from_slice(&answer).map_err(|_| failed("it answers something else"))
    }

    /// The answer of an address, if it is a good one. A redirect is none: it would take secrets elsewhere.
    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Option<Bytes>> {
        let failed = |why: &str| Failure::setup(format!("asking {}: {why}", self.provider.name));
        let answer = tokio::time::timeout(PATIENCE, self.wire.exchange(request)).await;
        let answer = answer.map_err(|_| failed("it does not answer in time"))?.map_err(|why| failed(&why))?;
        Ok(answer.status().is_success().then(|| answer.into_body()))
    }
}

impl Found {
    /// As GitHub's documentation has it.
    fn github(base: &str) -> Found {
        Found {
            issuer: base.to_owned(),
            authorization_endpoint: format!("{base}/login/oauth/authorize"),
            token_endpoint: format!("{base}/login/oauth/access_token"),
            jwks_uri: String::new(),
            userinfo_endpoint: None,
            token_endpoint_auth_methods_supported: Some(vec!["client_secret_post".to_owned()]),
            authorization_response_iss_parameter_supported: false,
        }
    }

    /// Whether all that is said to it is encrypted, or stays on this machine.
    fn is_encrypted(&self) -> bool {
        let addresses = [&self.authorization_endpoint, &self.token_endpoint, &self.jwks_uri];
        addresses.into_iter().chain(&self.userinfo_endpoint).all(|address| is_safe(address))
    }

    /// Whether a client's secret goes into a header, as it does where nothing else is said.
    fn takes_basic(&self) -> bool {
        let ways = self.token_endpoint_auth_methods_supported.as_ref();
        ways.is_none_or(|ways| ways.iter().any(|way| way == "client_secret_basic"))
    }

    /// Whether who is said to have sent somebody back is this one, where it says so.
    pub fn is_sender(&self, said: Option<&str>) -> bool {
        match said {
            Some(said) => said == self.issuer,
            None => !self.authorization_response_iss_parameter_supported,
        }
    }
}

fn github_api(base: &str) -> String {
    match base {
        "https://github.com" => "https://api.github.com".to_owned(),
        base => format!("{base}/api/v3"),
    }
}

fn basic(client: &str, secret: &str) -> String {
    let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", encoded(client), encoded(secret))))
}
