//! Ways of lines: along a grid, never across a box or a label, with few bends, and beside other lines rather than on them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::geometry::{GRID, Point, Rect};

/// What a step to the next point of the grid costs.
const STEP: u32 = 4;
const BEND: u32 = 48;
/// Across another line.
const CROSS: u32 = 28;
/// Along another line.
const ALONG: u32 = 400;
const BESIDE_LINE: u32 = 5;
const BESIDE_BOX: u32 = 4;
/// Along the edge of a frame.
const ON_EDGE: u32 = 20;
/// A port beside another one.
const CROWDED: u32 = 150;
/// A way with more bends is none that an eye can follow.
const MOST_BENDS: usize = 4;

/// Right, down, left, up.
const WAYS: [(i32, i32); 4] = [(1, 0), (0, 1), (-1, 0), (0, -1)];

const ACROSS: u8 = 1;
const UPRIGHT: u8 = 2;
const BLOCKED: u8 = 4;
const NEAR: u8 = 8;
const PORT: u8 = 16;
const EDGE_ACROSS: u8 = 32;
const EDGE_UPRIGHT: u8 = 64;

/// One end of a way: the box, and which of its sides a line may be at.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    pub rect: Rect,
    /// By the order of right, down, left, up.
    pub sides: [bool; 4],
    /// Where on a side a line is best.
    pub best: Point,
}

impl Terminal {
    /// Any side; best in the middle, or on the path where that passes.
    pub fn of(rect: Rect, path: i32) -> Terminal {
        let mut best = rect.middle();
        if (rect.x + 24..=rect.right() - 24).contains(&path) {
            best.x = path;
        }
        Terminal { rect, sides: [true; 4], best }
    }

    /// The points of its sides, each with the way that leads out of it. Corners are left out.
    fn ports(&self) -> Vec<(Point, usize)> {
        let Rect { x, y, .. } = self.rect;
        let (right, bottom) = (self.rect.right(), self.rect.bottom());
        let inner = |from: i32, to: i32| {
            let margin =
                [(160, 32), (48, 16)].iter().find(|(least, _)| to - from >= *least).map_or(GRID, |(_, margin)| *margin);
            (from + margin..=to - margin).step_by(8)
        };
        let mut ports: Vec<(Point, usize)> = Vec::new();
        // The upper corners hold signs: a lock, a tick, a number.
        let top = if self.rect.h >= 72 { y + 24 } else { y };
        for (way, fixed) in [(0, right), (2, x)] {
            ports.extend(inner(top, bottom).map(|y| (Point { x: fixed, y }, way)));
        }
        for (way, fixed) in [(1, bottom), (3, y)] {
            ports.extend(inner(x, right).map(|x| (Point { x, y: fixed }, way)));
        }
        ports.retain(|(_, way)| self.sides[*way]);
        ports
    }

    /// What it costs to be away from the best place.
    fn penalty(&self, port: Point, way: usize) -> u32 {
        let away = if way.is_multiple_of(2) { port.y.abs_diff(self.best.y) } else { port.x.abs_diff(self.best.x) };
        away / 8
    }
}

/// Where lines may run, and where some do.
pub struct Field {
    w: i32,
    h: i32,
    cells: Vec<u8>,
}

/// A point on the way: what it costs so far and what it will at least.
type Open = BinaryHeap<Reverse<(u32, u32, usize)>>;

impl Field {
    pub fn new(width: i32, height: i32) -> Field {
        let (w, h) = (width / GRID + 1, height / GRID + 1);
        let size = usize::try_from(w * h).unwrap_or_default();
        Field { w, h, cells: vec![0; size] }
    }

    fn cell(&self, x: i32, y: i32) -> Option<usize> {
        let is_inside = (0..self.w).contains(&x) && (0..self.h).contains(&y);
        is_inside.then(|| usize::try_from(y * self.w + x).unwrap_or_default())
    }

    fn mark(&mut self, area: Rect, flag: u8) {
        for y in area.y.div_euclid(GRID)..=(area.bottom() - 1).div_euclid(GRID) + 1 {
            for x in area.x.div_euclid(GRID)..=(area.right() - 1).div_euclid(GRID) + 1 {
                let is_within =
                    x * GRID >= area.x && x * GRID <= area.right() && y * GRID >= area.y && y * GRID <= area.bottom();
                if let Some(cell) = self.cell(x, y).filter(|_| is_within) {
                    self.cells[cell] |= flag;
                }
            }
        }
    }

    /// No line crosses a box, nor runs along its edge.
    pub fn block(&mut self, area: Rect) {
        self.mark(area.grown(GRID), NEAR);
        self.mark(area, BLOCKED);
    }

    /// Lines cross the edges of a frame, but don't run along them.
    pub fn edge(&mut self, frame: Rect) {
        for y in [frame.y, frame.bottom()] {
            self.mark(Rect { y, h: 0, ..frame }.grown(3), EDGE_ACROSS);
        }
        for x in [frame.x, frame.right()] {
            self.mark(Rect { x, w: 0, ..frame }.grown(3), EDGE_UPRIGHT);
        }
    }

    /// The best way from one end to another; `None` where there is none that an eye can follow.
    pub fn way(&mut self, from: &Terminal, to: &Terminal) -> Option<Vec<Point>> {
        let states = self.cells.len() * 4;
        let (mut costs, mut back) = (vec![u32::MAX; states], vec![usize::MAX; states]);
        let mut open = Open::new();
        for (port, way) in from.ports() {
            let Some(cell) = self.cell(port.x / GRID, port.y / GRID) else { continue };
            let cost = from.penalty(port, way) + self.crowd(cell);
            costs[cell * 4 + way] = cost;
            open.push(Reverse((cost + self.least(port, to), cost, cell * 4 + way)));
        }
        let goals = self.goals(to);
        let mut best: Option<(u32, usize)> = None;
        while let Some(Reverse((least, cost, state))) = open.pop() {
            if best.is_some_and(|(found, _)| found <= least) {
                break;
            }
            if cost > costs[state] {
                continue;
            }
            for (next, cost) in self.steps(state, cost, &goals) {
                if cost < costs[next] {
                    (costs[next], back[next]) = (cost, state);
                    match goals.get(&next) {
                        Some(penalty) if best.is_none_or(|(found, _)| cost + penalty < found) => {
                            best = Some((cost + penalty, next))
                        }
                        Some(_) => {}
                        None => open.push(Reverse((cost + self.least(self.point(next / 4), to), cost, next))),
                    }
                }
            }
        }
        let (_, end) = best?;
        let points = corners(self.trace(end, &back));
        (points.len() <= MOST_BENDS + 2).then(|| {
            self.draw(&points);
            points
        })
    }

    /// The states in which a way has arrived: at a side, against the way that leads out of it.
    fn goals(&self, to: &Terminal) -> std::collections::HashMap<usize, u32> {
        let ports = to.ports().into_iter();
        let goal = |(port, way): (Point, usize)| {
            let cell = self.cell(port.x / GRID, port.y / GRID)?;
            Some((cell * 4 + (way + 2) % 4, to.penalty(port, way) + self.crowd(cell)))
        };
        ports.filter_map(goal).collect()
    }

    fn crowd(&self, cell: usize) -> u32 {
        if self.cells[cell] & PORT > 0 { CROWDED } else { 0 }
    }

    fn point(&self, cell: usize) -> Point {
        let cell = i32::try_from(cell).unwrap_or_default();
        Point { x: cell % self.w * GRID, y: cell / self.w * GRID }
    }

    /// What is left to go at least.
    fn least(&self, from: Point, to: &Terminal) -> u32 {
        let gap = |at: i32, low: i32, high: i32| (low - at).max(at - high).max(0);
        let away = gap(from.x, to.rect.x, to.rect.right()) + gap(from.y, to.rect.y, to.rect.bottom());
        u32::try_from(away / GRID).unwrap_or_default() * STEP
    }

    fn steps(&self, state: usize, cost: u32, goals: &std::collections::HashMap<usize, u32>) -> Vec<(usize, u32)> {
        let (cell, way) = (state / 4, state % 4);
        let point = self.point(cell);
        // Out of a box straight on.
        let is_at_box = self.cells[cell] & BLOCKED > 0;
        let ways = (0..4).filter(|next| *next == way || (!is_at_box && next % 2 != way % 2));
        let step = |next: usize| {
            let (dx, dy) = WAYS[next];
            let to = self.cell(point.x / GRID + dx, point.y / GRID + dy)?;
            let state = to * 4 + next;
            let is_free = self.cells[to] & BLOCKED == 0 || goals.contains_key(&state);
            let bend = if next == way { 0 } else { BEND + self.on_line(cell) };
            is_free.then(|| (state, cost + STEP + bend + self.toll(to, next)))
        };
        ways.filter_map(step).collect()
    }

    fn on_line(&self, cell: usize) -> u32 {
        if self.cells[cell] & (ACROSS | UPRIGHT) > 0 { ALONG } else { 0 }
    }

    /// What it costs to be at a point on a way.
    fn toll(&self, cell: usize, way: usize) -> u32 {
        let (own, other) = if way.is_multiple_of(2) { (ACROSS, UPRIGHT) } else { (UPRIGHT, ACROSS) };
        let flags = self.cells[cell];
        let mut toll = if flags & own > 0 { ALONG } else { 0 };
        toll += if flags & other > 0 { CROSS } else { 0 };
        let edge = if way.is_multiple_of(2) { EDGE_ACROSS } else { EDGE_UPRIGHT };
        toll += if flags & edge > 0 { ON_EDGE } else { 0 };
        toll += if flags & NEAR > 0 { BESIDE_BOX } else { 0 };
        let width = usize::try_from(self.w).unwrap_or(1);
        let beside = if way.is_multiple_of(2) { width } else { 1 };
        let is_beside = |at: Option<usize>| at.and_then(|at| self.cells.get(at)).is_some_and(|flags| flags & own > 0);
        if is_beside(cell.checked_sub(beside)) || is_beside(cell.checked_add(beside)) {
            toll += BESIDE_LINE;
        }
        toll
    }

    fn trace(&self, end: usize, back: &[usize]) -> Vec<Point> {
        let mut points = vec![self.point(end / 4)];
        let mut at = end;
        while back[at] != usize::MAX {
            at = back[at];
            points.push(self.point(at / 4));
        }
        points.reverse();
        points
    }

    /// From here on other lines know of this one.
    fn draw(&mut self, points: &[Point]) {
        for pair in points.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let flag = if a.y == b.y { ACROSS } else { UPRIGHT };
            let area = Rect {
                x: a.x.min(b.x),
                y: a.y.min(b.y),
                w: a.x.abs_diff(b.x).cast_signed(),
                h: a.y.abs_diff(b.y).cast_signed(),
            };
            self.mark(area, flag);
        }
        for end in [points.first(), points.last()].into_iter().flatten() {
            self.mark(Rect { x: end.x, y: end.y, w: 0, h: 0 }.grown(4 * GRID), PORT);
        }
    }
}

/// Points without those that a straight line passes.
fn corners(points: Vec<Point>) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::new();
    for point in points {
        if let [.., a, b] = kept[..]
            && ((a.x == b.x && b.x == point.x) || (a.y == b.y && b.y == point.y))
        {
            kept.pop();
        }
        kept.push(point);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::geometry::rect;

    fn ends(from: Rect, to: Rect) -> (Terminal, Terminal) {
        (Terminal::of(from, -100), Terminal::of(to, -100))
    }

    #[test]
    fn straight_where_it_can_be_and_around_what_is_between() {
        let (above, below) = (rect(80, 0, 160, 48), rect(120, 200, 160, 48));
        let mut field = Field::new(400, 300);
        field.block(above);
        field.block(below);
        let (from, to) = ends(above, below);
        let straight = field.way(&from, &to).expect("a way");
        assert_eq!(straight.len(), 2, "{straight:?}");
        let between = rect(0, 96, 320, 48);
        let mut field = Field::new(400, 300);
        for area in [above, below, between] {
            field.block(area);
        }
        let around = field.way(&from, &to).expect("a way");
        for pair in around.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let segment = rect(a.x.min(b.x), a.y.min(b.y), (a.x - b.x).abs(), (a.y - b.y).abs()).grown(1);
            assert!(!segment.meets(&between), "{around:?}");
        }
    }

    #[test]
    fn lines_keep_apart() {
        let (left, right) = (rect(0, 0, 48, 96), rect(200, 0, 48, 96));
        let mut field = Field::new(300, 200);
        field.block(left);
        field.block(right);
        let (from, to) = ends(left, right);
        let first = field.way(&from, &to).expect("a way");
        let second = field.way(&from, &to).expect("another way");
        assert_ne!(first[0].y, second[0].y);
        assert!(first[0].y.abs_diff(second[0].y) >= 24, "{first:?} {second:?}");
    }

    #[test]
    fn where_there_is_no_way_there_is_none() {
        let (from, to) = (rect(0, 0, 48, 48), rect(200, 0, 48, 48));
        let mut field = Field::new(300, 100);
        field.block(rect(100, 0, 16, 100));
        let (from, to) = ends(from, to);
        assert_eq!(field.way(&from, &to), None);
    }
}
