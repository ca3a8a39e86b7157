//! Locks that people take on stacks, and their wish that a run stops. Whether a lock holds tells the database's clock, which all
//! hosts share.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Ledger, StackId, failed, text};
use crate::decide::Reason;
use crate::failure::Result;
use crate::record::Lock;

/// A lock that somebody wants.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    pub owner: &'a str,
    pub reason: &'a str,
    /// For how long, in milliseconds.
    pub length: i64,
}

const COLUMNS: &str = "SELECT s.name, r.label AS repository, l.owner, l.reason, l.until, l.created_at \
    FROM locks l JOIN stacks s ON s.id = l.stack_id JOIN repositories r ON r.id = s.repository_id";

impl Ledger {
    /// Takes a stack's lock, or makes one's own last longer, and says when it is over, in milliseconds since 1970. `None` when
    /// somebody else has it.
    pub async fn lock(&self, stack: &StackId, wish: &Wish<'_>) -> Result<Option<i64>> {
        let now = self.clock;
        let insert = format!(
            "INSERT INTO locks (stack_id, owner, reason, until, created_at) VALUES ($1, $2, $3, {now} + $4, {now}) \
            ON CONFLICT (stack_id) DO UPDATE SET owner = excluded.owner, reason = excluded.reason, until = excluded.until, \
                created_at = excluded.created_at \
            WHERE locks.owner = excluded.owner OR locks.until <= excluded.created_at RETURNING until"
        );
        let bound = sqlx::query_scalar(sqlx::AssertSqlSafe(insert)).bind(stack.0.clone()).bind(wish.owner.to_owned());
        let bound = bound.bind(text(wish.reason)).bind(wish.length.min(i64::MAX / 2));
        bound.fetch_optional(&self.pool).await.map_err(failed("locking a stack"))
    }

    /// Says why a stack is locked by an owner. False when he has it no more: it is not taken anew.
    pub async fn explain_lock(&self, stack: &StackId, owner: &str, reason: &str) -> Result<bool> {
        let update = "UPDATE locks SET reason = $3 WHERE stack_id = $1 AND owner = $2";
        let bound = sqlx::query(update).bind(stack.0.clone()).bind(owner.to_owned()).bind(text(reason));
        let done = bound.execute(&self.pool).await.map_err(failed("saying why a stack is locked"))?;
        Ok(done.rows_affected() == 1)
    }

    /// Gives a stack's lock back, if this owner has it; whoever has it, when none is named. False when there was none such.
    pub async fn unlock(&self, stack: &StackId, owner: Option<&str>) -> Result<bool> {
        let delete = "DELETE FROM locks WHERE stack_id = $1 AND ($2 = '' OR owner = $2)";
        let bound = sqlx::query(delete).bind(stack.0.clone()).bind(owner.unwrap_or_default().to_owned());
        let done = bound.execute(&self.pool).await.map_err(failed("unlocking a stack"))?;
        Ok(done.rows_affected() == 1)
    }

    /// The same, where whatever a pull request had the lock for is not to be done any more: its hold of that is over as well, and
    /// says why.
    pub async fn give_up(&self, stack: &StackId, owner: Option<&str>, why: &str, now: i64) -> Result<bool> {
        let failed = failed("unlocking a stack");
        let mut transaction = self.pool.begin().await.map_err(&failed)?;
        let delete = "DELETE FROM locks WHERE stack_id = $1 AND ($2 = '' OR owner = $2) RETURNING owner";
        let bound = sqlx::query_scalar(delete).bind(stack.0.clone()).bind(owner.unwrap_or_default().to_owned());
        let owner: Option<String> = bound.fetch_optional(&mut *transaction).await.map_err(&failed)?;
        let pull = owner.as_deref().and_then(|owner| owner.strip_prefix("pr/")?.parse().ok());
        if let (Some(pull), Some(owner)) = (pull, &owner) {
            let why = format!("{owner}: {why}");
            let end = "UPDATE holds SET state = 'overtaken', decided_by = NULL, decided_why = $2, decided_at = $3 \
                WHERE stack_id = $1 AND state NOT IN ('overtaken', 'used') \
                AND run_id IN (SELECT id FROM runs WHERE stack_id = $1 AND reason = $4)";
            let bound = sqlx::query(end).bind(stack.0.clone()).bind(text(&why)).bind(now);
            let bound = bound.bind((Reason::Applied { pull }).words());
            bound.execute(&mut *transaction).await.map_err(&failed)?;
        }
        transaction.commit().await.map_err(failed)?;
        Ok(owner.is_some())
    }

    /// The locks that hold, by their stacks' names.
    pub async fn locks(&self) -> Result<Vec<Lock>> {
        let list = format!("{COLUMNS} WHERE l.until > {} ORDER BY s.name, r.label", self.clock);
        let rows =
            sqlx::query(sqlx::AssertSqlSafe(list)).fetch_all(&self.pool).await.map_err(failed("listing locks"))?;
        let all = rows.iter().map(lock).collect::<Result<_, sqlx::Error>>().map_err(failed("listing locks"))?;
        Ok(self.seen(all, 0, |lock: &Lock| &lock.repository))
    }

    /// The lock on a stack, if one holds.
    pub async fn lock_on(&self, stack: &StackId) -> Result<Option<Lock>> {
        let find = format!("{COLUMNS} WHERE l.stack_id = $1 AND l.until > {}", self.clock);
        let bound = sqlx::query(sqlx::AssertSqlSafe(find)).bind(stack.0.clone());
        let row = bound.fetch_optional(&self.pool).await.map_err(failed("looking for a lock"))?;
        row.as_ref().map(lock).transpose().map_err(failed("looking for a lock"))
    }

    /// Writes down that somebody wants a run to stop. False when it goes on no more.
    pub async fn ask_to_stop(&self, run: &str, who: &str) -> Result<bool> {
        let update = "UPDATE runs SET cancel_by = $1 WHERE id = $2 AND state = 'running'";
        let bound = sqlx::query(update).bind(who.to_owned()).bind(run.to_owned());
        let done = bound.execute(&self.pool).await.map_err(failed("asking a run to stop"))?;
        Ok(done.rows_affected() == 1)
    }

    /// Whether somebody wants what goes on with a stack to stop.
    pub async fn is_to_stop(&self, stack: &StackId) -> Result<bool> {
        let find = "SELECT COUNT(*) FROM runs WHERE stack_id = $1 AND state = 'running' AND cancel_by IS NOT NULL";
        let bound = sqlx::query_scalar(find).bind(stack.0.clone());
        let found: i64 = bound.fetch_one(&self.pool).await.map_err(failed("looking whether a run is to stop"))?;
        Ok(found > 0)
    }

    /// Who stopped a stack's newest run, if it was of this commit.
    pub async fn stopped_by(&self, stack: &StackId, commit: &str) -> Result<Option<String>> {
        let find = "SELECT commit_id, state, cancel_by FROM runs WHERE stack_id = $1 \
            ORDER BY fence DESC, started_at DESC, id DESC LIMIT 1";
        let failed = failed("looking who stopped a run");
        let row = sqlx::query(find).bind(stack.0.clone()).fetch_optional(&self.pool).await.map_err(&failed)?;
        let Some(row) = row else {
            return Ok(None);
        };
        let at: String = row.try_get("commit_id").map_err(&failed)?;
        let by: Option<String> = row.try_get("cancel_by").map_err(&failed)?;
        let state: String = row.try_get("state").map_err(&failed)?;
        Ok(by.filter(|_| at == commit && state == "cancelled"))
    }
}

fn lock(row: &AnyRow) -> Result<Lock, sqlx::Error> {
    Ok(Lock {
        name: row.try_get("name")?,
        repository: row.try_get("repository")?,
        owner: row.try_get("owner")?,
        reason: row.try_get("reason")?,
        until: row.try_get("until")?,
        created_at: row.try_get("created_at")?,
    })
}
