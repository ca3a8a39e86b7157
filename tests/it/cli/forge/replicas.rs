//! Two servers on one ledger: what is asked for is done once, and when one is killed the other goes on.

use std::fs;

use rustix::process::{Signal, kill_process_group};
use serde_json::json;

use super::gitea::Hosted;
use super::served::{Served, config, deliver, signed};
use super::server::{ADA, BOT};
use crate::cli::going::Going;
use crate::cli::postgres::database;
use crate::pulumi::poll;

const A: (&str, &str) = ("a", "path: a.txt, content: one");
const A2: (&str, &str) = ("a", "path: a.txt, content: two");
const SLOW: (&str, &str) = ("b", "path: b.txt, content: b, slow: 1000000");

/// A server with a state directory of its own, as on another machine.
fn start(h: &Hosted, name: &str) -> Served {
    let mut command = h.place.gitinfra("serve --config serve.yaml");
    command.env("GITINFRA_STATE_DIR", h.place.path(name));
    Served::of(Going::start(command))
}

#[test]
fn two_servers_do_once_what_one_would_and_one_goes_on_alone() {
    let h = Hosted::of(&[A]);
    let member = h.at(&format!("collaborators/{BOT}"));
    h.server.call(ADA, "PUT", &member, Some(&json!({ "permission": "admin" })));
    h.place.repo.switch("main").write("gitinfra.yaml", "apply: command\n").commit("What may be done");
    h.place.repo.git(&["push", "-q", "origin", "main"]);
    let h = Hosted { place: h.place.env("GITINFRA_LEDGER", database()), ..h };
    fs::write(h.place.path("serve.yaml"), config(&h, "1s", "")).expect("the configuration can be written");
    let servers = [start(&h, "state-1"), start(&h, "state-2")];
    poll("the first roll-out", || h.place.file("a.txt").as_deref() == Some("one"));
    poll("its end", || h.place.states() == ["succeeded"]);
    // Delivered to both at once.
    let head = h.push("change", &[A2, SLOW]);
    let number = h.open("change");
    let body = json!({ "action": "opened", "number": number }).to_string().into_bytes();
    let urls = servers.each_ref().map(|served| served.url.clone());
    let delivered = urls.map(|url| {
        let body = body.clone();
        std::thread::spawn(move || deliver(&url, "id-1", &signed(&body), &body))
    });
    let mut answers = delivered.map(|one| one.join().expect("it answers"));
    answers.sort_unstable();
    assert_eq!(answers[1], 202, "{answers:?}");
    let is_told = || h.statuses(&head).iter().any(|status| status.starts_with("gitinfra success"));
    poll("the review", is_told);
    poll("an empty queue", || h.place.get("queue").is_empty());
    assert_eq!(h.texts(number).len(), 1);
    // Both see what somebody writes. One of them is killed with its engine while it rolls that out.
    let at = &head[..7];
    let comment = json!({ "body": format!("/gitinfra up {at}") });
    h.server.call(ADA, "POST", &h.at(&format!("issues/{number}/comments")), Some(&comment));
    h.place.until_slow("b.txt");
    let run = h.place.get("runs")[0]["name"].as_str().unwrap_or_default().to_owned();
    let mut servers = Vec::from(servers);
    let is_at_work = |served: &Served| served.going.out().contains(&run);
    let killed = servers.remove(servers.iter().position(is_at_work).expect("one of them is at work"));
    let left = servers.remove(0);
    assert!(!is_at_work(&left), "one of them alone");
    let engine = h.place.engine();
    killed.going.kill();
    killed.going.finish().expect_code(-1);
    kill_process_group(engine, Signal::KILL).expect("the engine is at work");
    let words = format!("test/dev is rolled out at {at}: merge it");
    h.place.release("b.txt", || h.texts(number).concat().contains(&words));
    assert_eq!(h.place.states(), ["succeeded", "interrupted", "succeeded"]);
    let text = h.texts(number).concat();
    assert_eq!((h.texts(number).len(), text.matches(&words).count()), (1, 1), "{text}");
    // What was merged stands already.
    let merge = h.at(&format!("pulls/{number}/merge"));
    poll("the merge", || h.server.try_call(ADA, "POST", &merge, Some(&json!({ "Do": "merge" }))).0 == 200);
    poll("its end", || h.texts(number)[0].starts_with("### gitinfra: test/dev is rolled out\n"));
    assert!(h.place.get("locks").is_empty() && h.place.states().len() == 3, "{:?}", h.place.states());
    assert_eq!(left.get("/readyz").status, 200);
    left.end();
}
