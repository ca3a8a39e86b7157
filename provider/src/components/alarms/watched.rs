//! What is watched: one row for each alarm.
//!
//! Missing data: of errors and evictions, CloudWatch has no data while there are none, so that none is good. Of what is there all the time, missing data says
//! that the thing is gone or idle, which is told as `INSUFFICIENT_DATA`.

use pulumi_plugin::Output;

use super::inputs::{
    AlarmsAurora, AlarmsCdn, AlarmsInputs, AlarmsLoadBalancer, AlarmsRedis, AlarmsService, AlarmsSettings,
};
use crate::cloudwatch::metric_alarm::{ComparisonOperator, MissingData, Statistic};

/// The statistic of a metric.
#[derive(Clone, Copy)]
pub enum Stat {
    /// One of the plain ones.
    Plain(Statistic),
    /// A percentile.
    Percentile(&'static str),
}

/// An alarm.
pub struct Watched {
    /// Its key.
    pub key: String,
    /// What it says.
    pub description: String,
    /// The metric's namespace.
    pub namespace: &'static str,
    /// The metric.
    pub metric: &'static str,
    /// The metric's dimensions.
    pub dimensions: Vec<(&'static str, Output<String>)>,
    /// The statistic.
    pub stat: Stat,
    /// The threshold.
    pub threshold: f64,
    /// How the value is compared with it.
    pub operator: ComparisonOperator,
    /// For how many minutes.
    pub minutes: u32,
    /// How missing data is treated.
    pub missing: MissingData,
}

impl Watched {
    /// One that goes off when the average of a metric is above its threshold for as long as the program says.
    fn above(key: String, metric: &'static str, threshold: f64, settings: &AlarmsSettings) -> Watched {
        Watched {
            description: String::new(),
            namespace: "",
            metric,
            dimensions: Vec::new(),
            stat: Stat::Plain(Statistic::Average),
            threshold,
            operator: ComparisonOperator::GreaterThanThreshold,
            minutes: settings.minutes,
            missing: MissingData::Missing,
            key,
        }
    }

    /// One that goes off when there are so many in a minute.
    fn count(key: String, metric: &'static str, threshold: f64, settings: &AlarmsSettings) -> Watched {
        Watched {
            stat: Stat::Plain(Statistic::Sum),
            operator: ComparisonOperator::GreaterThanOrEqualToThreshold,
            minutes: 1,
            missing: MissingData::NotBreaching,
            ..Watched::above(key, metric, threshold, settings)
        }
    }

    fn says(self, description: impl Into<String>) -> Watched {
        Watched { description: description.into(), ..self }
    }

    fn of(self, namespace: &'static str, dimensions: Vec<(&'static str, Output<String>)>) -> Watched {
        Watched { namespace, dimensions, ..self }
    }
}

/// All alarms.
pub fn all(inputs: &AlarmsInputs) -> Vec<Watched> {
    let settings = &inputs.settings;
    let balancer = inputs.load_balancer.iter().flat_map(|it| load_balancer(it, settings));
    let services = inputs.services.iter().flat_map(|(name, it)| service(name, it, settings));
    let aurora = inputs.aurora.iter().flat_map(|it| aurora(it, settings));
    let redis = inputs.redis.iter().flat_map(|it| redis(it, settings));
    let cdn = inputs.cdn.iter().map(|it| cdn(it, settings));
    balancer.chain(services).chain(aurora).chain(redis).chain(cdn).collect()
}

fn load_balancer(it: &AlarmsLoadBalancer, settings: &AlarmsSettings) -> Vec<Watched> {
    const ALB: &str = "AWS/ApplicationELB";
    let own = || ("LoadBalancer", it.arn_suffix.clone());
    let latency = Watched {
        stat: Stat::Percentile("p95"),
        missing: MissingData::NotBreaching,
        ..Watched::above("alb-latency".into(), "TargetResponseTime", settings.latency_seconds, settings)
    };
    let mut all = vec![
        Watched::count("alb-5xx".into(), "HTTPCode_ELB_5XX_Count", settings.load_balancer_5xx, settings)
            .says("the load balancer itself answers with errors")
            .of(ALB, vec![own()]),
        Watched::count("alb-target-5xx".into(), "HTTPCode_Target_5XX_Count", settings.target_5xx, settings)
            .says("targets of the load balancer answer with errors")
            .of(ALB, vec![own()]),
        latency.says("one response in twenty is slow").of(ALB, vec![own()]),
    ];
    all.extend(it.target_groups.iter().map(|(name, suffix)| {
        let unhealthy = Watched::above(format!("targets-{name}-unhealthy"), "UnHealthyHostCount", 0.0, settings);
        let unhealthy = Watched { stat: Stat::Plain(Statistic::Maximum), minutes: 3, ..unhealthy };
        unhealthy.says(format!("targets of {name} are unhealthy")).of(ALB, vec![own(), ("TargetGroup", suffix.clone())])
    }));
    all
}

fn service(name: &str, it: &AlarmsService, settings: &AlarmsSettings) -> Vec<Watched> {
    let own = || vec![("ClusterName", it.cluster_name.clone()), ("ServiceName", it.service_name.clone())];
    vec![
        Watched::above(format!("service-{name}-cpu"), "CPUUtilization", settings.cpu_percent, settings)
            .says(format!("service {name} uses much CPU"))
            .of("AWS/ECS", own()),
        Watched::above(format!("service-{name}-memory"), "MemoryUtilization", settings.memory_percent, settings)
            .says(format!("service {name} uses much memory"))
            .of("AWS/ECS", own()),
    ]
}

fn aurora(it: &AlarmsAurora, settings: &AlarmsSettings) -> Vec<Watched> {
    const RDS: &str = "AWS/RDS";
    let lag = Watched {
        stat: Stat::Plain(Statistic::Maximum),
        missing: MissingData::NotBreaching,
        ..Watched::above(
            "aurora-replica-lag".into(),
            "AuroraReplicaLagMaximum",
            settings.aurora_replica_lag_milliseconds,
            settings,
        )
    };
    let mut all = vec![
        lag.says("readers are behind the writer").of(RDS, vec![("DBClusterIdentifier", it.cluster_identifier.clone())]),
    ];
    for (name, id) in &it.instances {
        let own = || vec![("DBInstanceIdentifier", id.clone())];
        let cpu = Watched::above(format!("aurora-{name}-cpu"), "CPUUtilization", settings.cpu_percent, settings);
        all.push(cpu.says(format!("{name} uses much CPU")).of(RDS, own()));
        let bytes = settings.aurora_free_memory_mib * 1024.0 * 1024.0;
        let memory = Watched {
            operator: ComparisonOperator::LessThanThreshold,
            ..Watched::above(format!("aurora-{name}-memory"), "FreeableMemory", bytes, settings)
        };
        all.push(memory.says(format!("{name} has little free memory")).of(RDS, own()));
        if it.serverless {
            let acu = Watched::above(format!("aurora-{name}-acu"), "ACUUtilization", settings.acu_percent, settings);
            all.push(acu.says(format!("{name} uses nearly all ACUs that it may have")).of(RDS, own()));
        }
    }
    all
}

fn redis(it: &AlarmsRedis, settings: &AlarmsSettings) -> Vec<Watched> {
    let node = |(name, id): (&String, &Output<String>)| {
        let own = || vec![("CacheClusterId", id.clone())];
        let lag = Watched {
            missing: MissingData::NotBreaching,
            ..Watched::above(
                format!("redis-{name}-replica-lag"),
                "ReplicationLag",
                settings.redis_replica_lag_seconds,
                settings,
            )
        };
        let cpu = Watched::above(format!("redis-{name}-cpu"), "EngineCPUUtilization", settings.cpu_percent, settings);
        let memory = Watched::above(
            format!("redis-{name}-memory"),
            "DatabaseMemoryUsagePercentage",
            settings.memory_percent,
            settings,
        );
        let evictions =
            Watched::count(format!("redis-{name}-evictions"), "Evictions", settings.redis_evictions, settings);
        [
            cpu.says(format!("node {name} uses much CPU")),
            memory.says(format!("node {name} uses much memory")),
            evictions.says(format!("node {name} drops keys for want of memory")),
            lag.says(format!("node {name} is behind the primary")),
        ]
        .map(|watched| watched.of("AWS/ElastiCache", own()))
    };
    it.nodes.iter().flat_map(node).collect()
}

fn cdn(it: &AlarmsCdn, settings: &AlarmsSettings) -> Watched {
    let global = Output::known("Global".to_owned());
    let errors = Watched::above("cdn-5xx".into(), "5xxErrorRate", settings.cdn_5xx_percent, settings);
    Watched { missing: MissingData::NotBreaching, ..errors }
        .says("CloudFront answers with errors")
        .of("AWS/CloudFront", vec![("DistributionId", it.distribution_id.clone()), ("Region", global)])
}
