//! Domain names.

use pulumi_plugin::Spelled as _;

spelled! {
    /// A domain name in full, in lower case and without the trailing dot: `www.example.com`, `*.example.com`.
    DomainName, "a domain name in full", "www.example.com", "internal.example.org", canonical
}

/// A name as people write it or as Route 53 tells it: `WWW.Example.com.`, `\052.example.com.`.
fn canonical(text: &str) -> Result<String, String> {
    let name = unescaped(text.strip_suffix('.').unwrap_or(text)).to_lowercase();
    let wrong = |why: &str| Err(format!("{}: {why}", DomainName::is_not(text)));
    if name.contains("://") || name.contains(char::is_whitespace) {
        return wrong("it has characters that no name has");
    }
    if name.split('.').any(|label| label == "@") {
        return wrong("the zone itself is written with its own name, not as `@`");
    }
    if name.len() > 253 {
        return wrong("it has more than 253 characters");
    }
    match name.split('.').find(|label| label.is_empty() || label.len() > 63) {
        Some("") => wrong("there is nothing before or after a dot"),
        Some(_) => wrong("it has more than 63 characters between two dots"),
        None => Ok(name),
    }
}

/// With `\052` as `*`: printable characters that Route 53 tells by their octal number. A dot or a backslash stays as it is told.
fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let code = after.get(1..4).and_then(|digits| u8::from_str_radix(digits, 8).ok());
        match code {
            Some(c) if c.is_ascii_graphic() && c != b'.' && c != b'\\' => {
                out.push(char::from(c));
                rest = &after[4..];
            }
            _ => {
                out.push('\\');
                rest = &after[1..];
            }
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::DomainName;

    #[test]
    fn has_one_spelling() {
        for (text, expected) in [
            ("Example.COM.", Some("example.com")),
            ("\\052.example.com.", Some("*.example.com")),
            ("*.example.com", Some("*.example.com")),
            ("0\\05725.2.0.192.in-addr.arpa", Some("0/25.2.0.192.in-addr.arpa")),
            ("a\\056b.example.com", Some("a\\056b.example.com")),
            ("_dmarc.example.com", Some("_dmarc.example.com")),
            ("@", None),
            ("", None),
            ("a..b", None),
            (".example.com", None),
            ("https://example.com", None),
            ("two words.example.com", None),
        ] {
            let parsed = DomainName::parse(text).ok();
            assert_eq!(parsed.as_ref().map(DomainName::as_str), expected, "{text}");
        }
        assert!(DomainName::parse(&format!("{}.com", "a".repeat(64))).is_err());
    }
}
