//! Keeps the last instance of a protected cluster: AWS protects the cluster alone, so that a destruction would first take all instances away and then
//! fail, with the database down.

use std::collections::HashMap;
use std::sync::{Arc, Mutex as Locked, PoisonError};

use aws_sdk_rds::types::{DbInstance, Filter};
use pulumi_plugin::{Error, Id, Result};
use tokio::sync::Mutex;

use crate::aws::{Aws, Doing as _};

/// One turn a cluster: two deletions side by side must not each take the other's instance for the one that stays.
#[derive(Default)]
struct Turns(Locked<HashMap<String, Arc<Mutex<()>>>>);

/// The turn of a cluster.
pub fn turn(aws: &Aws, cluster: &str) -> Arc<Mutex<()>> {
    let turns = aws.kept::<Turns>();
    let mut turns = turns.0.lock().unwrap_or_else(PoisonError::into_inner);
    turns.entry(cluster.to_owned()).or_default().clone()
}

/// The instances of a cluster, with their states.
pub async fn members(aws: &Aws, cluster: &str) -> Result<Vec<(String, String)>> {
    let filter = Filter::builder().name("db-cluster-id").values(cluster).build();
    let pages = aws.rds().describe_db_instances().filters(filter).into_paginator().items().send();
    let found: Vec<DbInstance> = pages.collect::<Result<_, _>>().await.doing("reading the instances of", cluster)?;
    let member = |instance: DbInstance| {
        (instance.db_instance_identifier.unwrap_or_default(), instance.db_instance_status.unwrap_or_default())
    };
    Ok(found.into_iter().map(member).collect())
}

/// Refuses to delete the last living instance of a cluster that is protected from deletion.
pub async fn refuse_the_last(aws: &Aws, id: &Id, cluster: &str) -> Result<()> {
    let asked = aws.rds().describe_db_clusters().db_cluster_identifier(cluster).send().await;
    let answer = asked.unless(&["DBClusterNotFoundFault"]).doing("reading cluster", cluster)?;
    let found = answer.and_then(|answer| answer.db_clusters?.pop());
    if found.is_none_or(|cluster| cluster.deletion_protection != Some(true)) {
        return Ok(());
    }
    let members = members(aws, cluster).await?;
    let mut living = members.iter().filter(|(_, state)| state != "deleting").map(|(name, _)| name.as_str());
    match (living.next(), living.next()) {
        (Some(only), None) if only == id.as_str() => Err(Error::new(format!(
            "deleting instance `{id}`: it is the last one of cluster `{cluster}`, which is protected from deletion"
        ))
        .hint("set `deletionProtection: false` on the cluster, run `pulumi up`, and then destroy; or give the cluster another instance first")),
        _ => Ok(()),
    }
}
