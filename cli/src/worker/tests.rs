//! A worker with an engine that does nothing.

use std::sync::{Mutex, PoisonError};

use super::*;
use crate::environment::Environment;
use crate::event::Heard;
use crate::failure::Failure;
use crate::ledger::Asked;
use crate::record::JobState;

/// The commit whose job panics.
const PANICS: &str = "eeeeeeee";

/// Answers each job with the next of these, and remembers what it was asked.
struct Plays {
    answers: Mutex<Vec<Result<()>>>,
    seen: Mutex<Vec<String>>,
}

#[async_trait]
impl Work for Plays {
    async fn work(&self, job: &Job, cancel: &CancellationToken) -> Result<()> {
        let commit = job.commit.clone().unwrap_or_default();
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{} {commit}", job.subject));
        assert!(!cancel.is_cancelled());
        assert_ne!(commit, PANICS, "a mistake");
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or(Ok(()))
    }
}

#[test]
fn a_worker_is_send() {
    fn is_send(_: impl Send) {}
    let _ = |worker: &'static Worker| is_send(worker.run());
}

#[tokio::test]
async fn jobs_are_done_put_back_and_let_go() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let ledger = Ledger::open(None, place.path()).await.expect("a ledger");
    let busy = Failure::busy("somebody is at it");
    let answers = vec![Ok(()), Err(Failure::cancelled()), Err(busy), Ok(())];
    let plays = Arc::new(Plays { answers: Mutex::new(answers), seen: Mutex::default() });
    let heard = Arc::new(Heard::default());
    let context = Context {
        environment: Environment::new(),
        cwd: place.path().to_owned(),
        state_dir: place.path().to_owned(),
        clock: || 1_000,
        cancel: CancellationToken::new(),
        sink: heard.clone(),
    };
    let worker = Worker {
        context,
        ledger: ledger.clone(),
        work: plays.clone(),
        tasks: Vec::new(),
        repositories: Vec::new(),
        per_repository: 2,
        until: CancellationToken::new(),
    };
    let ask = async |commit: &'static str| {
        let asked = Asked { repository: "r", task: Task::RollOut, subject: "main", commit: Some(commit) };
        ledger.ask(&asked).await.expect("it is queued")
    };
    let next = async || worker.next().await.expect("the ledger answers");
    let states =
        async || -> Vec<JobState> { ledger.jobs().await.expect("a list").iter().map(|job| job.state).collect() };
    assert!(!next().await, "there is nothing");
    ask("aaaaaaaa").await;
    ask("bbbbbbbb").await;
    assert!(next().await);
    assert_eq!(states().await, []);
    ask("cccccccc").await;
    assert!(next().await);
    assert_eq!((states().await, next().await), (vec![JobState::Retrying], false));
    // A newer commit does not wait for the pause, and whoever was stopped is not to blame.
    ask("dddddddd").await;
    assert!(next().await);
    assert_eq!(states().await, [JobState::Queued]);
    assert!(next().await);
    assert_eq!(states().await, []);
    let seen = plays.seen.lock().expect("nobody panicked").clone();
    assert_eq!(seen, ["main bbbbbbbb", "main cccccccc", "main dddddddd", "main dddddddd"]);
    let said = heard.0.lock().expect("nobody panicked").clone();
    assert_eq!(said, ["aaaaaaa of main skipped: bbbbbbb came before their turn"]);
    // A job that panics waits for another commit, and its worker goes on.
    ask(PANICS).await;
    assert!(next().await);
    assert_eq!((states().await, next().await), (vec![JobState::Failed], false));
    ask("ffffffff").await;
    assert!(next().await);
    assert_eq!(states().await, []);
}

#[test]
fn pauses_double_and_end() {
    let cases = [
        (Kind::RollOut, 0, Some(30_000)),
        (Kind::Setup, 3, Some(240_000)),
        (Kind::Busy, 6, Some(1_800_000)),
        (Kind::RollOut, 7, None),
        (Kind::Setup, 7, Some(1_800_000)),
        (Kind::Setup, 10_000, Some(1_800_000)),
        (Kind::Held, 0, None),
        (Kind::Bug, 0, None),
    ];
    for (kind, attempts, expected) in cases {
        assert_eq!(pause(kind, attempts), expected, "{kind:?} {attempts}");
    }
}
