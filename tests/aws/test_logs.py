"""The refusals of CloudWatch Logs, and what moto forgets, against the running server."""

import json

import pytest

from conftest import refused

POLICY = json.dumps({"Version": "2012-10-17", "Statement": []})
METRIC = {"metricName": "errors", "metricNamespace": "web", "metricValue": "1"}


def make(aws, name="/web", **more):
    aws.logs.create_log_group(logGroupName=name, **more)
    return {"logGroupName": name}


def count(aws, pattern="", **more):
    metric = {**METRIC, **more}
    aws.logs.put_metric_filter(logGroupName="/web", filterName="errors", filterPattern=pattern, metricTransformations=[metric])


def key(aws, policy):
    return aws.kms.create_key(Policy=json.dumps(policy), BypassPolicyLockoutSafetyCheck=True)["KeyMetadata"]["Arn"]


def trusting(service):
    return {"Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "kms:*", "Resource": "*"}]}


REFUSALS = [
    ("a log group twice", "ResourceAlreadyExistsException", lambda a: [make(a) for _ in range(2)]),
    ("a name of AWS's", "InvalidParameterException", lambda a: make(a, "aws/web")),
    ("an odd name", "InvalidParameterException", lambda a: make(a, "a b")),
    ("31 days", "InvalidParameterException", lambda a: a.logs.put_retention_policy(**make(a), retentionInDays=31)),
    ("days of no group", "ResourceNotFoundException", lambda a: a.logs.put_retention_policy(logGroupName="x", retentionInDays=30)),
    (
        "days of a delivery class",
        "ValidationException",
        lambda a: a.logs.put_retention_policy(**make(a, logGroupClass="DELIVERY"), retentionInDays=30),
    ),
    ("a protected group", "ValidationException", lambda a: a.logs.delete_log_group(**make(a, deletionProtectionEnabled=True))),
    ("a key that is not there", "AccessDeniedException", lambda a: make(a, kmsKeyId="arn:aws:kms:ap-northeast-1:111111111111:key/x")),
    (
        "a key that does not trust it",
        "AccessDeniedException",
        lambda a: a.logs.associate_kms_key(**make(a), kmsKeyId=key(a, trusting("s3.amazonaws.com"))),
    ),
    (
        "tags by the longer ARN",
        "InvalidParameterException",
        lambda a: make(a) and a.logs.list_tags_for_resource(resourceArn="arn:aws:logs:ap-northeast-1:111111111111:log-group:/web:*"),
    ),
    ("a policy that is none", "InvalidParameterException", lambda a: a.logs.put_resource_policy(policyName="p", policyDocument="{")),
    (
        "an eleventh policy",
        "LimitExceededException",
        lambda a: [a.logs.put_resource_policy(policyName=f"p{i}", policyDocument=POLICY) for i in range(11)],
    ),
    ("an unknown policy", "ResourceNotFoundException", lambda a: a.logs.delete_resource_policy(policyName="p")),
    ("a filter of no group", "ResourceNotFoundException", lambda a: count(a)),
    (
        "a default value with dimensions",
        "InvalidParameterException",
        lambda a: make(a) and count(a, dimensions={"path": "$.path"}, defaultValue=0),
    ),
    ("an odd metric", "InvalidParameterException", lambda a: make(a) and count(a, metricName="a$")),
    (
        "filters of no group",
        "ResourceNotFoundException",
        lambda a: a.logs.describe_metric_filters(logGroupName="x", filterNamePrefix="errors"),
    ),
    (
        "an unknown filter",
        "ResourceNotFoundException",
        lambda a: a.logs.delete_metric_filter(**make(a), filterName="errors"),
    ),
    (
        "an index of another class",
        "OperationNotPermittedException",
        lambda a: make(a, logGroupClass="INFREQUENT_ACCESS")
        and a.logs.put_index_policy(logGroupIdentifier="/web", policyDocument='{"Fields": ["a"]}'),
    ),
    (
        "the indexes of two groups at once",
        "ValidationException",
        lambda a: make(a) and a.logs.describe_index_policies(logGroupIdentifiers=["/web", "/web"]),
    ),
]


@pytest.mark.parametrize("code, call", [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_refuses(aws, code, call):
    refused(lambda: call(aws), code)


def test_a_group_is_told_whole(aws):
    arn = key(aws, trusting("logs.ap-northeast-1.amazonaws.com"))
    make(aws, kmsKeyId=arn, tags={"a": "b"})
    aws.logs.put_bearer_token_authentication(logGroupIdentifier="/web", bearerTokenAuthenticationEnabled=True)
    told = aws.logs.describe_log_groups(logGroupNamePrefix="/web")["logGroups"][0]
    assert told["arn"] == told["logGroupArn"] + ":*"
    assert (told["kmsKeyId"], told["logGroupClass"], told["bearerTokenAuthenticationEnabled"]) == (arn, "STANDARD", True)
    aws.logs.disassociate_kms_key(logGroupName="/web")
    assert "kmsKeyId" not in aws.logs.describe_log_groups()["logGroups"][0]


def test_tags_go_with_their_group(aws):
    make(aws, tags={"a": "b"})
    aws.logs.delete_log_group(logGroupName="/web")
    make(aws)
    arn = aws.logs.describe_log_groups()["logGroups"][0]["logGroupArn"]
    assert aws.logs.list_tags_for_resource(resourceArn=arn)["tags"] == {}


def test_a_filter_is_replaced_whole(aws):
    make(aws)
    count(aws, "a", defaultValue=0)
    count(aws, "b")
    (told,) = aws.logs.describe_metric_filters(logGroupName="/web")["metricFilters"]
    assert (told["filterPattern"], told["metricTransformations"]) == ("b", [METRIC])


def test_policies_come_in_pages(aws):
    for i in range(5):
        aws.logs.put_resource_policy(policyName=f"p{i}", policyDocument=POLICY)
    first = aws.logs.describe_resource_policies()
    rest = aws.logs.describe_resource_policies(nextToken=first["nextToken"])
    assert [len(first["resourcePolicies"]), len(rest["resourcePolicies"])] == [3, 2]
