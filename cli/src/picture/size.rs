//! How large a box is, and how its rows lie in it.

use super::geometry::snapped;
use super::kinds::Lane;
use super::model::Node;

/// A box without rows.
pub const SINGLE: i32 = 56;
/// What stands above the rows.
pub const HEAD: i32 = 40;
pub const ROW: i32 = 18;
pub const MEMBER: i32 = 24;
/// So many rows are shown at most; the last one says how many more there are.
pub const MOST: usize = 12;

/// How many columns the rows of a box are in.
pub fn columns(node: &Node, width: i32) -> usize {
    match node.lane {
        Lane::Identity => usize::try_from(width / 200).unwrap_or(1).clamp(1, 5),
        _ if node.rows.len() > 6 && width >= 240 && node.is_group => 2,
        _ => 1,
    }
}

/// How many rows are shown.
pub fn shown(node: &Node) -> usize {
    let most = if node.lane == Lane::Identity { 20 } else { MOST };
    node.rows.len().min(most)
}

pub fn height(node: &Node, width: i32) -> i32 {
    let lines = shown(node).div_ceil(columns(node, width));
    match (lines, node.members.is_empty()) {
        (0, true) => SINGLE,
        (0, false) => SINGLE + MEMBER + 16,
        (lines, _) => snapped(head(node) + ROW * i32::try_from(lines).unwrap_or_default() + 8),
    }
}

/// Above rows, a box that is one thing has its id and note.
pub fn head(node: &Node) -> i32 {
    if node.is_group { HEAD } else { SINGLE }
}
