//! Tells what happens in one run: scrubbed of secrets, to the user at once and to the ledger in batches.

use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use crate::event::{Body, Event};
use crate::failure::{Failure, Result};
use crate::ledger::Ledger;
use crate::record::Recorded;
use crate::scrub::Scrubber;
use crate::ui::Ui;

/// How long an event may wait for others before it is written: many rows in one transaction cost as much as one.
const BATCH: Duration = Duration::from_millis(100);

/// The voice of one run.
pub struct Telling<'a> {
    ui: &'a Ui,
    clock: fn() -> i64,
    run: String,
    stack: String,
    pub scrubber: Scrubber,
    sender: UnboundedSender<Recorded>,
    writer: JoinHandle<Result<()>>,
}

impl<'a> Telling<'a> {
    pub fn begin(ui: &'a Ui, clock: fn() -> i64, ledger: &Ledger, run: &str, stack: &str, scrubber: Scrubber) -> Self {
        let (sender, receiver) = unbounded_channel();
        let writer = tokio::spawn(write(ledger.clone(), run.to_owned(), receiver));
        Telling { ui, clock, run: run.to_owned(), stack: stack.to_owned(), scrubber, sender, writer }
    }

    pub fn tell(&self, body: Body) {
        let now = (self.clock)();
        let body = self.scrubbed(body);
        if body.is_lasting() {
            // A writer that has failed says so at the end.
            let _ = self.sender.send(Recorded { at: now, body: body.clone() });
        }
        let (run, stack) = (Some(self.run.clone()), Some(self.stack.clone()));
        self.ui.event(&Event { time: crate::text::timestamp(now), run, stack, body }, now);
    }

    /// Every text in it without secrets. What can't be taken apart is told as the fact that it happened.
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
        drop(self.sender);
        self.writer.await.map_err(|error| Failure::bug(format!("recording events: {error}")))?
    }
}

fn unreadable(kind: &str) -> Body {
    Body::Note { message: format!("an event of kind {kind} held a secret where none can be taken out") }
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
