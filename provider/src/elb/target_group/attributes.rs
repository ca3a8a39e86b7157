//! The attributes of a target group, and which kind of group has which.

use pulumi_plugin::{Fault, Faults, Property};

use super::{TargetGroupInputs, TargetProtocol, TargetType};
use crate::elb::load_balancer::OnOff;

/// The attributes of a target group. One that is left out is as AWS has it for a group of this kind.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct TargetGroupAttributes {
    /// The deregistration delay: how long a target that leaves may finish its requests, 0 to 3600 seconds. Default: 300.
    #[prop(min = 0, max = 3600)]
    pub deregistration_delay_timeout_seconds: Option<u32>,
    /// Whether connections are ended at the end of the deregistration delay. Network Load Balancers. Default: false.
    pub deregistration_delay_connection_termination_enabled: Option<bool>,
    /// The slow start: how long a new target's share of the requests grows, 30 to 900 seconds, or 0. Application Load Balancers. Default: 0.
    #[prop(min = 0, max = 900)]
    pub slow_start_duration_seconds: Option<u32>,
    /// Whether stickiness is enabled: a client goes on with the target that it has. Default: false.
    pub stickiness_enabled: Option<bool>,
    /// The type of stickiness. Default: `lb_cookie`; `source_ip` for a Network Load Balancer; `source_ip_dest_ip_proto` for a Gateway Load Balancer.
    pub stickiness_type: Option<StickinessType>,
    /// How long the load balancer's cookie lasts, 1 to 604800 seconds. Default: 86400.
    #[prop(min = 1, max = 604_800)]
    pub stickiness_lb_cookie_duration_seconds: Option<u32>,
    /// How long the application's cookie lasts, 1 to 604800 seconds. Default: 86400.
    #[prop(min = 1, max = 604_800)]
    pub stickiness_app_cookie_duration_seconds: Option<u32>,
    /// The name of the application's cookie. Names that begin with `AWSALB` are AWS's.
    pub stickiness_app_cookie_cookie_name: Option<String>,
    /// The load balancing algorithm. Application Load Balancers. Default: `round_robin`.
    pub load_balancing_algorithm_type: Option<Algorithm>,
    /// Whether anomaly mitigation is `on`: a target that fails more than others gets fewer requests. Needs `weighted_random`. Default: `off`.
    pub load_balancing_algorithm_anomaly_mitigation: Option<OnOff>,
    /// Whether cross-zone load balancing is enabled: targets of all zones get requests from each. Default: `use_load_balancer_configuration`.
    pub load_balancing_cross_zone_enabled: Option<CrossZone>,
    /// Whether targets see the client's IP address. Network Load Balancers. Default: depends on the target type and protocol.
    pub preserve_client_ip_enabled: Option<bool>,
    /// Whether Proxy Protocol version 2 is enabled. Network Load Balancers. Default: false.
    pub proxy_protocol_v2_enabled: Option<bool>,
    /// Whether a Lambda function gets several values of one header or parameter. Default: false.
    pub lambda_multi_value_headers_enabled: Option<bool>,
    /// The target failover when a target is deregistered: what becomes of its flows. Gateway Load Balancers; the same as `targetFailoverOnUnhealthy`.
    /// Default: `no_rebalance`.
    pub target_failover_on_deregistration: Option<Failover>,
    /// The target failover when a target becomes unhealthy: what becomes of its flows. Gateway Load Balancers. Default: `no_rebalance`.
    pub target_failover_on_unhealthy: Option<Failover>,
    /// The minimum count of healthy targets below which a zone is taken out of DNS: a number, or `off`. Default: `1`.
    pub target_group_health_dns_failover_minimum_healthy_targets_count: Option<String>,
    /// The minimum percentage of healthy targets below which a zone is taken out of DNS: a number, or `off`. Default: `off`.
    pub target_group_health_dns_failover_minimum_healthy_targets_percentage: Option<String>,
    /// The minimum count of healthy targets below which all targets get requests. Default: 1.
    #[prop(min = 1)]
    pub target_group_health_unhealthy_state_routing_minimum_healthy_targets_count: Option<u32>,
    /// The minimum percentage of healthy targets below which all targets get requests: a number, or `off`. Default: `off`.
    pub target_group_health_unhealthy_state_routing_minimum_healthy_targets_percentage: Option<String>,
    /// Whether connections to targets that become unhealthy are ended. Network Load Balancers, `TCP` and `TLS`. Default: true.
    pub target_health_state_unhealthy_connection_termination_enabled: Option<bool>,
    /// How long a target that becomes unhealthy keeps its connections, 0 to 360000 seconds. Network Load Balancers. Default: 0.
    #[prop(min = 0, max = 360_000)]
    pub target_health_state_unhealthy_draining_interval_seconds: Option<u32>,
}

/// How it is told which target a client has.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum StickinessType {
    /// By a cookie of the load balancer's.
    #[prop(rename = "lb_cookie")]
    LbCookie,
    /// By a cookie of the application's.
    #[prop(rename = "app_cookie")]
    AppCookie,
    /// By the client's address.
    #[prop(rename = "source_ip")]
    SourceIp,
    /// By the addresses of both ends.
    #[prop(rename = "source_ip_dest_ip")]
    SourceIpDestIp,
    /// By the addresses of both ends and the protocol.
    #[prop(rename = "source_ip_dest_ip_proto")]
    SourceIpDestIpProto,
}

/// How a target is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum Algorithm {
    /// One after the other.
    #[prop(rename = "round_robin")]
    RoundRobin,
    /// The one with the fewest requests under way.
    #[prop(rename = "least_outstanding_requests")]
    LeastOutstandingRequests,
    /// At random.
    #[prop(rename = "weighted_random")]
    WeightedRandom,
}

/// Whether targets of all zones get requests from each.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum CrossZone {
    /// They do.
    #[prop(rename = "true")]
    True,
    /// They don't.
    #[prop(rename = "false")]
    False,
    /// As the load balancer says.
    #[prop(rename = "use_load_balancer_configuration")]
    LoadBalancer,
}

/// What becomes of a target's flows.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum Failover {
    /// They go to other targets.
    #[prop(rename = "rebalance")]
    Rebalance,
    /// They stay.
    #[prop(rename = "no_rebalance")]
    NoRebalance,
}

/// What is wrong between the attributes.
pub(super) fn faults(of: &TargetGroupInputs) -> Vec<Fault> {
    let its = &of.attributes;
    let algorithm = its.load_balancing_algorithm_type.unwrap_or(Algorithm::RoundRobin);
    let slow = its.slow_start_duration_seconds.unwrap_or_default();
    let mitigates = its.load_balancing_algorithm_anomaly_mitigation == Some(OnOff::On);
    let nameless = its.stickiness_app_cookie_cookie_name.as_ref().is_none_or(String::is_empty);
    let types = sticky(of);
    let odd = its.stickiness_type.is_some_and(|it| !types.contains(&it));
    let names: Vec<_> = types.iter().map(|it| format!("`{}`", it.as_str())).collect();
    Faults::of(its)
        .when((1..30).contains(&slow), "slowStartDurationSeconds", "is 0, or 30 to 900")
        .when(
            slow > 0 && algorithm != Algorithm::RoundRobin,
            "slowStartDurationSeconds",
            "needs the algorithm `round_robin`",
        )
        .when(
            mitigates && algorithm != Algorithm::WeightedRandom,
            "loadBalancingAlgorithmAnomalyMitigation",
            "needs `loadBalancingAlgorithmType: weighted_random`",
        )
        .when(odd, "stickinessType", format!("a group of this protocol has {}", names.join(" and ")))
        .when(
            !odd && its.stickiness_type == Some(StickinessType::AppCookie) && nameless,
            "stickinessAppCookieCookieName",
            "missing: `stickinessType: app_cookie` needs it",
        )
        .into_vec()
}

/// The types of stickiness that a group of this kind has.
fn sticky(of: &TargetGroupInputs) -> &'static [StickinessType] {
    match of.protocol {
        None | Some(TargetProtocol::Http | TargetProtocol::Https) => {
            &[StickinessType::LbCookie, StickinessType::AppCookie]
        }
        Some(TargetProtocol::Geneve) => &[StickinessType::SourceIpDestIp, StickinessType::SourceIpDestIpProto],
        Some(_) => &[StickinessType::SourceIp],
    }
}

/// Which attributes a group of this kind has.
pub(super) fn table(of: &TargetGroupInputs) -> Vec<(&'static str, Option<&'static str>)> {
    let mut all = vec![("stickiness.enabled", Some("false"))];
    if of.target_type == TargetType::Lambda {
        all.push(("lambda.multi_value_headers.enabled", Some("false")));
    } else {
        all.push(("deregistration_delay.timeout_seconds", Some("300")));
    }
    let http = matches!(of.protocol, Some(TargetProtocol::Http | TargetProtocol::Https));
    match of.protocol {
        _ if http || of.target_type == TargetType::Lambda => {
            all.extend_from_slice(if http { HTTP } else { &HTTP[1..] })
        }
        Some(TargetProtocol::Geneve) => all.extend_from_slice(GENEVE),
        _ => {
            all.extend_from_slice(NETWORK);
            let told = of.target_type == TargetType::Ip
                && matches!(of.protocol, Some(TargetProtocol::Tcp | TargetProtocol::Tls));
            all.push(("preserve_client_ip.enabled", Some(if told { "false" } else { "true" })));
            if matches!(of.protocol, Some(TargetProtocol::Tcp | TargetProtocol::Tls)) {
                all.push(("target_health_state.unhealthy.connection_termination.enabled", Some("true")));
            }
        }
    }
    if of.protocol != Some(TargetProtocol::Geneve) {
        all.extend_from_slice(HEALTH);
    }
    all
}

const HTTP: &[(&str, Option<&str>)] = &[
    ("slow_start.duration_seconds", Some("0")),
    ("stickiness.type", Some("lb_cookie")),
    ("stickiness.lb_cookie.duration_seconds", Some("86400")),
    ("stickiness.app_cookie.duration_seconds", Some("86400")),
    ("stickiness.app_cookie.cookie_name", Some("")),
    ("load_balancing.algorithm.type", Some("round_robin")),
    ("load_balancing.algorithm.anomaly_mitigation", Some("off")),
];

const NETWORK: &[(&str, Option<&str>)] = &[
    ("deregistration_delay.connection_termination.enabled", Some("false")),
    ("stickiness.type", Some("source_ip")),
    ("proxy_protocol_v2.enabled", Some("false")),
    ("target_health_state.unhealthy.draining_interval_seconds", Some("0")),
];

const GENEVE: &[(&str, Option<&str>)] = &[
    ("stickiness.type", Some("source_ip_dest_ip_proto")),
    ("target_failover.on_deregistration", Some("no_rebalance")),
    ("target_failover.on_unhealthy", Some("no_rebalance")),
];

const HEALTH: &[(&str, Option<&str>)] = &[
    ("load_balancing.cross_zone.enabled", Some("use_load_balancer_configuration")),
    ("target_group_health.dns_failover.minimum_healthy_targets.count", Some("1")),
    ("target_group_health.dns_failover.minimum_healthy_targets.percentage", Some("off")),
    ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", Some("1")),
    ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", Some("off")),
];

#[cfg(test)]
mod tests {
    use pulumi_plugin::Shaped as _;

    use super::{GENEVE, HEALTH, HTTP, NETWORK, TargetGroupAttributes};
    use crate::elb::attributes::property;

    #[test]
    fn each_key_is_a_property() {
        for (key, _) in [HTTP, NETWORK, GENEVE, HEALTH].concat() {
            assert!(TargetGroupAttributes::shape().field(&property(key)).is_some(), "{key}");
        }
    }
}
