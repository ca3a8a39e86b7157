//! What the program asks of a network.

use std::collections::BTreeMap;

use pulumi_plugin::{Fault, Path, Property, nearest};

use crate::components::network::layout::Layout;
use crate::components::{Profile, SharedArgs, SharedInputs};
use crate::types::Cidr;

/// What the program asks of a network.
#[derive(Debug, Clone, Property)]
pub struct NetworkInputs {
    /// The IPv4 range of the VPC, from a /16 to a /28. When it is smaller than a /24, tiers have to say their own `cidrs`. Default: `10.0.0.0/16`.
    #[prop(default = Cidr::parse("10.0.0.0/16").unwrap_or_else(|why| unreachable!("{why}")))]
    pub cidr: Cidr<16, 28>,
    /// How many availability zones to use, when `availabilityZones` doesn't name them: the first ones by zone id, so that zones which AWS adds
    /// later change nothing.
    #[prop(default = 2, min = 1, max = 6)]
    pub availability_zone_count: u32,
    /// The names of the availability zones to use, such as `ap-northeast-1a`.
    pub availability_zones: Option<Vec<String>>,
    /// The tiers of subnets, by name. Default: `public`, `app` (reaches the internet through NAT) and `data` (reaches nothing outside).
    #[prop(default = tiers())]
    pub tiers: BTreeMap<String, Tier>,
    /// How subnets of private tiers reach the internet. Default: `perAz`; in the profile `dev`, `single`.
    pub nat: Option<Nat>,
    /// Whether the VPC's default security group loses its rules, so that nothing is reachable by accident.
    #[prop(default = true)]
    pub lock_default_security_group: bool,
    /// What every component takes.
    #[prop(flatten)]
    pub shared: SharedInputs,
}

/// One subnet in every availability zone, and what they reach.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Tier {
    /// What the tier's subnets reach.
    pub access: Access,
    /// Which part of the VPC's range the tier's subnets are cut from: 0 to 7 (0 to 3 when the VPC is smaller than a /22).
    /// Default: 0 for `public`, 1 for `app`, 2 for `data`.
    #[prop(min = 0, max = 7)]
    pub block: Option<u8>,
    /// The prefix length of each subnet. Default: the shortest that leaves room for every tier and zone: six more than the VPC's, or four when the VPC is smaller than a /22.
    #[prop(min = 16, max = 28)]
    pub mask: Option<u8>,
    /// The ranges of single subnets, by the zone's letter; they need no `block` then.
    #[prop(default)]
    pub cidrs: BTreeMap<String, Cidr<16, 28>>,
}

/// What a tier's subnets reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum Access {
    /// The internet, both ways.
    #[prop(rename = "public")]
    Public,
    /// The internet, outwards through NAT.
    #[prop(rename = "private")]
    Private,
    /// Nothing outside of the VPC.
    #[prop(rename = "isolated")]
    Isolated,
}

/// How private subnets reach the internet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum Nat {
    /// Not at all.
    #[prop(rename = "none")]
    None,
    /// Through one NAT gateway in the first zone: cheap, and gone when that zone is.
    #[prop(rename = "single")]
    Single,
    /// Through a NAT gateway in each zone.
    #[prop(rename = "perAz")]
    PerAz,
}

fn tiers() -> BTreeMap<String, Tier> {
    let tier = |access| Tier { access, block: None, mask: None, cidrs: BTreeMap::new() };
    BTreeMap::from([
        ("public".into(), tier(Access::Public)),
        ("app".into(), tier(Access::Private)),
        ("data".into(), tier(Access::Isolated)),
    ])
}

/// The blocks of the tiers that everybody has.
const BLOCKS: [(&str, u8); 3] = [("public", 0), ("app", 1), ("data", 2)];

impl Tier {
    /// The block that a tier of this name uses.
    pub fn block(&self, name: &str) -> Option<u8> {
        self.block.or_else(|| BLOCKS.iter().find(|(known, _)| *known == name).map(|(_, block)| *block))
    }
}

impl NetworkInputs {
    /// Everything that is wrong with the inputs by themselves, without knowing the region's zones.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if let Some(names) = &self.availability_zones {
            faults.extend(zone_faults(names));
        }
        let public = self.tiers.values().any(|t| t.access == Access::Public);
        let private = self.tiers.values().any(|t| t.access == Access::Private);
        if !public && private && self.nat != Some(Nat::None) {
            faults.push(Fault::new(
                "nat",
                "a NAT gateway stands in a public subnet, and there is no tier with `access: public`; use `none`",
            ));
        }
        let mut taken: BTreeMap<u8, &str> = BTreeMap::new();
        for (name, tier) in &self.tiers {
            faults.extend(self.tier_faults(name, tier));
            if let Some(other) =
                tier.block(name).filter(|_| tier.cidrs.is_empty()).and_then(|block| taken.insert(block, name))
            {
                let at = Path::root().key("tiers").key(name).key("block");
                faults.push(Fault { at, why: format!("tier `{other}` uses the same block; each needs its own") });
            }
        }
        faults.extend(self.overlaps());
        faults
    }

    fn tier_faults(&self, name: &str, tier: &Tier) -> Vec<Fault> {
        let at = Path::root().key("tiers").key(name);
        let mut faults = Vec::new();
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()) {
            faults.push(Fault { at: at.clone(), why: "a tier's name has only lower-case letters and digits".into() });
        }
        for (letter, cidr) in &tier.cidrs {
            if !self.cidr.0.contains(&cidr.0) {
                faults.push(Fault {
                    at: at.key("cidrs").key(letter),
                    why: format!("`{cidr}` is not inside `{}`", self.cidr),
                });
            }
        }
        if !tier.cidrs.is_empty() {
            return faults;
        }
        match (Layout::of(self.cidr), tier.block(name)) {
            (None, _) => {
                let why =
                    format!("`{}` is too small to be cut for every tier and zone: give the tier's `cidrs`", self.cidr);
                faults.push(Fault { at, why });
            }
            (Some(layout), None) => {
                let why = format!(
                    "missing: a tier of another name than public, app or data needs a block from 0 to {}",
                    layout.blocks() - 1
                );
                faults.push(Fault { at: at.key("block"), why });
            }
            (Some(layout), Some(block)) => {
                if let Err(why) = layout.subnet(block, 0, tier.mask) {
                    let which = if block >= layout.blocks() { "block" } else { "mask" };
                    faults.push(Fault { at: at.key(which), why });
                }
            }
        }
        faults
    }

    /// Ranges given by hand that meet each other, or the part that another tier is cut from.
    fn overlaps(&self) -> Vec<Fault> {
        let given: Vec<_> = self
            .tiers
            .iter()
            .flat_map(|(name, tier)| tier.cidrs.iter().map(move |(letter, cidr)| (name, letter, *cidr)))
            .collect();
        let mut faults = Vec::new();
        for (i, (name, letter, cidr)) in given.iter().enumerate() {
            let at = Path::root().key("tiers").key(name).key("cidrs").key(letter);
            if let Some((other, zone, _)) = given[..i].iter().find(|(_, _, c)| c.overlaps(*cidr)) {
                faults.push(Fault { at, why: format!("`{cidr}` overlaps tier `{other}` in zone `{zone}`") });
                continue;
            }
            let cut = self.tiers.iter().filter(|(_, tier)| tier.cidrs.is_empty()).find(|(other, tier)| {
                let slots = Layout::of(self.cidr).zip(tier.block(other));
                slots.is_some_and(|(layout, block)| {
                    (0..layout.slots())
                        .filter_map(|slot| layout.subnet(block, slot, None).ok())
                        .any(|c| c.overlaps(*cidr))
                })
            });
            if let Some((other, _)) = cut {
                faults.push(Fault { at, why: format!("`{cidr}` overlaps the block that tier `{other}` is cut from") });
            }
        }
        faults
    }

    /// How private subnets reach the internet, by what is said or by the profile.
    pub fn nat(&self) -> Nat {
        self.nat.unwrap_or(match self.shared.profile {
            Profile::Dev => Nat::Single,
            Profile::Standard | Profile::Fsbp => Nat::PerAz,
        })
    }
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
