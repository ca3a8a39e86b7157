//! Looks that open pages share: what was found for one of them is shown to the others as well, and nobody looks while no page is
//! open. Pure but for the clock of waiting.

use std::sync::{Mutex as Held, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::failure::Result;

/// So often at most is anything looked at for pages that are open.
pub(super) const PACE: Duration = Duration::from_millis(500);
/// What was found does for so long where nothing happens here: another process may have done something.
const KEPT: Duration = Duration::from_secs(2);

/// How new something has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fresh {
    /// Looked at after it was asked for: somebody loads a page.
    Now,
    /// As of the newest beat: a page is open.
    AsOf(u64),
}

/// What is the same for all who ask at about the same time.
pub(super) struct Shared<T> {
    last: Mutex<Option<Found<T>>>,
}

struct Found<T> {
    what: T,
    of: Fresh,
    began: Instant,
}

impl<T> Default for Shared<T> {
    fn default() -> Shared<T> {
        Shared { last: Mutex::new(None) }
    }
}

impl<T: Clone> Shared<T> {
    /// What was found for somebody else, if that will do; else it is looked at, while the others wait for it.
    pub async fn get(&self, fresh: Fresh, look: impl Future<Output = Result<T>>) -> Result<T> {
        let asked = Instant::now();
        let mut last = self.last.lock().await;
        let will_do = |found: &&Found<T>| match fresh {
            Fresh::Now => found.began >= asked,
            Fresh::AsOf(_) => found.of == fresh && found.began.elapsed() < KEPT,
        };
        if let Some(found) = last.as_ref().filter(will_do) {
            return Ok(found.what.clone());
        }
        let began = Instant::now();
        let what = look.await?;
        *last = Some(Found { what: what.clone(), of: fresh, began });
        Ok(what)
    }
}

/// Makes beats out of what rings at any time: between two of them nothing counts as news.
#[derive(Default)]
pub(super) struct Beats {
    newest: Held<Option<(Instant, u64)>>,
}

impl Beats {
    /// How often it had rung when the newest beat began. A new one begins if it rang since, and the last is long enough ago.
    pub fn newest(&self, rung: u64, now: Instant) -> u64 {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        match *newest {
            Some((began, count)) if count == rung || now.duration_since(began) < PACE => count,
            _ => {
                *newest = Some((now, rung));
                rung
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime")
    }

    #[test]
    fn many_pages_cost_one_look() {
        let (shared, looks) = (Shared::default(), AtomicU32::new(0));
        let look = |fresh| {
            shared.get(fresh, async {
                tokio::task::yield_now().await;
                Ok(looks.fetch_add(1, Ordering::Relaxed) + 1)
            })
        };
        runtime().block_on(async {
            let all = |fresh| futures::future::try_join_all((0..50).map(move |_| look(fresh)));
            assert_eq!(all(Fresh::AsOf(1)).await.expect("looks"), [1; 50], "who comes meanwhile waits for it");
            assert_eq!(all(Fresh::AsOf(2)).await.expect("looks"), [2; 50], "after a beat it is looked anew, once");
            assert_eq!(look(Fresh::Now).await.expect("a look"), 3, "who loads a page sees what is");
            assert_eq!(look(Fresh::Now).await.expect("a look"), 4);
        });
    }

    #[test]
    fn a_look_that_failed_is_nobodys() {
        let shared = Shared::default();
        runtime().block_on(async {
            let failed = shared.get(Fresh::AsOf(1), async { Err(crate::failure::Failure::busy("later")) }).await;
            assert!(failed.is_err());
            assert_eq!(shared.get(Fresh::AsOf(1), async { Ok(7) }).await.expect("a look"), 7);
        });
    }

    #[test]
    fn much_that_happens_at_once_is_one_beat() {
        let (beats, start) = (Beats::default(), Instant::now());
        let at = |rung, millis| beats.newest(rung, start + Duration::from_millis(millis));
        assert_eq!((at(3, 0), at(4, 10), at(900, 499)), (3, 3, 3));
        assert_eq!((at(901, 500), at(950, 999), at(950, 1000)), (901, 901, 950));
        assert_eq!(at(950, 9_000), 950, "where nothing happens there is none");
        assert_eq!((at(951, 9_001), at(952, 9_002)), (951, 951), "after a rest the first comes at once");
    }
}
