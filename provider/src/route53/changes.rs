//! Changes of record sets: those of a moment go to Route 53 together, and those of one zone one after another.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_sdk_route53::Client;
use aws_sdk_route53::types::{Change, ChangeAction, ChangeBatch, ChangeStatus, ResourceRecordSet};
use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;
use pulumi_plugin::{Error, Progress, Result};
use tokio::sync::oneshot;

use crate::aws::{AssumeRole, Aws, Batch, Told as _};
use crate::route53::bare;

/// How long the first change waits for others to go along.
const WINDOW: Duration = Duration::from_millis(200);
/// What Route 53 takes in one call. It counts values and their characters twice where a set may be overwritten.
const MOST_CHANGES: usize = 100;
const MOST_VALUES: usize = 1000;
const MOST_CHARACTERS: usize = 32_000;

/// What became of a change.
pub enum Outcome {
    /// It is made; by this id Route 53 tells when all of its name servers know.
    Made(String),
    /// Route 53 does not want it, for a reason of its own.
    Refused(Error),
}

/// A zone, as whoever may change it.
type Zone = (Option<AssumeRole>, String);

struct Asked {
    change: Change,
    tell: oneshot::Sender<Result<Outcome>>,
}

/// The changes that wait. A zone is in here as long as somebody works on its changes.
static WAITING: LazyLock<Mutex<HashMap<Zone, Vec<Asked>>>> = LazyLock::new(Mutex::default);

/// Makes a change, together with others of the zone that are asked for at the same moment.
pub async fn submit(aws: &Aws, zone: &str, action: ChangeAction, set: ResourceRecordSet) -> Result<Outcome> {
    let change = Change::builder().action(action).resource_record_set(set).build();
    let change = change.map_err(|error| Error::new(error.to_string()))?;
    let (tell, told) = oneshot::channel();
    let zone = (aws.place().1.clone(), zone.to_owned());
    let first = {
        let mut waiting = lock(&WAITING);
        let idle = !waiting.contains_key(&zone);
        waiting.entry(zone.clone()).or_default().push(Asked { change, tell });
        idle
    };
    if first {
        // A task of its own: whoever asked first may give up, the others still want their changes made.
        tokio::spawn(work(aws.route53(), zone));
    }
    told.await.unwrap_or_else(|_| Err(Error::new("the change was given up")))
}

async fn work(client: Client, zone: Zone) {
    loop {
        tokio::time::sleep(WINDOW).await;
        let batch = {
            let mut waiting = lock(&WAITING);
            match waiting.get_mut(&zone) {
                Some(queue) if !queue.is_empty() => {
                    let many = fitting(queue.iter().map(|asked| weight(&asked.change)));
                    queue.drain(..many).collect()
                }
                _ => {
                    waiting.remove(&zone);
                    return;
                }
            }
        };
        send(&client, &zone.1, batch).await;
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
async fn send(client: &Client, zone: &str, batch: Vec<Asked>) {
    let mut parts = vec![batch];
    while let Some(mut part) = parts.pop() {
        let changes = part.iter().map(|asked| asked.change.clone()).collect();
        let made = match ChangeBatch::builder().set_changes(Some(changes)).build() {
            Ok(batch) => client.change_resource_record_sets().hosted_zone_id(zone).change_batch(batch).send().await,
            Err(error) => {
                answer(part, |_| Err(Error::new(error.to_string())));
                continue;
            }
        };
        let refused =
            made.as_ref().is_err_and(|error| matches!(error.code(), Some("InvalidChangeBatch" | "InvalidInput")));
        if refused && part.len() > 1 {
            let rest = part.split_off(part.len() / 2);
            parts.extend([rest, part]);
            continue;
        }
        let made = made.told("Route 53", "");
        answer(part, |()| match &made {
            Ok(made) => {
                let id = made.change_info().map(|info| bare(info.id())).unwrap_or_default();
                Ok(Outcome::Made(id.to_owned()))
            }
            Err(error) if refused => Ok(Outcome::Refused(error.clone())),
            Err(error) => Err(error.clone()),
        });
    }
}

fn answer(part: Vec<Asked>, outcome: impl Fn(()) -> Result<Outcome>) {
    for asked in part {
        // Whoever gave up waiting needs no answer.
        let _ = asked.tell.send(outcome(()));
    }
}

/// The changes whose end somebody waits for, by the id of the record. Only this process knows them: after it, a record counts as known.
static SPREADING: LazyLock<Mutex<HashMap<String, String>>> = LazyLock::new(Mutex::default);

/// From now on the record is not ready until the change has reached all name servers.
pub fn await_sync(record: &str, change: String) {
    lock(&SPREADING).insert(record.to_owned(), change);
}

/// Whether all of Route 53's name servers know the record's last change.
pub async fn synced(aws: &Aws, record: &str) -> Result<Progress> {
    static BATCH: LazyLock<Batch<ChangeStatus>> = LazyLock::new(Batch::default);
    let Some(change) = lock(&SPREADING).get(record).cloned() else {
        return Ok(Progress::Done);
    };
    let client = aws.route53();
    let ask = async move |changes: Vec<String>| {
        let mut found = HashMap::new();
        for change in changes {
            let asked = client.get_change().id(&change).send().await.unless(&["NoSuchChange"]);
            let answer = asked.told("reading change", &change)?;
            if let Some(info) = answer.as_ref().and_then(|a| a.change_info()) {
                found.insert(change, info.status().clone());
            }
        }
        Ok(found)
    };
    match BATCH.ask(aws.place(), &change, ask).await? {
        Some(ChangeStatus::Pending) => Ok(Progress::Pending("PENDING".into())),
        _ => {
            lock(&SPREADING).remove(record);
            Ok(Progress::Done)
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::fitting;

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
