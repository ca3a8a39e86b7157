//! What a server says of itself and of its stacks: the same wherever it is asked.

use super::{A, Site};
use crate::cli::place::Place;
use crate::pulumi::poll;

/// A repository whose one stack is rolled out.
fn rolled_out() -> Place {
    let place = Place::of(&[A]);
    place.sync();
    place
}

#[test]
fn a_stack_is_in_the_same_state_everywhere() {
    let place = rolled_out();
    // What stands went well, and the head can't be read any more: only a look at the branch knows.
    place.repo.write("Pulumi.yaml", "name: test\nruntime: [\n").commit("Break");
    let site = Site::of(place, "1s");
    let page = || site.for_ada("/stacks").text;
    poll("the page", || page().contains("<span>1</span>") && page().contains("/stacks?state=failing"));
    let metrics = site.for_ada("/metrics").text;
    for line in ["gitinfra_stacks{state=\"failing\"} 1", "gitinfra_stacks{state=\"current\"} 0"] {
        assert!(metrics.lines().any(|found| found == line), "{line}\n{metrics}");
    }
    assert_eq!(site.for_ada("/stacks.json").json()["items"][0]["status"], "failing");
    let said = site.place.run(&format!("get stacks -o json --server {} --token-file ada", site.url));
    let said: serde_json::Value = serde_json::from_str(&said.expect_code(0).stdout).expect("a list");
    assert_eq!(said["items"][0]["status"], "failing");
}

#[test]
fn what_deletes_is_approved_by_whoever_says_that_they_have_seen_it() {
    let place = rolled_out();
    place.repo.write("gitinfra.yaml", "approvals: {count: 1}\n");
    place.change(&[("a", "path: elsewhere.txt, content: one")]);
    let site = Site::of(place, "1h");
    poll("the hold", || !site.place.get("holds").is_empty());
    let hold = site.place.get("holds").remove(0);
    let text = |name: &str| hold[name].as_str().unwrap_or_default().to_owned();
    let (hold, preview) = (format!("/hold/{}", text("name")), format!("/preview/{}", text("seal")));
    let apo = site.sign_in("apo");
    let body = format!("word={}&seal={}", site.word(&apo), text("seal"));
    for path in [&hold, &preview] {
        assert!(site.get(path, &apo).text.contains("name=\"seen\" value=\"yes\" required"), "{path}");
        for said in ["", "&seen=", "&seen=no"] {
            let answer = site.post(&format!("{path}/approve"), &apo, "same-origin", &format!("{body}{said}"));
            assert_eq!(answer.status, 409, "{path} {said}");
            assert!(answer.text.contains("it deletes or replaces resources"), "{}", answer.text);
        }
    }
    let state = || site.place.get("holds")[0]["state"].clone();
    assert_eq!(state(), "held", "nobody allowed it");
    let answer = site.post(&format!("{hold}/approve"), &apo, "same-origin", &format!("{body}&seen=yes"));
    assert_eq!(answer.status, 303, "{answer:?}");
    poll("what was allowed", || site.place.file("elsewhere.txt").as_deref() == Some("one"));
}
