//! How changes spread to all of Route 53's name servers: each is asked about once for all records that wait for it, and only from about when
//! the last one had spread.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_sdk_route53::types::ChangeStatus;
use pulumi_plugin::{Progress, Result};

use crate::aws::{Aws, Doing as _};

/// A change that was made.
#[derive(Clone)]
pub struct Made {
    id: String,
    spreading: Arc<Spreading>,
}

impl Made {
    /// The change of an id.
    pub fn of(aws: &Aws, id: &str) -> Made {
        Made { id: id.to_owned(), spreading: aws.kept() }
    }
}

/// The changes whose end somebody waits for. Only this process knows them: after it, a record counts as known everywhere.
#[derive(Default)]
struct Spreading(Mutex<Waits>);

#[derive(Default)]
struct Waits {
    records: HashMap<String, Wait>,
    /// How often the records of the last change had asked when it had spread.
    usual: u32,
}

/// A record that waits for a change, and how often it has asked.
struct Wait {
    change: Arc<Spread>,
    asked: u32,
}

/// A change: how often AWS was asked for all of its records, and whether it has spread.
struct Spread {
    id: String,
    looks: tokio::sync::Mutex<(u32, bool)>,
}

/// From now on the record is not ready until the change has reached all name servers.
pub fn await_sync(record: &str, made: Made) {
    let mut waits = made.spreading.lock();
    let there = waits.records.values().map(|wait| &wait.change).find(|change| change.id == made.id).cloned();
    let change = there.unwrap_or_else(|| Arc::new(Spread { id: made.id.clone(), looks: Default::default() }));
    waits.records.insert(record.to_owned(), Wait { change, asked: 0 });
}

/// Whether all of Route 53's name servers know the record's last change.
pub async fn synced(aws: &Aws, record: &str) -> Result<Progress> {
    let spreading = aws.kept::<Spreading>();
    let Some((change, asked, early)) = spreading.asks(record) else {
        return Ok(Progress::Done);
    };
    let pending = Ok(Progress::Pending("PENDING".into()));
    if early {
        return pending;
    }
    let mut looks = change.looks.lock().await;
    // Whoever asks for the so-manieth time first asks AWS, for all.
    if !looks.1 && looks.0 < asked {
        *looks = (asked, has_spread(aws, &change.id).await?);
    }
    match looks.1 {
        true => Ok(spreading.done(record, asked)),
        false => pending,
    }
}

async fn has_spread(aws: &Aws, change: &str) -> Result<bool> {
    let answer = aws.route53().get_change().id(change).send().await;
    let answer = answer.unless(&["NoSuchChange"]).doing("reading change", change)?;
    Ok(answer.and_then(|answer| answer.change_info).is_none_or(|info| info.status != ChangeStatus::Pending))
}

impl Spreading {
    /// The change that a record waits for, how often it has asked by now, and whether that is too early for an answer.
    fn asks(&self, record: &str) -> Option<(Arc<Spread>, u32, bool)> {
        let mut waits = self.lock();
        // At once it never has.
        let early = waits.usual.max(3) - 2;
        let wait = waits.records.get_mut(record)?;
        wait.asked += 1;
        Some((wait.change.clone(), wait.asked, wait.asked <= early))
    }

    fn done(&self, record: &str, asked: u32) -> Progress {
        let mut waits = self.lock();
        waits.records.remove(record);
        waits.usual = asked;
        Progress::Done
    }

    fn lock(&self) -> MutexGuard<'_, Waits> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
