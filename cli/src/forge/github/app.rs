//! A GitHub App: it signs for itself with its key, and has a token made for its installation in one repository, for an hour.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderValue, Method};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::Mutex;

use super::super::client::{Ask, Client};
use super::super::{Secret, Trouble};
use crate::failure::{Failure, Result};

/// What an App signs holds for so long, and began so long ago, for clocks that differ. GitHub takes ten minutes at most.
const SIGNED_FOR: i64 = 9 * 60;
const SIGNED_BEFORE: i64 = 60;
/// A token is no longer used when it has less than that.
const LEAST_LEFT: i64 = 5 * 60_000;

/// An App by its id, and its private key in PEM.
#[derive(Debug, Clone)]
pub struct App {
    pub id: u64,
    pub key: Secret,
}

/// An App in a repository.
pub struct Installation {
    app: App,
    path: String,
    /// The token's header, and until when it holds, in milliseconds since 1970.
    token: Mutex<Option<(HeaderValue, i64)>>,
}

#[derive(Deserialize)]
struct Installed {
    id: i64,
}

#[derive(Deserialize)]
struct Made {
    token: String,
    expires_at: jiff::Timestamp,
}

#[derive(Deserialize)]
struct Described {
    slug: String,
}

impl App {
    /// A JWT for the App itself. `now` is in milliseconds since 1970.
    fn sign(&self, now: i64) -> Result<Secret> {
        let wrong = || {
            Failure::input("the App's key is no RSA private key in PEM")
                .hint("it is the file that GitHub gives when a private key is generated in the App's settings")
        };
        let der = PrivateKeyDer::from_pem_slice(self.key.reveal().as_bytes()).map_err(|_| wrong())?;
        let pair = match &der {
            PrivateKeyDer::Pkcs8(der) => KeyPair::from_pkcs8(der.secret_pkcs8_der()),
            der => KeyPair::from_der(der.secret_der()),
        };
        let pair = pair.map_err(|_| wrong())?;
        let seconds = now / 1000;
        let claims = json!({ "iat": seconds - SIGNED_BEFORE, "exp": seconds + SIGNED_FOR, "iss": self.id.to_string() });
        let encoded = |text: String| URL_SAFE_NO_PAD.encode(text);
        let said =
            format!("{}.{}", encoded(json!({ "alg": "RS256", "typ": "JWT" }).to_string()), encoded(claims.to_string()));
        let mut signature = vec![0; pair.public_modulus_len()];
        let signed = pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), said.as_bytes(), &mut signature);
        signed.map_err(|_| Failure::bug("signing with the App's key failed"))?;
        Ok(Secret::new(&format!("{said}.{}", URL_SAFE_NO_PAD.encode(signature))))
    }
}

impl Installation {
    pub fn new(app: &App, path: &str) -> Installation {
        Installation { app: app.clone(), path: path.to_owned(), token: Mutex::default() }
    }

    pub fn id(&self) -> u64 {
        self.app.id
    }

    /// Under which name the App comments.
    pub async fn login(&self, client: &Client) -> Result<String, Trouble> {
        let own = client.authorization("Bearer", &self.app.sign(client.now())?)?;
        let ask = Ask::get("app", "reading the App's name");
        let described: Described = client.read(&ask, &client.ask(&ask, Some(own)).await?)?;
        Ok(format!("{}[bot]", described.slug))
    }

    /// The header of a token that holds for a while: the last one, or a new one.
    pub async fn authorization(&self, client: &Client) -> Result<HeaderValue, Trouble> {
        let mut token = self.token.lock().await;
        match &*token {
            Some((header, until)) if client.now() + LEAST_LEFT < *until => Ok(header.clone()),
            _ => {
                let made = self.make(client).await?;
                let header = client.authorization("Bearer", &Secret::new(&made.token))?;
                *token = Some((header.clone(), made.expires_at.as_millisecond()));
                Ok(header)
            }
        }
    }

    /// Has a token made for this repository alone.
    async fn make(&self, client: &Client) -> Result<Made, Trouble> {
        let own = client.authorization("Bearer", &self.app.sign(client.now())?)?;
        let path = format!("repos/{}/installation", self.path);
        let ask = Ask::get(&path, "looking for the App's installation");
        let installed: Installed = client.read(&ask, &client.ask(&ask, Some(own.clone())).await?)?;
        let path = format!("app/installations/{}/access_tokens", installed.id);
        let name = self.path.rsplit('/').next().unwrap_or_default();
        let body = json!({
            "repositories": [name],
            "permissions": { "checks": "write", "contents": "read", "metadata": "read", "pull_requests": "write" },
        });
        // Another token more does no harm.
        let ask = Ask::set(Method::POST, &path, body, "having a token made for the App");
        client.read(&ask, &client.ask(&ask, Some(own)).await?)
    }
}
