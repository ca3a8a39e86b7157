//! Keeps secrets out of words: the cloud's answers may repeat what they were given.

use crate::value::{Asset, Map, Source, Value};

/// Shorter texts say nothing, and stand in every sentence.
const SHORTEST: usize = 3;

/// Every secret text in properties, the longest first.
pub(crate) fn secrets<'a>(maps: impl IntoIterator<Item = &'a Map>) -> Vec<String> {
    let mut found = Vec::new();
    for value in maps.into_iter().flat_map(Map::values) {
        gather(value, false, &mut found);
    }
    found.sort_by_key(|text| std::cmp::Reverse(text.len()));
    found.dedup();
    found
}

fn gather(value: &Value, secret: bool, found: &mut Vec<String>) {
    match value {
        Value::Secret(inner) => gather(inner, true, found),
        Value::Output(output) => {
            if let Some(value) = &output.value {
                gather(value, secret || output.secret, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|v| gather(v, secret, found)),
        Value::Object(map) => map.values().for_each(|v| gather(v, secret, found)),
        Value::Asset(Asset { source: Source::Text(text), .. }) if secret && text.len() >= SHORTEST => {
            found.push(text.clone())
        }
        Value::String(text) if secret && text.len() >= SHORTEST => found.push(text.clone()),
        Value::Number(n) if secret && n.to_string().len() >= SHORTEST => found.push(n.to_string()),
        _ => {}
    }
}

/// The text with every secret taken out.
pub(crate) fn hide(text: &str, secrets: &[String]) -> String {
    let mut text = text.to_owned();
    for secret in secrets {
        text = text.replace(secret, "[secret]");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{hide, secrets};
    use crate::value::{Asset, Map, Source, Value, object};

    #[test]
    fn takes_secrets_out_of_words() {
        let inner = object([("token", Value::from("hunter2-long")), ("pin", Value::from("12"))]);
        let file = Asset { hash: String::new(), source: Source::Text("text of a file".into()) };
        let map = Map::from([
            ("auth".to_owned(), inner.into_secret()),
            ("part".to_owned(), Value::from("hunter2").into_secret()),
            ("name".to_owned(), Value::from("web")),
            ("file".to_owned(), Value::Asset(file).into_secret()),
        ]);
        let known = secrets([&map]);
        assert_eq!(known, ["text of a file", "hunter2-long", "hunter2"]);
        let said = "creating `web`: the token hunter2-long is too short; so is hunter2; 12 is fine";
        let hidden = "creating `web`: the token [secret] is too short; so is [secret]; 12 is fine";
        assert_eq!(hide(said, &known), hidden);
    }
}
