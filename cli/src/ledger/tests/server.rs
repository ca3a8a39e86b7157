//! What a server keeps: who did what, who is signed in, what was delivered and answered.

use futures::future::join_all;

use super::{REPOSITORY, new_run, ours, stack};
use crate::engine::operation::Counts;
use crate::ledger::{Answered, Applied, Asked, Deed, Delivered, Ledger, RunFilter, SignedIn, Wish};
use crate::record::{EndState, PullEnd, PullRecord, RunState, StackEnd, Task};

pub async fn check(ledger: &Ledger) {
    what_was_done_is_a_chain(ledger).await;
    a_session_is_over_when_it_is(ledger).await;
    what_a_pull_request_was_told_is_kept(ledger).await;
    what_is_delivered_is_known_by_id_and_by_words(ledger).await;
    what_was_answered_is_shown(ledger).await;
    what_was_shown_of_what_never_came_is_forgotten(ledger).await;
    who_sees_one_repository_sees_nothing_of_others(ledger).await;
    what_pull_requests_rolled_out_is_known_until_it_is_told(ledger).await;
}

async fn what_pull_requests_rolled_out_is_known_until_it_is_told(ledger: &Ledger) {
    const WHERE: &str = "applied here";
    let applied = |stack: &str, head: &str, goes_back| {
        let (stack, head) = (stack.to_owned(), head.to_owned());
        Applied { pull: 7, stack, head, goes_back }
    };
    let note = async |one: &Applied| ledger.note_applied(WHERE, one).await.expect("a write");
    let all = async || ledger.applied(WHERE).await.expect("a list");
    let (first, other) = (applied("net/dev", "aaaa", false), applied("web/dev", "aaaa", false));
    note(&other).await;
    note(&first).await;
    assert_eq!(all().await, [first.clone(), other.clone()]);
    let back = applied("net/dev", "bbbb", true);
    note(&back).await;
    ledger.forget_applied(WHERE, &first).await.expect("a write");
    assert_eq!(all().await, [back.clone(), other], "what was written down anew stays");
    ledger.forget_applied(WHERE, &back).await.expect("a write");
    assert_eq!((all().await.len(), ledger.applied("elsewhere").await.expect("a list").len()), (1, 0));
}

async fn what_was_done_is_a_chain(ledger: &Ledger) {
    let deed = |who| Deed { who, did: "approved", what: "web/prod", details: "" };
    let all = join_all(["ada", "kim", "lee", "sam"].map(|who| async move { ledger.audit(&deed(who), 5).await })).await;
    assert!(all.iter().all(Result::is_ok), "{all:?}");
    let (count, hash) = ledger.verify_audit().await.expect("the ledger answers").expect("an unbroken chain");
    assert_eq!(
        (count, ledger.newest_entries().await.expect("entries").last().map(|last| last.hash.clone())),
        (4, Some(hash))
    );
    let tampered = [
        ("UPDATE audit SET who = 'eve' WHERE sequence = 3", "UPDATE audit SET who = $1 WHERE sequence = 3", Some(3)),
        (
            "UPDATE audit SET details = ' ' WHERE sequence = 2",
            "UPDATE audit SET details = '' WHERE sequence = 2",
            Some(2),
        ),
        ("UPDATE audit SET at = 6 WHERE sequence = 1", "UPDATE audit SET at = 5 WHERE sequence = 1", Some(1)),
    ];
    let third = ledger.entries(3).await.expect("entries")[0].who.clone();
    for (change, mend, at) in tampered {
        sqlx::query(change).execute(&ledger.pool).await.expect("it can be changed");
        assert_eq!(ledger.verify_audit().await.expect("the ledger answers").err(), at, "{change}");
        let mending = sqlx::query(mend);
        let mending = if mend.contains("$1") { mending.bind(third.clone()) } else { mending };
        mending.execute(&ledger.pool).await.expect("it can be mended");
    }
    assert!(ledger.verify_audit().await.expect("the ledger answers").is_ok());
    sqlx::query("DELETE FROM audit WHERE sequence = 2").execute(&ledger.pool).await.expect("it can be left out");
    assert_eq!(ledger.verify_audit().await.expect("the ledger answers").err(), Some(2));
}

async fn a_session_is_over_when_it_is(ledger: &Ledger) {
    let groups = ["acme", "acme:platform"].map(str::to_owned).into();
    let ada = SignedIn { person: "ada".to_owned(), by: "forge".to_owned(), groups };
    ledger.sign_in("hash-1", &ada, 100, 1).await.expect("a session");
    let who = async |id: &str, now| ledger.signed_in(id, now).await.expect("the ledger answers");
    assert_eq!((who("hash-1", 99).await, who("hash-1", 100).await, who("hash-2", 1).await), (Some(ada), None, None));
    ledger.sign_out("hash-1").await.expect("it ends");
    assert_eq!(who("hash-1", 2).await, None);
    // Who comes back from another server comes back once.
    let comes = async |id: &str, now| ledger.comes_back(id, 100, now).await.expect("the ledger answers");
    assert_eq!((comes("state-1", 1).await, comes("state-1", 99).await, comes("state-2", 2).await), (true, false, true));
    assert!(comes("state-1", 100).await, "what is too old is forgotten: it is refused for its age");
}

async fn what_a_pull_request_was_told_is_kept(ledger: &Ledger) {
    let told = |repository: &str, words: &str| PullRecord {
        repository: repository.to_owned(),
        number: 7,
        words: words.to_owned(),
        ..PullRecord::default()
    };
    for words in ["first", "second"] {
        ledger.keep_pull(&told(REPOSITORY, words), 5).await.expect("it is kept");
    }
    let found = ledger.pull(REPOSITORY, 7).await.expect("the ledger answers");
    assert_eq!(found, Some((told(REPOSITORY, "second"), 5)));
    let preview = async || ledger.preview(REPOSITORY, 7).await.expect("the ledger answers");
    assert_eq!(preview().await, None);
    ledger.keep_preview(REPOSITORY, 7, "all of it").await.expect("it is kept");
    ledger.keep_pull(&told(REPOSITORY, "second"), 5).await.expect("it is kept");
    assert_eq!(preview().await.as_deref(), Some("all of it"));
    // What came of it stands beside that, and the time stays.
    let end = Some(PullEnd { commit: "a".to_owned(), unmerged: None, stacks: Vec::new() });
    let ended = PullRecord { end, ..told(REPOSITORY, "second") };
    ledger.keep_end(&ended).await.expect("it is kept");
    assert_eq!(ledger.pull(REPOSITORY, 7).await.expect("the ledger answers"), Some((ended, 5)));
    assert_eq!(preview().await, None, "it is not previewed any more");
    // One that waits for a lock is found, as long as it does.
    let waiting = async || ledger.waiting_pulls(REPOSITORY).await.expect("a list").len();
    assert_eq!(waiting().await, 0);
    let stack = StackEnd { name: "net/dev".to_owned(), state: EndState::Locked, at: None, why: None, seal: None };
    let mut end = PullEnd { commit: "a".to_owned(), unmerged: None, stacks: vec![stack] };
    ledger.keep_end(&PullRecord { end: Some(end.clone()), ..told(REPOSITORY, "second") }).await.expect("it is kept");
    assert_eq!(waiting().await, 1);
    end.stacks[0].state = EndState::RolledOut;
    ledger.keep_end(&PullRecord { end: Some(end), ..told(REPOSITORY, "second") }).await.expect("it is kept");
    assert_eq!(waiting().await, 0);
    let others = ledger.only(Some(["another".to_owned()].into()));
    assert_eq!(others.pull(REPOSITORY, 7).await.expect("the ledger answers"), None, "nobody sees what is not theirs");
    assert_eq!(ledger.pull(REPOSITORY, 8).await.expect("the ledger answers"), None);
}

async fn what_is_delivered_is_known_by_id_and_by_words(ledger: &Ledger) {
    let delivered = |id, digest| Delivered { id, digest };
    ledger.deliver("infra", delivered("1", "a"), 1).await.expect("it is kept");
    ledger.deliver("infra", delivered("1", "a"), 1).await.expect("it is kept");
    for (repository, id, digest, expected) in
        [("infra", "1", "b", true), ("infra", "2", "a", true), ("infra", "2", "b", false), ("web", "1", "a", false)]
    {
        let known = ledger.is_delivered(repository, delivered(id, digest)).await.expect("the ledger answers");
        assert_eq!(known, expected, "{repository} {id} {digest}");
    }
    ledger.forget_deliveries(4 * 24 * 60 * 60_000).await.expect("it forgets");
    assert!(!ledger.is_delivered("infra", delivered("1", "a")).await.expect("the ledger answers"));
    let since = ledger.watched_since("infra", 7).await.expect("a time");
    assert_eq!((since, ledger.watched_since("infra", 9).await.expect("a time")), (7, 7));
}

async fn what_was_answered_is_shown(ledger: &Ledger) {
    for at in 1..=7 {
        let answered = Answered { at, answer: format!("answer {at}") };
        ledger.answer("infra", 7, &at.to_string(), &answered).await.expect("it is written");
        ledger
            .answer("infra", 7, &at.to_string(), &Answered { at: 99, answer: "again".to_owned() })
            .await
            .expect("once");
    }
    let shown = ledger.answers("infra", 7, 2).await.expect("answers");
    assert_eq!(shown.iter().map(|answered| answered.at).collect::<Vec<_>>(), [6, 7]);
    assert!(ledger.is_answered("infra", "3").await.expect("the ledger answers"));
    assert!(ledger.answers("infra", 8, 2).await.expect("answers").is_empty());
    ledger.trust("infra", "1a2b", "ada", 1).await.expect("it is written");
    let trusted = async |commit| ledger.is_trusted("infra", commit).await.expect("the ledger answers");
    assert_eq!((trusted("1a2b").await, trusted("1a2").await), (true, false));
    let has_said = async |pull, words| ledger.has_said("infra", pull, words).await.expect("the ledger answers");
    assert!(has_said(7, "wer 6").await && !has_said(7, "wer").await && !has_said(8, "wer 6").await);
    // What is too old to be acted upon is forgotten.
    ledger.forget_words(90 * 24 * 60 * 60_000 + 3).await.expect("room");
    let is_answered = async |id| ledger.is_answered("infra", id).await.expect("the ledger answers");
    assert_eq!((is_answered("2").await, is_answered("3").await, trusted("1a2b").await), (false, true, false));
}

async fn what_was_shown_of_what_never_came_is_forgotten(ledger: &Ledger) {
    let keep =
        async |stack: &str| ledger.keep_seal(&super::decisions::seal(stack, "old"), true, 1).await.expect("a seal");
    let (forgotten, allowed, stands) = (keep("never/dev").await, keep("allowed/dev").await, keep("stands/dev").await);
    ledger.approve(&allowed, "ada", 2).await.expect("a word");
    let id = ledger.stack("https://example.org/decisions.git", &stack("stands"), 1).await.expect("a row");
    let lease = ours(ledger, &id).await;
    assert!(super::stands(ledger, &id, &lease, Some("aaaa"), 2).await);
    ledger.release(&id, &lease).await.expect("released");
    ledger.forget_words(90 * 24 * 60 * 60_000 + 2).await.expect("room");
    let is_there = async |seal: &str| ledger.find_seal(seal).await.expect("an answer").is_some();
    let there = (is_there(&forgotten).await, is_there(&allowed).await, is_there(&stands).await);
    assert_eq!(there, (false, true, true));
}

/// Whatever is asked for, and however many are wanted: those of others don't take the places of one's own.
async fn who_sees_one_repository_sees_nothing_of_others(ledger: &Ledger) {
    let mut runs = Vec::new();
    for (at, repository) in [REPOSITORY, "others", "others"].into_iter().enumerate() {
        let id = ledger.stack(repository, &stack("seen"), 1).await.expect("a row");
        let lease = ours(ledger, &id).await;
        let run = ledger.begin(&id, &lease, &new_run("aaaa"), 900 + i64::try_from(at).unwrap_or_default()).await;
        runs.push(run.expect("a run"));
        ledger.end(&runs[at], RunState::Succeeded, &Counts::new(), None, 950).await.expect("an end");
        ledger.release(&id, &lease).await.expect("released");
        let wish = Wish { owner: "kim", reason: "moving", length: 60_000 };
        assert!(ledger.lock(&id, &wish).await.expect("a lock").is_some());
        let asked = Asked { repository, task: Task::RollOut, subject: "seen", commit: None };
        ledger.ask(&asked).await.expect("a job");
    }
    let seen = ledger.only(Some([REPOSITORY.to_owned()].into()));
    let is_ours = |repository: &String| repository == REPOSITORY;
    let filter = RunFilter { stack: Some("seen/dev".to_owned()), limit: 1, ..RunFilter::default() };
    let newest = |found: Vec<crate::record::Run>| found.into_iter().map(|run| run.name).collect::<Vec<_>>();
    assert_eq!(newest(ledger.runs(&filter).await.expect("runs")), [runs[2].clone()]);
    assert_eq!(newest(seen.runs(&filter).await.expect("runs")), [runs[0].clone()]);
    assert!(seen.run(&runs[0]).await.is_ok() && seen.run(&runs[1]).await.is_err());
    assert!(seen.stack_records().await.expect("stacks").iter().all(|stack| is_ours(&stack.repository)));
    let locks = |all: Vec<crate::record::Lock>| all.iter().filter(|lock| lock.name == "seen/dev").count();
    let counted = (locks(ledger.locks().await.expect("locks")), locks(seen.locks().await.expect("locks")));
    assert_eq!(counted, (2, 1));
    assert!(seen.jobs().await.expect("jobs").iter().all(|job| is_ours(&job.repository)));
    for (repository, owner) in [(REPOSITORY, "kim"), ("others", "kim")] {
        let id = ledger.find(repository, "seen/dev").await.expect("an answer").expect("a stack");
        assert!(ledger.unlock(&id, Some(owner)).await.expect("an answer"));
        assert!(ledger.withdraw(repository, Task::RollOut, "seen").await.expect("an answer"));
    }
}
