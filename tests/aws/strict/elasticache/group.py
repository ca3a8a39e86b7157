"""A replication group: its member clusters, endpoints, tokens, and the states it goes through."""

import datetime
import secrets

from moto.ec2.models import ec2_backends

from ..clock import CLOCK
from ..ec2.network import free_address
from ..response import Refusal

# AWS's seconds.
CREATING, MODIFYING, DELETING = 420.0, 120.0, 240.0
# The full version behind the one that is asked for, and the family of its parameter groups.
VERSIONS = {
    "redis": {
        "7.1": ("7.1.0", "redis7"),
        "7.0": ("7.0.7", "redis7"),
        "6.2": ("6.2.6", "redis6.x"),
        "6.0": ("6.0.5", "redis6.x"),
        "5.0.6": ("5.0.6", "redis5.0"),
    },
    "valkey": {"9.0": ("9.0.0", "valkey9"), "8.1": ("8.1.0", "valkey8"), "8.0": ("8.0.1", "valkey8"), "7.2": ("7.2.6", "valkey7")},
}
SHORT = {
    "northeast": "ne",
    "southeast": "se",
    "northwest": "nw",
    "southwest": "sw",
    "north": "n",
    "south": "s",
    "east": "e",
    "west": "w",
    "central": "c",
}


def moment(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).replace(tzinfo=None)


class Group:
    def __init__(self, backend, name, asked):
        self.backend, self.name = backend, name
        self.arn = f"arn:aws:elasticache:{backend.region_name}:{backend.account_id}:replicationgroup:{name}"
        self.asked = asked
        self.mode = "enabled" if asked["clustered"] else "disabled"
        self.shards = [[] for _ in range(asked["shards"])]
        # A shard keeps its number while others go, as in its members' names.
        self.numbers = [*range(1, asked["shards"] + 1)]
        self.tokens = [asked["AuthToken"]] if asked.get("AuthToken") else []
        self.token_changed = CLOCK.now() if self.tokens else None
        self.state, self.born, self.changed, self.pending = "creating", CLOCK.now(), None, {}
        # Part of every host name of the group, so that a group made again has other ones.
        self.hash = secrets.token_hex(3)
        self.enis, self.fails = {}, False
        try:
            for shard in range(len(self.shards)):
                self.grow(shard, 1 + asked["replicas"])
        except Refusal:
            # The request was fine; that the subnets have too few addresses turns out while it is made.
            self.fails = True

    @property
    def domain(self):
        area, direction, number = self.backend.region_name.split("-")[-3:]
        return f"{self.name}.{self.hash}.{area}{SHORT[direction]}{number}.cache.amazonaws.com"

    @property
    def clustered(self):
        return self.mode == "enabled"

    @property
    def members(self):
        return [member for shard in self.shards for member in shard]

    @property
    def version(self):
        return VERSIONS[self.asked["Engine"]][self.asked["EngineVersion"]][0]

    def settle(self):
        if (
            self.state == "creating"
            and CLOCK.passed(self.born, CREATING)
            or self.state == "modifying"
            and CLOCK.passed(self.changed, MODIFYING)
        ):
            self.state = "create-failed" if self.fails else "available"
        if self.state == "deleting" and CLOCK.passed(self.changed, DELETING):
            self.state = "gone"
            for member in list(self.members):
                self.drop(member)

    def turn(self, state):
        self.state, self.changed = state, CLOCK.now()

    def grow(self, shard, size):
        """Adds members up to `size`, each with a network interface that holds its subnet and groups, as in AWS."""
        prefix = f"{self.name}-{self.numbers[shard]:04d}" if self.clustered else self.name
        number = 1
        while len(self.shards[shard]) < size:
            member = f"{prefix}-{number:03d}"
            number += 1
            if member not in self.shards[shard]:
                self.shards[shard].append(member)
                wanted = self.wanted_zone(shard, len(self.shards[shard]) - 1)
                self.enis[member] = self.interface(member, len(self.enis), wanted)

    def wanted_zone(self, shard, place):
        """The zone that the request names for a shard's primary node or one of its replicas, if it does."""
        each = (self.asked.get("NodeGroupConfiguration") or [])[shard : shard + 1]
        zones = [zone for one in each for zone in (one.get("PrimaryAvailabilityZone"), *(one.get("ReplicaAvailabilityZones") or []))]
        return zones[place] if place < len(zones) else None

    def interface(self, member, place, zone=None):
        subnets = self.asked["subnets"]
        if not subnets:
            return None
        ec2 = ec2_backends[self.backend.account_id][self.backend.region_name]
        all_of_them = [ec2.get_subnet(each) for each in subnets]
        there = [subnet for subnet in all_of_them if zone in (None, subnet.availability_zone)] or all_of_them
        # Ids are made up anew each time; which zone is the first must not depend on them.
        subnet = sorted(there, key=lambda each: each.availability_zone)[place % len(there)]
        eni = ec2.create_network_interface(
            subnet,
            free_address(ec2, subnet),
            group_ids=self.asked.get("SecurityGroupIds"),
            description=f"ElastiCache {member}",
        )
        eni.status, eni.requester_managed = "in-use", True
        return eni

    def drop(self, member):
        for shard in self.shards:
            if member in shard:
                shard.remove(member)
        eni = self.enis.pop(member, None)
        if eni:
            ec2_backends[self.backend.account_id][self.backend.region_name].enis.pop(eni.id, None)

    def reshard(self, count, leaving):
        """Loses the shards of these numbers, or gets new ones, each with as many members as the first."""
        for number in leaving:
            place = self.numbers.index(number)
            for member in list(self.shards[place]):
                self.drop(member)
            del self.shards[place], self.numbers[place]
        while len(self.shards) < count:
            self.shards.append([])
            self.numbers.append(self.numbers[-1] + 1)
            self.grow(len(self.shards) - 1, len(self.shards[0]))

    def regroup(self, group_ids):
        ec2 = ec2_backends[self.backend.account_id][self.backend.region_name]
        for eni in filter(None, self.enis.values()):
            eni._group_set = [ec2.get_security_group_from_id(group_id) for group_id in group_ids]

    def endpoint(self, role):
        """Host names differ with TLS; a client that checks them can't use the other ones."""
        tls, head = self.asked["TransitEncryptionEnabled"], self.domain.split(".", 2)
        plain = {
            "master": f"{head[0]}.{head[1]}.ng.0001.{head[2]}",
            "replica": f"{head[0]}-ro.{head[1]}.ng.0001.{head[2]}",
            "clustercfg": f"{head[0]}.{head[1]}.clustercfg.{head[2]}",
        }
        return {"Address": f"{role}.{self.domain}" if tls else plain[role], "Port": self.asked["Port"]}

    def zone(self, member):
        eni = self.enis.get(member)
        return eni.availability_zone if eni else f"{self.backend.region_name}a"

    def snapshotting(self):
        """The node that the daily snapshot is taken of: the one that was named, as long as it is there."""
        if not self.asked["SnapshotRetentionLimit"] or not self.members:
            return None
        named = self.asked.get("SnapshottingClusterId")
        return named if named in self.members else self.members[-1]

    def view(self):
        asked, born = self.asked, self.state != "creating"
        seen = {
            name: asked.get(name)
            for name in (
                "SnapshotRetentionLimit",
                "SnapshotWindow",
                "CacheNodeType",
                "TransitEncryptionEnabled",
                "AtRestEncryptionEnabled",
                "KmsKeyId",
                "AutoMinorVersionUpgrade",
                "NetworkType",
                "IpDiscovery",
                "Durability",
                "TransitEncryptionMode",
                "Engine",
                "UserGroupIds",
            )
        }
        seen |= {
            "ReplicationGroupId": self.name,
            "Description": asked["ReplicationGroupDescription"],
            "Status": self.state,
            "ARN": self.arn,
            "MemberClusters": self.members,
            "ClusterEnabled": self.clustered,
            "ClusterMode": self.mode,
            "AutomaticFailover": "enabled" if asked["AutomaticFailoverEnabled"] else "disabled",
            "MultiAZ": "enabled" if asked["MultiAZEnabled"] else "disabled",
            "DataTiering": "enabled" if asked["DataTieringEnabled"] else "disabled",
            "AuthTokenEnabled": bool(self.tokens),
            "AuthTokenLastModifiedDate": self.token_changed and moment(self.token_changed),
            "ReplicationGroupCreateTime": moment(self.born),
            "PendingModifiedValues": {},
            "GlobalReplicationGroupInfo": {},
            "LogDeliveryConfigurations": [{**each, "Status": "active"} for each in asked.get("LogDeliveryConfigurations") or []],
            "SnapshottingClusterId": self.snapshotting(),
        }
        if born:
            # Nothing says where a group is before it is there.
            seen["NodeGroups"] = [self.shard_view(number) for number in range(len(self.shards))]
            seen["ConfigurationEndpoint"] = self.endpoint("clustercfg") if self.mode != "disabled" else None
        return seen

    def shard_view(self, number):
        shard, size = self.shards[number], 16384 // len(self.shards)
        seen = {
            "NodeGroupId": f"{self.numbers[number]:04d}",
            "Status": self.state,
            "NodeGroupMembers": [
                {
                    "CacheClusterId": member,
                    "CacheNodeId": "0001",
                    "PreferredAvailabilityZone": self.zone(member),
                    **(
                        {}
                        if self.clustered
                        else {
                            "ReadEndpoint": {"Address": f"{member}.{self.domain}", "Port": self.asked["Port"]},
                            "CurrentRole": "replica" if place else "primary",
                        }
                    ),
                }
                for place, member in enumerate(shard)
            ],
        }
        if self.clustered:
            last = number == len(self.shards) - 1
            seen["Slots"] = f"{number * size}-{16383 if last else (number + 1) * size - 1}"
        else:
            seen |= {"PrimaryEndpoint": self.endpoint("master"), "ReaderEndpoint": self.endpoint("replica")}
        return seen

    def cluster_view(self, member):
        asked, backend = self.asked, self.backend
        return {
            "CacheClusterId": member,
            "ReplicationGroupId": self.name,
            "CacheClusterStatus": self.state,
            "NumCacheNodes": 1,
            "ARN": f"arn:aws:elasticache:{backend.region_name}:{backend.account_id}:cluster:{member}",
            "Engine": asked["Engine"],
            "EngineVersion": self.version,
            "CacheNodeType": asked["CacheNodeType"],
            "PreferredAvailabilityZone": self.zone(member),
            "CacheClusterCreateTime": moment(self.born),
            "PreferredMaintenanceWindow": asked["PreferredMaintenanceWindow"],
            "PendingModifiedValues": dict(self.pending),
            "CacheSubnetGroupName": asked["CacheSubnetGroupName"],
            "CacheParameterGroup": {
                "CacheParameterGroupName": asked["CacheParameterGroupName"],
                "ParameterApplyStatus": "in-sync",
            },
            "SecurityGroups": [{"SecurityGroupId": group, "Status": "active"} for group in asked.get("SecurityGroupIds") or []],
            "NotificationConfiguration": asked.get("NotificationTopicArn")
            and {"TopicArn": asked["NotificationTopicArn"], "TopicStatus": asked.get("NotificationTopicStatus") or "active"},
            "AutoMinorVersionUpgrade": asked["AutoMinorVersionUpgrade"],
            "SnapshotRetentionLimit": asked["SnapshotRetentionLimit"],
            "SnapshotWindow": asked["SnapshotWindow"],
            "AuthTokenEnabled": bool(self.tokens),
            "NetworkType": asked["NetworkType"],
            "TransitEncryptionEnabled": asked["TransitEncryptionEnabled"],
            "AtRestEncryptionEnabled": asked["AtRestEncryptionEnabled"],
            "IpDiscovery": asked["IpDiscovery"],
            "TransitEncryptionMode": asked["TransitEncryptionMode"],
            "ReplicationGroupLogDeliveryEnabled": bool(asked.get("LogDeliveryConfigurations")),
            "CacheNodes": []
            if self.state == "creating"
            else [
                {
                    "CacheNodeId": "0001",
                    "CacheNodeStatus": "available",
                    "CacheNodeCreateTime": moment(self.born),
                    "ParameterGroupStatus": "in-sync",
                    "CustomerAvailabilityZone": self.zone(member),
                    "Endpoint": {"Address": f"{member}.{self.domain}", "Port": asked["Port"]},
                }
            ],
        }
