//! Fetches that are asked for at the same time are one: git's own work for a fetch costs more than what it brings.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use git2::Oid;
use tokio::sync::oneshot;

use super::Mirror;
use super::cli::GIVEN_UP;

/// What came of a ref; the error is git's own text.
pub(super) type Answer = Result<Oid, String>;

/// So many refs are fetched at once.
const MOST: usize = 100;

/// Those who wait for a fetch.
#[derive(Default)]
pub(super) struct Queue {
    waiting: Mutex<Vec<Asked>>,
    turn: tokio::sync::Mutex<()>,
}

struct Asked {
    from: String,
    keep_as: Option<String>,
    answer: oneshot::Sender<Answer>,
}

/// Refs, each with the names under which it is kept.
pub(super) type Wanted = BTreeMap<String, BTreeSet<String>>;

impl Queue {
    fn waiting(&self) -> MutexGuard<'_, Vec<Asked>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(&self, from: &str, keep_as: Option<&str>) -> oneshot::Receiver<Answer> {
        let (answer, answered) = oneshot::channel();
        self.waiting().push(Asked { from: from.to_owned(), keep_as: keep_as.map(str::to_owned), answer });
        answered
    }

    /// The next ones, without those who are gone.
    fn next(&self) -> Vec<Asked> {
        let mut waiting = self.waiting();
        waiting.retain(|asked| !asked.answer.is_closed());
        let most = waiting.len().min(MOST);
        waiting.drain(..most).collect()
    }
}

impl Mirror {
    /// Fetches a ref, in one go with all that others wait for. The fetch begins after it was asked for, so what it brings is
    /// never older than the question.
    pub(super) async fn fetch(&self, from: &str, keep_as: Option<&str>) -> Answer {
        let mut answered = self.fetches.ask(from, keep_as);
        loop {
            tokio::select! {
                biased;
                answer = &mut answered => match answer {
                    Ok(answer) => return answer,
                    // Whoever fetched for it was stopped in the middle.
                    Err(_) => answered = self.fetches.ask(from, keep_as),
                },
                _turn = self.fetches.turn.lock() => {
                    // Whoever asks for two things at once has asked for both by then.
                    tokio::task::yield_now().await;
                    self.fetch_for(self.fetches.next()).await;
                }
            }
        }
    }

    /// Fetches for all of these, and answers them.
    async fn fetch_for(&self, asked: Vec<Asked>) {
        if asked.is_empty() {
            return;
        }
        let mut wanted = Wanted::new();
        for Asked { from, keep_as, .. } in &asked {
            wanted.entry(from.clone()).or_default().extend(keep_as.clone());
        }
        let got = self.fetch_each(wanted).await;
        for Asked { from, answer, .. } in asked {
            if let Some(got) = got.get(&from) {
                // Whoever does not wait any more needs no answer.
                let _ = answer.send(got.clone());
            }
        }
    }

    /// All at once; one by one where one of them may be what the others fail by. A source that says nothing is asked once.
    async fn fetch_each(&self, wanted: Wanted) -> BTreeMap<String, Answer> {
        let said = match self.fetch_at_once(&wanted).await {
            Ok(arrived) => return arrived.into_iter().map(|(from, id)| (from, Ok(id))).collect(),
            Err(said) => said,
        };
        if wanted.len() == 1 || said.starts_with(GIVEN_UP) {
            return wanted.into_keys().map(|from| (from, Err(said.clone()))).collect();
        }
        let mut got = BTreeMap::new();
        for (from, keep_as) in wanted {
            let arrived = self.fetch_at_once(&Wanted::from([(from.clone(), keep_as)])).await;
            let answer = arrived.and_then(|arrived| arrived.get(&from).copied().ok_or_else(|| said.clone()));
            got.insert(from, answer);
        }
        got
    }
}
