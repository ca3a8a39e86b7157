//! A VPC's inside: zones as columns, tiers as rows, and what stands in each.

use super::geometry::{Rect, rect, snapped};
use super::kinds::Lane;
use super::model::{Model, Node};
use super::place::Vpc;
use super::size;

const SLOT: i32 = 152;
const PAD: i32 = 16;
const BETWEEN: i32 = 32;
pub const ZONE: i32 = 2 * SLOT + 2 * PAD + BETWEEN;
const GUTTER: i32 = 16;
const LEFT: i32 = 48;
/// With a single zone, so that the gateway stands beside the VPC's name.
const LEFT_OF_ONE: i32 = 112;
/// From one spanning box to the next, arrows to the lower one pass beside the upper one.
const STAIR: i32 = 48;
/// A tier's line of labels.
const LABEL: i32 = 32;
const LINE_GAP: i32 = 32;
const TIER_GAP: i32 = 24;
pub const DOORS: i32 = 176;
pub const GATE: i32 = 208;

/// A VPC laid out, its top left corner at 0, 0.
#[derive(Debug, Default)]
pub struct Plan {
    pub w: i32,
    pub h: i32,
    /// Where the first zone begins.
    left: i32,
    /// Where a request comes down.
    pub path: i32,
    pub boxes: Vec<(usize, Rect)>,
    /// Each subnet, by its thing.
    pub cells: Vec<(usize, Rect)>,
    pub zones: Vec<(String, Rect)>,
    /// Each tier's name, and the row that it names.
    pub tiers: Vec<(String, Rect)>,
}

/// A tier's boxes in lines of slots, two of them in each zone.
#[derive(Debug, Default, PartialEq)]
struct Line {
    /// A box, its first slot, and the one after its last.
    boxes: Vec<(usize, usize, usize)>,
    /// How much narrower a spanning box is on each side.
    inset: i32,
}

pub fn plan(model: &Model, at: usize) -> Plan {
    let vpc = &model.vpcs[at];
    let zones = vpc.zones.len().max(1);
    let own =
        |lane: Lane| model.nodes.iter().enumerate().filter(move |(_, node)| node.vpc == Some(at) && node.lane == lane);
    let doors: Vec<usize> = own(Lane::Door).map(|(node, _)| node).collect();
    let right = if doors.is_empty() { PAD + GUTTER } else { DOORS / 2 + 32 };
    let left = if zones == 1 { LEFT_OF_ONE } else { LEFT };
    let w = left + width(zones) + right;
    let mut plan = Plan { w, left, path: left + path(zones), ..Plan::default() };
    let gates: Vec<usize> = own(Lane::Gate).map(|(node, _)| node).collect();
    let mut y = if gates.is_empty() { 40 } else { 56 };
    for (at, zone) in vpc.zones.iter().enumerate() {
        plan.zones.push((zone.clone(), rect(left + zone_x(at), y, ZONE, 24)));
    }
    y += 24;
    for tier in &vpc.tiers {
        let lines = lines(model, at, tier, zones);
        let height = row(&mut plan, model, &lines, y);
        for (column, zone) in vpc.zones.iter().enumerate() {
            let here = vpc.subnets.iter().filter(|subnet| subnet.tier == *tier && subnet.zone == *zone);
            plan.cells.extend(shares(
                here.map(|subnet| subnet.thing).collect(),
                rect(left + zone_x(column), y, ZONE, height),
            ));
        }
        plan.tiers.push((tier.clone(), rect(left - LEFT, y, LEFT, height)));
        y += height + TIER_GAP;
    }
    doors_and_gates(&mut plan, model, &gates, &doors);
    plan.h = snapped(y.max(doors_bottom(&plan, &doors) + 24) + 16);
    plan
}

/// Several subnets of a tier in one zone share the cell, one below the other.
fn shares(things: Vec<usize>, cell: Rect) -> Vec<(usize, Rect)> {
    let count = i32::try_from(things.len()).unwrap_or(1).max(1);
    let height = cell.h / count;
    let top = |at: usize| cell.y + height * i32::try_from(at).unwrap_or_default();
    things
        .into_iter()
        .enumerate()
        .map(|(at, thing)| (thing, rect(cell.x, top(at), cell.w, height - if count > 1 { 4 } else { 0 })))
        .collect()
}

fn doors_bottom(plan: &Plan, doors: &[usize]) -> i32 {
    plan.boxes.iter().filter(|(node, _)| doors.contains(node)).map(|(_, rect)| rect.bottom()).max().unwrap_or_default()
}

/// The gateways astride the top edge, endpoints astride the right one.
fn doors_and_gates(plan: &mut Plan, model: &Model, gates: &[usize], doors: &[usize]) {
    for (count, gate) in gates.iter().enumerate() {
        let x = plan.path - GATE / 2 + (GATE + 24) * i32::try_from(count).unwrap_or_default();
        plan.boxes.push((*gate, rect(x, -24, GATE, size::SINGLE)));
    }
    // Beside the tier that they are in, so that lines to them are short.
    let tier = |node: &Node| node.inside.as_ref().map(|inside| inside.tier.clone());
    for door in doors {
        let row =
            plan.tiers.iter().find(|(name, _)| Some(name) == tier(&model.nodes[*door]).as_ref()).or(plan.tiers.first());
        let y = row.map_or(80, |(_, row)| row.y) + 16;
        plan.boxes.push((*door, rect(plan.w - DOORS / 2, y, DOORS, size::height(&model.nodes[*door], DOORS))));
    }
}

fn zone_x(at: usize) -> i32 {
    (ZONE + GUTTER) * i32::try_from(at).unwrap_or_default()
}

fn width(zones: usize) -> i32 {
    zone_x(zones) - GUTTER
}

/// The gutter after the middle zone; the middle of the zone where there is one alone.
fn path(zones: usize) -> i32 {
    if zones == 1 { ZONE / 2 } else { zone_x(zones.div_ceil(2)) - GUTTER / 2 }
}

/// Between which slots the path comes down.
fn path_slot(zones: usize) -> usize {
    if zones == 1 { 1 } else { zones.div_ceil(2) * 2 }
}

fn slot_x(slot: usize) -> i32 {
    zone_x(slot / 2) + PAD + (SLOT + BETWEEN) * i32::try_from(slot % 2).unwrap_or_default()
}

/// Puts a tier's boxes at their places, and says how high the tier is.
fn row(plan: &mut Plan, model: &Model, lines: &[Line], top: i32) -> i32 {
    let mut y = top + LABEL;
    for line in lines {
        let mut highest = 0;
        for (node, first, end) in &line.boxes {
            let is_spanning = end - first > 1;
            let inset = if is_spanning { line.inset } else { 0 };
            let x = plan.left + slot_x(*first) + inset;
            let w = plan.left + slot_x(end - 1) + SLOT - inset - x;
            let h = size::height(&model.nodes[*node], w);
            plan.boxes.push((*node, rect(x, y, w, h)));
            highest = highest.max(h);
        }
        y += highest + LINE_GAP;
    }
    if lines.is_empty() { LABEL + 8 } else { y - LINE_GAP + 16 - top }
}

/// Whether a box stands in all of its zones at once.
fn is_spanning(node: &Node, zones: usize) -> bool {
    let own = node.inside.as_ref().map_or(0, |inside| inside.zones.len());
    let is_small = matches!(node.token.as_str(), "ec2:NatGateway" | "ec2:Instance");
    own > 1 || (zones == 1 && !is_small) || !node.members.is_empty()
}

/// First what stands in one zone, outermost; then what spans zones, on the path.
fn lines(model: &Model, vpc: usize, tier: &str, zones: usize) -> Vec<Line> {
    let here = |node: &Node| node.inside.as_ref().is_some_and(|inside| inside.vpc == vpc && inside.tier == tier);
    let here: Vec<usize> = model
        .nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| node.lane == Lane::Inside && here(node))
        .map(|(at, _)| at)
        .collect();
    let (spanning, single): (Vec<usize>, Vec<usize>) =
        here.into_iter().partition(|at| is_spanning(&model.nodes[*at], zones));
    let mut lines = singles(model, &model.vpcs[vpc], &single, zones);
    for node in &spanning {
        span(model, &model.vpcs[vpc], *node, zones, &mut lines);
    }
    let stairs = lines.iter().filter(|line| has_span(line)).count();
    for (count, line) in lines.iter_mut().filter(|line| has_span(line)).enumerate() {
        line.inset = STAIR * i32::try_from((stairs - 1 - count).min(2)).unwrap_or_default();
        // A box has to stay wide enough for its words.
        let narrowest =
            line.boxes.iter().map(|(_, first, end)| end - first).filter(|slots| *slots > 1).min().unwrap_or(2);
        if narrowest < 3 {
            line.inset = line.inset.min(STAIR / 2);
        }
    }
    lines
}

fn has_span(line: &Line) -> bool {
    line.boxes.iter().any(|(_, first, end)| end - first > 1)
}

fn singles(model: &Model, vpc: &Vpc, nodes: &[usize], zones: usize) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for node in nodes {
        let zone = model.nodes[*node].inside.as_ref().and_then(|inside| inside.zones.first());
        let column = vpc.zones.iter().position(|known| Some(known) == zone).unwrap_or_default();
        // The slot farthest from the path first.
        let slots =
            if column * 2 < path_slot(zones) { [column * 2, column * 2 + 1] } else { [column * 2 + 1, column * 2] };
        let free = |line: &Line, slot: usize| !line.boxes.iter().any(|(_, first, end)| (*first..*end).contains(&slot));
        let found =
            (0..lines.len()).find_map(|at| slots.iter().find(|slot| free(&lines[at], **slot)).map(|slot| (at, *slot)));
        let (at, slot) = found.unwrap_or((lines.len(), slots[0]));
        if at == lines.len() {
            lines.push(Line::default());
        }
        lines[at].boxes.push((*node, slot, slot + 1));
    }
    lines
}

/// Puts a spanning box on the first line where the path is free.
fn span(model: &Model, vpc: &Vpc, node: usize, zones: usize, lines: &mut Vec<Line>) {
    let own = model.nodes[node].inside.as_ref().map(|inside| inside.zones.clone()).unwrap_or_default();
    let columns: Vec<usize> = (0..vpc.zones.len()).filter(|at| own.contains(&vpc.zones[*at])).collect();
    let (first, last) = (columns.first().copied().unwrap_or_default(), columns.last().copied().unwrap_or_default());
    let wanted = (first * 2, last * 2 + 2);
    let at = (0..lines.len()).find(|at| !has_span(&lines[*at]) && run(&lines[*at], wanted, path_slot(zones)).is_some());
    let at = at.unwrap_or_else(|| {
        lines.push(Line::default());
        lines.len() - 1
    });
    let (from, to) = run(&lines[at], wanted, path_slot(zones)).unwrap_or(wanted);
    lines[at].boxes.push((node, from, to));
}

/// The free slots around the path, or all that are wanted where the path passes beside them.
fn run(line: &Line, wanted: (usize, usize), path: usize) -> Option<(usize, usize)> {
    let is_free = |slot: usize| !line.boxes.iter().any(|(_, first, end)| (*first..*end).contains(&slot));
    let is_on_path = wanted.0 < path && path < wanted.1;
    let (mut from, mut to) = if is_on_path { (path, path) } else { wanted };
    if (from..to).any(|slot| !is_free(slot)) {
        return None;
    }
    while from > wanted.0 && is_free(from - 1) {
        from -= 1;
    }
    while to < wanted.1 && is_free(to) {
        to += 1;
    }
    // One slot alone is no room for what spans, and on the path it has to stand on both sides of it.
    (to - from > 1 && (!is_on_path || (from < path && path < to))).then_some((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_spans_takes_the_free_run_on_the_path() {
        let line = |boxes: &[(usize, usize, usize)]| Line { boxes: boxes.to_vec(), inset: 0 };
        type Case<'a> = (&'a [(usize, usize, usize)], (usize, usize), usize, Option<(usize, usize)>);
        let cases: [Case<'_>; 6] = [
            (&[], (0, 4), 2, Some((0, 4))),
            (&[(9, 0, 1), (9, 3, 4)], (0, 4), 2, Some((1, 3))),
            (&[(9, 3, 4)], (0, 4), 2, Some((0, 3))),
            (&[(9, 1, 2)], (0, 4), 2, None),
            (&[], (4, 6), 4, Some((4, 6))),
            (&[(9, 0, 1)], (0, 2), 1, None),
        ];
        for (boxes, wanted, path, expected) in cases {
            assert_eq!(run(&line(boxes), wanted, path), expected, "{boxes:?}");
        }
    }

    #[test]
    fn slots_lie_on_the_grid() {
        for slot in 0..8 {
            assert_eq!(slot_x(slot) % 8, 0);
        }
        assert_eq!((path(1), path(2), path(3)), (ZONE / 2, ZONE + GUTTER / 2, 2 * ZONE + GUTTER + GUTTER / 2));
    }
}
