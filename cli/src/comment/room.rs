//! What of a text fits into a comment, and how it can't leave its place there.

use std::borrow::Cow;
use std::fmt::Write;

use crate::text::{is_steering, spelled};

/// What a forge has room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// The most that one comment has.
    pub bytes: usize,
    /// How many comments there may be.
    pub comments: usize,
    /// Whether HTML is more than text there.
    pub html: bool,
}

impl Room {
    /// So many of 65 parts of a comment.
    pub fn part(&self, of_65: usize) -> usize {
        self.bytes / 65 * of_65
    }
}

/// What failed and what was said is cut at so many bytes, for each stack.
const LONGEST: usize = 8_000;
/// What a fence takes besides its backticks and its content: its language, line breaks, and the words for what is left out.
const FRAME: usize = 64;

/// As much of a text as fits, in a fence that the content can't close. Takes up of the room what it has.
pub fn fenced(language: &str, content: &str, room: &mut usize) -> String {
    let content = legible(content);
    let content = content.trim_end_matches('\n');
    let most = room.saturating_sub(FRAME).min(LONGEST);
    // Where the fence itself is what is long, a quarter for the content leaves enough for both its ends.
    let fits = |text: &&str| text.len() + 2 * fence(text).len() + FRAME <= *room;
    let text = Some(beginning(content, most)).filter(fits).unwrap_or_else(|| beginning(content, most / 4));
    if text.is_empty() {
        return String::new();
    }
    let rest = match content.len() - text.len() {
        0 => String::new(),
        rest => format!("\n… and {rest} more bytes"),
    };
    let fence = fence(text);
    let block = format!("{fence}{language}\n{text}{rest}\n{fence}\n\n");
    *room = room.saturating_sub(block.len());
    block
}

/// The lines of a diff in their fence: as many blocks as fit, and then how many more there are. If it may go on elsewhere, it
/// says with which block, and what stands last comes there.
pub fn fenced_blocks(blocks: &[String], last: &str, goes_on: bool, room: &mut usize) -> (String, Option<usize>) {
    let longest = blocks.iter().map(|block| fence(block)).max().unwrap_or_default().max(fence(last));
    let Some(mut left) = room.checked_sub(2 * longest.len() + 2 * FRAME) else {
        return (String::new(), Some(0).filter(|_| goes_on));
    };
    let (mut lines, mut shown) = (String::new(), 0);
    for block in blocks.iter().take_while(|block| !block.is_empty()) {
        let Some(rest) = left.checked_sub(block.len()) else {
            break;
        };
        (left, shown) = (rest, shown + 1);
        lines += block;
    }
    let next = Some(shown).filter(|shown| goes_on && *shown < blocks.len());
    let last = if next.is_some() { "" } else { last };
    let end = beginning(last, left.min(LONGEST));
    lines += end;
    if end.len() < last.len() {
        let _ = write!(lines, "\n… and {} more bytes", last.len() - end.len());
    }
    let mut text = String::new();
    if !lines.is_empty() {
        let _ = write!(text, "{longest}diff\n{}\n{longest}\n\n", lines.trim_end_matches('\n'));
    }
    if shown < blocks.len() && next.is_none() {
        let _ = write!(text, "{} more resources change than fit here.\n\n", blocks.len() - shown);
    }
    *room = room.saturating_sub(text.len());
    (text, next)
}

/// Longer than any run of backticks in a text.
fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    "`".repeat(longest.max(2) + 1)
}

fn beginning(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// Text without a meaning of its own in Markdown, HTML or a forge: no markup, no mention, no issue link, no line break.
pub fn escape(text: &str, most: usize) -> String {
    let mut escaped = String::with_capacity(text.len().min(most));
    let ends = text.chars().nth(most).map_or("", |_| "…");
    let text: String = text.chars().take(most).collect();
    let text = legible(&text);
    for (at, c) in text.char_indices() {
        match c {
            '\n' => escaped.push(' '),
            // Forges look for mentions and issue links after they have read entities, so a character of no width parts them.
            '@' | '#' => {
                escaped.push(c);
                escaped.push_str("&#8203;");
            }
            // So are addresses, which would become links.
            ':' if text[at..].starts_with("://") => escaped.push_str(":&#8203;"),
            '&' | '<' | '>' | '"' | '\'' | '|' | '`' | '*' | '_' | '~' | '[' | ']' | '\\' | '!' | '$' => {
                let _ = write!(escaped, "&#{};", u32::from(c));
            }
            c => escaped.push(c),
        }
    }
    escaped + ends
}

/// One line of a fence's content.
pub fn one_line(text: &str) -> String {
    spelled(&text.replace('\r', "\\r").replace('\n', "\\n"), is_steering).into_owned()
}

/// A value as far as a reader wants it.
pub fn cut(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        Some((end, _)) => Cow::Owned(format!("{}… ({} characters)", &text[..end], text.chars().count())),
        None => Cow::Borrowed(text),
    }
}

/// Text of several lines without what steers or turns.
fn legible(text: &str) -> String {
    spelled(&text.replace("\r\n", "\n").replace('\r', "\n"), is_steering).into_owned()
}
