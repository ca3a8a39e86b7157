"""What a session may do, where a test wants its role's policies to be asked."""

import json

import pytest
from botocore.exceptions import ClientError

from conftest import OURS
from strict.allowed import judged, resources
from strict.call import Call

ACCOUNT, REGION = "111111111111", "ap-northeast-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}]}
SESSION = f"User: arn:aws:sts::{ACCOUNT}:assumed-role/deploy/run is not authorized to perform: "


def statement(action, resource="*", effect="Allow", **more):
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def text(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def session(aws, *statements, policy=None):
    """Clients of a session whose role has these statements, where they count."""
    aws.iam.create_role(RoleName="deploy", AssumeRolePolicyDocument=json.dumps(TRUST))
    if statements:
        aws.iam.put_role_policy(RoleName="deploy", PolicyName="own", PolicyDocument=text(*statements))
    more = {"Policy": policy} if policy else {}
    made = aws.sts.assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/deploy", RoleSessionName="run", **more)["Credentials"]
    aws.admin("POST", f"permissions?account={ACCOUNT}", {"enforced": True})
    return lambda service, region=REGION: aws.client(service, region, made["AccessKeyId"], made["SessionToken"])


def refused(call, code, words):
    with pytest.raises(ClientError) as caught:
        call()
    error = caught.value.response["Error"]
    assert (error["Code"], words in error["Message"]) == (code, True), error
    return caught.value.response["ResponseMetadata"]["HTTPStatusCode"]


# Each family of services has a code and a status of its own.
DENIED = [
    ("ec2", "describe_vpcs", {}, "UnauthorizedOperation", 403, "ec2:DescribeVpcs"),
    ("rds", "describe_db_clusters", {}, "AccessDenied", 403, "rds:DescribeDBClusters"),
    ("sns", "list_topics", {}, "AuthorizationError", 403, "sns:ListTopics"),
    ("ecs", "list_clusters", {}, "AccessDeniedException", 400, "ecs:ListClusters"),
    ("chatbot", "describe_slack_channel_configurations", {}, "AccessDeniedException", 403, "chatbot:DescribeSlackChannelConfigurations"),
    ("wafv2", "list_web_acls", {"Scope": "REGIONAL"}, "AccessDeniedException", 400, "wafv2:ListWebACLs"),
    ("cloudwatch", "describe_alarms", {}, "AccessDeniedException", 400, "cloudwatch:DescribeAlarms"),
    ("route53", "list_hosted_zones", {}, "AccessDenied", 403, "route53:ListHostedZones"),
    ("s3", "get_bucket_tagging", {"Bucket": "b-1"}, "AccessDenied", 403, "s3:GetBucketTagging"),
]


@pytest.mark.parametrize("service, operation, asked, code, status, action", DENIED)
def test_what_nothing_allows_is_refused(aws, service, operation, asked, code, status, action):
    client = session(aws, statement("sts:GetCallerIdentity"))(service)
    resource = "arn:aws:s3:::b-1" if service == "s3" else "*"
    words = f"{SESSION}{action} on resource: {resource} because no identity-based policy allows the {action} action"
    assert refused(lambda: getattr(client, operation)(**asked), code, words) == status


def test_what_a_role_is_given_spreads_slowly_where_time_matters(aws):
    client = session(aws)
    aws.clock(0, eventual=True)
    aws.iam.put_role_policy(RoleName="deploy", PolicyName="own", PolicyDocument=text(statement("ec2:*")))
    aws.clock(1, eventual=True)
    refused(client("ec2").describe_vpcs, "UnauthorizedOperation", "ec2:DescribeVpcs")
    aws.clock(0, eventual=True)
    assert client("ec2").describe_vpcs()["Vpcs"]


def test_only_sessions_are_asked_and_only_where_a_test_wants_it(aws):
    may = session(aws)
    refused(lambda: may("ec2").describe_vpcs(), "UnauthorizedOperation", "ec2:DescribeVpcs")
    # Anybody may ask who he is; whoever signs with the account's key may all.
    assert may("sts").get_caller_identity()["Account"] == ACCOUNT
    aws.ec2.describe_vpcs()
    aws.admin("POST", f"permissions?account={ACCOUNT}", {"enforced": False})
    may("ec2").describe_vpcs()


def test_attached_policies_count_by_their_default_versions(aws):
    may = session(aws)
    arn = aws.iam.create_policy(PolicyName="p", PolicyDocument=text(statement("ec2:Describe*")))["Policy"]["Arn"]
    aws.iam.attach_role_policy(RoleName="deploy", PolicyArn=arn)
    may("ec2").describe_vpcs()
    aws.iam.create_policy_version(PolicyArn=arn, PolicyDocument=text(statement("ec2:DescribeSubnets")), SetAsDefault=True)
    refused(lambda: may("ec2").describe_vpcs(), "UnauthorizedOperation", "ec2:DescribeVpcs")
    aws.iam.detach_role_policy(RoleName="deploy", PolicyArn=arn)
    refused(lambda: may("ec2").describe_subnets(), "UnauthorizedOperation", "ec2:DescribeSubnets")


def test_a_denial_wins(aws):
    may = session(aws, statement("*"), statement("ec2:DescribeVpcs", effect="Deny"))
    may("ec2").describe_subnets()
    words = f"{SESSION}ec2:DescribeVpcs on resource: * with an explicit deny in an identity-based policy"
    refused(lambda: may("ec2").describe_vpcs(), "UnauthorizedOperation", words)


def test_a_sessions_own_policy_bounds_it(aws):
    may = session(aws, statement("ec2:*"), policy=text(statement("ec2:DescribeVpcs")))
    may("ec2").describe_vpcs()
    refused(lambda: may("ec2").describe_subnets(), "UnauthorizedOperation", "because no session policy allows")


def test_what_a_call_needs_on_the_way_is_needed_too(aws):
    may = session(aws, statement("ec2:CreateVpc"))
    may("ec2").create_vpc(CidrBlock="10.0.0.0/16")
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "a", "Value": "b"}]}]
    refused(lambda: may("ec2").create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tags), "UnauthorizedOperation", "ec2:CreateTags")
    assert len(aws.ec2.describe_vpcs(Filters=[{"Name": "cidr", "Values": ["10.0.0.0/16"]}])["Vpcs"]) == 1


def test_a_role_is_passed_where_its_arn_and_the_service_fit(aws):
    aws.iam.create_role(RoleName="app", AssumeRolePolicyDocument=json.dumps(TRUST))
    container = [{"name": "app", "image": "app:1", "memory": 128}]

    def register(**condition):
        aws.admin("POST", f"reset?account={ACCOUNT}")
        passing = statement("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/a?p", **condition)
        ecs = session(aws, statement("ecs:RegisterTaskDefinition"), passing)("ecs")
        ecs.register_task_definition(family="f", taskRoleArn=ROLE, containerDefinitions=container)

    register(Condition={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}})
    words = f"iam:PassRole on resource: {ROLE} because"
    refused(
        lambda: register(Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}), "AccessDeniedException", words
    )


ONE = f"arn:aws:iam::{ACCOUNT}:role/one"


@pytest.mark.parametrize(
    "said, action, resource, expected",
    [
        ([statement("EC2:describevpcs")], "ec2:DescribeVpcs", "*", "allowed"),
        ([statement("ec2:Describe?pcs")], "ec2:DescribeVpcs", "*", "allowed"),
        ([statement("ec2:Describe[V]pcs")], "ec2:DescribeVpcs", "*", "unsaid"),
        ([statement(["s3:*", "ec2:*"])], "ec2:DescribeVpcs", "*", "allowed"),
        ([statement("iam:GetRole", "arn:aws:iam::*:role/o*")], "iam:GetRole", ONE, "allowed"),
        ([statement("iam:GetRole", "arn:aws:iam::*:role/O*")], "iam:GetRole", ONE, "unsaid"),
        ([statement("iam:GetRole", ONE)], "iam:GetRole", "*", "unsaid"),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], "ec2:DescribeVpcs", "*", "allowed"),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], "iam:GetRole", ONE, "unsaid"),
        ([statement("*"), {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:iam::*"}], "iam:GetRole", ONE, "allowed"),
        ([statement("*", Condition={"StringEquals": {"aws:RequestedRegion": REGION}})], "ec2:A", "*", "allowed"),
        ([statement("*", Condition={"StringNotEquals": {"aws:RequestedRegion": REGION}})], "ec2:A", "*", "unsaid"),
        ([statement("*", Condition={"StringLike": {"aws:RequestedRegion": ["ap-*", "eu-*"]}})], "ec2:A", "*", "allowed"),
        ([statement("*", Condition={"StringEquals": {"aws:Unheard": "a"}})], "ec2:A", "*", "unsaid"),
        ([statement("*", Condition={"Unheard": {"aws:RequestedRegion": REGION}})], "ec2:A", "*", "unsaid"),
    ],
)
def test_a_statement_fits(said, action, resource, expected):
    assert judged([{"Statement": said}], action, resource, {"aws:requestedregion": REGION}) == expected


@pytest.mark.parametrize(
    "service, operation, action, path, said, expected",
    [
        ("s3", "PutBucketTagging", "s3:PutBucketTagging", "/b-1", "", ["arn:aws:s3:::b-1"]),
        ("s3", "ListBuckets", "s3:ListAllMyBuckets", "/", "", ["*"]),
        ("iam", "GetRole", "iam:GetRole", "/", "&Action=GetRole&RoleName=app", [ROLE]),
        ("iam", "AddRoleToInstanceProfile", "iam:PassRole", "/", "&InstanceProfileName=p&RoleName=app", [ROLE]),
        ("ecs", "CreateService", "iam:PassRole", "/", f'{{"role": "{ROLE}"}}', [ROLE]),
        ("ecs", "CreateService", "ecs:CreateService", "/", f'{{"role": "{ROLE}"}}', ["*"]),
        ("sns", "TagResource", "sns:TagResource", "/", f"ResourceArn=arn:aws:sns:{REGION}:{ACCOUNT}:t", [f"arn:aws:sns:{REGION}:{ACCOUNT}:t"]),
    ],
)
def test_a_request_names_its_resources(service, operation, action, path, said, expected):
    assert resources(Call(service, operation, REGION, ACCOUNT, OURS), action, path, said) == expected
