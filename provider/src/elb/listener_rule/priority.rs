//! The priorities of a listener's rules. AWS judges a call by the order that it leads to, so moves of one listener go together.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use aws_sdk_elasticloadbalancingv2::types::{Rule, RulePriorityPair};
use pulumi_plugin::{Again, Error, Id, Result};
use tokio::sync::oneshot;

use crate::aws::number::signed;
use crate::aws::{Aws, Doing as _};

/// How long the first move waits for others to go along.
const WINDOW: Duration = Duration::from_millis(400);
/// How long a move waits for the rule that has its number to move, too; then it is refused, and tried again.
const PATIENCE: Duration = Duration::from_secs(5);

/// The moves that wait, by listener.
#[derive(Default)]
struct Moves(Mutex<HashMap<String, Vec<Move>>>);

struct Move {
    rule: String,
    priority: u32,
    since: Instant,
    done: oneshot::Sender<Result<()>>,
}

impl Move {
    fn pair(&self) -> (String, u32) {
        (self.rule.clone(), self.priority)
    }
}

impl Moves {
    fn waiting(&self) -> MutexGuard<'_, HashMap<String, Vec<Move>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is still wanted of a listener. A listener of which nothing is wanted is forgotten: the next move starts anew.
    fn wanted(&self, listener: &str) -> Vec<(String, u32)> {
        let mut waiting = self.waiting();
        let Some(moves) = waiting.get_mut(listener) else { return Vec::new() };
        moves.retain(|it| !it.done.is_closed());
        let wanted: Vec<_> = moves.iter().map(Move::pair).collect();
        if wanted.is_empty() {
            waiting.remove(listener);
        }
        wanted
    }

    /// The same, and nothing is forgotten.
    fn waiting_for(&self, listener: &str) -> Vec<(String, u32)> {
        self.waiting().get(listener).map(|moves| moves.iter().map(Move::pair).collect()).unwrap_or_default()
    }

    /// Tells some of the moves how they went.
    fn tell(&self, listener: &str, told: &Result<()>, which: impl Fn(&Move) -> bool) {
        let mut waiting = self.waiting();
        let Some(moves) = waiting.get_mut(listener) else { return };
        for it in moves.extract_if(.., |it| which(it)) {
            // Whoever gave up waiting needs no answer.
            let _ = it.done.send(told.clone());
        }
    }
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

/// The refusal of a new rule, in whose place another one stands.
pub fn standing(id: &Id, rule: &Rule) -> Error {
    let priority = of(rule).unwrap_or_default();
    Error::new(format!("a rule of priority {priority} exists already: `{id}`")).hint(
        "give this one another `priority`, from 1 to 50000; if it is the same rule and has another name in the program than before, give it the resource option `aliases` with the old one; if it is to be replaced although nothing differs, set the resource option `deleteBeforeReplace: true`; if it is nobody's, `pulumi import` takes it over",
    )
}

/// Gives a rule another priority, together with other rules of the listener that get one at the same moment.
pub async fn set(aws: &Aws, listener: &str, rule: &Id, priority: u32) -> Result<()> {
    let moves = aws.kept::<Moves>();
    let (done, told) = oneshot::channel();
    let first = {
        let mut waiting = moves.waiting();
        let first = !waiting.contains_key(listener);
        waiting.entry(listener.to_owned()).or_default().push(Move {
            rule: rule.to_string(),
            priority,
            since: Instant::now(),
            done,
        });
        first
    };
    if first {
        // A task of its own: whoever asked first may give up, the others still want to move.
        tokio::spawn(gather(aws.clone(), moves, listener.to_owned()));
    }
    let told = told.await.unwrap_or_else(|_| Err(Error::new("the move was given up")));
    match told {
        Err(error) if taken_by_another(&error) => Err(taken(aws, listener, priority, error).await),
        told => told,
    }
}

/// Makes the moves of a listener as soon as they can be made. Those whose number another rule still has wait a little for that rule to move, too.
async fn gather(aws: Aws, moves: Arc<Moves>, listener: String) {
    let mut refused: Option<(Vec<(String, u32)>, Error)> = None;
    loop {
        tokio::time::sleep(WINDOW).await;
        let wanted = moves.wanted(&listener);
        if wanted.is_empty() {
            return;
        }
        if let Some((_, error)) = refused.as_ref().filter(|(before, _)| *before == wanted) {
            moves.tell(&listener, &Err(error.clone()), |it| it.since.elapsed() >= PATIENCE);
            continue;
        }
        match set_all(&aws, &listener, &wanted).await {
            Err(error) if taken_by_another(&error) => {
                let able = match rules(&aws, &listener).await {
                    Ok(rules) => able(&rules, &wanted),
                    Err(_) => Vec::new(),
                };
                if !able.is_empty() {
                    let told = set_all(&aws, &listener, &able).await;
                    moves.tell(&listener, &told, |it| able.contains(&it.pair()));
                }
                moves.tell(&listener, &Err(error.clone()), |it| it.since.elapsed() >= PATIENCE);
                refused = Some((moves.waiting_for(&listener), error));
            }
            told => moves.tell(&listener, &told, |it| wanted.contains(&it.pair())),
        }
    }
}

async fn set_all(aws: &Aws, listener: &str, wanted: &[(String, u32)]) -> Result<()> {
    let pairs = wanted
        .iter()
        .map(|(rule, priority)| RulePriorityPair::builder().rule_arn(rule).priority(signed(*priority)).build());
    let set = aws.elb().set_rule_priorities().set_rule_priorities(Some(pairs.collect())).send().await;
    set.done("setting the priorities of the rules of", listener)
}

fn taken_by_another(error: &Error) -> bool {
    error.message().contains("PriorityInUse")
}

/// The moves that can be made together: none to a number that a rule keeps.
fn able(rules: &[Rule], wanted: &[(String, u32)]) -> Vec<(String, u32)> {
    let mut able = wanted.to_vec();
    loop {
        let moves = |arn: &str| able.iter().any(|(rule, _)| rule == arn);
        let stays = rules.iter().filter(|rule| !rule.rule_arn().is_some_and(moves));
        let kept: Vec<_> = stays.filter_map(of).collect();
        let before = able.len();
        able.retain(|(_, priority)| !kept.contains(priority));
        if able.len() == before {
            return able;
        }
    }
}

/// The refusal of a priority that another rule has, which may be about to move away.
async fn taken(aws: &Aws, listener: &str, priority: u32, error: Error) -> Error {
    let Ok(Some(holder)) = holder(aws, listener, priority).await else { return error.again(Again::Soon) };
    Error::new(format!("a rule of priority {priority} exists already: `{holder}`")).again(Again::Soon).hint(
        "if it is this program's under another name, give this rule the resource option `aliases` with that name; if it is to move away or to be deleted, that has to be done in a run before this one",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rules by the numbers that they have, the moves that are wanted, and those that can be made.
    const MOVES: &[(&str, &str, &str)] = &[
        ("a1 b2", "a2", ""),
        ("a1 b2", "a2 b1", "a2 b1"),
        ("a1 b2", "a3", "a3"),
        ("a1 b2 c3", "a2 b3", ""),
        ("a1 b2 c3", "a2 b3 c4", "a2 b3 c4"),
        ("a1 b2 c3", "a3 b4", "b4"),
    ];

    fn pairs(text: &str) -> Vec<(String, u32)> {
        let pair = |it: &str| Some((it.get(..1)?.to_owned(), it.get(1..)?.parse().ok()?));
        text.split_whitespace().filter_map(pair).collect()
    }

    #[test]
    fn no_rule_moves_to_a_number_that_another_keeps() {
        for (rules, wanted, can) in MOVES {
            let rule =
                |(arn, priority): (String, u32)| Rule::builder().rule_arn(arn).priority(priority.to_string()).build();
            let rules: Vec<_> = pairs(rules).into_iter().map(rule).collect();
            assert_eq!(able(&rules, &pairs(wanted)), pairs(can), "{wanted} among {rules:?}");
        }
    }
}
