//! The same conversation on the forges that can't be had here, and what goes wrong on the way.

use std::process::Command;

use serde_json::json;

use super::played::{KINDS, Played};
use crate::pulumi::poll;

const A: (&str, &str) = ("a", "path: a.txt, content: one");
const A2: (&str, &str) = ("a", "path: a.txt, content: two");
const B: (&str, &str) = ("b", "path: b.txt, content: b");

fn words(kind: &str) -> (&'static str, &'static str) {
    match kind {
        "github" => ("success", "failure"),
        "gitlab" => ("success", "failed"),
        _ => ("SUCCESSFUL", "FAILED"),
    }
}

#[test]
fn every_forge_is_told_the_same() {
    for kind in KINDS {
        let p = Played::of(kind, &[A], &[A, B]);
        let (success, failure) = words(kind);
        // Others comment before and after; a page has two of them.
        p.tell("limits", json!({ "per_page": 2 }));
        for at in 0..5 {
            p.tell("comment", json!({ "pull": 1, "user": "ada", "text": format!("remark {at}") }));
        }
        let first = p.place.repo.head();
        p.review("pr/1").expect_code(0).expect_out(&["pr/1 reviewed: 1 stack: 2 to create  http"]);
        let ours = p.ours();
        assert_eq!(ours.len(), 1, "{kind}");
        let text = &ours[0].0;
        for said in ["### gitinfra preview: change into main", "| test/dev | 2 |", "+ create files:index:File b"] {
            assert!(text.contains(said), "{kind}: {said}\n{text}");
        }
        let is_hidden = kind != "bitbucket";
        assert_eq!(text.starts_with("<!-- gitinfra v1 "), is_hidden, "{kind}\n{text}");
        assert_eq!(text.contains("<details") && text.contains("<sub>"), is_hidden, "{kind}\n{text}");
        assert_eq!(
            text.trim_end().lines().last().is_some_and(|line| line.starts_with("[//]: # (gitinfra v1 ")),
            !is_hidden
        );
        let told =
            [format!("gitinfra {success} 1 stack: 2 to create"), format!("gitinfra/test/dev {success} 2 to create")];
        assert_eq!(p.statuses(&first), told, "{kind}");
        p.tell("comment", json!({ "pull": 1, "user": "ada", "text": ours[0].0 }));
        p.review("").expect_code(0);
        assert_eq!(p.ours(), ours, "{kind}: the same is not sent again");
        let second = p.push(&[("a", "path: /etc/x, content: one")]);
        p.review("1").expect_code(1).expect_out(&["pr/1 reviewed: 1 of 1 preview failed"]);
        let edited = p.ours();
        assert_eq!((edited.len(), edited[0].1), (1, 1), "{kind}");
        assert!(edited[0].0.contains("must stay below the root"), "{kind}");
        assert!(p.statuses(&second)[0].starts_with(&format!("gitinfra {failure} ")), "{kind}");
        // A fork's is not run.
        p.tell("pull", json!({ "number": 1, "fork": true }));
        p.review("pr/1").expect_code(3).expect_out(&["untrusted"]);
        assert!(p.ours()[0].0.contains("**Nothing was previewed.**"), "{kind}");
        p.tell("pull", json!({ "number": 1, "open": false }));
        p.review("pr/1").expect_code(3).expect_err(&["pr/1 is closed"]);
        p.review("").expect_code(0).expect_no_data();
    }
}

#[test]
fn what_goes_wrong_on_the_way_is_made_up_for() {
    for kind in KINDS {
        let p = Played::of(kind, &[A], &[A2]);
        let (comments, edits) = match kind {
            "github" => ("/issues/1/comments$", "PATCH"),
            "gitlab" => ("/notes$", "PUT"),
            _ => ("/pullrequests/1/comments$", "PUT"),
        };
        // The comment is made and its answer lost: it is not made twice.
        p.fault("POST", comments, json!({ "lose": true }));
        // A limit of which nothing is said but how long, errors of the server, and a status that does not arrive.
        p.fault("GET", "pull|merge_requests", json!({ "status": 429, "headers": { "Retry-After": "1" } }));
        p.fault("GET", "comments|notes", json!({ "status": 502, "times": 2 }));
        p.fault("POST", "status", json!({ "status": 503 }));
        p.review("pr/1").expect_code(0);
        assert_eq!(p.ours().len(), 1, "{kind}");
        assert_eq!(p.statuses(&p.place.repo.head()).len(), 2, "{kind}");
        // An edit that the forge refuses for good leaves no status pending.
        let head = p.push(&[A2, B]);
        p.fault(
            edits,
            "comments|notes",
            json!({ "status": 403, "body": { "message": "no", "error": { "message": "no" } } }),
        );
        p.review("pr/1").expect_code(4).expect_err(&["403", "hint: the token may not do this"]);
        let statuses = p.statuses(&head);
        let error = match kind {
            "github" => "gitinfra error ",
            "gitlab" => "gitinfra canceled ",
            _ => "gitinfra STOPPED ",
        };
        assert!(statuses[0].starts_with(error), "{kind}: {statuses:?}");
        // A comment that was deleted meanwhile is made anew.
        p.fault(edits, "comments|notes", json!({ "status": 404 }));
        p.review("pr/1").expect_code(0);
        assert_eq!(p.ours().len(), 2, "{kind}");
        p.review("pr/1").expect_code(0);
        assert_eq!(p.ours().len(), 1, "{kind}: the twin goes");
    }
}

/// A push while it is previewed: its comment is about what it is now, and what it was stays not pending.
#[test]
fn one_that_moves_on_is_previewed_again() {
    for kind in KINDS {
        let p = Played::of(kind, &[A], &[A2]);
        let first = p.place.repo.head();
        let second = p.push(&[A2, B]);
        p.tell("pull", json!({ "number": 1, "head": first, "then": { "head": second } }));
        p.review("pr/1").expect_code(0).expect_out(&["pr/1 reviewed: 1 stack: 2 to create"]);
        let ours = p.ours();
        assert!(ours.len() == 1 && ours[0].1 == 0 && ours[0].0.contains(&second[..7]), "{kind}");
        let (before, after) = (p.statuses(&first), p.statuses(&second));
        assert!(
            before.len() == 1 && before[0].ends_with(&format!("moved on to {}", &second[..7])),
            "{kind}: {before:?}"
        );
        assert_eq!(after.len(), 2, "{kind}");
    }
}

/// One that is retargeted while it is looked at, and back again.
#[test]
fn one_that_is_retargeted_and_back_is_told_so() {
    let p = Played::of("github", &[A], &[A2]);
    p.place.repo.git(&["branch", "other", "main"]);
    p.tell("pull", json!({ "number": 1, "then": { "base": "other" } }));
    let watch = p.place.start("review --watch --interval 1s");
    let says = |words: &str| p.ours().first().is_some_and(|(text, _)| text.contains(words));
    poll("the other base", || says("change into other"));
    watch.until("pr/1 reviewed");
    p.tell("pull", json!({ "number": 1, "base": "main" }));
    poll("the first base", || says("change into main"));
    watch.interrupt();
    watch.finish().expect_code(130);
}

#[test]
fn the_token_goes_nowhere_else() {
    for kind in KINDS {
        let p = Played::of(kind, &[A], &[A2]);
        let other = Played::of("gitlab", &[A], &[A2]);
        let there = other.place.repo.path("").display().to_string();
        let place = "http://127.0.0.1:9/stolen";
        for status in [301, 302, 307, 308] {
            let answer = json!({ "status": status, "headers": { "Location": place } });
            p.fault("GET", "pulls/1|pullrequests/1|merge_requests/1", answer);
            p.review("pr/1")
                .expect_code(4)
                .expect_err(&["it sends us to another place", "hint: was the repository renamed"]);
        }
        // Neither does it to the same host outside of its API.
        let answer = json!({ "status": 302, "headers": { "Location": "/elsewhere" } });
        p.fault("GET", "pulls/1|pullrequests/1|merge_requests/1", answer);
        p.review("pr/1").expect_code(4).expect_err(&["it sends us to another place"]);
        // Nor does a page.
        let (headers, body) = match kind {
            "bitbucket" => (json!({}), json!({ "pagelen": 1, "values": [], "next": place })),
            _ => (json!({ "Link": format!("<{place}>; rel=\"next\"") }), json!([])),
        };
        p.fault(
            "GET",
            "pulls$|pullrequests$|merge_requests$",
            json!({ "status": 200, "headers": headers, "body": body }),
        );
        p.review("").expect_code(4).expect_err(&["the next page is at another place"]);
        assert!(p.ours().is_empty(), "{kind} {there}");
    }
}

#[test]
fn what_a_forge_finds_too_long_is_made_shorter() {
    let text = "y".repeat(300);
    let files: Vec<(String, String)> =
        (0..200).map(|at| (format!("f{at:03}"), format!("path: f{at:03}, content: '{text}'"))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, file)| (name.as_str(), file.as_str())).collect();
    for (kind, limit, most) in [("github", 40_000, 3), ("gitlab", 16_000, 1), ("bitbucket", 32_768, 2)] {
        let p = Played::of(kind, &[A], &files);
        p.tell("limits", json!({ "comment": limit }));
        p.review("pr/1").expect_code(0);
        let ours = p.ours();
        assert!(!ours.is_empty() && ours.len() <= most, "{kind}: {} comments", ours.len());
        assert!(ours.iter().all(|(text, _)| text.chars().count() <= limit), "{kind}");
        assert!(ours[0].0.contains("| test/dev | 200 |"), "{kind}: the table stays");
        assert!(ours.iter().any(|(text, _)| text.contains("more resources change than fit here")), "{kind}");
    }
}

/// A key that a test makes, as GitHub gives one.
fn key(p: &Played) {
    let made = Command::new("openssl")
        .args(["genrsa", "-traditional", "-out"])
        .arg(p.place.path("key.pem"))
        .arg("2048")
        .output();
    assert!(made.is_ok_and(|made| made.status.success()), "openssl makes a key");
}

#[test]
fn an_app_speaks_by_checks() {
    let p = Played::of("github", &[A], &[A2]);
    key(&p);
    let head = p.place.repo.head();
    let app = |words: &str| {
        let words = format!("review {words} --app 7 --app-key-file key.pem");
        p.place
            .run_as(&words, |command| command.env_remove("GITINFRA_FORGE_TOKEN"))
            .expect_without(&["ghs_", "PRIVATE KEY"])
    };
    app("pr/1").expect_code(0).expect_out(&["pr/1 reviewed: 1 stack: 1 to create"]);
    let state = p.state();
    assert_eq!(state["statuses"], json!([]), "a check and a status of one name would both be required");
    let checks: Vec<_> = state["checks"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|check| {
            assert_eq!((&check["head_sha"], &check["status"]), (&json!(head), &json!("completed")));
            format!("{} {} {}", check["name"], check["conclusion"], check["output"]["title"])
        })
        .collect();
    assert_eq!(
        checks,
        [r#""gitinfra" "success" "1 stack: 1 to create""#, r#""gitinfra/test/dev" "success" "1 to create""#]
    );
    assert_eq!((p.ours().len(), &state["tokens"]), (1, &json!(1)), "one token for all");
    // Its comment is known again in the next run, and its checks are updated.
    app("pr/1").expect_code(0);
    let state = p.state();
    assert_eq!((p.ours().len(), state["checks"].as_array().map(Vec::len)), (1, Some(2)));
    std::fs::write(p.place.path("key.pem"), "hush-key").expect("a file");
    app("pr/1")
        .expect_code(3)
        .expect_err(&["the App's key is no RSA private key in PEM", "hint: "])
        .expect_without(&["hush-key"]);
}

/// The token of a workflow is another one in each run, and no user's.
#[test]
fn a_workflow_finds_its_comment_again() {
    let p = Played::of("github", &[A], &[A2]);
    let run = |secret: &str| {
        let said = p.place.run_as("review pr/1", |command| {
            command.env("GITINFRA_FORGE_TOKEN", "hush-token-of-a-workflow").env("GITINFRA_MARK_SECRET", secret)
        });
        said.expect_code(0).expect_without(&["hush"]);
        p.ours().len()
    };
    assert_eq!((run("hush-secret-1"), run("hush-secret-1")), (1, 1));
    assert_eq!(run("hush-secret-2"), 2, "signed with another secret, the old one is nobody's");
}
