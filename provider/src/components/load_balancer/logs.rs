//! The bucket of a load balancer's access logs.

use std::collections::BTreeMap;

use pulumi_plugin::{Order, Output, Scope};
use serde_json::json;

use super::LoadBalancerInputs;
use crate::components::Report;
use crate::s3::bucket::{AbortIncompleteMultipartUpload, Bucket, BucketArgs, Expiration, LifecycleRule, RuleStatus};
use crate::s3::bucket_policy::{BucketPolicy, BucketPolicyArgs};
use crate::types::{BucketName, PolicyJson};

/// Makes the bucket. Its name is known once the load balancer may write there.
pub fn bucket(here: &mut Scope, inputs: &LoadBalancerInputs, account: String) -> Output<String> {
    let protects = inputs.shared.protects();
    let args = BucketArgs {
        lifecycle_rules: BTreeMap::from([("expire".to_owned(), expiry(inputs))]).into(),
        // What nobody protects goes with the load balancer, whose last logs come late.
        force_destroy: Order::from(!protects).into(),
        ..Default::default()
    };
    let bucket = here.child("logs").protect(protects).add::<Bucket>(args);
    let args = BucketPolicyArgs {
        bucket: bucket.id.map(BucketName::from).into(),
        policy: bucket.arn.map(move |arn| policy(&arn, &account)).into(),
    };
    let policy = here.add::<BucketPolicy>("logs-policy", args);
    bucket.id.depends_on(&policy.urn)
}

fn expiry(inputs: &LoadBalancerInputs) -> LifecycleRule {
    let days = inputs.settings.access_log_retention_days;
    LifecycleRule {
        status: RuleStatus::Enabled,
        prefix: String::new(),
        tags: BTreeMap::new(),
        object_size_greater_than: None,
        object_size_less_than: None,
        expiration: Some(Expiration { days: Some(days), date: None, expired_object_delete_marker: false }),
        transitions: Default::default(),
        noncurrent_version_expiration: None,
        noncurrent_version_transitions: Default::default(),
        abort_incomplete_multipart_upload: Some(AbortIncompleteMultipartUpload { days_after_initiation: 7 }),
    }
}

/// Elastic Load Balancing may write the account's logs, and everybody has to come by TLS.
fn policy(arn: &str, account: &str) -> PolicyJson {
    PolicyJson::of([
        json!({
            "Sid": "Logs", "Effect": "Allow", "Action": "s3:PutObject",
            "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
            "Resource": format!("{arn}/AWSLogs/{account}/*"),
        }),
        json!({
            "Sid": "TlsOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
            "Resource": [arn, format!("{arn}/*")],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }),
    ])
}

/// What a report says of the bucket.
pub fn report(report: Report) -> Report {
    let met = ["S3.2", "S3.3", "S3.5", "S3.6", "S3.8", "S3.12", "S3.13"];
    let report = met.into_iter().fold(report, Report::meets);
    report.open("S3.9", "the bucket of the access logs has no server access log itself")
}
