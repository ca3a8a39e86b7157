//! `review --watch`: what is opened, pushed to and retargeted is told, also what happened while nobody looked.

use serde_json::json;

use super::gitea::Hosted;
use super::server::ADA;
use crate::pulumi::poll;

const A: (&str, &str) = ("a", "path: a.txt, content: one");
const A2: (&str, &str) = ("a", "path: a.txt, content: two");
const B: (&str, &str) = ("b", "path: b.txt, content: b");

#[test]
fn what_changes_is_told_until_ctrl_c() {
    let h = Hosted::of(&[A]);
    h.place.sync();
    let first = h.push("change", &[A2]);
    h.open("change");
    let is_told = |commit: &str| h.statuses(commit).iter().any(|status| status.starts_with("gitinfra success"));
    let watch = h.place.start("review --watch --interval 1s");
    poll("the first", || is_told(&first));
    let second = h.push("change", &[A2, B]);
    poll("the push", || is_told(&second));
    // Another one, stacked on the first.
    h.place.repo.branch("on-top");
    let third = h.place.change(&[A2, B, ("c", "path: c.txt, content: c")]);
    h.place.repo.git(&["push", "-q", "origin", "on-top"]);
    h.open("on-top");
    h.server.call(ADA, "PATCH", &h.at("pulls/2"), Some(&json!({ "base": "change" })));
    let says = |words: &str| h.texts(2).first().is_some_and(|text| text.contains(words));
    poll("the stacked one", || says("on-top into change") && is_told(&third));
    h.server.call(ADA, "PATCH", &h.at("pulls/2"), Some(&json!({ "base": "main" })));
    poll("the new base", || says("on-top into main") && is_told(&third));
    watch.interrupt();
    let said = watch.finish().expect_code(130);
    let before = (h.comments(1), h.comments(2));
    assert_eq!(said.stdout.matches("pr/1 reviewed").count(), 2, "each is told once\n{said}");
    // Whoever looks later sees what is told, and tells what is new.
    h.push("main", &[A, ("z", "path: z.txt, content: z")]);
    h.place.repo.switch("change").git(&["merge", "-q", "-X", "ours", "main"]);
    let merged = h.place.repo.head();
    h.place.repo.git(&["push", "-q", "origin", "change"]);
    let watch = h.place.start("review --watch --interval 1s");
    poll("what was missed", || is_told(&merged));
    watch.until("pr/2 reviewed").interrupt();
    watch.finish().expect_code(130);
    assert_ne!((h.comments(1), h.comments(2)), before);
    // Nothing is new: nothing is previewed again.
    let watch = h.place.start("review --watch --interval 1s");
    let fourth = h.push("other", &[B]);
    h.open("other");
    poll("what is new", || is_told(&fourth));
    watch.interrupt();
    let said = watch.finish().expect_code(130);
    assert!(said.stdout.starts_with("pr/3 reviewed") && said.stdout.lines().count() == 1, "{said}");
}
