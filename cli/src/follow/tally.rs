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
    /// Whether somebody else rolled one of them out meanwhile, so that the pass has to begin anew.
    pub(super) moved: bool,
}

impl Tally {
    /// The kind of failure that the pass as a whole came to, if any.
    pub fn failure(self) -> Option<Kind> {
        if self.cancelled > 0 { Some(Kind::Cancelled) } else { self.worst }
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

    /// Counts a stack that was left alone.
    pub(super) fn skip(&mut self, kind: Kind) {
        self.skipped += 1;
        self.worst = Some(Kind::worst(self.worst, kind));
    }
}
