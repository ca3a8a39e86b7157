//! The health check of a target group: as usual for its kind, unless the program says otherwise.

use aws_sdk_elasticloadbalancingv2::operation::create_target_group::builders::CreateTargetGroupFluentBuilder;
use aws_sdk_elasticloadbalancingv2::types::{Matcher as AwsMatcher, ProtocolEnum, TargetGroup as AwsTargetGroup};
use pulumi_plugin::{Fault, Faults, Id, Result};

use super::{HealthProtocol, Matcher, ProtocolVersion, TargetGroupInputs, TargetProtocol, TargetType};
use crate::aws::number::signed;
use crate::aws::{Aws, Doing as _, word};

/// A health check in full.
#[derive(Debug, Clone, PartialEq)]
struct Health {
    enabled: bool,
    protocol: Option<HealthProtocol>,
    port: Option<String>,
    path: Option<String>,
    interval: u32,
    timeout: u32,
    healthy: u32,
    unhealthy: u32,
    matcher: Option<Matcher>,
}

impl Health {
    /// What AWS does for a kind of group where nothing is said. It depends on the protocol of the checks, too.
    fn usual(of: &TargetGroupInputs) -> Health {
        let grpc = of.protocol_version == Some(ProtocolVersion::Grpc);
        let lambda = of.target_type == TargetType::Lambda;
        let appliances = of.protocol == Some(TargetProtocol::Geneve);
        let balanced = is_http(of) || lambda;
        let protocol = match of.target_type {
            TargetType::Lambda => None,
            TargetType::Alb => Some(HealthProtocol::Http),
            _ if is_http(of) => Some(HealthProtocol::Http),
            _ => Some(HealthProtocol::Tcp),
        };
        let tcp = of.health_check_protocol.or(protocol) == Some(HealthProtocol::Tcp);
        let code = |http: Option<&str>, grpc: Option<&str>| {
            Some(Matcher { http_code: http.map(str::to_owned), grpc_code: grpc.map(str::to_owned) })
        };
        Health {
            enabled: !lambda,
            protocol,
            port: match (lambda, appliances) {
                (true, _) => None,
                (_, true) => Some("80".to_owned()),
                _ => Some("traffic-port".to_owned()),
            },
            path: (!tcp).then(|| if grpc { "/AWS.ALB/healthcheck" } else { "/" }.to_owned()),
            interval: if lambda {
                35
            } else if appliances {
                10
            } else {
                30
            },
            timeout: match of.health_check_protocol.or(protocol) {
                None => 30,
                _ if is_http(of) || appliances => 5,
                Some(HealthProtocol::Http) => 6,
                Some(_) => 10,
            },
            healthy: 5,
            unhealthy: 2,
            matcher: match (tcp, grpc) {
                (true, _) => None,
                (_, true) => code(None, Some("12")),
                _ => code(Some(if balanced { "200" } else { "200-399" }), None),
            },
        }
    }

    /// What the program asks for.
    fn asked(of: &TargetGroupInputs) -> Health {
        let usual = Health::usual(of);
        Health {
            enabled: of.health_check_enabled.unwrap_or(usual.enabled),
            protocol: of.health_check_protocol.or(usual.protocol),
            port: of.health_check_port.clone().or(usual.port),
            path: of.health_check_path.clone().or(usual.path),
            interval: of.health_check_interval_seconds.unwrap_or(usual.interval),
            timeout: of.health_check_timeout_seconds.unwrap_or(usual.timeout),
            healthy: of.healthy_threshold_count.unwrap_or(usual.healthy),
            unhealthy: of.unhealthy_threshold_count.unwrap_or(usual.unhealthy),
            matcher: of.matcher.clone().or(usual.matcher),
        }
    }
}

/// Whether it is a group of an Application Load Balancer that is reached by HTTP.
fn is_http(of: &TargetGroupInputs) -> bool {
    matches!(of.protocol, Some(TargetProtocol::Http | TargetProtocol::Https))
}

/// What is wrong with it.
pub fn faults(new: &TargetGroupInputs) -> Vec<Fault> {
    let health = Health::asked(new);
    let tcp = health.protocol == Some(HealthProtocol::Tcp);
    let lambda = new.target_type == TargetType::Lambda;
    let late = health.interval < health.timeout || (is_http(new) && health.interval == health.timeout);
    let at = if new.health_check_timeout_seconds.is_some() {
        "healthCheckTimeoutSeconds"
    } else {
        "healthCheckIntervalSeconds"
    };
    let grpc = new.protocol_version == Some(ProtocolVersion::Grpc);
    let both = new.matcher.as_ref().is_some_and(|matcher| matcher.http_code.is_some() == matcher.grpc_code.is_some());
    let wrong = new.matcher.as_ref().is_some_and(|matcher| matcher.grpc_code.is_some() != grpc);
    let port = new.health_check_port.as_deref();
    let port = port.is_some_and(|port| port != "traffic-port" && !port.parse::<u16>().is_ok_and(|port| port > 0));
    let path = new.health_check_path.as_deref().is_some_and(|path| !path.starts_with('/'));
    Faults::of(new)
        .when(
            !health.enabled && !lambda,
            "healthCheckEnabled",
            "only health checks of a Lambda function can be disabled",
        )
        .when(
            lambda && new.health_check_protocol.is_some(),
            "healthCheckProtocol",
            "a Lambda function is checked by a call",
        )
        .when(lambda && new.health_check_port.is_some(), "healthCheckPort", "a Lambda function has no port")
        .when(
            tcp && is_http(new),
            "healthCheckProtocol",
            "a group of an Application Load Balancer can't be checked by `TCP`",
        )
        .when(tcp && new.health_check_path.is_some(), "healthCheckPath", "a check by `TCP` has no path")
        .when(tcp && new.matcher.is_some(), "matcher", "a check by `TCP` has no answer")
        .when(
            late,
            at,
            format!("a timeout of {} s must be less than the interval of {} s", health.timeout, health.interval),
        )
        .when(both, "matcher", "one of `httpCode` and `grpcCode` is needed, and not both")
        .when(!both && wrong, "matcher", "`grpcCode` is for `protocolVersion: GRPC`, and `httpCode` for all others")
        .when(port, "healthCheckPort", "a number from 1 to 65535 or `traffic-port` is needed")
        .when(path, "healthCheckPath", "a path begins with `/`")
        .into_vec()
}

/// A creation with it: what the program gives, the rest is AWS's to choose.
pub fn with(create: CreateTargetGroupFluentBuilder, new: &TargetGroupInputs) -> CreateTargetGroupFluentBuilder {
    create
        .set_health_check_enabled(new.health_check_enabled)
        .set_health_check_protocol(new.health_check_protocol.map(|protocol| ProtocolEnum::from(protocol.as_str())))
        .set_health_check_port(new.health_check_port.clone())
        .set_health_check_path(new.health_check_path.clone())
        .set_health_check_interval_seconds(new.health_check_interval_seconds.map(signed))
        .set_health_check_timeout_seconds(new.health_check_timeout_seconds.map(signed))
        .set_healthy_threshold_count(new.healthy_threshold_count.map(signed))
        .set_unhealthy_threshold_count(new.unhealthy_threshold_count.map(signed))
        .set_matcher(new.matcher.as_ref().map(matcher))
}

fn matcher(matcher: &Matcher) -> AwsMatcher {
    AwsMatcher::builder().set_http_code(matcher.http_code.clone()).set_grpc_code(matcher.grpc_code.clone()).build()
}

/// What AWS tells of it, as far as that is not as usual.
pub fn read(into: &mut TargetGroupInputs, seen: &AwsTargetGroup) -> Result<()> {
    let told = |number: Option<i32>| number.and_then(|number| u32::try_from(number).ok());
    let protocol = seen.health_check_protocol.as_ref().map(word).transpose()?;
    into.health_check_protocol = protocol.filter(|told| Some(*told) != Health::usual(into).protocol);
    let usual = Health::usual(into);
    let matcher = seen.matcher.as_ref();
    let matcher = matcher.map(|told| Matcher { http_code: told.http_code.clone(), grpc_code: told.grpc_code.clone() });
    let matcher = matcher.filter(|told| told.http_code.is_some() || told.grpc_code.is_some());
    into.health_check_enabled = seen.health_check_enabled.filter(|told| *told != usual.enabled);
    into.health_check_port =
        seen.health_check_port.clone().filter(|told| usual.port.as_ref().is_some_and(|usual| told != usual));
    into.health_check_path =
        seen.health_check_path.clone().filter(|told| usual.path.as_ref().is_some_and(|usual| told != usual));
    into.health_check_interval_seconds =
        told(seen.health_check_interval_seconds).filter(|told| *told != usual.interval);
    into.health_check_timeout_seconds = told(seen.health_check_timeout_seconds).filter(|told| *told != usual.timeout);
    into.healthy_threshold_count = told(seen.healthy_threshold_count).filter(|told| *told != usual.healthy);
    into.unhealthy_threshold_count = told(seen.unhealthy_threshold_count).filter(|told| *told != usual.unhealthy);
    into.matcher = matcher.filter(|told| usual.matcher.as_ref().is_some_and(|usual| told != usual));
    Ok(())
}

/// Says what is as usual where the program says it.
pub fn respell(seen: &mut TargetGroupInputs, given: &TargetGroupInputs) {
    fn said<T: Clone>(seen: &mut Option<T>, given: &Option<T>) {
        if seen.is_none() {
            seen.clone_from(given);
        }
    }
    if given.protocol_version == Some(ProtocolVersion::Http1) && is_http(seen) {
        said(&mut seen.protocol_version, &given.protocol_version);
    }
    let stands = Health::asked(seen);
    let mut spelled = seen.clone();
    said(&mut spelled.health_check_enabled, &given.health_check_enabled);
    said(&mut spelled.health_check_protocol, &given.health_check_protocol);
    said(&mut spelled.health_check_port, &given.health_check_port);
    said(&mut spelled.health_check_path, &given.health_check_path);
    said(&mut spelled.health_check_interval_seconds, &given.health_check_interval_seconds);
    said(&mut spelled.health_check_timeout_seconds, &given.health_check_timeout_seconds);
    said(&mut spelled.healthy_threshold_count, &given.healthy_threshold_count);
    said(&mut spelled.unhealthy_threshold_count, &given.unhealthy_threshold_count);
    said(&mut spelled.matcher, &given.matcher);
    // One that differs is told as it stands, and the rest in the program's words all the same.
    if Health::asked(&spelled) == stands {
        *seen = spelled;
    }
}

/// Changes what differs.
pub async fn bring(aws: &Aws, id: &Id, old: &TargetGroupInputs, new: &TargetGroupInputs) -> Result<()> {
    let (old, new) = (Health::asked(old), Health::asked(new));
    if old == new {
        return Ok(());
    }
    // The time-out that AWS chooses where none is given is told differently by its own pages, so all times are sent together.
    let modify = aws
        .elb()
        .modify_target_group()
        .target_group_arn(id)
        .set_health_check_enabled((old.enabled != new.enabled).then_some(new.enabled))
        .set_health_check_protocol(
            new.protocol.filter(|_| old.protocol != new.protocol).map(|p| ProtocolEnum::from(p.as_str())),
        )
        .set_health_check_port(new.port.clone().filter(|_| old.port != new.port))
        .set_health_check_path(new.path.clone().filter(|_| old.path != new.path))
        .health_check_interval_seconds(signed(new.interval))
        .health_check_timeout_seconds(signed(new.timeout))
        .healthy_threshold_count(signed(new.healthy))
        .unhealthy_threshold_count(signed(new.unhealthy))
        .set_matcher(new.matcher.as_ref().filter(|_| old.matcher != new.matcher).map(matcher));
    modify.send().await.done("changing the health check of target group", id)
}
