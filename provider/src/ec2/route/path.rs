//! A route's two ends: where traffic is going, and what it goes through.

use aws_sdk_ec2::operation::create_route::builders::CreateRouteFluentBuilder as Create;
use aws_sdk_ec2::operation::replace_route::builders::ReplaceRouteFluentBuilder as Replace;
use aws_sdk_ec2::types::Route as AwsRoute;

use crate::ec2::route::RouteInputs;
use crate::types::{Cidr, Cidr6};

/// Where traffic is going.
#[derive(Debug, Clone, PartialEq)]
pub enum Destination {
    /// An IPv4 range.
    V4(Cidr),
    /// An IPv6 range.
    V6(Cidr6),
    /// The ranges of a prefix list.
    List(String),
}

impl Destination {
    /// The properties that a destination is given by.
    pub const NAMES: [&str; 3] = ["destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"];

    /// Those of the properties that are given.
    pub fn given(inputs: &RouteInputs) -> Vec<&'static str> {
        let there = [
            inputs.destination_cidr_block.is_some(),
            inputs.destination_ipv6_cidr_block.is_some(),
            inputs.destination_prefix_list_id.is_some(),
        ];
        names(Self::NAMES, there)
    }

    /// The destination that is asked for.
    pub fn of(inputs: &RouteInputs) -> Option<Destination> {
        let v4 = inputs.destination_cidr_block.map(Destination::V4);
        let v6 = inputs.destination_ipv6_cidr_block.map(Destination::V6);
        let list = inputs.destination_prefix_list_id.clone();
        v4.or(v6).or(list.map(Destination::List))
    }

    /// The destination that the end of an id speaks of.
    pub fn parse(text: &str) -> Option<Destination> {
        if text.starts_with("pl-") {
            return Some(Destination::List(text.to_owned()));
        }
        let v4 = Cidr::parse(text).ok().map(Destination::V4);
        v4.or_else(|| Cidr6::parse(text).ok().map(Destination::V6))
    }

    /// Whether a route of AWS's leads there.
    pub fn is(&self, route: &AwsRoute) -> bool {
        match self {
            Destination::V4(cidr) => route.destination_cidr_block() == Some(cidr.to_string().as_str()),
            // IPv6 has many spellings.
            Destination::V6(cidr) => {
                route.destination_ipv6_cidr_block().is_some_and(|text| Cidr6::parse(text) == Ok(*cidr))
            }
            Destination::List(id) => route.destination_prefix_list_id() == Some(id),
        }
    }

    /// As AWS's three parameters.
    pub fn spread(self) -> (Option<String>, Option<String>, Option<String>) {
        match self {
            Destination::V4(cidr) => (Some(cidr.to_string()), None, None),
            Destination::V6(cidr) => (None, Some(cidr.to_string()), None),
            Destination::List(id) => (None, None, Some(id)),
        }
    }
}

impl std::fmt::Display for Destination {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Destination::V4(cidr) => cidr.fmt(f),
            Destination::V6(cidr) => cidr.fmt(f),
            Destination::List(id) => id.fmt(f),
        }
    }
}

/// What traffic goes through.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// An internet gateway or a virtual private gateway.
    Gateway(String),
    /// A NAT gateway.
    Nat(String),
    /// A VPC endpoint.
    Endpoint(String),
    /// A peering connection.
    Peering(String),
    /// A network interface.
    Interface(String),
    /// An egress-only internet gateway.
    EgressOnly(String),
    /// A transit gateway.
    Transit(String),
}

impl Target {
    /// The properties that a target is given by.
    pub const NAMES: [&str; 7] = [
        "gatewayId",
        "natGatewayId",
        "vpcEndpointId",
        "vpcPeeringConnectionId",
        "networkInterfaceId",
        "egressOnlyInternetGatewayId",
        "transitGatewayId",
    ];

    /// Those of the properties that are given.
    pub fn given(inputs: &RouteInputs) -> Vec<&'static str> {
        let there = [
            inputs.gateway_id.is_some(),
            inputs.nat_gateway_id.is_some(),
            inputs.vpc_endpoint_id.is_some(),
            inputs.vpc_peering_connection_id.is_some(),
            inputs.network_interface_id.is_some(),
            inputs.egress_only_internet_gateway_id.is_some(),
            inputs.transit_gateway_id.is_some(),
        ];
        names(Self::NAMES, there)
    }

    /// The target that is asked for.
    pub fn of(inputs: &RouteInputs) -> Option<Target> {
        /// What may be given, and the target that it makes.
        type Kind<'a> = (&'a Option<String>, fn(String) -> Target);
        let kinds: [Kind; 7] = [
            (&inputs.gateway_id, Target::Gateway),
            (&inputs.nat_gateway_id, Target::Nat),
            (&inputs.vpc_endpoint_id, Target::Endpoint),
            (&inputs.vpc_peering_connection_id, Target::Peering),
            (&inputs.network_interface_id, Target::Interface),
            (&inputs.egress_only_internet_gateway_id, Target::EgressOnly),
            (&inputs.transit_gateway_id, Target::Transit),
        ];
        kinds.into_iter().find_map(|(id, kind)| id.clone().map(kind))
    }

    /// As the parameter of a creation.
    pub fn of_create(self, create: Create) -> Create {
        match self {
            Target::Gateway(id) => create.gateway_id(id),
            Target::Nat(id) => create.nat_gateway_id(id),
            Target::Endpoint(id) => create.vpc_endpoint_id(id),
            Target::Peering(id) => create.vpc_peering_connection_id(id),
            Target::Interface(id) => create.network_interface_id(id),
            Target::EgressOnly(id) => create.egress_only_internet_gateway_id(id),
            Target::Transit(id) => create.transit_gateway_id(id),
        }
    }

    /// As the parameter of a change.
    pub fn of_replace(self, replace: Replace) -> Replace {
        match self {
            Target::Gateway(id) => replace.gateway_id(id),
            Target::Nat(id) => replace.nat_gateway_id(id),
            Target::Endpoint(id) => replace.vpc_endpoint_id(id),
            Target::Peering(id) => replace.vpc_peering_connection_id(id),
            Target::Interface(id) => replace.network_interface_id(id),
            Target::EgressOnly(id) => replace.egress_only_internet_gateway_id(id),
            Target::Transit(id) => replace.transit_gateway_id(id),
        }
    }
}

/// The inputs of a route as AWS has it.
pub fn found(table: &str, to: &Destination, route: &AwsRoute) -> RouteInputs {
    let own = |id: Option<&str>| id.map(str::to_owned);
    // AWS shows an endpoint as a gateway.
    let (endpoint, gateway) = match route.gateway_id() {
        Some(id) if id.starts_with("vpce-") => (Some(id), None),
        other => (None, other),
    };
    let mut inputs = RouteInputs {
        route_table_id: table.to_owned(),
        gateway_id: own(gateway),
        nat_gateway_id: own(route.nat_gateway_id()),
        vpc_endpoint_id: own(endpoint),
        vpc_peering_connection_id: own(route.vpc_peering_connection_id()),
        network_interface_id: own(route.network_interface_id()),
        egress_only_internet_gateway_id: own(route.egress_only_internet_gateway_id()),
        transit_gateway_id: own(route.transit_gateway_id()),
        ..RouteInputs::default()
    };
    match to.clone() {
        Destination::V4(cidr) => inputs.destination_cidr_block = Some(cidr),
        Destination::V6(cidr) => inputs.destination_ipv6_cidr_block = Some(cidr),
        Destination::List(id) => inputs.destination_prefix_list_id = Some(id),
    }
    inputs
}

fn names<const N: usize>(names: [&'static str; N], there: [bool; N]) -> Vec<&'static str> {
    names.into_iter().zip(there).filter(|(_, there)| *there).map(|(name, _)| name).collect()
}
