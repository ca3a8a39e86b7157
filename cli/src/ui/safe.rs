//! Text that can't steer a terminal: a commit's subject, a file's name and a program's output are written by others.

use std::borrow::Cow;

use crate::text::{is_turning, spelled};

/// The text with line breaks, tabs and, where they are wanted, colours, and without all other control characters. Colours end with the text, and
/// nothing is concealed by them. What would turn the direction of reading is spelled: it is left in, for in a name it makes a difference.
pub(super) fn safe(text: &str, coloured: bool) -> Cow<'_, str> {
    let is_plain = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
    if text.chars().all(is_plain) {
        return spelled(text, is_turning);
    }
    let (mut kept, mut rest, mut is_open) = (String::with_capacity(text.len()), text, false);
    while let Some(c) = rest.chars().next() {
        let colour = colour(rest);
        let (piece, after) = rest.split_at(colour.map_or(c.len_utf8(), str::len));
        match colour {
            Some(colour) if coloured && !conceals(colour) => {
                is_open = !matches!(colour, "\u{1b}[0m" | "\u{1b}[m");
                kept.push_str(colour);
            }
            Some(_) => {}
            None if is_plain(c) => kept.push_str(piece),
            None => {}
        }
        rest = after;
    }
    if is_open {
        kept.push_str("\u{1b}[0m");
    }
    Cow::Owned(spelled(&kept, is_turning).into_owned())
}

/// The escape sequence that a text begins with, if it only changes how letters look: `ESC [ 1 ; 31 m`.
fn colour(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("\u{1b}[")?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    rest[end..].starts_with('m').then(|| &text[..text.len() - rest.len() + end + 1])
}

/// Whether a colour sequence conceals what follows. An 8 behind `38;5` or `48;5` is a colour.
fn conceals(colour: &str) -> bool {
    let mut codes = colour.trim_start_matches("\u{1b}[").trim_end_matches('m').split(';');
    while let Some(code) = codes.next() {
        match code {
            "38" | "48" => {
                let more = if codes.next() == Some("2") { 3 } else { 1 };
                codes.by_ref().take(more).for_each(drop);
            }
            code if code.trim_start_matches('0') == "8" => return true,
            _ => {}
        }
    }
    false
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
            ("\u{1b}[1m\u{202a}", "\u{1b}[1m\\u202a\u{1b}[0m"),
            ("x \u{1b}[8mhidden", "x hidden"),
            ("x \u{1b}[1;08mhidden", "x hidden"),
            ("\u{1b}[38;5;8mgrey\u{1b}[0m", "\u{1b}[38;5;8mgrey\u{1b}[0m"),
            ("שלום", "שלום"),
        ];
        for (text, expected) in cases {
            assert_eq!(safe(text, true), expected, "{text:?}");
        }
        assert_eq!(safe("a\u{1b}[31mb\u{1b}[0m\u{1b}[2Jc", false), "ab[2Jc");
    }
}
