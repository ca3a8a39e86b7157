//! What the newest looks at stacks found of drift.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Ledger, StackId, failed};
use crate::failure::{Failure, Result};
use crate::record::{Drift, DriftState, Findings};

impl Ledger {
    /// Writes down what a look at a stack found; it takes the place of what the look before found.
    pub async fn drift(
        &self,
        stack: &StackId,
        commit: &str,
        state: DriftState,
        findings: &Findings,
        now: i64,
    ) -> Result<()> {
        let insert = "INSERT INTO drifts (stack_id, commit_id, state, body, checked_at) VALUES ($1, $2, $3, $4, $5) \
            ON CONFLICT (stack_id) DO UPDATE SET commit_id = excluded.commit_id, state = excluded.state, \
                body = excluded.body, checked_at = excluded.checked_at";
        let body = serde_json::to_string(findings).map_err(|error| Failure::bug(format!("writing drift: {error}")))?;
        let bound = sqlx::query(insert).bind(stack.0.clone()).bind(commit.to_owned()).bind(state.word());
        let bound = bound.bind(body).bind(now);
        bound.execute(&self.pool).await.map(drop).map_err(failed("recording drift"))
    }

    /// What is known of each stack that was looked at.
    pub async fn drifts(&self) -> Result<Vec<Drift>> {
        let list = "SELECT s.name, r.label AS repository, d.commit_id, d.state, d.body, d.checked_at \
            FROM drifts d JOIN stacks s ON s.id = d.stack_id JOIN repositories r ON r.id = s.repository_id \
            ORDER BY s.name, r.label";
        let rows = sqlx::query(list).fetch_all(&self.pool).await.map_err(failed("listing drift"))?;
        let all = rows.iter().map(drift).collect::<Result<_, sqlx::Error>>().map_err(failed("listing drift"))?;
        Ok(self.seen(all, 0, |drift: &Drift| &drift.repository))
    }
}

fn drift(row: &AnyRow) -> Result<Drift, sqlx::Error> {
    let (state, body): (String, String) = (row.try_get("state")?, row.try_get("body")?);
    Ok(Drift {
        name: row.try_get("name")?,
        repository: row.try_get("repository")?,
        state: state.parse().map_err(|error: String| sqlx::Error::Decode(error.into()))?,
        commit: row.try_get("commit_id")?,
        checked_at: row.try_get("checked_at")?,
        findings: serde_json::from_str(&body).unwrap_or_default(),
    })
}
