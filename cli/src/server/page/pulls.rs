//! The pull requests that were previewed, open ones first: what each would change, and what came of it.

use maud::{Markup, html};
use serde_json::json;

use super::signs::{age, brief, legible};
use super::{Look, Page, frame, lists};
use crate::failure::Result;
use crate::record::PullRecord;

const MOST: u32 = 200;

/// One of them, as it is shown.
pub(super) struct Shown {
    pub pull: PullRecord,
    pub at: i64,
    pub is_open: bool,
    /// What it is called: `OWNER/REPOSITORY #7`.
    name: String,
    /// Where it is shown.
    address: String,
}

/// Those that somebody may see, of repositories that are watched.
pub(super) async fn all(look: &Look<'_>) -> Result<Vec<Shown>> {
    let (setup, mut all) = (look.server.setup(), Vec::new());
    for (pull, at) in look.server.ledger.pulls(MOST).await? {
        let watched = setup.of_label(&pull.repository).filter(|watched| look.you.sees(&watched.label));
        let Some((watched, reviewer)) = watched.and_then(|watched| Some((watched, watched.reviewer.as_ref()?))) else {
            continue;
        };
        let (path, number) = (reviewer.forge.repository(), pull.number);
        let is_open = watched.faces.is_open(number);
        let (name, address) = (format!("{path} #{number}"), format!("/pull/{path}/{number}"));
        all.push(Shown { pull, at, is_open, name, address });
    }
    all.sort_by_key(|shown| !shown.is_open);
    Ok(all)
}

pub async fn page(look: &Look<'_>) -> Result<Page> {
    let all = all(look).await?;
    let rows: Vec<Markup> = all.iter().map(|shown| row(shown, look.now)).collect();
    let content = match rows.is_empty() {
        true => frame::empty("Pull requests show here once they were previewed.", "gitinfra review --watch"),
        false => lists::table(&["Pull request", "State", "What it says", "Previewed"], &rows),
    };
    let open = all.iter().filter(|shown| shown.is_open).count();
    let lead =
        if open == 0 { "None is open.".to_owned() } else { format!("{open} open, and those that ended after them.") };
    let data = json!({ "items": all.iter().map(|shown| &shown.pull).collect::<Vec<_>>() });
    Ok(lists::listed("Pull requests", "pulls", &lead, content, data))
}

fn row(shown: &Shown, now: i64) -> Markup {
    let Shown { pull, at, is_open, .. } = shown;
    let is_merged = pull.end.as_ref().is_some_and(|end| !end.commit.is_empty());
    let state = if *is_open {
        "open"
    } else if is_merged {
        "merged"
    } else {
        "closed"
    };
    let words = pull.end.as_ref().filter(|_| !is_open).map_or_else(|| pull.words.clone(), |end| end.in_words());
    html! {
        th role="rowheader" scope="row" { (link(shown)) small { (brief(&pull.title, 80)) } }
        td role="cell" data-h="State" { (state) }
        td.w role="cell" { (legible(&words)) }
        td.nw role="cell" data-h="Previewed" { (age(*at, now)) }
    }
}

/// The open ones that touch a stack.
pub(super) async fn of_stack(look: &Look<'_>, repository: &str, stack: &str) -> Result<Markup> {
    let setup = look.server.setup();
    if setup.of_label(repository).is_none_or(|watched| watched.faces.numbers().is_empty()) {
        return Ok(html! {});
    }
    let touches = |shown: &Shown| shown.pull.stacks.iter().any(|touched| touched.name == stack);
    let mut open = all(look).await?;
    open.retain(|shown| shown.is_open && shown.pull.repository == repository && touches(shown));
    Ok(html! {
        @if !open.is_empty() {
            div.card { h2 { "Open pull requests that change it" } ul { @for shown in &open { li { (link(shown)) " " (brief(&shown.pull.title, 80)) } } } }
        }
    })
}

fn link(shown: &Shown) -> Markup {
    html! { a href=(shown.address) { (shown.name) } }
}
