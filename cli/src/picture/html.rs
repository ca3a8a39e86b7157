//! The picture as a page: one file with a title, the picture, cards for whoever points at a box, and everything as a list.

use std::collections::BTreeMap;

use super::model::Node;
use super::stock::{Health, Thing};
use super::svg::{Drawing, STYLE, escaped};
use super::{About, boxes, tale, words};

const PAGE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("card.js");
/// So many reasons stand above the picture; the list has the others.
const MOST_REASONS: usize = 5;
/// So many parts are named; the rest is counted.
const MOST_PARTS: usize = 12;

pub fn page(drawing: &Drawing<'_>, about: &About) -> String {
    // Narrow screens scroll sideways rather than shrink everything.
    let style = format!("{STYLE}{}", PAGE.replace("WIDE", &drawing.sheet.w.min(1240).to_string()));
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>{}</title><style>{style}</style></head><body style=\"--wide:{}px\">\n<a class=\"skip\" href=\"#list\">Skip the picture, read the list</a>\n{}\n\
         <main><div class=\"pic\">{}</div>\n<section id=\"list\"><h2>Everything in it</h2>{}</section></main>\n\
         <footer>Drawn from the stack's state; nothing was asked of AWS.</footer><div id=\"card\" role=\"status\" hidden></div>\
         <script>{SCRIPT}</script></body></html>\n",
        escaped(drawing.title),
        drawing.sheet.w.max(640) + 32,
        header(drawing, about),
        drawing.svg(),
        list(drawing),
    )
}

fn sign(name: &str) -> String {
    format!("<svg class=\"s-{name}\" aria-hidden=\"true\"><use href=\"#s-{name}\"/></svg>")
}

fn header(drawing: &Drawing<'_>, about: &About) -> String {
    let stock = drawing.stock;
    let (totals, protected) = tale::totals(stock);
    let mut counts = format!("<span><b>{}</b> resources</span>", tale::total(stock));
    for (health, count) in &totals {
        counts += &format!("<span>{}<b>{count}</b> {}</span>", sign(health.word()), health.word());
    }
    if protected > 0 {
        counts += &format!("<span>{}<b>{protected}</b> protected</span>", sign("lock"));
    }
    let facts = about.lines.iter().cloned().chain(tale::meta(stock, drawing.model));
    let facts: String = facts.map(|fact| format!("<span>{}</span>", escaped(&fact))).collect();
    let title = match stock.project.is_empty() {
        true => escaped(&tale::heading(stock)),
        false => format!("{} <span>/</span> {}", escaped(&stock.project), escaped(&stock.stack)),
    };
    format!(
        "<header><h1>{title}</h1><p class=\"say\">{counts}</p><p class=\"meta\">{facts}</p>{}</header>",
        reasons(drawing)
    )
}

fn reasons(drawing: &Drawing<'_>) -> String {
    let all = tale::not_ok(drawing.model);
    if all.is_empty() {
        return String::new();
    }
    let line = |(at, name, why): &(usize, String, String)| {
        let node = &drawing.model.nodes[*at];
        let word = node.health.word();
        format!(
            "<li class=\"s-{word}\">{}<a href=\"#n-{}\">{}</a> {}</li>",
            sign(word),
            escaped(&node.key),
            escaped(name),
            escaped(why)
        )
    };
    let mut lines: String = all.iter().take(MOST_REASONS).map(line).collect();
    if all.len() > MOST_REASONS {
        lines += &format!("<li><a href=\"#list\">+{} more</a></li>", all.len() - MOST_REASONS);
    }
    format!("<ul class=\"why\">{lines}</ul>")
}

/// By account, region and VPC.
fn list(drawing: &Drawing<'_>) -> String {
    let mut places: BTreeMap<String, String> = BTreeMap::new();
    for node in &drawing.model.nodes {
        *places.entry(place(drawing, node)).or_default() += &entry(drawing, node);
    }
    for (at, vpc) in drawing.model.vpcs.iter().enumerate() {
        let title = vpc_title(drawing, at);
        let subnets = vpc.subnets.iter().map(|subnet| {
            let thing = &drawing.stock.things[subnet.thing];
            item(
                &boxes::subnet_key(drawing.stock, subnet.thing),
                thing,
                &format!("{} in {}", thing.text("cidrBlock"), subnet.zone),
                &parts(drawing, &[subnet.thing]),
            )
        });
        let own = item(
            &format!("vpc-{}", drawing.stock.things[vpc.thing].name),
            &drawing.stock.things[vpc.thing],
            "",
            &parts(drawing, &[vpc.thing]),
        );
        let whole: String = std::iter::once(own).chain(subnets).collect();
        let entry = places.entry(title).or_default();
        *entry = format!("{whole}{entry}");
    }
    for package in &drawing.model.others {
        let rows: Vec<String> = package.rows.iter().map(|row| format!("{} {}", row.note, row.name)).collect();
        let key = format!("package-{}", package.name);
        *places.entry("Other packages".to_owned()).or_default() += &format!(
            "<li id=\"l-{}\">{}<b>{}</b> <span class=\"pa\">{}</span></li>",
            escaped(&key),
            sign("ok"),
            escaped(&package.name),
            escaped(&rows.join(", "))
        );
    }
    let place = |(title, items): (String, String)| format!("<li><h3>{}</h3><ul>{items}</ul></li>", escaped(&title));
    format!("<ul class=\"list\">{}</ul>", places.into_iter().map(place).collect::<String>())
}

fn place(drawing: &Drawing<'_>, node: &Node) -> String {
    match node.vpc.filter(|vpc| drawing.model.vpcs[*vpc].region == node.region) {
        Some(vpc) => vpc_title(drawing, vpc),
        None => place_title(&node.region.account, &node.region.name),
    }
}

fn place_title(account: &str, region: &str) -> String {
    let city =
        Some(words::city(region)).filter(|city| !city.is_empty()).map(|city| format!(", {city}")).unwrap_or_default();
    if account.is_empty() { format!("{region}{city}") } else { format!("Account {account} / {region}{city}") }
}

fn vpc_title(drawing: &Drawing<'_>, at: usize) -> String {
    let vpc = &drawing.model.vpcs[at];
    let name = words::name(&drawing.stock.things[vpc.thing]);
    format!("{} / VPC {name}", place_title(&vpc.region.account, &vpc.region.name))
}

/// A box; of a group each of its things.
fn entry(drawing: &Drawing<'_>, node: &Node) -> String {
    let mut text = String::new();
    for (count, at) in node.things.iter().enumerate() {
        let thing = &drawing.stock.things[*at];
        // The box links to the first of a group.
        let key = if count == 0 { node.key.clone() } else { format!("{}-{}", node.key, count + 1) };
        let note = if node.is_group { words::fact(thing) } else { node.note.clone() };
        text += &item(&key, thing, &note, &parts(drawing, &[*at]));
    }
    text
}

fn item(key: &str, thing: &Thing, note: &str, parts: &str) -> String {
    let word = thing.health.word();
    let state = if thing.health == Health::Ok { "ty".to_owned() } else { format!("bad s-{word}") };
    let line = |text: &str| {
        if text.is_empty() { String::new() } else { format!("<span class=\"pa\">{}</span>", escaped(text)) }
    };
    let protected = if thing.is_protected { " <span class=\"ty\">· protected</span>" } else { "" };
    format!(
        "<li id=\"l-{}\">{}<b>{}</b> <span class=\"ty\">{}</span> <span class=\"{state}\">{word}</span>{protected}<span class=\"pa\"><code>{}</code></span>{}{}{}</li>",
        escaped(key),
        sign(word),
        escaped(&words::name(thing)),
        escaped(&thing.kind),
        escaped(&thing.id),
        line(note),
        line(thing.why.as_deref().unwrap_or_default()),
        line(parts),
    )
}

fn parts(drawing: &Drawing<'_>, things: &[usize]) -> String {
    let owners = drawing.model.owners.iter().enumerate();
    let parts: Vec<String> = owners
        .filter(|(at, owner)| things.contains(owner) && at != *owner)
        .map(|(at, _)| {
            let part = &drawing.stock.things[at];
            let (name, fact) = (words::fact_name(part), words::fact(part));
            let state = if part.health == Health::Ok { String::new() } else { format!(" ({})", part.health.word()) };
            if fact.is_empty() { format!("{name}{state}") } else { format!("{name} {fact}{state}") }
        })
        .collect();
    match parts.len() {
        0 => String::new(),
        count if count > MOST_PARTS => {
            format!("with {}; and {} more", parts[..MOST_PARTS].join("; "), count - MOST_PARTS)
        }
        _ => format!("with {}", parts.join("; ")),
    }
}
