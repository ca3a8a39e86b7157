//! The picture as a Mermaid flowchart, for Markdown: frames as subgraphs, boxes by name and id, flows as arrows.

use std::collections::BTreeMap;

use super::flow::{End, Flow, Kind};
use super::model::{Model, Node};
use super::place::GLOBAL;
use super::stock::{Health, Stock};
use super::words;

/// Boxes by the frames that they are in: account, region, VPC, tier.
type Tree = BTreeMap<String, BTreeMap<String, BTreeMap<Option<usize>, BTreeMap<(usize, String), Vec<usize>>>>>;

pub fn mermaid(stock: &Stock, model: &Model, flows: &[Flow]) -> String {
    let mut lines = vec!["flowchart TB".to_owned()];
    if flows.iter().any(|flow| flow.from == End::Visitors) {
        lines.push("  visitors([Visitors])".to_owned());
    }
    let mut count = 0;
    for (account, regions) in tree(model) {
        open(
            &mut lines,
            &mut count,
            1,
            &if account.is_empty() { "AWS".to_owned() } else { format!("Account {account}") },
        );
        for (region, vpcs) in regions {
            open(&mut lines, &mut count, 2, if region == GLOBAL { "Global" } else { &region });
            for (vpc, tiers) in vpcs {
                let depth = if vpc.is_some() { 4 } else { 3 };
                if let Some(vpc) = vpc {
                    let thing = &stock.things[model.vpcs[vpc].thing];
                    open(&mut lines, &mut count, 3, &format!("VPC {} {}", words::name(thing), thing.text("cidrBlock")));
                }
                for ((_, tier), nodes) in tiers {
                    let is_tier = !tier.is_empty();
                    if is_tier {
                        open(&mut lines, &mut count, depth, &tier);
                    }
                    lines.extend(
                        nodes.iter().map(|node| boxed(&model.nodes[*node], *node, depth + usize::from(is_tier))),
                    );
                    lines.extend(is_tier.then(|| close(depth)));
                }
                lines.extend(vpc.map(|_| close(3)));
            }
            lines.push(close(2));
        }
        lines.push(close(1));
    }
    lines.extend(others(model));
    lines.extend(flows.iter().filter_map(|flow| arrow(model, flow)));
    lines.extend(classes(model));
    lines.join("\n") + "\n"
}

fn tree(model: &Model) -> Tree {
    let mut tree = Tree::new();
    for (at, node) in model.nodes.iter().enumerate() {
        let vpc = node.vpc.filter(|vpc| model.vpcs[*vpc].region == node.region);
        let tier = node.inside.as_ref().filter(|_| vpc.is_some()).map(|inside| inside.tier.clone());
        // From the top, as in a drawing.
        let known =
            vpc.zip(tier.as_ref()).and_then(|(vpc, tier)| model.vpcs[vpc].tiers.iter().position(|one| one == tier));
        let rank = known.unwrap_or_default();
        let region = tree.entry(node.region.account.clone()).or_default().entry(node.region.name.clone()).or_default();
        region.entry(vpc).or_default().entry((rank, tier.unwrap_or_default())).or_default().push(at);
    }
    // A VPC in which nothing stands yet is there all the same.
    for (at, vpc) in model.vpcs.iter().enumerate() {
        let region = tree.entry(vpc.region.account.clone()).or_default().entry(vpc.region.name.clone()).or_default();
        region.entry(Some(at)).or_default();
    }
    tree
}

fn open(lines: &mut Vec<String>, count: &mut usize, depth: usize, title: &str) {
    *count += 1;
    lines.push(format!("{}subgraph f{count}[\"{}\"]", "  ".repeat(depth), quoted(title)));
}

fn close(depth: usize) -> String {
    format!("{}end", "  ".repeat(depth))
}

/// Mermaid reads HTML's entities between quotes, and takes `#` for the beginning of one.
fn quoted(text: &str) -> String {
    text.replace('#', "#35;").replace('"', "#quot;").replace('<', "#lt;").replace('>', "#gt;").replace('`', "#96;")
}

fn boxed(node: &Node, at: usize, depth: usize) -> String {
    let state = node.flag.as_ref().map(|flag| format!("{flag}: ")).unwrap_or_default();
    let count = if node.is_group { format!(" ({})", node.things.len()) } else { String::new() };
    let id = if node.id.is_empty() { String::new() } else { format!("<br/><small>{}</small>", quoted(&node.id)) };
    format!("{}n{at}[\"{}{}{count}{id}\"]", "  ".repeat(depth), quoted(&state), quoted(&node.name))
}

fn others(model: &Model) -> Vec<String> {
    let one = |(at, package): (usize, &super::model::Package)| {
        let rows: Vec<String> = package.rows.iter().map(|row| format!("{} {}", row.note, quoted(&row.name))).collect();
        format!("    p{at}[\"{}<br/><small>{}</small>\"]", quoted(&package.name), rows.join("<br/>"))
    };
    match model.others.is_empty() {
        true => Vec::new(),
        false => {
            let boxes = model.others.iter().enumerate().map(one);
            std::iter::once("  subgraph others[\"Other packages\"]".to_owned())
                .chain(boxes)
                .chain(["  end".to_owned()])
                .collect()
        }
    }
}

fn arrow(model: &Model, flow: &Flow) -> Option<String> {
    let name = |end: End| match end {
        End::Visitors => Some("visitors".to_owned()),
        End::Chat => Some("slack([Slack])".to_owned()),
        End::Node(node) => model.nodes.get(node).map(|_| format!("n{node}")),
        End::Subnet(_) | End::Vpc(_) => None,
    };
    let line = match flow.kind {
        Kind::Request => "==>",
        Kind::Allowed | Kind::Names | Kind::Guards => "-->",
        Kind::WayOut | Kind::Logs | Kind::Alarms => "-.->",
    };
    let label = if flow.label.is_empty() { String::new() } else { format!("|\"{}\"|", quoted(&flow.label)) };
    Some(format!("  {} {line}{label} {}", name(flow.from)?, name(flow.to)?))
}

fn classes(model: &Model) -> Vec<String> {
    let style = |health: Health| match health {
        Health::Failed => "stroke:#b3261e,stroke-width:3px",
        Health::Changing => "stroke:#0b62b0,stroke-width:2px,stroke-dasharray:6 4",
        Health::Drifted => "stroke:#8a5a00,stroke-width:2px,stroke-dasharray:2 2",
        Health::Ok => "",
    };
    let mut lines = Vec::new();
    for health in Health::ALL.into_iter().filter(|health| *health != Health::Ok) {
        let nodes = model.nodes.iter().enumerate().filter(|(_, node)| node.health == health);
        let names: Vec<String> = nodes.map(|(at, _)| format!("n{at}")).collect();
        if !names.is_empty() {
            lines.push(format!("  classDef {} {}", health.word(), style(health)));
            lines.push(format!("  class {} {}", names.join(","), health.word()));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_mermaid_reads_itself_is_quoted() {
        assert_eq!(quoted("a\"b<#`>"), "a#quot;b#lt;#35;#96;#gt;");
    }
}
