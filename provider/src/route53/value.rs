//! The values of a record: as people write them, and as Route 53 keeps them.

use std::net::Ipv6Addr;

use pulumi_plugin::shape::{Format, Type};
use pulumi_plugin::{Fault, Property, Value};

/// The bytes that one string of a TXT record holds.
const MOST: usize = 255;

/// A value as people write it: text without quotes and escapes, an IPv6 address in its short form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordValue(String);

impl RecordValue {
    /// Reads a value, whichever way it is written. Text that would be taken for quoted text keeps its quotes.
    pub fn new(text: &str) -> RecordValue {
        RecordValue(match (unquoted(text), text.parse::<Ipv6Addr>()) {
            (Some(plain), _) if unquoted(&plain).is_some() => quoted(&plain),
            (Some(plain), _) => plain,
            (None, Ok(address)) => address.to_string(),
            (None, Err(_)) => text.to_owned(),
        })
    }

    /// The value as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As Route 53 takes a text: in quotes, in strings of at most 255 bytes.
    pub fn as_strings(&self) -> String {
        quoted(&unquoted(&self.0).unwrap_or_else(|| self.0.clone()))
    }
}

impl Property for RecordValue {
    fn ty() -> Type {
        static FORMAT: Format = Format {
            what: "the value of a record",
            example: "192.0.2.1",
            another: "www.example.com",
            or_object: false,
            canonical: |value| Ok(RecordValue::new(value.as_str().unwrap_or_default()).encode()),
            meaning: None,
        };
        Type::Format(&FORMAT)
    }
    fn decode(value: &Value) -> Result<Self, Fault> {
        Ok(RecordValue::new(value.as_str().unwrap_or_default()))
    }
    fn encode(&self) -> Value {
        self.0.as_str().into()
    }
}

/// `a"b` as `"a\"b"`; what is longer than one string holds, as several. Bytes that are not plain ASCII are written in octal.
fn quoted(plain: &str) -> String {
    let string = |bytes: &[u8]| {
        let inside: String = bytes.iter().map(|byte| escaped(*byte)).collect();
        format!("\"{inside}\"")
    };
    match plain.as_bytes() {
        [] => "\"\"".to_owned(),
        bytes => bytes.chunks(MOST).map(string).collect::<Vec<_>>().join(" "),
    }
}

fn escaped(byte: u8) -> String {
    match byte {
        b'"' | b'\\' => format!("\\{}", char::from(byte)),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\{byte:03o}"),
    }
}

/// What stands in quotes, the strings put together. `None` where something stands outside of quotes, or nothing stands there at all.
fn unquoted(text: &str) -> Option<String> {
    let mut plain = Vec::new();
    let mut rest = text.trim().strip_prefix('"')?.bytes().peekable();
    loop {
        match rest.next()? {
            b'"' => {
                while rest.next_if(u8::is_ascii_whitespace).is_some() {}
                match rest.next() {
                    None => return String::from_utf8(plain).ok(),
                    Some(b'"') => {}
                    Some(_) => return None,
                }
            }
            b'\\' => plain.push(unescaped(&mut rest)?),
            byte => plain.push(byte),
        }
    }
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

    use super::{RecordValue, quoted, unquoted};

    #[test]
    fn reads_what_people_write() {
        for (text, expected) in [
            ("v=spf1 -all", "v=spf1 -all"),
            ("\"v=spf1 -all\"", "v=spf1 -all"),
            ("\"one \" \"two\"", "one two"),
            ("\"\"", ""),
            ("\"a\\\"b\\\\\\303\\251\"", "a\"b\\é"),
            ("say \"x\"", "say \"x\""),
            ("\"x\" said he", "\"x\" said he"),
            ("\"\\\"x\\\"\"", "\"\\\"x\\\"\""),
            ("0 issue \"letsencrypt.org\"", "0 issue \"letsencrypt.org\""),
            ("2001:DB8:0::1", "2001:db8::1"),
            ("192.0.2.1", "192.0.2.1"),
        ] {
            assert_eq!(RecordValue::new(text).as_str(), expected, "{text}");
        }
    }

    #[test]
    fn splits_long_text() {
        let strings = RecordValue::new(&"x".repeat(600)).as_strings();
        let lengths: Vec<_> = strings.split(' ').map(|s| s.len() - 2).collect();
        assert_eq!(lengths, [255, 255, 90]);
    }

    proptest! {
        #[test]
        fn comes_back_from_quotes(plain in "\\PC*") {
            prop_assert_eq!(unquoted(&quoted(&plain)), Some(plain));
        }

        #[test]
        fn is_canonical_at_once(text in "[\"\\\\ a0é]*") {
            let once = RecordValue::new(&text);
            prop_assert_eq!(RecordValue::new(once.as_str()), once.clone());
            prop_assert_eq!(RecordValue::new(&once.as_strings()), once);
        }
    }
}
