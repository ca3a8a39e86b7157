//! What a roll-out has to pass before anything is changed: it does what was shown, within its budgets, and whoever has to
//! allow it did. Otherwise it is held.

mod foresee;
mod guards;
mod shown;

use super::end::{End, Held};
use super::engine::Run;
use super::{Job, RollOut};
use crate::digest::Key;
use crate::engine::{Ending, Foreseen, Progress, State};
use crate::event::Body;
use crate::failure::{Failure, Result};
use crate::judge;
use crate::ledger::Sealed;
use crate::order::referred;
use crate::policy::{self, Question};
use crate::record::{Action, Case, Objection, Why};
use crate::run_log::RunLog;
use crate::seal::{
    Field, Ground, Other, Plan, Seal, difference, has_unknown, in_words, is_rest, other_outputs, other_standing,
};
use guards::Guards;

/// How often a stack is looked at whose state changes while it is looked at.
const TRIES: u32 = 3;

/// Whether the engine may go to work.
pub(super) enum Passage {
    Open {
        /// The seal that it goes by, if it goes by one.
        seal: Option<String>,
        /// Whether the engine asks the policy packs: not where somebody allowed what they refuse.
        is_judged: bool,
    },
    /// The run ends here.
    Shut(End),
}

/// What would happen now.
struct Look {
    plan: Plan,
    /// The keyed digest of the changes.
    changes: String,
    /// What the shown seal rests on and is another thing now.
    others: Vec<Other>,
    /// Whether the program reads outputs of other stacks.
    reads_others: bool,
    /// What policy packs refuse of it.
    refused: Vec<String>,
    /// Whether the engine was asked, and not only the seal.
    is_new: bool,
}

impl Look {
    /// Whether it is what was shown, or the rest of it: where a run began with it, or where others put out by now what could not
    /// be known when it was shown.
    fn is_of(&self, shown: &Sealed) -> bool {
        let is_of_others =
            |other: &Other| matches!(other.field, Field::Outputs | Field::Head | Field::Base | Field::Tree);
        let Seal { changes, plan, reads_others, .. } = &shown.seal;
        let is_known_now = *reads_others && has_unknown(plan) && self.others.iter().all(is_of_others);
        let is_rest = || (shown.is_begun || is_known_now) && is_rest(&self.plan, plan);
        *changes == self.changes || is_rest()
    }
}

/// A preview that failed, or was stopped.
enum Glance {
    Seen(Look),
    Failed(End),
}

impl RollOut<'_> {
    /// Looks at what would happen, and says whether it may.
    /// `state` is what was there before, if it was exported.
    pub(super) async fn gate(
        &self,
        job: &Job<'_>,
        run: &Run,
        mut state: Option<State>,
        log: &RunLog,
    ) -> Result<Passage> {
        let gate = Gate {
            by: self,
            job,
            run,
            log,
            guards: self.guards(&job.claimed.stack.name(), job.claimed.id).await?,
            key: self.ledger.key().await?,
            tree: self.mirror.tree_of(&self.head.id)?,
        };
        if self.action == Action::Destroy {
            return gate.destroys().await;
        }
        for _ in 0..TRIES {
            let before = match state.take() {
                Some(state) => Some(state),
                None => gate.state().await?,
            };
            if let Some(passage) = gate.pass(before.as_ref()).await? {
                return Ok(passage);
            }
        }
        Err(Failure::busy(format!("the state of {} changes while it is looked at", job.claimed.stack.name()))
            .hint("somebody else works on it: `pulumi stack history` tells who"))
    }
}

/// What one look goes by.
struct Gate<'a> {
    by: &'a RollOut<'a>,
    job: &'a Job<'a>,
    run: &'a Run,
    log: &'a RunLog,
    guards: Guards,
    key: Key,
    /// The files that are rolled out.
    tree: String,
}

impl Gate<'_> {
    /// `None` when it has to be looked at anew.
    async fn pass(&self, before: Option<&State>) -> Result<Option<Passage>> {
        let shown = self.shown().await?;
        let look = match self.look(shown.as_ref()).await? {
            Glance::Seen(look) => look,
            Glance::Failed(end) => return Ok(Some(Passage::Shut(end))),
        };
        let is_changed = shown.as_ref().is_some_and(|shown| !look.is_of(shown));
        let objections = self.objections(shown.as_ref(), &look, is_changed).await?;
        let needed = self.needed(&look.plan, &objections);
        let given = shown.as_ref().filter(|_| !is_changed).map(|shown| shown.approvals.as_slice()).unwrap_or_default();
        let least = usize::from(!objections.is_empty());
        let missing = self.guards.missing(given, &look.plan, least);
        if !is_rejected(shown.as_ref()) && !is_changed && missing.is_none() {
            // What was looked at and judged took a while: it goes for the state that the engine meets now.
            if (look.is_new || !self.guards.policies().is_empty()) && self.state().await?.as_ref() != before {
                return Ok(None);
            }
            match &shown {
                Some(shown) => self.say(shown, &look, given),
                None if look.plan.is_empty() => {}
                None => self.tell_unseen().await?,
            }
            return Ok(Some(Passage::Open { seal: shown.map(|shown| shown.id), is_judged: look.refused.is_empty() }));
        }
        let Some(seal) = self.sealed(shown.as_ref(), &look).await? else {
            return Ok(None);
        };
        let from = self.guards.from(given, &look.plan, least).to_vec();
        let case = self.case(shown.as_ref(), look, objections, (needed, from), missing);
        self.hold(shown.as_ref(), &seal, case).await.map(Some)
    }

    /// What is destroyed was shown to whoever wanted it: nothing else goes.
    async fn destroys(&self) -> Result<Passage> {
        let refused = |words: String| {
            Passage::Shut(End::of(&Failure::held(words).hint("the same command shows anew what would go")))
        };
        let Some(shown) = self.shown().await? else {
            return Ok(refused("the preview that was confirmed is no longer there".to_owned()));
        };
        if let Some((who, why)) = &shown.rejected {
            return Ok(refused(format!("{who} refused what was shown: {why}")));
        }
        let look = match self.look(Some(&shown)).await? {
            Glance::Seen(look) => look,
            Glance::Failed(end) => return Ok(Passage::Shut(end)),
        };
        if look.is_of(&shown) {
            return self.destroys_shown(shown, look).await;
        }
        let differs = difference(&shown.seal.plan, &look.plan).join("\n");
        Ok(refused(format!("it would destroy other than was shown: {}\n{differs}", in_words(&look.others))))
    }

    /// Whoever has to allow what is rolled out has to allow that it goes, and policies judge that as well. Budgets don't: that all of it
    /// goes is what was asked for.
    async fn destroys_shown(&self, shown: Sealed, look: Look) -> Result<Passage> {
        let objections = self.policies(&look.plan).await?;
        let least = usize::from(!objections.is_empty());
        let Some(missing) = self.guards.missing(&shown.approvals, &look.plan, least) else {
            if !shown.approvals.is_empty() {
                self.say(&shown, &look, &shown.approvals);
            }
            return Ok(Passage::Open { seal: Some(shown.id), is_judged: false });
        };
        let needed = self.needed(&look.plan, &objections);
        let from = self.guards.from(&shown.approvals, &look.plan, least).to_vec();
        let case = self.case(Some(&shown), look, objections, (needed, from), Some(missing));
        self.hold(Some(&shown), &shown.seal, case).await
    }

    async fn state(&self) -> Result<Option<State>> {
        self.run.pulumi.export(&self.run.folder, &self.job.claimed.stack.stack).await
    }

    /// Whether it goes by what stands, not by what the state says of it.
    fn refreshes(&self) -> bool {
        self.by.action == Action::Reconcile
    }

    fn destroys_all(&self) -> bool {
        self.by.action == Action::Destroy
    }

    /// What the stack rests on now.
    async fn ground(&self) -> Result<Ground> {
        let (stack, head) = (self.job.claimed.stack, &self.by.head.id);
        let ground = Ground {
            repository: self.by.mirror.source.label.clone(),
            stack: stack.name(),
            head: head.clone(),
            base: head.clone(),
            tree: self.tree.clone(),
            configuration: Default::default(),
            environment: self.job.claimed.surroundings.digests(&self.key),
            state: String::new(),
            versions: Default::default(),
            packs: self.run.packs.ids().clone(),
            refresh: self.refreshes(),
            destroy: self.destroys_all(),
        };
        Ok(ground.with(self.run.pulumi.identity(&self.run.folder, &stack.stack, &self.key).await?))
    }

    /// What would happen: what was shown if it rests on the same things still, else what the engine says.
    async fn look(&self, shown: Option<&Sealed>) -> Result<Glance> {
        let mut others = Vec::new();
        if let Some(Sealed { seal, .. }) = shown {
            others = self.others(&seal.ground).await?;
            // What stands may have changed without a word in the state, and what others put out is no part of it.
            let may_differ = self.refreshes() || self.job.claimed.stack.refreshes || seal.reads_others;
            if others.is_empty() && !may_differ {
                let (plan, changes, refused) = (seal.plan.clone(), seal.changes.clone(), seal.refused.clone());
                return Ok(Glance::Seen(Look { plan, changes, others, reads_others: false, refused, is_new: false }));
            }
        }
        let mut glance = self.preview(others).await?;
        if let (Glance::Seen(look), Some(shown)) = (&mut glance, shown)
            && look.others.is_empty()
            && look.changes != shown.seal.changes
        {
            look.others.push(if look.reads_others { other_outputs() } else { other_standing() });
        }
        Ok(glance)
    }

    async fn others(&self, shown: &Ground) -> Result<Vec<Other>> {
        let (mirror, head) = (self.by.mirror, &self.by.head.id);
        let has_head = mirror.has(head, &shown.head).await?;
        let has_base = mirror.has(head, &shown.base).await? && mirror.is_merge_of(head, &shown.base, &shown.head);
        Ok(shown.others(&self.ground().await?, has_head, has_base))
    }

    async fn preview(&self, others: Vec<Other>) -> Result<Glance> {
        let (packs, pulumi) = (&self.run.packs, &self.run.pulumi);
        let Foreseen { mut changes, mut progress, mut ending } = self.foresee(&packs.judge(pulumi)).await?;
        if !changes.refused.is_empty() {
            // All that would change the engine tells only where nobody refuses it.
            let free = self.foresee(pulumi).await?;
            (changes, progress, ending) = (free.changes.refused_with(changes), free.progress, free.ending);
        }
        if let Some(name) = self.reads_destroyed(&progress).await? {
            return Ok(Glance::Failed(End::of(&destroyed(&name))));
        }
        if !ending.success {
            changes.scrub(&self.log.scrubber);
            for said in changes.diagnostics {
                let (severity, urn, message) = (said.severity, said.urn, said.message);
                self.log.tell(Body::Diagnostic { severity, urn, message });
            }
            let end = End::of_preview(&ending, &progress);
            let message = end.message.as_ref().map(|message| packs.told(message));
            return Ok(Glance::Failed(End { message, ..end }));
        }
        let digest = Plan::of(&changes).digest(&self.key);
        let reads_others = changes.reads_others;
        changes.scrub(&self.log.scrubber);
        let (plan, refused) = (Plan::of(&changes), changes.refused);
        Ok(Glance::Seen(Look { plan, changes: digest, others, reads_others, refused, is_new: true }))
    }

    /// A stack that it reads and that was destroyed: to the program all that this one put out would be nothing.
    async fn reads_destroyed(&self, progress: &Progress) -> Result<Option<String>> {
        if progress.reads.is_empty() || self.destroys_all() {
            return Ok(None);
        }
        let destroyed = self.by.ledger.destroyed_beside(self.job.claimed.id).await?;
        let project = &self.job.claimed.stack.project;
        let mut names = progress.reads.iter().filter_map(|name| referred(name, project));
        Ok(names.find(|name| destroyed.contains(name)))
    }

    async fn objections(&self, shown: Option<&Sealed>, look: &Look, is_changed: bool) -> Result<Vec<Objection>> {
        let mut objections = Vec::new();
        let mut object = |why, words: String| objections.push(Objection { why, words });
        if is_changed {
            object(Why::Changed, format!("it would do other than was shown: {}", in_words(&look.others)));
        }
        if let Some((who, why)) = shown.and_then(|shown| shown.rejected.as_ref()) {
            object(Why::Approvals, format!("{who} refused what was shown: {why}"));
        }
        if shown.is_none() && self.by.confirmed.is_some() {
            object(Why::Unsealed, "the preview that was confirmed is no longer there".to_owned());
        } else if shown.is_none() && self.guards.is_sealed() && !self.refreshes() && !look.plan.is_empty() {
            object(Why::Unsealed, "nobody sealed a preview of it".to_owned());
        }
        let noise = &self.by.config.drift;
        objections.extend(self.by.drifted.and_then(|drifted| judge::beyond(&look.plan, drifted, noise)));
        objections.extend(self.guards.objections(&look.plan));
        objections.extend(self.policies(&look.plan).await?);
        objections.extend(look.refused.iter().cloned().map(refusal));
        Ok(objections)
    }

    async fn policies(&self, plan: &Plan) -> Result<Vec<Objection>> {
        let name = self.job.claimed.stack.name();
        let (action, commit, branch) = (self.by.action, self.by.head.id.as_str(), self.by.branch);
        let question = Question { stack: &name, action, commit, branch, changes: plan };
        let (mut folders, cancel) = (policy::Folders::of(self.by.mirror), self.job.claimed.cancel);
        let mut objections: Vec<Objection> = Vec::new();
        for policy in self.guards.policies() {
            let by = (self.by.environment, &self.log.scrubber);
            let refused = policy::refused(policy, &question, &mut folders, by, cancel).await?.map(refusal);
            // Two commits that ask for the same say the same.
            objections.extend(refused.filter(|refused| !objections.contains(refused)));
        }
        Ok(objections)
    }

    /// How many have to allow it. What changes nothing needs nobody's word.
    fn needed(&self, plan: &Plan, objections: &[Objection]) -> usize {
        self.guards.needed(plan).max(usize::from(!objections.is_empty()))
    }

    fn say(&self, shown: &Sealed, look: &Look, given: &[String]) {
        let by = if given.is_empty() { String::new() } else { format!(", which {} allowed", given.join(", ")) };
        self.log.note(match look.others.is_empty() {
            true => format!("it is what seal {} showed{by}: {}", shown.id, look.plan.in_words()),
            false => {
                let rest = if shown.seal.changes == look.changes { "" } else { "the rest of " };
                format!(
                    "previewed again, since {}; it would do {rest}what seal {} showed{by}: {}",
                    in_words(&look.others),
                    shown.id,
                    look.plan.in_words()
                )
            }
        });
    }

    /// A seal of what would happen now; `None` when that is another thing already.
    async fn sealed(&self, shown: Option<&Sealed>, look: &Look) -> Result<Option<Seal>> {
        if let Some(shown) = shown.filter(|shown| shown.seal.changes == look.changes && look.others.is_empty()) {
            return Ok(Some(shown.seal.clone()));
        }
        let ground = self.ground().await?;
        let Glance::Seen(again) = self.preview(Vec::new()).await? else {
            return Ok(None);
        };
        let is_same = again.changes == look.changes && self.ground().await? == ground;
        let Look { plan, changes, reads_others, refused, .. } = again;
        Ok(is_same.then_some(Seal { ground, changes, plan, reads_others, refused }))
    }

    fn case(
        &self,
        shown: Option<&Sealed>,
        look: Look,
        mut objections: Vec<Objection>,
        (needed, from): (usize, Vec<String>),
        missing: Option<String>,
    ) -> Case {
        if objections.is_empty() {
            objections.extend(missing.map(|words| Objection { why: Why::Approvals, words }));
        }
        Case {
            objections,
            others: look.others.into_iter().map(|other| other.words).collect(),
            difference: shown.map(|shown| difference(&shown.seal.plan, &look.plan)).unwrap_or_default(),
            shown: shown.map(|shown| shown.seal.plan.lines()).unwrap_or_default(),
            now: look.plan.lines(),
            needed: needed.max(1),
            from,
            is_reconciling: self.refreshes(),
            is_destroying: self.destroys_all(),
            is_rolling_back: self.by.confirmed.is_some() && self.by.owner.is_none() && !self.destroys_all(),
            is_before_merge: self.by.owner.is_some(),
        }
    }

    /// What holds it is written with the end of the run.
    async fn hold(&self, shown: Option<&Sealed>, seal: &Seal, case: Case) -> Result<Passage> {
        let (ledger, now) = (self.by.ledger, self.by.context.now());
        let id = ledger.keep_seal(seal, false, now).await?;
        let shown_seal = shown.map(|shown| shown.id.clone()).filter(|shown| *shown != id);
        let name = ledger.hold_name(self.job.claimed.id, self.by.branch, &id).await?;
        let failure = Failure::held(format!("hold/{name}: {}", case.in_words()))
            .hint(format!("`gitinfra describe hold/{name}` shows it, `gitinfra approve {id}` allows it"));
        let hold = Some(Box::new(Held { name, seal: id, shown_seal, case }));
        Ok(Passage::Shut(End { hold, ..End::of(&failure) }))
    }
}

fn refusal(words: String) -> Objection {
    Objection { why: Why::Policy, words }
}

fn destroyed(name: &str) -> Failure {
    let message = format!("it reads {name}, which was destroyed and puts out nothing any more");
    Failure::roll_out(message).hint(format!(
        "roll {name} out again, or take what reads it out of the program; after `gitinfra forget stack/{name}` whatever its state \
         has left is read"
    ))
}

fn is_rejected(shown: Option<&Sealed>) -> bool {
    shown.is_some_and(|shown| shown.rejected.is_some())
}

impl End {
    /// The end of a run whose preview did not do well.
    fn of_preview(ending: &Ending, progress: &Progress) -> End {
        End { changes: Default::default(), ..End::after(ending, progress) }
    }
}

#[cfg(test)]
mod tests;
