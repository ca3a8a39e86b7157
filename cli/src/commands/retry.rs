//! `gitinfra retry`: tries again what did not go well.

use std::collections::BTreeMap;

use clap::Args as Arguments;

use super::several::Labelled;
use super::shell::Shell;
use super::sync::follow;
use super::types::run::without_type;
use super::types::stack::the_one;
use super::types::{Record as _, Type, Wanted};
use super::{DryRun, EXIT_CODES, EngineArgs, Reach, RunArgs, Verb};
use crate::called;
use crate::failure::{Failure, Kind, Result};
use crate::follow::Wishes;
use crate::git::Source;
use crate::ledger::Ledger;
use crate::record::{Action, Job, Run, RunState, StackRecord};
use crate::server::config::Role;
use crate::standing;
use crate::ui::Events;

/// Roll out again what did not go well, at the head of its branch
#[derive(Debug, Arguments)]
#[command(after_help = EXIT_CODES)]
pub struct Retry {
    /// A stack, as stack/PROJECT/STACK, the newest run of one, as run/NAME, or a job of the queue, as job/NAME; all that did not go well when none is named
    #[arg(value_name = "STACK|RUN|JOB")]
    names: Vec<String>,
    #[command(flatten)]
    labels: Labelled,
    /// The repository of the stacks, where several have them
    #[arg(long, value_name = "PATH|URL")]
    repo: Option<String>,
    #[command(flatten)]
    dry: DryRun,
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    run: RunArgs,
}

/// The stacks of a repository's branch.
type Branches = BTreeMap<(String, String), Vec<String>>;

impl Verb for Retry {
    fn reach(&self) -> Reach {
        Reach::Served
    }

    fn is_dry_run(&self) -> bool {
        self.dry.dry_run
    }

    fn events(&self) -> Events {
        self.run.output.into()
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        shell.listen();
        let ledger = shell.ledger().await?;
        let (jobs, stacks): (Vec<&String>, Vec<&String>) = self.names.iter().partition(|name| is_job(name));
        if !jobs.is_empty() {
            let ledger = shell.ledger_to_write().await?;
            for job in &jobs {
                again(shell, &ledger, job).await?;
            }
        }
        if stacks.is_empty() && !jobs.is_empty() {
            return Ok(0);
        }
        let branches = self.branches(shell, &ledger, &stacks).await?;
        if branches.is_empty() {
            shell.ui.talk("nothing to retry: the newest run of every stack went well");
        }
        let mut worst = None;
        for ((repository, branch), stacks) in branches {
            shell.may(Role::Approver, &repository)?;
            let kind = match shell.caller() {
                Some(_) if shell.is_dry_run() => {
                    stacks.iter().for_each(|stack| shell.done(&format!("stack/{stack} retried")));
                    None
                }
                Some(caller) => caller.retry(&repository, &branch, stacks, shell.ui.clone()).await?,
                None => self.once(shell, &ledger, (repository, branch), stacks).await?,
            };
            worst = kind.map_or(worst, |kind| Some(Kind::worst(worst, kind)));
        }
        Ok(worst.map_or(0, Kind::exit_code))
    }
}

impl Retry {
    async fn once(
        &self,
        shell: &Shell,
        ledger: &Ledger,
        (repository, branch): (String, String),
        stacks: Vec<String>,
    ) -> Result<Option<Kind>> {
        let mirror = shell.mirror_of(Source::parse(&repository, &shell.context.cwd)?, &self.engine).await?;
        let mut follow = follow(shell, mirror, ledger.clone(), &self.engine, self.wishes(branch, stacks));
        Ok(follow.once().await?.failure())
    }

    fn wishes(&self, branch: String, stacks: Vec<String>) -> Wishes {
        let (jobs, keep_runs) = (self.run.jobs.into(), self.run.keep.keep_runs);
        Wishes { branch, stacks, force: false, retry: true, jobs, keep_runs, dry_run: self.dry.dry_run, interval: None }
    }

    async fn branches(&self, shell: &Shell, ledger: &Ledger, names: &[&String]) -> Result<Branches> {
        let mut all = ledger.stack_records().await?;
        standing::look(&shell.context, &mut all);
        self.labels.keep(shell, &mut all)?;
        let mut branches = Branches::new();
        for stack in self.stacks(shell, ledger, names, &all).await? {
            let branch =
                stack.branch.clone().ok_or_else(|| Failure::input(format!("`{}` has no run yet", stack.name)))?;
            branches.entry((stack.repository.clone(), branch)).or_default().push(stack.name.clone());
        }
        Ok(branches)
    }

    async fn stacks<'a>(
        &self,
        shell: &Shell,
        ledger: &Ledger,
        names: &[&String],
        all: &'a [StackRecord],
    ) -> Result<Vec<&'a StackRecord>> {
        if names.is_empty() {
            return Ok(all.iter().filter(|stack| went_wrong(stack)).collect());
        }
        let (repository, mut found) = (shell.label(self.repo.as_ref(), all), Vec::new());
        for name in names {
            let run = if is_run(name) { Some(ledger.run(without_type(name)).await?) } else { None };
            found.push(match run {
                Some(run) => of_run(&run, all)?,
                None => the_one(all, name, repository.as_deref())?,
            });
        }
        Ok(found)
    }
}

fn is_job(name: &str) -> bool {
    matches!(Type::parse(name), Ok((Type::Job, Some(_))))
}

/// Lets a worker try a job of the queue again at once.
async fn again(shell: &Shell, ledger: &Ledger, name: &str) -> Result<()> {
    let wanted =
        Wanted { names: name.split_once('/').map(|(_, name)| name).into_iter().collect(), ..Wanted::default() };
    for job in Job::list(shell, ledger, &wanted).await? {
        shell.may(Role::Approver, &job.repository)?;
        if !ledger.retry_job(&job.name).await? {
            return Err(Failure::input(format!("job/{} is {}: there is nothing to retry", job.name, job.state.word())));
        }
        shell.did("retried", &format!("job/{}", job.name), &job.about()).await?;
        shell.done(&format!("job/{} retried", job.name));
    }
    Ok(())
}

fn is_run(name: &str) -> bool {
    without_type(name) != name && called::without_type(name).is_none()
}

fn went_wrong(stack: &StackRecord) -> bool {
    use crate::record::Standing::{Destroyed, Gone};
    let is_there = !matches!(stack.standing, Gone | Destroyed);
    is_there && stack.last_state.is_some_and(|state| !matches!(state, RunState::Succeeded | RunState::Running))
}

/// The stack of a run that can be tried again.
fn of_run<'a>(run: &Run, all: &'a [StackRecord]) -> Result<&'a StackRecord> {
    let stack = the_one(all, &run.stack, Some(&run.repository))?;
    let refused = |why: &str, hint: String| Err(Failure::input(format!("run {} {why}", run.name)).hint(hint));
    match (run.action, run.state) {
        _ if stack.last_run.as_ref() != Some(&run.name) => {
            refused("is not the newest of its stack", format!("`gitinfra retry stack/{}` tries that one", run.stack))
        }
        (Action::Destroy, _) => refused("was to destroy", format!("`gitinfra destroy stack/{}` does it", run.stack)),
        (_, RunState::Running) => refused("goes on", format!("`gitinfra logs -f run/{}` follows it", run.name)),
        (_, RunState::Succeeded) => {
            refused("went well", format!("`gitinfra sync --force stack/{}` rolls out all the same", run.stack))
        }
        _ => Ok(stack),
    }
}
