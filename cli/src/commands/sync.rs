//! `gitinfra sync`: looks at a branch and rolls out the stacks that changed.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Context;
use crate::args::Sync;
use crate::decide::{Decision, Known, Reason, decide, patience};
use crate::environment::{Environment, for_engine};
use crate::event::Body;
use crate::failure::{Failure, Kind, Result};
use crate::git::{Changes, Commit, Mirror};
use crate::ledger::{Ledger, StackId};
use crate::pulumi::Pulumi;
use crate::repo::{self, Fault, Found, Stack};
use crate::rollout::{Outcome, RollOut};
use crate::scrub::Scrubber;

/// How often a pass begins anew because others roll out the same stacks.
const MOST_PASSES: u32 = 5;

/// What the ledger knows of a repository's stacks, by name, with their folders.
type AllKnown = BTreeMap<String, (StackId, String, Known)>;

/// What all passes share.
struct Pass<'a> {
    context: &'a Context,
    args: &'a Sync,
    mirror: Mirror,
    ledger: Ledger,
    environment: Environment,
    scrubber: Scrubber,
}

/// A stack that is not up to date.
struct Due {
    stack: Stack,
    known: Known,
    reason: Reason,
}

/// How many stacks came out how.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    rolled_out: usize,
    up_to_date: usize,
    failed: usize,
    skipped: usize,
    /// What decides the exit code of what did not go well.
    worst: Option<Kind>,
    cancelled: usize,
    moved: bool,
}

pub async fn run(context: &Context, args: &Sync) -> Result<u8> {
    let mut pass = Pass {
        context,
        args,
        mirror: context.mirror(&args.source).await?,
        ledger: context.ledger().await?,
        environment: for_engine(&context.environment, &args.source.pass_env, &context.cwd),
        scrubber: Scrubber::from_environment(&context.environment),
    };
    match args.watch {
        true => pass.watch().await,
        false => exit_code(pass.until_settled(&mut None).await?),
    }
}

/// Waits for the next look, or for the user to have had enough.
async fn wait(context: &Context, interval: Duration) {
    tokio::select! {
        () = context.cancel.cancelled() => {}
        () = tokio::time::sleep(interval) => {}
    }
}

fn exit_code(tally: Tally) -> Result<u8> {
    let kind = match tally {
        Tally { cancelled: 1.., .. } => Kind::Cancelled,
        Tally { worst: Some(kind), .. } => kind,
        _ => return Ok(0),
    };
    Ok(kind.exit_code())
}

impl Tally {
    fn finished(self) -> Body {
        let Tally { rolled_out, up_to_date, failed, cancelled, skipped, .. } = self;
        Body::Finished { rolled_out, up_to_date, failed, cancelled, skipped }
    }

    fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::RolledOut => self.rolled_out += 1,
            Outcome::Failed(kind) => {
                self.failed += 1;
                self.worst = Some(Kind::worst(self.worst, kind));
            }
            Outcome::Cancelled => self.cancelled += 1,
            Outcome::Moved => self.moved = true,
            Outcome::Busy => self.skip(Kind::Busy),
        }
    }

    /// Counts a stack that was left alone.
    fn skip(&mut self, kind: Kind) {
        self.skipped += 1;
        self.worst = Some(Kind::worst(self.worst, kind));
    }
}

impl Pass<'_> {
    /// Looks again and again until it is stopped. It outlives a network that is away and a file that is broken, since the
    /// next commit may mend it; the same failure is told once.
    async fn watch(&mut self) -> Result<u8> {
        let (mut seen, mut told) = (None, None);
        while !self.context.cancel.is_cancelled() {
            match self.until_settled(&mut seen).await {
                Ok(_) => told = None,
                Err(failure) if failure.kind == Kind::Bug => return Err(failure),
                Err(failure) if failure.kind == Kind::Cancelled || told.as_ref() == Some(&failure) => {}
                Err(failure) => {
                    self.context.ui.failure(&failure, crate::text::timestamp(self.context.now()));
                    told = Some(failure);
                }
            }
            wait(self.context, self.args.interval).await;
        }
        Ok(Kind::Cancelled.exit_code())
    }

    /// Begins anew while others roll out the same stacks.
    async fn until_settled(&mut self, seen: &mut Option<String>) -> Result<Tally> {
        let mut tally = self.run(seen).await?;
        for _ in 1..MOST_PASSES {
            if !tally.moved {
                break;
            }
            tally = self.run(seen).await?;
        }
        Ok(tally)
    }

    /// One look at the branch, and whatever follows from it.
    async fn run(&mut self, seen: &mut Option<String>) -> Result<Tally> {
        let mut head = tokio::select! {
            head = self.mirror.fetch_branch(&self.args.branch) => head?,
            // A fetch can be dropped at any time; a run is stopped in order instead.
            () = self.context.cancel.cancelled() => return Err(Failure::cancelled()),
        };
        // Whoever committed a secret by mistake has it in Git; it need not be in a log and in the ledger as well.
        head.subject = self.scrubber.scrub(&head.subject);
        let is_new = seen.as_deref() != Some(head.id.as_str());
        if is_new {
            self.tell_head(&head);
        }
        *seen = Some(head.id.clone());
        let (found, known) = (self.found(&head)?, self.ledger.all_known(&self.mirror.source.label).await?);
        if is_new && self.args.stacks.is_empty() {
            self.tell_gone(&found, &known).await?;
        }
        let found = found.select(&self.args.stacks)?;
        let mut tally = Tally::default();
        self.tell_faults(&found.faults, is_new, &mut tally);
        let due = self.due(found.stacks, known, &head, is_new, &mut tally).await?;
        let worked = !due.is_empty();
        match self.args.dry_run {
            true => tally.skipped += due.len(),
            false => self.roll_out(due, &head, &mut tally).await?,
        }
        if (is_new || worked) && !tally.moved && !self.args.dry_run {
            self.context.tell(None, tally.finished());
        }
        Ok(tally)
    }

    fn tell_head(&self, head: &Commit) {
        self.context.tell(
            None,
            Body::Fetched {
                repository: self.mirror.source.label.clone(),
                branch: self.args.branch.clone(),
                commit: head.id.clone(),
                subject: head.subject.clone(),
                author: head.author.clone(),
                at: head.at,
            },
        );
    }

    /// A stack that left the branch still stands; only a person can mean it to go. It is written down, since one that comes
    /// back may have been removed meanwhile.
    async fn tell_gone(&self, found: &Found, known: &AllKnown) -> Result<()> {
        let rolled_out = known.iter().filter(|(_, (_, _, known))| known.rolled_out.is_some());
        let places = rolled_out.map(|(name, (_, folder, _))| (name.as_str(), folder.as_str()));
        for name in found.lacks(places) {
            let message = "it is no longer on the branch, and what it rolled out was left standing".to_owned();
            self.context.tell(Some(name), Body::Note { message });
            if let Some((id, _, _)) = known.get(name).filter(|_| !self.args.dry_run) {
                self.ledger.leaves(id, self.context.now()).await?;
            }
        }
        Ok(())
    }

    fn found(&self, head: &Commit) -> Result<Found> {
        let found = repo::stacks(&self.mirror.listing(&head.id)?);
        if found.stacks.is_empty() {
            let none = || Failure::input(format!("{} has no stack at this commit", self.mirror.source.label));
            let hint = "a stack is a Pulumi.yaml with a Pulumi.STACK.yaml beside it";
            return Err(found.failure().unwrap_or_else(|| none().hint(hint)));
        }
        Ok(found)
    }

    /// What is wrong with some stacks keeps the others from nothing. Told once for each head.
    fn tell_faults(&self, faults: &[Fault], is_new: bool, tally: &mut Tally) {
        for Fault { stack, has_stacks, failure, .. } in faults {
            let body = match has_stacks {
                true => Body::Skipped { reason: failure.with_hints() },
                false => Body::Note { message: failure.message.clone() },
            };
            if *has_stacks {
                tally.skip(failure.kind);
            }
            if is_new {
                self.context.tell(stack.as_deref(), body);
            }
        }
    }

    /// The stacks that are not up to date. Those that are get told, once for each head.
    async fn due(
        &self,
        stacks: Vec<Stack>,
        known: AllKnown,
        head: &Commit,
        is_new: bool,
        tally: &mut Tally,
    ) -> Result<Vec<Due>> {
        let (mut due, mut changes) = (Vec::new(), Changes::to(&self.mirror, &head.id));
        for stack in stacks {
            let (id, mut known) = match known.get(&stack.name()) {
                Some((id, _, known)) => (Some(id), known.clone()),
                None => (None, Known::default()),
            };
            let from = known.rolled_out.as_ref().map(|(commit, _)| commit.clone()).unwrap_or_default();
            known.has_left |= changes.were_away(&from, &[&stack.project_file, &stack.config_file]);
            let changed = if from.is_empty() { None } else { changes.since(&from)? };
            match decide(&stack, &known, changed) {
                Decision::UpToDate { commit, at } => {
                    tally.up_to_date += 1;
                    if is_new {
                        self.context.tell(Some(&stack.name()), Body::UpToDate { commit, rolled_out_at: at });
                    }
                }
                Decision::RollOut(_) if self.is_resting(id, head).await? => tally.skipped += 1,
                Decision::RollOut(reason) => {
                    if self.args.dry_run {
                        let body = Body::Pending { commit: head.id.clone(), reason: reason.words() };
                        self.context.tell(Some(&stack.name()), body);
                    }
                    due.push(Due { stack, known, reason });
                }
            }
        }
        Ok(due)
    }

    /// While watching, a stack that failed at this very commit is tried again ever more seldom.
    async fn is_resting(&self, id: Option<&StackId>, head: &Commit) -> Result<bool> {
        let Some(id) = id.filter(|_| self.args.watch) else {
            return Ok(false);
        };
        let (failures, last) = self.ledger.failures(id, &head.id).await?;
        Ok(self.context.now() < last + patience(failures, self.args.interval))
    }

    async fn roll_out(&self, due: Vec<Due>, head: &Commit, tally: &mut Tally) -> Result<()> {
        if due.is_empty() {
            return Ok(());
        }
        let pulumi = Pulumi::find(&self.environment).await?;
        let roll_out = RollOut {
            context: self.context,
            ledger: &self.ledger,
            mirror: &self.mirror,
            pulumi: &pulumi,
            branch: &self.args.branch,
            head,
            scrubber: &self.scrubber,
            keep_runs: self.args.keep_runs,
            environment: &self.environment,
        };
        for due in due {
            if self.context.cancel.is_cancelled() {
                tally.cancelled += 1;
                break;
            }
            let id = self.ledger.stack(&self.mirror.source.label, &due.stack, self.context.now()).await?;
            let rolled_out = roll_out.run(&due.stack, &id, &due.known, &due.reason).await;
            match rolled_out {
                Ok(outcome) => tally.count(outcome),
                Err(failure) if matches!(failure.kind, Kind::Bug | Kind::Cancelled) => {
                    return Err(failure);
                }
                // One stack that can't be tried keeps no other from its roll-out.
                Err(failure) => {
                    let reason = failure.with_hints();
                    self.context.tell(Some(&due.stack.name()), Body::Skipped { reason });
                    tally.skip(failure.kind);
                }
            }
        }
        Ok(())
    }
}
