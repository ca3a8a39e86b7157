//! Leases: at most one gitinfra works on a stack, and a dead one's lease is taken over.

use sqlx::{AssertSqlSafe, Row};

use super::stacks::written;
use super::{Ledger, StackId, failed};
use crate::failure::{Failure, Result};
use crate::process::{Liveness, Process};

/// How long a lease holds without a heartbeat, in milliseconds. Far longer than the heartbeat's pace, so that a slow disk loses none.
pub const LEASE: i64 = 60_000;

/// The right to work on a stack. Its fence is higher than that of every lease before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    pub fence: i64,
    holder: String,
}

/// What came of asking for a lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    Ours(Lease),
    Held {
        by: Option<Process>,
        until: i64,
    },
    /// As many stacks of its backend are worked on as may be at once.
    Full,
}

/// How many stacks of a stack's backend are worked on at once, whoever works on them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// Its address as it may be shown.
    pub backend: String,
    pub most: u16,
}

impl Lease {
    /// The failure of whoever would go on without the newest lease.
    pub fn lost() -> Failure {
        Failure::busy("the lease was lost to another gitinfra, which decides what stands")
    }
}

impl Ledger {
    /// Asks for a stack's lease. A holder of this host that is dead is not waited for.
    pub async fn claim(&self, stack: &StackId, me: &Process) -> Result<Claim> {
        self.claim_for(stack, me, LEASE).await
    }

    /// The same where there is room for one more stack of its backend.
    pub async fn claim_within(&self, stack: &StackId, me: &Process, room: &Room) -> Result<Claim> {
        let failed = failed("claiming a stack");
        let mut transaction = self.pool.begin().await.map_err(&failed)?;
        // Its first statement writes, so that whoever counts waits here for the one before.
        let turn = "UPDATE turns SET served_at = served_at + 1 WHERE repository = ''";
        sqlx::query(turn).execute(&mut *transaction).await.map_err(&failed)?;
        let lives = sqlx::query("UPDATE stacks SET backend = $1 WHERE id = $2").bind(room.backend.clone());
        lives.bind(stack.0.clone()).execute(&mut *transaction).await.map_err(&failed)?;
        let count = format!(
            "SELECT COUNT(*) FROM stacks WHERE backend = $1 AND id <> $2 AND lease_holder IS NOT NULL AND lease_until > {}",
            self.clock
        );
        let bound = sqlx::query_scalar(AssertSqlSafe(count)).bind(room.backend.clone()).bind(stack.0.clone());
        let others: i64 = bound.fetch_one(&mut *transaction).await.map_err(&failed)?;
        let claim = match others < i64::from(room.most) {
            true => self.claim_on(&mut transaction, stack, me, LEASE).await?,
            false => Claim::Full,
        };
        transaction.commit().await.map_err(failed)?;
        Ok(claim)
    }

    /// The same for so many milliseconds.
    pub(super) async fn claim_for(&self, stack: &StackId, me: &Process, length: i64) -> Result<Claim> {
        let mut connection = self.pool.acquire().await.map_err(failed("claiming a stack"))?;
        self.claim_on(&mut connection, stack, me, length).await
    }

    /// What time it is says the database, which all hosts share.
    async fn claim_on(
        &self,
        connection: &mut sqlx::AnyConnection,
        stack: &StackId,
        me: &Process,
        length: i64,
    ) -> Result<Claim> {
        let failed = failed("claiming a stack");
        let now = self.clock;
        let read = format!("SELECT lease_holder, lease_until, fence, {now} AS now FROM stacks WHERE id = $1");
        let row = sqlx::query(AssertSqlSafe(read))
            .bind(stack.0.clone())
            .fetch_one(&mut *connection)
            .await
            .map_err(&failed)?;
        let holder: Option<String> = row.try_get("lease_holder").map_err(&failed)?;
        let number = |column: &str| row.try_get::<i64, _>(column).map_err(&failed);
        let (until, fence, now) = (number("lease_until")?, number("fence")?, number("now")?);
        let process = holder.as_deref().and_then(|text| serde_json::from_str::<Process>(text).ok());
        let is_dead = process.as_ref().is_some_and(|process| process.liveness() == Liveness::Dead);
        if holder.is_some() && until > now && !is_dead {
            return Ok(Claim::Held { by: process, until });
        }
        // What was read must still be there: of two that ask at once, one finds it changed, and whoever renewed meanwhile keeps it.
        let take = format!(
            "UPDATE stacks SET lease_holder = $1, lease_until = {} + $2, fence = fence + 1 \
            WHERE id = $3 AND fence = $4 AND lease_until = $5",
            self.clock
        );
        let bound = sqlx::query(AssertSqlSafe(take)).bind(written(me)).bind(length).bind(stack.0.clone());
        let bound = bound.bind(fence).bind(until);
        match bound.execute(&mut *connection).await.map_err(&failed)?.rows_affected() {
            1 => Ok(Claim::Ours(Lease { fence: fence + 1, holder: written(me) })),
            _ => Ok(Claim::Held { by: None, until: now + length }),
        }
    }

    /// Whether somebody works on a stack, as far as is known from here.
    pub async fn is_held(&self, stack: &StackId) -> Result<bool> {
        self.holder(stack).await.map(|holder| holder.is_some())
    }

    /// Who works on a stack, as far as is known from here.
    pub async fn holder(&self, stack: &StackId) -> Result<Option<Process>> {
        let read = format!("SELECT lease_holder FROM stacks WHERE id = $1 AND lease_until > {}", self.clock);
        let bound = sqlx::query_scalar(AssertSqlSafe(read)).bind(stack.0.clone());
        let holder: Option<Option<String>> =
            bound.fetch_optional(&self.pool).await.map_err(failed("reading a lease"))?;
        let process = holder.flatten().and_then(|text| serde_json::from_str::<Process>(&text).ok());
        Ok(process.filter(|process| process.liveness() != Liveness::Dead))
    }

    /// Makes a lease last longer. False when another holder has it.
    pub async fn renew(&self, stack: &StackId, lease: &Lease) -> Result<bool> {
        let now = self.clock;
        let update =
            format!("UPDATE stacks SET lease_until = {now} + $1 WHERE id = $2 AND fence = $3 AND lease_holder = $4");
        let bound = sqlx::query(AssertSqlSafe(update)).bind(LEASE).bind(stack.0.clone());
        let bound = bound.bind(lease.fence).bind(lease.holder.clone());
        Ok(bound.execute(&self.pool).await.map_err(failed("renewing a lease"))?.rows_affected() == 1)
    }

    /// Whether a lease is ours for long enough to begin with something; renewed only where little of it is left.
    pub async fn is_ours(&self, stack: &StackId, lease: &Lease) -> Result<bool> {
        let now = self.clock;
        let read = format!(
            "SELECT 1 FROM stacks WHERE id = $1 AND fence = $2 AND lease_holder = $3 AND lease_until >= {now} + $4"
        );
        let bound = sqlx::query(AssertSqlSafe(read)).bind(stack.0.clone()).bind(lease.fence);
        let bound = bound.bind(lease.holder.clone()).bind(LEASE * 3 / 4);
        match bound.fetch_optional(&self.pool).await.map_err(failed("looking at a lease"))? {
            Some(_) => Ok(true),
            None => self.renew(stack, lease).await,
        }
    }

    /// Whether a lease is still the newest. Nobody takes the next one before the transaction ends: it writes, so that others wait.
    pub(super) async fn is_newest(
        transaction: &mut sqlx::AnyConnection,
        stack: &StackId,
        lease: &Lease,
    ) -> Result<bool, sqlx::Error> {
        let fenced = sqlx::query("UPDATE stacks SET fence = fence WHERE id = $1 AND fence = $2").bind(stack.0.clone());
        Ok(fenced.bind(lease.fence).execute(transaction).await?.rows_affected() == 1)
    }

    /// Gives a lease back. The fence stays, so that it keeps growing.
    pub async fn release(&self, stack: &StackId, lease: &Lease) -> Result<()> {
        let failed = failed("releasing a lease");
        // A run that came to its end gave it back already: to look is cheaper than to write once more.
        let read = "SELECT 1 FROM stacks WHERE id = $1 AND fence = $2 AND lease_holder IS NOT NULL";
        let bound = sqlx::query(read).bind(stack.0.clone()).bind(lease.fence);
        if bound.fetch_optional(&self.pool).await.map_err(&failed)?.is_none() {
            return Ok(());
        }
        let mut connection = self.pool.acquire().await.map_err(&failed)?;
        Ledger::release_on(&mut connection, stack, lease).await.map_err(failed)
    }

    pub(super) async fn release_on(
        connection: &mut sqlx::AnyConnection,
        stack: &StackId,
        lease: &Lease,
    ) -> Result<(), sqlx::Error> {
        let update = "UPDATE stacks SET lease_holder = NULL, lease_until = 0 WHERE id = $1 AND fence = $2";
        sqlx::query(update).bind(stack.0.clone()).bind(lease.fence).execute(connection).await.map(drop)
    }
}
