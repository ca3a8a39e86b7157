//! Looks for drift as often as the configuration wants it.

use super::Follow;
use crate::config::Then;
use crate::drift::{Drifting, DueLook, Looked, due};
use crate::event::Body;
use crate::failure::{Failure, Kind, Result};
use crate::preview::Previewer;
use crate::record::{DriftState, Findings};
use crate::seal::Plan;
use crate::target::{Place, Target};

impl Follow {
    /// Looks at the stack that has waited longest for it. False when none is to be looked at yet.
    pub async fn look_for_drift(&self) -> Result<bool> {
        let label = &self.mirror.source.label;
        let Some(head) = self.mirror.head_seen(&self.wishes.branch).filter(|_| !self.wishes.dry_run) else {
            return Ok(false);
        };
        let config = self.mirror.config(&head)?;
        let mut records = self.ledger.stack_records().await?;
        records.retain(|record| record.repository == *label && record.branch.as_ref() == Some(&self.wishes.branch));
        let looks = due(&config, &records, &self.ledger.drifts().await?, self.context.now());
        let Some(look) = looks.first() else {
            return Ok(false);
        };
        let record = records.iter().find(|record| record.name == look.stack);
        let commit = record.and_then(|record| Some((record, record.commit.as_deref()?)));
        let (record, commit) = commit.ok_or_else(|| Failure::bug("a stack was due and does not stand"))?;
        let drifting = Drifting(self.place_of_one());
        let looked = async {
            let target = Target::find(&self.mirror, &self.ledger, record, commit).await?;
            self.looked(&drifting, &target, look).await
        };
        match looked.await {
            // What can't be looked at is written down, and does not keep others from being looked at.
            Err(failure) if failure.kind != Kind::Cancelled => {
                self.context.tell(Some(&look.stack), Body::from(&failure));
                let findings = Findings { message: Some(failure.message), ..Findings::default() };
                if let Some(id) = self.ledger.find(label, &look.stack).await? {
                    self.ledger.drift(&id, commit, DriftState::Unchecked, &findings, self.context.now()).await?;
                }
                Ok(false)
            }
            done => done.map(|()| true),
        }
    }

    async fn looked(&self, drifting: &Drifting, target: &Target, look: &DueLook) -> Result<()> {
        let Looked { state, findings, drifted, .. } = drifting.look(target).await?;
        match state {
            DriftState::Drifted => {
                let lines = findings.lines.join("\n");
                self.context.note(&look.stack, format!("what stands is not what was rolled out:\n{lines}"));
                if look.then == Then::Reconcile {
                    self.brought_back(drifting, target, &drifted).await?;
                }
            }
            DriftState::Unchecked => {
                let why = findings.message.unwrap_or_default();
                self.context.note(&look.stack, format!("whether it has drifted could not be looked at: {why}"));
            }
            _ => {}
        }
        Ok(())
    }

    /// What is suspended, locked or worked on is left as it is for now. It has drifted all the same.
    async fn brought_back(&self, drifting: &Drifting, target: &Target, drifted: &Plan) -> Result<()> {
        match drifting.reconcile(target, drifted).await {
            Err(failure) if failure.kind == Kind::Busy => {
                let why = format!("it is not brought back: {}", failure.with_hints());
                self.context.note(&target.stack.name(), why);
                Ok(())
            }
            done => done.map(drop),
        }
    }

    fn place_of_one(&self) -> Place {
        let previewer = Previewer {
            context: self.context.clone(),
            mirror: self.mirror.clone(),
            environment: self.environment.clone(),
            jobs: 1,
            key: None,
            ledger: Some(self.ledger.clone()),
        };
        Place { previewer, ledger: self.ledger.clone(), keep_runs: self.wishes.keep_runs, owner: None }
    }
}
