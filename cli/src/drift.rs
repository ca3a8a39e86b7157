//! Looks whether what stands is still what was rolled out, and brings it back to that.

use crate::config::{self, Config, Then};
use crate::decide::Reason;
use crate::engine::operation::Effect;
use crate::failure::{Kind, Result};
use crate::judge;
use crate::order::REFERENCE;
use crate::record::{Action, Drift, DriftState, Findings, StackRecord};
use crate::rollout::Outcome;
use crate::seal::Plan;
use crate::target::{Bound, Place, Target};

/// Looks at stacks of one repository.
pub struct Drifting(pub Place);

/// What a look found.
pub struct Looked {
    pub state: DriftState,
    pub findings: Findings,
    /// All that differs, also what the configuration calls noise.
    pub drifted: Plan,
    /// Of which kind the failure was, if there was one.
    pub kind: Option<Kind>,
}

impl Drifting {
    /// Looks at a stack, and writes down what it found.
    pub async fn look(&self, target: &Target) -> Result<Looked> {
        let reason = "what stands is compared with what was rolled out".to_owned();
        let (preview, kind) = self.0.previewer.refreshed(target.subject(&self.0.previewer.mirror)?, reason).await?;
        let noise = target.config(&self.0.previewer.mirror)?.drift;
        let mut plan = Plan::of(&preview.changes);
        // What another stack puts out by now was changed by nobody here: it is rolled out with the stack's own next change.
        plan.resources.retain(|change| change.kind != REFERENCE);
        let drifted = plan.clone();
        let (state, findings) = match preview.failure {
            Some(message) => (DriftState::Unchecked, Findings { message: Some(message), ..Findings::default() }),
            None => found(plan, &noise),
        };
        let now = self.0.previewer.context.now();
        self.0.ledger.drift(&target.id, &target.commit.id, state, &findings, now).await?;
        Ok(Looked { state, findings, drifted, kind })
    }

    /// What would keep it from being brought back, in words, as far as that is known before anything is done. A stack that nothing can
    /// be done with now is refused.
    pub async fn objections(&self, target: &Target, drifted: &Plan) -> Result<Vec<String>> {
        target.refuse_suspended()?;
        self.0.refuse_busy(target).await?;
        let guard = target.config_now(&self.0.previewer.mirror).await?.guard(&target.stack.name());
        let over = judge::over_budget(drifted, &guard).into_iter().map(|objection| objection.words);
        Ok(over.chain(judge::asks(drifted, &guard)).collect())
    }

    /// Brings what drifted back to what was rolled out, within the stack's budgets, and changes nothing else. A stack that is
    /// suspended stays as it is.
    pub async fn reconcile(&self, target: &Target, drifted: &Plan) -> Result<Outcome> {
        target.refuse_suspended()?;
        let config = target.config_now(&self.0.previewer.mirror).await?;
        let outcome = self.0.run(target, (Action::Reconcile, &Reason::Drifted), &config, Bound::Drift(drifted)).await?;
        if outcome == Outcome::RolledOut {
            let now = self.0.previewer.context.now();
            self.0.ledger.drift(&target.id, &target.commit.id, DriftState::Clean, &Findings::default(), now).await?;
        }
        Ok(outcome)
    }
}

/// A stack that has not been looked at for long enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueLook {
    pub stack: String,
    pub then: Then,
    at: i64,
}

/// The stacks of a repository that are to be looked at by now, those first that wait longest.
pub fn due(config: &Config, records: &[StackRecord], drifts: &[Drift], now: i64) -> Vec<DueLook> {
    let mut due: Vec<DueLook> = records.iter().filter_map(|record| due_look(config, record, drifts)).collect();
    due.retain(|look| look.at <= now);
    due.sort_by(|a, b| (a.at, &a.stack).cmp(&(b.at, &b.stack)));
    due
}

fn due_look(config: &Config, record: &StackRecord, drifts: &[Drift]) -> Option<DueLook> {
    let schedule = config.schedule(&record.name)?;
    let rolled_out = record.rolled_out_at.filter(|_| record.commit.is_some())?;
    let looked = drifts.iter().find(|drift| drift.name == record.name && drift.repository == record.repository);
    let last = looked.map_or(rolled_out, |drift| drift.checked_at.max(rolled_out));
    Some(DueLook { stack: record.name.clone(), then: schedule.then, at: schedule.next(&record.name, last) })
}

/// What of a refresh is drift, and how much of it is noise.
fn found(mut plan: Plan, noise: &config::Drift) -> (DriftState, Findings) {
    let all = plan.resources.len();
    plan.resources.retain_mut(|change| {
        let had = change.properties.len();
        change.properties.retain(|property| !noise.is_noise(&change.kind, &property.path));
        let is_quiet = change.properties.is_empty() && had > 0;
        !(noise.is_all_noise(&change.kind) || (is_quiet && change.effect() == Effect::Update))
    });
    let mut lines = Vec::new();
    for change in &plan.resources {
        let words = match change.effect() {
            Effect::Delete => "is gone",
            _ => "is another one",
        };
        lines.push(format!("{} {} {words}", change.kind, change.name));
        lines.extend(change.properties.iter().map(|property| format!("  {}", property.in_words())));
    }
    let resources = plan.resources.len();
    let state = if resources == 0 { DriftState::Clean } else { DriftState::Drifted };
    (state, Findings { resources, lines, ignored: all - resources, message: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::operation::Operation;
    use crate::seal::{Change, Property};

    fn change(operation: &str, name: &str, paths: &[&str]) -> Change {
        let property = |path: &&str| Property {
            path: (*path).to_owned(),
            before: Some("1".to_owned()),
            after: Some("2".to_owned()),
        };
        Change {
            urn: format!("urn:pulumi:dev::net::a:b:C::{name}"),
            kind: "a:b:C".to_owned(),
            name: name.to_owned(),
            operation: Operation::new(operation),
            replaced_for: Vec::new(),
            properties: paths.iter().map(property).collect(),
        }
    }

    #[test]
    fn noise_is_counted_and_the_rest_is_told() {
        let changes = [
            change("update", "quiet", &["tags.x"]),
            change("update", "both", &["size", "tags.x"]),
            change("delete", "gone", &[]),
        ];
        let plan = Plan { resources: changes.to_vec(), ..Plan::default() };
        let config = Config::read("drift: {ignore: [{types: ['a:**'], paths: ['tags.*']}]}").expect("a configuration");
        let (state, findings) = found(plan.clone(), &config.drift);
        assert_eq!((state, findings.resources, findings.ignored), (DriftState::Drifted, 2, 1));
        assert_eq!(findings.lines, ["a:b:C both is another one", "  size: 1 -> 2", "a:b:C gone is gone"]);
        let config = Config::read("drift: {ignore: [{types: ['a:**']}]}").expect("a configuration");
        let (state, findings) = found(plan, &config.drift);
        assert_eq!((state, findings.ignored), (DriftState::Clean, 3));
    }

    #[test]
    fn looks_are_due_by_their_schedule() {
        const HOUR: i64 = 3_600_000;
        let text = "drift: {every: 2h, jitter: 0s}\nrules: [{stacks: ['web/*'], drift: {every: 1h, then: reconcile}}]";
        let config = Config::read(text).expect("a configuration");
        let record = |name: &str, rolled_out_at: Option<i64>| StackRecord {
            name: name.to_owned(),
            rolled_out_at,
            commit: rolled_out_at.map(|_| "aaaa".to_owned()),
            repository: "here".to_owned(),
            ..StackRecord::default()
        };
        let records = [record("net/dev", Some(0)), record("web/dev", Some(HOUR)), record("web/new", None)];
        let looked = |name: &str, checked_at| Drift {
            name: name.to_owned(),
            repository: "here".to_owned(),
            state: DriftState::Clean,
            commit: "aaaa".to_owned(),
            checked_at,
            findings: Findings::default(),
        };
        let names = |drifts: &[Drift], now| -> Vec<(String, Then)> {
            due(&config, &records, drifts, now).into_iter().map(|look| (look.stack, look.then)).collect()
        };
        let (net, web) = (("net/dev".to_owned(), Then::Report), ("web/dev".to_owned(), Then::Reconcile));
        assert_eq!(names(&[], HOUR), []);
        assert_eq!(names(&[], 2 * HOUR), [net.clone(), web]);
        assert_eq!(names(&[looked("web/dev", 2 * HOUR)], 2 * HOUR), [net]);
    }
}
