//! Values as block-style YAML, as a person writes it: nothing is quoted that needs no quotes.

use serde_json::{Map, Value};

/// The lines of a mapping, each behind so many spaces.
pub fn mapping(map: &Map<String, Value>, indent: usize) -> String {
    map.iter().map(|(name, value)| format!("{:indent$}{}:{}", "", scalar(name), below(value, indent))).collect()
}

/// What stands behind a colon, with the end of its line.
fn below(value: &Value, indent: usize) -> String {
    match value {
        Value::Object(map) if !map.is_empty() => format!("\n{}", mapping(map, indent + 2)),
        Value::Array(items) if !items.is_empty() => format!("\n{}", sequence(items, indent + 2)),
        value => format!(" {}\n", flow(value)),
    }
}

fn sequence(items: &[Value], indent: usize) -> String {
    let item = |value: &Value| match value {
        Value::Object(map) if !map.is_empty() => {
            let lines = mapping(map, indent + 2);
            format!("{:indent$}- {}", "", lines.trim_start())
        }
        value => format!("{:indent$}- {}\n", "", flow(value)),
    };
    items.iter().map(item).collect()
}

fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        value => value.to_string(),
    }
}

/// A text, in quotes where YAML would take it for something else.
fn scalar(text: &str) -> String {
    let first = text.chars().next().unwrap_or(' ');
    let plain = (first.is_alphanumeric() || matches!(first, '/' | '$' | '_'))
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with([':', ' '])
        && text.chars().all(|c| !c.is_control());
    let word = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"].contains(&text.to_lowercase().as_str());
    let number = first.is_ascii_digit() && text.chars().all(|c| c.is_ascii_hexdigit() || "+-._xXoO:".contains(c));
    match (plain && !word && !number, text.contains(['\'', '\n'])) {
        (true, _) => text.to_owned(),
        (false, false) => format!("'{text}'"),
        (false, true) => Value::from(text).to_string(),
    }
}

#[test]
fn nothing_is_quoted_that_needs_no_quotes() {
    let value = serde_json::json!({
        "arn": "arn:aws:iam::1:role/a", "cidr": "10.0.0.0/16", "code": "line\nline", "count": 1, "date": "2012-10-17",
        "empty": {}, "id": "${vpc.id}", "list": ["a", {"b": "c", "d": ["e"]}], "on": "yes", "star": "*", "version": "17",
    });
    let lines = [
        "arn: arn:aws:iam::1:role/a",
        "cidr: 10.0.0.0/16",
        "code: \"line\\nline\"",
        "count: 1",
        "date: '2012-10-17'",
        "empty: {}",
        "id: ${vpc.id}",
        "list:",
        "  - a",
        "  - b: c",
        "    d:",
        "      - e",
        "'on': 'yes'",
        "star: '*'",
        "version: '17'",
        "",
    ];
    assert_eq!(mapping(value.as_object().expect("a map"), 0), lines.join("\n"));
}
