//! Another configuration while a server runs: repositories come and go, secrets change, and no roll-out is cut.

use std::fs;

use rustix::process::Signal;

use super::gitea::Hosted;
use super::served::{SECRET, Served, config};
use crate::cli::place::Place;
use crate::pulumi::poll;

const A: (&str, &str) = ("a", "path: a.txt, content: one");
const SLOW: (&str, &str) = ("a", "path: a.txt, content: one, slow: 1000000");
const B: (&str, &str) = ("b", "path: b.txt, content: b");
const OPEN: &str = "openToRead: true\n";

#[test]
fn another_configuration_is_taken_and_cuts_no_roll_out() {
    let h = Hosted::of(&[SLOW]);
    let served = Served::start(&h, OPEN);
    h.place.until_slow("a.txt");
    // A faulty one changes nothing, and all that is wrong is said at once, with its place.
    served.reload(&h, "listen: 127.0.0.1:0\nrepositories:\n  - name: infra\n    colour: red\n");
    poll("the slip", || served.text("/repositories").contains("serve.yaml:4:5: there is no key `colour`"));
    let good = config(&h, "1h", OPEN);
    let faulty = format!(
        "{}people: [{{name: ada, role: viewer, tokenFile: absent-1, repositories: []}}]\n",
        good.replace("tokenFile: forge-token", "tokenFile: absent-2")
    );
    served.reload(&h, &faulty);
    let told = |words: &[&str]| words.iter().all(|words| served.text("/stacks").contains(words));
    poll("all faults", || told(&["The configuration is refused", "absent-1", "absent-2"]));
    assert!(served.counts("gitinfra_configuration_well 0") && served.text("/repositories").contains("infra"));
    let ready = served.get("/readyz");
    assert_eq!(ready.status, 200);
    assert!(ready.text.contains("the configuration is refused"), "{}", ready.text);
    // A right one adds a repository and changes another, while that is rolled out.
    let other = Place::new();
    other.project("", "second", &["dev"], &[B]).repo.commit("Begin");
    let second = format!("  - {{name: second, repo: {}, interval: 1s}}\n", other.repo.folder().display());
    served.reload(&h, &(config(&h, "1s", &second) + OPEN));
    poll("the second repository", || other.path("root/second/dev/b.txt").exists());
    assert!(served.counts("gitinfra_configuration_well 1") && !served.text("/stacks").contains("is refused"));
    poll("its end", || h.place.states() == ["running", "succeeded"]);
    let went_well = || h.place.states() == ["succeeded", "succeeded"];
    h.place.release("a.txt", went_well);
    assert_eq!(h.place.get("runs").len(), 2, "nothing was cut and nothing was done twice");
    h.push("main", &[SLOW, B]);
    poll("a look by the new interval", || h.place.file("b.txt").is_some());
    // What can't change while it runs is named; a repository that is not named any more is left alone.
    let (_, alone) =
        config(&h, "1s", "").split_once("repositories:").map(|(a, b)| (a.to_owned(), b.to_owned())).expect("a list");
    served.reload(&h, &format!("listen: 127.0.0.1:1\n{OPEN}repositories:{alone}"));
    poll("the removal", || !served.text("/repositories").contains("second"));
    assert!(served.text("/stacks").contains(&format!(
        "`listen` stays {} until the server is started again",
        served.url.trim_start_matches("http://")
    )));
    let said = served.end();
    for words in [
        "read anew: added: second; changed: infra\"",
        "removed: second; `listen` stays",
        "is refused, and the one before",
    ] {
        assert!(said.contains(words), "{words}\n{said}");
    }
    assert!(!said.contains(SECRET) && !said.contains(&h.token), "{said}");
}

/// Whether the server goes on, is ended before another one is started, or is killed.
#[test]
fn what_left_the_configuration_is_queued_no_longer() {
    let (place, other) = (Place::of(&[A]), Place::of(&[B]));
    other.repo.write("gitinfra.yaml", "colour: red\n").commit("Break");
    let entry =
        |name: &str, of: &Place| format!("  - {{name: {name}, repo: {}, interval: 1h}}\n", of.repo.folder().display());
    let one = format!("listen: 127.0.0.1:0\n{OPEN}repositories:\n{}", entry("infra", &place));
    let both = format!("{one}{}", entry("second", &other));
    let write = |config: &str| fs::write(place.path("serve.yaml"), config).expect("the configuration can be written");
    let start = || Served::of(place.start("serve --config serve.yaml"));
    let queue = || place.get("queue");
    let is_left = || queue().iter().any(|job| job["state"] == "retrying");
    for signal in [Signal::HUP, Signal::TERM, Signal::KILL] {
        write(&both);
        let mut served = start();
        poll("a job that rests", is_left);
        write(&one);
        served.going.signal(signal);
        let mut said = String::new();
        if signal != Signal::HUP {
            said = served.going.finish().stdout;
            assert_eq!(queue().is_empty(), signal == Signal::TERM, "{signal:?}");
            served = start();
        }
        poll("its end", || queue().is_empty() && served.counts("gitinfra_waiting{task=\"roll-out\"} 0"));
        said += &served.end();
        assert!(said.contains("the roll-out of main in "), "{said}");
        assert!(said.contains("will not be done: no server watches that any more"), "{said}");
    }
}

#[test]
fn a_forge_that_does_not_answer_is_told_everywhere_and_once() {
    let h = Hosted::of(&[A]);
    fs::write(h.place.path("serve.yaml"), config(&h, "1s", OPEN)).expect("the configuration can be written");
    let served = Served::again(&h);
    poll("the first roll-out", || h.place.file("a.txt").is_some());
    let troubles = |cause: &str| {
        served.number(&format!("gitinfra_troubles_total{{repository=\"infra\",side=\"forge\",cause=\"{cause}\"}}"))
    };
    let is_ill = |words: &str| {
        let ready = served.get("/readyz");
        let page = served.text("/repositories");
        let is_told = page.contains(&format!("infra: {words}")) && served.text("/stacks").contains(words);
        assert_eq!(ready.status, 200, "it goes on with what it can do");
        is_told
            && ready.text.starts_with(&format!("ready, but {words} (at 1 of 1"))
            && served.counts("gitinfra_repository_well{repository=\"infra\",side=\"forge\"} 0")
            && served.counts("gitinfra_repository_well{repository=\"infra\",side=\"branch\"} 1")
    };
    let is_well = || served.text("/readyz") == "ready\n" && !served.text("/repositories").contains("in trouble");
    // A token that is nobody's, then the right one: a secret is read anew although the file's name stays.
    let token = h.place.path("forge-token");
    fs::write(&token, "hush-wrong-token").expect("a secret can be written");
    served.going.signal(Signal::HUP);
    poll("the refusal", || is_ill("the forge refuses the token"));
    poll("more looks", || troubles("refused") > 2);
    fs::write(&token, &h.token).expect("a secret can be written");
    served.going.signal(Signal::HUP);
    poll("the right token", is_well);
    // A forge where nobody listens.
    let elsewhere = config(&h, "1s", OPEN).replace(&format!("url: '{}", h.server.url), "url: 'http://127.0.0.1:9");
    served.reload(&h, &elsewhere);
    poll("the silence", || is_ill("the forge is not reached"));
    served.reload(&h, &config(&h, "1s", OPEN));
    poll("its return", is_well);
    // Looks that find nothing new write nothing.
    let looks = || served.looks();
    let begun = looks();
    poll("a look", || looks() > begun + 1);
    let (before, begun) = (served.going.out(), looks());
    poll("more looks", || looks() > begun + 2);
    assert_eq!(served.going.out(), before, "nothing was new");
    let said = served.end();
    assert_eq!(said.matches("infra: the forge refuses the token").count(), 1, "{said}");
    assert!(!said.contains("hush-wrong-token") && !said.contains(&h.token), "{said}");
}
