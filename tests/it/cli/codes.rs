//! Exit codes: the same failure has the same code and the same hint in every command, and the tables say so.

use super::place::Place;
use crate::tools;

const A: (&str, &str) = ("a", "path: a.txt, content: one");
const B: (&str, &str) = ("b", "path: b.txt, content: two");

/// What the commands see in place of what they usually do; `None` for nothing.
type Set<'a> = &'a [(&'a str, Option<&'a str>)];

/// A place with a stack that stands and a change of it, on `main` and on the branch `next` alike.
fn changed() -> Place {
    let p = Place::of(&[A]);
    p.sync();
    p.repo.branch("next");
    p.change(&[A, B]);
    p.repo.switch("main");
    p
}

/// `sync` of the change, and its preview.
const BOTH: [&str; 2] = ["sync --branch next", "preview --head next"];

#[track_caller]
fn expect(p: &Place, words: &str, set: Set<'_>, code: i32, said: &[&str]) {
    let run = p.run_as(words, |command| {
        for (name, value) in set {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    });
    let run = run.expect_code(code);
    let all = format!("{}{}", run.stdout, run.stderr);
    for word in said {
        assert!(all.contains(word), "does not say {word}\n{run}");
    }
}

#[test]
fn what_is_missing_has_one_code_in_every_command() {
    let p = changed();
    let nowhere = "s3://nowhere?region=us-east-1&endpoint=http://127.0.0.1:1&s3ForcePathStyle=true";
    let cases: [(Set<'_>, &[&str]); 7] = [
        (&[("PULUMI_BACKEND_URL", None)], &["no backend is set", "hint: set PULUMI_BACKEND_URL"]),
        (
            &[("PULUMI_BACKEND_URL", Some("file:///nowhere/at/all"))],
            &["/nowhere/at/all does not exist", "hint: make it with"],
        ),
        (
            &[
                ("PULUMI_BACKEND_URL", Some(nowhere)),
                ("AWS_ACCESS_KEY_ID", Some("x")),
                ("AWS_SECRET_ACCESS_KEY", Some("secret")),
                ("AWS_MAX_ATTEMPTS", Some("1")),
            ],
            &["connection refused", "hint: the backend can't be reached"],
        ),
        (
            &[("PULUMI_BACKEND_URL", Some("https://127.0.0.1:1"))],
            &["PULUMI_ACCESS_TOKEN must be set", "hint: set PULUMI_ACCESS_TOKEN"],
        ),
        (&[("PULUMI_CONFIG_PASSPHRASE", None)], &["passphrase must be set", "hint: the backend encrypts secrets"]),
        (
            &[("PULUMI_CONFIG_PASSPHRASE", Some("another"))],
            &["incorrect passphrase", "hint: PULUMI_CONFIG_PASSPHRASE has to be"],
        ),
        (&[("PATH", Some("/usr/bin:/bin"))], &["the `pulumi` CLI is not on the PATH", "hint: get it from"]),
    ];
    for (set, said) in cases {
        for words in BOTH {
            expect(&p, words, set, 4, said);
        }
    }
    assert_eq!(p.file("b.txt"), None);
}

#[test]
fn a_code_says_what_came_of_it() {
    let p = changed();
    p.repo.branch("broken");
    p.change(&[A, ("b", "path: /b, content: two")]);
    p.repo.switch("main");
    let cases = [
        ("sync", 0),
        ("sync --dry-run", 0),
        ("preview --head main", 0),
        ("preview --head next", 0),
        ("get runs", 0),
        ("version", 0),
        ("sync --branch broken", 1),
        ("preview --head broken", 1),
        ("sync --brunch main", 2),
        ("sync --branch nobody", 3),
        ("preview --head nobody", 3),
        ("get pods", 3),
        ("describe run/nobody", 3),
        ("logs nobody", 3),
        ("get runs --ledger mysql://x", 4),
        ("get runs --ledger sqlite:///dev/full", 4),
    ];
    for (words, code) in cases {
        expect(&p, words, &[], code, &[]);
    }
    // What could not be written was not said.
    for words in ["get runs -o json", "version"] {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("a device");
        let said = p.run_as(words, |command| command.stdout(full));
        said.expect_code(4).expect_err(&["error: writing the output: No space left on device"]);
    }
}

#[test]
fn the_readme_and_the_help_have_the_same_codes() {
    let readme = std::fs::read_to_string(tools::repository().join("cli/README.md"));
    let readme = readme.expect("the README is there");
    let help = Place::new().run("sync --help").expect_code(0).stdout;
    let (_, codes) = help.split_once("Exit codes:").expect("the help has codes");
    let row = |line: &str| {
        let (code, words) = line.trim().split_once(' ')?;
        Some(format!("| {code} | {} |", words.trim()))
    };
    let rows: Vec<String> = codes.lines().filter_map(row).collect();
    assert_eq!(rows.len(), 10, "{rows:?}");
    for row in rows {
        assert!(readme.replace('`', "").contains(&row), "no {row}");
    }
}
