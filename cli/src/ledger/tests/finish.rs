//! What follows from a run's end is written at once: whichever of its statements fails, nothing of it is there.

use sqlx::Row;

use super::*;
use crate::record::Case;

/// Each thing that a run's end changes: the table, and what is done with it.
const STATEMENTS: [(&str, &str); 8] = [
    ("stacks", "UPDATE OF fence"),
    ("holds", "INSERT"),
    ("stacks", "UPDATE OF rolled_out_commit"),
    ("holds", "UPDATE OF state"),
    ("seals", "UPDATE OF used_by"),
    ("runs", "UPDATE OF finished_at"),
    ("events", "INSERT"),
    ("stacks", "UPDATE OF lease_holder"),
];

/// All that a run's end is about, as one row.
const ROWS: &str = "SELECT COALESCE(s.rolled_out_commit, '') || ' ' || s.reads || ' ' || COALESCE(s.put_out, '') || ' ' || COALESCE(s.lease_holder, 'nobody') || ' ' || r.state \
        || ' ' || COALESCE(r.message, '') || ' ' || r.changes || ' ' || COALESCE(e.used_by, 'open') || ' ' || h.state \
        || ' ' || CAST((SELECT COUNT(*) FROM events WHERE run_id = r.id) AS TEXT) \
        || ' ' || CAST((SELECT COUNT(*) FROM holds WHERE stack_id = s.id) AS TEXT) AS told \
    FROM runs r JOIN stacks s ON s.id = r.stack_id JOIN holds h ON h.stack_id = s.id JOIN seals e ON e.id = h.seal_id \
    WHERE r.id = $1 AND h.run_id = 'an earlier run'";

/// A run under its lease, with a hold and a seal, and another seal that would hold it.
struct Begun {
    id: StackId,
    lease: Lease,
    run: String,
    seal: String,
    other: String,
}

/// Whether an end of this kind does one of the things.
fn does(state: RunState, (table, what): (&str, &str)) -> bool {
    match (table, what) {
        ("holds", "INSERT") => state == RunState::Held,
        ("holds", _) => state != RunState::Failed,
        ("seals", _) | (_, "UPDATE OF rolled_out_commit") => state == RunState::Succeeded,
        _ => true,
    }
}

pub async fn check(ledger: &Ledger) {
    for state in [RunState::Succeeded, RunState::Failed, RunState::Held] {
        let begun = begin(ledger, state.word()).await;
        nothing_is_written_where_something_fails(ledger, &begun, state).await;
        nothing_is_written_under_an_older_lease(ledger, &begun, state).await;
        all_is_written_at_once(ledger, &begun, state).await;
    }
}

async fn begin(ledger: &Ledger, name: &str) -> Begun {
    let stack = stack(&format!("finish-{name}"));
    let id = ledger.stack(REPOSITORY, &stack, 1).await.expect("a row");
    let lease = ours(ledger, &id).await;
    let run = NewRun { backend: Some("s3://ada:pw@state"), ..new_run("aaaa") };
    let run = ledger.begin(&id, &lease, &run, 11).await.expect("a run");
    let seal = ledger.keep_seal(&decisions::seal(&stack.name(), "whole"), true, 11).await.expect("a seal");
    let other = ledger.keep_seal(&decisions::seal(&stack.name(), "other"), true, 11).await.expect("a seal");
    let (case, changes) = (Case::default(), Counts::new());
    let hold = Some(hold(name, "an earlier run", &seal, &case));
    let done = Done { hold, ..Done::of(RunState::Held, &changes) };
    assert!(ledger.finish(&id, &lease, "an earlier run", &done, 12).await.expect("an answer"));
    Begun { id, lease, run, seal, other }
}

fn hold<'a>(name: &'a str, run: &'a str, seal: &'a str, case: &'a Case) -> NewHold<'a> {
    NewHold { name, run, branch: "main", commit: "aaaa", seal, shown_seal: None, case }
}

async fn finish(ledger: &Ledger, begun: &Begun, lease: &Lease, state: RunState) -> Result<bool> {
    let (changes, reads) =
        ([("create".to_owned(), 3)].into(), [("organization/net/dev".to_owned(), Some("read".to_owned()))].into());
    let said = [Recorded { at: 19, body: Body::Note { message: "over".to_owned() } }];
    let (case, name) = (Case::default(), format!("another-{}", state.word()));
    let hold = (state == RunState::Held).then(|| hold(&name, &begun.run, &begun.other, &case));
    let done = Done {
        message: Some("words"),
        hold,
        stands: Some("aaaa"),
        seal: Some(&begun.seal),
        reads: Some(&reads),
        put_out: Some("put out"),
        events: (0, &said),
        releases: true,
        ..Done::of(state, &changes)
    };
    ledger.finish(&begun.id, lease, &begun.run, &done, 20).await
}

async fn rows(ledger: &Ledger, begun: &Begun) -> String {
    let row = sqlx::query(ROWS).bind(begun.run.clone()).fetch_one(&ledger.pool).await.expect("a row");
    row.get("told")
}

async fn run(ledger: &Ledger, statement: String) {
    sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&ledger.pool).await.expect("a statement");
}

/// As if it were killed there: a statement fails, and what was written before it goes.
async fn nothing_is_written_where_something_fails(ledger: &Ledger, begun: &Begun, state: RunState) {
    let is_sqlite = ledger.clock == SQLITE_CLOCK;
    if !is_sqlite {
        let body = "BEGIN RAISE EXCEPTION 'killed'; END";
        let make = "CREATE OR REPLACE FUNCTION killed() RETURNS trigger LANGUAGE plpgsql AS";
        run(ledger, format!("{make} $$ {body} $$")).await;
    }
    let before = rows(ledger, begun).await;
    assert!(before.contains("running") && before.ends_with(" open held 0 1"), "{before}");
    for (at, (table, what)) in STATEMENTS.into_iter().enumerate() {
        if !does(state, (table, what)) {
            continue;
        }
        let then = if is_sqlite {
            "BEGIN SELECT RAISE(ABORT, 'killed'); END"
        } else {
            "FOR EACH ROW EXECUTE FUNCTION killed()"
        };
        // A name of its own: another connection of SQLite may not have seen yet that the last one went.
        let kill = format!("kill_{state:?}_{at}");
        run(ledger, format!("CREATE TRIGGER {kill} BEFORE {what} ON {table} {then}")).await;
        let done = finish(ledger, begun, &begun.lease, state).await;
        let of_table = if is_sqlite { String::new() } else { format!(" ON {table}") };
        run(ledger, format!("DROP TRIGGER {kill}{of_table}")).await;
        assert!(done.is_err_and(|failure| failure.message.contains("killed")), "{what} of {table}");
        assert_eq!(rows(ledger, begun).await, before, "{what} of {table}");
    }
}

async fn nothing_is_written_under_an_older_lease(ledger: &Ledger, begun: &Begun, state: RunState) {
    let mut older = begun.lease.clone();
    older.fence -= 1;
    let before = rows(ledger, begun).await;
    assert_eq!(finish(ledger, begun, &older, state).await, Ok(false));
    assert_eq!(rows(ledger, begun).await, before);
}

async fn all_is_written_at_once(ledger: &Ledger, begun: &Begun, state: RunState) {
    assert_eq!(finish(ledger, begun, &begun.lease, state).await, Ok(true));
    let expected = match state {
        RunState::Succeeded => {
            format!(
                "aaaa {{\"organization/net/dev\":\"read\"}} put out nobody succeeded words {{\"create\":3}} {} overtaken 1 1",
                begun.run
            )
        }
        RunState::Held => " []  nobody held words {\"create\":3} open overtaken 1 2".to_owned(),
        _ => " []  nobody failed words {\"create\":3} open held 1 1".to_owned(),
    };
    assert_eq!(rows(ledger, begun).await, expected);
    // The lease is free, and giving it back once more does no harm to whoever has it by now.
    let next = ours(ledger, &begun.id).await;
    ledger.release(&begun.id, &begun.lease).await.expect("no harm");
    assert!(ledger.is_ours(&begun.id, &next).await.expect("an answer"));
    assert!(!ledger.is_ours(&begun.id, &begun.lease).await.expect("an answer"));
}
