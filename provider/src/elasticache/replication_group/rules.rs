//! Rules between a replication group's properties.

use std::collections::BTreeSet;

use pulumi_plugin::{Fault, Faults};

use super::inputs::{
    ClusterMode, Durability, IpDiscovery, NetworkType, NodeGroupConfiguration, ReplicationGroupInputs,
};
use super::version;

/// Everything that is wrong.
pub fn faults(new: &ReplicationGroupInputs) -> Vec<Fault> {
    Faults::of(new)
        .needs("kmsKeyId", "atRestEncryptionEnabled")
        .needs("transitEncryptionMode", "transitEncryptionEnabled")
        .needs("authToken", "transitEncryptionEnabled")
        .needs("userGroupIds", "transitEncryptionEnabled")
        .excludes("authToken", "userGroupIds")
        .excludes("snapshotName", "snapshotArns")
        .and(texts(new))
        .and(nodes(new))
        .and(failover(new))
        .and(logs(new))
        .into_vec()
}

/// What a type can't say of one property: its words would show a token, or name what AWS has.
fn texts(new: &ReplicationGroupInputs) -> Vec<Fault> {
    let printable = |c: char| c.is_ascii_graphic() && !"/\"@%".contains(c);
    let fine = |token: &String| (16..=128).contains(&token.len()) && token.chars().all(printable);
    let version = new.engine_version.as_deref().unwrap_or("8.0");
    let short = Some(version::canonical(version)).filter(|short| version::well_formed(short));
    let likely = short.unwrap_or_else(|| "8.0".to_owned());
    Faults::of(new)
        .when(
            new.auth_token.as_ref().is_some_and(|token| !fine(token.expose())),
            "authToken",
            "must be 16 to 128 printable characters without spaces, `/`, `\"`, `@` and `%`",
        )
        .when(
            !version::well_formed(version),
            "engineVersion",
            format!("`{version}` is not a version such as `{likely}`; AWS chooses the patch"),
        )
        .when(
            !new.node_type.starts_with("cache."),
            "nodeType",
            format!("`{}` is not a type of cache node; did you mean `cache.{0}`?", new.node_type),
        )
        .into_vec()
}

fn nodes(new: &ReplicationGroupInputs) -> Vec<Fault> {
    let shards = new.num_node_groups;
    let described = new.node_group_configuration.as_deref().unwrap_or_default();
    let with_disks = new.node_type.starts_with("cache.r6gd.");
    let durable = matches!(new.durability, Some(Durability::Sync | Durability::Async));
    let other = match new.ip_discovery {
        Some(IpDiscovery::Ipv4) => NetworkType::Ipv6,
        _ => NetworkType::Ipv4,
    };
    let clustered = shards > 1 || new.cluster_mode == Some(ClusterMode::Enabled);
    let sourced = new.snapshotting_cluster_id.is_some() && clustered;
    Faults::of(new)
        .when(sourced, "snapshottingClusterId", "AWS chooses the nodes in cluster mode")
        .when(
            shards > 1 && new.cluster_mode.is_some_and(|mode| mode != ClusterMode::Enabled),
            "numNodeGroups",
            "without cluster mode there is one shard; give more nodes as `replicasPerNodeGroup`, or `clusterMode: enabled`",
        )
        .when(
            !described.is_empty() && described.len() != shards as usize,
            "nodeGroupConfiguration",
            format!("has {} entries; `numNodeGroups` is {shards}, and each shard takes one", described.len()),
        )
        .each("nodeGroupConfiguration", described, |shard| replicas(shard, new.replicas_per_node_group))
        .when(with_disks && !new.data_tiering_enabled, "dataTieringEnabled", "nodes of the family r6gd need it")
        .when(new.data_tiering_enabled && !with_disks, "nodeType", "`dataTieringEnabled` needs the family r6gd")
        .when(durable && !new.at_rest_encryption_enabled, "atRestEncryptionEnabled", "`durability` needs it")
        .when(
            new.ip_discovery.is_some() && new.network_type == other,
            "ipDiscovery",
            "nodes have no such addresses; see `networkType`",
        )
        .into_vec()
}

fn replicas(shard: &NodeGroupConfiguration, count: i32) -> Vec<Fault> {
    let zones = shard.replica_availability_zones.len();
    let wrong = zones > 0 && zones != count as usize;
    let why = format!("has {zones} zones; `replicasPerNodeGroup` is {count}, and each replica takes one");
    Faults::of(shard).when(wrong, "replicaAvailabilityZones", why).into_vec()
}

fn failover(new: &ReplicationGroupInputs) -> Vec<Fault> {
    let (on, alone) = (new.automatic_failover_enabled, new.replicas_per_node_group == 0);
    let clustered = new.num_node_groups > 1 || new.cluster_mode == Some(ClusterMode::Enabled);
    Faults::of(new)
        .needs("multiAzEnabled", "automaticFailoverEnabled")
        .when(
            new.cluster_mode == Some(ClusterMode::Compatible) && !on,
            "automaticFailoverEnabled",
            "the step to cluster mode needs it",
        )
        .when(clustered && !on, "automaticFailoverEnabled", "cluster mode needs it")
        .when(!clustered && on && alone, "replicasPerNodeGroup", "automatic failover needs at least one replica")
        .when(new.multi_az_enabled && alone, "replicasPerNodeGroup", "`multiAzEnabled` needs at least one replica")
        .into_vec()
}

fn logs(new: &ReplicationGroupInputs) -> Vec<Fault> {
    let logs = &new.log_delivery_configurations;
    let kinds: BTreeSet<_> = logs.iter().map(|log| log.log_type).collect();
    let twice = kinds.len() < logs.len();
    Faults::of(new).when(twice, "logDeliveryConfigurations", "each kind of log has one destination").into_vec()
}
