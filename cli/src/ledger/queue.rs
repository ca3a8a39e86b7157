//! The queue: what is to be done next, taken by one worker at a time under a lease. Whatever compares times does so by the
//! database's clock, since workers on several hosts share it.

use std::collections::BTreeSet;

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::stacks::written;
use super::{Ledger, failed, fresh_name, text};
use crate::failure::Result;
use crate::process::{Liveness, Process};
use crate::record::{Job, JobState, Task};

/// The time of a job that nobody tries again by himself.
const NEVER: i64 = i64::MAX;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked<'a> {
    pub repository: &'a str,
    pub task: Task,
    pub subject: &'a str,
    /// The commit that is to be looked at; without one, whatever is newest when its turn comes.
    pub commit: Option<&'a str>,
}

/// What became of what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Queued {
    /// It is a job of its own.
    New { job: String },
    /// A job that was there does it; commits that nobody began with are skipped.
    Joined { job: String, skipped: Vec<String> },
    /// The very same is queued or under way already, or failed: `retry_job` tries that again.
    Known,
}

/// Which jobs a worker takes.
#[derive(Debug, Clone, Copy)]
pub struct Limits<'a> {
    pub tasks: &'a [Task],
    /// Of which repositories, by their labels; of all when there is none. Servers that share a ledger watch different ones.
    pub repositories: &'a [String],
    /// How many jobs of one kind are under way at once for one repository: reviews keep no roll-out waiting.
    pub per_repository: i64,
    /// How long a lease lasts without a heartbeat, in milliseconds.
    pub lease: i64,
}

/// A job that a worker has taken, and the lease under which it works.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    pub job: Job,
    id: String,
    fence: i64,
}

/// What became of a job that came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// It is done, and gone from the queue.
    Gone,
    /// More was asked for meanwhile, or it failed: it stays in the queue.
    Stays,
    /// Somebody else has taken it over: what he does counts.
    Lost,
}

pub(super) const COLUMNS: &str = "id, repository, kind, subject, commit_id, skipped, stacks, attempts, message, queued_at, due_at, holder, held_until, fence";

impl Ledger {
    /// Asks for something to be done. It is in the ledger when this returns.
    pub async fn ask(&self, asked: &Asked<'_>) -> Result<Queued> {
        self.ask_anew(asked, "").await
    }

    /// The same, where somebody wants a stack previewed anew whatever was told of it, or all of them, by `*`. A job that is there
    /// does that as well.
    pub async fn ask_anew(&self, asked: &Asked<'_>, stack: &str) -> Result<Queued> {
        let stacks = if matches!(stack, "" | "*") { stack.to_owned() } else { format!("{stack} ") };
        // A commit that somebody works on already is not skipped when the next one comes.
        let now = self.clock;
        let ask = format!(
            "INSERT INTO queue (id, repository, kind, subject, commit_id, stacks, queued_at, due_at) \
            VALUES ($1, $2, $3, $4, $5, $6, {now}, {now}) \
            ON CONFLICT (repository, kind, subject) DO UPDATE SET asked = queue.asked + 1, attempts = 0, due_at = excluded.due_at, \
                commit_id = CASE excluded.commit_id WHEN '' THEN queue.commit_id ELSE excluded.commit_id END, \
                skipped = CASE WHEN queue.commit_id IN ('', excluded.commit_id) OR queue.taken = queue.asked \
                    THEN queue.skipped ELSE queue.skipped || queue.commit_id || ' ' END, \
                stacks = CASE WHEN '*' IN (queue.stacks, excluded.stacks) THEN '*' ELSE queue.stacks || excluded.stacks END \
            WHERE excluded.stacks <> '' OR (excluded.commit_id <> '' AND queue.commit_id <> excluded.commit_id) \
                OR (excluded.commit_id = '' AND queue.taken = queue.asked AND queue.held_until > {now}) \
            RETURNING id, asked, skipped"
        );
        let failed = failed("queueing a job");
        let row = sqlx::query(AssertSqlSafe(ask))
            .bind(fresh_name())
            .bind(asked.repository.to_owned())
            .bind(asked.task.word())
            .bind(asked.subject.to_owned())
            .bind(asked.commit.unwrap_or_default().to_owned())
            .bind(stacks)
            .fetch_optional(&self.pool)
            .await
            .map_err(&failed)?;
        let read = |row: AnyRow| -> Result<Queued, sqlx::Error> {
            let (job, count): (String, i64) = (row.try_get("id")?, row.try_get("asked")?);
            let skipped = commits(&row.try_get::<String, _>("skipped")?);
            Ok(if count == 1 { Queued::New { job } } else { Queued::Joined { job, skipped } })
        };
        row.map_or(Ok(Queued::Known), read).map_err(failed)
    }

    /// Takes the job whose turn it is: of the repository that has the fewest of its kind under way and was served longest ago.
    pub async fn take(&self, me: &Process, limits: &Limits<'_>) -> Result<Option<Taken>> {
        self.free_from_the_dead().await?;
        let failed = failed("taking a job");
        let mut work = self.pool.begin().await.map_err(&failed)?;
        // Its first statement writes, so that whoever takes a job waits here for the one before.
        let turn = "UPDATE turns SET served_at = served_at + 1 WHERE repository = ''";
        sqlx::query(turn).execute(&mut *work).await.map_err(&failed)?;
        let next = sqlx::query(AssertSqlSafe(self.next(limits))).bind(limits.per_repository);
        let next = limits.repositories.iter().fold(next, |next, label| next.bind(label.clone()));
        let Some(next) = next.fetch_optional(&mut *work).await.map_err(&failed)? else {
            return Ok(None);
        };
        let (id, repository): (String, String) =
            (next.try_get("id").map_err(&failed)?, next.try_get("repository").map_err(&failed)?);
        let now = self.clock;
        let take = format!(
            "UPDATE queue SET holder = $1, held_until = {now} + $2, claimed_at = {now}, fence = fence + 1, taken = asked \
            WHERE id = $3 RETURNING {COLUMNS}"
        );
        let take = sqlx::query(AssertSqlSafe(take)).bind(written(me)).bind(limits.lease).bind(id.clone());
        let taken = take.fetch_one(&mut *work).await.map_err(&failed)?;
        let told = "UPDATE queue SET skipped = '' WHERE id = $1";
        sqlx::query(told).bind(id).execute(&mut *work).await.map_err(&failed)?;
        let served = format!(
            "INSERT INTO turns (repository, served_at) VALUES ($1, {now}) \
            ON CONFLICT (repository) DO UPDATE SET served_at = excluded.served_at"
        );
        sqlx::query(AssertSqlSafe(served)).bind(repository).execute(&mut *work).await.map_err(&failed)?;
        work.commit().await.map_err(&failed)?;
        read_taken(&taken).map(Some).map_err(failed)
    }

    /// The statement that finds whose turn it is. The repositories' labels are bound behind the number of jobs.
    fn next(&self, limits: &Limits<'_>) -> String {
        let now = self.clock;
        let tasks: Vec<String> = limits.tasks.iter().map(|task| format!("'{}'", task.word())).collect();
        let labels: Vec<String> = (2..).take(limits.repositories.len()).map(|at| format!("${at}")).collect();
        let ours =
            if labels.is_empty() { String::new() } else { format!("AND q.repository IN ({})", labels.join(", ")) };
        let under_way = format!(
            "(SELECT COUNT(*) FROM queue o WHERE o.repository = q.repository AND o.kind = q.kind AND o.id <> q.id \
                AND o.held_until > {now})"
        );
        format!(
            "SELECT q.id, q.repository FROM queue q LEFT JOIN turns t ON t.repository = q.repository \
            WHERE q.held_until <= {now} AND q.due_at <= {now} AND q.kind IN ({}) {ours} AND {under_way} < $1 \
            ORDER BY {under_way}, COALESCE(t.served_at, 0), q.queued_at, q.id LIMIT 1",
            tasks.join(", ")
        )
    }

    /// A worker of this host that is dead is not waited for.
    async fn free_from_the_dead(&self) -> Result<()> {
        let failed = failed("looking for workers that died");
        let held = format!("SELECT id, holder, fence FROM queue WHERE held_until > {}", self.clock);
        for row in sqlx::query(AssertSqlSafe(held)).fetch_all(&self.pool).await.map_err(&failed)? {
            let holder: Option<String> = row.try_get("holder").map_err(&failed)?;
            if holder.as_deref().and_then(process).is_none_or(|process| process.liveness() != Liveness::Dead) {
                continue;
            }
            let (id, fence): (String, i64) =
                (row.try_get("id").map_err(&failed)?, row.try_get("fence").map_err(&failed)?);
            let free = "UPDATE queue SET held_until = 0 WHERE id = $1 AND fence = $2";
            sqlx::query(free).bind(id).bind(fence).execute(&self.pool).await.map_err(&failed)?;
        }
        Ok(())
    }

    /// Makes the lease on a job last longer. False when it is another's by now, or given back. That it seems to be over is no reason:
    /// a clock may have been set.
    pub async fn keep(&self, taken: &Taken, lease: i64) -> Result<bool> {
        let now = self.clock;
        let keep =
            format!("UPDATE queue SET held_until = {now} + $1 WHERE id = $2 AND fence = $3 AND holder IS NOT NULL");
        let bound = sqlx::query(AssertSqlSafe(keep)).bind(lease).bind(taken.id.clone()).bind(taken.fence);
        let done = bound.execute(&self.pool).await.map_err(failed("renewing the lease on a job"))?;
        Ok(done.rows_affected() == 1)
    }

    /// Ends a job. It stays in the queue if more was asked for meanwhile.
    pub async fn done(&self, taken: &Taken) -> Result<Finish> {
        let failed = failed("ending a job");
        let end = "DELETE FROM queue WHERE id = $1 AND fence = $2 AND asked = taken";
        let bound = sqlx::query(end).bind(taken.id.clone()).bind(taken.fence);
        if bound.execute(&self.pool).await.map_err(&failed)?.rows_affected() == 1 {
            return Ok(Finish::Gone);
        }
        let free = format!(
            "UPDATE queue SET holder = NULL, held_until = 0, attempts = 0, message = NULL, queued_at = {} \
            WHERE id = $1 AND fence = $2",
            self.clock
        );
        let bound = sqlx::query(AssertSqlSafe(free)).bind(taken.id.clone()).bind(taken.fence);
        let freed = bound.execute(&self.pool).await.map_err(failed)?.rows_affected() == 1;
        Ok(if freed { Finish::Stays } else { Finish::Lost })
    }

    /// Gives a job back that did not go well: it is tried again after a pause, or, without one, when it is asked for again.
    /// What was asked for meanwhile begins at once.
    pub async fn put_back(&self, taken: &Taken, message: &str, pause: Option<i64>) -> Result<Finish> {
        let now = self.clock;
        let due = if pause.is_some() { format!("{now} + $1") } else { format!("{NEVER} - 0 * $1") };
        let back = format!(
            "UPDATE queue SET holder = NULL, held_until = 0, message = $2, attempts = CASE WHEN asked = taken THEN attempts + 1 \
                ELSE 0 END, due_at = CASE WHEN asked = taken THEN {due} ELSE {now} END WHERE id = $3 AND fence = $4"
        );
        let bound = sqlx::query(AssertSqlSafe(back)).bind(pause.unwrap_or_default()).bind(text(message));
        let bound = bound.bind(taken.id.clone()).bind(taken.fence);
        let done = bound.execute(&self.pool).await.map_err(failed("giving a job back"))?;
        Ok(if done.rows_affected() == 1 { Finish::Stays } else { Finish::Lost })
    }

    /// Gives a job back as it was taken.
    pub async fn let_go(&self, taken: &Taken) -> Result<Finish> {
        let free = "UPDATE queue SET holder = NULL, held_until = 0, taken = 0 WHERE id = $1 AND fence = $2";
        let bound = sqlx::query(free).bind(taken.id.clone()).bind(taken.fence);
        let done = bound.execute(&self.pool).await.map_err(failed("giving a job back"))?;
        Ok(if done.rows_affected() == 1 { Finish::Stays } else { Finish::Lost })
    }

    /// Tries a job again at once that failed. False when there is none such.
    pub async fn retry_job(&self, name: &str) -> Result<bool> {
        let retry = format!(
            "UPDATE queue SET due_at = {}, attempts = 0 WHERE id = $1 AND attempts > 0 AND held_until <= {}",
            self.clock, self.clock
        );
        let bound = sqlx::query(AssertSqlSafe(retry)).bind(name.to_owned());
        let done = bound.execute(&self.pool).await.map_err(failed("retrying a job"))?;
        Ok(done.rows_affected() == 1)
    }

    /// Whether more was asked for since a job was taken.
    pub async fn is_asked_again(&self, name: &str) -> Result<bool> {
        let find = sqlx::query("SELECT id FROM queue WHERE id = $1 AND asked > taken").bind(name.to_owned());
        let found = find.fetch_optional(&self.pool).await.map_err(failed("looking for news of a job"))?;
        Ok(found.is_some())
    }

    /// Takes back what was asked for, unless somebody works on it. False when there was none such.
    pub async fn withdraw(&self, repository: &str, task: Task, subject: &str) -> Result<bool> {
        let delete = format!(
            "DELETE FROM queue WHERE repository = $1 AND kind = $2 AND subject = $3 AND held_until <= {}",
            self.clock
        );
        let bound = sqlx::query(AssertSqlSafe(delete)).bind(repository.to_owned()).bind(task.word());
        let done = bound.bind(subject.to_owned()).execute(&self.pool).await.map_err(failed("withdrawing a job"))?;
        Ok(done.rows_affected() == 1)
    }

    /// All jobs, those first that were queued first.
    pub async fn jobs(&self) -> Result<Vec<Job>> {
        let list = format!("SELECT {COLUMNS} FROM queue ORDER BY queued_at, id");
        let rows = sqlx::query(AssertSqlSafe(list)).fetch_all(&self.pool).await.map_err(failed("listing the queue"))?;
        let now = self.database_time().await?;
        let all =
            rows.iter().map(|row| job(row, now)).collect::<Result<_, _>>().map_err(failed("listing the queue"))?;
        Ok(self.seen(all, 0, |job: &Job| &job.repository))
    }
}

fn read_taken(row: &AnyRow) -> Result<Taken, sqlx::Error> {
    // Whoever has just taken it works on it, whatever the time.
    Ok(Taken { job: job(row, i64::MIN)?, id: row.try_get("id")?, fence: row.try_get("fence")? })
}

pub(super) fn job(row: &AnyRow, now: i64) -> Result<Job, sqlx::Error> {
    let (task, commit): (String, String) = (row.try_get("kind")?, row.try_get("commit_id")?);
    let (due, until, attempts): (i64, i64, i64) =
        (row.try_get("due_at")?, row.try_get("held_until")?, row.try_get("attempts")?);
    let holder: Option<String> = row.try_get("holder")?;
    let state = match () {
        () if until > now => JobState::Running,
        () if due == NEVER => JobState::Failed,
        () if attempts > 0 => JobState::Retrying,
        () => JobState::Queued,
    };
    // What went wrong in the try before says nothing about one that is under way, or was asked for anew.
    let is_after_failure = matches!(state, JobState::Failed | JobState::Retrying);
    Ok(Job {
        name: row.try_get("id")?,
        repository: row.try_get("repository")?,
        task: task.parse().map_err(|error: String| sqlx::Error::Decode(error.into()))?,
        subject: row.try_get("subject")?,
        state,
        commit: Some(commit).filter(|commit| !commit.is_empty()),
        skipped: commits(&row.try_get::<String, _>("skipped")?),
        stacks: BTreeSet::from_iter(commits(&row.try_get::<String, _>("stacks")?)).into_iter().collect(),
        attempts,
        message: row.try_get::<Option<String>, _>("message")?.filter(|_| is_after_failure),
        queued_at: row.try_get("queued_at")?,
        due_at: Some(due).filter(|due| *due != NEVER),
        holder: holder.as_deref().and_then(process),
    })
}

fn process(text: &str) -> Option<Process> {
    serde_json::from_str(text).ok()
}

fn commits(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}
