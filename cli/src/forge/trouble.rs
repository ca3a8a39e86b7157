//! Why a forge did not do what it was asked.

use crate::failure::Failure;

/// A failure, and what kind of trouble it is for whoever can help it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub what: What,
    pub failure: Failure,
}

/// What can be helped is told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The comment is longer than the forge takes.
    TooLong,
    /// It is not there, or not for us to see.
    Missing,
    /// The token may not do it.
    Denied,
    /// A commit has so many statuses of a name that it takes no more.
    Full,
    /// The answer got lost: it may have been done.
    Unsure,
    Other,
}

impl Trouble {
    pub fn new(what: What, failure: Failure) -> Trouble {
        Trouble { what, failure }
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Trouble {
        Trouble::new(What::Other, failure)
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Failure {
        trouble.failure
    }
}
