//! All stacks: is everything well, and if not, what needs somebody?

use std::collections::BTreeMap;
use std::sync::Arc;

use maud::{Markup, html};
use serde_json::json;

use super::signs::{age, brief, heads, link_to_stack, state, to_stack};
use super::{Look, Page, frame, trouble};
use crate::failure::{Failure, Result};
use crate::ledger::HoldFilter;
use crate::record::{Hold, HoldState, Lock, RunState, StackRecord, Standing};
use crate::server::Server;
use crate::server::people::You;
use crate::server::shared::Fresh;
use crate::text::{count, short};

/// So many rows are on a page; the rest is found by the filters.
const MOST: usize = 200;
const LONGEST: usize = 140;
/// The states in the order in which they ask for attention.
const STATES: [&str; 9] = ["held", "failing", "gone", "running", "blocked", "queued", "suspended", "new", "current"];

/// A stack with its one state, and why.
pub struct Row {
    pub record: StackRecord,
    pub state: &'static str,
    pub why: String,
    pub hold: Option<String>,
}

impl Row {
    pub fn needs_a_person(&self) -> bool {
        matches!(self.state, "held" | "failing" | "gone")
    }

    fn rank(&self) -> usize {
        STATES.iter().position(|state| *state == self.state).unwrap_or(STATES.len())
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
    let locks = ledger.locks().await?;
    let mut rows: Vec<Row> = records
        .map(|record| {
            let hold = holds.get(&(record.repository.as_str(), record.name.as_str())).copied();
            let is_its = |lock: &&Lock| lock.name == record.name && lock.repository == record.repository;
            let lock = locks.iter().find(is_its);
            row(record, hold, lock)
        })
        .collect();
    rows.sort_by(|a, b| (a.rank(), &a.record.name).cmp(&(b.rank(), &b.record.name)));
    Ok(rows)
}

/// How many of the stacks that may be seen are in each state, as the page shows them: what counts them elsewhere asks here.
pub async fn states(server: &Server, you: &You) -> Result<BTreeMap<&'static str, usize>> {
    let look = Look { server, you, query: BTreeMap::new(), now: server.context.now(), fresh: Fresh::Now };
    let mut states: BTreeMap<&'static str, usize> = STATES.iter().map(|state| (*state, 0)).collect();
    for row in rows(&look).await? {
        *states.entry(row.state).or_default() += 1;
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

/// Of several states that fit the one that matters most.
fn row(record: StackRecord, hold: Option<&Hold>, lock: Option<&Lock>) -> Row {
    let of = record.message.clone().unwrap_or_default();
    let (state, why) = match (record.status, hold, lock) {
        (Standing::Running, ..) => ("running", String::new()),
        (Standing::Held, Some(hold), _) => ("held", hold.case.in_words()),
        (Standing::Held, None, _) => ("held", of),
        (Standing::Failing, ..) => ("failing", of),
        (Standing::Stopped, ..) => {
            ("failing", record.last_state.map(|state| format!("its newest run was {state}")).unwrap_or_default())
        }
        // A stack that is new in a pull request has never been on the branch.
        (Standing::Gone, _, Some(lock)) if lock.is_of_pull() => ("blocked", lock.in_words()),
        (Standing::Gone, ..) => ("gone", "it left the branch; what it rolled out still stands".to_owned()),
        _ if record.suspended.is_some() => ("suspended", record.suspended.clone().unwrap_or_default()),
        (_, _, Some(lock)) => ("blocked", lock.in_words()),
        (Standing::Busy, ..) => ("blocked", "somebody else has the engine's lock".to_owned()),
        (Standing::Destroyed, ..) => ("new", "what it had rolled out was destroyed".to_owned()),
        (status, ..) => (status.word(), String::new()),
    };
    let hold = hold.map(|hold| hold.name.clone()).filter(|_| state == "held");
    Row { record, state, why, hold }
}

pub async fn page(look: &Look<'_>) -> Result<Page> {
    let all = rows(look).await?;
    let shown: Vec<&Row> = all.iter().filter(|row| is_wanted(look, row)).collect();
    let needing: Vec<&Row> = all.iter().filter(|row| row.needs_a_person()).collect();
    let data = json!({ "items": shown.iter().map(|row| &row.record).collect::<Vec<_>>() });
    let parts = vec![
        ("head", head(&all, needing.len())),
        ("trouble", trouble::card(look)),
        ("need", need(&needing)),
        ("bar", bar(look, &all)),
        ("list", list(look, &all, &shown)),
    ];
    Ok(Page { title: "Stacks".to_owned(), state: None, here: "stacks", parts, data })
}

fn is_wanted(look: &Look<'_>, row: &Row) -> bool {
    let among = |name: &str, value: &str| look.asked(name).is_none_or(|asked| asked.split(',').any(|one| one == value));
    let found = look.asked("q").is_none_or(|text| row.record.name.contains(text));
    among("state", row.state)
        && among("drift", row.record.drift.word())
        && among("repository", &row.record.repository)
        && found
}

fn head(all: &[Row], needing: usize) -> Markup {
    let moving = all.iter().filter(|row| matches!(row.state, "running" | "queued")).count();
    let waiting = all.iter().filter(|row| row.state == "blocked" && row.record.behind_by.is_some()).count();
    let lead = match (all.len(), needing, moving) {
        (0, ..) => "There is no stack yet.".to_owned(),
        (_, 0, 0) if waiting > 0 => format!("Nothing needs a person. {waiting} behind, until a lock ends."),
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

fn need(needing: &[&Row]) -> Markup {
    html! {
        @if !needing.is_empty() {
            div.card.care {
                h2 { "Needs a person" }
                ul.need {
                    @for row in needing.iter().take(20) {
                        @let (to, says) = match &row.hold { Some(hold) => (format!("/hold/{hold}"), "Decide"), None => (to_stack(&row.record.name, &row.record.repository), "Look") };
                        li {
                            (state(row.state))
                            span { a href=(to_stack(&row.record.name, &row.record.repository)) { b { (row.record.name) } } " " (brief(&row.why, LONGEST)) }
                            a.btn.small href=(to) { (says) span.vh { " at " (row.record.name) } }
                        }
                    }
                }
            }
        }
    }
}

fn bar(look: &Look<'_>, all: &[Row]) -> Markup {
    let number = |word: &str| all.iter().filter(|row| row.state == word).count();
    let states = STATES.iter().filter(|word| number(word) > 0);
    html! {
        div.bar {
            nav.chips aria-label="Filter by state" {
                a href="/stacks" aria-current=[look.asked("state").is_none().then_some("true")] { "all " span { (all.len()) } }
                @for word in states {
                    a href=(format!("/stacks?state={word}")) aria-current=[(look.asked("state") == Some(*word)).then_some("true")] { (word) " " span { (number(word)) } }
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

fn list(look: &Look<'_>, all: &[Row], shown: &[&Row]) -> Markup {
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
                tbody role="rowgroup" { @for row in shown.iter().take(MOST) { (one(row, look.now)) } }
            }
            @if shown.len() > MOST { p.foot { (shown.len() - MOST) " more: find them by name or state." } }
        }
    }
}

fn one(row: &Row, now: i64) -> Markup {
    let record = &row.record;
    let behind = record.behind_by.map_or_else(|| "–".to_owned(), |by| by.to_string());
    html! {
        tr role="row" {
            th role="rowheader" scope="row" { (link_to_stack(&record.name, &record.repository)) small { (brief(&record.repository, 60)) } }
            td.w role="cell" { (state(row.state)) @if !row.why.is_empty() { small { (brief(&row.why, 80)) } } }
            td.num role="cell" data-h="Behind" { (behind) }
            td role="cell" data-h="Drift" { (state(record.drift.word())) }
            td role="cell" data-h="Last run" { (last_run(record)) }
            td.nw role="cell" data-h="Age" { @match record.last_started_at { Some(at) => (age(at, now)), None => "–" } }
        }
    }
}

fn last_run(record: &StackRecord) -> Markup {
    html! {
        @match (&record.last_run, record.last_state) {
            (Some(run), Some(ended)) => {
                a href=(format!("/run/{run}")) { (state(RunState::word(ended))) }
                @if let Some(commit) = &record.commit { small { "stands at " (short(commit)) } }
            }
            _ => small { "none yet" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::DriftState;

    fn record(status: Standing) -> StackRecord {
        StackRecord {
            name: "net/dev".to_owned(),
            status,
            behind_by: None,
            suspended: None,
            drift: DriftState::Clean,
            message: Some("it said no".to_owned()),
            repository: "here".to_owned(),
            branch: None,
            tags: Vec::new(),
            tag: None,
            backend: None,
            folder: String::new(),
            runtime: String::new(),
            commit: None,
            rolled_out_at: None,
            created_at: 0,
            last_run: None,
            last_state: None,
            last_started_at: None,
        }
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
    fn of_several_states_one_is_told() {
        let (lock, text) = (
            Lock {
                name: "net/dev".to_owned(),
                repository: "here".to_owned(),
                owner: "kim".to_owned(),
                reason: "moving".to_owned(),
                until: 1,
                created_at: 0,
            },
            |row: Row| format!("{} {}", row.state, row.why),
        );
        let by_pull = Lock { owner: "pr/6".to_owned(), ..lock.clone() };
        assert_eq!(text(row(record(Standing::Gone), None, Some(&by_pull))), "blocked pr/6 has it: moving");
        assert!(text(row(record(Standing::Gone), None, Some(&lock))).starts_with("gone it left the branch"));
        let suspended = StackRecord { suspended: Some("a freeze".to_owned()), ..record(Standing::Behind) };
        assert_eq!(text(row(record(Standing::Failing), None, Some(&lock))), "failing it said no");
        assert_eq!(text(row(suspended, None, Some(&lock))), "suspended a freeze");
        assert!(text(row(record(Standing::Behind), None, Some(&lock))).starts_with("blocked locked by kim"));
        let waits = [row(StackRecord { behind_by: Some(2), ..record(Standing::Behind) }, None, Some(&lock))];
        let lead = head(&waits, 0).into_string();
        assert!(lead.contains("1 behind, until a lock ends"), "{lead}");
        let stands = [row(record(Standing::UpToDate), None, Some(&lock))];
        assert!(head(&stands, 0).into_string().contains("All is well."), "a lock alone keeps nobody waiting");
        assert_eq!(text(row(record(Standing::UpToDate), None, None)), "current ");
        assert_eq!(text(row(record(Standing::Behind), None, None)), "queued ");
    }
}
