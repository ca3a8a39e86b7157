//! Which servers do the jobs of which repositories: those that share a ledger watch different ones, and what nobody watches any more ends.

use std::collections::BTreeSet;

use sqlx::AssertSqlSafe;

use super::queue::{COLUMNS, job};
use super::{Ledger, failed};
use crate::failure::Result;
use crate::record::{Job, Task};

/// How long a server counts that says no more, in milliseconds.
const LASTS: i64 = 5 * 60_000;

impl Ledger {
    /// Says which kinds of jobs a server does for which repositories, by their labels: these and no others, from now on for some minutes.
    pub async fn watch(&self, server: &str, does: &BTreeSet<(String, Task)>) -> Result<()> {
        let failed = failed("saying what a server watches");
        let mut work = self.pool.begin().await.map_err(&failed)?;
        let forget = sqlx::query("DELETE FROM watchers WHERE server = $1").bind(server.to_owned());
        forget.execute(&mut *work).await.map_err(&failed)?;
        let insert = format!(
            "INSERT INTO watchers (repository, kind, server, until) VALUES ($1, $2, $3, {} + {LASTS}) \
            ON CONFLICT (repository, kind, server) DO UPDATE SET until = excluded.until",
            self.clock
        );
        for (label, task) in does {
            let bound = sqlx::query(AssertSqlSafe(insert.as_str())).bind(label.clone()).bind(task.word());
            bound.bind(server.to_owned()).execute(&mut *work).await.map_err(&failed)?;
        }
        work.commit().await.map_err(failed)
    }

    /// Whether some server does such jobs for a repository.
    pub async fn is_watched(&self, label: &str, task: Task) -> Result<bool> {
        let find =
            format!("SELECT COUNT(*) FROM watchers WHERE repository = $1 AND kind = $2 AND until > {}", self.clock);
        let bound = sqlx::query_scalar::<_, i64>(AssertSqlSafe(find)).bind(label.to_owned()).bind(task.word());
        let count = bound.fetch_one(&self.pool).await.map_err(failed("looking for who watches a repository"))?;
        Ok(count > 0)
    }

    /// Ends the jobs that no server does any more, but for those that somebody works on, and says which those were.
    pub async fn end_unwatched(&self) -> Result<Vec<Job>> {
        let (now, failed) = (self.clock, failed("ending jobs that nobody does"));
        let end = format!(
            "DELETE FROM queue WHERE held_until <= {now} AND NOT EXISTS (SELECT 1 FROM watchers w \
                WHERE w.repository = queue.repository AND w.kind = queue.kind AND w.until > {now}) RETURNING {COLUMNS}"
        );
        let rows = sqlx::query(AssertSqlSafe(end)).fetch_all(&self.pool).await.map_err(&failed)?;
        let forget = format!("DELETE FROM watchers WHERE until <= {now}");
        sqlx::query(AssertSqlSafe(forget)).execute(&self.pool).await.map_err(&failed)?;
        rows.iter().map(|row| job(row, i64::MAX)).collect::<Result<_, _>>().map_err(failed)
    }
}
