//! How fast a forge may be asked: what it says of its limits, and how much slower we go after it had to say so. Pure: times
//! are milliseconds since 1970.

/// After a limit without a word of how long.
const FIRST_PAUSE: i64 = 60_000;
const LONGEST_PAUSE: i64 = 15 * 60_000;
/// Between two writes after a limit, at least and at most.
const FIRST_GAP: i64 = 1_000;
const LONGEST_GAP: i64 = 30_000;

/// What an answer says of limits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    pub status: u16,
    /// Seconds to wait, by `Retry-After`.
    pub retry_after: Option<i64>,
    /// How many requests are left, and at which second since 1970 there are more.
    pub remaining: Option<i64>,
    pub reset: Option<i64>,
    /// Whether it says in words that it is a limit, as GitHub does for its secondary ones.
    pub says_so: bool,
}

impl Limits {
    /// Whether the request was not done because of one.
    pub fn is_refusal(&self) -> bool {
        let hints = self.retry_after.is_some() || self.remaining == Some(0) || self.says_so;
        self.status == 429 || (self.status == 403 && hints)
    }
}

/// What is known of one forge's limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    /// Between two writes, when all is well.
    least: i64,
    gap: i64,
    /// When the last write was sent.
    written: i64,
    /// Nothing is sent before.
    paused_until: i64,
    /// How many limits came one after the other.
    refusals: u32,
}

impl Pace {
    pub fn new(least: i64) -> Pace {
        Pace { least, gap: least, written: i64::MIN / 2, paused_until: 0, refusals: 0 }
    }

    /// How long to wait before the next request.
    pub fn wait(&self, is_write: bool, now: i64) -> i64 {
        let gap = if is_write { self.written + self.gap - now } else { 0 };
        gap.max(self.paused_until - now).max(0)
    }

    pub fn sent(&mut self, is_write: bool, now: i64) {
        if is_write {
            self.written = now;
        }
    }

    /// Learns from an answer. After a limit it goes slower, and after what is done a little faster again.
    pub fn answered(&mut self, limits: &Limits, is_write: bool, now: i64) {
        let until_reset = limits.reset.filter(|_| limits.remaining == Some(0)).map(|reset| reset * 1000 - now);
        if !limits.is_refusal() {
            self.refusals = 0;
            if is_write {
                self.gap = (self.gap - self.gap / 8).max(self.least);
            }
            // The next request would be refused.
            self.paused_until = until_reset.map_or(self.paused_until, |left| now + left.max(0));
            return;
        }
        let doubled = FIRST_PAUSE.saturating_mul(1 << self.refusals.min(8)).min(LONGEST_PAUSE);
        let pause = limits.retry_after.map(|seconds| seconds * 1000).or(until_reset).unwrap_or(doubled);
        self.paused_until = now + pause.max(FIRST_GAP);
        self.refusals += 1;
        self.gap = (self.gap * 2).clamp(FIRST_GAP, LONGEST_GAP);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_700_000_000_000;

    fn refused(limits: Limits) -> Pace {
        let mut pace = Pace::new(0);
        pace.answered(&limits, true, NOW);
        pace
    }

    #[test]
    fn a_limit_is_waited_for_as_long_as_the_forge_says() {
        let reset = Some(NOW / 1000 + 90);
        let cases = [
            ("Retry-After", Limits { status: 429, retry_after: Some(7), ..Limits::default() }, 7_000),
            ("a primary limit", Limits { status: 403, remaining: Some(0), reset, ..Limits::default() }, 90_000),
            (
                "a secondary limit",
                Limits { status: 403, says_so: true, remaining: Some(9), ..Limits::default() },
                60_000,
            ),
            ("nothing is left", Limits { status: 200, remaining: Some(0), reset, ..Limits::default() }, 90_000),
            ("no limit", Limits { status: 403, remaining: Some(9), ..Limits::default() }, 0),
        ];
        for (what, limits, expected) in cases {
            assert_eq!(refused(limits).wait(false, NOW), expected, "{what}");
            assert_eq!(limits.is_refusal(), expected > 0 && limits.status != 200, "{what}");
        }
    }

    #[test]
    fn it_goes_slower_after_limits_and_faster_again() {
        let limit = Limits { status: 403, says_so: true, ..Limits::default() };
        let mut pace = Pace::new(1_000);
        let mut pauses = Vec::new();
        for _ in 0..6 {
            pace.answered(&limit, true, NOW);
            pauses.push(pace.wait(false, NOW) / 1000);
        }
        assert_eq!(pauses, [60, 120, 240, 480, 900, 900]);
        let done = Limits { status: 200, ..Limits::default() };
        let later = NOW + LONGEST_PAUSE;
        pace.sent(true, later);
        assert_eq!(pace.wait(true, later), LONGEST_GAP);
        assert_eq!(pace.wait(false, later), 0, "reading is not held up");
        for _ in 0..40 {
            pace.answered(&done, true, later);
        }
        assert_eq!(pace.wait(true, later), 1_000);
    }
}
