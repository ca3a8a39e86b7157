//! The stacks that a verb is about: by their names, or by their labels.

use clap::Args as Arguments;

use super::get::labelled;
use super::shell::Shell;
use super::types::stack::the_one;
use crate::failure::{Failure, Result};
use crate::ledger::{Ledger, StackId};
use crate::record::StackRecord;
use crate::select::LabelSelector;
use crate::standing;

#[derive(Debug, Arguments)]
pub struct Several {
    /// The stacks, as stack/PROJECT/STACK
    #[arg(value_name = "STACK", required_unless_present = "selector", conflicts_with = "selector")]
    names: Vec<String>,
    /// Those stacks whose labels are so, as kubectl has it: team=a,env!=prod,tier in (web,api),!old
    #[arg(short = 'l', long, value_name = "TERMS", value_parser = str::parse::<LabelSelector>)]
    selector: Option<LabelSelector>,
    /// Their repository, where several have them
    #[arg(long, value_name = "PATH|URL")]
    repo: Option<String>,
}

impl Several {
    /// Each with its row in the ledger.
    pub async fn stacks(&self, shell: &Shell, ledger: &Ledger) -> Result<Vec<(StackRecord, StackId)>> {
        let mut found = Vec::new();
        for stack in self.records(shell, ledger).await? {
            let id = ledger.find(&stack.repository, &stack.name).await?;
            let id = id.ok_or_else(|| Failure::input(format!("`{}` was forgotten meanwhile", stack.name)))?;
            found.push((stack, id));
        }
        Ok(found)
    }

    async fn records(&self, shell: &Shell, ledger: &Ledger) -> Result<Vec<StackRecord>> {
        let mut all = ledger.stack_records().await?;
        let repository = shell.label(self.repo.as_ref(), &all);
        let Some(selector) = &self.selector else {
            let named = self.names.iter().map(|name| the_one(&all, name, repository.as_deref()).cloned());
            return named.collect();
        };
        standing::look(&shell.context, &mut all);
        all.retain(|stack| repository.as_ref().is_none_or(|repository| stack.repository == *repository));
        labelled(&mut all, selector)?;
        match all.is_empty() {
            true => Err(none_fits()),
            false => Ok(all),
        }
    }
}

/// That labels select nothing.
pub fn none_fits() -> Failure {
    Failure::input("no stacks that fit").hint("`gitinfra get stacks --show-labels` lists them")
}
