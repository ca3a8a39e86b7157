//! What stands of a stack that the ledger knows: its state out of the backend, and how its newest run left its resources.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::engine::{Pulumi, Severity};
use crate::environment::Environment;
use crate::event::{Body, Recorded};
use crate::failure::{Failure, Result};
use crate::ledger::Ledger;
use crate::picture::{About, Health, Marks};
use crate::record::{RunState, StackRecord};
use crate::text::short;

/// The stack's exported state, secrets encrypted.
pub async fn state(record: &StackRecord, environment: &Environment) -> Result<Value> {
    let name = &record.name;
    let (project, stack) = name.rsplit_once('/').ok_or_else(|| Failure::bug(format!("`{name}` has no project")))?;
    let mut pulumi = Pulumi::find(environment).await?;
    if let Some(backend) = &record.backend {
        pulumi = pulumi.with_default("PULUMI_BACKEND_URL", backend);
    }
    let place = tempfile::tempdir().map_err(|error| Failure::setup(format!("making a folder: {error}")))?;
    let state = pulumi.export_apart(place.path(), project, stack).await?;
    let state = state.ok_or_else(|| {
        Failure::input(format!("the backend has no stack `{name}`"))
            .hint("it was never rolled out, or somebody removed it")
    })?;
    Ok(state.value().clone())
}

/// What the ledger knows of a stack's resources, and of what stands.
pub async fn about(record: &StackRecord, ledger: &Ledger) -> Result<About> {
    let events = match (&record.last_run, record.last_state) {
        (Some(run), Some(state)) if state != RunState::Succeeded => ledger.events(run).await?,
        _ => Vec::new(),
    };
    let marks = marks(&events, record.last_state == Some(RunState::Running));
    let commit = record.commit.as_deref().map(|commit| format!("commit {}", short(commit)));
    let branch = record.branch.as_deref().map(|branch| format!("branch {branch}"));
    Ok(About { marks, lines: commit.into_iter().chain(branch).collect() })
}

/// What failed in a run, with its first error; and what a run that goes on is at.
fn marks(events: &[Recorded], goes_on: bool) -> Marks {
    let mut errors: BTreeMap<&str, &str> = BTreeMap::new();
    let mut marks = Marks::new();
    for event in events {
        match &event.body {
            Body::Diagnostic { severity: Severity::Error, urn: Some(urn), message } => {
                errors.entry(urn).or_insert(message);
            }
            Body::ResourceStarted { resource } if goes_on => {
                marks.insert(resource.urn.clone(), (Health::Changing, "a run is at it".to_owned()));
            }
            Body::ResourceFinished { resource, .. } => {
                marks.remove(&resource.urn);
            }
            Body::ResourceFailed { resource, .. } => {
                marks.insert(resource.urn.clone(), (Health::Failed, "the last run failed on it".to_owned()));
            }
            _ => {}
        }
    }
    for (urn, (health, why)) in &mut marks {
        if let Some(error) = errors.get(urn.as_str()).filter(|_| *health == Health::Failed) {
            (*error).clone_into(why);
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_run_tells_how_it_left_its_resources() {
        let resource = |urn: &str| json!({"urn": urn, "type": "t", "name": "n", "operation": "update"});
        let body = |value: Value| Recorded { at: 0, body: serde_json::from_value(value).expect("an event") };
        let events = [
            body(json!({"kind": "resource-started", "resource": resource("a")})),
            body(json!({"kind": "resource-started", "resource": resource("b")})),
            body(json!({"kind": "resource-finished", "resource": resource("b"), "seconds": 1.0})),
            body(json!({"kind": "diagnostic", "severity": "error", "urn": "c", "message": "too many"})),
            body(json!({"kind": "resource-failed", "resource": resource("c"), "seconds": 1.0})),
        ];
        let failed = ("c".to_owned(), (Health::Failed, "too many".to_owned()));
        let changing = ("a".to_owned(), (Health::Changing, "a run is at it".to_owned()));
        assert_eq!(marks(&events, true), Marks::from([changing, failed.clone()]));
        assert_eq!(marks(&events, false), Marks::from([failed]));
    }
}
