//! Paths of a Git tree as text. Git's names are bytes: a byte that is no UTF-8 is kept as a NUL, which no name holds,
//! with its two hexadecimal digits, so that no two names become one.

use std::fmt::Write as _;

use crate::text::is_turning;

/// A path's bytes as text that stands for them alone.
pub fn text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(text, "\0{byte:02x}");
        }
    }
    text
}

/// Whether its bytes are no UTF-8.
pub fn is_bytes(path: &str) -> bool {
    path.contains('\0')
}

/// As git shows it: `caf\351`, and what would begin a line of its own or be read the other way round as `\n` or `\u{202e}`.
pub fn shown(path: &str) -> String {
    let mut parts = path.split('\0');
    let mut shown = visible(parts.next().unwrap_or_default());
    for part in parts {
        let (digits, rest) = part.split_at_checked(2).unwrap_or((part, ""));
        let byte = u8::from_str_radix(digits, 16).unwrap_or_default();
        let _ = write!(shown, "\\{byte:03o}{}", visible(rest));
    }
    shown
}

fn visible(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut visible, c| {
        match c.is_control() || is_turning(c) {
            true => visible.extend(c.escape_default()),
            false => visible.push(c),
        }
        visible
    })
}

/// The folder of a path, and its name there.
pub fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// Whether a path is a folder or lies in it; the empty folder holds everything.
pub fn is_within(path: &str, folder: &str) -> bool {
    folder.is_empty() || path == folder || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_bytes_and_stay_apart() {
        let cases: [(&[u8], bool, &str); 5] = [
            (b"net/main.ts", false, "net/main.ts"),
            ("net/café".as_bytes(), false, "net/café"),
            (b"caf\xe9/x", true, "caf\\351/x"),
            (b"caf\\351/x", false, "caf\\351/x"),
            ("net/x\nweb\u{202e}".as_bytes(), false, "net/x\\nweb\\u{202e}"),
        ];
        for (bytes, foreign, expected) in cases {
            let text = text(bytes);
            assert_eq!((is_bytes(&text), shown(&text).as_str()), (foreign, expected));
        }
        assert_ne!(text(b"caf\xe9"), text(b"caf\\351"));
        assert_ne!(text(b"\xe9"), text(b"\xe8"));
    }
}
