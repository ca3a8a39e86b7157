//! What the program asks of alarms.

use std::collections::BTreeMap;

use pulumi_plugin::{Fault, Faults, Output, Property};

use crate::components::{SharedArgs, SharedInputs};

/// What the program asks of alarms.
#[derive(Debug, Clone, Property)]
pub struct AlarmsInputs {
    /// The ARN of the SNS topic that is told, in the alarms' region.
    pub topic_arn: Output<String>,
    /// A load balancer to watch.
    pub load_balancer: Option<AlarmsLoadBalancer>,
    /// Services of ECS to watch, by names of your choice.
    #[prop(default)]
    pub services: BTreeMap<String, AlarmsService>,
    /// An Aurora cluster to watch.
    pub aurora: Option<AlarmsAurora>,
    /// The nodes of Redis to watch.
    pub redis: Option<AlarmsRedis>,
    /// A CloudFront distribution to watch.
    pub cdn: Option<AlarmsCdn>,
    /// The thresholds.
    #[prop(flatten)]
    pub settings: AlarmsSettings,
    /// What every component takes.
    #[prop(flatten)]
    pub shared: SharedInputs,
}

/// A load balancer to watch.
#[derive(Debug, Clone, Property)]
pub struct AlarmsLoadBalancer {
    /// The suffix of its ARN, `app/NAME/ID`.
    pub arn_suffix: Output<String>,
    /// The suffixes of the ARNs of its target groups, `targetgroup/NAME/ID`, by names of your choice.
    #[prop(default)]
    pub target_groups: BTreeMap<String, Output<String>>,
}

/// A service of ECS to watch.
#[derive(Debug, Clone, Property)]
pub struct AlarmsService {
    /// The name of its cluster.
    pub cluster_name: Output<String>,
    /// Its name.
    pub service_name: Output<String>,
}

/// An Aurora cluster to watch.
#[derive(Debug, Clone, Property)]
pub struct AlarmsAurora {
    /// The cluster's identifier.
    pub cluster_identifier: Output<String>,
    /// The identifiers of its instances, by names of your choice, such as `writer`.
    #[prop(default)]
    pub instances: BTreeMap<String, Output<String>>,
    /// Whether its instances are serverless, which have ACUs to run out of. Default: true.
    #[prop(default = true)]
    pub serverless: bool,
}

/// The nodes of Redis to watch.
#[derive(Debug, Clone, Property)]
pub struct AlarmsRedis {
    /// The ids of the nodes, such as `web-001`, by names of your choice.
    #[prop(min = 1)]
    pub nodes: BTreeMap<String, Output<String>>,
}

/// A CloudFront distribution to watch.
#[derive(Debug, Clone, Property)]
pub struct AlarmsCdn {
    /// The distribution's id.
    pub distribution_id: Output<String>,
    /// The ARN of the SNS topic that is told: it is in us-east-1, as the metrics of CloudFront are.
    pub topic_arn: Output<String>,
}

/// When alarms go off. `overrides` changes anything else of a single alarm, and `skip` leaves it out.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct AlarmsSettings {
    /// Responses of status 5xx that the load balancer itself gives in a minute. Default: 10.
    #[prop(default = 10.0, min = 1)]
    pub load_balancer_5xx: f64,
    /// Responses of status 5xx that targets give in a minute. Default: 10.
    #[prop(default = 10.0, min = 1)]
    pub target_5xx: f64,
    /// The time in seconds that 95 % of the responses of targets stay below. Default: 1.
    #[prop(default = 1.0, min = 0)]
    pub latency_seconds: f64,
    /// The use of CPU in percent, of services, databases and caches. Default: 80.
    #[prop(default = 80.0, min = 1, max = 100)]
    pub cpu_percent: f64,
    /// The use of memory in percent, of services and caches. Default: 80.
    #[prop(default = 80.0, min = 1, max = 100)]
    pub memory_percent: f64,
    /// The free memory of an instance of Aurora in MiB, below which its alarm goes off. Default: 256.
    #[prop(default = 256.0, min = 1)]
    pub aurora_free_memory_mib: f64,
    /// The use of the ACUs that a serverless instance may have, in percent. Default: 90.
    #[prop(default = 90.0, min = 1, max = 100)]
    pub acu_percent: f64,
    /// How far the readers of Aurora may be behind the writer, in milliseconds. Default: 1000.
    #[prop(default = 1000.0, min = 1)]
    pub aurora_replica_lag_milliseconds: f64,
    /// Keys that a node of Redis evicts in a minute for want of memory. Default: 1.
    #[prop(default = 1.0, min = 1)]
    pub redis_evictions: f64,
    /// How far a replica of Redis may be behind, in seconds. Default: 5.
    #[prop(default = 5.0, min = 1)]
    pub redis_replica_lag_seconds: f64,
    /// The responses of status 5xx of all that CloudFront gives, in percent. Default: 5.
    #[prop(default = 5.0, min = 0, max = 100)]
    pub cdn_5xx_percent: f64,
    /// For how many minutes in a row a threshold must be crossed. Default: 5; for errors and evictions it is 1, for unhealthy targets 3.
    #[prop(default = 5, min = 1, max = 1440)]
    pub minutes: u32,
}

impl AlarmsInputs {
    /// Everything that is wrong.
    pub fn faults(&self) -> Vec<Fault> {
        Faults::of(self).at_least_one_of(&["loadBalancer", "services", "aurora", "redis", "cdn"]).into_vec()
    }
}
