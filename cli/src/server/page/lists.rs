//! Plain lists: runs, holds, drift, who did what, repositories, and what words and keys mean.

use maud::{Markup, html};
use serde_json::{Value, json};

use super::signs::{Twins, age, brief, clock, commit, heads, legible, state};
use super::{Look, Page, frame, trouble};
use crate::failure::Result;
use crate::ledger::{HoldFilter, RunFilter};
use crate::record::{HoldState, StackState};
use crate::text::{as_seconds, seconds};

const MOST: u32 = 200;

/// A view of a heading, a sentence and a table.
pub(super) fn listed(title: &str, here: &'static str, lead: &str, table: Markup, data: Value) -> Page {
    let head = html! { div.head { div { h1 { (title) } p.lead { (lead) } } } };
    Page { title: title.to_owned(), state: None, here, parts: vec![("head", head), ("list", table)], data }
}

pub(super) fn table(names: &[&str], rows: &[Markup]) -> Markup {
    html! {
        div.card.flush { table.cards role="table" { (heads(names)) tbody role="rowgroup" { @for row in rows { tr role="row" { (row) } } } } }
    }
}

pub async fn runs(look: &Look<'_>) -> Result<Page> {
    let mut runs = look.server.ledger.runs(&RunFilter { limit: MOST, ..RunFilter::default() }).await?;
    runs.retain(|run| look.you.sees(&run.repository));
    let twins = Twins::of(runs.iter().map(|run| (run.stack.as_str(), run.repository.as_str())));
    let rows: Vec<Markup> = runs
        .iter()
        .map(|run| {
            let took = run.finished_at.map(|end| seconds(as_seconds(end - run.started_at)));
            html! {
                th role="rowheader" scope="row" { a href=(format!("/run/{}", run.name)) { "run/" (run.name) } }
                td role="cell" { (state(run.state.word())) }
                td.w role="cell" { (twins.link(&run.stack, &run.repository)) small { (brief(&run.subject, 80)) } }
                td role="cell" data-h="Commit" { (commit(&run.commit)) }
                td role="cell" data-h="Took" { (took.unwrap_or_else(|| "–".to_owned())) }
                td.nw role="cell" data-h="Age" { (age(run.started_at, look.now)) }
            }
        })
        .collect();
    let content = match rows.is_empty() {
        true => frame::empty("Runs show here once something was rolled out.", "gitinfra sync"),
        false => table(&["Run", "State", "Stack", "Commit", "Took", "Age"], &rows),
    };
    Ok(listed("Runs", "runs", "The newest first.", content, json!({ "items": runs })))
}

pub async fn holds(look: &Look<'_>) -> Result<Page> {
    let mut holds = look.server.ledger.holds(&HoldFilter { limit: MOST, ..HoldFilter::default() }).await?;
    holds.retain(|hold| look.you.sees(&hold.repository) && !hold.state.is_over());
    let twins = Twins::of(holds.iter().map(|hold| (hold.stack.as_str(), hold.repository.as_str())));
    let rows: Vec<Markup> = holds
        .iter()
        .map(|hold| {
            html! {
                th role="rowheader" scope="row" { a href=(format!("/hold/{}", hold.name)) { "hold/" (hold.name) } }
                td role="cell" { (state(hold.state.word())) }
                td.w role="cell" { (twins.link(&hold.stack, &hold.repository)) small { (brief(&hold.case.in_words(), 120)) } }
                td role="cell" data-h="Approvals" { (hold.approvals.len()) " of " (hold.case.needed.max(1)) }
                td.nw role="cell" data-h="Age" { (age(hold.created_at, look.now)) }
            }
        })
        .collect();
    let content = match rows.is_empty() {
        true => frame::empty("Roll-outs that wait for somebody's decision show here.", "gitinfra get holds"),
        false => table(&["Hold", "State", "Stack", "Approvals", "Age"], &rows),
    };
    let waiting = holds.iter().filter(|hold| hold.state == HoldState::Held).count();
    let lead = if waiting == 0 {
        "Nothing waits for a decision.".to_owned()
    } else {
        format!("{waiting} wait for a decision.")
    };
    Ok(listed("Holds", "holds", &lead, content, json!({ "items": holds })))
}

pub async fn drifts(look: &Look<'_>) -> Result<Page> {
    let mut drifts = look.server.ledger.drifts().await?;
    drifts.retain(|drift| look.you.sees(&drift.repository));
    let twins = Twins::of(drifts.iter().map(|drift| (drift.name.as_str(), drift.repository.as_str())));
    let rows: Vec<Markup> = drifts
        .iter()
        .map(|drift| {
            html! {
                th role="rowheader" scope="row" { (twins.link(&drift.name, &drift.repository)) }
                td role="cell" { (state(drift.state.word())) }
                td role="cell" data-h="Resources" { (drift.findings.resources) }
                td.nw role="cell" data-h="Age" { (age(drift.checked_at, look.now)) }
            }
        })
        .collect();
    let content = match rows.is_empty() {
        true => frame::empty("Nobody has looked for drift yet.", "gitinfra drift"),
        false => table(&["Stack", "Drift", "Resources", "Age"], &rows),
    };
    Ok(listed("Drift", "stacks", "What stands and is not what was rolled out.", content, json!({ "items": drifts })))
}

/// Who did what. What was done about repositories that somebody may not see is not for them.
pub async fn events(look: &Look<'_>) -> Result<Page> {
    let mut entries = match look.you.sees_all() {
        true => look.server.ledger.newest_entries().await?,
        false => Vec::new(),
    };
    entries.reverse();
    let rows: Vec<Markup> = entries
        .iter()
        .map(|entry| {
            html! {
                th role="rowheader" scope="row" { (clock(entry.at, look.now)) }
                td role="cell" data-h="Who" { (legible(&entry.who)) }
                td role="cell" data-h="Did" { (entry.did) }
                td.w role="cell" { (legible(&entry.what)) @if !entry.details.is_empty() { small { (brief(&entry.details, 200)) } } }
            }
        })
        .collect();
    let content = match rows.is_empty() {
        true => frame::empty("What people do here shows here.", "gitinfra audit verify"),
        false => table(&["When", "Who", "Did", "What"], &rows),
    };
    Ok(listed("Events", "events", "Who did what, the newest last written first.", content, json!({ "items": entries })))
}

pub async fn repositories(look: &Look<'_>) -> Result<Page> {
    let setup = look.server.setup();
    let watched = setup.watched.iter().filter(|watched| look.you.sees(&watched.label));
    let (mut rows, mut items) = (Vec::new(), Vec::new());
    for one in watched {
        let forge = one.reviewer.as_ref().map_or("none", |reviewer| reviewer.forge.repository());
        let hook = if one.hook.is_some() { format!("/hooks/{}", one.name) } else { "none: it only looks".to_owned() };
        items.push(json!({ "name": one.name, "repository": one.label, "branch": one.branch, "forge": forge, "troubles": trouble::data(one) }));
        rows.push(html! {
            th role="rowheader" scope="row" { (one.name) small { (one.label) } }
            td role="cell" data-h="State" { (trouble::of(one)) }
            td role="cell" data-h="Branch" { code { (one.branch) } }
            td role="cell" data-h="Pull requests" { (forge) }
            td role="cell" data-h="Webhook" { code { (hook) } }
            td role="cell" data-h="Looks every" { (seconds(one.interval.as_secs_f64())) }
        });
    }
    let heads = ["Repository", "State", "Branch", "Pull requests", "Webhook", "Looks every"];
    let content = html! { (trouble::card(look)) (table(&heads, &rows)) };
    Ok(listed("Repositories", "repositories", "What is watched.", content, json!({ "items": items })))
}

/// What each word and each key means.
pub fn words() -> Page {
    let keys = [
        ("/", "find"),
        ("j k", "next and previous row"),
        ("g s", "stacks"),
        ("g p", "pull requests"),
        ("g r", "runs"),
        ("g h", "holds"),
        ("g q", "queue"),
        ("?", "this page"),
    ];
    let states = StackState::ALL.map(|state| (state.word(), state.meaning()));
    let list =
        |pairs: &[(&str, &str)]| html! { dl.kv { @for (word, means) in pairs { dt { (word) } dd { (means) } } } };
    let content = html! {
        div.card { h2 { "States of a stack" } (list(&states)) }
        div.card { h2 { "Keys" } (list(&keys)) p.soft { "No key approves, rejects or cancels." } }
    };
    listed("Words and keys", "", "One word for each state, here and on the command line.", content, json!({}))
}
