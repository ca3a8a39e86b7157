//! A VPC that there is already, told as a network.

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::{Error, Fault, Function as _, Output, Path, Result, Scope, nearest};

use super::site::Site;
use super::{Network, NetworkInputs, Zone, letter};
use crate::aws::{Aws, Doing as _};
use crate::components::Report;
use crate::ec2::filter;
use crate::ec2::get_subnets::{FoundSubnet, GetSubnets, GetSubnetsInputs};
use crate::ec2::get_vpc::{GetVpc, GetVpcInputs, GetVpcResult};
use crate::ec2::groups::default_of;

/// What is known of a VPC that there is already.
pub struct Existing {
    vpc: GetVpcResult,
    /// Its subnets by their tiers, in the order of their zones' letters.
    subnets: BTreeMap<String, Vec<Found>>,
    default_group: String,
}

/// A subnet that there is already.
#[derive(Clone)]
struct Found {
    id: String,
    zone: Zone,
    table: String,
    maps_public_ip: bool,
}

impl Existing {
    /// Looks at the VPC of an id, and at its subnets by tier.
    pub async fn of(aws: &Aws, vpc: &str, asked: &BTreeMap<String, Vec<String>>) -> Result<Existing> {
        let get = GetVpcInputs { id: Some(vpc.to_owned()), cidr_block: None, default: None, tags: Default::default() };
        let vpc = GetVpc::call(aws, &get).await?;
        let get =
            GetSubnetsInputs { vpc_id: vpc.vpc_id.clone(), availability_zones: Vec::new(), tags: Default::default() };
        let there = GetSubnets::call(aws, &get).await?.subnets;
        faults(&vpc.vpc_id, &there, asked).map_err(Error::invalid)?;
        let tables = tables(aws, &vpc.vpc_id).await?;
        let found = |id: &String| {
            let subnet = there.iter().find(|subnet| subnet.subnet_id == *id)?;
            let name = subnet.availability_zone.clone();
            let table = tables.get(id).unwrap_or(&vpc.main_route_table_id).clone();
            let zone = Zone { letter: letter(&name, aws.region()), name };
            Some(Found { id: id.clone(), zone, table, maps_public_ip: subnet.map_public_ip_on_launch })
        };
        let mut subnets: BTreeMap<_, Vec<Found>> =
            asked.iter().map(|(tier, ids)| (tier.clone(), ids.iter().filter_map(found).collect())).collect();
        subnets.values_mut().for_each(|tier| tier.sort_by(|a, b| a.zone.letter.cmp(&b.zone.letter)));
        let group = default_of(aws, &vpc.vpc_id).await?.and_then(|group| group.group_id);
        Ok(Existing { vpc, subnets, default_group: group.unwrap_or_default() })
    }

    /// The network that it is.
    pub fn told(&self, here: &mut Scope, inputs: &NetworkInputs) -> Network {
        let vpc_id = Output::known(self.vpc.vpc_id.clone());
        let zones: BTreeMap<_, _> =
            self.all().map(|found| (found.zone.letter.clone(), found.zone.name.clone())).collect();
        let mut site = Site { here, inputs, zones: &[] };
        let data = self.zones_of("data");
        let groups = site.subnet_groups(&Output::known(self.ids("data")), data);
        if inputs.flow_logs() {
            site.flow_log(&vpc_id);
        }
        Network {
            vpc_id,
            cidr: Output::known(self.vpc.cidr_block.clone()),
            availability_zones: Output::known(zones),
            subnet_ids: Output::known(self.subnets.keys().map(|tier| (tier.clone(), self.ids(tier))).collect()),
            subnets_by_zone: Output::known(self.by_zone()),
            public_subnet_ids: Output::known(self.ids("public")),
            app_subnet_ids: Output::known(self.ids("app")),
            data_subnet_ids: Output::known(self.ids("data")),
            route_table_ids: Output::known(table_ids(&self.subnets)),
            nat_public_ips: Output::known(BTreeMap::new()),
            ipv6_cidr: self.vpc.ipv6_cidr_blocks.first().cloned().map(Output::known),
            default_security_group_id: Output::known(self.default_group.clone()),
            db_subnet_group_name: groups.database,
            cache_subnet_group_name: groups.cache,
            report: self.report(here, inputs),
        }
    }

    fn all(&self) -> impl Iterator<Item = &Found> {
        self.subnets.values().flatten()
    }

    fn ids(&self, tier: &str) -> Vec<String> {
        self.subnets.get(tier).into_iter().flatten().map(|found| found.id.clone()).collect()
    }

    /// In how many zones a tier has subnets.
    fn zones_of(&self, tier: &str) -> usize {
        let zones = self.subnets.get(tier).into_iter().flatten().map(|found| &found.zone.name);
        zones.collect::<BTreeSet<_>>().len()
    }

    fn by_zone(&self) -> BTreeMap<String, BTreeMap<String, String>> {
        let mut zones: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        for (tier, subnets) in &self.subnets {
            for found in subnets {
                let zone = zones.entry(found.zone.letter.clone()).or_default();
                zone.entry(tier.clone()).or_insert_with(|| found.id.clone());
            }
        }
        zones
    }

    fn report(&self, here: &Scope, inputs: &NetworkInputs) -> Report {
        let theirs = "the VPC is not made here";
        let mapping: Vec<_> = self.all().filter(|found| found.maps_public_ip).map(|found| found.id.as_str()).collect();
        let why = format!("instances get public addresses in {}", mapping.join(", "));
        Report::of(here).open("EC2.2", theirs).meets_if(inputs.flow_logs(), "EC2.6", theirs).meets_if(
            mapping.is_empty(),
            "EC2.15",
            &why,
        )
    }
}

/// The route tables by tier, or by tier and zone letter where a tier has several; by tier and subnet where a zone has several.
fn table_ids(all: &BTreeMap<String, Vec<Found>>) -> BTreeMap<String, String> {
    let mut tables = BTreeMap::new();
    for (tier, subnets) in all {
        let several = subnets.iter().any(|found| found.table != subnets[0].table);
        for found in subnets {
            let same = |it: &&Found| it.zone == found.zone && it.table != found.table;
            let key = match subnets.iter().find(same) {
                Some(_) => format!("{tier}-{}", found.id),
                None if several => format!("{tier}-{}", found.zone.letter),
                None => tier.clone(),
            };
            tables.insert(key, found.table.clone());
        }
    }
    tables
}

/// Ids of subnets that the VPC doesn't have, or that are there twice.
fn faults(vpc: &str, there: &[FoundSubnet], asked: &BTreeMap<String, Vec<String>>) -> Result<(), Vec<Fault>> {
    let ids = || there.iter().map(|subnet| subnet.subnet_id.as_str());
    let mut seen = BTreeSet::new();
    let mut faults = Vec::new();
    for (tier, wanted) in asked {
        for (i, id) in wanted.iter().enumerate() {
            let at = Path::root().key("subnetIds").key(tier).index(i);
            if !ids().any(|known| known == id) {
                let near = nearest(id, ids()).map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
                let all = ids().collect::<Vec<_>>().join(", ");
                faults.push(Fault { at, why: format!("{vpc} has no subnet `{id}`; {near}there are {all}") });
            } else if !seen.insert(id) {
                faults.push(Fault { at, why: format!("`{id}` is there twice") });
            }
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// The route tables of the subnets that have one of their own, by the subnets' ids.
async fn tables(aws: &Aws, vpc: &str) -> Result<BTreeMap<String, String>> {
    let ask = aws.ec2().describe_route_tables().filters(filter("vpc-id", [vpc]));
    let pages = ask.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    let tables = pages.doing("reading route tables of", vpc)?;
    let each = tables.into_iter().flat_map(|table| {
        let id = table.route_table_id.unwrap_or_default();
        let subnets = table.associations.unwrap_or_default().into_iter().filter_map(|it| it.subnet_id);
        subnets.map(|subnet| (subnet, id.clone())).collect::<Vec<_>>()
    });
    Ok(each.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(id: &str, letter: &str, table: &str) -> Found {
        let zone = Zone { letter: letter.into(), name: format!("ap-northeast-1{letter}") };
        Found { id: id.into(), zone, table: table.into(), maps_public_ip: false }
    }

    /// No route table of a tier is missing, however its subnets share zones.
    #[test]
    fn each_route_table_has_a_key() {
        for (subnets, keys) in [
            (&[("1", "a", "t"), ("2", "c", "t")][..], &[("app", "t")][..]),
            (&[("1", "a", "t"), ("2", "c", "u")], &[("app-a", "t"), ("app-c", "u")]),
            (&[("1", "a", "t"), ("2", "a", "u"), ("3", "c", "u")], &[("app-1", "t"), ("app-2", "u"), ("app-c", "u")]),
        ] {
            let app = subnets.iter().map(|(id, letter, table)| found(id, letter, table)).collect();
            let tables = table_ids(&BTreeMap::from([("app".to_owned(), app)]));
            let tables: Vec<_> = tables.iter().map(|(key, table)| (key.as_str(), table.as_str())).collect();
            assert_eq!(tables, keys);
        }
    }
}
