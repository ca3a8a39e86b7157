//! One run: how far it is, whether it goes well, and what it did.

use std::collections::BTreeMap;

use maud::{Markup, html};
use serde_json::json;

use super::signs::{brief, clock, commit, effect, legible, link_to_stack, state, word_field};
use super::{Look, Page};
use crate::engine::operation::{Effect, tally};
use crate::engine::urn;
use crate::event::{Body, Recorded, Resource, Severity};
use crate::failure::{Failure, Result};
use crate::record::{Run, RunState};
use crate::server::config::Role;
use crate::text::{as_seconds, seconds, timestamp};

/// So many lines of the log are on the page; all are in its plain text.
const LINES: usize = 200;
const ROWS: usize = 200;

/// A resource as it stands in the run.
struct Step {
    resource: Resource,
    state: String,
    took: Option<f64>,
}

pub async fn page(look: &Look<'_>, name: &str) -> Result<Page> {
    let ledger = &look.server.ledger;
    let run = ledger.run(name).await?;
    if !look.you.sees(&run.repository) {
        return Err(Failure::input(format!("no run is called `{name}`")));
    }
    let events = ledger.events(&run.name).await?;
    let steps = steps(&events);
    let parts = vec![
        ("head", head(look, &run, &steps)),
        ("progress", progress(&run, &steps, &events)),
        ("resources", resources(&steps)),
        ("log", log(&run, &events, look.now)),
        ("why", why(&run)),
    ];
    let data = json!(run);
    Ok(Page { title: format!("run/{}", run.name), state: Some(run.state.word()), here: "runs", parts, data })
}

/// What of each resource was told last, in the order in which they began.
fn steps(events: &[Recorded]) -> Vec<Step> {
    let (mut steps, mut at): (Vec<Step>, BTreeMap<String, usize>) = (Vec::new(), BTreeMap::new());
    let mut put = |resource: &Resource, state: String, took: Option<f64>| {
        if urn::is_stack(&resource.urn) || urn::is_provider(&resource.urn) {
            return;
        }
        let step = Step { resource: resource.clone(), state, took };
        match at.get(&resource.urn) {
            Some(known) => steps[*known] = step,
            None => {
                at.insert(resource.urn.clone(), steps.len());
                steps.push(step);
            }
        }
    };
    for event in events {
        match &event.body {
            Body::ResourceStarted { resource } => put(resource, resource.operation.doing().to_owned(), None),
            Body::ResourceFinished { resource, seconds } => {
                put(resource, resource.operation.done().to_owned(), Some(*seconds));
            }
            Body::ResourceFailed { resource, seconds } => put(resource, "failed".to_owned(), Some(*seconds)),
            _ => {}
        }
    }
    steps.retain(|step| step.resource.operation.effect() != Effect::Same);
    steps
}

fn head(look: &Look<'_>, run: &Run, steps: &[Step]) -> Markup {
    let (made, going) = (steps.iter().filter(|step| step.took.is_some()).count(), steps.len());
    let took = as_seconds(run.finished_at.unwrap_or(look.now) - run.started_at);
    let says = match run.state {
        RunState::Running => {
            format!("{made} changes are made, {} are being made. {} so far.", going - made, seconds(took))
        }
        RunState::Succeeded => match tally(&run.changes, Effect::done) {
            done if done.is_empty() => format!("Nothing had to change, in {}.", seconds(took)),
            done => format!("{done}, in {}.", seconds(took)),
        },
        _ => run.message.clone().unwrap_or_else(|| format!("It was {}.", run.state)),
    };
    html! {
        div.head {
            div {
                p.crumbs { (link_to_stack(&run.stack, &run.repository)) }
                h1 { "run/" (run.name) " " (state(run.state.word())) }
                p.lead { (brief(&says, 400)) }
            }
            @if run.state == RunState::Running && look.you.may(Role::Approver, &run.repository) { (cancel(look, run)) }
        }
    }
}

fn cancel(look: &Look<'_>, run: &Run) -> Markup {
    html! {
        details.stop id="cancel" {
            summary.btn.no { "Cancel…" }
            form.card.bad method="post" action=(format!("/run/{}/cancel", run.name)) {
                (word_field(look.you.word.as_deref()))
                p { "The engine is asked once to stop, and finishes what it is making. What was made stays and is recorded." }
                button.no { "Cancel this run" }
            }
        }
    }
}

fn progress(run: &Run, steps: &[Step], events: &[Recorded]) -> Markup {
    let expected = events.iter().find_map(|event| match &event.body {
        Body::RunStarted { resources, .. } if *resources > 0 => Some(*resources),
        _ => None,
    });
    let made = steps.iter().filter(|step| step.took.is_some() && step.state != "failed").count();
    let failed = steps.iter().filter(|step| step.state == "failed").count();
    let going = steps.len() - made - failed;
    html! {
        div.card {
            @if run.state == RunState::Running {
                progress max=(steps.len().max(1)) value=(made) aria-label="Changes made" { (made) " of " (steps.len()) }
            }
            p.soft {
                (made) " made · " (going) " being made · " (failed) " failed"
                @if let Some(expected) = expected { " · the last run saw " (expected) " resources" }
            }
        }
    }
}

fn resources(steps: &[Step]) -> Markup {
    html! {
        @if !steps.is_empty() {
            div.card.flush {
                h2 { "Resources" }
                table.cards.trio role="table" {
                    (super::signs::heads(&["Resource", "Effect", "State", "Took"]))
                    tbody role="rowgroup" {
                        @for step in steps.iter().take(ROWS) {
                            tr role="row" {
                                th role="rowheader" scope="row" { code { (legible(&step.resource.name)) } small { (step.resource.kind) } }
                                td role="cell" { (effect(step.resource.operation.effect())) }
                                td.w role="cell" { (state(&step.state)) }
                                td.num.nw role="cell" { (step.took.map_or_else(|| "–".to_owned(), seconds)) }
                            }
                        }
                    }
                }
                @if steps.len() > ROWS { p.foot { (steps.len() - ROWS) " more are in the log." } }
            }
        }
    }
}

fn log(run: &Run, events: &[Recorded], now: i64) -> Markup {
    let lines: Vec<(i64, String)> = lines(events);
    let skipped = lines.len().saturating_sub(LINES);
    html! {
        div.card.flush {
            h2 id="lg" { "Log" }
            p.acts { a.btn.small href=(format!("/run/{}/log", run.name)) { "Plain text" } @if skipped > 0 { span.soft { (skipped) " lines before these" } } }
            pre.log tabindex="0" role="log" aria-live="off" aria-labelledby="lg" {
                @for (at, line) in &lines[skipped..] { (clock(*at, now)) (line) "\n" }
            }
        }
    }
}

/// The story of a run, a line for each thing that happened.
pub fn lines(events: &[Recorded]) -> Vec<(i64, String)> {
    let line = |event: &Recorded| Some((event.at, words(&event.body)?));
    events.iter().filter_map(line).collect()
}

fn words(body: &Body) -> Option<String> {
    let of = |resource: &Resource| format!("{} {}", resource.kind, resource.name);
    let sign = |resource: &Resource| resource.operation.effect().symbol();
    Some(legible(&match body {
        Body::Note { message } => format!("note: {message}"),
        Body::RunStarted { commit, reason, .. } => format!("begun at {}: {reason}", crate::text::short(commit)),
        Body::ResourceStarted { resource } => {
            format!("{} {}: {}", sign(resource), of(resource), resource.operation.doing())
        }
        Body::ResourceFinished { resource, seconds: time } => {
            format!("{} {}: {} ({})", sign(resource), of(resource), resource.operation.done(), seconds(*time))
        }
        Body::ResourceFailed { resource, .. } => format!("{} {}: failed", sign(resource), of(resource)),
        Body::Diagnostic { severity, message, .. } => {
            let word = match severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "info",
            };
            format!("{word}: {}", message.trim())
        }
        Body::RunFinished { state, message, .. } => {
            format!("{state}{}", message.as_ref().map(|why| format!(": {why}")).unwrap_or_default())
        }
        _ => return None,
    }))
}

fn why(run: &Run) -> Markup {
    html! {
        div.card {
            h2 { "Why it ran" }
            dl.kv {
                dt { "Commit" } dd { (commit(&run.commit)) " " (brief(&run.subject, 100)) }
                dt { "Branch" } dd { code { (run.branch) } }
                dt { "Reason" } dd { (legible(&run.reason)) }
                dt { "Does" } dd { (run.action.word()) }
                dt { "Machine" } dd { (run.host) }
                dt { "Begun" } dd { (timestamp(run.started_at)) }
            }
        }
    }
}
