//! The bucket of a load balancer's access logs.

use pulumi_plugin::{Input, Output, Scope};
use serde_json::{Value as Json, json};

use super::{Facts, LoadBalancerInputs};
use crate::aws::{Common, Partition, principal};
use crate::components::Report;
use crate::components::log_bucket::LogBucket;
use crate::s3::bucket::ObjectOwnership;

/// Who writes the logs: a service, or in the other partitions an account of AWS's in each region.
fn writer(region: &str) -> Json {
    let account = match region {
        "us-gov-west-1" => "048591011584",
        "us-gov-east-1" => "190560391635",
        "cn-north-1" => "638102146993",
        "cn-northwest-1" => "037604701340",
        _ => return json!({"Service": principal("logdelivery.elasticloadbalancing", region)}),
    };
    json!({"AWS": Partition::of(region).root(account)})
}

/// Makes the bucket. Its name is known once the load balancer may write there.
pub fn bucket(here: &mut Scope, inputs: &LoadBalancerInputs, facts: &Facts) -> Output<String> {
    let (account, writer) = (facts.account.clone(), writer(&facts.region));
    let bucket = LogBucket {
        key: "logs",
        name: Input::default(),
        days: inputs.settings.access_log_retention_days.unsigned_abs(),
        ownership: ObjectOwnership::BucketOwnerEnforced,
        statements: Box::new(move |arn| {
            vec![json!({
                "Sid": "Logs", "Effect": "Allow", "Action": "s3:PutObject",
                "Principal": writer,
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::writer;

    #[test]
    fn the_writer_is_one_of_the_regions_partition() {
        for (region, expected) in [
            ("ap-northeast-1", json!({"Service": "logdelivery.elasticloadbalancing.amazonaws.com"})),
            ("cn-north-1", json!({"AWS": "arn:aws-cn:iam::638102146993:root"})),
            ("us-gov-west-1", json!({"AWS": "arn:aws-us-gov:iam::048591011584:root"})),
        ] {
            assert_eq!(writer(region), expected, "{region}");
        }
    }
}
