//! About how long a stack takes to be made, and what it costs at least: two lines of a preview.

use super::blocks::*;
use super::inputs::{Blocks, ReferenceStackInputs};
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
    pub const JUMP_HOST_MONTH: f64 = 4.7;
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
    pub const REDIS: u32 = 450;
    pub const AURORA: u32 = 435;
    pub const DELEGATION: u32 = 50;
    pub const CERTIFICATE: u32 = 60;
    pub const LOAD_BALANCER: u32 = 130;
    pub const DISTRIBUTION: u32 = 200;
    pub const SERVICE: u32 = 70;
}

/// The lines of a preview.
pub fn notes(inputs: &ReferenceStackInputs, blocks: &Blocks) -> Vec<String> {
    vec![time(blocks), cost(inputs, blocks)]
}

/// The longest way, and how long it takes.
fn time(blocks: &Blocks) -> String {
    let certificate = match (&blocks.dns, &blocks.certificate) {
        (_, CertificateChoice::Existing(_)) => 0,
        (DnsChoice::Existing(_), _) => seconds::CERTIFICATE,
        (DnsChoice::Settings(_), _) => seconds::DELEGATION + seconds::CERTIFICATE,
    };
    let balancer = certificate.max(seconds::SUBNETS + seconds::LOAD_BALANCER);
    let ways = [
        (blocks.redis.is_some(), seconds::SUBNETS + seconds::REDIS, "Redis"),
        (blocks.aurora.is_some(), seconds::SUBNETS + seconds::AURORA, "Aurora"),
        (blocks.cdn.is_some(), balancer + seconds::DISTRIBUTION, "CloudFront"),
        (blocks.load_balancer.is_some(), balancer, "the load balancer"),
    ];
    let longest = ways.into_iter().filter(|(there, ..)| *there).max_by_key(|(_, took, _)| *took);
    let (took, what) = longest.map_or((seconds::SUBNETS, "the network"), |(_, took, what)| (took, what));
    let (took, then) = match blocks.service {
        Some(_) => (took + seconds::SERVICE, ", then the service"),
        None => (took, ""),
    };
    format!("from nothing, this takes about {} minutes: {what} takes longest{then}", took.div_ceil(60))
}

/// What it costs in a month in which nothing happens.
fn cost(inputs: &ReferenceStackInputs, blocks: &Blocks) -> String {
    let mut lines = lines(inputs, blocks);
    lines.retain(|(_, usd)| *usd >= 0.5);
    lines.sort_by(|a, b| b.1.total_cmp(&a.1));
    let total: f64 = lines.iter().map(|(_, usd)| usd).sum();
    let each: Vec<_> = lines.iter().map(|(what, usd)| format!("{what} {usd:.0}")).collect();
    format!(
        "at least about {total:.0} USD a month, by rounded prices of {REGION}, written down in {AS_OF}: {}. Not in it: traffic, requests, storage, backups, logs, metrics, \
         what scaling adds, taxes and discounts",
        each.join(", ")
    )
}

fn lines(inputs: &ReferenceStackInputs, blocks: &Blocks) -> Vec<(&'static str, f64)> {
    let zones = f64::from(zones(blocks));
    let hourly = |count: f64, usd: f64| count * usd * MONTH;
    let nats = nats(inputs, blocks);
    let aurora = blocks.aurora.as_ref().and_then(|it| it.settings.capacity());
    let instances = f64::from(1 + blocks.readers(&inputs.shared));
    let nodes = f64::from(blocks.nodes(&inputs.shared));
    let node = if inputs.shared.profile == Profile::Dev { price::CACHE_MICRO } else { price::CACHE_SMALL };
    let balancers = f64::from(u8::from(blocks.load_balancer.is_some()));
    let acls = balancers + f64::from(u8::from(blocks.cdn.is_some()));
    let keys = f64::from(u8::from(matches!(blocks.slack, Some(SlackChoice::Settings(_)))))
        + f64::from(u8::from(blocks.session_manager.is_some()));
    vec![
        ("NAT gateways", hourly(nats, price::NAT_GATEWAY + price::PUBLIC_IPV4)),
        ("load balancer", balancers * hourly(1.0, price::LOAD_BALANCER + zones * price::PUBLIC_IPV4)),
        ("service", blocks.service.as_ref().map_or(0.0, |it| tasks(inputs, it))),
        ("Aurora", aurora.map_or(0.0, |it| hourly(instances * it.min_capacity, price::AURORA_ACU))),
        ("Redis", blocks.redis.as_ref().map_or(0.0, |_| hourly(nodes, node))),
        (
            "VPC endpoints",
            blocks.vpc_endpoints.as_ref().map_or(0.0, |_| hourly(3.0 * zones, price::INTERFACE_ENDPOINT)),
        ),
        (
            "jump host",
            blocks
                .session_manager
                .as_ref()
                .filter(|it| it.settings.jump_host.enabled)
                .map_or(0.0, |_| price::JUMP_HOST_MONTH),
        ),
        ("WAF", blocks.waf.as_ref().map_or(0.0, |_| acls * (price::WEB_ACL_MONTH + 5.0 * price::WAF_RULE_MONTH))),
        ("keys and secrets", keys * price::KEY_MONTH + 2.0 * price::SECRET_MONTH),
        ("hosted zones", 2.0 * price::ZONE_MONTH),
        ("alarms", blocks.alarms.as_ref().map_or(0.0, |_| 25.0 * price::ALARM_MONTH)),
    ]
}

/// How many availability zones the network has.
fn zones(blocks: &Blocks) -> u32 {
    let settings = &blocks.network.settings;
    let named = settings.availability_zones.as_ref().and_then(|names| u32::try_from(names.len()).ok());
    named.unwrap_or(settings.availability_zone_count)
}

/// How many NAT gateways, or zones of a regional one.
fn nats(inputs: &ReferenceStackInputs, blocks: &Blocks) -> f64 {
    let settings = &blocks.network.settings;
    if settings.vpc_id.is_some() || !settings.has(Access::Private) {
        return 0.0;
    }
    let dev = blocks.network.own.profile.unwrap_or(inputs.shared.profile) == Profile::Dev;
    match settings.nat.unwrap_or(if dev { Nat::Single } else { Nat::PerAz }) {
        Nat::None => 0.0,
        Nat::Single => 1.0,
        Nat::PerAz | Nat::Regional => f64::from(zones(blocks)),
    }
}

/// The least tasks of a service: some on Fargate proper, the others on Spot.
fn tasks(inputs: &ReferenceStackInputs, block: &ServiceBlock) -> f64 {
    let settings = &block.settings;
    let dev = block.own.profile.unwrap_or(inputs.shared.profile) == Profile::Dev;
    let least = settings.scaling.min_capacity.unwrap_or(if dev { 1 } else { 2 });
    let memory = settings.memory.unwrap_or(settings.cpu * 2);
    let one = f64::from(settings.cpu) / 1024.0 * price::FARGATE_VCPU + f64::from(memory) / 1024.0 * price::FARGATE_GIB;
    let proper = least.min(settings.spot.base);
    (f64::from(proper) + f64::from(least - proper) * price::SPOT_SHARE) * one * MONTH
}
