//! Ranges of IP addresses of either kind.

use ipnet::IpNet;
use pulumi_plugin::Spelled;

/// A range of IPv4 or IPv6 addresses in CIDR notation, in its shortest spelling; its address is the first of the range, and it is not all addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IpRange(pub IpNet);

impl IpRange {
    /// Reads a range; host bits must be zero.
    pub fn parse(text: &str) -> Result<IpRange, String> {
        let net: IpNet = match (text.parse(), text.parse::<std::net::IpAddr>()) {
            (Ok(net), _) => net,
            (_, Ok(address)) => {
                return Err(format!("`{text}` has no prefix; did you mean `{}`?", IpNet::from(address)));
            }
            _ => return Err(Self::is_not(text)),
        };
        match (net.prefix_len(), net.addr() == net.network()) {
            (0, _) => Err(format!("`{text}` is all addresses, which WAF does not take; /1 is the largest range")),
            (_, false) => Err(format!("`{text}` does not begin at its first address; did you mean `{}`?", net.trunc())),
            _ => Ok(IpRange(net)),
        }
    }
}

impl std::fmt::Display for IpRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Spelled for IpRange {
    const WHAT: &'static str = "a range of IP addresses";
    const EXAMPLE: &'static str = "192.0.2.0/24";
    const ANOTHER: &'static str = "2001:db8::/56";
    fn parse(text: &str) -> Result<Self, String> {
        IpRange::parse(text)
    }
    fn spell(&self) -> String {
        self.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::IpRange;

    #[test]
    fn has_one_spelling() {
        for (text, expected) in [
            ("192.0.2.1/32", Ok("192.0.2.1/32")),
            ("2001:0DB8:0:0::/56", Ok("2001:db8::/56")),
            ("192.0.2.1", Err("`192.0.2.1` has no prefix; did you mean `192.0.2.1/32`?")),
            ("192.0.2.1/24", Err("`192.0.2.1/24` does not begin at its first address; did you mean `192.0.2.0/24`?")),
            ("0.0.0.0/0", Err("`0.0.0.0/0` is all addresses, which WAF does not take; /1 is the largest range")),
            ("web", Err("`web` is not a range of IP addresses such as 192.0.2.0/24")),
        ] {
            let parsed = IpRange::parse(text).map(|range| range.to_string());
            assert_eq!(parsed.as_deref().map_err(String::as_str), expected, "{text}");
        }
    }
}
