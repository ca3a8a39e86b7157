//! The copies of a secret in other regions.

use std::collections::BTreeSet;

use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use aws_sdk_secretsmanager::types::{ReplicaRegionType, ReplicationStatusType, StatusType};
use pulumi_plugin::{Error, Id, Resource as _, Result};

use super::{OWN_KEY, ReplicaRegion, Secret, SecretInputs};
use crate::aws::{Aws, Doing as _};

/// Whether a copy has this status.
pub fn has(replica: &ReplicationStatusType, status: &StatusType) -> bool {
    replica.status() == Some(status)
}

/// The copies that stand, or are being made. One that failed counts as none, so that the next update tries it again.
pub fn standing(seen: &DescribeSecretOutput) -> BTreeSet<ReplicaRegion> {
    let standing = seen.replication_status().iter().filter(|replica| !has(replica, &StatusType::Failed));
    standing
        .map(|replica| ReplicaRegion {
            region: replica.region().unwrap_or_default().to_owned(),
            kms_key_id: replica.kms_key_id().filter(|key| *key != OWN_KEY).map(str::to_owned),
        })
        .collect()
}

/// The program may name Secrets Manager's own key.
pub fn respell(standing: &mut BTreeSet<ReplicaRegion>, given: &BTreeSet<ReplicaRegion>) {
    for named in given.iter().filter(|replica| replica.kms_key_id.as_deref() == Some(OWN_KEY)) {
        if standing.remove(&ReplicaRegion { kms_key_id: None, ..named.clone() }) {
            standing.insert(named.clone());
        }
    }
}

/// Removes the copies that are not asked for, and makes those that are missing. A copy with another key is made anew.
pub async fn bring(aws: &Aws, id: &Id, old: &SecretInputs, new: &SecretInputs) -> Result<()> {
    let (was, wanted) = (&old.replica_regions, &new.replica_regions);
    remove(aws, id, was.difference(wanted).map(|replica| replica.region.as_str())).await?;
    let missing: BTreeSet<_> = wanted.difference(was).cloned().collect();
    if missing.is_empty() {
        return Ok(());
    }
    // An earlier attempt may have begun some: Secrets Manager refuses a region that has a copy.
    let begun = Secret::find(aws, id).await?.map(|seen| standing(&seen)).unwrap_or_default();
    let missing: Vec<_> = missing.iter().filter(|it| !begun.iter().any(|begun| begun.region == it.region)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let replicate = aws
        .secretsmanager()
        .replicate_secret_to_regions()
        .secret_id(id)
        .set_add_replica_regions(Some(missing.into_iter().map(written).collect()))
        .force_overwrite_replica_secret(new.force_overwrite_replica_secret.value());
    replicate.send().await.done("replicating secret", id)
}

/// Removes copies.
pub async fn remove(aws: &Aws, id: &Id, regions: impl Iterator<Item = &str>) -> Result<()> {
    let regions: Vec<_> = regions.map(str::to_owned).collect();
    if regions.is_empty() {
        return Ok(());
    }
    let remove = aws.secretsmanager().remove_regions_from_replication().secret_id(id);
    remove.set_remove_replica_regions(Some(regions)).send().await.done("removing replicas of secret", id)
}

/// Why a copy could not be made.
pub fn failure(id: &Id, replica: &ReplicationStatusType) -> Error {
    let (region, why) = (replica.region().unwrap_or_default(), replica.status_message().unwrap_or_default());
    Error::new(format!("replicating secret `{id}` to {region}: {why}"))
        .hint("`forceOverwriteReplicaSecret: true` overwrites a secret of the same name there; `pulumi up` tries again")
}

fn written(replica: &ReplicaRegion) -> ReplicaRegionType {
    ReplicaRegionType::builder().region(&replica.region).set_kms_key_id(replica.kms_key_id.clone()).build()
}
