//! A VPC with subnets, gateways and routes.

mod addresses;
mod existing;
mod inputs;
mod layout;
mod places;
mod rules;
mod site;
mod zones;

use std::collections::BTreeMap;

use pulumi_plugin::{Component, Error, Fault, Knobs, Output, Outputs, Result, Scope};

use self::existing::Existing;
pub use self::inputs::{Access, Nat, NetworkArgs, NetworkInputs, NetworkSettings, NetworkSettingsArgs, Tier};
use self::places::places;
use self::site::{Site, Subnets};
use self::zones::Zones;
use crate::aws::Aws;
use crate::components::Report;

/// A VPC with subnets in several availability zones, gateways and routes.
///
/// Every subnet's range depends only on the VPC's range, its tier and its zone: zones and tiers that come later move nothing.
#[derive(Clone, Outputs)]
pub struct Network {
    /// The VPC's id.
    #[prop(early)]
    pub vpc_id: Output<String>,
    /// The VPC's IPv4 range.
    #[prop(early)]
    pub cidr: Output<String>,
    /// The name of each availability zone, by its letter.
    pub availability_zones: Output<BTreeMap<String, String>>,
    /// The ids of the subnets of each tier, in the order of their zones' letters.
    pub subnet_ids: Output<BTreeMap<String, Vec<String>>>,
    /// The id of each subnet, by zone letter and tier: `subnetsByZone.a.app`.
    pub subnets_by_zone: Output<BTreeMap<String, BTreeMap<String, String>>>,
    /// The ids of the subnets of the tier `public`, in the order of their zones' letters.
    #[prop(early)]
    pub public_subnet_ids: Output<Vec<String>>,
    /// The ids of the subnets of the tier `app`, in the order of their zones' letters.
    pub app_subnet_ids: Output<Vec<String>>,
    /// The ids of the subnets of the tier `data`, in the order of their zones' letters.
    #[prop(early)]
    pub data_subnet_ids: Output<Vec<String>>,
    /// The ids of the route tables, by tier, or by tier and zone letter where each zone has its own.
    pub route_table_ids: Output<BTreeMap<String, String>>,
    /// The public IPv4 addresses from which private subnets reach the internet, by zone letter; those of a regional NAT gateway by the addresses themselves.
    pub nat_public_ips: Output<BTreeMap<String, String>>,
    /// The IPv6 range of the VPC, if it has one.
    pub ipv6_cidr: Option<Output<String>>,
    /// The id of the VPC's default security group.
    pub default_security_group_id: Output<String>,
    /// The name of the DB subnet group, if there are `subnetGroups`, and subnets in two availability zones.
    pub db_subnet_group_name: Option<Output<String>>,
    /// The name of the cache subnet group, if there are `subnetGroups`.
    pub cache_subnet_group_name: Option<Output<String>>,
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

/// What is known of where the network is.
pub enum Ground {
    /// The zones that it is made in.
    Zones(Zones),
    /// The VPC that there is already.
    Existing(Box<Existing>),
}

impl Component for Network {
    const TOKEN: &'static str = "gitinfra:index:Network";
    type Session = Aws;
    type Inputs = NetworkInputs;
    type Facts = Ground;

    fn check(inputs: &NetworkInputs) -> Vec<Fault> {
        rules::faults(inputs)
    }

    fn knobs(inputs: &NetworkInputs) -> Knobs {
        inputs.shared.knobs()
    }

    async fn look(aws: &Aws, inputs: &NetworkInputs) -> Result<Ground> {
        match &inputs.settings.vpc_id {
            Some(vpc) => Ok(Ground::Existing(Box::new(Existing::of(aws, vpc, &inputs.settings.subnet_ids).await?))),
            None => {
                addresses::look(aws, inputs).await?;
                Ok(Ground::Zones(zones::look(aws, &inputs.settings).await?))
            }
        }
    }

    fn build(here: &mut Scope, inputs: NetworkInputs, ground: Ground) -> Result<Self> {
        match ground {
            Ground::Zones(zones) => {
                zones.notes.into_iter().for_each(|line| here.note(line));
                made(here, &inputs, &zones.all)
            }
            Ground::Existing(existing) => Ok(existing.told(here, &inputs)),
        }
    }
}

/// A network with all that it is made of.
fn made(here: &mut Scope, inputs: &NetworkInputs, zones: &[Zone]) -> Result<Network> {
    let places = places(&inputs.settings, zones).map_err(Error::invalid)?;
    let mut site = Site { here, inputs, zones };
    // The slow ones first: what NAT gateways need, then everything else.
    let vpc = site.vpc();
    let ranges = site.ranges(&vpc);
    let gateway = site.gateway(&vpc);
    let mut subnets = Subnets::new();
    for place in places {
        let subnet = site.subnet(&vpc, &ranges, &place);
        subnets.entry(place.tier.to_owned()).or_default().insert(place.zone.letter.clone(), subnet);
    }
    let nats = site.nats(&vpc, gateway.as_ref(), &subnets);
    let outwards = site.outwards(&vpc, ranges.ipv6.as_ref());
    let tables = site.tables(&vpc, &site::Ways { gateway, nats: &nats, outwards, ipv6: ranges.ipv6.clone() }, &subnets);
    let default_group = match inputs.settings.lock_default_security_group {
        true => site.lock(&vpc),
        false => vpc.default_security_group_id.clone(),
    };
    let groups = site.subnet_groups(&ids(&subnets, "data"), zones.len());
    if inputs.flow_logs() {
        site.flow_log(&vpc.id);
    }
    let by_zone = zones.iter().map(|zone| (zone.letter.clone(), by_tier(&subnets, zone)));
    Ok(Network {
        vpc_id: vpc.id.clone(),
        cidr: Output::known(inputs.settings.cidr.to_string()),
        availability_zones: Output::known(zones.iter().map(|z| (z.letter.clone(), z.name.clone())).collect()),
        subnet_ids: Output::all_by_key(subnets.keys().map(|tier| (tier.clone(), ids(&subnets, tier)))),
        subnets_by_zone: Output::all_by_key(by_zone),
        public_subnet_ids: tables.ready("public", &ids(&subnets, "public")),
        app_subnet_ids: tables.ready("app", &ids(&subnets, "app")),
        data_subnet_ids: tables.ready("data", &ids(&subnets, "data")),
        route_table_ids: Output::all_by_key(tables.ids),
        nat_public_ips: nats.public_ips(),
        ipv6_cidr: ranges.ipv6.map(|range| range.block),
        default_security_group_id: default_group,
        db_subnet_group_name: groups.database,
        cache_subnet_group_name: groups.cache,
        report: report(here, inputs),
    })
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

fn report(here: &Scope, inputs: &NetworkInputs) -> Report {
    let locked = inputs.settings.lock_default_security_group;
    let report = Report::of(here);
    let report = match inputs.nat() {
        Nat::Instance if inputs.settings.has(Access::Private) => {
            report.open("EC2.9", "the NAT instance has a public address")
        }
        _ => report,
    };
    report
        .meets_if(locked, "EC2.2", "lockDefaultSecurityGroup is off")
        .meets_if(inputs.flow_logs(), "EC2.6", "the VPC has no flow logs")
        .meets("EC2.15")
        .meets("EC2.16")
        .meets("EC2.18")
        .meets("EC2.19")
        .meets("EC2.21")
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
