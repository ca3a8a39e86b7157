//! Sign-in by the real Gitea, which is a provider of OpenID Connect: who is who, and whom nobody can sign in as.

use std::collections::BTreeMap;

use serde_json::json;

use super::http::{self, Answer};
use super::server::{ADA, BOT, EVE, PASSWORD, Server, server};
use crate::cli::going::Going;
use crate::cli::place::Place;

/// What a person looks at pages with: it keeps cookies for each server, and follows nothing by itself.
#[derive(Default)]
struct Browser {
    jars: BTreeMap<String, BTreeMap<String, String>>,
}

impl Browser {
    fn ask(&mut self, method: &str, address: &str, body: &str) -> Answer {
        let path = address.find('/').and_then(|_| address.splitn(4, '/').nth(3)).unwrap_or_default();
        let base = address.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
        let jar = self.jars.entry(base.clone()).or_default();
        let cookies = jar.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        let headers = [
            ("Cookie", cookies.as_str()),
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Sec-Fetch-Site", "same-origin"),
            ("Origin", base.as_str()),
        ];
        let answer = http::ask(&base, method, &format!("/{path}"), &headers, body.as_bytes());
        let set = answer.head.lines().filter_map(|line| line.split_once(": "));
        for (_, cookie) in set.filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")) {
            let (name, value) = cookie.split(';').next().and_then(|pair| pair.split_once('=')).unwrap_or_default();
            jar.insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    fn get(&mut self, address: &str) -> Answer {
        self.ask("GET", address, "")
    }

    /// Sends the form of a page whose address begins so, with more fields.
    #[track_caller]
    fn submit(&mut self, base: &str, page: &Answer, action: &str, more: &[(&str, &str)]) -> Answer {
        let part = page.text.split("<form").find(|part| part.contains(&format!("action=\"{action}")));
        let part = part.and_then(|part| part.split("</form>").next());
        let form = part.unwrap_or_else(|| panic!("no form for {action} in {page:?}"));
        let attribute = |tag: &str, name: &str| {
            let value = tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?;
            Some(value.replace("&amp;", "&").replace("&#39;", "'").replace("&#43;", "+"))
        };
        let hidden = form.split("<input").filter(|tag| tag.contains("type=\"hidden\""));
        let pair = |tag: &str| Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default()));
        let mut fields: Vec<(String, String)> = hidden.filter_map(pair).collect();
        fields.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        self.ask("POST", &format!("{base}{action}"), &body.join("&"))
    }

    /// Signs in at the forge.
    fn sign_in(&mut self, forge: &Server, user: &str) {
        let page = self.get(&format!("{}/user/login", forge.url));
        let answer = self.submit(&forge.url, &page, "/user/login", &[("user_name", user), ("password", PASSWORD)]);
        assert_eq!(answer.status, 303, "{answer:?}");
    }

    /// Goes from us to the forge, which says yes. The address that it leads back to.
    fn leave(&mut self, forge: &Server, site: &str) -> String {
        let away = self.get(&format!("{site}/sign-in/forge?next=%2Fholds"));
        assert_eq!(away.status, 303, "{away:?}");
        let to = away.header("location").to_owned();
        for part in ["code_challenge_method=S256", "nonce=", "state=", "scope=openid"] {
            assert!(to.contains(part), "{to}");
        }
        let page = self.get(&to);
        let answer = match page.status {
            200 => self.submit(&forge.url, &page, "/login/oauth/grant", &[("granted", "true")]),
            _ => page,
        };
        assert!(answer.header("location").starts_with(&format!("{site}/sign-in/forge/back?")), "{answer:?}");
        answer.header("location").to_owned()
    }

    fn session(&self, site: &str) -> String {
        self.jars.get(site).and_then(|jar| jar.get("gitinfra")).cloned().unwrap_or_default()
    }
}

fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// A server whose people sign in by the forge. No stack is in its repository.
fn start(forge: &Server, place: &Place) -> (Going, String) {
    place.repo.write("README.md", "Nothing yet").commit("Begin");
    let app = json!({
        "name": "gitinfra", "confidential_client": false, "redirect_uris": ["http://127.0.0.1/sign-in/forge/back"],
    });
    let app = forge.call(ADA, "POST", "user/applications/oauth2", Some(&app));
    let client = app["client_id"].as_str().expect("it has an id");
    let repo = place.repo.folder().display();
    let config = format!(
        "listen: 127.0.0.1:0\nrepositories: [{{name: infra, repo: {repo}, interval: 1h}}]\npeople: [{{name: ada, role: admin}}]\n\
         groups: [{{group: signers, role: approver}}]\n\
         signIn: [{{name: forge, issuer: '{}/', clientId: {client}, scopes: [profile, groups]}}]\n",
        forge.url
    );
    place.serve(&config)
}

#[test]
fn the_forge_says_who_somebody_is() {
    let (forge, place) = (server(), Place::new());
    forge.call(ADA, "POST", "orgs", Some(&json!({ "username": "signers" })));
    let teams = forge.call(ADA, "GET", "orgs/signers/teams", None);
    forge.call(ADA, "PUT", &format!("teams/{}/members/{EVE}", teams[0]["id"]), None);
    let (going, site) = start(forge, &place);
    let mut ada = Browser::default();
    ada.sign_in(forge, ADA);
    // Whoever had given the browser a session before has not given it this one.
    ada.jars.entry(site.clone()).or_default().insert("gitinfra".to_owned(), "chosen-by-somebody-else".to_owned());
    assert!(ada.get(&format!("{site}/sign-in?next=%2Fholds")).text.contains("href=\"/sign-in/forge?next=%2Fholds\""));
    let back = ada.leave(forge, &site);
    let begun = ada.jars[&site]["gitinfra-sign-in"].clone();
    let answer = ada.get(&back);
    assert_eq!((answer.status, answer.header("location")), (303, "/holds"), "{answer:?}");
    let session = ada.session(&site);
    assert!(!session.is_empty() && session != "chosen-by-somebody-else");
    assert!(ada.get(&format!("{site}/holds")).text.contains("<span>ada</span>"));
    let events = ada.get(&format!("{site}/events.json")).json();
    assert_eq!(
        (events["items"][0]["who"].as_str(), events["items"][0]["details"].as_str()),
        (Some("ada"), Some("by forge"))
    );
    // The same once more is nobody's, whatever the browser keeps; nor is what another browser began.
    ada.jars.entry(site.clone()).or_default().insert("gitinfra-sign-in".to_owned(), begun);
    let again = ada.get(&back);
    assert_eq!((again.status, again.header("set-cookie")), (401, ""), "{again:?}");
    let next = ada.leave(forge, &site);
    let mut stranger = Browser::default();
    assert_eq!(stranger.get(&next).status, 401);
    stranger.sign_in(forge, BOT);
    let own = stranger.leave(forge, &site);
    let lured = stranger.get(&next);
    assert_eq!((lured.status, lured.header("set-cookie")), (401, ""), "{lured:?}");
    // A state that was changed, and a code that is nobody's.
    let (head, _) = own.split_once("state=").expect("a state");
    assert_eq!(stranger.get(&format!("{head}state=guessed")).status, 401);
    let (_, state) = own.split_once("state=").expect("a state");
    let state = state.split('&').next().unwrap_or_default();
    let made_up = stranger.get(&format!("{site}/sign-in/forge/back?code=guessed&state={state}"));
    assert_eq!(made_up.status, 401, "{made_up:?}");
    assert!(made_up.text.contains("does not take the code"), "{made_up:?}");
    // Whom the forge knows has no role by that alone.
    let own = stranger.leave(forge, &site);
    let unknown = stranger.get(&own);
    assert!(unknown.status == 401 && unknown.text.contains("knows you as bot, who has no role here"), "{unknown:?}");
    assert_eq!(stranger.session(&site), "");
    // A member of a group has what the group has.
    let mut eve = Browser::default();
    eve.sign_in(forge, EVE);
    let back = eve.leave(forge, &site);
    assert_eq!(eve.get(&back).status, 303);
    assert_eq!(eve.get(&format!("{site}/stacks.json")).status, 200);
    assert_eq!(eve.get(&format!("{site}/sign-in/nowhere")).status, 404);
    going.signal(rustix::process::Signal::TERM);
    going.finish().expect_code(0).expect_without(&[&session, PASSWORD]);
}
