//! The values of a record: as programs write them, and as Route 53 keeps them.

use std::net::Ipv6Addr;

use super::RecordType;

/// The bytes that one string of a TXT record holds.
const MOST: usize = 255;

/// A value as Route 53 takes it: text in quotes, an IPv6 address in its shortest form, everything else as it is.
pub fn wire(kind: RecordType, value: &str) -> String {
    match kind {
        RecordType::Txt | RecordType::Spf => quoted(strings(value).unwrap_or_else(|| vec![value.into()])),
        RecordType::Aaaa => value.parse::<Ipv6Addr>().map_or_else(|_| value.to_owned(), |address| address.to_string()),
        _ => value.to_owned(),
    }
}

/// A value of Route 53's as a program would write it: text without quotes, unless only quotes say what it is.
pub fn plain(kind: RecordType, wire: &str) -> String {
    let text = match kind {
        RecordType::Txt | RecordType::Spf => strings(wire).and_then(|strings| String::from_utf8(strings.concat()).ok()),
        _ => None,
    };
    // Several strings, or text that reads like quoted text, can only be written in quotes.
    match text {
        Some(text) if same(kind, &text, wire) => text,
        _ => self::wire(kind, wire),
    }
}

/// Whether two values of a type are the same to Route 53.
pub fn same(kind: RecordType, one: &str, other: &str) -> bool {
    wire(kind, one) == wire(kind, other)
}

/// Strings in quotes, one after another. What is longer than one string of a TXT record becomes several; bytes that are not plain ASCII are
/// written in octal.
fn quoted(strings: Vec<Vec<u8>>) -> String {
    let parts = strings.iter().flat_map(|string| match string.as_slice() {
        [] => vec![&[][..]],
        bytes => bytes.chunks(MOST).collect(),
    });
    let parts = parts.map(|bytes| format!("\"{}\"", bytes.iter().map(|byte| escaped(*byte)).collect::<String>()));
    parts.collect::<Vec<_>>().join(" ")
}

fn escaped(byte: u8) -> String {
    match byte {
        b'"' | b'\\' => format!("\\{}", char::from(byte)),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\{byte:03o}"),
    }
}

/// The strings of a text that is nothing but strings in quotes. `None` where something stands outside of quotes.
fn strings(text: &str) -> Option<Vec<Vec<u8>>> {
    let mut strings = Vec::new();
    let mut rest = text.trim().bytes().peekable();
    while rest.next()? == b'"' {
        let mut string = Vec::new();
        loop {
            match rest.next()? {
                b'"' => break,
                b'\\' => string.push(unescaped(&mut rest)?),
                byte => string.push(byte),
            }
        }
        strings.push(string);
        while rest.next_if(u8::is_ascii_whitespace).is_some() {}
        if rest.peek().is_none() {
            return Some(strings);
        }
    }
    None
}

/// The byte after a backslash: by three octal digits, or itself.
fn unescaped(rest: &mut impl Iterator<Item = u8>) -> Option<u8> {
    let first = rest.next()?;
    if !(b'0'..=b'7').contains(&first) {
        return Some(first);
    }
    let digits = [first, rest.next()?, rest.next()?];
    u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 8).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::RecordType::{A, Aaaa, Caa, Txt};
    use super::{plain, same, wire};

    #[test]
    fn is_written_as_route_53_takes_it() {
        for (kind, text, expected) in [
            (Txt, "v=spf1 -all", "\"v=spf1 -all\""),
            (Txt, "\"v=spf1 -all\"", "\"v=spf1 -all\""),
            (Txt, "\"one \"  \"two\"", "\"one \" \"two\""),
            (Txt, "", "\"\""),
            (Txt, "\"\"", "\"\""),
            (Txt, "a\"b\\é", "\"a\\\"b\\\\\\303\\251\""),
            (Txt, "\"a\\\"b\\\\\\303\\251\"", "\"a\\\"b\\\\\\303\\251\""),
            (Txt, "\"é\"", "\"\\303\\251\""),
            (Txt, "say \"x\"", "\"say \\\"x\\\"\""),
            (Txt, "\"x\" said he", "\"\\\"x\\\" said he\""),
            (Txt, "AB:CD:EF:01:23:45:67:89", "\"AB:CD:EF:01:23:45:67:89\""),
            (Caa, "0 issue \"letsencrypt.org\"", "0 issue \"letsencrypt.org\""),
            (Aaaa, "2001:DB8:0::1", "2001:db8::1"),
            (A, "192.0.2.1", "192.0.2.1"),
        ] {
            assert_eq!(wire(kind, text), expected, "{text}");
        }
    }

    #[test]
    fn is_read_as_people_write_it() {
        for (kind, kept, expected) in [
            (Txt, "\"v=spf1 -all\"", "v=spf1 -all"),
            (Txt, "\"\"", ""),
            (Txt, "\"a\\\"b\\\\\\303\\251\"", "a\"b\\é"),
            // Only in quotes do these differ from other text.
            (Txt, "\"one \" \"two\"", "\"one \" \"two\""),
            (Txt, "\"\\\"x\\\"\"", "\"\\\"x\\\"\""),
            (Txt, "\"\\377\"", "\"\\377\""),
            (Txt, "\"ab:cd:ef:01:23:45:67:89\"", "ab:cd:ef:01:23:45:67:89"),
            (Caa, "0 issue \"letsencrypt.org\"", "0 issue \"letsencrypt.org\""),
            (Aaaa, "2001:0DB8:0:0:0:0:0:1", "2001:db8::1"),
        ] {
            assert_eq!(plain(kind, kept), expected, "{kept}");
        }
    }

    #[test]
    fn splits_long_text() {
        let long = "x".repeat(600);
        let strings = wire(Txt, &long);
        let lengths: Vec<_> = strings.split(' ').map(|s| s.len() - 2).collect();
        assert_eq!(lengths, [255, 255, 90]);
        assert_eq!(plain(Txt, &strings), long);
        assert!(!same(Txt, "\"a\" \"b\"", "ab"), "two strings are not one");
    }

    proptest! {
        #[test]
        fn comes_back(text in "(\\PC|[\"\\\\ a0é])*") {
            let kept = wire(Txt, &text);
            prop_assert!(same(Txt, &plain(Txt, &kept), &text));
            prop_assert_eq!(wire(Txt, &kept), kept);
        }
    }
}
