//! Firehose streams against the emulator, by the real engine.

use serde_json::{Value, json};

use crate::aws::Aws;
use crate::life::stack::{Asked, Stack};

/// A stream `logs` with its role, and more properties of its destination.
fn program(destination: &str) -> String {
    format!(
        "
resources:
  role:
    type: gitinfra:iam:Role
    properties:
      assumeRolePolicy: {{Version: '2012-10-17', Statement: [{{Effect: Allow, Principal: {{Service: firehose.amazonaws.com}}, Action: sts:AssumeRole}}]}}
  logs:
    type: gitinfra:firehose:DeliveryStream
    properties:
      name: aws-waf-logs-web
      extendedS3DestinationConfiguration:
        roleArn: ${{role.arn}}
        bucketArn: arn:aws:s3:::logs
        {destination}
"
    )
}

#[track_caller]
fn destination(aws: &Aws) -> Value {
    let told = aws.call("firehose", "describe_delivery_stream", json!({"DeliveryStreamName": "aws-waf-logs-web"}));
    told["DeliveryStreamDescription"]["Destinations"][0]["ExtendedS3DestinationDescription"].clone()
}

const PARTITIONS: &str = "dynamicPartitioningConfiguration: {retryOptions: {durationInSeconds: 60}}
        bufferingHints: {sizeInMBs: 64}";
const BACKUP: &str =
    "s3BackupMode: Enabled\n        s3BackupConfiguration: {roleArn: '${role.arn}', bucketArn: 'arn:aws:s3:::backup'}";

#[test]
fn what_is_for_life_takes_a_new_stream() {
    let aws = Aws::new();
    let project = aws.project(&program(""));
    project.up().expect_ok().expect_steps(&["create role", "create logs"]);
    project.expect_settled().refresh_settled();
    // A backup is turned on in place; off, it takes a new stream, as partitions do either way.
    project.program(&program(BACKUP));
    project.up().expect_ok().expect_steps(&["update logs"]);
    project.expect_settled().refresh_settled();
    assert_eq!(destination(&aws)["S3BackupDescription"]["BucketARN"], "arn:aws:s3:::backup");
    project.program(&program(PARTITIONS));
    let steps = project.up().expect_ok().steps_in_order();
    assert_eq!(steps, ["delete-replaced logs", "replace logs", "create-replacement logs"]);
    project.expect_settled().refresh_settled();
    assert_eq!(destination(&aws)["DynamicPartitioningConfiguration"]["RetryOptions"]["DurationInSeconds"], 60);
    project.destroy().expect_ok();
}

#[test]
fn a_processor_comes_and_goes() {
    let aws = Aws::new();
    let lambda = "processingConfiguration: {processors: [{type: Lambda, parameters: {LambdaArn: 'arn:aws:lambda:ap-northeast-1:1:function:f'}}]}";
    let project = aws.project(&program(lambda));
    project.up().expect_ok();
    // AWS has filled in three parameters.
    project.expect_settled().refresh_settled();
    project.program(&program(&lambda.replace("function:f'", "function:f', NumberOfRetries: '5'")));
    project.up().expect_ok().expect_steps(&["update logs"]);
    project.expect_settled().refresh_settled();
    project.program(&program("compressionFormat: GZIP"));
    project.up().expect_ok().expect_steps(&["update logs"]);
    project.expect_settled().refresh_settled();
    let seen = destination(&aws);
    assert_eq!((&seen["ProcessingConfiguration"], &seen["CompressionFormat"]), (&Value::Null, &json!("GZIP")));
    project.destroy().expect_ok();
}

/// A stream with its role, encrypted with one of the emulator's keys or not at all.
fn encrypted(key: Option<&str>) -> Vec<Asked> {
    let trust = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "firehose.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ]});
    let encryption = match key {
        None => json!({"keyType": "NONE"}),
        Some(key) => {
            let arn = format!("arn:aws:kms:ap-northeast-1:123456789012:key/{key}");
            json!({"keyType": "CUSTOMER_MANAGED_CMK", "keyArn": arn})
        }
    };
    let logs = json!({
        "name": "aws-waf-logs-web", "deliveryStreamEncryptionConfigurationInput": encryption,
        "extendedS3DestinationConfiguration": {"roleArn": "${role.arn}", "bucketArn": "arn:aws:s3:::logs"},
    });
    vec![
        Asked::new("role", "iam:Role", json!({"assumeRolePolicy": trust.to_string()})),
        Asked::new("logs", "firehose:DeliveryStream", logs),
    ]
}

/// With `denied`, the first attempt to turn it on fails, and with `kept` the first to turn it off.
#[test]
fn an_encryption_that_failed_to_change_is_tried_again() {
    let (denied, kept) = (Some("denied"), Some("kept"));
    for (first, fails, then, ends) in [
        (None, denied, denied, "ENABLED"),
        (None, denied, None, "DISABLED"),
        (kept, None, None, "DISABLED"),
        (kept, None, kept, "ENABLED"),
    ] {
        let aws = Aws::new();
        let mut stack = Stack::new(&aws);
        stack.up(&encrypted(first)).unwrap_or_else(|failure| panic!("{}", failure.words));
        let refused = stack.up(&encrypted(fails)).expect_err("the key refuses it").words;
        assert!(refused.contains("KMS_GRANT_FAILED: The key refused it"), "{refused}");
        let steps = stack.up(&encrypted(then)).unwrap_or_else(|failure| panic!("{then:?}: {}", failure.words));
        assert_eq!(steps, ["update logs"]);
        assert_eq!(stack.up(&encrypted(then)).map_err(|failure| failure.words), Ok(Vec::new()));
        let told = aws.call("firehose", "describe_delivery_stream", json!({"DeliveryStreamName": "aws-waf-logs-web"}));
        let status = &told["DeliveryStreamDescription"]["DeliveryStreamEncryptionConfiguration"]["Status"];
        assert_eq!(status, ends, "{first:?}, {fails:?}, {then:?}");
    }
}
