//! What roles were given a moment ago: AWS takes a while to know it everywhere, and refuses until then what it is about to allow.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// After this long, everyone knows what a role may do, and a refusal is meant.
const SPREAD: Duration = Duration::from_secs(60);

/// The roles that this provider made, or gave other policies, and when it did so last.
#[derive(Debug, Default)]
pub struct Grants(Mutex<HashMap<String, Instant>>);

impl Grants {
    /// Notes a call of IAM that changes something of a role: the request names it.
    pub fn note(&self, request: &[u8]) {
        let text = String::from_utf8_lossy(request);
        let named = text.split('&').find_map(|field| field.strip_prefix("RoleName="));
        if let Some(role) = named {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(decoded(role), Instant::now());
        }
    }

    /// Whether what a role may do has changed so lately that not everyone knows it.
    pub fn are_spreading(&self, role: &str) -> bool {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(role).is_some_and(|since| since.elapsed() < SPREAD)
    }
}

/// A field of a request as it was meant: names of roles hold some of `+=,.@_-`, which stand in it as `%2B` and the like.
fn decoded(field: &str) -> String {
    let mut parts = field.split('%');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| match part.get(..2).and_then(|code| u8::from_str_radix(code, 16).ok()) {
        Some(code) => text + &char::from(code).to_string() + part.get(2..).unwrap_or_default(),
        None => text + "%" + part,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_names_its_role() {
        let grants = Grants::default();
        grants.note(b"Action=PutRolePolicy&Version=2010-05-08&RoleName=web%2Bapp%40tokyo&PolicyName=own");
        grants.note(b"Action=CreatePolicy&PolicyName=shop");
        let spreading = ["web+app@tokyo", "web", "shop"].map(|role| grants.are_spreading(role));
        assert_eq!(spreading, [true, false, false]);
    }
}
