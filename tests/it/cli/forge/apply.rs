//! A pull request that a command rolls out before its merge: from the comment to the merge, to its being closed, and to a server that
//! is killed in between.

use std::fs;

use rustix::process::{Signal, kill_process_group};
use serde_json::json;

use super::gitea::Hosted;
use super::played::{KINDS, Played};
use super::served::{SECRET, Served, config};
use super::server::{ADA, BOT, EVE};
use crate::pulumi::poll;

const A: (&str, &str) = ("a", "path: a.txt, content: one");
const A2: (&str, &str) = ("a", "path: a.txt, content: two");
const B: (&str, &str) = ("b", "path: b.txt, content: b");
const SLOW: (&str, &str) = ("b", "path: b.txt, content: b, slow: 1000000");

/// A repository whose stack stands, and a server beside it to which people write.
struct Talk {
    h: Hosted,
    served: Served,
}

impl Talk {
    /// `main` has these files and this `gitinfra.yaml`.
    fn of(files: &[(&str, &str)], config: &str) -> Talk {
        let h = Hosted::of(files);
        let member = h.at(&format!("collaborators/{BOT}"));
        h.server.call(ADA, "PUT", &member, Some(&json!({ "permission": "admin" })));
        h.place.repo.switch("main").write("gitinfra.yaml", config).commit("What may be done");
        h.place.repo.git(&["push", "-q", "origin", "main"]);
        h.place.sync();
        let served = Served::start(&h, "openToRead: true\n");
        served.hook(&h);
        Talk { h, served }
    }

    /// Opens a pull request with these files, and waits until it is previewed. Its number and head.
    fn open(&self, branch: &str, files: &[(&str, &str)]) -> (u64, String) {
        let head = self.h.push(branch, files);
        let number = self.h.open(branch);
        self.until_previewed(&head);
        (number, head)
    }

    fn until_previewed(&self, head: &str) {
        poll("the preview", || self.h.statuses(head).iter().any(|status| status.starts_with("gitinfra success")));
    }

    fn write(&self, number: u64, text: &str) {
        let path = self.h.at(&format!("issues/{number}/comments"));
        self.h.server.call(ADA, "POST", &path, Some(&json!({ "body": text })));
    }

    fn says(&self, number: u64, words: &str) -> bool {
        self.h.texts(number).iter().any(|text| text.contains(words))
    }

    #[track_caller]
    fn until_says(&self, number: u64, words: &str) {
        poll(words, || self.says(number, words));
    }

    /// Has a head rolled out that is previewed.
    #[track_caller]
    fn up(&self, number: u64, head: &str) {
        self.write(number, &format!("/gitinfra up {}", &head[..7]));
        self.until_says(number, &format!("test/dev is rolled out at {}: merge it", &head[..7]));
    }

    fn merge(&self, number: u64, how: &str) {
        let (path, body) = (self.h.at(&format!("pulls/{number}/merge")), json!({ "Do": how }));
        poll("the merge", || self.h.server.try_call(ADA, "POST", &path, Some(&body)).0 == 200);
    }

    fn close(&self, number: u64) {
        let path = self.h.at(&format!("pulls/{number}"));
        self.h.server.call(ADA, "PATCH", &path, Some(&json!({ "state": "closed" })));
    }

    fn reopen(&self, number: u64) {
        let path = self.h.at(&format!("pulls/{number}"));
        self.h.server.call(ADA, "PATCH", &path, Some(&json!({ "state": "open" })));
    }

    /// Has `main` require a check of what is merged; none where it has no name.
    fn requires(&self, check: &str) {
        let rule = json!({ "rule_name": "main", "enable_push": true, "enable_status_check": true, "status_check_contexts": [check] });
        match check.is_empty() {
            true => self.h.server.call(ADA, "DELETE", &self.h.at("branch_protections/main"), None),
            false => self.h.server.call(ADA, "POST", &self.h.at("branch_protections"), Some(&rule)),
        };
    }

    /// What a stranger changes is rolled out once somebody who may write has read it, and says so for the whole of its commit.
    fn rolls_a_fork_out(&self) {
        self.h.server.call(EVE, "POST", &self.h.at("forks"), Some(&json!({})));
        let (fork, place) = (self.h.path.replace(ADA, EVE), &self.h.place);
        place.repo.switch("main").branch("strange");
        let head = place.change(&[A, ("c", "path: c.txt, content: c")]);
        place.repo.git(&["push", "-q", &self.h.server.push_url(EVE, &fork), "strange"]);
        let number = self.h.open_as(EVE, "eve:strange");
        let asked = format!("it comes from a fork: read it, then write `/gitinfra preview {head}` first");
        poll("the stranger's status", || !self.h.statuses(&head).is_empty());
        self.write(number, &format!("/gitinfra up {head}"));
        self.until_says(number, &asked);
        self.write(number, &format!("/gitinfra preview {head}"));
        self.until_previewed(&head);
        self.write(number, &format!("/gitinfra up {}", &head[..7]));
        self.until_says(number, &format!("it comes from a fork: read it, then write `/gitinfra up {head}`"));
        assert_eq!(place.file("c.txt"), None);
        self.write(number, &format!("/gitinfra up {head}"));
        self.until_says(number, &format!("test/dev is rolled out at {}: merge it", &head[..7]));
        assert_eq!(place.file("c.txt").as_deref(), Some("c"));
        self.merge(number, "merge");
        poll("its end", || self.h.texts(number)[0].starts_with("### gitinfra: test/dev is rolled out\n"));
        assert!(!self.has_lock());
    }

    /// Asks for a slow roll-out, and waits until the engine is in it.
    fn begins(&self, number: u64, head: &str) {
        self.write(number, &format!("/gitinfra up {}", &head[..7]));
        self.h.place.until_slow("b.txt");
    }

    /// Asks for a slow roll-out, and kills the server in it, with its engine. What is left.
    fn killed(self, number: u64, head: &str) -> Hosted {
        self.begins(number, head);
        let Talk { h, served } = self;
        let is_pending = |status: &String| status == "gitinfra/test/dev pending is being rolled out before the merge";
        assert!(h.statuses(head).iter().any(is_pending), "{:?}", h.statuses(head));
        let engine = h.place.engine();
        served.going.kill();
        served.going.finish().expect_code(-1);
        kill_process_group(engine, Signal::KILL).expect("the engine is at work");
        h
    }

    /// The next server, to which nothing is delivered.
    fn again(h: Hosted) -> Talk {
        Talk { served: Served::again(&h), h }
    }

    /// The status of `test/dev` at a commit.
    fn status(&self, commit: &str) -> String {
        let all = self.h.statuses(commit);
        let own = all.iter().find_map(|status| status.strip_prefix("gitinfra/test/dev "));
        own.unwrap_or_default().to_owned()
    }

    fn has_lock(&self) -> bool {
        !self.h.place.get("locks").is_empty()
    }
}

#[test]
fn what_is_rolled_out_before_its_merge_is_not_rolled_out_by_it() {
    let t = Talk::of(&[A], "apply: command\n");
    let (place, first) = (&t.h.place, t.open("change", &[A2]).1);
    let (other, second) = t.open("other", &[A, B]);
    let at = &first[..7];
    assert!(t.says(1, &format!("a comment with /gitinfra up {at} rolls test/dev out before the merge")));
    t.write(1, "/gitinfra up");
    t.until_says(1, &format!("say which commit you read: `/gitinfra up {at}`"));
    t.up(1, &first);
    assert_eq!((place.file("a.txt").as_deref(), place.get("runs").len()), (Some("two"), 2));
    assert_eq!(t.status(&first), format!("success is rolled out at {at}: merge it"));
    // What is offered before is done: so says the comment from its top on, and the page.
    let text = t.h.texts(1)[0].clone();
    assert!(text.starts_with(&format!("### gitinfra up: rolled out at {at}: merge it\n")), "{text}");
    assert!(!text.contains("rolls test/dev out before the merge"), "{text}");
    // Whoever else would roll it out reads that before they ask.
    t.until_says(
        other,
        &format!("test/dev: pr/1 has it: it is rolled out at {at}, and not merged yet; once that is over"),
    );
    let page = t.served.get(&format!("/pull/{}/1", t.h.path)).text;
    assert!(page.contains(&format!("rolled out at {at}: merge it")), "{page}");
    t.write(1, &format!("/gitinfra up {at}"));
    t.until_says(1, &format!("test/dev is rolled out at {at} already: merge it"));
    place.run("unlock test/dev").expect_err(&["`test/dev`: pr/1 has it", "merging or closing pr/1 gives it back"]);
    let words = format!("pr/1 has it: it is rolled out at {at}, and not merged yet");
    assert!(t.served.get("/stacks").text.contains(&words), "{}", t.served.get("/stacks").text);
    // It keeps the stack until it is merged.
    t.write(other, &format!("/gitinfra up {}", &second[..7]));
    t.until_says(other, &format!("test/dev: {words}"));
    t.write(1, "/gitinfra unlock test/dev");
    t.until_says(1, "test/dev is rolled out from this and not merged: merge or close it");
    t.merge(1, "merge");
    poll("its end", || t.h.texts(1)[0].starts_with("### gitinfra: test/dev is rolled out\n"));
    assert!(t.says(1, ", before its merge |") && !t.has_lock(), "{:?}", t.h.texts(1));
    assert_eq!(place.get("runs").len(), 2, "the merge has nothing to roll out");
    // What came to the base in between was not shown.
    t.write(other, &format!("/gitinfra up {}", &second[..7]));
    t.until_says(other, "it is behind main, which is at ");
    place.repo.switch("other").git(&["pull", "-q", "--no-rebase", "-s", "recursive", "-X", "ours", "origin", "main"]);
    let third = t.h.push("other", &[A2, B]);
    t.until_previewed(&third);
    // What somebody suspended stays as it is.
    place.run("suspend test/dev --reason freeze").expect_code(0);
    t.write(other, &format!("/gitinfra up {}", &third[..7]));
    t.until_says(other, "test/dev is suspended: freeze; `gitinfra resume stack/test/dev` lets it be changed again");
    assert!(place.file("b.txt").is_none() && !t.has_lock());
    place.run("resume test/dev").expect_code(0);
    t.up(other, &third);
    assert_eq!(place.file("b.txt").as_deref(), Some("b"));
    // A squash makes another commit of the same files, and the branch goes.
    t.merge(other, "squash");
    t.h.server.call(ADA, "DELETE", &t.h.at("branches/other"), None);
    poll("the end of the squash", || t.h.texts(other)[0].starts_with("### gitinfra: test/dev is rolled out\n"));
    assert!(!t.has_lock() && place.get("runs").len() == 3, "{:?}", place.get("runs"));
    t.served.end();
    // Neither does one that has never seen that commit.
    fs::remove_dir_all(place.path("state/repos")).expect("the mirrors can be removed");
    place.sync().expect_out(&["nothing to do"]);
    place.run("audit verify").expect_code(0);
}

#[test]
fn what_is_closed_unmerged_goes_back_to_the_branch() {
    let t = Talk::of(&[A], "apply: command\n");
    let place = &t.h.place;
    // What nobody has read is not rolled out.
    let (one, read) = t.open("change", &[B]);
    let head = t.h.push("change", &[A2, B]);
    t.until_previewed(&head);
    t.write(one, &format!("/gitinfra up {}", &read[..7]));
    t.until_says(one, &format!("it moved on to {} meanwhile", &head[..7]));
    assert!(!t.has_lock());
    t.up(one, &head);
    assert_eq!((place.file("a.txt").as_deref(), place.file("b.txt").as_deref()), (Some("two"), Some("b")));
    t.close(one);
    t.until_says(
        one,
        "it was closed without a merge. test/dev was rolled out from it: that goes back to what main says",
    );
    poll("the way back", || place.file("a.txt").as_deref() == Some("one") && place.file("b.txt").is_none());
    poll("its end", || place.states() == ["succeeded", "succeeded", "succeeded"]);
    t.until_says(one, "test/dev is back at what main says, at ");
    assert!(!t.has_lock());
    assert_eq!(t.status(&head), "error it was closed without a merge");
    let ended = "it was closed without a merge: test/dev is back";
    poll("its end", || t.h.texts(one)[0].starts_with(&format!("### gitinfra: {ended}\n")));
    assert!(t.h.statuses(&head).contains(&format!("gitinfra error {ended}")), "{:?}", t.h.statuses(&head));
    assert!(!t.says(one, "rolls test/dev out before the merge"), "{:?}", t.h.texts(one));
    let page = t.served.text(&format!("/pull/{}/1", t.h.path));
    assert!(page.contains(ended), "{page}");
    // Opened again, it is previewed as it is now, and can be rolled out.
    t.reopen(one);
    t.until_says(one, &format!("a comment with /gitinfra up {} rolls", &head[..7]));
    poll("its status", || t.status(&head) == "success 1 to update, 1 to create");
    t.write(one, &format!("/gitinfra up {}", &head[..7]));
    poll("it is up again", || t.h.texts(one)[0].starts_with("### gitinfra up: rolled out at "));
    t.close(one);
    poll("the way back", || place.file("a.txt").as_deref() == Some("one") && !t.has_lock());
    poll("its end", || t.h.texts(one)[0].starts_with(&format!("### gitinfra: {ended}\n")));
    // One that failed may have changed a part, and may be tried again.
    let (two, head) = t.open("fails", &[A2, B]);
    fs::write(place.path("root/test/dev/.files/b.txt.fault"), "create").expect("the folder can be written");
    t.write(two, &format!("/gitinfra up {}", &head[..7]));
    t.until_says(two, "test/dev failed, and may be changed in part");
    assert!(t.status(&head).starts_with("failure failed"), "{}", t.status(&head));
    assert!(t.says(two, "`gitinfra logs run/"), "{:?}", t.h.texts(two));
    let is_red = |status: &String| status.starts_with("gitinfra failure test/dev failed");
    assert!(t.h.statuses(&head).iter().any(is_red), "{:?}", t.h.statuses(&head));
    assert!(t.h.texts(two)[0].starts_with("### gitinfra up: test/dev failed\n"), "{:?}", t.h.texts(two));
    let reason = place.get("locks")[0]["reason"].as_str().unwrap_or_default().to_owned();
    assert!(reason.starts_with(&format!("its roll-out at {} failed, as run/", &head[..7])), "{reason}");
    // Previewed anew it is as red as it was. That keeps nobody from trying again what failed, also where it is required.
    t.requires("gitinfra");
    t.write(two, "/gitinfra preview");
    t.until_says(two, &format!("{} is being previewed", &head[..7]));
    poll("its end", || t.h.statuses(&head).iter().any(is_red));
    assert!(t.status(&head).starts_with("failure failed"), "{}", t.status(&head));
    t.write(two, "/gitinfra retry");
    poll("a second run", || place.states().iter().filter(|state| *state == "failed").count() == 2);
    poll("its status", || t.status(&head).starts_with("failure failed"));
    assert!(t.h.statuses(&head).iter().any(is_red), "{:?}", t.h.statuses(&head));
    t.requires("");
    t.close(two);
    t.until_says(two, "test/dev may be changed in part by it: that goes back to what main says");
    poll("the way back", || place.file("a.txt").as_deref() == Some("one") && !t.has_lock());
    t.until_says(two, "test/dev is back at what main says, at ");
    assert_eq!(t.status(&head), "error it was closed without a merge");
    assert!(t.h.statuses(&head).contains(&format!("gitinfra error {ended}")), "{:?}", t.h.statuses(&head));
    // Whoever takes the lock away is told what comes of that, and so is the pull request.
    let (three, head) = t.open("taken", &[A2]);
    t.up(three, &head);
    let next = "takes the stack back to what that says, and pr/3 is told";
    place.run("unlock test/dev --force").expect_code(0).expect_out(&[next]);
    place.repo.switch("main").write("NEWS", "one").commit("Nothing of the stack");
    place.repo.git(&["push", "-q", "origin", "main"]);
    let words = format!("is no longer rolled out at {}: run/", &head[..7]);
    t.until_says(three, &format!("test/dev {words}"));
    poll("its preview", || t.status(&head) == "success 1 to update");
    // The branch has moved on, and is to be merged into it before it can be rolled out again.
    t.until_says(three, "once main is merged into it, /gitinfra up rolls test/dev out before the merge");
    assert_eq!(place.file("a.txt").as_deref(), Some("one"));
    t.close(three);
    t.rolls_a_fork_out();
    t.served.end();
}

#[test]
fn a_stack_that_is_new_in_a_pull_request_stands_until_somebody_destroys_it() {
    let t = Talk::of(&[A], "apply: command\n");
    let place = &t.h.place;
    place.repo.switch("main").branch("adds");
    let head = place.project("more", "more", &["dev"], &[("m", "path: m.txt, content: m")]).repo.commit("A new stack");
    place.repo.git(&["push", "-q", "origin", "adds"]);
    let number = t.h.open("adds");
    t.until_previewed(&head);
    t.write(number, &format!("/gitinfra up {}", &head[..7]));
    t.until_says(number, &format!("more/dev is rolled out at {}: merge it", &head[..7]));
    let page = t.served.text("/stacks");
    assert!(page.contains("pr/1 has it: it is rolled out at") && !page.contains("it left the branch"), "{page}");
    t.close(number);
    t.until_says(number, "it was closed without a merge. more/dev is new in it: main does not have it");
    t.until_says(number, "`gitinfra destroy stack/more/dev` removes it");
    poll("the lock to be given back", || !t.has_lock());
    assert!(t.served.text("/stacks").contains("it left the branch; what it rolled out still stands"));
    place.run("destroy stack/more/dev --yes").expect_code(0);
    t.served.end();
}

#[test]
fn what_is_merged_while_another_has_the_stack_waits_for_it() {
    let t = Talk::of(&[A], "apply: command\n");
    let (one, head) = t.open("change", &[A2]);
    let (two, _) = t.open("other", &[A, B]);
    t.up(one, &head);
    t.merge(two, "merge");
    poll("for what it waits", || t.h.texts(two)[0].starts_with("### gitinfra: test/dev waits\n"));
    assert!(t.says(two, "pr/1 has it: it is rolled out at"), "{:?}", t.h.texts(two));
    t.h.place.repo.git(&["fetch", "-q", "origin", "main"]);
    let merge = t.h.place.repo.git(&["rev-parse", "FETCH_HEAD"]).trim().to_owned();
    poll("its status", || t.status(&merge).starts_with("pending waits: pr/1 has it"));
    poll("the page", || t.served.get("/stacks").text.contains("1 behind, until a lock ends"));
    // Nothing waits at a repository that is watched no more; once it is again, so does that.
    let whole = config(&t.h, "1h", "openToRead: true\n");
    let forgeless: Vec<&str> = whole.lines().filter(|line| !line.contains(" forge: ")).collect();
    t.served.reload(&t.h, &forgeless.join("\n"));
    poll("its end", || t.status(&merge) == "error not rolled out: its repository is not watched any more");
    t.served.reload(&t.h, &whole);
    poll("its status", || t.status(&merge).starts_with("pending waits: pr/1 has it"));
    t.close(one);
    // Whoever merged it was not shown that what the other changed is taken back by that: somebody is asked, and both are told.
    poll("its hold", || t.h.texts(two)[0].starts_with("### gitinfra: test/dev is held\n"));
    t.until_says(one, "test/dev does not go back yet, it is held as hold/");
    let seal = t.h.place.get("holds")[0]["seal"].as_str().unwrap_or_default().to_owned();
    t.write(one, &format!("/gitinfra approve {seal}"));
    poll("its end", || t.h.texts(two)[0].starts_with("### gitinfra: test/dev is rolled out\n"));
    t.until_says(one, "test/dev is back at what main says, at ");
    poll("the end of its status", || t.status(&merge).starts_with("success rolled out"));
    assert_eq!((t.h.place.file("a.txt").as_deref(), t.h.place.file("b.txt").as_deref()), (Some("one"), Some("b")));
    // What came to the branch with another merge is kept for nobody.
    t.h.place.repo.switch("main").git(&["pull", "-q", "origin", "main"]);
    let (three, head) = t.open("third", &[A2, B]);
    t.up(three, &head);
    t.h.place.repo.branch("fourth");
    let (four, _) = t.open("fourth", &[("a", "path: a.txt, content: three"), B]);
    t.merge(four, "merge");
    poll("its end", || t.h.texts(four)[0].starts_with("### gitinfra: test/dev is rolled out\n"));
    t.until_says(three, "test/dev came to main at ");
    poll("its top", || t.h.texts(three)[0].starts_with("### gitinfra preview: "));
    assert!(!t.has_lock());
    t.served.end();
}

#[test]
fn what_is_held_is_rolled_out_once_it_is_allowed() {
    let config = "apply: command\napprovals: {count: 1, from: [ada]}\nbudgets: [{types: ['**'], deletes: 0}]\n";
    let t = Talk::of(&[A], "apply: command\n");
    t.h.place.repo.switch("main").write("gitinfra.yaml", config).commit("Bounds");
    t.h.place.repo.git(&["push", "-q", "origin", "main"]);
    let (number, head) = t.open("change", &[B]);
    let at = &head[..7];
    assert!(
        t.says(number, "it needs 1 to allow it (who may: ada)") && t.says(number, "over budget: 1 would be deleted")
    );
    t.write(number, &format!("/gitinfra up {at}"));
    t.until_says(number, &format!("`, then `/gitinfra up {at}` anew"));
    assert!(t.says(number, "(who may allow it: ada)"), "{:?}", t.h.texts(number));
    assert!(t.status(&head).starts_with("failure is held as hold/"), "{}", t.status(&head));
    let hold = t.h.place.get("holds")[0]["name"].as_str().unwrap_or_default().to_owned();
    assert!(t.has_lock() && t.h.place.file("b.txt").is_none());
    // Closed, nothing of it is left. Opened again, it is previewed, and held, anew.
    t.close(number);
    t.until_says(number, "it was closed without a merge. nothing of it was rolled out");
    poll("the lock to be given back", || !t.has_lock());
    assert_eq!(t.status(&head), "error it was closed without a merge");
    assert!(t.h.place.get("holds").is_empty());
    let ended = t.h.place.run(&format!("describe hold/{hold}"));
    ended.expect_code(0).expect_out(&["overtaken", &format!("pr/{number}: it was closed without a merge")]);
    t.reopen(number);
    poll("its preview", || t.status(&head).starts_with("success would be held"));
    t.until_previewed(&head);
    t.write(number, &format!("/gitinfra up {at}"));
    poll("its hold", || t.status(&head).starts_with("failure is held as hold/"));
    let seal = t.h.place.get("holds")[0]["seal"].as_str().unwrap_or_default().to_owned();
    t.write(number, &format!("/gitinfra reject {seal} not now"));
    poll("what was decided", || t.status(&head).ends_with("ada refused it: not now"));
    let top = || t.h.texts(number)[0].split("### gitinfra preview").next().unwrap_or_default().to_owned();
    assert!(top().contains("ada refused it: not now") && !top().contains("/gitinfra approve"), "{}", top());
    let seal = t.h.place.get("holds")[0]["seal"].as_str().unwrap_or_default().to_owned();
    t.write(number, &format!("/gitinfra approve {seal}"));
    t.until_says(number, "approved by ada: `/gitinfra up` on its pull request rolls test/dev out");
    t.up(number, &head);
    assert_eq!((t.h.place.file("b.txt").as_deref(), t.h.place.file("a.txt")), (Some("b"), None));
    assert!(t.status(&head).starts_with("success "), "{}", t.status(&head));
    // Merged into a branch that nobody rolls out, it goes back as if it had been closed; and what holds that is told.
    t.h.place.repo.git(&["push", "-q", "origin", "main:refs/heads/dev"]);
    t.h.server.call(ADA, "PATCH", &t.h.at(&format!("pulls/{number}")), Some(&json!({ "base": "dev" })));
    t.until_says(number, "merging this into dev rolls nothing out");
    t.until_says(number, &format!("### gitinfra up: rolled out at {at} for main: merged into dev, it goes back\n"));
    t.until_previewed(&head);
    // Where that branch moves, it is previewed anew.
    t.h.place.repo.switch("main").branch("dev").write("README.md", "x\n");
    let moved = t.h.place.repo.commit("Docs");
    t.h.place.repo.git(&["push", "-q", "origin", "dev"]);
    t.until_says(number, &format!("previewed the merge of {at} into {}", &moved[..7]));
    t.until_previewed(&head);
    t.merge(number, "merge");
    let how = "it was merged into dev, and only main is rolled out";
    t.until_says(number, &format!("{how}. test/dev was rolled out from it: that goes back to what main says"));
    assert_eq!(t.status(&head), format!("error {how}"));
    t.until_says(number, "test/dev does not go back yet, it is held as hold/");
    let seal = t.h.place.get("holds")[0]["seal"].as_str().unwrap_or_default().to_owned();
    t.write(number, &format!("/gitinfra approve {seal}"));
    t.until_says(number, "test/dev is back at what main says, at ");
    assert_eq!((t.h.place.file("a.txt").as_deref(), t.h.place.file("b.txt")), (Some("one"), None));
    t.served.end();
}

#[test]
fn a_server_that_is_killed_in_between_goes_on_once() {
    let t = Talk::of(&[A], "apply: command\n");
    let (number, head) = t.open("change", &[A2, SLOW]);
    let at = &head[..7];
    let t = Talk::again(t.killed(number, &head));
    let words = format!("test/dev is rolled out at {at}: merge it");
    t.h.place.release("b.txt", || t.says(number, &words));
    assert_eq!(t.h.place.states(), ["succeeded", "interrupted", "succeeded"]);
    assert_eq!(t.status(&head), format!("success is rolled out at {at}: merge it"));
    assert_eq!(t.h.texts(number).concat().matches(&words).count(), 1, "it is told once");
    t.merge(number, "merge");
    // The one before was killed with its address: nobody delivers the merge, and it is found by the next one that looks.
    t.served.end();
    let t = Talk::again(t.h);
    poll("its end", || t.h.texts(number)[0].starts_with("### gitinfra: test/dev is rolled out\n"));
    assert!(!t.has_lock() && t.h.place.states().len() == 3);
    t.served.end();
}

#[test]
fn what_is_closed_while_it_is_rolled_out_keeps_no_stack() {
    let t = Talk::of(&[A], "apply: command\n");
    let (number, head) = t.open("change", &[A2, SLOW]);
    t.begins(number, &head);
    poll("its top", || t.h.texts(number)[0].starts_with("### gitinfra up: test/dev is being rolled out\n"));
    t.write(number, "/gitinfra unlock test/dev");
    t.until_says(number, "test/dev is being rolled out from this: `/gitinfra cancel test/dev` stops it");
    t.close(number);
    t.until_says(number, "test/dev may be changed in part by it: that goes back to what main says");
    poll("the lock to be given back", || !t.has_lock());
    let words = "was closed meanwhile: what it changed goes back to what main says";
    t.h.place.release("b.txt", || t.says(number, &format!("test/dev {words}")));
    // It is as slow to go as it was to come.
    t.h.place.release("b.txt", || t.h.place.states() == ["succeeded", "succeeded", "succeeded"]);
    assert_eq!((t.h.place.file("a.txt").as_deref(), t.h.place.file("b.txt")), (Some("one"), None));
    assert_eq!((t.status(&head), t.has_lock()), (format!("error {words}"), false));
    assert!(!t.says(number, ": merge it"), "{:?}", t.h.texts(number));
    // A head that is one no more when its roll-out ends is told that all the same.
    let (_, head) = t.open("next", &[A2, SLOW]);
    t.write(number + 1, &format!("/gitinfra up {}", &head[..7]));
    poll("its top", || t.h.texts(number + 1)[0].starts_with("### gitinfra up: test/dev is being rolled out\n"));
    t.h.push("next", &[A2, SLOW, ("c", "path: c.txt, content: c")]);
    let done = format!("success is rolled out at {}", &head[..7]);
    t.h.place.release("b.txt", || t.status(&head) == done);
    t.served.end();
}

#[test]
fn what_is_merged_while_it_is_rolled_out_is_told_its_end() {
    let t = Talk::of(&[A], "apply: command\n");
    let (number, head) = t.open("change", &[A2, SLOW]);
    t.begins(number, &head);
    let looks = t.served.looks();
    t.merge(number, "squash");
    poll("a look at the branch", || !t.has_lock() && t.served.looks() > looks);
    t.h.place.release("b.txt", || t.says(number, "test/dev was merged meanwhile as "));
    poll("its end", || t.h.texts(number)[0].starts_with("### gitinfra: test/dev is rolled out\n"));
    assert!(t.says(number, ", before its merge |") && !t.has_lock(), "{:?}", t.h.texts(number));
    assert!(t.status(&head).starts_with("success was merged meanwhile as "), "{}", t.status(&head));
    assert_eq!(t.h.place.states(), ["succeeded", "succeeded"], "the merge has nothing to roll out");
    t.served.end();
}

#[test]
fn what_moved_on_while_no_server_was_there_is_not_left_pending() {
    let t = Talk::of(&[A], "apply: command\n");
    let (number, head) = t.open("change", &[A2, SLOW]);
    let h = t.killed(number, &head);
    let next = h.push("change", &[A2, B]);
    let t = Talk::again(h);
    let words = format!("it moved on to {} meanwhile", &next[..7]);
    t.until_says(number, &words);
    poll("its status", || t.status(&head).starts_with(&format!("error {words}")));
    // Nobody knows how far the engine came, so nobody else gets the stack before that is undone.
    t.until_previewed(&next);
    assert!(t.has_lock());
    t.served.hook(&t.h);
    t.close(number);
    t.until_says(number, "test/dev may be changed in part by it: that goes back to what main says");
    poll("the way back", || t.h.place.states() == ["succeeded", "interrupted", "succeeded"]);
    assert!(t.h.place.file("a.txt").as_deref() == Some("one") && !t.has_lock());
    // What the engine was creating as it was killed is known to nobody, and `main` does not have it: that is told.
    let said = t.served.end();
    assert!(said.contains("a cut-off run was creating b, which is not what the program has now"), "{said}");
}

/// The forges that can't be had here: each is asked whether it would let it be merged, and says in its own way why not.
#[test]
fn every_forge_is_asked_before_anything_is_rolled_out() {
    for kind in KINDS {
        let p = Played::of(kind, &[A], &[A2]);
        let repo = &p.place.repo;
        repo.switch("main").write("gitinfra.yaml", "apply: command\n").commit("What may be done");
        repo.switch("change").merge("main");
        let head = p.push(&[A2, B]);
        p.place.sync();
        for (name, text) in [("forge-token", "hush-token"), ("hook-secret", SECRET)] {
            fs::write(p.place.path(name), text).expect("a secret can be written");
        }
        let forge = format!(
            "{{url: '{}/acme/infra', kind: {kind}, tokenFile: forge-token, webhookSecretFile: hook-secret}}",
            p.url
        );
        let repository = format!("{{name: infra, repo: {}, interval: 1s, forge: {forge}}}", repo.folder().display());
        let (going, _) = p.place.serve(&format!("listen: 127.0.0.1:0\nrepositories:\n  - {repository}\n"));
        let until_says =
            |words: &str| poll(&format!("{kind}: {words}"), || p.ours().iter().any(|(text, _)| text.contains(words)));
        let at = &head[..7];
        let set = |name: &str, is_so: bool| p.tell("pull", json!({ "number": 1, name: is_so }));
        let ask = || p.tell("comment", json!({ "pull": 1, "user": "ada", "text": format!("/gitinfra up {at}") }));
        until_says(&format!("a comment with /gitinfra up {at} rolls test/dev out before the merge"));
        let unapproved = match kind {
            "github" => "the rules of its base lack an approval",
            "gitlab" => "approvals are missing",
            _ => "nobody approved it",
        };
        for (name, words) in [("draft", "it is a draft"), ("unapproved", unapproved)] {
            set(name, true);
            ask();
            until_says(&format!("it can't be merged yet, so it is not rolled out: {words}").replace('\'', "&#39;"));
            set(name, false);
        }
        assert_eq!(p.place.file("b.txt"), None, "{kind}");
        ask();
        let words = format!("is rolled out at {at}: merge it");
        until_says(&format!("test/dev {words}"));
        assert_eq!(p.place.file("b.txt").as_deref(), Some("b"), "{kind}");
        let statuses = p.statuses(&head);
        let success = if kind == "bitbucket" { "SUCCESSFUL" } else { "success" };
        assert_eq!(statuses[1], format!("gitinfra/test/dev {success} {words}"), "{kind}");
        set("open", false);
        until_says("it was closed without a merge. test/dev was rolled out from it");
        poll("the way back", || p.place.file("b.txt").is_none() && p.place.get("locks").is_empty());
        going.signal(Signal::TERM);
        going.finish().expect_code(0).expect_without(&["hush-token"]);
    }
}
