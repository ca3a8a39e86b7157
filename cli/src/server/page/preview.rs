//! One sealed preview: what cannot be undone, how much changes, who must still say yes, and each property.

use maud::{Markup, html};
use serde_json::json;

use super::signs::{commit, consent, effect, legible, link_to_stack, state, word_field};
use super::{Look, Page};
use crate::engine::operation::Effect;
use crate::failure::{Failure, Result};
use crate::ledger::Sealed;
use crate::seal::{Change, Plan, Property};
use crate::server::config::Role;

/// Danger first.
const EFFECTS: [Effect; 6] =
    [Effect::Delete, Effect::Replace, Effect::Update, Effect::Create, Effect::Import, Effect::Refresh];
const MOST: usize = 200;

pub async fn page(look: &Look<'_>, name: &str) -> Result<Page> {
    let found = look.server.ledger.find_seal(name).await?;
    let sealed = found.filter(|sealed| look.you.sees(&sealed.seal.ground.repository));
    let sealed = sealed.ok_or_else(|| Failure::input(format!("no seal is called `{name}`")))?;
    let parts = vec![
        ("head", head(look, &sealed)),
        ("changes", changes(&sealed.seal.plan)),
        ("approvals", approvals(&sealed)),
        ("seal", seal(&sealed)),
    ];
    let data = json!({ "name": sealed.id, "approvals": sealed.approvals, "preview": sealed.seal.plan });
    let word = if sealed.rejected.is_some() { "rejected" } else { "sealed" };
    Ok(Page { title: sealed.seal.ground.stack.clone(), state: Some(word), here: "stacks", parts, data })
}

fn head(look: &Look<'_>, sealed: &Sealed) -> Markup {
    let (ground, plan) = (&sealed.seal.ground, &sealed.seal.plan);
    let mine = look.you.name.as_ref().is_some_and(|name| sealed.approvals.contains(name));
    html! {
        div.head {
            div {
                p.crumbs { (link_to_stack(&ground.stack, &ground.repository)) }
                h1 { "Preview of " (ground.stack) " " (state(if sealed.rejected.is_some() { "rejected" } else { "sealed" })) }
                p.lead.sum { (sums(plan)) }
            }
            @if look.you.may(Role::Approver, &ground.repository) && !mine && !sealed.is_begun {
                form.acts method="post" action=(format!("/preview/{}/approve", sealed.id)) {
                    (word_field(look.you.word.as_deref()))
                    (consent(plan.destroys(), &sealed.id))
                }
            }
        }
    }
}

/// How many resources are affected in which way.
pub fn sums(plan: &Plan) -> Markup {
    html! {
        @for kind in EFFECTS { @if plan.number(kind) > 0 { span { (effect(kind)) " " (plan.number(kind)) } } }
        @if plan.resources.is_empty() { span { (plan.in_words()) } }
    }
}

fn changes(plan: &Plan) -> Markup {
    html! { div.card { h2 { "Changes" } (tree(plan)) } }
}

/// Each change with its properties; the dangerous ones first.
pub fn tree(plan: &Plan) -> Markup {
    let mut all: Vec<&Change> = plan.resources.iter().collect();
    let danger = |change: &Change| EFFECTS.iter().position(|kind| *kind == change.effect()).unwrap_or(EFFECTS.len());
    all.sort_by_key(|change| (danger(change), &change.urn));
    html! {
        ul.tree {
            @for change in all.iter().take(MOST) { li id=(anchor(&change.urn)) { (one(change)) } }
            @if !plan.outputs.is_empty() { li { span.c { "outputs" } (properties(&plan.outputs)) } }
        }
        @if all.len() > MOST { p.foot { (all.len() - MOST) " more changes are in the JSON at this address." } }
    }
}

fn one(change: &Change) -> Markup {
    let open = matches!(change.effect(), Effect::Delete | Effect::Replace) || change.properties.len() <= 3;
    html! {
        details open[open] id=(format!("d-{}", anchor(&change.urn))) {
            summary {
                (effect(change.effect())) " "
                span { span.c { (change.kind) } " " b { (legible(&change.name)) } }
                @if !change.replaced_for.is_empty() { span.why { "because of " (change.replaced_for.join(", ")) } }
            }
            (properties(&change.properties))
        }
    }
}

fn properties(properties: &[Property]) -> Markup {
    html! {
        @if !properties.is_empty() {
            table.props {
                @for property in properties {
                    tr {
                        th scope="row" { (legible(&property.path)) }
                        td {
                            @match (&property.before, &property.after) {
                                (Some(before), Some(after)) => { del { (value(before)) } " → " ins { (value(after)) } }
                                (None, Some(after)) => ins { (value(after)) }
                                (Some(before), None) => { del { (value(before)) } " → " span.unk { "dropped" } }
                                (None, None) => span.unk { "differs" }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn value(text: &str) -> String {
    legible(&crate::comment::cut(text, 400))
}

/// What a link to a resource ends with.
fn anchor(urn: &str) -> String {
    format!("r-{}", &crate::digest::name_of(urn)[..8])
}

fn approvals(sealed: &Sealed) -> Markup {
    html! {
        div.card {
            h2 { "Approvals" }
            @if let Some((who, why)) = &sealed.rejected { p { (state("rejected")) " " (who) ": " (legible(why)) } }
            @if sealed.approvals.is_empty() { p.soft { "Nobody has said anything yet." } }
            ul { @for who in &sealed.approvals { li { (state("given")) " " (who) } } }
        }
    }
}

fn seal(sealed: &Sealed) -> Markup {
    let ground = &sealed.seal.ground;
    html! {
        div.card {
            h2 { "Seal " (sealed.id) }
            dl.kv {
                dt { "Head" } dd { (commit(&ground.head)) }
                dt { "Base" } dd { (commit(&ground.base)) }
                @for (name, version) in &ground.versions { dt { (name) } dd { (version) } }
            }
        }
    }
}
