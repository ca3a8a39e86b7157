//! A pull request: what it would change as its comment has it, what was allowed of that, and what came of it.

use maud::{Markup, html};
use serde_json::json;

use super::signs::{brief, clock, commit, legible, link_to_stack, state};
use super::{Look, Page, frame, preview};
use crate::failure::{Failure, Result};
use crate::record::{Job, PullRecord, PullStack, SealRecord, Task};
use crate::review::Up;
use crate::server::watched::Watched;
use crate::text::count;

pub async fn page(look: &Look<'_>, path: &str, number: &str) -> Result<Page> {
    let unknown = || Failure::input("no pull request is at this address").hint("/repositories lists what is watched");
    let is_it = |watched: &&Watched| {
        look.you.sees(&watched.label) && watched.reviewer.as_ref().is_some_and(|one| one.forge.repository() == path)
    };
    let setup = look.server.setup();
    let watched = setup.watched.iter().map(AsRef::as_ref).find(is_it).ok_or_else(unknown)?;
    let number: u64 = number.parse().map_err(|_| unknown())?;
    let title = format!("{path} #{number}");
    let Some((pull, at)) = look.server.ledger.pull(&watched.label, number).await? else {
        if !is_awaited(look, &watched.label, number).await? {
            let words =
                format!("no pull request {number} of {path} was previewed here, and none waits for its preview");
            return Err(Failure::input(words).hint("an open one is previewed as soon as the server has seen it"));
        }
        let head = html! { div.head { div { h1 { (title) } p.lead { "Nothing was previewed of it yet." } } } };
        let empty = frame::empty(
            "What it would change shows here once it was previewed.",
            &format!("gitinfra review pr/{number}"),
        );
        return Ok(Page {
            title,
            state: None,
            here: "pulls",
            parts: vec![("head", head), ("changes", empty)],
            data: json!(null),
        });
    };
    let up = Up::of(&look.server.ledger, &watched.label, number).await?.in_words();
    let mut seals = Vec::new();
    for stack in &pull.stacks {
        let found = match &stack.seal {
            Some(seal) => look.server.ledger.seals(None, Some(seal), 1).await?.pop(),
            None => None,
        };
        seals.push(found);
    }
    let parts = vec![("head", head(&title, (&pull, up.as_deref()), at, look.now)), ("changes", changes(&pull, &seals))];
    let data = json!({ "pullRequest": pull, "seals": seals });
    Ok(Page { title, state: None, here: "pulls", parts, data })
}

/// Whether its review is in the queue.
async fn is_awaited(look: &Look<'_>, label: &str, number: u64) -> Result<bool> {
    let subject = format!("pr/{number}");
    let is_it = |job: &Job| job.task == Task::Review && job.repository == label && job.subject == subject;
    Ok(look.server.ledger.jobs().await?.iter().any(is_it))
}

fn head(title: &str, (pull, up): (&PullRecord, Option<&str>), at: i64, now: i64) -> Markup {
    html! {
        div.head { div {
            p.crumbs { @if pull.url.starts_with("https://") || pull.url.starts_with("http://") { a href=(pull.url) rel="noreferrer" { (title) } } @else { (title) } }
            h1 { (brief(&pull.title, 200)) }
            @if let Some(end) = &pull.end { p.lead {
                @if !end.commit.is_empty() { "Merged as " (commit(&end.commit)) ": " }
                (legible(&end.in_words()))
            } }
            @if let Some(up) = up { p.lead { "Up before its merge: " (legible(up)) } }
            p.lead { (legible(&pull.words)) }
            p.soft { (legible(&pull.branch)) " into " (legible(&pull.base)) ": " (commit(&pull.head)) " into " (commit(&pull.base_commit)) ", previewed " (clock(at, now)) }
        } }
    }
}

fn changes(pull: &PullRecord, seals: &[Option<SealRecord>]) -> Markup {
    html! {
        @for (stack, seal) in pull.stacks.iter().zip(seals) { (one(stack, seal.as_ref(), &pull.repository)) }
        @if !pull.gone.is_empty() {
            div.card.care { h2 { "These stacks go away, and what they rolled out is left standing" } ul { @for name in &pull.gone { li { (state("gone")) " " (link_to_stack(name, &pull.repository)) } } } }
        }
        @if pull.untouched > 0 { p.foot { (count(pull.untouched, "stack")) " untouched." } }
    }
}

fn one(stack: &PullStack, seal: Option<&SealRecord>, repository: &str) -> Markup {
    let is_bad = stack.failure.is_some();
    html! {
        div.card.bad[is_bad].care[!is_bad && !stack.objections.is_empty()] {
            h2 { (link_to_stack(&stack.name, repository)) " " @if let Some(seal) = seal { (state(seal.state.word())) } @else if is_bad { (state("failed")) } }
            p.sum { @if let Some(seal) = seal { (preview::sums(&seal.plan)) } @else { (legible(&stack.words)) } }
            p.soft { (legible(&stack.reason)) }
            @if !stack.objections.is_empty() {
                p { b { "It would be held:" } }
                ul.dots { @for objection in &stack.objections { li { (legible(objection)) } } }
            }
            @if let Some(failure) = &stack.failure { pre.log.why tabindex="0" role="region" aria-label=(format!("Why {} failed", stack.name)) { (shown(failure)) } }
            @if let Some(seal) = seal { (sealed(seal)) }
        }
    }
}

fn sealed(seal: &SealRecord) -> Markup {
    html! {
        (preview::tree(&seal.plan))
        p {
            a href=(format!("/preview/{}", seal.name)) { "Seal " code { (seal.name) } }
            @if let (Some(who), Some(why)) = (&seal.rejected_by, &seal.rejected_why) { ", refused by " (legible(who)) ": " (legible(why)) }
            @else if !seal.approvals.is_empty() { ", allowed by " (legible(&seal.approvals.join(", "))) }
            @if let Some(run) = &seal.used_by { ", rolled out by " a href=(format!("/run/{run}")) { "run/" (run) } }
        }
    }
}

/// Lines of foreign text, each legible.
fn shown(text: &str) -> String {
    text.lines().map(|line| legible(line) + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pull(url: &str, stacks: Vec<PullStack>) -> PullRecord {
        let text = |text: &str| text.to_owned();
        PullRecord {
            repository: text("/srv/infra"),
            number: 7,
            title: text("<script>alert(1)</script>"),
            url: text(url),
            branch: text("a\u{202e}b"),
            base: text("main"),
            head: "1".repeat(40),
            base_commit: "2".repeat(40),
            state: text("previewed"),
            words: text("1 preview failed"),
            stacks,
            gone: vec![text("web/<b>")],
            untouched: 3,
            offer: None,
            end: None,
        }
    }

    #[test]
    fn what_others_wrote_is_text_and_no_address() {
        let stack = PullStack {
            name: "web/dev".to_owned(),
            reason: "<i>".to_owned(),
            words: "1 to create".to_owned(),
            failure: Some("<img src=x>\n\u{7}".to_owned()),
            objections: vec!["<u>".to_owned()],
            seal: None,
        };
        let pull = pull("javascript:alert(1)", vec![stack]);
        let page = head("acme/infra #7", (&pull, None), 0, 0).into_string() + &changes(&pull, &[None]).into_string();
        for markup in ["<script", "<img", "<i>", "<u>", "web/<b>", "javascript:", "\u{202e}", "\u{7}"] {
            assert!(!page.contains(markup), "{markup}: {page}");
        }
        assert!(
            page.contains("st-failed") && page.contains("It would be held") && page.contains("3 stacks untouched"),
            "{page}"
        );
    }
}
