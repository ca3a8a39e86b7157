//! The bucket of a load balancer's access logs.

use pulumi_plugin::{Input, Output, Scope};
use serde_json::json;

use super::LoadBalancerInputs;
use crate::aws::Common;
use crate::components::Report;
use crate::components::log_bucket::LogBucket;
use crate::s3::bucket::ObjectOwnership;

/// Makes the bucket. Its name is known once the load balancer may write there.
pub fn bucket(here: &mut Scope, inputs: &LoadBalancerInputs, account: String) -> Output<String> {
    let bucket = LogBucket {
        key: "logs",
        name: Input::default(),
        days: inputs.settings.access_log_retention_days.unsigned_abs(),
        ownership: ObjectOwnership::BucketOwnerEnforced,
        statements: Box::new(move |arn| {
            vec![json!({
                "Sid": "Logs", "Effect": "Allow", "Action": "s3:PutObject",
                "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
                "Resource": format!("{arn}/AWSLogs/{account}/*"),
            })]
        }),
        shared: &inputs.shared,
        place: Common::default(),
    };
    let (bucket, policy) = bucket.with_policy(here);
    bucket.id.depends_on(&policy.urn)
}

/// What a report says of the bucket.
pub fn report(report: Report) -> Report {
    let met = ["S3.2", "S3.3", "S3.5", "S3.6", "S3.8", "S3.12", "S3.13"];
    let report = met.into_iter().fold(report, Report::meets);
    report.open("S3.9", "the bucket of the access logs has no server access log itself")
}
