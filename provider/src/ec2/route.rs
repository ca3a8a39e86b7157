//! A route.

mod path;

use pulumi_plugin::{Error, Fault, Id, Property, Resource, Result, Wait};

use crate::aws::{Aws, Told as _};
use crate::ec2::route::path::{Destination, Target, found};
use crate::ec2::route_table::describe;
use crate::types::{Cidr, Cidr6};

/// What the program asks of a route: exactly one destination and exactly one target.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct RouteInputs {
    /// The route table.
    #[prop(replace)]
    pub route_table_id: String,
    /// The destination: an IPv4 range; `0.0.0.0/0` is everywhere.
    #[prop(replace)]
    pub destination_cidr_block: Option<Cidr>,
    /// The destination: an IPv6 range; `::/0` is everywhere.
    #[prop(replace)]
    pub destination_ipv6_cidr_block: Option<Cidr6>,
    /// The destination: the ranges of a prefix list.
    #[prop(replace)]
    pub destination_prefix_list_id: Option<String>,
    /// The target: an internet gateway or a virtual private gateway.
    pub gateway_id: Option<String>,
    /// The target: a NAT gateway.
    pub nat_gateway_id: Option<String>,
    /// The target: a VPC endpoint of a Gateway Load Balancer.
    pub vpc_endpoint_id: Option<String>,
    /// The target: another VPC, by its peering connection.
    pub vpc_peering_connection_id: Option<String>,
    /// The target: a network interface.
    pub network_interface_id: Option<String>,
    /// The target: an egress-only internet gateway, for IPv6.
    pub egress_only_internet_gateway_id: Option<String>,
    /// The target: a transit gateway.
    pub transit_gateway_id: Option<String>,
}

/// A route of a route table: where traffic to a destination goes. Another target takes over in place.
///
/// Its id is `ROUTETABLEID_DESTINATION`, such as `rtb-0123_0.0.0.0/0`.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Route {
    /// What the program asks for, as AWS has it.
    #[prop(inputs)]
    pub inputs: RouteInputs,
}

impl Resource for Route {
    const TOKEN: &'static str = "gitinfra:ec2:Route";
    const WAIT: Wait = Wait::seconds(1, 300);
    type Session = Aws;
    type Inputs = RouteInputs;

    fn check(new: &RouteInputs) -> Vec<Fault> {
        let one = |names: &[&str], given: Vec<&'static str>, what: &str| match given.as_slice() {
            [_] => None,
            [] => Some(Fault::new(names[0], format!("missing: a route has one {what}: {}", names.join(", ")))),
            [first, more @ ..] => {
                Some(Fault::new(more[0], format!("`{first}` is given too, and a route has one {what}")))
            }
        };
        let destination = one(&Destination::NAMES, Destination::given(new), "destination");
        let target = one(&Target::NAMES, Target::given(new), "target");
        destination.into_iter().chain(target).collect()
    }

    async fn create(aws: &Aws, new: &RouteInputs) -> Result<Id> {
        let (to, via) = path(new)?;
        let table = &new.route_table_id;
        let id = Id::from(format!("{table}_{to}"));
        let (v4, v6, list) = to.clone().spread();
        let create = aws
            .ec2()
            .create_route()
            .route_table_id(table)
            .set_destination_cidr_block(v4)
            .set_destination_ipv6_cidr_block(v6)
            .set_destination_prefix_list_id(list);
        let made = via
            .clone()
            .of_create(create)
            .send()
            .await
            .unless(&["RouteAlreadyExists"])
            .told("creating route", id.as_str())?;
        if made.is_some() {
            return Ok(id);
        }
        // An earlier attempt whose answer got lost, or somebody else's route.
        let other = described(aws, table, &to).await?;
        match other.map(|route| Target::of(&route.inputs)) {
            Some(other) if other != Some(via) => {
                Err(Error::new(format!("creating route `{id}`: the route table has another route to `{to}`"))
                    .hint(format!("remove that route, or import it as `{id}`")))
            }
            _ => Ok(id),
        }
    }

    async fn read(aws: &Aws, id: &Id) -> Result<Option<Self>> {
        let (table, to) = parts(id)?;
        described(aws, table, &to).await
    }

    async fn update(aws: &Aws, id: &Id, _: &Self, new: &RouteInputs) -> Result<()> {
        let (to, via) = path(new)?;
        let (v4, v6, list) = to.spread();
        let replace = aws
            .ec2()
            .replace_route()
            .route_table_id(&new.route_table_id)
            .set_destination_cidr_block(v4)
            .set_destination_ipv6_cidr_block(v6)
            .set_destination_prefix_list_id(list);
        let replaced = via.of_replace(replace).send().await;
        replaced.told("changing the target of route", id.as_str()).map(drop)
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let (table, to) = parts(id)?;
        let (v4, v6, list) = to.spread();
        let delete = aws
            .ec2()
            .delete_route()
            .route_table_id(table)
            .set_destination_cidr_block(v4)
            .set_destination_ipv6_cidr_block(v6)
            .set_destination_prefix_list_id(list);
        let deleted = delete.send().await.unless(&["InvalidRoute.NotFound", "InvalidRouteTableID.NotFound"]);
        deleted.told("deleting route", id.as_str()).map(drop)
    }
}

/// Where from, where to: what Check has made sure of.
fn path(new: &RouteInputs) -> Result<(Destination, Target)> {
    match (Destination::of(new), Target::of(new)) {
        (Some(to), Some(via)) => Ok((to, via)),
        _ => Err(Error::invalid(Route::check(new))),
    }
}

/// The route to a destination, as the route table has it.
async fn described(aws: &Aws, table: &str, to: &Destination) -> Result<Option<Route>> {
    let Some(described) = describe(aws, table).await? else {
        return Ok(None);
    };
    let mut routes = described.routes().iter();
    Ok(routes.find(|route| to.is(route)).map(|route| Route { inputs: found(table, to, route) }))
}

/// The route table and the destination that an id speaks of.
fn parts(id: &Id) -> Result<(&str, Destination)> {
    let parts = id.as_str().split_once('_').filter(|(table, _)| table.starts_with("rtb-"));
    parts.and_then(|(table, to)| Some((table, Destination::parse(to)?))).ok_or_else(|| {
        Error::new(format!("`{id}` is not the id of a route"))
            .hint("it is ROUTETABLEID_DESTINATION, such as rtb-0123_0.0.0.0/0, rtb-0123_::/0 or rtb-0123_pl-4567")
    })
}
