//! What is linked in: only permissive licences, and one TLS stack.

use std::process::Command;

use serde_json::Value;

use crate::tools::repository;

const ALLOWED: [&str; 16] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "BlueOak-1.0.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "OpenSSL",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Crates that come in only by mistake: with the default features of an AWS SDK crate, or of reqwest and its like.
const BANNED: [&str; 4] = ["ring", "openssl-sys", "native-tls", "sct"];

fn packages() -> Vec<Value> {
    let asked = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(repository())
        .output()
        .expect("cargo runs");
    let said: Value = serde_json::from_slice(&asked.stdout).expect("cargo metadata says JSON");
    said["packages"].as_array().expect("a list of packages").clone()
}

/// Whether a licence expression can be met with the allowed licences alone.
fn met(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ");
    let flat = expression.replace(['(', ')'], "");
    if expression.contains('(') && expression.contains(" AND ") {
        // Every alternative of every part: stricter than needed, and true of all that we use.
        return flat.split(" AND ").all(met);
    }
    let any = |part: &str| part.split(" OR ").any(|one| ALLOWED.contains(&one.trim()));
    flat.split(" AND ").all(any)
}

#[test]
fn every_licence_is_permissive() {
    let wrong: Vec<_> = packages()
        .iter()
        .filter(|p| !p["license"].as_str().is_some_and(met))
        .map(|p| format!("{} {}: {}", p["name"], p["version"], p["license"]))
        .collect();
    assert!(wrong.is_empty(), "not among the allowed licences: {wrong:#?}");
}

/// The names of all crates that are compiled in, on whatever platform.
fn linked() -> Vec<String> {
    let asked = Command::new(env!("CARGO"))
        .args(["tree", "--workspace", "--locked", "--target", "all"])
        .args(["--edges", "normal,build", "--prefix", "none", "--format", "{p}"])
        .current_dir(repository())
        .output()
        .expect("cargo runs");
    let said = String::from_utf8_lossy(&asked.stdout).into_owned();
    let first = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
    said.lines().map(first).collect()
}

#[test]
fn there_is_one_tls_stack() {
    let linked = linked();
    assert!(linked.iter().any(|name| name == "rustls"), "cargo tree lists what is linked");
    let found: Vec<_> = linked.iter().filter(|name| BANNED.contains(&name.as_str())).collect();
    assert!(found.is_empty(), "crates that must not come in: {found:?}");
}

#[test]
fn licence_expressions_are_read() {
    for (expression, expected) in [
        ("MIT OR Apache-2.0", true),
        ("MIT/Apache-2.0", true),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
        ("MIT OR LGPL-2.1-or-later", true),
        ("GPL-3.0-only", false),
        ("MIT AND AGPL-3.0-only", false),
        ("(MIT OR Apache-2.0) AND GPL-3.0-only", false),
    ] {
        assert_eq!(met(expression), expected, "{expression}");
    }
}
