//! Boxes as SVG: what a resource, a group of them, another package and somebody outside look like.

use super::flow::End;
use super::geometry::{Rect, pixels, rect};
use super::glyphs::drawing;
use super::kinds::Glyph;
use super::model::{Model, Node, Package, Row};
use super::size::{self, HEAD, MEMBER, ROW};
use super::stock::{Health, Stock, Thing};
use super::svg::{area, escaped, sign, symbol, text};
use super::words;

/// Pixels for measures of text.
pub fn float(pixels: i32) -> f32 {
    f32::from(i16::try_from(pixels).unwrap_or(i16::MAX))
}

/// A subnet's name in links.
pub fn subnet_key(stock: &Stock, thing: usize) -> String {
    format!("subnet-{}", stock.things[thing].name)
}

/// What links a box with its entry in the list, and what its card says.
pub fn link(key: &str, thing: &Thing, more: &str) -> String {
    details(key, &words::name(thing), &thing.kind, thing.health.word(), &thing.id, more, thing.why.as_deref())
}

fn details(key: &str, name: &str, kind: &str, state: &str, id: &str, more: &str, why: Option<&str>) -> String {
    let why = why.unwrap_or_default();
    format!(
        " id=\"n-{key}\" href=\"#l-{key}\" data-n=\"{}\" data-t=\"{}\" data-s=\"{state}\" data-i=\"{}\" data-m=\"{}\" data-w=\"{}\" aria-label=\"{}\"",
        escaped(name),
        escaped(kind),
        escaped(id),
        escaped(more),
        escaped(why),
        escaped(&format!("{name}, {kind}, {state}")),
        key = escaped(key),
    )
}

pub fn node(stock: &Stock, model: &Model, at: usize, place: Rect) -> String {
    let node = &model.nodes[at];
    let group = if node.is_group { " grp" } else { "" };
    let thing = &stock.things[node.things[0]];
    let id = if node.is_group { "" } else { &thing.id };
    let link = details(
        &node.key,
        &node.name,
        &node.token,
        node.health.word(),
        id,
        &more(stock, model, node),
        node.why.as_deref(),
    );
    let mut parts = vec![area("b", place, 7)];
    if node.has_wall {
        parts.push(area("wall", place.grown(4), 10));
    }
    parts.push(head(thing, node, place));
    parts.push(rows(
        &node.rows,
        rect(place.x, place.y + size::head(node) - 4, place.w, 0),
        size::columns(node, place.w),
        size::shown(node),
    ));
    parts.push(members(model, node, place));
    parts.push(corner(node, place));
    format!("<a class=\"n{group} s-{}\"{link}>{}</a>", node.health.word(), parts.concat())
}

/// What a card says beside the box: its note, and its parts by type.
fn more(stock: &Stock, model: &Model, node: &Node) -> String {
    let parts = model.owners.iter().enumerate().filter(|(at, owner)| node.things.contains(owner) && *at != **owner);
    let mut counts = std::collections::BTreeMap::new();
    for (at, _) in parts {
        *counts.entry(words::spaced(stock.things[at].noun())).or_insert(0_usize) += 1;
    }
    let parts: Vec<String> = counts.into_iter().map(|(noun, count)| crate::text::count(count, &noun)).collect();
    let with = if parts.is_empty() { String::new() } else { format!("with {}", parts.join(", ")) };
    [node.note.clone(), with].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

/// The drawing, the name, the id, and a line of facts.
fn head(thing: &Thing, node: &Node, place: Rect) -> String {
    let Rect { x, y, .. } = place;
    let glyph = format!("g-{}", drawing(node.glyph).0);
    if node.is_group {
        let name = text(x + 38, y + 25, "nm", "", &node.name);
        return format!("{}{name}{}", symbol(&glyph, x + 11, y + 10, 20), badge(node, x, y));
    }
    let tile = format!("{}{}", area("tile", rect(x + 9, y + 10, 30, 34), 5), symbol(&glyph, x + 14, y + 17, 20));
    let room = float(place.w - 48 - 34);
    let is_narrow = words::width(&node.name, 13.0) > room;
    let name = if is_narrow { words::brief(thing, &node.name) } else { &node.name };
    let name = text(x + 48, y + 24, "nm", "", &words::cut(name, 13.0, room));
    // Where there is room the facts stand beside the id, else in its place when that says nothing new.
    let wide = words::mono_width(&node.id, 11.0);
    let beside = float(place.w - 48 - 12) - wide - 12.0;
    let id = text(x + 48, y + 41, "id", "", &words::cut_id(&node.id, 11.0, float(place.w - 48 - 10)));
    let note = if node.note == node.id || beside < 60.0 { String::new() } else { words::cut(&node.note, 11.5, beside) };
    let note = if note.is_empty() { note } else { text(x + 48 + pixels(wide) + 12, y + 41, "th", "", &note) };
    format!("{tile}{name}{id}{note}")
}

/// How many there are, beside a group's name.
fn badge(node: &Node, x: i32, y: i32) -> String {
    let count = node.things.len().to_string();
    let left = x + 38 + pixels(words::width(&node.name, 13.6)) + 8;
    let w = pixels(words::width(&count, 11.0)) + 14;
    format!("{}{}", area("cnt", rect(left, y + 12, w, 18), 9), text(left + w / 2, y + 25, "ct", "middle", &count))
}

/// Rows in columns, from the top left corner of a stretch. The last one says how many more there are.
fn rows(rows: &[Row], at: Rect, columns: usize, shown: usize) -> String {
    let lines = shown.div_ceil(columns.max(1)).max(1);
    let w = (at.w - 12) / i32::try_from(columns.max(1)).unwrap_or(1);
    // What is not ok keeps a row.
    let mut order: Vec<&Row> = rows.iter().collect();
    if shown < rows.len() {
        order.sort_by_key(|row| row.health);
    }
    let place = |count: usize| {
        let (column, line) = (count / lines, count % lines);
        let step = |by: i32, times: usize| by * i32::try_from(times).unwrap_or_default();
        rect(at.x + 6 + step(w, column), at.y + step(ROW, line), w, ROW)
    };
    let line = |(count, row): (usize, &&Row)| match rows.len() > shown && count + 1 == shown {
        true => text(place(count).x + 24, place(count).y + 13, "rr", "", &format!("+{} more", rows.len() - shown + 1)),
        false => one(row, place(count)),
    };
    order.iter().take(shown).enumerate().map(line).collect()
}

fn one(row: &Row, at: Rect) -> String {
    let hot = match row.health {
        Health::Ok => String::new(),
        health => {
            format!("<g class=\"s-{}\">{}</g>", health.word(), area("hot", rect(at.x + 2, at.y, at.w - 4, ROW - 1), 4))
        }
    };
    let lock = if row.is_protected { symbol("s-lock", at.right() - 18, at.y + 3, 12) } else { String::new() };
    let right = at.right() - if row.is_protected { 24 } else { 8 };
    let note = words::cut(&row.note, 11.0, float(at.w / 2));
    let taken = words::width(&note, 11.0);
    let name = words::cut(&row.name, 11.5, float(right - at.x - 24) - taken - 8.0);
    format!(
        "{hot}{}{}{}{lock}",
        sign(row.health, at.x + 6, at.y + 2),
        text(at.x + 24, at.y + 13, "rt", "", &name),
        if note.is_empty() { note } else { text(right, at.y + 13, "rr", "end", &note) }
    )
}

/// Instances, each under its zone.
fn members(model: &Model, node: &Node, place: Rect) -> String {
    let zones = node.vpc.map_or(0, |vpc| model.vpcs[vpc].zones.len()).max(1);
    let count = node.members.len().max(1);
    let slots = i32::try_from(count.max(zones.min(count))).unwrap_or(1);
    let w = (place.w - 24 - 8 * (slots - 1)) / slots;
    let mut left = String::new();
    for (at, member) in node.members.iter().enumerate() {
        let x = place.x + 12 + (w + 8) * i32::try_from(at).unwrap_or_default();
        let own = rect(x, place.y + 56, w, MEMBER);
        let zone =
            member.zone.as_deref().and_then(|zone| zone.chars().last()).map(|c| format!("in {c}")).unwrap_or_default();
        left += &area("m", own, 5);
        left += &text(own.x + 10, own.y + 16, "rt", "", &words::cut(&member.name, 11.5, float(w - 76)));
        left += &text(own.right() - 26, own.y + 16, "rr", "end", &zone);
        left += &sign(member.health, own.right() - 20, own.y + 5);
    }
    left
}

/// The top right corner: a tick, a lock, or a flag with a sign and words, so that state never hangs on colour.
fn corner(node: &Node, place: Rect) -> String {
    let lock_x = place.right() - if node.health == Health::Ok { 38 } else { 22 };
    let lock = if node.is_protected { symbol("s-lock", lock_x, place.y + 12, 13) } else { String::new() };
    if node.health == Health::Ok {
        // In a narrow group the count stands there, and each row has a tick.
        let has_room = !node.is_group || place.w >= 176;
        let tick = if has_room { sign(Health::Ok, place.right() - 21, place.y + 11) } else { String::new() };
        return format!("{lock}{tick}");
    }
    let word = node.flag.clone().unwrap_or_default();
    let word = words::cut(&word, 10.5, float(place.w - 60));
    let w = pixels(words::width(&word, 10.8)) + 32;
    let flag = rect(place.right() - 10 - w, place.y - 9, w, 18);
    format!(
        "{lock}<g class=\"flag\">{}{}{}</g>",
        area("", flag, 9),
        sign(node.health, flag.x + 7, flag.y + 3),
        text(flag.x + 24, flag.y + 13, "", "", &word)
    )
}

pub fn package(package: &Package, place: Rect) -> String {
    let name = text(place.x + 38, place.y + 25, "nm", "", &words::cut(&package.name, 13.0, float(place.w - 50)));
    let cube = symbol(&format!("g-{}", drawing(Glyph::Cube).0), place.x + 11, place.y + 10, 20);
    let worst = package.rows.iter().map(|row| row.health).min().unwrap_or(Health::Ok);
    let key = format!("package-{}", package.name);
    let link =
        details(&key, &package.name, "package", worst.word(), "", &crate::text::count(package.count, "resource"), None);
    let rows =
        rows(&package.rows, rect(place.x, place.y + HEAD - 4, place.w, 0), 1, package.rows.len().min(size::MOST));
    format!("<a class=\"n grp s-{}\"{link}>{}{cube}{name}{rows}</a>", worst.word(), area("b", place, 7))
}

/// Somebody outside.
pub fn outside(end: End, place: Rect) -> String {
    let (glyph, name, note) = match end {
        End::Chat => (Glyph::Chat, "Slack", "alarms arrive here"),
        _ => (Glyph::People, "Visitors", "from the internet"),
    };
    let key = if end == End::Chat { "slack" } else { "visitors" };
    format!(
        "<g class=\"out\" id=\"n-{key}\" data-n=\"{name}\">{}{}{}{}</g>",
        area("", place, place.h / 2),
        symbol(&format!("g-{}", drawing(glyph).0), place.x + 20, place.y + 13, 22),
        text(place.x + 52, place.y + 21, "nm", "", name),
        text(place.x + 52, place.y + 37, "th", "", note)
    )
}
