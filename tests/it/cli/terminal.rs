//! A command of gitinfra's in a terminal, and what the terminal got.

use std::fs::File;
use std::io::Write as _;
use std::process::{Command, Stdio};

use super::place::Place;
use super::said::Said;
use crate::tools;

/// A terminal of 100 columns, in which nobody types.
pub fn in_a_terminal(p: &Place, words: &str, change: impl FnOnce(&mut Command) -> &mut Command) -> Said {
    let mut script = terminal(p, words);
    change(&mut script);
    script.stdin(Stdio::null());
    Said::of(script)
}

/// The same where somebody types.
pub fn answered(p: &Place, words: &str, typed: &str) -> Said {
    let file = p.path("typed");
    File::create(&file).and_then(|mut file| file.write_all(typed.as_bytes())).expect("a file");
    let mut script = terminal(p, words);
    script.stdin(File::open(&file).expect("it was just written"));
    Said::of(script)
}

/// The command before it is started.
pub fn terminal(p: &Place, words: &str) -> Command {
    let program = tools::program("gitinfra");
    let mut script = Command::new("script");
    let line = format!("stty cols 100 rows 30; exec {} {words}", program.display());
    script.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
    p.surround(&mut script);
    script.env("TERM", "xterm-256color").env_remove("NO_COLOR").env("PAGER", "cat");
    script
}

/// Whether a text has a sequence that sets a colour (`ESC [ 3 1 m`) and not only one that moves the cursor.
pub fn coloured(text: &str) -> bool {
    text.split("\u{1b}[").skip(1).any(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != ';');
        end.is_some_and(|end| end > 0 && rest[end..].starts_with('m') && !rest.starts_with("0m"))
    })
}

/// The text as it reads, without what steers the terminal.
pub fn plain(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| c.is_ascii_alphabetic()).map_or(part.len(), |end| end + 1);
        plain += &part[end..];
    }
    plain.replace('\r', "")
}

/// What such a terminal shows in the end, line by line, as far as gitinfra's words to it go.
pub fn screen(text: &str) -> Vec<String> {
    let (mut rows, mut row, mut column) = (vec![Vec::new()], 0_usize, 0_usize);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\n' => row += 1,
            '\r' => column = 0,
            '\u{1b}' => {
                let sequence: String = std::iter::from_fn(|| rest.next_if(|c| !c.is_ascii_alphabetic())).collect();
                let times = sequence.trim_start_matches(['[', '?']).parse().unwrap_or(1);
                match rest.next() {
                    Some('A') => row = row.saturating_sub(times),
                    Some('B') => row += times,
                    Some('D') => column = column.saturating_sub(times),
                    Some('G') => column = times - 1,
                    Some('K') if sequence == "[2" => rows[row].clear(),
                    Some('K') => rows[row].truncate(column),
                    Some('J') => {
                        rows[row].truncate(column);
                        rows.truncate(row + 1);
                    }
                    _ => {}
                }
            }
            c if !c.is_control() => {
                let line = &mut rows[row];
                line.resize(line.len().max(column + 1), ' ');
                line[column] = c;
                column += 1;
            }
            _ => {}
        }
        rows.resize(rows.len().max(row + 1), Vec::new());
    }
    rows.into_iter().map(|row| row.into_iter().collect::<String>().trim_end().to_owned()).collect()
}

#[test]
fn a_screen_shows_what_was_not_taken_back() {
    let cases: [(&str, &[&str]); 3] = [
        ("one\r\ntwo\u{1b}[1A\r\u{1b}[2Kthree\r\n", &["three", "two"]),
        ("abc\rx\u{1b}[K", &["x"]),
        ("\u{1b}[31mred\u{1b}[0m\r\n\u{1b}[?25l\r\n\u{1b}[2A\u{1b}[J", &[""]),
    ];
    for (text, expected) in cases {
        assert_eq!(screen(text), expected, "{text:?}");
    }
}
