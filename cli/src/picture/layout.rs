//! Frames in frames, and the boxes in them: names left, the path of a request in the middle, logs right.

use std::collections::BTreeMap;

use super::account::{Account, Contents, accounts, helper};
use super::flow::{End, Flow};
use super::geometry::{Point, Rect, pixels, rect, snapped};
use super::inside::{self, Plan};
use super::key;
use super::model::{Model, Node};
use super::place::GLOBAL;
use super::sheet::{Frame, FrameKind, Label, Sheet, Tone};
use super::size::{self, SINGLE};
use super::stock::Stock;
use super::words;

const MARGIN: i32 = 16;
const PAD: i32 = 16;
const TITLE: i32 = 32;
const GAP: i32 = 16;
/// Between lanes, wide enough for lines.
const CHANNEL: i32 = 56;
const NAMES: i32 = 264;
const LOGS: i32 = 296;
const PATH: i32 = 288;
const SIDE: i32 = 208;
/// Between a box on the path and one beside it.
const BESIDE: i32 = 48;
const CAPTION: i32 = 24;

/// The x of each lane, the same in the whole picture.
#[derive(Debug, Clone, Copy)]
struct Columns {
    /// What an account's regions fill.
    inner: (i32, i32),
    names: i32,
    path: i32,
    logs: i32,
    has_middle: bool,
}

struct Layout<'a> {
    stock: &'a Stock,
    model: &'a Model,
    plans: Vec<Plan>,
    columns: Columns,
    sheet: Sheet,
}

pub fn sheet(stock: &Stock, model: &Model, flows: &[&Flow]) -> Sheet {
    let plans: Vec<Plan> = (0..model.vpcs.len()).map(|at| inside::plan(model, at)).collect();
    let accounts = accounts(model);
    let columns = columns(&accounts, &plans, model.others.len());
    let mut layout = Layout { stock, model, plans, columns, sheet: Sheet { path: columns.path, ..Sheet::default() } };
    layout.sheet.w = columns.inner.1 + PAD + PAD + MARGIN;
    let mut y = layout.top(&accounts, flows);
    let is_alone = accounts.len() == 1;
    for account in accounts.iter().filter(|account| is_alone || !account.is_names_only()) {
        y = layout.account(account, y) + GAP;
    }
    y = layout.outside(flows, y);
    layout.sheet.h = snapped(y);
    layout.sheet
}

fn columns(accounts: &[Account<'_>], plans: &[Plan], packages: usize) -> Columns {
    let regions = || accounts.iter().flat_map(|account| account.regions.values());
    let has_helper = accounts.iter().any(|account| helper(account).is_some());
    let (mut left, mut right) = (0, 0);
    for region in regions() {
        let beside = if region.path.is_empty() { BESIDE } else { PATH / 2 + BESIDE };
        let many = |boxes: usize| i32::try_from(boxes).unwrap_or_default().min(1) * (beside + SIDE);
        let half = if region.path.is_empty() { 0 } else { PATH / 2 };
        left = left.max(half).max(many(region.origins.len()));
        right = right.max(half).max(many(region.guards.len()));
        for vpc in &region.vpcs {
            let plan = &plans[*vpc];
            let overhang = plan.boxes.iter().map(|(_, rect)| rect.right()).max().unwrap_or_default().max(plan.w);
            left = left.max(plan.path);
            right = right.max(overhang - plan.path);
        }
    }
    if has_helper {
        right = right.max(PATH / 2 + 24 + PAD + 16 + SIDE + 24);
    }
    let has_middle = left + right > 0;
    let has_names = regions().any(|region| !region.names.is_empty()) || !has_middle;
    let has_logs = regions().any(|region| !region.logs.is_empty());
    let start = MARGIN + PAD + PAD;
    let middle = start + if has_names { NAMES + 40 } else { 0 };
    let path = snapped(middle + left);
    let mut logs = snapped(path + right + if has_logs { CHANNEL } else { 0 });
    if !has_middle {
        // Cards alone: columns of them.
        let cards = if accounts.is_empty() { packages.clamp(1, 3) } else { 3 };
        logs = start + i32::try_from(cards).unwrap_or(1) * (NAMES + GAP);
    }
    let end = logs + if has_logs { LOGS } else { 0 };
    Columns { inner: (start, end), names: start, path, logs, has_middle }
}

impl Layout<'_> {
    fn frame(&mut self, kind: FrameKind, rect: Rect, title: &str, sub: &str) {
        self.sheet.frames.push(Frame { kind, rect, title: title.to_owned(), sub: sub.to_owned() });
    }

    fn node(&self, at: usize) -> &Node {
        &self.model.nodes[at]
    }

    /// Boxes one below the other; says where they end.
    fn stack(&mut self, nodes: &[usize], x: i32, y: i32, width: i32, gap: i32) -> i32 {
        let mut y = y;
        for node in nodes {
            let h = size::height(self.node(*node), width);
            self.sheet.boxes.push((*node, rect(x, y, width, h)));
            y += h + gap;
        }
        if nodes.is_empty() { y } else { y - gap }
    }

    /// The row above all accounts: those that hold names alone, visitors, the key.
    fn top(&mut self, accounts: &[Account<'_>], flows: &[&Flow]) -> i32 {
        let (mut x, mut bottom) = (MARGIN, MARGIN);
        for account in accounts.iter().filter(|account| accounts.len() > 1 && account.is_names_only()) {
            let nodes: Vec<usize> = account.regions.values().flat_map(|region| region.names.clone()).collect();
            let end = self.stack(&nodes, x + PAD, MARGIN + TITLE, NAMES, GAP) + PAD;
            self.frame(
                FrameKind::Account,
                rect(x, MARGIN, NAMES + 2 * PAD, end - MARGIN),
                &account_title(account.name),
                "",
            );
            (x, bottom) = (x + NAMES + 2 * PAD + GAP, bottom.max(end));
        }
        if flows.iter().any(|flow| flow.from == End::Visitors) {
            let visitors = rect(self.columns.path - 96, MARGIN + 8, 192, 48);
            self.sheet.ends.push((End::Visitors, visitors));
            (x, bottom) = (x.max(visitors.right() + 40), bottom.max(visitors.bottom() + 16));
        }
        let room = self.sheet.w - MARGIN - x;
        let (x, y) =
            if room < 360 { (MARGIN + 8, bottom + if bottom > MARGIN { 8 } else { 0 }) } else { (x + 8, MARGIN) };
        let (key, end) = key::place(&key::items(self.model, flows), x, y, self.sheet.w - MARGIN - x);
        self.sheet.key = key;
        snapped(bottom.max(end) + GAP)
    }

    fn account(&mut self, account: &Account<'_>, y: i32) -> i32 {
        let at = self.sheet.frames.len();
        let helper = helper(account).cloned();
        let mut end = y + TITLE;
        if let Some(global) = account.regions.get(GLOBAL) {
            end = self.global(global, helper.as_ref(), end) + GAP;
        }
        let mut regions: Vec<(&&str, &Contents)> = account
            .regions
            .iter()
            .filter(|(name, contents)| {
                **name != GLOBAL && !(helper.is_some() && **name == "us-east-1") && !contents.is_logs_only()
            })
            .collect();
        let weight = |contents: &Contents| contents.vpcs.len() * 100 + contents.names.len() + contents.logs.len();
        regions.sort_by_key(|(name, contents)| (std::cmp::Reverse(weight(contents)), **name));
        for (name, contents) in regions {
            end = self.band(FrameKind::Region, name, contents, self.columns.inner, end) + GAP;
        }
        end = self.tail(account, helper.is_some(), end);
        let outer = rect(MARGIN, y, self.columns.inner.1 + 2 * PAD - MARGIN, end - y);
        let frame =
            Frame { kind: FrameKind::Account, rect: outer, title: account_title(account.name), sub: String::new() };
        self.sheet.frames.insert(at, frame);
        end
    }

    /// Global services, and beside them the region that helps them.
    fn global(&mut self, global: &Contents, helper: Option<&Contents>, y: i32) -> i32 {
        let Some(helper) = helper else {
            return self.band(FrameKind::Global, GLOBAL, global, self.columns.inner, y);
        };
        let edge = snapped(self.columns.path + PATH / 2 + 24);
        let (inner, frames) = (self.columns.inner, self.sheet.frames.len());
        let left = self.band(FrameKind::Global, GLOBAL, global, (inner.0, edge - PAD), y);
        let x = edge + 16 + PAD;
        let side: Vec<usize> =
            [&helper.guards, &helper.origins, &helper.names].into_iter().flatten().copied().collect();
        let guards = self.stack(&side, x, y + TITLE, SIDE, GAP);
        let logs = self.stack(&helper.logs, self.columns.logs, y + TITLE, LOGS, GAP + 8);
        let end = left.max(guards.max(logs) + PAD);
        let right = rect(edge + 16, y, inner.1 + PAD - edge - 16, end - y);
        self.frame(FrameKind::Region, right, "us-east-1", words::city("us-east-1"));
        self.sheet.frames[frames].rect.h = end - y;
        end
    }

    /// A region: names, then the middle, then logs. Where the middle is empty, names fill it as well.
    fn band(&mut self, kind: FrameKind, name: &str, contents: &Contents, inner: (i32, i32), y: i32) -> i32 {
        let at = self.sheet.frames.len();
        let top = y + TITLE;
        let logs = self.stack(&contents.logs, self.columns.logs, top, LOGS, GAP + 8);
        let names = match contents.has_middle() {
            true => self.names(&contents.names, top),
            false => self.cards(&contents.names, inner, top),
        };
        let middle = if contents.has_middle() { self.middle(contents, top) } else { top };
        let end = snapped(logs.max(names).max(middle)) + PAD;
        let title = if name == GLOBAL { "Global" } else { name };
        let frame = Frame {
            kind,
            rect: rect(inner.0 - PAD, y, inner.1 - inner.0 + 2 * PAD, end - y),
            title: title.to_owned(),
            sub: words::city(name).to_owned(),
        };
        self.sheet.frames.insert(at, frame);
        end
    }

    /// The lane of names, with a caption where another sort begins.
    fn names(&mut self, nodes: &[usize], y: i32) -> i32 {
        let (mut y, mut last) = (y, "");
        let is_captioned = nodes.len() > 3;
        for (count, node) in nodes.iter().enumerate() {
            let caption = caption(&self.node(*node).token);
            if is_captioned && caption != last {
                y += if count > 0 { 8 } else { 0 };
                let at = Point { x: self.columns.names + 2, y: y + 12 };
                self.sheet.labels.push(Label { tone: Tone::Caption, at, text: caption.to_owned() });
                (last, y) = (caption, y + CAPTION);
            }
            y = self.stack(&[*node], self.columns.names, y, NAMES, 0) + GAP;
        }
        if nodes.is_empty() { y } else { y - GAP }
    }

    /// Cards in columns, each where the column is shortest.
    fn cards(&mut self, nodes: &[usize], inner: (i32, i32), y: i32) -> i32 {
        let end = if self.sheet.w > self.columns.logs + LOGS && self.columns.has_middle {
            self.columns.path
        } else {
            inner.1
        };
        let count = usize::try_from((end.min(inner.1) - inner.0 + GAP) / (NAMES + GAP)).unwrap_or(1).max(1);
        let mut ends = vec![y; count];
        for node in nodes {
            let column = (0..count).min_by_key(|at| (ends[*at], *at)).unwrap_or_default();
            let x = inner.0 + (NAMES + GAP) * i32::try_from(column).unwrap_or_default();
            ends[column] = self.stack(&[*node], x, ends[column], NAMES, 0) + GAP;
        }
        let end = ends.into_iter().max().unwrap_or(y);
        if nodes.is_empty() { y } else { end - GAP }
    }

    /// What is before a VPC on the path and beside it, then the VPCs.
    fn middle(&mut self, contents: &Contents, y: i32) -> i32 {
        let path = self.columns.path;
        let on_path = self.stack(&contents.path, path - PATH / 2, y, PATH, 40);
        let beside = if contents.path.is_empty() { BESIDE } else { PATH / 2 + BESIDE };
        // What stands alone stands on the path.
        let is_alone = contents.path.is_empty() && contents.vpcs.is_empty() && contents.guards.is_empty();
        let beside = if is_alone { -SIDE / 2 } else { beside };
        let origins = self.stack(&contents.origins, path - beside - SIDE, y, SIDE, GAP);
        let guards = self.stack(&contents.guards, path + beside, y, SIDE, GAP);
        let mut end = on_path.max(origins).max(guards);
        for vpc in &contents.vpcs {
            end += if end > y { 40 } else { 0 };
            end = self.vpc(*vpc, end);
        }
        end
    }

    fn vpc(&mut self, at: usize, y: i32) -> i32 {
        let plan = &self.plans[at];
        // A gateway stands out at the top.
        let above = -plan.boxes.iter().map(|(_, rect)| rect.y).min().unwrap_or_default().min(0);
        let (x, y) = (self.columns.path - plan.path, snapped(y + above));
        let outer = rect(x, y, plan.w, plan.h);
        let vpc = &self.stock.things[self.model.vpcs[at].thing];
        let frame =
            Frame { kind: FrameKind::Vpc, rect: outer, title: words::name(vpc), sub: vpc.text("cidrBlock").to_owned() };
        self.sheet.frames.push(frame);
        let height = plan.tiers.iter().map(|(_, row)| row.bottom()).max().unwrap_or_default();
        for (zone, rect_of_zone) in &plan.zones {
            let r = rect_of_zone.moved(x, y);
            let frame = Frame {
                kind: FrameKind::Zone,
                rect: rect(r.x, r.y, r.w, height - rect_of_zone.y),
                title: zone.clone(),
                sub: String::new(),
            };
            self.sheet.frames.push(frame);
        }
        let moved = |(of, rect): &(usize, Rect)| (*of, rect.moved(x, y));
        self.sheet.cells.extend(plan.cells.iter().map(moved));
        self.sheet.boxes.extend(plan.boxes.iter().map(moved));
        for (tier, row) in &plan.tiers {
            let at = Point { x: x + row.x + 30, y: y + row.middle().y };
            self.sheet.labels.push(Label { tone: Tone::Tier, at, text: tier.clone() });
        }
        let facts = Label { tone: Tone::Fact, at: Point { x: x + PAD, y: outer.bottom() - 10 }, text: self.facts(at) };
        self.sheet.labels.push(facts);
        self.sheet.vpcs.push((at, outer));
        outer.bottom()
    }

    /// What else a VPC has: its id, and its parts by type.
    fn facts(&self, at: usize) -> String {
        let thing = self.model.vpcs[at].thing;
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let owners = self.model.owners.iter().enumerate();
        for (part, _) in owners.filter(|(part, owner)| **owner == thing && *part != thing) {
            *counts.entry(words::spaced(self.stock.things[part].noun())).or_default() += 1;
        }
        let parts = counts.into_iter().map(|(noun, count)| crate::text::count(count, &noun));
        std::iter::once(self.stock.things[thing].id.clone()).chain(parts).collect::<Vec<_>>().join(" · ")
    }

    /// Identity left, regions with nothing but logs and alarms right.
    fn tail(&mut self, account: &Account<'_>, has_helper: bool, y: i32) -> i32 {
        let regions = account.regions.iter().filter(|(name, contents)| {
            **name != GLOBAL && contents.is_logs_only() && !(has_helper && **name == "us-east-1")
        });
        let regions: Vec<(&str, Contents)> = regions.map(|(name, contents)| (*name, contents.clone())).collect();
        let inner = self.columns.inner;
        let mut right = y;
        for (name, contents) in &regions {
            let end = self.stack(&contents.logs, self.columns.logs, right + TITLE, LOGS, GAP) + PAD;
            self.frame(
                FrameKind::Region,
                rect(self.columns.logs - PAD, right, LOGS + 2 * PAD, end - right),
                name,
                words::city(name),
            );
            right = end + GAP;
        }
        let mut left = y;
        if !account.identity.is_empty() {
            let end = if regions.is_empty() { inner.1 } else { self.columns.logs - PAD - GAP - PAD };
            let bottom = self.stack(&account.identity, inner.0, y + TITLE, end - inner.0, GAP) + PAD;
            self.frame(
                FrameKind::Global,
                rect(inner.0 - PAD, y, end - inner.0 + 2 * PAD, bottom - y),
                "Global",
                "identity",
            );
            left = bottom + GAP;
        }
        left.max(right)
    }

    /// Below all accounts: other packages left, Slack right.
    fn outside(&mut self, flows: &[&Flow], y: i32) -> i32 {
        let mut end = y;
        let has_chat = flows.iter().any(|flow| flow.to == End::Chat);
        if has_chat {
            let chat = rect(snapped(self.columns.logs + LOGS / 2) - 96, y + 24, 192, 48);
            self.sheet.ends.push((End::Chat, chat));
            end = chat.bottom() + MARGIN;
        }
        if self.model.others.is_empty() {
            return end;
        }
        let right = if has_chat { self.columns.logs - CHANNEL } else { self.columns.inner.1 + PAD };
        end.max(self.packages(y, right))
    }

    fn packages(&mut self, y: i32, right: i32) -> i32 {
        let (x, width) = (MARGIN + PAD, 232);
        let columns = ((right - x) / (width + GAP)).max(1);
        let (mut tops, mut widest) = (vec![y + TITLE; usize::try_from(columns).unwrap_or(1)], 0);
        for (at, package) in self.model.others.iter().enumerate() {
            let column = (0..tops.len()).min_by_key(|at| (tops[*at], *at)).unwrap_or_default();
            let left = x + (width + GAP) * i32::try_from(column).unwrap_or_default();
            let rows = i32::try_from(package.rows.len().min(size::MOST)).unwrap_or_default();
            let h = snapped(size::HEAD + rows * size::ROW + 8).max(SINGLE);
            self.sheet.packages.push((at, rect(left, tops[column], width, h)));
            tops[column] += h + GAP;
            widest = widest.max(left + width);
        }
        let end = tops.into_iter().max().unwrap_or(y) - GAP + PAD;
        let title = if self.model.nodes.is_empty() { "Packages" } else { "Other packages" };
        let w = (widest + PAD - MARGIN).max(pixels(words::width(title, 13.0)) + 200);
        self.frame(FrameKind::Packages, rect(MARGIN, y, w, end - y), title, "a card each, a line for each type");
        self.sheet.w = self.sheet.w.max(MARGIN + w + MARGIN);
        end + MARGIN
    }
}

fn account_title(account: &str) -> String {
    if account.is_empty() { "AWS".to_owned() } else { format!("Account {account}") }
}

fn caption(token: &str) -> &'static str {
    match token.split(':').next().unwrap_or_default() {
        "route53" | "acm" => "names and certificates",
        "kms" | "secretsmanager" => "keys and secrets",
        "ssm" => "parameters and access",
        "ecr" | "ecs" => "images and tasks",
        _ => "more",
    }
}
