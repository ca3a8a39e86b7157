//! The order of the stacks as a picture: who reads whose outputs, how each is, and the same in words.

mod lay;

use std::collections::BTreeMap;

use maud::{Markup, html};
use serde_json::{Value, json};

use super::signs::{Twins, brief, heads, shape, state, to_stack};
use super::stacks::{self, Row};
use super::{Look, Page, frame};
use crate::failure::Result;
use crate::text::count;
use lay::{BOX_H, DESK, PHONE, Room};

/// So many stacks are in a picture; of more, some are chosen by name.
const MOST: usize = 120;
/// So wide is a letter at most, by and large, and what is beside a name in its box.
const LETTER: i32 = 7;
const BESIDE: i32 = 22;

/// The stacks of a repository, and for each the places of those whose outputs it reads.
struct Graph<'a> {
    repository: &'a str,
    rows: Vec<&'a Row>,
    reads: Vec<Vec<usize>>,
}

pub async fn page(look: &Look<'_>) -> Result<Page> {
    let all = stacks::rows(look).await?;
    let mut by_repository: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in &all {
        by_repository.entry(&row.record.repository).or_default().push(row);
    }
    let mut graphs = Vec::new();
    for (repository, mut rows) in by_repository {
        rows.sort_by(|a, b| a.record.name.cmp(&b.record.name));
        let names: Vec<&str> = rows.iter().map(|row| row.record.name.as_str()).collect();
        let reads = lay::reads(&names, &look.server.ledger.reads(repository).await?);
        graphs.push(Graph { repository, rows, reads });
    }
    let items: Vec<Value> = graphs.iter().flat_map(Graph::data).collect();
    let shown: Vec<Graph> = graphs.into_iter().map(|graph| graph.of(look.asked("q").unwrap_or_default())).collect();
    let parts = vec![("head", head(&all)), ("bar", bar(look)), ("graph", pictures(&shown, &stacks::twins(&all)))];
    Ok(Page { title: "Order".to_owned(), state: None, here: "stacks", parts, data: json!({ "items": items }) })
}

impl<'a> Graph<'a> {
    fn data(&self) -> Vec<Value> {
        let name = |at: &usize| self.rows[*at].record.name.clone();
        let one = |(row, reads): (&&Row, &Vec<usize>)| {
            let record = &row.record;
            let reads: Vec<String> = reads.iter().map(name).collect();
            json!({ "name": record.name, "repository": record.repository, "state": row.state.word(), "reads": reads })
        };
        self.rows.iter().zip(&self.reads).map(one).collect()
    }

    /// Those whose names have a text in them, and those next to them; all where there is no text.
    fn of(self, text: &str) -> Graph<'a> {
        let fits = |at: usize| self.rows[at].record.name.contains(text);
        let is_next = |at: usize| {
            let reader = |other: usize| self.reads[other].contains(&at) && fits(other);
            self.reads[at].iter().any(|other| fits(*other)) || (0..self.rows.len()).any(reader)
        };
        let kept: Vec<usize> = (0..self.rows.len()).filter(|at| text.is_empty() || fits(*at) || is_next(*at)).collect();
        let place = |other: &usize| kept.binary_search(other).ok();
        let reads = kept.iter().map(|at| self.reads[*at].iter().filter_map(place).collect()).collect();
        Graph { repository: self.repository, rows: kept.iter().map(|at| self.rows[*at]).collect(), reads }
    }
}

fn head(all: &[Row]) -> Markup {
    let needing = all.iter().filter(|row| row.needs_a_person()).count();
    let lead = match (all.len(), needing) {
        (0, _) => "There is no stack yet.".to_owned(),
        (all, 0) => format!("{}, and none needs a person.", count(all, "stack")),
        (all, needing) => format!(
            "{}, of which {needing} {} a person.",
            count(all, "stack"),
            if needing == 1 { "needs" } else { "need" }
        ),
    };
    html! {
        div.head { div {
            p.crumbs { a href="/stacks" { "Stacks" } }
            h1 { "Order" }
            p.lead { (lead) }
            p.soft { "A line goes down from a stack to those that read its outputs, as their newest runs did: what is above rolls out first. Lines that follow from others are left out." }
        } }
    }
}

fn bar(look: &Look<'_>) -> Markup {
    html! {
        div.bar {
            form role="search" action="/graph" {
                label.vh for="q" { "Find a stack" }
                input id="q" name="q" type="search" placeholder="Find a stack" value=(look.asked("q").unwrap_or_default());
                button { "Find" }
            }
        }
    }
}

fn pictures(graphs: &[Graph<'_>], twins: &Twins<'_>) -> Markup {
    html! {
        @if graphs.is_empty() { (frame::empty("The order of stacks shows here once there are some.", "gitinfra sync")) }
        @for (at, graph) in graphs.iter().enumerate() {
            div.card {
                h2 { (brief(graph.repository, 80)) }
                @match graph.rows.len() {
                    0 => p { "No stack fits. " a href="/graph" { "Show all" } "." },
                    all if all > MOST => p { (count(all, "stack")) " are too many for a picture: find some by name. What each reads stands below." },
                    _ => {
                        div.wide { (drawn(graph, twins, DESK)) }
                        div.slim { (drawn(graph, twins, PHONE)) }
                    },
                }
            }
            @if !graph.rows.is_empty() { (in_words(graph, twins, at)) }
        }
    }
}

/// A box for each stack, and a line to each from those that it reads. Lines of one stack run together.
fn drawn(graph: &Graph<'_>, twins: &Twins<'_>, room: Room) -> Markup {
    let laid = lay::lay(&lay::needed(&graph.reads), room);
    html! {
        svg.graph width=(laid.w) height=(laid.h) viewBox=(format!("0 0 {} {}", laid.w, laid.h)) role="group" aria-label="Who reads whose outputs" {
            @for line in &laid.lines { path d=(line) {} }
            @for (row, place) in graph.rows.iter().zip(&laid.boxes) { (boxed(row, twins, *place, room.box_w)) }
        }
    }
}

fn boxed(row: &Row, twins: &Twins<'_>, (x, y): (i32, i32), width: i32) -> Markup {
    let record = &row.record;
    html! {
        a class=(format!("g-{}", row.state.word())) href=(to_stack(&record.name, &record.repository)) transform=(format!("translate({x} {y})")) {
            title { (brief(&record.name, 200)) (twins.whose(&record.name, &record.repository)) ", " (row.state.word()) }
            rect width=(width) height=(BOX_H) rx="7" {}
            text x="12" y="21" { (fitting(&record.name, width)) }
            svg.i x="12" y="28" width="13" height="13" aria-hidden="true" { use href=(format!("#i-{}", shape(row.state.word()))) {} }
            text.w x="30" y="39" { (row.state.word()) }
        }
    }
}

/// A name as long as its box. Its end tells more than its middle.
fn fitting(name: &str, width: i32) -> String {
    let (name, most) = (brief(name, 200), usize::try_from((width - BESIDE) / LETTER).unwrap_or(1));
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= most {
        return name;
    }
    let (begin, end) = (&letters[..most / 2 - 1], &letters[letters.len() - most / 2..]);
    begin.iter().chain(&['…']).chain(end).collect()
}

fn in_words(graph: &Graph<'_>, twins: &Twins<'_>, at: usize) -> Markup {
    let mut readers = vec![Vec::new(); graph.rows.len()];
    for (reader, reads) in graph.reads.iter().enumerate() {
        reads.iter().for_each(|other| readers[*other].push(reader));
    }
    let link = |row: &Row| {
        let whose = twins.whose(&row.record.name, graph.repository);
        html! { a href=(to_stack(&row.record.name, graph.repository)) { (row.record.name) span.vh { (whose) } } }
    };
    let links = |places: &[usize]| {
        html! {
            @if places.is_empty() { "–" }
            @for (at, place) in places.iter().enumerate() {
                @if at > 0 { ", " }
                (link(graph.rows[*place]))
            }
        }
    };
    html! {
        details.card id=(format!("words-{at}")) {
            summary { "The same in words" span.vh { ": " (brief(graph.repository, 80)) } }
            table.cards role="table" {
                (heads(&["Stack", "State", "Reads", "Read by"]))
                tbody role="rowgroup" {
                    @for (at, row) in graph.rows.iter().enumerate() {
                        tr role="row" {
                            th role="rowheader" scope="row" { (link(row)) }
                            td.w role="cell" { (state(row.state.word())) }
                            td role="cell" data-h="Reads" { (links(&graph.reads[at])) }
                            td role="cell" data-h="Read by" { (links(&readers[at])) }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_keeps_its_ends() {
        assert_eq!(fitting("net/dev", 190), "net/dev");
        let long = fitting("a-project-with-a-long-name/and-a-stack-like-this-production", 190);
        assert_eq!(long, "a-project-w…s-production");
        assert_eq!(fitting("a\u{202e}b", 190), "a\\u{202e}b");
    }
}
