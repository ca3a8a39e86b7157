//! The route tables of a network, with their routes and the subnets that use them.

use std::collections::BTreeMap;

use pulumi_plugin::Output;
use pulumi_plugin::component::Origin;

use super::{Nats, Range, Site, Subnets};
use crate::components::network::inputs::Access;
use crate::ec2::internet_gateway::InternetGatewayOutputs;
use crate::ec2::route::{Route, RouteArgs};
use crate::ec2::route_table::{RouteTable, RouteTableArgs};
use crate::ec2::route_table_association::{RouteTableAssociation, RouteTableAssociationArgs};
use crate::ec2::subnet::SubnetOutputs;
use crate::ec2::vpc::VpcOutputs;
use crate::types::{Cidr, Cidr6};

/// The ways that lead out of the VPC.
pub struct Ways<'a> {
    /// The internet gateway, both ways.
    pub gateway: Option<InternetGatewayOutputs>,
    /// The NAT gateways, outwards by IPv4.
    pub nats: &'a Nats,
    /// The id of the egress-only internet gateway, outwards by IPv6.
    pub outwards: Option<Output<String>>,
    /// The IPv6 range of the VPC.
    pub ipv6: Option<Range>,
}

/// The route tables of a network.
#[derive(Default)]
pub struct Tables {
    /// Their ids, by tier, or by tier and zone letter where each zone has its own.
    pub ids: BTreeMap<String, Output<String>>,
    /// What the subnets of each tier have once they reach what they are to reach: their tables and the routes of those.
    ways: BTreeMap<String, Vec<Output<()>>>,
}

impl Tables {
    /// Subnets of a tier, for those that are made in them: what is made there finds all of the tier's ways, and is gone before they go.
    pub fn ready(&self, tier: &str, subnets: &Output<Vec<String>>) -> Output<Vec<String>> {
        subnets.depends_on(&Output::all(self.ways.get(tier).into_iter().flatten().cloned()))
    }

    fn note(&mut self, tier: &str, way: &impl Origin) {
        self.ways.entry(tier.to_owned()).or_default().push(way.origin());
    }
}

/// A tier of subnets, and the key of one of its route tables.
#[derive(Clone, Copy)]
struct Tabled<'a> {
    tier: &'a str,
    key: &'a str,
}

/// The targets of a table's routes to everywhere.
#[derive(Default)]
struct Routes {
    ipv4: Option<RouteArgs>,
    ipv6: Option<RouteArgs>,
}

impl Ways<'_> {
    fn public(&self) -> Routes {
        let Some(gateway) = &self.gateway else { return Routes::default() };
        let route = || RouteArgs { gateway_id: (&gateway.id).into(), ..Default::default() };
        Routes { ipv4: Some(route()), ipv6: self.ipv6.as_ref().map(|_| route()) }
    }

    fn private(&self, letter: &str) -> Routes {
        let ipv4 = self.nats.route(letter);
        let outwards = self.outwards.as_ref();
        let ipv6 = outwards.map(|id| RouteArgs { egress_only_internet_gateway_id: id.into(), ..Default::default() });
        Routes { ipv4, ipv6 }
    }
}

impl Site<'_> {
    /// A route table for each tier, and for private tiers one in each zone, so that a change of NAT only changes a route's target.
    pub fn tables(&mut self, vpc: &VpcOutputs, ways: &Ways, subnets: &Subnets) -> Tables {
        let inputs = self.inputs;
        let mut tables = Tables::default();
        for (name, tier) in &inputs.settings.tiers {
            let Some(subnets) = subnets.get(name) else {
                continue;
            };
            if tier.access != Access::Private {
                let routes = if tier.access == Access::Public { ways.public() } else { Routes::default() };
                let at = Tabled { tier: name, key: name };
                self.table(&mut tables, vpc, at, subnets.iter());
                self.routes(&mut tables, at, routes, ways);
                continue;
            }
            for (letter, subnet) in subnets {
                let at = Tabled { tier: name, key: &format!("{name}-{letter}") };
                self.table(&mut tables, vpc, at, [(letter, subnet)].into_iter());
                self.routes(&mut tables, at, ways.private(letter), ways);
            }
        }
        tables
    }

    /// A route table, and the subnets that use it.
    fn table<'s>(
        &mut self,
        tables: &mut Tables,
        vpc: &VpcOutputs,
        Tabled { tier, key }: Tabled<'_>,
        subnets: impl Iterator<Item = (&'s String, &'s SubnetOutputs)>,
    ) {
        let name = format!("rtb-{key}");
        let tags = self.named(&name);
        let table = self.here.add::<RouteTable>(name, RouteTableArgs { vpc_id: (&vpc.id).into(), tags: tags.into() });
        for (letter, subnet) in subnets {
            let word = key.split('-').next().unwrap_or(key);
            let args = RouteTableAssociationArgs { route_table_id: (&table.id).into(), subnet_id: (&subnet.id).into() };
            let used = self.here.add::<RouteTableAssociation>(format!("assoc-{word}-{letter}"), args);
            tables.note(tier, &used);
        }
        tables.ids.insert(key.to_owned(), table.id);
    }

    /// The routes of a table to everywhere. The VPC has its IPv6 range before it has routes of IPv6.
    fn routes(&mut self, tables: &mut Tables, Tabled { tier, key }: Tabled<'_>, routes: Routes, ways: &Ways) {
        let Some(table) = tables.ids.get(key).cloned() else { return };
        if let Some(route) = routes.ipv4 {
            let route =
                RouteArgs { route_table_id: (&table).into(), destination_cidr_block: everywhere().into(), ..route };
            tables.note(tier, &self.here.add::<Route>(format!("route-{key}"), route));
        }
        if let (Some(route), Some(range)) = (routes.ipv6, &ways.ipv6) {
            let all = Cidr6::parse("::/0").unwrap_or_else(|why| unreachable!("{why}"));
            let route = RouteArgs { route_table_id: (&table).into(), destination_ipv6_cidr_block: all.into(), ..route };
            tables.note(tier, &self.here.child(format!("route6-{key}")).after(range).add::<Route>(route));
        }
    }
}

/// All IPv4 addresses.
pub fn everywhere() -> Cidr {
    Cidr::parse("0.0.0.0/0").unwrap_or_else(|why| unreachable!("{why}"))
}
