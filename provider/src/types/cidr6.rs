//! IPv6 ranges.

use ipnet::Ipv6Net;
use pulumi_plugin::shape::{Format, Type};
use pulumi_plugin::{Fault, Path, Property, Value};

/// An IPv6 range in CIDR notation, in its shortest spelling; its address is the first of the range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr6(pub Ipv6Net);

impl Cidr6 {
    /// Reads a range; host bits must be zero, as AWS would silently clear them and then show another range.
    pub fn parse(text: &str) -> Result<Cidr6, String> {
        let net: Ipv6Net = text.parse().map_err(|_| format!("`{text}` is not an IPv6 range such as 2001:db8::/56"))?;
        if net.addr() != net.network() {
            return Err(format!("`{text}` does not begin at its first address; did you mean `{}`?", net.trunc()));
        }
        Ok(Cidr6(net))
    }
}

impl std::fmt::Display for Cidr6 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Property for Cidr6 {
    fn ty() -> Type {
        static FORMAT: Format = Format {
            what: "an IPv6 range such as 2001:db8::/56",
            or_object: false,
            canonical: |value| {
                let text = value.as_str().unwrap_or_default();
                Cidr6::parse(text).map(|cidr| Value::from(cidr.to_string()))
            },
            meaning: None,
        };
        Type::Format(&FORMAT)
    }
    fn decode(value: &Value) -> Result<Self, Fault> {
        Cidr6::parse(value.as_str().unwrap_or_default()).map_err(|why| Fault::new(Path::root(), why))
    }
    fn encode(&self) -> Value {
        self.to_string().into()
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
