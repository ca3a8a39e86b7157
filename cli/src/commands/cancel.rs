//! `gitinfra cancel`: stops a run in order, wherever it goes on.

use std::time::Duration;

use clap::Args as Arguments;

use super::alone::place;
use super::shell::Shell;
use super::types::run::without_type;
use super::types::stack::the_one;
use super::{DryRun, EXIT_CODES, EngineArgs, Reach, Verb, words};
use crate::called;
use crate::cancel::Cancel as Cancelling;
use crate::failure::{Failure, Result};
use crate::ledger::Ledger;
use crate::record::{Run, RunState};
use crate::server::config::Role;
use crate::ui::{Events, Stream};

/// Stop a run in order: its engine finishes what is under way
#[derive(Debug, Arguments)]
#[command(after_help = EXIT_CODES)]
pub struct Cancel {
    /// The run, as run/NAME, or the stack whose run goes on, as stack/PROJECT/STACK
    #[arg(value_name = "RUN|STACK")]
    name: String,
    /// The stack's repository, where several have it
    #[arg(long, value_name = "PATH|URL")]
    repo: Option<String>,
    /// How long to wait for its end
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = words::interval)]
    timeout: Duration,
    /// Who wants it to stop [default: the user of this machine]
    #[arg(long = "as", value_name = "NAME", env = "GITINFRA_AS")]
    who: Option<String>,
    #[command(flatten)]
    dry: DryRun,
    #[command(flatten)]
    engine: EngineArgs,
}

impl Verb for Cancel {
    fn reach(&self) -> Reach {
        Reach::Served
    }

    fn is_dry_run(&self) -> bool {
        self.dry.dry_run
    }

    fn events(&self) -> Events {
        Events::Data(Stream::Text)
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        shell.listen();
        let (ledger, who) = (shell.ledger().await?, shell.person(self.who.as_deref())?);
        let run = self.run_that_is_meant(shell, &ledger).await?;
        if run.state != RunState::Running {
            return Err(Failure::input(format!("run {} is over: {}", run.name, run.state)));
        }
        shell.may(Role::Approver, &run.repository)?;
        if shell.is_dry_run() {
            shell.done(&format!("run/{} cancelled", run.name));
            return Ok(0);
        }
        shell.did("cancelled", &format!("run/{}", run.name), &run.stack).await?;
        let place = match shell.is_served() {
            true => None,
            false => Some(place(shell, &ledger, &run.repository, (&self.engine, 0)).await?),
        };
        let (context, place) = (&shell.context, place.as_ref());
        let state = Cancelling { context, ledger: &ledger, place, patience: self.timeout }.run(&run, &who).await?;
        shell.ui.data(&format!("run/{} {state}", run.name));
        Ok(0)
    }
}

impl Cancel {
    async fn run_that_is_meant(&self, shell: &Shell, ledger: &Ledger) -> Result<Run> {
        let named = without_type(&self.name);
        if named != self.name && called::without_type(&self.name).is_none() {
            return ledger.run(named).await;
        }
        let all = ledger.stack_records().await?;
        let stack = the_one(&all, &self.name, shell.label(self.repo.as_ref(), &all).as_deref())?;
        match &stack.last_run {
            Some(run) => ledger.run(run).await,
            None => Err(Failure::input(format!("`{}` has no run yet", stack.name))),
        }
    }
}
