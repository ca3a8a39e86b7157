//! A route.

use aws_sdk_ec2::types::{Route as AwsRoute, RouteOrigin};
use pulumi_plugin::{Error, Fault, Faults, Id, Made, Property, Resource, Result, Wait};

use crate::aws::{Aws, Doing as _};
use crate::ec2::table;
use crate::types::{Cidr, Cidr6};

/// The inputs of a route: exactly one destination and exactly one target.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct RouteInputs {
    /// The id of the route table that the route belongs to.
    #[prop(replace, unique)]
    pub route_table_id: String,
    /// The destination: an IPv4 CIDR block. `0.0.0.0/0` stands for all addresses.
    #[prop(replace, unique)]
    pub destination_cidr_block: Option<Cidr>,
    /// The destination: an IPv6 CIDR block. `::/0` stands for all addresses.
    #[prop(replace, unique)]
    pub destination_ipv6_cidr_block: Option<Cidr6>,
    /// The destination: the CIDR blocks of a prefix list, by its id.
    #[prop(replace, unique)]
    pub destination_prefix_list_id: Option<String>,
    /// The target: the id of an internet gateway or a virtual private gateway.
    pub gateway_id: Option<String>,
    /// The target: the id of a NAT gateway.
    pub nat_gateway_id: Option<String>,
    /// The target: the id of a VPC endpoint of a Gateway Load Balancer.
    pub vpc_endpoint_id: Option<String>,
    /// The target: the id of a VPC peering connection.
    pub vpc_peering_connection_id: Option<String>,
    /// The target: the id of a network interface.
    pub network_interface_id: Option<String>,
    /// The target: the id of an instance that has one network interface, such as a NAT instance.
    pub instance_id: Option<String>,
    /// The target: the id of an egress-only internet gateway, for IPv6.
    pub egress_only_internet_gateway_id: Option<String>,
    /// The target: the id of a transit gateway.
    pub transit_gateway_id: Option<String>,
    /// The target: the id of a carrier gateway, for subnets in a Wavelength Zone.
    pub carrier_gateway_id: Option<String>,
    /// The target: the id of a local gateway of an Outpost.
    pub local_gateway_id: Option<String>,
    /// The target: the ARN of a core network of AWS Cloud WAN.
    pub core_network_arn: Option<String>,
    /// The target: the ARN of an Oracle Database@AWS network.
    pub odb_network_arn: Option<String>,
}

/// A route of a route table: directs traffic for a destination to a target. The target changes in place.
///
/// Its id is `ROUTETABLEID_DESTINATION`, such as `rtb-0123_0.0.0.0/0`.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Route {
    /// The inputs as AWS has them.
    #[prop(inputs)]
    pub inputs: RouteInputs,
}

const DESTINATIONS: [&str; 3] = ["destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"];
const TARGETS: [&str; 12] = [
    "gatewayId",
    "natGatewayId",
    "vpcEndpointId",
    "vpcPeeringConnectionId",
    "networkInterfaceId",
    "instanceId",
    "egressOnlyInternetGatewayId",
    "transitGatewayId",
    "carrierGatewayId",
    "localGatewayId",
    "coreNetworkArn",
    "odbNetworkArn",
];

/// A call about the route at a place.
macro_rules! at {
    ($call:expr, $place:expr) => {
        $call
            .route_table_id(&$place.route_table_id)
            .set_destination_cidr_block($place.destination_cidr_block.map(|range| range.to_string()))
            .set_destination_ipv6_cidr_block($place.destination_ipv6_cidr_block.map(|range| range.to_string()))
            .set_destination_prefix_list_id($place.destination_prefix_list_id.clone())
    };
}

/// The same with its target.
macro_rules! via {
    ($call:expr, $new:expr) => {
        at!($call, $new)
            .set_gateway_id($new.gateway_id.clone())
            .set_nat_gateway_id($new.nat_gateway_id.clone())
            .set_vpc_endpoint_id($new.vpc_endpoint_id.clone())
            .set_vpc_peering_connection_id($new.vpc_peering_connection_id.clone())
            .set_network_interface_id($new.network_interface_id.clone())
            .set_instance_id($new.instance_id.clone())
            .set_egress_only_internet_gateway_id($new.egress_only_internet_gateway_id.clone())
            .set_transit_gateway_id($new.transit_gateway_id.clone())
            .set_carrier_gateway_id($new.carrier_gateway_id.clone())
            .set_local_gateway_id($new.local_gateway_id.clone())
            .set_core_network_arn($new.core_network_arn.clone())
            .set_odb_network_arn($new.odb_network_arn.clone())
    };
}

impl Resource for Route {
    const TOKEN: &'static str = "gitinfra:ec2:Route";
    const WAIT: Wait = Wait::seconds(1, 300);
    type Session = Aws;
    type Inputs = RouteInputs;
    type Seen = AwsRoute;

    fn check(new: &RouteInputs) -> Vec<Fault> {
        Faults::of(new).one_of(&DESTINATIONS).one_of(&TARGETS).into_vec()
    }

    /// AWS may answer the creation of a route that exists already with the same target as if it had created it.
    async fn standing(aws: &Aws, new: &RouteInputs) -> Result<Option<Id>> {
        let id = id_of(new);
        let route = Self::find(aws, &id).await?;
        // A route that a gateway propagates gives way to a static one.
        Ok(route.filter(|route| route.origin == Some(RouteOrigin::CreateRoute)).map(|_| id))
    }

    async fn create(aws: &Aws, new: &RouteInputs) -> Result<Made> {
        let (id, create) = (id_of(new), via!(aws.once().ec2().create_route(), new));
        match create.send().await.unless(&["RouteAlreadyExists"]).doing("creating route", &id)? {
            Some(_) => Ok(Made::New(id)),
            None => Ok(Made::Exists(id)),
        }
    }

    /// Routes have no tags. After a lost answer, the very route that is asked for is taken to be this creation's own.
    async fn ours(aws: &Aws, id: &Id, route: &AwsRoute, new: &RouteInputs) -> Result<Option<Id>> {
        let same = seen(place(id)?, route.clone(), new.instance_id.is_some()) == *new;
        Ok((aws.call().tried() && same).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsRoute>> {
        let place = place(id)?;
        let table = table(aws, &place.route_table_id).await?;
        Ok(table.and_then(|table| table.routes.unwrap_or_default().into_iter().find(|route| is_at(&place, route))))
    }

    async fn read(aws: &Aws, id: &Id, route: AwsRoute) -> Result<Self> {
        let by_instance = aws.call().given.contains_key("instanceId");
        Ok(Route { inputs: seen(place(id)?, route, by_instance) })
    }

    async fn update(aws: &Aws, id: &Id, _: &Self, new: &RouteInputs) -> Result<()> {
        let replace = via!(aws.ec2().replace_route(), new);
        replace.send().await.done("changing the target of route", id)
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let delete = at!(aws.ec2().delete_route(), place(id)?);
        let deleted = delete.send().await.unless(&["InvalidRoute.NotFound", "InvalidRouteTableID.NotFound"]);
        deleted.done("deleting route", id)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

fn id_of(new: &RouteInputs) -> Id {
    let v4 = new.destination_cidr_block.map(|range| range.to_string());
    let v6 = new.destination_ipv6_cidr_block.map(|range| range.to_string());
    let to = v4.or(v6).or_else(|| new.destination_prefix_list_id.clone()).unwrap_or_default();
    Id::from(format!("{}_{to}", new.route_table_id))
}

/// The route table and the destination of an id.
fn place(id: &Id) -> Result<RouteInputs> {
    let parts = id.as_str().split_once('_').filter(|(table, _)| table.starts_with("rtb-"));
    let (table, to) = parts.unwrap_or_default();
    let place = RouteInputs {
        route_table_id: table.to_owned(),
        destination_cidr_block: Cidr::parse(to).ok(),
        destination_ipv6_cidr_block: Cidr6::parse(to).ok(),
        destination_prefix_list_id: Some(to.to_owned()).filter(|to| to.starts_with("pl-")),
        ..RouteInputs::default()
    };
    if id_of(&place).as_str() == format!("{table}_") {
        return Err(Error::new(format!("`{id}` is not the id of a route"))
            .hint("it is ROUTETABLEID_DESTINATION, such as rtb-0123_0.0.0.0/0, rtb-0123_::/0 or rtb-0123_pl-4567"));
    }
    Ok(place)
}

/// Whether a route has this destination.
fn is_at(place: &RouteInputs, route: &AwsRoute) -> bool {
    // IPv6 ranges have many spellings.
    let v6 = route.destination_ipv6_cidr_block().and_then(|range| Cidr6::parse(range).ok());
    route.destination_cidr_block() == place.destination_cidr_block.map(|range| range.to_string()).as_deref()
        && v6 == place.destination_ipv6_cidr_block
        && route.destination_prefix_list_id == place.destination_prefix_list_id
}

/// The inputs of the route at a place. AWS shows the network interface of an instance beside the instance, whichever of them is the target.
fn seen(place: RouteInputs, route: AwsRoute, by_instance: bool) -> RouteInputs {
    // AWS shows an endpoint as a gateway.
    let (endpoint, gateway) = match route.gateway_id {
        Some(id) if id.starts_with("vpce-") => (Some(id), None),
        other => (None, other),
    };
    RouteInputs {
        gateway_id: gateway,
        nat_gateway_id: route.nat_gateway_id,
        vpc_endpoint_id: endpoint,
        vpc_peering_connection_id: route.vpc_peering_connection_id,
        network_interface_id: route.network_interface_id.filter(|_| !by_instance),
        instance_id: route.instance_id.filter(|_| by_instance),
        egress_only_internet_gateway_id: route.egress_only_internet_gateway_id,
        transit_gateway_id: route.transit_gateway_id,
        carrier_gateway_id: route.carrier_gateway_id,
        local_gateway_id: route.local_gateway_id,
        core_network_arn: route.core_network_arn,
        odb_network_arn: route.odb_network_arn,
        ..place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_where_a_route_is() {
        for id in ["rtb-1_0.0.0.0/0", "rtb-1_10.0.0.0/8", "rtb-1_::/0", "rtb-1_2001:db8::/32", "rtb-1_pl-1"] {
            let place = place(&Id::from(id)).unwrap_or_else(|error| panic!("{id}: {error}"));
            assert_eq!(id_of(&place).as_str(), id);
        }
        for id in ["rtb-1", "rtb-1_", "rtb-1_web", "subnet-1_0.0.0.0/0", "rtb-1_10.0.0.1/8", ""] {
            assert!(place(&Id::from(id)).is_err(), "{id}");
        }
    }

    #[test]
    fn a_target_is_shown_as_it_was_given() {
        let interface = AwsRoute::builder().instance_id("i-1").network_interface_id("eni-1");
        for (route, by_instance, expected) in [
            (interface.clone(), true, RouteInputs { instance_id: Some("i-1".into()), ..Default::default() }),
            (interface, false, RouteInputs { network_interface_id: Some("eni-1".into()), ..Default::default() }),
            (
                AwsRoute::builder().gateway_id("vpce-1"),
                false,
                RouteInputs { vpc_endpoint_id: Some("vpce-1".into()), ..Default::default() },
            ),
            (
                AwsRoute::builder().gateway_id("igw-1"),
                false,
                RouteInputs { gateway_id: Some("igw-1".into()), ..Default::default() },
            ),
        ] {
            assert_eq!(seen(RouteInputs::default(), route.build(), by_instance), expected);
        }
    }
}
