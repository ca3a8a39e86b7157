//! Takes known secret values out of text before it is printed or recorded.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

/// What stands in place of a secret, in Pulumi's own spelling.
pub const PLACEHOLDER: &str = "[secret]";

/// Shorter values would blank out ordinary words.
const SHORTEST: usize = 5;
/// What a URL has as it is.
const URL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Knows secret values, and nothing of where they come from.
#[derive(Clone, Default)]
pub struct Scrubber {
    /// Longest first, so that a secret inside another doesn't leave a rest.
    values: Vec<String>,
}

impl Scrubber {
    /// Takes every value of a variable whose name says that it is secret, and the password of every URL.
    pub fn from_environment(environment: &BTreeMap<String, String>) -> Self {
        let mut scrubber = Scrubber::default();
        scrubber.add_environment(environment);
        scrubber
    }

    /// The same of another environment.
    pub fn add_environment(&mut self, environment: &BTreeMap<String, String>) {
        for (name, value) in environment {
            if is_secret_name(name) {
                self.add(value);
            }
            if let Some(password) = password_of(value) {
                self.add(password);
                self.add(&percent_decode_str(password).decode_utf8_lossy());
            }
        }
    }

    /// Learns a value, and its lines when it has several: the engine prints line by line.
    pub fn add(&mut self, value: &str) {
        let lines = value.lines().filter(|line| line.len() > SHORTEST);
        for part in std::iter::once(value.trim()).chain(lines.map(str::trim)) {
            self.add_part(part);
            let escaped = serde_json::to_string(part).unwrap_or_default();
            self.add_part(escaped.trim_matches('"'));
            // As it stands in a URL, where it has to.
            for spared in [URL, NON_ALPHANUMERIC] {
                self.add_part(&utf8_percent_encode(part, spared).to_string());
            }
        }
        self.values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    }

    /// Learns of a decrypted value of the configuration what its encrypted form in the stack's file says is secret: all of
    /// it, or texts and numbers deep in it. What the file doesn't tell counts as secret.
    pub fn add_configured(&mut self, value: &Value, encrypted: Option<&Value>) {
        match (value, encrypted) {
            (_, Some(Value::Object(fields))) if fields.len() == 1 && fields.contains_key("secure") => {
                self.add_configured(value, None);
            }
            (Value::Object(fields), None | Some(Value::Object(_))) => {
                for (name, field) in fields {
                    self.add_configured(field, encrypted.and_then(|fields| fields.get(name)));
                }
            }
            (Value::Array(items), None | Some(Value::Array(_))) => {
                for (at, item) in items.iter().enumerate() {
                    self.add_configured(item, encrypted.and_then(|items| items.get(at)));
                }
            }
            (Value::String(text), None) => self.add(text),
            (Value::Number(number), None) => self.add(&number.to_string()),
            _ => {}
        }
    }

    fn add_part(&mut self, part: &str) {
        if part.len() >= SHORTEST && !self.values.iter().any(|known| known == part) {
            self.values.push(part.to_owned());
        }
    }

    /// The text without the secrets.
    pub fn scrub(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for value in &self.values {
            if text.contains(value.as_str()) {
                text = text.replace(value.as_str(), PLACEHOLDER);
            }
        }
        text
    }

    /// Every text, number and name of a field in a JSON value without the secrets.
    pub fn scrub_json(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.scrub(text),
            Value::Number(number) if self.holds(&number.to_string()) => *value = PLACEHOLDER.into(),
            Value::Array(items) => items.iter_mut().for_each(|item| self.scrub_json(item)),
            Value::Object(fields) => {
                if fields.keys().any(|name| self.holds(name)) {
                    *fields = std::mem::take(fields).into_iter().map(|(name, it)| (self.scrub(&name), it)).collect();
                }
                fields.values_mut().for_each(|field| self.scrub_json(field));
            }
            _ => {}
        }
    }

    fn holds(&self, text: &str) -> bool {
        self.values.iter().any(|value| text.contains(value.as_str()))
    }
}

impl std::fmt::Debug for Scrubber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Scrubber({} values)", self.values.len())
    }
}

/// The password in `scheme://user:password@host`, as proxies and databases have it.
fn password_of(value: &str) -> Option<&str> {
    let (_, rest) = value.split_once("://")?;
    let (user, _) = rest.split(['/', '?']).next()?.rsplit_once('@')?;
    user.split_once(':').map(|(_, password)| password)
}

fn is_secret_name(name: &str) -> bool {
    let name = name.to_uppercase();
    let words = ["SECRET", "TOKEN", "PASSWORD", "PASSPHRASE", "PRIVATE_KEY", "API_KEY", "CREDENTIAL"];
    // These hold paths to secrets, which are worth reading in messages.
    let is_path = name.ends_with("_FILE") || name.ends_with("_PATH");
    words.iter().any(|word| name.contains(word)) && !is_path
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn environment(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn known_secrets_vanish_and_nothing_else_does() {
        let scrubber = Scrubber::from_environment(&environment(&[
            ("PULUMI_CONFIG_PASSPHRASE", "correct horse"),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7"),
            ("AWS_SESSION_TOKEN", "a\"quoted\" value"),
            ("GIT_TOKEN", "abc"),
            ("PULUMI_CONFIG_PASSPHRASE_FILE", "/etc/passphrase"),
            ("TLS_PRIVATE_KEY", "-----BEGIN-----\nMIIEvQIBADAN\n-----END-----"),
            ("HOME", "/home/ada"),
            ("PULUMI_BACKEND_URL", "postgres://ada:open-sesame@db/x?sslmode=require"),
        ]));
        let cases = [
            ("pass `correct horse`", "pass `[secret]`"),
            ("key=wJalrXUtnFEMI/K7;", "key=[secret];"),
            (r#"{"t":"a\"quoted\" value"}"#, r#"{"t":"[secret]"}"#),
            ("https://ada:wJalrXUtnFEMI%2FK7@host and correct%20horse", "https://ada:[secret]@host and [secret]"),
            ("abc in /home/ada and /etc/passphrase", "abc in /home/ada and /etc/passphrase"),
            ("  MIIEvQIBADAN", "  [secret]"),
            ("in postgres://ada:open-sesame@db/x", "in postgres://ada:[secret]@db/x"),
        ];
        for (text, expected) in cases {
            assert_eq!(scrubber.scrub(text), expected);
        }
    }

    #[test]
    fn the_longer_of_two_secrets_goes_first() {
        let mut scrubber = Scrubber::default();
        scrubber.add("hunter2");
        scrubber.add("hunter2-and-more");
        assert_eq!(scrubber.scrub("hunter2-and-more hunter2"), "[secret] [secret]");
    }

    /// Only what is encrypted in the file is secret, however deep it lies.
    #[test]
    fn secrets_inside_of_configured_objects_are_known() {
        let cases = [
            (json!("hush-text"), json!({"secure": "v1:x"}), "[secret] one-two"),
            (
                json!({"user": "one-two", "word": "hush-text"}),
                json!({"user": "one-two", "word": {"secure": "v1:x"}}),
                "[secret] one-two",
            ),
            (
                json!([{"a": ["one-two", "hush-text"]}]),
                json!([{"a": ["one-two", {"secure": "v1:x"}]}]),
                "[secret] one-two",
            ),
            (json!({"a": "one-two", "b": {"c": "hush-text"}}), json!({"secure": "v1:x"}), "[secret] [secret]"),
            (
                json!({"secure": "one-two", "b": "hush-text"}),
                json!({"secure": "one-two", "b": {"secure": "v1:x"}}),
                "[secret] one-two",
            ),
            (json!({"word": "hush-text"}), json!({}), "[secret] one-two"),
        ];
        for (value, encrypted, expected) in cases {
            let mut scrubber = Scrubber::default();
            scrubber.add_configured(&value, Some(&encrypted));
            assert_eq!(scrubber.scrub("hush-text one-two"), expected, "{encrypted}");
        }
        let mut scrubber = Scrubber::default();
        scrubber.add_configured(&json!({"pin": 123_456}), None);
        assert_eq!(scrubber.scrub("pin: 123456"), "pin: [secret]");
        let mut shown = json!({"a": 123_456, "b": [1, {"pin 123456": true}], "c": 123});
        scrubber.scrub_json(&mut shown);
        assert_eq!(shown, json!({"a": "[secret]", "b": [1, {"pin [secret]": true}], "c": 123}));
    }
}
