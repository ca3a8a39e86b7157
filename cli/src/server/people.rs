//! Who asks, and what they may. A browser has a session in a cookie, a program a token in a header; a token is never in an
//! address. What a browser changes bears a word that only our own page knows, and comes from our own page.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use sha2::{Digest as _, Sha256};

use super::Server;
use super::config::{Config, Group, Person, Role};
use super::setup::Setup;
use crate::context::Context;
use crate::digest::Key;
use crate::failure::{Failure, Faults, Result};
use crate::forge::Secret;
use crate::ledger::SignedIn;

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
    known: Vec<(Person, Option<[u8; 32]>)>,
    /// For each place when its window began, and how many wrong tokens came from there in it.
    wrong: Arc<Mutex<BTreeMap<IpAddr, (i64, u32)>>>,
}

/// Whoever asks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct You {
    /// Nobody, where nobody is signed in.
    pub name: Option<String>,
    /// The most that may be done anywhere; none for whoever may see nothing.
    pub role: Option<Role>,
    grants: Vec<Grant>,
    /// What a form has to bear; none for a program, which no other page can speak for.
    pub word: Option<String>,
}

/// What a browser keeps for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cookie {
    Session,
    /// A sign-in by another server that is not over.
    Begun,
}

/// Something that may be done somewhere.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Grant {
    role: Role,
    /// What the ledger calls the repositories; all, where there is no list.
    only: Option<BTreeSet<String>>,
}

impl Grant {
    fn is_at(&self, repository: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(repository))
    }
}

impl You {
    fn new(name: Option<String>, grants: Vec<Grant>, word: Option<String>) -> You {
        You { name, role: grants.iter().map(|grant| grant.role).max(), grants, word }
    }

    pub fn sees(&self, repository: &str) -> bool {
        self.grants.iter().any(|grant| grant.is_at(repository))
    }

    pub fn may(&self, role: Role, repository: &str) -> bool {
        self.grants.iter().any(|grant| grant.role >= role && grant.is_at(repository))
    }

    /// Whether every repository may be seen.
    pub fn sees_all(&self) -> bool {
        self.grants.iter().any(|grant| grant.only.is_none())
    }

    /// The repositories that may be seen, by what the ledger calls them; all, where there is no list.
    pub fn only(&self) -> Option<BTreeSet<String>> {
        (!self.sees_all()).then(|| self.grants.iter().filter_map(|grant| grant.only.clone()).flatten().collect())
    }
}

impl People {
    /// Whoever guesses goes on counting where others are configured than `before`.
    pub fn read(context: &Context, config: &Config, before: Option<&People>) -> Result<People> {
        let people = config.places.spot().at("people");
        let one = |person: &Person| {
            let Some(file) = &person.token_file else {
                return Ok((person.clone(), None));
            };
            let token = Secret::read(&context.cwd.join(file))?;
            if token.reveal().len() < SHORTEST {
                let words = format!("the token of {} is shorter than {SHORTEST} characters", person.name);
                return Err(Failure::input(words).hint("make one with `openssl rand -hex 32`"));
            }
            Ok((person.clone(), Some(hash(token.reveal()))))
        };
        let mut faults = Faults::default();
        let read = |(at, person)| people.at(at).at("tokenFile").of(one(person));
        let known: Vec<(Person, Option<[u8; 32]>)> =
            config.people.iter().enumerate().filter_map(|person| faults.keep(read(person))).collect();
        faults.end()?;
        let mut tokens = BTreeSet::new();
        let twice = known.iter().position(|(_, token)| token.is_some_and(|token| !tokens.insert(token)));
        if let Some(at) = twice {
            let failure = Failure::input("two people have the same token").hint("make one for each");
            return people.at(at).at("tokenFile").of(Err(failure));
        }
        Ok(People { known, wrong: before.map(|before| before.wrong.clone()).unwrap_or_default() })
    }

    /// Whose token it is. All are compared, each in constant time.
    fn by_token(&self, token: &str) -> Option<&Person> {
        let asked = hash(token.trim());
        let is_it = |(_, known): &&(Person, Option<[u8; 32]>)| {
            known.is_some_and(|known| verify_slices_are_equal(&known, &asked).is_ok())
        };
        self.known.iter().filter(is_it).fold(None, |_, (person, _)| Some(person))
    }

    /// A session that is bound to the token that began it: with another token, nobody is signed in by it any more.
    fn bound(&self, key: &Key, name: &str, id: &str) -> Option<String> {
        let (_, token) = self.known.iter().find(|(person, _)| person.name == name)?;
        Some(format!("{id}{}", key.digest("session", &format!("{id} {}", hex(token.as_ref()?)))))
    }

    /// Whether a session that began with a token is still bound to it. What another server said holds for its time.
    fn is_bound(&self, key: &Key, who: &SignedIn, session: &str) -> bool {
        let id = session.get(..ID).unwrap_or_default();
        !who.by.is_empty() || self.bound(key, &who.person, id).is_some_and(|bound| bound == session)
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
        self.setup().config.proxy.as_ref().map_or(connected, |proxy| proxy.place(connected, headers))
    }

    /// Who sent a request.
    pub(super) async fn you(&self, headers: &HeaderMap, connected: IpAddr) -> Result<You> {
        let (setup, from) = (self.setup(), self.place(connected, headers));
        let bearer = text(headers, header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
        if let Some(token) = bearer {
            let found = setup.people.try_token(token, from, self.context.now());
            return Ok(found.ok().flatten().map(|person| setup.as_you(person)).unwrap_or_default());
        }
        let session = self.session(headers);
        if let Some(session) = &session {
            let who = self.ledger.signed_in(&hashed(session), self.context.now()).await?;
            let who = who.filter(|who| setup.people.is_bound(&self.key, who, session));
            if let Some(who) = who.filter(|who| !setup.grants(who).is_empty()) {
                let word = word_of(&self.key, session);
                return Ok(You::new(Some(who.person.clone()), setup.grants(&who), Some(word)));
            }
        }
        let grant = Grant { role: Role::Viewer, only: None };
        Ok(You::new(None, setup.config.open_to_read.then_some(grant).into_iter().collect(), None))
    }

    pub(super) fn has_a_role(&self, who: &SignedIn) -> bool {
        !self.setup().grants(who).is_empty()
    }

    /// Begins a session, always a new one: nobody can have given it to the browser before. The cookie's text.
    pub(super) async fn sign_in(&self, who: &SignedIn) -> Result<HeaderValue> {
        let id = hex(&rand::random::<[u8; 32]>());
        let bound = self.setup().people.bound(&self.key, &who.person, &id).filter(|_| who.by.is_empty());
        let id = bound.unwrap_or(id);
        let now = self.context.now();
        self.ledger.sign_in(&hashed(&id), who, now + SESSION, now).await?;
        Ok(self.cookie(Cookie::Session, &id, SESSION / 1000))
    }

    pub(super) async fn sign_out(&self, headers: &HeaderMap) -> Result<HeaderValue> {
        if let Some(session) = self.session(headers) {
            self.ledger.sign_out(&hashed(&session)).await?;
        }
        Ok(self.cookie(Cookie::Session, "", 0))
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
        self.in_cookie(headers, Cookie::Session)
    }

    /// What a browser keeps.
    pub(super) fn in_cookie(&self, headers: &HeaderMap, cookie: Cookie) -> Option<String> {
        let name = format!("{}=", self.cookie_name(cookie));
        let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
        let mut found = cookies.flat_map(|all| all.split(';')).filter_map(|one| one.trim().strip_prefix(&name));
        let session = found.next()?;
        // Two of them: somebody put one beside ours.
        found.next().is_none().then(|| session.to_owned())
    }

    fn is_secure(&self) -> bool {
        self.setup().config.url.as_ref().is_some_and(|url| url.starts_with("https://"))
    }

    /// A name that browsers take from this very host and by TLS alone.
    fn cookie_name(&self, cookie: Cookie) -> &'static str {
        match (cookie, self.is_secure()) {
            (Cookie::Session, true) => "__Host-gitinfra",
            (Cookie::Session, false) => "gitinfra",
            (Cookie::Begun, true) => "__Host-gitinfra-sign-in",
            (Cookie::Begun, false) => "gitinfra-sign-in",
        }
    }

    pub(super) fn cookie(&self, cookie: Cookie, value: &str, seconds: i64) -> HeaderValue {
        let (name, secure) = (self.cookie_name(cookie), if self.is_secure() { "; Secure" } else { "" });
        let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("gitinfra="))
    }
}

impl Setup {
    fn as_you(&self, person: &Person) -> You {
        You::new(Some(person.name.clone()), vec![self.grant(person.role, &person.repositories)], None)
    }

    fn grant(&self, role: Role, repositories: &[String]) -> Grant {
        let named = |name: &String| self.of_name(name);
        let only = repositories.iter().filter_map(named).map(|watched| watched.label.clone()).collect();
        Grant { role, only: Some(only).filter(|_| !repositories.is_empty()) }
    }

    /// What somebody may do by name, and as a member of groups. As the configuration has it now, and not when they signed in.
    fn grants(&self, who: &SignedIn) -> Vec<Grant> {
        granted(&self.config, who).into_iter().map(|(role, repositories)| self.grant(role, repositories)).collect()
    }
}

/// Roles with the repositories by name. Whoever is called like a person, and is somebody else, has none: what they do would be
/// written down as that person's.
fn granted<'a>(config: &'a Config, who: &SignedIn) -> Vec<(Role, &'a [String])> {
    let own = config.people.iter().find(|person| person.name == who.person);
    let is_it = |person: &Person| match who.by.is_empty() {
        true => person.token_file.is_some(),
        false => config.says_who(person) == Some(&who.by),
    };
    if own.is_some_and(|person| !is_it(person)) {
        return Vec::new();
    }
    let is_in = |group: &&Group| who.groups.contains(&group.group) && config.names(group) == Some(&who.by);
    let groups = config.groups.iter().filter(is_in).map(|group| (group.role, &group.repositories[..]));
    own.map(|person| (person.role, &person.repositories[..])).into_iter().chain(groups).collect()
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

pub(super) fn hashed(text: &str) -> String {
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
            token_file: None,
            sign_in: None,
            repositories: Vec::new(),
        };
        let known = vec![
            (person("kim", Role::Admin), None),
            (person("ada", Role::Admin), Some(hash("t-ada"))),
            (person("eve", Role::Viewer), Some(hash("t-eve"))),
        ];
        People { known, wrong: Arc::default() }
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
        let who = |name: &str, by: &str| SignedIn { person: name.to_owned(), by: by.to_owned(), ..SignedIn::default() };
        let session = people.bound(&key, "ada", &id).expect("she is known");
        assert!(people.is_bound(&key, &who("ada", ""), &session) && people.is_bound(&key, &who("kim", "acme"), &id));
        for (name, session) in [("eve", session.as_str()), ("kim", &session), ("ada", &id), ("ada", ""), ("ada", "é")]
        {
            assert!(!people.is_bound(&key, &who(name, ""), session), "{name}");
        }
        let mut others = super::tests::people();
        others.known.iter_mut().for_each(|(_, token)| *token = Some(hash("another")));
        assert!(!others.is_bound(&key, &who("ada", ""), &session), "she has another token");
    }

    #[test]
    fn who_may_more_may_less_and_only_where() {
        let grant = |role, only: &str| Grant { role, only: Some([only.to_owned()].into()) };
        let you = |grants| You::new(Some("ada".to_owned()), grants, None);
        let one = you(vec![grant(Role::Approver, "a")]);
        assert!(one.may(Role::Viewer, "a") && one.may(Role::Approver, "a"));
        assert!(!one.may(Role::Admin, "a") && !one.may(Role::Viewer, "b") && !You::default().sees("a"));
        // What somebody may do in one place is no more than that in another.
        let two = you(vec![grant(Role::Viewer, "a"), grant(Role::Admin, "b")]);
        assert!(two.may(Role::Admin, "b") && two.sees("a") && !two.may(Role::Approver, "a") && !two.sees_all());
        assert_eq!(two.only(), Some(["a", "b"].map(str::to_owned).into()));
        let all = you(vec![grant(Role::Admin, "b"), Grant { role: Role::Viewer, only: None }]);
        assert!(all.sees_all() && all.only().is_none() && !all.may(Role::Approver, "a"));
    }

    #[test]
    fn nobody_is_another_who_is_called_the_same_elsewhere() {
        let config = Config::read(
            "serve.yaml",
            "repositories: [{name: i, repo: x}]\n\
             signIn: [{name: a, issuer: x, clientId: y}, {name: b, issuer: z, clientId: y}]\n\
             people: [{name: ada, role: admin, signIn: a}, {name: bot, role: approver, tokenFile: t}]\n\
             groups: [{group: g, role: viewer, signIn: b}]\n",
        );
        let config = config.expect("a configuration");
        let roles = |person: &str, by: &str, groups: &[&str]| {
            let groups = groups.iter().map(|&group| group.to_owned()).collect();
            let who = SignedIn { person: person.to_owned(), by: by.to_owned(), groups };
            granted(&config, &who).into_iter().map(|(role, _)| role).collect::<Vec<_>>()
        };
        assert_eq!((roles("ada", "a", &[]), roles("bot", "", &[])), (vec![Role::Admin], vec![Role::Approver]));
        assert_eq!(roles("kim", "b", &["g", "h"]), [Role::Viewer]);
        for (person, by) in [("ada", "b"), ("ada", ""), ("bot", "a"), ("bot", "b"), ("kim", "a"), ("kim", "")] {
            assert_eq!(roles(person, by, &["g"]), [], "{person} by {by}");
        }
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
