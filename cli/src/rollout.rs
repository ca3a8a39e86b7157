//! One stack from a decision to what stands: lease, recovery, run, engine, record.

mod end;
mod engine;
mod gate;
mod lease;
mod locks;
mod passed;
mod pending;
mod recovery;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::config::{Config, Sources, Surroundings, Work};
use crate::context::Context;
use crate::decide::{Known, Reason};
use crate::engine::{Backend, Pulumi};
use crate::environment::Environment;
use crate::event::Body;
use crate::failure::{Failure, Kind, Result};
use crate::git::{Commit, Mirror};
use crate::ledger::{Claim, Done, Lease, Ledger, NewHold, NewRun, Room, StackId};
use crate::limit::Limit;
use crate::process::{self, Process};
use crate::record::{Action, RunState};
use crate::repo::Stack;
use crate::run_log::RunLog;
use crate::scrub::Scrubber;
use crate::seal::Plan;
use crate::trace;
use end::{End, Held};

pub use engine::{STOPPING, waiting_for};

/// What came of a roll-out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// What was to be done is done.
    RolledOut,
    Failed(Kind),
    Cancelled,
    /// Somebody has to decide first.
    Held,
    /// Another live run is at it: gitinfra's, or anybody's that holds the engine's lock. The user has been told who it is.
    Busy,
    /// As many stacks of its backend are worked on as may be at once.
    Full,
    /// Somebody worked on it or suspended it between the decision and the lease, so the decision is void.
    Moved,
}

impl Outcome {
    /// Whether nothing was begun, and its turn is still to come.
    pub fn is_untouched(&self) -> bool {
        matches!(self, Outcome::Busy | Outcome::Full | Outcome::Moved)
    }

    /// The kind of failure that it is, if it is one.
    pub fn failure(&self) -> Option<Kind> {
        match self {
            Outcome::RolledOut => None,
            Outcome::Failed(kind) => Some(*kind),
            Outcome::Cancelled => Some(Kind::Cancelled),
            Outcome::Held => Some(Kind::Held),
            Outcome::Busy | Outcome::Full | Outcome::Moved => Some(Kind::Busy),
        }
    }
}

/// Everything that roll-outs of one pass share.
pub struct RollOut<'a> {
    pub context: &'a Context,
    pub ledger: &'a Ledger,
    pub mirror: &'a Mirror,
    pub pulumi: &'a Pulumi,
    pub branch: &'a str,
    pub head: &'a Commit,
    pub action: Action,
    pub scrubber: &'a Scrubber,
    /// What `gitinfra.yaml` says.
    pub config: &'a Config,
    /// The seal of what somebody was shown and confirmed: that and nothing else is done.
    pub confirmed: Option<&'a str>,
    /// What a look found to have drifted, where that is to be brought back: nothing else is done unasked.
    pub drifted: Option<&'a Plan>,
    /// Why the stack is suspended once the engine goes to work, if it is; a reason that it has already stays.
    pub suspends: Option<&'a str>,
    /// Whose lock on a stack is this roll-out's own.
    pub owner: Option<&'a str>,
    /// How many runs of a stack the ledger keeps.
    pub keep_runs: u32,
    /// Held by whoever must be alone for a moment.
    pub alone: Arc<tokio::sync::Mutex<()>>,
    /// The environment that the engine sees.
    pub environment: &'a Environment,
}

/// A stack under its lease.
struct Claimed<'a> {
    stack: &'a Stack,
    id: &'a StackId,
    lease: &'a Lease,
    cancel: &'a CancellationToken,
    surroundings: &'a Surroundings,
}

/// One run's particulars.
struct Job<'a> {
    claimed: &'a Claimed<'a>,
    run: &'a str,
    pulumi: Pulumi,
    backend: &'a Backend,
}

impl RollOut<'_> {
    /// Rolls a stack out under its lease.
    pub async fn run(&self, stack: &Stack, id: &StackId, known: &Known, reason: &Reason) -> Result<Outcome> {
        let surroundings = self.surroundings(stack)?;
        self.refuse_elsewhere(stack, known, &surroundings.environment).await?;
        let (me, room) = (Process::current(), self.room(stack, &surroundings)?);
        let claim = match &room {
            Some(room) => self.ledger.claim_within(id, &me, room).await?,
            None => self.ledger.claim(id, &me).await?,
        };
        let lease = match claim {
            Claim::Ours(lease) => lease,
            Claim::Full => return Ok(Outcome::Full),
            Claim::Held { by, .. } => {
                let reason = lease::held_by(by.as_ref());
                self.context.tell(Some(&stack.name()), Body::waits(reason));
                return Ok(Outcome::Busy);
            }
        };
        let heartbeat = lease::Heartbeat::start(self.ledger, id, &lease, &self.context.cancel);
        let (lease, surroundings) = (&lease, &surroundings);
        let claimed = Claimed { stack, id, lease, cancel: &heartbeat.cancel, surroundings };
        let part = trace::part(self.action.word()).with("gitinfra.stack", stack.name());
        let outcome = part.of(self.under_lease(&claimed, known, reason)).await;
        let is_away = heartbeat.is_away();
        drop(heartbeat);
        match self.tidied(id, lease).await {
            Err(_) if is_away => Err(Failure::setup("the ledger is out of reach, so it was stopped in order")
                .hint("the next `gitinfra sync` goes on once the ledger answers")),
            Err(failure) => outcome.and(Err(failure)),
            Ok(()) => outcome,
        }
    }

    /// What follows the end of a run, whatever came of it.
    async fn tidied(&self, id: &StackId, lease: &Lease) -> Result<()> {
        self.ledger.keep_newest(id, self.keep_runs).await?;
        self.ledger.release(id, lease).await
    }

    /// What the stack's engine sees, and how long it may take.
    fn surroundings(&self, stack: &Stack) -> Result<Surroundings> {
        let (own, state_dir) = (&self.context.environment, self.context.state_dir.as_path());
        let sources = Sources { engine: self.environment, own, state_dir };
        self.config.surroundings(&stack.name(), Work::RollOut, sources)
    }

    /// How many stacks of its backend may be worked on at once, where anything is said of that.
    fn room(&self, stack: &Stack, surroundings: &Surroundings) -> Result<Option<Room>> {
        if !self.config.has_limits() {
            return Ok(None);
        }
        let backend = Backend::of(stack, &surroundings.environment)?.shown();
        Ok(self.config.most_at_once(&backend).map(|most| Room { backend, most }))
    }

    async fn under_lease(&self, claimed: &Claimed<'_>, known: &Known, reason: &Reason) -> Result<Outcome> {
        let now = self.ledger.known(claimed.id).await?;
        if known.is_overtaken(&now, reason) {
            return Ok(Outcome::Moved);
        }
        self.refuse_locked(claimed.stack, claimed.id).await?;
        claimed.stack.check_name()?;
        let environment = &claimed.surroundings.environment;
        let backend = Backend::of(claimed.stack, environment)?;
        backend.check(environment)?;
        self.close_cut_off_runs(claimed).await?;
        if claimed.cancel.is_cancelled() {
            return Ok(Outcome::Cancelled);
        }
        self.refuse_held_locks(claimed.stack, claimed.id, (&backend, environment)).await?;
        for message in backend.mend(environment) {
            self.context.note(&claimed.stack.name(), message);
        }
        let (run, mut log) = self.begin(claimed, &backend, reason.words()).await?;
        let started = self.context.now();
        let limit = Limit::start(claimed.surroundings.timeout, claimed.cancel);
        let limited = Claimed { cancel: &limit.cancel, ..*claimed };
        let end = self.work(&limited, &run, &backend, &mut log).await;
        self.sweep(&run);
        let mut end = end.unwrap_or_else(|failure| End::of(&failure));
        if let Some(failure) = limit.explains(end.kind, "rollout") {
            end = End { changes: end.changes, ..End::of(&failure) };
        }
        self.end(claimed, &run, end, log, started).await
    }

    /// What happens between a run's record and its end.
    async fn work(&self, claimed: &Claimed<'_>, run: &str, backend: &Backend, log: &mut RunLog) -> Result<End> {
        let pulumi = self.pulumi.seeing(&claimed.surroundings.environment).until(claimed.cancel);
        let pulumi = pulumi.of_run(run, &self.output_folder(run)?)?;
        self.engine(&Job { claimed, run, pulumi, backend }, log).await
    }

    /// Records the run before anything of it happens.
    async fn begin(&self, claimed: &Claimed<'_>, backend: &Backend, reason: String) -> Result<(String, RunLog)> {
        let (commit, subject, host, backend) = (&self.head.id, &self.head.subject, process::host(), backend.shown());
        let (branch, action, backend) = (self.branch, self.action, Some(backend.as_str()));
        let new = NewRun { branch, commit, subject, reason: &reason, action, host: &host, backend };
        let run = self.ledger.begin(claimed.id, claimed.lease, &new, self.context.now()).await?;
        let mut scrubber = self.scrubber.clone();
        claimed.surroundings.teach(&mut scrubber);
        let log = RunLog::begin(self.context, self.ledger, &run, &claimed.stack.name(), scrubber);
        let resources = self.ledger.resources(claimed.id).await?;
        log.tell(Body::RunStarted { action: self.action, commit: commit.clone(), reason, resources });
        Ok((run, log))
    }

    /// Writes down how the run ended, with all that follows from it, at once. A kill before that rolls out once more, which
    /// changes nothing.
    async fn end(
        &self,
        claimed: &Claimed<'_>,
        run: &str,
        mut end: End,
        mut log: RunLog,
        started: i64,
    ) -> Result<Outcome> {
        let now = self.context.now();
        end.message = end.message.map(|message| log.scrubber.scrub(&message));
        let passed = if end.state == RunState::Succeeded { self.passed(claimed, &end).await? } else { Vec::new() };
        let closed = log.close().await;
        let mut last = log.event(self.finished(&end, now - started));
        // Where earlier events could not be written, nothing follows them.
        let (first, events) = closed.as_ref().map_or((0, Vec::new()), |unwritten| unwritten.then(&last));
        let stands = Some(self.head.id.as_str()).filter(|_| self.action != Action::Destroy);
        let done = Done {
            message: end.message.as_deref(),
            stands,
            seal: end.seal.as_deref(),
            passed: &passed,
            hold: end.hold.as_ref().map(|held| self.new_hold(run, held)),
            reads: end.reads.as_ref(),
            put_out: end.put_out.as_deref(),
            events: (first, &events),
            releases: true,
            ..Done::of(end.state, &end.changes)
        };
        if !self.ledger.finish(claimed.id, claimed.lease, run, &done, now).await? {
            // Another holder has come since, and decides what stands.
            end = end.overtaken();
            last = log.event(self.finished(&end, now - started));
            self.ledger.end(run, end.state, &end.changes, end.message.as_deref(), now).await?;
            let (first, events) = closed.as_ref().map_or((0, Vec::new()), |unwritten| unwritten.then(&last));
            self.ledger.append(run, first, &events).await?;
        }
        log.show(&last);
        let named = |failure: Failure| Failure { message: format!("{}: {failure}", claimed.stack.name()), ..failure };
        closed.map_err(named)?;
        Ok(end.outcome())
    }

    fn new_hold<'a>(&'a self, run: &'a str, held: &'a Held) -> NewHold<'a> {
        let Held { name, seal, shown_seal, case } = held;
        NewHold { name, run, branch: self.branch, commit: &self.head.id, seal, shown_seal: shown_seal.as_deref(), case }
    }

    /// The event of a run's end.
    fn finished(&self, end: &End, milliseconds: i64) -> Body {
        Body::RunFinished {
            action: self.action,
            state: end.state,
            commit: self.head.id.clone(),
            message: end.in_short(),
            changes: end.changes.clone(),
            seconds: crate::text::as_seconds(milliseconds),
        }
    }
}
