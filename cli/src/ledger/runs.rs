//! Runs in the ledger: recorded before the engine starts, ended once, found again when their gitinfra died.

use sqlx::Row;

use super::stacks::{lives_in, written};
use super::{Lease, Ledger, StackId, failed, fresh_name, text};
use crate::engine::operation::Counts;
use crate::failure::Result;
use crate::process::{Process, Worked};
use crate::record::{Action, RunState};

/// What is known of a run before it starts.
#[derive(Debug, Clone)]
pub struct NewRun<'a> {
    pub branch: &'a str,
    pub commit: &'a str,
    pub subject: &'a str,
    pub reason: &'a str,
    pub action: Action,
    pub host: &'a str,
    /// Where the stack's state lives, as it may be shown.
    pub backend: Option<&'a str>,
}

/// A run that never ended, as far as the ledger knows.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenRun {
    pub name: String,
    pub commit: String,
    pub started_at: i64,
    /// Its engine, unless its gitinfra died before it could write that down.
    pub engine: Option<Process>,
    /// Who wants it to stop, if anybody does.
    pub cancel_by: Option<String>,
    /// Whether its engine was asked to stop already: asked once more it would drop what is under way.
    pub is_asked: bool,
}

impl Ledger {
    /// Records a run as running, and gives it its name. Whoever lost the lease begins none.
    pub async fn begin(&self, stack: &StackId, lease: &Lease, run: &NewRun<'_>, now: i64) -> Result<String> {
        let failed = failed("recording a run");
        let name = fresh_name();
        let mut transaction = self.pool.begin().await.map_err(&failed)?;
        if !Ledger::is_newest(&mut transaction, stack, lease).await.map_err(&failed)? {
            return Err(Lease::lost());
        }
        if let Some(backend) = run.backend {
            lives_in(&mut transaction, stack, backend).await.map_err(&failed)?;
        }
        let insert = "INSERT INTO runs (id, stack_id, branch, commit_id, subject, reason, state, fence, host, started_at, action) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        sqlx::query(insert)
            .bind(name.clone())
            .bind(stack.0.clone())
            .bind(run.branch.to_owned())
            .bind(run.commit.to_owned())
            .bind(text(run.subject))
            .bind(text(run.reason))
            .bind(RunState::Running.word())
            .bind(lease.fence)
            .bind(run.host.to_owned())
            .bind(now)
            .bind(run.action.word())
            .execute(&mut *transaction)
            .await
            .map_err(&failed)?;
        transaction.commit().await.map_err(failed)?;
        Ok(name)
    }

    /// Writes down which process is the run's engine.
    pub async fn engine(&self, run: &str, engine: &Process) -> Result<()> {
        let update =
            sqlx::query("UPDATE runs SET engine = $1 WHERE id = $2").bind(written(engine)).bind(run.to_owned());
        update.execute(&self.pool).await.map(drop).map_err(failed("recording the engine"))
    }

    /// Writes down that a run's engine is asked to stop.
    pub async fn engine_asked(&self, run: &str, now: i64) -> Result<()> {
        let update = sqlx::query("UPDATE runs SET asked_at = $1 WHERE id = $2").bind(now).bind(run.to_owned());
        update.execute(&self.pool).await.map(drop).map_err(failed("recording that an engine was asked to stop"))
    }

    /// The engines of a stack's runs, and when each worked.
    pub async fn engines(&self, stack: &StackId) -> Result<Vec<Worked>> {
        let list = "SELECT engine, started_at, finished_at FROM runs WHERE stack_id = $1 AND engine IS NOT NULL";
        let failed = failed("looking for the engines of a stack's runs");
        let rows = sqlx::query(list).bind(stack.0.clone()).fetch_all(&self.pool).await.map_err(&failed)?;
        let worked = |row: &sqlx::any::AnyRow| {
            let engine: String = row.try_get("engine")?;
            let (from, until) = (row.try_get("started_at")?, row.try_get("finished_at")?);
            Ok(serde_json::from_str(&engine).ok().map(|process| Worked { process, from, until }))
        };
        let all: Result<Vec<_>, sqlx::Error> = rows.iter().filter_map(|row| worked(row).transpose()).collect();
        all.map_err(failed)
    }

    /// Records a run's end alone: of one that was cut off, or whose lease is another's. Only a running run ends, so the first end stays.
    pub async fn end(
        &self,
        run: &str,
        state: RunState,
        changes: &Counts,
        message: Option<&str>,
        now: i64,
    ) -> Result<()> {
        let update =
            "UPDATE runs SET state = $1, changes = $2, message = $3, finished_at = $4 WHERE id = $5 AND state = $6";
        sqlx::query(update)
            .bind(state.word())
            .bind(serde_json::to_string(changes).unwrap_or_default())
            .bind(message.map(text))
            .bind(now)
            .bind(run.to_owned())
            .bind(RunState::Running.word())
            .execute(&self.pool)
            .await
            .map(drop)
            .map_err(failed("recording a run's end"))
    }

    /// Runs of a stack that have no end yet. Whoever holds the lease knows that their gitinfra is gone.
    pub async fn open_runs(&self, stack: &StackId) -> Result<Vec<OpenRun>> {
        let list = "SELECT id, commit_id, started_at, engine, cancel_by, asked_at FROM runs WHERE stack_id = $1 AND state = $2 \
            ORDER BY fence, started_at";
        let failed = failed("looking for runs that were cut off");
        let bound = sqlx::query(list).bind(stack.0.clone()).bind(RunState::Running.word());
        let rows = bound.fetch_all(&self.pool).await.map_err(&failed)?;
        let open = |row: &sqlx::any::AnyRow| {
            let engine: Option<String> = row.try_get("engine")?;
            let engine = engine.and_then(|text| serde_json::from_str(&text).ok());
            Ok(OpenRun {
                name: row.try_get("id")?,
                commit: row.try_get("commit_id")?,
                started_at: row.try_get("started_at")?,
                engine,
                cancel_by: row.try_get("cancel_by")?,
                is_asked: row.try_get::<Option<i64>, _>("asked_at")?.is_some(),
            })
        };
        rows.iter().map(open).collect::<Result<_, sqlx::Error>>().map_err(failed)
    }
}
