//! What `get` and `describe` read: stacks and runs as whole records.

use std::collections::BTreeMap;

use serde::Deserialize;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::outputs::{Reader, names_in};
use super::{Ledger, failed};
use crate::failure::{Failure, Result};
use crate::record::{Action, Case, DriftState, Rejected, Run, RunState, StackRecord, Standing};

/// Which runs are wanted.
#[derive(Debug, Clone, Default)]
pub struct RunFilter {
    /// The beginning of a run's name.
    pub name: Option<String>,
    /// A stack's whole name.
    pub stack: Option<String>,
    /// Newest first; zero for all.
    pub limit: u32,
}

impl Ledger {
    pub async fn stack_records(&self) -> Result<Vec<StackRecord>> {
        let failed = failed("listing stacks");
        let list = sqlx::query_scalar(self.as_one_text(STACK_COLUMNS, STACKS));
        let rows: Option<String> = list.fetch_one(&self.pool).await.map_err(&failed)?;
        let rows: Vec<StackRow> =
            rows.map_or(Ok(Vec::new()), |rows| serde_json::from_str(&rows)).map_err(unreadable)?;
        let readers: Vec<Option<Reader>> = rows.iter().map(reader).collect();
        let mut all = rows.into_iter().map(stack).collect::<Result<Vec<_>, String>>().map_err(unreadable)?;
        self.tell_rejected(&mut all).await?;
        for (stack, reads_anew) in all.iter_mut().zip(self.read_anew(&readers).await?) {
            stack.reads_anew = reads_anew.filter(|_| stack.standing == Standing::UpToDate);
            if stack.reads_anew.is_some() {
                stack.standing = Standing::Behind;
            }
        }
        let mut all = self.seen(all, 0, |stack: &StackRecord| &stack.repository);
        all.sort_unstable_by(|a, b| (&a.name, &a.repository).cmp(&(&b.name, &b.repository)));
        // There are few of them, so they cost less by themselves than in a join.
        let locks = self.locks().await?.into_iter();
        let mut locks: BTreeMap<_, _> =
            locks.map(|lock| ((lock.repository.clone(), lock.name.clone()), lock)).collect();
        for stack in &mut all {
            if locks.is_empty() {
                break;
            }
            stack.lock = locks.remove(&(stack.repository.clone(), stack.name.clone()));
        }
        Ok(all)
    }

    /// Notes of stacks that are held who refused that, and why. One of which something else was refused than what its branch says stands as it did before.
    async fn tell_rejected(&self, all: &mut [StackRecord]) -> Result<()> {
        if all.iter().all(|stack| stack.standing != Standing::Held) {
            return Ok(());
        }
        let list = "SELECT run_id, decided_by, decided_why, body FROM holds WHERE state = 'rejected' \
            AND decided_by IS NOT NULL AND decided_why IS NOT NULL";
        let rows: Vec<(String, String, String, String)> =
            sqlx::query_as(list).fetch_all(&self.pool).await.map_err(failed("listing what was refused"))?;
        let rows = rows.into_iter().map(|(run, by, reason, body)| (run, (Rejected { by, reason }, body)));
        let mut refused: BTreeMap<String, (Rejected, String)> = rows.collect();
        for stack in all.iter_mut().filter(|stack| stack.standing == Standing::Held) {
            let Some((rejected, body)) = stack.last_run.as_ref().and_then(|run| refused.remove(run)) else { continue };
            if !serde_json::from_str::<Case>(&body).is_ok_and(|case| case.is_aside()) {
                stack.rejected = Some(rejected);
                continue;
            }
            let runs = self.newest_runs(&stack.repository, &stack.name).await?;
            let before = runs.into_iter().find(|run| run.state != RunState::Held);
            let state = before.as_ref().map(|run| run.state);
            stack.standing = Standing::of(state, stack.commit.is_some(), stack.has_left, stack.was_destroyed);
            stack.message = before.and_then(|run| run.message);
        }
        Ok(())
    }

    /// The repositories that are known, each with the moment in which it was seen first.
    pub async fn repositories(&self) -> Result<Vec<(String, i64)>> {
        let failed = failed("listing repositories");
        let list = sqlx::query_as("SELECT label, created_at FROM repositories ORDER BY label");
        let all: Vec<(String, i64)> = list.fetch_all(&self.pool).await.map_err(failed)?;
        Ok(self.seen(all, 0, |(label, _)| label))
    }

    /// The newest first. Those of one stack follow its leases, whatever a machine's clock said.
    pub async fn runs(&self, filter: &RunFilter) -> Result<Vec<Run>> {
        let list = "SELECT u.id, s.name AS stack, r.label AS repository, u.branch, u.commit_id, u.subject, u.reason, \
                u.action, u.state, u.started_at, u.finished_at, u.changes, u.message, u.engine, u.host \
            FROM runs u JOIN stacks s ON s.id = u.stack_id JOIN repositories r ON r.id = s.repository_id \
            WHERE ($1 = '' OR substr(u.id, 1, length($1)) = $1) AND ($2 = '' OR s.name = $2) \
            ORDER BY CASE WHEN $2 = '' THEN 0 ELSE u.fence END DESC, u.started_at DESC, u.id DESC LIMIT $3";
        let bound = sqlx::query(list)
            .bind(filter.name.clone().unwrap_or_default())
            .bind(filter.stack.clone().unwrap_or_default());
        let bound = bound.bind(self.rows(filter.limit));
        let rows = bound.fetch_all(&self.pool).await.map_err(failed("listing runs"))?;
        let all = rows.iter().map(run).collect::<Result<_, sqlx::Error>>().map_err(failed("listing runs"))?;
        Ok(self.seen(all, filter.limit, |run: &Run| &run.repository))
    }

    /// The newest runs of one stack, the newest first.
    pub async fn newest_runs(&self, repository: &str, stack: &str) -> Result<Vec<Run>> {
        let filter = RunFilter { stack: Some(stack.to_owned()), limit: 20, ..RunFilter::default() };
        let mut runs = self.runs(&filter).await?;
        runs.retain(|run| run.repository == repository);
        Ok(runs)
    }

    /// The one run whose name begins so.
    pub async fn run(&self, name: &str) -> Result<Run> {
        let filter = RunFilter { name: Some(name.to_owned()), limit: 3, ..RunFilter::default() };
        let mut found = self.runs(&filter).await?;
        match found.len() {
            1 => Ok(found.remove(0)),
            0 => Err(Failure::input(format!("no run is called `{name}`")).hint(who_lists("runs", name))),
            _ => match found.iter().position(|run| run.name == name) {
                Some(exact) => Ok(found.remove(exact)),
                None => Err(Failure::input(format!("several runs begin with `{name}`")).hint("give more of its name")),
            },
        }
    }
}

/// A stack as the columns below tell of it, in their order.
#[derive(Deserialize)]
struct StackRow {
    name: String,
    repository: String,
    folder: String,
    runtime: String,
    commit: Option<String>,
    rolled_out_at: Option<i64>,
    created_at: i64,
    left_at: Option<i64>,
    destroyed_at: Option<i64>,
    backend: Option<String>,
    suspended: Option<String>,
    reads: String,
    drift: Option<String>,
    branch: Option<String>,
    message: Option<String>,
    last_run: Option<String>,
    last_state: Option<String>,
    last_started_at: Option<i64>,
}

const STACK_COLUMNS: &str = "s.name, r.label, s.folder, s.runtime, s.rolled_out_commit, s.rolled_out_at, s.created_at, \
    s.left_at, s.destroyed_at, s.backend, s.suspended_why, s.reads, d.state, u.branch, u.message, u.id, u.state, u.started_at";

const STACKS: &str = "FROM stacks s JOIN repositories r ON r.id = s.repository_id LEFT JOIN drifts d ON d.stack_id = s.id \
    LEFT JOIN runs u ON u.id = (SELECT v.id FROM runs v WHERE v.stack_id = s.id \
        ORDER BY v.fence DESC, v.started_at DESC, v.id DESC LIMIT 1)";

fn stack(row: StackRow) -> Result<StackRecord, String> {
    let last_state = row.last_state.map(|state| state.parse::<RunState>()).transpose()?;
    let (has_left, is_destroyed) = (row.left_at.is_some(), row.destroyed_at.is_some());
    Ok(StackRecord {
        name: row.name,
        standing: Standing::of(last_state, row.commit.is_some(), has_left, is_destroyed),
        was_destroyed: is_destroyed,
        behind_by: None,
        has_left,
        suspended: row.suspended,
        rejected: None,
        lock: None,
        blocked_by: None,
        waits_for: None,
        reads_anew: None,
        reads_gone: None,
        // Where nobody looked nothing is known.
        drift: row.drift.map_or(Ok(DriftState::Unchecked), |drift| drift.parse())?,
        message: row.message,
        branch: row.branch,
        tags: Vec::new(),
        tag: None,
        backend: row.backend,
        repository: row.repository,
        folder: row.folder,
        runtime: row.runtime,
        labels: BTreeMap::new(),
        reads: names_in(&row.reads),
        commit: row.commit,
        rolled_out_at: row.rolled_out_at,
        created_at: row.created_at,
        last_run: row.last_run,
        last_state,
        last_started_at: row.last_started_at,
    })
}

fn unreadable(error: impl std::fmt::Display) -> Failure {
    Failure::setup(format!("listing stacks in the ledger: {error}"))
}

/// What it reads, where it reads something.
fn reader(row: &StackRow) -> Option<Reader> {
    Reader::new(&row.name, row.backend.as_deref(), &row.reads, row.rolled_out_at)
}

fn run(row: &AnyRow) -> Result<Run, sqlx::Error> {
    let (changes, engine): (String, Option<String>) = (row.try_get("changes")?, row.try_get("engine")?);
    Ok(Run {
        name: row.try_get("id")?,
        stack: row.try_get("stack")?,
        repository: row.try_get("repository")?,
        branch: row.try_get("branch")?,
        commit: row.try_get("commit_id")?,
        subject: row.try_get("subject")?,
        reason: row.try_get("reason")?,
        action: action(row.try_get("action")?)?,
        state: state(row.try_get("state")?)?,
        started_at: row.try_get("started_at")?,
        finished_at: row.try_get("finished_at")?,
        changes: serde_json::from_str(&changes).unwrap_or_default(),
        message: row.try_get("message")?,
        engine: engine.and_then(|text| serde_json::from_str(&text).ok()),
        host: row.try_get("host")?,
    })
}

fn action(text: String) -> Result<Action, sqlx::Error> {
    text.parse().map_err(|error: String| sqlx::Error::Decode(error.into()))
}

fn state(text: String) -> Result<RunState, sqlx::Error> {
    text.parse().map_err(|error: String| sqlx::Error::Decode(error.into()))
}

/// The hint for a name that nothing has: a stack's name, which is PROJECT/STACK, lists what is of it.
pub(super) fn who_lists(what: &str, name: &str) -> String {
    let of_stack = if name.contains('/') { format!(" --stack {name}") } else { String::new() };
    format!("`gitinfra get {what}{of_stack}` lists them")
}
