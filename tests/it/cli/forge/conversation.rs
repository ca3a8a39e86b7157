//! What a pull request is told on a real forge, from its first review to its last.

use std::process::Command;

use rustix::process::Signal;
use serde_json::{Value, json};

use super::gitea::Hosted;
use super::server::{ADA, BOT};
use crate::pulumi::poll;

const A: (&str, &str) = ("a", "path: a.txt, content: one");
const A2: (&str, &str) = ("a", "path: a.txt, content: two");
const B: (&str, &str) = ("b", "path: b.txt, content: b");

#[test]
fn a_pull_request_has_one_comment_that_is_edited() {
    let h = Hosted::of(&[A]);
    h.place.sync();
    let first = h.push("change", &[A2, B]);
    let number = h.open("change");
    h.review("pr/1").expect_code(0).expect_out(&["pr/1 reviewed: 1 stack: 1 to update, 1 to create  http://"]);
    let told = h.texts(number);
    assert_eq!(told.len(), 1);
    for words in
        ["### gitinfra preview: change into main", "| test/dev | 1 | 1 |", "+     content: \"two\"", "</details>"]
    {
        assert!(told[0].contains(words), "{words}\n{}", told[0]);
    }
    assert_eq!(
        h.statuses(&first),
        ["gitinfra success 1 stack: 1 to update, 1 to create", "gitinfra/test/dev success 1 to update, 1 to create"]
    );
    let said = h.review("pr/1 --dry-run -o json").expect_code(0);
    let json: Value = serde_json::from_str(&said.stdout).expect("one object");
    assert_eq!(
        (&json["pullRequest"], &json["headCommit"], &json["state"]),
        (&json!(1), &json!(first), &json!("previewed"))
    );
    assert_eq!(json["preview"]["stacks"][0]["name"], "test/dev");
    // The same again changes nothing, and needs no number.
    let before = h.comments(number);
    h.review("").expect_code(0).expect_out(&["pr/1 reviewed: "]);
    assert_eq!(h.comments(number), before, "an edit that changes nothing is not sent");
    // A push edits the same comment, and the new commit has statuses of its own.
    let second = h.push("change", &[A, B]);
    h.review("pr/1").expect_code(0);
    let after = h.comments(number);
    assert_eq!((after.len(), &after[0]["id"]), (1, &before[0]["id"]));
    assert!(h.texts(number)[0].contains(&second[..7]) && !h.texts(number)[0].contains(&first[..7]));
    assert_eq!(h.statuses(&second), ["gitinfra success 1 stack: 1 to create", "gitinfra/test/dev success 1 to create"]);
    // What has nothing to do with the change any more does not stay on.
    h.place.repo.switch("change").git(&["reset", "-q", "--hard", "main"]);
    let third = h.place.repo.commit("Nothing");
    h.place.repo.git(&["push", "-q", "--force", "origin", "change"]);
    h.until_head(number, &third);
    h.review("1").expect_code(0).expect_out(&["pr/1 reviewed: no stack is touched"]);
    assert!(h.texts(number)[0].contains("No stack uses what this merge changes."));
    // Somebody deletes it: there is nothing to say, so none is made.
    let path = h.at(&format!("issues/comments/{}", before[0]["id"]));
    h.server.call(ADA, "DELETE", &path, None);
    h.review("pr/1").expect_code(0);
    assert!(h.comments(number).is_empty());
    // A closed one is left alone.
    h.server.call(ADA, "PATCH", &h.at("pulls/1"), Some(&json!({ "state": "closed" })));
    h.review("pr/1").expect_code(3).expect_err(&["pr/1 is closed"]);
    h.review("pr/7").expect_code(4).expect_err(&["pr/7", "404", "hint: "]);
}

#[test]
fn nobody_elses_comment_is_taken_for_ours() {
    let h = Hosted::of(&[A]);
    h.push("change", &[A2]);
    let number = h.open("change");
    h.review("pr/1 --dry-run").expect_code(0).expect_out(&["### gitinfra preview: change into main"]);
    assert!(h.comments(number).is_empty() && h.statuses(&h.place.repo.head()).is_empty(), "nothing is told");
    h.review("pr/1").expect_code(0);
    let ours = h.comments(number)[0]["body"].as_str().expect("a text").to_owned();
    let path = h.at(&format!("issues/{number}/comments"));
    // A copy by somebody else, many others between, and one of ours that was signed for another pull request.
    h.server.call(ADA, "POST", &path, Some(&json!({ "body": ours })));
    for at in 0..60 {
        h.server.call(ADA, "POST", &path, Some(&json!({ "body": format!("remark {at}") })));
    }
    h.server.call(BOT, "POST", &path, Some(&json!({ "body": ours.replacen("#1 ", "#2 ", 1) })));
    // A twin, as two runs make it that begin at the same time.
    h.server.call(BOT, "POST", &path, Some(&json!({ "body": ours })));
    h.push("change", &[A2, B]);
    h.review("pr/1").expect_code(0);
    let texts: Vec<String> =
        h.comments(number).iter().map(|c| c["body"].as_str().unwrap_or_default().to_owned()).collect();
    assert_eq!(texts.len(), 63, "the twin is gone, and nothing else");
    assert!(texts[0].contains("2 to create") && texts[0] != ours);
    assert_eq!(texts[1], ours, "a copy stays as it is");
}

#[test]
fn what_fails_is_told_and_nothing_stays_pending() {
    let h = Hosted::of(&[A]);
    h.place.sync();
    let broken = h.push("broken", &[("a", "path: /etc/x, content: one")]);
    h.open("broken");
    h.review("pr/1").expect_code(1).expect_out(&["pr/1 reviewed: 1 of 1 preview failed"]);
    assert!(h.texts(1)[0].contains("must stay below the root"), "{}", h.texts(1)[0]);
    let statuses = h.statuses(&broken);
    assert_eq!(statuses[0], "gitinfra failure 1 of 1 preview failed");
    assert!(statuses[1].starts_with("gitinfra/test/dev failure the preview failed: "), "{statuses:?}");
    // A merge with conflicts is its author's to mend.
    h.push("theirs", &[("a", "path: a.txt, content: theirs")]);
    h.open("theirs");
    h.place.repo.switch("main");
    h.place.change(&[("a", "path: a.txt, content: ours")]);
    h.place.repo.git(&["push", "-q", "origin", "main"]);
    let theirs = h.place.repo.git(&["rev-parse", "theirs"]);
    h.review("pr/2").expect_code(3).expect_out(&["pr/2 reviewed: "]);
    assert!(h.texts(2)[0].contains("conflicts in Pulumi.yaml"), "{}", h.texts(2)[0]);
    assert!(h.statuses(&theirs)[0].starts_with("gitinfra failure "), "{:?}", h.statuses(&theirs));
    // Whoever is stopped says so. The program waits for a file that never comes.
    let pipe = h.place.path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()), "a pipe can be made");
    let waits = format!("variables:\n  said: {{fn::readFile: {}}}\n", pipe.display());
    let program = |content: &str| format!("{waits}{}", crate::files::of(&[("a", content)]));
    // What nothing on the base reads outside of the repository would be refused.
    h.place.repo.switch("main");
    h.place.program("", "test", &program("path: a.txt, content: ours"));
    h.place.repo.commit("It may wait");
    h.place.repo.git(&["push", "-q", "origin", "main"]);
    h.place.repo.branch("slow");
    h.place.program("", "test", &program("path: a.txt, content: '${said}'"));
    let slow = h.place.repo.commit("Wait");
    h.place.repo.git(&["push", "-q", "origin", "slow"]);
    h.open("slow");
    let going = h.place.start("review pr/3");
    poll("the status", || h.statuses(&slow).iter().any(|status| status.starts_with("gitinfra pending")));
    going.signal(Signal::TERM);
    going.finish().expect_code(130);
    assert_eq!(h.statuses(&slow)[0], "gitinfra error stopped before it was done");
}

#[test]
fn what_one_comment_has_no_room_for_goes_on_in_the_next() {
    let h = Hosted::of(&[A]);
    let text = "y".repeat(300);
    let names: Vec<String> = (0..300).map(|at| format!("f{at:03}")).collect();
    let files: Vec<(String, String)> =
        names.iter().map(|name| (name.clone(), format!("path: {name}, content: '{text}'"))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, file)| (name.as_str(), file.as_str())).collect();
    h.push("change", &files);
    h.open("change");
    h.review("pr/1").expect_code(0);
    let texts = h.texts(1);
    assert_eq!(texts.len(), 3);
    for (at, text) in texts.iter().enumerate() {
        assert!(text.len() < 60_200, "{} bytes", text.len());
        assert_eq!(text.matches("```").count() % 2, 0, "every fence is closed");
        assert_eq!(text.matches("<details").count(), text.matches("\n</details>").count());
        assert_eq!(text.contains("<b>test/dev</b>: continued"), at > 0, "{text}");
    }
    let told =
        |name: &&String| texts.iter().filter(|text| text.contains(&format!("files:index:File {name}\n"))).count();
    assert!(names.iter().all(|name| told(&name) == 1), "each resource stands once");
    // With less to say the others go.
    h.push("change", &[A2]);
    h.review("pr/1").expect_code(0);
    assert_eq!(h.texts(1).len(), 1);
}
