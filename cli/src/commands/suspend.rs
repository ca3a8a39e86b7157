//! `gitinfra suspend` and `gitinfra resume`: whether a stack is rolled out for now.

use clap::Args as Arguments;

use super::shell::Shell;
use super::types::stack::the_one;
use super::{Reach, Verb};
use crate::failure::{Failure, Result};
use crate::server::config::Role;

/// Keep stacks from being rolled out until they are resumed
#[derive(Debug, Arguments)]
pub struct Suspend {
    #[command(flatten)]
    which: Which,
    /// Why; it is shown wherever the stack is
    #[arg(long, value_name = "WORDS")]
    reason: String,
}

/// Let suspended stacks be rolled out again
#[derive(Debug, Arguments)]
pub struct Resume {
    #[command(flatten)]
    which: Which,
}

#[derive(Debug, Arguments)]
struct Which {
    /// The stacks, as stack/PROJECT/STACK
    #[arg(value_name = "STACK", required = true)]
    names: Vec<String>,
    /// Their repository, where several have them
    #[arg(long, value_name = "PATH|URL")]
    repo: Option<String>,
}

impl Verb for Suspend {
    fn reach(&self) -> Reach {
        Reach::Served
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        self.which.set(shell, Some(&self.reason), "suspended").await
    }
}

impl Verb for Resume {
    fn reach(&self) -> Reach {
        Reach::Served
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        self.which.set(shell, None, "resumed").await
    }
}

impl Which {
    async fn set(&self, shell: &Shell, why: Option<&str>, done: &str) -> Result<u8> {
        let ledger = shell.ledger().await?;
        let all = ledger.stack_records().await?;
        let repository = shell.label(self.repo.as_ref(), &all);
        let stacks: Result<Vec<_>> = self.names.iter().map(|name| the_one(&all, name, repository.as_deref())).collect();
        for stack in stacks? {
            let id = ledger.find(&stack.repository, &stack.name).await?;
            let id = id.ok_or_else(|| Failure::input(format!("`{}` was forgotten meanwhile", stack.name)))?;
            shell.may(Role::Approver, &stack.repository)?;
            ledger.suspend(&id, why).await?;
            shell.did(done, &stack.name, why.unwrap_or_default()).await?;
            if why.is_none() {
                shell.soon(&stack.repository).await?;
            }
            shell.ui.data(&format!("stack/{} {done}", stack.name));
        }
        Ok(0)
    }
}
