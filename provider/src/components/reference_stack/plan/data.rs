//! What holds data.

use pulumi_plugin::{Output, Result, Secret, Value};

use super::super::inputs::cname;
use super::super::wires::Wires;
use super::Plan;
use crate::components::aurora_postgres::AuroraPostgresInputs;
use crate::components::private_bucket::PrivateBucketInputs;
use crate::components::redis::RedisInputs;
use crate::components::security_group::Peer;
use crate::types::Arn;

impl Plan<'_> {
    pub fn aurora(&self, wires: &Wires) -> Result<Option<AuroraPostgresInputs>> {
        let Some(block) = &self.blocks.aurora else { return Ok(None) };
        let mut settings = block.settings.clone();
        settings.allow_from.entry("app".into()).or_insert_with(|| Peer::of_group(wires.clients.clone()));
        settings.cname = cname(settings.cname.take(), wires.private_zone_id.as_ref(), &self.inputs.domain, "db");
        let topic = wires.topic.as_ref();
        Ok(Some(AuroraPostgresInputs {
            vpc_id: wires.vpc_id.clone(),
            subnet_ids: Some(wires.data.clone()),
            db_subnet_group_name: None,
            topic_arn: topic.map(|arn| arn.try_map(|arn| Arn::parse(&arn).map_err(pulumi_plugin::Error::new))),
            settings,
            shared: self.shared(&block.own),
        }))
    }

    pub fn redis(&self, wires: &Wires) -> Option<RedisInputs> {
        let block = self.blocks.redis.as_ref()?;
        let mut settings = block.settings.clone();
        settings.allow_from.entry("app".into()).or_insert_with(|| Peer::of_group(wires.clients.clone()));
        settings.cname = cname(settings.cname.take(), wires.private_zone_id.as_ref(), &self.inputs.domain, "redis");
        Some(RedisInputs {
            vpc_id: wires.vpc_id.clone(),
            subnet_ids: Some(wires.data.clone()),
            cache_subnet_group_name: None,
            auth_token: None::<Output<Secret<String>>>,
            settings,
            shared: self.shared(&block.own),
        })
    }

    /// Whether the stack writes the bucket's policy, which so is one, whatever reads the bucket. Whoever overrides the part's own has it there.
    pub fn writes_bucket_policy(&self) -> bool {
        let own = self.inputs.shared.overrides.get("bucket").and_then(Value::as_object);
        let overridden = own.is_some_and(|own| own.contains_key("policy") || own.contains_key("policyStatements"));
        self.blocks.bucket.as_ref().is_some_and(|it| it.settings.policy && !overridden)
    }

    /// The bucket. It writes its own policy only where neither the stack does nor a distribution.
    pub fn bucket(&self) -> Option<PrivateBucketInputs> {
        let block = self.blocks.bucket.as_ref()?;
        let mut settings = block.settings.clone();
        if self.writes_bucket_policy() {
            settings.policy_statements.clear();
        }
        settings.policy &= self.blocks.cdn.is_none() && !self.writes_bucket_policy();
        Some(PrivateBucketInputs { settings, shared: self.shared(&block.own) })
    }
}
