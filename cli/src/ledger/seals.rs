//! Sealed previews in the ledger, and who allowed them.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Ledger, failed};
use crate::digest::Key;
use crate::failure::{Failure, Result};
use crate::record::{RunState, SealRecord, SealState};
use crate::seal::Seal;

/// A seal that was shown and not rolled out yet, by what it was sealed for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSeal {
    pub id: String,
    /// The tree that the merge makes.
    pub tree: String,
    /// The commit that was to be merged.
    pub head: String,
}

/// A seal with what came of it so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    pub id: String,
    pub seal: Seal,
    pub approvals: Vec<String>,
    /// Who refused it, and why.
    pub rejected: Option<(String, String)>,
    /// Whether a run began to roll it out, which may have done a part of it.
    pub is_begun: bool,
    /// The run that rolled it out, or what came after it.
    pub used_by: Option<String>,
}

impl Ledger {
    /// The key of this ledger's digests, which is made when it is first asked for.
    pub async fn key(&self) -> Result<Key> {
        let failed = failed("reading the key of digests");
        let read = "SELECT value FROM keys WHERE name = 'digests'";
        // It is asked for in every run: what is only read waits for nobody who writes.
        let known: Option<String> = sqlx::query_scalar(read).fetch_optional(&self.pool).await.map_err(&failed)?;
        if let Some(key) = known.as_deref().and_then(Key::parse) {
            return Ok(key);
        }
        let insert = "INSERT INTO keys (name, value) VALUES ('digests', $1) ON CONFLICT (name) DO NOTHING";
        sqlx::query(insert).bind(Key::fresh().written()).execute(&self.pool).await.map_err(&failed)?;
        let text: String = sqlx::query_scalar(read).fetch_one(&self.pool).await.map_err(&failed)?;
        Key::parse(&text).ok_or_else(|| Failure::setup("the ledger's key of digests can't be read"))
    }

    /// Keeps the seals of a preview that somebody is shown.
    pub async fn keep_shown(&self, seals: impl Iterator<Item = &Seal>, now: i64) -> Result<()> {
        for seal in seals {
            self.keep_seal(seal, true, now).await?;
        }
        Ok(())
    }

    /// Keeps a seal, and says its id. One that was used and holds anew counts as a new one: what was said of it was said once.
    pub async fn keep_seal(&self, seal: &Seal, is_shown: bool, now: i64) -> Result<String> {
        let insert = "INSERT INTO seals (id, repository, stack, body, is_shown, created_at, tree, head) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
            ON CONFLICT (id) DO UPDATE SET begun_by = NULL, created_at = excluded.created_at, \
                is_shown = CASE WHEN seals.is_shown > excluded.is_shown THEN seals.is_shown ELSE excluded.is_shown END";
        let failed = failed("keeping a seal");
        let body = serde_json::to_string(seal).map_err(|error| Failure::bug(format!("writing a seal: {error}")))?;
        let id = seal.id();
        let mut transaction = self.pool.begin().await.map_err(&failed)?;
        let renew = "UPDATE seals SET used_by = NULL, is_shown = 0, rejected_by = NULL, rejected_why = NULL \
            WHERE id = $1 AND used_by IS NOT NULL";
        let renewed = sqlx::query(renew).bind(id.clone()).execute(&mut *transaction).await.map_err(&failed)?;
        if renewed.rows_affected() == 1 {
            let forget = sqlx::query("DELETE FROM approvals WHERE seal_id = $1").bind(id.clone());
            forget.execute(&mut *transaction).await.map_err(&failed)?;
        }
        sqlx::query(insert)
            .bind(id.clone())
            .bind(seal.ground.repository.clone())
            .bind(seal.ground.stack.clone())
            .bind(body)
            .bind(i64::from(is_shown))
            .bind(now)
            .bind(seal.ground.tree.clone())
            .bind(seal.ground.head.clone())
            .execute(&mut *transaction)
            .await
            .map_err(&failed)?;
        transaction.commit().await.map_err(failed)?;
        Ok(id)
    }

    /// The seals of a stack that were shown and not rolled out yet, the newest first: of all of them only where they belong.
    pub async fn open_seals(&self, repository: &str, stack: &str) -> Result<Vec<OpenSeal>> {
        let list = "SELECT id, tree, head, CASE WHEN tree = '' THEN body ELSE '' END AS body FROM seals \
            WHERE repository = $1 AND stack = $2 AND is_shown = 1 AND used_by IS NULL ORDER BY created_at DESC, id";
        let bound = sqlx::query(list).bind(repository.to_owned()).bind(stack.to_owned());
        let rows = bound.fetch_all(&self.pool).await.map_err(failed("looking for seals"))?;
        rows.iter().map(open_seal).collect::<Result<_, sqlx::Error>>().map_err(failed("looking for seals"))
    }

    /// An open seal whole; `None` where it is gone, or where a newer version wrote it.
    pub async fn open_seal(&self, id: &str) -> Result<Option<Sealed>> {
        let find = "SELECT id, body, rejected_by, rejected_why, begun_by, used_by FROM seals WHERE id = $1 AND used_by IS NULL";
        let row = sqlx::query(find).bind(id.to_owned()).fetch_optional(&self.pool).await;
        match row.map_err(failed("looking for a seal"))? {
            Some(row) => self.sealed(&row).await,
            None => Ok(None),
        }
    }

    /// Seals that were shown, the newest first: of a stack, whose id begins so, or all; so many at most, where that is no 0.
    pub async fn seals(&self, stack: Option<&str>, id: Option<&str>, limit: u32) -> Result<Vec<SealRecord>> {
        let list = "SELECT id, body, rejected_by, rejected_why, used_by, created_at FROM seals \
            WHERE is_shown = 1 AND ($1 = '' OR stack = $1) AND substr(id, 1, length($2)) = $2 \
            ORDER BY created_at DESC, id LIMIT $3";
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let bound = sqlx::query(list).bind(text(stack)).bind(text(id)).bind(self.rows(limit));
        let rows = bound.fetch_all(&self.pool).await.map_err(failed("listing seals"))?;
        let mut all = Vec::new();
        for row in &rows {
            // One that a newer version wrote is none to this one.
            all.extend(record(row).map_err(failed("listing seals"))?);
        }
        let mut all = self.seen(all, limit, |seal: &SealRecord| &seal.repository);
        for seal in &mut all {
            seal.approvals = self.approvals(&seal.name).await?;
        }
        Ok(all)
    }

    /// The one seal whose id begins so; `None` where there is none.
    pub async fn find_seal(&self, id: &str) -> Result<Option<Sealed>> {
        let list = "SELECT id, body, rejected_by, rejected_why, begun_by, used_by FROM seals WHERE substr(id, 1, length($1)) = $1 LIMIT 2";
        let rows = sqlx::query(list).bind(id.to_owned()).fetch_all(&self.pool).await;
        let rows = rows.map_err(failed("looking for a seal"))?;
        match &rows[..] {
            [] => Ok(None),
            [one] => Ok(self.sealed(one).await?.filter(|sealed| self.sees(&sealed.seal.ground.repository))),
            _ => Err(Failure::input(format!("several seals begin with `{id}`")).hint("give more of its id")),
        }
    }

    async fn sealed(&self, row: &AnyRow) -> Result<Option<Sealed>> {
        let failed = failed("reading a seal");
        let text = |column: &str| row.try_get::<String, _>(column).map_err(&failed);
        let some = |column: &str| row.try_get::<Option<String>, _>(column).map_err(&failed);
        let id = text("id")?;
        let rejected = some("rejected_by")?.zip(some("rejected_why")?);
        let (is_begun, used_by) = (some("begun_by")?.is_some(), some("used_by")?);
        let approvals = self.approvals(&id).await?;
        let seal = serde_json::from_str(&text("body")?).ok();
        Ok(seal.map(|seal| Sealed { id, seal, approvals, rejected, is_begun, used_by }))
    }

    /// Whether somebody was shown a preview of a stack, or what it was held for, whatever came of that.
    pub async fn was_shown(&self, repository: &str, stack: &str) -> Result<bool> {
        let find = "SELECT id FROM seals WHERE repository = $1 AND stack = $2 AND is_shown = 1 LIMIT 1";
        let bound = sqlx::query(find).bind(repository.to_owned()).bind(stack.to_owned());
        Ok(bound.fetch_optional(&self.pool).await.map_err(failed("looking for seals"))?.is_some())
    }

    /// Who allowed what a seal says, in the order in which they did.
    pub async fn approvals(&self, seal: &str) -> Result<Vec<String>> {
        let list = "SELECT approver FROM approvals WHERE seal_id = $1 ORDER BY at, approver";
        let bound = sqlx::query_scalar(list).bind(seal.to_owned());
        bound.fetch_all(&self.pool).await.map_err(failed("looking for approvals"))
    }

    /// Writes down that somebody allows what a seal says. It ends a refusal.
    pub async fn approve(&self, seal: &str, who: &str, now: i64) -> Result<()> {
        let failed = failed("recording an approval");
        let mut transaction = self.pool.begin().await.map_err(&failed)?;
        let update = "UPDATE seals SET rejected_by = NULL, rejected_why = NULL WHERE id = $1";
        sqlx::query(update).bind(seal.to_owned()).execute(&mut *transaction).await.map_err(&failed)?;
        let insert = "INSERT INTO approvals (seal_id, approver, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        let bound = sqlx::query(insert).bind(seal.to_owned()).bind(who.to_owned()).bind(now);
        bound.execute(&mut *transaction).await.map_err(&failed)?;
        transaction.commit().await.map_err(failed)
    }

    /// Writes down that somebody refuses what a seal says. Nobody's earlier word counts any more.
    pub async fn reject(&self, seal: &str, who: &str, why: &str) -> Result<()> {
        let failed = failed("recording a refusal");
        let mut transaction = self.pool.begin().await.map_err(&failed)?;
        let update = "UPDATE seals SET rejected_by = $1, rejected_why = $2 WHERE id = $3 AND used_by IS NULL \
            AND NOT EXISTS (SELECT 1 FROM runs WHERE id = begun_by AND state = $4)";
        let bound = sqlx::query(update).bind(who.to_owned()).bind(why.to_owned()).bind(seal.to_owned());
        let done = bound.bind(RunState::Running.word()).execute(&mut *transaction).await.map_err(&failed)?;
        // Who allowed what is rolled out is not forgotten.
        if done.rows_affected() == 0 {
            let find = "SELECT begun_by FROM seals WHERE id = $1 AND used_by IS NULL";
            let bound = sqlx::query_scalar::<_, Option<String>>(find).bind(seal.to_owned());
            let run = bound.fetch_optional(&mut *transaction).await.map_err(&failed)?.flatten();
            return Err(too_late(seal, run.as_deref()));
        }
        let delete = "DELETE FROM approvals WHERE seal_id = $1";
        sqlx::query(delete).bind(seal.to_owned()).execute(&mut *transaction).await.map_err(&failed)?;
        transaction.commit().await.map_err(failed)
    }

    /// Writes down which run begins to roll out what a seal says, unless somebody refused that in the last moment.
    pub async fn begin_seal(&self, seal: &str, run: &str) -> Result<()> {
        let update = "UPDATE seals SET begun_by = $1 WHERE id = $2 AND rejected_by IS NULL";
        let bound = sqlx::query(update).bind(run.to_owned()).bind(seal.to_owned());
        let begun = bound.execute(&self.pool).await.map_err(failed("recording that a seal is used"))?;
        match begun.rows_affected() {
            0 => Err(Failure::held(format!("seal/{seal} was rejected meanwhile"))),
            _ => Ok(()),
        }
    }
}

/// Why a seal is not rejected any more: a run is at it, or has been.
fn too_late(seal: &str, run: Option<&str>) -> Failure {
    match run {
        Some(run) => Failure::busy(format!("run/{run} is rolling out what seal/{seal} says"))
            .hint(format!("`gitinfra cancel run/{run}` stops it")),
        None => Failure::input(format!("seal/{seal} is over: it was rolled out meanwhile")),
    }
}

fn open_seal(row: &AnyRow) -> Result<OpenSeal, sqlx::Error> {
    let (id, tree, head): (String, String, String) = (row.try_get("id")?, row.try_get("tree")?, row.try_get("head")?);
    let older = serde_json::from_str::<Seal>(&row.try_get::<String, _>("body")?).ok();
    let (tree, head) = older.map_or((tree, head), |seal| (seal.ground.tree, seal.ground.head));
    Ok(OpenSeal { id, tree, head })
}

/// A seal as it is listed, without those who allowed it.
fn record(row: &AnyRow) -> Result<Option<SealRecord>, sqlx::Error> {
    let text = |column: &str| row.try_get::<Option<String>, _>(column);
    let Ok(Seal { ground, plan, .. }) = serde_json::from_str(&text("body")?.unwrap_or_default()) else {
        return Ok(None);
    };
    let (rejected_by, rejected_why, used_by) = (text("rejected_by")?, text("rejected_why")?, text("used_by")?);
    Ok(Some(SealRecord {
        name: row.try_get("id")?,
        stack: ground.stack,
        repository: ground.repository,
        state: match () {
            () if used_by.is_some() => SealState::Used,
            () if rejected_by.is_some() => SealState::Rejected,
            () => SealState::Sealed,
        },
        head: ground.head,
        base: ground.base,
        plan,
        approvals: Vec::new(),
        rejected_by,
        rejected_why,
        used_by,
        created_at: row.try_get("created_at")?,
    }))
}
