//! A server beside a repository: what happened before it came, what is delivered, what is lost, and how it ends.

use std::fs;

use serde_json::json;

use super::gitea::Hosted;
use super::served::{SECRET, Served, config, signed};
use super::server::{ADA, BOT, EVE};
use super::traces::Taker;
use crate::pulumi::poll;
use crate::tools;

const A: (&str, &str) = ("a", "path: a.txt, content: one");
const A2: (&str, &str) = ("a", "path: a.txt, content: two");
const B: (&str, &str) = ("b", "path: b.txt, content: b");

#[test]
fn pull_requests_are_told_and_merges_roll_out() {
    let h = Hosted::of(&[A]);
    let is_told = |commit: &str| h.statuses(commit).iter().any(|status| status.starts_with("gitinfra success"));
    // What was there before it came is made up for.
    let first = h.push("change", &[A2]);
    h.open("change");
    let (traced, open) = (Taker::start(), "openToRead: true\nurl: https://infra.example\n");
    fs::write(h.place.path("headers"), "x-team: hush\n").expect("a file can be written");
    let served = Served::start(&h, &format!("{open}traces: {{url: '{}', headersFile: headers}}\n", traced.url));
    poll("the first roll-out", || h.place.file("a.txt").as_deref() == Some("one"));
    poll("the first review", || is_told(&first));
    // From now on only what is delivered is noticed.
    served.hook(&h);
    let second = h.push("change", &[A2, B]);
    poll("the push", || is_told(&second));
    assert_eq!(h.texts(1).len(), 1);
    // The comment and the status lead to a page that says the same.
    let address = format!("/pull/{}/1", h.path);
    let link = format!("https://infra.example{address}");
    assert!(h.texts(1)[0].contains(&format!("[Everything on one page]({link})")), "{:?}", h.texts(1));
    let told = h.server.call(ADA, "GET", &h.at(&format!("commits/{second}/status")), None);
    assert_eq!(told["statuses"][0]["target_url"], link.as_str());
    let page = served.get(&address).text;
    let shown = served.get(&format!("{address}.json")).json();
    let seal = shown["seals"][0]["name"].as_str().unwrap_or_default();
    assert!(!seal.is_empty() && page.contains(seal) && h.texts(1)[0].contains(seal), "{shown} {page}");
    assert!(page.contains("b.txt") && page.contains("test/dev"), "{page}");
    let merge = h.at("pulls/1/merge");
    poll("the merge", || h.server.try_call(ADA, "POST", &merge, Some(&json!({ "Do": "merge" }))).0 == 200);
    poll("what was merged", || h.place.file("b.txt").as_deref() == Some("b"));
    poll("its end", || h.place.states().last().is_some_and(|state| state == "succeeded"));
    // What was never opened is not there.
    let absent = served.get(&format!("/pull/{}/999", h.path));
    assert!(absent.status == 404 && absent.text.contains("no pull request 999 of"), "{absent:?}");
    // The pull request and the commit that it came by say so, and lead to the run.
    poll("its end on the forge", || h.texts(1)[0].starts_with("### gitinfra: test/dev is rolled out\n"));
    let run = h.place.get("runs")[0]["name"].as_str().unwrap_or_default().to_owned();
    assert!(h.texts(1)[0].contains(&format!("(https://infra.example/run/{run})")), "{:?}", h.texts(1));
    assert!(h.texts(1)[0].contains("### gitinfra preview: change into main"), "{:?}", h.texts(1));
    let came =
        h.server.call(ADA, "GET", &h.at("pulls/1"), None)["merge_commit_sha"].as_str().unwrap_or_default().to_owned();
    poll("its statuses", || {
        h.statuses(&came) == ["gitinfra success test/dev is rolled out", "gitinfra/test/dev success rolled out"]
    });
    poll("its end on the page", || served.get(&address).text.contains("test/dev is rolled out"));
    // It says how it is.
    assert_eq!((served.get("/healthz").status, served.get("/readyz").text.as_str()), (200, "ready\n"));
    assert_eq!(served.get("/hooks/infra").status, 405);
    let said = served.end();
    assert!(said.contains("\"kind\":\"delivered\"") && !said.contains(&h.token), "{said}");
    assert!(said.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{said}");
    // Whoever takes traces got what it did, and no secret.
    for words in
        ["POST /v1/traces", "x-team: hush", "pr/1", "git fetch", "POST /hooks/{name}", "create files:index:File", &run]
    {
        assert!(traced.has(words), "{words} is traced");
    }
    assert!(!traced.has(&h.token) && !traced.has(SECRET));
    // Nobody delivers what happens while it is away, and it looks by itself.
    h.place.repo.switch("main").git(&["pull", "-q", "origin", "main"]);
    h.push("main", &[A, B]);
    fs::write(h.place.path("serve.yaml"), config(&h, "1s", "")).expect("the configuration can be written");
    let served = Served::again(&h);
    poll("what was missed", || h.place.file("a.txt").as_deref() == Some("one"));
    let third = h.push("later", &[A2, B]);
    h.open("later");
    poll("what was not delivered", || is_told(&third));
    // One that is closed says so; and its preview stands anew once it is open again.
    let state = |state: &str| h.server.call(ADA, "PATCH", &h.at("pulls/2"), Some(&json!({ "state": state })));
    state("closed");
    let closed = "### gitinfra: it was closed without a merge: test/dev was not rolled out\n";
    poll("its end", || h.texts(2)[0].starts_with(closed));
    state("open");
    poll("its preview", || h.texts(2)[0].starts_with("### gitinfra preview: later into main"));
    served.end();
}

#[test]
fn only_what_the_forge_signed_is_taken() {
    let h = Hosted::of(&[A]);
    let served = Served::start(&h, "");
    let body = |number: u64| json!({ "action": "opened", "number": number }).to_string().into_bytes();
    let (one, two) = (body(1), body(2));
    let cases = [
        ("signed", "id-1", signed(&one), &one, 202),
        ("the same again", "id-1", signed(&one), &one, 200),
        ("the same by another name", "id-2", signed(&one), &one, 200),
        ("another by the same name", "id-1", signed(&two), &two, 200),
        ("by another's signature", "id-3", signed(&one), &two, 401),
        ("unsigned", "id-3", String::new(), &two, 401),
        ("no signature at all", "id-3", "hush".to_owned(), &two, 401),
        ("signed, too", "id-3", signed(&two), &two, 202),
    ];
    for (what, id, signature, body, expected) in cases {
        assert_eq!(served.deliver(id, &signature, body), expected, "{what}");
    }
    // What would be too long is not read at all.
    let long = [("Content-Length", "27000000")];
    assert_eq!(super::http::ask(&served.url, "POST", "/hooks/infra", &long, b"").status, 413);
    assert_eq!(super::http::ask(&served.url, "POST", "/hooks/other", &[], b"").status, 401);
    // A form is no delivery, whatever its signature: whoever set the webhook up is told what to change.
    for (name, kind) in
        [("infra", "application/x-www-form-urlencoded"), ("other", "Application/X-WWW-Form-Urlencoded; charset=utf-8")]
    {
        let form = b"payload=%7B%7D";
        let headers = [("Content-Type", kind), ("X-Gitea-Delivery", "id-4"), ("X-Gitea-Signature", &signed(form))];
        let answer = super::http::ask(&served.url, "POST", &format!("/hooks/{name}"), &headers, form);
        assert!(answer.status == 415 && answer.text.contains("content type to application/json"), "{name}: {answer:?}");
    }
    let nonsense = [&b"{"[..], b"[]", b"\xff\xfe", b"{\"number\":-1}", b"{\"number\":1e99}"];
    for body in nonsense {
        assert_eq!(served.deliver("id-5", &signed(body), body), 200, "it is about nothing");
    }
    assert_eq!(served.get("/healthz").status, 200);
    let said = served.end();
    assert!(said.contains("\"outcome\":\"refused\",\"message\":\"the webhook is sent as a form"), "{said}");
    assert!(!said.contains(super::served::SECRET) && !said.contains("hush"), "{said}");
}

#[test]
fn comments_ask_and_are_answered_once() {
    let h = Hosted::of(&[A]);
    let member = h.at(&format!("collaborators/{BOT}"));
    h.server.call(ADA, "PUT", &member, Some(&json!({ "permission": "admin" })));
    h.place.repo.switch("main").write("gitinfra.yaml", "approvals: {count: 1}\n").commit("Approvals");
    h.place.repo.git(&["push", "-q", "origin", "main"]);
    let head = h.push("change", &[A2]);
    h.open("change");
    let comment = |user: &str, text: &str| {
        let path = h.at("issues/1/comments");
        h.server.call(user, "POST", &path, Some(&json!({ "body": text })))["id"].as_u64().unwrap_or_default()
    };
    let served = Served::start(&h, "");
    served.hook(&h);
    let says = |words: &str| h.texts(1).iter().any(|text| text.contains(words));
    poll("the review", || says("| test/dev |"));
    let asked = comment(ADA, "/gitinfra explain test/dev");
    poll("the answer", || says("ada: test/dev because Pulumi.yaml"));
    let reactions = h.at(&format!("issues/comments/{asked}/reactions"));
    assert_eq!(h.server.call(ADA, "GET", &reactions, None)[0]["content"], "eyes");
    comment(EVE, &format!("/gitinfra preview {head}"));
    poll("the refusal", || says("eve: commands are for those who may write"));
    comment(ADA, "/gitinfra up");
    poll("how it is rolled out", || says("ada: merge it: what the comment shows is rolled out by the merge"));
    comment(ADA, "/gitinfra preview 1111111");
    poll("another commit", || says("no commit 1111111 is known here, and it is at "));
    // One stack alone is previewed again, and one that is not there is told by its nearest.
    comment(ADA, "/gitinfra preview test/dve");
    poll("the nearest", || says("no stack is called `test/dve`; did you mean `test/dev`?"));
    comment(ADA, "/gitinfra preview test/dev");
    poll("one stack", || says("test/dev is being previewed at "));
    // A review that comes later keeps what was answered, and nothing was answered twice.
    let second = h.push("change", &[A2, B]);
    poll("the push", || h.statuses(&second).iter().any(|status| status.starts_with("gitinfra success")));
    assert!(
        says("no commit 1111111 is known here") && says("eve: commands are for") && h.texts(1).len() == 1,
        "{:?}",
        h.texts(1)
    );
    // The hold that the first commit is under is allowed by its seal, and rolled out.
    poll("the hold", || !h.place.get("holds").is_empty());
    let seal = h.place.get("holds")[0]["seal"].as_str().unwrap_or_default().to_owned();
    comment(ADA, &format!("/gitinfra approve {seal}"));
    poll("what was allowed", || h.place.file("a.txt").as_deref() == Some("one"));
    assert!(says("approved by ada"), "{:?}", h.texts(1));
    // What is merged and held says so where it was merged, and what allows it.
    let merge = h.at("pulls/1/merge");
    poll("the merge", || h.server.try_call(ADA, "POST", &merge, Some(&json!({ "Do": "merge" }))).0 == 200);
    poll("the hold of the merge", || h.texts(1)[0].starts_with("### gitinfra: test/dev is held\n"));
    let text = h.texts(1)[0].clone();
    let seal = text.split("`/gitinfra approve ").nth(1).and_then(|rest| rest.split('`').next()).unwrap_or_default();
    comment(ADA, &format!("/gitinfra approve {seal}"));
    poll("its roll-out", || h.texts(1)[0].starts_with("### gitinfra: test/dev is rolled out\n"));
    assert!(says("approved by ada") && h.place.file("b.txt").as_deref() == Some("b"), "{:?}", h.texts(1));
    // What is merged is explained by what it was shown for: its base has it by now.
    comment(ADA, "/gitinfra explain");
    poll("why", || h.texts(1).concat().matches("ada: test/dev because Pulumi.yaml").count() == 2);
    let said = served.end();
    assert!(said.contains("\"kind\":\"delivered\""));
    h.place.run("audit verify").expect_code(0).expect_out(&["entries"]);
}

/// What is known of the others is known to the next server as well.
#[test]
fn one_stack_is_previewed_anew_after_a_restart() {
    let h = Hosted::of(&[A]);
    let member = h.at(&format!("collaborators/{BOT}"));
    h.server.call(ADA, "PUT", &member, Some(&json!({ "permission": "admin" })));
    h.place.repo.switch("main");
    h.place.project("web", "web", &["dev"], &[A]).repo.commit("Another");
    h.place.repo.git(&["push", "-q", "origin", "main"]);
    h.place.repo.branch("change");
    h.place.project("web", "web", &["dev"], &[A2]);
    let head = h.push("change", &[A2]);
    h.open("change");
    let is_told = || h.texts(1).iter().any(|text| text.contains("| test/dev |") && text.contains("| web/dev |"));
    let previewed = |said: &str, stack: &str| {
        let of_stack = said.lines().filter(|line| line.contains(&format!("\"stack\":\"{stack}\"")));
        of_stack.filter(|line| line.contains("\"kind\":\"preview-finished\"")).count()
    };
    let served = Served::start(&h, "");
    poll("the review", is_told);
    poll("its end", || h.statuses(&head).iter().any(|status| status.starts_with("gitinfra success")));
    let said = served.end();
    assert_eq!((previewed(&said, "test/dev"), previewed(&said, "web/dev")), (1, 1), "{said}");
    let body = json!({ "body": "/gitinfra preview web/dev" });
    h.server.call(ADA, "POST", &h.at("issues/1/comments"), Some(&body));
    let served = Served::again(&h);
    poll("the answer", || h.texts(1).iter().any(|text| text.contains("web/dev is being previewed at ")));
    poll("its preview", || previewed(&served.going.out(), "web/dev") == 1);
    poll("its end", || h.statuses(&head).iter().any(|status| status.starts_with("gitinfra success")));
    assert!(is_told(), "{:?}", h.texts(1));
    let said = served.end();
    assert_eq!(previewed(&said, "test/dev"), 0, "{said}");
}

/// As long as nobody decides, a look asks the repository once, for its branch.
#[test]
fn what_is_merged_and_held_costs_no_fetch_of_its_own() {
    let h = Hosted::of(&[A]);
    let (bin, log) = (h.place.path("seen"), h.place.path("git.log"));
    std::fs::create_dir(&bin).expect("a folder");
    let script = format!("#!/bin/sh\necho \"$*\" >> {}\nPATH=${{PATH#*:}}\nexec git \"$@\"\n", log.display());
    tools::script(&bin.join("git"), &script);
    let inherited = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{}:{inherited}", bin.display(), tools::bin().display());
    let h = Hosted { place: h.place.env("PATH", path), ..h };
    h.place.repo.switch("main").write("gitinfra.yaml", "approvals: {count: 1}\n").commit("Approvals");
    h.place.repo.git(&["push", "-q", "origin", "main"]);
    h.push("change", &[A2]);
    h.open("change");
    let config = super::served::config(&h, "1s", "openToRead: true\n");
    std::fs::write(h.place.path("serve.yaml"), config).expect("the configuration can be written");
    let served = Served::again(&h);
    poll("the review", || h.texts(1).iter().any(|text| text.contains("| test/dev |")));
    let merge = h.at("pulls/1/merge");
    poll("the merge", || h.server.try_call(ADA, "POST", &merge, Some(&json!({ "Do": "merge" }))).0 == 200);
    poll("the hold of the merge", || h.texts(1)[0].starts_with("### gitinfra: test/dev is held\n"));
    let fetches = || {
        let said = std::fs::read_to_string(&log).expect("git was called");
        said.lines().filter(|line| line.split(' ').any(|word| word == "fetch")).count() as u64
    };
    let begun = served.looks();
    poll("a look", || served.looks() > begun);
    // A fetch comes before the end of its look.
    let (looks, before) = (served.looks(), fetches());
    poll("more looks", || served.looks() > looks + 4);
    let after = fetches();
    let done = served.looks() - looks;
    assert!(after - before <= done + 1, "{} fetches in {done} looks", after - before);
    served.end();
}
