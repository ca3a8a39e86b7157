//! Words of the command line: the choices of `ui`, and times as people write them.

use std::time::Duration;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::ui::{Color, Format, Stream};

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
    let known: Vec<&str> = words.iter().map(|(word, _)| *word).chain(["jsonpath=TEMPLATE"]).collect();
    let known = format!("the formats are: {}", known.join(", "));
    words.into_iter().find(|(word, _)| *word == text).map(|(_, format)| format).ok_or(known)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_reads_as_people_write_it() {
        let cases = [("30s", Some(30)), ("5m", Some(300)), ("1h 30m", Some(5400)), ("0s", None), ("soon", None)];
        for (text, seconds) in cases {
            assert_eq!(interval(text).ok().map(|d| d.as_secs()), seconds, "{text}");
        }
    }
}
