//! Where the boxes of stacks go, and the lines between them: in rows, each below those that it reads. Pure.

use std::collections::BTreeMap;

pub const BOX_H: i32 = 50;
/// Between rows: wide enough for lines.
const CHANNEL: i32 = 44;
const MARGIN: i32 = 8;
/// So many lines of different stacks are beside each other; so far apart below a box.
const LANES: i32 = 7;
const STEP: i32 = 4;

/// How much room there is.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// Boxes beside each other.
    pub across: usize,
    pub box_w: i32,
    /// Between boxes beside each other: wide enough for lines.
    pub gutter: i32,
}

pub const DESK: Room = Room { across: 5, box_w: 190, gutter: 36 };
pub const PHONE: Room = Room { across: 2, box_w: 146, gutter: 22 };

/// A picture.
pub struct Laid {
    pub w: i32,
    pub h: i32,
    /// The upper left corner of each box.
    pub boxes: Vec<(i32, i32)>,
    /// Each as an SVG path.
    pub lines: Vec<String>,
}

/// For each name the places of those that it reads. What would close a circle does not count, nor does what is not here.
pub fn reads(names: &[&str], read: &BTreeMap<String, Vec<String>>) -> Vec<Vec<usize>> {
    let places: BTreeMap<&str, usize> = names.iter().enumerate().map(|(at, name)| (*name, at)).collect();
    let mut reads = vec![Vec::new(); names.len()];
    for (reader, name) in names.iter().enumerate() {
        for other in read.get(*name).into_iter().flatten().filter_map(|other| place(&places, name, other)) {
            if !reads[reader].contains(&other) && !leads(&reads, other, reader) {
                reads[reader].push(other);
            }
        }
    }
    reads.iter_mut().for_each(|one| one.sort_unstable());
    reads
}

/// The stack that a name means: `STACK` and `ORGANIZATION/STACK` are of the reader's own project.
fn place(places: &BTreeMap<&str, usize>, reader: &str, name: &str) -> Option<usize> {
    let project = reader.split('/').next().unwrap_or_default();
    let whole = match name.split('/').collect::<Vec<_>>()[..] {
        [own] | [_, own] => format!("{project}/{own}"),
        [_, project, other] => format!("{project}/{other}"),
        _ => return None,
    };
    places.get(whole.as_str()).copied()
}

/// Whether one reads another, if only through others.
fn leads(reads: &[Vec<usize>], from: usize, to: usize) -> bool {
    let (mut left, mut seen) = (vec![from], vec![false; reads.len()]);
    while let Some(at) = left.pop() {
        if at == to {
            return true;
        }
        if !std::mem::replace(&mut seen[at], true) {
            left.extend(&reads[at]);
        }
    }
    false
}

/// The same without what follows from the rest: who reads one that reads another stands below both anyway.
pub fn needed(reads: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let is_needed =
        |others: &[usize], one: usize| !others.iter().any(|other| *other != one && leads(reads, *other, one));
    let needed = |others: &Vec<usize>| others.iter().copied().filter(|one| is_needed(others, *one)).collect();
    reads.iter().map(needed).collect()
}

/// How many are above each at least.
fn ranks(reads: &[Vec<usize>]) -> Vec<usize> {
    let mut ranks = vec![0; reads.len()];
    // There is no circle, so as many rounds as stacks are enough.
    for _ in 0..reads.len() {
        let next: Vec<usize> =
            reads.iter().map(|others| others.iter().map(|other| ranks[*other] + 1).max().unwrap_or(0)).collect();
        if next == ranks {
            break;
        }
        ranks = next;
    }
    ranks
}

/// Rows of boxes, so many across at most. Within a rank each is near those that it reads.
fn in_rows(reads: &[Vec<usize>], across: usize) -> Vec<Vec<usize>> {
    let ranks = ranks(reads);
    let (mut rows, mut columns): (Vec<Vec<usize>>, Vec<usize>) = (Vec::new(), vec![0; reads.len()]);
    for rank in 0..=ranks.iter().copied().max().unwrap_or_default() {
        let mut ones: Vec<usize> = (0..reads.len()).filter(|at| ranks[*at] == rank).collect();
        let middle = |at: &usize| {
            let others = &reads[*at];
            (100 * others.iter().map(|other| columns[*other]).sum::<usize>()).checked_div(others.len()).unwrap_or(0)
        };
        ones.sort_by_key(|at| (middle(at), *at));
        for row in ones.chunks(across) {
            row.iter().enumerate().for_each(|(column, at)| columns[*at] = column);
            rows.push(row.to_vec());
        }
    }
    rows
}

pub fn lay(reads: &[Vec<usize>], room: Room) -> Laid {
    let rows = in_rows(reads, room.across);
    let widest = rows.iter().map(Vec::len).max().unwrap_or(1);
    let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX / 1_000);
    let (column, line) = (room.box_w + room.gutter, BOX_H + CHANNEL);
    let mut laid = Laid {
        w: 2 * MARGIN + number(widest) * column,
        h: 2 * MARGIN + number(rows.len()) * line - CHANNEL,
        boxes: vec![(0, 0); reads.len()],
        lines: Vec::new(),
    };
    let mut in_row = vec![0; reads.len()];
    for (row, ones) in rows.iter().enumerate() {
        for (at, one) in ones.iter().enumerate() {
            laid.boxes[*one] = (MARGIN + room.gutter + number(at) * column, MARGIN + number(row) * line);
            in_row[*one] = row;
        }
    }
    for (reader, others) in reads.iter().enumerate() {
        for other in others {
            let lane = number(*other) % LANES;
            let is_next = in_row[reader] == in_row[*other] + 1;
            laid.lines.push(path(laid.boxes[*other], laid.boxes[reader], lane, is_next, room));
        }
    }
    laid
}

/// From the middle of a box's lower side to that of another's upper side. Where boxes may be between, it goes down left of them.
fn path((x, y): (i32, i32), (to_x, to_y): (i32, i32), lane: i32, is_next: bool, room: Room) -> String {
    let (from, to) = (x + room.box_w / 2, to_x + room.box_w / 2);
    let below = y + BOX_H + 8 + lane * STEP;
    if is_next {
        return format!("M{from} {}V{below}H{to}V{to_y}", y + BOX_H);
    }
    let (beside, above) = (to_x - 4 - lane * (room.gutter - 6) / LANES, to_y - 8);
    format!("M{from} {}V{below}H{beside}V{above}H{to}V{to_y}", y + BOX_H)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &[&str])]) -> BTreeMap<String, Vec<String>> {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        pairs.iter().map(|(name, others)| ((*name).to_owned(), owned(others))).collect()
    }

    #[test]
    fn who_reads_whom() {
        let names = ["app/dev", "db/dev", "net/dev"];
        let named =
            read(&[("app/dev", &["acme/db/dev", "acme/net/dev", "acme/db/dev"]), ("db/dev", &["acme/net/dev"])]);
        assert_eq!(reads(&names, &named), [vec![1, 2], vec![2], vec![]]);
        // What closes a circle, what is elsewhere, and oneself.
        let round =
            read(&[("app/dev", &["acme/db/dev", "dev"]), ("db/dev", &["acme/app/dev", "acme/x/dev", "a/b/c/d"])]);
        assert_eq!(reads(&names, &round), [vec![1], vec![], vec![]]);
    }

    #[test]
    fn what_follows_is_not_needed() {
        let all = [vec![], vec![0], vec![0, 1], vec![0, 2], vec![0]];
        assert_eq!(needed(&all), [vec![], vec![0], vec![1], vec![2], vec![0]]);
    }

    /// Sixty stacks in four ranks, on a desk and on a phone: none is upon another, and each is below those that it reads.
    #[test]
    fn every_box_has_a_place_of_its_own() {
        let many: Vec<Vec<usize>> =
            (0..60).map(|at| if at < 15 { vec![] } else { vec![at % 15 + 15 * (at / 15 - 1), 0] }).collect();
        for (reads, room) in [(many.clone(), DESK), (many, PHONE), (vec![vec![]], DESK), (vec![], PHONE)] {
            let laid = lay(&reads, room);
            for (at, (x, y)) in laid.boxes.iter().enumerate() {
                assert!(*x >= 0 && *y >= 0 && x + room.box_w <= laid.w && y + BOX_H <= laid.h, "{at}");
                let is_upon = |other: &(i32, i32)| (other.0 - x).abs() < room.box_w && (other.1 - y).abs() < BOX_H;
                assert_eq!(laid.boxes.iter().filter(|other| is_upon(other)).count(), 1, "{at}");
                assert!(reads[at].iter().all(|other| laid.boxes[*other].1 < *y), "{at}");
            }
            assert_eq!(laid.lines.len(), reads.iter().map(Vec::len).sum::<usize>());
        }
    }

    #[test]
    fn a_line_goes_round_what_is_between() {
        // net, db, app below each other; app reads both.
        let laid = lay(&[vec![], vec![0], vec![0, 1]], DESK);
        let (box_x, left) = (laid.boxes[0].0, laid.boxes[0].0 - 4);
        let middle = box_x + DESK.box_w / 2;
        assert!(laid.lines[1].contains(&format!("H{left}V")), "{:?}", laid.lines);
        assert_eq!(laid.lines[0].matches(&format!("H{middle}")).count(), 1);
    }
}
