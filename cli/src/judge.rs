//! What speaks against a roll-out by what its configuration says: more deletes and replaces than are allowed unasked.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::{Act, Drift, Guard};
use crate::engine::operation::Effect;
use crate::record::{Objection, Why};
use crate::scrub::PLACEHOLDER;
use crate::seal::{Change, Plan, Property};
use crate::text::list;

/// How many resources a sentence names.
const FEW: usize = 5;

/// What is over budget, a sentence for each budget.
pub fn over_budget(plan: &Plan, guard: &Guard) -> Vec<Objection> {
    [(Act::Delete, Effect::Delete), (Act::Replace, Effect::Replace)]
        .into_iter()
        .flat_map(|(act, effect)| over(plan, guard, act, effect))
        .collect()
}

fn over(plan: &Plan, guard: &Guard, act: Act, effect: Effect) -> Vec<Objection> {
    let mut by_budget: BTreeMap<(usize, usize), Vec<&Change>> = BTreeMap::new();
    for change in plan.resources.iter().filter(|change| change.effect() == effect) {
        if let Some(budget) = guard.bound(&change.kind, act) {
            by_budget.entry(budget).or_default().push(change);
        }
    }
    let is_over = |((_, most), changes): &((usize, usize), Vec<&Change>)| changes.len() > *most;
    by_budget.into_iter().filter(is_over).map(|((_, most), changes)| objection(effect, most, &changes)).collect()
}

fn objection(effect: Effect, most: usize, changes: &[&Change]) -> Objection {
    let names: Vec<String> = changes.iter().map(|change| format!("{} {}", change.kind, change.name)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let allowed = if most == 0 { "none may".to_owned() } else { format!("{most} may") };
    let words = format!(
        "over budget: {} would be {}, and {allowed} unasked ({})",
        changes.len(),
        effect.done(),
        list(&names, FEW)
    );
    Objection { why: Why::Budget, words }
}

/// What would be done besides bringing back what a look found to have drifted: whoever looked was not told of it. That is all of a
/// resource that was not among it, and a property that is another thing by now than it was then, unless it is noise.
pub fn beyond(plan: &Plan, drifted: &Plan, noise: &Drift) -> Option<Objection> {
    let does = |change: &&Change| {
        matches!(change.effect(), Effect::Create | Effect::Update | Effect::Replace | Effect::Delete | Effect::Import)
    };
    let changes = plan.resources.iter().filter(does);
    let more = changes.filter_map(|change| match drifted.resources.iter().find(|found| found.urn == change.urn) {
        Some(found) => Some(format!("{} ({})", change.in_words(), further(change, found, noise)?)),
        None => Some(change.in_words()),
    });
    let lines: Vec<String> = more.collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let words = || format!("it would do more than bring back what has drifted: {}", list(&lines, FEW));
    (!lines.is_empty()).then(|| Objection { why: Why::Changed, words: words() })
}

/// How a resource has drifted further since it was looked at; `found` is what it had come to then.
fn further(change: &Change, found: &Change, noise: &Drift) -> Option<String> {
    match (found.effect(), change.effect()) {
        (Effect::Delete, Effect::Create) => return None,
        (Effect::Delete, _) => return Some("it was gone, and is there again".to_owned()),
        (_, Effect::Create) => return Some("it is gone by now".to_owned()),
        _ => {}
    }
    let is_told = |property: &&Property| !noise.is_noise(&change.kind, &property.path);
    change.properties.iter().filter(is_told).find_map(|property| moved(property, &found.properties))
}

/// How a property differs from what was found of it. What is a secret, or has no value that could be shown, can't be compared.
fn moved(property: &Property, found: &[Property]) -> Option<String> {
    let Property { path, before: now, .. } = property;
    let Some(found) = found.iter().find(|found| found.path == *path) else {
        return Some(format!("{path} has drifted since"));
    };
    let is_hidden = |side: &Option<String>| side.as_ref().is_some_and(|value| value.contains(PLACEHOLDER));
    let has_no_value = |property: &Property| property.before.is_none() && property.after.is_none();
    if now == &found.after || is_hidden(now) || is_hidden(&found.after) || has_no_value(found) || has_no_value(property)
    {
        return None;
    }
    let told = |side: &Option<String>| side.clone().unwrap_or_else(|| "nothing".to_owned());
    Some(format!("{path} was {}, and is {} by now", told(&found.after), told(now)))
}

/// Whose word a roll-out needs before anybody gave one.
pub fn asks(plan: &Plan, guard: &Guard) -> Option<String> {
    let approvals = guard.approvals.as_ref().filter(|approvals| approvals.count > 0 && !plan.is_empty())?;
    Some(format!("it needs {} to allow it (who may: {})", approvals.count, who(&approvals.from)))
}

fn who(from: &[String]) -> String {
    if from.is_empty() { "anybody".to_owned() } else { from.join(", ") }
}

/// What may still be missing of approvals: how many of these people count, and how many have to.
pub fn missing(approvals: &[String], needed: usize, from: &[String]) -> Option<String> {
    let given = given(approvals, from);
    (given < needed).then(|| format!("it needs {needed} to allow it, and {given} did (who may: {})", who(from)))
}

/// How many people's words count. One that is written in two ways is one.
pub fn given(approvals: &[String], from: &[String]) -> usize {
    let counting = approvals.iter().filter(|name| may_approve(name, from));
    counting.map(|name| name.to_lowercase()).collect::<BTreeSet<_>>().len()
}

/// Whether somebody's word counts. Forges don't tell large letters from small ones in names.
pub fn may_approve(name: &str, from: &[String]) -> bool {
    let from: Vec<String> = from.iter().map(|glob| glob.to_lowercase()).collect();
    from.is_empty() || crate::config::any(&from, &name.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::engine::operation::Operation;

    fn of(changes: &[(&str, &str, &str)]) -> Plan {
        let change = |(operation, kind, name): &(&str, &str, &str)| Change {
            urn: format!("urn:pulumi:dev::net::{kind}::{name}"),
            kind: (*kind).to_owned(),
            name: (*name).to_owned(),
            operation: Operation::new(operation),
            replaced_for: Vec::new(),
            properties: Vec::new(),
        };
        Plan { resources: changes.iter().map(change).collect(), ..Plan::default() }
    }

    fn words(config: &str, changes: &[(&str, &str, &str)]) -> Vec<String> {
        let guard = Config::read(config).expect("a configuration").guard("net/dev");
        over_budget(&of(changes), &guard).into_iter().map(|objection| objection.words).collect()
    }

    #[test]
    fn more_than_a_budget_allows_is_told() {
        let bucket = ("delete", "aws:s3/bucket:Bucket", "logs");
        let subnets = [("delete", "a:b:Subnet", "x"), ("delete", "a:b:Subnet", "y"), ("replace", "a:b:Subnet", "z")];
        assert_eq!(
            words("", &[bucket]),
            ["over budget: 1 would be deleted, and none may unasked (aws:s3/bucket:Bucket logs)"]
        );
        assert_eq!(words("", &subnets), [""; 0]);
        assert_eq!(words("", &[("update", "aws:s3/bucket:Bucket", "logs")]), [""; 0]);
        assert_eq!(words("budgets: [{types: ['aws:s3/**'], deletes: any}]", &[bucket]), [""; 0]);
        let all = "budgets: [{types: ['**'], deletes: 1, replaces: 0}]";
        assert_eq!(
            words(all, &subnets),
            [
                "over budget: 2 would be deleted, and 1 may unasked (a:b:Subnet x, a:b:Subnet y)",
                "over budget: 1 would be replaced, and none may unasked (a:b:Subnet z)",
            ]
        );
        let of_others = "rules: [{stacks: ['web/*'], budgets: [{types: ['**'], deletes: 0}]}]";
        assert_eq!(words(of_others, &subnets), [""; 0]);
    }

    #[test]
    fn what_has_not_drifted_is_not_brought_back() {
        let plan = of(&[("update", "a:b:C", "x"), ("update", "a:b:C", "y"), ("same", "a:b:C", "z")]);
        let drifted = |names: &[&str]| of(&names.iter().map(|name| ("update", "a:b:C", *name)).collect::<Vec<_>>());
        assert_eq!(beyond(&plan, &drifted(&["x", "y"]), &Drift::default()), None);
        let words = beyond(&plan, &drifted(&["x"]), &Drift::default()).map(|objection| objection.words);
        assert_eq!(words.as_deref(), Some("it would do more than bring back what has drifted: ~ update a:b:C y"));
    }

    /// What was found is what is brought back: what has drifted further since nobody was told of.
    #[test]
    fn what_drifted_further_is_not_brought_back() {
        let change = |operation: &str, properties: &[(&str, Option<&str>, Option<&str>)]| {
            let mut plan = of(&[(operation, "a:b:C", "x")]);
            let text = |side: Option<&str>| side.map(str::to_owned);
            let property = |(path, before, after): &(&str, Option<&str>, Option<&str>)| Property {
                path: (*path).to_owned(),
                before: text(*before),
                after: text(*after),
            };
            plan.resources[0].properties = properties.iter().map(property).collect();
            plan
        };
        let (size, tag) = (("size", Some("1"), Some("2")), ("tags.by", None, Some("kim")));
        let found = change("update", &[size, tag, ("key", Some("[secret]"), Some("[secret]")), ("odd", None, None)]);
        let gone = change("delete", &[]);
        let back = |path: &'static str, now: Option<&'static str>| change("update", &[(path, now, Some("1"))]);
        let cases = [
            (&found, back("size", Some("2")), ""),
            (&found, change("replace", &[("size", Some("2"), Some("1")), ("tags.by", Some("kim"), None)]), ""),
            (&found, back("size", Some("3")), "size was 2, and is 3 by now"),
            (&found, back("size", None), "size was 2, and is nothing by now"),
            (&found, change("replace", &[("size", Some("3"), Some("1"))]), "size was 2, and is 3 by now"),
            (&found, back("more", Some("3")), "more has drifted since"),
            (&found, back("noise", Some("3")), ""),
            (&found, back("key", Some("[secret]")), ""),
            (&found, back("odd", Some("3")), ""),
            (&found, change("create", &[]), "it is gone by now"),
            (&gone, change("create", &[("size", None, Some("1"))]), ""),
            (&gone, back("size", Some("3")), "it was gone, and is there again"),
        ];
        let config = Config::read("drift: {ignore: [{types: ['a:**'], paths: [noise]}]}").expect("a configuration");
        for (found, plan, expected) in cases {
            let told = beyond(&plan, found, &config.drift).map(|objection| objection.words).unwrap_or_default();
            let words = told.split_once('(').map_or("", |(_, words)| words.trim_end_matches(')'));
            assert_eq!((words, told.is_empty()), (expected, expected.is_empty()), "{plan:?}");
        }
    }

    #[test]
    fn who_has_to_allow_it_is_told_before_anybody_did() {
        let asked =
            |text: &str, changes| asks(&of(changes), &Config::read(text).expect("a configuration").guard("net/dev"));
        let bucket = [("update", "aws:s3/bucket:Bucket", "logs")];
        let two = "approvals: {count: 2, from: [ada, lee]}";
        assert_eq!(asked(two, &bucket).as_deref(), Some("it needs 2 to allow it (who may: ada, lee)"));
        let anybody = asked("approvals: {count: 1}", &bucket);
        assert_eq!(anybody.as_deref(), Some("it needs 1 to allow it (who may: anybody)"));
        assert_eq!(asked(two, &[]), None, "what changes nothing needs nobody's word");
        assert_eq!(asked("", &bucket), None);
    }

    #[test]
    fn approvals_count_by_who_gave_them() {
        let (given, from) = (["ada".to_owned(), "eve".to_owned()], ["ada".to_owned(), "lee*".to_owned()]);
        assert_eq!(missing(&given, 2, &[]), None);
        assert_eq!(missing(&given, 1, &from), None);
        let words = "it needs 2 to allow it, and 1 did (who may: ada, lee*)";
        assert_eq!(missing(&given, 2, &from).as_deref(), Some(words));
        let twice = ["Ada".to_owned(), "ada".to_owned(), "LEE-anne".to_owned()];
        assert_eq!((super::given(&twice, &from), super::given(&twice, &[])), (2, 2), "one person counts once");
    }
}
