//! At which commit stacks were settled: the configuration there bounds what is merged next, which can't loosen its own bounds.

use super::{Ledger, StackId, failed};
use crate::failure::Result;

impl Ledger {
    /// Writes down that nothing is left to do for these stacks at a head.
    pub async fn settle<'a>(&self, stacks: impl Iterator<Item = &'a StackId>, head: &str) -> Result<()> {
        let failed = failed("recording what needs nothing");
        let mut work = self.pool.begin().await.map_err(&failed)?;
        for stack in stacks {
            let update = sqlx::query("UPDATE stacks SET settled_commit = $1 WHERE id = $2").bind(head.to_owned());
            update.bind(stack.0.clone()).execute(&mut *work).await.map_err(&failed)?;
        }
        work.commit().await.map_err(failed)
    }

    /// The newest commit at which nothing was left to do for a stack; `None` for one that does not stand.
    pub async fn settled(&self, stack: &StackId) -> Result<Option<String>> {
        let read = "SELECT CASE WHEN rolled_out_commit IS NULL THEN NULL ELSE COALESCE(settled_commit, rolled_out_commit) END \
            FROM stacks WHERE id = $1";
        let bound = sqlx::query_scalar(read).bind(stack.0.clone());
        let found: Option<Option<String>> =
            bound.fetch_optional(&self.pool).await.map_err(failed("looking where a stack was settled"))?;
        Ok(found.flatten())
    }
}
