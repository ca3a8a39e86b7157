"""Health checks, DNSSEC and query logging of Route 53, against the running server."""

import json

import pytest

from conftest import refused

KEY, OTHER = (f"arn:aws:kms:us-east-1:999999999999:key/{name}" for name in ("one", "two"))
GROUP = "arn:aws:logs:us-east-1:111111111111:log-group:/aws/route53/example.com:*"


class Zone:
    def __init__(self, aws):
        self.aws, self.route53 = aws, aws.route53
        self.id = aws.route53.create_hosted_zone(Name="example.com", CallerReference="z")["HostedZone"]["Id"].rsplit("/")[-1]

    def key(self, name="one", arn=KEY, status="ACTIVE"):
        return self.route53.create_key_signing_key(
            CallerReference=name, HostedZoneId=self.id, Name=name, KeyManagementServiceArn=arn, Status=status
        )["KeySigningKey"]

    def sign(self):
        self.route53.enable_hosted_zone_dnssec(HostedZoneId=self.id)

    def check(self, reference="c", **config):
        config = config or {"Type": "HTTP", "FullyQualifiedDomainName": "www.example.com"}
        return self.route53.create_health_check(CallerReference=reference, HealthCheckConfig=config)["HealthCheck"]

    def update(self, check, **more):
        return self.route53.update_health_check(HealthCheckId=check["Id"], **more)["HealthCheck"]

    def allow(self):
        allowed = {"Effect": "Allow", "Principal": {"Service": "route53.amazonaws.com"}, "Action": ["logs:CreateLogStream"], "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        logs = self.aws.client("logs", "us-east-1")
        logs.create_log_group(logGroupName="/aws/route53/example.com")
        logs.put_resource_policy(policyName="route53", policyDocument=document)

    def log(self, group=GROUP):
        return self.route53.create_query_logging_config(HostedZoneId=self.id, CloudWatchLogsLogGroupArn=group)["QueryLoggingConfig"]


@pytest.fixture
def zone(aws):
    return Zone(aws)


def ds(zone):
    parent = zone.route53.create_hosted_zone(Name="com", CallerReference="p")["HostedZone"]["Id"]
    record = {"Name": "example.com", "Type": "DS", "TTL": 60, "ResourceRecords": [{"Value": zone.key()["DSRecord"]}]}
    zone.route53.change_resource_record_sets(
        HostedZoneId=parent, ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    )
    zone.sign()
    zone.route53.disable_hosted_zone_dnssec(HostedZoneId=zone.id)


REFUSALS = [
    ("a check of nothing", "InvalidInput", lambda z: z.check(Type="HTTP")),
    ("a reference twice", "HealthCheckAlreadyExists", lambda z: [z.check(), z.check(Type="HTTPS", IPAddress="192.0.2.1")]),
    ("an old version", "HealthCheckVersionMismatch", lambda z: z.update(z.check(), HealthCheckVersion=7)),
    ("no regions", "InvalidInput", lambda z: z.update(z.check(), Regions=[])),
    ("an unknown child", "InvalidInput", lambda z: z.check(Type="CALCULATED", HealthThreshold=0, ChildHealthChecks=["x"])),
    ("an unknown check", "NoSuchHealthCheck", lambda z: z.route53.delete_health_check(HealthCheckId="x")),
    ("a key elsewhere", "InvalidKMSArn", lambda z: z.key(arn=KEY.replace("us-east-1", "eu-west-1"))),
    ("a key that is not there", "InvalidKMSArn", lambda z: z.key(arn=KEY.replace("999999999999", "111111111111"))),
    ("a key twice", "InvalidArgument", lambda z: [z.key(), z.key("two")]),
    ("a name twice", "KeySigningKeyAlreadyExists", lambda z: [z.key(), z.key(arn=OTHER)]),
    ("a short name", "InvalidKeySigningKeyName", lambda z: z.key("k")),
    ("an active key", "InvalidKeySigningKeyStatus", lambda z: [z.key(), z.route53.delete_key_signing_key(HostedZoneId=z.id, Name="one")]),
    ("signing without a key", "KeySigningKeyWithActiveStatusNotFound", lambda z: [z.key(status="INACTIVE"), z.sign()]),
    ("the last key", "KeySigningKeyInUse", lambda z: [z.key(), z.sign(), z.route53.deactivate_key_signing_key(HostedZoneId=z.id, Name="one")]),
    ("a parent that expects signatures", "KeySigningKeyInParentDSRecord", ds),
    ("no signing", "DNSSECNotFound", lambda z: z.route53.disable_hosted_zone_dnssec(HostedZoneId=z.id)),
    ("a zone with keys", "HostedZoneNotEmpty", lambda z: [z.key(), z.route53.delete_hosted_zone(Id=z.id)]),
    ("no policy of logs", "InsufficientCloudWatchLogsResourcePolicy", lambda z: z.log()),
    ("logs elsewhere", "NoSuchCloudWatchLogsLogGroup", lambda z: z.log(GROUP.replace("us-east-1", "eu-west-1"))),
    ("two logs", "QueryLoggingConfigAlreadyExists", lambda z: [z.allow(), z.log(), z.log()]),
]


@pytest.mark.parametrize("code, call", [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_refuses(zone, code, call):
    refused(lambda: call(zone), code)


def test_a_health_check_keeps_what_is_left_out(zone):
    made = zone.check(Type="HTTPS", FullyQualifiedDomainName="a.com", ResourcePath="/x", Regions=["us-east-1", "eu-west-1", "sa-east-1"])
    changed = zone.update(made, FailureThreshold=5, ResetElements=["Regions"])
    config = changed["HealthCheckConfig"]
    assert (config["ResourcePath"], config["FailureThreshold"], config["Port"], config["EnableSNI"]) == ("/x", 5, 443, True)
    assert "Regions" not in config and changed["HealthCheckVersion"] == 2


def test_a_zone_is_signed(zone):
    key = zone.key()
    zone.sign()
    told = zone.route53.get_dnssec(HostedZoneId=zone.id)
    assert told["Status"]["ServeSignature"] == "SIGNING" and told["KeySigningKeys"][0]["KeyTag"] == key["KeyTag"]
    zone.route53.disable_hosted_zone_dnssec(HostedZoneId=zone.id)
    zone.route53.deactivate_key_signing_key(HostedZoneId=zone.id, Name="one")
    zone.route53.delete_key_signing_key(HostedZoneId=zone.id, Name="one")
    assert zone.route53.get_dnssec(HostedZoneId=zone.id)["KeySigningKeys"] == []


def test_query_logs_are_listed_by_zone(zone):
    zone.allow()
    made = zone.log()
    listed = lambda **asked: [each["Id"] for each in zone.route53.list_query_logging_configs(**asked)["QueryLoggingConfigs"]]
    assert listed(HostedZoneId=zone.id) == [made["Id"]] == listed() and listed(HostedZoneId="Z0") == []
