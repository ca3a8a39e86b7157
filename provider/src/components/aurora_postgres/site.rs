//! The children of an Aurora PostgreSQL database: which there are, and what each is made of.

use std::collections::BTreeSet;

use pulumi_plugin::{Order, Output, Scope};
use serde_json::json;

use super::inputs::AuroraPostgresInputs;
use crate::components::security_group::Group;
use crate::components::spelled;
use crate::ec2::security_group::SecurityGroupOutputs;
use crate::ec2::security_group_ingress_rule::SecurityGroupIngressRule;
use crate::iam::role::{Role, RoleArgs};
use crate::logs::log_group::{LogGroup, LogGroupArgs, LogGroupOutputs};
use crate::rds::cluster::{Cluster, ClusterArgs, ClusterOutputs, version};
use crate::rds::cluster_instance::{ClusterInstance, ClusterInstanceArgs};
use crate::rds::cluster_parameter_group::{ClusterParameterGroup, ClusterParameterGroupArgs};
use crate::rds::event_subscription::{EventSubscription, EventSubscriptionArgs, SourceType};
use crate::rds::subnet_group::{SubnetGroup, SubnetGroupArgs};
use crate::types::{Arn, GroupDescription, LogGroupName, Lowercase, PolicyJson, RoleArn, SnapshotName};

/// The events that are told of: the key of the subscription, the type of the sources, and the categories.
const EVENTS: [(&str, SourceType, &[&str]); 4] = [
    ("events-cluster", SourceType::DbCluster, &["failover", "failure", "maintenance", "notification"]),
    (
        "events-instance",
        SourceType::DbInstance,
        &["availability", "configuration change", "failover", "failure", "low storage", "maintenance", "recovery"],
    ),
    ("events-parameter-group", SourceType::DbParameterGroup, &["configuration change"]),
    ("events-security-group", SourceType::DbSecurityGroup, &["configuration change", "failure"]),
];

/// The key of the instance that writes, until a reader takes its place.
pub const WRITER: &str = "writer";

/// Where the children are added.
pub struct Site<'a> {
    pub here: &'a mut Scope,
    pub inputs: &'a AuroraPostgresInputs,
    /// AWS's policy for the role of Enhanced Monitoring.
    pub monitoring: Arn,
}

/// Something by the key of its child.
type ByKey = Vec<(String, Output<String>)>;

impl Site<'_> {
    /// The security group of the instances: they talk to nobody of their own accord.
    pub fn security_group(&mut self) -> SecurityGroupOutputs {
        let group = Group {
            key: "sg",
            vpc_id: self.inputs.vpc_id.clone(),
            described: false,
            description: GroupDescription::about(self.here.name()),
            // The port is the cluster's: see `doors`.
            allow_from: Default::default(),
            allow_to: Default::default(),
        };
        group.tell(self.here)
    }

    /// Who may connect: to the port of the cluster, where nothing else is said. The URNs of the rules.
    pub fn doors(&mut self, group: &SecurityGroupOutputs, port: &Output<u16>) -> Vec<Output<String>> {
        let rules = self.inputs.settings.allow_from.clone().into_iter().map(|(name, peer)| {
            let rule = peer.rule_at(port, &group.id, &name);
            self.here.add::<SecurityGroupIngressRule>(format!("sg-from-{name}"), rule).urn
        });
        rules.collect()
    }

    /// The DB subnet group: the one that is given, or one of the given subnets.
    fn subnet_group(&mut self) -> Output<Lowercase> {
        let ids = match (&self.inputs.db_subnet_group_name, &self.inputs.subnet_ids) {
            (Some(name), _) => return name.map(Lowercase::from),
            (None, Some(ids)) => ids.map(|ids| ids.into_iter().collect()),
            (None, None) => Output::known(BTreeSet::new()),
        };
        let args = SubnetGroupArgs { subnet_ids: ids.into(), ..Default::default() };
        self.here.add::<SubnetGroup>("subnets", args).id.map(Lowercase::from)
    }

    /// The DB cluster parameter group, which requires TLS.
    fn parameter_group(&mut self) -> Output<Lowercase> {
        let settings = &self.inputs.settings;
        let tls = ("rds.force_ssl".to_owned(), "1".to_owned());
        let parameters = settings.parameters.clone().into_iter().chain([tls]).collect();
        let args = ClusterParameterGroupArgs {
            family: format!("aurora-postgresql{}", version::major(&settings.version)).into(),
            parameters: Output::known(parameters).into(),
            ..Default::default()
        };
        self.here.add::<ClusterParameterGroup>("parameters", args).id.map(Lowercase::from)
    }

    /// The role by which Enhanced Monitoring writes its logs, if it is on.
    fn monitoring(&mut self) -> Option<Output<RoleArn>> {
        let trust = json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": {"Service": "monitoring.rds.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }],
        });
        let trust = PolicyJson::parse(&trust.to_string()).unwrap_or_else(|why| unreachable!("{why}"));
        let args = RoleArgs {
            assume_role_policy: trust.into(),
            managed_policy_arns: BTreeSet::from([self.monitoring.clone()]).into(),
            ..Default::default()
        };
        let on = self.inputs.settings.monitoring_interval > 0;
        on.then(|| spelled(&self.here.add::<Role>("monitoring-role", args).arn))
    }

    /// The name of the final snapshot, if one is taken: another one for each database that there ever is, as the security group's id is.
    fn final_snapshot(&self, group: &SecurityGroupOutputs) -> Option<Output<SnapshotName>> {
        let given = self.inputs.settings.final_snapshot_identifier.clone().map(Output::known);
        let name = self.here.name().to_owned();
        let made = || group.id.map(move |id| SnapshotName::from(snapshot_name(&name, &id)));
        self.inputs.takes_final_snapshot().then(|| given.unwrap_or_else(made))
    }

    /// The cluster, and its port.
    pub fn cluster(&mut self, group: &SecurityGroupOutputs) -> (ClusterOutputs, Output<u16>) {
        let (subnets, parameters, monitoring) = (self.subnet_group(), self.parameter_group(), self.monitoring());
        let snapshot = self.final_snapshot(group);
        let inputs = self.inputs;
        let settings = &inputs.settings;
        let args = ClusterArgs {
            identifier: settings.cluster_identifier.clone().into(),
            engine_version: settings.version.clone().into(),
            allow_major_version_upgrade: Order::from(settings.allow_major_version_upgrade).into(),
            database_name: settings.database.clone().into(),
            master_username: settings.admin_username.clone().into(),
            manage_master_user_password: true.into(),
            enable_iam_database_authentication: settings.iam_auth.into(),
            port: inputs.usual_port().into(),
            subnet_group_name: subnets.into(),
            vpc_security_group_ids: group.id.map(|id| BTreeSet::from([id])).into(),
            cluster_parameter_group_name: parameters.into(),
            serverless_v2_scaling_configuration: settings.capacity().into(),
            storage_encrypted: true.into(),
            kms_key_id: settings.kms_key_arn.clone().into(),
            backup_retention_period: inputs.backup_days().into(),
            copy_tags_to_snapshot: true.into(),
            deletion_protection: inputs.deletion_protection().into(),
            skip_final_snapshot: Order::from(snapshot.is_none()).into(),
            final_snapshot_identifier: snapshot.into(),
            enable_cloudwatch_logs_exports: settings.log_exports.clone().into(),
            monitoring_interval: settings.monitoring_interval.into(),
            monitoring_role_arn: monitoring.into(),
            performance_insights_enabled: settings.performance_insights.into(),
            ..Default::default()
        };
        // Another profile moves no port under its clients.
        let place = self.here.child("cluster").protect(inputs.shared.protects());
        let place = if settings.port.is_none() { place.initial(["port"]) } else { place };
        let (cluster, port) = place.add_and_tell::<Cluster, Option<u16>>(args, "port");
        let usual = inputs.usual_port();
        (cluster, port.map(move |port| port.unwrap_or(usual)))
    }

    /// The log groups of the exported logs. They are there before the first instance: RDS would make them when it has something to log, and keep everything for
    /// ever.
    pub fn log_groups(&mut self, cluster: &ClusterOutputs) -> Vec<LogGroupOutputs> {
        let settings = &self.inputs.settings;
        let groups = settings.log_exports.iter().map(|log| {
            let log = log.as_str();
            let name = cluster.id.map(move |id| LogGroupName::from(format!("/aws/rds/cluster/{id}/{log}")));
            let args = LogGroupArgs {
                name: name.into(),
                retention_in_days: settings.log_retention_days.into(),
                ..Default::default()
            };
            self.here.add::<LogGroup>(format!("log-{log}"), args)
        });
        groups.collect()
    }

    /// The instances, which can go while the data stays: it is the cluster's. A reader takes the place of a writer that fails.
    pub fn instances(&mut self, cluster: &ClusterOutputs, logs: &[LogGroupOutputs]) -> ByKey {
        let readers = (1..=self.inputs.readers()).map(|n| format!("reader-{n}"));
        let keys: Vec<_> = std::iter::once(WRITER.to_owned()).chain(readers).collect();
        let class = self.inputs.settings.instance_class.clone().unwrap_or_else(|| "db.serverless".to_owned());
        let instances = keys.into_iter().map(|key| {
            let args = ClusterInstanceArgs {
                cluster_identifier: cluster.id.map(Lowercase::from).into(),
                instance_class: class.clone().into(),
                promotion_tier: u8::from(key != WRITER).into(),
                publicly_accessible: false.into(),
                auto_minor_version_upgrade: true.into(),
                ..Default::default()
            };
            let place = self.here.child(key.as_str());
            let id = logs.iter().fold(place, |place, log| place.after(log)).add::<ClusterInstance>(args).id;
            (key, id)
        });
        instances.collect()
    }

    /// The subscriptions to events, if there is a topic.
    pub fn events(&mut self, cluster: &ClusterOutputs, instances: &ByKey) {
        let Some(topic) = &self.inputs.topic_arn else { return };
        let of_instances = Output::all(instances.iter().map(|(_, id)| id.clone()));
        for (key, kind, categories) in EVENTS {
            let sources = match kind {
                SourceType::DbCluster => Some(cluster.id.map(|id| BTreeSet::from([id]))),
                SourceType::DbInstance => Some(of_instances.map(|ids| ids.into_iter().collect())),
                _ => None,
            };
            let args = EventSubscriptionArgs {
                sns_topic_arn: topic.into(),
                source_type: kind.into(),
                source_ids: sources.into(),
                event_categories: categories.iter().map(|&each| each.to_owned()).collect::<BTreeSet<_>>().into(),
                ..Default::default()
            };
            self.here.add::<EventSubscription>(key, args);
        }
    }
}

/// `final-web-db-0123456789abcdef0` of the component `web-db`: a name as RDS takes it, whatever the component's name has.
fn snapshot_name(component: &str, group: &str) -> String {
    let words = component.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<_> = words.chain([group.trim_start_matches("sg-")]).collect();
    format!("final-{}", words.join("-"))
}

#[cfg(test)]
mod tests {
    use pulumi_plugin::Spelled as _;

    use super::snapshot_name;
    use crate::types::SnapshotName;

    #[test]
    fn the_final_snapshot_has_a_name_that_rds_takes() {
        for (component, expected) in
            [("web-db", "final-web-db-0abc"), ("Web_DB.", "final-Web-DB-0abc"), ("--", "final-0abc")]
        {
            let name = snapshot_name(component, "sg-0abc");
            assert_eq!(name, expected);
            assert!(SnapshotName::parse(&name).is_ok(), "{name}");
        }
    }
}
