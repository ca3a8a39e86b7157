//! A VPC with subnets, gateways and routes.

mod args;
mod layout;

use std::collections::BTreeMap;

use pulumi_plugin::{
    Component, Error, Fault, Function as _, Knobs, Output, Outputs, Path, Result, Scope,
};

pub use args::{Access, Nat, NetworkArgs, Tier};
use layout::Layout;

use crate::aws::{Aws, Tags};
use crate::ec2::default_security_group::{DefaultSecurityGroup, DefaultSecurityGroupArgs};
use crate::ec2::eip::{Eip, EipArgs, EipOutputs};
use crate::ec2::get_availability_zones::{GetAvailabilityZones, GetAvailabilityZonesInputs};
use crate::ec2::internet_gateway::{InternetGateway, InternetGatewayArgs, InternetGatewayOutputs};
use crate::ec2::nat_gateway::{NatGateway, NatGatewayArgs, NatGatewayOutputs};
use crate::ec2::route::{Route, RouteArgs};
use crate::ec2::route_table::{RouteTable, RouteTableArgs};
use crate::ec2::route_table_association::{RouteTableAssociation, RouteTableAssociationArgs};
use crate::ec2::subnet::{Subnet, SubnetArgs, SubnetOutputs};
use crate::ec2::vpc::{Vpc, VpcArgs, VpcOutputs};
use crate::types::Cidr;

/// A VPC with subnets in several availability zones, gateways and routes.
///
/// Every subnet's range depends only on the VPC's range, its tier and its zone: zones and tiers that come later move nothing.
#[derive(Clone, Outputs)]
pub struct Network {
    /// The VPC's id.
    pub vpc_id: Output<String>,
    /// The VPC's IPv4 range.
    pub cidr: Output<String>,
    /// The name of each availability zone, by its letter.
    pub availability_zones: Output<BTreeMap<String, String>>,
    /// The ids of all subnets, by tier and zone letter.
    pub subnet_ids: Output<BTreeMap<String, BTreeMap<String, String>>>,
    /// The ids of the subnets of the tier `public`, by zone letter.
    pub public_subnet_ids: Output<BTreeMap<String, String>>,
    /// The ids of the subnets of the tier `app`, by zone letter.
    pub app_subnet_ids: Output<BTreeMap<String, String>>,
    /// The ids of the subnets of the tier `data`, by zone letter.
    pub data_subnet_ids: Output<BTreeMap<String, String>>,
    /// The ids of the route tables, by tier, or by tier and zone letter where each zone has its own.
    pub route_table_ids: Output<BTreeMap<String, String>>,
    /// The public IPv4 addresses from which private subnets reach the internet, by zone letter.
    pub nat_public_ips: Output<BTreeMap<String, String>>,
    /// The id of the VPC's default security group.
    pub default_security_group_id: Output<String>,
    /// The URN of every child, by its key.
    pub child_urns: Output<BTreeMap<String, String>>,
    /// The controls of AWS Foundational Security Best Practices that the network meets.
    pub controls: Output<Vec<String>>,
    /// Those that it doesn't meet, each with the reason.
    pub controls_open: Output<Vec<String>>,
}

/// An availability zone: the letter by which children are named, and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    letter: String,
    name: String,
}

impl Component for Network {
    const TOKEN: &'static str = "gitinfra:index:Network";
    type Session = Aws;
    type Args = NetworkArgs;
    type Facts = Vec<Zone>;

    fn check(args: &NetworkArgs) -> Vec<Fault> {
        args.faults()
    }

    fn knobs(args: &NetworkArgs) -> Knobs {
        args.shared.knobs()
    }

    async fn look(aws: &Aws, args: &NetworkArgs) -> Result<Vec<Zone>> {
        let region = GetAvailabilityZones::call(aws, &GetAvailabilityZonesInputs::default())
            .await?
            .names;
        let names = match &args.availability_zones {
            Some(names) => {
                args::known(names, &region).map_err(Error::invalid)?;
                names.clone()
            }
            None => region
                .into_iter()
                .take(args.availability_zone_count as usize)
                .collect(),
        };
        let zones: Vec<_> = names
            .into_iter()
            .map(|name| Zone {
                letter: letter(&name, aws.region()),
                name,
            })
            .collect();
        match args.availability_zones.is_none()
            && zones.len() < args.availability_zone_count as usize
        {
            true => {
                let why = format!(
                    "{} has only {} availability zones",
                    aws.region(),
                    zones.len()
                );
                Err(Fault::new("availabilityZoneCount", why).into())
            }
            false => Ok(zones),
        }
    }

    fn build(here: &mut Scope, args: NetworkArgs, zones: Vec<Zone>) -> Result<Self> {
        let places = places(&args, &zones).map_err(Error::invalid)?;
        let mut site = Site {
            here,
            args: &args,
            zones: &zones,
        };
        // The slow ones first: what NAT gateways need, then everything else.
        let vpc = site.vpc();
        let public = args.tiers.values().any(|t| t.access == Access::Public);
        let gateway = public.then(|| site.gateway(&vpc));
        let mut subnets: BTreeMap<String, BTreeMap<String, SubnetOutputs>> = BTreeMap::new();
        for (tier, zone, cidr) in places {
            let subnet = site.subnet(&vpc, tier, zone, cidr);
            subnets
                .entry(tier.to_owned())
                .or_default()
                .insert(zone.letter.clone(), subnet);
        }
        let nats = match &gateway {
            Some(gateway) => site.nats(gateway, &subnets),
            None => BTreeMap::new(),
        };
        let tables = site.tables(&vpc, gateway.as_ref(), &nats, &subnets);
        let locked = args.lock_default_security_group;
        let default_group = match locked {
            true => site.lock(&vpc),
            false => vpc.default_security_group_id.clone(),
        };
        let ids = |tier: &str| {
            let ids = subnets
                .get(tier)
                .into_iter()
                .flatten()
                .map(|(letter, subnet)| (letter.clone(), subnet.id.clone()));
            Output::all_by_key(ids)
        };
        Ok(Network {
            vpc_id: vpc.id.clone(),
            cidr: Output::known(args.cidr.to_string()),
            availability_zones: Output::known(
                zones
                    .iter()
                    .map(|z| (z.letter.clone(), z.name.clone()))
                    .collect(),
            ),
            subnet_ids: Output::all_by_key(subnets.keys().map(|tier| (tier.clone(), ids(tier)))),
            public_subnet_ids: ids("public"),
            app_subnet_ids: ids("app"),
            data_subnet_ids: ids("data"),
            route_table_ids: Output::all_by_key(tables),
            nat_public_ips: Output::all_by_key(
                nats.into_iter()
                    .map(|(letter, nat)| (letter, nat.public_ip.map(Option::unwrap_or_default))),
            ),
            default_security_group_id: default_group,
            child_urns: here.child_urns(),
            controls: Output::known(controls(locked)),
            controls_open: Output::known(controls_open(locked)),
        })
    }
}

/// The letter of a zone: what its name has after the region's. Local zones keep all that is theirs.
fn letter(name: &str, region: &str) -> String {
    name.strip_prefix(region)
        .unwrap_or(name)
        .trim_start_matches('-')
        .to_owned()
}

/// Every subnet's tier, zone and range, in reading order.
fn places<'a>(
    args: &'a NetworkArgs,
    zones: &'a [Zone],
) -> Result<Vec<(&'a str, &'a Zone, Cidr)>, Vec<Fault>> {
    let (mut places, mut faults) = (Vec::new(), Vec::new());
    for (name, tier) in &args.tiers {
        for zone in zones {
            let at = Path::root().key("tiers").key(name);
            match place(args, name, tier, zone) {
                Ok(cidr) => places.push((name.as_str(), zone, cidr)),
                Err(why) => faults.push(Fault { at, why }),
            }
        }
    }
    if faults.is_empty() {
        Ok(places)
    } else {
        Err(faults)
    }
}

fn place(args: &NetworkArgs, name: &str, tier: &Tier, zone: &Zone) -> Result<Cidr, String> {
    if !tier.cidrs.is_empty() {
        let cidr = tier.cidrs.get(&zone.letter).copied();
        return cidr.ok_or_else(|| format!("`cidrs` has no range for zone `{}`", zone.letter));
    }
    let slot = match zone.letter.as_bytes() {
        [letter @ b'a'..=b'z'] => letter - b'a',
        _ => {
            return Err(format!(
                "zone `{}` has no single letter: give the tier's `cidrs`",
                zone.name
            ));
        }
    };
    let layout =
        Layout::of(args.cidr).ok_or_else(|| format!("`{}` is too small to be cut", args.cidr))?;
    layout.subnet(tier.block(name).unwrap_or(u8::MAX), slot, tier.mask)
}

/// Where the children are added.
struct Site<'a> {
    here: &'a mut Scope,
    args: &'a NetworkArgs,
    zones: &'a [Zone],
}

type Subnets = BTreeMap<String, BTreeMap<String, SubnetOutputs>>;

impl Site<'_> {
    /// A child is found in the console by the name that it has in the program.
    fn named(&self, key: &str) -> Tags {
        Tags::from([("Name".into(), format!("{}-{key}", self.here.name()))])
    }

    fn vpc(&mut self) -> VpcOutputs {
        let tags = Tags::from([("Name".into(), self.here.name().to_owned())]);
        self.here.add::<Vpc>(
            "vpc",
            VpcArgs {
                cidr_block: self.args.cidr.into(),
                tags: tags.into(),
                ..Default::default()
            },
        )
    }

    fn gateway(&mut self, vpc: &VpcOutputs) -> InternetGatewayOutputs {
        let tags = self.named("igw");
        let args = InternetGatewayArgs {
            vpc_id: (&vpc.id).into(),
            tags: tags.into(),
        };
        self.here.add::<InternetGateway>("igw", args)
    }

    fn subnet(&mut self, vpc: &VpcOutputs, tier: &str, zone: &Zone, cidr: Cidr) -> SubnetOutputs {
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
    fn nats(
        &mut self,
        gateway: &InternetGatewayOutputs,
        subnets: &Subnets,
    ) -> BTreeMap<String, NatGatewayOutputs> {
        let public = self
            .args
            .tiers
            .iter()
            .find(|(_, t)| t.access == Access::Public)
            .and_then(|(name, _)| subnets.get(name));
        let private = self
            .args
            .tiers
            .values()
            .any(|t| t.access == Access::Private);
        let (Some(public), true) = (public, private) else {
            return BTreeMap::new();
        };
        let zones = match self.args.nat() {
            Nat::None => 0,
            Nat::Single => 1,
            Nat::PerAz => self.zones.len(),
        };
        let letters: Vec<_> = self
            .zones
            .iter()
            .take(zones)
            .map(|z| z.letter.clone())
            .collect();
        let made = letters.into_iter().filter_map(|letter| {
            let subnet = public.get(&letter)?;
            let nat = self.nat(gateway, &letter, subnet);
            Some((letter, nat))
        });
        made.collect()
    }

    /// A NAT gateway maps a public address: while it does, the internet gateway can't be detached. So it depends on it, and goes first.
    fn nat(
        &mut self,
        gateway: &InternetGatewayOutputs,
        letter: &str,
        subnet: &SubnetOutputs,
    ) -> NatGatewayOutputs {
        let tags = self.named(&format!("eip-{letter}"));
        let eip: EipOutputs = self.here.add::<Eip>(
            format!("eip-{letter}"),
            EipArgs {
                tags: Output::known(tags).depends_on(&gateway.urn).into(),
                ..Default::default()
            },
        );
        let args = NatGatewayArgs {
            subnet_id: subnet.id.depends_on(&gateway.urn).into(),
            allocation_id: (&eip.id).into(),
            tags: self.named(&format!("nat-{letter}")).into(),
            ..Default::default()
        };
        self.here.add::<NatGateway>(format!("nat-{letter}"), args)
    }

    /// A route table for each tier, and for private tiers one in each zone, so that a change of NAT only changes a route's target.
    fn tables(
        &mut self,
        vpc: &VpcOutputs,
        gateway: Option<&InternetGatewayOutputs>,
        nats: &BTreeMap<String, NatGatewayOutputs>,
        subnets: &Subnets,
    ) -> BTreeMap<String, Output<String>> {
        let args = self.args;
        let mut tables = BTreeMap::new();
        for (name, tier) in &args.tiers {
            let Some(subnets) = subnets.get(name) else {
                continue;
            };
            if tier.access != Access::Private {
                let route = RouteArgs {
                    gateway_id: gateway.map(|g| g.id.clone()).into(),
                    ..Default::default()
                };
                let route = Some(route).filter(|_| tier.access == Access::Public);
                let table = self.table(vpc, name, route, subnets.iter());
                tables.insert(name.clone(), table);
                continue;
            }
            for (letter, subnet) in subnets {
                let nat = nats.get(letter).or_else(|| nats.values().next());
                let route = nat.map(|nat| RouteArgs {
                    nat_gateway_id: (&nat.id).into(),
                    ..Default::default()
                });
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
        let table = self.here.add::<RouteTable>(
            name,
            RouteTableArgs {
                vpc_id: (&vpc.id).into(),
                tags: tags.into(),
            },
        );
        if let Some(route) = everywhere {
            let all = Cidr::parse("0.0.0.0/0").unwrap_or_else(|why| unreachable!("{why}"));
            let route = RouteArgs {
                route_table_id: (&table.id).into(),
                destination_cidr_block: all.into(),
                ..route
            };
            self.here.add::<Route>(format!("route-{key}"), route);
        }
        for (letter, subnet) in subnets {
            let tier = key.split('-').next().unwrap_or(key);
            let args = RouteTableAssociationArgs {
                route_table_id: (&table.id).into(),
                subnet_id: (&subnet.id).into(),
            };
            self.here
                .add::<RouteTableAssociation>(format!("assoc-{tier}-{letter}"), args);
        }
        table.id
    }

    fn lock(&mut self, vpc: &VpcOutputs) -> Output<String> {
        let tags = self.named("default-sg");
        let args = DefaultSecurityGroupArgs {
            vpc_id: (&vpc.id).into(),
            tags: tags.into(),
            ..Default::default()
        };
        self.here.add::<DefaultSecurityGroup>("default-sg", args).id
    }
}

/// What the network meets: <https://docs.aws.amazon.com/securityhub/latest/userguide/fsbp-standard.html>.
fn controls(locked: bool) -> Vec<String> {
    let lock = locked.then_some("EC2.2");
    lock.into_iter()
        .chain(["EC2.15"])
        .map(str::to_owned)
        .collect()
}

fn controls_open(locked: bool) -> Vec<String> {
    let lock = (!locked).then_some("EC2.2: lockDefaultSecurityGroup is off");
    let others = [
        "EC2.6: the VPC has no flow logs",
        "EC2.10: the VPC has no endpoint for EC2",
        "EC2.172: the account does not block internet gateways, since this network has one",
    ];
    lock.into_iter().chain(others).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::letter;

    #[test]
    fn names_zones_by_letter() {
        for (name, region, expected) in [
            ("ap-northeast-1a", "ap-northeast-1", "a"),
            ("us-west-2-lax-1a", "us-west-2", "lax-1a"),
        ] {
            assert_eq!(letter(name, region), expected);
        }
    }
}
