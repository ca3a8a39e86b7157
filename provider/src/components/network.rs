//! A VPC with subnets, gateways and routes.

mod inputs;
mod layout;
mod site;

use std::collections::BTreeMap;

use pulumi_plugin::{Component, Error, Fault, Function as _, Knobs, Output, Outputs, Path, Result, Scope};

pub use inputs::{Access, Nat, NetworkArgs, NetworkInputs, Tier};
use layout::Layout;
use site::{Site, Subnets};

use crate::aws::Aws;
use crate::components::Report;
use crate::ec2::get_availability_zones::{GetAvailabilityZones, GetAvailabilityZonesInputs};
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
    /// The ids of the subnets of each tier, in the order of their zones' letters.
    pub subnet_ids: Output<BTreeMap<String, Vec<String>>>,
    /// The id of each subnet, by zone letter and tier: `subnetsByZone.a.app`.
    pub subnets_by_zone: Output<BTreeMap<String, BTreeMap<String, String>>>,
    /// The ids of the subnets of the tier `public`, in the order of their zones' letters.
    pub public_subnet_ids: Output<Vec<String>>,
    /// The ids of the subnets of the tier `app`, in the order of their zones' letters.
    pub app_subnet_ids: Output<Vec<String>>,
    /// The ids of the subnets of the tier `data`, in the order of their zones' letters.
    pub data_subnet_ids: Output<Vec<String>>,
    /// The ids of the route tables, by tier, or by tier and zone letter where each zone has its own.
    pub route_table_ids: Output<BTreeMap<String, String>>,
    /// The public IPv4 addresses from which private subnets reach the internet, by zone letter.
    pub nat_public_ips: Output<BTreeMap<String, String>>,
    /// The id of the VPC's default security group.
    pub default_security_group_id: Output<String>,
    /// What every component gives.
    #[prop(flatten)]
    pub report: Report,
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
    type Inputs = NetworkInputs;
    type Facts = Vec<Zone>;

    fn check(inputs: &NetworkInputs) -> Vec<Fault> {
        inputs.faults()
    }

    fn knobs(inputs: &NetworkInputs) -> Knobs {
        inputs.shared.knobs()
    }

    async fn look(aws: &Aws, inputs: &NetworkInputs) -> Result<Vec<Zone>> {
        let region = GetAvailabilityZones::call(aws, &GetAvailabilityZonesInputs::default()).await?.names;
        let names = match &inputs.availability_zones {
            Some(names) => {
                inputs::known(names, &region).map_err(Error::invalid)?;
                names.clone()
            }
            None => region.into_iter().take(inputs.availability_zone_count as usize).collect(),
        };
        let zones: Vec<_> = names.into_iter().map(|name| Zone { letter: letter(&name, aws.region()), name }).collect();
        match inputs.availability_zones.is_none() && zones.len() < inputs.availability_zone_count as usize {
            true => {
                let why = format!("{} has only {} availability zones", aws.region(), zones.len());
                Err(Fault::new("availabilityZoneCount", why).into())
            }
            false => Ok(zones),
        }
    }

    fn build(here: &mut Scope, inputs: NetworkInputs, zones: Vec<Zone>) -> Result<Self> {
        let places = places(&inputs, &zones).map_err(Error::invalid)?;
        let mut site = Site { here, inputs: &inputs, zones: &zones };
        // The slow ones first: what NAT gateways need, then everything else.
        let vpc = site.vpc();
        let public = inputs.tiers.values().any(|t| t.access == Access::Public);
        let gateway = public.then(|| site.gateway(&vpc));
        let mut subnets = Subnets::new();
        for (tier, zone, cidr) in places {
            let subnet = site.subnet(&vpc, tier, zone, cidr);
            subnets.entry(tier.to_owned()).or_default().insert(zone.letter.clone(), subnet);
        }
        let nats = match &gateway {
            Some(gateway) => site.nats(gateway, &subnets),
            None => BTreeMap::new(),
        };
        let tables = site.tables(&vpc, gateway.as_ref(), &nats, &subnets);
        let locked = inputs.lock_default_security_group;
        let default_group = match locked {
            true => site.lock(&vpc),
            false => vpc.default_security_group_id.clone(),
        };
        let nat_ips = nats.into_iter().map(|(letter, nat)| (letter, nat.public_ip.map(Option::unwrap_or_default)));
        Ok(Network {
            vpc_id: vpc.id.clone(),
            cidr: Output::known(inputs.cidr.to_string()),
            availability_zones: Output::known(zones.iter().map(|z| (z.letter.clone(), z.name.clone())).collect()),
            subnet_ids: Output::all_by_key(subnets.keys().map(|tier| (tier.clone(), ids(&subnets, tier)))),
            subnets_by_zone: Output::all_by_key(
                zones.iter().map(|zone| (zone.letter.clone(), by_tier(&subnets, zone))),
            ),
            public_subnet_ids: ids(&subnets, "public"),
            app_subnet_ids: ids(&subnets, "app"),
            data_subnet_ids: ids(&subnets, "data"),
            route_table_ids: Output::all_by_key(tables),
            nat_public_ips: Output::all_by_key(nat_ips),
            default_security_group_id: default_group,
            report: report(here, locked),
        })
    }
}

/// The ids of the subnets of a tier, in the order of their zones' letters.
fn ids(subnets: &Subnets, tier: &str) -> Output<Vec<String>> {
    Output::all(subnets.get(tier).into_iter().flatten().map(|(_, subnet)| subnet.id.clone()))
}

/// The ids of the subnets of a zone, by their tier.
fn by_tier(subnets: &Subnets, zone: &Zone) -> Output<BTreeMap<String, String>> {
    let here = subnets.iter().filter_map(|(tier, zones)| Some((tier.clone(), zones.get(&zone.letter)?.id.clone())));
    Output::all_by_key(here)
}

/// The letter of a zone: what its name has after the region's. Local zones keep all that is theirs.
fn letter(name: &str, region: &str) -> String {
    name.strip_prefix(region).unwrap_or(name).trim_start_matches('-').to_owned()
}

/// Every subnet's tier, zone and range, in reading order.
fn places<'a>(
    inputs: &'a NetworkInputs,
    zones: &'a [Zone],
) -> Result<Vec<(&'a str, &'a Zone, Cidr<16, 28>)>, Vec<Fault>> {
    let (mut places, mut faults) = (Vec::new(), Vec::new());
    for (name, tier) in &inputs.tiers {
        for zone in zones {
            let at = Path::root().key("tiers").key(name);
            match place(inputs, name, tier, zone) {
                Ok(cidr) => places.push((name.as_str(), zone, cidr)),
                Err(why) => faults.push(Fault { at, why }),
            }
        }
    }
    if faults.is_empty() { Ok(places) } else { Err(faults) }
}

fn place(inputs: &NetworkInputs, name: &str, tier: &Tier, zone: &Zone) -> Result<Cidr<16, 28>, String> {
    if !tier.cidrs.is_empty() {
        let cidr = tier.cidrs.get(&zone.letter).copied();
        return cidr.ok_or_else(|| format!("`cidrs` has no range for zone `{}`", zone.letter));
    }
    let slot = match zone.letter.as_bytes() {
        [letter @ b'a'..=b'z'] => letter - b'a',
        _ => {
            return Err(format!("zone `{}` has no single letter: give the tier's `cidrs`", zone.name));
        }
    };
    let layout = Layout::of(inputs.cidr).ok_or_else(|| format!("`{}` is too small to be cut", inputs.cidr))?;
    layout.subnet(tier.block(name).unwrap_or(u8::MAX), slot, tier.mask)
}

fn report(here: &Scope, locked: bool) -> Report {
    Report::of(here)
        .meets_if(locked, "EC2.2", "lockDefaultSecurityGroup is off")
        .meets("EC2.15")
        .open("EC2.6", "the VPC has no flow logs")
        .open("EC2.10", "the VPC has no endpoint for EC2")
        .open("EC2.172", "the account does not block internet gateways, since this network has one")
}

#[cfg(test)]
mod tests {
    use super::letter;

    #[test]
    fn names_zones_by_letter() {
        for (name, region, expected) in
            [("ap-northeast-1a", "ap-northeast-1", "a"), ("us-west-2-lax-1a", "us-west-2", "lax-1a")]
        {
            assert_eq!(letter(name, region), expected);
        }
    }
}
