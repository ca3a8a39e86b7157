//! Property values as the engine's events hold them, made readable: no secret, no sentinel, no signature left in.

use std::collections::BTreeSet;

use serde_json::Value;

/// The key by which Pulumi marks values that are no plain JSON.
pub(super) const SIGNATURE: &str = "4dabf18193072939515e22adb298388d";
pub(super) const SECRET: &str = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT: &str = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const RESOURCE: &str = "5cf8f73096256a8f31e491e813e4eb8e";
const ASSET: &str = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE: &str = "0def7320c3a5731c473e5ecbe6d01bc7";
pub(super) const UNKNOWN: &str = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/// The words that stand for what is known only when the change is made.
pub const UNKNOWN_WORDS: &str = "known after apply";

/// The words that stand for a value that is a secret on the other side of a change.
pub const NOT_SECRET_WORDS: &str = "[not a secret]";

/// A value as a reader may see it.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    Secret,
    /// What is no secret here and is one on the other side of a change: its value is not told.
    NotSecret,
    /// The provider tells it only when the change is made.
    Unknown,
    /// A file or an archive, by its hash.
    Asset(String),
    /// Null, a boolean, a number or a text.
    Plain(Value),
    List(Vec<Shown>),
    Object(Vec<(String, Shown)>),
}

/// Reads a value of an event.
pub fn read(value: &Value) -> Shown {
    match value {
        Value::String(text) if text == UNKNOWN => Shown::Unknown,
        Value::Array(items) => Shown::List(items.iter().map(read).collect()),
        Value::Object(fields) => match fields.get(SIGNATURE).and_then(Value::as_str) {
            Some(SECRET) => Shown::Secret,
            Some(OUTPUT) if fields.get("secret") == Some(&Value::Bool(true)) => Shown::Secret,
            Some(OUTPUT) => fields.get("value").map_or(Shown::Unknown, read),
            Some(RESOURCE) => Shown::Plain(fields.get("urn").cloned().unwrap_or_default()),
            Some(kind @ (ASSET | ARCHIVE)) => asset(kind, fields),
            _ => Shown::Object(fields.iter().map(|(name, field)| (name.clone(), read(field))).collect()),
        },
        plain => Shown::Plain(plain.clone()),
    }
}

fn asset(kind: &str, fields: &serde_json::Map<String, Value>) -> Shown {
    let word = if kind == ASSET { "asset" } else { "archive" };
    let hash = fields.get("hash").and_then(Value::as_str).unwrap_or("unknown");
    Shown::Asset(format!("[{word} {}]", hash.get(..12).unwrap_or(hash)))
}

impl Shown {
    /// The words that stand for what is no plain value.
    fn word(&self) -> Option<&str> {
        match self {
            Shown::Secret => Some(crate::scrub::PLACEHOLDER),
            Shown::NotSecret => Some(NOT_SECRET_WORDS),
            Shown::Unknown => Some(UNKNOWN_WORDS),
            Shown::Asset(words) => Some(words),
            _ => None,
        }
    }

    /// On one line, like JSON.
    pub fn line(&self) -> String {
        let joined = |parts: Vec<String>| parts.join(", ");
        match self {
            Shown::Plain(value) => value.to_string(),
            Shown::List(items) => format!("[{}]", joined(items.iter().map(Shown::line).collect())),
            Shown::Object(fields) => {
                let fields = fields.iter().map(|(name, field)| format!("{name}: {}", field.line())).collect();
                format!("{{{}}}", joined(fields))
            }
            other => other.word().unwrap_or_default().to_owned(),
        }
    }

    /// As JSON, with words in place of what JSON has no form for.
    pub fn json(&self) -> Value {
        match self {
            Shown::Plain(value) => value.clone(),
            Shown::List(items) => items.iter().map(Shown::json).collect(),
            Shown::Object(fields) => {
                Value::Object(fields.iter().map(|(name, field)| (name.clone(), field.json())).collect())
            }
            other => Value::String(other.word().unwrap_or_default().to_owned()),
        }
    }

    /// What `json` was made of, as far as a reader sees.
    pub fn told(value: &Value) -> Shown {
        let is_asset = |text: &str| ["[asset ", "[archive "].iter().any(|head| text.starts_with(head));
        match value {
            Value::String(text) => match text.as_str() {
                crate::scrub::PLACEHOLDER => Shown::Secret,
                NOT_SECRET_WORDS => Shown::NotSecret,
                UNKNOWN_WORDS => Shown::Unknown,
                words if is_asset(words) => Shown::Asset(words.to_owned()),
                _ => Shown::Plain(value.clone()),
            },
            Value::Array(items) => Shown::List(items.iter().map(Shown::told).collect()),
            Value::Object(fields) => {
                Shown::Object(fields.iter().map(|(name, field)| (name.clone(), Shown::told(field))).collect())
            }
            plain => Shown::Plain(plain.clone()),
        }
    }

    /// Takes known secrets out of every text in it.
    pub fn scrub(&mut self, scrubber: &crate::scrub::Scrubber) {
        match self {
            Shown::Plain(value) => scrubber.scrub_json(value),
            Shown::List(items) => items.iter_mut().for_each(|item| item.scrub(scrubber)),
            Shown::Object(fields) => fields.iter_mut().for_each(|(name, field)| {
                *name = scrubber.scrub(name);
                field.scrub(scrubber);
            }),
            Shown::Secret | Shown::NotSecret | Shown::Unknown | Shown::Asset(_) => {}
        }
    }

    fn field(&self, name: &str) -> Option<&Shown> {
        match self {
            Shown::Object(fields) => fields.iter().find(|(field, _)| field == name).map(|(_, value)| value),
            _ => None,
        }
    }

    fn names(&self) -> BTreeSet<&str> {
        match self {
            Shown::Object(fields) => fields.iter().map(|(name, _)| name.as_str()).collect(),
            _ => BTreeSet::new(),
        }
    }

    /// Follows a property path such as `ingress[0].cidrBlocks` or `tags["a.b"]`.
    pub fn at(&self, path: &str) -> Option<&Shown> {
        steps(path).iter().try_fold(self, |value, (step, _)| match value {
            Shown::List(items) => items.get(step.parse::<usize>().ok()?),
            value => value.field(step),
        })
    }

    /// The part of a path up to the first secret on it, or the whole path when there is one further down. Items move about
    /// in lists, so whatever is a secret in one item counts for all of them.
    pub fn secret_on<'a>(&self, path: &'a str) -> Option<&'a str> {
        self.secret_after(&steps(path), 0).map(|end| &path[..end])
    }

    fn secret_after(&self, steps: &[(String, usize)], so_far: usize) -> Option<usize> {
        match (self, steps) {
            (Shown::Secret, _) => Some(so_far),
            (value, []) => holds_secret(value).then_some(so_far),
            (Shown::List(items), [(_, end), rest @ ..]) => {
                items.iter().filter_map(|item| item.secret_after(rest, *end)).min()
            }
            (value, [(name, end), rest @ ..]) => value.field(name)?.secret_after(rest, *end),
        }
    }

    pub(super) fn is_empty_object(&self) -> bool {
        matches!(self, Shown::Object(fields) if fields.is_empty())
    }
}

/// The names and numbers of a path, each with where it ends.
fn steps(path: &str) -> Vec<(String, usize)> {
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        rest = rest.trim_start_matches('.');
        let (name, after) = step(rest);
        rest = after;
        steps.push((name, path.len() - rest.len()));
    }
    steps
}

/// The first step of a path, and what comes after it.
fn step(path: &str) -> (String, &str) {
    if let Some((name, after)) = path.strip_prefix("[\"").and_then(|quoted| quoted.split_once("\"]")) {
        (name.replace("\\\"", "\""), after)
    } else if let Some((index, after)) = path.strip_prefix('[').and_then(|bracket| bracket.split_once(']')) {
        (index.to_owned(), after)
    } else {
        let end = path.find(['.', '[']).filter(|end| *end > 0).unwrap_or(path.len());
        (path[..end].to_owned(), &path[end..])
    }
}

/// How a value stops being a secret, or becomes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    Closed,
    /// What was a secret can be read: of several turns this one counts.
    Opened,
}

impl Turn {
    /// How secrecy differs between two values. What is not known yet may be a secret still.
    pub fn between(before: &Shown, after: &Shown) -> Option<Turn> {
        match (before, after) {
            (Shown::Unknown, _) | (_, Shown::Unknown) => None,
            (Shown::Secret, after) => is_open(after).then_some(Turn::Opened),
            (before, Shown::Secret) => is_open(before).then_some(Turn::Closed),
            // Items move about in lists, so they are compared one by one only where none was added or removed.
            (Shown::List(before), Shown::List(after)) if before.len() == after.len() => {
                before.iter().zip(after).filter_map(|(before, after)| Turn::between(before, after)).max()
            }
            (Shown::Object(fields), Shown::Object(_)) => {
                let both = fields.iter().filter_map(|(name, before)| Some((before, after.field(name)?)));
                both.filter_map(|(before, after)| Turn::between(before, after)).max()
            }
            (before, after) => match (holds_secret(before), holds_secret(after)) {
                (true, false) => Some(Turn::Opened),
                (false, true) => Some(Turn::Closed),
                _ => None,
            },
        }
    }

    /// What is shown of both sides of a secret that made this turn, or none.
    pub fn sides(turn: Option<Turn>) -> [Shown; 2] {
        match turn {
            Some(Turn::Opened) => [Shown::Secret, Shown::NotSecret],
            Some(Turn::Closed) => [Shown::NotSecret, Shown::Secret],
            None => [Shown::Secret, Shown::Secret],
        }
    }
}

/// Whether anything of a value can be read.
fn is_open(value: &Shown) -> bool {
    match value {
        Shown::Secret | Shown::Unknown => false,
        Shown::List(items) => items.is_empty() || items.iter().any(is_open),
        Shown::Object(fields) => fields.is_empty() || fields.iter().any(|(_, field)| is_open(field)),
        _ => true,
    }
}

/// What differs between two values, leaf by leaf. Where one side is a secret the value of the other is not told either: a value
/// that became a secret was meant to be one.
pub fn differences(
    path: &str,
    before: Option<&Shown>,
    after: Option<&Shown>,
) -> Vec<(String, Option<Shown>, Option<Shown>)> {
    let opens =
        |side: Option<&Shown>| side.is_none_or(|side| matches!(side, Shown::Object(_)) && !side.is_empty_object());
    if opens(before) && opens(after) && (before.is_some() || after.is_some()) {
        let names = [before, after].into_iter().flatten().flat_map(Shown::names).collect::<BTreeSet<_>>();
        let field = |side: Option<&Shown>, name: &str| side.and_then(|side| side.field(name)).cloned();
        let each =
            |name: &str| differences(&join(path, name), field(before, name).as_ref(), field(after, name).as_ref());
        return names.into_iter().flat_map(each).collect();
    }
    let is_secret = [before, after].into_iter().flatten().any(holds_secret);
    match (before, after) {
        (Some(before), Some(after)) if before == after && !is_secret => Vec::new(),
        _ if is_secret => {
            let turn = before.zip(after).and_then(|(before, after)| Turn::between(before, after));
            let [was, is] = Turn::sides(turn);
            vec![(path.to_owned(), before.map(|_| was), after.map(|_| is))]
        }
        _ => vec![(path.to_owned(), before.cloned(), after.cloned())],
    }
}

pub(super) fn holds_secret(value: &Shown) -> bool {
    match value {
        Shown::Secret => true,
        Shown::List(items) => items.iter().any(holds_secret),
        Shown::Object(fields) => fields.iter().any(|(_, field)| holds_secret(field)),
        _ => false,
    }
}

/// The secrets in a value that the engine tells in plain, each with its path and its JSON.
pub(super) fn secrets(path: &str, value: &Value) -> Vec<(String, String)> {
    match value {
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(at, item)| secrets(&format!("{path}[{at}]"), item)).collect()
        }
        Value::Object(fields) => match fields.get(SIGNATURE).and_then(Value::as_str) {
            Some(SECRET) => {
                let text = fields.get("plaintext").or_else(|| fields.get("ciphertext")).and_then(Value::as_str);
                vec![(path.to_owned(), text.unwrap_or_default().to_owned())]
            }
            Some(OUTPUT) if fields.get("secret") == Some(&Value::Bool(true)) => {
                let text = fields.get("value").map_or(UNKNOWN.to_owned(), Value::to_string);
                vec![(path.to_owned(), text)]
            }
            Some(OUTPUT) => fields.get("value").map_or_else(Vec::new, |value| secrets(path, value)),
            Some(_) => Vec::new(),
            None => fields.iter().flat_map(|(name, field)| secrets(&join(path, name), field)).collect(),
        },
        _ => Vec::new(),
    }
}

pub(super) fn join(path: &str, name: &str) -> String {
    let is_plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    match (path.is_empty(), is_plain) {
        (true, true) => name.to_owned(),
        (false, true) => format!("{path}.{name}"),
        _ => format!("{path}[{}]", Value::String(name.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn secret() -> Value {
        json!({SIGNATURE: SECRET, "ciphertext": "[secret]"})
    }

    fn differ(before: Value, after: Value) -> Vec<String> {
        let line = |side: Option<Shown>| side.map_or("nothing".to_owned(), |side| side.line());
        let found = differences("", Some(&read(&before)), Some(&read(&after)));
        found.into_iter().map(|(path, before, after)| format!("{path}: {} -> {}", line(before), line(after))).collect()
    }

    #[test]
    fn differences_are_told_leaf_by_leaf() {
        let before = json!({"a": 1, "tags": {"x": "1", "a.b": "2"}, "list": [1], "gone": true});
        let after = json!({"a": 1, "tags": {"x": "2", "a.b": "3"}, "list": [1, 2], "new": UNKNOWN});
        assert_eq!(
            differ(before, after),
            [
                "gone: true -> nothing",
                "list: [1] -> [1, 2]",
                "new: nothing -> known after apply",
                "tags[\"a.b\"]: \"2\" -> \"3\"",
                "tags.x: \"1\" -> \"2\"",
            ]
        );
    }

    #[test]
    fn what_becomes_a_secret_or_stops_being_one_is_told_without_its_value() {
        let (closed, opened) = ("p: [not a secret] -> [secret]", "p: [secret] -> [not a secret]");
        let plain = [json!("hunter2"), json!({"q": "hunter2"}), json!(["hunter2"]), json!(null), json!({})];
        for value in plain {
            let (plain, hidden) = (json!({"p": value}), json!({"p": secret()}));
            assert_eq!(differ(plain.clone(), hidden.clone()), [closed], "{plain}");
            assert_eq!(differ(hidden, plain.clone()), [opened], "{plain}");
        }
        let list = |item: Value| json!({"p": [item, "x"]});
        assert_eq!(differ(list(json!("hunter2")), list(secret())), [closed]);
        assert_eq!(differ(list(secret()), list(json!("hunter2"))), [opened]);
        assert_eq!(differ(list(secret()), json!({"p": ["hunter2"]})), [opened]);
        let deep = |item: Value| json!({"p": [{"q": item, "r": secret()}]});
        assert_eq!(differ(deep(secret()), deep(json!("hunter2"))), [opened]);
    }

    #[test]
    fn what_stays_a_secret_or_is_not_known_made_no_turn() {
        let same = ["p: [secret] -> [secret]"];
        let hidden = json!({"p": secret()});
        for after in [json!({"p": secret()}), json!({"p": UNKNOWN}), json!({"p": {"q": secret()}})] {
            assert_eq!(differ(hidden.clone(), after.clone()), same, "{after}");
            assert_eq!(differ(after.clone(), hidden.clone()), same, "{after}");
        }
        let list = |items: Value| json!({"p": items});
        assert_eq!(differ(list(json!([secret(), "x"])), list(json!(["x", "y", secret()]))), same);
    }

    #[test]
    fn paths_are_followed() {
        let value = read(&json!({"a": [{"b": 1}], "t": {"x.y": 2}}));
        let cases = [
            ("a[0].b", Some("1")),
            ("t[\"x.y\"]", Some("2")),
            ("a[1]", None),
            ("", Some("{a: [{b: 1}], t: {x.y: 2}}")),
        ];
        for (path, expected) in cases {
            assert_eq!(value.at(path).map(Shown::line).as_deref(), expected, "{path}");
        }
    }
}
