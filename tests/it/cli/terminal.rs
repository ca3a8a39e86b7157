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
    script.env("TERM", "xterm-256color").env_remove("NO_COLOR");
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
