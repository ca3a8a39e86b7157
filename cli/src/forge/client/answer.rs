//! What a forge answered.

use bytes::Bytes;
use http::StatusCode;
use http::header::{HeaderMap, LINK, LOCATION, RETRY_AFTER};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::super::pace::Limits;

/// A whole answer.
#[derive(Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// A page of a listing, which knows where the next one is.
pub trait Page: DeserializeOwned {
    type Item;

    /// Its items and the address of the next page; `link` is what the header says.
    fn split(self, link: Option<String>) -> (Vec<Self::Item>, Option<String>);
}

impl<T: DeserializeOwned> Page for Vec<T> {
    type Item = T;

    fn split(self, link: Option<String>) -> (Vec<T>, Option<String>) {
        (self, link)
    }
}

impl Answer {
    fn header(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.headers.get(*name)?.to_str().ok())
    }

    fn number(&self, names: &[&str]) -> Option<i64> {
        self.header(names)?.trim().parse().ok()
    }

    pub(super) fn redirect(&self) -> Option<String> {
        let leads = matches!(self.status.as_u16(), 301 | 302 | 303 | 307 | 308);
        self.headers.get(LOCATION).filter(|_| leads)?.to_str().ok().map(str::to_owned)
    }

    /// Where the next page is, by the header `Link`.
    pub(super) fn next(&self) -> Option<String> {
        let header = self.headers.get(LINK)?.to_str().ok()?;
        header.split(',').find_map(|link| {
            let (address, relation) = link.split_once(';')?;
            let is_next = relation.split(';').any(|part| matches!(part.trim(), r#"rel="next""# | "rel=next"));
            Some(address.trim().strip_prefix('<')?.strip_suffix('>')?.to_owned()).filter(|_| is_next)
        })
    }

    pub(super) fn limits(&self) -> Limits {
        let retry_after = self.headers.get(RETRY_AFTER).map(|value| {
            // A date is as good as no number: it is waited for as if nothing had been said.
            value.to_str().ok().and_then(|text| text.trim().parse().ok()).unwrap_or(60)
        });
        let words = if self.status == StatusCode::FORBIDDEN { self.words().to_lowercase() } else { String::new() };
        Limits {
            status: self.status.as_u16(),
            retry_after,
            remaining: self.number(&["x-ratelimit-remaining", "ratelimit-remaining"]),
            reset: self.number(&["x-ratelimit-reset", "ratelimit-reset"]),
            says_so: words.contains("rate limit"),
        }
    }

    /// The status, and what the forge says of it: each has another name for it.
    pub(super) fn words(&self) -> String {
        let said: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let texts = ["/message", "/error/message", "/error", "/error_description"];
        let text = texts.iter().find_map(|path| match said.pointer(path)? {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        });
        let errors = said.get("errors").map(Value::to_string).unwrap_or_default();
        let parts = [self.status.to_string(), text.unwrap_or_default(), errors];
        parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ")
    }

    /// Whether what it says is that a text is too long.
    pub(super) fn is_about_length(&self) -> bool {
        const WORDS: [&str; 5] = ["too long", "too large", "maximum is", "is too big", "maximum length"];
        let said = self.words().to_lowercase();
        matches!(self.status.as_u16(), 400 | 413 | 422) && WORDS.iter().any(|words| said.contains(words))
    }
}
