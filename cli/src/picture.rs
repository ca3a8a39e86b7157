//! A picture of what stands: a stack's exported state, laid out by account, region, VPC, zone and tier, with the way of a
//! request through it. Each step is a function of data: state (`stock`), whose part what is (`owner`), where it is (`place`),
//! boxes (`model`), flows (`flow`), places on paper (`layout`, `inside`), lines (`route`, `lines`), and forms (`svg`, `html`,
//! `mermaid`). The same state gives the same bytes.

mod account;
mod boxes;
mod flow;
mod geometry;
mod glyphs;
mod html;
mod inside;
mod key;
mod kinds;
mod layout;
mod lines;
mod mermaid;
mod model;
mod owner;
mod place;
mod route;
mod sheet;
mod size;
mod stock;
mod svg;
mod tale;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeMap;

use serde_json::Value;

pub use stock::{Health, Marks};

use flow::{End, Flow, Kind};
use model::Model;
use sheet::Sheet;
use stock::Stock;

/// In what form a picture is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Svg,
    Html,
    Mermaid,
}

/// What is known beside the state.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// How resources are, by URN, where the state does not tell.
    pub marks: Marks,
    /// Lines below the title, such as the commit that stands.
    pub lines: Vec<String>,
}

/// So many arrows are too many for an eye.
const MOST_FLOWS: usize = 40;

/// Draws an exported state; `None` when it is none.
pub fn draw(export: &Value, about: &About, form: Form) -> Option<String> {
    let stock = stock::read(export, &about.marks)?;
    let model = model::model(&stock);
    let (flows, steps) = flow::flows(&stock, &model);
    if form == Form::Mermaid {
        return Some(mermaid::mermaid(&stock, &model, &flows));
    }
    let shown = shown(&flows);
    let sheet = sheet(&stock, &model, &shown);
    let (title, description) = (tale::title(&stock), tale::description(&stock, &model, &steps));
    let facts = tale::facts(&stock, &model, about);
    let heading: Vec<String> = [tale::heading(&stock)].into_iter().chain(facts.clone()).collect();
    let drawing = svg::Drawing {
        stock: &stock,
        model: &model,
        flows: &shown,
        steps: &steps,
        sheet: &sheet,
        title: &title,
        description: &description,
        heading: (form == Form::Svg).then_some(&heading[..]),
    };
    Some(match form {
        Form::Html => html::page(&drawing, about),
        _ => drawing.svg(),
    })
}

/// Of too many flows the plain permissions are left out first; the list has them.
fn shown(flows: &[Flow]) -> Vec<&Flow> {
    let is_crowded = flows.len() > MOST_FLOWS;
    flows.iter().filter(|flow| !is_crowded || !matches!(flow.kind, Kind::Allowed | Kind::Names)).collect()
}

fn sheet(stock: &Stock, model: &Model, flows: &[&Flow]) -> Sheet {
    let mut sheet = layout::sheet(stock, model, flows);
    lines::route(&mut sheet, model, flows);
    sheet
}

/// Steps of the request's path by their numbers.
fn in_order(steps: &BTreeMap<End, usize>) -> Vec<End> {
    let mut order: Vec<(usize, End)> = steps.iter().map(|(end, step)| (*step, *end)).collect();
    order.sort();
    order.into_iter().map(|(_, end)| end).collect()
}
