//! At which commit stacks were settled: the configuration there bounds what is merged next, which can't loosen its own bounds.

use sqlx::AssertSqlSafe;

use super::{Ledger, StackId, failed};
use crate::failure::Result;

/// So many are written down by one statement: there may be ten thousand, and a server that is far away.
const MOST: usize = 500;

impl Ledger {
    /// Writes down that nothing is left to do for these stacks at a head.
    pub async fn settle<'a>(&self, stacks: impl Iterator<Item = &'a StackId>, head: &str) -> Result<()> {
        let failed = failed("recording what needs nothing");
        let stacks: Vec<&StackId> = stacks.collect();
        for some in stacks.chunks(MOST) {
            let places: Vec<String> = (2..).take(some.len()).map(|at| format!("${at}")).collect();
            let update = format!("UPDATE stacks SET settled_commit = $1 WHERE id IN ({})", places.join(", "));
            let update = sqlx::query(AssertSqlSafe(update)).bind(head.to_owned());
            let update = some.iter().fold(update, |update, stack| update.bind(stack.0.clone()));
            update.execute(&self.pool).await.map_err(&failed)?;
        }
        Ok(())
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
