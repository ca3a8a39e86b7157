//! How a run ended, in the words that are recorded and shown.

use super::Outcome;
use crate::engine::operation::Counts;
use crate::engine::{Ending, Progress, crash, diagnose};
use crate::failure::{Failure, Kind};
use crate::ledger::{Lease, Reads};
use crate::record::{Case, RunState};

/// A run's end before it is recorded.
pub(super) struct End {
    pub state: RunState,
    pub changes: Counts,
    /// Why it did not succeed, whole.
    pub message: Option<String>,
    /// What kind of failure that was, if any.
    pub kind: Option<Kind>,
    /// Whether the events showed it already, so that its first line is enough for whoever watched.
    pub is_shown: bool,
    /// The seal that it went by, if it went by one.
    pub seal: Option<String>,
    /// What holds it, where somebody has to decide about it.
    pub hold: Option<Box<Held>>,
    /// What its program read of other stacks, where the engine came to its end.
    pub reads: Option<Reads>,
    /// The digest of what the stack puts out now, if it puts out anything.
    pub put_out: Option<String>,
}

/// What holds a run.
pub(super) struct Held {
    /// The hold's name.
    pub name: String,
    /// What it waits to have allowed, and what was shown instead.
    pub seal: String,
    pub shown_seal: Option<String>,
    pub case: Case,
}

impl End {
    /// The end of a run that did well.
    fn well() -> End {
        End {
            state: RunState::Succeeded,
            changes: Counts::new(),
            message: None,
            kind: None,
            is_shown: false,
            seal: None,
            hold: None,
            reads: None,
            put_out: None,
        }
    }

    /// The end of a run that failed.
    pub fn of(failure: &Failure) -> End {
        End {
            state: match failure.kind {
                Kind::Cancelled => RunState::Cancelled,
                Kind::Busy => RunState::Busy,
                Kind::Held => RunState::Held,
                _ => RunState::Failed,
            },
            message: Some(failure.with_hints()),
            kind: Some(failure.kind),
            ..End::well()
        }
    }

    /// The end of a run whose engine ended.
    pub fn after(ending: &Ending, progress: &Progress) -> End {
        let stopped = || Failure {
            message: "stopped in order; the next run goes on from there".to_owned(),
            ..Failure::cancelled()
        };
        let end = match (ending.success, ending.cancelled) {
            (true, _) => End::well(),
            (false, true) => End::of(&stopped()),
            (false, false) => match crash(&ending.complaint) {
                Some(trace) if progress.failure().is_none() => End::crashed(ending, progress, &trace),
                _ => End::of(&diagnose(ending, progress)),
            },
        };
        End { changes: progress.counts(), is_shown: end.is_shown || progress.failure().is_some(), ..end }
    }

    /// The end of a run whose engine crashed: its trace is recorded, and shown to whoever asks for it.
    fn crashed(ending: &Ending, progress: &Progress, trace: &str) -> End {
        let run = ending.run.as_deref().unwrap_or_default();
        let failure = diagnose(ending, progress).hint(format!("`gitinfra describe run/{run}` has all that it printed"));
        let end = End::of(&failure);
        End { message: Some(Failure { message: trace.to_owned(), ..failure }.with_hints()), is_shown: true, ..end }
    }

    /// The same run, where another gitinfra took the stack over meanwhile: one that did well did not, then, and none is held.
    pub fn overtaken(self) -> End {
        match self.state {
            RunState::Succeeded | RunState::Held => {
                End { message: Some(Lease::lost().message), kind: Some(Kind::RollOut), state: RunState::Failed, ..self }
            }
            _ => self,
        }
    }

    /// What came of it.
    pub fn outcome(&self) -> Outcome {
        match self.state {
            RunState::Succeeded => Outcome::RolledOut,
            RunState::Cancelled => Outcome::Cancelled,
            RunState::Busy => Outcome::Busy,
            RunState::Held => Outcome::Held,
            _ => Outcome::Failed(self.kind.unwrap_or(Kind::RollOut)),
        }
    }

    /// What whoever watched the events still needs to hear.
    pub fn in_short(&self) -> Option<String> {
        let message = self.message.as_ref()?;
        if !self.is_shown {
            return Some(message.clone());
        }
        let hints = message.lines().skip(1).filter(|line| line.starts_with("hint: "));
        let lines: Vec<&str> = message.lines().take(1).chain(hints).collect();
        Some(lines.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ending(complaint: &str) -> Ending {
        Ending { complaint: complaint.to_owned(), ..Ending::default() }
    }

    #[test]
    fn an_engine_that_said_nothing_is_shown_by_its_complaint() {
        let end = End::after(&ending("parsing plugin options for 'p': no folder at path '/x'"), &Progress::default());
        let lines = end.in_short().unwrap_or_default();
        assert_eq!(lines.lines().count(), 2, "{lines}");
        assert!(lines.contains("hint: a run sees only what is committed"), "{lines}");
    }

    #[test]
    fn of_a_crash_the_trace_is_recorded_and_its_head_shown() {
        let crash = "panic: no\n\ngoroutine 1 [running]:\nmain.main()";
        let ending = Ending { run: Some("abc".to_owned()), ..ending(crash) };
        let end = End::after(&ending, &Progress::default());
        assert!(end.message.as_ref().is_some_and(|message| message.contains("main.main()")), "{:?}", end.message);
        let short = end.in_short().unwrap_or_default();
        assert!(short.starts_with("panic: no\nhint: ") && !short.contains("goroutine"), "{short}");
        assert!(short.contains("`gitinfra describe run/abc`"), "{short}");
    }

    #[test]
    fn what_the_events_told_is_shown_in_short_and_recorded_whole() {
        let mut progress = Progress::default();
        for (severity, message) in [("info#err", "Traceback"), ("error", "incorrect passphrase")] {
            let event = format!(r#"{{"diagnosticEvent":{{"message":"{message}","severity":"{severity}"}}}}"#);
            progress.take(serde_json::from_str(&event).expect("an engine event"), 0);
        }
        let end = End::after(&ending("noise"), &progress);
        let hint = "hint: PULUMI_CONFIG_PASSPHRASE has to be the one that the stack was made with";
        let short = format!("incorrect passphrase\n{hint}");
        assert_eq!(end.in_short(), Some(short));
        let whole = format!("incorrect passphrase\nTraceback\n{hint}");
        assert_eq!(end.message, Some(whole));
    }
}
