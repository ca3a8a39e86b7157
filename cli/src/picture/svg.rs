//! A laid out picture as SVG.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::boxes;
use super::flow::{End, Flow, Kind};
use super::geometry::{Point, Rect, pixels};
use super::glyphs::{SIGNS, drawing};
use super::key::Item;
use super::kinds::Glyph;
use super::model::Model;
use super::place::Subnet;
use super::sheet::{Anchor, Frame, FrameKind, Label, Line, Sheet, Tone};
use super::stock::{Health, Stock};
use super::words;

/// Everything that is drawn.
pub struct Drawing<'a> {
    pub stock: &'a Stock,
    pub model: &'a Model,
    pub flows: &'a [&'a Flow],
    pub steps: &'a BTreeMap<End, usize>,
    pub sheet: &'a Sheet,
    /// What it is, and in sentences what it shows.
    pub title: &'a str,
    pub description: &'a str,
    /// Lines above the picture, where nothing else says them; and whether it brings its own style.
    pub heading: Option<&'a [String]>,
}

/// The style of the picture, which knows both colour schemes.
pub const STYLE: &str = include_str!("picture.css");
const HEADING: i32 = 22;

/// Text as XML has it.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // Of these XML knows none, not even escaped.
            c if c.is_control() => {}
            c => safe.push(c),
        }
    }
    safe
}

pub fn text(x: i32, y: i32, class: &str, anchor: &str, text: &str) -> String {
    let anchor = if anchor.is_empty() { String::new() } else { format!(" text-anchor=\"{anchor}\"") };
    format!("<text x=\"{x}\" y=\"{y}\" class=\"{class}\"{anchor}>{}</text>", escaped(text))
}

pub fn area(class: &str, at: Rect, radius: i32) -> String {
    format!(
        "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{radius}\"/>",
        at.x, at.y, at.w, at.h
    )
}

/// A symbol of a size, its top left corner at x, y.
pub fn symbol(name: &str, x: i32, y: i32, size: i32) -> String {
    format!("<use href=\"#{name}\" x=\"{x}\" y=\"{y}\" width=\"{size}\" height=\"{size}\"/>")
}

pub fn sign(health: Health, x: i32, y: i32) -> String {
    let word = health.word();
    format!("<g class=\"s-{word}\">{}</g>", symbol(&format!("s-{word}"), x, y, 13))
}

pub fn class_of(kind: Kind) -> String {
    format!("e-{}", kind.word().replace(' ', ""))
}

impl Drawing<'_> {
    pub fn svg(&self) -> String {
        let (w, above) = (self.sheet.w, self.above());
        let h = self.sheet.h + above;
        let path = f64::from(self.sheet.path) / f64::from(w.max(1));
        let mut svg = format!(
            "<svg class=\"d\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" \
             role=\"graphics-document\" aria-roledescription=\"diagram\" aria-labelledby=\"pt pd\" data-path=\"{path:.3}\">\
             <title id=\"pt\">{}</title><desc id=\"pd\">{}</desc>",
            escaped(self.title),
            escaped(self.description)
        );
        if self.heading.is_some() {
            let _ = write!(svg, "<style>{STYLE}</style>");
        }
        svg += &self.definitions();
        svg += &self.heading_lines();
        let _ = write!(svg, "<g transform=\"translate(0 {above})\">");
        for part in [
            self.frames(),
            self.cells(),
            self.labels(),
            self.lines(),
            self.boxes(),
            self.doors(),
            self.numbers(),
            self.key(),
        ] {
            let _ = write!(svg, "\n<g>{part}</g>");
        }
        svg + "</g></svg>\n"
    }

    fn above(&self) -> i32 {
        let lines = self.heading.map_or(0, <[String]>::len);
        if lines == 0 { 0 } else { 24 + HEADING * i32::try_from(lines).unwrap_or_default() }
    }

    fn heading_lines(&self) -> String {
        let lines = self.heading.into_iter().flatten().enumerate();
        let line = |(at, line): (usize, &String)| {
            let y = 36 + HEADING * i32::try_from(at).unwrap_or_default();
            let line = words::cut(line, 13.0, boxes::float(self.sheet.w - 48));
            text(24, y, if at == 0 { "h1" } else { "hs" }, "", &line)
        };
        lines.map(line).collect()
    }

    /// Signs, drawings and arrow heads, as far as they are used.
    fn definitions(&self) -> String {
        let mut glyphs: BTreeSet<Glyph> = self.model.nodes.iter().map(|node| node.glyph).collect();
        glyphs.extend([Glyph::People, Glyph::Chat, Glyph::Cube]);
        let glyph = |glyph: Glyph| {
            let (name, lines) = drawing(glyph);
            format!("<symbol id=\"g-{name}\" viewBox=\"0 0 24 24\"><g class=\"gl\">{lines}</g></symbol>")
        };
        let signs =
            SIGNS.map(|(name, lines)| format!("<symbol id=\"s-{name}\" viewBox=\"0 0 14 14\">{lines}</symbol>"));
        let kinds: BTreeSet<Kind> = self.flows.iter().map(|flow| flow.kind).collect();
        let head = |kind: Kind| {
            let class = class_of(kind);
            let size = if kind == Kind::Request { 9 } else { 7 };
            format!(
                "<marker id=\"a-{class}\" class=\"mk {class}\" viewBox=\"0 0 10 10\" refX=\"8.5\" refY=\"5\" markerWidth=\"{size}\" \
                 markerHeight=\"{size}\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 .8L9 5 0 9.2z\"/></marker>"
            )
        };
        let glyphs: String = glyphs.into_iter().map(glyph).collect();
        let heads: String = kinds.into_iter().map(head).collect();
        format!("<defs>{glyphs}{}{heads}</defs>", signs.concat())
    }

    fn frames(&self) -> String {
        self.sheet.frames.iter().map(|frame| self.frame(frame)).collect()
    }

    fn frame(&self, frame: &Frame) -> String {
        let Rect { x, y, .. } = frame.rect;
        let (class, radius) = match frame.kind {
            FrameKind::Account => ("acct", 14),
            FrameKind::Region => ("reg", 11),
            FrameKind::Global => ("glob", 7),
            FrameKind::Packages => ("pkg", 7),
            FrameKind::Vpc => ("vpc", 9),
            FrameKind::Zone => return self.zone(frame),
        };
        let size = if frame.kind == FrameKind::Account { " acctl" } else { "" };
        let sub = if frame.sub.is_empty() {
            String::new()
        } else {
            format!("<tspan class=\"fs\" dx=\"8\">{}</tspan>", escaped(&frame.sub))
        };
        let title =
            format!("<text x=\"{}\" y=\"{}\" class=\"fl{size}\">{}{sub}</text>", x + 14, y + 21, escaped(&frame.title));
        format!("{}{title}", area(&format!("f {class}"), frame.rect, radius))
    }

    /// A zone's name stands on the side of the path.
    fn zone(&self, frame: &Frame) -> String {
        let is_left = frame.rect.middle().x < self.sheet.path;
        let (x, anchor) = if is_left { (frame.rect.right() - 12, "end") } else { (frame.rect.x + 12, "") };
        format!("{}{}", area("zone", frame.rect, 7), text(x, frame.rect.y + 16, "zl", anchor, &frame.title))
    }

    fn cells(&self) -> String {
        self.sheet.cells.iter().map(|(thing, rect)| self.cell(*thing, *rect)).collect()
    }

    fn cell(&self, thing: usize, at: Rect) -> String {
        let subnet = &self.stock.things[thing];
        let tier = self.subnet(thing).map(|subnet| subnet.tier.as_str()).unwrap_or_default();
        let zone = self.subnet(thing).map(|subnet| subnet.zone.as_str()).unwrap_or_default();
        let is_left = at.middle().x < self.sheet.path;
        let (x, anchor) = if is_left { (at.right() - 12, " text-anchor=\"end\"") } else { (at.x + 12, "") };
        let name = words::cut_mono(words::subnet_name(subnet), 11.0, 150.0);
        let link = boxes::link(&boxes::subnet_key(self.stock, thing), subnet, &format!("in {zone}"));
        format!(
            "<a class=\"n cell t-{} s-{}\"{link}>{}<text x=\"{x}\" y=\"{}\" class=\"sl\"{anchor}><tspan class=\"sn\">{}</tspan> {}</text></a>",
            escaped(tier),
            subnet.health.word(),
            area("b", at, 6),
            at.y + 19,
            escaped(&name),
            escaped(subnet.text("cidrBlock")),
        )
    }

    fn subnet(&self, thing: usize) -> Option<&Subnet> {
        self.model.vpcs.iter().flat_map(|vpc| &vpc.subnets).find(|subnet| subnet.thing == thing)
    }

    fn labels(&self) -> String {
        let label = |label: &Label| match label.tone {
            Tone::Caption => text(label.at.x, label.at.y, "cap", "", &label.text),
            Tone::Fact => text(label.at.x, label.at.y, "th", "", &label.text),
            Tone::Tier => format!(
                "<text class=\"tl\" transform=\"translate({} {}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
                label.at.x,
                label.at.y,
                escaped(&words::cut(&label.text, 12.0, 90.0))
            ),
        };
        self.sheet.labels.iter().map(label).collect()
    }

    fn lines(&self) -> String {
        // What is thick lies above what is thin.
        let mut lines: Vec<&Line> = self.sheet.lines.iter().collect();
        lines.sort_by_key(|line| std::cmp::Reverse(self.flows[line.flow].kind));
        lines.into_iter().map(|line| self.line(line)).collect()
    }

    /// The name of an end, for links between lines and boxes.
    pub fn end_key(&self, end: End) -> String {
        match end {
            End::Visitors => "visitors".to_owned(),
            End::Chat => "slack".to_owned(),
            End::Node(node) => self.model.nodes[node].key.clone(),
            End::Subnet(thing) => boxes::subnet_key(self.stock, thing),
            End::Vpc(vpc) => format!("vpc-{}", self.stock.things[self.model.vpcs[vpc].thing].name),
        }
    }

    fn line(&self, line: &Line) -> String {
        let flow = self.flows[line.flow];
        let class = class_of(flow.kind);
        let words = if flow.label.is_empty() { flow.kind.word() } else { &flow.label };
        let head = if flow.kind == Kind::Guards && !self.has_head(flow) {
            String::new()
        } else {
            format!(" marker-end=\"url(#a-{class})\"")
        };
        let label = line.label.map(|(at, anchor)| {
            let anchor = if anchor == Anchor::Middle { "middle" } else { "" };
            text(at.x, at.y, "el", anchor, &flow.label)
        });
        format!(
            "<g class=\"e {class}\" data-a=\"{}\" data-b=\"{}\" data-p=\"{}\"><path class=\"l\" d=\"{}\"{head}/>{}</g>",
            escaped(&self.end_key(flow.from)),
            escaped(&self.end_key(flow.to)),
            escaped(words),
            curve(&self.trimmed(line)),
            label.unwrap_or_default()
        )
    }

    fn has_head(&self, flow: &Flow) -> bool {
        matches!(flow.to, End::Node(_))
    }

    /// A line ends at a wall, or where its door is.
    fn trimmed(&self, line: &Line) -> Vec<Point> {
        let flow = self.flows[line.flow];
        let wall = |end: End| if matches!(end, End::Node(node) if self.model.nodes[node].has_wall) { 4 } else { 0 };
        let mut points = line.points.clone();
        let last = points.len() - 1;
        points[last] = toward(points[last], points[last - 1], wall(flow.to) + if has_door(flow) { 9 } else { 0 });
        points[0] = toward(points[0], points[1], wall(flow.from));
        points
    }

    fn boxes(&self) -> String {
        let nodes = self.sheet.boxes.iter().map(|(node, rect)| boxes::node(self.stock, self.model, *node, *rect));
        let packages = self.sheet.packages.iter().map(|(at, rect)| boxes::package(&self.model.others[*at], *rect));
        let ends = self.sheet.ends.iter().map(|(end, rect)| boxes::outside(*end, *rect));
        nodes.chain(packages).chain(ends).collect()
    }

    /// An open port on the wall of a box, where its line arrives.
    fn doors(&self) -> String {
        let lines = self.sheet.lines.iter().filter(|line| has_door(self.flows[line.flow]));
        lines.map(|line| self.door(line)).collect()
    }

    fn door(&self, line: &Line) -> String {
        let flow = self.flows[line.flow];
        let points = self.trimmed(line);
        let (last, before) = (points[points.len() - 1], points[points.len() - 2]);
        let at = toward(last, before, -9);
        let w = (pixels(words::width(&flow.label, 10.5)) + 14).max(28);
        let pill = Rect { x: at.x - w / 2, y: at.y - 9, w, h: 18 };
        format!(
            "<g class=\"pill {}\" data-a=\"{}\" data-b=\"{}\">{}{}</g>",
            class_of(flow.kind),
            escaped(&self.end_key(flow.from)),
            escaped(&self.end_key(flow.to)),
            area("", pill, 9),
            text(at.x, at.y + 4, "", "middle", &flow.label)
        )
    }

    fn numbers(&self) -> String {
        let number = |(end, step): (&End, &usize)| {
            let at = self.sheet.rect(*end)?;
            let (x, y) = if *end == End::Visitors { (at.x, at.middle().y) } else { (at.x, at.y) };
            Some(format!(
                "<g class=\"step\"><circle cx=\"{x}\" cy=\"{y}\" r=\"10\"/>{}</g>",
                text(x, y + 4, "", "middle", &step.to_string())
            ))
        };
        self.steps.iter().filter_map(number).collect()
    }

    fn key(&self) -> String {
        self.sheet.key.iter().map(|(item, at)| key_item(*item, *at)).collect()
    }
}

fn key_item(item: Item, at: Rect) -> String {
    let middle = at.y + 12;
    let words = |x: i32| text(x, middle + 4, "k", "", item.words());
    match item {
        Item::State(health) => format!("{}{}", sign(health, at.x, middle - 7), words(at.x + 19)),
        Item::Protected => format!("{}{}", symbol("s-lock", at.x, middle - 7, 13), words(at.x + 19)),
        Item::Line(kind) => {
            let class = class_of(kind);
            let (from, to) = (at.x, at.x + 36);
            format!(
                "<g class=\"e {class}\"><path class=\"l\" d=\"M{from} {middle}L{to} {middle}\" marker-end=\"url(#a-{class})\"/></g>{}",
                words(to + 8)
            )
        }
        Item::Wall => {
            let outer = Rect { x: at.x + 2, y: middle - 9, w: 34, h: 18 };
            format!("{}{}{}", area("wall", outer, 6), area("m", outer.grown(-4), 3), words(at.x + 44))
        }
    }
}

/// Whether a flow's ports stand where it arrives.
fn has_door(flow: &Flow) -> bool {
    flow.is_port && !flow.label.is_empty()
}

/// A point so many pixels from one on the way to another.
fn toward(from: Point, to: Point, by: i32) -> Point {
    Point { x: from.x + (to.x - from.x).signum() * by, y: from.y + (to.y - from.y).signum() * by }
}

/// A way with round corners.
fn curve(points: &[Point]) -> String {
    let mut way = format!("M{} {}", points[0].x, points[0].y);
    for at in 1..points.len() {
        let (before, here) = (points[at - 1], points[at]);
        let Some(next) = points.get(at + 1) else {
            let _ = write!(way, "L{} {}", here.x, here.y);
            break;
        };
        let reach = |other: Point| 8.min((other.x - here.x).abs().max((other.y - here.y).abs()) / 2);
        let (a, b) = (toward(here, before, reach(before)), toward(here, *next, reach(*next)));
        let _ = write!(way, "L{} {}Q{} {} {} {}", a.x, a.y, here.x, here.y, b.x, b.y);
    }
    way
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_are_round_and_text_is_text() {
        let p = |x, y| Point { x, y };
        assert_eq!(curve(&[p(0, 0), p(40, 0), p(40, 40)]), "M0 0L32 0Q40 0 40 8L40 40");
        assert_eq!(curve(&[p(0, 0), p(40, 0)]), "M0 0L40 0");
        assert_eq!(toward(p(10, 10), p(10, 50), 4), p(10, 14));
        assert_eq!(escaped("<a b=\"c\">&'\u{1b}"), "&lt;a b=&quot;c&quot;&gt;&amp;&#39;");
    }
}
