//! The picture in words: its title, what a reader who can't see it is told, and what is not ok.

use std::collections::{BTreeMap, BTreeSet};

use super::flow::End;
use super::model::Model;
use super::stock::{Health, Stock};
use super::{About, in_order, words};
use crate::text::count;

/// `web / prod`.
pub fn heading(stock: &Stock) -> String {
    if stock.project.is_empty() { "An empty stack".to_owned() } else { format!("{} / {}", stock.project, stock.stack) }
}

/// How many resources there are; components are none.
pub fn total(stock: &Stock) -> usize {
    stock.things.iter().filter(|thing| !thing.is_component).count()
}

/// How many resources are how, the worst first; and how many are protected.
pub fn totals(stock: &Stock) -> (BTreeMap<Health, usize>, usize) {
    let mut totals = BTreeMap::new();
    for thing in stock.things.iter().filter(|thing| !thing.is_component) {
        *totals.entry(thing.health).or_insert(0) += 1;
    }
    (totals, stock.things.iter().filter(|thing| thing.is_protected).count())
}

pub fn title(stock: &Stock) -> String {
    format!("{}, {}", heading(stock), count(total(stock), "resource"))
}

/// Lines below the title: what stands, since when and where, and what is not ok.
pub fn facts(stock: &Stock, model: &Model, about: &About) -> Vec<String> {
    let (totals, protected) = totals(stock);
    let mut parts = vec![count(total(stock), "resource")];
    parts.extend(totals.iter().map(|(health, count)| format!("{count} {}", health.word())));
    parts.extend((protected > 0).then(|| format!("{protected} protected")));
    let mut lines = vec![parts.join(" · ")];
    let mut second = about.lines.clone();
    second.extend(meta(stock, model));
    lines.extend((!second.is_empty()).then(|| second.join(" · ")));
    let reasons: Vec<String> = not_ok(model).into_iter().map(|(_, name, why)| format!("{name}: {why}")).collect();
    lines.extend((!reasons.is_empty()).then(|| reasons.join(" · ")));
    lines
}

/// When the state was written, and where it reaches.
pub fn meta(stock: &Stock, model: &Model) -> Vec<String> {
    let mut lines: Vec<String> = stock.at.iter().map(|at| format!("state of {}", words::time(at))).collect();
    let accounts: BTreeSet<&str> = model.nodes.iter().map(|node| node.region.account.as_str()).collect();
    let regions: BTreeSet<&str> = model.nodes.iter().map(|node| node.region.name.as_str()).collect();
    let named = |region: &&str| match words::city(region) {
        "no region" => "global".to_owned(),
        "" => (*region).to_owned(),
        city => city.to_owned(),
    };
    let regions: Vec<String> = regions.iter().map(named).collect();
    if !regions.is_empty() {
        lines.push(format!("{}: {}", count(accounts.len(), "account"), regions.join(", ")));
    }
    lines
}

/// Every box that is not ok with its name and why, the worst first.
pub fn not_ok(model: &Model) -> Vec<(usize, String, String)> {
    let mut all: Vec<usize> = (0..model.nodes.len()).filter(|at| model.nodes[*at].health != Health::Ok).collect();
    all.sort_by_key(|at| model.nodes[*at].health);
    let line = |at: usize| {
        let node = &model.nodes[at];
        let why = node.why.clone().or_else(|| node.flag.clone()).unwrap_or_default();
        (at, node.name.clone(), why)
    };
    all.into_iter().map(line).collect()
}

/// The path and what is not ok, in sentences.
pub fn description(stock: &Stock, model: &Model, steps: &BTreeMap<End, usize>) -> String {
    let mut said = Vec::new();
    let path: Vec<String> = in_order(steps)
        .into_iter()
        .filter_map(|end| match end {
            End::Node(node) => Some(format!("the {} {}", noun(&model.nodes[node].token), model.nodes[node].name)),
            _ => None,
        })
        .collect();
    if !path.is_empty() {
        said.push(format!("From the top: visitors reach {}.", path.join(", then ")));
    }
    for vpc in &model.vpcs {
        let thing = &stock.things[vpc.thing];
        let (name, cidr) = (words::name(thing), thing.text("cidrBlock"));
        said.push(format!(
            "The VPC {name} ({cidr}) has {} in {}: {}.",
            count(vpc.subnets.len(), "subnet"),
            count(vpc.zones.len(), "zone"),
            vpc.tiers.join(", ")
        ));
    }
    let reasons: Vec<String> =
        not_ok(model).into_iter().map(|(at, name, _)| format!("{name} is {}", model.nodes[at].health.word())).collect();
    said.push(if reasons.is_empty() { "Everything is ok.".to_owned() } else { format!("{}.", reasons.join(", ")) });
    said.push("Names and certificates are on the left, logs and alarms on the right.".to_owned());
    said.join(" ")
}

/// `elb:LoadBalancer` as `load balancer`.
fn noun(token: &str) -> String {
    words::spaced(token.rsplit(':').next().unwrap_or(token))
}
