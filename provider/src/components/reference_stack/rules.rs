//! What is wrong with what a program asks of a whole stack: between the blocks, and in each of them.

use pulumi_plugin::{Component as _, Fault, Faults, Path, Shaped as _, Value};

use super::blocks::*;
use super::inputs::{ReferenceStackInputs, internal};
use super::plan::Plan;
use super::site::CLOUDFRONT;
use super::wires::Wires;
use super::{outside, tiers};
use crate::components::alarms::Alarms;
use crate::components::aurora_postgres::AuroraPostgres;
use crate::components::cdn::Cdn;
use crate::components::certificate::Certificate;
use crate::components::cluster::{Cluster, FargateCapacity};
use crate::components::dns_zone::DnsZone;
use crate::components::fargate_service::FargateService;
use crate::components::load_balancer::LoadBalancer;
use crate::components::network::Network;
use crate::components::private_bucket::PrivateBucket;
use crate::components::redis::Redis;
use crate::components::session_manager::SessionManager;
use crate::components::slack_notifier::SlackNotifier;
use crate::components::vpc_endpoints::VpcEndpoints;
use crate::components::waf::Waf;
use crate::components::waf_logs::WafLogs;
use crate::types::DomainName;
use crate::wafv2::key::Scope as WafScope;

/// The key of each part, and the block that says what it is like.
const BLOCKS: [(&str, &str); 18] = [
    ("network", "network"),
    ("dns", "dns"),
    ("certificate", "certificate"),
    ("cluster", "cluster"),
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

/// The keys of what the other parts need.
const NEEDED: [&str; 8] =
    ["network", "dns", "certificate", "cluster", "clients", "private-zone", "guard", "protection"];

/// Everything that is wrong, before anything is made.
pub fn faults(inputs: &ReferenceStackInputs) -> Vec<Fault> {
    let mut faults = inputs.between();
    match Plan::of(inputs).and_then(|plan| within(&plan)) {
        Ok(within) => faults.extend(within),
        Err(error) if error.faults().is_empty() => faults.push(Fault::new(Path::root(), error.message())),
        Err(error) => faults.extend(error.faults().iter().cloned()),
    }
    faults
}

/// What is wrong with a part, told of its block.
pub fn retold(key: &str, fault: Fault) -> Vec<Fault> {
    // The stack's own domain and a distribution without origins are told of by themselves.
    if [("certificate", "domainName"), ("cdn", "origins")].contains(&(key, fault.at.head())) {
        return Vec::new();
    }
    let block = BLOCKS.into_iter().find(|(part, _)| *part == key).map(|(_, block)| block);
    let below = block.map(|block| fault.clone().below(block));
    let own = below.filter(|below| ReferenceStackInputs::shape().holds(&below.at));
    vec![own.unwrap_or_else(|| Fault::new(Path::root(), format!("{key}: {fault}")))]
}

/// Everything that is wrong with single blocks, each fault below its block's name.
fn within(plan: &Plan<'_>) -> pulumi_plugin::Result<Vec<Fault>> {
    let wires = Wires::unknown();
    let mut all = tiers::missing(plan);
    all.extend(names(plan));
    all.extend(outside::faults(plan));
    all.extend(unreached(plan));
    all.extend(capacity(plan));
    all.extend(certificate(plan, CLOUDFRONT, plan.blocks.cdn.is_some(), "CloudFront needs"));
    let mut of = |key: &str, faults: Vec<Fault>| all.extend(faults.into_iter().flat_map(|fault| retold(key, fault)));
    of("network", Network::check(&plan.network()));
    of("dns", plan.dns().iter().flat_map(DnsZone::check).collect());
    of("certificate", plan.certificate(&wires)?.iter().flat_map(Certificate::check).collect());
    of("cluster", plan.cluster().iter().flat_map(Cluster::check).collect());
    of("load-balancer", plan.load_balancer(&wires).iter().flat_map(LoadBalancer::check).collect());
    of("service", plan.service(&wires).iter().flat_map(FargateService::check).collect());
    of("aurora", plan.aurora(&wires)?.iter().flat_map(AuroraPostgres::check).collect());
    of("redis", plan.redis(&wires).iter().flat_map(Redis::check).collect());
    of("bucket", plan.bucket().iter().flat_map(PrivateBucket::check).collect());
    of("cdn", plan.cdn(&wires)?.iter().flat_map(Cdn::check).collect());
    for (scope, waf, logs) in [
        (WafScope::Cloudfront, "waf-cloudfront", "waf-logs-cloudfront"),
        (WafScope::Regional, "waf-regional", "waf-logs-regional"),
    ] {
        of(waf, plan.waf(scope).iter().flat_map(Waf::check).collect());
        of(logs, plan.waf_logs(scope, &wires.zone_id).iter().flat_map(WafLogs::check).collect());
    }
    of("slack", plan.slack().iter().flat_map(SlackNotifier::check).collect());
    of("alarms", plan.alarms(&wires).iter().flat_map(Alarms::check).collect());
    of("session-manager", plan.session_manager(&wires).iter().flat_map(SessionManager::check).collect());
    of("vpc-endpoints", plan.vpc_endpoints(&wires).iter().flat_map(VpcEndpoints::check).collect());
    Ok(all)
}

/// A name below the stack's domain that is too long for DNS.
fn names(plan: &Plan<'_>) -> Option<Fault> {
    let (aurora, redis) = (plan.blocks.aurora.as_ref(), plan.blocks.redis.as_ref());
    let readers = [
        aurora.filter(|it| it.settings.cname.is_none()).map(|_| "db-reader."),
        redis.filter(|it| it.settings.cname.is_none()).map(|_| "redis-reader."),
    ];
    let before = readers.into_iter().flatten().next_back().unwrap_or_default();
    let name = DomainName::parse(&format!("{before}{}", internal(&plan.inputs.domain)));
    let why = name.err().filter(|_| aurora.is_some() || redis.is_some())?;
    Some(Fault::new("domain", format!("database and cache have names below it that only the VPC knows: {why}")))
}

/// A load balancer that CloudFront can't reach. Whoever overrides the distribution's origins has another way to it.
fn unreached(plan: &Plan<'_>) -> Option<Fault> {
    let internal = plan.blocks.load_balancer.as_ref().is_some_and(|it| it.settings.internal);
    let own = plan.inputs.shared.overrides.get("cdn").and_then(Value::as_object);
    let elsewhere = own.is_some_and(|own| own.contains_key("origins"));
    let why = "CloudFront asks the load balancer through the internet, from which an internal one is not reached: leave `internal` out, or the \
               distribution with `cdn: false`; a `gitinfra:index:Cdn` of your own reaches an internal one by `vpcOrigin`";
    (internal && plan.blocks.cdn.is_some() && !elsewhere).then(|| Fault::new("loadBalancer.internal", why))
}

/// A capacity provider that the service runs on, and that the cluster is not to have.
fn capacity(plan: &Plan<'_>) -> Option<Fault> {
    let (ClusterChoice::Settings(cluster), Some(service)) = (&plan.blocks.cluster, &plan.blocks.service) else {
        return None;
    };
    let lacks = |provider| !cluster.settings.capacity_providers.contains(&provider);
    let spot = service.settings.spot.weight > 0 && lacks(FargateCapacity::FargateSpot);
    let why = match (lacks(FargateCapacity::Fargate), spot) {
        (true, _) => "the service runs on `FARGATE`, too: name it, or leave `capacityProviders` out",
        (_, true) => {
            "the service runs on `FARGATE_SPOT`, too: say `service: {spot: {weight: 0}}`, or leave `capacityProviders` out"
        }
        _ => return None,
    };
    Some(Fault::new("cluster.capacityProviders", why))
}

/// A region that a certificate is needed in, and that `certificate.regions` leaves out.
pub fn certificate(plan: &Plan<'_>, region: &str, needed: bool, who: &str) -> Option<Fault> {
    let CertificateChoice::Settings(block) = &plan.blocks.certificate else { return None };
    let regions = block.settings.regions.as_ref().filter(|_| needed)?;
    let why = format!("{who} a certificate in {region}: name that region, too, or leave `regions` out");
    (!regions.iter().any(|it| it.as_str() == region)).then(|| Fault::new("certificate.regions", why))
}

impl ReferenceStackInputs {
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
        let skipped = BLOCKS
            .into_iter()
            .filter(|(key, _)| !NEEDED.contains(key))
            .filter(|(key, _)| self.shared.skip.contains(*key));
        let mut faults: Vec<_> = skipped
            .map(|(key, block)| Fault::new("skip", format!("`{key}` is a block: leave it out with `{block}: false`")))
            .collect();
        let needed = NEEDED.into_iter().filter(|key| self.shared.skip.contains(*key));
        faults.extend(needed.map(|key| Fault::new("skip", format!("the other parts need `{key}`"))));
        faults
    }

    /// What is wrong between the blocks.
    fn between(&self) -> Vec<Fault> {
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
        let long = match self.domain.as_str().len() {
            65.. if !matches!(self.certificate, Some(CertificateChoice::Existing(_))) => Some(
                "has more than 64 characters, which is the most that a certificate's first name can have: give a shorter one, or `certificate` of certificates that there are already",
            ),
            _ => None,
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
            .when(long.is_some(), "domain", long.unwrap_or_default())
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
