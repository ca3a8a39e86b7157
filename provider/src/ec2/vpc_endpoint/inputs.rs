//! What the program asks of a VPC endpoint, and how AWS says it.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{
    DnsOptions as AwsDnsOptions, DnsOptionsSpecification, DnsRecordIpType as AwsRecordType,
    VpcEndpoint as AwsVpcEndpoint,
};
use pulumi_plugin::{Property, Result};

use super::lower;
use crate::aws::list::{filled, some};
use crate::aws::{Aws, Tags, word};
use crate::types::{Arn, PolicyJson};

/// What AWS puts in the place of a policy that is left out.
const FULL_ACCESS: &str =
    r#"{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#;

/// The inputs of a VPC endpoint.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct VpcEndpointInputs {
    /// The id of the VPC that the VPC endpoint is in.
    #[prop(replace)]
    pub vpc_id: String,
    /// The name of the service that the VPC endpoint leads to, such as `com.amazonaws.ap-northeast-1.s3`.
    #[prop(replace, min = 1)]
    pub service_name: Option<String>,
    /// The ARN of the resource configuration that an endpoint of type `Resource` leads to.
    #[prop(replace)]
    pub resource_configuration_arn: Option<Arn>,
    /// The ARN of the service network that an endpoint of type `ServiceNetwork` leads to.
    #[prop(replace)]
    pub service_network_arn: Option<Arn>,
    /// The region of the service. Default: the VPC's own.
    #[prop(replace, computed)]
    pub service_region: Option<String>,
    /// The type of the VPC endpoint. Default: `Gateway`.
    #[prop(replace, default = VpcEndpointType::Gateway)]
    pub vpc_endpoint_type: VpcEndpointType,
    /// The endpoint policy: what may be done through the VPC endpoint, whatever else allows it. Default: everything.
    pub policy_document: Option<PolicyJson>,
    /// Whether private DNS is enabled: in the VPC, the service's own name leads to the endpoint. A VPC needs `enableDnsSupport` and
    /// `enableDnsHostnames` for it, and can have one such endpoint of a service. Default: true for an interface endpoint of a service of AWS's.
    pub private_dns_enabled: Option<bool>,
    /// The IP address type of the VPC endpoint. Default: one that fits the service and the subnets.
    #[prop(computed)]
    pub ip_address_type: Option<IpAddressType>,
    /// The DNS options of the VPC endpoint. What is left out is AWS's to choose.
    #[prop(computed)]
    pub dns_options: Option<DnsOptions>,
    /// The ids of the subnets that the VPC endpoint has a network interface in: one for each availability zone.
    #[prop(default)]
    pub subnet_ids: BTreeSet<String>,
    /// The ids of the route tables that get a route to a gateway endpoint. A route table can have one such route to a service.
    #[prop(default)]
    pub route_table_ids: BTreeSet<String>,
    /// The ids of the security groups of the VPC endpoint's network interfaces: they must let port 443 in. Default: the VPC's default
    /// security group.
    #[prop(computed, min = 1)]
    pub security_group_ids: Option<BTreeSet<String>>,
    /// Tags of the VPC endpoint.
    #[prop(default)]
    pub tags: Tags,
}

/// The type of a VPC endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum VpcEndpointType {
    /// A route in route tables, for S3 and DynamoDB.
    Gateway,
    /// Network interfaces in subnets, with DNS names.
    Interface,
    /// A network interface in one subnet, in front of virtual appliances.
    GatewayLoadBalancer,
    /// A resource that somebody shares.
    Resource,
    /// A service network of VPC Lattice.
    ServiceNetwork,
}

/// The IP address type of a VPC endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum IpAddressType {
    /// IPv4.
    #[prop(rename = "ipv4")]
    Ipv4,
    /// IPv6.
    #[prop(rename = "ipv6")]
    Ipv6,
    /// IPv4 and IPv6.
    #[prop(rename = "dualstack")]
    Dualstack,
}

/// The DNS options of a VPC endpoint.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct DnsOptions {
    /// The DNS record IP type: which kinds of addresses the names have.
    pub dns_record_ip_type: Option<DnsRecordIpType>,
    /// Whether private DNS is for the inbound endpoints of a Route 53 Resolver only, which answer other networks; the VPC itself goes through a
    /// gateway endpoint, which there must be. For S3.
    pub private_dns_only_for_inbound_resolver_endpoint: Option<bool>,
    /// The private DNS preference: which domains of a resource get private DNS. Fixed at creation.
    pub private_dns_preference: Option<PrivateDnsPreference>,
    /// The private DNS specified domains, at most 10. Fixed at creation.
    #[prop(default, max = 10)]
    pub private_dns_specified_domains: Vec<String>,
}

/// Which kinds of addresses the names of a VPC endpoint have.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum DnsRecordIpType {
    /// IPv4.
    #[prop(rename = "ipv4")]
    Ipv4,
    /// IPv6.
    #[prop(rename = "ipv6")]
    Ipv6,
    /// IPv4 and IPv6.
    #[prop(rename = "dualstack")]
    Dualstack,
    /// Those that the service says.
    #[prop(rename = "service-defined")]
    ServiceDefined,
}

/// Which domains of a resource get private DNS.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum PrivateDnsPreference {
    /// Those that their owners have verified.
    #[prop(rename = "VERIFIED_DOMAINS_ONLY")]
    VerifiedDomainsOnly,
    /// All.
    #[prop(rename = "ALL_DOMAINS")]
    AllDomains,
    /// Those that their owners have verified, and the specified ones.
    #[prop(rename = "VERIFIED_DOMAINS_AND_SPECIFIED_DOMAINS")]
    VerifiedDomainsAndSpecifiedDomains,
    /// The specified ones.
    #[prop(rename = "SPECIFIED_DOMAINS_ONLY")]
    SpecifiedDomainsOnly,
}

impl PrivateDnsPreference {
    /// Whether domains are specified with it.
    pub(super) fn specifies(self) -> bool {
        matches!(self, Self::VerifiedDomainsAndSpecifiedDomains | Self::SpecifiedDomainsOnly)
    }
}

impl VpcEndpointInputs {
    /// The inputs as AWS has them. What is AWS's own default is left out.
    pub(super) fn read(aws: &Aws, kind: VpcEndpointType, seen: AwsVpcEndpoint) -> Result<VpcEndpointInputs> {
        let policy = filled(seen.policy_document).map(word::<PolicyJson>).transpose()?;
        let groups = seen.groups.map(|groups| groups.into_iter().filter_map(|group| group.group_id).collect());
        let private = seen.private_dns_enabled.unwrap_or_default();
        let full = PolicyJson::parse(FULL_ACCESS).ok();
        let default = has_private_dns(kind, seen.service_name.as_deref());
        Ok(VpcEndpointInputs {
            vpc_id: seen.vpc_id.unwrap_or_default(),
            service_name: seen.service_name,
            resource_configuration_arn: seen.resource_configuration_arn.map(word).transpose()?,
            service_network_arn: seen.service_network_arn.map(word).transpose()?,
            service_region: seen.service_region.or_else(|| Some(aws.region().to_owned())),
            vpc_endpoint_type: kind,
            policy_document: policy.filter(|policy| Some(policy) != full.as_ref()),
            private_dns_enabled: Some(private).filter(|private| *private != default),
            ip_address_type: lower(seen.ip_address_type)?,
            dns_options: seen.dns_options.map(DnsOptions::read).transpose()?,
            subnet_ids: seen.subnet_ids.unwrap_or_default().into_iter().collect(),
            route_table_ids: seen.route_table_ids.unwrap_or_default().into_iter().collect(),
            security_group_ids: groups.filter(|groups: &BTreeSet<_>| !groups.is_empty()),
            tags: aws.visible(seen.tags.unwrap_or_default()),
        })
    }

    /// Whether the service's own name leads to the endpoint.
    pub(super) fn has_private_dns(&self) -> bool {
        let default = || has_private_dns(self.vpc_endpoint_type, self.service_name.as_deref());
        self.private_dns_enabled.unwrap_or_else(default)
    }

    /// Says what is AWS's own default as the program does, and of the DNS options only what the program gives.
    pub(super) fn respell(&mut self, given: &VpcEndpointInputs) {
        if self.has_private_dns() == given.has_private_dns() {
            self.private_dns_enabled = given.private_dns_enabled;
        }
        if self.policy_document.is_none() && given.policy_document == PolicyJson::parse(FULL_ACCESS).ok() {
            self.policy_document.clone_from(&given.policy_document);
        }
        if let (Some(seen), Some(given)) = (&mut self.dns_options, &given.dns_options) {
            seen.dns_record_ip_type = seen.dns_record_ip_type.filter(|_| given.dns_record_ip_type.is_some());
            let inbound = given.private_dns_only_for_inbound_resolver_endpoint;
            seen.private_dns_only_for_inbound_resolver_endpoint =
                seen.private_dns_only_for_inbound_resolver_endpoint.filter(|_| inbound.is_some());
            seen.private_dns_preference =
                seen.private_dns_preference.filter(|_| given.private_dns_preference.is_some());
        }
    }
}

/// Whether an endpoint has private DNS where nothing is said of it. Services of others have no private name, unless they prove that it is theirs.
fn has_private_dns(kind: VpcEndpointType, service: Option<&str>) -> bool {
    kind == VpcEndpointType::Interface && !service.is_some_and(|name| name.starts_with("com.amazonaws.vpce."))
}

impl DnsOptions {
    /// The options as AWS takes them.
    pub(super) fn written(&self) -> DnsOptionsSpecification {
        DnsOptionsSpecification::builder()
            .set_dns_record_ip_type(self.dns_record_ip_type.map(|kind| AwsRecordType::from(kind.as_str())))
            .set_private_dns_only_for_inbound_resolver_endpoint(self.private_dns_only_for_inbound_resolver_endpoint)
            .set_private_dns_preference(self.private_dns_preference.map(|which| which.as_str().to_owned()))
            .set_private_dns_specified_domains(some(self.private_dns_specified_domains.iter().cloned()))
            .build()
    }

    fn read(seen: AwsDnsOptions) -> Result<DnsOptions> {
        Ok(DnsOptions {
            dns_record_ip_type: lower(seen.dns_record_ip_type)?,
            private_dns_only_for_inbound_resolver_endpoint: seen.private_dns_only_for_inbound_resolver_endpoint,
            private_dns_preference: filled(seen.private_dns_preference).map(word).transpose()?,
            private_dns_specified_domains: seen.private_dns_specified_domains.unwrap_or_default(),
        })
    }
}
