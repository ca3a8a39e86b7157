//! The NAT gateways of a network or its NAT instance, and the egress-only internet gateway.

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::Output;

use super::nat_instance::NatInstance;
use super::{Range, Site, Subnets};
use crate::components::network::inputs::{Access, Nat};
use crate::ec2::egress_only_internet_gateway::{EgressOnlyInternetGateway, EgressOnlyInternetGatewayArgs};
use crate::ec2::eip::{Eip, EipArgs};
use crate::ec2::internet_gateway::InternetGatewayOutputs;
use crate::ec2::nat_gateway::{
    AvailabilityMode, AvailabilityZoneAddress, NatGateway, NatGatewayArgs, NatGatewayOutputs,
};
use crate::ec2::route::RouteArgs;
use crate::ec2::subnet::SubnetOutputs;
use crate::ec2::vpc::VpcOutputs;

/// What private subnets reach the internet through.
pub enum Nats {
    /// One in each of these zones, by letter.
    Zonal(BTreeMap<String, NatGatewayOutputs>),
    /// One for all zones.
    Regional(Box<NatGatewayOutputs>),
    /// An instance in their place.
    Instance(NatInstance),
}

impl Nats {
    /// The target of the route by which a zone reaches the internet: its own NAT gateway, or the only one.
    pub fn route(&self, letter: &str) -> Option<RouteArgs> {
        let through = |nat: &NatGatewayOutputs| RouteArgs { nat_gateway_id: (&nat.id).into(), ..Default::default() };
        match self {
            Nats::Zonal(zones) => zones.get(letter).or_else(|| zones.values().next()).map(through),
            Nats::Regional(nat) => Some(through(nat)),
            Nats::Instance(nat) => {
                Some(RouteArgs { network_interface_id: (&nat.interface_id).into(), ..Default::default() })
            }
        }
    }

    /// The public addresses, by the letter of the zone, or by themselves.
    pub fn public_ips(self) -> Output<BTreeMap<String, String>> {
        match self {
            Nats::Zonal(zones) => Output::all_by_key(
                zones.into_iter().map(|(letter, nat)| (letter, nat.public_ip.map(Option::unwrap_or_default))),
            ),
            Nats::Regional(nat) => nat.public_ips.map(|ips| ips.into_iter().map(|ip| (ip.clone(), ip)).collect()),
            Nats::Instance(nat) => nat.public_ip.map(move |ip| BTreeMap::from([(nat.letter, ip)])),
        }
    }
}

impl Site<'_> {
    /// Whether private subnets share a NAT gateway that is in no subnet.
    pub fn is_regional(&self) -> bool {
        self.inputs.nat() == Nat::Regional && self.inputs.settings.has(Access::Private)
    }

    /// The NAT gateways.
    pub fn nats(&mut self, vpc: &VpcOutputs, gateway: Option<&InternetGatewayOutputs>, subnets: &Subnets) -> Nats {
        let settings = &self.inputs.settings;
        let mut tiers = settings.tiers.iter();
        let public = tiers.find(|(_, t)| t.access == Access::Public).and_then(|(name, _)| subnets.get(name));
        match (gateway, public) {
            (Some(gateway), _) if self.is_regional() => Nats::Regional(Box::new(self.regional(vpc, gateway))),
            (Some(gateway), Some(public)) if settings.has(Access::Private) => match public.first_key_value() {
                Some(first) if self.inputs.nat() == Nat::Instance => {
                    Nats::Instance(self.nat_instance(vpc, gateway, first))
                }
                _ => self.zonal(gateway, public),
            },
            _ => Nats::Zonal(BTreeMap::new()),
        }
    }

    fn zonal(&mut self, gateway: &InternetGatewayOutputs, public: &BTreeMap<String, SubnetOutputs>) -> Nats {
        let zones = match self.inputs.nat() {
            Nat::None | Nat::Regional | Nat::Instance => 0,
            Nat::Single => 1,
            Nat::PerAz => self.zones.len(),
        };
        let letters: Vec<_> = self.zones.iter().take(zones).map(|z| z.letter.clone()).collect();
        let made = letters.into_iter().filter_map(|letter| {
            let subnet = public.get(&letter)?;
            let nat = self.nat(gateway, &letter, subnet);
            Some((letter, nat))
        });
        Nats::Zonal(made.collect())
    }

    /// A NAT gateway maps a public address: while it does, the internet gateway can't be detached. So it depends on it, and goes first.
    fn nat(&mut self, gateway: &InternetGatewayOutputs, letter: &str, subnet: &SubnetOutputs) -> NatGatewayOutputs {
        let allocation = match self.inputs.settings.nat_allocation_ids.get(letter) {
            Some(own) => own.clone(),
            None => self.address(gateway, letter),
        };
        let key = format!("nat-{letter}");
        let args = NatGatewayArgs {
            subnet_id: (&subnet.id).into(),
            allocation_id: allocation.into(),
            tags: self.named(&key).into(),
            ..Default::default()
        };
        self.here.child(key).after(gateway).add::<NatGateway>(args)
    }

    fn address(&mut self, gateway: &InternetGatewayOutputs, letter: &str) -> Output<String> {
        let key = format!("eip-{letter}");
        let args = EipArgs { tags: self.named(&key).into(), ..Default::default() };
        self.here.child(key).after(gateway).add::<Eip>(args).id
    }

    /// The NAT gateway of the whole VPC. AWS gives it addresses, unless it has some of its own in each zone.
    fn regional(&mut self, vpc: &VpcOutputs, gateway: &InternetGatewayOutputs) -> NatGatewayOutputs {
        let own = &self.inputs.settings.nat_allocation_ids;
        let own = self.zones.iter().filter_map(|zone| Some((zone.name.clone(), own.get(&zone.letter)?)));
        let own: Vec<_> = own
            .map(|(zone, id)| {
                id.map(|id| AvailabilityZoneAddress {
                    availability_zone: Some(zone),
                    availability_zone_id: None,
                    allocation_ids: BTreeSet::from([id]),
                })
            })
            .collect();
        let args = NatGatewayArgs {
            availability_mode: AvailabilityMode::Regional.into(),
            vpc_id: (&vpc.id).into(),
            availability_zone_addresses: Output::all(own).into(),
            tags: self.named("nat").into(),
            ..Default::default()
        };
        self.here.child("nat").after(gateway).add::<NatGateway>(args)
    }

    /// The egress-only internet gateway, through which private subnets reach the internet by IPv6.
    pub fn outwards(&mut self, vpc: &VpcOutputs, ipv6: Option<&Range>) -> Option<Output<String>> {
        let tags = self.named("eigw");
        let args = EgressOnlyInternetGatewayArgs { vpc_id: (&vpc.id).into(), tags: tags.into() };
        let wanted = ipv6.is_some() && self.inputs.settings.has(Access::Private);
        wanted.then(|| self.here.add::<EgressOnlyInternetGateway>("eigw", args).id)
    }
}
