//! `gitinfra lock` and `gitinfra unlock`: somebody keeps stacks from being changed for a time.

use std::time::Duration;

use clap::Args as Arguments;

use super::several::Several;
use super::shell::Shell;
use super::{DryRun, Reach, Verb, words};
use crate::failure::{Failure, Result};
use crate::ledger::Wish;
use crate::record::{self, StackRecord};
use crate::server::config::Role;
use crate::text::timestamp;

/// What comes of a stack whose lock a pull request loses.
const BACK: &str = "the next roll-out of its branch takes the stack back to what that says";

/// Keep stacks from being changed for a time
#[derive(Debug, Arguments)]
pub struct Lock {
    #[command(flatten)]
    which: Which,
    /// Why; it is shown wherever the stack is
    #[arg(long, value_name = "WORDS", value_parser = words::reason)]
    reason: String,
    /// For how long, such as 30m or 8h; whoever has the lock may take it again
    #[arg(long = "for", value_name = "TIME", default_value = "1h", value_parser = words::lease)]
    lease: Duration,
}

/// Give locks on stacks back
#[derive(Debug, Arguments)]
pub struct Unlock {
    #[command(flatten)]
    which: Which,
    /// Also when somebody else has the lock
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Arguments)]
struct Which {
    #[command(flatten)]
    stacks: Several,
    /// Who has the lock [default: the user of this machine]
    #[arg(long = "as", value_name = "NAME", env = "GITINFRA_AS")]
    who: Option<String>,
    #[command(flatten)]
    dry: DryRun,
}

impl Verb for Lock {
    fn reach(&self) -> Reach {
        Reach::Served
    }

    fn is_dry_run(&self) -> bool {
        self.which.dry.dry_run
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        let (ledger, who) = (shell.ledger_to_write().await?, shell.person(self.which.who.as_deref())?);
        let length = i64::try_from(self.lease.as_millis()).unwrap_or(i64::MAX);
        let wish = Wish { owner: &who, reason: &self.reason, length };
        for (StackRecord { name, repository, .. }, id) in self.which.stacks.stacks(shell, &ledger).await? {
            shell.may(Role::Approver, &repository)?;
            let Some(until) = ledger.lock(&id, &wish).await? else {
                let message = match ledger.lock_on(&id).await? {
                    Some(lock) => taken(&name, &lock),
                    None => format!("`{name}` is locked by somebody else"),
                };
                return Err(
                    Failure::busy(message).hint(format!("`gitinfra unlock stack/{name} --force` takes it away"))
                );
            };
            shell.did("locked", &name, &format!("until {}: {}", timestamp(until), self.reason)).await?;
            shell.done(&format!("stack/{name} locked by {who} until {}", timestamp(until)));
        }
        Ok(0)
    }
}

impl Verb for Unlock {
    fn reach(&self) -> Reach {
        Reach::Served
    }

    fn is_dry_run(&self) -> bool {
        self.which.dry.dry_run
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        let (ledger, who) = (shell.ledger_to_write().await?, shell.person(self.which.who.as_deref())?);
        for (StackRecord { name, repository, .. }, id) in self.which.stacks.stacks(shell, &ledger).await? {
            shell.may(if self.force { Role::Admin } else { Role::Approver }, &repository)?;
            let before = ledger.lock_on(&id).await?;
            let owner = Some(who.as_str()).filter(|_| !self.force);
            if !ledger.give_up(&id, owner, &format!("{who} took the lock away"), shell.context.now()).await? {
                return Err(match ledger.lock_on(&id).await? {
                    Some(lock) if lock.is_of_pull() => Failure::busy(taken(&name, &lock))
                        .hint(format!("merging or closing {} gives it back", lock.owner))
                        .hint(format!("`--force` takes it away: then {BACK}")),
                    Some(lock) => Failure::busy(taken(&name, &lock)).hint("`--force` takes somebody else's lock away"),
                    None => {
                        Failure::input(format!("nobody has a lock on `{name}`")).hint("`gitinfra get locks` lists them")
                    }
                });
            }
            shell.did("unlocked", &name, "").await?;
            shell.soon(&repository).await?;
            let next = match before.filter(|lock| lock.is_of_pull()) {
                Some(lock) => format!(": {BACK}, and {} is told", lock.owner),
                None => String::new(),
            };
            shell.done(&format!("stack/{name} unlocked{next}"));
        }
        Ok(0)
    }
}

/// Who has a stack.
fn taken(name: &str, lock: &record::Lock) -> String {
    format!("`{name}`{} {}", if lock.is_of_pull() { ":" } else { " is" }, lock.in_words())
}
