//! Questions about many things, asked at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pulumi_plugin::{Error, Result};
use tokio::sync::oneshot;

use crate::aws::clients::Place;

/// How long the first question waits for others to go along.
const WINDOW: Duration = Duration::from_millis(8);

/// How many values AWS takes in one filter.
const MOST: usize = 200;

/// Gathers questions of one kind that come within a moment of each other, and asks them in one call a place.
pub struct Batch<V> {
    waiting: Mutex<HashMap<Place, Vec<Asked<V>>>>,
}

type Asked<V> = (String, oneshot::Sender<Result<Option<V>>>);

impl<V> Default for Batch<V> {
    fn default() -> Self {
        Batch { waiting: Mutex::default() }
    }
}

impl<V: Clone + Send + 'static> Batch<V> {
    /// The answer about one thing; `None` when the answer to all doesn't have it.
    pub async fn ask<F, A>(&'static self, place: &Place, key: &str, fetch: F) -> Result<Option<V>>
    where
        F: FnOnce(Vec<String>) -> A + Send + 'static,
        A: Future<Output = Result<HashMap<String, V>>> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        let first = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            let queue = waiting.entry(place.clone()).or_default();
            queue.push((key.to_owned(), tell));
            queue.len() % MOST == 1
        };
        if first {
            // A task of its own: whoever asked first may give up, the others still want to know.
            tokio::spawn(self.gather(place.clone(), fetch));
        }
        told.await.unwrap_or_else(|_| Err(Error::new("the question was given up")))
    }

    /// As many of the waiting questions as one call can answer; each so many have a task that comes for them.
    fn taken(&self, place: &Place) -> Vec<Asked<V>> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let queue = waiting.entry(place.clone()).or_default();
        queue.drain(..queue.len().min(MOST)).collect()
    }

    async fn gather<F, A>(&'static self, place: Place, fetch: F)
    where
        F: FnOnce(Vec<String>) -> A + Send + 'static,
        A: Future<Output = Result<HashMap<String, V>>> + Send + 'static,
    {
        tokio::time::sleep(WINDOW).await;
        let asked = self.taken(&place);
        let mut keys: Vec<_> = asked.iter().map(|(key, _)| key.clone()).collect();
        keys.sort();
        keys.dedup();
        let answer = fetch(keys).await.map(Arc::new);
        for (key, tell) in asked {
            // Whoever gave up waiting needs no answer.
            let _ = tell.send(answer.as_ref().map(|found| found.get(&key).cloned()).map_err(Clone::clone));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    #[tokio::test]
    async fn asks_for_many_at_once_but_not_for_too_many() {
        static BATCH: LazyLock<Batch<usize>> = LazyLock::new(Batch::default);
        let place: Place = ("here".into(), None);
        let asks = (0..450).map(|i| {
            let key = i.to_string();
            let place = place.clone();
            async move {
                // Each answer says how many were asked about together.
                let fetch = async |keys: Vec<String>| {
                    let many = keys.len();
                    Ok(keys.into_iter().map(|key| (key, many)).collect())
                };
                BATCH.ask(&place, &key, fetch).await
            }
        });
        let answers = futures::future::join_all(asks).await;
        let most = answers.into_iter().map(|a| a.ok().flatten()).max();
        assert_eq!(most, Some(Some(MOST)));
    }
}
