//! What is asked of a roll-out: by the configuration that is rolled out, and by the one that counted before. So nothing that is
//! merged loosens its own bounds; what loosens them counts from the next merge on.

use super::{Job, RollOut, refusal};
use crate::config::{self, Config, Guard, Work};
use crate::engine::Shelf;
use crate::failure::{Kind, Result};
use crate::judge;
use crate::ledger::StackId;
use crate::policy::{Installing, Packs};
use crate::record::{Action, Objection};
use crate::seal::Plan;

/// One guard, or two of which both count.
pub(super) struct Guards {
    all: Vec<Guard>,
    /// Why it is not known what counted before.
    unknown: Option<Objection>,
}

impl Guards {
    /// Both are asked, where they differ.
    pub fn of(own: Guard, before: Option<Guard>) -> Guards {
        let before = before.filter(|before| *before != own);
        Guards { all: std::iter::once(own).chain(before).collect(), unknown: None }
    }

    pub fn is_sealed(&self) -> bool {
        self.all.iter().any(|guard| guard.sealed)
    }

    /// The policies, each once.
    pub fn policies(&self) -> Vec<&config::Policy> {
        let mut policies: Vec<&config::Policy> = Vec::new();
        for policy in self.all.iter().flat_map(|guard| &guard.policies) {
            if !policies.contains(&policy) {
                policies.push(policy);
            }
        }
        policies
    }

    /// The policy packs, each once.
    pub fn packs(&self) -> Vec<&config::Pack> {
        let mut packs: Vec<&config::Pack> = Vec::new();
        for pack in self.all.iter().flat_map(|guard| &guard.packs) {
            if !packs.contains(&pack) {
                packs.push(pack);
            }
        }
        packs
    }

    /// What is over a budget, and what is not known.
    pub fn objections(&self, plan: &Plan) -> Vec<Objection> {
        let mut objections: Vec<Objection> = Vec::new();
        for objection in self.all.iter().flat_map(|guard| judge::over_budget(plan, guard)) {
            if !objections.contains(&objection) {
                objections.push(objection);
            }
        }
        objections.extend(self.unknown.clone().filter(|_| !plan.is_empty()));
        objections
    }

    /// How many have to allow it by the configuration. What changes nothing needs nobody's word.
    pub fn needed(&self, plan: &Plan) -> usize {
        self.all.iter().map(|guard| asked(guard, plan)).max().unwrap_or(0)
    }

    /// What is still missing of approvals, where so many are needed at least.
    pub fn missing(&self, given: &[String], plan: &Plan, least: usize) -> Option<String> {
        self.all.iter().find_map(|guard| judge::missing(given, asked(guard, plan).max(least), from(guard)))
    }

    /// Who may allow it. Of two that are asked, those whom the one names whose approvals are missing.
    pub fn from(&self, given: &[String], plan: &Plan, least: usize) -> &[String] {
        let is_missing = |guard: &&Guard| judge::missing(given, asked(guard, plan).max(least), from(guard)).is_some();
        let waits = self.all.iter().find(is_missing);
        waits.or(self.all.first()).map(from).unwrap_or_default()
    }
}

fn asked(guard: &Guard, plan: &Plan) -> usize {
    guard.approvals.as_ref().filter(|_| !plan.is_empty()).map_or(0, |approvals| approvals.count)
}

fn from(guard: &Guard) -> &[String] {
    guard.approvals.as_ref().map(|approvals| approvals.from.as_slice()).unwrap_or_default()
}

impl RollOut<'_> {
    /// The policy packs that judge a stack's roll-out, ready for the engine. None judges a destroy: the engine's takes none.
    pub(in crate::rollout) async fn packs(&self, job: &Job<'_>) -> Result<Packs> {
        if self.action == Action::Destroy {
            return Ok(Packs::default());
        }
        let guards = self.guards(&job.claimed.stack.name(), job.claimed.id).await?;
        let shelf = &Shelf::of(&self.context.state_dir, Work::RollOut);
        let installing = Installing { pulumi: &job.pulumi, shelf, cancel: job.claimed.cancel };
        Packs::of(&guards.packs(), self.mirror, &installing).await
    }

    /// What is asked of a stack's roll-out. What somebody was shown and confirmed is bound to that alone, but for what comes before
    /// a merge: the merge would be asked the same.
    pub(super) async fn guards(&self, name: &str, id: &StackId) -> Result<Guards> {
        let own = self.config.guard(name);
        let is_confirmed = self.confirmed.is_some() && self.owner.is_none();
        if self.action != Action::RollOut || is_confirmed {
            return Ok(Guards::of(own, None));
        }
        let Some(settled) = self.ledger.settled(id).await?.filter(|settled| *settled != self.head.id) else {
            return Ok(Guards::of(own, None));
        };
        match self.config_at(&settled).await {
            Ok(config) => Ok(Guards::of(own, Some(config.guard(name)))),
            Err(failure) if matches!(failure.kind, Kind::Cancelled | Kind::Bug) => Err(failure),
            // Of a shallow clone nobody can expect what was before, and nothing that is merged makes one shallow.
            Err(_) if self.mirror.is_shallow() => Ok(Guards::of(own, None)),
            Err(failure) => {
                let words = format!("what {} asked for before can't be read: {}", config::FILE, failure.message);
                Ok(Guards { unknown: Some(refusal(words)), ..Guards::of(own, None) })
            }
        }
    }

    /// A commit that was rewritten away may be in the source still.
    async fn config_at(&self, commit: &str) -> Result<Config> {
        if self.mirror.commit(commit).is_err() {
            self.mirror.fetch_ref(commit).await?;
        }
        self.mirror.config(commit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::operation::{Effect, Operation};
    use crate::seal::Change;

    fn plan() -> Plan {
        let change = Change {
            urn: "urn:pulumi:dev::net::a:b:C::x".to_owned(),
            kind: "a:b:C".to_owned(),
            name: "x".to_owned(),
            operation: Operation::new("delete"),
            replaced_for: Vec::new(),
            properties: Vec::new(),
        };
        assert_eq!(change.effect(), Effect::Delete);
        Plan { resources: vec![change], ..Plan::default() }
    }

    fn guards(own: &str, before: &str) -> Guards {
        let guard = |text: &str| Config::read(text).expect("a configuration").guard("net/dev");
        Guards::of(guard(own), Some(guard(before)))
    }

    #[test]
    fn what_is_merged_does_not_loosen_its_own_bounds() {
        let strict = "budgets: [{types: ['**'], deletes: 0}]\napprovals: {count: 2, from: [ada, lee]}\n\
                      policies: [{command: [judge]}]\nsealed: true\n";
        let loose = "budgets: [{types: ['**'], deletes: any}]\napprovals: {count: 1, from: [eve]}\n";
        for (own, before) in [(loose, strict), (strict, loose), ("", strict), (strict, strict)] {
            let guards = guards(own, before);
            let counts = (guards.objections(&plan()).len(), guards.policies().len(), guards.needed(&plan()));
            assert_eq!((counts, guards.is_sealed()), ((1, 1, 2), true), "{own} after {before}");
            let given = ["ada", "lee"].map(str::to_owned);
            let of_eve = own == loose || before == loose;
            assert_eq!(guards.missing(&given, &plan(), 1).is_some(), of_eve, "{own} after {before}");
            let all = ["ada", "lee", "eve"].map(str::to_owned);
            assert_eq!(guards.missing(&all, &plan(), 1), None);
        }
        let guards = guards(loose, strict);
        let eve = ["eve".to_owned()];
        assert_eq!(guards.from(&eve, &plan(), 1), ["ada", "lee"], "whose word is missing");
        assert_eq!((guards.needed(&Plan::default()), guards.objections(&Plan::default()).len()), (0, 0));
    }
}
