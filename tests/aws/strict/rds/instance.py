"""Instances of Aurora's clusters: minutes of creating and deleting, and an interface that holds their subnet."""

import secrets
import string

from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends
from moto.logs.models import logs_backends

from ..clock import CLOCK
from ..ec2.network import free_address
from ..response import Refusal
from . import rule
from .cluster import moment
from .version import family

# AWS's seconds.
CREATING, MODIFYING, DELETING = 390.0, 120.0, 300.0
PLAIN = (
    "DBInstanceClass",
    "PubliclyAccessible",
    "AutoMinorVersionUpgrade",
    "PromotionTier",
    "CACertificateIdentifier",
    "MonitoringInterval",
    "MonitoringRoleArn",
    "PerformanceInsightsRetentionPeriod",
    "PerformanceInsightsKMSKeyId",
)


def settle(things, ec2):
    """Lets time pass over the instances."""
    for name, instance in list(things.instances.items()):
        if instance["state"] in ("creating", "modifying") and CLOCK.passed(instance["changed"], instance["takes"]):
            instance["state"] = "available"
        if instance["state"] == "deleting" and CLOCK.passed(instance["changed"], DELETING):
            del things.instances[name]
            things.tags.pop(instance["DBInstanceArn"], None)
            if instance["eni"]:
                ec2.enis.pop(instance["eni"].id, None)


class Instances:
    """moto keeps instances of clusters without their clusters' rules, and deletes them at once."""

    def instance(self, *states):
        name = (self.params.get("DBInstanceIdentifier") or "").lower()
        if name not in self.things.instances:
            raise rule.missing("db", name)
        instance = self.things.instances[name]
        if states and instance["state"] not in states:
            words = "already being deleted" if instance["state"] == "deleting" else "not in available state"
            raise Refusal("InvalidDBInstanceState", f"Instance {name} is {words}.")
        return instance

    def create_db_instance(self):
        asked = self.params.original_dict()
        name = rule.check_name(asked.get("DBInstanceIdentifier"), 63, "DBInstanceIdentifier")
        if name in self.things.instances:
            raise Refusal("DBInstanceAlreadyExists", "DB Instance already exists")
        cluster = self.cluster(asked.get("DBClusterIdentifier"))
        if cluster["state"] not in ("available", "creating"):
            raise Refusal("InvalidDBClusterStateFault", f"DBCluster {cluster['DBClusterIdentifier']} is not in a valid state.")
        if asked.get("Engine") != cluster["Engine"]:
            raise rule.combination(f"The engine name requested for your DB instance ({asked.get('Engine')}) doesn't match the engine name of your DB cluster ({cluster['Engine']}).")
        if asked.get("DBInstanceClass") == "db.serverless" and not cluster.get("ServerlessV2ScalingConfiguration"):
            raise Refusal(
                "InvalidDBClusterStateFault",
                "Set the Serverless v2 scaling configuration on the parent DB cluster before creating a Serverless v2 DB instance.",
            )
        for foreign in ("MasterUsername", "AllocatedStorage", "KmsKeyId", "VpcSecurityGroupIds", "BackupRetentionPeriod", "DeletionProtection"):
            if asked.get(foreign) is not None:
                raise rule.combination(f"The requested DB Instance will be a member of a DB Cluster: {foreign} is set on the cluster.")
        if not (asked.get("DBInstanceClass") or "").startswith("db."):
            raise rule.value(f"Invalid DB Instance class: {asked.get('DBInstanceClass')}")
        arn = self.arn("db", name)
        instance = {
            "DBInstanceIdentifier": name,
            "DBInstanceArn": arn,
            "DbiResourceId": "db-" + "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(26)),
            "DBClusterIdentifier": cluster["DBClusterIdentifier"],
            "Engine": cluster["Engine"],
            "EngineVersion": cluster["EngineVersion"],
            "InstanceCreateTime": moment(CLOCK.now()),
            "DBParameterGroupName": self.instance_group(asked.get("DBParameterGroupName"), cluster),
            "PubliclyAccessible": False,
            "AutoMinorVersionUpgrade": True,
            "PromotionTier": 1,
            "CACertificateIdentifier": "rds-ca-rsa2048-g1",
            "PreferredMaintenanceWindow": "sun:19:00-sun:19:30",
            "MonitoringInterval": cluster["MonitoringInterval"],
            "MonitoringRoleArn": cluster.get("MonitoringRoleArn"),
            "PerformanceInsightsEnabled": cluster["PerformanceInsightsEnabled"],
            "PerformanceInsightsRetentionPeriod": cluster.get("PerformanceInsightsRetentionPeriod"),
            "PerformanceInsightsKMSKeyId": cluster.get("PerformanceInsightsKMSKeyId"),
            "parameters": "in-sync",
            "cluster parameters": "in-sync",
        }
        self.take_instance(instance, asked)
        instance["eni"] = self.interface(cluster, asked.get("AvailabilityZone"), name)
        instance["AvailabilityZone"] = asked.get("AvailabilityZone") or (
            instance["eni"].availability_zone if instance["eni"] else cluster["AvailabilityZones"][0]
        )
        self.born(arn)
        self.things.instances[name] = instance
        self.turn(instance, "creating", CREATING)
        self.export(cluster)
        return ActionResult({"DBInstance": self.instance_view(instance)})

    def export(self, cluster):
        """The log groups of exported logs, which are there with the first instance, and then keep everything for ever."""
        logs = logs_backends[self.current_account][self.region]
        for log in cluster["logs"]:
            name = f"/aws/rds/cluster/{cluster['DBClusterIdentifier']}/{log}"
            if name not in logs.groups:
                logs.create_log_group(name, {})

    def instance_group(self, named, cluster):
        """The parameter group that an instance gets, when it is of the right family."""
        own = family(cluster["Engine"], cluster["EngineVersion"])
        group = self.parameter_group("pg", named or f"default.{own}")
        if group["family"] != own:
            raise rule.combination(
                f"The Parameter Group {group['name']} with DBParameterGroupFamily {group['family']} can't be used for this instance."
            )
        return group["name"]

    def interface(self, cluster, zone, name):
        """An interface in one of the subnets of the cluster's group."""
        group = self.things.subnet_groups.get(cluster["DBSubnetGroup"])
        if not group:
            return None
        ec2 = ec2_backends[self.current_account][self.region]
        subnets = [ec2.get_subnet(each["SubnetIdentifier"]) for each in group["Subnets"]]
        there = [subnet for subnet in subnets if zone in (None, subnet.availability_zone)]
        # Ids are made up anew each time; which zone is the first must not depend on them.
        there.sort(key=lambda subnet: subnet.availability_zone)
        if not there:
            raise Refusal("InvalidVPCNetworkStateFault", f"The DB subnet group has no subnet in {zone}.")
        subnet = there[len(self.members(cluster)) % len(there)]
        eni = ec2.create_network_interface(subnet, free_address(ec2, subnet), group_ids=cluster["groups"], description=f"RDS {name}")
        eni.status, eni.requester_managed = "in-use", True
        return eni

    def take_instance(self, instance, asked):
        self.check_insights_key(instance, asked)
        instance |= {name: asked[name] for name in PLAIN if asked.get(name) is not None}
        if asked.get("EnablePerformanceInsights") is not None:
            instance["PerformanceInsightsEnabled"] = asked["EnablePerformanceInsights"]
        if asked.get("PreferredMaintenanceWindow"):
            instance["PreferredMaintenanceWindow"] = asked["PreferredMaintenanceWindow"].lower()
        if not 0 <= instance["PromotionTier"] <= 15:
            raise rule.value(f"Invalid promotion tier: {instance['PromotionTier']}")
        if instance["MonitoringInterval"] and not instance.get("MonitoringRoleArn"):
            raise rule.combination("A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0.")
        if instance["PerformanceInsightsEnabled"]:
            instance["PerformanceInsightsRetentionPeriod"] = instance.get("PerformanceInsightsRetentionPeriod") or 7
            instance["PerformanceInsightsKMSKeyId"] = self.key(instance.get("PerformanceInsightsKMSKeyId") or "alias/aws/rds")

    def instance_view(self, instance):
        cluster = self.things.clusters.get(instance["DBClusterIdentifier"])
        group = self.things.subnet_groups.get(cluster["DBSubnetGroup"]) if cluster else None
        host = f"{instance['DBInstanceIdentifier']}.cabcdefghijk.{self.region}.rds.amazonaws.com"
        tags = self.things.tags.get(instance["DBInstanceArn"], {})
        return {
            **{name: value for name, value in instance.items() if name[0].isupper() and name != "DBParameterGroupName"},
            "DBInstanceStatus": instance["state"],
            "DBSubnetGroup": group,
            "Endpoint": {"Address": host, "Port": cluster["Port"] if cluster else 5432, "HostedZoneId": "Z24O6O9L7SGTNB"},
            "DBParameterGroups": [
                {"DBParameterGroupName": instance["DBParameterGroupName"], "ParameterApplyStatus": instance["parameters"]}
            ],
            # What belongs to the cluster is told of each instance, too.
            "StorageEncrypted": bool(cluster and cluster["StorageEncrypted"]),
            "DeletionProtection": False,
            "TagList": [{"Key": key, "Value": value} for key, value in tags.items()],
        }

    def describe_db_instances(self):
        named = self.params.get("DBInstanceIdentifier")
        instances = [self.instance()] if named else list(self.things.instances.values())
        for each in self.params.get("Filters") or []:
            if each["Name"] != "db-cluster-id":
                raise rule.value(f"Unrecognized filter name: {each['Name']}")
            instances = [instance for instance in instances if instance["DBClusterIdentifier"] in each["Values"]]
        return self.page("DBInstances", [self.instance_view(instance) for instance in instances])

    def modify_db_instance(self):
        asked, instance = self.params.original_dict(), self.instance("available")
        if not asked.get("ApplyImmediately"):
            return ActionResult({"DBInstance": self.instance_view(instance)})
        cluster = self.cluster(instance["DBClusterIdentifier"])
        wanted = dict(instance)
        if asked.get("DBParameterGroupName"):
            wanted["DBParameterGroupName"] = self.instance_group(asked["DBParameterGroupName"], cluster)
            if wanted["DBParameterGroupName"] != instance["DBParameterGroupName"]:
                wanted["parameters"] = "pending-reboot"
        self.take_instance(wanted, asked)
        instance |= wanted
        self.turn(instance, "modifying", MODIFYING)
        return ActionResult({"DBInstance": self.instance_view(instance)})

    def reboot_db_instance(self):
        instance = self.instance("available")
        instance |= {"parameters": "in-sync", "cluster parameters": "in-sync"}
        return ActionResult({"DBInstance": self.instance_view(instance)})

    def delete_db_instance(self):
        instance = self.instance("available", "creating", "modifying")
        if self.params.get("FinalDBSnapshotIdentifier"):
            raise rule.combination("FinalDBSnapshotIdentifier can not be specified when deleting a cluster instance")
        self.turn(instance, "deleting", DELETING)
        return ActionResult({"DBInstance": self.instance_view(instance)})
