//! The priorities of a listener's rules. AWS judges a call by the order that it leads to, so moves of one listener go together.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_elasticloadbalancingv2::types::{Rule, RulePriorityPair};
use pulumi_plugin::{Again, Error, Id, Result};
use tokio::sync::oneshot;

use crate::aws::number::signed;
use crate::aws::{Aws, Doing as _};

/// How long the first move waits for others to go along.
const WINDOW: Duration = Duration::from_millis(400);

/// The moves that wait, by listener.
#[derive(Default)]
struct Moves(Mutex<HashMap<String, Vec<Move>>>);

struct Move {
    rule: String,
    priority: u32,
    done: oneshot::Sender<Result<()>>,
}

/// All rules of a listener; none where there is no such listener.
pub async fn rules(aws: &Aws, listener: &str) -> Result<Vec<Rule>> {
    let (mut found, mut from) = (Vec::new(), None);
    loop {
        let asked = aws.elb().describe_rules().listener_arn(listener).set_marker(from).send().await;
        let asked = asked.unless(&["ListenerNotFound", "LoadBalancerNotFound"]);
        let Some(page) = asked.doing("reading the rules of", listener)? else { return Ok(found) };
        found.extend(page.rules.unwrap_or_default());
        from = page.next_marker.filter(|next| !next.is_empty());
        if from.is_none() {
            return Ok(found);
        }
    }
}

/// The priority of a rule; the default rule has none.
pub fn of(rule: &Rule) -> Option<u32> {
    rule.priority.as_ref()?.parse().ok()
}

/// One more than the highest.
pub fn next(rules: &[Rule]) -> u32 {
    rules.iter().filter_map(of).max().unwrap_or_default() + 1
}

/// The rule that has a priority.
pub async fn holder(aws: &Aws, listener: &str, priority: u32) -> Result<Option<Id>> {
    let holder = rules(aws, listener).await?.into_iter().find(|rule| of(rule) == Some(priority));
    Ok(holder.and_then(|rule| rule.rule_arn).map(Id::from))
}

/// Gives a rule another priority, together with other rules of the listener that get one at the same moment.
pub async fn set(aws: &Aws, listener: &str, rule: &Id, priority: u32) -> Result<()> {
    let moves = aws.kept::<Moves>();
    let (done, told) = oneshot::channel();
    let first = {
        let mut waiting = moves.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = waiting.entry(listener.to_owned()).or_default();
        waiting.push(Move { rule: rule.to_string(), priority, done });
        waiting.len() == 1
    };
    if first {
        // A task of its own: whoever asked first may give up, the others still want to move.
        tokio::spawn(gather(aws.clone(), moves, listener.to_owned()));
    }
    let told = told.await.unwrap_or_else(|_| Err(Error::new("the move was given up")));
    match told {
        Err(error) if error.message().contains("PriorityInUse") => Err(taken(aws, listener, priority, error).await),
        told => told,
    }
}

async fn gather(aws: Aws, moves: Arc<Moves>, listener: String) {
    tokio::time::sleep(WINDOW).await;
    let waiting = moves.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&listener).unwrap_or_default();
    let pairs =
        waiting.iter().map(|it| RulePriorityPair::builder().rule_arn(&it.rule).priority(signed(it.priority)).build());
    let set = aws.elb().set_rule_priorities().set_rule_priorities(Some(pairs.collect())).send().await;
    let told = set.done("setting the priorities of the rules of", &listener);
    for it in waiting {
        // Whoever gave up waiting needs no answer.
        let _ = it.done.send(told.clone());
    }
}

/// The refusal of a priority that another rule has, which may be about to move away.
async fn taken(aws: &Aws, listener: &str, priority: u32, error: Error) -> Error {
    let Ok(Some(holder)) = holder(aws, listener, priority).await else { return error.again(Again::Soon) };
    Error::new(format!("a rule of priority {priority} exists already: `{holder}`")).again(Again::Soon).hint(
        "if it is this program's under another name, give this rule the resource option `aliases` with that name; if it is to move away or to be deleted, that has to be done in a run before this one",
    )
}
