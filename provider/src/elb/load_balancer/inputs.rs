//! What a program says of a load balancer.

use std::collections::BTreeSet;

use aws_sdk_elasticloadbalancingv2::types::LoadBalancer as AwsLoadBalancer;
use pulumi_plugin::{Fault, Faults, Property, Result};

use super::{LoadBalancerAttributes, Logs, attributes, places};
use crate::aws::{Tags, list, word_or};
use crate::elb::attributes::strange;
use crate::types::BalancerName;

/// The inputs of a load balancer.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct LoadBalancerInputs {
    /// The name: up to 32 letters, digits and hyphens, unique among the load balancers of the account and region.
    #[prop(replace, unique, autoname = 32)]
    pub name: BalancerName,
    /// The type. Default: `application`.
    #[prop(replace, default = LoadBalancerType::Application)]
    pub r#type: LoadBalancerType,
    /// The scheme: from where the load balancer is reached. A Gateway Load Balancer has none. Default: `internet-facing`.
    #[prop(replace, default = Scheme::InternetFacing)]
    pub scheme: Scheme,
    /// The ids of the subnets, one a zone; an Application Load Balancer needs two. Subnets that are all new take a new load balancer, for they may be
    /// another VPC's.
    #[prop(default)]
    pub subnets: BTreeSet<String>,
    /// The subnet mappings: subnets with addresses of their own, in the place of `subnets`.
    #[prop(default)]
    pub subnet_mappings: BTreeSet<SubnetMapping>,
    /// The ids of the security groups. Default: for an Application Load Balancer the default one of the VPC. A Network Load Balancer that is made without
    /// any never gets some, so that takes a new one.
    #[prop(computed)]
    pub security_groups: Option<BTreeSet<String>>,
    /// The IP address type. Default: `ipv4`.
    #[prop(default = IpAddressType::Ipv4)]
    pub ip_address_type: IpAddressType,
    /// The id of an IPAM pool that the public IPv4 addresses come from.
    pub ipv4_ipam_pool_id: Option<String>,
    /// The id of the pool of customer-owned IPv4 addresses, on Outposts.
    #[prop(replace)]
    pub customer_owned_ipv4_pool: Option<String>,
    /// Whether a Network Load Balancer of type `dualstack` has an IPv6 prefix from each subnet for source NAT: `on` or `off`. Default: `off`.
    #[prop(default = OnOff::Off)]
    pub enable_prefix_for_ipv6_source_nat: OnOff,
    /// Whether the inbound rules of a Network Load Balancer's security groups hold for traffic from PrivateLink: `on` or `off`. Default: `on`.
    #[prop(default = OnOff::On)]
    pub enforce_security_group_inbound_rules_on_private_link_traffic: OnOff,
    /// The minimum load balancer capacity: capacity that is reserved, which costs money.
    #[prop(given)]
    pub minimum_load_balancer_capacity: Option<MinimumCapacity>,
    /// The access logs: the S3 bucket that gets them. Default: no logs.
    pub access_logs: Option<Logs>,
    /// The connection logs of an Application Load Balancer: the S3 bucket that gets them. Default: no logs.
    pub connection_logs: Option<Logs>,
    /// The health check logs of an Application Load Balancer: the S3 bucket that gets them. Default: no logs.
    pub health_check_logs: Option<Logs>,
    /// The attributes.
    #[prop(default)]
    pub attributes: LoadBalancerAttributes,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// A subnet of a load balancer, with addresses of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Property)]
pub struct SubnetMapping {
    /// The id of the subnet.
    pub subnet_id: String,
    /// The allocation id of the Elastic IP address, for a Network Load Balancer that faces the internet.
    pub allocation_id: Option<String>,
    /// The private IPv4 address, for an internal Network Load Balancer.
    #[prop(rename = "privateIPv4Address")]
    pub private_i_pv4_address: Option<String>,
    /// The IPv6 address, for a Network Load Balancer of type `dualstack`.
    #[prop(rename = "iPv6Address")]
    pub i_pv6_address: Option<String>,
    /// The IPv6 prefix for source NAT, of 80 bits, or `auto_assigned`.
    pub source_nat_ipv6_prefix: Option<String>,
}

/// The type of a load balancer.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum LoadBalancerType {
    /// An Application Load Balancer: HTTP and HTTPS.
    #[prop(rename = "application")]
    Application,
    /// A Network Load Balancer: TCP, TLS, UDP and QUIC.
    #[prop(rename = "network")]
    Network,
    /// A Gateway Load Balancer: for appliances.
    #[prop(rename = "gateway")]
    Gateway,
}

/// From where a load balancer is reached.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum Scheme {
    /// From the internet.
    #[prop(rename = "internet-facing")]
    InternetFacing,
    /// From its VPC and the networks behind that.
    #[prop(rename = "internal")]
    Internal,
}

/// The type of a load balancer's addresses.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum IpAddressType {
    /// IPv4.
    #[prop(rename = "ipv4")]
    Ipv4,
    /// IPv4 and IPv6.
    #[prop(rename = "dualstack")]
    Dualstack,
    /// IPv6 to the internet, IPv4 within the VPC; of an Application Load Balancer.
    #[prop(rename = "dualstack-without-public-ipv4")]
    DualstackWithoutPublicIpv4,
}

/// Whether something is on.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum OnOff {
    /// It is on.
    #[prop(rename = "on")]
    On,
    /// It is off.
    #[prop(rename = "off")]
    Off,
}

/// Capacity that is reserved.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct MinimumCapacity {
    /// How many capacity units.
    #[prop(min = 1)]
    pub capacity_units: u32,
}

/// What is wrong between the properties.
pub(super) fn faults(new: &LoadBalancerInputs) -> Vec<Fault> {
    let kind = new.r#type;
    let (application, network) = (kind == LoadBalancerType::Application, kind == LoadBalancerType::Network);
    let groups = new.security_groups.as_ref().is_some_and(|groups| !groups.is_empty());
    let strange = strange(&new.attributes, &attributes::table(new));
    let few = application && places::subnets(new).len() == 1;
    let at = if new.subnets.is_empty() { "subnetMappings" } else { "subnets" };
    let public = new.ip_address_type == IpAddressType::DualstackWithoutPublicIpv4 && !application;
    let addressed = !network && new.subnet_mappings.iter().any(places::is_special);
    let prefix = new.enable_prefix_for_ipv6_source_nat == OnOff::On && !network;
    let rules = new.enforce_security_group_inbound_rules_on_private_link_traffic == OnOff::Off;
    Faults::of(new)
        .one_of(&["subnets", "subnetMappings"])
        .when(few, at, "an Application Load Balancer needs subnets in two zones at least")
        .when(addressed, "subnetMappings", "only a Network Load Balancer has addresses of its own")
        .when(groups && kind == LoadBalancerType::Gateway, "securityGroups", "a Gateway Load Balancer has none")
        .when(public, "ipAddressType", "only an Application Load Balancer can be `dualstack-without-public-ipv4`")
        .when(prefix, "enablePrefixForIpv6SourceNat", "only a Network Load Balancer has such prefixes")
        .when(
            rules && !network,
            "enforceSecurityGroupInboundRulesOnPrivateLinkTraffic",
            "only a Network Load Balancer is behind PrivateLink",
        )
        .when(
            new.access_logs.is_some() && kind == LoadBalancerType::Gateway,
            "accessLogs",
            "a Gateway Load Balancer writes none",
        )
        .when(
            new.connection_logs.is_some() && !application,
            "connectionLogs",
            "only an Application Load Balancer writes them",
        )
        .when(
            new.health_check_logs.is_some() && !application,
            "healthCheckLogs",
            "only an Application Load Balancer writes them",
        )
        .when(!strange.is_empty(), "attributes", format!("this type of load balancer has no {}", strange.join(", ")))
        .into_vec()
}

/// What AWS tells of it, without attributes and tags.
pub(super) fn read(seen: &AwsLoadBalancer) -> Result<LoadBalancerInputs> {
    let zones: BTreeSet<_> = seen.availability_zones().iter().map(places::told).collect();
    let special = zones.iter().any(places::is_special);
    let groups: BTreeSet<String> = seen.security_groups().iter().cloned().collect();
    Ok(LoadBalancerInputs {
        name: seen.load_balancer_name.clone().unwrap_or_default().into(),
        r#type: word_or(seen.r#type.as_ref(), LoadBalancerType::Application)?,
        scheme: word_or(seen.scheme.as_ref(), Scheme::InternetFacing)?,
        subnets: if special { BTreeSet::new() } else { zones.iter().map(|zone| zone.subnet_id.clone()).collect() },
        subnet_mappings: if special { zones } else { BTreeSet::new() },
        security_groups: Some(groups).filter(|groups| !groups.is_empty()),
        ip_address_type: word_or(seen.ip_address_type.as_ref(), IpAddressType::Ipv4)?,
        ipv4_ipam_pool_id: list::filled(seen.ipam_pools.as_ref().and_then(|pools| pools.ipv4_ipam_pool_id.clone())),
        customer_owned_ipv4_pool: list::filled(seen.customer_owned_ipv4_pool.clone()),
        enable_prefix_for_ipv6_source_nat: word_or(seen.enable_prefix_for_ipv6_source_nat.as_ref(), OnOff::Off)?,
        enforce_security_group_inbound_rules_on_private_link_traffic: word_or(
            seen.enforce_security_group_inbound_rules_on_private_link_traffic.as_ref(),
            OnOff::On,
        )?,
        minimum_load_balancer_capacity: None,
        access_logs: None,
        connection_logs: None,
        health_check_logs: None,
        attributes: LoadBalancerAttributes::default(),
        tags: Tags::new(),
    })
}
