//! What comes from outside, whatever it is, ends in words or in what is safe to use, and never in a fall. Each parser is given what it
//! knows with a piece of it changed, and things that it does not know. Webhooks' payloads, commands and imports have such tests beside them.

use std::path::Path;

use proptest::prelude::*;
use serde_json::Value;

use crate::config::Config;
use crate::engine::{urn, value};
use crate::forge::mark::Marks;
use crate::forge::webhook::{Headers, Signer};
use crate::forge::{Address, Kind, Secret};
use crate::git::Source;
use crate::glob::matches;
use crate::places::Places;
use crate::repo::{Listing, TreeFile, path, stacks};
use crate::scrub::Scrubber;
use crate::server::config::Config as ServeConfig;

const RULES: &str = "include: ['net/*']\nrules:\n- stacks: ['**']\n  triggers: [a/**]\n  approvals: {count: 2, from: [ada]}\n  \
    budgets: [{types: ['aws:**'], deletes: 1}]\n  environment: {A: {file: a}, B: x}\n  drift: {every: 6h}\n  tags: ['v*', '!*-rc*']\n";
const SERVE: &str = include_str!("../../deploy/serve.yaml");
const PROJECT: &str = "name: net\nruntime: {name: nodejs, options: {packagemanager: npm}}\nmain: src\nconfig: {a: {secret: true}}\n\
    backend: {url: 'file:///x'}\nresources: {a: {type: 'files:index:File', properties: {content: {fn::readFile: ./a}}}}\n";
const ADDRESSES: [&str; 4] = [
    "https://git.example/acme/infra.git",
    "git@github.com:acme/infra.git",
    "ssh://git@[::1]:22/a/b",
    "http://127.0.0.1:3000/a/b?x#y",
];

/// A text with a piece of it gone and another one in its place.
fn spliced(text: &str, from: usize, length: usize, piece: &str) -> String {
    let edge = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    let (from, to) = (edge(from), edge(from.saturating_add(length)));
    format!("{}{piece}{}", &text[..from], &text[to..])
}

/// Pieces that mean something to one parser or another, and any others.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ \t\n:{}\\[\\],&*!|>'\"%@`#-]{0,6}",
        "\\PC{0,8}",
        Just("\u{0}\u{202e}\n..//".to_owned()),
        Just("&a [*a, *a]".to_owned()),
        Just("{".repeat(300)),
        Just("9".repeat(400)),
    ]
}

proptest! {
    #[test]
    fn configurations_are_read_or_refused_with_their_place(from in 0..3_000_usize, length in 0..60_usize, piece in piece()) {
        if let Err(failure) = Config::read(&spliced(RULES, from % RULES.len(), length, &piece)) {
            prop_assert!(failure.message.starts_with("gitinfra.yaml"), "{failure}");
        }
        let text = spliced(SERVE, from, length, &piece);
        let read = ServeConfig::parse("serve.yaml", &text).and_then(|config| config.check().map(|()| config));
        if let Err(failure) = read {
            prop_assert!(failure.message.starts_with("serve.yaml"), "{failure}");
        }
        let _ = Places::of("serve.yaml", &text).spot().at("repositories").at(0).to_string();
    }

    #[test]
    fn projects_have_stacks_with_safe_names_or_faults(from in 0..400_usize, length in 0..40_usize, piece in piece(), bytes in any::<[u8; 6]>(), name in "\\PC{1,12}") {
        let file = |path: &str, content: Vec<u8>| TreeFile { path: path.to_owned(), content };
        let project = spliced(PROJECT, from, length, &piece);
        let broken = [project.as_bytes(), &bytes].concat();
        for project in [project.into_bytes(), broken] {
            let config = format!("net/Pulumi.{}.yaml", name.replace('/', "-"));
            let files = vec![file("net/Pulumi.yaml", project), file(&config, bytes.to_vec()), file("net/Pulumi.dev.yaml", Vec::new())];
            let found = stacks(&Listing { files, ..Listing::default() });
            for stack in found.stacks.iter().filter(|stack| stack.check_name().is_ok()) {
                let is_safe = |part: &str| !part.is_empty() && !part.starts_with(['-', '.']) && !part.contains(['/', '\n', '\0', ' ']);
                prop_assert!(is_safe(&stack.project) && is_safe(&stack.stack), "{}", stack.name());
                prop_assert!(!stack.folder.contains(".."), "{}", stack.folder);
            }
        }
    }

    #[test]
    fn addresses_are_encrypted_or_here(which in 0..4_usize, from in 0..40_usize, length in 0..12_usize, piece in piece()) {
        let text = spliced(ADDRESSES[which], from, length, &piece);
        for kind in [None, Some(Kind::Gitea), Some(Kind::Bitbucket)] {
            if let Ok(address) = Address::parse(&text, kind) {
                let api = address.api.as_str();
                prop_assert!(crate::forge::wire::is_safe(api) && address.api.password().is_none(), "{text}: {api}");
            }
        }
        if let Ok(source) = Source::parse(&text, Path::new("/here")) {
            prop_assert!(!source.label.starts_with('-') && !source.label.contains('\0'), "{text:?}: {}", source.label);
        }
    }

    /// Nobody who lacks the secret has anything taken, whatever is said about it.
    #[test]
    fn what_is_not_signed_is_not_taken(body in any::<[u8; 24]>(), value in "(sha256=)?[0-9a-f]{0,64}|\\PC{0,20}", comment in "(<!-- |\\[//\\]: # \\()?gitinfra \\PC{0,40}( mac=[0-9a-f]{0,40})?( -->|\\))?") {
        let names = ["x-hub-signature-256", "x-gitea-signature", "x-gitlab-token", "x-hub-signature", "webhook-signature", "x-forgejo-signature"];
        let headers: Vec<(&str, &str)> = names.iter().map(|name| (*name, value.as_str())).chain([("x-github-event", "push"), ("x-github-delivery", "1"), ("webhook-id", "1"), ("webhook-timestamp", "0")]).collect();
        for kind in [Kind::Github, Kind::Gitlab, Kind::Gitea, Kind::Forgejo, Kind::Bitbucket] {
            let signer = Signer::new(kind, &Secret::new("a-secret-that-is-long-enough-for-all"));
            prop_assert!(signer.map_err(|failure| failure.message).expect("a signer").verify(&Headers(&headers), &body, 0).is_err());
        }
        prop_assert!(Marks::new(&Secret::new("a-secret")).read(&comment).is_none());
    }

    #[test]
    fn names_values_and_paths_are_shown_on_one_line(bytes in proptest::collection::vec(any::<u8>(), 0..40), text in "(urn:pulumi:)?\\PC{0,30}(::\\PC{0,9}){0,5}", glob in "[a*?/!\\[\\]{}.]{0,12}", secret in "\\PC{0,12}") {
        let path = path::text(&bytes);
        let shown = path::shown(&path);
        let is_on_one_line = shown.chars().all(|c| !c.is_control() && !crate::text::is_turning(c));
        prop_assert!(is_on_one_line, "{shown:?}");
        let _ = urn::parse(&text);
        let _ = value::read(&Value::String(text.clone()));
        let _ = value::read(&serde_json::from_slice(&bytes).unwrap_or_default());
        let _ = matches(&glob, &text);
        let mut scrubber = Scrubber::default();
        scrubber.add(&secret);
        let scrubbed = scrubber.scrub(&format!("{text}{secret}{text}"));
        prop_assert!(secret.trim().len() < 5 || !scrubbed.contains(secret.trim()) || "[secret]".contains(secret.trim()), "{secret:?} in {scrubbed:?}");
    }
}
