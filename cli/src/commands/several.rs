//! The stacks that a verb is about: by their names, or by their labels.

use clap::Args as Arguments;

use super::get::labelled;
use super::shell::Shell;
use super::types::stack::the_one;
use crate::failure::{Failure, Result};
use crate::git::Mirror;
use crate::ledger::{Ledger, StackId};
use crate::record::StackRecord;
use crate::repo::{self, Stack};
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

/// For verbs that mean all stacks where none is named.
#[derive(Debug, Arguments)]
pub struct Labelled {
    /// Only stacks whose labels are so, as kubectl has it: team=a,env!=prod,tier in (web,api),!old
    #[arg(short = 'l', long, value_name = "TERMS", value_parser = str::parse::<LabelSelector>, conflicts_with = "names")]
    pub selector: Option<LabelSelector>,
}

impl Labelled {
    /// Leaves only those that fit, where labels were asked for.
    pub fn keep(&self, shell: &Shell, all: &mut Vec<StackRecord>) -> Result<()> {
        let Some(selector) = &self.selector else {
            return Ok(());
        };
        standing::look(&shell.context, all);
        labelled(all, selector)?;
        if all.is_empty() { Err(none_fits()) } else { Ok(()) }
    }
}

/// The stacks of a commit whose labels fit, as the configuration of another one of a branch says.
pub fn by_labels(
    mirror: &Mirror,
    (config, commit): (&str, &str),
    branch: &str,
    selector: &LabelSelector,
) -> Result<Vec<String>> {
    let config = mirror.config(config)?;
    let found = config.apply(repo::stacks(&mirror.listing(commit)?), branch);
    let fits = |name: &String| selector.fits(&config.labels(name));
    let names: Vec<String> = found.stacks.iter().map(Stack::name).filter(fits).collect();
    if names.is_empty() { Err(none_fits()) } else { Ok(names) }
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
