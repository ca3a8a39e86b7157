//! IPv4 ranges.

use ipnet::Ipv4Net;
use pulumi_plugin::shape::{Format, Type};
use pulumi_plugin::{Fault, Path, Property, Value};

/// An IPv4 range in CIDR notation; its address is the first of the range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr(pub Ipv4Net);

impl Cidr {
    /// Reads a range; host bits must be zero, as AWS would silently clear them and then show another range.
    pub fn parse(text: &str) -> Result<Cidr, String> {
        let net: Ipv4Net = text.parse().map_err(|_| format!("`{text}` is not an IPv4 range such as 10.0.0.0/16"))?;
        if net.addr() != net.network() {
            return Err(format!("`{text}` does not begin at its first address; did you mean `{}`?", net.trunc()));
        }
        Ok(Cidr(net))
    }

    /// Whether the two have an address in common.
    pub fn overlaps(self, other: Cidr) -> bool {
        self.0.contains(&other.0.network()) || other.0.contains(&self.0.network())
    }
}

impl std::fmt::Display for Cidr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Property for Cidr {
    fn ty() -> Type {
        static FORMAT: Format = Format {
            what: "an IPv4 range such as 10.0.0.0/16",
            or_object: false,
            canonical: |value| {
                let text = value.as_str().unwrap_or_default();
                Cidr::parse(text).map(|cidr| Value::from(cidr.to_string()))
            },
            meaning: None,
        };
        Type::Format(&FORMAT)
    }
    fn decode(value: &Value) -> Result<Self, Fault> {
        Cidr::parse(value.as_str().unwrap_or_default()).map_err(|why| Fault::new(Path::root(), why))
    }
    fn encode(&self) -> Value {
        self.to_string().into()
    }
}
