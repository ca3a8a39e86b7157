//! Pull requests of strangers, and secrets.

use serde_json::json;

use super::gitea::Hosted;
use super::server::{ADA, EVE};

const A: (&str, &str) = ("a", "path: a.txt, content: one");
const A2: (&str, &str) = ("a", "path: a.txt, content: two");

#[test]
fn nothing_of_a_fork_is_run_until_somebody_has_read_it() {
    let h = Hosted::of(&[A]);
    h.server.call(EVE, "POST", &h.at("forks"), Some(&json!({})));
    let fork = h.path.replace(ADA, EVE);
    let repo = &h.place.repo;
    repo.branch("change");
    let head = h.place.change(&[A2]);
    repo.git(&["push", "-q", &h.server.push_url(EVE, &fork), "change"]);
    h.open_as(EVE, "eve:change");
    let trust = format!("gitinfra review pr/1 --trust {head}");
    for words in ["pr/1", "", &format!("pr/1 --trust {}", "a".repeat(40))] {
        h.review(words).expect_code(3).expect_out(&["pr/1 reviewed: untrusted: "]);
        let texts = h.texts(1);
        assert!(
            texts.len() == 1 && texts[0].contains("**Nothing was previewed.**") && texts[0].contains(&trust),
            "{texts:?}"
        );
        assert_eq!(h.statuses(&head), ["gitinfra failure untrusted: it comes from a fork, and nothing was run"]);
    }
    h.review(&format!("pr/1 --trust {}", &head[..10])).expect_code(2);
    h.review(&format!("pr/1 --trust {head}")).expect_code(0);
    assert!(h.texts(1)[0].contains("| test/dev |"), "{:?}", h.texts(1));
    // What comes after it was not read.
    let next = h.place.change(&[("a", "path: a.txt, content: three")]);
    repo.git(&["push", "-q", &h.server.push_url(EVE, &fork), "change"]);
    h.until_head(1, &next);
    h.review(&format!("pr/1 --trust {head}")).expect_code(3).expect_out(&["untrusted"]);
    assert!(h.texts(1)[0].contains(&next), "{:?}", h.texts(1));
}

/// Canaries: the token and other secrets of the machine, where a program tries to show them.
#[test]
fn secrets_are_told_to_nobody() {
    let h = Hosted::of(&[A]);
    // What is on the branch may be read by what is merged into it, too.
    for (branch, content) in [("main", "is ${said}"), ("change", "it is ${said}")] {
        let program = "variables:\n  said: {fn::readFile: /proc/self/environ}\n";
        let files = crate::files::of(&[("a", &format!("path: a.txt, content: '{content}'"))]);
        if branch != "main" {
            h.place.repo.branch(branch);
        }
        h.place.program("", "test", &format!("{program}{files}"));
        h.place.repo.commit("Look around");
        h.place.repo.git(&["push", "-q", "origin", branch]);
    }
    h.open("change");
    let said = h.place.run_as("review pr/1", |command| {
        command
            .env("GITINFRA_MARK_SECRET", "hush-mark-secret")
            .env("MY_TOKEN", "hush-my-token")
            .arg("--pass-env=MY_TOKEN")
    });
    let said = format!("{}{}", said.stdout, said.stderr);
    let told = format!("{said}{:?}{:?}", h.comments(1), h.statuses(&h.place.repo.head()));
    assert!(told.contains("[secret]"), "the program shows what it sees: {told}");
    for secret in [h.token.as_str(), "hush-mark-secret", "hush-my-token"] {
        assert!(!told.contains(secret), "{secret} is told:\n{told}");
    }
    // A token that is not taken is not repeated either, nor is one in a file.
    std::fs::write(h.place.path("token"), "hush-wrong-token\n").expect("a file");
    h.review("pr/1 --token-file token").expect_code(4).expect_err(&["401", "hint: the token is not taken"]);
    h.place.run_as("review pr/1", |command| command.env("GITINFRA_FORGE_TOKEN", "hush\u{7}token")).expect_code(3);
    h.place.run_as("review pr/1", |command| command.env_remove("GITINFRA_FORGE_TOKEN")).expect_code(3).expect_err(&[
        "there is no token: GITINFRA_FORGE_TOKEN is not set",
        "hint: name the variable with --token-env",
    ]);
    let url = h.server.url.replace("http://", "http://bot:hush-password@");
    h.review(&format!("pr/1 --forge {url}/{}", h.path)).expect_code(3).expect_without(&["hush-password"]);
}
