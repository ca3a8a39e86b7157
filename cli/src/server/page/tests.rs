//! All views of a ledger that holds something of each kind, twice over: two stacks each of two repositories, with the same names.

use std::collections::BTreeMap;
use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, header};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::context::Context;
use crate::engine::operation::Counts;
use crate::environment::Environment;
use crate::event::Heard;
use crate::ledger::{Claim, Done, Ledger, NewHold, NewRun, Wish};
use crate::process::Process;
use crate::record::{Action, Case, DriftState, Findings, Objection, RunState, Why};
use crate::repo::{Listing, Stack, TreeFile, stacks as stacks_of};
use crate::seal::{Ground, Plan, Seal};
use crate::server::verbs::{Caller, Out, Verbs};

const TOKEN: &str = "a-token-for-tests-of-pages";
const REPOSITORIES: [&str; 2] = ["https://a.example/infra", "https://b.example/infra"];
const NAMES: [&str; 2] = ["net", "web"];

struct NoVerbs;

impl Verbs for NoVerbs {
    fn run(&self, _: &[u8], _: Caller, _: Out) {}
}

fn stack(name: &str) -> Stack {
    let file = |path: String, text: &str| TreeFile { path, content: text.as_bytes().to_vec() };
    let project = file(format!("{name}/Pulumi.yaml"), &format!("name: {name}\nruntime: yaml"));
    let files = [project, file(format!("{name}/Pulumi.dev.yaml"), "")];
    stacks_of(&Listing { files: files.into(), ..Listing::default() }).stacks.remove(0)
}

fn seal(repository: &str, stack: &str) -> Seal {
    let text = |text: &str| text.to_owned();
    let ground = Ground {
        repository: text(repository),
        stack: text(stack),
        head: text("aaaa"),
        base: text("bbbb"),
        tree: text("cccc"),
        configuration: BTreeMap::new(),
        environment: Default::default(),
        state: text("dddd"),
        versions: BTreeMap::new(),
        packs: Default::default(),
        refresh: false,
        destroy: false,
    };
    Seal { ground, changes: text("digest"), plan: Plan::default(), reads_others: false, refused: Vec::new() }
}

/// A stack with a run that is held, a lock, and drift. The addresses of the views that are about it.
async fn fill(ledger: &Ledger, repository: &str, name: &str) -> Vec<String> {
    let stack = stack(name);
    let id = ledger.stack(repository, &stack, 1).await.expect("a row");
    let Claim::Ours(lease) = ledger.claim(&id, &Process::current()).await.expect("an answer") else {
        panic!("somebody has {name}");
    };
    let new = NewRun {
        branch: "main",
        commit: "aaaa",
        subject: "Change",
        reason: "new",
        action: Action::RollOut,
        host: "here",
        backend: None,
    };
    let run = ledger.begin(&id, &lease, &new, 2).await.expect("a run");
    let case =
        Case { objections: vec![Objection { why: Why::Budget, words: "over budget".to_owned() }], ..Case::default() };
    let seal = ledger.keep_seal(&seal(repository, &stack.name()), true, 3).await.expect("a seal");
    let hold = ledger.hold_name(&id, "main", &seal).await.expect("a name");
    let held =
        NewHold { name: &hold, run: &run, branch: "main", commit: "aaaa", seal: &seal, shown_seal: None, case: &case };
    let changes = Counts::new();
    let done = Done { hold: Some(held), ..Done::of(RunState::Held, &changes) };
    assert!(ledger.finish(&id, &lease, &run, &done, 4).await.expect("an answer"));
    let wish = Wish { owner: "kim", reason: "moving", length: 60_000 };
    assert!(ledger.lock(&id, &wish).await.expect("an answer").is_some());
    ledger.drift(&id, "aaaa", DriftState::Drifted, &Findings::default(), 5).await.expect("a write");
    let of_stack = signs::to_stack(&stack.name(), repository);
    vec![of_stack, format!("/run/{run}"), format!("/hold/{hold}"), format!("/preview/{seal}")]
}

/// What stands between tags, but for what is hidden from whoever hears a page.
fn heard(markup: &str) -> String {
    let (mut text, mut rest) = (String::new(), markup);
    while let Some((before, tag)) = rest.split_once('<') {
        text += before;
        let hidden = tag.strip_prefix("i aria-hidden=\"true\">").and_then(|tag| tag.split_once("</i>"));
        rest = hidden.map_or_else(|| tag.split_once('>').map_or("", |(_, rest)| rest), |(_, rest)| rest);
    }
    (text + rest).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn attribute<'m>(tag: &'m str, name: &str) -> &'m str {
    let value = tag.split_once(&format!(" {name}=\"")).and_then(|(_, rest)| rest.split_once('"'));
    value.map_or("", |(value, _)| value)
}

/// What can be followed or pressed: what it is called, and where it leads with what.
fn controls(page: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (begin, end) in [("<a ", "</a>"), ("<button", "</button>")] {
        for (at, _) in page.match_indices(begin) {
            let (tag, rest) = page[at..].split_once('>').expect("a tag ends");
            let name = heard(rest.split_once(end).expect("an element ends").0);
            let form = page[..at].rfind("<form").map(|form| &page[form..at]).unwrap_or_default();
            let to = match begin {
                "<a " => attribute(tag, "href").to_owned(),
                _ if tag.contains("type=\"button\"") => String::new(),
                _ => {
                    let hidden = form.split("<input type=\"hidden\"").skip(1).map(|input| attribute(input, "value"));
                    attribute(form, "action").to_owned() + &hidden.collect::<Vec<_>>().join(" ")
                }
            };
            all.push((name, to));
        }
    }
    all
}

/// Whoever hears the names of what can be pressed, one after the other, knows them apart.
#[tokio::test(flavor = "multi_thread")]
async fn what_leads_elsewhere_is_called_otherwise() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, text: &str| fs::write(place.path().join(name), text).expect("a file");
    write("ada", TOKEN);
    let [watched, _] = REPOSITORIES;
    write(
        "serve.yaml",
        &format!(
            "listen: 127.0.0.1:0\npeople: [{{name: ada, role: admin, tokenFile: ada}}]\n\
             repositories: [{{name: infra, repo: {watched}}}]\n"
        ),
    );
    let ledger = Ledger::open(None, place.path()).await.expect("a ledger");
    let mut addresses: Vec<String> =
        ["stacks", "graph", "pulls", "runs", "holds", "queue", "drifts", "events", "repositories", "keys"]
            .map(|view| format!("/{view}"))
            .into();
    for repository in REPOSITORIES {
        for name in NAMES {
            addresses.extend(fill(&ledger, repository, name).await);
        }
    }
    let context = Context {
        environment: Environment::new(),
        cwd: place.path().to_owned(),
        state_dir: place.path().to_owned(),
        clock: || 1_000,
        cancel: CancellationToken::new(),
        sink: Arc::new(Heard::default()),
    };
    let file = place.path().join("serve.yaml");
    let server = Server::open(context, ledger, file, Box::new(NoVerbs)).await.expect("a server");
    let mut headers = HeaderMap::new();
    let bearer = HeaderValue::from_str(&format!("Bearer {TOKEN}")).expect("a header");
    headers.insert(header::AUTHORIZATION, bearer);
    let you = server.you(&headers, IpAddr::V4(Ipv4Addr::LOCALHOST)).await.expect("somebody");
    let mut pressed = 0;
    for address in addresses {
        let uri: Uri = address.parse().expect("an address");
        let page = at(&server, &you, &uri, Fresh::Now).await.expect("a view");
        let page = whole(&page, &you, 4, 1_000).into_string();
        let mut known = BTreeMap::new();
        for (name, to) in controls(&page) {
            assert!(!name.is_empty(), "{address}: what leads to {to} has no name");
            pressed += usize::from(name.starts_with("Unlock"));
            let before = known.entry(name.clone()).or_insert(to.clone());
            assert_eq!(*before, to, "{address}: `{name}` leads to two places");
        }
    }
    assert_eq!(pressed, 8, "each lock on the queue's page, and on its stack's");
}

/// It would only be refused, and say that the server does not answer.
#[test]
fn what_is_no_view_asks_for_no_news() {
    let page = Page { title: "Runs".to_owned(), state: None, here: "runs", parts: Vec::new(), data: Value::Null };
    let you = You::default();
    let absent = broken(axum::http::StatusCode::NOT_FOUND, &Failure::input("nothing"), &you, 0).into_string();
    let enter = sign_in("/stacks", Some("That token is nobody's."), &[], 0).into_string();
    assert!(whole(&page, &you, 0, 0).into_string().contains("live.js"));
    assert!(!absent.contains("live.js") && !enter.contains("live.js") && !enter.contains("id=\"live\""));
    // What is wrong is heard with the field that it is about.
    assert!(enter.contains("aria-describedby=\"wrong\"") && enter.contains("id=\"wrong\""), "{enter}");
}
