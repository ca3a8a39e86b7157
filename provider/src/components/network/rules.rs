//! Rules between the inputs of a network.

use std::collections::BTreeMap;

use pulumi_plugin::{Fault, Faults, Path, nearest};

use super::inputs::{Access, Nat, NetworkInputs, NetworkSettings, Tier};
use super::layout::Layout;
use crate::components::reference_stack::usual;

/// Everything that is wrong with the inputs by themselves, without knowing the region's zones.
pub fn faults(inputs: &NetworkInputs) -> Vec<Fault> {
    let settings = &inputs.settings;
    if settings.vpc_id.is_some() {
        return standing(settings);
    }
    let mut faults = settings.availability_zones.as_deref().map(zone_faults).unwrap_or_default();
    faults.extend(needs(inputs));
    faults.extend(secondary(settings));
    for (name, tier) in &settings.tiers {
        faults.extend(tier_faults(settings, name, tier));
    }
    faults.extend(blocks(settings));
    faults.extend(overlaps(settings));
    faults
}

/// What is wrong where the VPC is there already.
fn standing(settings: &NetworkSettings) -> Vec<Fault> {
    let none = settings.subnet_ids.values().all(Vec::is_empty);
    let odd = settings.subnet_ids.keys().filter(|name| !is_name(name)).map(|name| odd_name("subnetIds", name));
    Faults::of(settings)
        .when(none, "subnetIds", "missing: say which subnets the VPC has, by their tiers: `{app: [subnet-...]}`")
        .excludes("vpcId", "secondaryCidrs")
        .excludes("vpcId", "ipv6")
        .excludes("vpcId", "availabilityZones")
        .excludes("vpcId", "nat")
        .excludes("vpcId", "natAllocationIds")
        .and(ignored(settings))
        .and(odd)
        .into_vec()
}

/// What is said of the VPC that would be made, otherwise than usual.
fn ignored(settings: &NetworkSettings) -> Vec<Fault> {
    let Ok(usual) = usual::<NetworkSettings>() else { return Vec::new() };
    let said = [
        ("cidr", settings.cidr != usual.cidr),
        ("tiers", settings.tiers != usual.tiers),
        ("availabilityZoneCount", settings.availability_zone_count != usual.availability_zone_count),
        ("lockDefaultSecurityGroup", settings.lock_default_security_group != usual.lock_default_security_group),
    ];
    let why = "can't be given together with `vpcId`, which has its own";
    said.into_iter().filter(|(_, said)| *said).map(|(property, _)| Fault::new(property, why)).collect()
}

/// What one input needs of the others.
fn needs(inputs: &NetworkInputs) -> Vec<Fault> {
    let settings = &inputs.settings;
    let zonal = matches!(settings.nat, None | Some(Nat::Single | Nat::PerAz | Nat::Instance));
    let nowhere = settings.has(Access::Private) && !settings.has(Access::Public) && zonal;
    let has_gateways = !matches!(inputs.nat(), Nat::None | Nat::Instance);
    let addresses = !settings.nat_allocation_ids.is_empty() && !has_gateways;
    let is_typed = settings.nat_instance_type.is_some();
    let data = settings.tiers.contains_key("data");
    Faults::of(settings)
        .needs("subnetIds", "vpcId")
        .when(nowhere, "nat", "NAT stands in a public subnet, and there is no tier with `access: public`; use `none`")
        .when(addresses, "natAllocationIds", "`nat` says that there is no NAT gateway, which could have them")
        .when(is_typed && inputs.nat() != Nat::Instance, "natInstanceType", "only `nat: instance` has an instance")
        .when(settings.subnet_groups && !data, "subnetGroups", "there is no tier `data`, of which they would be")
        .into_vec()
}

/// Secondary ranges that meet each other or the first one.
fn secondary(settings: &NetworkSettings) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut before = vec![("cidr", settings.cidr)];
    for (name, cidr) in &settings.secondary_cidrs {
        if !is_name(name) {
            faults.push(odd_name("secondaryCidrs", name));
        }
        if let Some((other, _)) = before.iter().find(|(_, other)| other.overlaps(*cidr)) {
            let at = Path::root().key("secondaryCidrs").key(name);
            faults.push(Fault { at, why: format!("`{cidr}` overlaps `{other}`") });
        }
        before.push((name, *cidr));
    }
    faults
}

/// Names that become part of children's names.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
}

fn odd_name(property: &'static str, name: &str) -> Fault {
    let why = "a name has only lower-case letters and digits";
    Fault { at: Path::root().key(property).key(name), why: why.into() }
}

fn tier_faults(settings: &NetworkSettings, name: &str, tier: &Tier) -> Vec<Fault> {
    let at = Path::root().key("tiers").key(name);
    let mut faults = Vec::new();
    if !is_name(name) {
        faults.push(Fault { at: at.clone(), why: "a tier's name has only lower-case letters and digits".into() });
    }
    let Some(range) = settings.range(tier) else {
        let asked = tier.secondary_cidr.as_deref().unwrap_or_default();
        faults.push(Fault { at: at.key("secondaryCidr"), why: no_range(settings, asked) });
        return faults;
    };
    for (letter, cidr) in tier.cidrs.iter().filter(|(_, cidr)| !range.0.contains(&cidr.0)) {
        let at = at.key("cidrs").key(letter);
        faults.push(Fault { at, why: format!("`{cidr}` is not inside `{range}`") });
    }
    if !tier.cidrs.is_empty() {
        return faults;
    }
    let Some(layout) = Layout::of(range) else {
        let why = format!("`{range}` is too small to be cut for every tier and zone: give the tier's `cidrs`");
        faults.push(Fault { at, why });
        return faults;
    };
    faults.extend(cut(layout, name, tier).map(|(which, why)| Fault { at: at.key(which), why }));
    faults
}

fn no_range(settings: &NetworkSettings, asked: &str) -> String {
    let names = || settings.secondary_cidrs.keys().map(String::as_str);
    let near = nearest(asked, names()).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    format!("`secondaryCidrs` has no `{asked}`{near}")
}

/// What is wrong with how a tier is cut from a range.
fn cut(layout: Layout, name: &str, tier: &Tier) -> Option<(&'static str, String)> {
    let Some(block) = tier.block(name) else {
        let last = layout.blocks() - 1;
        let why = format!("missing: a tier of another name than public, app or data needs a block from 0 to {last}");
        return Some(("block", why));
    };
    let which = if block >= layout.blocks() { "block" } else { "mask" };
    layout.subnet(block, 0, tier.mask).err().map(|why| (which, why))
}

/// Blocks that two tiers use, of one IPv4 range or of the IPv6 range.
fn blocks(settings: &NetworkSettings) -> Vec<Fault> {
    let (mut taken, mut taken6) = (BTreeMap::new(), BTreeMap::new());
    let mut faults = Vec::new();
    for (name, tier) in &settings.tiers {
        let at = |property| Path::root().key("tiers").key(name).key(property);
        let same = |other: &str| format!("tier `{other}` uses the same block; each needs its own");
        let block = tier.block(name).filter(|_| tier.cidrs.is_empty());
        if let Some(other) = block.and_then(|block| taken.insert((&tier.secondary_cidr, block), name.as_str())) {
            faults.push(Fault { at: at("block"), why: same(other) });
        } else if settings.ipv6 {
            match tier.ipv6_block(name) {
                None => faults.push(Fault { at: at("ipv6Block"), why: "missing: `ipv6` needs it".into() }),
                Some(block) => {
                    let other = taken6.insert(block, name.as_str());
                    faults.extend(other.map(|other| Fault { at: at("ipv6Block"), why: same(other) }));
                }
            }
        }
    }
    faults
}

/// Ranges given by hand that meet each other, or the part that another tier is cut from.
fn overlaps(settings: &NetworkSettings) -> Vec<Fault> {
    let tiers = settings.tiers.iter();
    let given = tiers.flat_map(|(name, tier)| tier.cidrs.iter().map(move |(letter, cidr)| (name, letter, *cidr)));
    let given: Vec<_> = given.collect();
    let mut faults = Vec::new();
    for (i, (name, letter, cidr)) in given.iter().enumerate() {
        let at = Path::root().key("tiers").key(name).key("cidrs").key(letter);
        if let Some((other, zone, _)) = given[..i].iter().find(|(_, _, c)| c.overlaps(*cidr)) {
            faults.push(Fault { at, why: format!("`{cidr}` overlaps tier `{other}` in zone `{zone}`") });
            continue;
        }
        let cut = settings.tiers.iter().filter(|(_, tier)| tier.cidrs.is_empty()).find(|(other, tier)| {
            let slots = settings.range(tier).and_then(Layout::of).zip(tier.block(other));
            slots.is_some_and(|(layout, block)| {
                let subnets = (0..layout.slots()).filter_map(|slot| layout.subnet(block, slot, None).ok());
                subnets.into_iter().any(|c| c.overlaps(*cidr))
            })
        });
        if let Some((other, _)) = cut {
            faults.push(Fault { at, why: format!("`{cidr}` overlaps the block that tier `{other}` is cut from") });
        }
    }
    faults
}

fn zone_faults(names: &[String]) -> Vec<Fault> {
    let at = Path::root().key("availabilityZones");
    if names.is_empty() {
        return vec![Fault { at, why: "names no zone; leave it out to have them chosen".into() }];
    }
    let twice = names.iter().enumerate().filter(|(i, name)| names[..*i].contains(name));
    twice.map(|(i, name)| Fault { at: at.index(i), why: format!("`{name}` is there twice") }).collect()
}

/// The zones that are asked for by name among those of the region, or what is wrong with the names.
pub fn known(names: &[String], region: &[String]) -> Result<(), Vec<Fault>> {
    let at = Path::root().key("availabilityZones");
    let unknown = names.iter().enumerate().filter(|(_, name)| !region.contains(name));
    let faults: Vec<_> = unknown
        .map(|(i, name)| {
            let near = nearest(name, region.iter().map(String::as_str))
                .map(|n| format!("did you mean `{n}`? "))
                .unwrap_or_default();
            Fault { at: at.index(i), why: format!("no zone `{name}`; {near}there are {}", region.join(", ")) }
        })
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Whether addresses for NAT gateways are of zones that are used.
pub fn letters<'a>(settings: &NetworkSettings, used: impl Iterator<Item = &'a str>) -> Result<(), Vec<Fault>> {
    let used: Vec<_> = used.collect();
    let odd = settings.nat_allocation_ids.keys().filter(|letter| !used.contains(&letter.as_str()));
    let faults: Vec<_> = odd
        .map(|letter| Fault {
            at: Path::root().key("natAllocationIds").key(letter),
            why: format!("no zone `{letter}` is used; there are {}", used.join(", ")),
        })
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}
