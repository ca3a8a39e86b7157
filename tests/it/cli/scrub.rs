//! What a program blurts out: known secrets reach neither the terminal nor the ledger.

use super::place::Place;
use super::said::Said;

const WORD: &str = "correct-horse-battery";
const KEY: &str = "wJalrXUtnFEMIhush";

/// A program whose file's name and content hold what its environment holds, and which fails with them in the message.
fn blurting() -> Place {
    let p = Place::new().env("PULUMI_CONFIG_PASSPHRASE", WORD).env("AWS_SECRET_ACCESS_KEY", KEY);
    let files = [
        ("a", format!("path: a.txt, content: '{KEY} and {WORD}'")),
        ("b", format!("path: '/{KEY}/{WORD}', content: b")),
    ];
    let files: Vec<_> = files.iter().map(|(n, p)| (*n, p.as_str())).collect();
    p.program("", "test", &crate::files::of(&files));
    let root = p.path("root/test/dev");
    p.repo.write("Pulumi.dev.yaml", &format!("config:\n  files:root: {}\n", root.display()));
    p.repo.commit(&format!("The key is {KEY}"));
    p
}

#[track_caller]
fn expect_hidden(said: Said) -> Said {
    said.expect_without(&[WORD, KEY])
}

#[test]
fn known_secrets_are_told_nowhere() {
    let p = blurting();
    for words in ["preview --base main", "preview --base main -o json", "sync", "sync -o json"] {
        let said = expect_hidden(p.run(words));
        let failed = words.starts_with("sync");
        said.expect_code(i32::from(failed));
    }
    expect_hidden(p.run("sync")).expect_out(&["[secret]"]);
    let runs = p.get("runs");
    for run in &runs {
        let name = run["name"].as_str().unwrap_or_default();
        for words in ["describe", "logs", "get"] {
            let words = match words {
                "get" => format!("get run/{name} -o yaml"),
                verb => format!("{verb} run/{name}"),
            };
            expect_hidden(p.run(&words)).expect_code(0);
        }
    }
    // The ledger itself, read by other eyes.
    let ledger = std::fs::read(p.path("state/ledger.db")).unwrap_or_default();
    let wal = std::fs::read(p.path("state/ledger.db-wal")).unwrap_or_default();
    let text = String::from_utf8_lossy(&[ledger, wal].concat()).into_owned();
    assert!(text.contains("[secret]"), "the failure is in the ledger");
    for secret in [WORD, KEY] {
        assert!(!text.contains(secret), "{secret} is in the ledger");
    }
}

/// The secret is only in the stack's configuration, and the backend doesn't have the stack yet.
#[test]
fn a_new_stacks_secrets_are_told_nowhere() {
    // The engine itself hides a secret in messages, but not in a name.
    let blurted = format!("a-{WORD}");
    let p = Place::of(&[(&blurted, "path: /no/a.txt, content: one")]);
    let secret = format!("config set --secret test:word {WORD} --stack dev");
    for words in ["stack init dev --no-select", &secret, "stack rm dev --yes --preserve-config"] {
        let done = p.pulumi(words).status().expect("pulumi runs");
        assert!(done.success(), "{words}");
    }
    p.repo.commit("A secret");
    // The first one makes the stack.
    for _ in 0..2 {
        expect_hidden(p.run("sync")).expect_out(&["[secret]"]);
    }
}
