//! What a command of gitinfra's came to.

use std::process::{Command, Output};

use serde_json::Value;

/// Its words and its exit code.
pub struct Said {
    /// The command line, for messages of failed tests.
    line: String,
    /// The exit code; -1 when a signal ended it.
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Said {
    pub fn of(mut command: Command) -> Said {
        let output = command.output().expect("the command runs");
        Said::ended(format!("{command:?}"), &output)
    }

    pub fn ended(line: String, output: &Output) -> Said {
        Said {
            line,
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    #[track_caller]
    pub fn expect_code(self, code: i32) -> Said {
        assert_eq!(self.code, code, "{self}");
        self
    }

    /// Expects words on stdout, each in its place after the one before.
    #[track_caller]
    pub fn expect_out(self, words: &[&str]) -> Said {
        in_order(&self.stdout, words, &self);
        self
    }

    /// Expects words on stderr, each in its place after the one before.
    #[track_caller]
    pub fn expect_err(self, words: &[&str]) -> Said {
        in_order(&self.stderr, words, &self);
        self
    }

    /// Expects that none of these words is anywhere in it.
    #[track_caller]
    pub fn expect_without(self, words: &[&str]) -> Said {
        let all = format!("{}{}", self.stdout, self.stderr);
        for word in words {
            assert!(!all.contains(word), "says {word}\n{self}");
        }
        self
    }

    /// Expects nothing on stdout: it is for data alone.
    #[track_caller]
    pub fn expect_no_data(self) -> Said {
        assert_eq!(self.stdout, "", "{self}");
        self
    }

    /// Its lines of JSON. Every line has to be one.
    #[track_caller]
    pub fn events(&self) -> Vec<Value> {
        let read = |line: &str| {
            let read: Result<Value, _> = serde_json::from_str(line);
            read.unwrap_or_else(|e| panic!("{e}: {line}\n{self}"))
        };
        self.stdout.lines().map(read).collect()
    }

    /// Its lines of JSON of one kind.
    #[track_caller]
    pub fn events_of(&self, kind: &str) -> Vec<Value> {
        let mut events = self.events();
        events.retain(|event| event["kind"] == kind);
        events
    }
}

#[track_caller]
fn in_order(text: &str, words: &[&str], said: &Said) {
    let mut rest = text;
    for word in words {
        let Some((_, after)) = rest.split_once(word) else {
            panic!("does not say {word} where it should\n{said}");
        };
        rest = after;
    }
}

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Said { line, code, stdout, stderr } = self;
        write!(f, "{line}\nexit code {code}\n-- stdout\n{stdout}\n-- stderr\n{stderr}")
    }
}
