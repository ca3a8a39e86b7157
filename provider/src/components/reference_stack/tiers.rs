//! The tiers of subnets that parts of a stack are in: those that the network does not have, and those that are in too few zones.

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::{Error, Fault, Function as _, Path, Result, Value};

use super::blocks::OwnSettings;
use super::plan::Plan;
use crate::aws::Aws;
use crate::components::network::NetworkSettings;
use crate::ec2::get_subnets::{FoundSubnet, GetSubnets, GetSubnetsInputs};

/// A part that is in the subnets of a tier.
struct Need {
    tier: &'static str,
    who: &'static str,
    /// Whether AWS wants the tier's subnets in two availability zones: not where the part's own subnet group has others.
    two_zones: bool,
    /// Whether AWS wants no two of them in one zone.
    apart: bool,
}

/// By these inputs a part says itself where it is.
const PLACES: [&str; 4] = ["subnetIds", "subnetId", "dbSubnetGroupName", "cacheSubnetGroupName"];

/// What the parts need that don't say themselves where they are.
fn needs(plan: &Plan<'_>) -> Vec<Need> {
    let blocks = &plan.blocks;
    let reached = |private: bool| if private { "app" } else { "public" };
    let mut all = Vec::new();
    let mut add = |key: &str, own: &OwnSettings, tier, who, two_zones| {
        if !says_a_place(plan.inputs.shared.overrides.get(key)) {
            let two_zones = two_zones && !says_a_place(own.overrides.get("subnets"));
            let apart = ["load-balancer", "vpc-endpoints"].contains(&key);
            all.push(Need { tier, who, two_zones, apart });
        }
    };
    if let Some(it) = &blocks.load_balancer {
        add("load-balancer", &it.own, reached(it.settings.internal), "the load balancer", true);
    }
    if let Some(it) = &blocks.service {
        add("service", &it.own, reached(!it.settings.assign_public_ip), "the service", false);
    }
    if let Some(it) = blocks.session_manager.as_ref().filter(|it| it.settings.jump_host.enabled) {
        add("session-manager", &it.own, "app", "the jump host", false);
    }
    if let Some(it) = blocks.vpc_endpoints.as_ref().filter(|it| it.settings.interfaces() > 0) {
        add("vpc-endpoints", &it.own, "app", "VPC endpoints", false);
    }
    if let Some(it) = &blocks.aurora {
        add("aurora", &it.own, "data", "Aurora", true);
    }
    if let Some(it) = &blocks.redis {
        add("redis", &it.own, "data", "Redis", false);
    }
    all
}

/// Whether what `overrides` says of a part, or of the subnet group in it, says where that is.
fn says_a_place(said: Option<&Value>) -> bool {
    let given = said.and_then(Value::as_object);
    given.is_some_and(|given| PLACES.into_iter().any(|place| given.get(place).is_some_and(|it| *it != Value::Null)))
}

/// Tiers that the network does not have.
pub fn missing(plan: &Plan<'_>) -> Vec<Fault> {
    let settings = &plan.blocks.network.settings;
    let needs = needs(plan);
    let (at, has): (_, Vec<&String>) = match settings.vpc_id {
        Some(_) => {
            ("subnetIds", settings.subnet_ids.iter().filter(|(_, ids)| !ids.is_empty()).map(|it| it.0).collect())
        }
        None => ("tiers", settings.tiers.keys().collect()),
    };
    let missing = ["public", "app", "data"].into_iter().filter(|tier| !has.iter().any(|has| has == tier));
    let whose = missing.filter_map(|tier| {
        let whose: Vec<_> = needs.iter().filter(|it| it.tier == tier).map(|it| it.who).collect();
        (!whose.is_empty()).then(|| format!("{} subnets of a tier `{tier}`", need(&whose)))
    });
    whose.map(|why| Fault::new(at, why).below("network")).collect()
}

/// `Redis needs`, `Aurora and Redis need`.
fn need(whose: &[&str]) -> String {
    match whose {
        [] => String::new(),
        ["VPC endpoints"] => "VPC endpoints need".to_owned(),
        [one] => format!("{one} needs"),
        [first @ .., last] => format!("{} and {last} need", first.join(", ")),
    }
}

/// Refuses a VPC that there is already where a tier has subnets in one availability zone alone, and a part needs two, or where it has two in one zone, and a
/// part can be in one of them only. What subnets it has not is told
/// by the network.
pub async fn look(aws: &Aws, plan: &Plan<'_>) -> Result<()> {
    let settings = &plan.blocks.network.settings;
    let needs: Vec<_> = needs(plan).into_iter().filter(|it| it.two_zones || it.apart).collect();
    let Some(vpc_id) = settings.vpc_id.clone().filter(|_| !needs.is_empty()) else { return Ok(()) };
    let get = GetSubnetsInputs { vpc_id, availability_zones: Vec::new(), tags: Default::default() };
    let there = GetSubnets::call(aws, &get).await?.subnets;
    let faults = [alone(settings, &there, &needs), crowded(settings, &there, &needs)].concat();
    if faults.is_empty() { Ok(()) } else { Err(Error::invalid(faults)) }
}

fn alone(settings: &NetworkSettings, there: &[FoundSubnet], needs: &[Need]) -> Vec<Fault> {
    let zones: BTreeMap<_, _> = there.iter().map(|it| (&it.subnet_id, &it.availability_zone)).collect();
    let fault = |(tier, ids): (&String, &Vec<String>)| {
        let whose: Vec<_> = needs.iter().filter(|it| it.tier == tier && it.two_zones).map(|it| it.who).collect();
        let known: Vec<_> = ids.iter().filter_map(|id| zones.get(id)).collect();
        let zone = known.first().filter(|_| !whose.is_empty() && known.len() == ids.len())?;
        let one = known.iter().copied().collect::<BTreeSet<_>>().len() == 1;
        let why = format!("{} subnets in two availability zones at least; all of these are in {zone}", need(&whose));
        one.then(|| Fault { at: Path::root().key("network").key("subnetIds").key(tier), why })
    };
    settings.subnet_ids.iter().filter_map(fault).collect()
}

/// Two subnets of a tier in one zone.
fn crowded(settings: &NetworkSettings, there: &[FoundSubnet], needs: &[Need]) -> Vec<Fault> {
    let zones: BTreeMap<_, _> = there.iter().map(|it| (&it.subnet_id, &it.availability_zone)).collect();
    let fault = |(tier, ids): (&String, &Vec<String>)| {
        let whose: Vec<_> = needs.iter().filter(|it| it.tier == tier && it.apart).map(|it| it.who).collect();
        let mut seen = BTreeMap::new();
        let twice = ids.iter().filter(|id| !whose.is_empty() && zones.contains_key(id)).find_map(|id| {
            let zone = zones.get(id)?;
            seen.insert(*zone, id).filter(|other| *other != id).map(|other| (zone, other, id))
        });
        let (zone, one, other) = twice?;
        let alone =
            ids.iter().all(|id| zones.get(id) == Some(zone)) && needs.iter().any(|it| it.tier == tier && it.two_zones);
        let why =
            format!("{} one subnet in each availability zone; `{one}` and `{other}` are both in {zone}", need(&whose));
        (!alone).then(|| Fault { at: Path::root().key("network").key("subnetIds").key(tier), why })
    };
    settings.subnet_ids.iter().filter_map(fault).collect()
}
