//! Repositories and stacks in the ledger, and what stands of each stack.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::outputs::Reader;
use super::{Ledger, failed, fresh_name, text, without_password};
use crate::decide::{Known, ROLLED_BACK};
use crate::failure::{Failure, Result};
use crate::process::Process;
use crate::record::RunState;
use crate::repo::Stack;

/// A stack's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackId(pub(super) String);

/// What is known of a repository's stacks, by name, with their folders.
pub type AllKnown = BTreeMap<String, (StackId, String, Known)>;

impl StackId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Ledger {
    /// Finds the stack's row, making it and its repository's when they are new.
    pub async fn stack(&self, repository: &str, stack: &Stack, now: i64) -> Result<StackId> {
        let failed = failed("recording a stack");
        // What is written already waits for nobody who writes.
        let known = "SELECT s.id FROM stacks s JOIN repositories r ON r.id = s.repository_id \
            WHERE r.label = $1 AND s.name = $2 AND s.folder = $3 AND s.runtime = $4";
        let bound = sqlx::query_scalar(known).bind(repository.to_owned()).bind(stack.name());
        let bound = bound.bind(stack.folder.clone()).bind(stack.runtime.clone());
        if let Some(id) = bound.fetch_optional(&self.pool).await.map_err(&failed)? {
            return Ok(StackId(id));
        }
        // Both rows or none; and one wait for the disk.
        let mut transaction = self.pool.begin().await.map_err(&failed)?;
        let new_repository =
            "INSERT INTO repositories (id, label, created_at) VALUES ($1, $2, $3) ON CONFLICT (label) DO NOTHING";
        let bound = sqlx::query(new_repository).bind(fresh_name()).bind(repository.to_owned()).bind(now);
        bound.execute(&mut *transaction).await.map_err(&failed)?;
        let new_stack = "INSERT INTO stacks (id, repository_id, name, folder, runtime, created_at) \
            VALUES ($1, (SELECT id FROM repositories WHERE label = $2), $3, $4, $5, $6) \
            ON CONFLICT (repository_id, name) DO UPDATE SET folder = excluded.folder, runtime = excluded.runtime";
        sqlx::query(new_stack)
            .bind(fresh_name())
            .bind(repository.to_owned())
            .bind(stack.name())
            .bind(stack.folder.clone())
            .bind(stack.runtime.clone())
            .bind(now)
            .execute(&mut *transaction)
            .await
            .map_err(&failed)?;
        transaction.commit().await.map_err(&failed)?;
        let find = "SELECT s.id FROM stacks s JOIN repositories r ON r.id = s.repository_id WHERE r.label = $1 AND s.name = $2";
        let found = sqlx::query_scalar(find).bind(repository.to_owned()).bind(stack.name()).fetch_one(&self.pool).await;
        found.map(StackId).map_err(failed)
    }

    /// What stands of a stack, and how its newest run ended.
    pub async fn known(&self, stack: &StackId) -> Result<Known> {
        let failed = failed("reading a stack");
        let bound = sqlx::query(KNOWN_OF_ONE).bind(stack.0.clone()).bind(ROLLED_BACK);
        let row = bound.fetch_one(&self.pool).await.map_err(&failed)?;
        let reader = Reader::of(&row).map_err(&failed)?;
        let reads_anew = self.read_anew(&[reader]).await?.pop().flatten();
        Ok(Known { reads_anew, ..known(&row)? })
    }

    /// All stacks of a repository by name, with their folders and what is known of them: one look for all.
    pub async fn all_known(&self, repository: &str) -> Result<AllKnown> {
        let failed = failed("reading the stacks");
        let bound = sqlx::query(KNOWN_OF_ALL).bind(repository.to_owned()).bind(ROLLED_BACK);
        let rows = bound.fetch_all(&self.pool).await.map_err(&failed)?;
        let readers: Vec<Option<Reader>> = rows.iter().map(Reader::of).collect::<Result<_, _>>().map_err(&failed)?;
        let anew = self.read_anew(&readers).await?;
        let mut all = BTreeMap::new();
        for (row, reads_anew) in rows.iter().zip(anew) {
            let text = |column: &str| row.try_get::<String, _>(column).map_err(&failed);
            let known = Known { reads_anew, ..known(row)? };
            all.insert(text("name")?, (StackId(text("id")?), text("folder")?, known));
        }
        Ok(all)
    }

    /// Records that a stack is not on its branch at this head.
    pub async fn leaves(&self, stack: &StackId, head: &str, now: i64) -> Result<()> {
        let update = "UPDATE stacks SET left_at = COALESCE(left_at, $1), left_commit = $2 WHERE id = $3";
        let bound = sqlx::query(update).bind(now).bind(head.to_owned()).bind(stack.0.clone());
        bound.execute(&self.pool).await.map(drop).map_err(failed("recording that a stack left"))
    }

    /// Which of these stacks stand as of other repositories, each with the address of such a one.
    pub async fn elsewhere(&self, repository: &str, names: &BTreeSet<String>) -> Result<Vec<(String, String)>> {
        let list = "SELECT s.name, r.label FROM stacks s JOIN repositories r ON r.id = s.repository_id \
            WHERE r.label <> $1 AND s.rolled_out_commit IS NOT NULL ORDER BY s.name, r.label";
        let failed = failed("looking for stacks of other repositories");
        let rows = sqlx::query(list).bind(repository.to_owned()).fetch_all(&self.pool).await.map_err(&failed)?;
        let read = |row: &AnyRow| Ok((row.try_get("name")?, row.try_get("label")?));
        let all: Vec<(String, String)> = rows.iter().map(read).collect::<Result<_, sqlx::Error>>().map_err(failed)?;
        Ok(all.into_iter().filter(|(name, _)| names.contains(name)).collect())
    }

    /// The row of a stack that is known already.
    pub async fn find(&self, repository: &str, stack: &str) -> Result<Option<StackId>> {
        let find = "SELECT s.id FROM stacks s JOIN repositories r ON r.id = s.repository_id WHERE r.label = $1 AND s.name = $2";
        let bound = sqlx::query_scalar(find).bind(repository.to_owned()).bind(stack.to_owned());
        let found: Option<String> = bound.fetch_optional(&self.pool).await.map_err(failed("looking for a stack"))?;
        Ok(found.map(StackId))
    }

    /// Suspends a stack for a reason, or ends that with none.
    pub async fn suspend(&self, stack: &StackId, why: Option<&str>) -> Result<()> {
        let update = "UPDATE stacks SET suspended_why = $1 WHERE id = $2";
        let bound = sqlx::query(update).bind(why.map(text)).bind(stack.0.clone());
        bound.execute(&self.pool).await.map(drop).map_err(failed("suspending a stack"))
    }

    /// Suspends a stack for a reason, unless it is suspended for another already.
    pub async fn suspend_anew(&self, stack: &StackId, why: &str) -> Result<()> {
        let update = "UPDATE stacks SET suspended_why = $1 WHERE id = $2 AND suspended_why IS NULL";
        let bound = sqlx::query(update).bind(text(why)).bind(stack.0.clone());
        bound.execute(&self.pool).await.map(drop).map_err(failed("suspending a stack"))
    }

    /// How often in a row the stack failed at this commit, and when it last did.
    pub async fn failures(&self, stack: &StackId, commit: &str) -> Result<(u32, i64)> {
        let newest = "SELECT state, commit_id, COALESCE(finished_at, started_at) AS ended_at FROM runs \
            WHERE stack_id = $1 ORDER BY fence DESC, started_at DESC, id DESC LIMIT 20";
        let failed = failed("reading a stack's runs");
        let rows = sqlx::query(newest).bind(stack.0.clone()).fetch_all(&self.pool).await.map_err(&failed)?;
        let mut count = (0, 0);
        for row in rows {
            let state: String = row.try_get("state").map_err(&failed)?;
            let at: String = row.try_get("commit_id").map_err(&failed)?;
            if state != RunState::Failed.word() || at != commit {
                break;
            }
            let ended: i64 = row.try_get("ended_at").map_err(&failed)?;
            count = (count.0 + 1, count.1.max(ended));
        }
        Ok(count)
    }

    /// How many resources the newest successful run saw; zero when there was none.
    pub async fn resources(&self, stack: &StackId) -> Result<u64> {
        let newest = "SELECT changes FROM runs WHERE stack_id = $1 AND state = 'succeeded' \
            ORDER BY fence DESC, started_at DESC, id DESC LIMIT 1";
        let changes: Option<String> = sqlx::query_scalar(newest)
            .bind(stack.0.clone())
            .fetch_optional(&self.pool)
            .await
            .map_err(failed("reading a run"))?;
        let counts: crate::engine::operation::Counts =
            serde_json::from_str(&changes.unwrap_or_default()).unwrap_or_default();
        Ok(counts.iter().filter(|(name, _)| !name.starts_with("delete")).map(|(_, count)| count).sum())
    }
}

/// What the decision about a stack rests on, of rows that `$of` tells: each way it is found by an index. A run that was held and
/// was no roll-out of the branch, or rolled back (`$2`), changed nothing, and says nothing of the branch.
macro_rules! known_of {
    ($of:literal) => {
        concat!(
            "SELECT s.name, s.id, s.folder, s.rolled_out_commit, s.rolled_out_at, s.left_at, s.left_commit, s.destroyed_at, \
                s.suspended_why, s.fence, s.backend, s.reads, \
                CASE WHEN s.rolled_out_commit IS NOT NULL THEN 0 ELSE \
                    (SELECT COUNT(*) FROM runs WHERE stack_id = s.id AND started_at > COALESCE(s.destroyed_at, -1) \
                        AND engine IS NOT NULL AND (changes <> '{}' OR state IN ('interrupted', 'running'))) \
                END AS begun, \
                (SELECT state FROM runs WHERE stack_id = s.id \
                    AND NOT (state = 'held' AND (action <> 'roll-out' OR substr(reason, 1, length($2)) = $2)) \
                    ORDER BY fence DESC, started_at DESC, id DESC LIMIT 1) AS last_state \
            FROM stacks s JOIN repositories r ON r.id = s.repository_id WHERE ",
            $of
        )
    };
}

const KNOWN_OF_ONE: &str = known_of!("s.id = $1");
const KNOWN_OF_ALL: &str = known_of!("r.label = $1");

fn known(row: &AnyRow) -> Result<Known> {
    let failed = failed("reading a stack");
    let text = |column: &str| row.try_get::<Option<String>, _>(column).map_err(&failed);
    let number = |column: &str| row.try_get::<Option<i64>, _>(column).map_err(&failed);
    Ok(Known {
        rolled_out: text("rolled_out_commit")?.zip(number("rolled_out_at")?),
        last: text("last_state")?.map(|state| state.parse::<RunState>().map_err(Failure::bug)).transpose()?,
        has_left: number("left_at")?.is_some(),
        left_by: text("left_commit")?,
        is_destroyed: number("destroyed_at")?.is_some(),
        suspended: text("suspended_why")?,
        fence: number("fence")?.unwrap_or_default(),
        reads_anew: None,
        backend: text("backend")?,
        is_begun: number("begun")? != Some(0),
    })
}

/// Writes down where a stack's state lives.
pub(super) async fn lives_in(
    transaction: &mut AnyConnection,
    stack: &StackId,
    backend: &str,
) -> Result<(), sqlx::Error> {
    let update = "UPDATE stacks SET backend = $1 WHERE id = $2 AND (backend IS NULL OR backend <> $1)";
    let bound = sqlx::query(update).bind(without_password(backend)).bind(stack.0.clone());
    bound.execute(transaction).await.map(drop)
}

/// A process as a column's text.
pub(super) fn written(process: &Process) -> String {
    serde_json::to_string(process).unwrap_or_default()
}
