//! Who reads what puts out other values by now.

use super::*;

pub(super) async fn check(ledger: &Ledger) {
    let (net, app) = (stack("out-net"), stack("out-app"));
    let mut rows = Vec::new();
    for stack in [&net, &app] {
        let id = ledger.stack(REPOSITORY, stack, 1).await.expect("a row");
        let lease = ours(ledger, &id).await;
        ledger.begin(&id, &lease, &NewRun { backend: Some("s3://out"), ..new_run("aaaa") }, 1).await.expect("a run");
        rows.push((id, lease));
    }
    let [(net, net_lease), (app, app_lease)] = &rows[..] else { panic!("two stacks") };
    let changes = Counts::new();
    let puts = async |out: Option<&str>, stands, now| {
        let done = Done { stands, put_out: out, ..Done::of(RunState::Succeeded, &changes) };
        assert!(ledger.finish(net, net_lease, "no run", &done, now).await.expect("an answer"));
    };
    let reads = async |read: Option<&str>, now| {
        let reads = Reads::from([("organization/out-net/dev".to_owned(), read.map(str::to_owned))]);
        let done = Done { stands: Some("aaaa"), reads: Some(&reads), ..Done::of(RunState::Succeeded, &changes) };
        assert!(ledger.finish(app, app_lease, "no run", &done, now).await.expect("an answer"));
    };
    let anew = async || {
        let all = ledger.all_known(REPOSITORY).await.expect("a list").remove("out-app/dev").expect("a stack").2;
        let one = ledger.known(app).await.expect("a stack");
        assert_eq!(all, one);
        one.reads_anew
    };
    puts(Some("first"), Some("aaaa"), 5).await;
    assert_eq!(ledger.put_out(app).await.expect("a list").get("out-net/dev").map(String::as_str), Some("first"));
    reads(Some("first"), 6).await;
    assert_eq!(anew().await, None);
    assert_eq!(
        ledger.reads(REPOSITORY).await.expect("a list").get("out-app/dev"),
        Some(&vec!["organization/out-net/dev".to_owned()])
    );
    puts(Some("second"), Some("bbbb"), 7).await;
    assert_eq!(anew().await.as_deref(), Some("out-net/dev"));
    // What nobody merged yet moves nobody.
    let applied = Applied { pull: 77, stack: "out-net/dev".to_owned(), head: "bbbb".to_owned(), goes_back: false };
    ledger.note_applied(REPOSITORY, &applied).await.expect("a write");
    assert_eq!(anew().await, None);
    ledger.forget_applied(REPOSITORY, &applied).await.expect("a write");
    assert_eq!(anew().await.as_deref(), Some("out-net/dev"));
    reads(Some("second"), 8).await;
    assert_eq!(anew().await, None);
    puts(None, Some("cccc"), 9).await;
    assert_eq!(anew().await.as_deref(), Some("out-net/dev"), "it puts out nothing any more");
    puts(None, None, 10).await;
    assert_eq!(anew().await, None, "it was destroyed");
    let destroyed = ledger.destroyed_beside(app).await.expect("a list");
    assert_eq!(Vec::from_iter(destroyed), ["out-net/dev"]);
    assert!(ledger.put_out(app).await.expect("a list").is_empty());
}
