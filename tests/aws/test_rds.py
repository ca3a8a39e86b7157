"""The refusals of RDS's groups, clusters, instances and subscriptions, and their round trips, against the running server."""

import pytest

from conftest import refused

TOPIC = "arn:aws:sns:ap-northeast-1:222222222222:alarms"
PASSWORD = "a-password-of-ours"


class Rds:
    """Two subnets and a group of them, and what a test makes there."""

    def __init__(self, aws):
        self.aws, self.ec2, self.rds = aws, aws.ec2, aws.rds
        self.vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnets = [self.subnet(self.vpc, f"10.0.{n}.0/24", zone) for n, zone in enumerate("ac")]
        self.group("Net", self.subnets)

    def subnet(self, vpc, cidr, zone):
        asked = {"VpcId": vpc, "CidrBlock": cidr, "AvailabilityZone": f"ap-northeast-1{zone}"}
        return self.ec2.create_subnet(**asked)["Subnet"]["SubnetId"]

    def group(self, name, subnets):
        asked = {"DBSubnetGroupName": name, "DBSubnetGroupDescription": "d", "SubnetIds": subnets}
        return self.rds.create_db_subnet_group(**asked)["DBSubnetGroup"]

    def elsewhere(self):
        """Subnets of another VPC."""
        vpc = self.ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
        return [self.subnet(vpc, f"10.1.{n}.0/24", zone) for n, zone in enumerate("ac")]

    def regroup(self, subnets):
        return self.rds.modify_db_subnet_group(DBSubnetGroupName="net", SubnetIds=subnets)["DBSubnetGroup"]

    def parameters(self, name="own", family="aurora-postgresql17"):
        asked = {"DBClusterParameterGroupName": name, "DBParameterGroupFamily": family, "Description": "d"}
        return self.rds.create_db_cluster_parameter_group(**asked)["DBClusterParameterGroup"]

    def set(self, *pairs, name="own", method="pending-reboot"):
        parameters = [{"ParameterName": key, "ParameterValue": value, "ApplyMethod": method} for key, value in pairs]
        return self.rds.modify_db_cluster_parameter_group(DBClusterParameterGroupName=name, Parameters=parameters)

    def cluster(self, **more):
        asked = {
            "DBClusterIdentifier": "web",
            "Engine": "aurora-postgresql",
            "MasterUsername": "appadmin",
            "ManageMasterUserPassword": True,
            "DBSubnetGroupName": "net",
            **more,
        }
        return self.rds.create_db_cluster(**asked)["DBCluster"]

    def modify(self, **more):
        return self.rds.modify_db_cluster(**{"DBClusterIdentifier": "web", "ApplyImmediately": True, **more})["DBCluster"]

    def get(self):
        return self.rds.describe_db_clusters(DBClusterIdentifier="web")["DBClusters"][0]

    def delete(self, **more):
        return self.rds.delete_db_cluster(DBClusterIdentifier="web", **(more or {"SkipFinalSnapshot": True}))["DBCluster"]

    def instance(self, name="web-1", **more):
        asked = {
            "DBInstanceIdentifier": name,
            "DBClusterIdentifier": "web",
            "Engine": "aurora-postgresql",
            "DBInstanceClass": "db.r8g.large",
            **more,
        }
        return self.rds.create_db_instance(**asked)["DBInstance"]

    def drop(self, name="web-1"):
        return self.rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)["DBInstance"]

    def subscribe(self, **more):
        asked = {"SubscriptionName": "events", "SnsTopicArn": TOPIC, **more}
        return self.rds.create_event_subscription(**asked)["EventSubscription"]

    def resubscribe(self, **more):
        return self.rds.modify_event_subscription(SubscriptionName="events", **more)["EventSubscription"]

    def subscription(self):
        return self.rds.describe_event_subscriptions(SubscriptionName="events")["EventSubscriptionsList"][0]

    def restore(self, **more):
        asked = {"DBClusterIdentifier": "copy", "SourceDBClusterIdentifier": "web", "DBSubnetGroupName": "net", **more}
        return self.rds.restore_db_cluster_to_point_in_time(**asked)["DBCluster"]


@pytest.fixture
def rds(aws):
    return Rds(aws)


def frozen(r, *calls):
    """Makes a cluster that stays `creating`, then the calls."""
    r.aws.clock(1000)
    r.cluster()
    return [call() for call in calls]


VALUE, COMBINATION = "InvalidParameterValue", "InvalidParameterCombination"
REFUSALS = [
    ("a subnet group twice", "DBSubnetGroupAlreadyExists", lambda r: r.group("NET", r.subnets)),
    ("one zone", "DBSubnetGroupDoesNotCoverEnoughAZs", lambda r: r.group("one", r.subnets[:1])),
    ("an unknown subnet", "InvalidSubnet", lambda r: r.group("odd", ["subnet-0", "subnet-1"])),
    ("subnets of two VPCs", "InvalidSubnet", lambda r: r.group("odd", [r.subnets[0], r.elsewhere()[1]])),
    ("a subnet group named default", VALUE, lambda r: r.group("Default", r.subnets)),
    ("another VPC", VALUE, lambda r: r.regroup(r.elsewhere())),
    ("an unknown subnet group", "DBSubnetGroupNotFoundFault", lambda r: r.rds.describe_db_subnet_groups(DBSubnetGroupName="none")),
    (
        "a subnet group in use",
        "InvalidDBSubnetGroupStateFault",
        lambda r: r.cluster() and r.rds.delete_db_subnet_group(DBSubnetGroupName="net"),
    ),
    (
        "a subnet in use",
        "SubnetAlreadyInUse",
        lambda r: r.cluster() and r.instance() and r.regroup([r.subnet(r.vpc, f"10.0.{8 + n}.0/24", z) for n, z in enumerate("ac")]),
    ),
    ("a parameter group twice", "DBParameterGroupAlreadyExists", lambda r: [r.parameters(name) for name in ("own", "Own")]),
    ("an unknown family", VALUE, lambda r: r.parameters(family="aurora-postgresql99")),
    ("an unknown parameter", VALUE, lambda r: r.parameters() and r.set(("none", "1"))),
    ("a fixed parameter", VALUE, lambda r: r.parameters() and r.set(("ssl", "0"))),
    ("an odd value", VALUE, lambda r: r.parameters() and r.set(("rds.force_ssl", "2"))),
    ("many parameters", VALUE, lambda r: r.parameters() and r.set(*[("rds.force_ssl", "1")] * 21)),
    ("a static one at once", COMBINATION, lambda r: r.parameters() and r.set(("max_connections", "50"), method="immediate")),
    (
        "half of two that go together",
        COMBINATION,
        lambda r: r.parameters() and [r.set(("ssl_min_protocol_version", "TLSv1.3")), r.set(("ssl_max_protocol_version", "TLSv1.2"))],
    ),
    ("an unknown parameter group", "DBParameterGroupNotFound", lambda r: r.set(("ssl", "1"), name="none")),
    ("AWS's own parameter group", VALUE, lambda r: r.set(("rds.force_ssl", "0"), name="default.aurora-postgresql17")),
    (
        "a parameter group in use",
        "InvalidDBParameterGroupState",
        lambda r: [
            r.parameters(),
            r.cluster(DBClusterParameterGroupName="own"),
            r.rds.delete_db_cluster_parameter_group(DBClusterParameterGroupName="own"),
        ],
    ),
    ("a cluster twice", "DBClusterAlreadyExistsFault", lambda r: [r.cluster(DBClusterIdentifier=name) for name in ("web", "Web")]),
    ("an odd identifier", VALUE, lambda r: r.cluster(DBClusterIdentifier="a--b")),
    ("an unknown engine", VALUE, lambda r: r.cluster(Engine="oracle")),
    ("an unknown version", COMBINATION, lambda r: r.cluster(EngineVersion="99")),
    ("a reserved word", VALUE, lambda r: r.cluster(MasterUsername="admin")),
    ("a password and a managed one", COMBINATION, lambda r: r.cluster(MasterUserPassword=PASSWORD)),
    ("no password", VALUE, lambda r: r.cluster(ManageMasterUserPassword=None)),
    ("a password with a slash", VALUE, lambda r: r.cluster(ManageMasterUserPassword=None, MasterUserPassword="with/a/slash")),
    ("an unknown subnet group of a cluster", "DBSubnetGroupNotFoundFault", lambda r: r.cluster(DBSubnetGroupName="none")),
    ("an unknown group of parameters", "DBClusterParameterGroupNotFound", lambda r: r.cluster(DBClusterParameterGroupName="none")),
    (
        "parameters of another family",
        COMBINATION,
        lambda r: r.parameters(family="aurora-postgresql16") and r.cluster(DBClusterParameterGroupName="own"),
    ),
    ("a low port", VALUE, lambda r: r.cluster(Port=80)),
    ("a key without encryption", COMBINATION, lambda r: r.cluster(KmsKeyId="k")),
    ("monitoring without a role", COMBINATION, lambda r: r.cluster(MonitoringInterval=60)),
    ("insights without their store", COMBINATION, lambda r: r.cluster(DatabaseInsightsMode="advanced")),
    ("a cluster not yet there, to modify", "InvalidDBClusterStateFault", lambda r: frozen(r, lambda: r.modify(Port=5433))),
    ("an unknown cluster", "DBClusterNotFoundFault", lambda r: r.get()),
    ("a lower version", COMBINATION, lambda r: r.cluster(EngineVersion="17.5") and r.modify(EngineVersion="17.4")),
    ("the same version", COMBINATION, lambda r: r.cluster() and r.modify(EngineVersion="17.4")),
    ("another major version", COMBINATION, lambda r: r.cluster(EngineVersion="16") and r.modify(EngineVersion="17")),
    (
        "a parameter group of instances for nothing",
        COMBINATION,
        lambda r: r.cluster() and r.modify(DBInstanceParameterGroupName="default.aurora-postgresql17"),
    ),
    ("a password in the place of a managed one", COMBINATION, lambda r: r.cluster() and r.modify(MasterUserPassword=PASSWORD)),
    ("no password any more", COMBINATION, lambda r: r.cluster() and r.modify(ManageMasterUserPassword=False)),
    ("another key of the secret", COMBINATION, lambda r: r.cluster() and r.modify(MasterUserSecretKmsKeyId="k")),
    ("no word of the snapshot", COMBINATION, lambda r: r.cluster() and r.delete(SkipFinalSnapshot=False)),
    (
        "two words of the snapshot",
        COMBINATION,
        lambda r: r.cluster() and r.delete(SkipFinalSnapshot=True, FinalDBSnapshotIdentifier="last"),
    ),
    (
        "a snapshot that there is",
        "DBClusterSnapshotAlreadyExistsFault",
        lambda r: [
            r.cluster(),
            r.rds.create_db_cluster_snapshot(DBClusterIdentifier="web", DBClusterSnapshotIdentifier="last"),
            r.delete(FinalDBSnapshotIdentifier="last"),
        ],
    ),
    ("a protected cluster", COMBINATION, lambda r: r.cluster(DeletionProtection=True) and r.delete()),
    ("a cluster with an instance", "InvalidDBClusterStateFault", lambda r: r.cluster() and r.instance() and r.delete()),
    ("a restoration to no time", COMBINATION, lambda r: r.cluster() and r.restore()),
    ("a restoration of nothing", "DBClusterNotFoundFault", lambda r: r.restore(UseLatestRestorableTime=True)),
    ("an instance without a cluster", "DBClusterNotFoundFault", lambda r: r.instance()),
    ("an instance of another engine", COMBINATION, lambda r: r.cluster() and r.instance(Engine="aurora-mysql")),
    ("no capacity", "InvalidDBClusterStateFault", lambda r: r.cluster() and r.instance(DBInstanceClass="db.serverless")),
    ("an instance twice", "DBInstanceAlreadyExists", lambda r: r.cluster() and [r.instance() for _ in range(2)]),
    ("the cluster's matters", COMBINATION, lambda r: r.cluster() and r.instance(DeletionProtection=True)),
    ("a zone without a subnet", "InvalidVPCNetworkStateFault", lambda r: r.cluster() and r.instance(AvailabilityZone="ap-northeast-1d")),
    ("an unknown instance", "DBInstanceNotFound", lambda r: r.drop()),
    (
        "an instance that is going",
        "InvalidDBInstanceState",
        lambda r: [r.cluster(), r.instance(), r.aws.clock(1000), r.drop(), r.drop()],
    ),
    ("a subscription twice", "SubscriptionAlreadyExist", lambda r: [r.subscribe() for _ in range(2)]),
    ("categories without a type", COMBINATION, lambda r: r.subscribe(EventCategories=["failover"])),
    ("another type's category", "SubscriptionCategoryNotFound", lambda r: r.subscribe(SourceType="db-cluster", EventCategories=["recovery"])),
    ("a source that there is not", "SourceNotFound", lambda r: r.subscribe(SourceType="db-cluster", SourceIds=["web"])),
    ("a topic that there is not", "SNSTopicArnNotFound", lambda r: r.subscribe(SnsTopicArn="arn:aws:sns:ap-northeast-1:111111111111:no")),
    ("a topic that keeps an order", "SNSInvalidTopic", lambda r: r.subscribe(SnsTopicArn=f"{TOPIC}.fifo")),
    ("an unknown subscription", "SubscriptionNotFound", lambda r: r.resubscribe(Enabled=False)),
    (
        "categories without a type, to modify",
        COMBINATION,
        lambda r: [r.subscribe(SourceType="db-cluster"), r.subscription(), r.resubscribe(EventCategories=["failover"])],
    ),
    (
        "a subscription that is busy",
        "InvalidEventSubscriptionState",
        lambda r: [r.aws.clock(1000), r.subscribe(), r.resubscribe(Enabled=False)],
    ),
    ("a tag of AWS", VALUE, lambda r: r.cluster(Tags=[{"Key": "aws:x", "Value": "1"}])),
    ("the tags of nothing", "DBClusterNotFoundFault", lambda r: r.rds.list_tags_for_resource(ResourceName="arn:aws:rds:x:1:cluster:no")),
]


@pytest.mark.parametrize("code, call", [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_refuses(rds, code, call):
    refused(lambda: call(rds), code)


def test_a_value_that_is_the_default_is_told_as_aws_own(rds):
    rds.parameters()
    rds.set(("rds.force_ssl", "1"), ("timezone", "Asia/Tokyo"))
    pages = rds.rds.get_paginator("describe_db_cluster_parameters")
    by_user = [p for page in pages.paginate(DBClusterParameterGroupName="own", Source="user") for p in page["Parameters"]]
    assert [p["ParameterName"] for p in by_user] == ["timezone"]
    every = [p["ParameterName"] for page in pages.paginate(DBClusterParameterGroupName="own") for p in page["Parameters"]]
    assert "rds.force_ssl" in every and len(every) > 20
    reset = [{"ParameterName": "timezone", "ApplyMethod": "immediate"}]
    rds.rds.reset_db_cluster_parameter_group(DBClusterParameterGroupName="own", Parameters=reset)
    assert not [p for page in pages.paginate(DBClusterParameterGroupName="own", Source="user") for p in page["Parameters"]]


def test_an_upgrade_of_a_broken_database_fails(rds):
    rds.cluster(DatabaseName="broken")
    rds.get()
    rds.modify(EngineVersion="17.5")
    seen = rds.get()
    assert (seen["Status"], seen["EngineVersion"]) == ("available", "17.4")
    events = rds.rds.describe_events(SourceType="db-cluster", SourceIdentifier=seen["DBClusterIdentifier"])["Events"]
    assert "precheck" in events[0]["Message"]


def test_a_cluster_is_told_with_what_aws_adds(rds):
    made = rds.cluster(AvailabilityZones=["ap-northeast-1c"], StorageEncrypted=True)
    seen = rds.get()
    assert made["Status"] == "creating" and seen["Status"] == "available" and made["Endpoint"] == seen["Endpoint"]
    assert len(seen["AvailabilityZones"]) == 3 and seen["KmsKeyId"].startswith("arn:aws:kms:")
    assert (seen["DBClusterParameterGroup"], seen["EngineVersion"]) == ("default.aurora-postgresql17", "17.4")
    assert seen["MasterUserSecret"]["SecretStatus"] == "creating" and "StorageType" not in seen
    rds.instance()
    assert rds.get()["MasterUserSecret"]["SecretStatus"] == "active"
    member = rds.get()["DBClusterMembers"][0]
    assert (member["DBInstanceIdentifier"], member["IsClusterWriter"]) == ("web-1", True)


def test_a_change_of_the_capacity_begins_late(rds):
    rds.cluster()
    assert rds.get()["Status"] == "available"
    rds.aws.clock(1000)
    rds.modify(ServerlessV2ScalingConfiguration={"MinCapacity": 0, "MaxCapacity": 2})
    assert [rds.get()["Status"] for _ in range(2)] == ["available", "modifying"]
    rds.aws.clock(0)
    assert rds.get()["ServerlessV2ScalingConfiguration"]["SecondsUntilAutoPause"] == 300


def test_what_is_not_applied_at_once_waits(rds):
    rds.cluster()
    rds.modify(ApplyImmediately=False, BackupRetentionPeriod=9)
    assert rds.get()["BackupRetentionPeriod"] == 1 and rds.get()["PendingModifiedValues"]["BackupRetentionPeriod"] == 9


def test_another_group_of_parameters_waits_for_a_reboot(rds):
    rds.parameters()
    rds.cluster()
    rds.instance()
    rds.modify(DBClusterParameterGroupName="own")
    assert rds.get()["DBClusterMembers"][0]["DBClusterParameterGroupStatus"] == "pending-reboot"
    rds.rds.reboot_db_instance(DBInstanceIdentifier="web-1")
    assert rds.get()["DBClusterMembers"][0]["DBClusterParameterGroupStatus"] == "in-sync"


def test_a_cluster_leaves_a_snapshot_and_comes_back(rds):
    rds.cluster(DatabaseName="app")
    rds.delete(FinalDBSnapshotIdentifier="Last")
    refused(rds.get, "DBClusterNotFoundFault")
    asked = {"DBClusterIdentifier": "back", "SnapshotIdentifier": "last", "Engine": "aurora-postgresql", "DBSubnetGroupName": "net"}
    assert rds.rds.restore_db_cluster_from_snapshot(**asked)["DBCluster"]["DatabaseName"] == "app"


def test_an_instance_holds_its_subnet_until_it_is_gone(rds):
    rds.cluster()
    rds.instance(AvailabilityZone="ap-northeast-1a")
    refused(lambda: rds.ec2.delete_subnet(SubnetId=rds.subnets[0]), "DependencyViolation")
    rds.drop()
    rds.delete()
    rds.rds.delete_db_subnet_group(DBSubnetGroupName="net")
    rds.ec2.delete_subnet(SubnetId=rds.subnets[0])


def test_the_log_groups_of_exported_logs_come_with_the_first_instance(rds):
    named = "/aws/rds/cluster/web/postgresql"
    groups = lambda: [(g["logGroupName"], g.get("retentionInDays")) for g in rds.aws.logs.describe_log_groups()["logGroups"]]
    rds.cluster(EnableCloudwatchLogsExports=["postgresql"], ServerlessV2ScalingConfiguration={"MinCapacity": 0.5, "MaxCapacity": 1})
    assert groups() == []
    rds.instance("web-1")
    assert groups() == [(named, None)]
    rds.aws.logs.put_retention_policy(logGroupName=named, retentionInDays=90)
    rds.instance("web-2")
    assert groups() == [(named, 90)]


def test_versions_are_told_in_pages(rds):
    pages = rds.rds.get_paginator("describe_db_engine_versions").paginate(Engine="aurora-postgresql", EngineVersion="16")
    versions = [version for page in pages for version in page["DBEngineVersions"]]
    assert [version["EngineVersion"] for version in versions] == ["16.6", "16.8", "16.9"]
    assert versions[0]["DBParameterGroupFamily"] == "aurora-postgresql16"


def test_a_subscription_has_sources(rds):
    rds.cluster()
    assert rds.subscribe(SourceType="db-cluster")["Status"] == "creating"
    seen = rds.subscription()
    assert (seen["Status"], seen["Enabled"], seen["EventCategoriesList"]) == ("active", True, [])
    rds.rds.add_source_identifier_to_subscription(SubscriptionName="events", SourceIdentifier="web")
    refused(lambda: rds.resubscribe(SourceType="db-instance"), COMBINATION)
    rds.rds.remove_source_identifier_from_subscription(SubscriptionName="events", SourceIdentifier="web")
    rds.resubscribe(SourceType="db-instance", EventCategories=["failover"])
    assert rds.subscription()["SourceType"] == "db-instance"
    rds.rds.delete_event_subscription(SubscriptionName="events")
    refused(rds.subscription, "SubscriptionNotFound")
