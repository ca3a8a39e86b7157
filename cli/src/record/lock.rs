//! A stack that somebody keeps from being rolled out for a time.

use serde::Serialize;

use crate::moment;
use crate::text::timestamp;

/// A lock that a person took. It is over when its lease is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Lock {
    /// The stack's name, which is the lock's as well.
    pub name: String,
    pub repository: String,
    pub owner: String,
    pub reason: String,
    #[serde(serialize_with = "moment::serialize")]
    pub until: i64,
    #[serde(serialize_with = "moment::serialize")]
    pub created_at: i64,
}

impl Lock {
    /// Whether a pull request has it, that rolls the stack out before its merge.
    pub fn is_of_pull(&self) -> bool {
        self.owner.starts_with("pr/")
    }

    /// A pull request has it until it is merged or closed, whatever day that is.
    pub fn in_words(&self) -> String {
        if self.is_of_pull() {
            return format!("{} has it: {}", self.owner, self.reason);
        }
        format!("locked by {} until {}: {}", self.owner, timestamp(self.until), self.reason)
    }
}

#[cfg(test)]
impl Lock {
    /// Somebody's on `net/dev`.
    pub fn sample(owner: &str) -> Lock {
        let [name, repository, reason] = ["net/dev", "here", "moving"].map(str::to_owned);
        Lock { name, repository, owner: owner.to_owned(), reason, until: 0, created_at: 0 }
    }
}
