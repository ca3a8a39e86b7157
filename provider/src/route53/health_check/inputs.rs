//! What a program says of a health check.

use std::collections::BTreeSet;
use std::net::IpAddr;

use aws_sdk_route53::types::HealthCheckConfig;
use pulumi_plugin::{Fault, Faults, Property, Result};

use super::named;
use crate::aws::{Tags, word};
use crate::types::{Arn, Region};

/// The request interval and the failure threshold where the program gives none.
const INTERVAL: u32 = 30;
const THRESHOLD: u32 = 3;

/// The inputs of a health check.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct HealthCheckInputs {
    /// The type: how it is checked.
    #[prop(replace)]
    pub r#type: HealthCheckType,
    /// The IP address, IPv4 or IPv6, of what is checked. Default: the domain name is looked up for each check, for IPv4 addresses only. Giving one or
    /// leaving it out takes a new health check.
    pub ip_address: Option<String>,
    /// The fully qualified domain name of what is checked, up to 255 characters; with an IP address, only the host that requests name.
    #[prop(default, max = 255)]
    pub fully_qualified_domain_name: String,
    /// The port. Default: 80 for HTTP, 443 for HTTPS; needed for TCP.
    #[prop(min = 1, max = 65535)]
    pub port: Option<u16>,
    /// The resource path of HTTP requests, up to 255 characters, such as `/health?from=route53`. Default: none, which is `/`.
    #[prop(default, max = 255)]
    pub resource_path: String,
    /// The search string: what the first 5120 bytes of the answer must have, up to 255 characters. Needed by the types with `STR_MATCH`.
    #[prop(default, max = 255)]
    pub search_string: String,
    /// The request interval: how many seconds lie between two checks of a checker, 10 or 30. Default: 30.
    #[prop(replace, default = INTERVAL, min = 10, max = 30)]
    pub request_interval: u32,
    /// The failure threshold: so many checks in a row change the status, 1 to 10. Default: 3.
    #[prop(default = THRESHOLD, min = 1, max = 10)]
    pub failure_threshold: u32,
    /// Whether latency is measured, for graphs in CloudWatch. Default: false.
    #[prop(replace, default = false)]
    pub measure_latency: bool,
    /// Whether the status is inverted: healthy is unhealthy. Default: false.
    #[prop(default = false)]
    pub inverted: bool,
    /// Whether the health check is disabled: it counts as healthy then. Default: false.
    #[prop(default = false)]
    pub disabled: bool,
    /// Whether HTTPS checks send the domain name in the TLS handshake (SNI). Default: true.
    pub enable_sni: Option<bool>,
    /// The regions that check, at least three. Default: all eight.
    #[prop(default)]
    pub regions: BTreeSet<String>,
    /// The child health checks of type `CALCULATED`, by their ids: up to 256.
    #[prop(default, max = 256)]
    pub child_health_checks: BTreeSet<String>,
    /// The health threshold of type `CALCULATED`: so many children have to be healthy, 0 to 256. Needed there.
    #[prop(min = 0, max = 256)]
    pub health_threshold: Option<u32>,
    /// The CloudWatch alarm of type `CLOUDWATCH_METRIC`. Its settings are copied: later changes of the alarm take effect with the next change here.
    pub alarm_identifier: Option<AlarmIdentifier>,
    /// The insufficient data health status: what the status is while the alarm lacks data. Default: `LastKnownStatus`.
    pub insufficient_data_health_status: Option<InsufficientData>,
    /// The ARN of the routing control of type `RECOVERY_CONTROL`.
    #[prop(replace)]
    pub routing_control_arn: Option<Arn>,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// How a health check is made.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum HealthCheckType {
    /// An HTTP request is answered with 2xx or 3xx.
    #[prop(rename = "HTTP")]
    Http,
    /// The same with HTTPS.
    #[prop(rename = "HTTPS")]
    Https,
    /// The answer to an HTTP request has the search string.
    #[prop(rename = "HTTP_STR_MATCH")]
    HttpStrMatch,
    /// The same with HTTPS.
    #[prop(rename = "HTTPS_STR_MATCH")]
    HttpsStrMatch,
    /// A TCP connection is taken.
    #[prop(rename = "TCP")]
    Tcp,
    /// Enough other health checks are healthy.
    #[prop(rename = "CALCULATED")]
    Calculated,
    /// A CloudWatch alarm is not in state `ALARM`.
    #[prop(rename = "CLOUDWATCH_METRIC")]
    CloudwatchMetric,
    /// A routing control of Application Recovery Controller is on.
    #[prop(rename = "RECOVERY_CONTROL")]
    RecoveryControl,
}

impl HealthCheckType {
    /// Whether something is asked over the internet.
    pub(super) fn asks(self) -> bool {
        !matches!(
            self,
            HealthCheckType::Calculated | HealthCheckType::CloudwatchMetric | HealthCheckType::RecoveryControl
        )
    }

    pub(super) fn is_tls(self) -> bool {
        matches!(self, HealthCheckType::Https | HealthCheckType::HttpsStrMatch)
    }

    fn matches(self) -> bool {
        matches!(self, HealthCheckType::HttpStrMatch | HealthCheckType::HttpsStrMatch)
    }
}

/// A CloudWatch alarm.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct AlarmIdentifier {
    /// The region of the alarm.
    pub region: Region,
    /// The name of the alarm.
    #[prop(min = 1, max = 256)]
    pub name: String,
}

/// What the status is while an alarm lacks data.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum InsufficientData {
    /// Healthy.
    Healthy,
    /// Unhealthy.
    Unhealthy,
    /// As it was.
    LastKnownStatus,
}

/// The port that is checked.
pub(super) fn port(of: &HealthCheckInputs) -> Option<u16> {
    of.port.or(match of.r#type {
        HealthCheckType::Http | HealthCheckType::HttpStrMatch => Some(80),
        kind if kind.is_tls() => Some(443),
        _ => None,
    })
}

/// What is wrong between the properties.
pub(super) fn faults(new: &HealthCheckInputs) -> Vec<Fault> {
    use HealthCheckType::{Calculated, CloudwatchMetric, RecoveryControl, Tcp};
    let kind = new.r#type;
    let asks = kind.asks();
    let none = "this type asks nothing over the internet";
    let nothing = asks && new.ip_address.is_none() && new.fully_qualified_domain_name.is_empty();
    let odd = new.ip_address.as_ref().is_some_and(|address| address.parse::<IpAddr>().is_err());
    let matched = !new.search_string.is_empty();
    let few = (1..3).contains(&new.regions.len());
    Faults::of(new)
        .when(
            nothing,
            "fullyQualifiedDomainName",
            "missing: one of `ipAddress` and `fullyQualifiedDomainName` is needed",
        )
        .when(odd, "ipAddress", "an IPv4 or IPv6 address is needed")
        .when(!asks && new.ip_address.is_some(), "ipAddress", none)
        .when(!asks && !new.fully_qualified_domain_name.is_empty(), "fullyQualifiedDomainName", none)
        .when(!asks && new.port.is_some(), "port", none)
        .when(kind == Tcp && new.port.is_none(), "port", "missing: `TCP` needs it")
        .when((!asks || kind == Tcp) && !new.resource_path.is_empty(), "resourcePath", "only HTTP requests have a path")
        .when(kind.matches() != matched, "searchString", "the types with `STR_MATCH` need it, and no others have it")
        .when(!matches!(new.request_interval, 10 | 30), "requestInterval", "10 or 30 is needed")
        .when(!asks && new.request_interval != INTERVAL, "requestInterval", none)
        .when(!asks && new.failure_threshold != THRESHOLD, "failureThreshold", none)
        .when(!asks && new.measure_latency, "measureLatency", none)
        .when(!kind.is_tls() && new.enable_sni.is_some(), "enableSni", "only HTTPS has it")
        .when(!asks && !new.regions.is_empty(), "regions", none)
        .when(few, "regions", "at least three are needed")
        .when(
            (kind == Calculated) != new.health_threshold.is_some(),
            "healthThreshold",
            "`CALCULATED` needs it, and no other type has it",
        )
        .when(
            kind != Calculated && !new.child_health_checks.is_empty(),
            "childHealthChecks",
            "only `CALCULATED` has children",
        )
        .when(
            (kind == CloudwatchMetric) != new.alarm_identifier.is_some(),
            "alarmIdentifier",
            "`CLOUDWATCH_METRIC` needs it, and no other type has it",
        )
        .when(
            kind != CloudwatchMetric && new.insufficient_data_health_status.is_some(),
            "insufficientDataHealthStatus",
            "only `CLOUDWATCH_METRIC` has it",
        )
        .when(
            (kind == RecoveryControl) != new.routing_control_arn.is_some(),
            "routingControlArn",
            "`RECOVERY_CONTROL` needs it, and no other type has it",
        )
        .into_vec()
}

/// What Route 53 tells of it, without tags.
pub(super) fn read(told: HealthCheckConfig) -> Result<HealthCheckInputs> {
    let number =
        |number: Option<i32>, usual: u32| number.and_then(|number| u32::try_from(number).ok()).unwrap_or(usual);
    let alarm = told.alarm_identifier.map(|alarm| {
        Ok::<_, pulumi_plugin::Error>(AlarmIdentifier { region: word(alarm.region.as_str())?, name: alarm.name })
    });
    let status: Option<InsufficientData> = told.insufficient_data_health_status.map(word).transpose()?;
    let regions = told.regions.unwrap_or_default().into_iter().map(|region| region.as_str().to_owned());
    let kind: HealthCheckType = word(told.r#type.as_str())?;
    let mut inputs = HealthCheckInputs {
        r#type: kind,
        ip_address: told.ip_address.filter(|address| !address.is_empty()),
        fully_qualified_domain_name: told.fully_qualified_domain_name.unwrap_or_default(),
        port: None,
        resource_path: told.resource_path.unwrap_or_default(),
        search_string: told.search_string.unwrap_or_default(),
        request_interval: number(told.request_interval, INTERVAL),
        failure_threshold: number(told.failure_threshold, THRESHOLD),
        measure_latency: told.measure_latency == Some(true),
        inverted: told.inverted == Some(true),
        disabled: told.disabled == Some(true),
        enable_sni: told.enable_sni.filter(|sni| kind.is_tls() && !sni),
        regions: named(regions.collect()),
        child_health_checks: told.child_health_checks.unwrap_or_default().into_iter().collect(),
        health_threshold: (kind == HealthCheckType::Calculated).then(|| number(told.health_threshold, 0)),
        alarm_identifier: alarm.transpose()?,
        insufficient_data_health_status: status.filter(|it| *it != InsufficientData::LastKnownStatus),
        routing_control_arn: told.routing_control_arn.map(word).transpose()?,
        tags: Tags::new(),
    };
    let told_port = told.port.and_then(|port| u16::try_from(port).ok()).filter(|_| kind.asks());
    inputs.port = told_port.filter(|told| port(&inputs) != Some(*told));
    Ok(inputs)
}

/// Says what means the same as the program says it.
pub(super) fn respell(seen: &mut HealthCheckInputs, given: &HealthCheckInputs) {
    let address = |of: &HealthCheckInputs| of.ip_address.as_ref().and_then(|address| address.parse::<IpAddr>().ok());
    if address(seen).is_some() && address(seen) == address(given) {
        seen.ip_address.clone_from(&given.ip_address);
    }
    if port(seen) == port(given) {
        seen.port = given.port;
    }
    if seen.resource_path == "/" && given.resource_path.is_empty() {
        seen.resource_path.clear();
    }
    if seen.enable_sni.is_none() && given.enable_sni == Some(true) {
        seen.enable_sni = given.enable_sni;
    }
    if seen.regions.is_empty() && named(given.regions.clone()).is_empty() {
        seen.regions.clone_from(&given.regions);
    }
    if seen.insufficient_data_health_status.is_none()
        && given.insufficient_data_health_status == Some(InsufficientData::LastKnownStatus)
    {
        seen.insufficient_data_health_status = given.insufficient_data_health_status;
    }
}
