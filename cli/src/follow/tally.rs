//! How many stacks of a pass came out how.

use crate::event::Body;
use crate::failure::Kind;
use crate::rollout::Outcome;

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    pub rolled_out: usize,
    pub up_to_date: usize,
    pub failed: usize,
    pub skipped: usize,
    pub cancelled: usize,
    pub held: usize,
    /// What kind of failure weighs most among what did not go well.
    worst: Option<Kind>,
    /// Whether one waits for another that does not move, be that suspended, locked or held.
    is_blocked: bool,
    /// Whether somebody else rolled one of them out meanwhile, so that the pass has to begin anew.
    pub(super) moved: bool,
}

impl Tally {
    /// The kind of failure that the pass as a whole came to, if any.
    pub fn failure(self) -> Option<Kind> {
        let blocked = self.is_blocked.then_some(Kind::Busy);
        if self.cancelled > 0 { Some(Kind::Cancelled) } else { self.worst.or(blocked) }
    }

    pub(super) fn finished(self) -> Body {
        let Tally { rolled_out, up_to_date, failed, cancelled, held, skipped, .. } = self;
        Body::Finished { rolled_out, up_to_date, failed, cancelled, held, skipped }
    }

    pub(super) fn count(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::RolledOut => self.rolled_out += 1,
            Outcome::Failed(kind) => {
                self.failed += 1;
                self.worst = Some(Kind::worst(self.worst, *kind));
            }
            Outcome::Cancelled => self.cancelled += 1,
            Outcome::Held => self.hold(),
            Outcome::Moved => self.moved = true,
            Outcome::Busy | Outcome::Full => self.skip(Kind::Busy),
        }
    }

    /// Counts a stack for which somebody has to decide.
    pub(super) fn hold(&mut self) {
        self.held += 1;
        self.worst = Some(Kind::worst(self.worst, Kind::Held));
    }

    /// Counts a stack that comes after one which does not move. What became of that one weighs more, where it is anything.
    pub(super) fn block(&mut self) {
        self.skipped += 1;
        self.is_blocked = true;
    }

    /// Counts a stack that was left alone.
    pub(super) fn skip(&mut self, kind: Kind) {
        self.skipped += 1;
        self.worst = Some(Kind::worst(self.worst, kind));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever keeps it back, whoever waits for it is told by the same exit code; what went wrong itself weighs more.
    #[test]
    fn one_that_is_blocked_decides_only_where_nothing_else_does() {
        let after = |before: fn(&mut Tally), then: fn(&mut Tally)| {
            let mut tally = Tally::default();
            before(&mut tally);
            tally.block();
            then(&mut tally);
            (tally.skipped, tally.failure())
        };
        let suspended: fn(&mut Tally) = |tally| tally.skipped += 1;
        let locked: fn(&mut Tally) = |tally| tally.skip(Kind::Busy);
        assert_eq!((after(suspended, |_| ()), after(locked, |_| ())), ((2, Some(Kind::Busy)), (2, Some(Kind::Busy))));
        assert_eq!(after(Tally::hold, |_| ()).1, Some(Kind::Held));
        assert_eq!(after(|_| (), |tally| tally.count(&Outcome::Failed(Kind::RollOut))).1, Some(Kind::RollOut));
        assert_eq!(after(|_| (), Tally::hold).1, Some(Kind::Held));
        assert_eq!(after(|_| (), |tally| tally.cancelled += 1).1, Some(Kind::Cancelled));
    }
}
