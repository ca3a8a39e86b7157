//! The table of lives: every type of resource goes through the same trials, without being asked, over the provider's own gRPC.
//!
//! A type has a row of data in [`rows`]; one without a row fails. What a trial means for a type is an answer in its row.

pub mod actions;
pub mod anew;
mod busy;
mod code;
mod faults;
mod granted;
mod keepers;
pub mod provider;
pub mod rows;
mod single;
pub mod stack;
mod trials;
pub mod wire;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use self::rows::left_out::LEFT_OUT;
use self::rows::{Row, rows};
use self::stack::{Asked, Stack};
use crate::aws::Aws;
use crate::tools;

/// The schema that the provider serves.
pub fn schema() -> Value {
    let text = std::fs::read_to_string(tools::repository().join("schema.json")).expect("there is a schema");
    serde_json::from_str(&text).expect("the schema is JSON")
}

#[test]
fn every_type_has_a_row() {
    let schema = schema();
    let resources = schema["resources"].as_object().expect("it has resources");
    let all = resources.iter().filter(|(_, it)| it["isComponent"] != true);
    let rows = rows();
    let missing: Vec<_> =
        all.map(|(token, _)| token).filter(|token| !rows.iter().any(|row| row.token() == **token)).collect();
    assert!(missing.is_empty(), "without a row in tests/it/life/rows.rs: {missing:?}");
}

/// What no row of a type tries is left out for a reason that is written down, and nothing else is.
#[test]
fn every_input_is_tried_or_left_out_for_a_reason() {
    let (schema, rows) = (schema(), rows());
    let mut wrong = Vec::new();
    for (token, it) in schema["resources"].as_object().expect("it has resources") {
        let kind = token.trim_start_matches("gitinfra:");
        if it["isComponent"] == true {
            continue;
        }
        let tried: BTreeSet<_> = rows.iter().filter(|row| row.kind == kind).flat_map(Row::tried).collect();
        let reasons = LEFT_OUT.iter().filter(|(of, _)| *of == kind).flat_map(|(_, reasons)| *reasons);
        let left: Vec<_> = reasons.flat_map(|(names, _)| names.split(' ')).collect();
        let inputs = it["inputProperties"].as_object().into_iter().flatten().map(|(name, _)| name.as_str());
        let asked: BTreeSet<_> =
            inputs.filter(|name| !COMMON.contains(name)).chain(["by_hand", "other", "in_place"]).collect();
        let silent = asked.iter().filter(|name| !tried.contains(**name) && !left.contains(*name));
        wrong.extend(silent.map(|name| format!("{kind}: `{name}` is in no row, and no reason is written")));
        let needless = left.iter().filter(|name| tried.contains(**name) || !asked.contains(*name));
        wrong.extend(needless.map(|name| format!("{kind}: `{name}` needs no reason")));
    }
    assert!(wrong.is_empty(), "tests/it/life/rows/left_out.rs:\n{}", wrong.join("\n"));
}

/// Inputs that every resource has: trials of the region and of roles are about the framework.
const COMMON: [&str; 2] = ["region", "assumeRole"];

/// Runs a trial with every row, four side by side, and tells all that fail. Most of the time they wait.
fn with_every_row(trial: impl Fn(&Row) + Sync) {
    let only = std::env::var("LIFE").unwrap_or_default();
    let waiting = Mutex::new(rows().into_iter().filter(|row| row.kind.contains(&only)).collect::<Vec<_>>());
    let failed = Mutex::new(Vec::new());
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(row) = next() {
                    if let Err(why) = catch_unwind(AssertUnwindSafe(|| trial(&row))) {
                        let words = why.downcast_ref::<String>().cloned();
                        let words = words.or(why.downcast_ref::<&str>().map(|text| (*text).to_owned()));
                        failed.lock().unwrap_or_else(PoisonError::into_inner).push(format!(
                            "{}: {}",
                            row.kind,
                            words.unwrap_or_default()
                        ));
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    assert!(failed.is_empty(), "{} fail:\n{}", failed.len(), failed.join("\n"));
}

/// A stack of one row in an account of its own: what is around the resource stands.
struct Trial<'a> {
    row: &'a Row,
    aws: Aws,
    stack: Stack,
    /// How many of its kind there are without it.
    before: usize,
    /// What stands beside what is around it, for now.
    beside: Vec<Asked>,
}

impl<'a> Trial<'a> {
    fn of(row: &'a Row) -> Trial<'a> {
        Trial::on(row, Aws::hurried())
    }

    fn on(row: &'a Row, aws: Aws) -> Trial<'a> {
        let mut stack = Stack::new(&aws);
        stack.up(&row.around).unwrap_or_else(|failure| panic!("what is around it: {}", failure.words));
        let mut trial = Trial { row, aws, stack, before: 0, beside: Vec::new() };
        trial.before = trial.count();
        trial
    }

    /// A program: what is around, and these resources of the row's type.
    fn program(&self, own: &[(&str, &Value)]) -> Vec<Asked> {
        let own = own.iter().map(|(name, properties)| Asked::new(name, self.row.kind, (*properties).clone()));
        self.row.around.iter().chain(&self.beside).cloned().chain(own).collect()
    }

    fn try_up(&mut self, own: &[(&str, &Value)]) -> Result<Vec<String>, String> {
        let program = self.program(own);
        self.stack.up(&program).map_err(|failure| failure.words)
    }

    #[track_caller]
    fn up(&mut self, own: &[(&str, &Value)]) -> Vec<String> {
        self.try_up(own).unwrap_or_else(|words| panic!("up {own:?}: {words}"))
    }

    #[track_caller]
    fn refused(&mut self, own: &[(&str, &Value)]) -> String {
        match self.try_up(own) {
            Ok(steps) => panic!("not refused: {steps:?}"),
            Err(words) => words,
        }
    }

    /// Neither the program nor what AWS says leaves anything to do.
    #[track_caller]
    fn settled(&mut self, own: &[(&str, &Value)]) {
        let gone = self.stack.refresh().unwrap_or_else(|failure| panic!("refresh: {}", failure.words));
        assert!(gone.is_empty(), "gone: {gone:?}");
        let steps = self.up(own);
        assert!(
            steps.is_empty(),
            "not settled: {steps:?}\n{:#}",
            self.stack.state.last().map(|kept| &kept.outputs).unwrap_or(&Value::Null)
        );
    }

    /// How many things of the row's kind boto3 sees.
    #[track_caller]
    fn count(&mut self) -> usize {
        let parameters = self.stack.filled(&self.row.listed.parameters);
        let listed = &self.row.listed;
        let answer = self.aws.seen_in(self.row.region, listed.service, listed.operation, parameters);
        (listed.count)(&answer)
    }

    #[track_caller]
    fn expect_count(&mut self, own: usize) {
        let seen = self.count();
        assert_eq!(seen, self.before + own * self.row.listed.each, "things of its kind that stand");
    }
}

/// Properties with others laid over them; `null` takes one away.
pub fn with(properties: &Value, more: &Value) -> Value {
    let mut all = properties.as_object().cloned().unwrap_or_default();
    for (name, value) in more.as_object().into_iter().flatten() {
        match value {
            Value::Null => drop(all.remove(name)),
            value => drop(all.insert(name.clone(), value.clone())),
        }
    }
    json!(all)
}
