//! The inputs of a cluster.

use std::collections::BTreeSet;

use pulumi_plugin::{Order, Property, Secret};

use crate::aws::Tags;
use crate::types::{DailyWindow, DatabaseIdentifier, Lowercase, RoleArn, SnapshotName, WeeklyWindow};

/// The inputs of an Aurora cluster.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ClusterInputs {
    /// The cluster identifier: a letter, then letters, digits and single hyphens; at most 63 characters. It is part of the host names. AWS keeps it in lower
    /// case. Default: made from the resource's name.
    #[prop(replace, unique, autoname = 63)]
    pub identifier: DatabaseIdentifier,
    /// The engine. Default: `aurora-postgresql`.
    #[prop(replace, default = Engine::AuroraPostgresql)]
    pub engine: Engine,
    /// The engine version: the major one alone, such as `17`, or with the minor one, such as `17.4`. A later minor version, to which AWS may have
    /// upgraded, is no difference; a version is only ever raised. Default: AWS's own choice.
    #[prop(computed)]
    pub engine_version: Option<String>,
    /// Whether another major version may be asked for: the upgrade takes 10 to 60 minutes, during which the cluster is down. Default: false.
    #[prop(default)]
    pub allow_major_version_upgrade: Order<bool>,
    /// The parameter group of the instances once the major version is upgraded. It goes along with such an upgrade only, and instances that have a
    /// parameter group of their own need it then.
    #[prop(keep)]
    pub db_instance_parameter_group_name: Option<Lowercase>,
    /// The lifecycle of major versions after the end of standard support: extended support costs extra. Default: AWS's own, which is extended support.
    #[prop(computed)]
    pub engine_lifecycle_support: Option<LifecycleSupport>,
    /// The scalability type: `limitless` for Aurora PostgreSQL Limitless Database. Default: `standard`.
    #[prop(replace, computed)]
    pub cluster_scalability_type: Option<ScalabilityType>,
    /// The name of the first database. Default: none is created. Leaving it out later changes nothing.
    #[prop(replace, computed)]
    pub database_name: Option<String>,
    /// The user name of the master user: a letter, then letters, digits and underscores; at most 63 characters. Needed unless the cluster is restored.
    #[prop(replace, computed)]
    pub master_username: Option<String>,
    /// The password of the master user: 8 to 99 printable ASCII characters (41 at most with Aurora MySQL) without spaces, `/`, `"` and `@`. AWS never
    /// returns it. Left out, RDS manages the password; once a password is left out again, too.
    #[prop(keep)]
    pub master_user_password: Option<Secret<String>>,
    /// Whether RDS manages the password of the master user in Secrets Manager, and rotates it every 7 days. The secret goes with the cluster. Default:
    /// true without `masterUserPassword`; a restored cluster keeps the password that it had.
    #[prop(computed)]
    pub manage_master_user_password: Option<bool>,
    /// The KMS key of the managed password's secret: its ARN, id or alias. It stays as it is while RDS manages the password. Default: `aws/secretsmanager`.
    #[prop(computed)]
    pub master_user_secret_kms_key_id: Option<String>,
    /// Whether users and roles of IAM can log in to the database. Default: false.
    #[prop(default)]
    pub enable_iam_database_authentication: bool,
    /// The TCP port: 1150 to 65535. Default: 5432 with PostgreSQL, 3306 with MySQL.
    #[prop(computed, min = 1150, max = 65535)]
    pub port: Option<u16>,
    /// The DB subnet group. Default: `default`, of the default VPC.
    #[prop(replace, computed)]
    pub subnet_group_name: Option<Lowercase>,
    /// The ids of the VPC security groups. Default: the VPC's default security group.
    #[prop(computed, stable, min = 1)]
    pub vpc_security_group_ids: Option<BTreeSet<String>>,
    /// The network type: the IP addresses that the cluster has. Default: `IPV4`.
    #[prop(default = NetworkType::Ipv4)]
    pub network_type: NetworkType,
    /// The availability zones that the storage is in. AWS adds some up to three, which is no difference. Default: AWS chooses.
    #[prop(replace, computed, min = 1, max = 3)]
    pub availability_zones: Option<BTreeSet<String>>,
    /// The DB cluster parameter group. Static parameters of another group take effect with the next reboot of each instance (`pending-reboot`), which
    /// is not done here. Default: AWS's own, such as `default.aurora-postgresql17`.
    #[prop(computed)]
    pub cluster_parameter_group_name: Option<Lowercase>,
    /// The capacity of Aurora Serverless v2, which instances of the class `db.serverless` need. Once it is set it stays, also when it is left out again.
    #[prop(computed)]
    pub serverless_v2_scaling_configuration: Option<ServerlessV2>,
    /// The storage type: `aurora-iopt1` is I/O-Optimized. AWS limits how soon it can be changed back. Default: `aurora`.
    #[prop(default = StorageType::Aurora)]
    pub storage_type: StorageType,
    /// Whether the storage is encrypted. A cluster that is restored from what is not encrypted is encrypted only with `kmsKeyId`. Default: true.
    #[prop(replace, default = true)]
    pub storage_encrypted: bool,
    /// The KMS key of the storage: its ARN, id or alias. Default: `aws/rds`.
    #[prop(replace, computed)]
    pub kms_key_id: Option<String>,
    /// The backup retention period in days: how long automated backups are kept, 1 to 35. Default: 1.
    #[prop(default = 1, min = 1, max = 35)]
    pub backup_retention_period: u32,
    /// The daily window of backups (UTC), such as `05:00-05:30`; at least half an hour. Default: AWS chooses.
    #[prop(computed, stable)]
    pub preferred_backup_window: Option<DailyWindow<30>>,
    /// The weekly maintenance window (UTC), such as `sun:05:00-sun:06:00`; at least half an hour. Default: AWS chooses.
    #[prop(computed, stable)]
    pub preferred_maintenance_window: Option<WeeklyWindow<30>>,
    /// The backtrack window in seconds, 0 to 259200 (72 hours); of Aurora MySQL alone. 0: none. Default: 0.
    #[prop(default, max = 259_200)]
    pub backtrack_window: u32,
    /// Whether snapshots get the tags of the cluster. Default: false.
    #[prop(default)]
    pub copy_tags_to_snapshot: bool,
    /// Deletion protection: AWS refuses to delete the cluster, and here its last instance. Default: false.
    #[prop(default)]
    pub deletion_protection: bool,
    /// The name of the final snapshot, which is taken before the cluster is deleted, also when it is replaced: a letter, then letters, digits and single
    /// hyphens; at most 255 characters. Needed without `skipFinalSnapshot`.
    #[prop(keep)]
    pub final_snapshot_identifier: Option<SnapshotName>,
    /// Whether the cluster is deleted without a final snapshot: with its data. Default: false.
    #[prop(default)]
    pub skip_final_snapshot: Order<bool>,
    /// Whether the automated backups are deleted with the cluster. Default: true.
    #[prop(default = Order::from(true))]
    pub delete_automated_backups: Order<bool>,
    /// The snapshot that the new cluster is restored from: its name or ARN. Matters at creation alone: leave it out later and nothing changes; another
    /// snapshot takes a new cluster.
    #[prop(initial)]
    pub snapshot_identifier: Option<String>,
    /// The source cluster of a restoration to a point in time: its identifier or ARN. The new cluster has the same `engine`. Matters at creation alone.
    #[prop(initial)]
    pub source_db_cluster_identifier: Option<String>,
    /// The resource id of a deleted source cluster, such as `cluster-ABCDEFGHIJKLMNOPQRSTUVWXYZ`, whose automated backups are kept. Matters at creation
    /// alone.
    #[prop(initial)]
    pub source_db_cluster_resource_id: Option<String>,
    /// The point in time to restore to, such as `2026-02-28T10:00:00Z`. Matters at creation alone.
    #[prop(initial)]
    pub restore_to_time: Option<String>,
    /// Whether to restore to the latest time that can be restored. Matters at creation alone.
    #[prop(initial)]
    pub use_latest_restorable_time: Option<bool>,
    /// The type of the restoration to a point in time. Matters at creation alone. Default: `full-copy`.
    #[prop(initial)]
    pub restore_type: Option<RestoreType>,
    /// The logs that are exported to CloudWatch Logs, into the log groups `/aws/rds/cluster/IDENTIFIER/LOG`. Default: none.
    #[prop(default)]
    pub enable_cloudwatch_logs_exports: BTreeSet<LogExport>,
    /// The monitoring interval of Enhanced Monitoring in seconds: 0, 1, 5, 10, 15, 30 or 60. 0: none. Default: 0.
    #[prop(default)]
    pub monitoring_interval: u32,
    /// The ARN of the role by which Enhanced Monitoring writes to CloudWatch Logs. Needed with a `monitoringInterval` other than 0.
    pub monitoring_role_arn: Option<RoleArn>,
    /// Whether Performance Insights is on, for all instances of the cluster. Default: false.
    #[prop(default)]
    pub performance_insights_enabled: bool,
    /// The retention period of Performance Insights in days: 7, 731, or a multiple of 31 up to 713. Default: 7.
    #[prop(computed)]
    pub performance_insights_retention_period: Option<u32>,
    /// The KMS key of Performance Insights: its ARN, id or alias. Default: `aws/rds`.
    #[prop(computed)]
    pub performance_insights_kms_key_id: Option<String>,
    /// The mode of CloudWatch Database Insights. `advanced` needs Performance Insights with a retention period of 465 days or more. Default: `standard`.
    #[prop(default = InsightsMode::Standard)]
    pub database_insights_mode: InsightsMode,
    /// Whether the HTTP endpoint (RDS Data API) is enabled. Default: false.
    #[prop(default)]
    pub enable_http_endpoint: bool,
    /// Whether reader instances forward writes to the writer. Default: false.
    #[prop(default)]
    pub enable_local_write_forwarding: bool,
    /// The Active Directory domain (its id in Directory Service) for Kerberos authentication.
    pub domain: Option<String>,
    /// The name of the role by which RDS reaches Directory Service.
    pub domain_iam_role_name: Option<String>,
    /// The roles of IAM that the database may assume, at most five: for imports from S3, Lambda functions and the like.
    #[prop(default, max = 5)]
    pub associated_roles: BTreeSet<AssociatedRole>,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// The engine of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum Engine {
    /// Aurora PostgreSQL.
    #[prop(rename = "aurora-postgresql")]
    AuroraPostgresql,
    /// Aurora MySQL.
    #[prop(rename = "aurora-mysql")]
    AuroraMysql,
}

/// What becomes of a major version after the end of its standard support.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum LifecycleSupport {
    /// It goes on with extended support, which costs extra.
    #[prop(rename = "open-source-rds-extended-support")]
    Extended,
    /// AWS upgrades the cluster to a later major version.
    #[prop(rename = "open-source-rds-extended-support-disabled")]
    Standard,
}

/// The scalability type of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum ScalabilityType {
    /// One writer, and readers.
    #[prop(rename = "standard")]
    Standard,
    /// Aurora PostgreSQL Limitless Database.
    #[prop(rename = "limitless")]
    Limitless,
}

/// The IP addresses that a cluster has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum NetworkType {
    /// IPv4 alone.
    #[prop(rename = "IPV4")]
    Ipv4,
    /// IPv4 and IPv6.
    #[prop(rename = "DUAL")]
    Dual,
}

/// The storage type of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum StorageType {
    /// Aurora Standard: I/O is paid by the request.
    #[prop(rename = "aurora")]
    Aurora,
    /// Aurora I/O-Optimized: I/O costs nothing, instances and storage cost more.
    #[prop(rename = "aurora-iopt1")]
    IoOptimized,
}

/// The type of a restoration to a point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum RestoreType {
    /// A full copy.
    #[prop(rename = "full-copy")]
    FullCopy,
    /// A clone, which shares storage with its source until either writes.
    #[prop(rename = "copy-on-write")]
    CopyOnWrite,
}

/// A log that is exported to CloudWatch Logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Property)]
pub enum LogExport {
    /// PostgreSQL's log.
    #[prop(rename = "postgresql")]
    Postgresql,
    /// The log of the instances.
    #[prop(rename = "instance")]
    Instance,
    /// Errors of authentication by IAM.
    #[prop(rename = "iam-db-auth-error")]
    IamDbAuthError,
    /// MySQL's audit log.
    #[prop(rename = "audit")]
    Audit,
    /// MySQL's error log.
    #[prop(rename = "error")]
    Error,
    /// MySQL's general log.
    #[prop(rename = "general")]
    General,
    /// MySQL's log of slow queries.
    #[prop(rename = "slowquery")]
    Slowquery,
}

/// The mode of CloudWatch Database Insights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum InsightsMode {
    /// Standard.
    #[prop(rename = "standard")]
    Standard,
    /// Advanced.
    #[prop(rename = "advanced")]
    Advanced,
}

/// The capacity of Aurora Serverless v2, in Aurora capacity units (ACU) of about 2 GiB of memory.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ServerlessV2 {
    /// The minimum capacity in ACUs: 0 to 256 in steps of 0.5. 0 lets the instances pause.
    pub min_capacity: f64,
    /// The maximum capacity in ACUs: 1 to 256 in steps of 0.5.
    pub max_capacity: f64,
    /// After how many seconds without connections instances pause: 300 to 86400. Only with a `minCapacity` of 0. Default: 300.
    #[prop(min = 300, max = 86400)]
    pub seconds_until_auto_pause: Option<u32>,
}

/// A role of IAM that the database may assume.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct AssociatedRole {
    /// The ARN of the role.
    pub role_arn: RoleArn,
    /// The name of the feature that the role is for, such as `s3Import`. Default: all that the engine uses roles for.
    pub feature_name: Option<String>,
}
