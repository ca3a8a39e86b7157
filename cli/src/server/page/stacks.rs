//! All stacks: is everything well, and if not, what needs somebody?

use std::collections::BTreeMap;
use std::sync::Arc;

use maud::{Markup, html};
use serde_json::json;

use super::signs::{Twins, age, brief, heads, state, to_stack};
use super::{Look, Page, frame, trouble};
use crate::failure::{Failure, Result};
use crate::ledger::HoldFilter;
use crate::record::{Hold, HoldState, RunState, StackRecord, StackState};
use crate::server::Server;
use crate::server::people::You;
use crate::server::shared::Fresh;
use crate::text::{count, short};

/// So many rows are on a page; the rest is found by the filters.
const MOST: usize = 200;
const LONGEST: usize = 140;

/// A stack with its one state, and why.
pub struct Row {
    pub record: StackRecord,
    pub state: StackState,
    pub why: String,
    pub hold: Option<String>,
}

impl Row {
    pub fn needs_a_person(&self) -> bool {
        matches!(self.state, StackState::Held | StackState::Failing | StackState::Gone)
    }
}

/// The stacks that may be seen, those that need a person first.
pub async fn rows(look: &Look<'_>) -> Result<Vec<Row>> {
    let ledger = &look.server.ledger;
    let all = look.server.stacks.get(look.fresh, look.server.stands()).await?;
    let records = all.iter().filter(|record| look.you.sees(&record.repository)).cloned();
    let holds = ledger.holds(&HoldFilter::default()).await?;
    let open = holds.iter().filter(|hold| matches!(hold.state, HoldState::Held | HoldState::Rejected));
    let holds: BTreeMap<(&str, &str), &Hold> =
        open.map(|hold| ((hold.repository.as_str(), hold.stack.as_str()), hold)).collect();
    let mut rows: Vec<Row> = records
        .map(|record| {
            let hold = holds.get(&(record.repository.as_str(), record.name.as_str())).copied();
            row(record, hold)
        })
        .collect();
    rows.sort_by(|a, b| (a.state, &a.record.name).cmp(&(b.state, &b.record.name)));
    Ok(rows)
}

/// How many of the stacks that may be seen are in each state, as the page shows them: what counts them elsewhere asks here.
pub async fn states(server: &Server, you: &You) -> Result<BTreeMap<&'static str, usize>> {
    let look = Look { server, you, query: BTreeMap::new(), now: server.context.now(), fresh: Fresh::Now };
    let mut states: BTreeMap<&'static str, usize> = StackState::ALL.iter().map(|state| (state.word(), 0)).collect();
    for row in rows(&look).await? {
        *states.entry(row.state.word()).or_default() += 1;
    }
    Ok(states)
}

impl Server {
    /// All stacks, and how they stand towards their branches.
    async fn stands(&self) -> Result<Arc<Vec<StackRecord>>> {
        let mut records = self.ledger.stack_records().await?;
        tokio::task::block_in_place(|| crate::standing::look(&self.context, &mut records));
        Ok(Arc::new(records))
    }
}

/// The one stack that fits. Of several none is taken for the one that is meant.
pub fn the_one<T>(mut fitting: impl Iterator<Item = T>, name: &str) -> Result<T> {
    let one = fitting.next().ok_or_else(|| unknown(name))?;
    match fitting.next() {
        None => Ok(one),
        Some(_) => Err(Failure::input(format!("several repositories have the stack `{name}`"))
            .hint("/stacks lists them: choose one there, or name its repository")),
    }
}

pub fn unknown(name: &str) -> Failure {
    Failure::input(format!("no stack is called `{name}`"))
}

/// A held stack has more words where what holds it is known.
fn row(record: StackRecord, hold: Option<&Hold>) -> Row {
    let (state, why) = record.state();
    let hold = hold.filter(|_| state == StackState::Held);
    let why = hold.map(|hold| hold.case.in_words()).or(why).unwrap_or_default();
    // How far it is behind has a column of its own.
    let why = if state == StackState::Queued { String::new() } else { why };
    Row { record, state, why, hold: hold.map(|hold| hold.name.clone()) }
}

pub async fn page(look: &Look<'_>) -> Result<Page> {
    let all = rows(look).await?;
    let shown: Vec<&Row> = all.iter().filter(|row| is_wanted(look, row)).collect();
    let twins = twins(&all);
    let needing: Vec<&Row> = all.iter().filter(|row| row.needs_a_person()).collect();
    let data = json!({ "items": shown.iter().map(|row| &row.record).collect::<Vec<_>>() });
    let parts = vec![
        ("head", head(&all, needing.len())),
        ("trouble", trouble::card(look)),
        ("need", need(&needing, &twins)),
        ("bar", bar(look, &all)),
        ("list", list(look, &twins, &all, &shown)),
    ];
    Ok(Page { title: "Stacks".to_owned(), state: None, here: "stacks", parts, data })
}

pub fn twins(all: &[Row]) -> Twins<'_> {
    Twins::of(all.iter().map(|row| (row.record.name.as_str(), row.record.repository.as_str())))
}

fn is_wanted(look: &Look<'_>, row: &Row) -> bool {
    let among = |name: &str, value: &str| look.asked(name).is_none_or(|asked| asked.split(',').any(|one| one == value));
    let found = look.asked("q").is_none_or(|text| row.record.name.contains(text));
    among("state", row.state.word())
        && among("drift", row.record.drift.word())
        && among("repository", &row.record.repository)
        && found
}

fn head(all: &[Row], needing: usize) -> Markup {
    let moving = all.iter().filter(|row| matches!(row.state, StackState::Running | StackState::Queued)).count();
    let blocked = || all.iter().filter(|row| row.state == StackState::Blocked && row.record.behind_by.is_some());
    let waiting = blocked().count();
    let until = if blocked().all(|row| row.record.lock.is_some()) { "a lock ends" } else { "others are rolled out" };
    let lead = match (all.len(), needing, moving) {
        (0, ..) => "There is no stack yet.".to_owned(),
        (_, 0, 0) if waiting > 0 => format!("Nothing needs a person. {waiting} behind, until {until}."),
        (_, 0, 0) => "All is well.".to_owned(),
        (_, 0, moving) => format!("Nothing needs a person. {moving} on the way."),
        (all, needing, moving) => {
            let verb = if needing == 1 { "needs" } else { "need" };
            let more = if moving == 0 { String::new() } else { format!(" {moving} more on the way.") };
            format!("{needing} of {all} {verb} a person.{more}")
        }
    };
    html! { div.head { div { h1 { "Stacks" } p.lead { (lead) } } @if all.len() > 1 { div.acts { a.btn href="/graph" { "Show the order" } } } } }
}

fn need(needing: &[&Row], twins: &Twins<'_>) -> Markup {
    html! {
        @if !needing.is_empty() {
            div.card.care {
                h2 { "Needs a person" }
                ul.need {
                    @for row in needing.iter().take(20) {
                        @let whose = twins.whose(&row.record.name, &row.record.repository);
                        @let (to, says) = match &row.hold { Some(hold) => (format!("/hold/{hold}"), "Decide"), None => (to_stack(&row.record.name, &row.record.repository), "Look") };
                        li {
                            (state(row.state.word()))
                            span { a href=(to_stack(&row.record.name, &row.record.repository)) { b { (row.record.name) } (whose) } " " (brief(&row.why, LONGEST)) }
                            a.btn.small href=(to) { (says) span.vh { " at " (row.record.name) (whose) } }
                        }
                    }
                }
            }
        }
    }
}

fn bar(look: &Look<'_>, all: &[Row]) -> Markup {
    let number = |state: &StackState| all.iter().filter(|row| row.state == *state).count();
    let states = StackState::ALL.iter().filter(|state| number(state) > 0);
    html! {
        div.bar {
            nav.chips aria-label="Filter by state" {
                a href="/stacks" aria-current=[look.asked("state").is_none().then_some("true")] { "all " span { (all.len()) } }
                @for state in states {
                    a href=(format!("/stacks?state={}", state.word())) aria-current=[(look.asked("state") == Some(state.word())).then_some("true")] { (state.word()) " " span { (number(state)) } }
                }
            }
            form role="search" action="/stacks" {
                label.vh for="q" { "Find a stack" }
                input id="q" name="q" type="search" placeholder="Find a stack" value=(look.asked("q").unwrap_or_default());
                button { "Find" }
            }
        }
    }
}

fn list(look: &Look<'_>, twins: &Twins<'_>, all: &[Row], shown: &[&Row]) -> Markup {
    if all.is_empty() {
        return frame::empty(
            "Stacks show here once a branch that is watched has a Pulumi.yaml with a Pulumi.STACK.yaml beside it.",
            "gitinfra init",
        );
    }
    if shown.is_empty() {
        return html! { div.card.empty { p { "No stack fits. " a href="/stacks" { "Show all" } "." } } };
    }
    html! {
        div.card.flush {
            table.cards.list role="table" {
                caption.vh { (count(shown.len(), "stack")) ", those that need a person first" }
                (heads(&["Stack", "State", "Behind", "Drift", "Last run", "Age"]))
                tbody role="rowgroup" { @for row in shown.iter().take(MOST) { (one(row, twins, look.now)) } }
            }
            @if shown.len() > MOST { p.foot { (shown.len() - MOST) " more: find them by name or state." } }
        }
    }
}

fn one(row: &Row, twins: &Twins<'_>, now: i64) -> Markup {
    let record = &row.record;
    let whose = twins.whose(&record.name, &record.repository);
    let behind = record.behind_by.map_or_else(|| "–".to_owned(), |by| by.to_string());
    html! {
        tr role="row" {
            th role="rowheader" scope="row" { a href=(to_stack(&record.name, &record.repository)) { (record.name) span.vh { (whose) } } small { (brief(&record.repository, 60)) } }
            td.w role="cell" { (state(row.state.word())) @if !row.why.is_empty() { small { (brief(&row.why, 80)) } } @if let Some(lock) = record.lock_aside() { small { (brief(&lock.in_words(), 80)) } } }
            td.num role="cell" data-h="Behind" { (behind) }
            td role="cell" data-h="Drift" { (state(record.drift.word())) }
            td role="cell" data-h="Last run" { (last_run(record, &whose)) }
            td.nw role="cell" data-h="Age" { @match record.last_started_at { Some(at) => (age(at, now)), None => "–" } }
        }
    }
}

fn last_run(record: &StackRecord, whose: &str) -> Markup {
    html! {
        @match (&record.last_run, record.last_state) {
            (Some(run), Some(ended)) => {
                a href=(format!("/run/{run}")) { (state(RunState::word(ended))) span.vh { " of " (record.name) (whose) } }
                @if let Some(commit) = &record.commit { small { "stands at " (short(commit)) } }
            }
            _ => small { "none yet" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Lock, Standing};

    fn record(standing: Standing) -> StackRecord {
        StackRecord { name: "net/dev".to_owned(), standing, repository: "here".to_owned(), ..StackRecord::default() }
    }

    #[test]
    fn of_several_stacks_none_is_taken() {
        let told = |fitting: &[&str]| {
            the_one(fitting.iter(), "net/dev").map(|one| one.len()).map_err(|failure| failure.message)
        };
        assert_eq!(told(&["here"]), Ok(4));
        assert_eq!(told(&[]), Err("no stack is called `net/dev`".to_owned()));
        assert_eq!(told(&["here", "there"]), Err("several repositories have the stack `net/dev`".to_owned()));
    }

    #[test]
    fn a_lock_is_seen_and_waits_need_nobody() {
        let lock = Lock::sample("kim");
        let locked = |standing| row(StackRecord { lock: Some(lock.clone()), ..record(standing) }, None);
        let waits = [row(StackRecord { behind_by: Some(2), ..locked(Standing::Behind).record }, None)];
        let lead = head(&waits, 0).into_string();
        assert!(lead.contains("1 behind, until a lock ends"), "{lead}");
        let stands = [locked(Standing::UpToDate)];
        assert!(head(&stands, 0).into_string().contains("All is well."), "a lock alone keeps nobody waiting");
        let cell = one(&stands[0], &twins(&stands), 0).into_string();
        assert!(cell.contains("current") && cell.contains("locked by kim until"), "{cell}");
        let after = Some("net/dev".to_owned());
        let late = StackRecord { blocked_by: after, behind_by: Some(2), ..record(Standing::Behind) };
        let lead = head(&[row(late, None)], 0).into_string();
        assert!(lead.contains("1 behind, until others are rolled out"), "{lead}");
    }
}
