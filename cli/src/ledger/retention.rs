//! What the ledger forgets, so that it doesn't grow for ever: a stack's oldest runs with their events.

use super::{Ledger, StackId, failed};
use crate::failure::Result;

/// How long a seal is kept that was shown, and that nobody allowed or rolled out, in milliseconds.
const STALE: i64 = 90 * 24 * 60 * 60_000;

/// How long words of people are remembered, and jobs that failed for good: longer than a command counts.
const REMEMBERED: i64 = 90 * 24 * 60 * 60_000;

impl Ledger {
    /// Forgets what was said so long ago that nobody acts upon it any more: answers, strangers' commits that somebody read, jobs that
    /// failed for good, and what was shown of stacks that were never rolled out and that nobody allowed.
    pub async fn forget_words(&self, now: i64) -> Result<()> {
        let failed = failed("forgetting what was said long ago");
        let old = now - REMEMBERED;
        let deletes = [
            "DELETE FROM commands WHERE at < $1".to_owned(),
            "DELETE FROM trusted WHERE at < $1".to_owned(),
            format!("DELETE FROM queue WHERE due_at = {} AND held_until = 0 AND queued_at < $1", i64::MAX),
            "DELETE FROM seals WHERE created_at < $1 AND used_by IS NULL \
                AND id NOT IN (SELECT seal_id FROM approvals) AND id NOT IN (SELECT seal_id FROM holds) \
                AND NOT EXISTS (SELECT 1 FROM stacks s JOIN repositories r ON r.id = s.repository_id \
                    WHERE r.label = seals.repository AND s.name = seals.stack AND s.rolled_out_commit IS NOT NULL)"
                .to_owned(),
        ];
        for delete in deletes {
            let bound = sqlx::query(sqlx::AssertSqlSafe(delete)).bind(old);
            bound.execute(&self.pool).await.map_err(&failed)?;
        }
        Ok(())
    }

    /// Keeps so many of a stack's runs, the newest; zero keeps all. A running one stays whatever its age, and so does the
    /// newest that did well. Tries that found the stack locked stay only until the next run: one in each round of hours of
    /// waiting would hide all the others.
    pub async fn keep_newest(&self, stack: &StackId, runs: u32) -> Result<()> {
        let find = "SELECT id FROM runs WHERE stack_id = $1 AND state <> 'running' AND ( \
                (state = 'busy' AND id NOT IN (SELECT id FROM runs WHERE stack_id = $1 ORDER BY fence DESC, started_at DESC, id DESC LIMIT 1)) \
                OR (id NOT IN (SELECT id FROM runs WHERE stack_id = $1 ORDER BY fence DESC, started_at DESC, id DESC LIMIT $2) \
                    AND id NOT IN (SELECT id FROM runs WHERE stack_id = $1 AND state = 'succeeded' ORDER BY fence DESC, started_at DESC, id DESC LIMIT 1)))";
        let failed = failed("forgetting old runs");
        let runs = match runs {
            0 => i64::MAX,
            runs => i64::from(runs),
        };
        let bound = sqlx::query_scalar(find).bind(stack.0.clone()).bind(runs);
        let old: Vec<String> = bound.fetch_all(&self.pool).await.map_err(&failed)?;
        self.keep_newest_seals(stack, runs).await?;
        if old.is_empty() {
            return Ok(());
        }
        // In SQLite a transaction that begins by reading may not write once another one has written.
        let mut transaction = self.pool.begin().await.map_err(&failed)?;
        for run in old {
            for delete in ["DELETE FROM events WHERE run_id = $1", "DELETE FROM runs WHERE id = $1"] {
                sqlx::query(delete).bind(run.clone()).execute(&mut *transaction).await.map_err(&failed)?;
            }
        }
        transaction.commit().await.map_err(failed)
    }

    /// Keeps as many of a stack's holds that are over, and as many of its seals besides those that a hold names. What was shown
    /// and may still be merged stays: for good where somebody allowed it, else for a season.
    async fn keep_newest_seals(&self, stack: &StackId, most: i64) -> Result<()> {
        let failed = failed("forgetting old seals");
        let holds = "DELETE FROM holds WHERE stack_id = $1 AND state IN ('overtaken', 'used') \
            AND id NOT IN (SELECT id FROM holds WHERE stack_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2)";
        let bound = sqlx::query(holds).bind(stack.0.clone()).bind(most);
        bound.execute(&self.pool).await.map_err(&failed)?;
        let find = format!(
            "SELECT e.id FROM seals e JOIN repositories r ON r.label = e.repository \
            JOIN stacks s ON s.repository_id = r.id AND s.name = e.stack \
            WHERE s.id = $1 AND e.id NOT IN (SELECT seal_id FROM holds) AND e.id NOT IN \
                (SELECT n.id FROM seals n WHERE n.repository = r.label AND n.stack = s.name ORDER BY n.created_at DESC, n.id LIMIT $2) \
            AND (e.used_by IS NOT NULL OR e.is_shown = 0 \
                OR (e.created_at < {} - $3 AND e.id NOT IN (SELECT seal_id FROM approvals)))",
            self.clock
        );
        let bound = sqlx::query_scalar(sqlx::AssertSqlSafe(find)).bind(stack.0.clone()).bind(most).bind(STALE);
        let old: Vec<String> = bound.fetch_all(&self.pool).await.map_err(&failed)?;
        for seal in old {
            for delete in ["DELETE FROM approvals WHERE seal_id = $1", "DELETE FROM seals WHERE id = $1"] {
                sqlx::query(delete).bind(seal.clone()).execute(&self.pool).await.map_err(&failed)?;
            }
        }
        Ok(())
    }
}
