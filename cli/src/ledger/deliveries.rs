//! What came in from outside: deliveries of webhooks, each taken once, and commands in comments, each acted upon once.

use sqlx::Row;

use super::{Ledger, failed};
use crate::failure::Result;

/// How long a delivery is remembered.
const REMEMBERED: i64 = 72 * 60 * 60_000;
/// How long what a pull request was told.
const SHOWN: i64 = 90 * 24 * 60 * 60_000;

/// One delivery of a webhook.
#[derive(Debug, Clone, Copy)]
pub struct Delivered<'a> {
    pub id: &'a str,
    /// What it says, as a hash.
    pub digest: &'a str,
}

/// What was said to a command, in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    pub at: i64,
    pub answer: String,
}

impl Ledger {
    /// Whether a delivery was kept before, by its id or by what it says.
    pub async fn is_delivered(&self, repository: &str, delivered: Delivered<'_>) -> Result<bool> {
        let find = "SELECT COUNT(*) FROM deliveries WHERE repository = $1 AND (id = $2 OR digest = $3)";
        let bound = sqlx::query_scalar(find).bind(repository.to_owned()).bind(delivered.id.to_owned());
        let found: i64 = bound
            .bind(delivered.digest.to_owned())
            .fetch_one(&self.pool)
            .await
            .map_err(failed("looking for a delivery"))?;
        Ok(found > 0)
    }

    /// Remembers a delivery, once what it asks for is in the queue.
    pub async fn deliver(&self, repository: &str, delivered: Delivered<'_>, now: i64) -> Result<()> {
        let insert =
            "INSERT INTO deliveries (repository, id, digest, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
        let bound = sqlx::query(insert).bind(repository.to_owned()).bind(delivered.id.to_owned());
        let bound = bound.bind(delivered.digest.to_owned()).bind(now);
        bound.execute(&self.pool).await.map(drop).map_err(failed("keeping a delivery"))
    }

    /// Forgets deliveries that nobody repeats any more, what pull requests were told long ago, and sessions that are over.
    pub async fn forget_deliveries(&self, now: i64) -> Result<()> {
        let failed = failed("forgetting old deliveries");
        let delete = sqlx::query("DELETE FROM deliveries WHERE at < $1").bind(now - REMEMBERED);
        delete.execute(&self.pool).await.map_err(&failed)?;
        let delete = sqlx::query("DELETE FROM pulls WHERE at < $1").bind(now - SHOWN);
        delete.execute(&self.pool).await.map_err(&failed)?;
        let delete = sqlx::query("DELETE FROM sessions WHERE until < $1").bind(now);
        delete.execute(&self.pool).await.map(drop).map_err(failed)
    }

    /// Since when a repository is watched; from now on where nobody did yet.
    pub async fn watched_since(&self, repository: &str, now: i64) -> Result<i64> {
        let failed = failed("reading since when a repository is watched");
        let insert = "INSERT INTO watched (repository, since) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        sqlx::query(insert).bind(repository.to_owned()).bind(now).execute(&self.pool).await.map_err(&failed)?;
        let find = sqlx::query_scalar("SELECT since FROM watched WHERE repository = $1").bind(repository.to_owned());
        find.fetch_one(&self.pool).await.map_err(failed)
    }

    /// Whether a comment's command was answered already.
    pub async fn is_answered(&self, repository: &str, comment: &str) -> Result<bool> {
        let find = "SELECT COUNT(*) FROM commands WHERE repository = $1 AND comment = $2";
        let bound = sqlx::query_scalar(find).bind(repository.to_owned()).bind(comment.to_owned());
        let found: i64 = bound.fetch_one(&self.pool).await.map_err(failed("looking for a command"))?;
        Ok(found > 0)
    }

    /// Writes down what came of a command.
    pub async fn answer(&self, repository: &str, pull: u64, comment: &str, answered: &Answered) -> Result<()> {
        let insert = "INSERT INTO commands (repository, comment, pull, answer, at) VALUES ($1, $2, $3, $4, $5) \
            ON CONFLICT DO NOTHING";
        let bound = sqlx::query(insert).bind(repository.to_owned()).bind(comment.to_owned());
        let bound = bound.bind(i64::try_from(pull).unwrap_or(i64::MAX)).bind(answered.answer.clone()).bind(answered.at);
        bound.execute(&self.pool).await.map(drop).map_err(failed("writing down an answer"))
    }

    /// The newest answers on a pull request, the oldest of them first.
    pub async fn answers(&self, repository: &str, pull: u64, most: i64) -> Result<Vec<Answered>> {
        let failed = failed("reading answers");
        let list = "SELECT at, answer FROM commands WHERE repository = $1 AND pull = $2 AND answer <> '' \
            ORDER BY at DESC, comment DESC LIMIT $3";
        let bound = sqlx::query(list).bind(repository.to_owned()).bind(i64::try_from(pull).unwrap_or(i64::MAX));
        let rows = bound.bind(most).fetch_all(&self.pool).await.map_err(&failed)?;
        let read = |row: &sqlx::any::AnyRow| Ok(Answered { at: row.try_get("at")?, answer: row.try_get("answer")? });
        rows.iter().rev().map(read).collect::<Result<_, sqlx::Error>>().map_err(failed)
    }

    /// Whether something was said on a pull request already, at the end of an answer.
    pub async fn has_said(&self, repository: &str, pull: u64, words: &str) -> Result<bool> {
        let find = "SELECT COUNT(*) FROM commands WHERE repository = $1 AND pull = $2 AND answer LIKE $3";
        let bound = sqlx::query_scalar(find).bind(repository.to_owned()).bind(i64::try_from(pull).unwrap_or(i64::MAX));
        let found: i64 =
            bound.bind(format!("%{words}")).fetch_one(&self.pool).await.map_err(failed("looking for an answer"))?;
        Ok(found > 0)
    }

    /// Somebody who may write has read a commit of a fork: its previews may be run.
    pub async fn trust(&self, repository: &str, commit: &str, who: &str, now: i64) -> Result<()> {
        let insert =
            "INSERT INTO trusted (repository, commit_id, who, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
        let bound = sqlx::query(insert).bind(repository.to_owned()).bind(commit.to_owned());
        bound.bind(who.to_owned()).bind(now).execute(&self.pool).await.map(drop).map_err(failed("trusting a commit"))
    }

    pub async fn is_trusted(&self, repository: &str, commit: &str) -> Result<bool> {
        let find = "SELECT COUNT(*) FROM trusted WHERE repository = $1 AND commit_id = $2";
        let bound = sqlx::query_scalar(find).bind(repository.to_owned()).bind(commit.to_owned());
        let found: i64 = bound.fetch_one(&self.pool).await.map_err(failed("looking whether a commit is trusted"))?;
        Ok(found > 0)
    }
}
