//! Holds in the ledger: roll-outs that wait for somebody's decision, and what was decided.

use std::collections::BTreeMap;

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::listing::who_lists;
use super::{Ledger, StackId, failed, fresh_name};
use crate::failure::{Failure, Result};
use crate::record::{Case, Hold, HoldState};

/// A hold that is to be written with the end of its run.
#[derive(Debug, Clone, Copy)]
pub struct NewHold<'a> {
    /// By `hold_name`.
    pub name: &'a str,
    pub run: &'a str,
    pub branch: &'a str,
    pub commit: &'a str,
    pub seal: &'a str,
    pub shown_seal: Option<&'a str>,
    pub case: &'a Case,
}

/// Which holds are wanted.
#[derive(Debug, Clone, Default)]
pub struct HoldFilter {
    /// The beginning of a hold's name.
    pub name: Option<String>,
    /// A stack's whole name.
    pub stack: Option<String>,
    /// The seal that it waits to have allowed.
    pub seal: Option<String>,
    /// Newest first; zero for all.
    pub limit: u32,
}

/// Who decided what about a hold, and why.
#[derive(Debug, Clone)]
pub struct Verdict<'a> {
    pub state: HoldState,
    pub who: &'a str,
    pub why: Option<&'a str>,
}

const COLUMNS: &str = "SELECT h.id, s.name AS stack, r.label AS repository, h.branch, h.commit_id, h.state, h.seal_id, \
        h.shown_seal_id, h.run_id, h.body, h.decided_by, h.decided_why, h.decided_at, h.created_at \
    FROM holds h JOIN stacks s ON s.id = h.stack_id JOIN repositories r ON r.id = s.repository_id";

impl Ledger {
    /// What a hold of a stack's roll-out is called: what was looked at once more and is the same is the same hold, with what was decided
    /// about it.
    pub async fn hold_name(&self, stack: &StackId, branch: &str, seal: &str) -> Result<String> {
        let same = "SELECT id FROM holds WHERE stack_id = $1 AND branch = $2 AND seal_id = $3 AND state IN ('held', 'rejected')";
        let bound = sqlx::query_scalar(same).bind(stack.0.clone()).bind(branch.to_owned()).bind(seal.to_owned());
        let same: Option<String> = bound.fetch_optional(&self.pool).await.map_err(failed("looking for a hold"))?;
        Ok(same.unwrap_or_else(fresh_name))
    }

    /// Holds a stack's roll-out, in the place of every other hold of it. Somebody may have decided about the same one meanwhile.
    pub(super) async fn hold_on(
        transaction: &mut AnyConnection,
        stack: &StackId,
        new: &NewHold<'_>,
        now: i64,
    ) -> Result<(), sqlx::Error> {
        let overtake = "UPDATE holds SET state = 'overtaken' WHERE stack_id = $1 AND state NOT IN ('overtaken', 'used') AND id <> $2";
        let bound = sqlx::query(overtake).bind(stack.0.clone()).bind(new.name.to_owned());
        bound.execute(&mut *transaction).await?;
        let insert = "INSERT INTO holds (id, stack_id, run_id, branch, commit_id, seal_id, shown_seal_id, state, body, created_at) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, 'held', $8, $9) \
            ON CONFLICT (id) DO UPDATE SET run_id = excluded.run_id, commit_id = excluded.commit_id, body = excluded.body";
        sqlx::query(insert)
            .bind(new.name.to_owned())
            .bind(stack.0.clone())
            .bind(new.run.to_owned())
            .bind(new.branch.to_owned())
            .bind(new.commit.to_owned())
            .bind(new.seal.to_owned())
            .bind(new.shown_seal.map(str::to_owned))
            .bind(serde_json::to_string(new.case).unwrap_or_default())
            .bind(now)
            .execute(transaction)
            .await
            .map(drop)
    }

    /// Writes down what was decided about a hold. False when it is over already.
    pub async fn decide(&self, hold: &str, verdict: &Verdict<'_>, now: i64) -> Result<bool> {
        let failed = failed("recording a decision");
        let mut transaction = self.pool.begin().await.map_err(&failed)?;
        let update = "UPDATE holds SET state = $1, decided_by = $2, decided_why = $3, decided_at = $4 \
            WHERE id = $5 AND state NOT IN ('overtaken', 'used')";
        let bound = sqlx::query(update).bind(verdict.state.word()).bind(verdict.who.to_owned());
        let bound = bound.bind(verdict.why.map(str::to_owned)).bind(now).bind(hold.to_owned());
        let done = bound.execute(&mut *transaction).await.map_err(&failed)?.rows_affected() == 1;
        if done && verdict.state == HoldState::Approved {
            let show = "UPDATE seals SET is_shown = 1 WHERE id = (SELECT seal_id FROM holds WHERE id = $1)";
            sqlx::query(show).bind(hold.to_owned()).execute(&mut *transaction).await.map_err(&failed)?;
        }
        transaction.commit().await.map_err(failed)?;
        Ok(done)
    }

    pub async fn holds(&self, filter: &HoldFilter) -> Result<Vec<Hold>> {
        let list = format!(
            "{COLUMNS} WHERE ($1 = '' OR substr(h.id, 1, length($1)) = $1) AND ($2 = '' OR s.name = $2) \
                AND ($3 = '' OR h.seal_id = $3) ORDER BY h.created_at DESC, h.id DESC LIMIT $4"
        );
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let bound = sqlx::query(sqlx::AssertSqlSafe(list)).bind(text(&filter.name)).bind(text(&filter.stack));
        let bound = bound.bind(text(&filter.seal)).bind(self.rows(filter.limit));
        let rows = bound.fetch_all(&self.pool).await.map_err(failed("listing holds"))?;
        let all = rows.iter().map(hold).collect::<Result<_, sqlx::Error>>().map_err(failed("listing holds"))?;
        let mut holds = self.seen(all, filter.limit, |hold: &Hold| &hold.repository);
        for hold in &mut holds {
            hold.approvals = self.approvals(&hold.seal).await?;
        }
        Ok(holds)
    }

    /// The one hold whose name begins so.
    pub async fn hold_named(&self, name: &str) -> Result<Hold> {
        let filter = HoldFilter { name: Some(name.to_owned()), limit: 2, ..HoldFilter::default() };
        let mut found = self.holds(&filter).await?;
        match found.len() {
            1 => Ok(found.remove(0)),
            0 => Err(Failure::input(format!("no hold is called `{name}`")).hint(who_lists("holds", name))),
            _ => Err(Failure::input(format!("several holds begin with `{name}`")).hint("give more of its name")),
        }
    }

    /// The holds of a repository's stacks that are not over, by the stack's name.
    pub async fn open_holds(&self, repository: &str) -> Result<BTreeMap<String, Hold>> {
        let list = format!(
            "{COLUMNS} WHERE r.label = $1 AND h.state NOT IN ('overtaken', 'used') ORDER BY h.created_at, h.id"
        );
        let bound = sqlx::query(sqlx::AssertSqlSafe(list)).bind(repository.to_owned());
        let rows = bound.fetch_all(&self.pool).await.map_err(failed("looking for holds"))?;
        let holds: Vec<Hold> =
            rows.iter().map(hold).collect::<Result<_, sqlx::Error>>().map_err(failed("looking for holds"))?;
        Ok(holds.into_iter().map(|hold| (hold.stack.clone(), hold)).collect())
    }
}

fn hold(row: &AnyRow) -> Result<Hold, sqlx::Error> {
    let (state, body): (String, String) = (row.try_get("state")?, row.try_get("body")?);
    Ok(Hold {
        name: row.try_get("id")?,
        stack: row.try_get("stack")?,
        repository: row.try_get("repository")?,
        branch: row.try_get("branch")?,
        commit: row.try_get("commit_id")?,
        state: state.parse().map_err(|error: String| sqlx::Error::Decode(error.into()))?,
        seal: row.try_get("seal_id")?,
        shown_seal: row.try_get("shown_seal_id")?,
        run: row.try_get("run_id")?,
        approvals: Vec::new(),
        decided_by: row.try_get("decided_by")?,
        reason: row.try_get("decided_why")?,
        decided_at: row.try_get("decided_at")?,
        created_at: row.try_get("created_at")?,
        case: serde_json::from_str(&body).unwrap_or_default(),
    })
}
