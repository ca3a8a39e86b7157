"""Aurora's clusters: how they are made, changed, restored and deleted, and the states on the way."""

import datetime
import secrets
import string

from moto.core.responses import ActionResult

from ..clock import CLOCK
from ..kms import told
from ..response import Refusal
from . import rule
from .version import VERSIONS, default_version, family, is_later, major

# AWS's seconds.
CREATING, MODIFYING, UPGRADING, DELETING = 45.0, 60.0, 600.0, 120.0
# What a change brings at once; the rest of a request is no property of the cluster.
PLAIN = (
    "BackupRetentionPeriod",
    "Port",
    "PreferredBackupWindow",
    "NetworkType",
    "BacktrackWindow",
    "CopyTagsToSnapshot",
    "DeletionProtection",
    "StorageType",
    "EngineLifecycleSupport",
    "MonitoringInterval",
    "MonitoringRoleArn",
    "DatabaseInsightsMode",
    "PerformanceInsightsRetentionPeriod",
    "PerformanceInsightsKMSKeyId",
    "Domain",
    "DomainIAMRoleName",
    "ServerlessV2ScalingConfiguration",
)
BUSY = "DBCluster {} is not currently in the available state."


def moment(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).replace(tzinfo=None)


def settle(things):
    """Lets time pass over the clusters and their instances."""
    for name, cluster in list(things.clusters.items()):
        if cluster["state"] in ("creating", "modifying", "upgrading") and CLOCK.passed(cluster["changed"], cluster["takes"]):
            cluster["state"] = "available"
        members = any(each["DBClusterIdentifier"] == name for each in things.instances.values())
        if cluster["state"] == "deleting" and CLOCK.passed(cluster["changed"], DELETING) and not members:
            del things.clusters[name]
            things.tags.pop(cluster["DBClusterArn"], None)


class Clusters:
    """moto overwrites a cluster of the same identifier, has no states, and takes any change."""

    def cluster(self, name=None, *states):
        name = (name or self.params.get("DBClusterIdentifier") or "").rsplit(":", 1)[-1].lower()
        if name not in self.things.clusters:
            raise rule.missing("cluster", name)
        cluster = self.things.clusters[name]
        if states and cluster["state"] not in states:
            raise Refusal("InvalidDBClusterStateFault", BUSY.format(name))
        return cluster

    def turn(self, cluster, state, takes=0.0):
        cluster |= {"state": state, "changed": CLOCK.now(), "takes": takes}

    def key(self, named):
        """The ARN of a key, as RDS tells it however it is named."""
        return told(self.current_account, self.region, named)

    def place(self, subnet_group, groups):
        """(subnet group's name, security groups) of a new cluster."""
        group = self.subnet_group(subnet_group or "default") if subnet_group else None
        if groups:
            return (subnet_group or "default").lower(), groups
        return (subnet_group or "default").lower(), [self.default_group(group and group["VpcId"])]

    def asked(self):
        """The request as a plain dict."""
        return self.params.original_dict()

    def start(self, asked):
        """What every new cluster is checked for, and what AWS fills in."""
        name = rule.check_name(asked.get("DBClusterIdentifier"), 63, "DBClusterIdentifier")
        if name in self.things.clusters:
            raise Refusal("DBClusterAlreadyExistsFault", "DB Cluster already exists")
        version = default_version(asked["Engine"], asked.get("EngineVersion"))
        subnet_group, groups = self.place(asked.get("DBSubnetGroupName"), asked.get("VpcSecurityGroupIds"))
        parameter_group = (asked.get("DBClusterParameterGroupName") or f"default.{family(asked['Engine'], version)}").lower()
        self.check_cluster_parameter_group(parameter_group, asked["Engine"], version)
        zones = sorted({*(asked.get("AvailabilityZones") or []), *(f"{self.region}{zone}" for zone in "acd")})[:3]
        cluster = {
            "DBClusterIdentifier": name,
            "DBClusterArn": self.arn("cluster", name),
            "DbClusterResourceId": "cluster-" + "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(26)),
            "Endpoint": f"{name}.cluster-cabcdefghijk.{self.region}.rds.amazonaws.com",
            "ReaderEndpoint": f"{name}.cluster-ro-cabcdefghijk.{self.region}.rds.amazonaws.com",
            "HostedZoneId": "Z24O6O9L7SGTNB",
            "Engine": asked["Engine"],
            "EngineVersion": version,
            "EngineMode": "provisioned",
            "EngineLifecycleSupport": "open-source-rds-extended-support",
            "ClusterCreateTime": moment(CLOCK.now()),
            "DBSubnetGroup": subnet_group,
            "DBClusterParameterGroup": parameter_group,
            "AvailabilityZones": zones,
            "groups": groups,
            "roles": [],
            "Port": 5432 if "postgres" in asked["Engine"] else 3306,
            "BackupRetentionPeriod": 1,
            "PreferredBackupWindow": "18:00-18:30",
            "PreferredMaintenanceWindow": "sun:19:00-sun:19:30",
            "NetworkType": "IPV4",
            "CopyTagsToSnapshot": False,
            "DeletionProtection": False,
            "StorageEncrypted": False,
            "MonitoringInterval": 0,
            "DatabaseInsightsMode": "standard",
            "PerformanceInsightsEnabled": False,
            "IAMDatabaseAuthenticationEnabled": False,
            "HttpEndpointEnabled": False,
            "logs": [],
            "pending": {},
            "secret": None,
            "password": None,
        }
        self.take(cluster, asked)
        return cluster

    def check_cluster_parameter_group(self, name, engine, version):
        try:
            group = self.parameter_group("cluster-pg", name)
        except Refusal:
            raise Refusal("DBClusterParameterGroupNotFound", f"DBClusterParameterGroup not found: {name}") from None
        if group["family"] != family(engine, version):
            raise rule.combination(
                f"The parameter group {name} with DBParameterGroupFamily {group['family']} can't be used for this instance. "
                f"Use a parameter group with DBParameterGroupFamily {family(engine, version)}."
            )

    def check_insights_key(self, thing, asked):
        """The key of Performance Insights stays while they are on."""
        wanted, has = asked.get("PerformanceInsightsKMSKeyId"), thing.get("PerformanceInsightsKMSKeyId")
        if thing["PerformanceInsightsEnabled"] and wanted and has and self.key(wanted) != has:
            raise rule.combination("You can't change your Performance Insights KMS key.")

    def take(self, cluster, asked):
        """Brings a cluster the plain properties of a request."""
        self.check_insights_key(cluster, asked)
        cluster |= {name: asked[name] for name in PLAIN if asked.get(name) is not None}
        if asked.get("Domain") == "none":
            cluster |= {"Domain": None, "DomainIAMRoleName": None}
        if asked.get("PreferredMaintenanceWindow"):
            cluster["PreferredMaintenanceWindow"] = asked["PreferredMaintenanceWindow"].lower()
        for ours, theirs in (
            ("EnableIAMDatabaseAuthentication", "IAMDatabaseAuthenticationEnabled"),
            ("EnablePerformanceInsights", "PerformanceInsightsEnabled"),
            ("EnableLocalWriteForwarding", "forwarding"),
        ):
            if asked.get(ours) is not None:
                cluster[theirs] = asked[ours]
        cluster["PerformanceInsightsKMSKeyId"] = self.key(cluster.get("PerformanceInsightsKMSKeyId"))
        if cluster["PerformanceInsightsEnabled"]:
            cluster["PerformanceInsightsRetentionPeriod"] = cluster.get("PerformanceInsightsRetentionPeriod") or 7
            cluster["PerformanceInsightsKMSKeyId"] = cluster["PerformanceInsightsKMSKeyId"] or self.key("alias/aws/rds")
        check_cluster(cluster)

    def add(self, cluster, asked):
        """Notes a new cluster, which is being made."""
        self.born(cluster["DBClusterArn"])
        self.things.clusters[cluster["DBClusterIdentifier"]] = cluster
        self.turn(cluster, "creating", CREATING)
        return ActionResult({"DBCluster": self.cluster_view(cluster)})

    def encrypt(self, cluster, on, key):
        if key and not on:
            raise rule.combination("KmsKeyId cannot be used without StorageEncrypted.")
        cluster["StorageEncrypted"] = bool(on)
        cluster["KmsKeyId"] = self.key(key or f"{self.current_account}-rds-default") if on else None

    def create_db_cluster(self):
        asked = self.asked()
        if asked.get("Engine") not in VERSIONS:
            raise rule.value(f"Invalid DB engine: {asked.get('Engine')}")
        cluster = self.start(asked)
        cluster["DatabaseName"] = asked.get("DatabaseName")
        cluster["MasterUsername"] = rule.check_master(asked.get("MasterUsername"), asked["Engine"])
        self.check_password(asked)
        if not asked.get("ManageMasterUserPassword") and not asked.get("MasterUserPassword"):
            raise rule.value("The parameter MasterUserPassword must be provided and must not be blank.")
        self.authenticate(cluster, asked)
        self.encrypt(cluster, asked.get("StorageEncrypted"), asked.get("KmsKeyId"))
        cluster["HttpEndpointEnabled"] = bool(asked.get("EnableHttpEndpoint"))
        cluster["logs"] = sorted(asked.get("EnableCloudwatchLogsExports") or [])
        cluster["ClusterScalabilityType"] = asked.get("ClusterScalabilityType") or "standard"
        return self.add(cluster, asked)

    def check_password(self, asked):
        password = asked.get("MasterUserPassword")
        if password and asked.get("ManageMasterUserPassword"):
            raise rule.combination("You can't specify MasterUserPassword for an instance with ManageMasterUserPassword enabled.")
        most = 41 if asked.get("Engine") == "aurora-mysql" else 99
        if password is not None and (not 8 <= len(password) <= most or any(sign in password for sign in '/"@ ')):
            raise rule.value(
                "The parameter MasterUserPassword is not a valid password. Only printable ASCII characters besides '/', '@', '\"', ' ' may be used."
            )
        if asked.get("MasterUserSecretKmsKeyId") and not asked.get("ManageMasterUserPassword"):
            raise rule.combination("A ManageMasterUserPassword value is required when MasterUserSecretKmsKeyId is specified.")

    def authenticate(self, cluster, asked):
        """The master user's password: given, or in a new secret of RDS's own."""
        if asked.get("MasterUserPassword"):
            cluster["password"] = asked["MasterUserPassword"]
        if asked.get("ManageMasterUserPassword") is False:
            cluster["secret"] = None
        elif asked.get("ManageMasterUserPassword") and not cluster["secret"]:
            name = f"rds!cluster-{secrets.token_hex(8)}"
            cluster["secret"] = {
                "SecretArn": f"arn:aws:secretsmanager:{self.region}:{self.current_account}:secret:{name}-{secrets.token_hex(3)}",
                "KmsKeyId": self.key(asked.get("MasterUserSecretKmsKeyId") or "alias/aws/secretsmanager"),
            }
            cluster["password"] = None

    def restored(self, asked, source):
        """A new cluster with another one's data."""
        cluster = self.start(asked)
        cluster |= {name: source.get(name) for name in ("DatabaseName", "MasterUsername", "password")}
        cluster["logs"] = sorted(asked.get("EnableCloudwatchLogsExports") or [])
        key = asked.get("KmsKeyId")
        self.encrypt(cluster, source["StorageEncrypted"] or key, key or source.get("KmsKeyId"))
        return self.add(cluster, asked)

    def restore_db_cluster_from_snapshot(self):
        asked = self.asked()
        name = (asked.get("SnapshotIdentifier") or "").rsplit(":", 1)[-1].lower()
        if name not in self.things.snapshots:
            raise rule.missing("cluster-snapshot", name)
        snapshot = self.things.snapshots[name]
        if asked.get("Engine") != snapshot["Engine"]:
            raise rule.value(f"Engine {asked.get('Engine')} is not the engine of the snapshot")
        asked.setdefault("EngineVersion", snapshot["EngineVersion"])
        return self.restored(asked, snapshot)

    def restore_db_cluster_to_point_in_time(self):
        asked = self.asked()
        named = asked.get("SourceDBClusterIdentifier")
        if bool(asked.get("RestoreToTime")) == bool(asked.get("UseLatestRestorableTime")):
            raise rule.combination("Exactly one of RestoreToTime and UseLatestRestorableTime must be specified.")
        ids = {each["DbClusterResourceId"]: each for each in self.things.clusters.values()}
        source = self.cluster(named) if named else ids.get(asked.get("SourceDbClusterResourceId"))
        if not source:
            raise rule.missing("cluster", asked.get("SourceDbClusterResourceId"))
        return self.restored({**asked, "Engine": source["Engine"], "EngineVersion": source["EngineVersion"]}, source)

    def members(self, cluster):
        name = cluster["DBClusterIdentifier"]
        return [each for each in self.things.instances.values() if each["DBClusterIdentifier"] == name]

    def cluster_view(self, cluster):
        members = self.members(cluster)
        secret = cluster["secret"]
        status = "active" if any(member["state"] == "available" for member in members) else "creating"
        domain, role = cluster.get("Domain"), cluster.get("DomainIAMRoleName")
        scale = cluster.get("ServerlessV2ScalingConfiguration")
        if scale and scale["MinCapacity"] == 0:
            scale = {**scale, "SecondsUntilAutoPause": scale.get("SecondsUntilAutoPause") or 300}
        return {
            **{name: value for name, value in cluster.items() if name[0].isupper()},
            "Status": self.told(cluster),
            "StorageType": None if cluster.get("StorageType") == "aurora" else cluster.get("StorageType"),
            "ServerlessV2ScalingConfiguration": scale,
            "EnabledCloudwatchLogsExports": cluster["logs"],
            "VpcSecurityGroups": [{"VpcSecurityGroupId": group, "Status": "active"} for group in cluster["groups"]],
            "DBClusterMembers": [
                {
                    "DBInstanceIdentifier": member["DBInstanceIdentifier"],
                    "IsClusterWriter": place == 0,
                    "DBClusterParameterGroupStatus": member["cluster parameters"],
                    "PromotionTier": member["PromotionTier"],
                }
                for place, member in enumerate(members)
            ],
            "MasterUserSecret": {**secret, "SecretStatus": status} if secret else None,
            "AssociatedRoles": cluster["roles"],
            "DomainMemberships": [{"Domain": domain, "Status": "active", "IAMRoleName": role}] if domain else [],
            "LocalWriteForwardingStatus": "enabled" if cluster.get("forwarding") else "disabled",
            "PendingModifiedValues": cluster["pending"],
            "TagList": [
                {"Key": key, "Value": value} for key, value in self.things.tags.get(cluster["DBClusterArn"], {}).items()
            ],
        }

    def told(self, cluster):
        """The state that a look sees: right after a change of the capacity AWS still says that it is available."""
        if cluster.pop("late", None):
            return "available"
        return cluster["state"]

    def describe_db_clusters(self):
        named = self.params.get("DBClusterIdentifier")
        clusters = [self.cluster()] if named else list(self.things.clusters.values())
        return self.page("DBClusters", [self.cluster_view(cluster) for cluster in clusters])

    def modify_db_cluster(self):
        asked = self.asked()
        cluster = self.cluster(None, "available")
        if not asked.get("ApplyImmediately"):
            cluster["pending"] = {"BackupRetentionPeriod": asked.get("BackupRetentionPeriod")}
            return ActionResult({"DBCluster": self.cluster_view(cluster)})
        wanted = dict(cluster)
        self.check_password({**asked, "Engine": cluster["Engine"], "MasterUserSecretKmsKeyId": None})
        self.change_version(wanted, asked)
        if asked.get("MasterUserSecretKmsKeyId") and not asked.get("ManageMasterUserPassword"):
            raise rule.combination("A ManageMasterUserPassword value is required when MasterUserSecretKmsKeyId is specified.")
        if asked.get("ManageMasterUserPassword") is False and cluster["secret"] and not asked.get("MasterUserPassword"):
            raise rule.combination("MasterUserPassword is required when ManageMasterUserPassword is turned off.")
        if asked.get("MasterUserPassword") and cluster["secret"] and asked.get("ManageMasterUserPassword") is not False:
            raise rule.combination("You can't specify MasterUserPassword for an instance with ManageMasterUserPassword enabled.")
        if asked.get("DBClusterParameterGroupName"):
            group = asked["DBClusterParameterGroupName"].lower()
            self.check_cluster_parameter_group(group, wanted["Engine"], wanted["EngineVersion"])
            wanted["DBClusterParameterGroup"] = group
        if asked.get("VpcSecurityGroupIds"):
            wanted["groups"] = asked["VpcSecurityGroupIds"]
        exports = asked.get("CloudwatchLogsExportConfiguration") or {}
        logs = (set(wanted["logs"]) | set(exports.get("EnableLogTypes") or [])) - set(exports.get("DisableLogTypes") or [])
        wanted["logs"] = sorted(logs)
        self.take(wanted, asked)
        self.authenticate(wanted, asked)
        if wanted["DBClusterParameterGroup"] != cluster["DBClusterParameterGroup"]:
            for member in self.members(cluster):
                member["cluster parameters"] = "pending-reboot"
        upgrades = wanted["EngineVersion"] != cluster["EngineVersion"]
        rescales = "ServerlessV2ScalingConfiguration" in asked
        if upgrades and wanted.get("DatabaseName") == "broken":
            self.break_off(cluster, wanted)
        cluster |= wanted
        self.turn(cluster, "upgrading" if upgrades else "modifying", UPGRADING if upgrades else MODIFYING)
        answer = self.cluster_view(cluster)
        cluster["late"] = rescales
        return ActionResult({"DBCluster": answer})

    def break_off(self, cluster, wanted):
        """The upgrade of a database called `broken` fails: it ends with the version that there was, and an event."""
        for thing in (wanted, *self.members(cluster)):
            thing["EngineVersion"] = cluster["EngineVersion"]
        wanted["events"] = [*cluster.get("events", []), "Database cluster upgrade failed: a precheck of the database has failed."]

    def describe_events(self):
        cluster = self.cluster(self.params.get("SourceIdentifier"))
        plain = {"SourceIdentifier": cluster["DBClusterIdentifier"], "SourceType": "db-cluster", "EventCategories": ["maintenance"]}
        return self.page("Events", [{**plain, "Message": message} for message in cluster.get("events", [])])

    def change_version(self, wanted, asked):
        """A version is raised, never lowered; another major one only with the flag, and with the parameter groups of its family."""
        to, now, engine = asked.get("EngineVersion"), wanted["EngineVersion"], wanted["Engine"]
        group = asked.get("DBInstanceParameterGroupName")
        if to is None:
            if group:
                raise rule.combination("DBInstanceParameterGroupName can only be specified for a major version upgrade.")
            return
        to = default_version(engine, to)
        if to == now:
            raise rule.combination(f"The current version {now} is the same as the requested version.")
        if not is_later(to, now):
            raise rule.combination(f"Cannot upgrade {engine} from {now} to {to}")
        if major(to) != major(now):
            if not asked.get("AllowMajorVersionUpgrade"):
                raise rule.combination("The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version.")
            own = [each for each in self.members(wanted) if not each["DBParameterGroupName"].startswith("default.")]
            if own and not group:
                raise rule.combination("The DB instances have a custom parameter group: DBInstanceParameterGroupName must be specified.")
            if wanted["DBClusterParameterGroup"].startswith("default."):
                wanted["DBClusterParameterGroup"] = f"default.{family(engine, to)}"
            elif not asked.get("DBClusterParameterGroupName"):
                raise rule.combination("The DB cluster has a custom parameter group: DBClusterParameterGroupName must be specified.")
            for member in self.members(wanted):
                member["DBParameterGroupName"] = group or f"default.{family(engine, to)}"
        elif group:
            raise rule.combination("DBInstanceParameterGroupName can only be specified for a major version upgrade.")
        wanted["EngineVersion"] = to
        for member in self.members(wanted):
            member["EngineVersion"] = to

    def http_endpoint(self, on):
        cluster = self.cluster(self.params.get("ResourceArn"), "available")
        cluster["HttpEndpointEnabled"] = on
        return ActionResult({"ResourceArn": cluster["DBClusterArn"], "HttpEndpointEnabled": on})

    def enable_http_endpoint(self):
        return self.http_endpoint(True)

    def disable_http_endpoint(self):
        return self.http_endpoint(False)

    def role(self):
        cluster = self.cluster(None, "available")
        role = {"RoleArn": self.params.get("RoleArn"), "FeatureName": self.params.get("FeatureName") or ""}
        found = [each for each in cluster["roles"] if {**each, "Status": 0} == {**role, "Status": 0}]
        return cluster, role, found

    def add_role_to_db_cluster(self):
        cluster, role, found = self.role()
        if found:
            raise Refusal("DBClusterRoleAlreadyExists", "The role is already associated with the DB cluster.")
        if len(cluster["roles"]) >= 5:
            raise Refusal("DBClusterRoleQuotaExceeded", "The DB cluster has the most roles that it can have.")
        cluster["roles"].append({**role, "Status": "ACTIVE"})
        return ActionResult({})

    def remove_role_from_db_cluster(self):
        cluster, _, found = self.role()
        if not found:
            raise Refusal("DBClusterRoleNotFound", "The role is not associated with the DB cluster.")
        cluster["roles"].remove(found[0])
        return ActionResult({})

    def delete_db_cluster(self):
        cluster, skips = self.cluster(), self.params.get("SkipFinalSnapshot")
        named = self.params.get("FinalDBSnapshotIdentifier")
        if bool(skips) == bool(named):
            raise rule.combination("FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified, and not allowed with it.")
        if cluster["state"] == "deleting":
            raise Refusal("InvalidDBClusterStateFault", f"DBCluster {cluster['DBClusterIdentifier']} is already being deleted.")
        if cluster["DeletionProtection"]:
            raise rule.combination("Cannot delete protected Cluster, please disable deletion protection and try again.")
        if any(member["state"] != "deleting" for member in self.members(cluster)):
            raise Refusal(
                "InvalidDBClusterStateFault", "Cluster cannot be deleted, it still contains DB instances in non-deleting state."
            )
        if named:
            self.snapshot(named, cluster)
        self.turn(cluster, "deleting", DELETING)
        return ActionResult({"DBCluster": self.cluster_view(cluster)})

    def snapshot(self, name, cluster):
        name = rule.check_name(name, 255, "DBClusterSnapshotIdentifier")
        if name in self.things.snapshots:
            raise Refusal(
                "DBClusterSnapshotAlreadyExistsFault",
                f"Cannot create the cluster snapshot because one with the identifier {name} already exists.",
            )
        self.things.snapshots[name] = {**cluster, "DBClusterSnapshotIdentifier": name, "SnapshotType": "manual"}
        return self.snapshot_view(self.things.snapshots[name])

    def snapshot_view(self, snapshot):
        name = snapshot["DBClusterSnapshotIdentifier"]
        return {
            "DBClusterSnapshotIdentifier": name,
            "DBClusterSnapshotArn": self.arn("cluster-snapshot", name),
            "DBClusterIdentifier": snapshot["DBClusterIdentifier"],
            "Engine": snapshot["Engine"],
            "EngineVersion": snapshot["EngineVersion"],
            "Status": "available",
            "SnapshotType": "manual",
            "StorageEncrypted": snapshot["StorageEncrypted"],
        }

    def create_db_cluster_snapshot(self):
        cluster = self.cluster(None, "available")
        return ActionResult({"DBClusterSnapshot": self.snapshot(self.params.get("DBClusterSnapshotIdentifier"), cluster)})

    def describe_db_cluster_snapshots(self):
        named, of = self.params.get("DBClusterSnapshotIdentifier"), self.params.get("DBClusterIdentifier")
        if named and named.lower() not in self.things.snapshots:
            raise rule.missing("cluster-snapshot", named)
        snapshots = [self.things.snapshots[named.lower()]] if named else list(self.things.snapshots.values())
        snapshots = [each for each in snapshots if not of or each["DBClusterIdentifier"] == of.lower()]
        return self.page("DBClusterSnapshots", [self.snapshot_view(each) for each in snapshots])

    def delete_db_cluster_snapshot(self):
        name = (self.params.get("DBClusterSnapshotIdentifier") or "").lower()
        if name not in self.things.snapshots:
            raise rule.missing("cluster-snapshot", name)
        return ActionResult({"DBClusterSnapshot": self.snapshot_view(self.things.snapshots.pop(name))})


def check_cluster(cluster):
    """Values that are right or wrong with each other, whoever asks for them."""
    if not 1150 <= cluster["Port"] <= 65535:
        raise rule.value(f"Invalid port: {cluster['Port']}")
    if not 1 <= cluster["BackupRetentionPeriod"] <= 35:
        raise rule.value(f"Invalid backup retention period: {cluster['BackupRetentionPeriod']}. It must be between 1 and 35.")
    if cluster["MonitoringInterval"] not in (0, 1, 5, 10, 15, 30, 60):
        raise rule.value(f"Invalid monitoring interval: {cluster['MonitoringInterval']}")
    if cluster["MonitoringInterval"] and not cluster.get("MonitoringRoleArn"):
        raise rule.combination("A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0.")
    insights, days = cluster["PerformanceInsightsEnabled"], cluster.get("PerformanceInsightsRetentionPeriod") or 0
    if cluster["DatabaseInsightsMode"] == "advanced" and (not insights or days < 465):
        raise rule.combination(
            "To enable the Advanced mode of Database Insights, you must enable Performance Insights and set its retention period to at least 465 days."
        )
    if days and days != 731 and days != 7 and days % 31:
        raise rule.value(f"Invalid Performance Insights retention period: {days}")
    scale = cluster.get("ServerlessV2ScalingConfiguration")
    if scale and not 0 <= scale["MinCapacity"] <= scale["MaxCapacity"] <= 256:
        raise rule.combination("Serverless v2 maximum capacity must not be less than its minimum capacity.")
    if scale and scale["MaxCapacity"] < 1:
        raise rule.value("Serverless v2 maximum capacity must be at least 1.")
    if scale and scale.get("SecondsUntilAutoPause") and scale["MinCapacity"] > 0:
        raise rule.combination("SecondsUntilAutoPause can only be set with a minimum capacity of 0.")
