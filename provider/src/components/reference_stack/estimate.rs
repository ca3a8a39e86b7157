//! About how long a stack takes to be made, and what it costs at least: two lines of a preview.

use super::blocks::*;
use super::inputs::Blocks;
use super::plan::Plan;
use crate::components::Profile;
use crate::components::network::{Access, Nat};

/// When the prices were written down, rounded. Nobody has held them against AWS's list since.
const AS_OF: &str = "November 2026";
/// Where they are those of.
const REGION: &str = "ap-northeast-1";
/// The hours of a month, as AWS counts them.
const MONTH: f64 = 730.0;

/// Rounded prices in US dollars: by the hour, unless the name says a month.
mod price {
    pub const NAT_GATEWAY: f64 = 0.062;
    pub const PUBLIC_IPV4: f64 = 0.005;
    pub const LOAD_BALANCER: f64 = 0.0243;
    pub const FARGATE_VCPU: f64 = 0.05056;
    pub const FARGATE_GIB: f64 = 0.00553;
    /// What Spot costs of the price of Fargate.
    pub const SPOT_SHARE: f64 = 0.3;
    pub const AURORA_ACU: f64 = 0.15;
    /// A node of the usual type, `cache.t4g.small`, and of `dev`, `cache.t4g.micro`.
    pub const CACHE_SMALL: f64 = 0.0384;
    pub const CACHE_MICRO: f64 = 0.0192;
    pub const INTERFACE_ENDPOINT: f64 = 0.014;
    pub const NANO_MONTH: f64 = 4.7;
    pub const WEB_ACL_MONTH: f64 = 5.0;
    pub const WAF_RULE_MONTH: f64 = 1.0;
    pub const KEY_MONTH: f64 = 1.0;
    pub const SECRET_MONTH: f64 = 0.4;
    pub const ZONE_MONTH: f64 = 0.5;
    pub const ALARM_MONTH: f64 = 0.1;
}

/// Usual times in seconds, out of the logs of many roll-outs.
mod seconds {
    pub const SUBNETS: u32 = 5;
    pub const NAT_GATEWAY: u32 = 115;
    pub const NAT_INSTANCE: u32 = 40;
    pub const REDIS: u32 = 450;
    pub const AURORA: u32 = 435;
    pub const DELEGATION: u32 = 50;
    pub const CERTIFICATE: u32 = 60;
    pub const LOAD_BALANCER: u32 = 130;
    pub const DISTRIBUTION: u32 = 200;
    pub const SERVICE: u32 = 70;
}

/// The longest way, and how long it takes where nothing is there yet. Only what reaches out of private subnets waits for NAT; load balancer and distribution wait for
/// their certificates.
pub fn time(plan: &Plan<'_>) -> String {
    let blocks = &plan.blocks;
    let network = match nat(plan) {
        Nat::None => seconds::SUBNETS,
        Nat::Instance => seconds::NAT_INSTANCE,
        Nat::Single | Nat::PerAz | Nat::Regional => seconds::NAT_GATEWAY,
    };
    let certificate = match (&blocks.dns, &blocks.certificate) {
        (_, CertificateChoice::Existing(_)) => 0,
        (DnsChoice::Existing(_), _) => seconds::CERTIFICATE,
        (DnsChoice::Settings(_), _) => seconds::DELEGATION + seconds::CERTIFICATE,
    };
    let balancer = certificate.max(seconds::SUBNETS) + seconds::LOAD_BALANCER;
    let ways = [
        (true, network, "the network"),
        (blocks.redis.is_some(), seconds::SUBNETS + seconds::REDIS, "Redis"),
        (blocks.aurora.is_some(), seconds::SUBNETS + seconds::AURORA, "Aurora"),
        (blocks.cdn.is_some(), certificate + seconds::DISTRIBUTION, "CloudFront"),
        (blocks.load_balancer.is_some(), balancer, "the load balancer"),
    ];
    let longest = ways.into_iter().filter(|(there, ..)| *there).max_by_key(|(_, took, _)| *took);
    let (took, what) = longest.map_or((network, "the network"), |(_, took, what)| (took, what));
    let (took, then) = match blocks.service {
        Some(_) => (took + seconds::SERVICE, ", then the service"),
        None => (took, ""),
    };
    let minutes = match took.div_ceil(60) {
        0 | 1 => "a minute".to_owned(),
        more => format!("{more} minutes"),
    };
    format!("from nothing, this takes about {minutes}: {what} takes longest{then}")
}

/// What it costs in a month in which nothing happens.
pub fn cost(plan: &Plan<'_>) -> String {
    let mut lines = lines(plan);
    lines.retain(|(_, usd)| *usd >= 0.5);
    lines.sort_by(|a, b| b.1.total_cmp(&a.1));
    // A sum of nothing would be -0.
    let total = lines.iter().fold(0.0_f64, |total, (_, usd)| total + usd);
    let each: Vec<_> = lines.iter().map(|(what, usd)| format!("{what} {usd:.0}")).collect();
    let each = if each.is_empty() { String::new() } else { format!(": {}", each.join(", ")) };
    let unpriced: String = unpriced(&plan.blocks).into_iter().map(|what| format!("{what}, ")).collect();
    format!(
        "at least about {total:.0} USD a month, by rounded prices of {REGION}, written down in {AS_OF}{each}. Not in it: {unpriced}traffic, requests, storage, backups, logs, metrics, \
         what scaling adds, taxes and discounts"
    )
}

/// What there is no price of here.
fn unpriced(blocks: &Blocks) -> Vec<String> {
    let aurora = blocks.aurora.as_ref().and_then(|it| it.settings.instance_class.as_ref());
    let redis = blocks.redis.as_ref().and_then(|it| it.settings.node_type.as_ref());
    let aurora = aurora.map(|class| format!("Aurora's instances of {class}"));
    aurora.into_iter().chain(redis.map(|node| format!("Redis nodes of {node}"))).collect()
}

fn hourly(count: f64, usd: f64) -> f64 {
    count * usd * MONTH
}

/// 1 for what there is.
fn one(there: bool) -> f64 {
    f64::from(u8::from(there))
}

fn lines(plan: &Plan<'_>) -> Vec<(&'static str, f64)> {
    let (blocks, zones) = (&plan.blocks, f64::from(zones(&plan.blocks)));
    let balancers = one(blocks.load_balancer.is_some());
    let acls = blocks.scopes().count() as f64;
    let endpoints = blocks.vpc_endpoints.as_ref().map_or(0, |it| it.settings.interfaces());
    let host = blocks.session_manager.as_ref().is_some_and(|it| it.settings.jump_host.enabled);
    vec![
        ("NAT gateways", hourly(nats(plan), price::NAT_GATEWAY + price::PUBLIC_IPV4)),
        ("NAT instance", one(has_nat_instance(plan)) * (price::NANO_MONTH + hourly(1.0, price::PUBLIC_IPV4))),
        ("load balancer", balancers * hourly(1.0, price::LOAD_BALANCER + zones * price::PUBLIC_IPV4)),
        ("service", blocks.service.as_ref().map_or(0.0, |it| tasks(plan, it))),
        ("Aurora", aurora(plan)),
        ("Redis", redis(plan)),
        ("VPC endpoints", hourly(endpoints as f64 * zones, price::INTERFACE_ENDPOINT)),
        ("jump host", one(host) * price::NANO_MONTH),
        ("WAF", blocks.waf.as_ref().map_or(0.0, |_| acls * (price::WEB_ACL_MONTH + 5.0 * price::WAF_RULE_MONTH))),
        ("keys and secrets", keys(blocks) * price::KEY_MONTH + secrets(blocks) * price::SECRET_MONTH),
        ("hosted zones", hosted_zones(blocks) * price::ZONE_MONTH),
        ("alarms", blocks.alarms.as_ref().map_or(0.0, |_| 25.0 * price::ALARM_MONTH)),
    ]
}

/// The least of serverless instances; others have no price here.
fn aurora(plan: &Plan<'_>) -> f64 {
    let capacity = plan.blocks.aurora.as_ref().and_then(|it| it.settings.capacity());
    let instances = plan.blocks.instances(&plan.inputs.shared).len();
    capacity.map_or(0.0, |it| hourly(instances as f64 * it.min_capacity, price::AURORA_ACU))
}

/// Nodes of the usual type; others have no price here.
fn redis(plan: &Plan<'_>) -> f64 {
    let usual = plan.blocks.redis.as_ref().filter(|it| it.settings.node_type.is_none());
    let dev = usual.is_some_and(|it| it.own.shared(&plan.inputs.shared).profile == Profile::Dev);
    let node = if dev { price::CACHE_MICRO } else { price::CACHE_SMALL };
    usual.map_or(0.0, |_| hourly(f64::from(plan.blocks.nodes(&plan.inputs.shared)), node))
}

/// KMS keys: of the topics in each region, and of the logs of sessions.
fn keys(blocks: &Blocks) -> f64 {
    let topics = match blocks.slack {
        Some(SlackChoice::Settings(_)) => 1.0 + one(blocks.cdn.is_some()),
        _ => 0.0,
    };
    topics + one(blocks.session_manager.as_ref().is_some_and(|it| it.settings.kms))
}

/// Secrets: of the database's administrator, and of the cache.
fn secrets(blocks: &Blocks) -> f64 {
    one(blocks.aurora.is_some()) + one(blocks.redis.is_some())
}

/// Hosted zones: the domain's, and that of the names of database and cache.
fn hosted_zones(blocks: &Blocks) -> f64 {
    let public = matches!(blocks.dns, DnsChoice::Settings(_));
    one(public) + one(blocks.aurora.is_some() || blocks.redis.is_some())
}

/// How many availability zones the network has: as many as a tier of a VPC that there is already has subnets.
fn zones(blocks: &Blocks) -> u32 {
    let settings = &blocks.network.settings;
    if settings.vpc_id.is_some() {
        let most = settings.subnet_ids.values().map(Vec::len).max().unwrap_or_default();
        return u32::try_from(most).unwrap_or(u32::MAX);
    }
    let named = settings.availability_zones.as_ref().and_then(|names| u32::try_from(names.len()).ok());
    named.unwrap_or(settings.availability_zone_count)
}

/// How many NAT gateways, or zones of a regional one.
fn nats(plan: &Plan<'_>) -> f64 {
    match nat(plan) {
        Nat::None | Nat::Instance => 0.0,
        Nat::Single => 1.0,
        Nat::PerAz | Nat::Regional => f64::from(zones(&plan.blocks)),
    }
}

fn has_nat_instance(plan: &Plan<'_>) -> bool {
    nat(plan) == Nat::Instance
}

/// How private subnets reach the internet, where there are some.
fn nat(plan: &Plan<'_>) -> Nat {
    let (blocks, settings) = (&plan.blocks, &plan.blocks.network.settings);
    if settings.vpc_id.is_some() || !settings.has(Access::Private) {
        return Nat::None;
    }
    let dev = blocks.network.own.profile.unwrap_or(plan.inputs.shared.profile) == Profile::Dev;
    settings.nat.unwrap_or(if dev { Nat::Single } else { Nat::PerAz })
}

/// The least tasks of a service: some on Fargate proper, the others on Spot.
fn tasks(plan: &Plan<'_>, block: &ServiceBlock) -> f64 {
    let settings = &block.settings;
    let dev = block.own.profile.unwrap_or(plan.inputs.shared.profile) == Profile::Dev;
    let least = settings.scaling.min_capacity.unwrap_or(if dev { 1 } else { 2 });
    let memory = settings.memory.unwrap_or(settings.cpu * 2);
    let one = f64::from(settings.cpu) / 1024.0 * price::FARGATE_VCPU + f64::from(memory) / 1024.0 * price::FARGATE_GIB;
    let proper = least.min(settings.spot.base);
    (f64::from(proper) + f64::from(least - proper) * price::SPOT_SHARE) * one * MONTH
}

#[cfg(test)]
mod tests {
    use pulumi_plugin::Value;

    use super::super::Plan;
    use super::super::samples::small;
    use super::{cost, time};

    /// Both lines of a stack with these blocks, and without all others.
    fn told(more: &[(&str, &[(&str, Value)])]) -> [String; 2] {
        let inputs = small(&[], more);
        both(&Plan::of(&inputs).expect("a plan"))
    }

    fn both(plan: &Plan<'_>) -> [String; 2] {
        [time(plan), cost(plan)]
    }

    #[test]
    fn what_is_left_out_costs_nothing() {
        let [time, cost] = told(&[]);
        assert_eq!(time, "from nothing, this takes about a minute: the network takes longest");
        assert!(cost.starts_with("at least about 0 USD a month, by rounded prices of ap-northeast-1"), "{cost}");
        assert!(!cost.contains("keys") && !cost.contains("hosted zones"), "{cost}");
    }

    #[test]
    fn what_reaches_nothing_outside_waits_for_no_nat() {
        let redis: (&str, &[(&str, Value)]) = ("redis", &[]);
        for (nat, more, told) in [
            ("instance", vec![], "a minute: the network takes longest"),
            ("single", vec![], "2 minutes: the network takes longest"),
            ("none", vec![redis], "8 minutes: Redis takes longest"),
            ("single", vec![redis], "8 minutes: Redis takes longest"),
        ] {
            let network = Value::Object([("nat".to_owned(), nat.into())].into());
            let inputs = small(&[("network", network)], &more);
            let [time, _] = both(&Plan::of(&inputs).expect("a plan"));
            assert_eq!(time, format!("from nothing, this takes about {told}"), "{nat}");
        }
    }

    /// A load balancer has an address in each subnet.
    #[test]
    fn a_vpc_that_is_there_has_the_zones_of_its_subnets() {
        let object = |entries: Vec<(&str, Value)>| {
            Value::Object(entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
        };
        for (subnets, priced) in [(1, "load balancer 21"), (3, "load balancer 29")] {
            let ids = Value::Array((0..subnets).map(|n| format!("subnet-{n}").as_str().into()).collect());
            let network = object(vec![("vpcId", "vpc-1".into()), ("subnetIds", object(vec![("public", ids)]))]);
            let inputs = small(&[("network", network)], &[("loadBalancer", &[])]);
            let [_, cost] = both(&Plan::of(&inputs).expect("a plan"));
            assert!(cost.contains(priced), "{priced}: {cost}");
        }
    }

    #[test]
    fn each_block_is_priced_by_its_own_profile() {
        // Two nodes of cache.t4g.small, one of cache.t4g.micro, and three of a type that has no price here.
        for (redis, priced) in [
            (vec![], "Redis 56"),
            (vec![("profile", "dev".into())], "Redis 14"),
            (
                vec![("nodeType", "cache.r7g.large".into()), ("replicas", Value::Number(2.0))],
                "Not in it: Redis nodes of cache.r7g.large, traffic",
            ),
        ] {
            let [_, cost] = told(&[("redis", &redis)]);
            assert!(cost.contains(priced), "{priced}: {cost}");
        }
    }
}
