//! How a run ends in the ledger: all that follows from its end is written at once, or none of it.

use sqlx::AnyConnection;

use super::events::write;
use super::{Lease, Ledger, NewHold, Reads, StackId, failed, outputs, text};
use crate::engine::operation::Counts;
use crate::event::Recorded;
use crate::failure::Result;
use crate::record::RunState;

/// What a run came to.
#[derive(Debug, Clone, Copy)]
pub struct Done<'a> {
    pub state: RunState,
    /// Why it did not succeed.
    pub message: Option<&'a str>,
    pub changes: &'a Counts,
    /// The commit that stands now where it did well; `None` where nothing does any more.
    pub stands: Option<&'a str>,
    /// The seal that it went by, if it went by one.
    pub seal: Option<&'a str>,
    /// Other seals whose commits it rolled out as well: where it did well they are over.
    pub passed: &'a [String],
    /// What holds it, where it is held.
    pub hold: Option<NewHold<'a>>,
    /// What it read of other stacks, where that is known.
    pub reads: Option<&'a Reads>,
    /// The digest of what it puts out, if it puts out anything.
    pub put_out: Option<&'a str>,
    /// Events that are not written yet, and the number of the first.
    pub events: (i64, &'a [Recorded]),
    /// Whether the lease is given back as well.
    pub releases: bool,
}

impl<'a> Done<'a> {
    pub fn of(state: RunState, changes: &'a Counts) -> Done<'a> {
        let (events, releases) = ((0, &[][..]), false);
        let (message, stands, seal, hold, reads, put_out) = (None, None, None, None, None, None);
        let passed = &[];
        Done { state, message, changes, stands, seal, passed, hold, reads, put_out, events, releases }
    }
}

impl Ledger {
    /// Records how a run ended, and all that follows: its last events; what holds it; and where it did well what stands, that the stack's
    /// holds are over and that its seal is used. A kill in between would leave a seal that was used up for nothing. False when the lease is
    /// another's, and then nothing is written.
    pub async fn finish(&self, stack: &StackId, lease: &Lease, run: &str, done: &Done<'_>, now: i64) -> Result<bool> {
        let failed = failed("recording a run's end");
        let mut transaction = self.pool.begin().await.map_err(&failed)?;
        if !Ledger::is_newest(&mut transaction, stack, lease).await.map_err(&failed)? {
            return Ok(false);
        }
        let rows = Rows { stack, run, done, now };
        if done.state == RunState::Succeeded {
            rows.stands(&mut transaction).await.map_err(&failed)?;
            rows.is_allowed_no_more(&mut transaction).await.map_err(&failed)?;
        }
        if let Some(hold) = &done.hold {
            Ledger::hold_on(&mut transaction, stack, hold, now).await.map_err(&failed)?;
        }
        rows.ends(&mut transaction).await.map_err(&failed)?;
        let (first, events) = done.events;
        write(&mut transaction, run, first, events).await?;
        if done.releases {
            Ledger::release_on(&mut transaction, stack, lease).await.map_err(&failed)?;
        }
        transaction.commit().await.map_err(failed)?;
        Ok(true)
    }
}

/// The rows of one run's end.
struct Rows<'a> {
    stack: &'a StackId,
    run: &'a str,
    done: &'a Done<'a>,
    now: i64,
}

impl Rows<'_> {
    async fn stands(&self, transaction: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let update = "UPDATE stacks SET rolled_out_commit = $1, rolled_out_at = $2, destroyed_at = $3, settled_commit = NULL, \
                left_at = CASE WHEN $1 IS NULL THEN left_at END, left_commit = CASE WHEN $1 IS NULL THEN left_commit END \
            WHERE id = $4";
        let (at, gone_at) = if self.done.stands.is_some() { (Some(self.now), None) } else { (None, Some(self.now)) };
        let bound = sqlx::query(update).bind(self.done.stands.map(str::to_owned)).bind(at).bind(gone_at);
        bound.bind(self.stack.0.clone()).execute(&mut *transaction).await?;
        outputs::keep(transaction, self.stack, self.done.reads, self.done.put_out).await
    }

    /// What people said of the stack counted for this run.
    async fn is_allowed_no_more(&self, transaction: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let holds = "UPDATE holds SET state = CASE WHEN state = 'approved' AND seal_id = $2 THEN 'used' ELSE 'overtaken' END \
            WHERE stack_id = $1 AND state NOT IN ('overtaken', 'used')";
        let holds = sqlx::query(holds).bind(self.stack.0.clone()).bind(self.done.seal.unwrap_or_default().to_owned());
        holds.execute(&mut *transaction).await?;
        for seal in self.done.seal.into_iter().chain(self.done.passed.iter().map(String::as_str)) {
            let update = "UPDATE seals SET used_by = $1, is_shown = 1 WHERE id = $2 AND used_by IS NULL";
            let used = sqlx::query(update).bind(self.run.to_owned()).bind(seal.to_owned());
            used.execute(&mut *transaction).await?;
        }
        Ok(())
    }

    async fn ends(&self, transaction: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let update =
            "UPDATE runs SET state = $1, changes = $2, message = $3, finished_at = $4 WHERE id = $5 AND state = $6";
        sqlx::query(update)
            .bind(self.done.state.word())
            .bind(serde_json::to_string(self.done.changes).unwrap_or_default())
            .bind(self.done.message.map(text))
            .bind(self.now)
            .bind(self.run.to_owned())
            .bind(RunState::Running.word())
            .execute(transaction)
            .await
            .map(drop)
    }
}
