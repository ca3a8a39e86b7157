"""The refusals of IAM roles and STS, and their round trips, against the running server."""

import json

import pytest

from conftest import OTHERS, OURS, refused

ACCOUNT, OTHER = "111111111111", "222222222222"


def trust(principal=None, **more):
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": principal or {"Service": "ec2.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                    **more,
                }
            ],
        }
    )


def role(aws, name="r", document=None, key=OURS, **more):
    return aws.client("iam", key=key).create_role(RoleName=name, AssumeRolePolicyDocument=document or trust(), **more)["Role"]


def assume(aws, name="r", account=OTHER, key=OURS, **more):
    return aws.client("sts", key=key).assume_role(
        RoleArn=f"arn:aws:iam::{account}:role/{name}", RoleSessionName="session", **more
    )["Credentials"]


def allows(action):
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "arn:aws:s3:::b"}]}
    )


def policy(aws, name="p", document=None, **more):
    made = aws.iam.create_policy(PolicyName=name, PolicyDocument=document or allows("s3:GetObject"), **more)
    return made["Policy"]["Arn"]


def profile(aws, name="p"):
    return aws.iam.create_instance_profile(InstanceProfileName=name)


def full(aws):
    role(aws)
    profile(aws)
    aws.iam.add_role_to_instance_profile(InstanceProfileName="p", RoleName="r")
    return True


def linked(aws, service="ecs.amazonaws.com", **more):
    return aws.iam.create_service_linked_role(AWSServiceName=service, **more)["Role"]["RoleName"]


POLICY = f"arn:aws:iam::{ACCOUNT}:policy/p"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
REFUSALS = [
    ("an unknown boundary", "NoSuchEntity", lambda a: role(a, PermissionsBoundary="arn:aws:iam::aws:policy/None")),
    ("a long trust policy", "LimitExceeded", lambda a: role(a, document=trust(Sid="s" * 2048))),
    (
        "a long inline policy",
        "LimitExceeded",
        lambda a: role(a) and a.iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument="x" * 10241),
    ),
    ("a trust policy that isn't JSON", "MalformedPolicyDocument", lambda a: role(a, document="{")),
    ("a trust policy without a statement", "MalformedPolicyDocument", lambda a: role(a, document="{}")),
    ("a trust policy with a resource", "MalformedPolicyDocument", lambda a: role(a, document=trust(Resource="*"))),
    (
        "a trust policy without a principal",
        "MalformedPolicyDocument",
        lambda a: role(
            a, document=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole"}]})
        ),
    ),
    ("another action", "MalformedPolicyDocument", lambda a: role(a, document=trust(Action="s3:GetObject"))),
    (
        "an unknown role as principal",
        "MalformedPolicyDocument",
        lambda a: role(a, document=trust({"AWS": f"arn:aws:iam::{ACCOUNT}:role/none"})),
    ),
    ("a service that is none", "MalformedPolicyDocument", lambda a: role(a, document=trust({"Service": "ec2"}))),
    (
        "a bad new trust policy",
        "MalformedPolicyDocument",
        lambda a: role(a) and a.iam.update_assume_role_policy(RoleName="r", PolicyDocument="[]"),
    ),
    ("a role twice", "EntityAlreadyExists", lambda a: [role(a) for _ in range(2)]),
    ("an odd role name", "ValidationError", lambda a: role(a, name="a b")),
    ("a short session", "ValidationError", lambda a: role(a, MaxSessionDuration=60)),
    ("a tag of AWS", "InvalidInput", lambda a: role(a, Tags=[{"Key": "aws:x", "Value": "1"}])),
    ("an unknown role", "NoSuchEntity", lambda a: a.iam.get_role(RoleName="none")),
    ("an unknown role to delete", "NoSuchEntity", lambda a: a.iam.delete_role(RoleName="none")),
    (
        "an unknown policy",
        "NoSuchEntity",
        lambda a: role(a) and a.iam.attach_role_policy(RoleName="r", PolicyArn="arn:aws:iam::aws:policy/None"),
    ),
    (
        "a malformed inline policy",
        "MalformedPolicyDocument",
        lambda a: role(a) and a.iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument="{"),
    ),
    (
        "a role with a policy",
        "DeleteConflict",
        lambda a: [role(a), a.iam.attach_role_policy(RoleName="r", PolicyArn=ADMIN), a.iam.delete_role(RoleName="r")],
    ),
    (
        "a role with an inline policy",
        "DeleteConflict",
        lambda a: [
            role(a),
            a.iam.put_role_policy(
                RoleName="r",
                PolicyName="p",
                PolicyDocument=json.dumps(
                    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
                ),
            ),
            a.iam.delete_role(RoleName="r"),
        ],
    ),
    ("a role of another account", "NoSuchEntity", lambda a: role(a, key=OTHERS) and a.iam.get_role(RoleName="r")),
    ("assume nothing", "AccessDenied", lambda a: assume(a)),
    ("assume a short arn", "ValidationError", lambda a: a.sts.assume_role(RoleArn="arn:x", RoleSessionName="session")),
    (
        "assume a malformed arn",
        "ValidationError",
        lambda a: a.sts.assume_role(RoleArn="arn:aws:iam::222222222222:user/x", RoleSessionName="session"),
    ),
    (
        "an odd session name",
        "ValidationError",
        lambda a: a.sts.assume_role(RoleArn=f"arn:aws:iam::{OTHER}:role/r", RoleSessionName="a b"),
    ),
    ("assume a service's role", "AccessDenied", lambda a: role(a, key=OTHERS) and assume(a)),
    (
        "assume without the external id",
        "AccessDenied",
        lambda a: (
            role(a, key=OTHERS, document=trust({"AWS": ACCOUNT}, Condition={"StringEquals": {"sts:ExternalId": "x"}}))
            and assume(a)
        ),
    ),
    (
        "assume with a wrong external id",
        "AccessDenied",
        lambda a: (
            role(a, key=OTHERS, document=trust({"AWS": ACCOUNT}, Condition={"StringEquals": {"sts:ExternalId": "x"}}))
            and assume(a, ExternalId="y")
        ),
    ),
    (
        "assume another's trust",
        "AccessDenied",
        lambda a: role(a, key=OTHERS, document=trust({"AWS": "333333333333"})) and assume(a),
    ),
    (
        "assume for too long",
        "ValidationError",
        lambda a: role(a, key=OTHERS, document=trust({"AWS": ACCOUNT})) and assume(a, DurationSeconds=7200),
    ),
    (
        "a policy of the same name in another path",
        "EntityAlreadyExists",
        lambda a: [policy(a), policy(a, "P", Path="/service/")],
    ),
    ("a long policy", "LimitExceeded", lambda a: policy(a, document=allows("s3:" + "x" * 6144))),
    (
        "a policy that a role has",
        "DeleteConflict",
        lambda a: [
            role(a),
            a.iam.attach_role_policy(RoleName="r", PolicyArn=policy(a)),
            a.iam.delete_policy(PolicyArn=POLICY),
        ],
    ),
    (
        "a policy that is a boundary",
        "DeleteConflict",
        lambda a: [role(a, PermissionsBoundary=policy(a)), a.iam.delete_policy(PolicyArn=POLICY)],
    ),
    (
        "a policy of two versions",
        "DeleteConflict",
        lambda a: [
            a.iam.create_policy_version(PolicyArn=policy(a), PolicyDocument=allows("a:*"), SetAsDefault=True),
            a.iam.delete_policy(PolicyArn=POLICY),
        ],
    ),
    (
        "a sixth version",
        "LimitExceeded",
        lambda a: [
            policy(a),
            *(a.iam.create_policy_version(PolicyArn=POLICY, PolicyDocument=allows(f"a:{i}")) for i in range(5)),
        ],
    ),
    ("an instance profile twice", "EntityAlreadyExists", lambda a: [profile(a), profile(a, "P")]),
    ("an odd profile name", "ValidationError", lambda a: profile(a, "a b")),
    ("a profile with a role", "DeleteConflict", lambda a: [full(a), a.iam.delete_instance_profile(InstanceProfileName="p")]),
    (
        "a second role in a profile",
        "LimitExceeded",
        lambda a: [
            full(a),
            role(a, "s"),
            a.iam.add_role_to_instance_profile(InstanceProfileName="p", RoleName="s"),
        ],
    ),
    (
        "a role that is not in the profile",
        "NoSuchEntity",
        lambda a: [role(a), profile(a), a.iam.remove_role_from_instance_profile(InstanceProfileName="p", RoleName="r")],
    ),
    ("a role in a profile", "DeleteConflict", lambda a: [full(a), a.iam.delete_role(RoleName="r")]),
    ("a service-linked role twice", "InvalidInput", lambda a: [linked(a), linked(a)]),
    ("a role linked to no service", "InvalidInput", lambda a: linked(a, "none.amazonaws.com")),
    ("a suffix that is not taken", "InvalidInput", lambda a: linked(a, CustomSuffix="x")),
    (
        "a service-linked role deleted as a role",
        "UnmodifiableEntity",
        lambda a: [linked(a), a.iam.delete_role(RoleName="AWSServiceRoleForECS")],
    ),
    ("a wrong access key", "InvalidClientTokenId", lambda a: a.client("sts", key="AKIAINVALID000000000").get_caller_identity()),
    ("a wrong access key for EC2", "AuthFailure", lambda a: a.client("ec2", key="AKIAINVALID000000000").describe_vpcs()),
    ("a session that never was", "InvalidClientTokenId", lambda a: a.client("iam", key="ASIA000000000000TEST").list_roles()),
]


@pytest.mark.parametrize("code, call", [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_refuses(aws, code, call):
    refused(lambda: call(aws), code)


def test_keys_name_their_account(aws):
    assert aws.sts.get_caller_identity()["Account"] == ACCOUNT
    assert aws.client("sts", key=OTHERS).get_caller_identity()["Arn"] == f"arn:aws:iam::{OTHER}:user/tester"
    assert aws.client("sts", key="test").get_caller_identity()["Account"] == "123456789012"


def test_an_assumed_role_acts_in_its_account(aws):
    role(aws, key=OTHERS, document=trust({"AWS": ACCOUNT}, Condition={"StringEquals": {"sts:ExternalId": "x"}}))
    session = assume(aws, ExternalId="x")
    made = {"key": session["AccessKeyId"], "token": session["SessionToken"]}
    assert aws.client("sts", **made).get_caller_identity()["Arn"] == f"arn:aws:sts::{OTHER}:assumed-role/r/session"
    zone = aws.client("route53", **made).create_hosted_zone(Name="a.com", CallerReference="1")["HostedZone"]["Id"]
    assert aws.client("route53", key=OTHERS).get_hosted_zone(Id=zone)
    refused(lambda: aws.route53.get_hosted_zone(Id=zone), "NoSuchHostedZone")


def test_a_role_may_be_trusted(aws):
    first = role(aws, "first", trust({"AWS": ACCOUNT}))
    role(aws, "second", trust({"AWS": [first["Arn"]]}), key=OTHERS)
    refused(lambda: assume(aws, "second"), "AccessDenied")
    session = assume(aws, "first", ACCOUNT)
    assert assume(aws, "second", key=session["AccessKeyId"])


def test_a_new_role_can_not_be_assumed_yet(aws):
    aws.clock(1000)
    role(aws, key=OTHERS, document=trust({"AWS": ACCOUNT}))
    refused(lambda: assume(aws), "AccessDenied")
    aws.clock(0)
    assert assume(aws)


def test_a_new_role_may_be_unseen(aws):
    aws.clock(1000, eventual=True)
    role(aws)
    refused(lambda: aws.iam.get_role(RoleName="r"), "NoSuchEntity")
    aws.clock(0, eventual=True)
    assert aws.iam.get_role(RoleName="r")


def test_a_trust_policy_is_kept_in_aws_form(aws):
    role(
        aws,
        document=trust({"AWS": [ACCOUNT]}),
        Description="d",
        Tags=[{"Key": "a", "Value": "1"}],
        MaxSessionDuration=7200,
        Path="/x/",
    )
    seen = aws.iam.get_role(RoleName="r")["Role"]
    assert seen["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    assert (seen["Description"], seen["Tags"], seen["MaxSessionDuration"], seen["Path"]) == (
        "d",
        [{"Key": "a", "Value": "1"}],
        7200,
        "/x/",
    )
    aws.iam.update_role(RoleName="r", Description="e")
    aws.iam.update_assume_role_policy(RoleName="r", PolicyDocument=trust({"Service": ["ec2.amazonaws.com", "ecs.amazonaws.com"]}))
    aws.iam.tag_role(RoleName="r", Tags=[{"Key": "b", "Value": ""}])
    aws.iam.untag_role(RoleName="r", TagKeys=["a"])
    seen = aws.iam.get_role(RoleName="r")["Role"]
    assert (seen["Description"], seen["Tags"], seen["MaxSessionDuration"]) == ("e", [{"Key": "b", "Value": ""}], 3600)
    assert seen["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Service"][1] == "ecs.amazonaws.com"


def test_a_boundary_comes_and_goes(aws):
    role(aws, PermissionsBoundary=ADMIN)
    assert aws.iam.get_role(RoleName="r")["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == ADMIN
    aws.iam.delete_role_permissions_boundary(RoleName="r")
    assert "PermissionsBoundary" not in aws.iam.get_role(RoleName="r")["Role"]


def test_policies_come_and_go(aws):
    role(aws)
    aws.iam.attach_role_policy(RoleName="r", PolicyArn=ADMIN)
    assert aws.iam.list_attached_role_policies(RoleName="r")["AttachedPolicies"] == [
        {"PolicyName": "AdministratorAccess", "PolicyArn": ADMIN}
    ]
    aws.iam.detach_role_policy(RoleName="r", PolicyArn=ADMIN)
    aws.iam.delete_role(RoleName="r")
    refused(lambda: aws.iam.get_role(RoleName="r"), "NoSuchEntity")


def test_the_case_of_an_action_means_nothing(aws):
    role(aws, key=OTHERS, document=trust({"AWS": ACCOUNT}, Action="STS:assumerole"))
    assert assume(aws)["SessionToken"]


def test_a_service_linked_role_is_deleted_in_a_task(aws):
    aws.clock(1000)
    name = linked(aws)
    task = aws.iam.delete_service_linked_role(RoleName=name)["DeletionTaskId"]
    status = lambda: aws.iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"]
    assert (status(), aws.iam.delete_service_linked_role(RoleName=name)["DeletionTaskId"]) == ("IN_PROGRESS", task)
    aws.clock(0)
    assert status() == "SUCCEEDED"
    refused(lambda: aws.iam.get_role(RoleName=name), "NoSuchEntity")


def test_a_service_linked_role_that_is_used_stays(aws):
    name = linked(aws)
    arn = aws.ecs.create_cluster(clusterName="c")["cluster"]["clusterArn"]
    task = aws.iam.delete_service_linked_role(RoleName=name)["DeletionTaskId"]
    told = aws.iam.get_service_linked_role_deletion_status(DeletionTaskId=task)
    assert (told["Status"], told["Reason"]["RoleUsageList"][0]["Resources"]) == ("FAILED", [arn])
    assert aws.iam.get_role(RoleName=name)


def test_who_uses_a_policy(aws):
    arn = policy(aws)
    role(aws, PermissionsBoundary=arn)
    users = aws.iam.list_entities_for_policy(PolicyArn=arn)
    assert [user["RoleName"] for user in users["PolicyRoles"]] == ["r"]


def test_a_policy_names_the_very_role(aws):
    made = role(aws)
    arn, unique = made["Arn"], made["RoleId"]
    statement = {"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shop/*"}
    aws.s3.create_bucket(Bucket="shop", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    aws.s3.put_bucket_policy(Bucket="shop", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    role(aws, "other", trust({"AWS": arn}))

    def named():
        trusted = aws.iam.get_role(RoleName="other")["Role"]["AssumeRolePolicyDocument"]
        policy = json.loads(aws.s3.get_bucket_policy(Bucket="shop")["Policy"])
        return {policy["Statement"][0]["Principal"]["AWS"], trusted["Statement"][0]["Principal"]["AWS"]}

    assert named() == {arn}
    aws.iam.delete_role(RoleName="r")
    role(aws)
    assert named() == {unique}
