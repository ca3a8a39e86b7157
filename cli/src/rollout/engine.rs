//! A run's work: the worktree, what has to be there before the engine, and the engine itself.

use std::fs;
use std::path::{Path, PathBuf};

use super::end::End;
use super::gate::Passage;
use super::{Job, RollOut};
use crate::config::Work;
use crate::digest;
use crate::engine::{Ending, EngineSignal, Phase, Progress, Pulumi, Shelf, missing};
use crate::event::Body;
use crate::failure::{Failure, Result};
use crate::ledger::{Lease, PutOut, Reads};
use crate::order::referred;
use crate::policy::Packs;
use crate::record::Action;
use crate::run_log::RunLog;
use crate::text::short;
use crate::trace;

/// Said when the engine is asked to stop.
pub const STOPPING: &str = "stopping: the engine was told once, and finishes what is under way";

/// Names a folder in which gitinfra's provider notes what it is creating.
const CREATIONS: &str = "GITINFRA_CREATIONS";

/// Said while somebody else works where a stack's programs run.
pub fn waiting_for(folder: &Path) -> String {
    format!("waiting for another run or preview of it, which works in {}", folder.display())
}

/// What the attempts of one run share.
pub(super) struct Run {
    pub pulumi: Pulumi,
    /// The project's folder in it.
    pub folder: PathBuf,
    /// What the newest attempt said.
    progress: Progress,
    /// What other stacks put out before that attempt began.
    before: PutOut,
    /// Whether the stack's state holds creates whose end nobody saw.
    has_pending: bool,
    /// The policy packs that judge it.
    pub packs: Packs,
}

impl RollOut<'_> {
    /// Makes the worktree, clears the way, and runs the engine to its end.
    pub(super) async fn engine(&self, job: &Job<'_>, log: &mut RunLog) -> Result<End> {
        let stack = job.claimed.stack;
        stack.check_files()?;
        self.mirror.check_present(&self.head.id, stack)?;
        let waits = |folder: &Path| log.note(waiting_for(folder));
        let worktree = tokio::select! {
            worktree = self.mirror.worktree(&self.head.id, stack, waits) => worktree?,
            () = job.claimed.cancel.cancelled() => return Err(Failure::cancelled()),
        };
        let job = &Job { pulumi: job.pulumi.holding(&worktree.lock), ..*job };
        let folder = worktree.folder.join(&stack.folder);
        // To destroy something its program is not run.
        let missing = missing(&worktree.folder, stack).filter(|_| self.action != Action::Destroy);
        if let Some(missing) = missing {
            log.note("installing the program's packages");
            let shelf = Shelf::of(&self.context.state_dir, Work::RollOut);
            let installed = job.pulumi.install(&missing, &folder, &shelf, job.claimed.cancel);
            trace::part("install packages").of(installed).await?;
        }
        self.clear_left_locks(job, &folder, log).await?;
        let (state, knowing) = self.knowing_pending(job, &folder, log).await?;
        if stack.has_secrets {
            let config = worktree.folder.join(&stack.config_file);
            job.pulumi.learn_secrets(&folder, &stack.stack, &config, &mut log.scrubber).await?;
        }
        let mut run = Run {
            has_pending: knowing.is_some(),
            pulumi: knowing.unwrap_or_else(|| job.pulumi.clone()),
            folder,
            progress: Progress::default(),
            before: PutOut::new(),
            packs: self.packs(job).await?,
        };
        let seal = match self.gate(job, &run, state, log).await? {
            Passage::Open { seal, is_judged } => {
                if is_judged {
                    run.pulumi = run.packs.judge(&run.pulumi);
                }
                seal
            }
            Passage::Shut(end) => return Ok(end),
        };
        if let Some(seal) = &seal {
            self.ledger.begin_seal(seal, job.run).await?;
        }
        // Before the lease is given back, else the branch could be rolled out in between.
        if let Some(why) = self.suspends {
            self.ledger.suspend_anew(job.claimed.id, why).await?;
        }
        let mut ending = self.work_of_engine(job, &mut run, log).await?;
        if self.clear_named_locks(job, &run.folder, log, &ending.complaint).await? {
            ending = self.work_of_engine(job, &mut run, log).await?;
        }
        if ending.success && run.has_pending {
            self.settle_pending(job, &run.folder, log).await?;
        }
        if ending.success && !run.progress.outputs.is_empty() {
            log.tell(Body::Outputs { outputs: run.progress.outputs.clone() });
        }
        let end = End { seal, ..End::after(&ending, &run.progress) };
        match ending.success && self.action != Action::Destroy {
            true => Ok(End { reads: Some(reads(job, &run)), put_out: self.put_out(job, &run, log).await?, ..end }),
            false => Ok(end),
        }
    }

    /// The digest of what the stack puts out now. Where it can't be told, one that is no other's: whoever reads it is rolled out
    /// once more, which changes nothing if nothing is new.
    async fn put_out(&self, job: &Job<'_>, run: &Run, log: &RunLog) -> Result<Option<String>> {
        let (stack, key) = (&job.claimed.stack.stack, self.ledger.key().await?);
        let told = run.pulumi.put_out(&run.folder, stack, &run.progress.outputs, &key).await;
        Ok(told.unwrap_or_else(|failure| {
            log.note(failure.message);
            Some(job.run.to_owned())
        }))
    }

    async fn work_of_engine(&self, job: &Job<'_>, run: &mut Run, log: &RunLog) -> Result<Ending> {
        if job.claimed.cancel.is_cancelled() {
            return Err(Failure::cancelled());
        }
        if !self.ledger.is_ours(job.claimed.id, job.claimed.lease).await? {
            return Err(Lease::lost());
        }
        run.progress = Progress::default();
        run.before = self.ledger.put_out(job.claimed.id).await?;
        let message = format!("gitinfra {}: {} {}", job.run, short(&self.head.id), self.head.subject);
        let output = self.output_folder(job.run)?.join("engine.txt");
        let phase = match self.action {
            Action::RollOut => Phase::Up,
            Action::Reconcile => Phase::UpRefresh,
            Action::Destroy => Phase::Destroy,
        };
        let notes = self.creations(job);
        let pulumi = run.pulumi.with_default(CREATIONS, &notes.display().to_string());
        let engine = pulumi.start(phase, &run.folder, &job.claimed.stack.stack, &message, &output, None).await?;
        self.ledger.engine(job.run, &engine.process).await?;
        let following = engine.follow(job.claimed.cancel, |signal| match signal {
            EngineSignal::Event(event) => {
                run.progress.take(*event, self.context.now()).into_iter().for_each(|news| log.tell(news.into()))
            }
            EngineSignal::Interrupted => log.note(STOPPING),
        });
        let asked = async {
            job.claimed.cancel.cancelled().await;
            let _ = self.ledger.engine_asked(job.run, self.context.now()).await;
            std::future::pending::<()>().await
        };
        let ending = tokio::select! {
            // Whoever takes the run over must not ask a second time.
            biased;
            () = asked => Err(Failure::cancelled()),
            ending = following => ending,
        };
        // It stays while there is a note in it.
        let _ = fs::remove_dir(notes);
        ending
    }

    /// Where gitinfra's provider notes what it creates of a stack: if it dies alone, the next run finds what it made.
    fn creations(&self, job: &Job<'_>) -> PathBuf {
        self.context.state_dir.join("creations").join(digest::name_of(job.claimed.id.as_str()))
    }

    /// Where files are kept that the engine reads or writes, and that go with the run.
    pub(super) fn output_folder(&self, run: &str) -> Result<PathBuf> {
        let folder = self.context.state_dir.join("output").join(run);
        fs::create_dir_all(&folder).map_err(|error| Failure::setup(format!("making {}: {error}", folder.display())))?;
        Ok(folder)
    }
}

/// What a run read of other stacks, by what those put out before it began: what comes to be put out meanwhile counts as new.
fn reads(job: &Job<'_>, run: &Run) -> Reads {
    let project = &job.claimed.stack.project;
    let before = |name: &String| run.before.get(&referred(name, project)?).cloned();
    run.progress.reads.iter().map(|name| (name.clone(), before(name))).collect()
}
