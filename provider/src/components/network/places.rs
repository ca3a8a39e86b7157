//! The places of a network: which subnet there is, and the range that it gets.

use pulumi_plugin::{Fault, Path};

use super::Zone;
use super::inputs::{NetworkSettings, Tier};
use super::layout::Layout;
use crate::types::Cidr;

/// Where one subnet is.
pub struct Place<'a> {
    /// The name of its tier.
    pub tier: &'a str,
    /// Its zone.
    pub zone: &'a Zone,
    /// Its IPv4 range.
    pub cidr: Cidr<16, 28>,
    /// The name of the secondary range that it is cut from, if it is.
    pub secondary: Option<&'a str>,
    /// The block and the slot of its IPv6 range, if it has one.
    pub ipv6: Option<(u8, u8)>,
}

/// Every subnet's place, in reading order.
pub fn places<'a>(settings: &'a NetworkSettings, zones: &'a [Zone]) -> Result<Vec<Place<'a>>, Vec<Fault>> {
    let (mut places, mut faults) = (Vec::new(), Vec::new());
    for (name, tier) in &settings.tiers {
        for zone in zones {
            let at = Path::root().key("tiers").key(name);
            match place(settings, name, tier, zone) {
                Ok(place) => places.push(place),
                Err(why) => faults.push(Fault { at, why }),
            }
        }
    }
    if faults.is_empty() { Ok(places) } else { Err(faults) }
}

fn place<'a>(
    settings: &'a NetworkSettings,
    name: &'a str,
    tier: &'a Tier,
    zone: &'a Zone,
) -> Result<Place<'a>, String> {
    let range = settings.range(tier).unwrap_or(settings.cidr);
    let cidr = match tier.cidrs.is_empty() {
        true => {
            let layout = Layout::of(range).ok_or_else(|| format!("`{range}` is too small to be cut"))?;
            layout.subnet(tier.block(name).unwrap_or(u8::MAX), slot(zone)?, tier.mask)?
        }
        false => {
            let cidr = tier.cidrs.get(&zone.letter).copied();
            cidr.ok_or_else(|| format!("`cidrs` has no range for zone `{}`", zone.letter))?
        }
    };
    let ipv6 = match (settings.ipv6, tier.ipv6_block(name)) {
        (true, Some(block)) => Some((block, ipv6_slot(zone)?)),
        _ => None,
    };
    Ok(Place { tier: name, zone, cidr, secondary: tier.secondary_cidr.as_deref(), ipv6 })
}

/// The place of a zone in each block: that of its letter in the alphabet.
fn slot(zone: &Zone) -> Result<u8, String> {
    match zone.letter.as_bytes() {
        [letter @ b'a'..=b'z'] => Ok(letter - b'a'),
        _ => Err(format!("zone `{}` has no single letter: give the tier's `cidrs`", zone.name)),
    }
}

fn ipv6_slot(zone: &Zone) -> Result<u8, String> {
    match slot(zone) {
        Ok(slot @ ..8) => Ok(slot),
        _ => Err(format!("zone `{}` has no letter from a to h, by which it gets an IPv6 range", zone.name)),
    }
}
