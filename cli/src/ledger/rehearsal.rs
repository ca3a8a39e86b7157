//! A ledger in which everything goes as in the real one, and of which nothing is kept: for those who only ask what would happen.

use sqlx::Connection as _;
use sqlx::any::AnyPoolOptions;

use super::{Ledger, PATIENCE, failed, prepare};
use crate::failure::Result;

impl Ledger {
    /// The same ledger by a connection of its own, in a transaction that nobody ends: what is refused there is refused here, and
    /// all that is written goes when the connection does. It is for moments, since others may have to wait for its end.
    pub async fn rehearsal(&self) -> Result<Ledger> {
        let is_sqlite = self.is_sqlite;
        // With more than one connection, one would not see what another one wrote.
        let options = AnyPoolOptions::new().max_connections(1).acquire_timeout(PATIENCE);
        let options = options.after_connect(move |connection, _| {
            Box::pin(async move {
                if is_sqlite {
                    prepare(connection).await?;
                }
                // What began as a reader could not become a writer once somebody else has written.
                let begin = if is_sqlite { "BEGIN IMMEDIATE" } else { "BEGIN" };
                // Dropped it would end here; as it is, later ones are savepoints within it.
                std::mem::forget(connection.begin_with(begin).await?);
                Ok(())
            })
        });
        let pool = options.connect_with(self.pool.connect_options().as_ref().clone()).await;
        Ok(Ledger { pool: pool.map_err(failed("rehearsing"))?, ..self.clone() })
    }
}
