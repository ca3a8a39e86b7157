"""What ElastiCache wants of a replication group's values, alone and together."""

import re

from ..response import Refusal
from .group import VERSIONS

NAME = re.compile(r"^[a-z](?:-?[a-z0-9])*$")
NODE = re.compile(r"^cache\.(t2|t3|t4g|m4|m5|m6g|m7g|r4|r5|r6g|r6gd|r7g|c7gn)\.(micro|small|medium|large|\d*xlarge)$")
TOKEN = re.compile(r"^[A-Za-z0-9!&#$^<>\-]{16,128}$")
SNAPSHOT_WINDOW = re.compile(r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")
SLOTS = re.compile(r"^\d{1,5}-\d{1,5}(,\d{1,5}-\d{1,5})*$")
DURABILITY = ("default", "async", "sync", "disabled")
DAY = r"(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d"
MAINTENANCE_WINDOW = re.compile(f"^{DAY}-{DAY}$")
DEFAULT_VERSIONS = {"redis": "7.1", "valkey": "8.0"}


def value(words):
    return Refusal("InvalidParameterValue", words)


def combination(words):
    return Refusal("InvalidParameterCombination", words)


def check_name(name, longest=40, parameter="ReplicationGroupId"):
    lower = (name or "").lower()
    if not NAME.match(lower) or len(lower) > longest:
        raise value(
            f"The parameter {parameter} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII "
            f"letters, digits, and hyphens; must not end with a hyphen or contain two consecutive hyphens; and must have at most {longest} "
            "characters."
        )
    return lower


def check_token(token, encrypted):
    if token is None:
        return
    if not encrypted:
        raise combination("Auth token can only be used when in-transit encryption is enabled.")
    if not TOKEN.match(token):
        raise value(
            "Invalid AuthToken provided. It must have 16 to 128 printable characters, and of other than letters and digits only "
            "!, &, #, $, ^, <, > and -."
        )


def check_each(asked):
    """Values that are right or wrong on their own."""
    node, limit = asked.get("CacheNodeType"), asked.get("SnapshotRetentionLimit")
    if node is not None and not NODE.match(node):
        raise value(f"Invalid Cache Node Type: {node}.")
    if limit is not None and not 0 <= limit <= 35:
        raise value(f"Invalid snapshot retention limit: {limit}. It must be between 0 and 35.")
    if asked.get("SnapshotWindow") and not SNAPSHOT_WINDOW.match(asked["SnapshotWindow"]):
        raise value(f"Invalid snapshot window format: {asked['SnapshotWindow']}. Should be specified as hh24:mi-hh24:mi.")
    if asked.get("PreferredMaintenanceWindow") and not MAINTENANCE_WINDOW.match(asked["PreferredMaintenanceWindow"].lower()):
        raise value(
            f"Invalid maintenance window format: {asked['PreferredMaintenanceWindow']}. Should be specified as a range "
            "ddd:hh24:mi-ddd:hh24:mi (24H Clock UTC)."
        )
    if asked.get("Durability") is not None and asked["Durability"] not in DURABILITY:
        raise value(f"Invalid durability {asked['Durability']}; must be one of {', '.join(DURABILITY)}.")
    if asked.get("Port") is not None and not 1024 <= asked["Port"] <= 65535:
        raise value(f"Invalid endpoint port {asked['Port']}; must be between 1024 and 65535.")


def check_engine(engine, version):
    if engine not in VERSIONS:
        raise value(f"Invalid engine {engine}.")
    if version not in VERSIONS[engine]:
        raise combination(f"Cannot find version {version} for {engine}")


def check_failover(asked, replicas):
    if asked.get("MultiAZEnabled") and not asked.get("AutomaticFailoverEnabled"):
        raise combination("Multi-AZ can only be enabled together with automatic failover.")
    if asked.get("AutomaticFailoverEnabled") and not asked["clustered"] and replicas < 1:
        raise combination("When using automatic failover, there must be at least 2 cache clusters in the replication group.")
    if asked["clustered"] and not asked.get("AutomaticFailoverEnabled"):
        raise combination("Redis with cluster mode enabled cannot be created with auto failover turned off.")


def check_encryption(before, after):
    """Encryption comes and goes by way of taking both kinds of connections."""
    was, on = before["TransitEncryptionEnabled"], after["TransitEncryptionEnabled"]
    mode, had = after.get("TransitEncryptionMode"), before.get("TransitEncryptionMode")
    if on and not was and mode != "preferred":
        raise combination("To enable in-transit encryption, the transit encryption mode must be preferred first.")
    if was and not on and had != "preferred":
        raise combination("To disable in-transit encryption, the transit encryption mode must be preferred first.")
    if mode == "required" and not on:
        raise combination("A transit encryption mode needs in-transit encryption.")


def check_discovery(asked):
    """IpDiscovery says which of the node's addresses clients are told, so there must be such addresses."""
    network, told = asked["NetworkType"], asked["IpDiscovery"]
    if network not in ("ipv4", "ipv6", "dual_stack") or told not in ("ipv4", "ipv6"):
        raise value(f"Invalid network type {network} or IP discovery {told}.")
    if network != "dual_stack" and told != network:
        raise combination(f"IpDiscovery {told} cannot be used with network type {network}.")


def check_tiering(asked):
    """Nodes with disks, and only those, spread their data over memory and disk."""
    with_disks = ".r6gd." in asked["CacheNodeType"]
    if with_disks and not asked["DataTieringEnabled"]:
        raise combination("Data tiering must be enabled for node type r6gd.")
    if asked["DataTieringEnabled"] and not with_disks:
        raise combination(f"Data tiering is not supported for node type {asked['CacheNodeType']}.")


def durable(asked):
    return asked["Durability"] in ("async", "sync")


def check_durability(asked):
    """A durable group writes to a log in several zones, which only the newest engine does."""
    if durable(asked) and (asked["Engine"] != "valkey" or int(asked["EngineVersion"].split(".")[0]) < 9):
        raise combination("Durability is only supported for Valkey 9.0 and later.")
    if durable(asked) and not asked["AtRestEncryptionEnabled"]:
        raise combination("Durability needs encryption at rest.")


def check_zones(asked, zones):
    """Where each shard's nodes are to be: one zone a node, of those that the subnets are in."""
    each = asked.get("NodeGroupConfiguration") or []
    if each and len(each) != asked["shards"]:
        raise combination(f"NodeGroupConfiguration names {len(each)} node groups, but NumNodeGroups is {asked['shards']}.")
    for shard in each:
        if shard.get("NodeGroupId") and not re.match(r"^\d{1,4}$", shard["NodeGroupId"]):
            raise value(f"Invalid node group id {shard['NodeGroupId']}.")
        replicas = shard.get("ReplicaAvailabilityZones") or []
        if replicas and len(replicas) != shard.get("ReplicaCount", asked["replicas"]):
            raise combination("ReplicaAvailabilityZones must name one Availability Zone for each replica.")
        for zone in [*filter(None, [shard.get("PrimaryAvailabilityZone")]), *replicas]:
            if zone not in zones:
                raise value(f"{zone} is not a valid availability zone for the subnet group.")
        if shard.get("Slots") and not SLOTS.match(shard["Slots"]):
            raise value(f"Invalid slots {shard['Slots']}.")


def check_parameter_group(asked, own):
    """AWS's own groups, and those that somebody has made, follow the engine's family."""
    family = VERSIONS[asked["Engine"]][asked["EngineVersion"]][1]
    name = asked.get("CacheParameterGroupName")
    if name is None:
        on = asked["clustered"] or asked.get("ClusterMode") == "compatible"
        return f"default.{family}" + (".cluster.on" if on else "")
    if name in own and own[name]["family"] == family:
        return name
    families = {known for versions in VERSIONS.values() for _, known in versions.values()}
    if name not in {f"default.{known}{end}" for known in families for end in ("", ".cluster.on")}:
        raise Refusal("CacheParameterGroupNotFound", f"CacheParameterGroup {name} not found.")
    if name.removesuffix(".cluster.on") != f"default.{family}":
        raise combination(
            f"Expected a parameter group of family {family} but found one of family {name.removeprefix('default.')}"
        )
    return name


def completed(asked, own):
    """The request with AWS's defaults, once it has been found right."""
    made = dict(asked)
    made["Engine"] = (made.get("Engine") or "redis").lower()
    made["EngineVersion"] = made.get("EngineVersion") or DEFAULT_VERSIONS.get(made["Engine"])
    if made["EngineVersion"] == "6.x":
        made["EngineVersion"] = "6.2"
    check_engine(made["Engine"], made["EngineVersion"])
    check_each(made)
    if not made.get("CacheNodeType"):
        raise value("The parameter CacheNodeType must be provided and must not be blank.")
    if made.get("NumCacheClusters") and (made.get("NumNodeGroups") or made.get("ReplicasPerNodeGroup") is not None):
        raise combination("NumCacheClusters cannot be used together with NumNodeGroups or ReplicasPerNodeGroup.")
    made["shards"] = made.get("NumNodeGroups") or 1
    made["clustered"] = (
        made["shards"] > 1
        or made.get("ClusterMode") == "enabled"
        or (made.get("CacheParameterGroupName") or "").endswith(".cluster.on")
    )
    made["replicas"] = (
        made["ReplicasPerNodeGroup"] if made.get("ReplicasPerNodeGroup") is not None else (made.get("NumCacheClusters") or 1) - 1
    )
    if not 0 <= made["replicas"] <= 5:
        raise value("The number of replicas per node group must be between 0 and 5.")
    check_failover(made, made["replicas"])
    made["CacheParameterGroupName"] = check_parameter_group(made, own)
    made["TransitEncryptionEnabled"] = bool(made.get("TransitEncryptionEnabled"))
    made["AtRestEncryptionEnabled"] = made.get("AtRestEncryptionEnabled", made["Engine"] == "valkey")
    check_token(made.get("AuthToken"), made["TransitEncryptionEnabled"])
    if made.get("AuthToken") and made.get("UserGroupIds"):
        raise combination("AuthToken cannot be used together with UserGroupIds.")
    if made.get("KmsKeyId") and not made["AtRestEncryptionEnabled"]:
        raise combination("KmsKeyId can only be used when encryption at rest is enabled.")
    defaults = {
        "AutomaticFailoverEnabled": False,
        "MultiAZEnabled": False,
        "AutoMinorVersionUpgrade": True,
        "SnapshotRetentionLimit": 0,
        "SnapshotWindow": "05:00-06:00",
        "PreferredMaintenanceWindow": "sun:23:00-mon:00:00",
        "Port": 6379,
        "NetworkType": "ipv4",
        "IpDiscovery": "ipv6" if made.get("NetworkType") == "ipv6" else "ipv4",
        "DataTieringEnabled": False,
        "Durability": "default",
        "CacheSubnetGroupName": "default",
        "TransitEncryptionMode": "required" if made["TransitEncryptionEnabled"] else None,
    }
    made |= {name: default for name, default in defaults.items() if made.get(name) is None}
    check_discovery(made)
    check_tiering(made)
    check_durability(made)
    return made
