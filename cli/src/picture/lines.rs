//! Every flow's way through a laid out picture, and where its words stand.

use super::flow::{End, Flow, Kind};
use super::geometry::{GRID, Point, Rect, pixels, rect};
use super::kinds::Lane;
use super::model::Model;
use super::route::{Field, Terminal};
use super::sheet::{Anchor, FrameKind, Line, Sheet, Tone};
use super::words;

/// Lines for all flows that can be drawn.
pub fn route(sheet: &mut Sheet, model: &Model, flows: &[&Flow]) {
    let mut field = field(sheet);
    let mut lines = Vec::new();
    for (at, flow) in flows.iter().enumerate() {
        let ends = terminal(sheet, model, flow, flow.from).zip(terminal(sheet, model, flow, flow.to));
        let points = ends.and_then(|(from, to)| field.way(&from, &to));
        lines.extend(points.map(|points| Line { flow: at, points, label: None }));
    }
    label(sheet, flows, &mut lines);
    sheet.lines = lines;
}

/// Boxes and texts are in the way; frames are not.
fn field(sheet: &Sheet) -> Field {
    let mut field = Field::new(sheet.w, sheet.h);
    let boxes = sheet.boxes.iter().chain(&sheet.packages).map(|(_, rect)| *rect);
    for area in boxes.chain(sheet.ends.iter().map(|(_, rect)| *rect)) {
        field.block(area);
    }
    for area in texts(sheet) {
        field.block(area);
    }
    for frame in &sheet.frames {
        field.edge(frame.rect);
    }
    for (_, cell) in &sheet.cells {
        field.edge(*cell);
    }
    field
}

/// Where text stands outside of boxes.
pub fn texts(sheet: &Sheet) -> Vec<Rect> {
    let mut texts: Vec<Rect> = sheet.key.iter().map(|(_, area)| rect(area.x, area.y, area.w - 8, area.h - 4)).collect();
    for frame in sheet.frames.iter().filter(|frame| frame.kind != FrameKind::Zone) {
        let width = words::width(&frame.title, 13.0) + words::width(&frame.sub, 12.5) + 14.0;
        texts.push(rect(frame.rect.x + 12, frame.rect.y + 8, pixels(width), 16));
    }
    for label in &sheet.labels {
        texts.push(match label.tone {
            Tone::Tier => rect(label.at.x - 10, label.at.y - 30, 16, 60),
            _ => rect(label.at.x, label.at.y - 12, pixels(words::width(&label.text, 11.5)), 16),
        });
    }
    for zone in sheet.frames.iter().filter(|frame| frame.kind == FrameKind::Zone) {
        let width = pixels(words::width(&zone.title, 11.5));
        let is_left = zone.rect.middle().x < sheet.path;
        let x = if is_left { zone.rect.right() - 12 - width } else { zone.rect.x + 12 };
        texts.push(rect(x, zone.rect.y + 4, width, 14));
    }
    // A subnet's name and its addresses are beside the path.
    for (_, cell) in &sheet.cells {
        let is_left = cell.middle().x < sheet.path;
        texts.push(rect(if is_left { cell.right() - 180 } else { cell.x + 12 }, cell.y + 8, 168, 14));
    }
    texts
}

fn terminal(sheet: &Sheet, model: &Model, flow: &Flow, end: End) -> Option<Terminal> {
    let mut terminal = Terminal::of(sheet.rect(end)?, sheet.path);
    match end {
        // Out of a subnet upwards, from the outer half, away from its label.
        End::Subnet(_) => {
            terminal.sides = [false, false, false, true];
            let outer = terminal.rect.w / 4;
            let is_left = terminal.rect.middle().x < sheet.path;
            terminal.best.x = if is_left { terminal.rect.x + outer } else { terminal.rect.right() - outer };
        }
        End::Vpc(_) => terminal.sides = [true, false, true, false],
        End::Node(node) if flow.kind == Kind::Request && model.nodes[node].lane == Lane::Gate => {
            terminal.sides = [false, true, false, true];
        }
        _ => {}
    }
    if flow.kind == Kind::WayOut && !matches!(end, End::Subnet(_)) {
        let is_target = end == flow.to;
        let is_nat = matches!(end, End::Node(node) if model.nodes[node].lane != Lane::Gate);
        terminal.sides = match (is_nat, is_target) {
            (true, true) => [false, true, false, false],
            (true, false) => [false, false, false, true],
            (false, _) => [true, false, true, false],
        };
    }
    Some(terminal)
}

/// Puts words beside the longest stretch where there is room; elsewhere they are left out.
fn label(sheet: &Sheet, flows: &[&Flow], lines: &mut [Line]) {
    let mut taken: Vec<Rect> = texts(sheet);
    taken.extend(sheet.boxes.iter().chain(&sheet.packages).map(|(_, rect)| rect.grown(4)));
    taken.extend(sheet.ends.iter().map(|(_, rect)| rect.grown(4)));
    let segments: Vec<Rect> = lines.iter().flat_map(|line| line.points.windows(2)).map(segment).collect();
    for line in lines {
        let flow = flows[line.flow];
        if flow.label.is_empty() || flow.is_port {
            continue;
        }
        let width = pixels(words::width(&flow.label, 11.5));
        let mut stretches: Vec<Rect> = line.points.windows(2).map(segment).collect();
        stretches.sort_by_key(|stretch| -(stretch.w + stretch.h));
        let places = stretches.iter().flat_map(|stretch| places(*stretch, width));
        let is_free = |area: &Rect| {
            !taken.iter().any(|other| other.meets(area)) && !segments.iter().any(|other| other.meets(area))
        };
        let mut free = places.filter(|(area, ..)| is_free(area));
        if let Some((area, at, anchor)) = free.next() {
            line.label = Some((at, anchor));
            taken.push(area.grown(4));
        }
    }
}

/// The thin area of a stretch of a line.
pub fn segment(pair: &[Point]) -> Rect {
    let (a, b) = (pair[0], pair[1]);
    rect(a.x.min(b.x), a.y.min(b.y), (a.x - b.x).abs(), (a.y - b.y).abs()).grown(1)
}

/// Where beside a stretch words could stand: the area that they take, and their anchor.
fn places(stretch: Rect, width: i32) -> Vec<(Rect, Point, Anchor)> {
    let is_flat = stretch.w > stretch.h;
    let shares = [2, 1, 3]
        .map(|share| if is_flat { stretch.x + stretch.w * share / 4 } else { stretch.y + stretch.h * share / 4 });
    let place = |at: i32, side: i32| match is_flat {
        true => {
            let y = stretch.middle().y + if side == 0 { -7 } else { 16 };
            (rect(at - width / 2, y - 11, width, 14), Point { x: at, y }, Anchor::Middle)
        }
        false => {
            let x = if side == 0 { stretch.middle().x + GRID } else { stretch.middle().x - GRID - width };
            (rect(x, at - 8, width, 14), Point { x, y: at + 4 }, Anchor::Start)
        }
    };
    let enough = if is_flat { stretch.w >= width + 16 } else { stretch.h >= 24 };
    [0, 1].into_iter().flat_map(|side| shares.map(|at| place(at, side))).filter(|_| enough).collect()
}
