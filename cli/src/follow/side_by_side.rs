//! Rolls out what is due: side by side where no stack needs another, one after the other where it does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures::stream::{FuturesUnordered, StreamExt as _};

use super::due::{Due, Rest, When};
use super::readers::Turn;
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
use crate::text::list;

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
        self.tell_blocked(due, &mut order, BTreeSet::new(), tally);
        let mut busy = BTreeSet::new();
        if order.waiting_ones().next().is_some() {
            let pulumi = Pulumi::find(&self.environment).await?.until(&self.context.cancel);
            let alone = Arc::default();
            let heads: BTreeMap<&str, &Commit> = due.iter().map(|due| (due.head.id.as_str(), &due.head)).collect();
            let prepared = |(id, head)| (id, self.preparation(&pulumi, config, head, &alone));
            busy = self.in_order(&heads.into_iter().map(prepared).collect(), due, &mut order, tally).await?;
        }
        self.tell_blocked(due, &mut order, busy, tally);
        tally.cancelled += order.waiting_ones().filter(|stack| due[*stack].when.is_now()).count();
        Ok(())
    }

    /// Takes out those that can't go any more. One that stands stays as it is, with what it read; where somebody else is at one that it
    /// reads (`busy`), it may follow that once it stands.
    fn tell_blocked(&self, due: &[Due], order: &mut Order, mut busy: BTreeSet<usize>, tally: &mut Tally) {
        for (stack, other) in order.blocked() {
            match &due[stack].when {
                // After a decision that is void everything is looked at anew.
                _ if tally.moved => {}
                When::Now(_) => {
                    self.context.tell(Some(&due[stack].stack.name()), blocked_by(&due[other]));
                    tally.block();
                }
                When::IfReadsAnew { .. } if busy.contains(&other) => {
                    busy.insert(stack);
                    let other = due[other].stack.name();
                    let words = format!("it waits for {other}, and follows if that puts out other values");
                    self.context.tell(Some(&due[stack].stack.name()), Body::waits(words));
                    tally.skipped += 1;
                }
                When::IfReadsAnew { .. } => self.stands(&due[stack], tally),
            }
        }
    }

    /// Tells of a stack that may have had to follow others that it stays as it is.
    fn stands(&self, due: &Due, tally: &mut Tally) {
        tally.up_to_date += 1;
        if let When::IfReadsAnew { commit, at } = &due.when {
            let stands = Body::UpToDate { commit: commit.clone(), rolled_out_at: *at };
            self.context.tell(Some(&due.stack.name()), stands);
        }
    }

    /// Counts a stack that is left alone for now, and tells why where that was not told.
    fn rests(&self, due: &Due, (rest, words): (Rest, Option<String>), tally: &mut Tally) {
        if let Some(words) = words {
            self.context.tell(Some(&due.stack.name()), Body::waits(words));
        }
        match rest {
            Rest::Held => tally.hold(),
            Rest::Locked | Rest::Blocked => tally.skip(Kind::Busy),
            Rest::Resting => tally.skipped += 1,
        }
    }

    /// Tells what would be rolled out, and what would not since it comes after what is left alone.
    pub(super) async fn foretell(
        &self,
        due: &[Due],
        (files, config): (&[TreeFile], &Config),
        tally: &mut Tally,
    ) -> Result<()> {
        let read = self.ledger.reads(&self.mirror.source.label).await?;
        let mut order = Order::of(due.iter().map(|due| &due.stack), files, &read);
        let refused = self.all_refused(due, config).await;
        let alone = due.iter().enumerate().filter(|(stack, due)| due.rest.is_some() || refused.contains_key(stack));
        alone.for_each(|(stack, _)| order.ended(stack, false));
        let blocked: BTreeMap<usize, usize> = order.blocked().into_iter().collect();
        for (stack, next) in due.iter().enumerate() {
            if let Some(failure) = refused.get(&stack) {
                self.skip_due(next, failure, tally);
                continue;
            }
            match next.when.is_now() {
                true => tally.skipped += 1,
                false => tally.up_to_date += 1,
            }
            if next.rest.is_some() {
                continue;
            }
            let body = match (&next.when, blocked.get(&stack)) {
                (When::Now(_), Some(other)) => blocked_by(&due[*other]),
                (When::Now(reason), None) => Body::Pending { commit: next.head.id.clone(), reason: reason.words() },
                (When::IfReadsAnew { commit, at }, Some(_)) => {
                    Body::UpToDate { commit: commit.clone(), rolled_out_at: *at }
                }
                (When::IfReadsAnew { .. }, None) => {
                    let before: Vec<String> = order.read_by(stack).map(|other| due[other].stack.name()).collect();
                    let before: Vec<&str> = before.iter().map(String::as_str).collect();
                    let message =
                        format!("it follows if what it reads of {} comes to be another thing", list(&before, 3));
                    Body::Note { message }
                }
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
                self.rests(due, (rest, None), tally);
            } else if let Err(failure) = due.stack.check_name() {
                self.skip_due(due, &failure, tally);
            } else {
                continue;
            }
            order.ended(stack, false);
        }
    }

    /// Those that a roll-out would refuse before its engine begins.
    async fn all_refused(&self, due: &[Due], config: &Config) -> BTreeMap<usize, Failure> {
        let mut refused = BTreeMap::new();
        let is_tried = |due: &&Due| due.rest.is_none() && due.when.is_now();
        // Where the engine is not there, it is asked nothing: what would be rolled out can be told all the same.
        let stands = due.iter().filter(is_tried).any(|due| due.known.home().is_some());
        let pulumi = if stands { Pulumi::find(&self.environment).await.ok() } else { None };
        let pulumi = pulumi.map(|pulumi| pulumi.until(&self.context.cancel));
        for (at, due) in due.iter().enumerate().filter(|(_, due)| is_tried(due)) {
            let mut checked = self.check(due);
            if let (Some(pulumi), Ok(())) = (&pulumi, &checked) {
                let roll_out = self.preparation(pulumi, config, &due.head, &Arc::default());
                checked = roll_out.refuse_backend(&due.stack, &due.known).await;
            }
            refused.extend(checked.err().map(|failure| (at, failure)));
        }
        refused
    }

    fn check(&self, due: &Due) -> Result<()> {
        due.stack.check_name()?;
        due.stack.check_files()?;
        self.mirror.check_present(&due.head.id, &due.stack)
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

    /// Keeps so many roll-outs under way as there are jobs. What has begun is brought to its end, whatever becomes of the others. Gives
    /// those that somebody else is at.
    async fn in_order(
        &self,
        prepared: &BTreeMap<&str, RollOut<'_>>,
        due: &[Due],
        order: &mut Order,
        tally: &mut Tally,
    ) -> Result<BTreeSet<usize>> {
        let mut under_way = FuturesUnordered::new();
        let (mut broken, mut busy) = (None, BTreeSet::new());
        // Those whose backend had no room, until something ends.
        let (mut resting, mut told) = (BTreeSet::new(), BTreeSet::new());
        loop {
            while broken.is_none() && !self.context.cancel.is_cancelled() && under_way.len() < self.wishes.jobs {
                let Some(next) = order.start_next_but(&resting) else {
                    break;
                };
                under_way.push(async move { (next, self.one(prepared, &due[next]).await) });
            }
            let Some((stack, turn)) = under_way.next().await else {
                if resting.is_empty() || broken.is_some() || self.context.cancel.is_cancelled() {
                    return broken.map_or(Ok(busy), Err);
                }
                // Others take the room, on this machine or elsewhere.
                self.context.rest(PAUSE).await;
                resting.clear();
                continue;
            };
            let outcome = match turn {
                Turn::Came(outcome) => outcome,
                Turn::Stands => {
                    self.stands(&due[stack], tally);
                    order.ended(stack, true);
                    continue;
                }
                Turn::Rests(rest, words) => {
                    self.rests(&due[stack], (rest, words), tally);
                    order.ended(stack, false);
                    continue;
                }
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
            busy.extend((outcome == Ok(Outcome::Busy)).then_some(stack));
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

    async fn one(&self, prepared: &BTreeMap<&str, RollOut<'_>>, due: &Due) -> Turn {
        self.turn(prepared, due).await.unwrap_or_else(|failure| Turn::Came(Err(failure)))
    }

    async fn turn(&self, prepared: &BTreeMap<&str, RollOut<'_>>, due: &Due) -> Result<Turn> {
        let roll_out = prepared.get(due.head.id.as_str());
        let roll_out = roll_out.ok_or_else(|| Failure::bug("a stack is due at a commit that nobody prepared"))?;
        let id = self.ledger.stack(&self.mirror.source.label, &due.stack, self.context.now()).await?;
        match &due.when {
            When::Now(reason) => Ok(Turn::Came(roll_out.run(&due.stack, &id, &due.known, reason).await)),
            When::IfReadsAnew { .. } => self.follows(roll_out, due, &id).await,
        }
    }
}

fn blocked_by(other: &Due) -> Body {
    Body::waits(format!("blocked: it comes after {}, which was not rolled out", other.stack.name()))
}
