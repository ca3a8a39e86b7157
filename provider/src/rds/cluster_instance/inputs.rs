//! The inputs of an instance.

use pulumi_plugin::{Order, Property};

use crate::aws::Tags;
use crate::rds::cluster::Engine;
use crate::types::{DatabaseIdentifier, Lowercase, RoleArn, WeeklyWindow};

/// The inputs of an instance of an Aurora cluster. What all instances have in common is set on the cluster.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ClusterInstanceInputs {
    /// The instance identifier: a letter, then letters, digits and single hyphens; at most 63 characters. AWS keeps it in lower case. Default: made from
    /// the resource's name.
    #[prop(replace, unique, autoname = 63)]
    pub identifier: DatabaseIdentifier,
    /// The identifier of the cluster.
    #[prop(replace)]
    pub cluster_identifier: Lowercase,
    /// The engine: the cluster's. Default: `aurora-postgresql`.
    #[prop(replace, default = Engine::AuroraPostgresql)]
    pub engine: Engine,
    /// The instance class, such as `db.r8g.large`, or `db.serverless` in a cluster with a `serverlessV2ScalingConfiguration`. A change restarts the
    /// instance: have readers changed before the writer.
    pub instance_class: String,
    /// The DB parameter group. Static parameters of another group take effect with the next reboot (`pending-reboot`), which is not done here. Default:
    /// AWS's own, such as `default.aurora-postgresql17`.
    #[prop(computed)]
    pub parameter_group_name: Option<Lowercase>,
    /// The availability zone. Default: AWS chooses one of the subnet group's.
    #[prop(replace, computed)]
    pub availability_zone: Option<String>,
    /// The promotion tier, 0 to 15: when the writer fails, a reader of the lowest number takes its place. Default: 1.
    #[prop(default = 1, max = 15)]
    pub promotion_tier: u8,
    /// Whether the instance has a public IP address. Default: false.
    #[prop(default)]
    pub publicly_accessible: bool,
    /// Whether AWS upgrades the minor version by itself, in the maintenance window; AWS does so when all instances of the cluster say it. Default: true.
    #[prop(default = true)]
    pub auto_minor_version_upgrade: bool,
    /// The weekly maintenance window (UTC), such as `sun:05:00-sun:06:00`; at least half an hour. Default: AWS chooses.
    #[prop(computed, stable)]
    pub preferred_maintenance_window: Option<WeeklyWindow<30>>,
    /// The identifier of the certificate authority of the instance's certificate, such as `rds-ca-rsa2048-g1`. Default: the account's.
    #[prop(computed)]
    pub ca_certificate_identifier: Option<String>,
    /// Whether another `caCertificateIdentifier` may restart the instance, where its engine can't do without. Default: true.
    #[prop(default = Order::from(true))]
    pub certificate_rotation_restart: Order<bool>,
    /// The monitoring interval of Enhanced Monitoring in seconds: 0, 1, 5, 10, 15, 30 or 60. 0: none. Default: the cluster's.
    #[prop(computed)]
    pub monitoring_interval: Option<u32>,
    /// The ARN of the role by which Enhanced Monitoring writes to CloudWatch Logs. Default: the cluster's.
    #[prop(computed)]
    pub monitoring_role_arn: Option<RoleArn>,
    /// Whether Performance Insights is on. Default: the cluster's.
    #[prop(computed)]
    pub enable_performance_insights: Option<bool>,
    /// The retention period of Performance Insights in days: 7, 731, or a multiple of 31 up to 713. Default: the cluster's.
    #[prop(computed)]
    pub performance_insights_retention_period: Option<u32>,
    /// The KMS key of Performance Insights: its ARN, id or alias. Default: the cluster's.
    #[prop(computed)]
    pub performance_insights_kms_key_id: Option<String>,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}
