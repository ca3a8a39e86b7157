//! A route.

mod path;

use aws_sdk_ec2::types::{Route as AwsRoute, RouteOrigin};
use pulumi_plugin::{Error, Fault, Id, Made, Property, Resource, Result, Wait};

use crate::aws::{Aws, Told as _};
use crate::ec2::once;
use crate::ec2::route::path::{Destination, Target, found};
use crate::ec2::route_table::describe;
use crate::types::{Cidr, Cidr6};

/// What the program asks of a route: exactly one destination and exactly one target.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct RouteInputs {
    /// The route table.
    #[prop(replace, unique)]
    pub route_table_id: String,
    /// The destination: an IPv4 range; `0.0.0.0/0` is everywhere.
    #[prop(replace, unique)]
    pub destination_cidr_block: Option<Cidr>,
    /// The destination: an IPv6 range; `::/0` is everywhere.
    #[prop(replace, unique)]
    pub destination_ipv6_cidr_block: Option<Cidr6>,
    /// The destination: the ranges of a prefix list.
    #[prop(replace, unique)]
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
    type Seen = AwsRoute;

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

    /// AWS answers the creation of the very route that is there already as if it had made it.
    async fn standing(aws: &Aws, new: &RouteInputs) -> Result<Option<Id>> {
        let (to, _) = path(new)?;
        let own = described(aws, &new.route_table_id, &to).await?;
        let own = own.filter(|route| route.origin == Some(RouteOrigin::CreateRoute));
        Ok(own.map(|_| id_of(&new.route_table_id, &to)))
    }

    async fn create(aws: &Aws, new: &RouteInputs) -> Result<Made> {
        let (to, via) = path(new)?;
        let id = id_of(&new.route_table_id, &to);
        let (v4, v6, list) = to.spread();
        let create = aws
            .ec2()
            .create_route()
            .route_table_id(&new.route_table_id)
            .set_destination_cidr_block(v4)
            .set_destination_ipv6_cidr_block(v6)
            .set_destination_prefix_list_id(list);
        let made = via.of_create(create).customize().config_override(once()).send().await;
        match made.unless(&["RouteAlreadyExists"]).told("creating route", id.as_str())? {
            Some(_) => Ok(Made::New(id)),
            None => Ok(Made::Exists(id)),
        }
    }

    /// Routes bear no token: the very route that was asked for, after an answer got lost, is this creation's own.
    async fn ours(aws: &Aws, id: &Id, seen: &AwsRoute, new: &RouteInputs) -> Result<Option<Id>> {
        let (to, via) = path(new)?;
        let same = Target::of(&found(&new.route_table_id, &to, seen)) == Some(via);
        Ok((aws.call().tried() && same).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsRoute>> {
        let (table, to) = parts(id)?;
        described(aws, table, &to).await
    }

    async fn read(_: &Aws, id: &Id, route: AwsRoute) -> Result<Self> {
        let (table, to) = parts(id)?;
        Ok(Route { inputs: found(table, &to, &route) })
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

    fn lingers(_: &Self) -> bool {
        false
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
async fn described(aws: &Aws, table: &str, to: &Destination) -> Result<Option<AwsRoute>> {
    let table = describe(aws, table).await?;
    Ok(table.and_then(|table| table.routes.unwrap_or_default().into_iter().find(|route| to.is(route))))
}

fn id_of(table: &str, to: &Destination) -> Id {
    Id::from(format!("{table}_{to}"))
}

/// The route table and the destination that an id speaks of.
fn parts(id: &Id) -> Result<(&str, Destination)> {
    let parts = id.as_str().split_once('_').filter(|(table, _)| table.starts_with("rtb-"));
    parts.and_then(|(table, to)| Some((table, Destination::parse(to)?))).ok_or_else(|| {
        Error::new(format!("`{id}` is not the id of a route"))
            .hint("it is ROUTETABLEID_DESTINATION, such as rtb-0123_0.0.0.0/0, rtb-0123_::/0 or rtb-0123_pl-4567")
    })
}
