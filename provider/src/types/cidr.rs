//! IPv4 ranges.

use ipnet::Ipv4Net;
use pulumi_plugin::Spelled;

/// An IPv4 range in CIDR notation; its address is the first of the range. Its prefix has from `MIN` to `MAX` bits: `Cidr<16, 28>` is what a VPC
/// or a subnet can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr<const MIN: u8 = 0, const MAX: u8 = 32>(pub Ipv4Net);

impl<const MIN: u8, const MAX: u8> Cidr<MIN, MAX> {
    /// Reads a range; host bits must be zero, as AWS would silently clear them and then show another range.
    pub fn parse(text: &str) -> Result<Self, String> {
        let net: Ipv4Net = text.parse().map_err(|_| Self::is_not(text))?;
        if net.addr() != net.network() {
            return Err(format!("`{text}` does not begin at its first address; did you mean `{}`?", net.trunc()));
        }
        Self::sized(net)
    }

    /// A range, if it is neither too large nor too small.
    fn sized(net: Ipv4Net) -> Result<Self, String> {
        match net.prefix_len() {
            bits if (MIN..=MAX).contains(&bits) => Ok(Cidr(net)),
            bits => Err(format!("`{net}` is a /{bits}; from a /{MIN} to a /{MAX} is allowed")),
        }
    }

    /// The same range where ranges of other sizes are allowed; refused where this one is not.
    pub fn resized<const LEAST: u8, const MOST: u8>(self) -> Result<Cidr<LEAST, MOST>, String> {
        Cidr::sized(self.0)
    }

    /// Whether the two have an address in common.
    pub fn overlaps<const LEAST: u8, const MOST: u8>(self, other: Cidr<LEAST, MOST>) -> bool {
        self.0.contains(&other.0.network()) || other.0.contains(&self.0.network())
    }
}

impl<const MIN: u8, const MAX: u8> std::fmt::Display for Cidr<MIN, MAX> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl<const MIN: u8, const MAX: u8> Spelled for Cidr<MIN, MAX> {
    const WHAT: &'static str = "an IPv4 range";
    const EXAMPLE: &'static str = match (MIN, MAX) {
        (..=16, 16..) => "10.0.0.0/16",
        (..=24, 24..) => "10.0.0.0/24",
        (..=28, 28..) => "10.0.0.0/28",
        (..=32, 32..) => "10.0.0.1/32",
        _ => "10.0.0.0/8",
    };
    const ANOTHER: &'static str = match (MIN, MAX) {
        (..=24, 24..) => "192.168.7.0/24",
        (..=16, 16..) => "172.16.0.0/16",
        (..=28, 28..) => "192.168.7.16/28",
        (..=32, 32..) => "192.168.7.1/32",
        _ => "10.0.0.0/8",
    };
    fn parse(text: &str) -> Result<Self, String> {
        Cidr::parse(text)
    }
    fn spell(&self) -> String {
        self.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::Cidr;

    #[track_caller]
    fn check<const MIN: u8, const MAX: u8>(cases: &[(&str, Result<(), &str>)]) {
        for (text, expected) in cases {
            let parsed = Cidr::<MIN, MAX>::parse(text).map(|cidr| assert_eq!(cidr.to_string(), *text));
            assert_eq!(parsed.as_ref().map_err(String::as_str).copied(), *expected, "{text}");
        }
    }

    #[test]
    fn has_one_spelling_and_a_size() {
        check::<0, 32>(&[
            ("0.0.0.0/0", Ok(())),
            ("10.0.0.1/32", Ok(())),
            ("10.0.0.0", Err("`10.0.0.0` is not an IPv4 range such as 10.0.0.0/16")),
            ("10.0.0.1/16", Err("`10.0.0.1/16` does not begin at its first address; did you mean `10.0.0.0/16`?")),
        ]);
        check::<16, 28>(&[
            ("10.0.0.0/16", Ok(())),
            ("10.0.0.0/28", Ok(())),
            ("10.0.0.0/8", Err("`10.0.0.0/8` is a /8; from a /16 to a /28 is allowed")),
            ("10.0.0.0/30", Err("`10.0.0.0/30` is a /30; from a /16 to a /28 is allowed")),
        ]);
        check::<30, 31>(&[("10.0.0.0", Err("`10.0.0.0` is not an IPv4 range such as 10.0.0.0/8"))]);
    }

    #[test]
    fn is_resized_where_its_size_is_allowed() {
        let whole = Cidr::<0, 32>::parse("10.0.0.0/8").expect("a range");
        assert!(whole.resized::<16, 28>().is_err());
        assert_eq!(whole.resized::<8, 28>().map(|cidr| cidr.overlaps(whole)), Ok(true));
    }
}
