//! What is longer than the screen is shown by a pager, as git does it.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Mutex;

use tokio::signal::unix::{SignalKind, signal};

/// A pager, and what was printed for it.
pub struct Pager {
    command: String,
    /// Variables that it is to see.
    variables: Vec<(&'static str, &'static str)>,
    kept: Mutex<String>,
}

/// What a shell says of a program that it could not run.
const NOT_RUN: [i32; 2] = [126, 127];

impl Pager {
    /// The pager that a command starts; nothing where the command is to print as it is.
    pub fn of(command: &str, variables: Vec<(&'static str, &'static str)>) -> Option<Pager> {
        let command = command.trim().to_owned();
        let is_none = command.is_empty() || command == "cat";
        (!is_none).then(|| Pager { command, variables, kept: Mutex::default() })
    }

    /// Takes a text, which ends in one line break.
    pub(super) fn keep(&self, text: &str) {
        let mut kept = super::lock(&self.kept);
        kept.push_str(text.trim_end_matches('\n'));
        kept.push('\n');
    }

    /// What was kept, once.
    pub(super) fn take(&self) -> Option<String> {
        let text = std::mem::take(&mut *super::lock(&self.kept));
        (!text.is_empty()).then_some(text)
    }

    /// Shows a text until whoever reads it has done so. False where there is no such program.
    pub(super) async fn show(&self, text: &str) -> bool {
        // From here on Ctrl-C is a key of the pager's.
        let _ctrl_c = signal(SignalKind::interrupt());
        let Ok(mut child) = self.program().envs(self.variables.iter().copied()).stdin(Stdio::piped()).spawn() else {
            return false;
        };
        if let Some(mut input) = child.stdin.take() {
            // A pager may end before all of it was read.
            let _ = input.write_all(text.as_bytes());
        }
        let code = child.wait().ok().and_then(|status| status.code());
        !code.is_some_and(|code| NOT_RUN.contains(&code))
    }

    /// Words alone need no shell.
    fn program(&self) -> Command {
        let is_plain = !self.command.contains([
            '|', '&', ';', '<', '>', '(', ')', '$', '`', '\\', '"', '\'', '*', '?', '[', '#', '~', '=', '%',
        ]);
        let mut words = self.command.split_whitespace();
        let mut command = Command::new(words.next().filter(|_| is_plain).unwrap_or("sh"));
        match is_plain {
            true => command.args(words),
            false => command.args(["-c", &self.command]),
        };
        command
    }
}

/// Whether a text fits a screen of so many rows and columns, with a row left for what comes after it.
pub(super) fn fits(text: &str, (rows, columns): (u16, u16)) -> bool {
    let columns = usize::from(columns).max(1);
    let needed = |line: &str| console::measure_text_width(line).div_ceil(columns).max(1);
    text.lines().map(needed).sum::<usize>() < usize::from(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_longer_than_the_screen_needs_a_pager() {
        for (text, expected) in [
            ("", true),
            ("a\nb\n", true),
            ("a\nb\nc", false),
            ("abcdefghijklmnop", true),
            ("abcdefghijklmnopqrstu", false),
        ] {
            assert_eq!(fits(text, (3, 10)), expected, "{text:?}");
        }
    }

    #[test]
    fn some_commands_are_no_pager() {
        assert!(["", " ", "cat"].iter().all(|command| Pager::of(command, Vec::new()).is_none()));
        let pager = Pager::of("less -FRX", Vec::new()).expect("a pager");
        pager.keep("one\n\n");
        pager.keep("two");
        assert_eq!((pager.take().as_deref(), pager.take()), (Some("one\ntwo\n"), None));
    }

    #[tokio::test]
    async fn a_pager_that_is_missing_or_ends_early_hurts_nothing() {
        let long = "a line\n".repeat(100_000);
        for (command, is_shown) in [("/no/such/pager", false), ("no-such-pager | cat; exit 127", false), ("true", true)]
        {
            let pager = Pager::of(command, Vec::new()).expect("a pager");
            assert_eq!(pager.show(&long).await, is_shown, "{command}");
        }
    }
}
