//! Text that can't steer a terminal: a commit's subject, a file's name and a program's output are written by others.

use std::borrow::Cow;

use crate::text::{is_turning, spelled};

/// The text with line breaks, tabs and colours, and without all other control characters. What would turn the direction of
/// reading is spelled: it is left in, for in a name it makes a difference.
pub(super) fn safe(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
    if text.chars().all(is_plain) {
        return spelled(text, is_turning);
    }
    let keep = |(at, c): &(usize, char)| is_plain(*c) || (*c == '\u{1b}' && is_colour(&text[*at..]));
    let kept: String = text.char_indices().filter(keep).map(|(_, c)| c).collect();
    Cow::Owned(spelled(&kept, is_turning).into_owned())
}

/// Whether an escape sequence only changes how letters look: `ESC [ 1 ; 31 m`.
fn is_colour(sequence: &str) -> bool {
    let rest = sequence.strip_prefix("\u{1b}[").unwrap_or_default();
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != ';');
    end.is_some_and(|end| rest[end..].starts_with('m'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_colours_come_through() {
        let cases = [
            ("two\n\tlines", "two\n\tlines"),
            ("\u{1b}[1;31mred\u{1b}[0m", "\u{1b}[1;31mred\u{1b}[0m"),
            ("\u{1b}[2Jgone", "[2Jgone"),
            ("\u{1b}]0;title\u{7}", "]0;title"),
            ("a\rb\u{8}\u{9b}2J", "ab2J"),
            ("\u{1b}", ""),
            ("\u{1b}[31", "[31"),
            ("a\u{202e}b\u{2066}c\u{200f}", r"a\u202eb\u2066c\u200f"),
            ("\u{1b}[1m\u{202a}", "\u{1b}[1m\\u202a"),
            ("שלום", "שלום"),
        ];
        for (text, expected) in cases {
            assert_eq!(safe(text), expected, "{text:?}");
        }
    }
}
