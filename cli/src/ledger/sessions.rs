//! Who is signed in at a server. The ledger knows only hashes of what browsers hold.

use sqlx::Row;

use super::{Ledger, failed};
use crate::failure::Result;

impl Ledger {
    /// Keeps a session by the hash of its id.
    pub async fn sign_in(&self, id: &str, person: &str, until: i64, now: i64) -> Result<()> {
        let insert = "INSERT INTO sessions (id, person, created_at, until) VALUES ($1, $2, $3, $4)";
        let bound = sqlx::query(insert).bind(id.to_owned()).bind(person.to_owned()).bind(now).bind(until);
        bound.execute(&self.pool).await.map(drop).map_err(failed("signing in"))
    }

    /// Whose session it is, unless it is over.
    pub async fn signed_in(&self, id: &str, now: i64) -> Result<Option<String>> {
        let failed = failed("looking who is signed in");
        let find =
            sqlx::query("SELECT person FROM sessions WHERE id = $1 AND until > $2").bind(id.to_owned()).bind(now);
        let row = find.fetch_optional(&self.pool).await.map_err(&failed)?;
        row.map(|row| row.try_get("person")).transpose().map_err(failed)
    }

    pub async fn sign_out(&self, id: &str) -> Result<()> {
        let delete = sqlx::query("DELETE FROM sessions WHERE id = $1").bind(id.to_owned());
        delete.execute(&self.pool).await.map(drop).map_err(failed("signing out"))
    }
}
