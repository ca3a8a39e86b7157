//! The command line with `--server`: the same words and exit codes as with the ledger itself, for whom a token belongs to.

use super::Site;
use crate::cli::place::Place;
use crate::cli::said::Said;

impl Site {
    /// A command that the server does for somebody.
    fn afar(&self, who: &str, words: &str) -> Said {
        self.place.run(&format!("{words} --server {} --token-file {who}", self.url))
    }
}

/// What is read is the same, and what goes wrong as well.
pub fn what_is_read_is_the_same(site: &Site) {
    let run = site.place.get("runs")[0]["name"].as_str().unwrap_or_default().to_owned();
    for words in [
        "get stacks -o json",
        "get stacks,runs",
        "get holds -o yaml",
        "get runs -o name",
        "get stacks -o jsonpath={.items[*].status}",
        "get st --field-selector colour=red",
        "get pods",
        "describe stack/test/dev -o json",
        "describe run/nobody",
        "describe hold/x -o markdown",
        "events",
        "wait stack/test/dev --for=condition=Failing --timeout 0s",
        "cancel stack/nowhere/dev",
        &format!("logs run/{run}"),
        &format!("logs -f -o json run/{run}"),
        &format!("cancel run/{run}"),
    ] {
        let here = || site.place.run_as(words, |command| command.env("GITINFRA_AS", "vic"));
        let both = || [site.afar("vic", words), here()].map(|said| (said.code, said.stdout, said.stderr));
        // A second later an age is another one.
        let [there, here] = (0..4).map(|_| both()).find(|[there, here]| there == here).unwrap_or_else(both);
        assert_eq!(there, here, "{words}");
    }
}

/// Who may not does not, and who may is written down by the name that the server knows.
pub fn what_is_done_is_ones_own(site: &Site) {
    for words in ["suspend test/dev --reason x", "resume test/dev", "lock test/dev --reason x", "retry test/dev"] {
        site.afar("vic", words)
            .expect_code(3)
            .expect_no_data()
            .expect_err(&["vic may not do that: it takes an approver"]);
    }
    site.afar("apo", "suspend test/dev --reason moving").expect_code(0).expect_out(&["stack/test/dev suspended"]);
    assert_eq!(site.place.get("stacks")[0]["suspended"], "moving");
    site.afar("apo", "resume test/dev").expect_code(0).expect_out(&["stack/test/dev resumed"]);
    site.afar("apo", "lock test/dev --reason moving")
        .expect_code(0)
        .expect_out(&["stack/test/dev locked by apo until"]);
    site.afar("ada", "unlock test/dev").expect_code(5).expect_err(&["locked by apo", "`--force` takes"]);
    site.afar("apo", "unlock test/dev --force").expect_code(3).expect_err(&["it takes an admin"]);
    site.afar("ada", "unlock test/dev --force").expect_code(0).expect_out(&["stack/test/dev unlocked"]);
    // What it does meanwhile is told as it happens, and what it comes to is the exit code.
    site.afar("apo", "retry test/dev").expect_code(6).expect_out(&["test/dev", "held"]);
    let written = site.place.run("audit verify").expect_code(0);
    assert!(written.stdout.contains("unbroken"), "{written}");
    let events = site.get("/events.json", &site.sign_in("ada")).json();
    let deeds: Vec<String> = events["items"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|deed| {
            format!("{} {}", deed["who"].as_str().unwrap_or_default(), deed["did"].as_str().unwrap_or_default())
        })
        .filter(|deed| !deed.ends_with("signed in"))
        .collect();
    let expected = ["apo suspended", "apo resumed", "apo locked", "ada unlocked", "apo retried"];
    assert_eq!(deeds.into_iter().rev().collect::<Vec<_>>(), expected);
}

#[test]
fn who_asks_a_server_says_so_safely() {
    let place = Place::new();
    std::fs::write(place.path("token"), "hush-token\n").expect("a token can be written");
    // Nothing listens there.
    let here = "--server http://127.0.0.1:1";
    for (words, code, told) in [
        (format!("get stacks {here}"), 3, "there is no token"),
        (format!("get stacks {here} --token-file nowhere"), 3, "reading"),
        (format!("get stacks {here} --token-file token"), 4, "asking http://127.0.0.1:1: "),
        ("get stacks --server http://infra.example --token-file token".to_owned(), 3, "is not encrypted"),
        ("get stacks --server https://ada:x@infra.example --token-file token".to_owned(), 3, "holds credentials"),
        ("get stacks --server infra --token-file token".to_owned(), 3, "can't be read"),
        (format!("approve 1234 --as ada {here} --token-file token"), 3, "who signed in, and nobody else"),
        (format!("sync {here} --token-file token"), 3, "files and programs of this machine"),
        (format!("destroy stack/a/b {here} --token-file token"), 3, "files and programs of this machine"),
        (format!("get {here} --token-file token"), 2, "required"),
    ] {
        place.run(&words).expect_code(code).expect_no_data().expect_err(&[told]).expect_without(&["hush-token"]);
    }
    // What needs no server asks none.
    place.run(&format!("version {here}")).expect_code(0);
}
