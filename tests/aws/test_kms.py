"""The refusals of KMS, and the life of a key, against the running server."""

import json

import pytest

from conftest import refused

ACCOUNT = "111111111111"


def policy(principal=f"arn:aws:iam::{ACCOUNT}:root", action="kms:*"):
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def key(aws, **more):
    return aws.kms.create_key(**more)["KeyMetadata"]["KeyId"]


def going(aws):
    made = key(aws)
    aws.kms.schedule_key_deletion(KeyId=made, PendingWindowInDays=7)
    return made


def disabled(aws):
    made = key(aws)
    aws.kms.disable_key(KeyId=made)
    return made


def alias(aws, target, name="alias/web"):
    aws.kms.create_alias(AliasName=name, TargetKeyId=target)
    return name


REFUSALS = [
    ("a usage of another type", "ValidationException", lambda a: key(a, KeySpec="HMAC_256")),
    ("a tag of AWS", "TagException", lambda a: key(a, Tags=[{"TagKey": "aws:x", "TagValue": "1"}])),
    ("a policy that isn't JSON", "MalformedPolicyDocumentException", lambda a: key(a, Policy="{")),
    ("a policy that locks out", "MalformedPolicyDocumentException", lambda a: key(a, Policy=policy(action="kms:Get*"))),
    (
        "an unknown principal",
        "MalformedPolicyDocumentException",
        lambda a: key(a, Policy=policy([ACCOUNT, f"arn:aws:iam::{ACCOUNT}:role/none"])),
    ),
    ("an unknown key", "NotFoundException", lambda a: a.kms.describe_key(KeyId="00000000-0000-0000-0000-000000000000")),
    ("a key twice deleted", "KMSInvalidStateException", lambda a: a.kms.schedule_key_deletion(KeyId=going(a))),
    ("a short window", "ValidationException", lambda a: a.kms.schedule_key_deletion(KeyId=key(a), PendingWindowInDays=6)),
    ("a key pending deletion", "KMSInvalidStateException", lambda a: a.kms.enable_key(KeyId=going(a))),
    ("an alias of a key pending deletion", "KMSInvalidStateException", lambda a: alias(a, going(a))),
    ("rotation of a disabled key", "DisabledException", lambda a: a.kms.enable_key_rotation(KeyId=disabled(a))),
    ("a short period", "ValidationException", lambda a: a.kms.enable_key_rotation(KeyId=key(a), RotationPeriodInDays=89)),
    (
        "rotation of an asymmetric key",
        "UnsupportedOperationException",
        lambda a: a.kms.enable_key_rotation(KeyId=key(a, KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")),
    ),
    ("an alias twice", "AlreadyExistsException", lambda a: [alias(a, key(a)) for _ in range(2)]),
    ("an alias of AWS", "NotAuthorizedException", lambda a: alias(a, key(a), "alias/aws/s3")),
    (
        "an alias to another type",
        "ValidationException",
        lambda a: a.kms.update_alias(
            AliasName=alias(a, key(a)), TargetKeyId=key(a, KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
        ),
    ),
    ("an unknown alias", "NotFoundException", lambda a: a.kms.describe_key(KeyId="alias/none")),
]


@pytest.mark.parametrize("code, call", [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_refuses(aws, code, call):
    refused(lambda: call(aws), code)


def test_the_life_of_a_key(aws):
    made = key(aws, Policy=policy(ACCOUNT), Tags=[{"TagKey": "a", "TagValue": "b"}])
    kept = json.loads(aws.kms.get_key_policy(KeyId=made, PolicyName="default")["Policy"])
    assert kept["Statement"][0]["Principal"]["AWS"] == f"arn:aws:iam::{ACCOUNT}:root"
    aws.kms.enable_key_rotation(KeyId=made, RotationPeriodInDays=100)
    assert aws.kms.get_key_rotation_status(KeyId=made)["RotationPeriodInDays"] == 100
    aws.kms.disable_key_rotation(KeyId=made)
    assert "RotationPeriodInDays" not in aws.kms.get_key_rotation_status(KeyId=made)
    tagged = aws.client("resourcegroupstaggingapi")
    assert len(tagged.get_resources(ResourceTypeFilters=["kms:key"])["ResourceTagMappingList"]) == 1
    alias(aws, made)
    aws.kms.schedule_key_deletion(KeyId=made)
    # The alias and its key are seen until the key is gone.
    assert aws.kms.describe_key(KeyId="alias/web")["KeyMetadata"]["KeyState"] == "PendingDeletion"
    assert tagged.get_resources(ResourceTypeFilters=["kms:key"])["ResourceTagMappingList"] == []
    aws.kms.delete_alias(AliasName="alias/web")


def test_a_lockout_may_be_wanted(aws):
    assert key(aws, Policy=policy(action="kms:Get*"), BypassPolicyLockoutSafetyCheck=True)


def test_a_change_of_a_key_is_seen_late(aws):
    made = key(aws)
    aws.kms.update_key_description(KeyId=made, Description="new")
    told = [aws.kms.describe_key(KeyId=made)["KeyMetadata"]["Description"] for _ in range(2)]
    assert told == ["", "new"]


def test_a_new_key_may_be_unseen(aws):
    aws.clock(1000, eventual=True)
    made = key(aws)
    refused(lambda: aws.kms.describe_key(KeyId=made), "NotFoundException")
    refused(lambda: alias(aws, made), "NotFoundException")
    aws.clock(0, eventual=True)
    assert aws.kms.describe_key(KeyId=made)
