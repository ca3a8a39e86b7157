//! Words of the command line: the choices of `ui`, and times as people write them.

use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;
use clap::builder::{OsStringValueParser, PossibleValue, TypedValueParser};

use crate::forge::Kind;
use crate::ui::{Color, Columns, Format, Stream, Structure};

macro_rules! words {
    ($($choice:ident: $($value:ident $word:literal),+;)+) => {
        $(impl ValueEnum for $choice {
            fn value_variants<'a>() -> &'a [Self] {
                &[$($choice::$value),+]
            }

            fn to_possible_value(&self) -> Option<PossibleValue> {
                Some(PossibleValue::new(match self {
                    $($choice::$value => $word,)+
                }))
            }
        })+
    };
}

words! {
    Color: Auto "auto", Always "always", Never "never";
    Stream: Text "text", Json "json";
    Structure: Json "json", Yaml "yaml";
    Kind: Github "github", Gitlab "gitlab", Gitea "gitea", Forgejo "forgejo", Bitbucket "bitbucket";
}

/// Reads a path, which may be empty where a variable has no value.
pub fn path() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}

/// Reads `table`, `jsonpath=TEMPLATE` and what is between them.
pub fn format(text: &str) -> Result<Format, String> {
    let words = [
        ("table", Format::Table),
        ("wide", Format::Wide),
        ("json", Format::Json),
        ("yaml", Format::Yaml),
        ("name", Format::Name),
    ];
    if let Some(template) = text.strip_prefix("jsonpath=") {
        return template.parse().map(Format::JsonPath);
    }
    if let Some(columns) = text.strip_prefix("custom-columns=") {
        return custom_columns(columns).map(Format::Custom);
    }
    let known = words.iter().map(|(word, _)| *word).chain(["jsonpath=TEMPLATE", "custom-columns=HEAD:.FIELD,..."]);
    let known: Vec<&str> = known.collect();
    let known = format!("the formats are: {}", known.join(", "));
    words.into_iter().find(|(word, _)| *word == text).map(|(_, format)| format).ok_or(known)
}

/// Reads `NAME:.name,AT:.startedAt`.
fn custom_columns(text: &str) -> Result<Columns, String> {
    let column = |column: &str| {
        let wrong = || format!("`{column}` is no column: write it as HEAD:.FIELD");
        let (head, path) =
            column.split_once(':').filter(|(head, path)| !head.is_empty() && !path.is_empty()).ok_or_else(wrong)?;
        Ok((head.to_owned(), path.parse()?))
    };
    let fields: Result<Vec<_>, String> = text.split(',').map(column).collect();
    Ok(Columns { fields: fields?, has_heads: true })
}

/// Reads how long one waits: as an interval, and 0 for not at all.
pub fn patience(text: &str) -> Result<Duration, String> {
    if matches!(text, "0" | "0s") { Ok(Duration::ZERO) } else { interval(text) }
}

/// Reads those of them that are for scripts.
pub fn structure(text: &str) -> Result<Format, String> {
    let is_structure = |format: &Format| matches!(format, Format::Json | Format::Yaml | Format::JsonPath(_));
    let known = "the formats are: json, yaml, jsonpath=TEMPLATE, and markdown for holds";
    if text == "markdown" {
        return Ok(Format::Markdown);
    }
    let found = if text.starts_with("jsonpath=") { format(text)? } else { format(text).map_err(|_| known)? };
    Some(found).filter(is_structure).ok_or(known.to_owned())
}

/// Reads `30s`, `5m`, `1h 30m`. Less than a second would be a busy loop.
pub fn interval(text: &str) -> Result<Duration, String> {
    let span: jiff::SignedDuration = text.parse().map_err(|_| "write it as 30s, 5m or 1h".to_owned())?;
    if span < jiff::SignedDuration::from_secs(1) {
        return Err("a second is the least".to_owned());
    }
    Ok(span.unsigned_abs())
}

/// Reads why something is done: a reason of no words is none.
pub fn reason(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("say why in some words".to_owned()),
        _ => Ok(text.to_owned()),
    }
}

/// Reads for how long a lock is wanted.
pub fn lease(text: &str) -> Result<Duration, String> {
    const LONGEST: Duration = Duration::from_secs(366 * 24 * 60 * 60);
    let lease = interval(text)?;
    if lease > LONGEST { Err("a year (8784h) is the most".to_owned()) } else { Ok(lease) }
}

/// Reads a pull request's number as people write it: `pr/7`, `7`, `#7`, and what forges call it.
pub fn pull(text: &str) -> Result<u64, String> {
    let beginnings = ["pr/", "pull/", "pulls/", "mr/", "#", "!"];
    let number = beginnings.iter().find_map(|word| text.strip_prefix(word)).unwrap_or(text);
    let number = number.parse().ok().filter(|number| *number > 0 && !text.contains('+'));
    number.ok_or_else(|| "write it as pr/7 or 7".to_owned())
}

/// Reads a whole commit id: with a part of one somebody could make another commit that begins like it.
pub fn commit(text: &str) -> Result<String, String> {
    let is_whole = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_whole { Ok(text.to_lowercase()) } else { Err("a whole commit id is needed, with its 40 digits".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_ones_own_read_as_kubectl_reads_them() {
        let Ok(Format::Custom(columns)) = format("custom-columns=NAME:.name,AT:{.startedAt}") else {
            panic!("columns")
        };
        let heads: Vec<&str> = columns.fields.iter().map(|(head, _)| head.as_str()).collect();
        assert_eq!(heads, ["NAME", "AT"]);
        for wrong in ["custom-columns=", "custom-columns=NAME", "custom-columns=:.name", "columns"] {
            assert!(format(wrong).is_err(), "{wrong}");
        }
        assert_eq!(patience("0"), Ok(Duration::ZERO));
    }

    #[test]
    fn pull_requests_and_commits_read_as_people_write_them() {
        let cases =
            [("pr/7", Some(7)), ("7", Some(7)), ("#7", Some(7)), ("mr/7", Some(7)), ("pr/0", None), ("pr/+7", None)];
        for (text, number) in cases {
            assert_eq!(pull(text).ok(), number, "{text}");
        }
        let whole = "9F".repeat(20);
        assert_eq!((commit(&whole), commit("9f31c2a").is_err()), (Ok("9f".repeat(20)), true));
    }

    #[test]
    fn an_interval_reads_as_people_write_it() {
        let cases = [("30s", Some(30)), ("5m", Some(300)), ("1h 30m", Some(5400)), ("0s", None), ("soon", None)];
        for (text, seconds) in cases {
            assert_eq!(interval(text).ok().map(|d| d.as_secs()), seconds, "{text}");
        }
        assert_eq!((lease("8h").is_ok(), lease("99999999999999h").is_ok()), (true, false));
        assert_eq!((reason("moving").is_ok(), reason(" ").is_ok()), (true, false));
    }
}
