"""The refusals of Firehose, and how its streams come and go, against the running server."""

import json

import pytest

from conftest import refused

INVALID = "InvalidArgumentException"
KEY = "arn:aws:kms:ap-northeast-1:111111111111:key/1"


def role(aws, service="firehose.amazonaws.com"):
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return aws.iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust)["Role"]["Arn"]


def stream(aws, name="s", arn=None, encryption=None, **more):
    destination = {"RoleARN": arn or role(aws), "BucketARN": "arn:aws:s3:::logs", **more}
    asked = {"DeliveryStreamEncryptionConfigurationInput": encryption} if encryption else {}
    aws.firehose.create_delivery_stream(
        DeliveryStreamName=name, ExtendedS3DestinationConfiguration=destination, Tags=[{"Key": "a", "Value": "1"}], **asked
    )
    return destination


def described(aws, name="s"):
    return aws.firehose.describe_delivery_stream(DeliveryStreamName=name)["DeliveryStreamDescription"]


def update(aws, version="1", **more):
    aws.firehose.update_destination(
        DeliveryStreamName="s",
        CurrentDeliveryStreamVersionId=version,
        DestinationId="destinationId-000000000001",
        ExtendedS3DestinationUpdate=more,
    )


REFUSALS = [
    ("a role that nobody may assume", INVALID, lambda a: stream(a, arn=role(a, "ec2.amazonaws.com"))),
    ("a role that is none", INVALID, lambda a: stream(a, arn="arn:aws:iam::111111111111:role/none")),
    ("half of the hints", INVALID, lambda a: stream(a, BufferingHints={"SizeInMBs": 5})),
    ("a prefix without one for errors", INVALID, lambda a: stream(a, Prefix="!{timestamp:yyyy}/")),
    ("errors without their type", INVALID, lambda a: stream(a, ErrorOutputPrefix="!{timestamp:yyyy}/")),
    ("logs without names", INVALID, lambda a: stream(a, CloudWatchLoggingOptions={"Enabled": True})),
    ("a backup nowhere", INVALID, lambda a: stream(a, S3BackupMode="Enabled")),
    ("small partitions", INVALID, lambda a: stream(a, DynamicPartitioningConfiguration={"Enabled": True})),
    ("a function that is missing", INVALID, lambda a: stream(a, ProcessingConfiguration={"Enabled": True, "Processors": [{"Type": "Lambda"}]})),
    ("a key that is missing", INVALID, lambda a: stream(a, encryption={"KeyType": "CUSTOMER_MANAGED_CMK"})),
    (
        "an alias",
        "ValidationException",
        lambda a: stream(a, encryption={"KeyType": "CUSTOMER_MANAGED_CMK", "KeyARN": KEY.replace("key/1", "alias/a")}),
    ),
    ("an odd compression", "ValidationException", lambda a: stream(a, CompressionFormat="RAR")),
    ("an odd name", "ValidationException", lambda a: stream(a, "a b")),
    ("a stream twice", "ResourceInUseException", lambda a: stream(a, arn=stream(a)["RoleARN"])),
    ("a stream that is none", "ResourceNotFoundException", described),
    ("an old version", "ConcurrentModificationException", lambda a: [stream(a), update(a, "7")]),
    (
        "partitions later",
        INVALID,
        lambda a: [
            stream(a, BufferingHints={"SizeInMBs": 64, "IntervalInSeconds": 60}),
            update(a, DynamicPartitioningConfiguration={"Enabled": True}),
        ],
    ),
]


@pytest.mark.parametrize("code, call", [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_refuses(aws, code, call):
    refused(lambda: call(aws), code)


def test_a_fresh_role_can_not_be_assumed_yet(aws):
    aws.clock(1000)
    arn = role(aws)
    refused(lambda: stream(aws, arn=arn), INVALID, "unable to assume role")
    aws.clock(0)
    stream(aws, arn=arn)


def test_a_stream_comes_and_goes_in_time(aws):
    stream(aws)
    assert described(aws)["DeliveryStreamStatus"] == "ACTIVE"
    aws.clock(1000)
    aws.firehose.delete_delivery_stream(DeliveryStreamName="s")
    assert described(aws)["DeliveryStreamStatus"] == "DELETING"
    refused(lambda: update(aws, CompressionFormat="GZIP"), "ResourceInUseException")
    aws.clock(0)
    refused(lambda: described(aws), "ResourceNotFoundException")


def test_encryption_takes_its_time(aws):
    stream(aws)
    aws.clock(0)
    assert described(aws)["DeliveryStreamEncryptionConfiguration"]["Status"] == "DISABLED"
    aws.firehose.stop_delivery_stream_encryption(DeliveryStreamName="s")
    aws.clock(1000)
    aws.firehose.start_delivery_stream_encryption(DeliveryStreamName="s")
    assert described(aws)["DeliveryStreamEncryptionConfiguration"]["Status"] == "ENABLING"
    refused(lambda: aws.firehose.stop_delivery_stream_encryption(DeliveryStreamName="s"), "ResourceInUseException")
    aws.clock(0)
    assert described(aws)["DeliveryStreamEncryptionConfiguration"]["Status"] == "ENABLED"


@pytest.mark.parametrize("key, failed", [("denied", "ENABLING_FAILED"), ("kept", "DISABLING_FAILED")])
def test_encryption_that_fails_can_be_turned_off_again(aws, key, failed):
    stream(aws)
    aws.clock(0)
    asked = {"KeyType": "CUSTOMER_MANAGED_CMK", "KeyARN": KEY.replace("key/1", f"key/{key}")}
    aws.firehose.start_delivery_stream_encryption(DeliveryStreamName="s", DeliveryStreamEncryptionConfigurationInput=asked)
    status = lambda: described(aws)["DeliveryStreamEncryptionConfiguration"]["Status"]
    if key == "kept":
        assert status() == "ENABLED"
        aws.firehose.stop_delivery_stream_encryption(DeliveryStreamName="s")
    assert status() == failed
    aws.firehose.stop_delivery_stream_encryption(DeliveryStreamName="s")
    assert status() == "DISABLED"


def test_an_update_keeps_what_it_leaves_out(aws):
    stream(aws, Prefix="logs/")
    update(aws, CompressionFormat="GZIP", ProcessingConfiguration={"Enabled": False, "Processors": []})
    told = described(aws)
    [destination] = told["Destinations"]
    extended = destination["ExtendedS3DestinationDescription"]
    assert (extended["Prefix"], extended["CompressionFormat"], told["VersionId"]) == ("logs/", "GZIP", "2")
    assert extended["BufferingHints"] == {"SizeInMBs": 5, "IntervalInSeconds": 300}


def test_a_processor_is_filled_in(aws):
    function = {"ParameterName": "LambdaArn", "ParameterValue": "arn:aws:lambda:ap-northeast-1:1:function:f"}
    processors = [{"Type": "Lambda", "Parameters": [function]}]
    stream(aws, ProcessingConfiguration={"Enabled": True, "Processors": processors})
    [destination] = described(aws)["Destinations"]
    [told] = destination["ExtendedS3DestinationDescription"]["ProcessingConfiguration"]["Processors"]
    assert {"ParameterName": "NumberOfRetries", "ParameterValue": "3"} in told["Parameters"]
