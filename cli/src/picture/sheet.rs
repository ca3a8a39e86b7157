//! A picture laid out: what stands where. Nothing here knows how it is drawn.

use super::flow::End;
use super::geometry::{Point, Rect};
use super::key::Item;

#[derive(Debug, Default)]
pub struct Sheet {
    pub w: i32,
    pub h: i32,
    /// Where a request comes down.
    pub path: i32,
    pub frames: Vec<Frame>,
    /// Each subnet, by its thing.
    pub cells: Vec<(usize, Rect)>,
    pub labels: Vec<Label>,
    /// Each node.
    pub boxes: Vec<(usize, Rect)>,
    /// Each of the other packages.
    pub packages: Vec<(usize, Rect)>,
    /// Who is outside: visitors, Slack.
    pub ends: Vec<(End, Rect)>,
    /// Each VPC, by its place in the model.
    pub vpcs: Vec<(usize, Rect)>,
    pub key: Vec<(Item, Rect)>,
    pub lines: Vec<Line>,
}

/// What a frame stands for, from outside to inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameKind {
    Account,
    Region,
    Global,
    Packages,
    Vpc,
    Zone,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    pub kind: FrameKind,
    pub rect: Rect,
    pub title: String,
    pub sub: String,
}

/// What a label says: its tone decides how it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Caption,
    /// Written from the bottom to the top.
    Tier,
    Fact,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    pub tone: Tone,
    pub at: Point,
    pub text: String,
}

/// A flow on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Which of the flows it is.
    pub flow: usize,
    pub points: Vec<Point>,
    /// Where its words stand, if there is room for them.
    pub label: Option<(Point, Anchor)>,
}

/// On which side of its point a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
}

impl Sheet {
    /// Where an end stands.
    pub fn rect(&self, end: End) -> Option<Rect> {
        let find =
            |all: &[(usize, Rect)], wanted: usize| all.iter().find(|(at, _)| *at == wanted).map(|(_, rect)| *rect);
        match end {
            End::Node(node) => find(&self.boxes, node),
            End::Subnet(thing) => find(&self.cells, thing),
            End::Vpc(vpc) => find(&self.vpcs, vpc),
            other => self.ends.iter().find(|(end, _)| *end == other).map(|(_, rect)| *rect),
        }
    }
}
