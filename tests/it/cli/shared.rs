//! A backend that others use as well: their lock is waited for, and never taken away.

use serde_json::json;

use super::going::Going;
use super::place::Place;
use crate::aws::{Aws, REGION};

const SLOW: (&str, &str) = ("a", "path: a.txt, content: one, slow: 1000000");

/// Somebody else's `pulumi up` is at the stack: what `sync` makes of it, once and while watching, and records of it.
fn check(p: &Place, tries: &[&str]) {
    let made = p.pulumi("stack init dev --no-select").status();
    assert!(made.expect("pulumi runs").success());
    let other = Going::start(p.pulumi("up --yes --skip-preview --stack dev"));
    p.until_slow("a.txt");
    let holder = format!("held by pid {} of ", other.pid());
    for _ in 0..2 {
        p.run("sync").expect_code(5).expect_out(&[
            "the engine's lock",
            &holder,
            " since ",
            "hint: wait for it to end",
            "1 stack skipped",
        ]);
    }
    assert_eq!(p.states(), tries);
    let watch = p.start("sync --watch --interval 1s");
    watch.until(&holder);
    p.release("a.txt", || watch.out().contains("✓ rolled out"));
    other.finish().expect_code(0);
    watch.interrupt();
    watch.finish().expect_code(130);
    assert_eq!(p.states(), ["succeeded"]);
    assert_eq!(p.state("test", "dev").names(), ["a"]);
}

#[test]
fn in_a_folder() {
    // Files show their locks, so the run need not begin.
    check(&Place::of(&[SLOW]), &[]);
}

#[test]
fn in_a_bucket() {
    let aws = Aws::new();
    let place = json!({"LocationConstraint": REGION});
    let bucket = json!({"Bucket": "states", "CreateBucketConfiguration": place});
    aws.call("s3", "create_bucket", bucket);
    let env = aws.env().into_iter();
    let p = env.fold(Place::of(&[SLOW]), |p, (k, v)| p.env(k, v));
    let url = format!("s3://states?region={REGION}&endpoint={}&s3ForcePathStyle=true", aws.url());
    check(&p.env("PULUMI_BACKEND_URL", url), &["busy"]);
}
