//! An Aurora PostgreSQL database.

mod inputs;
mod site;

use std::collections::BTreeMap;

use pulumi_plugin::{Component, Error, Fault, Knobs, Output, Outputs, Result, Scope};

pub use self::inputs::*;
use self::site::{Site, WRITER};
use crate::aws::{Aws, Partition};
use crate::components::Report;
use crate::rds::cluster::LogExport;
use crate::types::Arn;

/// An Aurora PostgreSQL cluster with a writer and readers: encrypted, reached by TLS alone and only by those that it names, with a password that RDS
/// manages and rotates.
#[derive(Clone, Outputs)]
pub struct AuroraPostgres {
    /// The ARN of the cluster.
    pub cluster_arn: Output<String>,
    /// The identifier of the cluster.
    #[prop(early)]
    pub cluster_identifier: Output<String>,
    /// The endpoint: the host name of the writer. It stays the same while the writer changes.
    #[prop(early)]
    pub endpoint: Output<String>,
    /// The reader endpoint: one host name for all readers; without any, the writer answers.
    pub reader_endpoint: Output<String>,
    /// The domain name of your own that leads to the endpoint, if there is one. Known once its record stands.
    pub cname: Option<Output<String>>,
    /// The TCP port.
    #[prop(early)]
    pub port: Output<u16>,
    /// The name of the database.
    #[prop(early)]
    pub database: Output<String>,
    /// The ARN of the secret that holds the user name and password of the master user, as JSON with `username` and `password`. RDS rotates the password
    /// every 7 days.
    #[prop(early)]
    pub secret_arn: Output<String>,
    /// The id of the security group of the instances.
    #[prop(early)]
    pub security_group_id: Output<String>,
    /// The resource id of the cluster, such as `cluster-ABCDEFGHIJKLMNOPQRSTUVWXYZ`, which policies of IAM authentication name.
    pub resource_id: Output<String>,
    /// The identifiers of the instances, by their keys: `writer`, `reader-1`.
    pub instance_identifiers: Output<BTreeMap<String, String>>,
    /// What every component gives.
    #[prop(flatten)]
    pub report: Report,
}

impl Component for AuroraPostgres {
    const TOKEN: &'static str = "gitinfra:index:AuroraPostgres";
    type Session = Aws;
    type Inputs = AuroraPostgresInputs;
    /// The ARN of AWS's policy for the role of Enhanced Monitoring.
    type Facts = Arn;

    fn check(inputs: &AuroraPostgresInputs) -> Vec<Fault> {
        inputs.faults()
    }

    fn knobs(inputs: &AuroraPostgresInputs) -> Knobs {
        inputs.shared.knobs()
    }

    async fn look(aws: &Aws, _: &AuroraPostgresInputs) -> Result<Arn> {
        let policy = Partition::of(aws.region()).managed_policy("service-role/AmazonRDSEnhancedMonitoringRole");
        Arn::parse(&policy).map_err(Error::new)
    }

    fn build(here: &mut Scope, inputs: AuroraPostgresInputs, monitoring: Arn) -> Result<Self> {
        let mut site = Site { here, inputs: &inputs, monitoring };
        let group = site.security_group();
        let (cluster, port) = site.cluster(&group);
        let doors = site.doors(&group, &port);
        let logs = site.log_groups(&cluster);
        let instances = site.instances(&cluster, &logs);
        site.events(&cluster, &instances);
        let settings = &inputs.settings;
        let cname = settings.cname.clone().map(|cname| cname.tell(here, &cluster.endpoint, &cluster.reader_endpoint));
        let report = inputs.report(here, &port);
        // Whoever connects needs the writer and a door, and neither readers nor subscriptions.
        let writer = instances.iter().filter(|(key, _)| key == WRITER).map(|(_, id)| id);
        let endpoint = writer.chain(&doors).fold(cluster.endpoint, |endpoint, each| endpoint.depends_on(each));
        Ok(AuroraPostgres {
            cluster_arn: cluster.arn,
            cluster_identifier: cluster.id,
            endpoint,
            reader_endpoint: cluster.reader_endpoint,
            cname,
            port,
            database: Output::known(settings.database.clone()),
            secret_arn: cluster.master_user_secret_arn.map(Option::unwrap_or_default),
            security_group_id: group.id,
            resource_id: cluster.cluster_resource_id,
            instance_identifiers: Output::all_by_key(instances),
            report,
        })
    }
}

impl AuroraPostgresInputs {
    fn report(&self, here: &Scope, port: &Output<u16>) -> Report {
        let settings = &self.settings;
        let told = self.topic_arn.is_some();
        let report = Report::of(here)
            .meets("RDS.2")
            .meets("RDS.3")
            .meets_if(settings.monitoring_interval > 0, "RDS.6", "`monitoringInterval` is 0")
            .meets_if(self.deletion_protection(), "RDS.7", "the cluster has no deletion protection")
            .meets_if(self.deletion_protection(), "RDS.8", "the cluster has no deletion protection")
            .meets_if(self.logs_all(), "RDS.9", "not all logs are exported")
            .meets_if(settings.iam_auth, "RDS.10", "`iamAuth` is off")
            .meets_if(self.backup_days() >= 7, "RDS.11", "backups are kept for less than 7 days")
            .meets_if(settings.iam_auth, "RDS.12", "`iamAuth` is off")
            .meets("RDS.13")
            .meets_if(self.has_reader(), "RDS.15", "there is no reader in another zone")
            .meets("RDS.16")
            .meets("RDS.17");
        let events = ["RDS.19", "RDS.20", "RDS.21", "RDS.22"];
        let report = events
            .into_iter()
            .fold(report, |report, control| report.meets_if(told, control, "no `topicArn` gets events"));
        report
            .meets_when(&port.map(|port| port != POSTGRES), "RDS.23", "the port is PostgreSQL's default, 5432")
            .meets_if(self.own_admin(), "RDS.24", "the name of the master user is a usual one")
            .meets_if(self.own_admin(), "RDS.25", "the name of the master user is a usual one")
            .meets("RDS.27")
            .meets("RDS.35")
            .meets_if(self.logs_all(), "RDS.37", "PostgreSQL's log is not exported")
            .open("RDS.46", "whether the subnets have a route from the internet is not known here")
    }

    /// Whether PostgreSQL's log is exported: all that instances of Aurora PostgreSQL are held to.
    fn logs_all(&self) -> bool {
        self.settings.log_exports.contains(&LogExport::Postgresql)
    }

    fn own_admin(&self) -> bool {
        !["admin", "postgres"].contains(&self.settings.admin_username.as_str())
    }
}
