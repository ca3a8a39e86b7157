//! Who is signed in at a server. The ledger knows only hashes of what browsers hold.

use std::collections::BTreeSet;

use sqlx::Row;

use super::{Ledger, failed};
use crate::failure::Result;

/// Somebody who signed in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignedIn {
    pub person: String,
    /// The other server that said so, by its name in the configuration; empty for a token.
    pub by: String,
    /// The groups that it named.
    pub groups: BTreeSet<String>,
}

impl Ledger {
    /// Keeps a session by the hash of its id.
    pub async fn sign_in(&self, id: &str, who: &SignedIn, until: i64, now: i64) -> Result<()> {
        let insert = "INSERT INTO sessions (id, person, signed_in_by, teams, created_at, until) \
            VALUES ($1, $2, $3, $4, $5, $6)";
        let groups: Vec<&str> = who.groups.iter().map(String::as_str).collect();
        let bound = sqlx::query(insert).bind(id.to_owned()).bind(who.person.clone()).bind(who.by.clone());
        let bound = bound.bind(groups.join("\n")).bind(now).bind(until);
        bound.execute(&self.pool).await.map(drop).map_err(failed("signing in"))
    }

    /// Whose session it is, unless it is over.
    pub async fn signed_in(&self, id: &str, now: i64) -> Result<Option<SignedIn>> {
        let failed = failed("looking who is signed in");
        let find = "SELECT person, signed_in_by, teams FROM sessions WHERE id = $1 AND until > $2";
        let bound = sqlx::query(find).bind(id.to_owned()).bind(now);
        let Some(row) = bound.fetch_optional(&self.pool).await.map_err(&failed)? else {
            return Ok(None);
        };
        let text = |column: &str| row.try_get::<String, _>(column).map_err(&failed);
        let groups = text("teams")?.lines().map(str::to_owned).collect();
        Ok(Some(SignedIn { person: text("person")?, by: text("signed_in_by")?, groups }))
    }

    pub async fn sign_out(&self, id: &str) -> Result<()> {
        let delete = sqlx::query("DELETE FROM sessions WHERE id = $1").bind(id.to_owned());
        delete.execute(&self.pool).await.map(drop).map_err(failed("signing out"))
    }

    /// Whether somebody comes back from another server for the first time. Those that are too old to come back are forgotten.
    pub async fn comes_back(&self, id: &str, until: i64, now: i64) -> Result<bool> {
        let failed = failed("looking for a sign-in");
        let delete = sqlx::query("DELETE FROM sign_ins WHERE until <= $1").bind(now);
        delete.execute(&self.pool).await.map_err(&failed)?;
        let insert = "INSERT INTO sign_ins (id, until) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
        let bound = sqlx::query(insert).bind(id.to_owned()).bind(until);
        Ok(bound.execute(&self.pool).await.map_err(failed)?.rows_affected() == 1)
    }
}
