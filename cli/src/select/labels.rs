//! `--selector`: records by their labels, as kubectl has it: `team=a,env!=prod,tier in (web,api),!old`.

use std::collections::BTreeMap;
use std::str::FromStr;

/// What a key of a label, and a value, may be made of.
pub fn is_plain(text: &str) -> bool {
    let is_inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    let is_edge = |c: char| c.is_ascii_alphanumeric();
    text.starts_with(is_edge) && text.ends_with(is_edge) && text.chars().all(is_inner)
}

/// Terms that all have to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelSelector(Vec<Term>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    key: String,
    wish: Wish,
}

/// What a label is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Wish {
    /// One of these.
    In(Vec<String>),
    /// None of these; not to be there at all is right as well.
    NotIn(Vec<String>),
    There,
    Absent,
}

impl FromStr for LabelSelector {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let terms = terms(text).into_iter().map(str::trim).filter(|term| !term.is_empty());
        terms.map(term).collect::<Result<_, _>>().map(LabelSelector)
    }
}

/// The parts between commas, but for those in parentheses.
fn terms(text: &str) -> Vec<&str> {
    let mut is_inside = false;
    let ends = move |c: char| {
        is_inside = (is_inside || c == '(') && c != ')';
        c == ',' && !is_inside
    };
    text.split(ends).collect()
}

fn term(text: &str) -> Result<Term, String> {
    let of = |key: &str, wish: Wish| (key.trim().to_owned(), wish);
    let one = |value: &str| vec![value.trim().to_owned()];
    let (key, wish) = if let Some(key) = text.strip_prefix('!') {
        of(key, Wish::Absent)
    } else if let Some((key, value)) = text.split_once("!=") {
        of(key, Wish::NotIn(one(value)))
    } else if let Some((key, value)) = text.split_once('=') {
        // kubectl takes `==` for `=`.
        of(key, Wish::In(one(value.strip_prefix('=').unwrap_or(value))))
    } else if let Some((key, rest)) = text.split_once(char::is_whitespace) {
        of(key, among(rest.trim()).ok_or_else(|| wrong(text))?)
    } else {
        of(text, Wish::There)
    };
    let values = match &wish {
        Wish::In(values) | Wish::NotIn(values) => values.as_slice(),
        Wish::There | Wish::Absent => &[],
    };
    match is_plain(&key) && values.iter().all(|value| value.is_empty() || is_plain(value)) {
        true => Ok(Term { key, wish }),
        false => Err(wrong(text)),
    }
}

/// `in (a, b)` or `notin (a, b)`.
fn among(text: &str) -> Option<Wish> {
    let (is_in, rest) = match text.strip_prefix("notin") {
        Some(rest) => (false, rest),
        None => (true, text.strip_prefix("in")?),
    };
    let inner = rest.trim().strip_prefix('(')?.strip_suffix(')')?;
    let values = inner.split(',').map(|value| value.trim().to_owned()).collect();
    Some(if is_in { Wish::In(values) } else { Wish::NotIn(values) })
}

fn wrong(text: &str) -> String {
    format!("`{text}` selects nothing: write it as KEY=VALUE, KEY!=VALUE, KEY in (A,B), KEY notin (A,B), KEY or !KEY")
}

impl LabelSelector {
    /// Whether labels are as all terms want them.
    pub fn fits(&self, labels: &BTreeMap<String, String>) -> bool {
        self.0.iter().all(|Term { key, wish }| match (wish, labels.get(key)) {
            (Wish::In(values), Some(value)) => values.contains(value),
            (Wish::NotIn(values), Some(value)) => !values.contains(value),
            (Wish::There, found) => found.is_some(),
            (Wish::Absent, found) => found.is_none(),
            (Wish::In(_), None) => false,
            (Wish::NotIn(_), None) => true,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_selected_by_labels() {
        let labels =
            [("team", "a"), ("env", "dev"), ("acme.com/tier", "web")].map(|(key, value)| (key.into(), value.into()));
        let labels = BTreeMap::from(labels);
        let cases = [
            ("", Some(true)),
            ("team=a", Some(true)),
            ("team==a, env=dev", Some(true)),
            ("team=b", Some(false)),
            ("team=a,env=prod", Some(false)),
            ("env!=prod", Some(true)),
            ("env!=dev", Some(false)),
            ("owner!=ada", Some(true)),
            ("env in (dev,prod)", Some(true)),
            ("env in ( prod , test )", Some(false)),
            ("env notin (prod),team", Some(true)),
            ("owner notin (ada)", Some(true)),
            ("acme.com/tier in (web)", Some(true)),
            ("team", Some(true)),
            ("owner", Some(false)),
            ("!owner", Some(true)),
            ("!team", Some(false)),
            ("owner=", Some(false)),
            ("env among (dev)", None),
            ("env in dev", None),
            ("=a", None),
            ("!", None),
            ("team=a b", None),
            ("-x=a", None),
        ];
        for (text, expected) in cases {
            let found = text.parse::<LabelSelector>().ok().map(|selector| selector.fits(&labels));
            assert_eq!(found, expected, "{text}");
        }
    }
}
