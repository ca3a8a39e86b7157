//! What the program asks of a replication group.

use std::collections::BTreeSet;

use pulumi_plugin::{Order, Property, Secret};

use crate::aws::Tags;
use crate::types::{Arn, CacheGroupName, DailyWindow, Lowercase, ReplicationGroupId, WeeklyWindow};

/// What the program asks of a replication group.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ReplicationGroupInputs {
    /// The replication group's name: a letter, then letters, digits and single hyphens; at most 40 characters. It is part of the host names.
    #[prop(replace, unique, autoname = 40)]
    pub replication_group_id: ReplicationGroupId,
    /// The description.
    #[prop(default = "Managed by Pulumi".to_owned(), min = 1, max = 255)]
    pub description: String,
    /// The engine. `redis` is upgraded to `valkey` in place; AWS has no way back.
    #[prop(default = Engine::Valkey)]
    pub engine: Engine,
    /// The engine's major and minor version, such as `8.0`; AWS chooses the patch. Redis before 6 takes the patch too: `5.0.6`. A version is
    /// only ever raised. With `autoMinorVersionUpgrade`, a later minor version is no difference. Default: AWS's newest.
    #[prop(computed)]
    pub engine_version: Option<String>,
    /// The node type, such as `cache.t4g.micro`.
    pub node_type: String,
    /// The TCP port.
    #[prop(default = 6379, min = 1024, max = 65535, replace)]
    pub port: u16,
    /// The cache subnet group. Default: the subnets of the default VPC.
    #[prop(replace, computed)]
    pub subnet_group_name: Option<CacheGroupName>,
    /// The security groups of the nodes. Default: the VPC's default security group.
    #[prop(computed, stable, min = 1)]
    pub security_group_ids: Option<BTreeSet<String>>,
    /// The parameter group. Default: AWS's own for the engine's version, such as `default.valkey8`.
    #[prop(computed)]
    pub parameter_group_name: Option<Lowercase>,
    /// The cluster mode: whether data can be spread over several shards. AWS changes it in place from `disabled` through `compatible` to
    /// `enabled`, with automatic failover, a replica, and the cluster-mode parameter group where one is given. The way back takes a new
    /// replication group, without the data. Default: `enabled` with several shards or with a cluster-mode parameter group.
    #[prop(computed)]
    pub cluster_mode: Option<ClusterMode>,
    /// The number of shards (node groups). More than one need cluster mode.
    #[prop(default = 1, min = 1, max = 500)]
    pub num_node_groups: i32,
    /// The number of replicas in each shard.
    #[prop(default = 0, min = 0, max = 5)]
    pub replicas_per_node_group: i32,
    /// Zones and hash slots of each shard, in the shards' order. Matters at creation alone. Default: AWS spreads nodes and slots.
    #[prop(initial)]
    pub node_group_configuration: Option<Vec<NodeGroupConfiguration>>,
    /// Automatic failover: a replica takes over when the primary node fails. Needs a replica; cluster mode needs it.
    #[prop(default)]
    pub automatic_failover_enabled: bool,
    /// Multi-AZ: the nodes of a shard are in different zones. Needs automatic failover.
    #[prop(default)]
    pub multi_az_enabled: bool,
    /// Encryption in transit (TLS). A change moves the group to other host names.
    #[prop(default = true)]
    pub transit_encryption_enabled: bool,
    /// Whether TLS is `required`, or unencrypted connections are taken as well. Default: `required`.
    #[prop(computed)]
    pub transit_encryption_mode: Option<TransitEncryptionMode>,
    /// Encryption at rest.
    #[prop(default = true, replace)]
    pub at_rest_encryption_enabled: bool,
    /// The KMS key of the encryption at rest: its ARN, id or alias. Default: AWS's own key.
    #[prop(replace)]
    pub kms_key_id: Option<String>,
    /// The password (AUTH token): 16 to 128 printable characters without spaces, `/`, `"`, `@` and `%`. Needs TLS. A new token is accepted
    /// beside the one before, which goes with the next new one: clients have until then. AWS removes it only when users take its place, and never returns it.
    #[prop(keep)]
    pub auth_token: Option<Secret<String>>,
    /// The user group whose users may connect, at most one. Needs TLS; excludes `authToken`.
    #[prop(default, max = 1)]
    pub user_group_ids: BTreeSet<String>,
    /// How many days automatic snapshots are kept. 0: none are taken.
    #[prop(default = 0, min = 0, max = 35)]
    pub snapshot_retention_limit: i32,
    /// The snapshot source: the id of the node, such as `web-002`, that the daily snapshot is taken of. Not in cluster mode. Default: AWS chooses.
    #[prop(computed)]
    pub snapshotting_cluster_id: Option<String>,
    /// The window of the daily snapshot (UTC), such as `05:00-06:00`; at least an hour. Default: AWS chooses.
    #[prop(computed)]
    pub snapshot_window: Option<DailyWindow<60>>,
    /// The weekly maintenance window (UTC), such as `sun:05:00-sun:06:00`; at least an hour. Default: AWS chooses.
    #[prop(computed, stable)]
    pub preferred_maintenance_window: Option<WeeklyWindow<60>>,
    /// The snapshot that the new group's data is restored from. Matters at creation alone: leave it out later and nothing changes; another
    /// snapshot takes a new replication group.
    #[prop(initial)]
    pub snapshot_name: Option<String>,
    /// The ARNs of RDB snapshot files in S3 that the new group's data is restored from, such as `arn:aws:s3:::bucket/web.rdb`. Matters at creation
    /// alone.
    #[prop(initial)]
    pub snapshot_arns: Option<BTreeSet<Arn>>,
    /// The name of the final snapshot, which is taken before the group is deleted. Default: none is taken.
    #[prop(keep)]
    pub final_snapshot_identifier: Option<String>,
    /// The ARN of the SNS topic for notifications of failovers and other events.
    pub notification_topic_arn: Option<Arn>,
    /// Log delivery: where each kind of log goes.
    #[prop(default)]
    pub log_delivery_configurations: BTreeSet<LogDeliveryConfiguration>,
    /// Whether AWS upgrades the minor version by itself, in the maintenance window.
    #[prop(default = true)]
    pub auto_minor_version_upgrade: bool,
    /// Whether changes of nodes are applied at once, or in the next maintenance window.
    #[prop(default = Order::from(true))]
    pub apply_immediately: Order<bool>,
    /// Data tiering: nodes of the family r6gd keep data on disk as well as in memory. Those nodes need it, others can't have it.
    #[prop(default, replace)]
    pub data_tiering_enabled: bool,
    /// Durability: when a write counts as done. Default: AWS's `default`.
    #[prop(computed)]
    pub durability: Option<Durability>,
    /// The IP addresses that nodes have.
    #[prop(default = NetworkType::Ipv4, replace)]
    pub network_type: NetworkType,
    /// IP discovery: which of the nodes' addresses clients are given. Default: `ipv4`, where nodes have such addresses.
    #[prop(computed)]
    pub ip_discovery: Option<IpDiscovery>,
    /// Tags.
    #[prop(default)]
    pub tags: Tags,
}

/// The engine of a cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum Engine {
    /// Valkey, the open-source successor of Redis; costs less.
    #[prop(rename = "valkey")]
    Valkey,
    /// Redis OSS.
    #[prop(rename = "redis")]
    Redis,
}

/// The cluster mode of a replication group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum ClusterMode {
    /// Clients use the cluster protocol; there can be several shards.
    #[prop(rename = "enabled")]
    Enabled,
    /// There is one shard.
    #[prop(rename = "disabled")]
    Disabled,
    /// Clients of both kinds are served: the step between the two.
    #[prop(rename = "compatible")]
    Compatible,
}

/// Whether TLS is required.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum TransitEncryptionMode {
    /// Encrypted and unencrypted connections are accepted: the step between the two.
    #[prop(rename = "preferred")]
    Preferred,
    /// Only encrypted connections are accepted.
    #[prop(rename = "required")]
    Required,
}

/// When a write counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum Durability {
    /// AWS chooses by engine version and cluster mode.
    #[prop(rename = "default")]
    Default,
    /// When the primary node has it in memory; it is made durable a moment later.
    #[prop(rename = "async")]
    Async,
    /// When it is durable.
    #[prop(rename = "sync")]
    Sync,
    /// Writes are kept in memory only.
    #[prop(rename = "disabled")]
    Disabled,
}

/// The kinds of IP addresses that nodes have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum NetworkType {
    /// IPv4.
    #[prop(rename = "ipv4")]
    Ipv4,
    /// IPv6.
    #[prop(rename = "ipv6")]
    Ipv6,
    /// IPv4 and IPv6.
    #[prop(rename = "dual_stack")]
    DualStack,
}

/// The kind of IP addresses that clients are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum IpDiscovery {
    /// IPv4.
    #[prop(rename = "ipv4")]
    Ipv4,
    /// IPv6.
    #[prop(rename = "ipv6")]
    Ipv6,
}

/// Zones and hash slots of a shard (node group).
#[derive(Debug, Clone, PartialEq, Property)]
pub struct NodeGroupConfiguration {
    /// The shard's id: up to four digits, such as `0001`. Default: AWS counts the shards.
    pub node_group_id: Option<String>,
    /// The Availability Zone of the primary node. Default: AWS chooses.
    pub primary_availability_zone: Option<String>,
    /// The Availability Zones of the replicas, one for each. Default: AWS chooses.
    #[prop(default)]
    pub replica_availability_zones: Vec<String>,
    /// The hash slots, such as `0-8191`. Default: each shard has as many.
    pub slots: Option<String>,
}

/// Where one kind of log is delivered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct LogDeliveryConfiguration {
    /// The kind of log.
    pub log_type: LogType,
    /// The kind of destination.
    pub destination_type: LogDestination,
    /// The name of the CloudWatch log group or of the Firehose stream.
    pub destination: String,
    /// The format of a line.
    #[prop(default = LogFormat::Json)]
    pub log_format: LogFormat,
}

/// A kind of log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Property)]
pub enum LogType {
    /// The slow log: commands that took long.
    #[prop(rename = "slow-log")]
    Slow,
    /// The engine's own log.
    #[prop(rename = "engine-log")]
    Engine,
}

/// A kind of log destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Property)]
pub enum LogDestination {
    /// A log group of CloudWatch Logs.
    #[prop(rename = "cloudwatch-logs")]
    CloudwatchLogs,
    /// A stream of Amazon Data Firehose.
    #[prop(rename = "kinesis-firehose")]
    KinesisFirehose,
}

/// The format of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Property)]
pub enum LogFormat {
    /// JSON.
    #[prop(rename = "json")]
    Json,
    /// Text.
    #[prop(rename = "text")]
    Text,
}
