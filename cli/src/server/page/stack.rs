//! One stack: what stands, what comes next, why it waits, and what happened.

use maud::{Markup, html};
use serde_json::json;

use super::signs::{brief, button, clock, commit, legible, of_repository, stack_fields, state};
use super::stacks::Row;
use super::{Look, Page, frame, pulls, stacks};
use crate::engine::operation::{Effect, tally};
use crate::failure::Result;
use crate::ledger::RunFilter;
use crate::record::{Drift, Lock, Run, RunState, StackState};
use crate::server::config::Role;
use crate::text::{as_seconds, seconds, timestamp};

pub async fn page(look: &Look<'_>, name: &str) -> Result<Page> {
    let rows = stacks::rows(look).await?;
    let wanted = |row: &&Row| {
        row.record.name == name && look.asked("repository").is_none_or(|label| label == row.record.repository)
    };
    let row = stacks::the_one(rows.iter().filter(wanted), name)?;
    let ledger = &look.server.ledger;
    let filter = RunFilter { stack: Some(name.to_owned()), limit: 30, ..RunFilter::default() };
    let runs: Vec<Run> =
        ledger.runs(&filter).await?.into_iter().filter(|run| run.repository == row.record.repository).collect();
    let is_its = |drift: &Drift| drift.name == name && drift.repository == row.record.repository;
    let drift = ledger.drifts().await?.into_iter().find(is_its);
    let lock = row.record.lock.as_ref();
    let parts = vec![
        ("head", head(row)),
        ("acts", acts(look, row, lock)),
        ("facts", facts(row, lock, look.now)),
        ("pulls", pulls::of_stack(look, &row.record.repository, name).await?),
        ("runs", happened(&runs, look.now)),
        ("drift", drifted(drift.as_ref(), look.now)),
        ("set-up", set_up(row)),
    ];
    let data = json!(row.record);
    Ok(Page { title: name.to_owned(), state: Some(row.state.word()), here: "stacks", parts, data })
}

fn head(row: &Row) -> Markup {
    let says = match row.state {
        StackState::Current => "What is on the branch is rolled out.".to_owned(),
        StackState::Queued => "It waits for its turn.".to_owned(),
        StackState::Running => "A run is at work.".to_owned(),
        StackState::New => "It was never rolled out.".to_owned(),
        StackState::Destroyed if row.why.is_empty() => "What it had rolled out was destroyed.".to_owned(),
        _ => legible(&row.why),
    };
    html! {
        div.head {
            div {
                p.crumbs { a href="/stacks" { "Stacks" } " / " (brief(&row.record.repository, 80)) }
                h1 { (row.record.name) " " (state(row.state.word())) }
                p.lead { (says) }
            }
            @if let Some(hold) = &row.hold { div.acts { a.btn.go href=(format!("/hold/{hold}")) { "Decide" } } }
        }
    }
}

/// What somebody may do here.
fn acts(look: &Look<'_>, row: &Row, lock: Option<&Lock>) -> Markup {
    let (you, at) = (look.you, format!("/stack/{}", row.record.name));
    let fields = stack_fields(you.word.as_deref(), &row.record.repository);
    let retries = matches!(row.record.last_state, Some(RunState::Failed | RunState::Cancelled | RunState::Interrupted));
    let mine = lock.is_some_and(|lock| you.name.as_ref() == Some(&lock.owner));
    html! {
        @if you.may(Role::Approver, &row.record.repository) {
            div.acts {
                @if retries { (button(&format!("{at}/retry"), &fields, "", "Try again")) }
                @if row.record.suspended.is_some() { (button(&format!("{at}/resume"), &fields, "", "Resume")) }
                @else { (with_reason(&format!("{at}/suspend"), &fields, "Suspend")) }
                @if lock.is_none() { (with_reason(&format!("{at}/lock"), &fields, "Lock for an hour")) }
                @if mine || (lock.is_some() && you.may(Role::Admin, &row.record.repository)) {
                    (button(&format!("{at}/unlock"), &fields, "", "Unlock"))
                }
            }
        }
    }
}

fn with_reason(action: &str, fields: &Markup, says: &str) -> Markup {
    let id = action.replace('/', "-");
    html! {
        details id=(id) {
            summary.btn { (says) "…" }
            form.card method="post" action=(action) {
                (fields)
                label for=(format!("why{id}")) { "Reason" span.vh { ": " (says) } }
                span.inline { input id=(format!("why{id}")) name="reason" type="text" required autocomplete="off"; button { (says) } }
            }
        }
    }
}

fn facts(row: &Row, lock: Option<&Lock>, now: i64) -> Markup {
    let record = &row.record;
    html! {
        div.card {
            dl.facts {
                div { dt { "Stands at" } dd {
                    @match (&record.commit, record.rolled_out_at) {
                        (Some(id), Some(at)) => { (commit(id)) " " small { "rolled out " (clock(at, now)) } }
                        _ => "nothing of it stands"
                    }
                } }
                div { dt { "Behind" } dd { @match record.behind_by { Some(by) => { (by) " commits" } None => "–" } } }
                div { dt { "Drift" } dd { (state(record.drift.word())) } }
                div { dt { "Lock" } dd { @match lock { Some(lock) => { (state("taken")) small { (legible(&lock.in_words())) } } None => "free" } } }
                div { dt { "Picture" } dd { a href=(of_repository(&format!("/stack/{}/picture.svg", record.name), &record.repository)) { "of what stands" } } }
            }
        }
    }
}

fn happened(runs: &[Run], now: i64) -> Markup {
    if runs.is_empty() {
        return frame::empty("Its runs show here once there is one.", "gitinfra sync");
    }
    html! {
        div.card {
            h2 { "What happened" }
            ol.line { @for run in runs { li { (clock(run.started_at, now)) div { (one(run)) } } } }
        }
    }
}

/// A run in a line or two.
fn one(run: &Run) -> Markup {
    let took = run.finished_at.map(|end| seconds(as_seconds(end - run.started_at)));
    let done = tally(&run.changes, Effect::done);
    html! {
        (state(run.state.word())) " " a href=(format!("/run/{}", run.name)) { "run/" (run.name) } " at " (commit(&run.commit))
        @if let Some(took) = took { ", " (took) }
        p.soft { (brief(&run.subject, 80)) @if !done.is_empty() { " · " (done) } }
        @if let Some(message) = &run.message { p.soft { (brief(message, 200)) } }
    }
}

fn drifted(drift: Option<&Drift>, now: i64) -> Markup {
    html! {
        @if let Some(drift) = drift {
            div.card {
                h2 { "Drift" }
                p.soft { "Looked " (clock(drift.checked_at, now)) ", at " (commit(&drift.commit)) ". " (drift.findings.ignored) " known differences are filtered." }
                @if let Some(message) = &drift.findings.message { p { (legible(message)) } }
                @if !drift.findings.lines.is_empty() {
                    pre.log.why tabindex="0" role="region" aria-label="What drifted" { @for line in &drift.findings.lines { (legible(line)) "\n" } }
                }
            }
        }
    }
}

fn set_up(row: &Row) -> Markup {
    let record = &row.record;
    html! {
        div.card {
            h2 { "Set-up" }
            dl.kv {
                dt { "Folder" } dd { code { (if record.folder.is_empty() { "./" } else { &record.folder }) } }
                dt { "Branch" } dd { code { (record.branch.as_deref().unwrap_or("–")) } }
                dt { "Backend" } dd { code { (record.backend.as_deref().unwrap_or("–")) } }
                dt { "Program" } dd { (record.runtime) }
                dt { "Known since" } dd { (timestamp(record.created_at).get(..10).unwrap_or_default()) }
            }
        }
    }
}
