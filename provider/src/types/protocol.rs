//! IP protocols.

use pulumi_plugin::shape::{Format, Type};
use pulumi_plugin::{Fault, Path, Property, Value};

/// An IP protocol as EC2 spells it: `tcp`, `udp`, `icmp`, `icmpv6`, `-1` for all, or the number of any other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Protocol(String);

impl Protocol {
    /// Reads a name or a number, in any case.
    pub fn parse(text: &str) -> Result<Protocol, String> {
        let known = match text.to_ascii_lowercase().as_str() {
            "-1" | "all" => "-1",
            "6" | "tcp" => "tcp",
            "17" | "udp" => "udp",
            "1" | "icmp" => "icmp",
            "58" | "icmpv6" => "icmpv6",
            other => {
                let number: u8 = other.parse().map_err(|_| {
                    format!("`{text}` is not a protocol: tcp, udp, icmp, icmpv6, -1 for all, or a number from 0 to 255")
                })?;
                return Ok(Protocol(number.to_string()));
            }
        };
        Ok(Protocol(known.to_owned()))
    }

    /// Whether it has ports.
    pub fn has_ports(&self) -> bool {
        matches!(self.as_str(), "tcp" | "udp")
    }

    /// Whether it has types and codes, which EC2 keeps where others have ports.
    pub fn has_types(&self) -> bool {
        matches!(self.as_str(), "icmp" | "icmpv6")
    }

    /// EC2's spelling.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Property for Protocol {
    fn ty() -> Type {
        static FORMAT: Format = Format {
            what: "a protocol such as tcp, or -1 for all, as a string",
            or_object: false,
            canonical: |value| {
                let text = value.as_str().unwrap_or_default();
                Protocol::parse(text).map(|protocol| protocol.encode())
            },
            meaning: None,
        };
        Type::Format(&FORMAT)
    }
    fn decode(value: &Value) -> Result<Self, Fault> {
        Protocol::parse(value.as_str().unwrap_or_default()).map_err(|why| Fault::new(Path::root(), why))
    }
    fn encode(&self) -> Value {
        self.as_str().into()
    }
}

#[cfg(test)]
mod tests {
    use super::Protocol;

    #[test]
    fn has_one_spelling() {
        for (text, expected) in [
            ("tcp", Some("tcp")),
            ("TCP", Some("tcp")),
            ("6", Some("tcp")),
            ("all", Some("-1")),
            ("-1", Some("-1")),
            ("58", Some("icmpv6")),
            ("050", Some("50")),
            ("256", None),
            ("http", None),
            ("", None),
        ] {
            let parsed = Protocol::parse(text).ok();
            assert_eq!(parsed.as_ref().map(Protocol::as_str), expected, "{text}");
        }
    }
}
