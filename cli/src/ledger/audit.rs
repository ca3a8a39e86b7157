//! Who did what, as a chain: each row's hash covers the row and the hash before it.

use sha2::{Digest as _, Sha256};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Ledger, failed};
use crate::failure::Result;
use crate::moment;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Entry {
    pub sequence: i64,
    #[serde(rename = "time", serialize_with = "moment::serialize")]
    pub at: i64,
    pub who: String,
    pub did: String,
    pub what: String,
    pub details: String,
    pub hash: String,
}

/// What is to be written down.
#[derive(Debug, Clone, Copy)]
pub struct Deed<'a> {
    pub who: &'a str,
    pub did: &'a str,
    pub what: &'a str,
    pub details: &'a str,
}

/// So often it is tried again because another one wrote at the same time.
const TRIES: u32 = 20;
/// So many entries are read at once.
const PAGE: i64 = 1_000;
const NEWEST: i64 = 200;

impl Entry {
    fn after(sequence: i64, before: &str, deed: &Deed<'_>, at: i64) -> Entry {
        let text = |text: &str| text.to_owned();
        let (who, did, what, details) = (text(deed.who), text(deed.did), text(deed.what), text(deed.details));
        let mut entry = Entry { sequence, at, who, did, what, details, hash: String::new() };
        entry.hash = entry.hash_after(before);
        entry
    }

    /// Each field with its length before it, so that no text can be taken for another one.
    fn hash_after(&self, before: &str) -> String {
        let (sequence, at) = (self.sequence.to_string(), self.at.to_string());
        let mut hash = Sha256::new();
        for field in [before, &sequence, &at, &self.who, &self.did, &self.what, &self.details] {
            hash.update(field.len().to_le_bytes());
            hash.update(field.as_bytes());
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Ledger {
    /// Writes down who did what.
    pub async fn audit(&self, deed: &Deed<'_>, now: i64) -> Result<()> {
        for _ in 0..TRIES {
            let last = self.last_entry().await?;
            let (sequence, before) = last.map_or((1, String::new()), |last| (last.sequence + 1, last.hash));
            let entry = Entry::after(sequence, &before, deed, now);
            let insert = "INSERT INTO audit (sequence, at, who, did, what, details, hash) VALUES ($1, $2, $3, $4, $5, $6, $7) \
                ON CONFLICT DO NOTHING";
            let bound = sqlx::query(insert).bind(entry.sequence).bind(entry.at).bind(entry.who).bind(entry.did);
            let bound = bound.bind(entry.what).bind(entry.details).bind(entry.hash);
            let done = bound.execute(&self.pool).await.map_err(failed("writing down who did what"))?;
            if done.rows_affected() == 1 {
                return Ok(());
            }
        }
        Err(crate::failure::Failure::busy("too many write down at the same time what they did"))
    }

    async fn last_entry(&self) -> Result<Option<Entry>> {
        let failed = failed("reading who did what");
        let find = sqlx::query("SELECT * FROM audit ORDER BY sequence DESC LIMIT 1").fetch_optional(&self.pool);
        find.await.map_err(&failed)?.as_ref().map(entry).transpose().map_err(failed)
    }

    /// Entries from one number on, in order.
    pub async fn entries(&self, from: i64) -> Result<Vec<Entry>> {
        let failed = failed("reading who did what");
        let list = "SELECT * FROM audit WHERE sequence >= $1 ORDER BY sequence LIMIT $2";
        let rows = sqlx::query(list).bind(from).bind(PAGE).fetch_all(&self.pool).await.map_err(&failed)?;
        rows.iter().map(entry).collect::<Result<_, sqlx::Error>>().map_err(failed)
    }

    /// The newest ones, in order.
    pub async fn newest_entries(&self) -> Result<Vec<Entry>> {
        let last = self.last_entry().await?.map_or(0, |last| last.sequence);
        self.entries(last - NEWEST + 1).await
    }

    /// How many entries there are and the last one's hash, if each follows from the one before; else the first that doesn't.
    pub async fn verify_audit(&self) -> Result<std::result::Result<(i64, String), i64>> {
        let (mut count, mut before) = (0, String::new());
        loop {
            let entries = self.entries(count + 1).await?;
            if entries.is_empty() {
                return Ok(Ok((count, before)));
            }
            for entry in entries {
                if entry.sequence != count + 1 || entry.hash != entry.hash_after(&before) {
                    return Ok(Err(count + 1));
                }
                (count, before) = (entry.sequence, entry.hash);
            }
        }
    }
}

fn entry(row: &AnyRow) -> Result<Entry, sqlx::Error> {
    Ok(Entry {
        sequence: row.try_get("sequence")?,
        at: row.try_get("at")?,
        who: row.try_get("who")?,
        did: row.try_get("did")?,
        what: row.try_get("what")?,
        details: row.try_get("details")?,
        hash: row.try_get("hash")?,
    })
}
