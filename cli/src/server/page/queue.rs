//! What is done next, and what is locked.

use maud::{Markup, html};
use serde_json::json;

use super::signs::{Twins, age, brief, button, clock, heads, legible, stack_fields, state};
use super::{Look, Page, frame};
use crate::failure::Result;
use crate::record::{Job, JobState, Lock};
use crate::server::config::Role;
use crate::text::timestamp;

pub async fn page(look: &Look<'_>) -> Result<Page> {
    let mut jobs = look.server.ledger.jobs().await?;
    jobs.retain(|job| look.you.sees(&job.repository));
    let mut locks = look.server.ledger.locks().await?;
    locks.retain(|lock| look.you.sees(&lock.repository));
    let parts = vec![("head", head(&jobs)), ("queue", queue(&jobs, look.now)), ("locks", taken(look, &locks))];
    let data = json!({ "queue": jobs, "locks": locks });
    Ok(Page { title: "Queue".to_owned(), state: None, here: "queue", parts, data })
}

fn head(jobs: &[Job]) -> Markup {
    let going = jobs.iter().filter(|job| job.state == JobState::Running).count();
    let lead = match jobs.len() {
        0 => "Nothing waits.".to_owned(),
        all => format!("{going} under way, {} wait for their turn.", all - going),
    };
    html! { div.head { div { h1 { "Queue and locks" } p.lead { (lead) } } } }
}

fn queue(jobs: &[Job], now: i64) -> Markup {
    if jobs.is_empty() {
        return frame::empty("What is to be done shows here as long as it waits.", "gitinfra get queue");
    }
    html! {
        div.card.flush {
            h2 { "Queue" }
            table.cards role="table" {
                (heads(&["What", "State", "Why it waits", "Repository", "Since"]))
                tbody role="rowgroup" { @for job in jobs { (row(job, now)) } }
            }
        }
    }
}

fn row(job: &Job, now: i64) -> Markup {
    let why = match (&job.message, job.due_at) {
        (Some(message), Some(due)) => format!("try {} begins at {}: {message}", job.attempts + 1, timestamp(due)),
        (Some(message), None) => message.clone(),
        (None, _) => String::new(),
    };
    html! {
        tr role="row" {
            th role="rowheader" scope="row" { (job.task.word()) " " (legible(&job.about())) }
            td role="cell" { (state(job.state.word())) }
            td.w role="cell" data-h="Why it waits" { (brief(&why, 200)) }
            td role="cell" data-h="Repository" { (brief(&job.repository, 60)) }
            td.nw role="cell" data-h="Since" { (age(job.queued_at, now)) }
        }
    }
}

fn taken(look: &Look<'_>, locks: &[Lock]) -> Markup {
    let twins = Twins::of(locks.iter().map(|lock| (lock.name.as_str(), lock.repository.as_str())));
    html! {
        div.card.flush {
            h2 { "Locks" }
            @if locks.is_empty() { p { "No lock is taken." } }
            @else {
                table.cards role="table" {
                    (heads(&["Stack", "Lock", "By and why", "Ends", "Act"]))
                    tbody role="rowgroup" {
                        @for lock in locks {
                            tr role="row" {
                                th role="rowheader" scope="row" { (twins.link(&lock.name, &lock.repository)) }
                                td role="cell" { (state("taken")) }
                                td.w role="cell" { (lock.owner) ": " (legible(&lock.reason)) }
                                td role="cell" data-h="Ends" { (clock(lock.until, look.now)) }
                                td role="cell" { @if may_unlock(look, lock) { (unlock(look, lock, &twins)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn unlock(look: &Look<'_>, lock: &Lock, twins: &Twins<'_>) -> Markup {
    let (name, whose) = (&lock.name, twins.whose(&lock.name, &lock.repository));
    let fields = stack_fields(look.you.word.as_deref(), &lock.repository);
    button(&format!("/stack/{name}/unlock"), &fields, "small", html! { "Unlock" span.vh { " " (name) (whose) } })
}

/// One's own, or anybody's for an admin.
pub fn may_unlock(look: &Look<'_>, lock: &Lock) -> bool {
    let is_own = look.you.name.as_ref() == Some(&lock.owner);
    look.you.may(if is_own { Role::Approver } else { Role::Admin }, &lock.repository)
}
