//! Buckets against the emulator, by the real engine.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use crate::aws::{Aws, ELSEWHERE, REGION};

/// A name that no account has.
fn unused(name: &str) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("{name}-of-s3-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

fn program(name: &str, more: &str) -> String {
    format!("\nresources:\n  web: {{type: 'gitinfra:s3:Bucket', properties: {{name: {name}, {more}}}}}\n")
}

#[track_caller]
fn buckets(aws: &Aws) -> usize {
    aws.call("s3", "list_buckets", json!({}))["Buckets"].as_array().map_or(0, Vec::len)
}

/// Puts what holds a bucket: versions, a delete marker, a key that XML can't hold, an upload.
fn fill(aws: &Aws, bucket: &str) {
    for key in ["a", "a", "b c/ü+%.txt", "odd\u{1}"] {
        aws.call("s3", "put_object", json!({"Bucket": bucket, "Key": key, "Body": "x"}));
    }
    aws.call("s3", "delete_object", json!({"Bucket": bucket, "Key": "a"}));
    aws.call("s3", "create_multipart_upload", json!({"Bucket": bucket, "Key": "half"}));
}

#[test]
fn a_bucket_is_emptied_only_where_the_program_says_so() {
    let aws = Aws::new();
    let name = unused("full");
    let project = aws.project(&program(&name, "versioning: true, tags: {a: b}"));
    project.up().expect_ok();
    project.expect_settled().refresh_settled();
    // The mark of its birth is no tag of the program's, and stays.
    project.program(&program(&name, "versioning: true, tags: {c: d}"));
    project.up().expect_ok().expect_steps(&["update web"]);
    let tags = aws.call("s3", "get_bucket_tagging", json!({"Bucket": name}))["TagSet"].clone();
    let keys: Vec<_> = tags.as_array().into_iter().flatten().filter_map(|tag| tag["Key"].as_str()).collect();
    assert!(keys.contains(&"c") && keys.contains(&"gitinfra:create-token") && !keys.contains(&"a"), "{keys:?}");

    fill(&aws, &name);
    project.destroy().expect_failure().expect_says("BucketNotEmpty").expect_says("set `forceDestroy: true`");
    assert_eq!(buckets(&aws), 1);
    project.program(&program(&name, "versioning: true, tags: {c: d}, forceDestroy: true"));
    project.up().expect_ok().expect_steps(&["update web"]);
    // Something is written between the last look and the deletion.
    aws.fault(json!({"kind": "error", "operation": "DeleteBucket", "code": "BucketNotEmpty", "status": 409}));
    project.destroy().expect_ok();
    assert_eq!(buckets(&aws), 0);
}

#[test]
fn ones_own_bucket_in_the_first_region_is_not_taken_for_a_new_one() {
    let aws = Aws::new();
    let name = unused("mine");
    aws.call_in(ELSEWHERE, "s3", "create_bucket", json!({"Bucket": name}));
    let project = aws.project(&program(&name, &format!("region: {ELSEWHERE}")));
    project.up().expect_failure().expect_says("exists already").expect_says("pulumi import gitinfra:s3:Bucket");
    assert!(!aws.writes_after(0).contains(&"PutBucketTagging".to_owned()));
    // What is another account's is told as that.
    let other = Aws::new();
    let project = other.project(&program(&name, ""));
    project.up().expect_failure().expect_says("BucketAlreadyExists").expect_says("choose another name");
    assert_eq!(buckets(&aws), 1);
}

#[test]
fn what_the_program_leaves_to_others_stays_theirs() {
    let aws = Aws::new();
    let name = unused("copied");
    let all = format!(
        "versioning: true, objectLockConfiguration: {{defaultRetention: {{mode: GOVERNANCE, days: 1}}}}, \
         replicationConfiguration: {{role: 'arn:aws:iam::{}:role/copy', rules: {{all: {{deleteMarkerReplication: true, \
         destination: {{bucket: 'arn:aws:s3:::elsewhere', storageClass: STANDARD_IA, replicationTime: 15}}}}, \
         some: {{priority: 1, prefix: in/, tags: {{a: b}}, replicaModifications: true, destination: {{bucket: 'arn:aws:s3:::there', metrics: true}}}}}}}}",
        aws.account
    );
    let project = aws.project(&program(&name, &all));
    project.up().expect_ok().expect_steps(&["create web"]);
    project.expect_settled().refresh_settled();
    let replication = || -> Value { aws.seen_in(REGION, "s3", "get_bucket_replication", json!({"Bucket": name})) };
    assert_eq!(replication()["ReplicationConfiguration"]["Rules"].as_array().map(Vec::len), Some(2));
    // Left out, it stays as it is; said to be nothing, it goes.
    project.program(&program(&name, "versioning: true"));
    project.up().expect_ok();
    project.expect_settled();
    assert!(replication().is_object());
    project.program(&program(&name, "versioning: true, replicationConfiguration: {}, forceDestroy: true"));
    project.up().expect_ok().expect_steps(&["update web"]);
    project.expect_settled().refresh_settled();
    let words = aws.seen_in(REGION, "s3", "get_bucket_versioning", json!({"Bucket": name}));
    assert_eq!(words["Status"], "Enabled");
    project.destroy().expect_ok();
    assert_eq!(buckets(&aws), 0);
}
