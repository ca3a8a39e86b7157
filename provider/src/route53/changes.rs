//! Changes of record sets: those of a moment go to Route 53 together, and those of one zone one after another.

mod spreading;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_sdk_route53::types::{Change, ChangeAction, ChangeBatch, ResourceRecordSet};
use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;
use pulumi_plugin::{Error, Result};
use tokio::sync::oneshot;
use tokio::time::Instant;

pub use self::spreading::{Made, await_sync, synced};
use crate::aws::{Aws, Doing as _};
use crate::route53::bare;
use crate::route53::known::Zones;
use crate::route53::sets::Key;

/// Changes of a zone wait for others to go along until none has come for this long, or for three times as long as lies between two of them
/// where they come slowly; shorter where as many have come as went together the last time, which is how many the engine asks for at once.
const QUIET: Duration = Duration::from_millis(150);
const QUIETEST: Duration = Duration::from_secs(2);
/// They wait no longer than this.
const LONGEST: Duration = Duration::from_secs(5);
/// What Route 53 takes in one call. It counts values and their characters twice where a set may be overwritten.
const MOST_CHANGES: usize = 100;
const MOST_VALUES: usize = 1000;
const MOST_CHARACTERS: usize = 32_000;

/// With these Route 53 refuses all changes of a call, although it may not want only one of them.
const ONE_BAD: [&str; 5] = [
    "InvalidChangeBatch",
    "InvalidInput",
    "NoSuchHealthCheck",
    "NoSuchCidrCollectionException",
    "NoSuchCidrLocationException",
];

/// What became of a change.
pub enum Outcome {
    /// It is made; by this Route 53 tells when all of its name servers know.
    Made(Made),
    /// Route 53 does not want it, for a reason of its own.
    Refused(Error),
}

struct Asked {
    change: Change,
    answer: oneshot::Sender<Result<Outcome>>,
}

/// The changes that wait, by zone. A zone is in here as long as somebody works on its changes.
#[derive(Default)]
struct Queues(Mutex<HashMap<String, Vec<Asked>>>);

impl Queues {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Vec<Asked>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn length(&self, zone: &str) -> usize {
        self.lock().get(zone).map_or(0, Vec::len)
    }

    /// As many changes as go into one call; none where all are made, which ends the work on the zone.
    fn taken(&self, zone: &str) -> Vec<Asked> {
        let mut queues = self.lock();
        match queues.get_mut(zone) {
            Some(queue) if !queue.is_empty() => {
                let many = fitting(queue.iter().map(|asked| weight(&asked.change)));
                queue.drain(..many).collect()
            }
            _ => {
                queues.remove(zone);
                Vec::new()
            }
        }
    }
}

/// Makes a change, together with others of the zone that are asked for at the same moment.
pub async fn submit(aws: &Aws, zone: &str, action: ChangeAction, set: ResourceRecordSet) -> Result<Outcome> {
    let change = Change::builder().action(action).resource_record_set(set).build();
    let change = change.map_err(|error| Error::new(error.to_string()))?;
    let (answer, answered) = oneshot::channel();
    let queues = aws.kept::<Queues>();
    aws.kept::<Rhythms>().of(zone, |rhythm| rhythm.comes(Instant::now()));
    let first = {
        let mut queues = queues.lock();
        let idle = !queues.contains_key(zone);
        queues.entry(zone.to_owned()).or_default().push(Asked { change, answer });
        idle
    };
    if first {
        // A task of its own: whoever asked first may give up, the others still want their changes made.
        tokio::spawn(work(aws.clone(), zone.to_owned()));
    }
    answered.await.unwrap_or_else(|_| Err(Error::new("the change was given up")))
}

async fn work(aws: Aws, zone: String) {
    let (queues, rhythms) = (aws.kept::<Queues>(), aws.kept::<Rhythms>());
    loop {
        gather(&queues, &rhythms, &zone).await;
        let batch = queues.taken(&zone);
        if batch.is_empty() {
            return;
        }
        rhythms.of(&zone, |rhythm| rhythm.together = batch.len());
        send(&aws, &zone, batch).await;
    }
}

/// How changes of each zone come.
#[derive(Default)]
struct Rhythms(Mutex<HashMap<String, Rhythm>>);

#[derive(Clone, Copy)]
struct Rhythm {
    /// How many went together the last time.
    together: usize,
    /// When the last one came, and about how long lies between two.
    came: Option<Instant>,
    gap: Duration,
}

impl Rhythms {
    /// Notes something about a zone, and says what is known of it then.
    fn of(&self, zone: &str, note: impl FnOnce(&mut Rhythm)) -> Rhythm {
        let mut rhythms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let new = Rhythm { together: MOST_CHANGES, came: None, gap: Duration::ZERO };
        let rhythm = rhythms.entry(zone.to_owned()).or_insert(new);
        note(rhythm);
        *rhythm
    }
}

impl Rhythm {
    /// A change comes. A pause is no gap.
    fn comes(&mut self, now: Instant) {
        let gap = self.came.replace(now).map(|came| now - came);
        if let Some(gap) = gap.filter(|gap| *gap < QUIETEST) {
            self.gap = (self.gap * 3 + gap) / 4;
        }
    }

    /// For how long none comes where no more are to be expected.
    fn quiet(&self) -> Duration {
        (self.gap * 3).clamp(QUIET, QUIETEST)
    }
}

/// Waits until nothing more is about to come.
async fn gather(queues: &Queues, rhythms: &Rhythms, zone: &str) {
    let started = Instant::now();
    let (mut length, mut quiet) = (queues.length(zone), Duration::ZERO);
    let step = QUIET / 2;
    while length > 0 && length < MOST_CHANGES && started.elapsed() < LONGEST {
        tokio::time::sleep(step).await;
        let now = queues.length(zone);
        quiet = if now > length { Duration::ZERO } else { quiet + step };
        length = now;
        let rhythm = rhythms.of(zone, |_| {});
        if quiet >= rhythm.quiet() || length >= rhythm.together && quiet >= step {
            return;
        }
    }
}

/// How many of the changes, from the first, fit into one call: at least one.
fn fitting(weights: impl Iterator<Item = (usize, usize)>) -> usize {
    let (mut values, mut characters) = (0, 0);
    let fits = weights.take(MOST_CHANGES).take_while(|(v, c)| {
        values += v;
        characters += c;
        values <= MOST_VALUES && characters <= MOST_CHARACTERS
    });
    fits.count().max(1)
}

/// The values and characters of a change, as Route 53 counts them.
fn weight(change: &Change) -> (usize, usize) {
    let set = change.resource_record_set();
    let values = set.map(ResourceRecordSet::resource_records).unwrap_or_default();
    let characters = values.iter().map(|value| value.value().len()).sum::<usize>();
    let times = if *change.action() == ChangeAction::Upsert { 2 } else { 1 };
    (values.len().max(1) * times, characters * times)
}

/// Makes all of the changes or none. When they are refused, each half is tried alone, so that in the end only a bad one fails.
async fn send(aws: &Aws, zone: &str, batch: Vec<Asked>) {
    // The SDK would repeat a creation whose answer got lost, and be told that it exists already.
    let client = aws.once().route53();
    let mut parts = vec![batch];
    while let Some(mut part) = parts.pop() {
        let changes = part.iter().map(|asked| asked.change.clone()).collect();
        let made = match ChangeBatch::builder().set_changes(Some(changes)).build() {
            Ok(batch) => client.change_resource_record_sets().hosted_zone_id(zone).change_batch(batch).send().await,
            Err(error) => {
                answer(part, || Err(Error::new(error.to_string())));
                continue;
            }
        };
        note(aws, zone, &part, made.is_ok());
        let refused = made.as_ref().is_err_and(|error| error.code().is_some_and(|code| ONE_BAD.contains(&code)));
        if refused && part.len() > 1 {
            let rest = part.split_off(part.len() / 2);
            parts.extend([rest, part]);
            continue;
        }
        let made = made.doing("Route 53", "");
        answer(part, || match &made {
            Ok(made) => {
                let id = made.change_info().map(|info| bare(info.id())).unwrap_or_default();
                Ok(Outcome::Made(Made::of(aws, id)))
            }
            Err(error) if refused => Ok(Outcome::Refused(error.clone())),
            Err(error) => Err(error.clone()),
        });
    }
}

/// What was seen of these sets before counts no more.
fn note(aws: &Aws, zone: &str, part: &[Asked], made: bool) {
    let (zones, now) = (aws.kept::<Zones>(), Instant::now());
    for asked in part {
        let key = asked.change.resource_record_set().and_then(|set| Key::of(zone, set));
        let deleted = made && *asked.change.action() == ChangeAction::Delete;
        key.into_iter().for_each(|key| zones.changed(key, deleted, now));
    }
}

fn answer(part: Vec<Asked>, outcome: impl Fn() -> Result<Outcome>) {
    for asked in part {
        // Whoever gave up waiting needs no answer.
        let _ = asked.answer.send(outcome());
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, Instant, QUIET, QUIETEST, Rhythms, fitting};

    #[test]
    fn who_comes_slowly_is_waited_for_longer() {
        let start = Instant::now();
        for (gap, expected) in [(20, QUIET), (600, Duration::from_millis(1800)), (1500, QUIETEST), (5000, QUIET)] {
            let rhythms = Rhythms::default();
            let comes = |i: u32| rhythms.of("Z1", |rhythm| rhythm.comes(start + i * Duration::from_millis(gap)));
            let quiet = (0..100).map(comes).last().expect("a hundred").quiet();
            assert!(quiet.abs_diff(expected) < Duration::from_millis(2), "{gap} ms: {quiet:?}");
        }
    }

    #[test]
    fn fills_a_call() {
        for (weights, expected) in [
            (vec![(1, 10); 250], 100),
            (vec![(2, 400); 250], 80),
            (vec![(400, 1); 3], 2),
            (vec![(1, 40_000), (1, 1)], 1),
        ] {
            assert_eq!(fitting(weights.clone().into_iter()), expected, "{:?}", weights[0]);
        }
    }
}
