//! What the program asks of a whole stack, and the inputs that each of its parts gets from that.

use pulumi_plugin::{Fault, Faults, Output, Property, Result};

use super::blocks::*;
use crate::components::cname::Cname;
use crate::components::dns_zone::ParentZone;
use crate::components::{Profile, SharedArgs, SharedInputs};
use crate::types::DomainName;

/// What the program asks of a whole stack. Each block is named as its component, takes that component's settings, and is left out by `false`.
#[derive(Debug, Clone, Property)]
pub struct ReferenceStackInputs {
    /// The domain name that users reach the stack by, such as `app.example.com`.
    pub domain: DomainName,
    /// The hosted zone of the parent domain, which delegates `domain`. Needed unless `dns` says of a hosted zone that there is already.
    pub parent_zone: Option<ParentZone>,
    /// The network, or a VPC that there is already: `{vpcId, subnetIds: {public: [...], app: [...], data: [...]}}`.
    pub network: Option<NetworkBlock>,
    /// The hosted zone of `domain`, or one that there is already: `{zoneId}`.
    pub dns: Option<DnsChoice>,
    /// The certificates, or ones that there are already: `{certificateArn, cloudFrontCertificateArn}`.
    pub certificate: Option<CertificateChoice>,
    /// The ECS cluster, or one that there is already: `{clusterName}`.
    pub cluster: Option<ClusterChoice>,
    /// The load balancer. Only CloudFront reaches it, unless `allowFrom` says otherwise or `cdn` is `false`.
    pub load_balancer: Option<LoadBalancerChoice>,
    /// The service: `{image, port}` at least, or `false`. Its containers get `DATABASE_HOST`, `DATABASE_PORT`, `DATABASE_NAME`, `DATABASE_USERNAME`,
    /// `DATABASE_PASSWORD`, `REDIS_HOST`, `REDIS_PORT`, `REDIS_AUTH_TOKEN` and `BUCKET_NAME`, of what there is, unless it says its own.
    pub service: Option<ServiceChoice>,
    /// The Aurora PostgreSQL database.
    pub aurora: Option<AuroraChoice>,
    /// The Redis cache.
    pub redis: Option<RedisChoice>,
    /// The private bucket for static files, which CloudFront serves under `/static/*`.
    pub bucket: Option<BucketChoice>,
    /// The CloudFront distribution. With `false`, `domain` leads to the load balancer, and `loadBalancer.allowFrom` says who reaches it.
    pub cdn: Option<CdnChoice>,
    /// The web ACLs: one for CloudFront, one for the load balancer.
    pub waf: Option<WafChoice>,
    /// The logs of the web ACLs, in the region of each.
    pub waf_logs: Option<WafLogsChoice>,
    /// The alarms. Left out where `slack` is `false`.
    pub alarms: Option<AlarmsChoice>,
    /// The Slack channel that alarms come to: `{workspaceId, channelId}`; or an SNS topic that there is already: `{topicArn, cloudFrontTopicArn}`; or `false`: nobody is told.
    pub slack: Option<SlackChoice>,
    /// Session Manager's preferences, and a jump host that reaches database and cache.
    pub session_manager: Option<SessionManagerChoice>,
    /// The VPC endpoints.
    pub vpc_endpoints: Option<VpcEndpointsChoice>,
    /// What every component takes.
    #[prop(flatten)]
    pub shared: SharedInputs,
}

/// The blocks that the stack has.
#[derive(Debug, Clone)]
pub(super) struct Blocks {
    pub network: NetworkBlock,
    pub dns: DnsChoice,
    pub certificate: CertificateChoice,
    pub cluster: ClusterChoice,
    pub load_balancer: Option<LoadBalancerBlock>,
    pub service: Option<ServiceBlock>,
    pub aurora: Option<AuroraBlock>,
    pub redis: Option<RedisBlock>,
    pub bucket: Option<BucketBlock>,
    pub cdn: Option<CdnBlock>,
    pub waf: Option<WafBlock>,
    pub waf_logs: Option<WafLogsBlock>,
    pub alarms: Option<AlarmsBlock>,
    pub slack: Option<SlackChoice>,
    pub session_manager: Option<SessionManagerBlock>,
    pub vpc_endpoints: Option<VpcEndpointsBlock>,
}

impl ReferenceStackInputs {
    /// The blocks: those that are said, and the others as they usually are.
    pub(super) fn blocks(&self) -> Result<Blocks> {
        let slack = self.slack.clone().filter(|slack| !matches!(slack, SlackChoice::Wanted(_)));
        let waf = WafChoice::block(self.waf.as_ref())?;
        let waf_logs = WafLogsChoice::block(self.waf_logs.as_ref())?.filter(|_| waf.is_some());
        Ok(Blocks {
            network: self.network.clone().map_or_else(usual, Ok)?,
            dns: self.dns.clone().map_or_else(|| usual().map(DnsChoice::Settings), Ok)?,
            certificate: self.certificate.clone().map_or_else(|| usual().map(CertificateChoice::Settings), Ok)?,
            cluster: self.cluster.clone().map_or_else(|| usual().map(ClusterChoice::Settings), Ok)?,
            load_balancer: LoadBalancerChoice::block(self.load_balancer.as_ref())?,
            service: self.service_block()?,
            aurora: AuroraChoice::block(self.aurora.as_ref())?,
            redis: RedisChoice::block(self.redis.as_ref())?,
            bucket: BucketChoice::block(self.bucket.as_ref())?,
            cdn: CdnChoice::block(self.cdn.as_ref())?,
            alarms: AlarmsChoice::block(self.alarms.as_ref())?.filter(|_| slack.is_some()),
            session_manager: SessionManagerChoice::block(self.session_manager.as_ref())?,
            vpc_endpoints: VpcEndpointsChoice::block(self.vpc_endpoints.as_ref())?,
            waf,
            waf_logs,
            slack,
        })
    }

    /// The service, of which nobody can guess the image.
    fn service_block(&self) -> Result<Option<ServiceBlock>> {
        match &self.service {
            Some(ServiceChoice::Settings(block)) => Ok(Some(block.clone())),
            Some(ServiceChoice::Wanted(false)) => Ok(None),
            Some(ServiceChoice::Wanted(true)) | None => {
                Err(Fault::new("service", "missing: `{image: ..., port: ...}`, or `false`").into())
            }
        }
    }

    /// A load balancer and Aurora need two zones.
    fn zones(&self) -> Option<Fault> {
        let settings = &self.network.as_ref()?.settings;
        let named = settings.availability_zones.as_ref().map(Vec::len);
        let count = named.unwrap_or(settings.availability_zone_count as usize);
        let alone = matches!(self.load_balancer, Some(LoadBalancerChoice::Wanted(false)))
            && matches!(self.aurora, Some(AuroraChoice::Wanted(false)));
        let at = if named.is_some() { "network.availabilityZones" } else { "network.availabilityZoneCount" };
        let why = "a load balancer and Aurora need two availability zones at least";
        (settings.vpc_id.is_none() && count < 2 && !alone).then(|| Fault::new(at, why))
    }

    /// Blocks that are skipped as if they were children: others need what they give.
    fn not_skipped(&self) -> Vec<Fault> {
        let blocks = [
            ("aurora", "aurora"),
            ("redis", "redis"),
            ("bucket", "bucket"),
            ("cdn", "cdn"),
            ("load-balancer", "loadBalancer"),
            ("service", "service"),
            ("session-manager", "sessionManager"),
            ("vpc-endpoints", "vpcEndpoints"),
            ("alarms", "alarms"),
            ("slack", "slack"),
            ("waf-cloudfront", "waf"),
            ("waf-regional", "waf"),
            ("waf-logs-cloudfront", "wafLogs"),
            ("waf-logs-regional", "wafLogs"),
        ];
        let skipped = blocks.into_iter().filter(|(key, _)| self.shared.skip.contains(*key));
        let mut faults: Vec<_> = skipped
            .map(|(key, block)| Fault::new("skip", format!("`{key}` is a block: leave it out with `{block}: false`")))
            .collect();
        let needed = ["network", "dns", "certificate", "cluster", "clients", "private-zone", "protection"];
        let needed = needed.into_iter().filter(|key| self.shared.skip.contains(*key));
        faults.extend(needed.map(|key| Fault::new("skip", format!("the other parts need `{key}`"))));
        faults
    }

    /// What is wrong between the blocks.
    pub(super) fn faults(&self) -> Vec<Fault> {
        let dns = matches!(self.dns, Some(DnsChoice::Existing(_)));
        let slack = matches!(self.slack, None | Some(SlackChoice::Wanted(true)));
        let service = matches!(self.service, None | Some(ServiceChoice::Wanted(true)));
        let no_cdn = matches!(self.cdn, Some(CdnChoice::Wanted(false)));
        let no_balancer = matches!(self.load_balancer, Some(LoadBalancerChoice::Wanted(false)));
        let no_bucket = matches!(self.bucket, Some(BucketChoice::Wanted(false)));
        let arn = match &self.certificate {
            Some(CertificateChoice::Existing(it)) => it.cloud_front_certificate_arn.is_some(),
            _ => true,
        };
        let top = !self.domain.as_str().contains('.');
        let open = match &self.load_balancer {
            Some(LoadBalancerChoice::Settings(block)) => {
                !block.settings.allow_from.is_empty() || block.settings.internal
            }
            _ => false,
        };
        let shut = no_cdn && !no_balancer && !open;
        Faults::of(self)
            .when(top, "domain", format!("`{}` is a top-level domain; give one below it, such as `app.example.com`", self.domain))
            .when(!dns && self.parent_zone.is_none(), "parentZone", "missing: `{zoneId: ...}` of the parent domain, or `dns: {zoneId: ...}` of a zone that there is already")
            .when(dns && self.parent_zone.is_some(), "parentZone", "nothing is delegated: `dns` says of a hosted zone that there is already")
            .when(service, "service", "missing: `{image: ..., port: ...}`, or `false`")
            .when(slack, "slack", "missing: `{workspaceId: ..., channelId: ...}`, or `{topicArn: ...}`, or `false` if nobody is to be told of alarms")
            .when(!no_cdn && !arn, "certificate.cloudFrontCertificateArn", "missing: CloudFront needs a certificate of us-east-1; or leave it out with `cdn: false`")
            .when(shut, "loadBalancer", "nobody reaches it without CloudFront: say in `allowFrom` who does, such as `{everybody: {cidr: 0.0.0.0/0}}`")
            .and(self.not_skipped())
            .and(self.zones())
            .when(!no_cdn && no_balancer && no_bucket, "cdn", "there is nothing to serve: `loadBalancer` and `bucket` are left out")
            .into_vec()
    }
}

impl Blocks {
    /// The names of the blocks that hold data and are protected.
    pub fn data(&self, stack: &SharedInputs) -> Vec<String> {
        let dns = match &self.dns {
            DnsChoice::Settings(block) => Some(&block.own),
            DnsChoice::Existing(_) => None,
        };
        let slack = match &self.slack {
            Some(SlackChoice::Settings(block)) => Some(&block.own),
            _ => None,
        };
        let blocks = [
            ("aurora", self.aurora.as_ref().map(|it| &it.own)),
            ("redis", self.redis.as_ref().map(|it| &it.own)),
            ("bucket", self.bucket.as_ref().map(|it| &it.own)),
            ("loadBalancer", self.load_balancer.as_ref().map(|it| &it.own)),
            ("cdn", self.cdn.as_ref().map(|it| &it.own)),
            ("dns", dns),
            ("wafLogs", self.waf_logs.as_ref().map(|it| &it.own)),
            ("sessionManager", self.session_manager.as_ref().map(|it| &it.own)),
            ("slack", slack),
        ];
        let protected = blocks.into_iter().filter(|(_, own)| own.is_some_and(|own| own.shared(stack).protects()));
        protected.map(|(name, _)| name.to_owned()).collect()
    }

    /// How many readers Aurora has, where there is Aurora.
    pub fn readers(&self, stack: &SharedInputs) -> u32 {
        let aurora = self.aurora.as_ref();
        let profile = aurora.and_then(|it| it.own.profile).unwrap_or(stack.profile);
        aurora.and_then(|it| it.settings.readers).unwrap_or(u32::from(profile != Profile::Dev))
    }

    /// How many nodes Redis has.
    pub fn nodes(&self, stack: &SharedInputs) -> u32 {
        let redis = self.redis.as_ref();
        let profile = redis.and_then(|it| it.own.profile).unwrap_or(stack.profile);
        let replicas = redis.and_then(|it| it.settings.replicas).and_then(|count| u32::try_from(count).ok());
        1 + replicas.unwrap_or(u32::from(profile != Profile::Dev))
    }
}

/// A name in the private hosted zone for the endpoints of a database, unless the program says one.
pub fn cname(said: Option<Cname>, zone: Option<&Output<String>>, domain: &DomainName, word: &str) -> Option<Cname> {
    let name = |word: String| DomainName::parse(&format!("{word}.{}", internal(domain))).ok();
    said.or_else(|| {
        Some(Cname {
            zone_id: zone?.clone(),
            name: name(word.to_owned())?,
            reader_name: name(format!("{word}-reader")),
            ttl: 60,
        })
    })
}

/// The domain of names that only the VPC knows. It is not the stack's own domain: a private zone of that would hide the public one.
pub fn internal(domain: &DomainName) -> String {
    format!("internal.{domain}")
}
