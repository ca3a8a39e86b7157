//! What the program asks of a replication group.

use std::collections::BTreeSet;

use pulumi_plugin::{Property, Secret};

use crate::aws::Tags;
use crate::types::Lowercase;

/// What the program asks of a replication group.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ReplicationGroupInputs {
    /// The name: a letter, then letters, digits and single hyphens, at most 40. AWS keeps it in lower case, and it is part of the host names.
    #[prop(replace, unique, autoname = 40)]
    pub replication_group_id: Lowercase,
    /// What it is for, at most 255 characters.
    #[prop(default = "Managed by Pulumi".to_owned())]
    pub description: String,
    /// What runs on the nodes. From `redis` to `valkey` it changes in place; not back.
    #[prop(default = Engine::Valkey)]
    pub engine: Engine,
    /// The engine's version, such as `8.0`: major and minor, the patch is AWS's. Redis before 6 takes the patch too: `5.0.6`. It can be raised,
    /// not lowered. With `autoMinorVersionUpgrade`, a later minor version is as good. Default: AWS's newest at the time.
    #[prop(computed)]
    pub engine_version: Option<String>,
    /// The kind of node, such as `cache.t4g.micro`.
    pub node_type: String,
    /// The TCP port.
    #[prop(default = 6379, min = 1024, max = 65535, replace)]
    pub port: u16,
    /// The cache subnet group. Default: the subnets of the default VPC.
    #[prop(replace, computed)]
    pub subnet_group_name: Option<Lowercase>,
    /// The security groups of the nodes. Default: the VPC's default one.
    #[prop(computed, stable)]
    pub security_group_ids: Option<BTreeSet<String>>,
    /// The parameter group. Default: AWS's own for the engine's version.
    #[prop(computed)]
    pub parameter_group_name: Option<Lowercase>,
    /// Whether the data can be spread over several shards. From `disabled` by `compatible` to `enabled` it changes in place, with automatic
    /// failover and a replica, and with the parameter group for it where one is given; back takes a new group, without the data. Default:
    /// `enabled` with several shards or with a parameter group for it.
    #[prop(computed)]
    pub cluster_mode: Option<ClusterMode>,
    /// How many shards the data is spread over. More than one need cluster mode.
    #[prop(default = 1, min = 1, max = 500)]
    pub num_node_groups: i32,
    /// How many replicas each shard's primary node has, at most 5.
    #[prop(default = 0, min = 0, max = 5)]
    pub replicas_per_node_group: i32,
    /// Whether a replica takes over when the primary fails. Needs a replica; cluster mode needs it.
    #[prop(default)]
    pub automatic_failover_enabled: bool,
    /// Whether the nodes of a shard are in different zones. Needs automatic failover.
    #[prop(default)]
    pub multi_az_enabled: bool,
    /// Whether connections are encrypted (TLS). With it the host names are other ones.
    #[prop(default = true)]
    pub transit_encryption_enabled: bool,
    /// Whether unencrypted connections are refused. Default: `required`.
    #[prop(computed)]
    pub transit_encryption_mode: Option<TransitEncryptionMode>,
    /// Whether what is on disk is encrypted.
    #[prop(default = true, replace)]
    pub at_rest_encryption_enabled: bool,
    /// The KMS key for what is on disk: its ARN, id or alias. Default: AWS's own key.
    #[prop(replace)]
    pub kms_key_id: Option<String>,
    /// The password: 16 to 128 printable characters without spaces, `/`, `"`, `@` and `%`. Needs TLS. A new one is good beside the old one for
    /// a moment, so that no client is locked out. It can only be taken away when users come in its place. AWS never tells it.
    #[prop(keep)]
    pub auth_token: Option<Secret<String>>,
    /// The user groups whose users may connect, at most one. Needs TLS; instead of `authToken`.
    #[prop(default)]
    pub user_group_ids: BTreeSet<String>,
    /// For how many days automatic snapshots are kept, at most 35. 0: there are none.
    #[prop(default = 0, min = 0, max = 35)]
    pub snapshot_retention_limit: i32,
    /// When the daily snapshot is taken (UTC), such as `05:00-06:00`. Default: AWS chooses.
    #[prop(computed)]
    pub snapshot_window: Option<String>,
    /// When maintenance may happen each week (UTC), such as `sun:05:00-sun:06:00`; at least an hour. Default: AWS chooses.
    #[prop(computed, stable)]
    pub preferred_maintenance_window: Option<Lowercase>,
    /// The snapshot that its data comes from.
    #[prop(replace, keep)]
    pub snapshot_name: Option<String>,
    /// The name of a snapshot that is taken before it is deleted. Default: none is taken.
    #[prop(keep)]
    pub final_snapshot_identifier: Option<String>,
    /// The ARN of the SNS topic that is told of failovers and the like.
    pub notification_topic_arn: Option<String>,
    /// Where its logs go, at most one for each kind.
    #[prop(default)]
    pub log_delivery_configurations: BTreeSet<LogDeliveryConfiguration>,
    /// Whether AWS raises the minor version by itself, in the maintenance window.
    #[prop(default = true)]
    pub auto_minor_version_upgrade: bool,
    /// Whether changes of the nodes happen at once, or in the next maintenance window.
    #[prop(default = Some(true), keep)]
    pub apply_immediately: Option<bool>,
    /// Which kinds of IP addresses the nodes have.
    #[prop(default = NetworkType::Ipv4, replace)]
    pub network_type: NetworkType,
    /// Tags.
    #[prop(default)]
    pub tags: Tags,
}

/// What runs on the nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum Engine {
    /// Valkey, the open successor of Redis; costs less.
    #[prop(rename = "valkey")]
    Valkey,
    /// Redis OSS.
    #[prop(rename = "redis")]
    Redis,
}

/// Whether the data can be spread over several shards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum ClusterMode {
    /// Clients speak the cluster protocol.
    #[prop(rename = "enabled")]
    Enabled,
    /// There is one shard.
    #[prop(rename = "disabled")]
    Disabled,
    /// Both kinds of clients are served: the step between the two.
    #[prop(rename = "compatible")]
    Compatible,
}

/// Whether unencrypted connections are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum TransitEncryptionMode {
    /// Both kinds of connections are taken: the step between the two.
    #[prop(rename = "preferred")]
    Preferred,
    /// Only encrypted connections are taken.
    #[prop(rename = "required")]
    Required,
}

/// Which kinds of IP addresses the nodes have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum NetworkType {
    /// IPv4.
    #[prop(rename = "ipv4")]
    Ipv4,
    /// IPv6.
    #[prop(rename = "ipv6")]
    Ipv6,
    /// Both.
    #[prop(rename = "dual_stack")]
    DualStack,
}

/// Where the logs of one kind go.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct LogDeliveryConfiguration {
    /// The kind of log.
    pub log_type: LogType,
    /// The kind of place they go to.
    pub destination_type: LogDestination,
    /// The name of the log group or of the Firehose stream.
    pub destination: String,
    /// How a line is written.
    #[prop(default = LogFormat::Json)]
    pub log_format: LogFormat,
}

/// A kind of log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Property)]
pub enum LogType {
    /// Commands that took long.
    #[prop(rename = "slow-log")]
    Slow,
    /// What the engine itself says.
    #[prop(rename = "engine-log")]
    Engine,
}

/// A kind of place that logs go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Property)]
pub enum LogDestination {
    /// A log group of CloudWatch.
    #[prop(rename = "cloudwatch-logs")]
    CloudwatchLogs,
    /// A stream of Amazon Data Firehose.
    #[prop(rename = "kinesis-firehose")]
    KinesisFirehose,
}

/// How a line of a log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Property)]
pub enum LogFormat {
    /// As JSON.
    #[prop(rename = "json")]
    Json,
    /// As text.
    #[prop(rename = "text")]
    Text,
}
