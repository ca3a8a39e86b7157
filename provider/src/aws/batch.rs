//! Questions about many things, asked at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_async::future::pagination_stream::PaginationStream;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use pulumi_plugin::{Error, Result};
use tokio::sync::{Semaphore, oneshot};

use crate::aws::{Aws, Doing as _};

/// How long the first question waits for others to go along.
const WINDOW: Duration = Duration::from_millis(8);
/// How many values AWS takes in one filter.
const MOST: usize = 200;
/// How many calls of one kind are under way at once; questions that come meanwhile go along with the next call.
const CALLS: usize = 4;

/// One kind of question: gathers those that come within a moment of each other, and asks them in one call.
pub struct Questions<V> {
    waiting: Mutex<Vec<Asked<V>>>,
    turns: Semaphore,
}

type Asked<V> = (String, oneshot::Sender<Result<Option<V>>>);

impl<V> Default for Questions<V> {
    fn default() -> Self {
        Questions { waiting: Mutex::default(), turns: Semaphore::new(CALLS) }
    }
}

impl<V: Clone + Send + Sync + 'static> Questions<V> {
    /// The answer about one thing; `None` when the answer to all, which go into one call up to `most`, doesn't have it.
    pub async fn ask<F, A>(self: Arc<Self>, key: String, most: usize, fetch: F) -> Result<Option<V>>
    where
        F: FnOnce(Vec<String>) -> A + Send + 'static,
        A: Future<Output = Result<HashMap<String, V>>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let first = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.push((key, answer));
            waiting.len() % most == 1 || most == 1
        };
        if first {
            // A task of its own: whoever asked first may give up, the others still want to know.
            tokio::spawn(self.gather(most, fetch));
        }
        answered.await.unwrap_or_else(|_| Err(Error::new("the question was given up")))
    }

    /// As many of the waiting questions as one call can answer; each so many have a task that comes for them.
    fn taken(&self, most: usize) -> Vec<Asked<V>> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let many = waiting.len().min(most);
        waiting.drain(..many).collect()
    }

    async fn gather<F, A>(self: Arc<Self>, most: usize, fetch: F)
    where
        F: FnOnce(Vec<String>) -> A + Send + 'static,
        A: Future<Output = Result<HashMap<String, V>>> + Send + 'static,
    {
        tokio::time::sleep(WINDOW).await;
        let _turn = self.turns.acquire().await;
        let asked = self.taken(most);
        if asked.is_empty() {
            return;
        }
        let mut keys: Vec<_> = asked.iter().map(|(key, _)| key.clone()).collect();
        keys.sort();
        keys.dedup();
        let found = fetch(keys).await.map(Arc::new);
        for (key, answer) in asked {
            // Whoever gave up waiting needs no answer.
            let _ = answer.send(found.as_ref().map(|found| found.get(&key).cloned()).map_err(Clone::clone));
        }
    }
}

impl Aws {
    /// The answer about one thing, asked in one call with all questions of this kind that come at the same moment. Each closure is a kind of
    /// its own, so it takes nothing along: `aws.asked(id, async |aws, ids| ..)` answers by key what is there.
    pub async fn asked<F, A, V>(&self, key: impl ToString, fetch: F) -> Result<Option<V>>
    where
        F: FnOnce(Aws, Vec<String>) -> A + Send + 'static,
        A: Future<Output = Result<HashMap<String, V>>> + Send + 'static,
        V: Clone + Send + Sync + 'static,
    {
        self.asked_by(MOST, key, fetch).await
    }

    /// The same where one call answers at most so many.
    pub async fn asked_by<F, A, V>(&self, most: usize, key: impl ToString, fetch: F) -> Result<Option<V>>
    where
        F: FnOnce(Aws, Vec<String>) -> A + Send + 'static,
        A: Future<Output = Result<HashMap<String, V>>> + Send + 'static,
        V: Clone + Send + Sync + 'static,
    {
        const { assert!(size_of::<F>() == 0, "a question that takes something along can't stand for another one") };
        let (questions, aws) = (self.questions::<F, V>(), self.clone());
        questions.ask(key.to_string(), most, |keys| fetch(aws, keys)).await
    }

    /// One thing, out of the pages that describe several: `pages` asks about some ids, `id` says which one a thing has.
    /// `aws.one("reading VPCs", id, |aws, ids| aws.ec2().describe_vpcs().filters(filter("vpc-id", ids)).into_paginator().items().send(), Vpc::vpc_id)`
    pub async fn one<F, V, E>(
        &self,
        doing: &'static str,
        key: impl ToString,
        pages: F,
        id: fn(&V) -> Option<&str>,
    ) -> Result<Option<V>>
    where
        F: FnOnce(&Aws, Vec<String>) -> PaginationStream<Result<V, SdkError<E, HttpResponse>>> + Send + 'static,
        V: Clone + Send + Sync + 'static,
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        Ok(self.many(doing, key, pages, id).await?.pop())
    }

    /// All things of one key, such as the rules of a group, out of the pages that describe those of several keys.
    pub async fn many<F, V, E>(
        &self,
        doing: &'static str,
        key: impl ToString,
        pages: F,
        of: fn(&V) -> Option<&str>,
    ) -> Result<Vec<V>>
    where
        F: FnOnce(&Aws, Vec<String>) -> PaginationStream<Result<V, SdkError<E, HttpResponse>>> + Send + 'static,
        V: Clone + Send + Sync + 'static,
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        const { assert!(size_of::<F>() == 0, "a question that takes something along can't stand for another one") };
        let (questions, aws) = (self.questions::<F, Vec<V>>(), self.clone());
        let fetch = async move |keys| {
            let (mut found, mut pages) = (HashMap::<String, Vec<V>>::new(), pages(&aws, keys));
            while let Some(item) = pages.next().await {
                let item = item.doing(doing, "")?;
                found.entry(of(&item).unwrap_or_default().to_owned()).or_default().push(item);
            }
            Ok(found)
        };
        Ok(questions.ask(key.to_string(), MOST, fetch).await?.unwrap_or_default())
    }

    /// The questions of a kind, among all calls at this place through this provider.
    fn questions<K: 'static, V: Send + Sync + 'static>(&self) -> Arc<Questions<V>> {
        self.kept_for::<K, Questions<V>>()
    }
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;

    use super::*;

    /// How many were asked about together, by each answer.
    async fn asked(questions: &Arc<Questions<usize>>, many: usize, most: usize) -> Vec<usize> {
        let asks = (0..many).map(|i| {
            let fetch = async |keys: Vec<String>| {
                let many = keys.len();
                Ok(keys.into_iter().map(|key| (key, many)).collect())
            };
            questions.clone().ask(i.to_string(), most, fetch)
        });
        join_all(asks).await.into_iter().filter_map(|answer| answer.ok().flatten()).collect()
    }

    #[tokio::test]
    async fn asks_for_many_at_once_but_not_for_too_many() {
        for (many, most, largest) in [(450, MOST, MOST), (30, 10, 10), (3, 1, 1), (1, 200, 1)] {
            let answers = asked(&Arc::default(), many, most).await;
            assert_eq!((answers.len(), answers.iter().max()), (many, Some(&largest)), "{many} by {most}");
        }
    }

    #[tokio::test]
    async fn what_comes_while_calls_are_under_way_goes_along_with_the_next() {
        let questions = Arc::<Questions<usize>>::default();
        let busy = questions.turns.acquire_many(CALLS as u32).await.expect("it is never closed");
        let (first, second, ()) = futures::join!(asked(&questions, 5, MOST), asked(&questions, 7, MOST), async {
            tokio::time::sleep(WINDOW * 3).await;
            drop(busy);
        });
        // The second seven ask about two that the first five don't.
        assert_eq!((first, second), (vec![7; 5], vec![7; 7]));
    }
}
