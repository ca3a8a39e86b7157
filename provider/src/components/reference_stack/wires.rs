//! What leads from block to block, and the inputs that each component gets from its block and the wires.

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::{Fault, Output, Result, Secret, Value};

use super::blocks::*;
use super::inputs::{Blocks, ReferenceStackInputs, cname};
use crate::components::alarms::{
    AlarmsAurora, AlarmsCdn, AlarmsInputs, AlarmsLoadBalancer, AlarmsRedis, AlarmsService,
};
use crate::components::aurora_postgres::AuroraPostgresInputs;
use crate::components::cdn::{CdnBucket, CdnInputs, CdnLoadBalancer, CdnOrigin};
use crate::components::certificate::CertificateInputs;
use crate::components::cluster::ClusterInputs;
use crate::components::dns_zone::DnsZoneInputs;
use crate::components::fargate_service::{FargateServiceInputs, RequiredHeader, ServiceListener};
use crate::components::load_balancer::LoadBalancerInputs;
use crate::components::network::NetworkInputs;
use crate::components::private_bucket::PrivateBucketInputs;
use crate::components::redis::RedisInputs;
use crate::components::security_group::Peer;
use crate::components::session_manager::SessionManagerInputs;
use crate::components::slack_notifier::SlackNotifierInputs;
use crate::components::vpc_endpoints::VpcEndpointsInputs;
use crate::components::waf::{WafForwardedIp, WafInputs};
use crate::components::waf_logs::WafLogsInputs;
use crate::types::{Arn, CertificateName, Cidr, DomainName, PolicyJson};
use crate::wafv2::key::Scope as WafScope;

/// What leads from block to block. Each is set once the block that it comes from has been added.
pub struct Wires {
    pub vpc_id: Output<String>,
    pub cidr: Output<Cidr>,
    /// The other IPv4 ranges of the VPC, by name.
    pub ranges: BTreeMap<String, Cidr>,
    /// The subnets in which there is a jump host already.
    pub hosts: BTreeSet<String>,
    pub public: Output<Vec<String>>,
    pub app: Output<Vec<String>>,
    pub data: Output<Vec<String>>,
    pub tables: Output<BTreeMap<String, String>>,
    pub zone_id: Output<String>,
    pub private_zone_id: Option<Output<String>>,
    /// The security group of those that reach database and cache.
    pub clients: Output<String>,
    pub certificate: Output<String>,
    pub cdn_certificate: Output<String>,
    pub topic: Option<Output<String>>,
    pub cdn_topic: Option<Output<String>>,
    pub regional_acl: Option<Output<String>>,
    pub cdn_acl: Option<Output<String>>,
    pub balancer: BalancerWires,
    pub bucket: BucketWires,
    pub header: Option<Output<Vec<String>>>,
    pub cluster: Output<String>,
    pub service: Option<(Output<String>, Output<String>)>,
    pub environment: BTreeMap<String, Output<String>>,
    pub secrets: BTreeMap<String, Output<String>>,
    /// What the containers may do beside what the program says, by name.
    pub policies: BTreeMap<String, Output<PolicyJson>>,
    pub aurora: Output<String>,
    pub instances: Output<BTreeMap<String, String>>,
    pub nodes: Output<Vec<String>>,
    pub distribution: Output<String>,
}

/// What leads from the load balancer to others.
pub struct BalancerWires {
    pub dns_name: Output<String>,
    pub zone_id: Output<String>,
    pub listener: Output<String>,
    pub group: Output<String>,
    pub suffix: Output<String>,
}

/// What leads from the bucket to others.
pub struct BucketWires {
    pub name: Output<String>,
    pub arn: Output<String>,
    pub host: Output<String>,
}

impl Wires {
    /// Nothing is known of any.
    pub fn unknown() -> Wires {
        let one = Output::<String>::unknown;
        let several = Output::<Vec<String>>::unknown;
        Wires {
            vpc_id: one(),
            cidr: Output::unknown(),
            ranges: BTreeMap::new(),
            hosts: BTreeSet::new(),
            public: several(),
            app: several(),
            data: several(),
            tables: Output::unknown(),
            zone_id: one(),
            private_zone_id: None,
            clients: one(),
            certificate: one(),
            cdn_certificate: one(),
            topic: None,
            cdn_topic: None,
            regional_acl: None,
            cdn_acl: None,
            balancer: BalancerWires { dns_name: one(), zone_id: one(), listener: one(), group: one(), suffix: one() },
            bucket: BucketWires { name: one(), arn: one(), host: one() },
            header: None,
            cluster: one(),
            service: None,
            environment: BTreeMap::new(),
            secrets: BTreeMap::new(),
            policies: BTreeMap::new(),
            aurora: one(),
            instances: Output::unknown(),
            nodes: several(),
            distribution: one(),
        }
    }
}

/// A stack's inputs and its blocks.
pub struct Plan<'a> {
    pub inputs: &'a ReferenceStackInputs,
    pub blocks: Blocks,
}

impl<'a> Plan<'a> {
    /// The plan for these inputs.
    pub fn of(inputs: &'a ReferenceStackInputs) -> Result<Plan<'a>> {
        Ok(Plan { inputs, blocks: inputs.blocks()? })
    }
}

impl Plan<'_> {
    fn shared(&self, own: &OwnSettings) -> crate::components::SharedInputs {
        own.shared(&self.inputs.shared)
    }

    /// The name by which CloudFront asks the load balancer.
    pub fn origin(&self) -> Result<DomainName> {
        let origin = DomainName::parse(&format!("origin.{}", self.inputs.domain));
        origin.map_err(|why| {
            Fault::new("domain", format!("CloudFront asks the load balancer by a name below it: {why}")).into()
        })
    }

    pub fn network(&self) -> NetworkInputs {
        let block = &self.blocks.network;
        NetworkInputs { settings: block.settings.clone(), shared: self.shared(&block.own) }
    }

    pub fn dns(&self) -> Option<DnsZoneInputs> {
        let DnsChoice::Settings(block) = &self.blocks.dns else { return None };
        Some(DnsZoneInputs {
            name: self.inputs.domain.clone(),
            parent: self.inputs.parent_zone.clone(),
            private_vpc_ids: Vec::new(),
            settings: block.settings.clone(),
            shared: self.shared(&block.own),
        })
    }

    pub fn certificate(&self, wires: &Wires) -> Result<Option<CertificateInputs>> {
        let CertificateChoice::Settings(block) = &self.blocks.certificate else { return Ok(None) };
        let mut settings = block.settings.clone();
        let name = |name: &str| {
            CertificateName::parse(name).map_err(|why| pulumi_plugin::Error::from(Fault::new("domain", why)))
        };
        settings.subject_alternative_names.insert(name(self.origin()?.as_str())?);
        for alias in self.blocks.cdn.iter().flat_map(|block| &block.settings.aliases) {
            settings.subject_alternative_names.insert(name(alias.as_str())?);
        }
        Ok(Some(CertificateInputs {
            domain_name: name(self.inputs.domain.as_str())?,
            zone_id: wires.zone_id.clone(),
            settings,
            shared: self.shared(&block.own),
        }))
    }

    pub fn cluster(&self) -> Option<ClusterInputs> {
        let ClusterChoice::Settings(block) = &self.blocks.cluster else { return None };
        Some(ClusterInputs { settings: block.settings.clone(), shared: self.shared(&block.own) })
    }

    pub fn load_balancer(&self, wires: &Wires) -> Option<LoadBalancerInputs> {
        let block = self.blocks.load_balancer.as_ref()?;
        let mut settings = block.settings.clone();
        // CloudFront is let in wherever it is, whoever else is.
        let cdn = self.blocks.cdn.is_some();
        settings.cloud_front_only |= cdn && settings.allow_from.is_empty();
        Some(LoadBalancerInputs {
            vpc_id: wires.vpc_id.clone(),
            subnet_ids: if settings.internal { wires.app.clone() } else { wires.public.clone() },
            certificate_arn: wires.certificate.clone(),
            additional_certificate_arns: BTreeMap::new(),
            web_acl_arn: wires.regional_acl.clone(),
            allow_cloud_front: (cdn && !settings.cloud_front_only).then_some(true),
            settings,
            shared: self.shared(&block.own),
        })
    }

    pub fn service(&self, wires: &Wires) -> Option<FargateServiceInputs> {
        let block = self.blocks.service.as_ref()?;
        let mut settings = block.settings.clone();
        // What the program says itself comes first, be it a secret or not.
        let said: BTreeSet<_> = settings.environment.keys().chain(settings.secrets.keys()).cloned().collect();
        let more = |wires: &BTreeMap<String, Output<String>>| {
            wires.clone().into_iter().filter(|(name, _)| !said.contains(name)).collect::<Vec<_>>()
        };
        settings.environment.extend(more(&wires.environment));
        settings.secrets.extend(more(&wires.secrets));
        for (name, policy) in &wires.policies {
            settings.task_role_policies.entry(name.clone()).or_insert_with(|| policy.clone());
        }
        // Tasks read the cache's password when they start.
        let rotated =
            self.blocks.redis.as_ref().map(|it| it.settings.auth_rotation.clone()).filter(|it| !it.is_empty());
        settings.redeployment = match (settings.redeployment.take(), rotated) {
            (Some(own), Some(rotated)) => Some(format!("{own}, {rotated}")),
            (own, rotated) => own.or(rotated),
        };
        let header = wires.header.as_ref().map(|values| RequiredHeader {
            name: self.blocks.cdn.as_ref().map(|it| it.settings.origin_header_name.clone()).unwrap_or_default().into(),
            values: values.clone(),
        });
        let listener = self.blocks.load_balancer.as_ref().map(|_| ServiceListener {
            listener_arn: wires.balancer.listener.clone(),
            security_group_id: wires.balancer.group.clone(),
            require_header: header,
            separate_rules: true,
        });
        let data = self.blocks.aurora.is_some() || self.blocks.redis.is_some();
        Some(FargateServiceInputs {
            cluster_name: wires.cluster.clone(),
            vpc_id: wires.vpc_id.clone(),
            subnet_ids: if settings.assign_public_ip { wires.public.clone() } else { wires.app.clone() },
            listener,
            security_group_ids: data.then(|| Output::all([wires.clients.clone()])),
            settings,
            shared: self.shared(&block.own),
        })
    }

    /// What is worth knowing of the database's password, where the service is given it.
    pub fn stale_password(&self) -> Option<String> {
        const NAME: &str = "DATABASE_PASSWORD";
        let service = self.blocks.service.as_ref().filter(|_| self.blocks.aurora.is_some())?;
        let own = service.settings.environment.contains_key(NAME) || service.settings.secrets.contains_key(NAME);
        let own = own || self.inputs.database_secret_access;
        let words = "RDS changes the database's password every 7 days, and a task has the one of its start in `DATABASE_PASSWORD`: let it read the secret \
                     (`databaseSecretAccess`), connect by IAM, or start tasks anew (`service.redeployment`)";
        (!own).then(|| words.to_owned())
    }

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

    pub fn cdn(&self, wires: &Wires) -> Result<Option<CdnInputs>> {
        let Some(block) = &self.blocks.cdn else { return Ok(None) };
        let mut settings = block.settings.clone();
        settings.aliases.insert(self.inputs.domain.clone());
        let origin = self.origin()?;
        let app = self.blocks.load_balancer.as_ref().map(|_| CdnLoadBalancer {
            dns_name: wires.balancer.dns_name.clone(),
            hosted_zone_id: Some(wires.balancer.zone_id.clone()),
            origin_domain_name: Some(origin.clone()),
            read_timeout_seconds: 30,
        });
        let bucket = self.blocks.bucket.as_ref().map(|_| CdnBucket {
            name: wires.bucket.name.clone(),
            regional_domain_name: wires.bucket.host.clone(),
            arn: wires.bucket.arn.clone(),
            write_policy: !self.writes_bucket_policy(),
        });
        let none = || CdnOrigin { load_balancer: None, vpc_origin: None, bucket: None };
        let app = app.map(|it| ("app".to_owned(), CdnOrigin { load_balancer: Some(it), ..none() }));
        let bucket = bucket.map(|it| ("static".to_owned(), CdnOrigin { bucket: Some(it), ..none() }));
        Ok(Some(CdnInputs {
            certificate_arn: Some(wires.cdn_certificate.clone()),
            // The stack makes the records, so that each stays one record when it comes to lead elsewhere.
            zone_id: None,
            origins: app.into_iter().chain(bucket).collect(),
            web_acl_arn: wires.cdn_acl.clone(),
            settings,
            shared: self.shared(&block.own),
        }))
    }

    /// A web ACL of the scope.
    pub fn waf(&self, scope: WafScope) -> Option<WafInputs> {
        let block = self.blocks.waf.as_ref()?;
        let mut settings = block.settings.clone();
        if scope == WafScope::Regional && self.blocks.cdn.is_some() {
            let header = || WafForwardedIp { header_name: "X-Forwarded-For".to_owned() };
            settings.forwarded_ip = settings.forwarded_ip.or_else(|| Some(header()));
        }
        if scope == WafScope::Cloudfront {
            settings.forwarded_ip = None;
        }
        Some(WafInputs { scope, associate: BTreeMap::new(), settings, shared: self.shared(&block.own) })
    }

    pub fn waf_logs(&self, scope: WafScope, acl: &Output<String>) -> Option<WafLogsInputs> {
        let block = self.blocks.waf_logs.as_ref()?;
        let (settings, shared) = (block.settings.clone(), self.shared(&block.own));
        Some(WafLogsInputs { web_acl_arn: acl.clone(), scope, settings, shared })
    }

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

    pub fn session_manager(&self, wires: &Wires) -> Option<SessionManagerInputs> {
        let block = self.blocks.session_manager.as_ref()?;
        let hosts = wires.hosts.clone();
        Some(SessionManagerInputs {
            vpc_id: Some(wires.vpc_id.clone()),
            subnet_id: Some(wires.app.map(move |ids| place(ids, &hosts))),
            settings: block.settings.clone(),
            shared: self.shared(&block.own),
        })
    }

    pub fn vpc_endpoints(&self, wires: &Wires) -> Option<VpcEndpointsInputs> {
        let block = self.blocks.vpc_endpoints.as_ref()?;
        Some(VpcEndpointsInputs {
            vpc_id: wires.vpc_id.clone(),
            vpc_cidr: wires.cidr.clone(),
            additional_cidrs: wires.ranges.clone(),
            subnet_ids: Some(wires.app.clone()),
            route_table_ids: Some(wires.tables.clone()),
            settings: block.settings.clone(),
            shared: self.shared(&block.own),
        })
    }
}

/// The subnet of the jump host: the one that it is in, or else the first.
fn place(ids: Vec<String>, hosts: &BTreeSet<String>) -> String {
    let stands = ids.iter().find(|id| hosts.contains(*id)).cloned();
    stands.or_else(|| ids.into_iter().next()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::samples::small;
    use super::*;
    /// A zone with an earlier letter does not move it.
    #[test]
    fn a_jump_host_stays_where_it_is() {
        let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        for (subnets, hosts, expected) in [
            (&["subnet-a", "subnet-c"][..], &[][..], "subnet-a"),
            (&["subnet-a", "subnet-c"], &["subnet-c"], "subnet-c"),
            (&["subnet-a", "subnet-c"], &["subnet-d"], "subnet-a"),
            (&[], &["subnet-d"], ""),
        ] {
            assert_eq!(place(ids(subnets), &ids(hosts).into_iter().collect()), expected);
        }
    }

    /// Whoever gets no password of the stack's is not told of it.
    #[test]
    fn a_password_that_goes_stale_is_told_of() {
        let image = ("image", Value::from("app:1"));
        let own = Value::Object(
            [("DATABASE_PASSWORD".to_owned(), "arn:aws:secretsmanager:eu-west-1:1:secret:a".into())].into(),
        );
        let said = [image.clone(), ("secrets", own)];
        let plain = [image];
        for (blocks, told) in [
            (&[("aurora", &[][..]), ("service", &plain[..])][..], true),
            (&[("aurora", &[]), ("service", &said)], false),
            (&[("service", &plain)], false),
            (&[("aurora", &[])], false),
        ] {
            let inputs = small(&[], blocks);
            let plan = Plan::of(&inputs).expect("a plan");
            assert_eq!(plan.stale_password().is_some(), told, "{blocks:?}");
        }
    }
}
