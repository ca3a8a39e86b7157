//! Waiting and repeating: how often the cloud is asked, for how long, and what the user is told meanwhile.

use std::time::Duration;

use rand::Rng as _;
use tokio::time::Instant;

use crate::call::Call;
use crate::error::{Again, Error, Result};
use crate::resource::Wait;

/// How fast the clock of waits runs. 1.0 is real time; tests and emulators run it faster.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace(pub f64);

impl Default for Pace {
    fn default() -> Self {
        Pace(1.0)
    }
}

impl Pace {
    async fn sleep(self, time: Duration) {
        let jitter = rand::rng().random_range(0.75..1.25);
        tokio::time::sleep(time.mul_f64(self.0 * jitter)).await;
    }

    /// How long our own patience lasts: it shrinks with the clock, but leaves slow machines room.
    fn patience(self, time: Duration) -> Duration {
        time.mul_f64(self.0.max(0.15))
    }
}

/// A resource is polled after 1.5 s, rising to 5 s.
const POLL_FIRST: Duration = Duration::from_millis(1500);
const POLL_LAST: Duration = Duration::from_secs(5);
/// What is waited for at first, where something should be seen at once.
const DENSE: Duration = Duration::from_millis(250);
/// A resource that was just made may not be seen everywhere for this long.
const UNSEEN: Duration = Duration::from_secs(60);
/// What was just made is seen by the next call after this long, or it was never there.
const MOMENT: Duration = Duration::from_secs(10);
/// What has just been made has spread after this long, or the failure is real.
const SOON: Duration = Duration::from_secs(120);
/// What holds a resource has gone after this long, or nobody is about to remove it.
const HELD: Duration = Duration::from_secs(120);
/// A question, or the way in through a role that has just been made, is given up after this long.
const ASKED: Wait = Wait::seconds(1, 60);
/// An unchanged status line is repeated at most this often.
const NEWS_AGAIN: Duration = Duration::from_secs(30);

/// One look at something that is awaited.
pub(super) enum Look<T> {
    /// The wait is over.
    Over(T),
    /// It can't be seen yet.
    Unseen,
    /// Not yet; this is the state that the cloud reports.
    Pending(String),
    /// It will never be; this is why.
    Failed(String),
}

/// How long one call of the engine may go on, and whom it tells.
pub(super) struct Patience<'a> {
    call: &'a Call,
    deadline: Instant,
    longest: Duration,
    usual: Duration,
}

impl<'a> Patience<'a> {
    /// Starts the clock. A time that the program gives is meant as it stands.
    pub fn start(call: &'a Call, wait: Wait) -> Patience<'a> {
        let longest = call.timeout.unwrap_or(wait.longest);
        let lasts = if call.timeout.is_some() { longest } else { call.pace.patience(longest) };
        Patience { call, deadline: Instant::now() + lasts, longest, usual: wait.usual }
    }

    /// When it is enough of something that usually takes no longer than this.
    fn until(&self, started: Instant, time: Duration) -> Instant {
        self.deadline.min(started + self.call.pace.patience(time))
    }

    /// Looks until the wait is over. A failed look does not mean that progress has stopped.
    pub async fn poll<T, F>(&self, what: &str, look: impl Fn() -> F) -> Result<T>
    where
        F: Future<Output = Result<Look<T>>> + Send,
    {
        let started = Instant::now();
        let (mut seldom, mut dense) = (Backoff::new(POLL_FIRST, POLL_LAST), Backoff::new(DENSE, POLL_LAST));
        let mut news = News::default();
        let mut answered = started;
        loop {
            let (state, pause) = match look().await {
                Ok(Look::Over(done)) => return Ok(done),
                Ok(Look::Failed(why)) => return Err(Error::new(format!("{what} failed: {why}")).dead()),
                Ok(Look::Pending(state)) => {
                    answered = Instant::now();
                    (state, seldom.next())
                }
                Ok(Look::Unseen)
                    if Instant::now() >= self.until(started, if what == "creation" { UNSEEN } else { MOMENT }) =>
                {
                    return Err(Error::new(format!("it is not there after its {what}")));
                }
                Ok(Look::Unseen) => ("not seen yet".to_owned(), dense.next()),
                Err(error) if error.retry() != Again::Never && Instant::now() < self.until(answered, SOON) => {
                    (error.message().to_owned(), seldom.next())
                }
                Err(error) => return Err(error),
            };
            if Instant::now() >= self.deadline {
                return Err(timed_out(what, &state, self.longest));
            }
            if news.is_due(&state, Instant::now()) {
                self.call.status(self.waiting(&state, started.elapsed())).await;
            }
            self.nap(pause, what).await?;
        }
    }

    /// Calls, and calls again while the refusal is one that passes. `ready` is awaited where the resource itself has to be ready again.
    pub async fn repeat<T, F, W>(&self, what: &str, call: impl Fn() -> F, ready: impl Fn() -> W) -> Result<T>
    where
        F: Future<Output = Result<T>> + Send,
        W: Future<Output = Result<()>> + Send,
    {
        let started = Instant::now();
        let mut news = News::default();
        let mut lost = false;
        let mut soon = Backoff::new(DENSE, Duration::from_secs(2));
        let mut later = Backoff::new(Duration::from_secs(2), Duration::from_secs(15));
        loop {
            let error = match call().await {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            lost |= error.is_lost();
            let (pause, patience) = match error.retry() {
                // After a lost answer it must become known what came of it, however long the cloud can't be reached.
                _ if lost && error.is_unanswered() => (later.next(), self.deadline),
                Again::Never => return Err(error),
                Again::Moment => (soon.next(), self.until(started, MOMENT)),
                Again::Soon => (soon.next(), self.until(started, SOON)),
                Again::Held => (later.next(), self.until(started, HELD)),
                Again::Later | Again::Ready => (later.next(), self.deadline),
            };
            if Instant::now() >= patience || self.call.cancel.is_cancelled() {
                return Err(error);
            }
            if news.is_due(error.message(), Instant::now()) {
                self.call.status(format!("{what}: {}", error.in_one_line())).await;
            }
            tokio::select! {
                () = self.call.pace.sleep(pause) => {}
                () = self.call.cancel.cancelled() => return Err(error),
            }
            if error.retry() == Again::Ready {
                ready().await?;
            }
        }
    }

    /// Waits until nobody goes any more by what they have cached.
    pub async fn outlast(&self, what: &str, cached: Duration) -> Result<()> {
        if cached.is_zero() {
            return Ok(());
        }
        self.call.status(format!("waiting for {} until caches have forgotten what it was", span(cached))).await;
        tokio::select! {
            () = tokio::time::sleep(cached.mul_f64(self.call.pace.0)) => Ok(()),
            () = self.call.cancel.cancelled() => Err(stopped(what)),
        }
    }

    async fn nap(&self, time: Duration, what: &str) -> Result<()> {
        tokio::select! {
            () = self.call.pace.sleep(time) => Ok(()),
            () = self.call.cancel.cancelled() => Err(stopped(what)),
        }
    }

    fn waiting(&self, state: &str, so_far: Duration) -> String {
        match self.usual.as_secs() {
            0..=5 => state.to_owned(),
            _ => format!("{state} for {}, usually {}", span(so_far), span(self.usual)),
        }
    }
}

/// Asks, and asks again while the refusal is one that passes: a role that has just been made can't be assumed yet. That what is asked about is
/// not there is an answer.
pub async fn ask<T, F>(call: &Call, what: &str, question: impl Fn() -> F + Sync) -> Result<T>
where
    F: Future<Output = Result<T>> + Send,
{
    let question = || async {
        question().await.map_err(|error| match error.retry() {
            Again::Moment => error.again(Again::Never),
            _ => error,
        })
    };
    Patience::start(call, ASKED).repeat(what, question, || async { Ok(()) }).await
}

fn stopped(what: &str) -> Error {
    Error::new(format!("stopped waiting for its {what}: cancelled")).hint("run `pulumi up` again to go on")
}

/// The failure of a wait that took too long.
fn timed_out(what: &str, last: &str, after: Duration) -> Error {
    Error::new(format!("{what} took longer than {}; the last state was `{last}`", span(after))).hint(
        "run the same command again to go on waiting, or give it more time with the resource option customTimeouts",
    )
}

/// A length of time in words: `90 s`, `15 min`.
fn span(time: Duration) -> String {
    match time.as_secs() {
        0 => format!("{} ms", time.as_millis()),
        seconds @ 1..=119 => format!("{seconds} s"),
        seconds => format!("{} min", seconds.div_ceil(60)),
    }
}

/// The last status line: an unchanged one is repeated only after a while, for some logs keep every line.
#[derive(Default)]
struct News(Option<(String, Instant)>);

impl News {
    fn is_due(&mut self, state: &str, now: Instant) -> bool {
        let state = without_request(state);
        let old = |(line, at): &(String, Instant)| *line == state && now < *at + NEWS_AGAIN;
        let due = !self.0.as_ref().is_some_and(old);
        if due {
            self.0 = Some((state, now));
        }
        due
    }
}

/// A status line without the ids of requests, which are others each time: `... (request 7f..)`.
fn without_request(state: &str) -> String {
    let mut parts = state.split(" (request ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |line, part| line + part.split_once(')').map_or("", |(_, rest)| rest))
}

/// Times that grow by a third up to a cap.
struct Backoff {
    next: Duration,
    cap: Duration,
}

impl Backoff {
    fn new(first: Duration, cap: Duration) -> Backoff {
        Backoff { next: first, cap }
    }

    fn next(&mut self) -> Duration {
        let now = self.next;
        self.next = now.mul_f64(4.0 / 3.0).min(self.cap);
        now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unchanged_line_is_repeated_only_after_a_while() {
        let (mut news, start) = (News::default(), Instant::now());
        for (second, state, due) in [
            (0, "creating", true),
            (5, "creating", false),
            (6, "settling", true),
            (35, "settling", false),
            (36, "settling", true),
            (40, "creating", true),
        ] {
            let now = start + Duration::from_secs(second);
            assert_eq!(news.is_due(state, now), due, "{second} s");
        }
    }

    #[test]
    fn another_request_is_no_news() {
        let (mut news, now) = (News::default(), Instant::now());
        let line =
            |request: &str| format!("reading VPC `vpc-1`: InvalidVpcID.NotFound: not there (request {request}); look");
        assert_eq!(without_request(&line("7f")), "reading VPC `vpc-1`: InvalidVpcID.NotFound: not there; look");
        let due = [line("7f"), line("80"), "pending".to_owned(), line("81")].map(|line| news.is_due(&line, now));
        assert_eq!(due, [true, false, true, true]);
    }
}
