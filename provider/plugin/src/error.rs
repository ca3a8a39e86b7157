//! What can go wrong, in words for the user.

use std::fmt;

use crate::hide::hide;
use crate::path::Path;
use crate::resource::Id;

/// What is wrong with one property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where it is.
    pub at: Path,
    /// What is wrong and what would be right, as a fragment.
    pub why: String,
}

impl Fault {
    /// A fault of the property at a path.
    pub fn new(at: impl Into<Path>, why: impl Into<String>) -> Fault {
        Fault { at: at.into(), why: why.into() }
    }

    /// The same fault, seen from the object that holds the property.
    pub fn below(mut self, name: &str) -> Fault {
        self.at = Path::root().key(name).join(&self.at);
        self
    }

    /// The same fault, seen from the list that holds the item.
    pub fn below_index(mut self, i: usize) -> Fault {
        self.at = Path::root().index(i).join(&self.at);
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at.as_str() {
            "" => f.write_str(&self.why),
            at => write!(f, "`{at}`: {}", self.why),
        }
    }
}

/// Whether and how a refused call may be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// No: the same call would fail the same way.
    Never,
    /// At once: something just made may not be seen everywhere yet, if it is there at all. Tried for some seconds.
    Moment,
    /// In a moment: something just made has not spread yet. Tried densely for two minutes.
    Soon,
    /// When something else has gone or come: tried calmly up to the resource's longest time.
    Later,
    /// When something else has gone that nobody may be about to remove: tried for two minutes.
    Held,
    /// When the resource itself is ready again: that is awaited, and then the call is made again.
    Ready,
}

/// A failed call of a resource, a function or a component.
#[derive(Debug, Clone)]
pub struct Error {
    message: String,
    hint: Option<String>,
    faults: Vec<Fault>,
    again: Again,
    /// Boxed: failures are passed on through many hands.
    after: Option<Box<Id>>,
    dead: bool,
    lost: bool,
    unanswered: bool,
}

/// The result of a call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A failure in words: a fragment that says what was being done, to what, and what came back.
    pub fn new(message: impl Into<String>) -> Error {
        Error {
            message: message.into(),
            hint: None,
            faults: Vec::new(),
            again: Again::Never,
            after: None,
            dead: false,
            lost: false,
            unanswered: false,
        }
    }

    /// Properties that the user has to change.
    pub fn invalid(faults: Vec<Fault>) -> Error {
        let words: Vec<_> = faults.iter().map(Fault::to_string).collect();
        Error { faults, ..Error::new(words.join("; ")) }
    }

    /// With what the user can do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Error {
        self.hint = Some(hint.into());
        self
    }

    /// With something more that the user can do.
    pub(crate) fn also_hint(self, more: String) -> Error {
        let hint = match &self.hint {
            Some(hint) => format!("{hint}; {more}"),
            None => more,
        };
        self.hint(hint)
    }

    /// With whether the call may be tried again.
    pub fn again(mut self, again: Again) -> Error {
        self.again = again;
        self
    }

    /// Marks that whether it was done is not known: no answer came, or one that does not say.
    pub fn lost(mut self) -> Error {
        self.lost = true;
        self
    }

    /// Whether it is not known if it was done.
    pub fn is_lost(&self) -> bool {
        self.lost
    }

    /// Marks that the cloud has not answered: it says nothing of what is there or was done.
    pub fn unanswered(mut self) -> Error {
        self.unanswered = true;
        self
    }

    /// Whether the cloud has not answered.
    pub fn is_unanswered(&self) -> bool {
        self.unanswered
    }

    /// Marks that the resource exists all the same, under this id.
    pub fn after(mut self, id: &Id) -> Error {
        self.after = Some(Box::new(id.clone()));
        self
    }

    /// Without these secrets, wherever they may have got into the words.
    pub(crate) fn hiding(mut self, secrets: &[String]) -> Error {
        self.message = hide(&self.message, secrets);
        self.hint = self.hint.map(|hint| hide(&hint, secrets));
        for fault in &mut self.faults {
            fault.why = hide(&fault.why, secrets);
        }
        self
    }

    /// Marks that the resource will never be: what was made of it is deleted again.
    pub fn dead(mut self) -> Error {
        self.dead = true;
        self
    }

    /// Whether the cloud has given the resource up.
    pub(crate) fn is_dead(&self) -> bool {
        self.dead
    }

    /// With what was being done, before what went wrong.
    pub fn doing(mut self, what: impl fmt::Display) -> Error {
        self.message = format!("{what}: {}", self.message);
        self
    }

    /// The properties that the user has to change; empty when it is not the user's fault.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Whether the call may be tried again.
    pub fn retry(&self) -> Again {
        self.again
    }

    /// The id of the resource that exists all the same.
    pub fn born(&self) -> Option<&Id> {
        self.after.as_deref()
    }

    /// The words and the hint, for a status line.
    pub(crate) fn in_one_line(&self) -> String {
        match &self.hint {
            Some(hint) => format!("{}; {}", self.message, hint.replace('\n', " ")),
            None => self.message.clone(),
        }
    }

    /// The words without the hint.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Error {
        Error::invalid(vec![fault])
    }
}

/// Marks a failure as one after the resource's birth.
pub trait After<T> {
    /// The failure is of a resource that exists under this id, and must not be forgotten.
    fn after(self, id: &Id) -> Result<T>;
}

impl<T> After<T> for Result<T> {
    fn after(self, id: &Id) -> Result<T> {
        self.map_err(|error| error.after(id))
    }
}
