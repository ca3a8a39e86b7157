//! Small words for people: lists, times, the one line of a tool's output that matters, and characters that mislead readers.

use std::borrow::Cow;

/// "a, b and 3 more".
pub fn list(names: &[&str], most: usize) -> String {
    match names.len() {
        count if count > most => format!("{} and {} more", names[..most].join(", "), count - most),
        _ => names.join(", "),
    }
}

/// "1 stack", "2 stacks".
pub fn count(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

/// The last line that says something, without the tool's own "fatal:" or "error:".
pub fn last_line(said: &str) -> String {
    let is_advice = |line: &&str| {
        !line.trim().is_empty()
            && !line.starts_with("Please make sure")
            && !line.starts_with("and the repository exists")
    };
    let lines: Vec<&str> = said.lines().filter(is_advice).collect();
    let fatal = lines.iter().rev().find(|line| line.starts_with("fatal:") || line.starts_with("error:"));
    let line = fatal.or(lines.last()).copied().unwrap_or("it failed without a word");
    line.trim_start_matches("fatal: ").trim_start_matches("error: ").trim().to_owned()
}

/// "12.3s", "4m 10s": as long as it took.
pub fn seconds(seconds: f64) -> String {
    if seconds < 60.0 {
        return format!("{seconds:.1}s");
    }
    let whole = std::time::Duration::from_secs_f64(seconds).as_secs();
    format!("{}m{:02}s", whole / 60, whole % 60)
}

/// Milliseconds as seconds; a clock that was set back counts as none.
pub fn as_seconds(millis: i64) -> f64 {
    std::time::Duration::from_millis(u64::try_from(millis).unwrap_or_default()).as_secs_f64()
}

/// kubectl's ages: "5s", "12m", "3h", "2d".
pub fn age(millis: i64) -> String {
    let seconds = (millis / 1000).max(0);
    match seconds {
        0..120 => format!("{seconds}s"),
        120..7_200 => format!("{}m", seconds / 60),
        7_200..172_800 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// "2 min ago", in a sentence.
pub fn ago(millis: i64) -> String {
    let seconds = (millis / 1000).max(0);
    match seconds {
        0..5 => "just now".to_owned(),
        5..120 => format!("{seconds} s ago"),
        120..7_200 => format!("{} min ago", seconds / 60),
        7_200..172_800 => format!("{} h ago", seconds / 3_600),
        _ => format!("{} days ago", seconds / 86_400),
    }
}

/// A time as RFC 3339 in UTC, from milliseconds since 1970.
pub fn timestamp(millis: i64) -> String {
    jiff::Timestamp::from_millisecond(millis).map(|time| format!("{time:.3}")).unwrap_or_default()
}

/// Whether a character turns the direction in which what follows is read: text that holds one doesn't read as it is.
pub fn is_turning(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a character is none that is read: it steers a terminal, or turns what follows.
pub fn is_steering(c: char) -> bool {
    is_turning(c) || (c.is_control() && !matches!(c, '\n' | '\t'))
}

/// The text with such characters spelled as JSON spells them, so that JSON stays what it was.
pub fn spelled(text: &str, is_such: fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(is_such) {
        return Cow::Borrowed(text);
    }
    let spell = |c: char| if is_such(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() };
    Cow::Owned(text.chars().map(spell).collect())
}

/// What is wrong with a YAML file, without what its reader tells programmers.
pub fn of_yaml(said: &str) -> String {
    let cases = [
        ("cannot deserialize null into", "there is nothing where a value has to be"),
        ("budget breached", "there is too much in it: too many values, or too deep ones"),
    ];
    let known = cases.into_iter().find(|(words, _)| said.contains(words)).map(|(_, plain)| plain);
    // Behind the fault stands how the reader's own settings would allow it.
    let fault = said.split([',', ';']).next().filter(|_| said.contains("Options")).unwrap_or(said);
    known.unwrap_or(fault).to_owned()
}

/// The first seven digits of a commit, as people read it.
pub fn short(commit: &str) -> &str {
    commit.get(..7).unwrap_or(commit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_well() {
        let cases = [
            (0, "0s", "just now"),
            (119_000, "119s", "119 s ago"),
            (7_100_000, "118m", "118 min ago"),
            (400_000_000, "4d", "4 days ago"),
        ];
        for (millis, short, long) in cases {
            assert_eq!((age(millis).as_str(), ago(millis).as_str()), (short, long));
        }
        assert_eq!(timestamp(1_500), "1970-01-01T00:00:01.500Z");
        assert_eq!((seconds(2.04).as_str(), seconds(250.0).as_str()), ("2.0s", "4m10s"));
    }

    #[test]
    fn what_is_wrong_with_yaml_is_told_to_whoever_wrote_it() {
        let cases = [
            ("cannot deserialize null into string; use Option<String>", "there is nothing where a value has to be"),
            (
                "duplicate mapping key: name, set DuplicateKeyPolicy in Options if acceptable",
                "duplicate mapping key: name",
            ),
            ("budget breached: Nodes { nodes: 250001 }", "there is too much in it: too many values, or too deep ones"),
            ("invalid type: map, expected a sequence", "invalid type: map, expected a sequence"),
        ];
        for (said, expected) in cases {
            assert_eq!(of_yaml(said), expected);
        }
    }

    #[test]
    fn of_a_tools_output_one_line_matters() {
        let said = "warning: x\nfatal: 'y' does not appear to be a git repository\nPlease make sure you have the correct access rights\nand the repository exists.";
        assert_eq!(last_line(said), "'y' does not appear to be a git repository");
        assert_eq!(list(&["a", "b", "c"], 2), "a, b and 1 more");
    }
}
