//! How bytes get to a forge: HTTP/1.1 over TLS, by a proxy if the environment names one.

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::TokioExecutor;
use url::{Host, Url};

use crate::environment::Environment;
use crate::failure::{Failure, Result};

/// No answer that is needed is longer.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// How long a connection and a whole answer may take.
const CONNECT: Duration = Duration::from_secs(10);
const ANSWER: Duration = Duration::from_secs(60);

/// Whether what goes to an address can't be read on the way: it is encrypted, or stays on this machine.
pub fn is_safe(address: &str) -> bool {
    Url::parse(address).is_ok_and(|url| url.scheme() == "https" || (url.scheme() == "http" && is_here(&url)))
}

/// Whether it is this machine.
pub fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => false,
    }
}

/// Connections to one origin.
pub enum Wire {
    Direct(Client<HttpsConnector<HttpConnector>, Full<Bytes>>),
    Proxied(Client<HttpsConnector<Tunnel<HttpConnector>>, Full<Bytes>>),
}

impl Wire {
    pub fn new(environment: &Environment, origin: &str) -> Result<Wire> {
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_connect_timeout(Some(CONNECT));
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        let tls = HttpsConnectorBuilder::new().with_provider_and_native_roots(provider).map_err(|error| {
            Failure::setup(format!("reading this machine's certificates: {error}")).hint(
                "install them, for example with `apt-get install ca-certificates`, or name a file in SSL_CERT_FILE",
            )
        })?;
        let tls = tls.https_or_http().enable_http1();
        Ok(match tunnel(environment, origin, &http)? {
            Some(tunnel) => Wire::Proxied(Client::builder(TokioExecutor::new()).build(tls.wrap_connector(tunnel))),
            None => Wire::Direct(Client::builder(TokioExecutor::new()).build(tls.wrap_connector(http))),
        })
    }

    /// One request and its whole answer. The error is in words.
    pub async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Response<Bytes>, String> {
        match tokio::time::timeout(ANSWER, self.answer(request)).await {
            Ok(answer) => answer,
            Err(_) => Err(format!("no answer within {} s", ANSWER.as_secs())),
        }
    }

    /// One request, and an answer that may go on for long.
    pub async fn open(&self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, String> {
        let sent = match self {
            Wire::Direct(client) => client.request(request).await,
            Wire::Proxied(client) => client.request(request).await,
        };
        sent.map_err(|error| in_words(&error))
    }

    async fn answer(&self, request: Request<Full<Bytes>>) -> Result<Response<Bytes>, String> {
        let (head, body) = self.open(request).await?.into_parts();
        let body = Limited::new(body, MOST_BYTES).collect().await;
        let body = body.map_err(|error| format!("reading the answer: {error}"))?;
        Ok(Response::from_parts(head, body.to_bytes()))
    }
}

/// What the user's variables say for an origin. Only the encrypted ones go by a proxy: what is not encrypted is this machine.
fn tunnel(environment: &Environment, origin: &str, http: &HttpConnector) -> Result<Option<Tunnel<HttpConnector>>> {
    let value = |names: [&str; 2]| {
        let set = names.iter().filter_map(|name| environment.get(*name)).find(|value| !value.is_empty());
        set.cloned().unwrap_or_default()
    };
    let matcher = Matcher::builder()
        .all(value(["ALL_PROXY", "all_proxy"]))
        .https(value(["HTTPS_PROXY", "https_proxy"]))
        .no(value(["NO_PROXY", "no_proxy"]))
        .build();
    let origin: Uri = origin.parse().map_err(|error| Failure::bug(format!("`{origin}` is no URI: {error}")))?;
    let proxy = matcher.intercept(&origin).filter(|_| origin.scheme_str() == Some("https"));
    Ok(proxy.map(|proxy| {
        let tunnel = Tunnel::new(proxy.uri().clone(), http.clone());
        match proxy.basic_auth() {
            Some(auth) => tunnel.with_auth(auth.clone()),
            None => tunnel,
        }
    }))
}

/// An error with what caused it, without saying a thing twice.
fn in_words(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !words.contains(&next) {
            words = format!("{words}: {next}");
        }
        cause = error.source();
    }
    words
}
