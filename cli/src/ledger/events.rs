//! A run's events in the ledger, written in batches and read in order.

use sqlx::{AnyConnection, Row};

use super::{Ledger, failed};
use crate::event::{Body, Recorded};
use crate::failure::{Failure, Result};

impl Ledger {
    /// Adds events to a run, numbered from `first`, all or none.
    pub async fn append(&self, run: &str, first: i64, events: &[Recorded]) -> Result<()> {
        let failed = failed("recording events");
        let mut transaction = self.pool.begin().await.map_err(&failed)?;
        write(&mut transaction, run, first, events).await?;
        transaction.commit().await.map_err(failed)
    }

    /// A run's events in order. Kinds that this version doesn't know are left out.
    pub async fn events(&self, run: &str) -> Result<Vec<Recorded>> {
        self.events_from(run, 0).await.map(|(events, _)| events)
    }

    /// The same from the one with this number on, and the number that the next one will have.
    pub async fn events_from(&self, run: &str, first: i64) -> Result<(Vec<Recorded>, i64)> {
        let list = "SELECT at, body FROM events WHERE run_id = $1 AND sequence >= $2 ORDER BY sequence";
        let failed = failed("reading events");
        let bound = sqlx::query(list).bind(run.to_owned()).bind(first);
        let rows = bound.fetch_all(&self.pool).await.map_err(&failed)?;
        let read = |row: &sqlx::any::AnyRow| Ok((row.try_get("at")?, row.try_get("body")?));
        let rows: Vec<(i64, String)> = rows.iter().map(read).collect::<Result<_, sqlx::Error>>().map_err(failed)?;
        let known = |(at, body): (i64, String)| Some(Recorded { at, body: serde_json::from_str::<Body>(&body).ok()? });
        let next = first + i64::try_from(rows.len()).unwrap_or_default();
        Ok((rows.into_iter().filter_map(known).collect(), next))
    }
}

/// Adds events within a transaction.
pub(super) async fn write(transaction: &mut AnyConnection, run: &str, first: i64, events: &[Recorded]) -> Result<()> {
    let insert = "INSERT INTO events (run_id, sequence, at, kind, body) VALUES ($1, $2, $3, $4, $5)";
    for (sequence, event) in (first..).zip(events) {
        let body = serde_json::to_string(&event.body);
        let body = body.map_err(|error| Failure::bug(format!("writing an event: {error}")))?;
        let bound = sqlx::query(insert).bind(run.to_owned()).bind(sequence).bind(event.at);
        let bound = bound.bind(event.body.kind()).bind(body);
        bound.execute(&mut *transaction).await.map_err(failed("recording events"))?;
    }
    Ok(())
}
