"""Names and regions of buckets."""

import ipaddress
import re

from .checks import Said

NAME = re.compile(r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")


def check(name, namespace, account, region):
    """moto looks at the length only."""
    if not NAME.match(name) or ".." in name or name.startswith(PREFIXES) or name.endswith(SUFFIXES) or is_address(name):
        raise Said(400, "InvalidBucketName", "The specified bucket is not valid.")
    owned = name.endswith(f"-{account}-{region}-an")
    if namespace == "account-regional" and not owned:
        raise Said(400, "InvalidNamespaceHeader", "The bucket name does not end with the suffix of the account's namespace")
    if namespace != "account-regional" and owned:
        raise Said(400, "MissingNamespaceHeader", "The bucket name needs the header x-amz-bucket-namespace: account-regional")


def is_address(name):
    try:
        ipaddress.IPv4Address(name)
    except ValueError:
        return False
    return True


def region(constraint, here):
    """Where a bucket is made."""
    if here == "us-east-1" and constraint == "us-east-1":
        raise Said(400, "InvalidLocationConstraint", "The specified location-constraint is not valid")
    if here != "us-east-1" and constraint != here:
        raise Said(
            400,
            "IllegalLocationConstraintException",
            f"The {constraint or 'unspecified'} location constraint is incompatible for the region specific endpoint this "
            "request was sent to.",
        )
    return constraint or here
