"""The refusals of ElastiCache's replication and subnet groups, and their round trips, against the running server."""

import pytest

from conftest import refused

TOKEN = "a-token-of-sixteen"
CLUSTER = {"NumNodeGroups": 2, "ReplicasPerNodeGroup": 0, "AutomaticFailoverEnabled": True}


class Cache:
    """A subnet group, and a replication group with what a test asks for."""

    def __init__(self, aws):
        self.aws, self.ec2, self.cache = aws, aws.ec2, aws.elasticache
        self.vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnets = [
            self.ec2.create_subnet(VpcId=self.vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]
            for n, zone in enumerate(("ap-northeast-1a", "ap-northeast-1c"))
        ]
        self.sg = self.ec2.create_security_group(GroupName="cache", Description="d", VpcId=self.vpc)["GroupId"]
        self.cache.create_cache_subnet_group(CacheSubnetGroupName="Net", CacheSubnetGroupDescription="d", SubnetIds=self.subnets)

    def make(self, **more):
        asked = {
            "ReplicationGroupId": "rg",
            "ReplicationGroupDescription": "d",
            "CacheNodeType": "cache.t4g.micro",
            "CacheSubnetGroupName": "net",
            "SecurityGroupIds": [self.sg],
            **more,
        }
        return self.cache.create_replication_group(**asked)["ReplicationGroup"]

    def modify(self, **more):
        return self.cache.modify_replication_group(ReplicationGroupId="rg", **{"ApplyImmediately": True, **more})[
            "ReplicationGroup"
        ]

    def replicas(self, count, grow=True, **more):
        call = self.cache.increase_replica_count if grow else self.cache.decrease_replica_count
        return call(ReplicationGroupId="rg", **{"NewReplicaCount": count, "ApplyImmediately": True, **more})["ReplicationGroup"]

    def shards(self, count, **more):
        return self.cache.modify_replication_group_shard_configuration(
            **{"ReplicationGroupId": "rg", "NodeGroupCount": count, "ApplyImmediately": True, **more}
        )["ReplicationGroup"]

    def get(self):
        return self.cache.describe_replication_groups(ReplicationGroupId="rg")["ReplicationGroups"][0]

    def cluster(self, name="rg-001"):
        return self.cache.describe_cache_clusters(CacheClusterId=name, ShowCacheNodeInfo=True)["CacheClusters"][0]

    def delete(self):
        return self.cache.delete_replication_group(ReplicationGroupId="rg")["ReplicationGroup"]


@pytest.fixture
def cache(aws):
    return Cache(aws)


def frozen(cache, *calls):
    """Makes a group that stays `creating`, then the calls."""
    cache.aws.clock(1000)
    cache.make()
    return [call() for call in calls]


def clustered(cache, *modes, **more):
    """A group that can be brought to cluster mode, and is brought through these modes."""
    cache.make(NumCacheClusters=2, AutomaticFailoverEnabled=True, Engine="valkey")
    return [cache.modify(ClusterMode=mode, **more)["ClusterMode"] for mode in modes]


REFUSALS = [
    ("cluster mode at once", "InvalidParameterCombination", lambda c: clustered(c, "enabled")),
    ("no cluster mode any more", "InvalidParameterCombination", lambda c: clustered(c, "compatible", "enabled", "disabled")),
    ("cluster mode without failover", "InvalidParameterCombination", lambda c: c.make() and c.modify(ClusterMode="compatible")),
    (
        "parameters for cluster mode alone",
        "InvalidParameterCombination",
        lambda c: clustered(c) or c.modify(CacheParameterGroupName="default.valkey8.cluster.on"),
    ),
    (
        "a group not yet there, to look at its tags",
        "InvalidReplicationGroupState",
        lambda c: frozen(c, lambda: c.cache.list_tags_for_resource(ResourceName=c.get()["ARN"])),
    ),
    ("an unknown subnet group", "CacheSubnetGroupNotFoundFault", lambda c: c.make(CacheSubnetGroupName="none")),
    ("a token without TLS", "InvalidParameterCombination", lambda c: c.make(AuthToken=TOKEN)),
    ("a short token", "InvalidParameterValue", lambda c: c.make(AuthToken="short", TransitEncryptionEnabled=True)),
    ("a long token", "InvalidParameterValue", lambda c: c.make(AuthToken="x" * 129, TransitEncryptionEnabled=True)),
    ("a token with a slash", "InvalidParameterValue", lambda c: c.make(AuthToken="x" * 16 + "/", TransitEncryptionEnabled=True)),
    (
        "a token and users",
        "InvalidParameterCombination",
        lambda c: c.make(AuthToken=TOKEN, TransitEncryptionEnabled=True, UserGroupIds=["u"]),
    ),
    ("an id with a dot", "InvalidParameterValue", lambda c: c.make(ReplicationGroupId="a.b")),
    ("an id with two hyphens", "InvalidParameterValue", lambda c: c.make(ReplicationGroupId="a--b")),
    ("an id that ends with a hyphen", "InvalidParameterValue", lambda c: c.make(ReplicationGroupId="a-")),
    ("an id that begins with a digit", "InvalidParameterValue", lambda c: c.make(ReplicationGroupId="1a")),
    ("a long id", "InvalidParameterValue", lambda c: c.make(ReplicationGroupId="a" * 41)),
    ("a group twice", "ReplicationGroupAlreadyExists", lambda c: c.make() and c.make(ReplicationGroupId="RG")),
    ("an unknown engine", "InvalidParameterValue", lambda c: c.make(Engine="memcached")),
    ("an unknown version", "InvalidParameterCombination", lambda c: c.make(EngineVersion="9.9")),
    ("an unknown node type", "InvalidParameterValue", lambda c: c.make(CacheNodeType="db.t3.micro")),
    ("no node type", "InvalidParameterValue", lambda c: c.make(CacheNodeType="")),
    ("an unknown parameter group", "CacheParameterGroupNotFound", lambda c: c.make(CacheParameterGroupName="none")),
    (
        "a parameter group of another family",
        "InvalidParameterCombination",
        lambda c: c.make(CacheParameterGroupName="default.redis6.x"),
    ),
    ("an unknown security group", "InvalidParameterValue", lambda c: c.make(SecurityGroupIds=["sg-0123456789abcdef0"])),
    (
        "a node as its own failover",
        "InvalidParameterCombination",
        lambda c: c.make(AutomaticFailoverEnabled=True, NumCacheClusters=1),
    ),
    ("many zones without failover", "InvalidParameterCombination", lambda c: c.make(MultiAZEnabled=True, NumCacheClusters=2)),
    ("shards without failover", "InvalidParameterCombination", lambda c: c.make(NumNodeGroups=2, ReplicasPerNodeGroup=1)),
    ("two ways to count", "InvalidParameterCombination", lambda c: c.make(NumCacheClusters=2, ReplicasPerNodeGroup=1)),
    ("too many replicas", "InvalidParameterValue", lambda c: c.make(NumCacheClusters=7)),
    ("a key without encryption", "InvalidParameterCombination", lambda c: c.make(KmsKeyId="k")),
    ("snapshots for too long", "InvalidParameterValue", lambda c: c.make(SnapshotRetentionLimit=36)),
    ("a bad snapshot window", "InvalidParameterValue", lambda c: c.make(SnapshotWindow="5-6")),
    ("a bad maintenance window", "InvalidParameterValue", lambda c: c.make(PreferredMaintenanceWindow="5-6")),
    ("a tag of AWS", "InvalidParameterValue", lambda c: c.make(Tags=[{"Key": "aws:x", "Value": "1"}])),
    ("an unknown group", "ReplicationGroupNotFoundFault", lambda c: c.get()),
    ("an unknown group to modify", "ReplicationGroupNotFoundFault", lambda c: c.modify()),
    ("an unknown group to delete", "ReplicationGroupNotFoundFault", lambda c: c.delete()),
    ("an unknown cluster", "CacheClusterNotFound", lambda c: c.cluster()),
    (
        "a group not yet there, to modify",
        "InvalidReplicationGroupState",
        lambda c: frozen(c, lambda: c.modify(SnapshotRetentionLimit=1)),
    ),
    ("a group not yet there, to delete", "InvalidReplicationGroupState", lambda c: frozen(c, c.delete)),
    ("a group not yet there, to grow", "InvalidReplicationGroupState", lambda c: frozen(c, lambda: c.replicas(1))),
    (
        "a group not yet there, to tag",
        "InvalidReplicationGroupState",
        lambda c: frozen(c, lambda: c.cache.add_tags_to_resource(ResourceName=c.get()["ARN"], Tags=[{"Key": "a", "Value": "1"}])),
    ),
    ("a new token without TLS", "InvalidParameterCombination", lambda c: c.make() and c.modify(AuthToken=TOKEN)),
    (
        "a new token later",
        "InvalidParameterCombination",
        lambda c: (
            c.make(AuthToken=TOKEN, TransitEncryptionEnabled=True) and c.modify(AuthToken=TOKEN + "2", ApplyImmediately=False)
        ),
    ),
    (
        "a strategy without a token",
        "InvalidParameterCombination",
        lambda c: c.make(TransitEncryptionEnabled=True) and c.modify(AuthTokenUpdateStrategy="SET"),
    ),
    ("a downgrade", "InvalidParameterCombination", lambda c: c.make() and c.modify(EngineVersion="6.2")),
    ("failover without a replica", "InvalidParameterCombination", lambda c: c.make() and c.modify(AutomaticFailoverEnabled=True)),
    ("no change of replicas", "NoOperationFault", lambda c: c.make(NumCacheClusters=2) and c.replicas(1)),
    ("fewer is not more", "InvalidParameterValue", lambda c: c.make(NumCacheClusters=3) and c.replicas(1)),
    ("replicas later", "InvalidParameterValue", lambda c: c.make() and c.replicas(1, ApplyImmediately=False)),
    (
        "the last replica of a failover",
        "InvalidParameterCombination",
        lambda c: c.make(NumCacheClusters=2, AutomaticFailoverEnabled=True) and c.replicas(0, grow=False),
    ),
    (
        "encryption without both kinds of connections first",
        "InvalidParameterCombination",
        lambda c: c.make() and c.modify(TransitEncryptionEnabled=True, TransitEncryptionMode="required"),
    ),
    (
        "no encryption without both kinds of connections first",
        "InvalidParameterCombination",
        lambda c: c.make(TransitEncryptionEnabled=True) and c.modify(TransitEncryptionEnabled=False),
    ),
    (
        "no token and no users",
        "InvalidParameterCombination",
        lambda c: c.make(TransitEncryptionEnabled=True, AuthToken=TOKEN) and c.modify(AuthTokenUpdateStrategy="DELETE"),
    ),
    ("shards without cluster mode", "InvalidParameterCombination", lambda c: c.make() and c.shards(2)),
    ("no change of shards", "NoOperationFault", lambda c: c.make(**CLUSTER) and c.shards(2)),
    ("fewer shards without names", "InvalidParameterValue", lambda c: c.make(**CLUSTER) and c.shards(1)),
    (
        "a subnet group in use",
        "CacheSubnetGroupInUse",
        lambda c: c.make() and c.cache.delete_cache_subnet_group(CacheSubnetGroupName="net"),
    ),
    (
        "a subnet group twice",
        "CacheSubnetGroupAlreadyExists",
        lambda c: c.cache.create_cache_subnet_group(
            CacheSubnetGroupName="net", CacheSubnetGroupDescription="d", SubnetIds=c.subnets
        ),
    ),
    (
        "a subnet group of no subnet",
        "InvalidSubnet",
        lambda c: c.cache.create_cache_subnet_group(
            CacheSubnetGroupName="x", CacheSubnetGroupDescription="d", SubnetIds=["subnet-0123456789abcdef0"]
        ),
    ),
    (
        "an unknown subnet group to delete",
        "CacheSubnetGroupNotFoundFault",
        lambda c: c.cache.delete_cache_subnet_group(CacheSubnetGroupName="none"),
    ),
    (
        "a subnet in use",
        "SubnetInUse",
        lambda c: c.make() and c.cache.modify_cache_subnet_group(CacheSubnetGroupName="net", SubnetIds=c.subnets[1:]),
    ),
    ("a subnet under a cache", "DependencyViolation", lambda c: c.make() and c.ec2.delete_subnet(SubnetId=c.subnets[0])),
    ("a security group of a cache", "DependencyViolation", lambda c: c.make() and c.ec2.delete_security_group(GroupId=c.sg)),
    (
        "tags of no group",
        "ReplicationGroupNotFoundFault",
        lambda c: c.cache.list_tags_for_resource(
            ResourceName="arn:aws:elasticache:ap-northeast-1:111111111111:replicationgroup:none"
        ),
    ),
]


def copied(cache, *names):
    """A group, and snapshots of it."""
    cache.make()
    cache.get()
    return [cache.cache.create_snapshot(SnapshotName=name, ReplicationGroupId="rg")["Snapshot"] for name in names]


REFUSALS += [
    ("no such snapshot", "SnapshotNotFoundFault", lambda c: c.make(SnapshotName="none")),
    (
        "a snapshot and files",
        "InvalidParameterCombination",
        lambda c: c.make(SnapshotName="one", SnapshotArns=["arn:aws:s3:::b/a.rdb"]),
    ),
    ("a file that is none", "InvalidParameterValue", lambda c: c.make(SnapshotArns=["arn:aws:s3:::b/a.txt"])),
    ("a snapshot twice", "SnapshotAlreadyExistsFault", lambda c: copied(c, "one", "one")),
    (
        "a last snapshot of a name that is taken",
        "SnapshotAlreadyExistsFault",
        lambda c: copied(c, "one") and c.cache.delete_replication_group(ReplicationGroupId="rg", FinalSnapshotIdentifier="one"),
    ),
    (
        "a snapshot source that is not there",
        "InvalidParameterValue",
        lambda c: c.make(SnapshotRetentionLimit=1) and c.get() and c.modify(SnapshottingClusterId="rg-009"),
    ),
    ("a shard's id in words", "InvalidParameterValue", lambda c: c.make(NodeGroupConfiguration=[{"NodeGroupId": "one"}])),
    ("data tiering without disks", "InvalidParameterCombination", lambda c: c.make(DataTieringEnabled=True)),
    ("disks without data tiering", "InvalidParameterCombination", lambda c: c.make(CacheNodeType="cache.r6gd.xlarge")),
    ("durability of an old engine", "InvalidParameterCombination", lambda c: c.make(Durability="sync")),
    (
        "durability later",
        "InvalidParameterCombination",
        lambda c: c.make(Engine="valkey", EngineVersion="9.0") and c.modify(Durability="async"),
    ),
    ("no such durability", "InvalidParameterValue", lambda c: c.make(Durability="some")),
    ("an address that is not there", "InvalidParameterCombination", lambda c: c.make(IpDiscovery="ipv6")),
    (
        "fewer shards described than asked for",
        "InvalidParameterCombination",
        lambda c: c.make(**CLUSTER, NodeGroupConfiguration=[{"Slots": "0-8191"}]),
    ),
    (
        "a zone without a subnet",
        "InvalidParameterValue",
        lambda c: c.make(NodeGroupConfiguration=[{"PrimaryAvailabilityZone": "ap-northeast-1d"}]),
    ),
    (
        "a zone for a replica that is not asked for",
        "InvalidParameterCombination",
        lambda c: c.make(NodeGroupConfiguration=[{"ReplicaAvailabilityZones": ["ap-northeast-1a"]}]),
    ),
]


@pytest.mark.parametrize("code, call", [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_refuses(cache, code, call):
    refused(lambda: call(cache), code)


def test_cluster_mode_comes_in_two_steps(cache):
    assert clustered(cache, "compatible") == ["compatible"]
    seen = cache.get()
    assert seen["ConfigurationEndpoint"] and seen["NodeGroups"][0]["PrimaryEndpoint"] and not seen["ClusterEnabled"]
    assert cache.cluster()["CacheParameterGroup"]["CacheParameterGroupName"].endswith(".cluster.on")
    cache.modify(ClusterMode="enabled")
    seen = cache.get()
    assert seen["ClusterEnabled"] and "PrimaryEndpoint" not in seen["NodeGroups"][0]
    assert seen["MemberClusters"] == ["rg-001", "rg-002"]


def test_a_group_without_room_fails(cache):
    small = cache.ec2.create_subnet(VpcId=cache.vpc, CidrBlock="10.0.9.0/28")["Subnet"]["SubnetId"]
    cache.cache.create_cache_subnet_group(CacheSubnetGroupName="small", CacheSubnetGroupDescription="d", SubnetIds=[small])
    cache.make(CacheSubnetGroupName="small", NumNodeGroups=6, ReplicasPerNodeGroup=1, AutomaticFailoverEnabled=True)
    assert cache.get()["Status"] == "create-failed"
    cache.delete()


def test_the_life_of_a_group(cache):
    cache.aws.clock(1000)
    made = cache.make(
        ReplicationGroupId="RG",
        NumCacheClusters=2,
        AutomaticFailoverEnabled=True,
        MultiAZEnabled=True,
        TransitEncryptionEnabled=True,
        AtRestEncryptionEnabled=True,
        AuthToken=TOKEN,
        SnapshotRetentionLimit=3,
        Tags=[{"Key": "a", "Value": "1"}],
    )
    assert (made["ReplicationGroupId"], made["Status"], made["MemberClusters"]) == ("rg", "creating", ["rg-001", "rg-002"])
    assert not made.get("NodeGroups") and cache.cluster()["CacheClusterStatus"] == "creating"
    cache.aws.clock(0)
    seen = cache.get()
    assert (seen["Status"], seen["AutomaticFailover"], seen["MultiAZ"], seen["AuthTokenEnabled"]) == (
        "available",
        "enabled",
        "enabled",
        True,
    )
    shard = seen["NodeGroups"][0]
    assert shard["PrimaryEndpoint"]["Address"].startswith("master.rg.") and shard["ReaderEndpoint"]["Address"].startswith(
        "replica.rg."
    )
    assert [member["CurrentRole"] for member in shard["NodeGroupMembers"]] == ["primary", "replica"]
    assert {member["PreferredAvailabilityZone"] for member in shard["NodeGroupMembers"]} == {"ap-northeast-1a", "ap-northeast-1c"}
    cluster = cache.cluster("rg-002")
    assert (cluster["ReplicationGroupId"], cluster["EngineVersion"], cluster["CacheSubnetGroupName"]) == ("rg", "7.1.0", "net")
    assert [group["SecurityGroupId"] for group in cluster["SecurityGroups"]] == [cache.sg]
    cache.aws.clock(1000)
    assert cache.delete()["Status"] == "deleting" and cache.get()["Status"] == "deleting"
    refused(lambda: cache.ec2.delete_subnet(SubnetId=cache.subnets[0]), "DependencyViolation")
    cache.aws.clock(0)
    cache.ec2.delete_subnet(SubnetId=cache.subnets[0])
    refused(cache.get, "ReplicationGroupNotFoundFault")
    cache.cache.delete_cache_subnet_group(CacheSubnetGroupName="net")
    cache.ec2.delete_security_group(GroupId=cache.sg)


def test_a_group_is_modified(cache):
    cache.make()
    cache.get()
    cache.aws.clock(1000)
    assert (
        cache.modify(ReplicationGroupDescription="e", SnapshotRetentionLimit=7, CacheNodeType="cache.t4g.small")["Status"]
        == "modifying"
    )
    cache.aws.clock(0)
    seen = cache.get()
    assert (seen["Status"], seen["Description"], seen["SnapshotRetentionLimit"], seen["CacheNodeType"]) == (
        "available",
        "e",
        7,
        "cache.t4g.small",
    )


def test_a_node_type_may_wait_for_the_window(cache):
    cache.make()
    cache.modify(CacheNodeType="cache.t4g.small", ApplyImmediately=False)
    assert cache.get()["CacheNodeType"] == "cache.t4g.micro"
    assert cache.cluster()["PendingModifiedValues"] == {"CacheNodeType": "cache.t4g.small"}


def test_a_token_is_rotated(cache):
    first = cache.make(TransitEncryptionEnabled=True)
    assert not first["AuthTokenEnabled"]
    for strategy, token in (("ROTATE", {"AuthToken": TOKEN}), ("SET", {"AuthToken": TOKEN})):
        assert cache.modify(AuthTokenUpdateStrategy=strategy, **token)["AuthTokenEnabled"]
        cache.get()
    users = cache.modify(AuthTokenUpdateStrategy="DELETE", UserGroupIdsToAdd=["staff"])
    assert not users["AuthTokenEnabled"] and users["UserGroupIds"] == ["staff"]


def test_replicas_come_and_go(cache):
    cache.make()
    assert cache.replicas(2)["MemberClusters"] == ["rg-001", "rg-002", "rg-003"]
    assert cache.replicas(1, grow=False)["MemberClusters"] == ["rg-001", "rg-002"]
    refused(lambda: cache.cluster("rg-003"), "CacheClusterNotFound")


def test_a_group_with_shards(cache):
    made = cache.make(NumNodeGroups=2, ReplicasPerNodeGroup=1, AutomaticFailoverEnabled=True, Engine="valkey")
    assert made["MemberClusters"] == ["rg-0001-001", "rg-0001-002", "rg-0002-001", "rg-0002-002"]
    seen = cache.get()
    assert (
        seen["ClusterEnabled"]
        and seen["ConfigurationEndpoint"]["Port"] == 6379
        and [shard["Slots"] for shard in seen["NodeGroups"]] == ["0-8191", "8192-16383"]
    )
    assert cache.cluster("rg-0001-001")["CacheParameterGroup"]["CacheParameterGroupName"] == "default.valkey8.cluster.on"


def test_tags(cache):
    arn = cache.make(Tags=[{"Key": "a", "Value": "1"}])["ARN"]
    cache.get()
    cache.cache.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "b", "Value": ""}])
    cache.cache.remove_tags_from_resource(ResourceName=arn, TagKeys=["a"])
    assert cache.cache.list_tags_for_resource(ResourceName=arn)["TagList"] == [{"Key": "b", "Value": ""}]


def test_shards_come_and_go(cache):
    cache.make(**{**CLUSTER, "ReplicasPerNodeGroup": 1})
    assert cache.shards(3)["MemberClusters"][-2:] == ["rg-0003-001", "rg-0003-002"]
    left = cache.shards(2, NodeGroupsToRemove=["0002"])
    assert [shard["NodeGroupId"] for shard in left["NodeGroups"]] == ["0001", "0003"]


def test_data_outlives_its_group(cache):
    copied(cache, "one")
    cache.cache.delete_replication_group(ReplicationGroupId="rg", FinalSnapshotIdentifier="Last")
    names = [each["SnapshotName"] for each in cache.cache.describe_snapshots()["Snapshots"]]
    assert names == ["one", "last"]
    cache.make(ReplicationGroupId="again", SnapshotName="last")
    cache.cache.delete_snapshot(SnapshotName="last")
    refused(lambda: cache.cache.describe_snapshots(SnapshotName="last"), "SnapshotNotFoundFault")


def test_durability_changes_its_kind(cache):
    cache.make(Engine="valkey", EngineVersion="9.0", Durability="async")
    cache.get()
    assert cache.modify(Durability="sync")["Durability"] == "sync"


def test_nodes_are_where_they_are_asked_to_be(cache):
    zones = {"PrimaryAvailabilityZone": "ap-northeast-1c", "ReplicaAvailabilityZones": ["ap-northeast-1c"]}
    cache.make(NumNodeGroups=1, ReplicasPerNodeGroup=1, NodeGroupConfiguration=[zones], AutomaticFailoverEnabled=True)
    members = cache.get()["NodeGroups"][0]["NodeGroupMembers"]
    assert {member["PreferredAvailabilityZone"] for member in members} == {"ap-northeast-1c"}
