//! The key: only what occurs in the picture.

use std::collections::BTreeSet;

use super::flow::{Flow, Kind};
use super::geometry::{Rect, pixels, rect};
use super::model::Model;
use super::stock::Health;
use super::words;

/// A sign that is explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    State(Health),
    Protected,
    Line(Kind),
    Wall,
}

impl Item {
    pub fn words(self) -> &'static str {
        match self {
            Item::State(health) => health.word(),
            Item::Protected => "protected",
            Item::Line(kind) => kind.word(),
            Item::Wall => "security group, with the ports that it opens",
        }
    }
}

pub fn items(model: &Model, drawn: &[&Flow]) -> Vec<Item> {
    let states: BTreeSet<Health> = model.nodes.iter().map(|node| node.health).collect();
    // That all is well says each tick.
    let is_well = states.iter().all(|health| *health == Health::Ok);
    let mut items: Vec<Item> = states.into_iter().filter(|_| !is_well).map(Item::State).collect();
    if model.nodes.iter().any(|node| node.is_protected || node.rows.iter().any(|row| row.is_protected)) {
        items.push(Item::Protected);
    }
    let kinds: BTreeSet<Kind> = drawn.iter().map(|flow| flow.kind).collect();
    items.extend(Kind::ALL.into_iter().filter(|kind| kinds.contains(kind)).map(Item::Line));
    if model.nodes.iter().any(|node| node.has_wall) {
        items.push(Item::Wall);
    }
    items
}

pub const HIGH: i32 = 26;

fn wide(item: Item) -> i32 {
    let sign = if matches!(item, Item::State(_) | Item::Protected) { 22 } else { 46 };
    sign + pixels(words::width(item.words(), 12.0)) + 18
}

/// Lays the items out in lines from the top left corner of a stretch; says where it ends.
pub fn place(items: &[Item], x: i32, y: i32, width: i32) -> (Vec<(Item, Rect)>, i32) {
    let (mut placed, mut at, mut top) = (Vec::new(), x, y);
    let fits = items.iter().map(|item| wide(*item)).sum::<i32>() <= width;
    for item in items {
        let w = wide(*item);
        // Lines begin a line of their own.
        let is_first_line =
            matches!(item, Item::Line(_)) && matches!(placed.last(), Some((Item::State(_) | Item::Protected, _)));
        if at > x && !fits && (at + w > x + width || is_first_line) {
            (at, top) = (x, top + HIGH);
        }
        placed.push((*item, rect(at, top, w, HIGH)));
        at += w;
    }
    (placed, if items.is_empty() { y } else { top + HIGH })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_goes_on_in_the_next_line() {
        let items = [Item::State(Health::Ok), Item::Line(Kind::Request), Item::Line(Kind::Allowed), Item::Wall];
        let (placed, end) = place(&items, 10, 0, 150);
        let tops: Vec<i32> = placed.iter().map(|(_, rect)| rect.y).collect();
        assert_eq!((tops, end), (vec![0, HIGH, 2 * HIGH, 3 * HIGH], 4 * HIGH));
        assert_eq!(place(&items, 10, 0, 2000).1, HIGH);
        assert_eq!(place(&[], 0, 7, 10).1, 7);
    }
}
