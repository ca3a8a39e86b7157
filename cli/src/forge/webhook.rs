//! Whether a request is really the forge's, before anything of it is read. Pure: bytes in, a delivery or a refusal out.
//!
//! Which forge is asked for is configured. Gitea sends GitHub's headers as well, so whoever looked at those would let a stranger
//! choose the weakest check.

use std::collections::{BTreeMap, VecDeque};

use aws_lc_rs::{constant_time, digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::mark::{hex, unhex};
use super::{Kind, Secret};
use crate::failure::{Failure, Result};

/// A shorter secret can be guessed.
const SHORTEST_SECRET: usize = 16;
/// How far a signed time may be from now, in milliseconds.
const WINDOW: i64 = 5 * 60_000;
/// How long a delivery is remembered, and how many are.
const REMEMBERED: i64 = 72 * 60 * 60_000;
const MOST_REMEMBERED: usize = 200_000;

/// The secret that the forge signs with. There is no webhook without one.
#[derive(Debug, Clone)]
pub struct Signer {
    kind: Kind,
    secret: Secret,
    /// GitLab's signing token, which is another scheme than its secret in clear.
    token: Option<Vec<u8>>,
}

/// A request that is the forge's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// What the forge calls it. Not signed by most, so it is no proof of being new.
    pub id: String,
    /// What the body comes to, as a hash: the same words under another id are a replay.
    pub digest: String,
    /// The name of what happened, as the forge has it.
    pub event: String,
}

/// Why a request is not taken. None of them says what was expected, and none repeats what was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    TooLarge,
    NoSignature,
    WrongSignature,
    /// Its signed time is too far from now.
    OutOfTime,
    NoId,
    NoEvent,
}

impl Refusal {
    /// The status to answer with.
    pub fn status(self) -> u16 {
        match self {
            Refusal::TooLarge => 413,
            Refusal::NoSignature | Refusal::WrongSignature | Refusal::OutOfTime => 401,
            Refusal::NoId | Refusal::NoEvent => 400,
        }
    }
}

/// A request's headers. One that is there twice is not there: whoever is between might read the other one.
pub struct Headers<'a>(pub &'a [(&'a str, &'a str)]);

impl Headers<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        let mut found = self.0.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        let (_, value) = found.next()?;
        found.next().is_none().then(|| value.trim()).filter(|value| !value.is_empty())
    }

    fn first(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.get(name))
    }
}

/// The names that a forge gives its headers; the first one that is there counts.
struct Names {
    signature: &'static [&'static str],
    /// What the signature begins with.
    scheme: &'static str,
    event: &'static [&'static str],
    id: &'static [&'static str],
    /// The longest body, in bytes.
    most: usize,
}

fn names(kind: Kind) -> Names {
    const MIB: usize = 1024 * 1024;
    match kind {
        Kind::Github => Names {
            signature: &["x-hub-signature-256"],
            scheme: "sha256=",
            event: &["x-github-event"],
            id: &["x-github-delivery"],
            most: 25 * MIB,
        },
        Kind::Gitea => Names {
            signature: &["x-gitea-signature"],
            scheme: "",
            event: &["x-gitea-event"],
            id: &["x-gitea-delivery"],
            most: 25 * MIB,
        },
        Kind::Forgejo => Names {
            signature: &["x-forgejo-signature", "x-gitea-signature"],
            scheme: "",
            event: &["x-forgejo-event", "x-gitea-event"],
            id: &["x-forgejo-delivery", "x-gitea-delivery"],
            most: 25 * MIB,
        },
        Kind::Gitlab => Names {
            signature: &["x-gitlab-token"],
            scheme: "",
            event: &["x-gitlab-event"],
            // Not `x-gitlab-webhook-uuid`: that is the hook, and the same in all that it delivers.
            id: &["webhook-id", "idempotency-key", "x-gitlab-event-uuid"],
            most: 25 * MIB,
        },
        Kind::Bitbucket => Names {
            signature: &["x-hub-signature"],
            scheme: "sha256=",
            event: &["x-event-key"],
            id: &["x-request-uuid"],
            most: MIB,
        },
    }
}

impl Signer {
    pub fn new(kind: Kind, secret: &Secret) -> Result<Signer> {
        if secret.reveal().len() < SHORTEST_SECRET {
            return Err(Failure::input(format!("the webhook's secret is shorter than {SHORTEST_SECRET} characters"))
                .hint("make one with `openssl rand -hex 32`, and give it to the forge, too"));
        }
        let token = secret.reveal().strip_prefix("whsec_").filter(|_| kind == Kind::Gitlab);
        let token = token.map(|text| STANDARD.decode(text)).transpose();
        let token = token.map_err(|_| Failure::input("the webhook's signing token is cut off"))?;
        Ok(Signer { kind, secret: secret.clone(), token })
    }

    /// The longest body that is read at all.
    pub fn most_bytes(&self) -> usize {
        names(self.kind).most
    }

    /// Whether something is there that could prove where a request comes from, before its body is read.
    pub fn is_signed(&self, headers: &Headers<'_>) -> bool {
        match &self.token {
            Some(_) => headers.get("webhook-signature").is_some(),
            None => headers.first(names(self.kind).signature).is_some(),
        }
    }

    /// Checks a request. `now` is in milliseconds since 1970.
    pub fn verify(&self, headers: &Headers<'_>, body: &[u8], now: i64) -> Result<Delivery, Refusal> {
        let names = names(self.kind);
        if body.len() > names.most {
            return Err(Refusal::TooLarge);
        }
        match (&self.token, self.kind) {
            (Some(key), _) => timed(key, headers, body, now)?,
            (None, Kind::Gitlab) => self.in_clear(headers.first(names.signature))?,
            (None, _) => self.signed(&names, headers, body)?,
        }
        let id = headers.first(names.id).ok_or(Refusal::NoId)?.to_owned();
        let event = headers.first(names.event).ok_or(Refusal::NoEvent)?.to_owned();
        Ok(Delivery { id, digest: hex(digest::digest(&digest::SHA256, body).as_ref()), event })
    }

    /// An HMAC over the raw bytes, compared in constant time.
    fn signed(&self, names: &Names, headers: &Headers<'_>, body: &[u8]) -> Result<(), Refusal> {
        let signature = headers.first(names.signature).ok_or(Refusal::NoSignature)?;
        let signature = signature.strip_prefix(names.scheme).and_then(unhex).ok_or(Refusal::WrongSignature)?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.reveal().as_bytes());
        hmac::verify(&key, body, &signature).map_err(|_| Refusal::WrongSignature)
    }

    /// GitLab's older way: the secret itself. Hashes are compared, so that not even its length shows in the time that it takes.
    fn in_clear(&self, sent: Option<&str>) -> Result<(), Refusal> {
        let hash = |text: &str| digest::digest(&digest::SHA256, text.as_bytes());
        let (sent, ours) = (hash(sent.ok_or(Refusal::NoSignature)?), hash(self.secret.reveal()));
        let same = constant_time::verify_slices_are_equal(sent.as_ref(), ours.as_ref());
        same.map_err(|_| Refusal::WrongSignature)
    }
}

/// GitLab's newer way: id, time and body are signed together. There may be several signatures, while keys change.
fn timed(key: &[u8], headers: &Headers<'_>, body: &[u8], now: i64) -> Result<(), Refusal> {
    let header = |name| headers.get(name).ok_or(Refusal::NoSignature);
    let (id, time, signatures) = (header("webhook-id")?, header("webhook-timestamp")?, header("webhook-signature")?);
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let signed = [id.as_bytes(), b".", time.as_bytes(), b".", body].concat();
    let is_right = |signature: &str| {
        let bytes = signature.strip_prefix("v1,").and_then(|text| STANDARD.decode(text).ok());
        bytes.is_some_and(|bytes| hmac::verify(&key, &signed, &bytes).is_ok())
    };
    if !signatures.split(' ').any(is_right) {
        return Err(Refusal::WrongSignature);
    }
    let seconds: i64 = time.parse().map_err(|_| Refusal::OutOfTime)?;
    let away = now.saturating_sub(seconds.saturating_mul(1000)).saturating_abs();
    if away <= WINDOW { Ok(()) } else { Err(Refusal::OutOfTime) }
}

/// Deliveries that were seen, so that none is taken twice.
#[derive(Debug, Default)]
pub struct Seen {
    /// Ids and digests, and when they came.
    at: BTreeMap<String, i64>,
    order: VecDeque<(i64, String)>,
}

impl Seen {
    /// Whether a delivery is new; then it is remembered. The same words under another id are not.
    pub fn is_new(&mut self, delivery: &Delivery, now: i64) -> bool {
        while self.order.front().is_some_and(|(at, _)| now - at > REMEMBERED) || self.order.len() > MOST_REMEMBERED {
            if let Some((_, name)) = self.order.pop_front() {
                self.at.remove(&name);
            }
        }
        let names = [format!("id {}", delivery.id), format!("digest {}", delivery.digest)];
        let is_new = names.iter().all(|name| !self.at.contains_key(name));
        for name in names.into_iter().filter(|_| is_new) {
            self.at.insert(name.clone(), now);
            self.order.push_back((now, name));
        }
        is_new
    }
}

#[cfg(test)]
mod tests;
