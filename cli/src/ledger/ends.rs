//! How a stack's story ends in the ledger: it is forgotten.

use super::{Lease, Ledger, StackId, failed};
use crate::failure::Result;

impl Ledger {
    /// Forgets a stack with its runs and their events, if the lease is still the newest; and its repository when it was the
    /// last one. False when another holder has come since.
    pub async fn forget(&self, stack: &StackId, lease: &Lease) -> Result<bool> {
        let failed = failed("forgetting a stack");
        let mut transaction = self.pool.begin().await.map_err(&failed)?;
        // The first statement writes: in SQLite a transaction that begins by reading may not write later.
        let fenced = "UPDATE stacks SET fence = fence + 1 WHERE id = $1 AND fence = $2";
        let bound = sqlx::query(fenced).bind(stack.0.clone()).bind(lease.fence);
        if bound.execute(&mut *transaction).await.map_err(&failed)?.rows_affected() == 0 {
            return Ok(false);
        }
        for delete in [
            "DELETE FROM holds WHERE stack_id = $1",
            "DELETE FROM locks WHERE stack_id = $1",
            "DELETE FROM drifts WHERE stack_id = $1",
            "DELETE FROM approvals WHERE seal_id IN (SELECT e.id FROM seals e JOIN repositories r ON r.label = e.repository \
                JOIN stacks s ON s.repository_id = r.id AND s.name = e.stack WHERE s.id = $1)",
            "DELETE FROM seals WHERE EXISTS (SELECT 1 FROM stacks s JOIN repositories r ON r.id = s.repository_id \
                WHERE s.id = $1 AND s.name = seals.stack AND r.label = seals.repository)",
            "DELETE FROM applied WHERE EXISTS (SELECT 1 FROM stacks s JOIN repositories r ON r.id = s.repository_id \
                WHERE s.id = $1 AND s.name = applied.stack AND r.label = applied.repository)",
            "DELETE FROM events WHERE run_id IN (SELECT id FROM runs WHERE stack_id = $1)",
            "DELETE FROM runs WHERE stack_id = $1",
            "DELETE FROM stacks WHERE id = $1",
        ] {
            sqlx::query(delete).bind(stack.0.clone()).execute(&mut *transaction).await.map_err(&failed)?;
        }
        let empty =
            "DELETE FROM repositories WHERE NOT EXISTS (SELECT 1 FROM stacks WHERE repository_id = repositories.id)";
        sqlx::query(empty).execute(&mut *transaction).await.map_err(&failed)?;
        transaction.commit().await.map_err(failed)?;
        Ok(true)
    }
}
