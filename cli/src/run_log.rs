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

/// The log of one run.
pub struct RunLog {
    sink: Arc<dyn Sink>,
    recorder: Recorder,
    clock: fn() -> i64,
    run: String,
    stack: String,
    pub scrubber: Scrubber,
}

impl RunLog {
    pub fn begin(context: &Context, ledger: &Ledger, run: &str, stack: &str, scrubber: Scrubber) -> Self {
        let recorder = Recorder::start(ledger, run);
        let (run, stack) = (run.to_owned(), stack.to_owned());
        RunLog { sink: context.sink.clone(), recorder, clock: context.clock, run, stack, scrubber }
    }

    pub fn tell(&self, body: Body) {
        let (run, stack) = (Some(self.run.clone()), Some(self.stack.clone()));
        let event = Event { at: (self.clock)(), run, stack, body: self.scrubbed(body) };
        self.recorder.take(&event);
        self.sink.take(&event);
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

    /// Waits until everything is written.
    pub async fn end(self) -> Result<()> {
        self.recorder.end().await
    }
}

fn unreadable(kind: &str) -> Body {
    Body::Note { message: format!("an event of kind {kind} held a secret where none can be taken out") }
}

/// The ledger as a sink of one run's events.
struct Recorder {
    sender: UnboundedSender<Recorded>,
    writer: JoinHandle<Result<()>>,
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

    async fn end(self) -> Result<()> {
        drop(self.sender);
        self.writer.await.map_err(|error| Failure::bug(format!("recording events: {error}")))?
    }
}

async fn write(ledger: Ledger, run: String, mut events: UnboundedReceiver<Recorded>) -> Result<()> {
    let mut next = 0;
    while let Some(first) = events.recv().await {
        let mut batch = vec![first];
        let deadline = tokio::time::Instant::now() + BATCH;
        while let Ok(Some(event)) = tokio::time::timeout_at(deadline, events.recv()).await {
            batch.push(event);
        }
        ledger.append(&run, next, &batch).await?;
        next += i64::try_from(batch.len()).unwrap_or_default();
    }
    Ok(())
}
