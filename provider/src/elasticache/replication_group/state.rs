//! A replication group's state, out of what AWS tells of the group, of its first node and of its tags.

use std::collections::BTreeSet;

use aws_sdk_elasticache::types::{
    AutomaticFailoverStatus, CacheCluster, ClusterMode as AwsClusterMode, Endpoint, MultiAzStatus,
    NetworkType as AwsNetworkType, PendingAutomaticFailoverStatus, PendingModifiedValues, ReplicationGroup as AwsGroup,
    SecurityGroupMembership, TransitEncryptionMode as AwsTransitEncryptionMode,
};
use pulumi_plugin::{Progress, Result};

use super::inputs::*;
use super::{ReplicationGroup, logs, version};
use crate::aws::{Aws, Told as _};
use crate::elasticache::visible;

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
    let arn = group.arn().unwrap_or_default();
    let first = group.member_clusters().first();
    let (node, tags) = futures::try_join!(node(aws, first.map(String::as_str).unwrap_or_default()), visible(aws, arn))?;
    let shard = group.node_groups().first();
    let primary = shard.and_then(|s| s.primary_endpoint());
    let configuration = group.configuration_endpoint();
    let address = |endpoint: Option<&Endpoint>| endpoint?.address().map(str::to_owned);
    Ok(ReplicationGroup {
        inputs: ReplicationGroupInputs { tags, ..inputs(&group, &node) },
        arn: arn.to_owned(),
        primary_endpoint_address: address(primary),
        reader_endpoint_address: address(shard.and_then(|s| s.reader_endpoint())),
        configuration_endpoint_address: address(configuration),
        member_clusters: group.member_clusters().to_vec(),
        cluster_enabled: group.cluster_enabled().unwrap_or_default(),
        engine_version_actual: node.engine_version().unwrap_or_default().to_owned(),
    })
}

/// The inputs, as far as the group and its node tell them. A change that waits for the maintenance window counts: it needs not be asked
/// for again.
fn inputs(group: &AwsGroup, node: &CacheCluster) -> ReplicationGroupInputs {
    let pending = node.pending_modified_values();
    let (shards, replicas) = sizes(group.member_clusters());
    let kind = pending.and_then(PendingModifiedValues::cache_node_type);
    let version = pending.and_then(PendingModifiedValues::engine_version);
    let version = version.or(node.engine_version()).unwrap_or_default();
    let raised = group.auto_minor_version_upgrade();
    let encrypted = group.transit_encryption_enabled().unwrap_or_default();
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    ReplicationGroupInputs {
        replication_group_id: text(group.replication_group_id()).into(),
        description: text(group.description()),
        engine: match group.engine().or(node.engine()) {
            Some("redis") => Engine::Redis,
            _ => Engine::Valkey,
        },
        engine_version: Some(version::canonical(version)),
        node_type: text(kind.or(group.cache_node_type())),
        port: port(group),
        subnet_group_name: node.cache_subnet_group_name().map(Into::into),
        security_group_ids: Some(security_groups(node)),
        parameter_group_name: node.cache_parameter_group().and_then(|g| g.cache_parameter_group_name()).map(Into::into),
        cluster_mode: cluster_mode(group),
        num_node_groups: shards,
        replicas_per_node_group: replicas,
        automatic_failover_enabled: failover(group),
        multi_az_enabled: group.multi_az() == Some(&MultiAzStatus::Enabled),
        transit_encryption_enabled: encrypted,
        transit_encryption_mode: transit_mode(group).filter(|_| encrypted),
        at_rest_encryption_enabled: group.at_rest_encryption_enabled().unwrap_or_default(),
        kms_key_id: group.kms_key_id().map(str::to_owned),
        auth_token: None,
        user_group_ids: group.user_group_ids().iter().cloned().collect(),
        snapshot_retention_limit: group.snapshot_retention_limit().unwrap_or_default(),
        snapshot_window: group.snapshot_window().map(str::to_owned),
        preferred_maintenance_window: node.preferred_maintenance_window().map(Into::into),
        snapshot_name: None,
        final_snapshot_identifier: None,
        notification_topic_arn: topic(node),
        log_delivery_configurations: logs::read(group.log_delivery_configurations()),
        auto_minor_version_upgrade: raised.or(node.auto_minor_version_upgrade()).unwrap_or_default(),
        apply_immediately: None,
        network_type: network(group),
        tags: Default::default(),
    }
}

/// The port, which nothing says before there is an endpoint; until then it is the usual one.
fn port(group: &AwsGroup) -> u16 {
    let shard = group.node_groups().first();
    let endpoint = group.configuration_endpoint().or(shard.and_then(|s| s.primary_endpoint()));
    let port = endpoint.and_then(Endpoint::port);
    port.and_then(|p| u16::try_from(p).ok()).unwrap_or(6379)
}

fn network(group: &AwsGroup) -> NetworkType {
    match group.network_type() {
        Some(AwsNetworkType::Ipv6) => NetworkType::Ipv6,
        Some(AwsNetworkType::DualStack) => NetworkType::DualStack,
        _ => NetworkType::Ipv4,
    }
}

/// The first node, which tells what the group doesn't: all nodes of a group have it in common.
async fn node(aws: &Aws, name: &str) -> Result<CacheCluster> {
    let ask = aws.elasticache().describe_cache_clusters();
    let asked = ask.cache_cluster_id(name).send().await;
    let answer = asked.unless(&["CacheClusterNotFound"]).told("reading cache cluster", name)?;
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

fn security_groups(node: &CacheCluster) -> BTreeSet<String> {
    let ids = node.security_groups().iter().filter_map(SecurityGroupMembership::security_group_id);
    ids.map(str::to_owned).collect()
}

/// Whether it is on, or is being turned on.
fn failover(group: &AwsGroup) -> bool {
    let pending = group.pending_modified_values().and_then(|p| p.automatic_failover_status());
    match pending {
        Some(pending) => *pending == PendingAutomaticFailoverStatus::Enabled,
        None => matches!(
            group.automatic_failover(),
            Some(AutomaticFailoverStatus::Enabled | AutomaticFailoverStatus::Enabling)
        ),
    }
}

fn cluster_mode(group: &AwsGroup) -> Option<ClusterMode> {
    Some(match group.cluster_mode()? {
        AwsClusterMode::Enabled => ClusterMode::Enabled,
        AwsClusterMode::Compatible => ClusterMode::Compatible,
        _ => ClusterMode::Disabled,
    })
}

fn transit_mode(group: &AwsGroup) -> Option<TransitEncryptionMode> {
    Some(match group.transit_encryption_mode()? {
        AwsTransitEncryptionMode::Preferred => TransitEncryptionMode::Preferred,
        _ => TransitEncryptionMode::Required,
    })
}

/// The topic, unless it is silenced, which is how it is taken away.
fn topic(node: &CacheCluster) -> Option<String> {
    let notification = node.notification_configuration()?;
    let active = notification.topic_status() != Some("inactive");
    notification.topic_arn().filter(|_| active).map(str::to_owned)
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
