//! A replication group's state, read from what AWS returns for the group, its first node and its tags.

use std::collections::BTreeSet;

use aws_sdk_elasticache::types::{
    AutomaticFailoverStatus, CacheCluster, DataTieringStatus, Endpoint, MultiAzStatus, NodeGroup,
    NotificationConfiguration, PendingAutomaticFailoverStatus, PendingModifiedValues, ReplicationGroup as AwsGroup,
};
use pulumi_plugin::{Order, Progress, Result};

use super::inputs::*;
use super::{ReplicationGroup, logs, version};
use crate::aws::{Aws, Doing as _, word, word_or};
use crate::elasticache::tags;

/// How far it has come.
pub fn progress(group: &AwsGroup) -> Progress {
    let pending = group.pending_modified_values();
    let moving = pending
        .is_some_and(|p| p.resharding().is_some() || p.auth_token_status().is_some() || p.user_groups().is_some());
    match group.status().unwrap_or_default() {
        "available" if moving => Progress::Pending("modifying".into()),
        "available" => Progress::Done,
        "deleting" => Progress::Leaving("deleting".into()),
        "create-failed" => {
            Progress::Failed("AWS could not make it; the events of ElastiCache in the console say why".into())
        }
        state => Progress::Pending(state.to_owned()),
    }
}

/// The state of a group.
pub async fn read(aws: &Aws, group: AwsGroup) -> Result<ReplicationGroup> {
    let arn = group.arn.clone().unwrap_or_default();
    let members = group.member_clusters().to_vec();
    let first = members.first().map(String::as_str).unwrap_or_default();
    let (node, tags) = futures::try_join!(node(aws, first), tags::visible(aws, &arn))?;
    let shard = group.node_groups().first();
    let address = |endpoint: Option<&Endpoint>| endpoint?.address.clone();
    Ok(ReplicationGroup {
        primary_endpoint_address: address(shard.and_then(NodeGroup::primary_endpoint)),
        reader_endpoint_address: address(shard.and_then(NodeGroup::reader_endpoint)),
        configuration_endpoint_address: address(group.configuration_endpoint()),
        cluster_enabled: group.cluster_enabled.unwrap_or_default(),
        engine_version_actual: node.engine_version.clone().unwrap_or_default(),
        inputs: ReplicationGroupInputs { tags, ..inputs(group, node)? },
        member_clusters: members,
        arn,
    })
}

/// The inputs, as far as AWS returns them. A change that waits for the maintenance window counts as made: it need not be asked for again.
fn inputs(group: AwsGroup, node: CacheCluster) -> Result<ReplicationGroupInputs> {
    let pending = node.pending_modified_values.unwrap_or_else(|| PendingModifiedValues::builder().build());
    let (shards, replicas) = sizes(group.member_clusters());
    let (port, failover) = (port(&group), failover(&group));
    let encrypted = group.transit_encryption_enabled.unwrap_or_default();
    let version = pending.engine_version.or(node.engine_version).unwrap_or_default();
    let minor = group.auto_minor_version_upgrade.or(node.auto_minor_version_upgrade);
    let security_groups = node.security_groups.unwrap_or_default().into_iter();
    let security_groups: BTreeSet<_> = security_groups.filter_map(|member| member.security_group_id).collect();
    Ok(ReplicationGroupInputs {
        replication_group_id: group.replication_group_id.unwrap_or_default().into(),
        description: group.description.unwrap_or_default(),
        engine: word_or(group.engine.or(node.engine), Engine::Redis)?,
        engine_version: Some(version::canonical(&version)),
        node_type: pending.cache_node_type.or(group.cache_node_type).unwrap_or_default(),
        port,
        subnet_group_name: node.cache_subnet_group_name.map(Into::into),
        security_group_ids: Some(security_groups).filter(|ids| !ids.is_empty()),
        parameter_group_name: node.cache_parameter_group.and_then(|g| g.cache_parameter_group_name).map(Into::into),
        cluster_mode: group.cluster_mode.map(word).transpose()?,
        num_node_groups: shards,
        replicas_per_node_group: replicas,
        node_group_configuration: None,
        automatic_failover_enabled: failover,
        multi_az_enabled: group.multi_az == Some(MultiAzStatus::Enabled),
        transit_encryption_enabled: encrypted,
        transit_encryption_mode: group.transit_encryption_mode.filter(|_| encrypted).map(word).transpose()?,
        at_rest_encryption_enabled: group.at_rest_encryption_enabled.unwrap_or_default(),
        kms_key_id: group.kms_key_id,
        auth_token: None,
        user_group_ids: group.user_group_ids.unwrap_or_default().into_iter().collect(),
        snapshot_retention_limit: group.snapshot_retention_limit.unwrap_or_default(),
        snapshotting_cluster_id: group.snapshotting_cluster_id,
        snapshot_window: group.snapshot_window.map(word).transpose()?,
        preferred_maintenance_window: node.preferred_maintenance_window.map(word).transpose()?,
        snapshot_name: None,
        snapshot_arns: None,
        final_snapshot_identifier: None,
        notification_topic_arn: node.notification_configuration.and_then(topic).map(word).transpose()?,
        log_delivery_configurations: logs::read(group.log_delivery_configurations.unwrap_or_default())?,
        auto_minor_version_upgrade: minor.unwrap_or_default(),
        apply_immediately: Order::unknown(),
        data_tiering_enabled: group.data_tiering == Some(DataTieringStatus::Enabled),
        durability: group.durability.map(word).transpose()?,
        network_type: word_or(group.network_type, NetworkType::Ipv4)?,
        ip_discovery: group.ip_discovery.map(word).transpose()?,
        tags: Default::default(),
    })
}

/// The port. AWS returns none before there is an endpoint; until then it is the default one.
fn port(group: &AwsGroup) -> u16 {
    let shard = group.node_groups().first();
    let endpoint = group.configuration_endpoint().or(shard.and_then(NodeGroup::primary_endpoint));
    endpoint.and_then(Endpoint::port).and_then(|port| u16::try_from(port).ok()).unwrap_or(6379)
}

/// The first node, which has what AWS doesn't return for the group; all nodes of a group have it in common.
async fn node(aws: &Aws, name: &str) -> Result<CacheCluster> {
    let asked = aws.elasticache().describe_cache_clusters().cache_cluster_id(name).send().await;
    let answer = asked.unless(&["CacheClusterNotFound"]).doing("reading cache cluster", name)?;
    let node = answer.and_then(|a| a.cache_clusters?.pop());
    Ok(node.unwrap_or_else(|| CacheCluster::builder().build()))
}

/// Shards, and replicas of each. Members are named `ID-001`, and in cluster mode `ID-0001-001`, also while nothing else is known.
fn sizes(members: &[String]) -> (i32, i32) {
    let shard = |member: &'_ String| member.rsplit_once('-').map(|(shard, _)| shard.to_owned());
    let shards = members.iter().map(shard).collect::<BTreeSet<_>>().len();
    let nodes = members.len().checked_div(shards).unwrap_or(1);
    (shards.max(1) as i32, nodes.saturating_sub(1) as i32)
}

/// Whether it is on, or is being turned on.
fn failover(group: &AwsGroup) -> bool {
    use AutomaticFailoverStatus::{Enabled, Enabling};
    match group.pending_modified_values().and_then(|p| p.automatic_failover_status()) {
        Some(pending) => *pending == PendingAutomaticFailoverStatus::Enabled,
        None => matches!(group.automatic_failover(), Some(Enabled | Enabling)),
    }
}

/// The topic. An update removes a topic by making it inactive.
fn topic(notification: NotificationConfiguration) -> Option<String> {
    notification.topic_arn.filter(|_| notification.topic_status.as_deref() != Some("inactive"))
}

#[cfg(test)]
mod tests {
    use super::sizes;

    #[test]
    fn counts_shards_and_replicas() {
        for (members, expected) in [
            (&["web-001"][..], (1, 0)),
            (&["web-001", "web-002", "web-003"], (1, 2)),
            (&["web-0001-001", "web-0001-002", "web-0002-001", "web-0002-002"], (2, 1)),
            (&[], (1, 0)),
        ] {
            let members: Vec<_> = members.iter().map(|m| (*m).to_owned()).collect();
            assert_eq!(sizes(&members), expected, "{members:?}");
        }
    }
}
