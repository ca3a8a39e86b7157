"""The server itself: names of calls, faults, reset, and its end."""

import contextlib
import http.client
import signal
import subprocess
import sys
import time
import urllib.error

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
)

from conftest import OTHERS, OURS, refused


def fault(aws, kind, **more):
    aws.admin("POST", "faults", {"operation": "CreateVpc", "kind": kind, **more})


def create(aws):
    return aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")


def count(aws):
    return len(aws.ec2.describe_vpcs()["Vpcs"])


def test_health(aws):
    assert aws.admin("GET", "health") == {"status": "ok"}


@pytest.mark.parametrize(
    "service, call, operation, mutating",
    [
        ("ec2", lambda c: c.create_vpc(CidrBlock="10.0.0.0/16"), "CreateVpc", True),
        ("iam", lambda c: c.list_roles(), "ListRoles", False),
        ("sts", lambda c: c.get_caller_identity(), "GetCallerIdentity", False),
        ("route53", lambda c: c.create_hosted_zone(Name="a.com", CallerReference="1"), "CreateHostedZone", True),
        ("route53", lambda c: c.list_hosted_zones(), "ListHostedZones", False),
        ("cloudfront", lambda c: c.list_distributions(), "ListDistributions", False),
        (
            "cloudfront",
            lambda c: c.create_distribution_with_tags(DistributionConfigWithTags={}),
            "CreateDistributionWithTags",
            True,
        ),
        ("cloudfront", lambda c: c.tag_resource(Resource="arn", Tags={"Items": []}), "TagResource", True),
        ("elasticache", lambda c: c.describe_replication_groups(), "DescribeReplicationGroups", False),
        ("ssm", lambda c: c.list_documents(), "ListDocuments", False),
    ],
)
def test_calls_are_named(aws, service, call, operation, mutating):
    with contextlib.suppress(ClientError):
        call(aws.client(service, region="us-east-1", key=OTHERS))
    seen = aws.admin("GET", "calls")[-1]
    assert (seen["service"], seen["operation"], seen["region"], seen["account"], seen["mutating"]) == (
        service,
        operation,
        "us-east-1",
        "222222222222",
        mutating,
    )
    assert seen["seconds"] > 0 and abs(seen["time"] - time.time()) < 60


@pytest.mark.parametrize(
    "kind, code", [("throttle", "RequestLimitExceeded"), ("error500", "InternalError"), ("error", "VpcLimitExceeded")]
)
def test_a_fault_is_answered(aws, kind, code):
    fault(aws, kind, code="VpcLimitExceeded", message="enough")
    refused(lambda: create(aws), code)
    assert count(aws) == 1
    create(aws)
    assert count(aws) == 2


@pytest.mark.parametrize("kind, made", [("drop-before", 1), ("lose-answer", 2)])
def test_a_fault_drops_the_connection(aws, kind, made):
    fault(aws, kind)
    with pytest.raises((ConnectionClosedError, EndpointConnectionError)):
        create(aws)
    assert count(aws) == made


def test_a_fault_may_skip_calls(aws):
    fault(aws, "error", code="X", skip=1, times=2)
    create(aws)
    for _ in range(2):
        refused(lambda: create(aws), "X")
    create(aws)


def test_a_fault_fits_one_account(aws):
    fault(aws, "error", code="X", account="222222222222")
    create(aws)
    refused(lambda: aws.client("ec2", key=OTHERS).create_vpc(CidrBlock="10.0.0.0/16"), "X")


def test_a_slow_call_comes_late(aws):
    fault(aws, "slow", seconds=0.05)
    create(aws)
    assert aws.admin("GET", "calls")[-1]["seconds"] >= 0.05


def test_a_rule_tells_how_often_it_fitted(aws):
    fault(aws, "throttle", skip=1)
    fault(aws, "slow", operation="CreateSubnet")
    create(aws)
    assert [(rule["kind"], rule["hits"]) for rule in aws.admin("GET", "faults")] == [("throttle", 1), ("slow", 0)]


def test_a_kill_without_a_process_meets_the_caller(aws):
    fault(aws, "kill")
    key = {"aws_access_key_id": OURS, "aws_secret_access_key": "x", "region_name": "ap-northeast-1", "endpoint_url": aws.url}
    script = f"import boto3; boto3.client('ec2', **{key!r}).create_vpc(CidrBlock='10.0.0.0/16')"
    before = count(aws)
    assert subprocess.run([sys.executable, "-c", script], timeout=60).returncode == -signal.SIGKILL
    assert count(aws) == before + 1


@pytest.mark.parametrize("rule", [{"kind": "none"}, {"kind": "slow", "color": "red"}])
def test_a_bad_rule_is_refused(aws, rule):
    with pytest.raises(urllib.error.HTTPError, match="400"):
        aws.admin("POST", "faults", rule)


def test_a_connection_is_kept(aws):
    host = aws.url.removeprefix("http://")
    connection = http.client.HTTPConnection(host)
    for _ in range(2):
        connection.request("GET", "/_gitinfra/health")
        assert connection.getresponse().read() == b'{"status": "ok"}'
        kept = connection.sock
    assert kept is not None


def test_a_bucket_keeps_what_it_gets(aws):
    s3 = aws.client("s3", region="us-east-1")
    s3.create_bucket(Bucket="files")
    s3.put_object(Bucket="files", Key="a", Body=b"x" * 100_000)
    assert s3.head_object(Bucket="files", Key="a")["ContentLength"] == 100_000
    assert s3.get_object(Bucket="files", Key="a")["Body"].read() == b"x" * 100_000


@pytest.mark.parametrize("service, call", [("ec2", "describe_vpcs"), ("iam", "list_roles"), ("ssm", "list_documents")])
def test_each_call_has_an_id(aws, service, call):
    ids = {getattr(aws.client(service), call)()["ResponseMetadata"]["RequestId"] for _ in range(2)}
    assert len(ids) == 2 and all(len(each) == 36 for each in ids)


def test_reset_forgets_everything(aws):
    create(aws)
    fault(aws, "throttle")
    aws.admin("POST", "reset")
    assert aws.admin("GET", "calls") == [] and count(aws) == 1
    create(aws)


def test_reset_may_be_for_one_account(aws):
    others = aws.client("ec2", key=OTHERS)
    create(aws)
    others.create_vpc(CidrBlock="10.0.0.0/16")
    fault(aws, "error", code="X", account="222222222222")
    aws.admin("POST", "reset?account=222222222222")
    assert (count(aws), len(others.describe_vpcs()["Vpcs"])) == (2, 1)
    others.create_vpc(CidrBlock="10.0.0.0/16")
    assert [call["operation"] for call in aws.admin("GET", "calls?account=222222222222")] == ["DescribeVpcs", "CreateVpc"]


def test_what_moto_can_not_do_is_said_at_once(aws):
    refused(lambda: aws.ec2.describe_verified_access_groups(), "NotImplemented")


def test_the_server_ends_with_its_parent(tmp_path):
    script = [sys.executable, __file__.replace("test_server.py", "server.py"), "--port-file", str(tmp_path / "port")]
    parent = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import subprocess; p = subprocess.Popen({script!r}, stdout=subprocess.PIPE); p.stdout.readline(); print(p.pid)",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    pid, deadline = int(parent.stdout), time.monotonic() + 20
    while time.monotonic() < deadline:
        if not alive(pid):
            return
        time.sleep(0.05)
    pytest.fail("the server outlived its parent")


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().split(") ")[1][0] != "Z"
    except FileNotFoundError:
        return False


def test_accounts_and_regions_are_apart(aws):
    create(aws)
    assert (
        count(aws),
        len(aws.client("ec2", key=OTHERS).describe_vpcs()["Vpcs"]),
        len(aws.client("ec2", "us-east-1", OURS).describe_vpcs()["Vpcs"]),
    ) == (2, 1, 1)
