//! What the queue promises: nothing is lost, nothing is done twice at once, and nobody waits for ever.

use super::*;
use crate::record::{Job, JobState, Task};

const LONG: i64 = 600_000;
/// A lease that is over when it begins.
const NONE: i64 = 0;

const ALL: Limits<'_> = Limits { tasks: &Task::ALL, repositories: &[], per_repository: 9, lease: LONG };

pub async fn check(ledger: &Ledger) {
    pushes_become_one_job(ledger).await;
    what_comes_meanwhile_is_not_lost(ledger).await;
    a_repository_keeps_no_other_waiting(ledger).await;
    a_repository_has_its_limit(ledger).await;
    a_worker_takes_what_its_server_watches(ledger).await;
    of_many_workers_each_takes_another_job(ledger).await;
    a_dead_worker_is_not_waited_for(ledger).await;
    a_lease_that_is_over_is_taken_over(ledger).await;
    a_clock_that_is_set_ends_no_lease(ledger).await;
    what_fails_comes_back_and_ends(ledger).await;
    what_is_withdrawn_is_gone(ledger).await;
    what_no_server_watches_ends(ledger).await;
    what_is_wanted_anew_outlives_who_does_it(ledger).await;
}

/// Which stacks somebody wants anew is known until they are previewed, whoever does that, and whatever is asked for besides.
async fn what_is_wanted_anew_outlives_who_does_it(ledger: &Ledger) {
    let review = Asked { repository: "a", task: Task::Review, subject: "pr/7", commit: None };
    let wanted = async || only(ledger).await.stacks;
    let want = async |stack: &str| ledger.ask_anew(&review, stack).await.expect("it is queued");
    ask(ledger, review).await;
    assert_eq!(wanted().await, [""; 0]);
    for stack in ["web/dev", "net/dev", "web/dev"] {
        want(stack).await;
    }
    assert_eq!(ask(ledger, review).await, Queued::Known);
    assert_eq!(wanted().await, ["net/dev", "web/dev"]);
    let taken = took(ledger).await;
    assert_eq!(taken.job.stacks, ["net/dev", "web/dev"]);
    assert_eq!(ledger.let_go(&taken).await, Ok(Finish::Stays));
    assert_eq!(ledger.put_back(&took(ledger).await, "no", Some(0)).await, Ok(Finish::Stays));
    let taken = took(ledger).await;
    assert_eq!(taken.job.stacks, ["net/dev", "web/dev"]);
    // Somebody wants all of them while that goes on.
    want("*").await;
    assert_eq!(done(ledger, &taken).await, Finish::Stays);
    let taken = took(ledger).await;
    assert_eq!(taken.job.stacks, ["*"]);
    assert_eq!(done(ledger, &taken).await, Finish::Gone);
    ask(ledger, review).await;
    assert_eq!(wanted().await, [""; 0], "it is another job");
    assert_eq!(done(ledger, &took(ledger).await).await, Finish::Gone);
}

/// Servers that share a ledger watch different repositories: a job ends once none of them does it, and not while somebody is at it.
async fn what_no_server_watches_ends(ledger: &Ledger) {
    let review = Asked { repository: "b", task: Task::Review, subject: "pr/7", commit: None };
    let queue = async || {
        ask(ledger, push("a", "")).await;
        ask(ledger, push("b", "")).await;
        ask(ledger, review).await;
    };
    let watch = async |server: &str, does: &[(&str, Task)]| {
        let does = does.iter().map(|(label, task)| ((*label).to_owned(), *task)).collect();
        ledger.watch(server, &does).await.expect("it is written");
    };
    let ended = async || {
        let ended = ledger.end_unwatched().await.expect("an answer");
        let mut names: Vec<String> = ended.iter().map(|job| format!("{} {}", job.repository, job.task)).collect();
        names.sort_unstable();
        names
    };
    queue().await;
    watch("one", &[("a", Task::RollOut), ("b", Task::RollOut), ("b", Task::Review)]).await;
    assert!(ended().await.is_empty());
    watch("two", &[("b", Task::RollOut)]).await;
    watch("one", &[("a", Task::RollOut)]).await;
    assert_eq!(ended().await, ["b review"], "another server rolls it out");
    for (task, expected) in [(Task::RollOut, true), (Task::Review, false)] {
        assert_eq!(ledger.is_watched("b", task).await, Ok(expected), "{task}");
    }
    let taken = take(ledger, Limits { repositories: &["b".to_owned()], ..ALL }).await.expect("there is a job");
    watch("two", &[]).await;
    assert!(ended().await.is_empty(), "somebody is at it");
    ledger.let_go(&taken).await.expect("an answer");
    assert_eq!(ended().await, ["b roll-out"]);
    // A server that says no more counts for some minutes.
    sqlx::query("UPDATE watchers SET until = 0").execute(&ledger.pool).await.expect("time passes");
    assert_eq!(ended().await, ["a roll-out"]);
}

fn push<'a>(repository: &'a str, commit: &'a str) -> Asked<'a> {
    let commit = Some(commit).filter(|commit| !commit.is_empty());
    Asked { repository, task: Task::RollOut, subject: "main", commit }
}

async fn ask(ledger: &Ledger, asked: Asked<'_>) -> Queued {
    ledger.ask(&asked).await.expect("it is queued")
}

async fn take(ledger: &Ledger, limits: Limits<'_>) -> Option<Taken> {
    ledger.take(&Process::current(), &limits).await.expect("the ledger answers")
}

async fn took(ledger: &Ledger) -> Taken {
    take(ledger, ALL).await.expect("there is a job")
}

async fn done(ledger: &Ledger, taken: &Taken) -> Finish {
    ledger.done(taken).await.expect("the ledger answers")
}

async fn only(ledger: &Ledger) -> Job {
    let mut jobs = ledger.jobs().await.expect("a list");
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    jobs.remove(0)
}

async fn pushes_become_one_job(ledger: &Ledger) {
    assert_eq!(take(ledger, ALL).await, None);
    let Queued::New { job } = ask(ledger, push("a", "c1")).await else { panic!("a new job") };
    // A poll sees what a webhook told.
    assert_eq!(ask(ledger, push("a", "c1")).await, Queued::Known);
    assert_eq!(ask(ledger, push("a", "")).await, Queued::Known);
    let joined = |skipped: &[&str]| Queued::Joined {
        job: job.clone(),
        skipped: skipped.iter().map(|commit| (*commit).to_owned()).collect(),
    };
    assert_eq!(ask(ledger, push("a", "c2")).await, joined(&["c1"]));
    assert_eq!(ask(ledger, push("a", "c3")).await, joined(&["c1", "c2"]));
    assert_eq!(only(ledger).await.state, JobState::Queued);
    let taken = took(ledger).await;
    assert_eq!(
        (taken.job.commit.as_deref(), taken.job.skipped.as_slice()),
        (Some("c3"), &["c1", "c2"].map(str::to_owned)[..])
    );
    assert_eq!((taken.job.name.as_str(), taken.job.state), (job.as_str(), JobState::Running));
    assert_eq!((only(ledger).await.state, take(ledger, ALL).await), (JobState::Running, None));
    assert_eq!(done(ledger, &taken).await, Finish::Gone);
    assert_eq!((ledger.jobs().await.expect("a list"), done(ledger, &taken).await), (Vec::new(), Finish::Lost));
}

async fn what_comes_meanwhile_is_not_lost(ledger: &Ledger) {
    for (next, commit) in [("c2", Some("c2")), ("", Some("c1"))] {
        ask(ledger, push("a", "c1")).await;
        let first = took(ledger).await;
        assert_eq!(ask(ledger, push("a", "c1")).await, Queued::Known);
        assert!(matches!(ask(ledger, push("a", next)).await, Queued::Joined { skipped, .. } if skipped.is_empty()));
        assert_eq!(take(ledger, ALL).await, None, "one at a time");
        assert_eq!(ledger.is_asked_again(&first.job.name).await, Ok(true));
        assert_eq!(done(ledger, &first).await, Finish::Stays);
        let second = took(ledger).await;
        assert_eq!(ledger.is_asked_again(&second.job.name).await, Ok(false));
        assert_eq!((second.job.commit.as_deref(), second.job.skipped.len()), (commit, 0));
        assert_eq!((done(ledger, &first).await, done(ledger, &second).await), (Finish::Lost, Finish::Gone));
    }
}

async fn a_repository_keeps_no_other_waiting(ledger: &Ledger) {
    let subjects = ["pr/1", "pr/2", "pr/3"];
    for subject in subjects {
        ask(ledger, Asked { repository: "busy", task: Task::Review, subject, commit: None }).await;
    }
    ask(ledger, push("quiet", "c1")).await;
    let mut order = Vec::new();
    for _ in 0..4 {
        let taken = took(ledger).await;
        order.push(taken.job.repository.clone());
        assert_eq!(done(ledger, &taken).await, Finish::Gone);
    }
    assert_eq!(order.iter().position(|name| name == "quiet"), order.iter().rposition(|name| name == "quiet"));
    assert_ne!(order[..2], ["busy", "busy"], "{order:?}");
}

async fn a_repository_has_its_limit(ledger: &Ledger) {
    for (repository, subject) in [("a", "pr/1"), ("a", "pr/2"), ("b", "pr/1")] {
        ask(ledger, Asked { repository, task: Task::Review, subject, commit: None }).await;
    }
    let one = Limits { per_repository: 1, ..ALL };
    let no_reviews = Limits { tasks: &[Task::RollOut], ..ALL };
    assert_eq!(take(ledger, no_reviews).await, None);
    let all = [take(ledger, one).await, take(ledger, one).await].map(|taken| taken.expect("a job"));
    let mut repositories = all.each_ref().map(|taken| taken.job.repository.as_str());
    repositories.sort_unstable();
    assert_eq!((repositories, take(ledger, one).await), (["a", "b"], None));
    for taken in &all {
        done(ledger, taken).await;
    }
    // Reviews keep no roll-out waiting.
    ask(ledger, push("a", "c1")).await;
    let kinds = [take(ledger, one).await, take(ledger, one).await].map(|taken| taken.expect("a job"));
    let mut tasks = kinds.each_ref().map(|taken| taken.job.task);
    tasks.sort_unstable();
    assert_eq!(tasks, [Task::RollOut, Task::Review]);
    for taken in &kinds {
        assert_eq!((taken.job.repository.as_str(), done(ledger, taken).await), ("a", Finish::Gone));
    }
}

async fn a_worker_takes_what_its_server_watches(ledger: &Ledger) {
    for repository in ["theirs", "it's ours", "too"] {
        ask(ledger, push(repository, "c1")).await;
    }
    let ours = ["it's ours", "too", "none"].map(str::to_owned);
    let ours = Limits { repositories: &ours, ..ALL };
    let taken = [take(ledger, ours).await, take(ledger, ours).await].map(|taken| taken.expect("a job"));
    let mut repositories = taken.each_ref().map(|taken| taken.job.repository.as_str());
    repositories.sort_unstable();
    assert_eq!((repositories, take(ledger, ours).await), (["it's ours", "too"], None));
    for taken in &taken {
        done(ledger, taken).await;
    }
    let theirs = took(ledger).await;
    assert_eq!((theirs.job.repository.as_str(), done(ledger, &theirs).await), ("theirs", Finish::Gone));
}

async fn of_many_workers_each_takes_another_job(ledger: &Ledger) {
    let subjects: Vec<String> = (0..6).map(|number| format!("pr/{number}")).collect();
    for subject in &subjects {
        ask(ledger, Asked { repository: "a", task: Task::Review, subject, commit: None }).await;
    }
    let me = Process::current();
    let limits = Limits { per_repository: 4, ..ALL };
    let takes = futures::future::join_all((0..8).map(|_| ledger.take(&me, &limits))).await;
    let taken: Vec<Taken> = takes.into_iter().filter_map(|taken| taken.expect("the ledger answers")).collect();
    let names: std::collections::BTreeSet<&str> = taken.iter().map(|taken| taken.job.name.as_str()).collect();
    assert_eq!((taken.len(), names.len()), (4, 4));
    for taken in &taken {
        done(ledger, taken).await;
    }
    while let Some(taken) = take(ledger, ALL).await {
        done(ledger, &taken).await;
    }
}

async fn a_dead_worker_is_not_waited_for(ledger: &Ledger) {
    ask(ledger, push("a", "c1")).await;
    let old = ledger.take(&dead(), &ALL).await.expect("the ledger answers").expect("a job");
    let new = took(ledger).await;
    assert_eq!(new.job.name, old.job.name);
    assert!(!ledger.keep(&old, LONG).await.expect("an answer"));
    assert_eq!(ledger.put_back(&old, "late", None).await.expect("an answer"), Finish::Lost);
    assert!(ledger.keep(&new, LONG).await.expect("an answer"));
    assert_eq!((done(ledger, &old).await, done(ledger, &new).await), (Finish::Lost, Finish::Gone));
}

async fn a_lease_that_is_over_is_taken_over(ledger: &Ledger) {
    ask(ledger, push("a", "c1")).await;
    let elsewhere = Process { host: "elsewhere.example".to_owned(), ..Process::current() };
    let short = Limits { lease: NONE, ..ALL };
    let old = ledger.take(&elsewhere, &short).await.expect("the ledger answers").expect("a job");
    let new = took(ledger).await;
    assert!(!ledger.keep(&old, LONG).await.expect("an answer"), "another has come");
    assert_eq!((done(ledger, &old).await, done(ledger, &new).await), (Finish::Lost, Finish::Gone));
}

/// Its time is over, by the clock, and nobody has come: whoever works goes on.
async fn a_clock_that_is_set_ends_no_lease(ledger: &Ledger) {
    ask(ledger, push("a", "c1")).await;
    let short = Limits { lease: NONE, ..ALL };
    let taken = take(ledger, short).await.expect("there is a job");
    assert!(ledger.keep(&taken, LONG).await.expect("an answer"));
    assert_eq!((take(ledger, ALL).await, ledger.let_go(&taken).await), (None, Ok(Finish::Stays)));
    assert!(!ledger.keep(&taken, LONG).await.expect("an answer"), "it was given back");
    let taken = took(ledger).await;
    assert_eq!(done(ledger, &taken).await, Finish::Gone);
}

async fn what_fails_comes_back_and_ends(ledger: &Ledger) {
    ask(ledger, push("a", "c1")).await;
    let mut job = String::new();
    for attempt in 1..=3 {
        let taken = took(ledger).await;
        assert_eq!(only(ledger).await.message, None, "the try before says nothing about this one");
        ledger.put_back(&taken, "it\0 broke", Some(0)).await.expect("an answer");
        let found = only(ledger).await;
        assert_eq!(
            (found.state, found.attempts, found.message.as_deref()),
            (JobState::Retrying, attempt, Some("it broke"))
        );
        job = found.name;
    }
    let taken = took(ledger).await;
    ledger.put_back(&taken, "it broke", Some(LONG)).await.expect("an answer");
    assert_eq!(take(ledger, ALL).await, None, "it is not due");
    assert!(ledger.retry_job(&job).await.expect("an answer"));
    let taken = took(ledger).await;
    ledger.put_back(&taken, "it broke", None).await.expect("an answer");
    assert_eq!((only(ledger).await.state, only(ledger).await.due_at), (JobState::Failed, None));
    // The same commit does not break less; the next one may.
    assert_eq!((ask(ledger, push("a", "c1")).await, take(ledger, ALL).await), (Queued::Known, None));
    assert_eq!(ask(ledger, push("a", "c2")).await, Queued::Joined { job, skipped: Vec::new() });
    let taken = took(ledger).await;
    assert_eq!(taken.job.attempts, 0);
    // What comes while it fails begins at once.
    ask(ledger, push("a", "c3")).await;
    ledger.put_back(&taken, "it broke", None).await.expect("an answer");
    let taken = took(ledger).await;
    assert_eq!((taken.job.commit.as_deref(), done(ledger, &taken).await), (Some("c3"), Finish::Gone));
}

async fn what_is_withdrawn_is_gone(ledger: &Ledger) {
    ask(ledger, push("a", "c1")).await;
    let withdraw = async || ledger.withdraw("a", Task::RollOut, "main").await.expect("an answer");
    let taken = took(ledger).await;
    assert!(!withdraw().await, "somebody works on it");
    ledger.put_back(&taken, "it broke", None).await.expect("an answer");
    assert!(withdraw().await && !withdraw().await);
}
