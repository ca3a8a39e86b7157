//! What pull requests were told last.

use sqlx::Row;

use super::{Ledger, failed, text};
use crate::failure::{Failure, Result};
use crate::record::{EndState, PullRecord};

impl Ledger {
    /// Keeps what a pull request was told and when, in the place of what it was told before.
    pub async fn keep_pull(&self, pull: &PullRecord, now: i64) -> Result<()> {
        let insert = "INSERT INTO pulls (repository, number, shown, at) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (repository, number) DO UPDATE SET shown = excluded.shown, at = excluded.at";
        let shown = serde_json::to_string(pull).map_err(|error| Failure::bug(format!("writing a pull: {error}")))?;
        let bound = sqlx::query(insert).bind(pull.repository.clone()).bind(number(pull.number)).bind(shown).bind(now);
        bound.execute(&self.pool).await.map(drop).map_err(failed("keeping what a pull request was told"))
    }

    /// Keeps the whole preview that a pull request was told, beside that.
    pub async fn keep_preview(&self, repository: &str, pull: u64, preview: &str) -> Result<()> {
        let update = "UPDATE pulls SET preview = $3 WHERE repository = $1 AND number = $2";
        let bound = sqlx::query(update).bind(repository.to_owned()).bind(number(pull)).bind(text(preview));
        bound.execute(&self.pool).await.map(drop).map_err(failed("keeping a preview"))
    }

    /// The whole preview that a pull request was told last, if it is open.
    pub async fn preview(&self, repository: &str, pull: u64) -> Result<Option<String>> {
        let find = "SELECT preview FROM pulls WHERE repository = $1 AND number = $2";
        let bound = sqlx::query_scalar(find).bind(repository.to_owned()).bind(number(pull));
        let found: Option<Option<String>> =
            bound.fetch_optional(&self.pool).await.map_err(failed("looking for a preview"))?;
        Ok(found.flatten())
    }

    /// Keeps what came of a pull request, beside what it was told. Nothing of it is previewed any more.
    pub async fn keep_end(&self, pull: &PullRecord) -> Result<()> {
        let update = "UPDATE pulls SET shown = $3, preview = NULL WHERE repository = $1 AND number = $2";
        let shown = serde_json::to_string(pull).map_err(|error| Failure::bug(format!("writing a pull: {error}")))?;
        let bound = sqlx::query(update).bind(pull.repository.clone()).bind(number(pull.number)).bind(shown);
        bound.execute(&self.pool).await.map(drop).map_err(failed("keeping what came of a pull request"))
    }

    /// What a pull request was told, and when; `None` where it was told nothing, or by a newer version.
    pub async fn pull(&self, repository: &str, pull: u64) -> Result<Option<(PullRecord, i64)>> {
        let failed = failed("looking for a pull request");
        let find = "SELECT shown, at FROM pulls WHERE repository = $1 AND number = $2";
        let bound = sqlx::query(find).bind(repository.to_owned()).bind(number(pull));
        let Some(row) = bound.fetch_optional(&self.pool).await.map_err(&failed)?.filter(|_| self.sees(repository))
        else {
            return Ok(None);
        };
        let shown: String = row.try_get("shown").map_err(&failed)?;
        let at = row.try_get("at").map_err(failed)?;
        Ok(serde_json::from_str(&shown).ok().map(|pull| (pull, at)))
    }

    /// What all of them were told, and when, the newest first.
    pub async fn pulls(&self, most: u32) -> Result<Vec<(PullRecord, i64)>> {
        let failed = failed("listing pull requests");
        let find = "SELECT shown, at FROM pulls ORDER BY at DESC, number DESC LIMIT $1";
        let rows = sqlx::query(find).bind(i64::from(most)).fetch_all(&self.pool).await.map_err(&failed)?;
        let mut all = Vec::new();
        for row in rows {
            let shown: String = row.try_get("shown").map_err(&failed)?;
            let at = row.try_get("at").map_err(&failed)?;
            all.extend(serde_json::from_str(&shown).ok().map(|pull: PullRecord| (pull, at)));
        }
        all.retain(|(pull, _)| self.sees(&pull.repository));
        Ok(all)
    }

    /// Those of a repository that were merged and told that they wait until a lock ends.
    pub async fn waiting_pulls(&self, repository: &str) -> Result<Vec<PullRecord>> {
        let find = "SELECT shown FROM pulls WHERE repository = $1 ORDER BY number";
        let bound = sqlx::query_scalar::<_, String>(find).bind(repository.to_owned());
        let all = bound.fetch_all(&self.pool).await.map_err(failed("looking for what waits"))?;
        let waits = |pull: &PullRecord| {
            let end = pull.end.as_ref().filter(|end| end.unmerged.is_none());
            end.is_some_and(|end| end.stacks.iter().any(|stack| stack.state == EndState::Locked))
        };
        Ok(all.iter().filter_map(|shown| serde_json::from_str(shown).ok()).filter(waits).collect())
    }
}

fn number(pull: u64) -> i64 {
    i64::try_from(pull).unwrap_or(i64::MAX)
}
