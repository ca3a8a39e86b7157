//! `gitinfra suspend` and `gitinfra resume`: whether a stack is rolled out for now.

use clap::Args as Arguments;

use super::several::Several;
use super::shell::Shell;
use super::{DryRun, Reach, Verb, words};
use crate::failure::Result;
use crate::server::config::Role;

/// Keep stacks from being rolled out until they are resumed
#[derive(Debug, Arguments)]
pub struct Suspend {
    #[command(flatten)]
    which: Several,
    /// Why; it is shown wherever the stack is
    #[arg(long, value_name = "WORDS", value_parser = words::reason)]
    reason: String,
    #[command(flatten)]
    dry: DryRun,
}

/// Let suspended stacks be rolled out again
#[derive(Debug, Arguments)]
pub struct Resume {
    #[command(flatten)]
    which: Several,
    #[command(flatten)]
    dry: DryRun,
}

impl Verb for Suspend {
    fn reach(&self) -> Reach {
        Reach::Served
    }

    fn is_dry_run(&self) -> bool {
        self.dry.dry_run
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        set(&self.which, shell, Some(&self.reason), "suspended").await
    }
}

impl Verb for Resume {
    fn reach(&self) -> Reach {
        Reach::Served
    }

    fn is_dry_run(&self) -> bool {
        self.dry.dry_run
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        set(&self.which, shell, None, "resumed").await
    }
}

async fn set(which: &Several, shell: &Shell, why: Option<&str>, done: &str) -> Result<u8> {
    let ledger = shell.ledger_to_write().await?;
    for (stack, id) in which.stacks(shell, &ledger).await? {
        shell.may(Role::Approver, &stack.repository)?;
        ledger.suspend(&id, why).await?;
        shell.did(done, &stack.name, why.unwrap_or_default()).await?;
        if why.is_none() {
            shell.soon(&stack.repository).await?;
        }
        shell.done(&format!("stack/{} {done}", stack.name));
    }
    Ok(0)
}
