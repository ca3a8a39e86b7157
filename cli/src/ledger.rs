//! The ledger: what was rolled out where, kept in SQLite or PostgreSQL through the same statements.

mod applied;
mod audit;
mod deliveries;
mod drifts;
mod ends;
mod events;
mod finish;
mod holds;
mod lease;
mod listing;
mod locks;
mod outputs;
mod pulls;
mod queue;
mod rehearsal;
mod retention;
mod runs;
mod seals;
mod sessions;
mod settled;
mod stacks;
#[cfg(test)]
mod tests;
mod watchers;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;
use std::sync::{Arc, Once};
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{AnyConnection, AnyPool, Connection};

use crate::failure::{Failure, Result};

pub use applied::Applied;
pub use audit::{Deed, Entry};
pub use deliveries::{Answered, Delivered};
pub use finish::Done;
pub use holds::{HoldFilter, NewHold, Verdict};
pub use lease::{Claim, LEASE, Lease, Room};
pub use listing::RunFilter;
pub use locks::Wish;
pub use outputs::{PutOut, Reads};
pub use queue::{Asked, Finish, Limits, Queued, Taken};
pub use runs::{NewRun, OpenRun};
pub use seals::{OpenSeal, Sealed};
pub use sessions::SignedIn;
pub use stacks::{AllKnown, StackId};

/// The shapes of the ledger, of which `0020_put_out.sql` is the newest.
static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// An open ledger.
#[derive(Clone)]
pub struct Ledger {
    pool: AnyPool,
    /// What the database calls its own time, in milliseconds since 1970.
    clock: &'static str,
    is_sqlite: bool,
    /// The repositories that whoever reads may see; all, where there is no list.
    only: Option<Arc<BTreeSet<String>>>,
}

const SQLITE_CLOCK: &str = "CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)";

/// `now()` would stand still within a transaction.
const POSTGRES_CLOCK: &str = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";

/// The ledger of a state directory.
const FILE: &str = "ledger.db";

/// How long a database may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);

impl Ledger {
    /// Opens the ledger at a URL, or the SQLite file in the state directory, and brings it to this version's shape.
    pub async fn open(url: Option<&str>, state_dir: &Path) -> Result<Ledger> {
        static DRIVERS: Once = Once::new();
        DRIVERS.call_once(sqlx::any::install_default_drivers);
        let default = sqlite_url(&state_dir.join(FILE));
        let url = url.unwrap_or(&default);
        let failed = |error: &dyn std::fmt::Display| unopened(url, error);
        let is_sqlite = url.starts_with("sqlite:");
        if !is_sqlite && !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(failed(&"no such kind of database")
                .hint("write it as sqlite:///path/to/file or postgres://user@host/database"));
        }
        fs::create_dir_all(state_dir).map_err(|error| failed(&error))?;
        // SQLite itself does not keep two processes from migrating at once.
        let lock = File::create(state_dir.join("ledger.lock")).map_err(|error| failed(&error))?;
        lock.lock().map_err(|error| failed(&error))?;
        // A pool would try again and again, and forget why.
        match is_sqlite {
            true => is_database(url).await?,
            false => answers(url, PATIENCE).await?,
        }
        let pool = pool(is_sqlite).connect(url).await.map_err(|error| failed(&error))?;
        MIGRATIONS.run(&pool).await.map_err(|error| failed(&error).hint(why_unmigrated(&error)))?;
        Ok(Ledger { pool, clock: if is_sqlite { SQLITE_CLOCK } else { POSTGRES_CLOCK }, is_sqlite, only: None })
    }

    /// Whether a state directory has a ledger of its own.
    pub fn is_in(state_dir: &Path) -> bool {
        state_dir.join(FILE).is_file()
    }

    /// The same, as somebody reads it who may see these repositories only.
    pub fn only(&self, repositories: Option<BTreeSet<String>>) -> Ledger {
        Ledger { only: repositories.map(Arc::new), ..self.clone() }
    }

    fn sees(&self, repository: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(repository))
    }

    /// How many rows are to be read, where so many that may be seen are wanted; zero is all.
    fn rows(&self, limit: u32) -> i64 {
        if limit == 0 || self.only.is_some() { i64::MAX } else { limit.into() }
    }

    /// What may be seen of what was read, so many at most.
    fn seen<T>(&self, mut all: Vec<T>, limit: u32, repository: impl Fn(&T) -> &str) -> Vec<T> {
        all.retain(|one| self.sees(repository(one)));
        if limit > 0 {
            all.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        }
        all
    }

    /// What selects rows as one text: a JSON array of arrays, or nothing. Thousands of rows come faster so than one by one.
    fn as_one_text(&self, columns: &str, from: &str) -> sqlx::AssertSqlSafe<String> {
        sqlx::AssertSqlSafe(match self.is_sqlite {
            true => format!("SELECT json_group_array(json_array({columns})) {from}"),
            false => format!("SELECT CAST(json_agg(json_build_array({columns})) AS TEXT) {from}"),
        })
    }

    /// What time it is by the database's clock, in milliseconds since 1970.
    async fn database_time(&self) -> Result<i64> {
        let ask = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT {}", self.clock)));
        ask.fetch_one(&self.pool).await.map_err(failed("asking for the time"))
    }
}

fn unopened(url: &str, error: &dyn std::fmt::Display) -> Failure {
    Failure::setup(format!("opening the ledger {}: {error}", without_password(url)))
}

const WRITABLE: &str =
    "it has to be a file that SQLite wrote, or none yet, in a folder that may be written to, on a disk that has room";

/// What to do about a ledger that can't be brought to this version's shape.
fn why_unmigrated(error: &MigrateError) -> &'static str {
    match error {
        MigrateError::Execute(_) | MigrateError::ExecuteMigration(..) => {
            "may it be written to, and is there room on its disk?"
        }
        _ => "a newer gitinfra may have changed its shape: use the newest one everywhere",
    }
}

/// Whether a file is a SQLite database, or becomes one.
async fn is_database(url: &str) -> Result<()> {
    let failed = |error: sqlx::Error| unopened(url, &error).hint(WRITABLE);
    let mut first = AnyConnection::connect(url).await.map_err(failed)?;
    sqlx::query("SELECT count(*) FROM sqlite_master").execute(&mut first).await.map_err(failed)?;
    prepare(&mut first).await.map_err(failed)?;
    first.close().await.map_err(failed)
}

/// How SQLite is to work on a connection.
async fn prepare(connection: &mut AnyConnection) -> sqlx::Result<()> {
    for pragma in ["PRAGMA busy_timeout = 15000", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL"] {
        sqlx::query(pragma).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Whether a database's server answers: one that takes the connection and says nothing is not waited for.
async fn answers(url: &str, patience: Duration) -> Result<()> {
    let hint = "is the server running, and may you connect to it?";
    let silent = |_| unopened(url, &format!("no answer within {} s", patience.as_secs())).hint(hint);
    let first = tokio::time::timeout(patience, AnyConnection::connect(url)).await.map_err(silent)?;
    let first = first.map_err(|error| unopened(url, &error).hint(hint))?;
    first.close().await.map_err(|error| unopened(url, &error))
}

fn pool(is_sqlite: bool) -> AnyPoolOptions {
    let options = AnyPoolOptions::new().max_connections(if is_sqlite { 2 } else { 4 }).acquire_timeout(PATIENCE);
    options.after_connect(move |connection, _| {
        Box::pin(async move { if is_sqlite { prepare(connection).await } else { Ok(()) } })
    })
}

fn sqlite_url(path: &Path) -> String {
    let escaped = path.display().to_string().replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    format!("sqlite://{escaped}?mode=rwc")
}

/// A database's URL as it may be shown.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let shown = match rest.rsplit_once('@') {
        Some((user, place)) => format!("{}@{place}", user.split(':').next().unwrap_or_default()),
        None => rest.to_owned(),
    };
    format!("{scheme}://{}", shown.split('?').next().unwrap_or_default())
}

/// The words for a statement that failed.
fn failed(doing: &'static str) -> impl Fn(sqlx::Error) -> Failure {
    move |error| Failure::setup(format!("{doing} in the ledger: {error}"))
}

/// Text as every database takes it: PostgreSQL refuses a NUL, which anybody's program may write.
fn text(text: &str) -> String {
    text.replace('\0', "")
}

/// A name that no other row has: eight letters and digits that are hard to misread.
fn fresh_name() -> String {
    const LETTERS: &[u8] = b"23456789abcdefghjkmnpqrstvwxyz";
    (0..8).map(|_| char::from(LETTERS[rand::random_range(0..LETTERS.len())])).collect()
}
