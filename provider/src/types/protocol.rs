//! IP protocols.

spelled! {
    /// An IP protocol as EC2 spells it: `tcp`, `udp`, `icmp`, `icmpv6`, `-1` for all, or the number of any other.
    Protocol, "a protocol as a string (-1 for all)", "tcp", "-1", canonical
}

impl Protocol {
    /// Whether it has ports.
    pub fn has_ports(&self) -> bool {
        matches!(self.as_str(), "tcp" | "udp")
    }

    /// Whether it has types and codes, which EC2 keeps where others have ports.
    pub fn has_types(&self) -> bool {
        matches!(self.as_str(), "icmp" | "icmpv6")
    }
}

/// EC2's spelling of a name or a number, in any case.
fn canonical(text: &str) -> Result<String, String> {
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
            return Ok(number.to_string());
        }
    };
    Ok(known.to_owned())
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
