//! IPv6 ranges.

use ipnet::Ipv6Net;
use pulumi_plugin::Spelled;

/// An IPv6 range in CIDR notation, in its shortest spelling; its address is the first of the range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr6(pub Ipv6Net);

impl Cidr6 {
    /// Reads a range; host bits must be zero, as AWS would silently clear them and then show another range.
    pub fn parse(text: &str) -> Result<Cidr6, String> {
        let net: Ipv6Net = text.parse().map_err(|_| Self::is_not(text))?;
        if net.addr() != net.network() {
            return Err(format!("`{text}` does not begin at its first address; did you mean `{}`?", net.trunc()));
        }
        Ok(Cidr6(net))
    }

    /// Whether the two have an address in common.
    pub fn overlaps(self, other: Cidr6) -> bool {
        self.0.contains(&other.0.network()) || other.0.contains(&self.0.network())
    }
}

impl std::fmt::Display for Cidr6 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Spelled for Cidr6 {
    const WHAT: &'static str = "an IPv6 range";
    const EXAMPLE: &'static str = "2001:db8::/56";
    const ANOTHER: &'static str = "fd00:7::/64";
    fn parse(text: &str) -> Result<Self, String> {
        Cidr6::parse(text)
    }
    fn spell(&self) -> String {
        self.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::Cidr6;

    #[test]
    fn has_one_spelling() {
        for (text, expected) in [
            ("::/0", Ok("::/0")),
            ("2001:DB8:0:0::/56", Ok("2001:db8::/56")),
            (
                "2001:db8::1/56",
                Err("`2001:db8::1/56` does not begin at its first address; did you mean `2001:db8::/56`?"),
            ),
            ("10.0.0.0/16", Err("`10.0.0.0/16` is not an IPv6 range such as 2001:db8::/56")),
        ] {
            let parsed = Cidr6::parse(text).map(|cidr| cidr.to_string());
            assert_eq!(parsed.as_deref().map_err(String::as_str), expected, "{text}");
        }
    }
}
