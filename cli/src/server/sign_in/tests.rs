//! Another server of ours, which says what a test has it say: honest, mistaken, and hostile.

use std::sync::{Arc, Mutex};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{self, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::*;
use crate::environment::Environment;

const NOW: i64 = 1_800_000_000_000;
const BACK: &str = "https://infra.example/sign-in/forge/back";

/// A key with what is published of it.
struct Pair {
    ec: EcdsaKeyPair,
    id: &'static str,
}

impl Pair {
    fn new(id: &'static str) -> Pair {
        let made = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING);
        Pair { ec: made.expect("a key"), id }
    }

    fn published(&self) -> Value {
        let point = self.ec.public_key().as_ref();
        let half = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&point[range]);
        json!({ "kty": "EC", "crv": "P-256", "kid": self.id, "use": "sig", "x": half(1..33), "y": half(33..65) })
    }

    fn sign(&self, claims: &Value) -> String {
        self.sign_as(&json!({ "alg": "ES256", "kid": self.id }), claims)
    }

    fn sign_as(&self, header: &Value, claims: &Value) -> String {
        let said = said(header, claims);
        let signature = self.ec.sign(&SystemRandom::new(), said.as_bytes()).expect("a signature");
        format!("{said}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn said(header: &Value, claims: &Value) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()))
}

fn provider(issuer: &str, more: &str) -> Provider {
    let text = format!("{{name: forge, issuer: '{issuer}', clientId: gitinfra{more}}}");
    serde_saphyr::from_str(&text).expect("a provider")
}

fn claims(issuer: &str, nonce: &str) -> Value {
    let seconds = NOW / 1000;
    json!({
        "iss": issuer, "aud": "gitinfra", "sub": "7", "iat": seconds, "exp": seconds + 300, "nonce": nonce,
        "preferred_username": "ada", "groups": ["acme", "acme:platform"],
    })
}

fn with(claims: &Value, name: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    match value {
        Value::Null => drop(claims.as_object_mut().expect("claims").remove(name)),
        value => claims[name] = value,
    }
    claims
}

#[test]
fn only_what_is_said_to_us_for_this_sign_in_counts() {
    let (provider, right, seconds) =
        (provider("https://git.example", ""), claims("https://git.example", "n-1"), NOW / 1000);
    let check = |claims: &Value| token::check(claims.as_object().expect("claims"), &provider, "n-1", NOW);
    let cases = [
        ("nonce", json!("n-2"), "for another sign-in"),
        ("nonce", json!(null), "for another sign-in"),
        ("nonce", json!(""), "for another sign-in"),
        ("aud", json!("another"), "not for us"),
        ("aud", json!(null), "not for us"),
        ("aud", json!([]), "not for us"),
        ("aud", json!(["another"]), "not for us"),
        ("aud", json!(["another", "gitinfra"]), "not for us"),
        ("azp", json!("another"), "not for us"),
        ("azp", json!(7), "not for us"),
        ("iss", json!("https://git.example/"), "not for us"),
        ("iss", json!("https://evil.example"), "not for us"),
        ("iss", json!(null), "not for us"),
        ("exp", json!(seconds - 60), "too old"),
        ("exp", json!(null), "too old"),
        ("exp", json!("never"), "too old"),
        ("iat", json!(seconds + 61), "has not come"),
        ("iat", json!(null), "has not come"),
        ("nbf", json!(seconds + 61), "has not come"),
        ("nbf", json!("x"), "has not come"),
    ];
    for (name, value, words) in cases {
        let wrong = check(&with(&right, name, value.clone())).expect_err("it does not count");
        assert!(wrong.contains(words), "{name} {value}: {wrong}");
    }
    let several = with(&with(&right, "aud", json!(["another", "gitinfra"])), "azp", json!("gitinfra"));
    for right in [
        right.clone(),
        several,
        with(&right, "aud", json!(["gitinfra"])),
        // Clocks differ.
        with(&right, "exp", json!(seconds - 59)),
        with(&right, "iat", json!(seconds + 60)),
    ] {
        assert_eq!(check(&right), Ok(()), "{right}");
    }
}

#[test]
fn a_name_is_one_that_can_be_used() {
    let right = claims("https://git.example", "n-1");
    let known = |claims: &Value, more: &str| {
        token::known(claims.as_object().expect("claims"), &provider("https://git.example", more))
    };
    let ada = known(&right, "").expect("a name");
    assert_eq!((ada.name.as_str(), ada.groups), ("ada", ["acme", "acme:platform"].map(str::to_owned).into()));
    for name in [json!(null), json!("a\u{7}b"), json!("a\nb"), json!(" "), json!(7), json!("x".repeat(201))] {
        assert!(known(&with(&right, "preferred_username", name.clone()), "").is_err(), "{name}");
    }
    // No group is two by a line break in it.
    let sly = known(&with(&right, "groups", json!(["a\nadmins", "b", 7])), "").expect("a name");
    assert_eq!(sly.groups, ["b".to_owned()].into());
    let mail = with(&right, "email", json!("ada@example.com"));
    assert!(known(&mail, ", nameClaim: email").is_err());
    let verified = with(&mail, "email_verified", json!(true));
    assert_eq!(known(&verified, ", nameClaim: email").expect("a name").name, "ada@example.com");
}

#[test]
fn what_nobody_or_somebody_else_signed_does_not_count() {
    let (ours, other, right) = (Pair::new("k1"), Pair::new("k1"), claims("https://git.example", "n-1"));
    let set = json!({ "keys": [{ "kty": "quantum", "kid": "k0" }, 7, ours.published()] });
    let keys = keys::read(&set);
    assert_eq!(keys::signed(&keys, &ours.sign(&right)).map(Value::Object), Ok(right.clone()));
    assert!(keys::signed(&keys, &ours.sign_as(&json!({ "alg": "ES256" }), &right)).is_ok(), "no key is named");
    // The published key as a shared secret, as it is known for HS256.
    let shared = said(&json!({ "alg": "HS256", "kid": "k1" }), &right);
    let secret = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, ours.ec.public_key().as_ref());
    let mac = URL_SAFE_NO_PAD.encode(aws_lc_rs::hmac::sign(&secret, shared.as_bytes()));
    let token = ours.sign(&right);
    let (head, signature) = token.rsplit_once('.').expect("three parts");
    let changed = said(&json!({ "alg": "ES256", "kid": "k1" }), &with(&right, "preferred_username", json!("root")));
    for (what, token) in [
        ("another's", other.sign(&right)),
        ("another key's name", ours.sign_as(&json!({ "alg": "ES256", "kid": "k2" }), &right)),
        ("another way", ours.sign_as(&json!({ "alg": "ES384", "kid": "k1" }), &right)),
        ("no way", ours.sign_as(&json!({ "alg": "none", "kid": "k1" }), &right)),
        ("what must be understood", ours.sign_as(&json!({ "alg": "ES256", "kid": "k1", "crit": ["b64"] }), &right)),
        ("none", format!("{}.", said(&json!({ "alg": "none" }), &right))),
        ("unsigned", format!("{head}.")),
        ("a shared secret", format!("{shared}.{mac}")),
        ("changed", format!("{changed}.{signature}")),
        ("words", "a.b.c".to_owned()),
        ("nothing", String::new()),
        ("endless", format!("{}.{signature}", "a".repeat(70_000))),
    ] {
        assert!(keys::signed(&keys, &token).is_err(), "{what}");
    }
    let own = |name: &str, value: Value| keys::read(&json!({ "keys": [with(&ours.published(), name, value)] }));
    assert!(keys::signed(&own("use", json!("enc")), &token).is_err());
    assert!(keys::signed(&own("alg", json!("ES384")), &token).is_err());
    assert!(keys::signed(&own("crv", json!("P-384")), &token).is_err());
}

#[test]
fn keys_of_rsa_sign_too() {
    let pair = rsa::KeyPair::generate(KeySize::Rsa2048).expect("a key");
    let encoded = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    // Two numbers behind what says how long they are: of 256 bytes and of three.
    let der = pair.public_key().as_ref();
    let (n, e) = (encoded(&der[9..265]), encoded(&der[267..270]));
    let published = json!({ "kty": "RSA", "alg": "RS256", "n": n, "e": e });
    let keys = keys::read(&json!({ "keys": [published] }));
    let sign = |alg: &str| {
        let said = said(&json!({ "alg": alg }), &json!({ "sub": "7" }));
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), said.as_bytes(), &mut signature).expect("a signature");
        format!("{said}.{}", encoded(&signature))
    };
    assert_eq!(keys::signed(&keys, &sign("RS256")).map(Value::Object), Ok(json!({ "sub": "7" })));
    for other in ["RS512", "PS256", "ES256", "HS256", "none"] {
        assert!(keys::signed(&keys, &sign(other)).is_err(), "{other}");
    }
}

/// What the other server answers, and what it was asked.
#[derive(Default)]
struct Played {
    issuer: String,
    answers: Vec<(&'static str, StatusCode, Value)>,
    asked: Vec<String>,
}

type Shown = Arc<Mutex<Played>>;

async fn answer(State(played): State<Shown>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 10_000).await.expect("a body");
    let authorization = head.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let mut played = played.lock().expect("no panic");
    let asked = format!("{} {} {}", head.uri, authorization.unwrap_or("-"), String::from_utf8_lossy(&body));
    played.asked.push(asked);
    let found = played.answers.iter().rev().find(|(path, ..)| *path == head.uri.path());
    let (status, said) =
        found.map_or((StatusCode::NOT_FOUND, Value::Null), |(_, status, said)| (*status, said.clone()));
    (status, [(header::LOCATION, "/elsewhere")], said.to_string()).into_response()
}

/// A server that goes on as long as the runtime, with what is honest to say of itself.
async fn play() -> Shown {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let issuer = format!("http://{}", listener.local_addr().expect("an address"));
    let itself = json!({
        "issuer": issuer, "authorization_endpoint": format!("{issuer}/login?a=b"),
        "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/keys"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
    });
    let answers = vec![("/.well-known/openid-configuration", StatusCode::OK, itself)];
    let played = Arc::new(Mutex::new(Played { issuer, answers, asked: Vec::new() }));
    let router = axum::Router::new().fallback(any(answer)).with_state(played.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    played
}

fn say(played: &Shown, path: &'static str, status: u16, said: Value) {
    let status = StatusCode::from_u16(status).expect("a status");
    played.lock().expect("no panic").answers.push((path, status, said));
}

fn asked(played: &Shown) -> Vec<String> {
    std::mem::take(&mut played.lock().expect("no panic").asked)
}

fn elsewhere(played: &Shown, more: &str, secret: Option<&str>) -> Elsewhere {
    let issuer = played.lock().expect("no panic").issuer.clone();
    let wire = Wire::new(&Environment::new(), &issuer).expect("a wire");
    Elsewhere { provider: provider(&issuer, more), secret: secret.map(Secret::new), wire, lately: Lately::default() }
}

fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(test);
}

#[test]
fn a_code_becomes_somebody() {
    run(async {
        let (played, first) = (play().await, Pair::new("k1"));
        let one = elsewhere(&played, ", scopes: [profile, groups]", Some("hush:secret"));
        let (to, begun) = one.begin(BACK, "/holds", NOW).await.expect("it begins");
        let to = Url::parse(&to).expect("an address");
        let asks = |name: &str| to.query_pairs().find(|(found, _)| found == name).map(|(_, value)| value.into_owned());
        assert_eq!(
            (to.path(), asks("a").as_deref(), asks("scope").as_deref()),
            ("/login", Some("b"), Some("openid profile groups"))
        );
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(begun.verifier.as_bytes()));
        assert_eq!((asks("code_challenge"), asks("code_challenge_method").as_deref()), (Some(challenge), Some("S256")));
        assert_eq!((asks("state"), asks("redirect_uri").as_deref()), (Some(begun.state.clone()), Some(BACK)));
        assert_eq!(asks("nonce"), Some(begun.nonce.clone()));
        let right = claims(&one.provider.issuer, &begun.nonce);
        say(&played, "/keys", 200, json!({ "keys": [first.published()] }));
        say(&played, "/token", 200, json!({ "access_token": "at", "id_token": first.sign(&right) }));
        asked(&played);
        assert_eq!(one.known(BACK, &begun, "c-1", NOW).await.expect("somebody").name, "ada");
        let seen = asked(&played);
        // What was said of itself is known from the beginning, and nothing more is asked than is needed.
        assert_eq!(seen.len(), 2, "{seen:?}");
        assert!(seen[0].starts_with("/token Basic Z2l0aW5mcmE6aHVzaCUzQXNlY3JldA=="), "{seen:?}");
        assert!(seen[0].contains(&format!(
            "code=c-1&redirect_uri=https%3A%2F%2Finfra.example%2Fsign-in%2Fforge%2Fback&code_verifier={}",
            begun.verifier
        )));
        // Another key: it is asked for, though not again and again.
        let second = Pair::new("k2");
        say(&played, "/keys", 200, json!({ "keys": [second.published()] }));
        say(&played, "/token", 200, json!({ "id_token": second.sign(&right) }));
        assert!(one.known(BACK, &begun, "c-2", NOW + 1).await.is_err());
        assert_eq!(asked(&played).len(), 1, "the keys were asked for just now");
        assert_eq!(one.known(BACK, &begun, "c-3", NOW + 60_000).await.expect("somebody").name, "ada");
        let now = with(&with(&right, "iat", json!(NOW / 1000 + 120)), "exp", json!(NOW / 1000 + 500));
        say(&played, "/token", 200, json!({ "id_token": first.sign(&now) }));
        assert!(one.known(BACK, &begun, "c-4", NOW + 120_000).await.is_err(), "a key that is gone is gone");
    });
}

#[test]
fn what_is_not_in_the_token_is_asked_about_the_same_person() {
    run(async {
        let (played, key) = (play().await, Pair::new("k1"));
        let one = elsewhere(&played, "", None);
        let (_, begun) = one.begin(BACK, "/", NOW).await.expect("it begins");
        let short = with(&claims(&one.provider.issuer, &begun.nonce), "preferred_username", Value::Null);
        say(&played, "/keys", 200, json!({ "keys": [key.published()] }));
        say(&played, "/token", 200, json!({ "access_token": "at", "id_token": key.sign(&short) }));
        say(&played, "/userinfo", 200, json!({ "sub": "7", "preferred_username": "kim", "groups": ["root"] }));
        let known = one.known(BACK, &begun, "c", NOW).await.expect("somebody");
        assert_eq!((known.name.as_str(), known.groups.contains("root")), ("kim", false), "what was signed stays");
        assert!(asked(&played).iter().any(|line| line == "/userinfo Bearer at "));
        say(&played, "/userinfo", 200, json!({ "sub": "8", "preferred_username": "kim" }));
        let failure = one.known(BACK, &begun, "c", NOW).await.expect_err("somebody else");
        assert!(failure.message.contains("about somebody else"), "{failure}");
    });
}

#[test]
fn what_does_not_answer_well_signs_nobody_in() {
    run(async {
        let (played, key) = (play().await, Pair::new("k1"));
        let one = elsewhere(&played, "", None);
        let (_, begun) = one.begin(BACK, "/", NOW).await.expect("it begins");
        let right = key.sign(&claims(&one.provider.issuer, &begun.nonce));
        say(&played, "/keys", 200, json!({ "keys": [key.published()] }));
        for (status, said, words) in [
            (400, json!({ "error": "hush-words" }), "does not take the code"),
            (302, json!({ "id_token": right }), "does not take the code"),
            (200, json!("hush-words"), "does not take the code"),
            (200, json!({ "access_token": "at" }), "no ID token"),
            (200, json!({ "id_token": "hush-words" }), "can't be read"),
        ] {
            say(&played, "/token", status, said.clone());
            let failure = one.known(BACK, &begun, "c", NOW).await.expect_err("nobody");
            assert!(failure.message.contains(words) && !failure.message.contains("hush"), "{said}: {failure}");
        }
        assert!(!asked(&played).iter().any(|line| line.starts_with("/elsewhere")), "no redirect is followed");
        // What another says of itself, and addresses that anybody can listen at.
        for (name, value, words) in [
            ("issuer", "https://git.example", "it calls itself `https://git.example`"),
            ("jwks_uri", "http://git.example/keys", "anybody could listen at"),
        ] {
            let played = play().await;
            let itself = played.lock().expect("no panic").answers[0].2.clone();
            say(&played, "/.well-known/openid-configuration", 200, with(&itself, name, json!(value)));
            let failure = elsewhere(&played, "", None).begin(BACK, "/", NOW).await.map(drop).expect_err("another");
            assert!(failure.message.contains(words), "{failure}");
        }
    });
}

#[test]
fn github_is_asked_who_somebody_is() {
    run(async {
        let played = play().await;
        let one = elsewhere(&played, ", kind: github, scopes: ['read:org']", Some("hush"));
        let (to, begun) = one.begin(BACK, "/", NOW).await.expect("it begins");
        assert!(to.contains("/login/oauth/authorize?") && to.contains("scope=read%3Aorg&"), "{to}");
        say(&played, "/login/oauth/access_token", 200, json!({ "access_token": "at" }));
        say(&played, "/api/v3/user", 200, json!({ "login": "ada", "groups": ["acme:root"] }));
        say(&played, "/api/v3/user/teams", 200, json!([{ "slug": "platform", "organization": { "login": "acme" } }]));
        let known = one.known(BACK, &begun, "c", NOW).await.expect("somebody");
        assert_eq!((known.name.as_str(), known.groups), ("ada", ["acme:platform".to_owned()].into()));
        let seen = asked(&played);
        assert!(
            seen[0].starts_with("/login/oauth/access_token - ") && seen[0].ends_with("client_secret=hush"),
            "{seen:?}"
        );
        // What GitHub answers to a code that is nobody's, with a status of 200.
        say(&played, "/login/oauth/access_token", 200, json!({ "error": "bad_verification_code" }));
        assert!(one.known(BACK, &begun, "c", NOW).await.is_err());
    });
}

#[test]
fn whoever_sends_somebody_back_is_the_one_who_was_asked() {
    run(async {
        let played = play().await;
        let one = elsewhere(&played, "", None);
        let found = one.found(NOW).await.expect("itself");
        assert!(found.is_sender(None) && found.is_sender(Some(&found.issuer)));
        assert!(!found.is_sender(Some("https://evil.example")));
        let mut itself = played.lock().expect("no panic").answers[0].2.clone();
        itself["authorization_response_iss_parameter_supported"] = json!(true);
        say(&played, "/.well-known/openid-configuration", 200, itself);
        assert!(!elsewhere(&played, "", None).found(NOW).await.expect("itself").is_sender(None));
    });
}

#[test]
fn what_was_begun_is_taken_from_the_browser_that_began_it() {
    let key = Key::fresh();
    let begun = |state: &str| Begun {
        provider: "forge".to_owned(),
        state: state.to_owned(),
        nonce: "n".to_owned(),
        verifier: "v".to_owned(),
        next: "/holds".to_owned(),
        until: 100,
    };
    let kept = begun("s1").written(&key);
    let read = |kept: &str, provider: &str, state: &str, now| {
        Begun::read(&key, kept, provider, state, now).map(|begun| begun.next).ok()
    };
    assert_eq!(read(&kept, "forge", "s1", 99).as_deref(), Some("/holds"));
    let (text, mark) = kept.split_once('.').expect("two parts");
    let forged = URL_SAFE_NO_PAD.encode(serde_json::to_string(&begun("s2")).expect("JSON"));
    for (what, kept, provider, state, now) in [
        ("too late", kept.as_str(), "forge", "s1", 100),
        ("another state", &kept, "forge", "s2", 1),
        ("no state", &kept, "forge", "", 1),
        ("another provider", &kept, "other", "s1", 1),
        ("no cookie", "", "forge", "s1", 1),
        ("a forged one", &format!("{forged}.{mark}"), "forge", "s2", 1),
        ("another key's", &begun("s1").written(&Key::fresh()), "forge", "s1", 1),
        ("a cut one", text, "forge", "s1", 1),
    ] {
        assert_eq!(read(kept, provider, state, now), None, "{what}");
    }
}

#[test]
fn addresses_are_encrypted_or_here() {
    for (address, expected) in [
        ("https://git.example", true),
        ("http://127.0.0.1:3000/x", true),
        ("http://[::1]:3000", true),
        ("http://git.example", false),
        ("http://127.0.0.1.evil.example", false),
        ("file:///etc/passwd", false),
        ("git.example", false),
    ] {
        assert_eq!(is_safe(address), expected, "{address}");
    }
}
