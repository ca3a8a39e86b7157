//! What the program asks of a whole stack, and the inputs that each of its parts gets from that.

use pulumi_plugin::conform::conform;
use pulumi_plugin::{Error, Output, Property, Result, Shaped, Value, merged};

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
    /// Whether the service's containers may read the database's secret themselves, and get its ARN as `DATABASE_SECRET_ARN`: RDS changes the password every
    /// 7 days, and `DATABASE_PASSWORD` is that of the task's start. An application that reads the secret whenever it connects always has the password that counts.
    /// Default: false.
    #[prop(default)]
    pub database_secret_access: bool,
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
    /// Session Manager's preferences, and a jump host that reaches database and cache. An account has such preferences once in each region: a second stack there
    /// says `false`.
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
    /// The blocks: those that are said, and the others as they usually are; each with what `overrides` says of its part.
    pub(super) fn blocks(&self) -> Result<Blocks> {
        let slack = self.slack.clone().filter(|slack| !matches!(slack, SlackChoice::Wanted(_)));
        let slack = match slack {
            Some(SlackChoice::Settings(block)) => Some(SlackChoice::Settings(self.patched("slack", block)?)),
            other => other,
        };
        let waf = WafChoice::block(self.waf.as_ref())?;
        let waf_logs = WafLogsChoice::block(self.waf_logs.as_ref())?.filter(|_| waf.is_some());
        let alarms = AlarmsChoice::block(self.alarms.as_ref())?.filter(|_| slack.is_some());
        Ok(Blocks {
            network: self.patched("network", self.network.clone().map_or_else(usual, Ok)?)?,
            dns: self.dns_choice()?,
            certificate: self.certificate_choice()?,
            cluster: self.cluster_choice()?,
            load_balancer: self.patched_if("load-balancer", LoadBalancerChoice::block(self.load_balancer.as_ref())?)?,
            service: self.patched_if("service", self.service_block())?,
            aurora: self.patched_if("aurora", AuroraChoice::block(self.aurora.as_ref())?)?,
            redis: self.patched_if("redis", RedisChoice::block(self.redis.as_ref())?)?,
            bucket: self.patched_if("bucket", BucketChoice::block(self.bucket.as_ref())?)?,
            cdn: self.patched_if("cdn", CdnChoice::block(self.cdn.as_ref())?)?,
            alarms: self.patched_if("alarms", alarms)?,
            session_manager: self
                .patched_if("session-manager", SessionManagerChoice::block(self.session_manager.as_ref())?)?,
            vpc_endpoints: self.patched_if("vpc-endpoints", VpcEndpointsChoice::block(self.vpc_endpoints.as_ref())?)?,
            waf,
            waf_logs,
            slack,
        })
    }

    fn dns_choice(&self) -> Result<DnsChoice> {
        match self.dns.clone().map_or_else(|| usual().map(DnsChoice::Settings), Ok)? {
            DnsChoice::Settings(block) => Ok(DnsChoice::Settings(self.patched("dns", block)?)),
            existing => Ok(existing),
        }
    }

    fn certificate_choice(&self) -> Result<CertificateChoice> {
        match self.certificate.clone().map_or_else(|| usual().map(CertificateChoice::Settings), Ok)? {
            CertificateChoice::Settings(block) => Ok(CertificateChoice::Settings(self.patched("certificate", block)?)),
            existing => Ok(existing),
        }
    }

    fn cluster_choice(&self) -> Result<ClusterChoice> {
        match self.cluster.clone().map_or_else(|| usual().map(ClusterChoice::Settings), Ok)? {
            ClusterChoice::Settings(block) => Ok(ClusterChoice::Settings(self.patched("cluster", block)?)),
            existing => Ok(existing),
        }
    }

    /// The service, of which nobody can guess the image: where it is missing, that is a fault of its own.
    fn service_block(&self) -> Option<ServiceBlock> {
        match &self.service {
            Some(ServiceChoice::Settings(block)) => Some(block.clone()),
            Some(ServiceChoice::Wanted(_)) | None => None,
        }
    }

    /// A block with what `overrides` says of its part, so that the other blocks know of it, too. What of that is no setting of the block is laid over the
    /// part's inputs alone.
    fn patched<B: Property + Shaped>(&self, key: &str, block: B) -> Result<B> {
        let own = self.shared.overrides.get(key).and_then(Value::as_object);
        let mut own = own.cloned().unwrap_or_default();
        own.retain(|name, _| B::shape().field(name).is_some());
        let Value::Object(settings) = block.encode() else { return Ok(block) };
        if own.is_empty() {
            return Ok(block);
        }
        let conformed = conform(&[B::shape()], &merged(settings, &Value::Object(own)));
        if !conformed.faults.is_empty() {
            let faults = conformed.faults.into_iter().map(|fault| fault.below(key).below("overrides"));
            return Err(Error::invalid(faults.collect()));
        }
        Ok(B::decode(&Value::Object(conformed.properties))?)
    }

    fn patched_if<B: Property + Shaped>(&self, key: &str, block: Option<B>) -> Result<Option<B>> {
        block.map(|block| self.patched(key, block)).transpose()
    }
}

impl Blocks {
    /// The keys of Aurora's instances, where there is Aurora: of those that are not skipped.
    pub fn instances(&self, stack: &SharedInputs) -> Vec<String> {
        let Some(aurora) = &self.aurora else { return Vec::new() };
        let profile = aurora.own.profile.unwrap_or(stack.profile);
        let readers = aurora.settings.readers.unwrap_or(u32::from(profile != Profile::Dev));
        let readers = (1..=readers).map(|number| format!("reader-{number}"));
        ["writer".to_owned()].into_iter().chain(readers).filter(|key| !aurora.own.skip.contains(key)).collect()
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
