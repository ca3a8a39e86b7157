//! What pull requests rolled out before their merge, as long as somebody has to be told what becomes of it.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Ledger, failed};
use crate::failure::Result;

/// A stack that a pull request rolled out before its merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    pub pull: u64,
    pub stack: String,
    /// The commit that it rolled out.
    pub head: String,
    /// Whether the stack was given back, and what its branch says is to stand again.
    pub goes_back: bool,
}

impl Ledger {
    /// Writes down what a pull request rolled out, in the place of what it rolled out of that stack before.
    pub async fn note_applied(&self, repository: &str, applied: &Applied) -> Result<()> {
        let insert = "INSERT INTO applied (repository, pull, stack, head, goes_back) VALUES ($1, $2, $3, $4, $5) \
            ON CONFLICT (repository, pull, stack) DO UPDATE SET head = excluded.head, goes_back = excluded.goes_back";
        let bound = sqlx::query(insert).bind(repository.to_owned()).bind(number(applied.pull));
        let bound = bound.bind(applied.stack.clone()).bind(applied.head.clone()).bind(i64::from(applied.goes_back));
        bound.execute(&self.pool).await.map(drop).map_err(failed("recording what a pull request rolled out"))
    }

    /// All that is written down of a repository's pull requests.
    pub async fn applied(&self, repository: &str) -> Result<Vec<Applied>> {
        let failed = failed("reading what pull requests rolled out");
        let list = "SELECT pull, stack, head, goes_back FROM applied WHERE repository = $1 ORDER BY pull, stack";
        let rows = sqlx::query(list).bind(repository.to_owned()).fetch_all(&self.pool).await.map_err(&failed)?;
        rows.iter().map(applied).collect::<Result<_, sqlx::Error>>().map_err(failed)
    }

    /// Nobody has to be told any more what becomes of it. What was written down anew meanwhile stays.
    pub async fn forget_applied(&self, repository: &str, applied: &Applied) -> Result<()> {
        let delete =
            "DELETE FROM applied WHERE repository = $1 AND pull = $2 AND stack = $3 AND head = $4 AND goes_back = $5";
        let bound = sqlx::query(delete).bind(repository.to_owned()).bind(number(applied.pull));
        let bound = bound.bind(applied.stack.clone()).bind(applied.head.clone()).bind(i64::from(applied.goes_back));
        bound.execute(&self.pool).await.map(drop).map_err(failed("forgetting what a pull request rolled out"))
    }
}

fn number(pull: u64) -> i64 {
    i64::try_from(pull).unwrap_or(i64::MAX)
}

fn applied(row: &AnyRow) -> Result<Applied, sqlx::Error> {
    Ok(Applied {
        pull: row.try_get::<i64, _>("pull")?.try_into().unwrap_or_default(),
        stack: row.try_get("stack")?,
        head: row.try_get("head")?,
        goes_back: row.try_get::<i64, _>("goes_back")? != 0,
    })
}
