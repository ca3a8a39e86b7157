//! The whole stack.

mod blocks;
mod estimate;
mod inputs;
mod wires;

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::{Component, Error, Fault, Knobs, Output, Outputs, Result, Scope};
use serde_json::{Value as Json, json};

pub use self::blocks::*;
use self::inputs::internal;
pub use self::inputs::{ReferenceStackArgs, ReferenceStackInputs};
use self::wires::{BalancerWires, BucketWires, Plan, Wires};
use crate::aws::Aws;
use crate::components::Report;
use crate::components::alarms::{Alarms, AlarmsArgs};
use crate::components::aurora_postgres::{AuroraPostgres, AuroraPostgresArgs};
use crate::components::cdn::{Cdn, CdnArgs};
use crate::components::certificate::{Certificate, CertificateArgs};
use crate::components::cluster::{Cluster, ClusterArgs};
use crate::components::dns_zone::{DnsZone, DnsZoneArgs};
use crate::components::fargate_service::{FargateService, FargateServiceArgs};
use crate::components::load_balancer::{LoadBalancer, LoadBalancerArgs};
use crate::components::network::{Network, NetworkArgs};
use crate::components::policies::bucket_policy;
use crate::components::private_bucket::{PrivateBucket, PrivateBucketArgs};
use crate::components::redis::{Redis, RedisArgs};
use crate::components::security_group::{Group, Peer};
use crate::components::session_manager::{SessionManager, SessionManagerArgs};
use crate::components::slack_notifier::{SlackNotifier, SlackNotifierArgs};
use crate::components::vpc_endpoints::{VpcEndpoints, VpcEndpointsArgs};
use crate::components::waf::{Waf, WafArgs};
use crate::components::waf_logs::{WafLogs, WafLogsArgs};
use crate::deletion_protection::{DeletionProtection, DeletionProtectionArgs};
use crate::ec2::security_group_egress_rule::SecurityGroupEgressRule;
use crate::ec2::security_group_ingress_rule::SecurityGroupIngressRule;
use crate::ec2::security_group_rule::SecurityGroupRuleArgs;
use crate::route53::record::{Alias, Record, RecordArgs};
use crate::route53::record_type::RecordType;
use crate::route53::zone::{Zone, ZoneArgs, ZoneVpc};
use crate::s3::bucket_policy::{BucketPolicy, BucketPolicyArgs};
use crate::types::{BucketName, Cidr, DomainName, Region};
use crate::wafv2::key::Scope as WafScope;

/// CloudFront's things are in this region.
const CLOUDFRONT: &str = "us-east-1";

/// The hosted zone in which AWS keeps the names of all distributions.
const DISTRIBUTIONS: &str = "Z2FDTNDATAQYW2";

/// A whole stack for a web application: a network, a delegated domain with certificates in two regions, a service on Fargate Spot behind a load balancer that only
/// CloudFront reaches, Aurora PostgreSQL, Redis, a private bucket, web ACLs with their logs, alarms that come to Slack, and a way in without a bastion.
///
/// ```yaml
/// resources:
///   web:
///     type: gitinfra:index:ReferenceStack
///     properties:
///       domain: app.example.com
///       parentZone: {zoneId: Z0123, assumeRole: {roleArn: 'arn:aws:iam::222222222222:role/dns'}}
///       service: {image: 'public.ecr.aws/nginx/nginx:1.27', port: 8080}
///       slack: {workspaceId: T0123ABCD, channelId: C0123ABCD}
/// ```
#[derive(Clone, Outputs)]
pub struct ReferenceStack {
    /// The address at which users reach the stack: `https://` and the domain. Known once it leads there.
    pub url: Output<String>,
    /// The network.
    pub network: Output<Network>,
    /// The id of the public hosted zone.
    pub zone_id: Output<String>,
    /// The hosted zone, unless there was one already.
    pub dns: Option<Output<DnsZone>>,
    /// The id of the private hosted zone `internal.DOMAIN`, whose names only the VPC knows; if there is a database or a cache.
    pub private_zone_id: Option<Output<String>>,
    /// The certificates, unless there were some already.
    pub certificate: Option<Output<Certificate>>,
    /// The ECS cluster, unless there was one already.
    pub cluster: Option<Output<Cluster>>,
    /// The load balancer.
    pub load_balancer: Option<Output<LoadBalancer>>,
    /// The service.
    pub service: Option<Output<FargateService>>,
    /// The database.
    pub aurora: Option<Output<AuroraPostgres>>,
    /// The cache.
    pub redis: Option<Output<Redis>>,
    /// The bucket.
    pub bucket: Option<Output<PrivateBucket>>,
    /// The distribution.
    pub cdn: Option<Output<Cdn>>,
    /// The web ACLs: `cloudfront` and `regional`.
    pub waf: Output<BTreeMap<String, Waf>>,
    /// The logs of the web ACLs: `cloudfront` and `regional`.
    pub waf_logs: Output<BTreeMap<String, WafLogs>>,
    /// The Slack channel's topic and configuration.
    pub slack: Option<Output<SlackNotifier>>,
    /// The alarms.
    pub alarms: Option<Output<Alarms>>,
    /// Session Manager and the jump host.
    pub session_manager: Option<Output<SessionManager>>,
    /// The VPC endpoints.
    pub vpc_endpoints: Option<Output<VpcEndpoints>>,
    /// What every component gives.
    #[prop(flatten)]
    pub report: Report,
}

impl Component for ReferenceStack {
    const TOKEN: &'static str = "gitinfra:index:ReferenceStack";
    type Session = Aws;
    type Inputs = ReferenceStackInputs;
    /// The stack's region.
    type Facts = Region;

    fn check(inputs: &ReferenceStackInputs) -> Vec<Fault> {
        let faults = inputs.faults();
        if !faults.is_empty() {
            return faults;
        }
        let within = inputs.blocks().and_then(|blocks| Plan { inputs, blocks: &blocks }.faults());
        within.unwrap_or_else(|error| vec![Fault::new(pulumi_plugin::Path::root(), error.message())])
    }

    fn knobs(inputs: &ReferenceStackInputs) -> Knobs {
        inputs.shared.knobs()
    }

    fn notes(inputs: &ReferenceStackInputs) -> Vec<String> {
        inputs.blocks().map(|blocks| estimate::notes(inputs, &blocks)).unwrap_or_default()
    }

    async fn look(aws: &Aws, _: &ReferenceStackInputs) -> Result<Region> {
        Region::parse(aws.region()).map_err(Error::new)
    }

    fn build(here: &mut Scope, inputs: ReferenceStackInputs, region: Region) -> Result<Self> {
        let blocks = inputs.blocks()?;
        let plan = Plan { inputs: &inputs, blocks: &blocks };
        let report = Report::of(here);
        let mut site = Site { here, plan, wires: Wires::unknown(), region, report };
        site.whole()
    }
}

/// Where the parts are added.
struct Site<'a> {
    here: &'a mut Scope,
    plan: Plan<'a>,
    wires: Wires,
    region: Region,
    report: Report,
}

/// All outputs of a part, as one.
fn whole<C: Clone + Send + Sync + 'static>(part: &C) -> Output<C> {
    Output::known(part.clone())
}

impl Site<'_> {
    /// Every block, those that take longest first.
    fn whole(&mut self) -> Result<ReferenceStack> {
        let network = self.network();
        self.clients();
        let private_zone_id = self.private_zone();
        let dns = self.dns();
        let slack = self.slack();
        let redis = self.redis();
        let aurora = self.aurora()?;
        let certificate = self.certificate()?;
        let cluster = self.cluster();
        let bucket = self.bucket();
        let (waf, waf_logs) = self.waf();
        let load_balancer = self.load_balancer();
        let cdn = self.cdn();
        self.bucket_policy(bucket.as_ref(), cdn.as_ref());
        let records = self.records(cdn.as_ref());
        let vpc_endpoints = self.vpc_endpoints();
        let service = self.service();
        let session_manager = self.session_manager(aurora.as_ref(), redis.as_ref());
        let alarms = self.alarms();
        self.protection();
        let url = Output::known(format!("https://{}", self.plan.inputs.domain));
        let url = records.iter().fold(url, |url, record| url.depends_on(record));
        let url = service.iter().fold(url, |url, service| url.depends_on(&service.service_arn));
        Ok(ReferenceStack {
            url,
            network: whole(&network),
            zone_id: self.wires.zone_id.clone(),
            dns: dns.as_ref().map(whole),
            private_zone_id,
            certificate: certificate.as_ref().map(whole),
            cluster: cluster.as_ref().map(whole),
            load_balancer: load_balancer.as_ref().map(whole),
            service: service.as_ref().map(whole),
            aurora: aurora.as_ref().map(whole),
            redis: redis.as_ref().map(whole),
            bucket: bucket.as_ref().map(whole),
            cdn: cdn.as_ref().map(whole),
            waf: Output::known(waf),
            waf_logs: Output::known(waf_logs),
            slack: slack.as_ref().map(whole),
            alarms: alarms.as_ref().map(whole),
            session_manager: session_manager.as_ref().map(whole),
            vpc_endpoints: vpc_endpoints.as_ref().map(whole),
            report: Report { child_urns: self.here.child_urns(), ..self.report.clone() },
        })
    }

    fn tells(&mut self, report: &Report) {
        self.report = self.report.clone().including(report);
    }

    fn network(&mut self) -> Network {
        let network = (*self.here.part::<Network>("network", NetworkArgs::from(self.plan.network()))).clone();
        self.tells(&network.report);
        self.wires.vpc_id = network.vpc_id.clone();
        self.wires.cidr = network.cidr.try_map(|cidr| Cidr::parse(&cidr).map_err(Error::new));
        self.wires.public = network.public_subnet_ids.clone();
        self.wires.app = network.app_subnet_ids.clone();
        self.wires.data = network.data_subnet_ids.clone();
        self.wires.tables = network.route_table_ids.clone();
        network
    }

    /// Whether there is something that only some may reach.
    fn has_data(&self) -> bool {
        self.plan.blocks.aurora.is_some() || self.plan.blocks.redis.is_some()
    }

    /// The security group of those that reach database and cache: a group of its own, because the service is made after both.
    fn clients(&mut self) {
        if !self.has_data() {
            return;
        }
        let group = Group {
            key: "clients",
            vpc_id: self.wires.vpc_id.clone(),
            description: format!("{}, clients of database and cache", self.here.name()).into(),
            allow_from: BTreeMap::new(),
            allow_to: BTreeMap::new(),
        };
        self.wires.clients = group.tell(self.here).id;
    }

    /// The zone of names that only the VPC knows.
    fn private_zone(&mut self) -> Option<Output<String>> {
        if !self.has_data() {
            return None;
        }
        let region = self.region.clone();
        let vpc = move |vpc_id| BTreeSet::from([ZoneVpc { vpc_id, vpc_region: region }]);
        let name = DomainName::parse(&internal(&self.plan.inputs.domain)).ok()?;
        let args = ZoneArgs {
            name: name.into(),
            vpcs: self.wires.vpc_id.map(vpc).into(),
            comment: format!("{}, private", self.here.name()).into(),
            ..Default::default()
        };
        let protects = self.plan.inputs.shared.protects();
        let zone = self.here.child("private-zone").protect(protects).add::<Zone>(args);
        self.wires.private_zone_id = Some(zone.zone_id.clone());
        Some(zone.zone_id)
    }

    fn dns(&mut self) -> Option<DnsZone> {
        let Some(inputs) = self.plan.dns() else {
            if let DnsChoice::Existing(zone) = &self.plan.blocks.dns {
                self.wires.zone_id = zone.zone_id.clone();
            }
            return None;
        };
        let zone = (*self.here.part::<DnsZone>("dns", DnsZoneArgs::from(inputs))).clone();
        self.tells(&zone.report);
        self.wires.zone_id = zone.zone_id.clone();
        Some(zone)
    }

    fn certificate(&mut self) -> Result<Option<Certificate>> {
        if let CertificateChoice::Existing(it) = &self.plan.blocks.certificate {
            self.wires.certificate = it.certificate_arn.clone();
            self.wires.cdn_certificate =
                it.cloud_front_certificate_arn.clone().unwrap_or_else(|| it.certificate_arn.clone());
        }
        let Some(inputs) = self.plan.certificate(&self.wires)? else { return Ok(None) };
        let certificate = (*self.here.part::<Certificate>("certificate", CertificateArgs::from(inputs))).clone();
        self.tells(&certificate.report);
        self.wires.certificate = certificate.certificate_arn.clone();
        self.wires.cdn_certificate = of_region(&certificate.certificate_arns, CLOUDFRONT);
        Ok(Some(certificate))
    }

    fn slack(&mut self) -> Option<SlackNotifier> {
        if let Some(SlackChoice::Existing(topic)) = &self.plan.blocks.slack {
            self.wires.topic = Some(topic.topic_arn.clone());
            self.wires.cdn_topic = topic.cloud_front_topic_arn.clone();
        }
        let slack = (*self.here.part::<SlackNotifier>("slack", SlackNotifierArgs::from(self.plan.slack()?))).clone();
        self.tells(&slack.report);
        self.wires.topic = Some(slack.topic_arn.clone());
        self.wires.cdn_topic = self.plan.blocks.cdn.as_ref().map(|_| of_region(&slack.topic_arns, CLOUDFRONT));
        Some(slack)
    }

    fn redis(&mut self) -> Option<Redis> {
        let inputs = self.plan.redis(&self.wires)?;
        let redis = (*self.here.part::<Redis>("redis", RedisArgs::from(inputs))).clone();
        self.tells(&redis.report);
        self.wires.nodes = redis.node_ids.clone();
        self.lets_out("redis", &redis.security_group_id, &redis.port);
        let environment = &mut self.wires.environment;
        environment.insert("REDIS_HOST".into(), redis.primary_endpoint.clone());
        environment.insert("REDIS_PORT".into(), redis.port.map(|port| port.to_string()));
        self.wires.secrets.extend(redis.secret_arn.clone().map(|arn| ("REDIS_AUTH_TOKEN".to_owned(), arn)));
        Some(redis)
    }

    fn aurora(&mut self) -> Result<Option<AuroraPostgres>> {
        let Some(inputs) = self.plan.aurora(&self.wires)? else { return Ok(None) };
        let aurora = (*self.here.part::<AuroraPostgres>("aurora", AuroraPostgresArgs::from(inputs))).clone();
        self.tells(&aurora.report);
        self.wires.aurora = aurora.cluster_identifier.clone();
        self.wires.instances = aurora.instance_identifiers.clone();
        self.lets_out("aurora", &aurora.security_group_id, &aurora.port);
        let environment = &mut self.wires.environment;
        environment.insert("DATABASE_HOST".into(), aurora.endpoint.clone());
        environment.insert("DATABASE_PORT".into(), aurora.port.map(|port| port.to_string()));
        environment.insert("DATABASE_NAME".into(), aurora.database.clone());
        for (name, key) in [("DATABASE_USERNAME", "username"), ("DATABASE_PASSWORD", "password")] {
            let secret = aurora.secret_arn.map(move |arn| format!("{arn}:{key}::"));
            self.wires.secrets.insert(name.into(), secret);
        }
        Ok(Some(aurora))
    }

    /// Lets clients out to a database or cache. The service waits for what it is given of it.
    fn lets_out(&mut self, what: &str, group: &Output<String>, port: &Output<u16>) {
        let rule = at(port, Peer::group(group.clone(), 0).rule(&self.wires.clients, what));
        let rule = self.here.add::<SecurityGroupEgressRule>(format!("clients-to-{what}"), rule);
        self.wires.clients = self.wires.clients.depends_on(&rule.urn);
    }

    fn cluster(&mut self) -> Option<Cluster> {
        if let ClusterChoice::Existing(it) = &self.plan.blocks.cluster {
            self.wires.cluster = it.cluster_name.clone();
        }
        let inputs = self.plan.cluster()?;
        let cluster = (*self.here.part::<Cluster>("cluster", ClusterArgs::from(inputs))).clone();
        self.tells(&cluster.report);
        self.wires.cluster = cluster.name.clone();
        Some(cluster)
    }

    fn bucket(&mut self) -> Option<PrivateBucket> {
        let inputs = self.plan.bucket()?;
        let bucket = (*self.here.part::<PrivateBucket>("bucket", PrivateBucketArgs::from(inputs))).clone();
        self.tells(&bucket.report);
        self.wires.bucket = BucketWires {
            name: bucket.bucket_name.clone(),
            arn: bucket.arn.clone(),
            host: bucket.regional_domain_name.clone(),
        };
        self.wires.environment.insert("BUCKET_NAME".into(), bucket.bucket_name.clone());
        Some(bucket)
    }

    /// The policy of the bucket, of which there is one, whether a distribution reads it or not.
    fn bucket_policy(&mut self, bucket: Option<&PrivateBucket>, cdn: Option<&Cdn>) {
        let (Some(bucket), true) = (bucket, self.plan.writes_bucket_policy()) else { return };
        let reads = cdn.map(|cdn| bucket.arn.zip(&cdn.arn).map(|(bucket, distribution)| reads(&bucket, &distribution)));
        let args = BucketPolicyArgs {
            bucket: bucket.bucket_name.map(BucketName::from).into(),
            policy: bucket_policy(&bucket.arn, reads).into(),
        };
        self.here.add::<BucketPolicy>("bucket-policy", args);
    }

    /// The web ACLs of what there is, and their logs.
    fn waf(&mut self) -> (BTreeMap<String, Waf>, BTreeMap<String, WafLogs>) {
        let (mut acls, mut logs) = (BTreeMap::new(), BTreeMap::new());
        let blocks = self.plan.blocks;
        let scopes = [
            (blocks.cdn.is_some(), WafScope::Cloudfront, "cloudfront"),
            (blocks.load_balancer.is_some(), WafScope::Regional, "regional"),
        ];
        for (_, scope, word) in scopes.into_iter().filter(|(wanted, ..)| *wanted) {
            let Some(inputs) = self.plan.waf(scope) else { continue };
            let acl = (*self.here.part::<Waf>(format!("waf-{word}"), WafArgs::from(inputs))).clone();
            self.tells(&acl.report);
            let arn = acl.web_acl_arn.clone();
            if let Some(inputs) = self.plan.waf_logs(scope, &arn) {
                let part = self.here.part::<WafLogs>(format!("waf-logs-{word}"), WafLogsArgs::from(inputs));
                self.tells(&part.report);
                logs.insert(word.to_owned(), (*part).clone());
            }
            match scope {
                WafScope::Cloudfront => self.wires.cdn_acl = Some(arn),
                WafScope::Regional => self.wires.regional_acl = Some(arn),
            }
            acls.insert(word.to_owned(), acl);
        }
        (acls, logs)
    }

    fn load_balancer(&mut self) -> Option<LoadBalancer> {
        let inputs = self.plan.load_balancer(&self.wires)?;
        let balancer = (*self.here.part::<LoadBalancer>("load-balancer", LoadBalancerArgs::from(inputs))).clone();
        self.tells(&balancer.report);
        self.wires.balancer = BalancerWires {
            dns_name: balancer.dns_name.clone(),
            zone_id: balancer.hosted_zone_id.clone(),
            listener: balancer.https_listener_arn.clone(),
            group: balancer.security_group_id.clone(),
            suffix: balancer.arn_suffix.clone(),
        };
        Some(balancer)
    }

    fn cdn(&mut self) -> Option<Cdn> {
        let inputs = self.plan.cdn(&self.wires)?;
        let cdn = (*self.here.part::<Cdn>("cdn", CdnArgs::from(inputs))).clone();
        self.tells(&cdn.report);
        self.wires.distribution = cdn.distribution_id.clone();
        let app = self.plan.blocks.load_balancer.is_some();
        self.wires.header = app.then(|| cdn.origin_header_values.clone());
        Some(cdn)
    }

    /// The alias records: those of the distribution, or else of the load balancer, and the one by which CloudFront asks the load balancer. Each stays one record
    /// when it comes to lead elsewhere.
    fn records(&mut self, cdn: Option<&Cdn>) -> Vec<Output<String>> {
        let balancer = &self.wires.balancer;
        let balancer = self.plan.blocks.load_balancer.as_ref().map(|_| alias(&balancer.dns_name, &balancer.zone_id));
        let edge = cdn.map(|cdn| alias(&cdn.domain_name, &Output::known(DISTRIBUTIONS.to_owned())));
        let mut records = Vec::new();
        if let (Some(_), Some(target)) = (cdn, &balancer) {
            self.record("record-origin", self.plan.origin(), RecordType::A, target);
        }
        let Some(target) = edge.or(balancer) else { return records };
        let mut names = BTreeMap::from([("record".to_owned(), self.plan.inputs.domain.clone())]);
        if let Some(block) = &self.plan.blocks.cdn {
            names.extend(block.settings.aliases.iter().map(|name| (format!("record-{name}"), name.clone())));
        }
        let six = self.plan.blocks.cdn.as_ref().is_some_and(|block| block.settings.ipv6);
        for (key, name) in names {
            records.push(self.record(&key, name.clone(), RecordType::A, &target));
            if six {
                records.push(self.record(&format!("{key}-aaaa"), name, RecordType::Aaaa, &target));
            }
        }
        records
    }

    fn record(&mut self, key: &str, name: DomainName, kind: RecordType, target: &Output<Alias>) -> Output<String> {
        let args = RecordArgs {
            zone_id: (&self.wires.zone_id).into(),
            name: name.into(),
            r#type: kind.into(),
            alias: target.into(),
            ..Default::default()
        };
        self.here.add::<Record>(key, args).id
    }

    fn vpc_endpoints(&mut self) -> Option<VpcEndpoints> {
        let inputs = self.plan.vpc_endpoints(&self.wires)?;
        let endpoints = (*self.here.part::<VpcEndpoints>("vpc-endpoints", VpcEndpointsArgs::from(inputs))).clone();
        self.tells(&endpoints.report);
        Some(endpoints)
    }

    /// The service, after all that its containers are told of.
    fn service(&mut self) -> Option<FargateService> {
        let inputs = self.plan.service(&self.wires)?;
        let service = (*self.here.part::<FargateService>("service", FargateServiceArgs::from(inputs))).clone();
        self.tells(&service.report);
        self.wires.service = Some((service.service_name.clone(), service.target_group_arn_suffix.clone()));
        Some(service)
    }

    /// Session Manager; its jump host reaches database and cache.
    fn session_manager(&mut self, aurora: Option<&AuroraPostgres>, redis: Option<&Redis>) -> Option<SessionManager> {
        let inputs = self.plan.session_manager(&self.wires)?;
        let host = inputs.settings.jump_host.enabled;
        let args = SessionManagerArgs::from(inputs);
        let manager = (*self.here.part::<SessionManager>("session-manager", args)).clone();
        self.tells(&manager.report);
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

    fn alarms(&mut self) -> Option<Alarms> {
        let inputs = self.plan.alarms(&self.wires)?;
        let alarms = (*self.here.part::<Alarms>("alarms", AlarmsArgs::from(inputs))).clone();
        self.tells(&alarms.report);
        Some(alarms)
    }
}

impl Site<'_> {
    /// Whoever destroys the stack begins here, after which there is no way back.
    fn protection(&mut self) {
        let (all, data) = (self.here.child_urns(), self.plan.blocks.data(&self.plan.inputs.shared));
        let protects = self.plan.inputs.shared.protects() || !data.is_empty();
        let args = DeletionProtectionArgs {
            of: self.here.name().to_owned().into(),
            data: data.into(),
            enabled: protects.into(),
        };
        self.here.child("protection").after(&all).add::<DeletionProtection>(args);
    }
}

/// A rule for one port, which is known as soon as what listens there is.
fn at(port: &Output<u16>, rule: SecurityGroupRuleArgs) -> SecurityGroupRuleArgs {
    let port = port.map(i32::from);
    SecurityGroupRuleArgs { from_port: (&port).into(), to_port: port.into(), ..rule }
}

/// What there is in a region.
fn of_region(all: &Output<BTreeMap<String, String>>, region: &'static str) -> Output<String> {
    all.try_map(move |all| all.get(region).cloned().ok_or_else(|| Error::new(format!("there is none in {region}"))))
}

/// The statement by which a distribution reads a bucket through its origin access control.
fn reads(bucket: &str, distribution: &str) -> Json {
    json!({
        "Sid": "Distribution",
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": format!("{bucket}/*"),
        "Condition": {"StringEquals": {"AWS:SourceArn": distribution}},
    })
}

/// Where an alias record leads.
fn alias(name: &Output<String>, zone_id: &Output<String>) -> Output<Alias> {
    name.zip(zone_id).try_map(|(name, zone_id)| {
        let name = DomainName::parse(&name).map_err(Error::new)?;
        Ok(Alias { name, zone_id, evaluate_target_health: false })
    })
}
