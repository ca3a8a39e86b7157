//! The logs of a web ACL.

use serde_json::{Value, json};

use super::lived::{begun, ended};
use crate::aws::{Aws, ELSEWHERE};

fn logging(aws: &Aws, region: &str, acl: &str) -> Value {
    aws.call_in(region, "wafv2", "get_logging_configuration", json!({"ResourceArn": acl}))["LoggingConfiguration"]
        .clone()
}

#[test]
fn logs_go_through_firehose_and_end_in_order() {
    let aws = Aws::new();
    let project = begun(&aws, "waf-logs");
    let state = project.state();
    let told = logging(&aws, ELSEWHERE, state.text("waf", "/outputs/webAclArn"));
    assert_eq!(told["LogDestinationConfigs"], json!([state.get("logs", "/outputs/destinationArn")]));
    let redacted = told["RedactedFields"].as_array().map(Vec::len);
    assert_eq!((redacted, &told["LoggingFilter"]["DefaultBehavior"]), (Some(2), &json!("DROP")));
    assert_eq!(state.get("logs", "/outputs/controls"), &json!(["DataFirehose.1", "S3.5", "S3.8", "S3.12", "S3.13"]));

    let stream = state.text("logs", "/outputs/destinationArn").rsplit('/').next().unwrap_or_default();
    assert!(stream.starts_with("aws-waf-logs-logs-"), "{stream}");
    let name = json!({"DeliveryStreamName": stream});
    let stream = aws.call_in(ELSEWHERE, "firehose", "describe_delivery_stream", name);
    let stream = &stream["DeliveryStreamDescription"];
    assert_eq!(stream["DeliveryStreamEncryptionConfiguration"]["Status"], "ENABLED");
    let bucket = state.text("logs", "/outputs/bucketName");
    let policy = aws.call_in(ELSEWHERE, "s3", "get_bucket_policy", json!({"Bucket": bucket}));
    assert!(policy["Policy"].as_str().is_some_and(|it| it.contains("aws:SecureTransport")), "{policy}");
    let block = aws.call_in(ELSEWHERE, "s3", "get_public_access_block", json!({"Bucket": bucket}));
    let blocked = block["PublicAccessBlockConfiguration"].as_object().expect("a block").values().all(|it| *it == true);
    assert!(blocked, "S3.8: {block}");
    let owner = aws.call_in(ELSEWHERE, "s3", "get_bucket_ownership_controls", json!({"Bucket": bucket}));
    assert_eq!(owner["OwnershipControls"]["Rules"][0]["ObjectOwnership"], "BucketOwnerEnforced", "S3.12");
    let rules = aws.call_in(ELSEWHERE, "s3", "get_bucket_lifecycle_configuration", json!({"Bucket": bucket}));
    assert_eq!(rules["Rules"][0]["Expiration"]["Days"], 90);

    let before = aws.calls().len();
    ended(&project, "waf-logs");
    let writes = aws.writes_after(before);
    let at = |call: &str| writes.iter().position(|it| it == call).unwrap_or_else(|| panic!("no {call}: {writes:?}"));
    assert!(at("DeleteLoggingConfiguration") < at("DeleteDeliveryStream"), "{writes:?}");
    assert!(at("DeleteDeliveryStream") < at("DeleteBucket"), "{writes:?}");
}

/// A bucket and a log group, to which WAF writes by itself, in the region of the web ACL.
#[test]
fn waf_writes_to_buckets_and_log_groups_by_itself() {
    let aws = Aws::new();
    let program = |more: &str| {
        format!(
            "
resources:
  waf: {{type: 'gitinfra:index:Waf', properties: {{scope: REGIONAL}}}}
  logs:
    type: gitinfra:index:WafLogs
    properties: {{webAclArn: '${{waf.webAclArn}}', scope: REGIONAL, profile: dev, redact: [], {more}}}
"
        )
    };
    let project = aws.project(&program("destination: s3"));
    project.up().expect_ok();
    project.expect_settled().refresh_settled();
    let state = project.state();
    let bucket = format!("aws-waf-logs-{}-ap-northeast-1-logs", aws.account);
    assert_eq!(state.text("logs", "/outputs/bucketName"), bucket);

    // The destination is changed in place, without a gap in the logs.
    project.program(&program("destination: cloudWatchLogs, retentionInDays: 30"));
    let changes = [
        "create logs-log-group",
        "delete logs-bucket",
        "delete logs-bucket-policy",
        "update logs",
        "update logs-logging",
    ];
    project.up().expect_ok().expect_steps(&changes);
    project.expect_settled().refresh_settled();
    let told = logging(&aws, crate::aws::REGION, state.text("waf", "/outputs/webAclArn"));
    let group = told["LogDestinationConfigs"][0].as_str().unwrap_or_default();
    assert!(group.contains(":log-group:aws-waf-logs-logs-"), "{told}");
    project.program(&program("destination: cloudWatchLogs, retentionInDays: 31"));
    project.preview().expect_failure().expect_says("`31` is not one of 1, 3, 5");
    project.destroy().expect_ok();
}
