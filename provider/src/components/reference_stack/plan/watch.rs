//! What tells people.

use super::super::blocks::SlackChoice;
use super::super::wires::Wires;
use super::Plan;
use crate::components::alarms::{
    AlarmsAurora, AlarmsCdn, AlarmsInputs, AlarmsLoadBalancer, AlarmsRedis, AlarmsService,
};
use crate::components::slack_notifier::SlackNotifierInputs;

impl Plan<'_> {
    pub fn slack(&self) -> Option<SlackNotifierInputs> {
        let Some(SlackChoice::Settings(block)) = &self.blocks.slack else { return None };
        let mut settings = block.settings.clone();
        if self.blocks.cdn.is_some() {
            settings.more_regions.extend(crate::types::Region::parse(crate::aws::EDGE));
        }
        Some(SlackNotifierInputs { settings, shared: self.shared(&block.own) })
    }

    pub fn alarms(&self, wires: &Wires) -> Option<AlarmsInputs> {
        let (block, topic) = (self.blocks.alarms.as_ref()?, wires.topic.as_ref()?);
        let shared = &self.inputs.shared;
        let balancer = self.blocks.load_balancer.as_ref().map(|_| AlarmsLoadBalancer {
            arn_suffix: wires.balancer.suffix.clone(),
            target_groups: wires.service.iter().map(|(_, group)| ("service".into(), group.clone())).collect(),
        });
        let service = wires
            .service
            .as_ref()
            .map(|(name, _)| AlarmsService { cluster_name: wires.cluster.clone(), service_name: name.clone() });
        let instances = self.blocks.instances(shared).into_iter().map(|key| {
            let of = key.clone();
            (key, wires.instances.map(move |all| all.get(&of).cloned().unwrap_or_default()))
        });
        let aurora = self.blocks.aurora.as_ref().map(|it| AlarmsAurora {
            cluster_identifier: wires.aurora.clone(),
            instances: instances.collect(),
            serverless: it.settings.instance_class.is_none(),
        });
        let nodes = (1..=self.blocks.nodes(shared)).map(|number| {
            let at = number as usize - 1;
            (format!("{number:03}"), wires.nodes.map(move |all| all.get(at).cloned().unwrap_or_default()))
        });
        let redis = self.blocks.redis.as_ref().map(|_| AlarmsRedis { nodes: nodes.collect() });
        let cdn = self.blocks.cdn.as_ref().zip(wires.cdn_topic.as_ref());
        let cdn =
            cdn.map(|(_, topic)| AlarmsCdn { distribution_id: wires.distribution.clone(), topic_arn: topic.clone() });
        let something = balancer.is_some() || service.is_some() || aurora.is_some() || redis.is_some() || cdn.is_some();
        something.then(|| AlarmsInputs {
            topic_arn: topic.clone(),
            load_balancer: balancer,
            services: service.into_iter().map(|it| ("service".to_owned(), it)).collect(),
            aurora,
            redis,
            cdn,
            settings: block.settings.clone(),
            shared: self.shared(&block.own),
        })
    }
}
