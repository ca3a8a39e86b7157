//! Seals, holds, approvals and locks: promises of the ledger about what people decide.

use super::*;
use crate::decide::Reason;
use crate::failure::Kind;
use crate::record::{Case, DriftState, Findings, HoldState, Objection, Why};
use crate::seal::{Ground, Plan, Seal};

const WHERE: &str = "https://example.org/decisions.git";

pub fn seal(stack: &str, changes: &str) -> Seal {
    let text = |text: &str| text.to_owned();
    let ground = Ground {
        repository: text(WHERE),
        stack: text(stack),
        head: text("aaaa"),
        base: text("bbbb"),
        tree: text("cccc"),
        configuration: [(text("net:size"), text("1"))].into(),
        environment: [(text("DB"), Some(text("1")))].into(),
        state: text("dddd"),
        versions: [(text("pulumi"), text("3.259.0"))].into(),
        packs: Default::default(),
        refresh: false,
        destroy: false,
    };
    Seal { ground, changes: text(changes), plan: Plan::default(), reads_others: false, refused: Vec::new() }
}

pub async fn check(ledger: &Ledger) {
    assert_eq!(ledger.key().await.expect("a key"), ledger.key().await.expect("a key"), "it is made once");
    a_seal_is_open_until_it_is_used(ledger).await;
    no_open_seal_is_out_of_sight(ledger).await;
    words_about_a_seal_are_kept(ledger).await;
    a_word_counts_once(ledger).await;
    one_hold_waits_at_a_time(ledger).await;
    a_lock_has_one_owner(ledger).await;
    what_is_given_up_waits_for_nobody(ledger).await;
    a_run_is_asked_to_stop(ledger).await;
    the_newest_look_is_kept(ledger).await;
}

async fn the_newest_look_is_kept(ledger: &Ledger) {
    let id = ledger.stack(WHERE, &stack("drifts"), 1).await.expect("a row");
    let findings = Findings { resources: 1, lines: vec!["a:b:C x is gone".to_owned()], ..Findings::default() };
    for (at, state) in [(2, DriftState::Clean), (3, DriftState::Drifted)] {
        ledger.drift(&id, "aaaa", state, &findings, at).await.expect("a write");
    }
    let found = ledger.drifts().await.expect("a list");
    let [found] = &found[..] else { panic!("{found:?}") };
    assert_eq!((found.name.as_str(), found.state, found.checked_at), ("drifts/dev", DriftState::Drifted, 3));
    assert_eq!(found.findings, findings);
    let records = ledger.stack_records().await.expect("a list");
    let drift = |name: &str| records.iter().find(|record| record.name == name).map(|record| record.drift);
    assert_eq!((drift("drifts/dev"), drift("locks/dev")), (Some(DriftState::Drifted), Some(DriftState::Unchecked)));
}

async fn open(ledger: &Ledger, stack: &str) -> Vec<String> {
    let mut changes = Vec::new();
    for open in ledger.open_seals(WHERE, stack).await.expect("a list") {
        assert_eq!((open.tree.as_str(), open.head.as_str()), ("cccc", "aaaa"));
        let sealed = ledger.open_seal(&open.id).await.expect("an answer").expect("a seal");
        changes.push(sealed.seal.changes);
    }
    changes
}

/// A stack of its own rolls out what a seal says.
async fn use_up(ledger: &Ledger, seal: &str) {
    let id = ledger.stack(WHERE, &stack("uses"), 1).await.expect("a row");
    let lease = ours(ledger, &id).await;
    let changes = Counts::new();
    let done = Done { stands: Some("aaaa"), seal: Some(seal), ..Done::of(RunState::Succeeded, &changes) };
    assert!(ledger.finish(&id, &lease, "run", &done, 1).await.expect("an answer"));
    ledger.release(&id, &lease).await.expect("released");
}

async fn a_seal_is_open_until_it_is_used(ledger: &Ledger) {
    let stack = "seals/dev";
    for (at, changes) in (1..).zip(["one", "two"]) {
        ledger.keep_seal(&seal(stack, changes), true, at).await.expect("a seal");
    }
    ledger.keep_seal(&seal(stack, "of a hold"), false, 9).await.expect("a seal");
    assert_eq!(open(ledger, stack).await, ["two", "one"]);
    assert_eq!(open(ledger, "another/dev").await, [""; 0]);
    let two = seal(stack, "two").id();
    let is_begun = async || ledger.find_seal(&two).await.expect("an answer").expect("a seal").is_begun;
    assert!(!is_begun().await);
    ledger.begin_seal(&two, "run").await.expect("a write");
    assert!(is_begun().await);
    use_up(ledger, &two).await;
    assert_eq!(open(ledger, stack).await, ["one"]);
    // What is shown once more is open once more, and a hold hides nothing that was shown.
    ledger.keep_seal(&seal(stack, "two"), true, 10).await.expect("a seal");
    ledger.keep_seal(&seal(stack, "two"), false, 11).await.expect("a seal");
    assert_eq!(open(ledger, stack).await, ["two", "one"]);
    assert!(!is_begun().await);
    let found = ledger.find_seal(&two[..6]).await.expect("an answer").expect("a seal");
    assert_eq!((found.id.as_str(), found.seal), (two.as_str(), seal(stack, "two")));
    assert_eq!(ledger.find_seal("nothing").await.expect("an answer"), None);
    assert!(ledger.find_seal("").await.is_err(), "several begin so");
}

/// However many previews came after it.
async fn no_open_seal_is_out_of_sight(ledger: &Ledger) {
    let stack = "many/dev";
    for at in 0..60 {
        ledger.keep_seal(&seal(stack, &at.to_string()), true, at).await.expect("a seal");
    }
    assert_eq!(open(ledger, stack).await.len(), 60);
    // One of an older version says in its body alone what it was sealed for.
    let older = "UPDATE seals SET tree = '', head = '' WHERE stack = 'many/dev'";
    sqlx::query(older).execute(&ledger.pool).await.expect("a write");
    assert_eq!(open(ledger, stack).await.last().map(String::as_str), Some("0"));
}

async fn words_about_a_seal_are_kept(ledger: &Ledger) {
    let id = ledger.keep_seal(&seal("words/dev", "x"), true, 1).await.expect("a seal");
    for (at, who) in [(2, "lee"), (3, "ada"), (4, "lee")] {
        ledger.approve(&id, who, at).await.expect("a write");
    }
    assert_eq!(ledger.approvals(&id).await.expect("a list"), ["lee", "ada"]);
    ledger.reject(&id, "eve", "no").await.expect("a write");
    let found = ledger.find_seal(&id).await.expect("an answer").expect("a seal");
    assert_eq!((found.approvals.len(), found.rejected), (0, Some(("eve".to_owned(), "no".to_owned()))));
    ledger.approve(&id, "ada", 5).await.expect("a write");
    let found = ledger.find_seal(&id).await.expect("an answer").expect("a seal");
    assert_eq!((found.approvals, found.rejected), (vec!["ada".to_owned()], None));
    // While a run is at it a no comes too late; before, it is heard in the last moment.
    let stack = ledger.stack(REPOSITORY, &stack("words"), 6).await.expect("a row");
    let lease = ours(ledger, &stack).await;
    let run = ledger.begin(&stack, &lease, &new_run("aaaa"), 6).await.expect("a run");
    ledger.begin_seal(&id, &run).await.expect("a write");
    let late = ledger.reject(&id, "eve", "no").await.expect_err("it is at work");
    assert_eq!((late.kind, late.hints.len()), (Kind::Busy, 1), "{late}");
    assert_eq!(ledger.approvals(&id).await.expect("a list"), ["ada"]);
    ledger.end(&run, RunState::Failed, &Counts::new(), None, 7).await.expect("an end");
    ledger.release(&stack, &lease).await.expect("released");
    ledger.reject(&id, "eve", "no").await.expect("a write");
    let begun = ledger.begin_seal(&id, "another").await.expect_err("it was refused");
    assert_eq!(begun.kind, Kind::Held, "{begun}");
}

/// Somebody allowed what drifted to be brought back. It drifts so again: nobody has allowed that yet.
async fn a_word_counts_once(ledger: &Ledger) {
    let again = seal("again/dev", "x");
    let id = ledger.keep_seal(&again, false, 1).await.expect("a seal");
    ledger.approve(&id, "ada", 2).await.expect("a write");
    // As long as it is not used, looking once more takes nobody's word away.
    ledger.keep_seal(&again, true, 3).await.expect("a seal");
    assert_eq!(ledger.approvals(&id).await.expect("a list"), ["ada"]);
    use_up(ledger, &id).await;
    ledger.keep_seal(&again, false, 4).await.expect("a seal");
    assert_eq!(ledger.approvals(&id).await.expect("a list"), [""; 0]);
    assert_eq!(open(ledger, "again/dev").await, [""; 0]);
}

fn new_hold<'a>(name: &'a str, case: &'a Case) -> NewHold<'a> {
    NewHold { name, run: "run", branch: "main", commit: "aaaa", seal: "", shown_seal: None, case }
}

/// Ends a run that is held. False when the lease is another's.
async fn ends_held(ledger: &Ledger, id: &StackId, lease: &Lease, hold: NewHold<'_>, now: i64) -> bool {
    let changes = Counts::new();
    let done = Done { hold: Some(hold), ..Done::of(RunState::Held, &changes) };
    ledger.finish(id, lease, hold.run, &done, now).await.expect("an answer")
}

async fn one_hold_waits_at_a_time(ledger: &Ledger) {
    let stack = stack("holds");
    let id = ledger.stack(WHERE, &stack, 1).await.expect("a row");
    let lease = ours(ledger, &id).await;
    let case = Case {
        objections: vec![Objection { why: Why::Budget, words: "over budget".to_owned() }],
        needed: 2,
        ..Case::default()
    };
    let mut names = Vec::new();
    for (at, changes) in (20..).zip(["one", "two"]) {
        let seal = ledger.keep_seal(&seal(&stack.name(), changes), false, at).await.expect("a seal");
        let name = ledger.hold_name(&id, "main", &seal).await.expect("a name");
        let new = NewHold { seal: &seal, shown_seal: Some("beef"), ..new_hold(&name, &case) };
        assert!(ends_held(ledger, &id, &lease, new, at).await);
        names.push(name);
    }
    // What is held once more is the same hold, and whoever refused it need not do so again.
    let refuse = Verdict { state: HoldState::Rejected, who: "eve", why: Some("no") };
    assert!(ledger.decide(&names[1], &refuse, 29).await.expect("an answer"));
    let two = seal(&stack.name(), "two").id();
    assert_eq!(ledger.hold_name(&id, "main", &two).await.as_ref(), Ok(&names[1]));
    let later = NewHold { run: "later", commit: "bbbb", seal: &two, ..new_hold(&names[1], &case) };
    assert!(ends_held(ledger, &id, &lease, later, 29).await);
    let again = ledger.hold_named(&names[1]).await.expect("a hold");
    assert_eq!((again.state, again.run.as_str(), again.reason.as_deref()), (HoldState::Rejected, "later", Some("no")));
    let wait = Verdict { state: HoldState::Held, who: "eve", why: None };
    assert!(ledger.decide(&names[1], &wait, 29).await.expect("an answer"));
    let filter = HoldFilter { stack: Some(stack.name()), ..HoldFilter::default() };
    let holds = ledger.holds(&filter).await.expect("a list");
    let states: Vec<_> = holds.iter().map(|hold| hold.state).collect();
    assert_eq!(states, [HoldState::Held, HoldState::Overtaken]);
    assert_eq!((&holds[0].name, &holds[0].case, holds[0].shown_seal.as_deref()), (&names[1], &case, Some("beef")));
    let waiting = ledger.open_holds(WHERE).await.expect("a list");
    assert_eq!(waiting.keys().collect::<Vec<_>>(), ["holds/dev"]);
    let approve = Verdict { state: HoldState::Approved, who: "ada", why: None };
    assert!(!ledger.decide(&names[0], &approve, 30).await.expect("an answer"), "it is over");
    assert_eq!(open(ledger, "holds/dev").await, [""; 0]);
    assert!(ledger.decide(&names[1], &approve, 30).await.expect("an answer"));
    assert_eq!(open(ledger, "holds/dev").await, ["two"]);
    let found = ledger.hold_named(&names[1][..5]).await.expect("a hold");
    assert_eq!((found.state, found.decided_by.as_deref()), (HoldState::Approved, Some("ada")));
    // Whoever lost the lease ends no hold, and makes none.
    let mut older = lease.clone();
    older.fence -= 1;
    assert!(!stands(ledger, &id, &older, Some("aaaa"), 31).await);
    let seal_id = found.seal.as_str();
    let new = NewHold { seal: seal_id, ..new_hold("another", &case) };
    assert!(!ends_held(ledger, &id, &older, new, 32).await);
    assert_eq!(ledger.open_holds(WHERE).await.expect("a list").len(), 1);
    // What was approved and then done was not overtaken.
    let changes = Counts::new();
    let done = Done { stands: Some("aaaa"), seal: Some(seal_id), ..Done::of(RunState::Succeeded, &changes) };
    assert!(ledger.finish(&id, &lease, "no run", &done, 33).await.expect("an answer"));
    assert_eq!(ledger.hold_named(&names[1]).await.expect("a hold").state, HoldState::Used);
    assert!(!ledger.decide(&names[1], &refuse, 34).await.expect("an answer"), "it is over");
    assert_eq!(ledger.open_holds(WHERE).await.expect("a list").len(), 0);
    // Of what is over as many stay as of runs.
    let keep = async |changes, at| ledger.keep_seal(&seal(&stack.name(), changes), true, at).await.expect("a seal");
    let (old, allowed, used) = (keep("old", 2).await, keep("allowed", 3).await, keep("used", 5).await);
    let recent = keep("recent", ledger.database_time().await.expect("a time")).await;
    ledger.approve(&allowed, "ada", 4).await.expect("a write");
    use_up(ledger, &used).await;
    let is_kept = async |id: &str| ledger.find_seal(id).await.expect("an answer").is_some();
    ledger.keep_newest(&id, 0).await.expect("room");
    assert!(is_kept(&old).await);
    // The newest is kept whatever it is.
    keep("newest", i64::MAX).await;
    ledger.keep_newest(&id, 1).await.expect("room");
    assert!(is_kept(&allowed).await && is_kept(&recent).await, "they may still be merged");
    assert!(!is_kept(&old).await && !is_kept(&used).await);
    let kept = ledger.holds(&filter).await.expect("a list");
    assert_eq!(kept.iter().map(|hold| hold.name.as_str()).collect::<Vec<_>>(), [names[1].as_str()]);
    // Nothing of it outlives its stack.
    assert!(ledger.lock(&id, &Wish { owner: "ada", reason: "x", length: 99 }).await.expect("an answer").is_some());
    ledger.approve(&found.seal, "ada", 41).await.expect("a write");
    assert!(ledger.forget(&id, &lease).await.expect("an answer"));
    assert_eq!(ledger.find_seal(&found.seal).await.expect("an answer"), None);
}

async fn a_lock_has_one_owner(ledger: &Ledger) {
    const LONG: i64 = 600_000;
    let id = ledger.stack(WHERE, &stack("locks"), 1).await.expect("a row");
    let take =
        async |owner, length| ledger.lock(&id, &Wish { owner, reason: "moving", length }).await.expect("an answer");
    let first = take("ada", LONG).await.expect("it is free");
    assert_eq!(take("lee", LONG).await, None, "it is ada's");
    let longer = take("ada", i64::MAX).await.expect("her own lasts longer");
    assert!(longer > first + LONG);
    let lock = ledger.lock_on(&id).await.expect("an answer").expect("a lock");
    assert_eq!((lock.owner.as_str(), lock.until, lock.name.as_str()), ("ada", longer, "locks/dev"));
    assert!(lock.until > i64::MAX / 2, "it does not wrap around");
    // One that is over when it begins.
    assert!(take("ada", 0).await.is_some());
    assert_eq!(ledger.lock_on(&id).await.expect("an answer"), None);
    assert_eq!(ledger.locks().await.expect("a list"), []);
    assert!(take("lee", LONG).await.is_some(), "hers is over");
    assert!(!ledger.unlock(&id, Some("ada")).await.expect("an answer"));
    let owners: Vec<_> = ledger.locks().await.expect("a list").into_iter().map(|lock| lock.owner).collect();
    assert_eq!(owners, ["lee"]);
    nothing_of_a_rehearsal_is_kept(ledger, &id).await;
    assert!(ledger.unlock(&id, None).await.expect("an answer"));
    assert!(!ledger.unlock(&id, None).await.expect("an answer"));
}

/// What a pull request was to roll out before its merge is held as long as it has the lock.
async fn what_is_given_up_waits_for_nobody(ledger: &Ledger) {
    let id = ledger.stack(WHERE, &stack("given"), 1).await.expect("a row");
    let lease = ours(ledger, &id).await;
    let (case, of_pull) = (Case::default(), (Reason::Applied { pull: 7 }).words());
    let held = async |name: &str, reason: &str| {
        let new = NewRun { reason, ..new_run("aaaa") };
        let run = ledger.begin(&id, &lease, &new, 11).await.expect("a run");
        let seal = ledger.keep_seal(&seal("given/dev", name), false, 12).await.expect("a seal");
        let new = NewHold { run: &run, seal: &seal, ..new_hold(name, &case) };
        assert!(ends_held(ledger, &id, &lease, new, 12).await);
        let wish = Wish { owner: "pr/7", reason: "x", length: 600_000 };
        assert!(ledger.lock(&id, &wish).await.expect("an answer").is_some());
    };
    let is_open = async |name: &str| !ledger.hold_named(name).await.expect("a hold").state.is_over();
    held("of-pull", &of_pull).await;
    assert!(!ledger.give_up(&id, Some("pr/8"), "closed", 13).await.expect("an answer") && is_open("of-pull").await);
    assert!(ledger.give_up(&id, Some("pr/7"), "it was closed", 13).await.expect("an answer"));
    let hold = ledger.hold_named("of-pull").await.expect("a hold");
    assert_eq!((hold.ended(), hold.decided_at), (Some("pr/7: it was closed"), Some(13)));
    assert_eq!(ledger.lock_on(&id).await.expect("an answer"), None);
    // Whoever takes a lock away does that too; what the branch waits for, and what was merged, is held as before.
    held("taken", &of_pull).await;
    assert!(
        ledger.give_up(&id, None, "ada took the lock away", 14).await.expect("an answer") && !is_open("taken").await
    );
    held("of-branch", "never rolled out before").await;
    assert!(ledger.give_up(&id, None, "closed", 15).await.expect("an answer") && is_open("of-branch").await);
    held("merged", &of_pull).await;
    assert!(ledger.unlock(&id, Some("pr/7")).await.expect("an answer") && is_open("merged").await);
    ledger.release(&id, &lease).await.expect("released");
}

async fn a_run_is_asked_to_stop(ledger: &Ledger) {
    let id = ledger.stack(WHERE, &stack("stops"), 1).await.expect("a row");
    let lease = ours(ledger, &id).await;
    let run = ledger.begin(&id, &lease, &new_run("aaaa"), 11).await.expect("a run");
    assert!(!ledger.is_to_stop(&id).await.expect("an answer"));
    assert!(ledger.ask_to_stop(&run, "ada").await.expect("an answer"));
    assert!(ledger.is_to_stop(&id).await.expect("an answer"));
    assert_eq!(ledger.stopped_by(&id, "aaaa").await.expect("an answer"), None, "it goes on still");
    ledger.end(&run, RunState::Cancelled, &Counts::new(), None, 12).await.expect("an end");
    assert!(!ledger.is_to_stop(&id).await.expect("an answer") && !ledger.ask_to_stop(&run, "ada").await.expect("one"));
    assert_eq!(ledger.stopped_by(&id, "aaaa").await.expect("an answer").as_deref(), Some("ada"));
    assert_eq!(ledger.stopped_by(&id, "bbbb").await.expect("an answer"), None);
}

/// What goes and what is refused is so as in the ledger itself, also what a transaction within it writes.
async fn nothing_of_a_rehearsal_is_kept(ledger: &Ledger, locked: &StackId) {
    for _ in 0..2 {
        let rehearsal = ledger.rehearsal().await.expect("a rehearsal");
        let wish = Wish { owner: "somebody else", reason: "moving", length: 60_000 };
        assert_eq!(rehearsal.lock(locked, &wish).await, Ok(None));
        assert_eq!(rehearsal.give_up(locked, None, "why", 1).await, Ok(true));
        assert_eq!(rehearsal.give_up(locked, None, "why", 1).await, Ok(false));
        assert_eq!(rehearsal.suspend(locked, Some("later")).await, Ok(()));
        assert!(rehearsal.known(locked).await.expect("a stack").suspended.is_some());
        drop(rehearsal);
        assert!(ledger.lock_on(locked).await.expect("an answer").is_some());
        assert!(ledger.known(locked).await.expect("a stack").suspended.is_none());
    }
    ledger.suspend(locked, None).await.expect("others write again");
}
