//! kubectl's JSONPath templates: `{.items[*].name}`, text around the braces, `{range .items[*]}..{end}`. What stands between
//! braces is JSONPath as RFC 9535 has it, where kubectl's leading `$` may be missing.

use std::str::FromStr;

use serde_json::Value;
use serde_json_path::JsonPath;

/// A template that was understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Template(Vec<Piece>);

#[derive(Debug, Clone, PartialEq)]
enum Piece {
    Text(String),
    /// The values at a path, with spaces between them.
    Values(JsonPath),
    /// Pieces for each value at a path.
    Each(JsonPath, Vec<Piece>),
}

/// Where each record's value lies by which records are sorted: `.startedAt`, also in braces.
#[derive(Debug, Clone, PartialEq)]
pub struct Field(JsonPath);

impl FromStr for Template {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut rest = text;
        let pieces = pieces(&mut rest, false)?;
        Ok(Template(pieces))
    }
}

impl FromStr for Field {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bare = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(text);
        path(bare).map(Field)
    }
}

impl Template {
    pub fn render(&self, root: &Value) -> String {
        rendered(&self.0, root)
    }
}

impl Field {
    /// The value there, if there is one.
    pub fn of<'a>(&self, record: &'a Value) -> Option<&'a Value> {
        self.0.query(record).first()
    }
}

fn rendered(pieces: &[Piece], root: &Value) -> String {
    let one = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Values(path) => path.query(root).iter().map(|value| shown(value)).collect::<Vec<_>>().join(" "),
        Piece::Each(path, pieces) => path.query(root).iter().map(|value| rendered(pieces, value)).collect(),
    };
    pieces.iter().map(one).collect()
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Reads pieces up to the end, or up to `{end}` inside of a `{range}`.
fn pieces(rest: &mut &str, is_inside: bool) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    while let Some(open) = rest.find('{') {
        if open > 0 {
            pieces.push(Piece::Text(rest[..open].to_owned()));
        }
        let inside = &rest[open + 1..];
        let close = closing(inside).ok_or_else(|| format!("`{{{inside}` has no end: a `}}` is missing"))?;
        *rest = &inside[close + 1..];
        match inside[..close].trim() {
            "end" if is_inside => return Ok(pieces),
            "end" => return Err("`{end}` has no `{range}` before it".to_owned()),
            quoted if quoted.starts_with(['"', '\'']) => pieces.push(Piece::Text(unquoted(quoted)?)),
            other => pieces.push(match other.strip_prefix("range ") {
                Some(over) => Piece::Each(path(over)?, self::pieces(rest, true)?),
                None => Piece::Values(path(other)?),
            }),
        }
    }
    if is_inside {
        return Err("a `{range}` has no `{end}`".to_owned());
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text((*rest).to_owned()));
    }
    Ok(pieces)
}

/// Where the brace closes that is open at the beginning: none inside of quotes.
fn closing(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '}') => return Some(at),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

/// Text in quotes, with `\n` and `\t` as JSON has them.
fn unquoted(text: &str) -> Result<String, String> {
    let inside = text.get(1..text.len().max(2) - 1).unwrap_or_default().replace('"', "\\\"");
    serde_json::from_str(&format!("\"{inside}\"")).map_err(|_| format!("{text} is no text in quotes"))
}

fn path(text: &str) -> Result<JsonPath, String> {
    let bare = text.trim().trim_start_matches(['$', '@']);
    let dot = if bare.is_empty() || bare.starts_with(['.', '[']) { "" } else { "." };
    let whole = if bare == "." { "$".to_owned() } else { format!("${dot}{bare}") };
    JsonPath::parse(&whole).map_err(|error| format!("`{text}` is no JSONPath: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn templates_read_as_kubectl_reads_them() {
        let root = json!({"items": [
            {"name": "net/dev", "state": "failed", "changes": {"create": 2}, "message": null},
            {"name": "net/prod", "state": "succeeded", "changes": {}},
        ]});
        let cases = [
            ("{.items[*].name}", "net/dev net/prod"),
            ("{.items[0].changes}", r#"{"create":2}"#),
            ("{$.items[-1].name}", "net/prod"),
            ("{items[0]['name']}", "net/dev"),
            ("first: {.items[0].name}!", "first: net/dev!"),
            (r#"{range .items[*]}{.name}{"\t"}{@.state}{"\n"}{end}"#, "net/dev\tfailed\nnet/prod\tsucceeded\n"),
            (r#"{.items[?(@.state=="failed")].name}"#, "net/dev"),
            ("{.items[0].message}{.items[0].nothing}", ""),
            ("{'}'}{\"it's\"}", "}it's"),
            ("", ""),
        ];
        for (template, expected) in cases {
            let found = template.parse::<Template>().map(|template| template.render(&root));
            assert_eq!(found.as_deref(), Ok(expected), "{template}");
        }
        for wrong in ["{.items", "{.items[}", "{end}", "{range .items[*]}", "{'a}", "{\"}", "{..}"] {
            assert!(wrong.parse::<Template>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_field_is_written_with_or_without_braces() {
        for field in [".changes.create", "{.changes.create}", "changes.create"] {
            let field: Field = field.parse().expect("a field");
            assert_eq!(field.of(&json!({"changes": {"create": 2}})), Some(&json!(2)));
        }
    }
}
