"""Whose call it is: the account behind an access key."""

import re

from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.utils import utcnow
from moto.iam import models as iam

from . import loaded

# Test credentials that name their account, such as AKIA222222222222TEST, are that account's administrator.
NAMED = re.compile(r"^AKIA(\d{12})[A-Z0-9]{4}$")


def account_of(access_key):
    named = NAMED.match(access_key)
    if named:
        return named.group(1)
    for account, backends in list(iam.iam_backends.items()):
        if "aws" in list(backends) and access_key in backends["aws"].access_keys:
            return account
    return DEFAULT_ACCOUNT_ID


def fault(access_key):
    """Why AWS would not take the key: a session that has ended or never was, or a key made to be wrong. None if it is good.
    moto takes every key."""
    if access_key.startswith("AKIAINVALID"):
        return "unknown"
    if not access_key.startswith("ASIA"):
        return None
    sts = loaded.models("sts")
    for backends in list(sts.sts_backends.values()) if sts else []:
        for session in backends["aws"].assumed_roles:
            if session.access_key_id == access_key:
                return "expired" if session.expiration < utcnow() else None
    return "unknown"


def mark_visited(account_id, access_key, service, region):
    """moto notes every key's last use and builds all of IAM for it, in each partition; nothing here reads that."""


def install():
    # moto looks in the backends of every partition, and makes them; looking must not cost a second after each reset.
    iam.get_account_id_from = account_of
    iam.mark_account_as_visited = mark_visited
