//! A ledger of an older version: what is in it is there in this version's shape.

use std::path::Path;

use sqlx::migrate::Migrator;
use sqlx::{AnyConnection, Connection as _};

use super::*;

/// Rows as the first version wrote them.
const FIRST: &[&str] = &[
    "INSERT INTO repositories VALUES ('r', 'https://example.org/infra.git', 1)",
    "INSERT INTO stacks (id, repository_id, name, folder, runtime, rolled_out_commit, rolled_out_at, fence, created_at) \
        VALUES ('s', 'r', 'net/dev', 'net', 'yaml', 'aaaa', 5, 7, 1)",
    "INSERT INTO runs (id, stack_id, branch, commit_id, subject, reason, state, fence, host, started_at, finished_at, changes) \
        VALUES ('old', 's', 'main', 'aaaa', 'A VPC', 'never rolled out before', 'succeeded', 7, 'here', 4, 5, '{\"create\":2}')",
    "INSERT INTO events VALUES ('old', 0, 4, 'note', '{\"kind\":\"note\",\"message\":\"hello\"}')",
];

/// And as the eighth did.
const EIGHTH: &[&str] = &[
    "UPDATE stacks SET suspended_why = 'moving' WHERE id = 's'",
    "INSERT INTO locks VALUES ('s', 'ada', 'mine', 9000000000000, 6)",
    "INSERT INTO queue (id, repository, kind, subject, commit_id, queued_at, due_at) \
        VALUES ('q', 'https://example.org/infra.git', 'roll-out', 'main', 'bbbb', 6, 6)",
];

async fn write(connection: &mut AnyConnection, upto: usize, rows: &'static [&'static str]) {
    let older = Migrator::with_migrations(MIGRATIONS.iter().take(upto).cloned().collect());
    older.run(&mut *connection).await.expect("the older shape");
    for row in rows {
        sqlx::query(*row).execute(&mut *connection).await.expect("a row");
    }
}

/// Opens the ledger at a URL, where there is none yet, after two older versions wrote in it.
pub async fn check(url: &str, state_dir: &Path) {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(url).await.expect("a database");
    write(&mut connection, 1, FIRST).await;
    write(&mut connection, 8, EIGHTH).await;
    connection.close().await.expect("it ends");
    let ledger = Ledger::open(Some(url), state_dir).await.expect("this version's shape");
    let stacks = ledger.stack_records().await.expect("a list");
    let [stack] = &stacks[..] else { panic!("{stacks:?}") };
    assert_eq!((stack.name.as_str(), stack.commit.as_deref(), stack.rolled_out_at), ("net/dev", Some("aaaa"), Some(5)));
    assert_eq!((stack.suspended.as_deref(), stack.last_state), (Some("moving"), Some(RunState::Succeeded)));
    let run = ledger.run("old").await.expect("the run");
    assert_eq!((run.subject.as_str(), run.action, run.finished_at), ("A VPC", Action::RollOut, Some(5)));
    assert_eq!(run.changes.values().sum::<u64>(), 2);
    let (events, _) = ledger.events_from("old", 0).await.expect("its events");
    assert_eq!(events.len(), 1);
    assert_eq!(ledger.locks().await.expect("a list")[0].owner, "ada");
    let jobs = ledger.jobs().await.expect("a list");
    assert_eq!((jobs[0].name.as_str(), jobs[0].commit.as_deref()), ("q", Some("bbbb")));
    // What is rolled out next has a higher fence than all before.
    let id = ledger.find(REPOSITORY, "net/dev").await.expect("an answer").expect("its row");
    assert_eq!(ours(&ledger, &id).await.fence, 8);
}
