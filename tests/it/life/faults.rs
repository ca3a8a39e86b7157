//! Every call that changes something fails in every way, at every place in a life. The places are not written down: a life is lived once, and its
//! calls are read.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::provider::Provider;
use super::{Trial, with, with_every_row};
use crate::aws::Aws;

/// In which ways a call fails.
const KINDS: [&str; 5] = ["throttle", "error500", "drop-before", "lose-answer", "kill"];

/// What is done to a resource that stands already, or not.
const PHASES: [&str; 3] = ["create", "update", "delete"];

#[test]
fn no_fault_makes_an_orphan_or_a_twin_or_loses_anything() {
    let table = Mutex::new(BTreeMap::new());
    with_every_row(|row| {
        let mut t = Trial::of(row);
        for phase in PHASES {
            let calls = t.calls(phase);
            for (at, operation) in calls.iter().enumerate() {
                for kind in KINDS {
                    t.fails(phase, at, operation, kind);
                }
            }
            table.lock().expect("nobody panics with it").insert((row.kind, phase), calls);
        }
    });
    println!("the calls that change something; each was failed in {} ways: {}", KINDS.len(), KINDS.join(", "));
    for ((kind, phase), calls) in table.into_inner().expect("nobody panics with it") {
        println!("{kind:36} {phase:6} {}", calls.join(", "));
    }
}

/// An engine that lives on takes what its dead provider was creating for failed, and keeps no note of it.
#[test]
fn what_a_provider_that_died_alone_was_creating_is_found_by_the_next_run() {
    with_every_row(|row| {
        let mut t = Trial::of(row);
        let calls = t.calls("create");
        for (at, operation) in calls.iter().enumerate() {
            t.begin("create");
            t.stack.begin_anew();
            t.aws.fault(json!({"kind": "kill", "mutating": true, "skip": at, "pid": t.stack.pid()}));
            let first = t.act("create");
            t.aws.heal();
            t.stack.begin_anew();
            if first.is_err() {
                let again = t.act("create");
                assert!(again.is_ok(), "{operation} (call {at}): {again:?}");
            }
            t.expect_count(1);
            t.settled(&[("x", &row.first)]);
            t.up(&[]);
            t.expect_count(0);
        }
    });
}

/// Names are made up out of the engine's seed, which is another one in the next run.
#[test]
fn an_interrupted_creation_goes_on_under_the_name_that_was_made_up_for_it() {
    let aws = Aws::hurried();
    let urn = "urn:pulumi:dev::lives::gitinfra:s3:Bucket::x";
    let begun = Provider::start(&aws, None).check(urn, &json!({}), &json!({}), 1).expect("it needs no property");
    let creation = json!({"type": "creating", "resource": {"urn": urn, "inputs": begun}});
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("state.json");
    std::fs::write(&path, json!({"deployment": {"pending_operations": [creation]}}).to_string()).expect("a file");
    let next = Provider::start(&aws, Some(&path)).check(urn, &json!({}), &json!({}), 2);
    assert_eq!(next.expect("it needs no property"), begun);
}

impl Trial<'_> {
    pub fn other(&self) -> Value {
        let all = self
            .row
            .in_place
            .iter()
            .fold(json!({}), |all, name| with(&all, &json!({*name: self.row.given[*name].clone()})));
        with(&self.row.first, &all)
    }

    /// Brings the stack to where a phase begins.
    pub fn begin(&mut self, phase: &str) {
        let first = self.row.first.clone();
        match phase {
            "create" => drop(self.up(&[])),
            _ => drop(self.up(&[("x", &first)])),
        }
    }

    pub fn act(&mut self, phase: &str) -> Result<Vec<String>, String> {
        let (first, other) = (self.row.first.clone(), self.other());
        match phase {
            "create" => self.try_up(&[("x", &first)]),
            "update" => self.try_up(&[("x", &other)]),
            _ => self.try_up(&[]),
        }
    }

    /// The calls of a phase that change something.
    fn calls(&mut self, phase: &str) -> Vec<String> {
        self.begin(phase);
        let before = self.aws.calls().len();
        self.act(phase).unwrap_or_else(|words| panic!("{phase}: {words}"));
        self.aws.writes_after(before)
    }

    /// One call of a phase fails in one way; then all goes on, and in the end everything is as if it had not.
    fn fails(&mut self, phase: &str, at: usize, operation: &str, kind: &str) {
        let here = format!("{kind} of {operation} (call {at}) in its {phase}");
        self.begin(phase);
        self.aws.fault(json!({"kind": kind, "mutating": true, "skip": at, "pid": self.stack.pid()}));
        let first = self.act(phase);
        self.aws.heal();
        if kind == "kill" && first.is_err() {
            self.stack.restart();
        }
        if let Err(words) = first {
            let again = self.act(phase);
            assert!(again.is_ok(), "{here}: at first {words}\nthen {again:?}");
        }
        let (row, other) = (self.row, self.other());
        let seen = self.count();
        let own = usize::from(phase != "delete");
        assert_eq!(seen, self.before + own * row.listed.each, "{here}: things of its kind that stand");
        match phase {
            "create" => self.settled(&[("x", &row.first)]),
            "update" => self.settled(&[("x", &other)]),
            _ => {}
        }
        self.up(&[]);
        self.expect_count(0);
    }
}
