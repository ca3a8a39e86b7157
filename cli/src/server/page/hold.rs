//! One hold: what was shown, what would happen now, why it is another thing, and what follows from yes and from no.

use maud::{Markup, html};
use serde_json::json;

use super::signs::{brief, clock, commit, consent, legible, link_to_stack, state, word_field};
use super::{Look, Page};
use crate::failure::{Failure, Result};
use crate::judge;
use crate::record::{Hold, HoldState};
use crate::server::config::Role;

pub async fn page(look: &Look<'_>, name: &str) -> Result<Page> {
    let hold = look.server.ledger.hold_named(name).await?;
    if !look.you.sees(&hold.repository) {
        return Err(Failure::input(format!("no hold is called `{name}`")));
    }
    let parts = vec![
        ("head", head(&hold, look.now)),
        ("why", why(&hold)),
        ("sides", sides(&hold)),
        ("decide", decide(look, &hold)),
        ("checked", checked(&hold)),
    ];
    let data = json!(hold);
    Ok(Page { title: hold.stack.clone(), state: Some(hold.state.word()), here: "holds", parts, data })
}

fn head(hold: &Hold, now: i64) -> Markup {
    html! {
        div.head {
            div {
                p.crumbs { (link_to_stack(&hold.stack, &hold.repository)) " / " (commit(&hold.commit)) " / " (hold.name) }
                h1 { "Hold on " (hold.stack) " " (state(hold.state.word())) }
                p.lead { (brief(&hold.case.in_words(), 400)) }
                p.soft { "Held " (clock(hold.created_at, now)) " by " a href=(format!("/run/{}", hold.run)) { "run/" (hold.run) } }
            }
        }
    }
}

fn why(hold: &Hold) -> Markup {
    html! {
        div.card.care {
            h2 { "Why it is held" }
            ul { @for objection in &hold.case.objections { li { b { (objection.why.word()) } " " (legible(&objection.words)) } } }
        }
    }
}

/// The two previews beside each other; what differs stands above them.
fn sides(hold: &Hold) -> Markup {
    html! {
        div.card.flush {
            h2 id="sides-h" { "Shown and now" }
            @if !hold.case.difference.is_empty() {
                pre.log.why tabindex="0" role="region" aria-label="In what they differ" { @for line in &hold.case.difference { (legible(line)) "\n" } }
            }
            table.cards role="table" aria-labelledby="sides-h" {
                thead role="rowgroup" { tr role="row" {
                    th role="columnheader" scope="col" { "Shown" @if let Some(seal) = &hold.shown_seal { " " span.m { (seal) } } }
                    th role="columnheader" scope="col" { "Now " span.m { (hold.seal) } }
                } }
                tbody role="rowgroup" { tr role="row" {
                    td.w role="cell" data-h="Shown" { (side(&hold.case.shown, "nothing was shown")) }
                    td.w role="cell" data-h="Now" { (side(&hold.case.now, "nothing would change")) }
                } }
            }
        }
    }
}

fn side(lines: &[String], none: &str) -> Markup {
    html! {
        @if lines.is_empty() { span.soft { (none) } }
        @else { ul.m { @for line in lines { li { (legible(line)) } } } }
    }
}

fn decide(look: &Look<'_>, hold: &Hold) -> Markup {
    let who = if hold.case.from.is_empty() { "anybody who may approve".to_owned() } else { hold.case.from.join(", ") };
    let open = matches!(hold.state, HoldState::Held | HoldState::Rejected);
    let may = may_decide(look, hold);
    let given = hold.approvals.len();
    html! {
        div.card {
            h2 { "Decide" }
            @if let (Some(by), Some(why)) = (&hold.decided_by, &hold.reason) { p { (by) " refused it: " (legible(why)) } }
            @if !open { p { "This hold is " (hold.state.word()) @if let Some(why) = hold.ended() { ": " (legible(why)) } "." } }
            p.soft { (hold.case.needed.max(1)) " must approve (" (who) "), " (given) " did" @if given > 0 { ": " (hold.approvals.join(", ")) } "." }
            @if open && may { (forms(look, hold)) }
            @else if open { p { b { (who) } " decides." } }
        }
    }
}

pub fn may_decide(look: &Look<'_>, hold: &Hold) -> bool {
    let name = look.you.name.as_deref().unwrap_or_default();
    look.you.may(Role::Approver, &hold.repository) && judge::may_approve(name, &hold.case.from)
}

fn forms(look: &Look<'_>, hold: &Hold) -> Markup {
    let word = look.you.word.as_deref();
    html! {
        p.soft { "Your answer holds for seal " code { (hold.seal) } " alone: if anything moves again, it is asked again." }
        div.decide {
            form method="post" action=(format!("/hold/{}/approve", hold.name)) {
                (word_field(word))
                input type="hidden" name="seal" value=(hold.seal);
                (consent(hold.case.destroys(), ""))
                small { "Once enough have approved, it is rolled out." }
            }
            form method="post" action=(format!("/hold/{}/reject", hold.name)) {
                (word_field(word))
                input type="hidden" name="seal" value=(hold.seal);
                label for="reason" { "Reason" }
                input id="reason" name="reason" type="text" required autocomplete="off";
                button { "Reject" }
                small { "Nothing is rolled out. The next commit tries anew." }
            }
        }
    }
}

fn checked(hold: &Hold) -> Markup {
    html! {
        div.card {
            h2 { "What was checked" }
            @if hold.case.others.is_empty() { p.soft { "What it rests on is what it was." } }
            @else { ul { @for other in &hold.case.others { li { (state("other")) " " (legible(other)) } } } }
        }
    }
}
