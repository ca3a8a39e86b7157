"""EC2's filters: a resource fits when one of its values is one of those asked for, with * and ? standing for anything."""

import datetime
import fnmatch

from moto.ec2.utils import format_timestamp


def fits(resource, name, wanted):
    """moto wants all of several values, or nothing but them."""
    have = resource.get_filter_value(name)
    if have is None or wanted is None:
        return False
    if isinstance(have, str) or not hasattr(have, "__iter__"):
        have = [have]
    patterns = [wanted] if isinstance(wanted, str) else wanted
    return any(like(text(value), pattern) for value in have for pattern in patterns)


def text(value):
    if isinstance(value, bool):
        return str(value).lower()
    return format_timestamp(value) if isinstance(value, datetime.datetime) else str(value)


def like(value, pattern):
    # Brackets mean nothing to AWS.
    return fnmatch.fnmatchcase(value, pattern.replace("[", "[[]"))
