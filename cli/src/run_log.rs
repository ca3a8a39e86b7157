//! What happens in one run, scrubbed of secrets: told to whoever watches at once, and to the ledger in batches.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use crate::context::Context;
use crate::event::{Body, Event, Recorded, Sink};
use crate::failure::{Failure, Result};
use crate::ledger::Ledger;
use crate::scrub::Scrubber;

/// How long an event may wait for others before it is written: many rows in one transaction cost as much as one.
const BATCH: Duration = Duration::from_millis(100);

/// Events that are not in the ledger yet.
#[derive(Debug, Default)]
pub struct Unwritten {
    /// The number of the first.
    first: i64,
    events: Vec<Recorded>,
}

impl Unwritten {
    /// The number of the first, and all of them with one more.
    pub fn then(&self, last: &Event) -> (i64, Vec<Recorded>) {
        let last = Recorded { at: last.at, body: last.body.clone() };
        (self.first, self.events.iter().cloned().chain([last]).collect())
    }
}

/// The log of one run.
pub struct RunLog {
    sink: Arc<dyn Sink>,
    /// Gone once the log is closed.
    recorder: Option<Recorder>,
    clock: fn() -> i64,
    run: String,
    stack: String,
    pub scrubber: Scrubber,
}

impl RunLog {
    pub fn begin(context: &Context, ledger: &Ledger, run: &str, stack: &str, scrubber: Scrubber) -> Self {
        let recorder = Some(Recorder::start(ledger, run));
        let (run, stack) = (run.to_owned(), stack.to_owned());
        RunLog { sink: context.sink.clone(), recorder, clock: context.clock, run, stack, scrubber }
    }

    pub fn tell(&self, body: Body) {
        let event = self.event(body);
        if let Some(recorder) = &self.recorder {
            recorder.take(&event);
        }
        self.sink.take(&event);
    }

    /// What happens now, without secrets.
    pub fn event(&self, body: Body) -> Event {
        let (run, stack) = (Some(self.run.clone()), Some(self.stack.clone()));
        Event { at: (self.clock)(), run, stack, body: self.scrubbed(body) }
    }

    /// Shows an event that somebody else writes down.
    pub fn show(&self, event: &Event) {
        self.sink.take(event);
    }

    pub fn note(&self, message: impl Into<String>) {
        self.tell(Body::Note { message: message.into() });
    }

    /// Every text in it without secrets. What can't be taken apart leaves only the fact that it happened.
    fn scrubbed(&self, body: Body) -> Body {
        let kind = body.kind();
        let Ok(mut value) = serde_json::to_value(body) else {
            return unreadable(&kind);
        };
        self.scrubber.scrub_json(&mut value);
        serde_json::from_value(value).unwrap_or_else(|_| unreadable(&kind))
    }

    /// Ends what is written while it happens: what is told from now on is only shown. Says what is not written yet, for whoever
    /// writes it with the run's end.
    pub async fn close(&mut self) -> Result<Unwritten> {
        match self.recorder.take() {
            Some(recorder) => recorder.end().await,
            None => Ok(Unwritten::default()),
        }
    }
}

fn unreadable(kind: &str) -> Body {
    Body::Note { message: format!("an event of kind {kind} held a secret where none can be taken out") }
}

/// The ledger as a sink of one run's events.
struct Recorder {
    sender: UnboundedSender<Recorded>,
    writer: JoinHandle<Result<Unwritten>>,
}

impl Sink for Recorder {
    fn take(&self, event: &Event) {
        if event.body.is_lasting() {
            // A writer that has failed says so at the end.
            let _ = self.sender.send(Recorded { at: event.at, body: event.body.clone() });
        }
    }
}

impl Recorder {
    fn start(ledger: &Ledger, run: &str) -> Recorder {
        let (sender, receiver) = unbounded_channel();
        let writer = tokio::spawn(write(ledger.clone(), run.to_owned(), receiver));
        Recorder { sender, writer }
    }

    async fn end(self) -> Result<Unwritten> {
        drop(self.sender);
        self.writer.await.map_err(|error| Failure::bug(format!("recording events: {error}")))?
    }
}

async fn write(ledger: Ledger, run: String, mut events: UnboundedReceiver<Recorded>) -> Result<Unwritten> {
    let mut first = 0;
    while let Some(one) = events.recv().await {
        let mut batch = vec![one];
        let deadline = tokio::time::Instant::now() + BATCH;
        loop {
            match tokio::time::timeout_at(deadline, events.recv()).await {
                Ok(Some(event)) => batch.push(event),
                Ok(None) => return Ok(Unwritten { first, events: batch }),
                Err(_) => break,
            }
        }
        ledger.append(&run, first, &batch).await?;
        first += i64::try_from(batch.len()).unwrap_or_default();
    }
    Ok(Unwritten { first, events: Vec::new() })
}
