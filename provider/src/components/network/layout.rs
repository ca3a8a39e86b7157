//! Which address range each subnet gets: a function of the VPC's range, the tier's block and the zone's letter alone.
//!
//! So whatever is added later, a zone or a tier, no subnet that is there already ever moves.

use ipnet::{Ipv4Net, Ipv6Net};

use crate::types::{Cidr, Cidr6};

/// How a VPC's range is cut: so many bits choose the tier's block, and so many the zone's slot inside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    vpc: Ipv4Net,
    block_bits: u8,
    slot_bits: u8,
}

impl Layout {
    /// The layout of a VPC; `None` when its range is too small to be cut.
    pub fn of(vpc: Cidr<16, 28>) -> Option<Layout> {
        let (block_bits, slot_bits) = match vpc.0.prefix_len() {
            ..=22 => (3, 3),
            23..=24 => (2, 2),
            _ => return None,
        };
        Some(Layout { vpc: vpc.0, block_bits, slot_bits })
    }

    /// How many blocks there are for tiers.
    pub fn blocks(self) -> u8 {
        1 << self.block_bits
    }

    /// How many zones have a slot in each block: `a` is the first.
    pub fn slots(self) -> u8 {
        1 << self.slot_bits
    }

    /// The length of the largest subnet that fits a slot.
    pub fn slot_length(self) -> u8 {
        self.vpc.prefix_len() + self.block_bits + self.slot_bits
    }

    /// The subnet of a tier's block and a zone's slot, of a length, or as large as the slot.
    pub fn subnet(self, block: u8, slot: u8, length: Option<u8>) -> Result<Cidr<16, 28>, String> {
        if block >= self.blocks() {
            return Err(format!("`block` is from 0 to {} in {}", self.blocks() - 1, self.vpc));
        }
        if slot >= self.slots() {
            let last = char::from(b'a' + self.slots() - 1);
            return Err(format!("{} has room for the zones a to {last} in each tier", self.vpc));
        }
        let most = self.slot_length();
        let length = length.unwrap_or(most);
        if !(most..=28).contains(&length) {
            return Err(format!("a subnet of {} has from /{most} to /28, not /{length}", self.vpc));
        }
        let index = (u32::from(block) << self.slot_bits) | u32::from(slot);
        let first = u32::from(self.vpc.network()) + (index << (32 - most));
        Ipv4Net::new(first.into(), length).map(Cidr).map_err(|e| e.to_string())
    }
}

/// How many zones have a slot in each block of an IPv6 range.
const SLOTS: u8 = 8;

/// The /64 of a block and a zone's slot in the IPv6 range of a VPC, a /56.
pub fn ipv6(vpc: Cidr6, block: u8, slot: u8) -> Result<Cidr6, String> {
    if slot >= SLOTS || vpc.0.prefix_len() > 56 {
        return Err(format!("{vpc} has room for the zones a to h in each tier"));
    }
    let index = u128::from(block) * u128::from(SLOTS) + u128::from(slot);
    let first = u128::from(vpc.0.network()) + (index << 64);
    Ipv6Net::new(first.into(), 64).map(Cidr6).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn layout(vpc: &str) -> Layout {
        Layout::of(Cidr::parse(vpc).expect("a range")).expect("large enough")
    }

    #[test]
    fn cuts_a_range() {
        for (vpc, block, slot, length, expected) in [
            ("10.0.0.0/16", 0, 0, None, Ok("10.0.0.0/22")),
            ("10.0.0.0/16", 0, 2, None, Ok("10.0.8.0/22")),
            ("10.0.0.0/16", 1, 0, None, Ok("10.0.32.0/22")),
            ("10.0.0.0/16", 2, 7, Some(24), Ok("10.0.92.0/24")),
            ("10.1.0.0/24", 3, 3, None, Ok("10.1.0.240/28")),
            ("10.0.0.0/16", 0, 0, Some(20), Err("a subnet of 10.0.0.0/16 has from /22 to /28, not /20")),
            ("10.0.0.0/16", 8, 0, None, Err("`block` is from 0 to 7 in 10.0.0.0/16")),
            ("10.1.0.0/24", 0, 4, None, Err("10.1.0.0/24 has room for the zones a to d in each tier")),
        ] {
            let cut = layout(vpc).subnet(block, slot, length).map(|c| c.to_string());
            assert_eq!(cut, expected.map(str::to_owned).map_err(str::to_owned), "{vpc} {block} {slot} {length:?}");
        }
        assert_eq!(Layout::of(Cidr::parse("10.0.0.0/25").expect("a range")), None);
    }

    #[test]
    fn cuts_an_ipv6_range() {
        let vpc = Cidr6::parse("2600:1f00:1:ab00::/56").expect("a range");
        for (block, slot, expected) in [
            (0, 0, Ok("2600:1f00:1:ab00::/64")),
            (1, 2, Ok("2600:1f00:1:ab0a::/64")),
            (31, 7, Ok("2600:1f00:1:abff::/64")),
            (0, 8, Err("2600:1f00:1:ab00::/56 has room for the zones a to h in each tier")),
        ] {
            let cut = ipv6(vpc, block, slot).map(|range| range.to_string());
            assert_eq!(cut, expected.map(str::to_owned).map_err(str::to_owned), "{block} {slot}");
        }
    }

    proptest! {
        /// Two different places never share an address, whatever the lengths; and where one is does not depend on which others there are.
        #[test]
        fn places_never_meet(
            vpc in prop_oneof![Just("10.0.0.0/16"), Just("10.4.0.0/20"), Just("172.16.8.0/22"), Just("10.9.9.0/24")],
            a in (0u8..8, 0u8..8), b in (0u8..8, 0u8..8), shorter in 0u8..4, other in 0u8..4,
        ) {
            let layout = layout(vpc);
            let length = |less: u8| Some((layout.slot_length() + less).min(28));
            if let (Ok(x), Ok(y)) = (layout.subnet(a.0, a.1, length(shorter)), layout.subnet(b.0, b.1, length(other))) {
                prop_assert_eq!(x.overlaps(y), a == b);
                prop_assert!(layout.vpc.contains(&x.0));
            }
        }
    }
}
