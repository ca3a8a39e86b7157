//! `gitinfra forget`: ends the record of a stack, and leaves what it rolled out as it is.

use clap::Args as Arguments;

use super::Verb;
use super::shell::Shell;
use super::types::stack::the_one;
use crate::failure::{Failure, Result};
use crate::ledger::{Claim, Lease, Ledger, StackId};
use crate::process::{Liveness, Process};
use crate::record::{StackRecord, Standing};
use crate::standing;

/// Forget stacks with their runs; what they rolled out is left standing
#[derive(Debug, Arguments)]
pub struct Forget {
    /// The stacks, as stack/PROJECT/STACK
    #[arg(value_name = "STACK", required = true)]
    names: Vec<String>,
    /// Their repository, where several have them
    #[arg(long, value_name = "PATH|URL")]
    repo: Option<String>,
    /// Say what would be forgotten, and forget nothing
    #[arg(long)]
    dry_run: bool,
}

impl Verb for Forget {
    async fn run(&self, shell: &Shell) -> Result<u8> {
        let ledger = shell.ledger().await?;
        let mut all = ledger.stack_records().await?;
        standing::look(&shell.context, &mut all);
        let repository = shell.label(self.repo.as_ref(), &all);
        let stacks: Result<Vec<_>> = self.names.iter().map(|name| the_one(&all, name, repository.as_deref())).collect();
        for stack in stacks? {
            match self.dry_run {
                true => shell.ui.data(&format!("stack/{} would be forgotten", stack.name)),
                false => {
                    forget(&ledger, stack).await?;
                    shell.ui.data(&format!("stack/{} forgotten", stack.name));
                }
            }
            shell.ui.data_some(note(stack));
        }
        Ok(0)
    }
}

/// What is left of a stack that is forgotten.
fn note(stack: &StackRecord) -> Option<String> {
    let branch = stack.branch.as_deref().unwrap_or("its branch");
    match stack.standing {
        Standing::Gone => Some("what it rolled out is left standing".to_owned()),
        Standing::Destroyed => None,
        _ => Some(format!("note: {branch} has it still, so the next `sync` rolls it out as a new one")),
    }
}

async fn forget(ledger: &Ledger, stack: &StackRecord) -> Result<()> {
    let gone = || Failure::input(format!("`{}` was forgotten meanwhile", stack.name));
    let id = ledger.find(&stack.repository, &stack.name).await?.ok_or_else(gone)?;
    let lease = match ledger.claim(&id, &Process::current()).await? {
        Claim::Ours(lease) => lease,
        Claim::Held { .. } | Claim::Full => return Err(at_work(stack)),
    };
    let done = under_lease(ledger, stack, &id, &lease).await;
    if done.is_err() {
        ledger.release(&id, &lease).await?;
    }
    done
}

/// An engine that outlived its gitinfra works on; whoever forgets it then can't know of its end.
async fn under_lease(ledger: &Ledger, stack: &StackRecord, id: &StackId, lease: &Lease) -> Result<()> {
    let open = ledger.open_runs(id).await?;
    let is_alive = |engine: &Process| engine.liveness() == Liveness::Alive;
    if open.iter().any(|run| run.engine.as_ref().is_some_and(is_alive)) {
        return Err(at_work(stack));
    }
    match ledger.forget(id, lease).await? {
        true => Ok(()),
        false => Err(at_work(stack)),
    }
}

fn at_work(stack: &StackRecord) -> Failure {
    Failure::busy(format!("a run of `{}` goes on", stack.name)).hint("wait for its end, which `gitinfra logs -f` shows")
}
