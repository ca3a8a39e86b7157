//! `--field-selector`: records by what their fields are, `status=failing,branch!=main`; in `labels` by their labels.

mod labels;

use std::str::FromStr;

use serde_json::Value;

use crate::jsonpath::Field;

pub use labels::{LabelSelector, is_plain};

/// Terms that all have to hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Selector(Vec<Term>);

#[derive(Debug, Clone, PartialEq)]
struct Term {
    /// As it was written.
    name: String,
    field: Field,
    is_equal: bool,
    value: String,
}

impl FromStr for Selector {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.split(',').filter(|term| !term.trim().is_empty()).map(term).collect::<Result<_, _>>().map(Selector)
    }
}

fn term(text: &str) -> Result<Term, String> {
    let wrong = || format!("`{text}` is no selector: write it as FIELD=VALUE or FIELD!=VALUE");
    let (name, value) = text.split_once('=').ok_or_else(wrong)?;
    // kubectl takes `==` for `=`.
    let (name, is_equal) = name.strip_suffix('!').map_or((name, true), |name| (name, false));
    let (name, value) = (name.trim(), value.strip_prefix('=').unwrap_or(value).trim());
    if name.is_empty() {
        return Err(wrong());
    }
    Ok(Term { name: name.to_owned(), field: name.parse()?, is_equal, value: value.to_owned() })
}

impl Selector {
    /// Whether a record has all that is wanted.
    pub fn fits(&self, record: &Value) -> bool {
        self.0.iter().all(|term| (shown(term.field.of(record)) == term.value) == term.is_equal)
    }

    /// The first field that none of the records has.
    pub fn unknown(&self, records: &[Value]) -> Option<&str> {
        let has = |term: &Term, record: &Value| term.field.of(record).is_some() || term.is_within_nothing(record);
        let is_known = |term: &&Term| records.is_empty() || records.iter().any(|record| has(term, record));
        self.0.iter().find(|term| !is_known(term)).map(|term| term.name.as_str())
    }
}

impl Term {
    /// Whether it names a part of what a record could have and has not: `lock.owner` where nobody has a lock.
    fn is_within_nothing(&self, record: &Value) -> bool {
        let path = self.name.trim_matches(['{', '}']).trim_start_matches('.');
        let whole = path.split_once('.').and_then(|(whole, _)| record.get(whole));
        whole.is_some_and(Value::is_null)
    }
}

/// A value as it is written in a selector; what is not there is nothing.
pub fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn records_are_selected_by_fields() {
        let record = json!({"name": "net/dev", "status": "failing", "behindBy": 2, "branch": null});
        let cases = [
            ("status=failing", Some(true)),
            ("status==failing,name!=web/dev", Some(true)),
            ("status=failing,behindBy=3", Some(false)),
            ("behindBy=2", Some(true)),
            ("branch=", Some(true)),
            ("branch!=", Some(false)),
            ("", Some(true)),
            ("status", None),
            ("=x", None),
        ];
        for (text, expected) in cases {
            let found = text.parse::<Selector>().ok().map(|selector| selector.fits(&record));
            assert_eq!(found, expected, "{text}");
        }
        let selector: Selector = "colour=red".parse().expect("a selector");
        assert_eq!(selector.unknown(std::slice::from_ref(&record)), Some("colour"));
        let selector: Selector = "branch.name=red,colour.name=red".parse().expect("a selector");
        assert_eq!(selector.unknown(&[record]), Some("colour.name"), "nobody has a branch, and one could have");
        assert_eq!(selector.unknown(&[]), None);
    }
}
