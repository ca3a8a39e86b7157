//! The program's words for what WAF tells otherwise: a search string that is given in Base64, and is text, is told as text.

use std::collections::BTreeMap;

use pulumi_plugin::{Map, Property as _, Value};

use super::rule::Rule;
use super::statement::ByteMatchStatement;

/// The two ways to give a search string.
const STRINGS: [&str; 2] = ["searchString", "searchStringBase64"];

/// Gives the search strings of rules as the program does, where they are the same bytes.
pub fn respell(seen: &mut BTreeMap<String, Rule>, given: &BTreeMap<String, Rule>) {
    let mut told = seen.encode();
    if spell(&mut told, &given.encode())
        && let Ok(spelled) = BTreeMap::decode(&told)
    {
        *seen = spelled;
    }
}

/// Whether anything was spelled otherwise.
fn spell(told: &mut Value, asked: &Value) -> bool {
    match (told, asked) {
        (Value::Object(told), Value::Object(asked)) => {
            let other = STRINGS.iter().any(|name| told.get(*name) != asked.get(*name));
            let same = other && bytes(asked).is_some_and(|asked| bytes(told) == Some(asked));
            if same {
                STRINGS.iter().for_each(|name| drop(told.remove(*name)));
                told.extend(asked.iter().filter(|(name, _)| STRINGS.contains(&name.as_str())).map(owned));
            }
            let parts = told.iter_mut().filter_map(|(name, part)| Some(spell(part, asked.get(name)?)));
            parts.fold(same, |any, one| any | one)
        }
        (Value::Array(told), Value::Array(asked)) => {
            told.iter_mut().zip(asked).fold(false, |any, (told, asked)| any | spell(told, asked))
        }
        _ => false,
    }
}

fn owned((name, value): (&String, &Value)) -> (String, Value) {
    (name.clone(), value.clone())
}

/// What a byte match statement searches for; nothing of any other object.
fn bytes(statement: &Map) -> Option<Vec<u8>> {
    if !STRINGS.iter().any(|name| statement.contains_key(*name)) {
        return None;
    }
    ByteMatchStatement::decode(&Value::Object(statement.clone())).ok()?.bytes().ok()
}

#[cfg(test)]
mod tests {
    use pulumi_plugin::Value;
    use serde_json::{Value as Json, json};

    use super::spell;

    /// A statement that searches for something, two levels down.
    fn rules(strings: &Json) -> Value {
        let mut statement = json!({
            "positionalConstraint": "CONTAINS", "fieldToMatch": {"method": {}}, "textTransformations": [{"priority": 0, "type": "NONE"}],
        });
        for (name, value) in strings.as_object().into_iter().flatten() {
            statement[name] = value.clone();
        }
        let statements = json!([{"byteMatchStatement": statement}, {"geoMatchStatement": {"countryCodes": ["JP"]}}]);
        Value::from_json(&json!({"a": {"priority": 1, "statement": {"orStatement": {"statements": statements}}}}))
    }

    #[test]
    fn the_same_bytes_are_spelled_as_in_the_program() {
        let (text, base64) = (json!({"searchString": "bot"}), json!({"searchStringBase64": "Ym90"}));
        for (told, asked, same) in [
            (&text, &base64, true),
            (&base64, &text, true),
            (&text, &json!({"searchStringBase64": "Ym91"}), false),
            (&text, &json!({"searchStringBase64": "?"}), false),
            (&text, &text, false),
        ] {
            let (mut seen, given) = (rules(told), rules(asked));
            assert_eq!(spell(&mut seen, &given), same, "{told} {asked}");
            assert_eq!(seen, rules(if same { asked } else { told }), "{told} {asked}");
        }
    }
}
