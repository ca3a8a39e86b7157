//! The ledger's promises, held on SQLite and on a real PostgreSQL by the same checks.

mod decisions;
mod finish;
mod older;
mod outputs;
mod postgres;
mod queue;
mod server;

use super::*;
use crate::decide::Known;
use crate::engine::operation::Counts;
use crate::event::Body;
use crate::event::Recorded;
use crate::process::{Process, Worked};
use crate::record::{Action, RunState};
use crate::repo::{Listing, Stack, TreeFile, stacks as stacks_of};

const REPOSITORY: &str = "https://example.org/infra.git";

fn stack(name: &str) -> Stack {
    let file = |path: String, text: &str| TreeFile { path, content: text.as_bytes().to_vec() };
    let files = [
        file(format!("{name}/Pulumi.yaml"), &format!("name: {name}\nruntime: yaml")),
        file(format!("{name}/Pulumi.dev.yaml"), ""),
    ];
    stacks_of(&Listing { files: files.into(), ..Listing::default() }).stacks.remove(0)
}

fn new_run<'a>(commit: &'a str) -> NewRun<'a> {
    NewRun {
        branch: "main",
        commit,
        subject: "Add a VPC",
        reason: "never rolled out before",
        action: Action::RollOut,
        host: "here",
        backend: None,
    }
}

fn dead() -> Process {
    Process { started: Some(1), ..Process::current() }
}

async fn ours(ledger: &Ledger, id: &StackId) -> Lease {
    match ledger.claim(id, &Process::current()).await.expect("the ledger answers") {
        Claim::Ours(lease) => lease,
        claim => panic!("{claim:?}"),
    }
}

async fn stands(ledger: &Ledger, id: &StackId, lease: &Lease, commit: Option<&str>, now: i64) -> bool {
    let changes = Counts::new();
    let done = Done { stands: commit, ..Done::of(RunState::Succeeded, &changes) };
    ledger.finish(id, lease, "no run", &done, now).await.expect("an answer")
}

/// Every promise, in one order. Each check has a stack of its own.
async fn check(ledger: &Ledger) {
    a_stack_has_one_row(ledger).await;
    a_run_is_there_before_it_ends(ledger).await;
    one_holds_a_lease(ledger).await;
    an_older_lease_writes_nothing(ledger).await;
    a_backend_has_room_for_so_many(ledger).await;
    of_many_claims_one_wins(ledger).await;
    events_keep_their_order(ledger).await;
    failures_are_counted_from_the_newest(ledger).await;
    old_runs_are_forgotten(ledger).await;
    a_clock_that_is_behind_hides_no_run(ledger).await;
    finish::check(ledger).await;
    outputs::check(ledger).await;
    a_stack_is_settled_where_nothing_was_left_to_do(ledger).await;
    a_stack_ends(ledger).await;
    server::check(ledger).await;
    decisions::check(ledger).await;
    queue::check(ledger).await;
}

async fn a_stack_is_settled_where_nothing_was_left_to_do(ledger: &Ledger) {
    let id = ledger.stack(REPOSITORY, &stack("settled"), 1).await.expect("a row");
    let settled = async || ledger.settled(&id).await.expect("an answer");
    let lease = ours(ledger, &id).await;
    assert_eq!(settled().await, None, "it does not stand");
    assert!(stands(ledger, &id, &lease, Some("aaaa"), 5).await);
    assert_eq!(settled().await.as_deref(), Some("aaaa"));
    ledger.settle([&id].into_iter(), "bbbb").await.expect("a write");
    assert_eq!(settled().await.as_deref(), Some("bbbb"));
    assert!(stands(ledger, &id, &lease, Some("cccc"), 6).await);
    assert_eq!(settled().await.as_deref(), Some("cccc"));
    ledger.settle([&id].into_iter(), "dddd").await.expect("a write");
    assert!(stands(ledger, &id, &lease, None, 7).await);
    assert_eq!(settled().await, None, "it was destroyed");
    assert!(stands(ledger, &id, &lease, Some("eeee"), 8).await);
    ledger.settle(std::iter::repeat_n(&id, 1_001), "ffff").await.expect("however many there are");
    assert_eq!(settled().await.as_deref(), Some("ffff"));
}

/// Which run is the newest tells the lease, not what time its host believes it to be.
async fn a_clock_that_is_behind_hides_no_run(ledger: &Ledger) {
    let stack = stack("clocks");
    let id = ledger.stack(REPOSITORY, &stack, 1).await.expect("a row");
    let mut names = Vec::new();
    for (now, state) in [(9_000, RunState::Succeeded), (100, RunState::Failed), (50, RunState::Cancelled)] {
        let lease = ours(ledger, &id).await;
        let run = ledger.begin(&id, &lease, &new_run("aaaa"), now).await.expect("a run");
        let stops = state == RunState::Cancelled;
        assert!(!stops || ledger.ask_to_stop(&run, "ada").await.expect("an answer"));
        ledger.end(&run, state, &Counts::new(), None, now).await.expect("an end");
        assert_eq!(ledger.known(&id).await.expect("known").last, Some(state));
        let failures = u32::from(state == RunState::Failed);
        assert_eq!(ledger.failures(&id, "aaaa").await.expect("a number").0, failures);
        ledger.release(&id, &lease).await.expect("released");
        names.push(run);
    }
    assert_eq!(ledger.stopped_by(&id, "aaaa").await.expect("an answer").as_deref(), Some("ada"));
    let records = ledger.stack_records().await.expect("a list");
    let last = records.iter().find(|record| record.name == stack.name()).and_then(|record| record.last_run.as_ref());
    assert_eq!(last, names.last());
    ledger.keep_newest(&id, 1).await.expect("room");
    assert!(ledger.run(&names[2]).await.is_ok() && ledger.run(&names[1]).await.is_err());
}

async fn a_stack_ends(ledger: &Ledger) {
    let stack = stack("ends");
    let id = ledger.stack(REPOSITORY, &stack, 1).await.expect("a row");
    let twin = ledger.stack("https://example.org/twin.git", &stack, 1).await.expect("a row");
    let names = [stack.name()].into();
    let elsewhere = async || ledger.elsewhere("https://example.org/twin.git", &names).await.expect("an answer");
    assert_eq!(elsewhere().await, []);
    let lease = ours(ledger, &id).await;
    assert!(ledger.is_held(&id).await.expect("an answer") && !ledger.is_held(&twin).await.expect("an answer"));
    let run =
        ledger.begin(&id, &lease, &NewRun { action: Action::Destroy, ..new_run("aaaa") }, 12).await.expect("a run");
    assert_eq!(ledger.run(&run).await.expect("a run").action, Action::Destroy);
    let said = Recorded { at: 13, body: Body::Note { message: "said".to_owned() } };
    ledger.append(&run, 0, &[said.clone(), said.clone()]).await.expect("events");
    assert_eq!(ledger.events_from(&run, 1).await.expect("events"), (vec![said], 2));
    stands(ledger, &id, &lease, Some("aaaa"), 14).await;
    assert_eq!(elsewhere().await, [(stack.name(), REPOSITORY.to_owned())]);
    let mut older = lease.clone();
    older.fence -= 1;
    assert!(!stands(ledger, &id, &older, None, 15).await);
    assert!(stands(ledger, &id, &lease, None, 15).await);
    let known = ledger.known(&id).await.expect("a stack");
    assert!(known.is_destroyed && known.rolled_out.is_none(), "{known:?}");
    stands(ledger, &id, &lease, Some("bbbb"), 16).await;
    assert!(!ledger.known(&id).await.expect("a stack").is_destroyed);
    assert!(!ledger.forget(&id, &older).await.expect("an answer"));
    assert!(ledger.forget(&id, &lease).await.expect("an answer"));
    assert_eq!(ledger.find(REPOSITORY, &stack.name()).await.expect("an answer"), None);
    assert!(ledger.run(&run).await.is_err());
    assert!(ledger.find("https://example.org/twin.git", &stack.name()).await.expect("an answer").is_some());
}

async fn old_runs_are_forgotten(ledger: &Ledger) {
    use RunState::{Busy, Failed, Running, Succeeded};
    let cases: [(&[RunState], u32, &[RunState]); 6] = [
        (&[Failed, Failed, Failed], 0, &[Failed, Failed, Failed]),
        (&[Succeeded, Succeeded, Failed], 2, &[Succeeded, Failed]),
        (&[Succeeded, Failed, Failed, Failed], 2, &[Succeeded, Failed, Failed]),
        (&[Running, Succeeded, Failed, Failed], 1, &[Running, Succeeded, Failed]),
        (&[Succeeded, Busy, Busy], 9, &[Succeeded, Busy]),
        (&[Busy, Busy, Failed], 0, &[Failed]),
    ];
    for (count, (states, keep, expected)) in (0..).zip(cases) {
        let stack = stack(&format!("old{count}"));
        let id = ledger.stack(REPOSITORY, &stack, 1).await.expect("a row");
        let lease = ours(ledger, &id).await;
        let mut names = Vec::new();
        for (now, state) in (100..).zip(states) {
            let run = ledger.begin(&id, &lease, &new_run("aaaa"), now).await;
            let run = run.expect("a run");
            let note = Body::Note { message: "said".to_owned() };
            let events = [Recorded { at: now, body: note }];
            ledger.append(&run, 0, &events).await.expect("an event");
            if *state != Running {
                let ended = ledger.end(&run, *state, &Counts::new(), None, now).await;
                ended.expect("an end");
            }
            names.push(run);
        }
        ledger.keep_newest(&id, keep).await.expect("room");
        let filter = RunFilter { stack: Some(stack.name()), ..RunFilter::default() };
        let mut kept = ledger.runs(&filter).await.expect("a list");
        kept.reverse();
        let found: Vec<_> = kept.iter().map(|run| run.state).collect();
        assert_eq!(found, expected, "{states:?}");
        for name in names {
            let events = ledger.events(&name).await.expect("a list").len();
            let is_kept = kept.iter().any(|run| run.name == name);
            assert_eq!(events, usize::from(is_kept), "{states:?}");
        }
    }
}

async fn a_stack_has_one_row(ledger: &Ledger) {
    let first = ledger.stack(REPOSITORY, &stack("rows"), 1).await.expect("a row");
    assert_eq!(ledger.stack(REPOSITORY, &stack("rows"), 2).await.expect("a row"), first);
    assert_ne!(ledger.stack("elsewhere", &stack("rows"), 2).await.expect("a row"), first);
    assert_eq!(ledger.known(&first).await.expect("known"), Known::default());
    let records = ledger.stack_records().await.expect("a list");
    let found: Vec<_> = records.iter().filter(|record| record.name == "rows/dev").collect();
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].last_run.as_deref(), found[0].commit.as_deref()), (None, None));
}

async fn a_run_is_there_before_it_ends(ledger: &Ledger) {
    let id = ledger.stack(REPOSITORY, &stack("runs"), 1).await.expect("a row");
    let lease = ours(ledger, &id).await;
    let name = ledger.begin(&id, &lease, &new_run("aaaa"), 11).await.expect("a run");
    ledger.engine(&name, &dead()).await.expect("an engine");
    let open = ledger.open_runs(&id).await.expect("a list");
    assert_eq!((open.len(), open[0].name.as_str(), open[0].engine.clone()), (1, name.as_str(), Some(dead())));
    assert!(!open[0].is_asked);
    ledger.engine_asked(&name, 12).await.expect("a write");
    assert!(ledger.open_runs(&id).await.expect("a list")[0].is_asked);
    assert_eq!(ledger.known(&id).await.expect("known").last, Some(RunState::Running));
    let engine = |until| Worked { process: dead(), from: 11, until };
    assert_eq!(ledger.engines(&id).await.expect("a list"), [engine(None)]);
    let changes: Counts = [("create".to_owned(), 3), ("same".to_owned(), 2)].into();
    ledger.end(&name, RunState::Succeeded, &changes, None, 20).await.expect("an end");
    assert!(stands(ledger, &id, &lease, Some("aaaa"), 20).await);
    // The first end stays.
    ledger.end(&name, RunState::Failed, &changes, Some("late"), 30).await.expect("an end");
    let known = Known {
        rolled_out: Some(("aaaa".to_owned(), 20)),
        last: Some(RunState::Succeeded),
        fence: 1,
        ..Known::default()
    };
    assert_eq!(ledger.known(&id).await.expect("known"), known);
    assert_eq!(ledger.resources(&id).await.expect("a number"), 5);
    let run = ledger.run(&name[..5]).await.expect("found by its beginning");
    assert_eq!(
        (run.state, run.finished_at, &run.message, &run.changes),
        (RunState::Succeeded, Some(20), &None, &changes)
    );
    assert_eq!(ledger.open_runs(&id).await.expect("a list"), []);
    assert_eq!(ledger.engines(&id).await.expect("a list"), [engine(Some(20))]);
    let all = ledger.all_known(REPOSITORY).await.expect("a list");
    assert_eq!(all.get("runs/dev"), Some(&(id.clone(), "runs".to_owned(), known)));
    ledger.leaves(&id, "bbbb", 21).await.expect("a write");
    assert!(ledger.known(&id).await.expect("a stack").has_left);
}

async fn one_holds_a_lease(ledger: &Ledger) {
    let id = ledger.stack(REPOSITORY, &stack("lease"), 1).await.expect("a row");
    let lease = ours(ledger, &id).await;
    let other = Process { host: "elsewhere.example".to_owned(), ..Process::current() };
    let claim = async |length| ledger.claim_for(&id, &other, length).await.expect("an answer");
    let Claim::Held { by, until } = claim(LEASE).await else { panic!("it is held") };
    assert_eq!(by, Some(Process::current()));
    assert!(ledger.renew(&id, &lease).await.expect("an answer"));
    let Claim::Held { until: renewed, .. } = claim(LEASE).await else { panic!("it is held") };
    assert!(renewed >= until);
    ledger.release(&id, &lease).await.expect("released");
    // One that is over when it begins.
    assert!(matches!(claim(0).await, Claim::Ours(_)));
    let lease = ours(ledger, &id).await;
    assert!(ledger.renew(&id, &lease).await.expect("an answer"));
    let mut older = lease;
    older.fence -= 1;
    assert!(!ledger.renew(&id, &older).await.expect("an answer"));
}

async fn a_backend_has_room_for_so_many(ledger: &Ledger) {
    let room = |backend: &str| Room { backend: backend.to_owned(), most: 2 };
    let (me, near, far) = (Process::current(), room("s3://near"), room("s3://far"));
    let mut ids = Vec::new();
    for name in ["room1", "room2", "room3", "room4", "room5"] {
        ids.push(ledger.stack(REPOSITORY, &stack(name), 1).await.expect("a row"));
    }
    let claims = futures::future::join_all(ids[..4].iter().map(|id| ledger.claim_within(id, &me, &near))).await;
    let claims: Vec<Claim> = claims.into_iter().map(|claim| claim.expect("an answer")).collect();
    assert_eq!(claims.iter().filter(|claim| matches!(claim, Claim::Ours(_))).count(), 2, "{claims:?}");
    assert_eq!(claims.iter().filter(|claim| **claim == Claim::Full).count(), 2);
    assert!(matches!(ledger.claim_within(&ids[4], &me, &far).await, Ok(Claim::Ours(_))));
    for (id, claim) in ids.iter().zip(&claims) {
        let Claim::Ours(lease) = claim else { continue };
        // It counts not against itself.
        assert!(matches!(ledger.claim_within(id, &me, &near).await, Ok(Claim::Held { .. })));
        ledger.release(id, lease).await.expect("released");
    }
    let full = claims.iter().position(|claim| *claim == Claim::Full).expect("one had no room");
    assert!(matches!(ledger.claim_within(&ids[full], &me, &near).await, Ok(Claim::Ours(_))));
}

async fn an_older_lease_writes_nothing(ledger: &Ledger) {
    let id = ledger.stack(REPOSITORY, &stack("fence"), 1).await.expect("a row");
    let Ok(Claim::Ours(old)) = ledger.claim(&id, &dead()).await else { panic!("a free stack") };
    // Its holder is dead, so nobody waits for its time to pass.
    let new = ours(ledger, &id).await;
    assert!(new.fence > old.fence);
    assert_eq!(ledger.begin(&id, &old, &new_run("old"), 2).await, Err(Lease::lost()));
    assert_eq!(ledger.open_runs(&id).await.expect("a list"), []);
    assert!(!stands(ledger, &id, &old, Some("old"), 3).await);
    assert!(stands(ledger, &id, &new, Some("new"), 3).await);
    ledger.release(&id, &old).await.expect("no harm");
    assert!(matches!(ledger.claim(&id, &Process::current()).await, Ok(Claim::Held { .. })));
    ledger.release(&id, &new).await.expect("released");
    assert!(ours(ledger, &id).await.fence > new.fence);
}

async fn of_many_claims_one_wins(ledger: &Ledger) {
    let id = ledger.stack(REPOSITORY, &stack("race"), 1).await.expect("a row");
    let me = Process::current();
    let claims = (0..8).map(|_| ledger.claim(&id, &me));
    let won = futures::future::join_all(claims).await.into_iter().filter(|claim| matches!(claim, Ok(Claim::Ours(_))));
    assert_eq!(won.count(), 1);
}

async fn events_keep_their_order(ledger: &Ledger) {
    let id = ledger.stack(REPOSITORY, &stack("events"), 1).await.expect("a row");
    let lease = ours(ledger, &id).await;
    let run = ledger.begin(&id, &lease, &new_run("bbbb"), 1).await.expect("a run");
    let events: Vec<Recorded> =
        (0..20).map(|at| Recorded { at, body: Body::Note { message: format!("note {at}") } }).collect();
    ledger.append(&run, 0, &events[..7]).await.expect("written");
    ledger.append(&run, 7, &events[7..]).await.expect("written");
    assert_eq!(ledger.events(&run).await.expect("read"), events);
    // A batch is written whole or not at all.
    ledger.append(&run, 19, &events[..5]).await.expect_err("a number used twice");
    assert_eq!(ledger.events(&run).await.expect("read").len(), 20);
}

async fn failures_are_counted_from_the_newest(ledger: &Ledger) {
    let id = ledger.stack(REPOSITORY, &stack("failures"), 1).await.expect("a row");
    let lease = ours(ledger, &id).await;
    let mut now = 100;
    for (commit, state) in [("a", RunState::Failed), ("b", RunState::Failed), ("b", RunState::Failed)] {
        let run = ledger.begin(&id, &lease, &new_run(commit), now).await.expect("a run");
        ledger.end(&run, state, &Counts::new(), Some("bro\0ken"), now + 5).await.expect("an end");
        now += 100;
    }
    assert_eq!(ledger.failures(&id, "b").await.expect("a number"), (2, 305));
    assert_eq!(ledger.failures(&id, "a").await.expect("a number"), (0, 0));
    let filter = RunFilter { stack: Some("failures/dev".to_owned()), limit: 2, ..RunFilter::default() };
    let newest: Vec<i64> = ledger.runs(&filter).await.expect("a list").iter().map(|run| run.started_at).collect();
    assert_eq!(newest, [300, 200]);
    let messages = ledger.runs(&filter).await.expect("a list").into_iter().filter_map(|run| run.message);
    assert_eq!(messages.collect::<Vec<_>>(), ["broken", "broken"], "PostgreSQL takes no NUL");
}

#[tokio::test]
async fn sqlite_keeps_the_promises() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // A name with everything that a URL would read as its own.
    let place = folder.path().join("a b%20?#");
    let ledger = Ledger::open(None, &place).await.expect("a ledger");
    check(&ledger).await;
    assert!(place.join("ledger.db").is_file());
    older::check(&sqlite_url(&folder.path().join("older.db")), &place).await;
    // Opening again finds the same rows, and a second process could do so at the same time.
    let again = Ledger::open(None, &place).await.expect("the same ledger");
    assert_eq!(again.stack_records().await.expect("a list"), ledger.stack_records().await.expect("a list"));
}

#[tokio::test]
async fn postgresql_keeps_the_promises() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = postgres::Server::start().await;
    let ledger = Ledger::open(Some(&server.url), folder.path()).await.expect("a ledger");
    check(&ledger).await;
    sqlx::query("CREATE DATABASE older").execute(&ledger.pool).await.expect("a database");
    older::check(&server.url.replace("/postgres?", "/older?"), folder.path()).await;
    let again = Ledger::open(Some(&server.url), folder.path()).await.expect("the same ledger");
    assert_eq!(again.stack_records().await.expect("a list"), ledger.stack_records().await.expect("a list"));
}

#[tokio::test]
async fn a_ledger_that_cannot_be_opened_says_so_without_its_password() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cases = [
        ("mysql://ada:pw@h/db", "opening the ledger mysql://ada@h/db: no such kind of database"),
        ("postgres://ada:hunter2@127.0.0.1:1/db", "opening the ledger postgres://ada@127.0.0.1:1/db: "),
    ];
    for (url, expected) in cases {
        let Err(failure) = Ledger::open(Some(url), folder.path()).await else { panic!("{url} opened") };
        assert!(failure.message.starts_with(expected), "{}", failure.message);
        assert!(!failure.message.contains("hunter2"), "{}", failure.message);
    }
}

#[tokio::test]
async fn a_disk_without_room_is_told() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let Err(failure) = Ledger::open(Some("sqlite:///dev/full"), folder.path()).await else { panic!("it has no room") };
    assert!(failure.hints.concat().contains("room"), "{failure:?}");
}

/// A server that takes every connection and never says a word, as behind a network that drops what is sent.
#[tokio::test]
async fn a_server_that_says_nothing_is_not_waited_for() {
    sqlx::any::install_default_drivers();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("postgres://ada:hush@{}/ledger", silent.local_addr().expect("an address"));
    let failure = answers(&url, Duration::from_millis(50)).await.expect_err("it says nothing");
    assert!(failure.message.ends_with("/ledger: no answer within 0 s"), "{failure:?}");
    assert!(!failure.message.contains("hush") && failure.hints.len() == 1, "{failure:?}");
}
