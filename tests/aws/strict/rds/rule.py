"""What RDS wants of names and tags, and its refusals in AWS's words."""

import re

from ..response import Refusal

NAME = re.compile(r"^[a-z](?:-?[a-z0-9])*$")
MASTER = re.compile(r"^[A-Za-z][A-Za-z0-9_]{0,62}$")
SUBNET_GROUP = re.compile(r"^[a-z][a-z0-9 ._-]*$")
# The kind of thing in an ARN, the code where there is none, and what it is.
MISSING = {
    "subgrp": ("DBSubnetGroupNotFoundFault", "DBSubnetGroup"),
    "cluster-pg": ("DBParameterGroupNotFound", "DBClusterParameterGroup"),
    "pg": ("DBParameterGroupNotFound", "DBParameterGroup"),
    "cluster": ("DBClusterNotFoundFault", "DBCluster"),
    "db": ("DBInstanceNotFound", "DBInstance"),
    "es": ("SubscriptionNotFound", "EventSubscription"),
    "cluster-snapshot": ("DBClusterSnapshotNotFoundFault", "DBClusterSnapshot"),
}


def value(words):
    return Refusal("InvalidParameterValue", words)


def combination(words):
    return Refusal("InvalidParameterCombination", words)


def missing(kind, name):
    if kind not in MISSING:
        return value(f"Invalid resource name: {name}")
    code, what = MISSING[kind]
    return Refusal(code, f"{what} {name} not found.")


def check_name(name, longest, parameter):
    """The name as RDS keeps it."""
    lower = (name or "").lower()
    if not NAME.match(lower) or len(lower) > longest:
        raise value(
            f"The parameter {parameter} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, "
            "digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens."
        )
    return lower


def check_subnet_group_name(name):
    lower = (name or "").lower()
    if not SUBNET_GROUP.match(lower) or len(lower) > 255 or lower == "default":
        raise value(f"The parameter DBSubnetGroupName is not valid: {name}")
    return lower


def check_master(name, engine):
    """The name of the master user; some words are the engine's own."""
    if not MASTER.match(needed(name, "MasterUsername")):
        raise value("The parameter MasterUsername is not a valid identifier.")
    if name.lower() in ("rdsadmin", *(["admin"] if "postgres" in engine else [])):
        raise value(f"MasterUsername {name} cannot be used as it is a reserved word used by the engine")
    return name


def check_tags(tags, already=()):
    if any(tag["Key"].lower().startswith("aws:") for tag in tags):
        raise value("Tag keys cannot start with aws:")
    if len({tag["Key"] for tag in tags} | set(already)) > 50:
        raise value("A resource can have at most 50 tags.")


def needed(text, parameter):
    if not text:
        raise value(f"The parameter {parameter} must be provided and must not be blank.")
    return text
