//! What an upgrade has come to: a cluster whose upgrade has failed is available again, with its old version.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_sdk_rds::types::SourceType;
use pulumi_plugin::{Error, Id, Progress, Resource as _, Result};

use super::{Cluster, version};
use crate::aws::{Aws, Doing as _};

/// How many looks may still show the old version of an available cluster: RDS begins late.
const LOOKS: u8 = 12;
/// How many events are told.
const EVENTS: usize = 4;

/// By cluster, the version that it was asked for, and how many looks are still to come.
#[derive(Default)]
struct Upgrades(Mutex<HashMap<String, (String, u8)>>);

/// Notes that a cluster has been asked to come to a version.
pub fn begun(aws: &Aws, id: &Id, version: &str) {
    let upgrades = aws.kept::<Upgrades>();
    let mut upgrades = upgrades.0.lock().unwrap_or_else(PoisonError::into_inner);
    upgrades.insert(id.to_string(), (version.to_owned(), LOOKS));
}

/// Counts a look. The version that the cluster was asked for, and whether it may still come to it.
fn look(aws: &Aws, id: &Id) -> Option<(String, bool)> {
    let upgrades = aws.kept::<Upgrades>();
    let mut upgrades = upgrades.0.lock().unwrap_or_else(PoisonError::into_inner);
    let (version, looks) = upgrades.get_mut(id.as_str())?;
    *looks = looks.saturating_sub(1);
    Some((version.clone(), *looks > 0))
}

fn over(aws: &Aws, id: &Id) {
    aws.kept::<Upgrades>().0.lock().unwrap_or_else(PoisonError::into_inner).remove(id.as_str());
}

/// Whether a cluster that is available has come to the version that it was asked for.
pub async fn settled(aws: &Aws, id: &Id) -> Result<Progress> {
    let Some((asked, may_come)) = look(aws, id) else { return Ok(Progress::Done) };
    let seen = Cluster::find(aws, id).await?;
    let actual = seen.as_ref().and_then(|seen| seen.engine_version()).unwrap_or_default();
    if seen.is_some() && !version::meets(actual, &asked) {
        if may_come {
            return Ok(Progress::Pending(format!("version {actual}, before the upgrade to {asked}")));
        }
        over(aws, id);
        return Err(failed(aws, id, actual, &asked).await);
    }
    over(aws, id);
    Ok(Progress::Done)
}

/// Why an upgrade has failed, as far as the cluster's events say it.
async fn failed(aws: &Aws, id: &Id, actual: &str, asked: &str) -> Error {
    let words = format!("upgrading cluster `{id}` to `{asked}`: it is available again, and still has `{actual}`");
    match events(aws, id).await {
        Ok(told) if !told.is_empty() => Error::new(format!("{words}; its last events: {}", told.join("; "))),
        _ => Error::new(words).hint(format!(
            "`aws rds describe-events --source-type db-cluster --source-identifier {id} --duration 1440` says why"
        )),
    }
}

/// The last events of a cluster, of the last hours.
async fn events(aws: &Aws, id: &Id) -> Result<Vec<String>> {
    let asked = aws.rds().describe_events().source_type(SourceType::DbCluster).source_identifier(id).duration(180);
    let all: Vec<_> =
        asked.into_paginator().items().send().collect::<Result<_, _>>().await.doing("reading the events of", id)?;
    let mut told: Vec<_> = all.into_iter().filter_map(|event| event.message).collect();
    Ok(told.split_off(told.len().saturating_sub(EVENTS)))
}
