//! Who asks, and what they may. A browser has a session in a cookie, a program a token in a header; a token is never in an
//! address. What a browser changes bears a word that only our own page knows, and comes from our own page.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use sha2::{Digest as _, Sha256};

use super::Server;
use super::config::{Person, Role};
use crate::context::Context;
use crate::digest::Key;
use crate::failure::{Failure, Result};
use crate::forge::Secret;

/// How long somebody stays signed in.
const SESSION: i64 = 12 * 60 * 60_000;
/// So many wrong tokens are taken from a place in so long a time; then no more of them for the rest of it.
const MOST_WRONG: u32 = 10;
const WINDOW: i64 = 60_000;
/// A shorter token can be guessed.
const SHORTEST: usize = 16;
const MOST_PLACES: usize = 10_000;

/// The digits of a session's own part.
const ID: usize = 64;

/// People with the hashes of their tokens.
pub struct People {
    known: Vec<(Person, [u8; 32])>,
    /// For each place when its window began, and how many wrong tokens came from there in it.
    wrong: Mutex<BTreeMap<IpAddr, (i64, u32)>>,
}

/// Whoever asks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct You {
    /// Nobody, where nobody is signed in.
    pub name: Option<String>,
    pub role: Option<Role>,
    /// What the ledger calls the repositories that may be seen; all, where there is no list.
    pub(super) only: Option<BTreeSet<String>>,
    /// What a form has to bear; none for a program, which no other page can speak for.
    pub word: Option<String>,
}

impl You {
    pub fn sees(&self, repository: &str) -> bool {
        self.role.is_some() && self.only.as_ref().is_none_or(|only| only.contains(repository))
    }

    pub fn may(&self, role: Role, repository: &str) -> bool {
        self.role.is_some_and(|own| own >= role) && self.sees(repository)
    }

    /// Whether every repository may be seen.
    pub fn sees_all(&self) -> bool {
        self.role.is_some() && self.only.is_none()
    }
}

impl People {
    pub fn read(context: &Context, people: &[Person]) -> Result<People> {
        let one = |person: &Person| {
            let token = Secret::read(&context.cwd.join(&person.token_file))?;
            if token.reveal().len() < SHORTEST {
                let words = format!("the token of {} is shorter than {SHORTEST} characters", person.name);
                return Err(Failure::input(words).hint("make one with `openssl rand -hex 32`"));
            }
            Ok((person.clone(), hash(token.reveal())))
        };
        let known: Vec<(Person, [u8; 32])> = people.iter().map(one).collect::<Result<_>>()?;
        let is_twice =
            |(at, (_, token)): (usize, &(Person, [u8; 32]))| known[..at].iter().any(|(_, other)| other == token);
        if known.iter().enumerate().any(is_twice) {
            return Err(Failure::input("two people have the same token").hint("make one for each"));
        }
        Ok(People { known, wrong: Mutex::default() })
    }

    /// Whose token it is. All are compared, each in constant time.
    fn by_token(&self, token: &str) -> Option<&Person> {
        let asked = hash(token.trim());
        let is_it = |(_, known): &&(Person, [u8; 32])| verify_slices_are_equal(known, &asked).is_ok();
        self.known.iter().filter(is_it).fold(None, |_, (person, _)| Some(person))
    }

    fn named(&self, name: &str) -> Option<&Person> {
        self.known.iter().map(|(person, _)| person).find(|person| person.name == name)
    }

    /// A session that is bound to the token that began it: with another token, nobody is signed in by it any more.
    fn bound(&self, key: &Key, name: &str, id: &str) -> Option<String> {
        let (_, token) = self.known.iter().find(|(person, _)| person.name == name)?;
        Some(format!("{id}{}", key.digest("session", &format!("{id} {}", hex(token)))))
    }

    fn is_bound(&self, key: &Key, name: &str, session: &str) -> bool {
        let id = session.get(..ID).unwrap_or_default();
        self.bound(key, name, id).is_some_and(|bound| bound == session)
    }

    /// The same. A right one is always taken: many may come from one place, as from behind a proxy, and whoever guesses there must
    /// not keep the others out. The error is for how many seconds wrong ones are not taken.
    pub fn try_token(&self, token: &str, from: IpAddr, now: i64) -> Result<Option<&Person>, i64> {
        if let Some(person) = self.by_token(token) {
            return Ok(Some(person));
        }
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        wrong.retain(|_, (began, _)| now - *began <= WINDOW);
        let known = wrong.get(&from).copied().unwrap_or((now, 0));
        // So many places at once are one who has many.
        if known.1 >= MOST_WRONG || (known.1 == 0 && wrong.len() >= MOST_PLACES) {
            return Err(((known.0 + WINDOW - now) / 1000).max(1));
        }
        wrong.insert(from, (known.0, known.1 + 1));
        Ok(None)
    }
}

impl Server {
    /// Where a request comes from.
    pub(super) fn place(&self, connected: IpAddr, headers: &HeaderMap) -> IpAddr {
        self.config.proxy.as_ref().map_or(connected, |proxy| proxy.place(connected, headers))
    }

    /// Who sent a request.
    pub(super) async fn you(&self, headers: &HeaderMap, connected: IpAddr) -> Result<You> {
        let from = self.place(connected, headers);
        let bearer = text(headers, header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
        if let Some(token) = bearer {
            let found = self.people.try_token(token, from, self.context.now());
            return Ok(found.ok().flatten().map(|person| self.as_you(person, None)).unwrap_or_default());
        }
        let session = self.session(headers);
        if let Some(session) = &session {
            let name = self.ledger.signed_in(&hashed(session), self.context.now()).await?;
            let name = name.filter(|name| self.people.is_bound(&self.key, name, session));
            if let Some(person) = name.and_then(|name| self.people.named(&name)) {
                return Ok(self.as_you(person, Some(word_of(&self.key, session))));
            }
        }
        let role = self.config.open_to_read.then_some(Role::Viewer);
        Ok(You { role, ..You::default() })
    }

    fn as_you(&self, person: &Person, word: Option<String>) -> You {
        let named = |name: &String| self.watched.iter().find(|watched| watched.name == *name);
        let only = person.repositories.iter().filter_map(named).map(|watched| watched.label.clone()).collect();
        let only = Some(only).filter(|_| !person.repositories.is_empty());
        You { name: Some(person.name.clone()), role: Some(person.role), only, word }
    }

    /// Begins a session, always a new one: nobody can have given it to the browser before. The cookie's text.
    pub(super) async fn sign_in(&self, person: &Person) -> Result<HeaderValue> {
        let id = hex(&rand::random::<[u8; 32]>());
        let id = self.people.bound(&self.key, &person.name, &id).unwrap_or(id);
        let now = self.context.now();
        self.ledger.sign_in(&hashed(&id), &person.name, now + SESSION, now).await?;
        Ok(self.cookie(&id, SESSION / 1000))
    }

    pub(super) async fn sign_out(&self, headers: &HeaderMap) -> Result<HeaderValue> {
        if let Some(session) = self.session(headers) {
            self.ledger.sign_out(&hashed(&session)).await?;
        }
        Ok(self.cookie("", 0))
    }

    /// Whether a form comes from our own page: by its word, and by where the browser says that it comes from.
    pub(super) fn is_ours(&self, you: &You, headers: &HeaderMap, word: &str) -> bool {
        let Some(expected) = &you.word else {
            // A program with a token of its own.
            return you.name.is_some();
        };
        is_same_origin(headers) && verify_slices_are_equal(expected.as_bytes(), word.as_bytes()).is_ok()
    }

    fn session(&self, headers: &HeaderMap) -> Option<String> {
        let name = format!("{}=", self.cookie_name());
        let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
        let mut found = cookies.flat_map(|all| all.split(';')).filter_map(|one| one.trim().strip_prefix(&name));
        let session = found.next()?;
        // Two of them: somebody put one beside ours.
        found.next().is_none().then(|| session.to_owned())
    }

    fn is_secure(&self) -> bool {
        self.config.url.as_ref().is_some_and(|url| url.starts_with("https://"))
    }

    /// A name that browsers take from this very host and by TLS alone.
    fn cookie_name(&self) -> &'static str {
        if self.is_secure() { "__Host-gitinfra" } else { "gitinfra" }
    }

    fn cookie(&self, value: &str, seconds: i64) -> HeaderValue {
        let (name, secure) = (self.cookie_name(), if self.is_secure() { "; Secure" } else { "" });
        let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("gitinfra="))
    }
}

/// What browsers say of where a request comes from. One that says nothing is none of today's.
pub(super) fn is_same_origin(headers: &HeaderMap) -> bool {
    if let Some(site) = text(headers, "sec-fetch-site") {
        return site == "same-origin";
    }
    let host = text(headers, header::HOST);
    let origin = text(headers, header::ORIGIN).and_then(|origin| origin.parse::<Uri>().ok());
    origin.is_some_and(|origin| origin.authority().map(|authority| authority.as_str()) == host)
}

fn text(headers: &HeaderMap, name: impl header::AsHeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// The word that forms of a session bear.
fn word_of(key: &Key, session: &str) -> String {
    key.digest("form", session)
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

fn hashed(text: &str) -> String {
    hex(&hash(text))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people() -> People {
        let person = |name: &str, role| Person {
            name: name.to_owned(),
            role,
            token_file: "none".into(),
            repositories: Vec::new(),
        };
        let known = vec![(person("ada", Role::Admin), hash("t-ada")), (person("eve", Role::Viewer), hash("t-eve"))];
        People { known, wrong: Mutex::default() }
    }

    #[test]
    fn a_token_is_somebodys_and_only_wrong_ones_are_limited() {
        let (people, here, there) = (people(), IpAddr::from([127, 0, 0, 1]), IpAddr::from([127, 0, 0, 2]));
        let name =
            |token: &str, now: i64| people.try_token(token, here, now).map(|found| found.map(|p| p.name.clone()));
        assert_eq!(name("t-ada\n", 0), Ok(Some("ada".to_owned())));
        for _ in 0..MOST_WRONG {
            assert_eq!(name("t-adb", 1), Ok(None));
        }
        assert_eq!(name("t-adb", 2), Err(59));
        assert_eq!(name("t-eve", 2), Ok(Some("eve".to_owned())), "a right one is not kept out");
        assert_eq!(name("t-adb", 2), Err(59), "and begins nothing anew");
        assert_eq!(
            people.try_token("t-adb", there, 2).map(|found| found.is_some()),
            Ok(false),
            "others are not limited"
        );
        assert_eq!(name("t-adb", WINDOW + 2), Ok(None));
    }

    #[test]
    fn a_session_ends_with_its_token() {
        let (people, key, id) = (people(), Key::fresh(), "0".repeat(ID));
        let session = people.bound(&key, "ada", &id).expect("she is known");
        assert!(people.is_bound(&key, "ada", &session));
        for (name, session) in [("eve", session.as_str()), ("kim", &session), ("ada", &id), ("ada", ""), ("ada", "é")]
        {
            assert!(!people.is_bound(&key, name, session), "{name}");
        }
        let mut others = super::tests::people();
        others.known.iter_mut().for_each(|(_, token)| *token = hash("another"));
        assert!(!others.is_bound(&key, "ada", &session), "she has another token");
    }

    #[test]
    fn who_may_more_may_less_and_only_where() {
        let only = Some(BTreeSet::from(["a".to_owned()]));
        let you = You { name: Some("ada".to_owned()), role: Some(Role::Approver), only, word: None };
        assert!(you.may(Role::Viewer, "a") && you.may(Role::Approver, "a"));
        assert!(!you.may(Role::Admin, "a") && !you.may(Role::Viewer, "b") && !You::default().sees("a"));
    }

    #[test]
    fn a_form_of_another_page_is_known() {
        let of = |pairs: &[(&'static str, &'static str)]| {
            let pair = |(name, value): &(&'static str, &'static str)| {
                (header::HeaderName::from_static(name), HeaderValue::from_static(value))
            };
            is_same_origin(&pairs.iter().map(pair).collect())
        };
        let host = ("host", "infra.example:80");
        assert!(of(&[host, ("sec-fetch-site", "same-origin")]));
        assert!(of(&[host, ("origin", "http://infra.example:80")]));
        for other in [
            [host, ("sec-fetch-site", "cross-site")],
            [host, ("sec-fetch-site", "same-site")],
            [host, ("sec-fetch-site", "none")],
            [host, ("origin", "http://infra.example")],
            [host, ("origin", "null")],
            [host, ("accept", "text/html")],
        ] {
            assert!(!of(&other), "{other:?}");
        }
    }
}
