//! The life of a resource: what is called when, and how long is waited. Written once for all.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rand::Rng as _;
use tokio::time::Instant;

use crate::call::Call;
use crate::error::{After as _, Again, Error, Result};
use crate::resource::{Id, Progress, Resource, span, timed_out};

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
}

/// Polls at 1.5 s, rising to 5 s.
const POLL_FIRST: Duration = Duration::from_millis(1500);
const POLL_LAST: Duration = Duration::from_secs(5);
/// A resource that was just made may not be seen everywhere for a while.
const UNSEEN: Duration = Duration::from_secs(60);
/// What was just made is seen by the next call after this long, or it was never there.
const MOMENT: Duration = Duration::from_secs(10);
/// How long somebody who watches is content with the last line.
const NEWS_AGAIN: Duration = Duration::from_secs(30);
/// What has just been made has spread after this long, or the failure is real.
const SOON: Duration = Duration::from_secs(60);

/// The calls of one resource under one deadline.
pub struct Life<'a, S> {
    /// What the cloud is reached with.
    pub session: &'a S,
    /// The call of the engine that this answers.
    pub call: &'a Call,
    /// When patience ends.
    deadline: Instant,
    longest: Duration,
    usual: Duration,
}

impl<'a, S: Send + Sync + 'static> Life<'a, S> {
    /// Starts the clock of a call for a resource.
    pub fn of<R: Resource<Session = S>>(session: &'a S, call: &'a Call) -> Self {
        let longest = call.timeout.unwrap_or(R::WAIT.longest);
        // A time that the program gives is meant as it stands; our own shrinks with the clock, but leaves slow machines room.
        let deadline =
            Instant::now() + longest.mul_f64(if call.timeout.is_some() { 1.0 } else { call.pace.0.max(0.2) });
        Life { session, call, deadline, longest, usual: R::WAIT.usual }
    }

    /// Makes it, waits until it is ready and says how it is.
    pub async fn create<R: Resource<Session = S>>(&self, new: &R::Inputs) -> Result<(Id, R)> {
        let lost = AtomicBool::new(false);
        let attempt = async || {
            let made = R::create(self.session, new).await;
            self.call.tried.store(true, Ordering::Relaxed);
            lost.fetch_or(made.as_ref().is_err_and(Error::is_lost), Ordering::Relaxed);
            made
        };
        let made = self.retried::<R, _, _>("creating", None, attempt).await;
        let id = made.map_err(|error| match lost.load(Ordering::Relaxed) {
            true => self.unsure(error),
            false => error,
        })?;
        match self.settle::<R>(&id, "creation", R::waits(new)).await {
            Ok(state) => Ok((id, state)),
            Err(error) if error.is_dead() => Err(self.undo::<R>(&id, error).await),
            Err(error) => Err(error.after(&id)),
        }
    }

    /// A failed creation of which an answer got lost. The next run knows nothing of it, so that it is for the user to look.
    fn unsure(&self, error: Error) -> Error {
        if error.born().is_some() {
            return error;
        }
        error.also_hint(format!(
            "an answer got lost, so it may have been made all the same: then it bears `{}` in a tag or in its name; import or delete it before you go on",
            self.call.birth.token
        ))
    }

    /// Clears away what the cloud has given up, so that the next run makes it anew instead of waiting for what will never be.
    async fn undo<R: Resource<Session = S>>(&self, id: &Id, error: Error) -> Error {
        let gone = match self.read::<R>(id).await {
            Ok(Some(state)) => self.delete(id, &state).await,
            Ok(None) => Ok(()),
            Err(unread) => Err(unread),
        };
        match gone {
            Ok(()) => error,
            Err(undeleted) => error.hint(format!("it could not be deleted either: {undeleted}")).after(id),
        }
    }

    /// Brings it to new inputs, waits until it is ready again and says how it is.
    pub async fn update<R: Resource<Session = S>>(&self, id: &Id, old: &R, new: &R::Inputs) -> Result<R> {
        let change = || R::update(self.session, id, old, new);
        self.retried::<R, _, _>("updating", Some(id), change).await.after(id)?;
        self.settle::<R>(id, "update", R::waits(new)).await.after(id)
    }

    /// How it is now.
    pub async fn read<R: Resource<Session = S>>(&self, id: &Id) -> Result<Option<R>> {
        self.retried::<R, _, _>("reading", None, || R::read(self.session, id)).await
    }

    /// Deletes it and waits until it is gone.
    pub async fn delete<R: Resource<Session = S>>(&self, id: &Id, old: &R) -> Result<()> {
        self.retried::<R, _, _>("deleting", Some(id), || R::delete(self.session, id, old)).await?;
        self.until("deletion", || R::gone(self.session, id)).await
    }

    async fn settle<R: Resource<Session = S>>(&self, id: &Id, what: &str, waits: bool) -> Result<R> {
        if waits {
            self.until(what, || R::ready(self.session, id)).await?;
        }
        let mut unseen = Backoff::new(Duration::from_millis(250), POLL_LAST);
        let patience = Instant::now() + UNSEEN.mul_f64(self.call.pace.0.max(0.2));
        loop {
            if let Some(state) = self.read::<R>(id).await? {
                return Ok(state);
            }
            if Instant::now() >= patience.min(self.deadline) {
                return Err(Error::new(format!("`{id}` is not there after its {what}")));
            }
            self.nap(unseen.next(), what).await?;
        }
    }

    /// When it is enough of something that usually takes no longer than this.
    fn patience(&self, started: Instant, time: Duration) -> Instant {
        self.deadline.min(started + time.mul_f64(self.call.pace.0.max(0.2)))
    }

    /// Polls until something is done.
    async fn until<F>(&self, what: &str, ask: impl Fn() -> F) -> Result<()>
    where
        F: Future<Output = Result<Progress>> + Send,
    {
        let started = Instant::now();
        let mut poll = Backoff::new(POLL_FIRST, POLL_LAST);
        let mut news = News::default();
        let mut answered = started;
        loop {
            let state = match ask().await {
                Ok(Progress::Done) => return Ok(()),
                Ok(Progress::Failed(why)) => {
                    return Err(Error::new(format!("{what} failed: {why}")).dead());
                }
                Ok(Progress::Pending(state)) => {
                    answered = Instant::now();
                    state
                }
                // Not to be told how far it is for a moment doesn't mean that it goes no further.
                Err(error) if error.retry() != Again::Never && Instant::now() < self.patience(answered, SOON) => {
                    error.message().to_owned()
                }
                Err(error) => return Err(error),
            };
            if Instant::now() >= self.deadline {
                return Err(timed_out(what, &state, self.longest));
            }
            if news.is_due(&state, Instant::now()) {
                let line = self.waiting(&state, started.elapsed());
                self.call.status(line).await;
            }
            self.nap(poll.next(), what).await?;
        }
    }

    /// Calls, and calls again while the refusal is one that passes: by itself, or once it is ready.
    async fn retried<R: Resource<Session = S>, T, F>(
        &self,
        what: &str,
        id: Option<&Id>,
        call: impl Fn() -> F,
    ) -> Result<T>
    where
        F: Future<Output = Result<T>> + Send,
    {
        let started = Instant::now();
        let mut news = News::default();
        let mut soon = Backoff::new(Duration::from_millis(250), Duration::from_secs(2));
        let mut later = Backoff::new(Duration::from_secs(2), Duration::from_secs(15));
        loop {
            let error = match call().await {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            let (pause, patience) = match error.retry() {
                Again::Never => return Err(error),
                Again::Moment => (soon.next(), self.patience(started, MOMENT)),
                Again::Soon => (soon.next(), self.patience(started, SOON)),
                Again::Later | Again::Ready => (later.next(), self.deadline),
            };
            if Instant::now() >= patience || self.call.cancel.is_cancelled() {
                return Err(error);
            }
            if news.is_due(error.message(), Instant::now()) {
                let line = format!("{what}: {}", error.message());
                self.call.status(line).await;
            }
            tokio::select! {
                () = self.call.pace.sleep(pause) => {}
                () = self.call.cancel.cancelled() => return Err(error),
            }
            // A creation that found what an earlier attempt made says its id with the refusal.
            if let (Again::Ready, Some(id)) = (error.retry(), id.or(error.born())) {
                self.until(what, || R::ready(self.session, id)).await.after(id)?;
            }
        }
    }

    async fn nap(&self, time: Duration, what: &str) -> Result<()> {
        tokio::select! {
            () = self.call.pace.sleep(time) => Ok(()),
            () = self.call.cancel.cancelled() => {
                Err(Error::new(format!("stopped waiting for its {what}: cancelled")).hint("run `pulumi up` again to go on"))
            }
        }
    }

    fn waiting(&self, state: &str, so_far: Duration) -> String {
        match self.usual.as_secs() {
            0..=5 => state.to_owned(),
            _ => format!("{state} for {}, usually {}", span(so_far), span(self.usual)),
        }
    }
}

/// What the user was told last: the same is told again only after a while, for some logs keep every line.
#[derive(Default)]
struct News(Option<(String, Instant)>);

impl News {
    fn is_due(&mut self, state: &str, now: Instant) -> bool {
        let old = |(told, at): &(String, Instant)| told == state && now < *at + NEWS_AGAIN;
        let due = !self.0.as_ref().is_some_and(old);
        if due {
            self.0 = Some((state.to_owned(), now));
        }
        due
    }
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
mod tests;
