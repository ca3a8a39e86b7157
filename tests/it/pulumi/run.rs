//! What a run of the Pulumi CLI came to.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use super::State;

/// What a command said and did.
pub struct Run {
    /// The command line, for messages of failed tests.
    line: String,
    /// The exit code; -1 when a signal ended it.
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
    /// The engine's events, where it ran.
    pub events: Vec<Value>,
}

impl Run {
    pub(super) fn of(mut command: Command, events: &Path) -> Run {
        let output = command.output().expect("pulumi runs");
        Run::ended(format!("{command:?}"), &output, events)
    }

    pub(super) fn ended(line: String, output: &Output, events: &Path) -> Run {
        Run {
            line,
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            events: events_in(events),
        }
    }

    /// All that it printed.
    pub fn printed(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    #[track_caller]
    pub fn expect_ok(self) -> Run {
        self.expect_code(0)
    }

    #[track_caller]
    pub fn expect_code(self, code: i32) -> Run {
        assert_eq!(self.code, code, "{self}");
        self
    }

    /// Exit code 255 is the engine's for a failed deployment.
    #[track_caller]
    pub fn expect_failure(self) -> Run {
        assert!(self.code > 0, "it should have failed\n{self}");
        self
    }

    /// Expects words in what it printed.
    #[track_caller]
    pub fn expect_says(self, words: &str) -> Run {
        let said = squeezed(&self.printed());
        assert!(said.contains(&squeezed(words)), "does not say: {words}\n{self}");
        self
    }

    /// Expects exactly these steps beside those that leave things as they are: `create web`, `update web`; in any order.
    #[track_caller]
    pub fn expect_steps(self, steps: &[&str]) -> Run {
        let mut wanted: Vec<_> = steps.iter().map(|s| (*s).to_owned()).collect();
        wanted.sort();
        assert_eq!(self.steps(), wanted, "{self}");
        self
    }

    /// Expects that a preview told of every output that a resource turned out to have, if only that it isn't known yet.
    #[track_caller]
    pub fn expect_foreseen(self, state: &State, name: &str) -> Run {
        let foreseen = self.outcome(name)["outputs"].clone();
        let outputs = state.get(name, "/outputs").as_object();
        let came = outputs.into_iter().flat_map(|outputs| outputs.keys());
        // What begins so is the framework's own, which the engine shows nobody.
        let missed: Vec<_> = came.filter(|o| !o.starts_with("__") && foreseen.get(o).is_none()).collect();
        assert!(missed.is_empty(), "a preview of `{name}` knows no {missed:?}");
        self
    }

    /// What was done to which resource of the program, sorted; `same` and the engine's own resources are left out.
    pub fn steps(&self) -> Vec<String> {
        let mut steps = self.steps_in_order();
        steps.sort();
        steps
    }

    /// The same in the order in which it began.
    pub fn steps_in_order(&self) -> Vec<String> {
        let all = self.metadata("/resourcePreEvent/metadata");
        let own = all.filter(|m| !str_of(m, "/type").starts_with("pulumi:") && m["op"] != "same");
        own.map(|m| format!("{} {}", str_of(m, "/op"), name_of(str_of(m, "/urn")))).collect()
    }

    fn metadata(&self, pointer: &'static str) -> impl Iterator<Item = &Value> {
        self.events.iter().filter_map(move |e| e.pointer(pointer))
    }

    /// What differs of a resource: property paths and `add`, `update-replace`...
    pub fn diff(&self, name: &str) -> BTreeMap<String, String> {
        let all = self.events.iter().filter_map(|e| e.pointer("/resourcePreEvent/metadata"));
        let own = all.filter(|m| name_of(str_of(m, "/urn")) == name);
        let diffs = own.filter_map(|m| m.pointer("/detailedDiff")?.as_object());
        diffs.flatten().map(|(path, diff)| (path.clone(), str_of(diff, "/diffKind").to_owned())).collect()
    }

    /// The names of the resources that a refresh has found otherwise than they were, sorted.
    pub fn changed(&self) -> Vec<String> {
        let all = self.events.iter();
        let done = all.filter_map(|e| e.pointer("/resOutputsEvent/metadata"));
        let found = done.filter(|m| ["update", "delete"].contains(&str_of(m, "/op")));
        let mut names: Vec<_> = found.map(|m| name_of(str_of(m, "/urn")).to_owned()).collect();
        names.sort();
        names
    }

    /// The state that the engine reports for a resource when it is done with it: its `new` side.
    pub fn outcome(&self, name: &str) -> Value {
        let all = self
            .events
            .iter()
            .filter_map(|e| e.pointer("/resOutputsEvent/metadata").or_else(|| e.pointer("/resourcePreEvent/metadata")));
        let mut own = all.filter(|m| name_of(str_of(m, "/urn")) == name);
        own.next_back().and_then(|m| m.pointer("/new").cloned()).unwrap_or_default()
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}\nexit code {}\n{}", self.line, self.code, self.printed())?;
        writeln!(f, "steps: {:?}", self.steps())
    }
}

/// The events in a log, as far as it has been written.
pub(super) fn events_in(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// A resource's own name.
pub(super) fn name_of(urn: &str) -> &str {
    urn.splitn(4, "::").nth(3).unwrap_or_default()
}

fn str_of<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// Text with every stretch of white space as one space: where lines are broken is the terminal's business.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
