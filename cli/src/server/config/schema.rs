//! The JSON schema of the server's configuration, held to its reader.

/// What `gitinfra schema serve` prints.
pub const SCHEMA: &str = include_str!("../../../schema/serve.json");

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde::de::DeserializeOwned;
    use serde_json::Value;

    use super::super::{Config, Email, Forge, Group, Notify, Person, Provider, Repository, Traces};
    use super::SCHEMA;
    use crate::server::place::Proxy;

    fn schema() -> Value {
        serde_json::from_str(SCHEMA).expect("JSON")
    }

    /// The keys that a reader knows, and whether it asks for them, out of its own words.
    fn keys<T: DeserializeOwned>() -> BTreeSet<String> {
        match serde_saphyr::from_str::<T>("{no-such-key: 1}").map(drop).expect_err("there is none").without_snippet() {
            serde_saphyr::Error::SerdeUnknownField { expected, .. } => {
                expected.iter().map(|key| (*key).to_owned()).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_schema_has_the_readers_keys() {
        let schema = schema();
        let places = [
            ("", keys::<Config>()),
            ("/properties/proxy", keys::<Proxy>()),
            ("/$defs/repository", keys::<Repository>()),
            ("/$defs/forge", keys::<Forge>()),
            ("/$defs/person", keys::<Person>()),
            ("/$defs/group", keys::<Group>()),
            ("/$defs/provider", keys::<Provider>()),
            ("/$defs/notify", keys::<Notify>()),
            ("/$defs/traces", keys::<Traces>()),
            ("/$defs/email", keys::<Email>()),
        ];
        for (place, known) in places {
            let part = schema.pointer(place).expect("a part");
            let documented = part["properties"].as_object().expect("properties");
            assert_eq!(documented.keys().cloned().collect::<BTreeSet<_>>(), known, "{place}");
            assert_eq!(part["additionalProperties"], false, "{place}");
            let undocumented = documented.values().find(|key| key["description"].is_null() && key["$ref"].is_null());
            assert_eq!(undocumented, None, "{place}");
        }
    }

    /// What is wrong with a value by a schema of the few words that ours has.
    fn wrong(schema: &Value, part: &Value, value: &Value) -> Option<String> {
        if let Some(name) = part["$ref"].as_str() {
            return wrong(schema, schema.pointer(name.trim_start_matches('#')).expect("a part"), value);
        }
        let is_one = match part["type"].as_str() {
            Some("object") => value.is_object(),
            Some("array") => value.is_array(),
            Some("string") => value.is_string(),
            Some("integer") => value.is_i64(),
            Some("boolean") => value.is_boolean(),
            other => panic!("{other:?}"),
        };
        let is_of = part["enum"].as_array().is_none_or(|all| all.contains(value));
        let lacks = part["required"]
            .as_array()
            .into_iter()
            .flatten()
            .any(|key| value.get(key.as_str().expect("a key")).is_none());
        if !is_one || !is_of || lacks {
            return Some(format!("{value} by {part}"));
        }
        let fields = value.as_object().into_iter().flatten().find_map(|(key, value)| {
            let known = [&part["properties"][key], &part["additionalProperties"]];
            let part = known.into_iter().find(|part| part.is_object());
            part.map_or_else(|| Some(format!("no key {key}")), |part| wrong(schema, part, value))
        });
        fields.or_else(|| value.as_array()?.iter().find_map(|item| wrong(schema, &part["items"], item)))
    }

    /// What is commented out from `groups` on, but for the second server that says who somebody is.
    fn commented(text: &str) -> String {
        let bare = text.lines().filter_map(|line| line.strip_prefix("# "));
        let from_groups = bare.skip_while(|line| *line != "groups:");
        let is_key = |line: &&str| line.starts_with("  ") || line.ends_with(':');
        let is_words = |line: &&str| line.trim_start().starts_with('#') || line.contains("kind: github");
        from_groups.filter(is_key).filter(|line| !is_words(line)).fold(String::new(), |all, line| all + line + "\n")
    }

    /// What the schema allows is what is read; and what is shipped, with and without what is commented out, is allowed.
    #[test]
    fn the_schema_and_the_reader_agree() {
        let shipped = include_str!("../../../../deploy/serve.yaml");
        let all = format!("{shipped}\n{}", commented(shipped));
        let one = |rest: &str| format!("repositories: [{{name: infra, repo: x{rest}}}]");
        let cases = [
            (shipped.to_owned(), true),
            (all, true),
            (one(", interval: 30s, jobs: 2, keepRuns: 0, passEnv: [A]"), true),
            (one(", colour: red"), false),
            (one(", jobs: many"), false),
            (one(", forge: {url: x, kind: svn}"), false),
            (one(", forge: {kind: gitea}"), false),
            (format!("{}\nnames: {{ada: [Ada-L]}}\nopenToRead: true", one("")), true),
            (format!("{}\npeople: [{{name: ada, role: king, tokenFile: t}}]", one("")), false),
            (format!("{}\nnotify: [{{on: [often]}}]", one("")), false),
            (format!("{}\nproxy: {{header: x-real-ip}}", one("")), false),
            ("people: []".to_owned(), false),
        ];
        for (text, is_allowed) in cases {
            let value: Value = serde_saphyr::from_str(&text).expect("YAML");
            let schema = schema();
            let said = wrong(&schema, &schema, &value);
            assert_eq!(said.is_none(), is_allowed, "{text}: {said:?}");
            let read = Config::read("serve.yaml", &text);
            assert_eq!(read.is_ok(), is_allowed, "{text}: {:?}", read.err());
        }
    }
}
