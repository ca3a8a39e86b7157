//! `gitinfra drift`: whether what stands is still what was rolled out.

use std::collections::BTreeMap;
use std::time::Duration;

use clap::Args as Arguments;

use super::alone::place;
use super::several::Labelled;
use super::shell::Shell;
use super::types::drift::told;
use super::types::stack::the_one;
use super::{Deadline, EXIT_CODES, EngineArgs, KeepArgs, Verb};
use crate::drift::{Drifting, Looked};
use crate::event::Body;
use crate::failure::{Failure, Kind, Result};
use crate::record::{Drift as Found, DriftState, StackRecord};
use crate::seal::Plan;
use crate::target::Target;
use crate::ui::{Events, Stream};

/// Look whether what stands is still what was rolled out
#[derive(Debug, Arguments)]
#[command(after_help = EXIT_CODES)]
pub struct Drift {
    /// The stacks, as stack/PROJECT/STACK; all that stand when none is named
    #[arg(value_name = "STACK")]
    names: Vec<String>,
    #[command(flatten)]
    labels: Labelled,
    /// Their repository, where several have them
    #[arg(long, value_name = "PATH|URL")]
    repo: Option<String>,
    /// Bring back what has drifted, within the budgets of gitinfra.yaml; where more would change it is held
    #[arg(long)]
    reconcile: bool,
    /// Say what would be brought back, or why it would not, and bring back nothing
    #[arg(long, requires = "reconcile")]
    dry_run: bool,
    #[command(flatten)]
    deadline: Deadline,
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    keep: KeepArgs,
}

impl Verb for Drift {
    fn events(&self) -> Events {
        match self.reconcile {
            true => Events::Data(Stream::Text),
            false => Events::Asides,
        }
    }

    fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    fn timeout(&self) -> Option<Duration> {
        self.deadline.timeout
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        shell.listen();
        let ledger = shell.ledger().await?;
        let mut all = ledger.stack_records().await?;
        self.labels.keep(shell, &mut all)?;
        let mut worst = None;
        for (repository, records) in self.stacks(shell, &all)? {
            let drifting = Drifting(place(shell, &ledger, &repository, (&self.engine, self.keep.keep_runs)).await?);
            for record in records {
                if let Some(kind) = self.one(shell, &drifting, record).await? {
                    worst = Some(Kind::worst(worst, kind));
                }
            }
        }
        Ok(worst.map_or(0, Kind::exit_code))
    }
}

impl Drift {
    /// The stacks that stand, by their repositories.
    fn stacks<'a>(&self, shell: &Shell, all: &'a [StackRecord]) -> Result<BTreeMap<String, Vec<&'a StackRecord>>> {
        let repository = shell.label(self.repo.as_ref(), all);
        let here = |stack: &&StackRecord| repository.as_ref().is_none_or(|label| stack.repository == *label);
        let mut found = BTreeMap::<String, Vec<&StackRecord>>::new();
        if self.names.is_empty() {
            for stack in all.iter().filter(here).filter(|stack| stack.commit.is_some()) {
                found.entry(stack.repository.clone()).or_default().push(stack);
            }
        }
        for name in &self.names {
            let stack = the_one(all, name, repository.as_deref())?;
            if stack.commit.is_none() {
                return Err(Failure::input(format!("nothing of `{}` stands that could have drifted", stack.name)));
            }
            found.entry(stack.repository.clone()).or_default().push(stack);
        }
        Ok(found)
    }

    /// Looks at one stack, and says what kind of failure came of it. Drift that is left is one.
    async fn one(&self, shell: &Shell, drifting: &Drifting, record: &StackRecord) -> Result<Option<Kind>> {
        let Some(commit) = &record.commit else {
            return Ok(None);
        };
        let target = Target::find(&drifting.0.previewer.mirror, &drifting.0.ledger, record, commit).await?;
        let Looked { state, findings, drifted, kind: failure } = drifting.look(&target).await?;
        let (name, repository) = (record.name.clone(), record.repository.clone());
        let checked_at = shell.context.now();
        let found = Found { name, repository, state, commit: commit.clone(), checked_at, findings };
        let lines = told(&found).into_iter().map(|line| format!("  {line}"));
        let text: Vec<String> = std::iter::once(format!("{} {state}", found.name)).chain(lines).collect();
        shell.ui.data(&text.join("\n"));
        match (state, self.reconcile) {
            (DriftState::Drifted, true) if shell.is_dry_run() => rehearse(shell, drifting, &target, &drifted).await,
            (DriftState::Drifted, true) => match drifting.reconcile(&target, &drifted).await {
                // What is suspended, locked or worked on keeps no other stack from being brought back.
                Err(failure) if failure.kind == Kind::Busy => {
                    shell.context.tell(Some(&found.name), Body::waits(failure.with_hints()));
                    Ok(Some(failure.kind))
                }
                done => Ok(done?.failure()),
            },
            (DriftState::Drifted, false) => Ok(Some(Kind::Drifted)),
            _ => Ok(failure),
        }
    }
}

/// Says whether a stack would be brought back, as far as that is known before.
async fn rehearse(shell: &Shell, drifting: &Drifting, target: &Target, drifted: &Plan) -> Result<Option<Kind>> {
    let name = target.stack.name();
    match drifting.objections(target, drifted).await {
        Err(failure) if failure.kind == Kind::Busy => {
            shell.context.tell(Some(&name), Body::waits(failure.with_hints()));
            Ok(Some(failure.kind))
        }
        Err(failure) => Err(failure),
        Ok(objections) if objections.is_empty() => {
            shell.done(&format!("stack/{name} brought back"));
            Ok(None)
        }
        Ok(objections) => {
            shell.done(&format!("stack/{name} held: {}", objections.join("; ")));
            Ok(Some(Kind::Held))
        }
    }
}
