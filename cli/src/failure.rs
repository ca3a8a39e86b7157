//! What a user is told when something can't be done, and the exit code that goes with it.

use std::fmt;

/// Why a command failed. Decides the exit code and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A roll-out or a preview ran and failed.
    RollOut,
    /// What the user pointed at is wrong: repository, branch, `Pulumi.yaml`, a name.
    Input,
    /// Something that gitinfra or the engine needs to begin is missing, too old or out of reach: git, pulumi, a backend, its
    /// passphrase, a forge, the ledger.
    Setup,
    /// Another live run holds the stack: gitinfra's, or anybody's who holds the engine's lock.
    Busy,
    /// Somebody has to decide before anything is rolled out.
    Held,
    /// What stands is not what was rolled out.
    Drifted,
    /// Stopped by Ctrl-C or SIGTERM.
    Cancelled,
    /// A mistake in gitinfra itself.
    Bug,
}

impl Kind {
    /// Which of two failures decides the exit code: one of a roll-out, else the first.
    pub fn worst(so_far: Option<Kind>, next: Kind) -> Kind {
        match (so_far, next) {
            (_, Kind::RollOut) => next,
            (Some(first), _) => first,
            (None, _) => next,
        }
    }

    /// The exit code, as documented in `gitinfra --help`.
    pub fn exit_code(self) -> u8 {
        match self {
            Kind::RollOut => 1,
            Kind::Input => 3,
            Kind::Setup => 4,
            Kind::Busy => 5,
            Kind::Held => 6,
            Kind::Drifted => 7,
            Kind::Bug => 70,
            Kind::Cancelled => 130,
        }
    }
}

/// One failure in plain words: what was being done, to what, what is wrong; then what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub kind: Kind,
    /// A fragment in lower case without a full stop.
    pub message: String,
    /// Each is printed on a `hint:` line of its own.
    pub hints: Vec<String>,
    /// Whether something could not be reached, which says nothing about what was asked for: it may be there again by itself.
    pub is_away: bool,
    /// Whether whoever was asked does not take the credentials, or not for this.
    pub is_refused: bool,
}

/// What nearly everything here returns.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    fn new(kind: Kind, message: impl Into<String>) -> Self {
        let message = message.into();
        Failure { kind, message: message.trim_end().to_owned(), hints: Vec::new(), is_away: false, is_refused: false }
    }

    /// What was asked for could not be reached.
    pub fn away(self) -> Self {
        Failure { is_away: true, ..self }
    }

    /// The credentials were not taken.
    pub fn refused(self) -> Self {
        Failure { is_refused: true, ..self }
    }

    pub fn roll_out(message: impl Into<String>) -> Self {
        Self::new(Kind::RollOut, message)
    }

    pub fn input(message: impl Into<String>) -> Self {
        Self::new(Kind::Input, message)
    }

    pub fn setup(message: impl Into<String>) -> Self {
        Self::new(Kind::Setup, message)
    }

    pub fn busy(message: impl Into<String>) -> Self {
        Self::new(Kind::Busy, message)
    }

    pub fn held(message: impl Into<String>) -> Self {
        Self::new(Kind::Held, message)
    }

    pub fn bug(message: impl Into<String>) -> Self {
        Self::new(Kind::Bug, message)
    }

    pub fn cancelled() -> Self {
        Self::new(Kind::Cancelled, "stopped before it was done")
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// With its hints below, for where only text goes.
    pub fn with_hints(&self) -> String {
        let hints: String = self.hints.iter().map(|hint| format!("\nhint: {hint}")).collect();
        format!("{}{hints}", self.message)
    }

    /// Adds a hint when there is one to give.
    pub fn hint_some(self, hint: Option<String>) -> Self {
        match hint {
            Some(hint) => self.hint(hint),
            None => self,
        }
    }
}

/// What is wrong with something that is read as a whole, so that all of it is told at once.
#[derive(Debug, Default)]
pub struct Faults(Vec<Failure>);

impl Faults {
    /// What was found, unless that is a fault.
    pub fn keep<T>(&mut self, found: Result<T>) -> Option<T> {
        found.map_err(|failure| self.0.push(failure)).ok()
    }

    /// All of them as one failure of the first one's kind.
    pub fn end(self) -> Result<()> {
        let Some(first) = self.0.first() else {
            return Ok(());
        };
        let mut failure = first.clone();
        for other in &self.0[1..] {
            failure.message = format!("{}; {}", failure.message, other.message);
            failure.hints.extend(other.hints.iter().filter(|hint| !first.hints.contains(hint)).cloned());
        }
        Err(failure)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// "did you mean `x`?", when one of the known names is near enough to be a slip of the pen.
pub fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    near(wanted, known).map(|name| format!("did you mean `{name}`?"))
}

/// The known name that is nearest, where it is near enough to be what was meant.
pub fn near<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(wanted, name), name))
        .filter(|(distance, name)| *distance <= 1 + name.len().max(wanted.len()) / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_faults_are_told_at_once() {
        let mut faults = Faults::default();
        assert_eq!(faults.keep(Ok(7)), Some(7));
        assert!(faults.keep(Err::<(), _>(Failure::input("a is wrong").hint("read"))).is_none());
        assert!(faults.keep(Err::<(), _>(Failure::setup("b is away").hint("read").hint("wait"))).is_none());
        let failure = faults.end().expect_err("two are wrong");
        assert_eq!((failure.kind, failure.message.as_str()), (Kind::Input, "a is wrong; b is away"));
        assert_eq!(failure.hints, ["read", "wait"]);
        assert_eq!(Faults::default().end(), Ok(()));
    }

    #[test]
    fn a_slip_of_the_pen_is_seen_and_a_stranger_is_not() {
        let known = ["network/dev", "network/prod", "web/dev"];
        let cases = [
            ("network/dve", Some("did you mean `network/dev`?")),
            ("netwrk/prod", Some("did you mean `network/prod`?")),
            ("billing", None),
        ];
        for (wanted, expected) in cases {
            assert_eq!(nearest(wanted, known).as_deref(), expected, "{wanted}");
        }
    }
}
