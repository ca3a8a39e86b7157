"""ElastiCache as strict as AWS, for replication groups, the subnet and parameter groups they live by, and their users."""

from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends
from moto.elasticache import urls
from moto.elasticache.models import elasticache_backends
from moto.elasticache.responses import ElastiCacheResponse

import strict

from ..clock import CLOCK
from ..kms import told
from ..response import Refusal, Strict, serve
from . import rule
from .group import Group
from .parameter_group import ParameterGroups
from .snapshot import Snapshots
from .subnet_group import SubnetGroups
from .user import Users, settle_users

# Changed at once, whatever the request says of ApplyImmediately.
AT_ONCE = (
    "ReplicationGroupDescription",
    "SnapshotRetentionLimit",
    "SnapshottingClusterId",
    "SnapshotWindow",
    "PreferredMaintenanceWindow",
    "AutoMinorVersionUpgrade",
    "AutomaticFailoverEnabled",
    "MultiAZEnabled",
    "NotificationTopicArn",
    "NotificationTopicStatus",
    "CacheParameterGroupName",
    "TransitEncryptionEnabled",
    "TransitEncryptionMode",
    "IpDiscovery",
    "Durability",
)
# Wait for the maintenance window without it.
LATER = ("CacheNodeType", "EngineVersion", "Engine")


def settle(account, region):
    """Lets time pass over the groups; EC2 asks too, since a group's interfaces hold its subnets until it is gone."""
    if account not in list(elasticache_backends) or region not in list(elasticache_backends[account]):
        return
    settle_users(elasticache_backends[account][region])
    groups = elasticache_backends[account][region].replication_groups
    for name, group in list(groups.items()):
        group.settle()
        if group.state == "gone":
            del groups[name]


TO_MODIFY = "Replication group must be in available state to modify."
TO_DELETE = "Replication group {} has status {} which is not valid for deletion."
TO_TAG = "Cluster not in available state to perform tagging operations."


class ElastiCache(Strict, SubnetGroups, Snapshots, ParameterGroups, Users, ElastiCacheResponse):
    def before(self):
        settle(self.current_account, self.region)

    @property
    def groups(self):
        return self.elasticache_backend.replication_groups

    def group(self, states=None, words=TO_MODIFY):
        name = (self._get_param("ReplicationGroupId") or "").lower()
        if name not in self.groups:
            raise Refusal("ReplicationGroupNotFoundFault", f"ReplicationGroup {name} not found.")
        group = self.groups[name]
        if states and group.state not in states:
            raise Refusal("InvalidReplicationGroupState", words.format(name, group.state))
        return group

    def create_replication_group(self):
        name = rule.check_name(self._get_param("ReplicationGroupId"))
        if name in self.groups:
            raise Refusal("ReplicationGroupAlreadyExists", f"Replication group {name} already exists.")
        if not self._get_param("ReplicationGroupDescription"):
            raise rule.value("The parameter ReplicationGroupDescription must be provided and must not be blank.")
        asked = rule.completed(self.params, self.own_groups)
        asked["subnets"], vpc = self.subnets_of(asked["CacheSubnetGroupName"])
        asked["KmsKeyId"] = told(self.current_account, self.region, asked.get("KmsKeyId"))
        rule.check_zones(asked, self.zones_of(asked["subnets"]))
        self.check_source(asked)
        self.check_security_groups(asked.get("SecurityGroupIds"), vpc)
        self.check_tags(self._get_param("Tags", []))
        group = self.groups[name] = Group(self.elasticache_backend, name, asked)
        self.elasticache_backend.tagging_service.tag_resource(group.arn, self._get_param("Tags", []))
        return ActionResult({"ReplicationGroup": group.view()})

    def check_security_groups(self, group_ids, vpc):
        ec2 = ec2_backends[self.current_account][self.region]
        for group_id in group_ids or []:
            found = ec2.get_security_group_from_id(group_id)
            if not found or (vpc and found.vpc_id != vpc):
                raise rule.value(f"Some security group(s) don't exist or don't belong to the subnet group's VPC: {group_id}")

    def check_tags(self, tags, already=()):
        if any(tag["Key"].lower().startswith("aws:") for tag in tags):
            raise rule.value("Tag keys cannot start with aws:")
        if len({tag["Key"] for tag in tags} | set(already)) > 50:
            raise Refusal(
                "TagQuotaPerResourceExceeded",
                "The request cannot be processed because it would cause the resource to have more than the "
                "allowed number of tags.",
            )

    def describe_replication_groups(self):
        groups = [self.group()] if self._get_param("ReplicationGroupId") else list(self.groups.values())
        return ActionResult({"ReplicationGroups": [group.view() for group in groups]})

    def describe_cache_clusters(self):
        name = self._get_param("CacheClusterId")
        members = {member: group for group in self.groups.values() for member in group.members}
        if name and name.lower() in members:
            return ActionResult({"CacheClusters": [members[name.lower()].cluster_view(name.lower())]})
        if name:
            return super().describe_cache_clusters()
        alone = self.elasticache_backend.describe_cache_clusters()
        return ActionResult({"CacheClusters": [*alone, *(group.cluster_view(member) for member, group in members.items())]})

    def modify_replication_group(self):
        group = self.group(["available"])
        asked, params, now = group.asked, self.params, bool(self._get_param("ApplyImmediately"))
        rule.check_each(params)
        wanted = {**asked, **{name: params[name] for name in (*AT_ONCE, *LATER) if params.get(name) is not None}}
        rule.check_engine(wanted["Engine"], wanted["EngineVersion"])
        rule.check_failover(wanted, len(group.shards[0]) - 1)
        rule.check_encryption(asked, wanted)
        source = params.get("SnapshottingClusterId")
        if source and (group.clustered or source not in group.members):
            raise rule.value(f"SnapshottingClusterId {source} is not a node of the replication group, or it has several shards.")
        rule.check_discovery(wanted)
        rule.check_tiering(wanted)
        rule.check_durability(wanted)
        if rule.durable(wanted) != rule.durable(asked):
            raise rule.combination("Durability cannot be turned on or off for an existing replication group.")
        self.check_versions(asked, wanted)
        if wanted["Engine"] != asked["Engine"] or wanted["EngineVersion"] != asked["EngineVersion"]:
            # The default parameter group moves along with the version.
            wanted["CacheParameterGroupName"] = params.get("CacheParameterGroupName")
        self.change_mode(group, wanted)
        wanted["CacheParameterGroupName"] = rule.check_parameter_group(wanted, self.own_groups)
        self.change_users(asked, wanted)
        self.change_logs(asked, wanted)
        self.change_token(group, wanted, now)
        if self._get_param("SecurityGroupIds"):
            vpc = self.subnets_of(asked["CacheSubnetGroupName"])[1]
            self.check_security_groups(params["SecurityGroupIds"], vpc)
            wanted["SecurityGroupIds"] = params["SecurityGroupIds"]
            group.regroup(params["SecurityGroupIds"])
        if not now:
            group.pending |= {name: wanted[name] for name in LATER if wanted[name] != asked[name]}
            wanted |= {name: asked[name] for name in LATER}
        group.asked, group.mode = wanted, wanted.get("ClusterMode") or group.mode
        group.turn("modifying")
        return ActionResult({"ReplicationGroup": group.view()})

    def change_mode(self, group, wanted):
        """Cluster mode comes by way of serving both kinds of clients, and never goes."""
        mode, named = self._get_param("ClusterMode"), self._get_param("CacheParameterGroupName")
        if not mode or mode == group.mode:
            if named and named.endswith(".cluster.on") != (group.mode != "disabled"):
                raise rule.combination(
                    "The parameter cluster-enabled has a different value in the requested parameter group than the current "
                    "parameter group. This parameter value cannot be changed for a cache cluster."
                )
            return
        if (group.mode, mode) not in (("disabled", "compatible"), ("compatible", "enabled")):
            raise rule.combination(f"Cluster mode cannot be changed from {group.mode} to {mode}.")
        if not group.asked["AutomaticFailoverEnabled"] or len(group.shards[0]) < 2:
            raise rule.combination("To change the cluster mode, automatic failover must be enabled, with at least one replica.")
        wanted["ClusterMode"], wanted["clustered"] = mode, mode == "enabled"
        if mode == "compatible":
            wanted["CacheParameterGroupName"] = named

    def check_versions(self, before, after):
        order = [*rule.VERSIONS["redis"]][::-1] + [*rule.VERSIONS["valkey"]][::-1]
        if order.index(after["EngineVersion"]) < order.index(before["EngineVersion"]):
            raise rule.combination(f"Downgrade is not supported: from {before['EngineVersion']} to {after['EngineVersion']}.")

    def change_users(self, asked, wanted):
        users = set(asked.get("UserGroupIds") or []) | set(self._get_param("UserGroupIdsToAdd", []))
        wanted["UserGroupIds"] = sorted(users - set(self._get_param("UserGroupIdsToRemove", [])))
        if len(wanted["UserGroupIds"]) > 1:
            raise rule.combination("A replication group has at most one user group.")
        if wanted["UserGroupIds"] and not wanted["TransitEncryptionEnabled"]:
            raise rule.combination("User groups can only be used when in-transit encryption is enabled.")

    def change_logs(self, asked, wanted):
        logs = {each["LogType"]: each for each in asked.get("LogDeliveryConfigurations") or []}
        for each in self._get_param("LogDeliveryConfigurations", []):
            if each.get("Enabled") is False:
                logs.pop(each["LogType"], None)
            else:
                logs[each["LogType"]] = each
        wanted["LogDeliveryConfigurations"] = list(logs.values())

    def change_token(self, group, wanted, now):
        token, strategy = self._get_param("AuthToken"), self._get_param("AuthTokenUpdateStrategy")
        if token is None and strategy != "DELETE":
            if strategy:
                raise rule.combination("AuthTokenUpdateStrategy needs an AuthToken.")
            return
        if not now:
            raise rule.combination("The auth token can only be changed with ApplyImmediately.")
        if token is not None and strategy == "DELETE":
            raise rule.combination("AuthTokenUpdateStrategy DELETE cannot be used together with an AuthToken.")
        if strategy == "DELETE" and not wanted["UserGroupIds"]:
            raise rule.combination("The auth token can only be deleted when users come in its place.")
        rule.check_token(token, wanted["TransitEncryptionEnabled"])
        if strategy == "DELETE":
            group.tokens = []
        elif strategy == "SET":
            group.tokens = [token]
        else:
            # ROTATE, the default, keeps the last one good too.
            group.tokens = [*group.tokens[-1:], token]
        group.token_changed = CLOCK.now()

    def change_replicas(self, grows):
        group = self.group(["available"])
        if not self._get_param("ApplyImmediately"):
            raise rule.value("ApplyImmediately must be true; the number of replicas cannot be changed later.")
        count, have = self._get_param("NewReplicaCount"), len(group.shards[0]) - 1
        leaving = self._get_param("ReplicasToRemove", [])
        if count is None and leaving:
            count = have - len(leaving)
        if count is None:
            raise rule.combination("NewReplicaCount or ReplicaConfiguration must be provided.")
        if count == have:
            raise Refusal("NoOperationFault", "The operation was not performed because no changes were required.")
        if (count > have) != grows or not 0 <= count <= 5:
            raise rule.value(f"The new replica count {count} is not valid for a replication group with {have} replicas.")
        rule.check_failover(group.asked, count)
        for shard in range(len(group.shards)):
            for member in [member for member in leaving if member in group.shards[shard]] or group.shards[shard][1 + count :]:
                group.drop(member)
            group.grow(shard, 1 + count)
        group.turn("modifying")
        return ActionResult({"ReplicationGroup": group.view()})

    def increase_replica_count(self):
        return self.change_replicas(grows=True)

    def decrease_replica_count(self):
        return self.change_replicas(grows=False)

    def modify_replication_group_shard_configuration(self):
        group, count = self.group(["available"]), self._get_param("NodeGroupCount")
        if not self._get_param("ApplyImmediately"):
            raise rule.value("ApplyImmediately must be true; the number of shards cannot be changed later.")
        if not group.clustered:
            raise rule.combination("The number of node groups can only be changed with cluster mode enabled.")
        have = len(group.shards)
        if count == have:
            raise Refusal("NoOperationFault", "The operation was not performed because no changes were required.")
        leaving = [int(number) for number in self._get_param("NodeGroupsToRemove", [])]
        if count < have and (len(leaving) != have - count or not set(leaving) <= set(group.numbers)):
            raise rule.value("NodeGroupsToRemove or NodeGroupsToRetain must name the shards when their number is reduced.")
        group.reshard(count, leaving)
        group.turn("modifying")
        return ActionResult({"ReplicationGroup": group.view()})

    def delete_replication_group(self):
        group = self.group(["available", "create-failed"], TO_DELETE)
        if self._get_param("FinalSnapshotIdentifier"):
            self.taken(self._get_param("FinalSnapshotIdentifier"), group)
        group.turn("deleting")
        return ActionResult({"ReplicationGroup": group.view()})

    def tagged(self):
        """The arn of a call about tags, when what it names is there. Even to look at tags, a group must be available."""
        arn = self._get_param("ResourceName")
        kind, name = (arn.split(":") + ["", ""])[5:7]
        if kind == "replicationgroup":
            self.params["ReplicationGroupId"] = name
            self.group(["available", "create-failed"], TO_TAG)
        elif kind == "subnetgroup":
            self.subnet_group(name)
        elif kind == "parametergroup":
            self.params["CacheParameterGroupName"] = name
            self.parameter_group()
        elif kind == "user" and self.user(name)["state"] != "active":
            raise Refusal("UserNotFound", f"User {name} is not available for tagging.")
        elif kind == "usergroup":
            self.params["UserGroupId"] = name
            self.user_group()
        return arn

    def list_tags_for_resource(self):
        # moto calls the arn of a resource without tags invalid.
        return ActionResult({"TagList": self.elasticache_backend.tagging_service.list_tags_for_resource(self.tagged())["Tags"]})

    def add_tags_to_resource(self):
        arn, tagging = self.tagged(), self.elasticache_backend.tagging_service
        self.check_tags(self._get_param("Tags", []), tagging.get_tag_dict_for_resource(arn))
        super().add_tags_to_resource()
        return ActionResult({"TagList": tagging.list_tags_for_resource(arn)["Tags"]})

    def remove_tags_from_resource(self):
        arn, tagging = self.tagged(), self.elasticache_backend.tagging_service
        if not set(self._get_param("TagKeys", [])) <= set(tagging.get_tag_dict_for_resource(arn)):
            raise Refusal("TagNotFound", "The requested tag was not found on this resource.")
        super().remove_tags_from_resource()
        return ActionResult({"TagList": tagging.list_tags_for_resource(arn)["Tags"]})


def install():
    # A replication group stands in EC2's subnets.
    strict.install("ec2")
    serve(urls, ElastiCache)
    CLOCK.watchers.append(settle)
