"""Which IAM actions a call needs."""

import contextlib

import pytest
from botocore.exceptions import ClientError

from conftest import OTHERS
from strict.call import Call
from strict.permission import needed

ROLE = "arn:aws:iam::123456789012:role/r"


def actions(service, operation, body="", target=""):
    return needed(Call(service, operation, "us-east-1", "123456789012", "AKIA"), body.encode(), target)


@pytest.mark.parametrize(
    "service, operation, body, expected",
    [
        ("ec2", "CreateVpc", "Action=CreateVpc", ["ec2:CreateVpc"]),
        ("ec2", "CreateVpc", "TagSpecification.1.Tag.1.Key=a", ["ec2:CreateTags", "ec2:CreateVpc"]),
        ("monitoring", "PutMetricAlarm", '{"Tags": []}', ["cloudwatch:PutMetricAlarm"]),
        ("monitoring", "PutMetricAlarm", '{"Tags": [{"Key": "a"}]}', ["cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"]),
        ("rds", "CreateDBSubnetGroup", "&Tags.Tag.1.Key=a", ["rds:AddTagsToResource", "rds:CreateDBSubnetGroup"]),
        ("iam", "CreateRole", "a=b&Tags.member.1.Key=a", ["iam:CreateRole", "iam:TagRole"]),
        ("iam", "CreateRole", "AssumeRolePolicyDocument=%7B%7D", ["iam:CreateRole"]),
        ("sts", "GetCallerIdentity", "", []),
        ("sts", "AssumeRole", "", ["sts:AssumeRole"]),
        ("s3", "HeadBucket", "", ["s3:ListBucket"]),
        ("s3", "GetBucketCors", "", ["s3:GetBucketCORS"]),
        ("s3", "DeleteBucketCors", "", ["s3:PutBucketCORS"]),
        ("s3", "DeleteBucketEncryption", "", ["s3:PutEncryptionConfiguration"]),
        ("s3", "ListBucketAnalyticsConfigurations", "", ["s3:GetAnalyticsConfiguration"]),
        ("s3", "GetBucketLifecycleConfiguration", "", ["s3:GetLifecycleConfiguration"]),
        ("s3", "GetBucketVersioning", "", ["s3:GetBucketVersioning"]),
        ("s3", "DeleteBucketPolicy", "", ["s3:DeleteBucketPolicy"]),
        ("s3", "PutBucketReplication", f"<Role>{ROLE}</Role>", ["iam:PassRole", "s3:PutReplicationConfiguration"]),
        ("ecs", "RegisterTaskDefinition", f'{{"taskRoleArn": "{ROLE}"}}', ["ecs:RegisterTaskDefinition", "iam:PassRole"]),
        ("ecs", "RegisterTaskDefinition", "{}", ["ecs:RegisterTaskDefinition"]),
        ("ec2", "CreateFlowLogs", f"DeliverLogsPermissionArn={ROLE.replace(':', '%3A')}", ["ec2:CreateFlowLogs", "iam:PassRole"]),
        ("wafv2", "AssociateWebACL", '{"ResourceArn": "arn:x:loadbalancer/app/a"}', ["elasticloadbalancing:SetWebACL", "wafv2:AssociateWebACL"]),
        ("ssm", "PutParameter", '{"Type": "SecureString"}', ["kms:Encrypt", "ssm:PutParameter"]),
        ("ssm", "PutParameter", '{"Type": "String"}', ["ssm:PutParameter"]),
        ("kms", "CreateKey", '{"Tags":[{"TagKey":"a"}]}', ["kms:CreateKey", "kms:TagResource"]),
        ("cloudfront", "CreateDistributionWithTags", "<Tags></Tags>", ["cloudfront:CreateDistribution", "cloudfront:TagResource"]),
    ],
)
def test_a_call_needs_these(service, operation, body, expected):
    assert actions(service, operation, body) == expected


def test_a_setting_in_the_query_is_seen():
    assert "ec2:CreateTags" not in actions("ec2", "DescribeVpcs", "", "/?TagSpecification.1.Tag.1.Key=a")
    assert "iam:PassRole" in actions("firehose", "UpdateDestination", "", f"/?RoleARN={ROLE}")


def test_the_list_of_calls_tells_them(aws):
    with contextlib.suppress(ClientError):
        aws.client("s3", region="us-east-1", key=OTHERS).get_bucket_cors(Bucket="none")
    calls = aws.admin("GET", "calls?account=222222222222")
    assert calls[-1]["actions"] == ["s3:GetBucketCORS"]
    assert aws.admin("GET", f"calls?account=222222222222&after={len(calls)}") == []
    assert aws.admin("GET", f"calls?account=222222222222&after={len(calls) - 1}") == calls[-1:]
