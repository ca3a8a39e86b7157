"""The refusals of Secrets Manager, and the life of a secret, against the running server."""

import json

import pytest

from conftest import refused


def secret(aws, name="s", **more):
    return aws.secretsmanager.create_secret(Name=name, **{"SecretString": "v", **more})["ARN"]


def scheduled(aws):
    made = secret(aws)
    aws.secretsmanager.delete_secret(SecretId=made)
    return made


def policy(principal, **more):
    statement = {"Effect": "Allow", "Principal": principal, "Action": "secretsmanager:GetSecretValue", "Resource": "*", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def put(aws, document, **more):
    return aws.secretsmanager.put_resource_policy(SecretId=secret(aws), ResourcePolicy=document, **more)


NONE = {"AWS": "arn:aws:iam::111111111111:role/none"}
REFUSALS = [
    ("an odd name", "ValidationException", lambda a: secret(a, "a b")),
    ("a long value", "ValidationException", lambda a: secret(a, SecretString="v" * 65537)),
    ("a secret twice", "ResourceExistsException", lambda a: [secret(a) for _ in range(2)]),
    ("a name that is scheduled for deletion", "InvalidRequestException", lambda a: [scheduled(a), secret(a)]),
    ("the value of a deleted one", "InvalidRequestException", lambda a: a.secretsmanager.get_secret_value(SecretId=scheduled(a))),
    (
        "a change of a deleted one",
        "InvalidRequestException",
        lambda a: a.secretsmanager.update_secret(SecretId=scheduled(a), Description="d"),
    ),
    ("an unknown secret", "ResourceNotFoundException", lambda a: a.secretsmanager.describe_secret(SecretId="none")),
    (
        "a short window",
        "InvalidParameterException",
        lambda a: a.secretsmanager.delete_secret(SecretId=secret(a), RecoveryWindowInDays=6),
    ),
    (
        "both ways to delete",
        "InvalidParameterException",
        lambda a: a.secretsmanager.delete_secret(
            SecretId=secret(a), RecoveryWindowInDays=7, ForceDeleteWithoutRecovery=True
        ),
    ),
    (
        "a token with another value",
        "ResourceExistsException",
        lambda a: [secret(a, SecretString=value, ClientRequestToken="t" * 32) for value in "ab"],
    ),
    ("a policy that isn't JSON", "MalformedPolicyDocumentException", lambda a: put(a, "{")),
    ("an unknown principal", "MalformedPolicyDocumentException", lambda a: put(a, policy(NONE))),
    ("a public policy", "PublicPolicyException", lambda a: put(a, policy("*"), BlockPublicPolicy=True)),
    (
        "a secret with replicas",
        "InvalidParameterException",
        lambda a: [
            a.secretsmanager.replicate_secret_to_regions(SecretId=secret(a), AddReplicaRegions=[{"Region": "us-east-1"}]),
            a.secretsmanager.delete_secret(SecretId="s"),
        ],
    ),
]


@pytest.mark.parametrize("code, call", [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_refuses(aws, code, call):
    refused(lambda: call(aws), code)


def test_a_name_is_free_a_while_after_force(aws):
    aws.clock(1000)
    first = secret(aws)
    aws.secretsmanager.delete_secret(SecretId=first, ForceDeleteWithoutRecovery=True)
    refused(lambda: secret(aws), "InvalidRequestException", "scheduled for deletion")
    refused(lambda: aws.secretsmanager.describe_secret(SecretId=first), "ResourceNotFoundException")
    aws.clock(0)
    assert secret(aws)


def test_what_is_left_empty_goes(aws):
    made = secret(aws, Description="d", KmsKeyId="alias/own")
    aws.secretsmanager.update_secret(SecretId=made, Description="", KmsKeyId="")
    seen = aws.secretsmanager.describe_secret(SecretId=made)
    assert not seen.get("Description") and "KmsKeyId" not in seen


def test_replicas_take_time(aws):
    aws.clock(1000)
    made = secret(aws)
    replica = {"Region": "us-east-1", "KmsKeyId": "alias/own"}
    aws.secretsmanager.replicate_secret_to_regions(SecretId=made, AddReplicaRegions=[replica])
    status = lambda: aws.secretsmanager.describe_secret(SecretId=made)["ReplicationStatus"][0]
    assert (status()["Status"], status()["KmsKeyId"]) == ("InProgress", "alias/own")
    aws.clock(0)
    assert status()["Status"] == "InSync"
    aws.secretsmanager.remove_regions_from_replication(SecretId=made, RemoveReplicaRegions=["us-east-1"])
    aws.client("secretsmanager", region="us-east-1").create_secret(Name="s", SecretString="theirs")
    aws.secretsmanager.replicate_secret_to_regions(SecretId=made, AddReplicaRegions=[replica])
    assert status()["Status"] == "Failed"
    again = {"SecretId": made, "AddReplicaRegions": [replica], "ForceOverwriteReplicaSecret": True}
    aws.secretsmanager.replicate_secret_to_regions(**again)
    assert status()["Status"] == "InSync"
