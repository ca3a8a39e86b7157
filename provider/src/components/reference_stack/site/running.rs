//! What runs, and what is told of it: the service, sessions, alarms.

use super::super::blocks::*;
use super::{CLOUDFRONT, Site, at, of_region};
use crate::components::alarms::Alarms;
use crate::components::aurora_postgres::AuroraPostgres;
use crate::components::cluster::Cluster;
use crate::components::fargate_service::FargateService;
use crate::components::redis::Redis;
use crate::components::security_group::Peer;
use crate::components::session_manager::SessionManager;
use crate::components::slack_notifier::SlackNotifier;
use crate::components::vpc_endpoints::VpcEndpoints;
use crate::ec2::security_group_egress_rule::SecurityGroupEgressRule;
use crate::ec2::security_group_ingress_rule::SecurityGroupIngressRule;

impl Site<'_> {
    pub fn cluster(&mut self) -> Option<Cluster> {
        if let ClusterChoice::Existing(it) = &self.plan.blocks.cluster {
            self.wires.cluster = it.cluster_name.clone();
        }
        let inputs = self.plan.cluster()?;
        let cluster = self.part::<Cluster>("cluster", inputs);
        self.wires.cluster = cluster.name.clone();
        Some(cluster)
    }

    /// The service, after all that its containers are told of.
    pub fn service(&mut self) -> Option<FargateService> {
        let inputs = self.plan.service(&self.wires)?;
        let service = self.part::<FargateService>("service", inputs);
        self.wires.service = Some((service.service_name.clone(), service.target_group_arn_suffix.clone()));
        Some(service)
    }

    /// Session Manager; its jump host reaches database and cache.
    pub fn session_manager(
        &mut self,
        aurora: Option<&AuroraPostgres>,
        redis: Option<&Redis>,
    ) -> Option<SessionManager> {
        let inputs = self.plan.session_manager(&self.wires)?;
        let host = inputs.settings.jump_host.enabled;
        let manager = self.part::<SessionManager>("session-manager", inputs);
        let aurora = aurora.map(|it| ("aurora", it.security_group_id.clone(), it.port.clone()));
        let redis = redis.map(|it| ("redis", it.security_group_id.clone(), it.port.clone()));
        for (what, group, port) in aurora.into_iter().chain(redis).filter(|_| host) {
            let from = &manager.security_group_id;
            let rule = at(&port, Peer::group(group.clone(), 0).rule(from, what));
            self.here.add::<SecurityGroupEgressRule>(format!("jump-host-to-{what}"), rule);
            let rule = at(&port, Peer::group(from.clone(), 0).rule(&group, "jump host"));
            self.here.add::<SecurityGroupIngressRule>(format!("{what}-from-jump-host"), rule);
        }
        Some(manager)
    }

    pub fn vpc_endpoints(&mut self) -> Option<VpcEndpoints> {
        let inputs = self.plan.vpc_endpoints(&self.wires)?;
        let endpoints = self.part::<VpcEndpoints>("vpc-endpoints", inputs);
        Some(endpoints)
    }

    pub fn slack(&mut self) -> Option<SlackNotifier> {
        if let Some(SlackChoice::Existing(topic)) = &self.plan.blocks.slack {
            self.wires.topic = Some(topic.topic_arn.clone());
            self.wires.cdn_topic = topic.cloud_front_topic_arn.clone();
        }
        let slack = self.part::<SlackNotifier>("slack", self.plan.slack()?);
        self.wires.topic = Some(slack.topic_arn.clone());
        self.wires.cdn_topic = self.plan.blocks.cdn.as_ref().map(|_| of_region(&slack.topic_arns, "topic", CLOUDFRONT));
        Some(slack)
    }

    pub fn alarms(&mut self) -> Option<Alarms> {
        let inputs = self.plan.alarms(&self.wires)?;
        let alarms = self.part::<Alarms>("alarms", inputs);
        Some(alarms)
    }
}
