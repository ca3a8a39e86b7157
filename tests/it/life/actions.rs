//! What a life shows of its type: the IAM actions that each verb needs, and what its id is made of; held to the provider's list.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use super::rows::{Row, rows};
use super::stack::Actions;
use crate::tools;

/// What a type needs for some inputs or in some states alone, which its life does not come by. Written by hand.
pub const SOMETIMES: &str = "sometimes";

/// Of each type or function, the actions by verb, and under `id` what its id is: as `provider/src/lives.json` lists them.
pub type Listed = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// The file that lists them.
pub fn path() -> PathBuf {
    tools::repository().join("provider/src/lives.json")
}

/// What it lists.
pub fn listed() -> Listed {
    let text = std::fs::read_to_string(path()).unwrap_or_else(|_| "{}".to_owned());
    let list: Value = serde_json::from_str(&text).expect("the list is JSON");
    let texts =
        |value: &Value| value.as_array().into_iter().flatten().filter_map(|it| Some(it.as_str()?.to_owned())).collect();
    let verbs = |value: &Value| {
        let each = value.as_object().into_iter().flatten();
        each.map(|(verb, actions)| (verb.clone(), texts(actions))).collect()
    };
    list.as_object().into_iter().flatten().map(|(token, value)| (token.clone(), verbs(value))).collect()
}

/// What the types of a trial called.
#[derive(Default)]
pub struct Called(Mutex<Listed>);

impl Called {
    /// Notes what one life called, of its own type.
    pub fn note(&self, row: &Row, actions: Actions, id: Option<String>) {
        let own = actions.into_iter().filter(|((kind, _), _)| *kind == row.kind);
        let own: BTreeMap<_, _> = own.map(|((_, verb), actions)| (verb.to_owned(), actions)).collect();
        let mut all = self.0.lock().expect("nobody panics with it");
        // A type may have several rows.
        let verbs = all.entry(row.token()).or_default();
        verbs.entry("id".to_owned()).or_default().extend(id);
        for (verb, actions) in own {
            verbs.entry(verb).or_default().extend(actions);
        }
    }

    /// What was called is what is listed; `UPDATE=1` lists it.
    pub fn expect_listed(self) {
        expect_listed(self.0.into_inner().expect("nobody panics with it"));
    }
}

/// Holds what some types or functions called to what the list says of them.
pub fn expect_listed(called: Listed) {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut list = listed();
    if std::env::var_os("UPDATE").is_some() {
        for (token, verbs) in &called {
            let by_hand = list.remove(token).and_then(|mut verbs| verbs.remove_entry(SOMETIMES));
            list.insert(token.clone(), verbs.clone().into_iter().chain(by_hand).collect());
        }
        let mut text = serde_json::to_string_pretty(&list).expect("a list is JSON");
        text.push('\n');
        std::fs::write(path(), text).expect("the list can be written");
    }
    let wrong: Vec<_> = called.iter().flat_map(|(token, verbs)| differences(token, verbs, list.get(token))).collect();
    assert!(wrong.is_empty(), "{}\nprovider/src/lives.json: UPDATE=1 lists what is called", wrong.join("\n"));
}

/// What one type calls otherwise than it is listed.
fn differences(
    token: &str,
    called: &BTreeMap<String, BTreeSet<String>>,
    listed: Option<&BTreeMap<String, BTreeSet<String>>>,
) -> Vec<String> {
    let none = BTreeMap::new();
    let listed = listed.unwrap_or(&none);
    let verbs: BTreeSet<_> = called.keys().chain(listed.keys()).filter(|verb| *verb != SOMETIMES).collect();
    let each = verbs.into_iter().flat_map(|verb| {
        let (called, listed) =
            (called.get(verb).cloned().unwrap_or_default(), listed.get(verb).cloned().unwrap_or_default());
        let unlisted: Vec<_> =
            called.difference(&listed).map(|action| format!("{token}: {verb}: {action} is not listed")).collect();
        let needless: Vec<_> = listed
            .difference(&called)
            .map(|it| format!("{token}: {verb}: {it} is listed, but no trial shows it"))
            .collect();
        [unlisted, needless].concat()
    });
    each.collect()
}

/// What an id is made of: `{allocationId}`, `{role}/{name}`, `vpc-…`.
pub fn anatomy(id: &str, outputs: &Value) -> String {
    let texts =
        outputs.as_object().into_iter().flatten().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)));
    let telling = |(name, text): &(&str, &str)| (text.len() > 1 || *name == "type") && !name.starts_with("__");
    let mut texts: Vec<_> = texts.filter(telling).collect();
    // What looks most like an id says it best; of parts, the longest.
    let rank = |name: &str| ["Id", "rn", "ame"].iter().position(|end| name.ends_with(end)).unwrap_or(9);
    // Where two have the same text, what holds the other comes first: `{cluster}/{name}`.
    let order = |name: &str, text: &str| if id.matches(text).count() > 1 { 9 - rank(name) } else { rank(name) };
    texts.sort_by_key(|(name, text)| (Reverse(text.len()), order(name, text), *name));
    if let Some((name, _)) = texts.iter().filter(|(_, text)| *text == id).min_by_key(|(name, _)| (rank(name), *name)) {
        return format!("{{{name}}}");
    }
    let mut rest = id.to_owned();
    let mut found = Vec::new();
    for (name, text) in texts {
        if rest.contains(text) && (text.len() > 1 || rest.ends_with(&format!("_{text}"))) {
            rest = rest.replacen(text, &format!("\u{1}{}\u{1}", found.len()), 1);
            found.push(name);
        }
    }
    if found.is_empty() && id.len() > 9 && id.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()) {
        return format!("{}…", &id[..1]);
    }
    let rest = without_hex(&rest);
    let each = found.iter().enumerate();
    each.fold(rest, |text, (i, name)| text.replace(&format!("\u{1}{i}\u{1}"), &format!("{{{name}}}")))
}

/// A text with `…` in the place of what AWS made up: many hex digits, with hyphens between them or not.
fn without_hex(text: &str) -> String {
    let (mut out, mut run) = (String::new(), String::new());
    for c in text.chars().chain(['\0']) {
        if c.is_ascii_hexdigit() || (c == '-' && !run.is_empty()) {
            run.push(c);
            continue;
        }
        // What looks like hex in front of the first hyphen may be the end of a word: `vpc-..`.
        let made_up = run.chars().filter(char::is_ascii_hexdigit).count() >= 12;
        let word = run.split_once('-').filter(|(word, _)| word.len() < 8).map_or(0, |(word, _)| word.len() + 1);
        match made_up {
            true => out.extend([&run[..word], "…"]),
            false => out.push_str(&run),
        }
        run.clear();
        out.push(c);
    }
    out.trim_end_matches('\0').to_owned()
}

#[test]
fn an_id_is_told_by_what_it_is_made_of() {
    let outputs = json!({
        "allocationId": "eipalloc-1", "name": "logs", "role": "task", "alias": "eipalloc-1", "__x": "SSM", "type": "A",
        "service": "same", "cluster": "same",
    });
    for (id, expected) in [
        ("eipalloc-1", "{allocationId}"),
        ("task/logs", "{role}/{name}"),
        ("task_logs_A", "{role}_{name}_{type}"),
        ("vpc-65b8661bfd3e58049", "vpc-…"),
        ("vpc-cidr-assoc-5933901dedba24fbd", "vpc-cidr-assoc-…"),
        ("EGN3S0FGCIEDP4", "E…"),
        ("same/same", "{cluster}/{service}"),
        ("1f45ea65-12c1-4149-aeb2-af7aa6268be5/logs", "…/{name}"),
        ("SSM-Shell", "SSM-Shell"),
    ] {
        assert_eq!(anatomy(id, &outputs), expected);
    }
}

#[test]
fn the_list_has_nothing_else() {
    let schema = super::schema();
    let known =
        |token: &String| rows().iter().any(|row| row.token() == *token) || schema["functions"].get(token).is_some();
    let unknown: Vec<_> = listed().into_keys().filter(|token| !known(token)).collect();
    assert!(unknown.is_empty(), "not of this provider: {unknown:?}");
}

#[test]
fn a_difference_is_told_in_both_directions() {
    let verbs = |actions: &[&str]| {
        BTreeMap::from([(
            "read".to_owned(),
            actions.iter().map(|action| (*action).to_owned()).collect::<BTreeSet<_>>(),
        )])
    };
    assert_eq!(differences("a", &verbs(&["x"]), Some(&verbs(&["x"]))), [""; 0]);
    assert_eq!(
        differences("a", &verbs(&["x"]), Some(&verbs(&["y"]))),
        ["a: read: x is not listed", "a: read: y is listed, but no trial shows it"]
    );
    assert_eq!(differences("a", &verbs(&["x"]), None), ["a: read: x is not listed"]);
}
