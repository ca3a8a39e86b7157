//! What a program says of a target group.

use std::collections::BTreeSet;

use aws_sdk_elasticloadbalancingv2::types::TargetGroup as AwsTargetGroup;
use pulumi_plugin::{Fault, Faults, Property, Result};

use super::{TargetGroupAttributes, health};
use crate::aws::{Tags, word, word_or};
use crate::types::TargetGroupName;

/// The inputs of a target group.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct TargetGroupInputs {
    /// The name: up to 32 letters, digits and hyphens. Default: made from the resource's name, which lets a replacement stand beside the old one.
    #[prop(replace, unique, autoname = 32)]
    pub name: TargetGroupName,
    /// The target type: what is registered. Default: `instance`.
    #[prop(replace, default = TargetType::Instance)]
    pub target_type: TargetType,
    /// The protocol by which targets are reached. Needed unless the target is a Lambda function.
    #[prop(replace)]
    pub protocol: Option<TargetProtocol>,
    /// The protocol version, for `HTTP` and `HTTPS`. Default: `HTTP1`.
    #[prop(replace)]
    pub protocol_version: Option<ProtocolVersion>,
    /// The port on which targets are reached, unless one is registered with another. Needed unless the target is a Lambda function.
    #[prop(replace, min = 1, max = 65535)]
    pub port: Option<u16>,
    /// The id of the VPC of the targets. Needed unless the target is a Lambda function.
    #[prop(replace)]
    pub vpc_id: Option<String>,
    /// The IP address type of the targets, where these are IP addresses. Default: `ipv4`.
    #[prop(replace, default = TargetIpAddressType::Ipv4)]
    pub ip_address_type: TargetIpAddressType,
    /// The target control port: where targets take messages of the load balancer's target optimizer.
    #[prop(replace, min = 1, max = 65535)]
    pub target_control_port: Option<u16>,
    /// Whether health checks are enabled; only those of a Lambda function can be disabled. Default: true, false for a Lambda function.
    pub health_check_enabled: Option<bool>,
    /// The protocol of health checks. Default: `HTTP`, or `TCP` for a group of a Network or Gateway Load Balancer.
    pub health_check_protocol: Option<HealthProtocol>,
    /// The port of health checks: a number, or `traffic-port` for the port on which the target gets traffic, which is the default.
    pub health_check_port: Option<String>,
    /// The path of HTTP health checks: up to 1024 characters. Default: `/`, or `/AWS.ALB/healthcheck` for gRPC.
    #[prop(min = 1, max = 1024)]
    pub health_check_path: Option<String>,
    /// The health check interval: the time between two health checks of a target, 5 to 300 seconds. Default: 30; 35 for a Lambda function.
    #[prop(min = 5, max = 300)]
    pub health_check_interval_seconds: Option<u32>,
    /// The health check timeout: no answer for so long is a failure, 2 to 120 seconds. Default: 5; 10 for TCP; 30 for a Lambda function.
    #[prop(min = 2, max = 120)]
    pub health_check_timeout_seconds: Option<u32>,
    /// The healthy threshold count: so many successes in a row make a target healthy, 2 to 10. Default: 5.
    #[prop(min = 2, max = 10)]
    pub healthy_threshold_count: Option<u32>,
    /// The unhealthy threshold count: so many failures in a row make a target unhealthy, 2 to 10. Default: 2.
    #[prop(min = 2, max = 10)]
    pub unhealthy_threshold_count: Option<u32>,
    /// The matcher: which answers to a health check mean that the target is healthy.
    pub matcher: Option<Matcher>,
    /// The targets that are registered; all others are deregistered. Left out: targets are not managed here, as for those of ECS services.
    #[prop(given)]
    pub targets: Option<BTreeSet<Target>>,
    /// The attributes.
    #[prop(default)]
    pub attributes: TargetGroupAttributes,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// What is registered with a target group.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum TargetType {
    /// Instances, by their ids.
    #[prop(rename = "instance")]
    Instance,
    /// IP addresses; such as those of Fargate tasks.
    #[prop(rename = "ip")]
    Ip,
    /// A Lambda function.
    #[prop(rename = "lambda")]
    Lambda,
    /// An Application Load Balancer, behind a Network Load Balancer.
    #[prop(rename = "alb")]
    Alb,
}

/// The protocol by which targets are reached.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
#[allow(missing_docs)]
pub enum TargetProtocol {
    /// HTTP, of an Application Load Balancer.
    #[prop(rename = "HTTP")]
    Http,
    /// HTTPS, of an Application Load Balancer.
    #[prop(rename = "HTTPS")]
    Https,
    /// TCP, of a Network Load Balancer.
    #[prop(rename = "TCP")]
    Tcp,
    /// TLS, of a Network Load Balancer.
    #[prop(rename = "TLS")]
    Tls,
    /// UDP, of a Network Load Balancer.
    #[prop(rename = "UDP")]
    Udp,
    /// TCP and UDP on one port, of a Network Load Balancer.
    #[prop(rename = "TCP_UDP")]
    TcpUdp,
    /// QUIC, of a Network Load Balancer.
    #[prop(rename = "QUIC")]
    Quic,
    /// TCP and QUIC on one port, of a Network Load Balancer.
    #[prop(rename = "TCP_QUIC")]
    TcpQuic,
    /// GENEVE, of a Gateway Load Balancer: on port 6081.
    #[prop(rename = "GENEVE")]
    Geneve,
}

/// The version of HTTP by which targets are reached.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum ProtocolVersion {
    /// HTTP/1.1.
    #[prop(rename = "HTTP1")]
    Http1,
    /// HTTP/2.
    #[prop(rename = "HTTP2")]
    Http2,
    /// gRPC.
    #[prop(rename = "GRPC")]
    Grpc,
}

/// The type of the IP addresses of targets.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum TargetIpAddressType {
    /// IPv4.
    #[prop(rename = "ipv4")]
    Ipv4,
    /// IPv6.
    #[prop(rename = "ipv6")]
    Ipv6,
}

/// The protocol of health checks.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum HealthProtocol {
    /// HTTP.
    #[prop(rename = "HTTP")]
    Http,
    /// HTTPS.
    #[prop(rename = "HTTPS")]
    Https,
    /// TCP: the target takes a connection. Not for groups of an Application Load Balancer.
    #[prop(rename = "TCP")]
    Tcp,
}

/// Which answers to a health check mean that the target is healthy.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Matcher {
    /// The HTTP codes: numbers and ranges, such as `200,202` or `200-299`. Default: `200`, or `200-399` for a Network Load Balancer.
    pub http_code: Option<String>,
    /// The gRPC codes, 0 to 99: numbers and ranges. Default: `12`.
    pub grpc_code: Option<String>,
}

/// A registered target.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct Target {
    /// The id: of an instance, an IP address, or the ARN of a Lambda function or an Application Load Balancer.
    pub id: String,
    /// The port, where it is another than the group's.
    #[prop(min = 1, max = 65535)]
    pub port: Option<u16>,
    /// The Availability Zone, or `all`, of an IP address outside of the VPC.
    pub availability_zone: Option<String>,
    /// The server id of a QUIC target: `0x` and 16 hex digits.
    pub quic_server_id: Option<String>,
}

/// What is wrong between the properties beside the health check.
pub(super) fn faults(new: &TargetGroupInputs) -> Vec<Fault> {
    let mut faults = Faults::of(new);
    let lambda = new.target_type == TargetType::Lambda;
    for (name, set) in
        [("protocol", new.protocol.is_some()), ("port", new.port.is_some()), ("vpcId", new.vpc_id.is_some())]
    {
        faults = faults.when(lambda && set, name, "a group of a Lambda function has none").when(
            !lambda && !set,
            name,
            "missing: only a group of a Lambda function has none",
        );
    }
    let http = matches!(new.protocol, Some(TargetProtocol::Http | TargetProtocol::Https));
    let ipv6 = new.ip_address_type == TargetIpAddressType::Ipv6 && new.target_type != TargetType::Ip;
    let alb =
        new.target_type == TargetType::Alb && !matches!(new.protocol, Some(TargetProtocol::Tcp | TargetProtocol::Tls));
    faults
        .when(new.protocol_version.is_some() && !http, "protocolVersion", "only `HTTP` and `HTTPS` have versions")
        .when(ipv6, "ipAddressType", "needs `targetType: ip`")
        .when(alb, "protocol", "an Application Load Balancer is reached by `TCP` or `TLS`")
        .into_vec()
}

/// What AWS tells of it, without attributes, targets and tags.
pub(super) fn read(seen: &AwsTargetGroup) -> Result<TargetGroupInputs> {
    let port = |port: Option<i32>| port.and_then(|port| u16::try_from(port).ok()).filter(|port| *port > 0);
    let mut inputs = TargetGroupInputs {
        name: seen.target_group_name.clone().unwrap_or_default().into(),
        target_type: word_or(seen.target_type.as_ref(), TargetType::Instance)?,
        protocol: seen.protocol.as_ref().map(word).transpose()?,
        protocol_version: seen.protocol_version.as_ref().map(word).transpose()?,
        port: port(seen.port),
        vpc_id: seen.vpc_id.clone().filter(|vpc| !vpc.is_empty()),
        ip_address_type: word_or(seen.ip_address_type.as_ref(), TargetIpAddressType::Ipv4)?,
        target_control_port: port(seen.target_control_port),
        health_check_enabled: None,
        health_check_protocol: None,
        health_check_port: None,
        health_check_path: None,
        health_check_interval_seconds: None,
        health_check_timeout_seconds: None,
        healthy_threshold_count: None,
        unhealthy_threshold_count: None,
        matcher: None,
        targets: None,
        attributes: TargetGroupAttributes::default(),
        tags: Tags::new(),
    };
    if inputs.protocol_version == Some(ProtocolVersion::Http1) {
        inputs.protocol_version = None;
    }
    health::read(&mut inputs, seen)?;
    Ok(inputs)
}
