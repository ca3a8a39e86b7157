//! The children of a network: which there are, and what each is made of.

use std::collections::BTreeMap;

use pulumi_plugin::{Output, Scope};

use super::Zone;
use super::inputs::{Access, Nat, NetworkInputs};
use crate::aws::Tags;
use crate::ec2::default_security_group::{DefaultSecurityGroup, DefaultSecurityGroupArgs};
use crate::ec2::eip::{Eip, EipArgs};
use crate::ec2::internet_gateway::{InternetGateway, InternetGatewayArgs, InternetGatewayOutputs};
use crate::ec2::nat_gateway::{NatGateway, NatGatewayArgs, NatGatewayOutputs};
use crate::ec2::route::{Route, RouteArgs};
use crate::ec2::route_table::{RouteTable, RouteTableArgs};
use crate::ec2::route_table_association::{RouteTableAssociation, RouteTableAssociationArgs};
use crate::ec2::subnet::{Subnet, SubnetArgs, SubnetOutputs};
use crate::ec2::vpc::{Vpc, VpcArgs, VpcOutputs};
use crate::types::Cidr;

/// Where the children are added.
pub struct Site<'a> {
    pub here: &'a mut Scope,
    pub inputs: &'a NetworkInputs,
    pub zones: &'a [Zone],
}

/// Subnets by tier and the letter of their zone.
pub type Subnets = BTreeMap<String, BTreeMap<String, SubnetOutputs>>;

impl Site<'_> {
    /// A child is found in the console by the name that it has in the program.
    fn named(&self, key: &str) -> Tags {
        Tags::from([("Name".into(), format!("{}-{key}", self.here.name()))])
    }

    /// The VPC.
    pub fn vpc(&mut self) -> VpcOutputs {
        let tags = Tags::from([("Name".into(), self.here.name().to_owned())]);
        self.here
            .add::<Vpc>("vpc", VpcArgs { cidr_block: self.inputs.cidr.into(), tags: tags.into(), ..Default::default() })
    }

    /// The internet gateway.
    pub fn gateway(&mut self, vpc: &VpcOutputs) -> InternetGatewayOutputs {
        let tags = self.named("igw");
        let args = InternetGatewayArgs { vpc_id: (&vpc.id).into(), tags: tags.into() };
        self.here.add::<InternetGateway>("igw", args)
    }

    /// The subnet of a tier in a zone.
    pub fn subnet(&mut self, vpc: &VpcOutputs, tier: &str, zone: &Zone, cidr: Cidr<16, 28>) -> SubnetOutputs {
        let key = format!("subnet-{tier}-{}", zone.letter);
        let args = SubnetArgs {
            vpc_id: (&vpc.id).into(),
            cidr_block: cidr.into(),
            availability_zone: zone.name.clone().into(),
            tags: self.named(&key).into(),
            ..Default::default()
        };
        self.here.add::<Subnet>(key, args)
    }

    /// The NAT gateways, by the letter of their zone.
    pub fn nats(&mut self, gateway: &InternetGatewayOutputs, subnets: &Subnets) -> BTreeMap<String, NatGatewayOutputs> {
        let public =
            self.inputs.tiers.iter().find(|(_, t)| t.access == Access::Public).and_then(|(name, _)| subnets.get(name));
        let private = self.inputs.tiers.values().any(|t| t.access == Access::Private);
        let (Some(public), true) = (public, private) else {
            return BTreeMap::new();
        };
        let zones = match self.inputs.nat() {
            Nat::None => 0,
            Nat::Single => 1,
            Nat::PerAz => self.zones.len(),
        };
        let letters: Vec<_> = self.zones.iter().take(zones).map(|z| z.letter.clone()).collect();
        let made = letters.into_iter().filter_map(|letter| {
            let subnet = public.get(&letter)?;
            let nat = self.nat(gateway, &letter, subnet);
            Some((letter, nat))
        });
        made.collect()
    }

    /// A NAT gateway maps a public address: while it does, the internet gateway can't be detached. So it depends on it, and goes first.
    fn nat(&mut self, gateway: &InternetGatewayOutputs, letter: &str, subnet: &SubnetOutputs) -> NatGatewayOutputs {
        let key = format!("eip-{letter}");
        let args = EipArgs { tags: self.named(&key).into(), ..Default::default() };
        let eip = self.here.child(key).after(gateway).add::<Eip>(args);
        let key = format!("nat-{letter}");
        let args = NatGatewayArgs {
            subnet_id: (&subnet.id).into(),
            allocation_id: (&eip.id).into(),
            tags: self.named(&key).into(),
            ..Default::default()
        };
        self.here.child(key).after(gateway).add::<NatGateway>(args)
    }

    /// A route table for each tier, and for private tiers one in each zone, so that a change of NAT only changes a route's target.
    pub fn tables(
        &mut self,
        vpc: &VpcOutputs,
        gateway: Option<&InternetGatewayOutputs>,
        nats: &BTreeMap<String, NatGatewayOutputs>,
        subnets: &Subnets,
    ) -> BTreeMap<String, Output<String>> {
        let inputs = self.inputs;
        let mut tables = BTreeMap::new();
        for (name, tier) in &inputs.tiers {
            let Some(subnets) = subnets.get(name) else {
                continue;
            };
            if tier.access != Access::Private {
                let route = RouteArgs { gateway_id: gateway.map(|g| g.id.clone()).into(), ..Default::default() };
                let route = Some(route).filter(|_| tier.access == Access::Public);
                let table = self.table(vpc, name, route, subnets.iter());
                tables.insert(name.clone(), table);
                continue;
            }
            for (letter, subnet) in subnets {
                let nat = nats.get(letter).or_else(|| nats.values().next());
                let route = nat.map(|nat| RouteArgs { nat_gateway_id: (&nat.id).into(), ..Default::default() });
                let key = format!("{name}-{letter}");
                let table = self.table(vpc, &key, route, [(letter, subnet)].into_iter());
                tables.insert(key, table);
            }
        }
        tables
    }

    /// A route table with a route to everywhere, if there is one, and the subnets that use it.
    fn table<'s>(
        &mut self,
        vpc: &VpcOutputs,
        key: &str,
        everywhere: Option<RouteArgs>,
        subnets: impl Iterator<Item = (&'s String, &'s SubnetOutputs)>,
    ) -> Output<String> {
        let name = format!("rtb-{key}");
        let tags = self.named(&name);
        let table = self.here.add::<RouteTable>(name, RouteTableArgs { vpc_id: (&vpc.id).into(), tags: tags.into() });
        if let Some(route) = everywhere {
            let all = Cidr::parse("0.0.0.0/0").unwrap_or_else(|why| unreachable!("{why}"));
            let route = RouteArgs { route_table_id: (&table.id).into(), destination_cidr_block: all.into(), ..route };
            self.here.add::<Route>(format!("route-{key}"), route);
        }
        for (letter, subnet) in subnets {
            let tier = key.split('-').next().unwrap_or(key);
            let args = RouteTableAssociationArgs { route_table_id: (&table.id).into(), subnet_id: (&subnet.id).into() };
            self.here.add::<RouteTableAssociation>(format!("assoc-{tier}-{letter}"), args);
        }
        table.id
    }

    /// The VPC's default security group, without any rules.
    pub fn lock(&mut self, vpc: &VpcOutputs) -> Output<String> {
        let tags = self.named("default-sg");
        let args = DefaultSecurityGroupArgs { vpc_id: (&vpc.id).into(), tags: tags.into(), ..Default::default() };
        self.here.add::<DefaultSecurityGroup>("default-sg", args).id
    }
}
