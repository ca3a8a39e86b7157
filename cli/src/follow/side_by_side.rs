//! Rolls out what is due: side by side where no stack needs another, one after the other where it does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures::stream::{FuturesUnordered, StreamExt as _};

use super::due::{Due, Rest};
use super::{Follow, Tally};
use crate::config::Config;
use crate::engine::Pulumi;
use crate::event::Body;
use crate::failure::{Failure, Kind, Result};
use crate::git::Commit;
use crate::order::Order;
use crate::record::Action;
use crate::repo::TreeFile;
use crate::rollout::{Outcome, RollOut};

/// How long a stack waits for room in its backend before it asks again, where nothing else is under way here.
const PAUSE: Duration = Duration::from_secs(1);

impl Follow {
    pub(super) async fn roll_out(
        &self,
        due: &[Due],
        (files, config): (&[TreeFile], &Config),
        tally: &mut Tally,
    ) -> Result<()> {
        let read = self.ledger.reads(&self.mirror.source.label).await?;
        let mut order = Order::of(due.iter().map(|due| &due.stack), files, &read);
        self.tell_circles(due, &order);
        self.set_aside(due, &mut order, tally);
        if order.waiting() > 0 {
            let pulumi = Pulumi::find(&self.environment).await?.until(&self.context.cancel);
            let alone = Arc::default();
            let heads: BTreeMap<&str, &Commit> = due.iter().map(|due| (due.head.id.as_str(), &due.head)).collect();
            let prepared = |(id, head)| (id, self.preparation(&pulumi, config, head, &alone));
            self.in_order(&heads.into_iter().map(prepared).collect(), due, &mut order, tally).await?;
        }
        // After a decision that is void everything is looked at anew.
        for (stack, other) in order.blocked().into_iter().filter(|_| !tally.moved) {
            self.context.tell(Some(&due[stack].stack.name()), blocked_by(&due[other]));
            tally.skipped += 1;
        }
        tally.cancelled += order.waiting();
        Ok(())
    }

    /// Tells what would be rolled out, and what would not since it comes after what is left alone.
    pub(super) async fn foretell(&self, due: &[Due], files: &[TreeFile]) -> Result<()> {
        let read = self.ledger.reads(&self.mirror.source.label).await?;
        let mut order = Order::of(due.iter().map(|due| &due.stack), files, &read);
        let alone = due.iter().enumerate().filter(|(_, due)| due.rest.is_some());
        alone.for_each(|(stack, _)| order.ended(stack, false));
        let blocked: BTreeMap<usize, usize> = order.blocked().into_iter().collect();
        for (stack, next) in due.iter().enumerate().filter(|(_, due)| due.rest.is_none()) {
            let body = match blocked.get(&stack) {
                Some(other) => blocked_by(&due[*other]),
                None => Body::Pending { commit: next.head.id.clone(), reason: next.reason.words() },
            };
            self.context.tell(Some(&next.stack.name()), body);
        }
        Ok(())
    }

    fn tell_circles(&self, due: &[Due], order: &Order) {
        for circle in order.circles() {
            let names: Vec<String> = circle.iter().map(|at| due[*at].stack.name()).collect();
            let message = format!(
                "{} wait for one another in a circle, and what would close it does not count: {} rolls out as if it did not \
                 read {}",
                names.join(" and "),
                names.last().map_or("", String::as_str),
                names.first().map_or("", String::as_str)
            );
            self.context.tell(None, Body::Note { message });
        }
    }

    /// Leaves out, before anything begins, those that can't be tried or are not to be tried now.
    fn set_aside(&self, due: &[Due], order: &mut Order, tally: &mut Tally) {
        for (stack, due) in due.iter().enumerate() {
            if let Some(rest) = due.rest {
                match rest {
                    Rest::Held => tally.hold(),
                    Rest::Locked => tally.skip(Kind::Busy),
                    Rest::Resting => tally.skipped += 1,
                }
            } else if let Err(failure) = due.stack.check_name() {
                self.skip_due(due, &failure, tally);
            } else {
                continue;
            }
            order.ended(stack, false);
        }
    }

    fn skip_due(&self, due: &Due, failure: &Failure, tally: &mut Tally) {
        let name = due.stack.name();
        self.skip((Some(&name), &name), &due.head.id, failure, tally);
    }

    fn preparation<'a>(
        &'a self,
        pulumi: &'a Pulumi,
        config: &'a Config,
        head: &'a Commit,
        alone: &Arc<tokio::sync::Mutex<()>>,
    ) -> RollOut<'a> {
        RollOut {
            context: &self.context,
            ledger: &self.ledger,
            mirror: &self.mirror,
            pulumi,
            branch: &self.wishes.branch,
            head,
            action: Action::RollOut,
            scrubber: &self.scrubber,
            config,
            confirmed: None,
            drifted: None,
            suspends: None,
            owner: None,
            keep_runs: self.wishes.keep_runs,
            alone: alone.clone(),
            environment: &self.environment,
        }
    }

    /// Keeps so many roll-outs under way as there are jobs. What has begun is brought to its end, whatever becomes of the others.
    async fn in_order(
        &self,
        prepared: &BTreeMap<&str, RollOut<'_>>,
        due: &[Due],
        order: &mut Order,
        tally: &mut Tally,
    ) -> Result<()> {
        let mut under_way = FuturesUnordered::new();
        let mut broken = None;
        // Those whose backend had no room, until something ends.
        let (mut resting, mut told) = (BTreeSet::new(), BTreeSet::new());
        loop {
            while broken.is_none() && !self.context.cancel.is_cancelled() && under_way.len() < self.wishes.jobs {
                let Some(next) = order.start_next_but(&resting) else {
                    break;
                };
                under_way.push(async move { (next, self.one(prepared, &due[next]).await) });
            }
            let Some((stack, outcome)) = under_way.next().await else {
                if resting.is_empty() || broken.is_some() || self.context.cancel.is_cancelled() {
                    return broken.map_or(Ok(()), Err);
                }
                // Others take the room, on this machine or elsewhere.
                self.context.rest(PAUSE).await;
                resting.clear();
                continue;
            };
            if outcome == Ok(Outcome::Full) {
                order.put_back(stack);
                resting.insert(stack);
                if told.insert(stack) {
                    let words = "it waits: as many stacks of its backend are worked on as may be at once";
                    self.context.note(&due[stack].stack.name(), words);
                }
                continue;
            }
            resting.clear();
            match self.settled(&due[stack], outcome, tally) {
                Ok(well) => order.ended(stack, well),
                Err(failure) => broken = Some(failure),
            }
        }
    }

    /// Counts what came of a stack, and says whether it stands now. One that can't be tried keeps no other from its
    /// roll-out, so only what concerns all of them is a failure here.
    fn settled(&self, due: &Due, outcome: Result<Outcome>, tally: &mut Tally) -> Result<bool> {
        match outcome {
            Ok(outcome) => {
                tally.count(&outcome);
                Ok(outcome == Outcome::RolledOut)
            }
            Err(failure) if matches!(failure.kind, Kind::Bug | Kind::Cancelled) => Err(failure),
            Err(failure) => {
                self.skip_due(due, &failure, tally);
                Ok(false)
            }
        }
    }

    async fn one(&self, prepared: &BTreeMap<&str, RollOut<'_>>, due: &Due) -> Result<Outcome> {
        let roll_out = prepared.get(due.head.id.as_str());
        let roll_out = roll_out.ok_or_else(|| Failure::bug("a stack is due at a commit that nobody prepared"))?;
        let id = self.ledger.stack(&self.mirror.source.label, &due.stack, self.context.now()).await?;
        roll_out.run(&due.stack, &id, &due.known, &due.reason).await
    }
}

fn blocked_by(other: &Due) -> Body {
    Body::waits(format!("blocked: it comes after {}, which was not rolled out", other.stack.name()))
}
